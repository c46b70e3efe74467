// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/genetlink.h>

#include "blocked.h"
#include "netlink.h"
#include "patient.h"

/* A dump that is interrupted this often will be so again */
#define DUMP_TRIES 8

/* ---- what the kernel answers ------------------------------------------------ */

struct talk {
	struct netlink *nl;
	netlink_cb *cb;
	void *data;
	bool multi;		/* a dump: NLMSG_DONE ends it */
	bool acked;		/* an answer of one message, ended by the acknowledgement */
	bool interrupted;
	bool done;
	int ret;
};

/* Extended-ack attributes, from @offset of the message's payload on */
static void take_extack(struct netlink *nl, const struct nlmsghdr *nlh, size_t offset)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    mnl_nlmsg_get_payload_len(nlh) < MNL_ALIGN(offset))
		return;
	mnl_attr_for_each(attr, nlh, offset) {
		if (mnl_attr_get_type(attr) != NLMSGERR_ATTR_MSG)
			continue;
		/* The kernel ends the text with NUL; no need to believe it */
		snprintf(nl->extack, sizeof(nl->extack), "%.*s",
			 (int)mnl_attr_get_payload_len(attr),
			 (const char *)mnl_attr_get_payload(attr));
	}
}

/* What the kernel says is 0 or a negative errno value; others have no negative either */
static int checked_error(int error)
{
	return error <= 0 && error >= -NETLINK_ERRNO_MAX ? error : -EBADMSG;
}

static int take_error(struct talk *talk, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*error);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error))
		return -EBADMSG;
	/* Without NLM_F_CAPPED the whole request stands before the attributes */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && error->error &&
	    error->msg.nlmsg_len > sizeof(error->msg))
		offset += error->msg.nlmsg_len - sizeof(error->msg);
	take_extack(talk->nl, nlh, offset);
	return checked_error(error->error);
}

/* A dump ends with what its last step answered, see netlink_dump_done() */
static int take_done(struct talk *talk, const struct nlmsghdr *nlh)
{
	int error = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(error)) {
		memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
		take_extack(talk->nl, nlh, sizeof(error));
	}
	return error < 0 ? checked_error(error) : 0;
}

static int take_message(struct talk *talk, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		talk->interrupted = true;

	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		talk->done = true;
		return take_error(talk, nlh);
	case NLMSG_DONE:
		talk->done = true;
		return take_done(talk, nlh);
	case NLMSG_NOOP:
		return 0;
	case NLMSG_OVERRUN:
		return -ENOBUFS;
	}
	talk->done = !talk->multi && !talk->acked;
	if (nlh->nlmsg_type < NLMSG_MIN_TYPE || !talk->cb ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
		return -EBADMSG;
	/* What follows a failure is read, and forgotten */
	return talk->ret ? 0 : talk->cb(nlh, talk->data);
}

static int take_datagram(struct talk *talk, ssize_t length)
{
	struct netlink *nl = talk->nl;
	const struct nlmsghdr *nlh = (const void *)nl->buffer;
	int left = length;

	for (; left > 0 && !talk->done; nlh = mnl_nlmsg_next(nlh, &left)) {
		int ret;

		/* mnl_nlmsg_ok() takes a length of 2^31 and above for a negative one */
		if (!mnl_nlmsg_ok(nlh, left) || nlh->nlmsg_len > (unsigned int)left)
			return -EBADMSG;
		/* Not an answer to what was asked */
		if (!mnl_nlmsg_seq_ok(nlh, nl->seq) || !mnl_nlmsg_portid_ok(nlh, nl->portid))
			continue;
		ret = take_message(talk, nlh);
		if (ret && !talk->ret)
			talk->ret = ret;
	}
	return 0;
}

/*
 * Where generic netlink is blocked, the first message tells: what comes after it is sent
 * the cheap way.
 */
static int send_message(struct netlink *nl, const struct nlmsghdr *message)
{
	int ret;

	if (nl->answers)
		return mnl_socket_sendto(nl->socket, message, message->nlmsg_len) < 0 ? -errno : 0;
	ret = patient_send(mnl_socket_get_fd(nl->socket), message, message->nlmsg_len);
	nl->answers = !ret;
	return ret;
}

/* The next datagram of the kernel: any process may send us something */
static ssize_t receive(const struct netlink *nl)
{
	struct sockaddr_nl from = { 0 };
	socklen_t size = sizeof(from);
	ssize_t length;

	do {
		length = recvfrom(mnl_socket_get_fd(nl->socket), (void *)nl->buffer,
				  NETLINK_BUFFER, MSG_TRUNC, (struct sockaddr *)&from, &size);
	} while ((length < 0 && errno == EINTR) || (length >= 0 && from.nl_pid));
	/* It did not fit: nothing is taken in part */
	if (length > NETLINK_BUFFER)
		return -EBADMSG;
	return length < 0 ? -errno : length;
}

int netlink_talk(struct netlink *nl, struct nlmsghdr *message, netlink_cb *cb, void *data)
{
	struct talk talk = {
		.nl = nl, .cb = cb, .data = data,
		.multi = message->nlmsg_flags & NLM_F_DUMP,
		.acked = message->nlmsg_flags & NLM_F_ACK,
	};
	int ret;

	nl->extack[0] = '\0';
	ret = send_message(nl, message);
	while (!ret && !talk.done) {
		ssize_t length = receive(nl);

		ret = length < 0 ? length : take_datagram(&talk, length);
	}
	if (ret)
		return ret;
	return talk.ret ? talk.ret : talk.interrupted ? -EINTR : 0;
}

/* ---- what is asked ------------------------------------------------------------ */

static struct nlmsghdr *begin(struct netlink *nl, uint16_t type, uint8_t cmd,
			      uint8_t version, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

struct nlmsghdr *netlink_request(struct netlink *nl, uint8_t cmd, uint16_t flags)
{
	return begin(nl, nl->family, cmd, 1, flags);
}

int netlink_dump(struct netlink *nl, uint8_t cmd, netlink_cb *cb,
		 void (*restart)(void *data), void *data)
{
	int ret = -EINTR;

	for (int i = 0; i < DUMP_TRIES && ret == -EINTR; i++) {
		if (i)
			restart(data);
		ret = netlink_talk(nl, netlink_request(nl, cmd, NLM_F_DUMP), cb, data);
	}
	return ret;
}

/* ---- the socket ------------------------------------------------------------------ */

/* What is looked for, and what was found */
struct lookup {
	const char *group;
	uint32_t group_id;
	uint16_t family;
};

static void take_group(struct lookup *lookup, const struct nlattr *group)
{
	const struct nlattr *attr, *name = NULL, *id = NULL;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			name = attr;
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
			id = attr;
	}
	if (name && id && !strcmp(mnl_attr_get_str(name), lookup->group))
		lookup->group_id = mnl_attr_get_u32(id);
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *group;
	struct lookup *lookup = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U16) == 0)
			lookup->family = mnl_attr_get_u16(attr);
		if (lookup->group && mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_for_each_nested(group, attr)
				take_group(lookup, group);
	}
	return lookup->family ? 0 : -EBADMSG;
}

static int resolve(struct netlink *nl, const char *family, struct lookup *lookup)
{
	struct nlmsghdr *nlh = begin(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	int ret;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, family);
	ret = netlink_talk(nl, nlh, family_cb, lookup);
	nl->family = lookup->family;
	return ret;
}

static int connect_socket(struct netlink *nl)
{
	int one = 1;

	nl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->socket)
		return -errno;
	if (mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	nl->portid = mnl_socket_get_portid(nl->socket);

	/* Kernels before 4.12 have no words about failures: no reason to fail */
	mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &one, sizeof(one));
	return 0;
}

static int open_family(struct netlink *nl, const char *family, struct lookup *lookup,
		       struct vdpactl_error *err)
{
	int ret;

	nl->socket = NULL;
	nl->answers = false;
	nl->seq = time(NULL);
	ret = connect_socket(nl);
	if (ret) {
		vdpactl_error_set(err, ret, "cannot open a netlink socket: %s", strerror(-ret));
		netlink_close(nl);
		return ret;
	}
	ret = resolve(nl, family, lookup);
	if (!ret)
		return 0;
	if (ret == -ETIMEDOUT) {
		blocked_explain(err);
	} else if (ret == -ENOENT) {
		vdpactl_error_set(err, ret, "there is no netlink family \"%s\"", family);
	} else {
		vdpactl_error_set(err, ret, "cannot resolve the netlink family \"%s\": %s",
				  family, strerror(-ret));
	}
	netlink_close(nl);
	return ret;
}

int netlink_open(struct netlink *nl, const char *family, struct vdpactl_error *err)
{
	struct lookup lookup = { 0 };

	return open_family(nl, family, &lookup, err);
}

int netlink_lookup(const char *family, const char *group, uint32_t *group_id,
		   struct vdpactl_error *err)
{
	struct lookup lookup = { .group = group };
	struct netlink nl;
	int ret = open_family(&nl, family, &lookup, err);

	if (ret)
		return ret;
	netlink_close(&nl);
	if (group && !lookup.group_id)
		return vdpactl_error_set(err, ENOENT, "the netlink family \"%s\" has no group \"%s\"",
					 family, group);
	if (group)
		*group_id = lookup.group_id;
	return lookup.family;
}

void netlink_close(struct netlink *nl)
{
	if (nl->socket)
		mnl_socket_close(nl->socket);
	nl->socket = NULL;
}
