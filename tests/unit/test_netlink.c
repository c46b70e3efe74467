// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The conversation with the family "vdpa", against answers that a real kernel gives
 * rarely or never: this file stands in for libmnl's socket.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <vdpactl/dev.h>
#include <vdpactl/mgmtdev.h>

#include "cli.h"
#include "compat-uapi.h"
#include "dev.h"

/* ---- the kernel's side ----------------------------------------------------------- */

#define FAMILY 77

/* What is sent in answer to a request; each function below adds one message */
static _Alignas(struct nlmsghdr) char answer[65536];
static size_t answered;
static unsigned int requests;
static uint32_t seq;
static void (*kernel)(uint8_t cmd, unsigned int request);

static struct nlmsghdr *message(uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(answer + answered);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = seq;
	nlh->nlmsg_pid = 4711;
	return nlh;
}

static struct nlmsghdr *genl(uint16_t flags)
{
	struct nlmsghdr *nlh = message(FAMILY, flags);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	return nlh;
}

static void end(struct nlmsghdr *nlh)
{
	answered += NLMSG_ALIGN(nlh->nlmsg_len);
}

static void done(int error)
{
	struct nlmsghdr *nlh = message(NLMSG_DONE, NLM_F_MULTI);

	*(int *)mnl_nlmsg_put_extra_header(nlh, sizeof(int)) = error;
	end(nlh);
}

static void error(int code, const char *text)
{
	struct nlmsghdr *nlh = message(NLMSG_ERROR, text ? NLM_F_CAPPED | NLM_F_ACK_TLVS : NLM_F_CAPPED);
	struct nlmsgerr *err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));

	err->error = code == INT_MIN ? code : -code;
	err->msg.nlmsg_len = 60;
	if (text)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, text);
	end(nlh);
}

static struct nlmsghdr *device(const char *name, uint16_t flags)
{
	struct nlmsghdr *nlh = genl(NLM_F_MULTI | flags);

	mnl_attr_put_strz(nlh, VDPA_ATTR_MGMTDEV_BUS_NAME, "pci");
	mnl_attr_put_strz(nlh, VDPA_ATTR_MGMTDEV_DEV_NAME, "0000:01:00.0");
	mnl_attr_put_strz(nlh, VDPA_ATTR_DEV_NAME, name);
	mnl_attr_put_u32(nlh, VDPA_ATTR_DEV_ID, 1);
	return nlh;
}

static void family(void)
{
	struct nlmsghdr *nlh = message(GENL_ID_CTRL, 0);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	end(nlh);
}

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	return (struct mnl_socket *)answer;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	return 0;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	return 4711;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	return 0;
}

/* There is a vdpa bus */
int access(const char *path, int mode)
{
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return 2;
}

/* No message is taken */
static bool refuse;
static unsigned int refusals;

/* The first message of a conversation is sent so, the others as libmnl does */
ssize_t sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
	       socklen_t size)
{
	const struct nlmsghdr *nlh = buf;
	const struct genlmsghdr *request = mnl_nlmsg_get_payload(nlh);

	if (refuse) {
		/* What the other process, which has the same errno, left there meanwhile */
		errno = refusals++ ? ENOBUFS : 0;
		return -1;
	}
	seq = nlh->nlmsg_seq;
	answered = 0;
	if (nlh->nlmsg_type == GENL_ID_CTRL)
		family();
	else
		kernel(request->cmd, requests++);
	return len;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	return sendto(2, buf, len, 0, NULL, 0);
}

/* Another process says no, before the kernel says anything */
static bool forged;

static ssize_t forge(void *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlmsgerr *error = mnl_nlmsg_put_extra_header(nlh, sizeof(*error));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_seq = seq;
	nlh->nlmsg_pid = 4711;
	error->error = -ENODEV;
	return nlh->nlmsg_len;
}

/* All at once; asked again, the kernel has nothing more to say */
ssize_t recvfrom(int fd, void *buf, size_t size, int flags, struct sockaddr *from,
		 socklen_t *fromlen)
{
	size_t length = answered;

	((struct sockaddr_nl *)from)->nl_pid = forged ? 4712 : 0;
	if (forged) {
		forged = false;
		return forge(buf);
	}
	if (!length) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(buf, answer, length < size ? length : size);
	answered = 0;
	return length;
}

/* ---- helpers ------------------------------------------------------------------------- */

static struct vdpactl_error err;

static int get_mgmtdevs(void (*answers)(uint8_t cmd, unsigned int request),
			struct vdpactl_mgmtdevs *devs)
{
	kernel = answers;
	requests = 0;
	return vdpactl_mgmtdevs_get(NULL, devs, &err);
}

static struct nlmsghdr *mgmtdev(const char *name, uint16_t flags)
{
	struct nlmsghdr *nlh = genl(NLM_F_MULTI | flags);

	mnl_attr_put_strz(nlh, VDPA_ATTR_MGMTDEV_DEV_NAME, name);
	return nlh;
}

/* ---- dumps that are interrupted ---------------------------------------------------------- */

/* The first two tries are interrupted, in the middle and at the end */
static void interrupted_twice(uint8_t cmd, unsigned int request)
{
	end(mgmtdev("a", request == 0 ? NLM_F_DUMP_INTR : 0));
	if (request == 0)
		end(mgmtdev("stale", 0));
	done(0);
	if (request == 1)
		((struct nlmsghdr *)answer)->nlmsg_flags |= NLM_F_DUMP_INTR;
}

static void an_interrupted_dump_begins_again(void **state)
{
	struct vdpactl_mgmtdevs devs;

	assert_int_equal(get_mgmtdevs(interrupted_twice, &devs), 0);
	assert_int_equal(requests, 3);
	assert_int_equal(devs.count, 1);
	assert_string_equal(devs.list[0].handle.name, "a");
	vdpactl_mgmtdevs_free(&devs);
}

static void always_interrupted(uint8_t cmd, unsigned int request)
{
	end(mgmtdev("a", NLM_F_DUMP_INTR));
	done(0);
}

static void a_dump_that_never_ends_well_is_given_up(void **state)
{
	struct vdpactl_mgmtdevs devs;

	assert_int_equal(get_mgmtdevs(always_interrupted, &devs), -EINTR);
	assert_int_equal(requests, 8);
	assert_int_equal(devs.count, 0);
	assert_non_null(strstr(err.message, "kept changing"));
}

static void fails_at_the_end(uint8_t cmd, unsigned int request)
{
	end(mgmtdev("a", 0));
	done(-ENOMEM);
}

static void a_dump_can_fail_at_its_end(void **state)
{
	struct vdpactl_mgmtdevs devs;

	assert_int_equal(get_mgmtdevs(fails_at_the_end, &devs), -ENOMEM);
	assert_int_equal(devs.count, 0);
}

/* ---- attributes ------------------------------------------------------------------------------ */

static void everything(uint8_t cmd, unsigned int request)
{
	struct nlmsghdr *nlh = mgmtdev("a", 0);

	mnl_attr_put_strz(nlh, VDPA_ATTR_MGMTDEV_BUS_NAME, "pci");
	mnl_attr_put_u64(nlh, VDPA_ATTR_MGMTDEV_SUPPORTED_CLASSES, 6);
	mnl_attr_put_u64(nlh, VDPA_ATTR_DEV_SUPPORTED_FEATURES, UINT64_MAX);
	mnl_attr_put_u32(nlh, VDPA_ATTR_DEV_MGMTDEV_MAX_VQS, UINT32_MAX);
	/* From a kernel that is newer than we are */
	mnl_attr_put_u8(nlh, 200, 1);
	mnl_attr_put(nlh, 8191, 6, "future");
	end(nlh);
	end(mgmtdev("b", 0));
	done(0);
}

static void unknown_attributes_are_skipped_and_missing_ones_told(void **state)
{
	struct vdpactl_mgmtdevs devs;

	assert_int_equal(get_mgmtdevs(everything, &devs), 0);
	assert_int_equal(devs.count, 2);
	assert_string_equal(devs.list[0].handle.bus, "pci");
	assert_int_equal(devs.list[0].classes, 6);
	assert_true(devs.list[0].features == UINT64_MAX);
	assert_true(devs.list[0].max_vqs == UINT32_MAX);
	assert_null(devs.list[1].handle.bus);
	assert_false(devs.list[1].has_classes || devs.list[1].has_features);
	assert_int_equal(devs.list[1].max_vqs, -1);
	vdpactl_mgmtdevs_free(&devs);
}

/* Answers that do not follow the uAPI; request 0 of each test is the only one */
static unsigned int malformation;

static void malformed(uint8_t cmd, unsigned int request)
{
	struct nlmsghdr *nlh = malformation == 0 ? genl(NLM_F_MULTI) : mgmtdev("a", 0);

	switch (malformation) {
	case 1:
		mnl_attr_put_u32(nlh, VDPA_ATTR_DEV_SUPPORTED_FEATURES, 1);
		break;
	case 2:
		mnl_attr_put(nlh, VDPA_ATTR_MGMTDEV_BUS_NAME, 3, "pci");
		break;
	case 3:
		mnl_attr_put(nlh, VDPA_ATTR_MGMTDEV_BUS_NAME, 0, "");
		break;
	case 4:
		mnl_attr_put(nlh, VDPA_ATTR_DEV_MGMTDEV_MAX_VQS, 3, "abc");
		break;
	case 5:
		nlh->nlmsg_len = NLMSG_HDRLEN + 2;
		break;
	case 6:
		nlh->nlmsg_len = NLMSG_HDRLEN - 1;
		break;
	case 7:
		nlh->nlmsg_len = 10000;
		answered += 100;
		return;
	case 8:
		/* An int of it is negative */
		nlh->nlmsg_len = UINT32_MAX;
		answered += 100;
		return;
	case 9:
		done(INT_MIN);
		return;
	case 10:
		done(-4096);
		return;
	case 11:
		error(INT_MIN, NULL);
		return;
	}
	end(nlh);
	done(0);
}

static void malformed_answers_are_refused(void **state)
{
	struct vdpactl_mgmtdevs devs;

	for (malformation = 0; malformation < 12; malformation++) {
		int ret = get_mgmtdevs(malformed, &devs);

		if (ret != -EBADMSG || devs.count)
			fail_msg("malformation %u: %d, %zu devices", malformation, ret, devs.count);
	}
}

static void of_another(uint8_t cmd, unsigned int request)
{
	struct nlmsghdr *nlh = mgmtdev("stale", 0);

	nlh->nlmsg_seq--;
	end(nlh);
	nlh = mgmtdev("foreign", 0);
	nlh->nlmsg_pid = 1;
	end(nlh);
	end(mgmtdev("a", 0));
	done(0);
}

static void answers_to_other_questions_are_skipped(void **state)
{
	struct vdpactl_mgmtdevs devs;

	assert_int_equal(get_mgmtdevs(of_another, &devs), 0);
	assert_int_equal(devs.count, 1);
	vdpactl_mgmtdevs_free(&devs);
}

static void what_another_process_says_is_skipped(void **state)
{
	struct vdpactl_mgmtdevs devs;

	forged = true;
	assert_int_equal(get_mgmtdevs(of_another, &devs), 0);
	assert_false(forged);
	assert_int_equal(devs.count, 1);
	vdpactl_mgmtdevs_free(&devs);
}

/* ---- failures ------------------------------------------------------------------------------------ */

static void refuses(uint8_t cmd, unsigned int request)
{
	error(EINVAL, "vdpa: because");
}

static void the_kernels_words_are_part_of_the_message(void **state)
{
	static const struct vdpactl_handle handle = { NULL, "m" };
	struct vdpactl_dev_attrs attrs = { .name = "v0", .mgmtdev = &handle };

	kernel = refuses;
	assert_int_equal(vdpactl_dev_add(&attrs, &err), -EINVAL);
	assert_non_null(strstr(err.message, "cannot add v0: "));
	assert_non_null(strstr(err.message, "(kernel: vdpa: because)"));
}

/* The whole request before the text, and a text without its NUL */
static void refuses_at_length(uint8_t cmd, unsigned int request)
{
	struct nlmsghdr *nlh = message(NLMSG_ERROR, NLM_F_ACK_TLVS);
	struct nlmsgerr *error = mnl_nlmsg_put_extra_header(nlh, sizeof(*error) + 20);

	error->error = -EBUSY;
	error->msg.nlmsg_len = sizeof(error->msg) + 20;
	mnl_attr_put(nlh, NLMSGERR_ATTR_MSG, 3, "abc");
	end(nlh);
}

static void the_kernels_words_are_found_behind_the_request(void **state)
{
	kernel = refuses_at_length;
	assert_int_equal(vdpactl_dev_set_mac("v0", (const uint8_t *)"\x02\0\0\0\0\1", &err), -EBUSY);
	assert_non_null(strstr(err.message, "(kernel: abc)"));
}

/* What @error says of the length of the request is not believed */
static void refuses_dishonestly(uint8_t cmd, unsigned int request)
{
	struct nlmsghdr *nlh = message(NLMSG_ERROR, NLM_F_ACK_TLVS);
	struct nlmsgerr *error = mnl_nlmsg_put_extra_header(nlh, sizeof(*error));

	error->error = -EBUSY;
	error->msg.nlmsg_len = UINT32_MAX;
	end(nlh);
}

static void lengths_in_errors_are_checked(void **state)
{
	kernel = refuses_dishonestly;
	assert_int_equal(vdpactl_dev_set_mac("v0", (const uint8_t *)"\x02\0\0\0\0\1", &err), -EBUSY);
	assert_null(strstr(err.message, "kernel:"));
}

static void says_nothing(uint8_t cmd, unsigned int request)
{
}

static void a_silent_kernel_is_an_error(void **state)
{
	struct vdpactl_mgmtdevs devs;

	assert_int_equal(get_mgmtdevs(says_nothing, &devs), -EAGAIN);
}

/* An acknowledgement and no answer */
static void acknowledges(uint8_t cmd, unsigned int request)
{
	error(0, NULL);
}

static void an_answer_without_the_device_is_refused(void **state)
{
	static const struct vdpactl_handle handle = { NULL, "m" };
	struct vdpactl_dev_configs configs;
	struct vdpactl_mgmtdevs devs;

	kernel = acknowledges;
	assert_int_equal(vdpactl_mgmtdevs_get(&handle, &devs, &err), -EBADMSG);
	assert_int_equal(vdpactl_dev_configs_get("v0", &configs, &err), -EBADMSG);
}

/* ---- devices and statistics ---------------------------------------------------------------------- */

static void gone(uint8_t cmd, unsigned int request)
{
	error(ENODEV, "vdpa: device not found");
}

static void a_device_that_is_not_there_is_named(void **state)
{
	struct vdpactl_devs devs;

	kernel = gone;
	assert_int_equal(vdpactl_devs_get("v9", &devs, &err), -ENODEV);
	assert_non_null(strstr(err.message, "there is no vDPA device \"v9\""));
}

static void one_device(uint8_t cmd, unsigned int request)
{
	struct nlmsghdr *nlh = device("v0", 0);

	mnl_attr_put_u16(nlh, VDPA_ATTR_DEV_MAX_VQ_SIZE, 32768);
	end(nlh);
	done(0);
}

static void devices_are_taken(void **state)
{
	struct vdpactl_devs devs;

	kernel = one_device;
	assert_int_equal(vdpactl_devs_get(NULL, &devs, &err), 0);
	assert_int_equal(devs.count, 1);
	assert_string_equal(devs.list[0].mgmtdev.bus, "pci");
	assert_int_equal(devs.list[0].max_vq_size, 32768);
	assert_int_equal(devs.list[0].max_vqs, -1);
	/* This is not one of ours: sysfs does not have it */
	assert_false(devs.list[0].located);
	vdpactl_devs_free(&devs);
}

/* The status of a network device in 8 bits, as the header says, and in 16, as it is */
static void configuration(uint8_t cmd, unsigned int request)
{
	struct nlmsghdr *nlh = device("v0", 0);

	mnl_attr_put_u16(nlh, VDPA_ATTR_DEV_NET_STATUS, 3);
	end(nlh);
	nlh = device("v1", 0);
	mnl_attr_put_u8(nlh, VDPA_ATTR_DEV_NET_STATUS, 1);
	/* Device features, of a kernel that used this number for them */
	mnl_attr_put_u64(nlh, VDPA_ATTR_DEV_BLK_CFG_CAPACITY, 0x20);
	end(nlh);
	done(0);
}

static void configurations_of_all_kernels_are_taken(void **state)
{
	struct vdpactl_dev_configs configs;

	kernel = configuration;
	assert_int_equal(vdpactl_dev_configs_get(NULL, &configs, &err), 0);
	assert_int_equal(configs.count, 2);
	assert_int_equal(configs.list[0].value[VDPACTL_CONFIG_NET_STATUS], 3);
	assert_int_equal(configs.list[1].value[VDPACTL_CONFIG_NET_STATUS], 1);
	assert_true(configs.list[1].has_device_features);
	assert_int_equal(configs.list[1].device_features, 0x20);
	assert_false(configs.list[1].has >> VDPACTL_CONFIG_BLK_CAPACITY & 1);
	vdpactl_dev_configs_free(&configs);
}

static bool value_without_name;

static void statistics(uint8_t cmd, unsigned int request)
{
	struct nlmsghdr *nlh = device("v0", 0);

	mnl_attr_put_u32(nlh, VDPA_ATTR_DEV_QUEUE_INDEX, 5);
	mnl_attr_put_u16(nlh, VDPA_ATTR_DEV_NET_CFG_MAX_VQP, 8);
	mnl_attr_put_strz(nlh, VDPA_ATTR_DEV_VENDOR_ATTR_NAME, "one");
	mnl_attr_put_u64(nlh, VDPA_ATTR_DEV_VENDOR_ATTR_VALUE, 1);
	if (!value_without_name)
		mnl_attr_put_strz(nlh, VDPA_ATTR_DEV_VENDOR_ATTR_NAME, "two");
	mnl_attr_put_u64(nlh, VDPA_ATTR_DEV_VENDOR_ATTR_VALUE, UINT64_MAX);
	end(nlh);
}

static void statistics_are_pairs(void **state)
{
	struct vdpactl_dev_vstats stats;

	kernel = statistics;
	value_without_name = false;
	assert_int_equal(vdpactl_dev_vstats_get("v0", 5, &stats, &err), 0);
	assert_int_equal(stats.count, 2);
	assert_int_equal(stats.max_vqp, 8);
	assert_string_equal(stats.list[1].name, "two");
	assert_true(stats.list[1].value == UINT64_MAX);
	vdpactl_dev_vstats_free(&stats);

	value_without_name = true;
	assert_int_equal(vdpactl_dev_vstats_get("v0", 5, &stats, &err), -EBADMSG);
}

/* ---- a message that cannot be sent ------------------------------------------------------------ */

/* The process that sends it shares our memory, and errno; one that has a copy tells why */
static void why_a_message_is_not_sent_is_told(void **state)
{
	struct vdpactl_mgmtdevs devs;

	refuse = true;
	refusals = 0;
	assert_int_equal(get_mgmtdevs(interrupted_twice, &devs), -ENOBUFS);
	refuse = false;
	assert_int_equal(refusals, 1);
}

/* ---- statistics of all virtqueues ---------------------------------------------------------- */

static int refusal;

/* Of three virtqueues the middle one has none; a statistic has the name of a member */
static void statistics_of_each(uint8_t cmd, unsigned int request)
{
	struct nlmsghdr *nlh;

	if (cmd == VDPA_CMD_DEV_VSTATS_GET && request == 2) {
		error(refusal, "not in use");
		return;
	}
	nlh = device("v0", 0);
	if (cmd == VDPA_CMD_DEV_VSTATS_GET) {
		mnl_attr_put_u32(nlh, VDPA_ATTR_DEV_QUEUE_INDEX, request - 1);
		mnl_attr_put_strz(nlh, VDPA_ATTR_DEV_VENDOR_ATTR_NAME, "index");
		mnl_attr_put_u64(nlh, VDPA_ATTR_DEV_VENDOR_ATTR_VALUE, 40 + request);
	} else {
		mnl_attr_put_u32(nlh, VDPA_ATTR_DEV_MAX_VQS, 3);
	}
	end(nlh);
}

/* What a command prints */
static json_t *shown(struct cli *cli, int *status,
		     int (*command)(struct cli *cli, int argc, char **argv), int argc, char **argv)
{
	FILE *out = stdout;
	char *text = NULL;
	json_t *doc;
	size_t size;

	requests = 0;
	cli->notes = json_object();
	stdout = open_memstream(&text, &size);
	*status = command(cli, argc, argv);
	fclose(stdout);
	stdout = out;
	doc = json_loads(text, 0, NULL);
	free(text);
	json_decref(cli->notes);
	return doc;
}

static void statistics_of_all_virtqueues(void **state)
{
	char *argv[] = { "show", "v0" };
	struct cli cli = { .json = true };
	json_t *doc, *wanted;
	int status;

	kernel = statistics_of_each;
	refusal = EAGAIN;
	doc = shown(&cli, &status, dev_vstats, 2, argv);
	assert_int_equal(status, CLI_OK);
	assert_int_equal(cli.err.code, 0);
	wanted = json_pack("{s:{s:[{s:i,s:s,s:s,s:s,s:{s:i}},{s:i,s:s,s:s,s:s,s:{s:i}}]},"
			   "s:[{s:s,s:s,s:s}]}",
			   "vstats", "v0",
			   "index", 41, "role", "rx", "queue_type", "rx", "source", "netlink",
			   "vendor", "index", 41,
			   "index", 43, "role", "rx", "queue_type", "rx", "source", "netlink",
			   "vendor", "index", 43,
			   "notes", "dev", "v0", "code", "no_statistics", "text",
			   "1 of 3 virtqueues have none: cannot show statistics of virtqueue 1 of v0: "
			   "not in this state of the device (kernel: not in use)");
	if (!json_equal(doc, wanted))
		fail_msg("%s", json_dumps(doc, 0));
	json_decref(doc);
	json_decref(wanted);

	/* What is not the virtqueue's own is an error, though others told */
	refusal = ENODEV;
	doc = shown(&cli, &status, dev_vstats, 2, argv);
	assert_int_equal(status, CLI_FAILED);
	assert_int_equal(cli.err.code, ENODEV);
	assert_null(doc);
}

/* ---- management devices that do not tell -------------------------------------------------- */

/* One of an old kernel, one whose driver left all at 0, one that tells the half */
static void silent_mgmtdevs(uint8_t cmd, unsigned int request)
{
	struct nlmsghdr *nlh;

	end(mgmtdev("old", 0));
	nlh = mgmtdev("zero", 0);
	mnl_attr_put_u32(nlh, VDPA_ATTR_DEV_MGMTDEV_MAX_VQS, 0);
	mnl_attr_put_u64(nlh, VDPA_ATTR_DEV_SUPPORTED_FEATURES, 0);
	end(nlh);
	nlh = mgmtdev("half", 0);
	mnl_attr_put_u32(nlh, VDPA_ATTR_DEV_MGMTDEV_MAX_VQS, 3);
	end(nlh);
	done(0);
}

static void what_management_devices_do_not_tell_is_null(void **state)
{
	static const char *const wanted =
		"{'mgmtdev':{"
		"'old':{'supported_classes':null,'max_supported_vqs':null,'max_vqs':null,"
		"'dev_features':null,'features':null,'source':'netlink'},"
		"'zero':{'supported_classes':null,'max_supported_vqs':0,'max_vqs':null,"
		"'dev_features':[],'features':null,'source':'netlink'},"
		"'half':{'supported_classes':null,'max_supported_vqs':3,'max_vqs':3,"
		"'dev_features':null,'features':null,'source':'netlink'}}}";
	struct cli cli = { .json = true };
	json_t *doc, *rows, *notes, *wanted_doc;
	char *copy = strdup(wanted);
	int status;

	kernel = silent_mgmtdevs;
	doc = shown(&cli, &status, object_mgmtdev.commands->run, 0, NULL);
	assert_int_equal(status, CLI_OK);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	wanted_doc = json_loads(copy, 0, NULL);
	free(copy);
	rows = json_object_get(doc, "mgmtdev");
	assert_true(json_equal(rows, json_object_get(wanted_doc, "mgmtdev")));
	notes = json_object_get(doc, "notes");
	assert_int_equal(json_array_size(notes), 3);
	assert_non_null(strstr(json_string_value(json_object_get(json_array_get(notes, 2), "text")),
			       "not told which features"));
	json_decref(doc);
	json_decref(wanted_doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interrupted_dump_begins_again),
		cmocka_unit_test(a_dump_that_never_ends_well_is_given_up),
		cmocka_unit_test(a_dump_can_fail_at_its_end),
		cmocka_unit_test(unknown_attributes_are_skipped_and_missing_ones_told),
		cmocka_unit_test(malformed_answers_are_refused),
		cmocka_unit_test(answers_to_other_questions_are_skipped),
		cmocka_unit_test(what_another_process_says_is_skipped),
		cmocka_unit_test(the_kernels_words_are_part_of_the_message),
		cmocka_unit_test(the_kernels_words_are_found_behind_the_request),
		cmocka_unit_test(lengths_in_errors_are_checked),
		cmocka_unit_test(a_silent_kernel_is_an_error),
		cmocka_unit_test(an_answer_without_the_device_is_refused),
		cmocka_unit_test(a_device_that_is_not_there_is_named),
		cmocka_unit_test(devices_are_taken),
		cmocka_unit_test(configurations_of_all_kernels_are_taken),
		cmocka_unit_test(statistics_are_pairs),
		cmocka_unit_test(why_a_message_is_not_sent_is_told),
		cmocka_unit_test(statistics_of_all_virtqueues),
		cmocka_unit_test(what_management_devices_do_not_tell_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
