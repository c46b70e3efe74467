// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: any bytes as what the kernel answers to questions about vDPA. This
 * file stands in for the socket, as tests/unit/test_netlink.c does; whatever comes must
 * be read within its bounds, and be taken or refused.
 *
 * The first byte chooses the question. Each message is a byte of its kind, a byte of
 * flags, two of its payload's length, and the payload; 0 as its kind sends the rest as it
 * is, with no header but the one that it brings.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <vdpactl/dev.h>
#include <vdpactl/mgmtdev.h>

#include "netlink.h"

#define FAMILY 77
#define PORT 4711

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the kernel has still to say, and the number of the question */
static const uint8_t *bytes;
static size_t left;
static uint32_t seq;
static uint16_t asked;

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	return (struct mnl_socket *)&seq;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	return 0;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	return PORT;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return -1;
}

/* There is a vdpa bus */
int access(const char *path, int mode)
{
	return 0;
}

ssize_t sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
	       socklen_t size)
{
	const struct nlmsghdr *nlh = buf;

	seq = nlh->nlmsg_seq;
	asked = nlh->nlmsg_type;
	return len;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	return sendto(-1, buf, len, 0, NULL, 0);
}

static size_t family(void *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = GENL_ID_CTRL;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	return nlh->nlmsg_len;
}

static uint8_t byte(void)
{
	return left ? left--, *bytes++ : 0;
}

static size_t message(char *buf)
{
	static const uint16_t types[] = { FAMILY, FAMILY, FAMILY, NLMSG_DONE, NLMSG_ERROR, NLMSG_NOOP };
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	uint8_t kind = byte();
	size_t length;

	if (!kind) {
		length = left < 4096 ? left : 4096;
		memset(buf, 0, sizeof(*nlh));
		memcpy(buf, bytes, length);
		bytes += length;
		left -= length;
		return length;
	}
	mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = types[kind % (sizeof(types) / sizeof(*types))];
	nlh->nlmsg_flags = byte() | (kind & 0x80 ? NLM_F_CAPPED | NLM_F_ACK_TLVS : 0);
	length = byte();
	length |= (byte() & 0xf) << 8;
	if (length > left)
		length = left;
	memcpy(mnl_nlmsg_get_payload(nlh), bytes, length);
	bytes += length;
	left -= length;
	nlh->nlmsg_len += length;
	return NLMSG_ALIGN(nlh->nlmsg_len);
}

/* One message in a datagram */
ssize_t recvfrom(int fd, void *buf, size_t size, int flags, struct sockaddr *from,
		 socklen_t *fromlen)
{
	size_t length = 0;

	memset(from, 0, *fromlen);
	if (asked == GENL_ID_CTRL) {
		length = family(buf);
	} else if (left) {
		length = message(buf);
	} else {
		errno = EAGAIN;
		return -1;
	}
	((struct nlmsghdr *)buf)->nlmsg_seq = seq;
	((struct nlmsghdr *)buf)->nlmsg_pid = PORT;
	return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vdpactl_mgmtdevs mgmtdevs;
	struct vdpactl_dev_configs configs;
	struct vdpactl_dev_vstats vstats;
	struct vdpactl_devs devs;
	struct vdpactl_error err = { 0 };
	uint8_t question;

	bytes = data;
	left = size;
	question = byte();
	switch (question % 6) {
	case 0:
		if (!vdpactl_mgmtdevs_get(NULL, &mgmtdevs, &err))
			vdpactl_mgmtdevs_free(&mgmtdevs);
		break;
	case 1:
		if (!vdpactl_devs_list(NULL, &devs, &err))
			vdpactl_devs_free(&devs);
		break;
	case 2:
		if (!vdpactl_devs_list("v0", &devs, &err))
			vdpactl_devs_free(&devs);
		break;
	case 3:
		if (!vdpactl_dev_configs_get(question & 8 ? "v0" : NULL, &configs, &err))
			vdpactl_dev_configs_free(&configs);
		break;
	case 4:
		if (!vdpactl_dev_vstats_get("v0", 1, &vstats, &err))
			vdpactl_dev_vstats_free(&vstats);
		break;
	case 5:
		vdpactl_dev_del("v0", true, &err);
		break;
	}
	/* What failed says why */
	if (err.code < 0 || (err.code && !err.message[0]))
		abort();
	return 0;
}
