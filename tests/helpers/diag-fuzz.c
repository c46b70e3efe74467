// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: diag-fuzz DEV COUNT [SEED]
 *
 * Sends malformed messages to the family vdpactl: wrong lengths, types, nests, commands,
 * flags, values and device names. Dumps are begun and given up. Prints how many were sent
 * and how many the kernel refused; whether the kernel took harm is for its own checks.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>

#include <linux/vdpactl.h>

#include "netlink.h"

static struct nl_sock *sock;
static int family;
static const char *dev;
static unsigned long refused, answered;

static unsigned int pick(unsigned int n)
{
	return (unsigned int)random() % n;
}

/* An attribute that is nearly right, or not at all */
static size_t put_attr(char *at, size_t room)
{
	static const uint16_t types[] = {
		VDPACTL_A_DEV_NAME, VDPACTL_A_GROUP_ID, VDPACTL_A_ASID, VDPACTL_A_CLEAN_MAP,
		VDPACTL_A_FORCE, VDPACTL_A_RANGE, VDPACTL_A_STATS, 0, 0x7fff,
	};
	struct nlattr attr = {
		.nla_type = pick(4) ? types[pick(sizeof(types) / sizeof(*types))] :
				      (uint16_t)random(),
	};
	size_t payload = pick(3) ? 4 : pick(40), size;

	if (!pick(8))
		attr.nla_type |= NLA_F_NESTED;
	if (attr.nla_type == VDPACTL_A_DEV_NAME && pick(4))
		payload = strlen(dev) + 1 - !pick(6);
	size = NLA_HDRLEN + NLA_ALIGN(payload);
	if (size > room)
		return 0;
	for (size_t i = 0; i < payload; i++)
		at[NLA_HDRLEN + i] = (char)(pick(2) ? 0 : random());
	if (attr.nla_type == VDPACTL_A_DEV_NAME && pick(4))
		memcpy(at + NLA_HDRLEN, dev, payload < strlen(dev) + 1 ? payload : strlen(dev) + 1);
	attr.nla_len = (uint16_t)(NLA_HDRLEN + payload);
	if (!pick(6))
		attr.nla_len = (uint16_t)(pick(2) ? pick(8) : random());
	memcpy(at, &attr, sizeof(attr));
	return size;
}

static size_t make_message(char *buffer, size_t room)
{
	static const uint16_t flags[] = {
		NLM_F_REQUEST, NLM_F_REQUEST | NLM_F_ACK, NLM_F_REQUEST | NLM_F_DUMP,
		NLM_F_REQUEST | NLM_F_DUMP | NLM_F_ACK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE,
	};
	struct nlmsghdr nlh = {
		.nlmsg_type = (uint16_t)family,
		.nlmsg_flags = pick(8) ? flags[pick(sizeof(flags) / sizeof(*flags))] :
					 (uint16_t)(random() | NLM_F_REQUEST),
		.nlmsg_seq = (uint32_t)random(),
	};
	struct genlmsghdr genl = {
		.cmd = (uint8_t)(pick(16) ? pick(VDPACTL_CMD_MAX + 2) : random()),
		.version = (uint8_t)pick(3),
		.reserved = (uint16_t)(pick(8) ? 0 : random()),
	};
	size_t size = NLMSG_HDRLEN + GENL_HDRLEN;

	for (unsigned int n = pick(6); n; n--)
		size += put_attr(buffer + size, room - size);
	nlh.nlmsg_len = (uint32_t)size;
	if (!pick(10))
		nlh.nlmsg_len = NLMSG_HDRLEN + pick((unsigned int)(size - NLMSG_HDRLEN) + 1);
	memcpy(buffer, &nlh, sizeof(nlh));
	memcpy(buffer + NLMSG_HDRLEN, &genl, sizeof(genl));
	return size;
}

/* As much of the answer as is there; the rest of a dump is given up now and then */
static void drain(void)
{
	static char buffer[65536];
	ssize_t n;

	while ((n = recv(nl_socket_get_fd(sock), buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)buffer;

		if (nlh->nlmsg_type == NLMSG_ERROR && nlh->nlmsg_len >= NLMSG_HDRLEN + 4 &&
		    *(const int *)NLMSG_DATA(nlh))
			refused++;
		else
			answered++;
		if (!pick(64))
			break;
	}
}

static bool reopen(void)
{
	if (sock)
		nl_socket_free(sock);
	sock = nl_socket_alloc();
	if (!sock || genl_connect(sock))
		return false;
	family = netlink_lookup(VDPACTL_FAMILY_NAME, NULL, NULL, NULL);
	return family > 0;
}

int main(int argc, char **argv)
{
	static char message[4096];
	unsigned long count, i;

	if (argc < 3) {
		fprintf(stderr, "usage: diag-fuzz DEV COUNT [SEED]\n");
		return 2;
	}
	dev = argv[1];
	count = strtoul(argv[2], NULL, 0);
	srandom(argc > 3 ? (unsigned int)atoi(argv[3]) : 1);
	for (i = 0; i < count; i++) {
		size_t size;

		if (i % 1000 == 0 && !reopen())
			return 1;
		memset(message, 0, sizeof(message));
		size = make_message(message, sizeof(message));
		if (send(nl_socket_get_fd(sock), message, size, 0) < 0 && errno != EBUSY)
			return 1;
		drain();
	}
	nl_socket_free(sock);
	printf("%lu messages, %lu refused, %lu answered\n", count, refused, answered);
	return refused && answered ? 0 : 1;
}
