// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The multicast groups of vdpactl_diag as a stream. One socket hears the module and
 * nlctrl's "notify" group, which tells when the family goes and comes back: its groups
 * have other numbers then.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>

#include "clock.h"
#include "diag.h"
#include "netlink.h"

#define BUFFER 65536
/* Room for some thousand events that come one by one; the kernel doubles it. */
#define RECEIVE_BUFFER (4 << 20)

static const struct stream {
	const char *group;
	uint8_t cmd;
	uint8_t max;
	uint8_t type;
	uint8_t sequence;
	uint8_t dev;
	uint8_t comm;
	uint8_t driver;		/* 0: there is none */
	uint8_t ret;		/* 0: there is none */
	uint8_t count;
	uint32_t lost_type;
} streams[] = {
	[VDPACTL_STREAM_EVENTS] = {
		.group = VDPACTL_MCGRP_EVENTS,
		.cmd = VDPACTL_CMD_EVENT,
		.max = VDPACTL_A_EVENT_MAX,
		.type = VDPACTL_A_EVENT_TYPE,
		.sequence = VDPACTL_A_EVENT_SEQUENCE,
		.dev = VDPACTL_A_EVENT_DEV,
		.comm = VDPACTL_A_EVENT_COMM,
		.driver = VDPACTL_A_EVENT_DRIVER,
		.ret = VDPACTL_A_EVENT_RET,
		.count = VDPACTL_A_EVENT_COUNT,
		.lost_type = VDPACTL_EVENT_LOST,
	},
	[VDPACTL_STREAM_FAULTS] = {
		.group = VDPACTL_MCGRP_FAULTS,
		.cmd = VDPACTL_CMD_FAULT,
		.max = VDPACTL_A_FAULT_MAX,
		.type = VDPACTL_A_FAULT_TYPE,
		.sequence = VDPACTL_A_FAULT_SEQUENCE,
		.dev = VDPACTL_A_FAULT_DEV,
		.comm = VDPACTL_A_FAULT_COMM,
		.count = VDPACTL_A_FAULT_COUNT,
		.lost_type = VDPACTL_FAULT_LOST,
	},
};

_Static_assert(VDPACTL_A_EVENT_MAX < VDPACTL_NOTE_ATTRS, "attributes fit a note");
_Static_assert(VDPACTL_A_FAULT_MAX < VDPACTL_NOTE_ATTRS, "attributes fit a note");

/*
 * Messages that did not fit the socket (ENOBUFS): the next one that comes tells by its
 * sequence number how many. As there may be none, the module is asked once the socket is
 * empty, and what was sent before that and is not there by then is lost. What nlctrl told
 * of the family may be lost too.
 */
enum overrun {
	OVERRUN_NONE,
	OVERRUN_SEEN,
	OVERRUN_ASKED,
};

/*
 * @family: 0 while the module is not there
 * @last: sequence number of the last message
 * @overrun: whether messages were lost
 * @sent: up to where the module had sent, of OVERRUN_ASKED
 * @buffer: the datagram under way; @next and @left: what of it is not taken yet
 * @held: a message that waits behind the note of a gap
 * @has_held: there is one
 */
struct vdpactl_monitor {
	const struct stream *stream;
	struct nl_sock *sock;
	int family;
	int group;
	uint64_t last;
	enum overrun overrun;
	uint64_t sent;
	struct nlmsghdr *next;
	int left;
	bool has_held;
	struct vdpactl_diag_note held;
	char buffer[BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static bool is_faults(const struct vdpactl_monitor *monitor)
{
	return monitor->stream == &streams[VDPACTL_STREAM_FAULTS];
}

/* ---- subscribing --------------------------------------------------------------- */

/*
 * The sequence number so far, asked for after joining: what comes is either not above it
 * (between joining and asking) or follows it without a gap.
 */
static int subscribe(struct vdpactl_monitor *monitor, struct vdpactl_error *err)
{
	const bool faults = is_faults(monitor);
	struct vdpactl_diag_module module;
	struct vdpactl_diag *diag;
	uint32_t group;
	int ret;

	ret = vdpactl_diag_open(&diag, err);
	if (ret)
		return ret;
	ret = netlink_lookup(VDPACTL_FAMILY_NAME, monitor->stream->group, &group, err);
	if (ret == -ENOENT)
		diag_not_loaded(err);
	if (ret >= 0) {
		ret = 0;
		errno = EIO;
		if (nl_socket_add_membership(monitor->sock, (int)group)) {
			ret = vdpactl_error_set(err, errno, "cannot listen to vdpactl_diag: %s",
						strerror(errno));
			if (errno == EPERM)
				vdpactl_error_hint(err, "CAP_NET_ADMIN in the initial user namespace is needed: try as root");
		}
	}
	if (!ret)
		ret = vdpactl_diag_module_get(diag, &module, err);
	if (!ret && faults && !module.has_faults)
		ret = vdpactl_error_set(err, EOPNOTSUPP,
					"no I/O page faults can be observed here: the kernel reports none (CONFIG_IOMMU_IOPF), or did not let vdpactl_diag probe its function");
	if (!ret) {
		monitor->family = diag->family;
		monitor->group = (int)group;
		monitor->last = faults ? module.fault_seq : module.event_seq;
	}
	vdpactl_diag_close(diag);
	return ret;
}

static int open_socket(struct vdpactl_monitor *monitor, uint32_t *notify,
		       struct vdpactl_error *err)
{
	int ret, size = RECEIVE_BUFFER;

	monitor->sock = nl_socket_alloc();
	if (!monitor->sock)
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	ret = genl_connect(monitor->sock);
	if (ret)
		return vdpactl_error_set(err, EIO, "cannot open a netlink socket: %s",
					 nl_geterror(ret));
	/* Whoever may listen may have more than net.core.rmem_max; without it, more is lost */
	setsockopt(nl_socket_get_fd(monitor->sock), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	ret = netlink_lookup("nlctrl", "notify", notify, err);
	return ret < 0 ? ret : 0;
}

/* From here on reloading the module is heard; it may have been reloaded just before. */
static int listen_to_nlctrl(struct vdpactl_monitor *monitor, uint32_t notify,
			    struct vdpactl_error *err)
{
	struct vdpactl_diag *diag;
	int ret, family;

	ret = nl_socket_add_membership(monitor->sock, (int)notify);
	if (ret)
		return vdpactl_error_set(err, EIO, "cannot listen to nlctrl: %s",
					 nl_geterror(ret));
	ret = vdpactl_diag_open(&diag, err);
	if (ret)
		return ret;
	family = diag->family;
	vdpactl_diag_close(diag);
	return family == monitor->family ? 0 : subscribe(monitor, err);
}

int vdpactl_monitor_open(enum vdpactl_stream stream, struct vdpactl_monitor **result,
			 struct vdpactl_error *err)
{
	struct vdpactl_monitor *monitor = calloc(1, sizeof(*monitor));
	uint32_t notify = 0;
	int ret;

	*result = NULL;
	if (!monitor)
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	monitor->stream = &streams[stream];
	ret = open_socket(monitor, &notify, err);
	if (!ret)
		ret = subscribe(monitor, err);
	if (!ret)
		ret = listen_to_nlctrl(monitor, notify, err);
	if (ret) {
		vdpactl_monitor_close(monitor);
		return ret;
	}
	*result = monitor;
	return 0;
}

void vdpactl_monitor_close(struct vdpactl_monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->sock)
		nl_socket_free(monitor->sock);
	free(monitor);
}

/* ---- messages -------------------------------------------------------------------- */

static int read_attr(const struct stream *stream, int type, const struct nlattr *attr,
		     struct vdpactl_diag_note *note)
{
	if (type == stream->dev)
		return diag_string(attr, note->dev, sizeof(note->dev));
	if (type == stream->comm)
		return diag_string(attr, note->comm, sizeof(note->comm));
	if (stream->driver && type == stream->driver)
		return diag_string(attr, note->driver, sizeof(note->driver));
	if (diag_uint(attr, &note->value[type]))
		return -EBADMSG;
	if (stream->ret && type == stream->ret)
		note->value[type] = (uint64_t)(int64_t)(int32_t)note->value[type];
	return 0;
}

static int read_note(const struct stream *stream, struct nlmsghdr *nlh,
		     struct vdpactl_diag_note *note)
{
	struct nlattr *attr;
	int left;

	memset(note, 0, sizeof(*note));
	nla_for_each_attr(attr, genlmsg_attrdata(nlmsg_data(nlh), 0),
			  genlmsg_attrlen(nlmsg_data(nlh), 0), left) {
		int type = nla_type(attr);

		if (!type || type > stream->max)
			continue;	/* of a newer module */
		if (read_attr(stream, type, attr, note))
			return -EBADMSG;
		note->has |= 1U << type;
	}
	if (!(note->has & 1U << stream->type) || !(note->has & 1U << stream->sequence))
		return -EBADMSG;
	note->type = (uint32_t)note->value[stream->type];
	return 0;
}

/*
 * A message of the module: the gap before it first. The module counts what its probes
 * missed in a message of its own, which with a count of 0 only shows a gap.
 *
 * Return: 1: @note is one; 0: there is nothing to tell
 */
static int take_event(struct vdpactl_monitor *monitor, struct nlmsghdr *nlh,
		      struct vdpactl_diag_note *note, struct vdpactl_error *err)
{
	const struct stream *stream = monitor->stream;
	uint64_t sequence, gap = 0;

	if (!genlmsg_valid_hdr(nlh, 0) || read_note(stream, nlh, note))
		return diag_bad_message(err);
	sequence = note->value[stream->sequence];
	if (sequence > monitor->last) {
		gap = sequence - monitor->last - 1;
		monitor->last = sequence;
	}
	if (note->type == stream->lost_type) {
		note->note = VDPACTL_NOTE_LOST;
		note->lost = note->value[stream->count] + gap;
		return note->lost ? 1 : 0;
	}
	if (gap) {
		monitor->held = *note;
		monitor->has_held = true;
		*note = (struct vdpactl_diag_note){ .note = VDPACTL_NOTE_LOST, .lost = gap };
	}
	return 1;
}

/* The note of a family that went */
static int take_unloaded(struct vdpactl_monitor *monitor, struct vdpactl_diag_note *note)
{
	nl_socket_drop_membership(monitor->sock, monitor->group);
	monitor->family = 0;
	*note = (struct vdpactl_diag_note){ .note = VDPACTL_NOTE_UNLOADED };
	return 1;
}

/* The note of a family that came */
static int take_loaded(struct vdpactl_monitor *monitor, struct vdpactl_diag_note *note,
		       struct vdpactl_error *err)
{
	int ret = subscribe(monitor, err);

	/* Gone again already: its DELFAMILY is on the way. */
	if (ret == -ENOENT)
		return 0;
	*note = (struct vdpactl_diag_note){ .note = VDPACTL_NOTE_LOADED };
	return ret ? ret : 1;
}

/* nlctrl tells of a family; ours may have gone or come back. */
static int take_family(struct vdpactl_monitor *monitor, struct nlmsghdr *nlh,
		       struct vdpactl_diag_note *note, struct vdpactl_error *err)
{
	struct nlattr *tb[CTRL_ATTR_MAX + 1];
	char name[GENL_NAMSIZ];
	int cmd;

	if (!genlmsg_valid_hdr(nlh, 0) ||
	    nla_parse(tb, CTRL_ATTR_MAX, genlmsg_attrdata(nlmsg_data(nlh), 0),
		      genlmsg_attrlen(nlmsg_data(nlh), 0), NULL) ||
	    !tb[CTRL_ATTR_FAMILY_NAME] ||
	    diag_string(tb[CTRL_ATTR_FAMILY_NAME], name, sizeof(name)) ||
	    strcmp(name, VDPACTL_FAMILY_NAME))
		return 0;
	cmd = ((struct genlmsghdr *)nlmsg_data(nlh))->cmd;
	if (cmd == CTRL_CMD_DELFAMILY && monitor->family)
		return take_unloaded(monitor, note);
	if (cmd == CTRL_CMD_NEWFAMILY && !monitor->family)
		return take_loaded(monitor, note, err);
	return 0;
}

static int take_message(struct vdpactl_monitor *monitor, struct vdpactl_diag_note *note,
			struct vdpactl_error *err)
{
	struct nlmsghdr *nlh = monitor->next;

	monitor->next = nlmsg_next(nlh, &monitor->left);
	if (nlh->nlmsg_type == GENL_ID_CTRL)
		return take_family(monitor, nlh, note, err);
	if (nlh->nlmsg_type == monitor->family)
		return take_event(monitor, nlh, note, err);
	return 0;
}

/* ---- the stream ---------------------------------------------------------------------- */

/* Return: 1: there is a datagram, or something else to look at; 0: there is nothing */
static int receive(struct vdpactl_monitor *monitor, struct vdpactl_error *err)
{
	struct sockaddr_nl from = { 0 };
	socklen_t length = sizeof(from);
	ssize_t n;

	n = recvfrom(nl_socket_get_fd(monitor->sock), monitor->buffer, BUFFER,
		     MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &length);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0 && errno == ENOBUFS) {
		monitor->overrun = OVERRUN_SEEN;
		return 1;
	}
	if (n < 0)
		return vdpactl_error_set(err, errno, "netlink socket: %s", strerror(errno));
	if (n > BUFFER)
		return diag_bad_message(err);
	if (from.nl_pid)
		return 1;	/* another process speaks; nothing of it is taken */
	monitor->next = (struct nlmsghdr *)monitor->buffer;
	monitor->left = (int)n;
	return 1;
}

/* 0 in @family: the module is not there */
static int ask_sent(const struct vdpactl_monitor *monitor, int *family, uint64_t *sent,
		    struct vdpactl_error *err)
{
	struct vdpactl_diag_module module = { 0 };
	struct vdpactl_diag *diag;
	int ret;

	*family = 0;
	ret = vdpactl_diag_open(&diag, err);
	if (!ret) {
		*family = diag->family;
		ret = vdpactl_diag_module_get(diag, &module, err);
		vdpactl_diag_close(diag);
	}
	*sent = is_faults(monitor) ? module.fault_sent : module.event_sent;
	if (ret != -ENOENT)
		return ret;
	*family = 0;
	*err = (struct vdpactl_error){ 0 };
	return 0;
}

/*
 * The socket is empty after an overrun.
 *
 * Return: 1: @note is one; 0: there is nothing to tell, but the socket is to be looked at
 * again
 */
static int settle(struct vdpactl_monitor *monitor, struct vdpactl_diag_note *note,
		  struct vdpactl_error *err)
{
	int ret, family;

	if (monitor->overrun == OVERRUN_ASKED) {
		monitor->overrun = OVERRUN_NONE;
		if (!monitor->family || monitor->sent <= monitor->last)
			return 0;
		*note = (struct vdpactl_diag_note){
			.note = VDPACTL_NOTE_LOST, .lost = monitor->sent - monitor->last
		};
		monitor->last = monitor->sent;
		return 1;
	}
	ret = ask_sent(monitor, &family, &monitor->sent, err);
	if (ret)
		return ret;
	/* Of a module that is not the same any more, the other half comes next time */
	if (monitor->family && family != monitor->family)
		return take_unloaded(monitor, note);
	monitor->overrun = OVERRUN_ASKED;
	return family && !monitor->family ? take_loaded(monitor, note, err) : 0;
}

/* Return: 1: something may have come; 0: not in time, or a signal */
static int wait_more(struct vdpactl_monitor *monitor, int64_t deadline)
{
	struct pollfd pollfd = { .fd = nl_socket_get_fd(monitor->sock), .events = POLLIN };
	int64_t left = deadline < 0 ? -1 : deadline - clock_ms();

	if (deadline >= 0 && left <= 0)
		return 0;
	return poll(&pollfd, 1, left > INT32_MAX ? INT32_MAX : (int)left) > 0;
}

int vdpactl_monitor_next(struct vdpactl_monitor *monitor, int timeout,
			 struct vdpactl_diag_note *note, struct vdpactl_error *err)
{
	int64_t deadline = timeout < 0 ? -1 : clock_ms() + timeout;
	int ret;

	if (monitor->has_held) {
		monitor->has_held = false;
		*note = monitor->held;
		return 1;
	}
	for (;;) {
		while (monitor->left > 0 && nlmsg_ok(monitor->next, monitor->left)) {
			ret = take_message(monitor, note, err);
			if (ret)
				return ret;
		}
		monitor->left = 0;
		ret = receive(monitor, err);
		if (!ret && monitor->overrun) {
			ret = settle(monitor, note, err);
			if (ret)
				return ret;
			continue;
		}
		if (!ret)
			ret = wait_more(monitor, deadline) ? 1 : -EAGAIN;
		if (ret == -EAGAIN)
			return 0;
		if (ret < 0)
			return ret;
	}
}

const char *vdpactl_event_name(unsigned int event)
{
	static const char *const names[] = {
		[VDPACTL_EVENT_SET_STATUS] = "set_status",
		[VDPACTL_EVENT_SET_DRIVER_FEATURES] = "set_driver_features",
		[VDPACTL_EVENT_RESET] = "reset",
		[VDPACTL_EVENT_RESET_MAP] = "reset_map",
		[VDPACTL_EVENT_SET_MAP] = "set_map",
		[VDPACTL_EVENT_DMA_MAP] = "dma_map",
		[VDPACTL_EVENT_DMA_UNMAP] = "dma_unmap",
		[VDPACTL_EVENT_SET_GROUP_ASID] = "set_group_asid",
		[VDPACTL_EVENT_SUSPEND] = "suspend",
		[VDPACTL_EVENT_RESUME] = "resume",
		[VDPACTL_EVENT_SET_VQ_ADDRESS] = "set_vq_address",
		[VDPACTL_EVENT_SET_VQ_NUM] = "set_vq_num",
		[VDPACTL_EVENT_SET_VQ_READY] = "set_vq_ready",
		[VDPACTL_EVENT_SET_VQ_STATE] = "set_vq_state",
		[VDPACTL_EVENT_DEV_ADDED] = "dev_added",
		[VDPACTL_EVENT_DEV_REMOVED] = "dev_removed",
		[VDPACTL_EVENT_BOUND] = "bound",
		[VDPACTL_EVENT_UNBOUND] = "unbound",
		[VDPACTL_EVENT_LOST] = "lost",
		[VDPACTL_EVENT_PROBES_OFF] = "probes_off",
		[VDPACTL_EVENT_PROBES_ON] = "probes_on",
	};

	return event < sizeof(names) / sizeof(*names) ? names[event] : NULL;
}
