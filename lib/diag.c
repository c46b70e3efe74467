// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The socket: requests, acks with the kernel's words, dumps. Messages are made
 * with libnl-genl-3 and received here, as an error's extended ack and the end
 * of a dump are wanted in one place.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>

#include "blocked.h"
#include "diag.h"
#include "lazy.h"
#include "netlink.h"
#include "patient.h"
#include "procfd.h"

/* The kernel fills at most 32 KiB of a dump into one datagram (netlink_dump()) */
#define BUFFER 65536

int diag_bad_message(struct vdpactl_error *err)
{
	return vdpactl_error_set(err, EBADMSG,
				 "vdpactl_diag sent an answer that does not follow its interface");
}

int diag_uint(const struct nlattr *attr, uint64_t *value)
{
	uint32_t word;

	switch (nla_len(attr)) {
	case sizeof(word):
		memcpy(&word, nla_data(attr), sizeof(word));
		*value = word;
		return 0;
	case sizeof(*value):
		memcpy(value, nla_data(attr), sizeof(*value));
		return 0;
	}
	return -EBADMSG;
}

int diag_string(const struct nlattr *attr, char *text, size_t size)
{
	const char *string = nla_data(attr);
	size_t length = strnlen(string, nla_len(attr));

	if (length == (size_t)nla_len(attr))
		return -EBADMSG;
	if (length >= size)
		length = size - 1;
	memcpy(text, string, length);
	text[length] = '\0';
	return 0;
}

/* ---- why the family is not there ---------------------------------------------- */

static bool module_installed(void)
{
	struct utsname uts;
	char path[256], line[512];
	bool found = false;
	FILE *file;

	if (uname(&uts))
		return false;
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", uts.release);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, "/vdpactl_diag.ko");
	if (file)
		fclose(file);
	return found;
}

bool vdpactl_diag_loaded(void)
{
	return access("/sys/module/vdpactl_diag", F_OK) == 0;
}

static int coming_or_going(struct vdpactl_error *err)
{
	int ret = vdpactl_error_set(err, EBUSY, "the module vdpactl_diag is being loaded or unloaded");

	vdpactl_error_hint(err, "try again");
	return ret;
}

/* It has its family from the end of its loading to the begin of its unloading */
static bool is_live(void)
{
	char state[16];

	return procfd_text(state, sizeof(state), "/sys/module/vdpactl_diag/initstate") > 0 &&
	       !strcmp(state, "live\n");
}

int diag_not_loaded(struct vdpactl_error *err)
{
	int ret;

	/* The family is in the initial network namespace alone. */
	if (vdpactl_diag_loaded()) {
		if (!is_live())
			return coming_or_going(err);
		ret = vdpactl_error_set(err, EPERM,
					"the module vdpactl_diag answers in the initial network namespace alone");
		vdpactl_error_hint(err, "run vdpactl outside of containers and network namespaces");
		return ret;
	}
	ret = vdpactl_error_set(err, ENOENT, "the module vdpactl_diag is not loaded");
	if (module_installed())
		vdpactl_error_hint(err, "load it: modprobe vdpactl_diag");
	else
		vdpactl_error_hint(err,
				   "it is not installed for this kernel; see vdpactl_diag(4)");
	return ret;
}

/* ---- the socket --------------------------------------------------------------- */

/*
 * The module tells the number of its family in sysfs: it answers also while generic netlink
 * is blocked, but nlctrl, who resolves names, does not.
 */
static int find_family(struct vdpactl_error *err)
{
	char text[16];

	if (procfd_text(text, sizeof(text), "/sys/module/vdpactl_diag/parameters/family_id") > 0)
		return atoi(text) >= GENL_MIN_ID ? atoi(text) : coming_or_going(err);
	return netlink_lookup(VDPACTL_FAMILY_NAME, NULL, NULL, err);
}

int vdpactl_diag_open(struct vdpactl_diag **result, struct vdpactl_error *err)
{
	struct vdpactl_diag *diag;
	int ret, on = 1;

	*result = NULL;
	/* Asked for the family, the kernel would run modprobe */
	if (!vdpactl_diag_loaded())
		return diag_not_loaded(err);
	ret = lazy_load(&lazy_libnl, err);
	if (ret)
		return ret;
	diag = calloc(1, sizeof(*diag));
	if (diag)
		diag->sock = nl_socket_alloc();
	if (!diag || !diag->sock) {
		free(diag);
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	}
	ret = genl_connect(diag->sock);
	if (ret) {
		vdpactl_diag_close(diag);
		return vdpactl_error_set(err, errno ? errno : EIO,
					 "cannot open a netlink socket: %s", nl_geterror(ret));
	}
	diag->family = find_family(err);
	if (diag->family < 0) {
		ret = diag->family;
		vdpactl_diag_close(diag);
		return ret == -ENOENT ? diag_not_loaded(err) : ret;
	}
	/* Where the kernel has neither, errors are only less wordy. */
	setsockopt(nl_socket_get_fd(diag->sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl_socket_get_fd(diag->sock), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	*result = diag;
	return 0;
}

void vdpactl_diag_close(struct vdpactl_diag *diag)
{
	if (!diag)
		return;
	nl_socket_free(diag->sock);
	free(diag);
}

struct nl_msg *diag_message(struct vdpactl_diag *diag, enum vdpactl_cmd cmd, bool dump)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, ++diag->seq, diag->family, 0,
				NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK), cmd,
				VDPACTL_FAMILY_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

/* The text of an extended ack; @header is that of the error or of the end of a dump */
static void read_ext_ack(const struct nlmsghdr *nlh, size_t header, char *text, size_t size)
{
	struct nlattr *attrs = (struct nlattr *)((char *)nlmsg_data(nlh) + NLMSG_ALIGN(header));
	int left = nlmsg_datalen(nlh) - (int)NLMSG_ALIGN(header);
	struct nlattr *attr;

	text[0] = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || left <= 0)
		return;
	attr = nla_find(attrs, left, NLMSGERR_ATTR_MSG);
	if (attr)
		diag_string(attr, text, size);
}

static int request_failed(int code, const char *text, const char *what,
			  struct vdpactl_error *err)
{
	int ret;

	if (code == ENOENT)
		return diag_not_loaded(err);
	/* __netlink_dump_start() could not get hold of a module on its way out */
	if (code == EPROTONOSUPPORT)
		return vdpactl_diag_loaded() ? coming_or_going(err) : diag_not_loaded(err);
	ret = vdpactl_error_set(err, code, "%s: %s", what, *text ? text : strerror(code));
	if (code == EPERM)
		vdpactl_error_hint(err,
				   "CAP_NET_ADMIN in the initial user namespace is needed: try as root");
	return ret;
}

/* An error message, or the end of a dump: both begin with the errno value. */
static int read_end(const struct nlmsghdr *nlh, const char *what, struct vdpactl_error *err)
{
	size_t header = nlh->nlmsg_type == NLMSG_ERROR ? sizeof(struct nlmsgerr) : sizeof(int);
	char text[256];
	int code;

	if (nlmsg_datalen(nlh) < (int)sizeof(int))
		return nlh->nlmsg_type == NLMSG_DONE ? 0 : diag_bad_message(err);
	memcpy(&code, nlmsg_data(nlh), sizeof(code));
	if (code >= 0)
		return 0;
	if (code < -NETLINK_ERRNO_MAX)
		return diag_bad_message(err);
	read_ext_ack(nlh, header, text, sizeof(text));
	return request_failed(-code, text, what, err);
}

struct answer {
	struct vdpactl_diag *diag;
	const char *what;
	diag_answer_fn fn;
	void *data;
	bool done;
	bool interrupted;
};

static int take_message(struct answer *answer, struct nlmsghdr *nlh,
			struct vdpactl_error *err)
{
	if (nlh->nlmsg_seq != answer->diag->seq)
		return 0;	/* the rest of an answer that was given up */
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
		answer->done = true;
		return read_end(nlh, answer->what, err);
	}
	if (nlh->nlmsg_type != answer->diag->family || !genlmsg_valid_hdr(nlh, 0))
		return diag_bad_message(err);
	if (!answer->fn)
		return 0;
	return answer->fn(genlmsg_attrdata(nlmsg_data(nlh), 0),
			  genlmsg_attrlen(nlmsg_data(nlh), 0), answer->data, err);
}

static ssize_t receive(int fd, void *buffer, struct vdpactl_error *err)
{
	struct sockaddr_nl from = { 0 };
	socklen_t length = sizeof(from);
	ssize_t n;

	do {
		n = recvfrom(fd, buffer, BUFFER, MSG_TRUNC, (struct sockaddr *)&from, &length);
	} while ((n < 0 && errno == EINTR) || (n >= 0 && from.nl_pid));
	if (n < 0)
		return vdpactl_error_set(err, errno, "netlink socket: %s", strerror(errno));
	return n > BUFFER ? diag_bad_message(err) : n;
}

static int receive_answer(struct answer *answer, struct vdpactl_error *err)
{
	int fd = nl_socket_get_fd(answer->diag->sock);
	char *buffer = malloc(BUFFER);
	struct nlmsghdr *nlh;
	int left, ret = 0;

	if (!buffer)
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	while (!ret && !answer->done) {
		ret = receive(fd, buffer, err);
		if (ret < 0)
			break;
		left = ret;
		ret = 0;
		for (nlh = (struct nlmsghdr *)buffer; !ret && !answer->done && nlmsg_ok(nlh, left);
		     nlh = nlmsg_next(nlh, &left))
			ret = take_message(answer, nlh, err);
	}
	free(buffer);
	return ret;
}

/* See send_message() in netlink.c: a family that is being registered blocks this one too */
static int send_message(struct vdpactl_diag *diag, struct nl_msg *msg)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);
	int ret;

	if (diag->answers)
		return nl_send(diag->sock, msg) < 0 ? errno ? -errno : -EIO : 0;
	ret = patient_send(nl_socket_get_fd(diag->sock), nlh, nlh->nlmsg_len);
	diag->answers = !ret;
	return ret;
}

int diag_request(struct vdpactl_diag *diag, struct nl_msg *msg, const char *what,
		 diag_answer_fn fn, void *data, struct vdpactl_error *err)
{
	struct answer answer = { .diag = diag, .what = what, .fn = fn, .data = data };
	int ret;

	if (!msg)
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	nlmsg_hdr(msg)->nlmsg_seq = diag->seq;
	ret = send_message(diag, msg);
	nlmsg_free(msg);
	if (ret == -ETIMEDOUT)
		return blocked_explain(err);
	if (ret)
		return vdpactl_error_set(err, ret, "%s: %s", what, strerror(-ret));
	ret = receive_answer(&answer, err);
	if (!ret && answer.interrupted)
		ret = vdpactl_error_set(err, EAGAIN, "%s: it changed while it was read", what);
	return ret;
}
