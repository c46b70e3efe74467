/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A conversation with one generic netlink family, on libmnl. */
#ifndef NETLINK_H
#define NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

#include <vdpactl/error.h>

/* As much as the kernel puts into one message of a dump (netlink_recvmsg()) */
#define NETLINK_BUFFER 32768

/* MAX_ERRNO of include/linux/err.h: an error beyond is none */
#define NETLINK_ERRNO_MAX 4095

/**
 * struct netlink - a socket, and the family that it talks to
 * @answers: the kernel came back from a message
 * @extack: the kernel's words about the last failure; "" where it had none
 * @buffer: the message being made, then the one received
 */
struct netlink {
	struct mnl_socket *socket;
	unsigned int portid;
	uint32_t seq;
	uint16_t family;
	bool answers;
	char extack[256];
	_Alignas(struct nlmsghdr) char buffer[NETLINK_BUFFER];
};

/**
 * netlink_open() - connect, and resolve the family
 *
 * Return: 0; -ENOENT: the kernel has no such family (*err is set then too); -ETIMEDOUT:
 * generic netlink is blocked; other errors are those of the socket
 */
int netlink_open(struct netlink *nl, const char *family, struct vdpactl_error *err);

void netlink_close(struct netlink *nl);

/**
 * netlink_lookup() - the number of a family, and of one of its multicast groups
 * @group: name of the group; NULL: none is looked for
 *
 * Return: the number of the family; as netlink_open(); -ENOENT also: no such group
 */
int netlink_lookup(const char *family, const char *group, uint32_t *group_id,
		   struct vdpactl_error *err);

/**
 * netlink_request() - begin a message in nl->buffer
 * @flags: besides NLM_F_REQUEST
 *
 * Attributes are then put with the mnl_attr_put_*_check() functions and a limit of
 * NETLINK_BUFFER.
 */
struct nlmsghdr *netlink_request(struct netlink *nl, uint8_t cmd, uint16_t flags);

/**
 * typedef netlink_cb - gets one message of an answer
 *
 * Return: 0, or a negative errno value, which ends the conversation when all of
 * the answer is read, and is then its result
 */
typedef int netlink_cb(const struct nlmsghdr *nlh, void *data);

/**
 * netlink_talk() - send a message and read the whole answer
 * @message: what netlink_request() began
 * @cb: gets each message of the answer; NULL where none is expected
 *
 * Return: 0; what the kernel or @cb answered; -EINTR: the dump was interrupted by a
 * change and is not consistent (NLM_F_DUMP_INTR); -EBADMSG: not netlink
 */
int netlink_talk(struct netlink *nl, struct nlmsghdr *message, netlink_cb *cb, void *data);

/**
 * netlink_dump() - ask for everything, again if it changed meanwhile
 * @cmd: the command to dump
 * @cb: gets each message
 * @restart: forgets what @cb collected, before the dump begins again
 *
 * Return: as netlink_talk(); -EINTR when no try was without a change
 */
int netlink_dump(struct netlink *nl, uint8_t cmd, netlink_cb *cb,
		 void (*restart)(void *data), void *data);

#endif
