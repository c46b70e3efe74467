// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The answers of vdpactl_diag, also such as it gives rarely, or as only a module that is
 * not ours would: what is received comes from this file.
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
#include <netlink/genl/genl.h>
#include <netlink/socket.h>

#include <vdpactl/diag.h>

#include "diag.h"
#include "lazy.h"

/* ---- the module's side ----------------------------------------------------------- */

/* No family has it: what the real kernel answers to a request is not read */
#define FAMILY 999

static struct vdpactl_diag diag = { .family = FAMILY };
static struct vdpactl_error err;
static unsigned int requests;
static uint32_t answered_seq;
/* What the answer to a request is; the functions below add one message each */
static void (*module)(unsigned int request);
static _Alignas(struct nlmsghdr) char answer[65536];
static size_t answered;
/* Another process answers before the module does */
static bool forged;
static void done(int code, uint16_t flags);

ssize_t recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from,
		 socklen_t *length)
{
	/* Asked again without a new request, there is nothing more */
	if (diag.seq == answered_seq) {
		errno = ECONNRESET;
		return -1;
	}
	answered = 0;
	if (forged) {
		((struct sockaddr_nl *)from)->nl_pid = 4712;
		done(-EPERM, 0);
		forged = false;
	} else {
		((struct sockaddr_nl *)from)->nl_pid = 0;
		answered_seq = diag.seq;
		module(requests++);
	}
	memcpy(buffer, answer, answered);
	return answered;
}

static struct nlmsghdr *message(uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(answer + answered);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_MULTI | flags;
	nlh->nlmsg_seq = diag.seq;
	return nlh;
}

static void end(struct nlmsghdr *nlh)
{
	answered += NLMSG_ALIGN(nlh->nlmsg_len);
}

static void done(int code, uint16_t flags)
{
	struct nlmsghdr *nlh = message(NLMSG_DONE, flags);

	*(int *)mnl_nlmsg_put_extra_header(nlh, sizeof(int)) = code;
	end(nlh);
}

static struct nlmsghdr *device(const char *name, uint16_t flags)
{
	struct nlmsghdr *nlh = message(FAMILY, flags);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_strz(nlh, VDPACTL_A_DEV_NAME, name);
	mnl_attr_put_u32(nlh, VDPACTL_A_NVQS, 2);
	mnl_attr_put_u32(nlh, VDPACTL_A_NGROUPS, 2);
	mnl_attr_put_u32(nlh, VDPACTL_A_NAS, 2);
	return nlh;
}

/* -1 in @ranges or @why: it is absent */
static void space(struct nlmsghdr *nlh, uint32_t asid, uint32_t known, int ranges, int why)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, VDPACTL_A_AS);

	mnl_attr_put_u32(nlh, VDPACTL_A_AS_ID, asid);
	mnl_attr_put_u32(nlh, VDPACTL_A_AS_KNOWN, known);
	if (ranges >= 0)
		mnl_attr_put_u32(nlh, VDPACTL_A_AS_RANGES, ranges);
	if (why >= 0)
		mnl_attr_put_u32(nlh, VDPACTL_A_AS_WHY, why);
	mnl_attr_nest_end(nlh, nest);
}

static void group(struct nlmsghdr *nlh, uint32_t index, uint32_t known, int asid, int why)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, VDPACTL_A_GROUP);

	mnl_attr_put_u32(nlh, VDPACTL_A_GROUP_INDEX, index);
	mnl_attr_put_u32(nlh, VDPACTL_A_GROUP_KNOWN, known);
	if (asid >= 0)
		mnl_attr_put_u32(nlh, VDPACTL_A_GROUP_BOUND_ASID, asid);
	if (why >= 0)
		mnl_attr_put_u32(nlh, VDPACTL_A_GROUP_WHY, why);
	mnl_attr_nest_end(nlh, nest);
}

static void range(struct nlmsghdr *nlh, uint64_t iova)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, VDPACTL_A_RANGE);

	mnl_attr_put_u64(nlh, VDPACTL_A_RANGE_IOVA, iova);
	mnl_attr_put_u64(nlh, VDPACTL_A_RANGE_SIZE, 0x1000);
	mnl_attr_put_u32(nlh, VDPACTL_A_RANGE_PERM, VDPACTL_PERM_RW);
	mnl_attr_nest_end(nlh, nest);
}

/* One observed map of as many ranges as are announced */
static void map(const char *name, int ranges, uint16_t flags)
{
	struct nlmsghdr *nlh = device(name, flags);

	space(nlh, 0, VDPACTL_KNOWN_OBSERVED, ranges, -1);
	for (int i = 0; i < ranges; i++)
		range(nlh, 0x1000 * i);
	end(nlh);
}

/* ---- helpers ------------------------------------------------------------------------- */

static struct vdpactl_diag_devs devs;

static int get(enum vdpactl_diag_what what, const char *name, void (*answers)(unsigned int))
{
	module = answers;
	requests = 0;
	err = (struct vdpactl_error){ 0 };
	return vdpactl_diag_get(&diag, what, name, -1, &devs, &err);
}

static int forget(void **state)
{
	vdpactl_diag_devs_free(&devs);
	return 0;
}

/* ---- dumps that are interrupted ---------------------------------------------------------- */

/* In the middle, and at the end */
static void interrupted_twice(unsigned int request)
{
	if (request == 0)
		map("stale", 1, NLM_F_DUMP_INTR);
	map("v0", 2 + request, 0);
	done(0, request == 1 ? NLM_F_DUMP_INTR : 0);
}

static void an_interrupted_dump_begins_again(void **state)
{
	assert_int_equal(get(VDPACTL_DIAG_MAP, NULL, interrupted_twice), 0);
	assert_int_equal(requests, 3);
	assert_int_equal(devs.count, 1);
	assert_int_equal(devs.list[0].state.spaces[0].nranges, 4);
	assert_int_equal(devs.list[0].state.spaces[0].ranges[3].first, 0x3000);
}

static void always_interrupted(unsigned int request)
{
	map("v0", 2, NLM_F_DUMP_INTR);
	done(0, 0);
}

static void a_dump_that_never_ends_well_is_given_up(void **state)
{
	assert_int_equal(get(VDPACTL_DIAG_MAP, "v0", always_interrupted), -EAGAIN);
	assert_int_equal(requests, 10);
	assert_int_equal(devs.count, 0);
	assert_non_null(strstr(err.message, "v0 kept changing while it was read"));
	assert_int_equal(get(VDPACTL_DIAG_DEV, NULL, always_interrupted), -EAGAIN);
	assert_non_null(strstr(err.message, "vDPA devices kept changing"));
}

static void removed_in_the_middle(unsigned int request)
{
	if (request == 0)
		map("v0", 2, NLM_F_DUMP_INTR);
	done(request ? -ENODEV : 0, 0);
}

static void a_device_that_goes_in_the_middle_is_gone(void **state)
{
	assert_int_equal(get(VDPACTL_DIAG_MAP, "v0", removed_in_the_middle), -ENODEV);
	assert_int_equal(requests, 2);
	assert_int_equal(devs.count, 0);
	assert_string_equal(err.message, "v0 is gone: it was removed while it was read");
}

static void never_there(unsigned int request)
{
	done(-ENODEV, 0);
}

static void a_device_that_never_was_is_not_gone(void **state)
{
	assert_int_equal(get(VDPACTL_DIAG_MAP, "v9", never_there), -ENODEV);
	assert_null(strstr(err.message, "gone"));
}

static void one_map(unsigned int request)
{
	map("v0", 2, 0);
	done(0, 0);
}

static void what_another_process_says_is_skipped(void **state)
{
	forged = true;
	assert_int_equal(get(VDPACTL_DIAG_MAP, "v0", one_map), 0);
	assert_false(forged);
	assert_int_equal(devs.count, 1);
}

/* Fewer ranges than announced, and nobody said that anything changed */
static void cut_short(unsigned int request)
{
	struct nlmsghdr *nlh = device("v0", 0);

	if (request == 0) {
		space(nlh, 0, VDPACTL_KNOWN_OBSERVED, 1500, -1);
		range(nlh, 0);
	}
	end(nlh);
	map("v1", 1, 0);
	done(0, 0);
}

static void a_map_that_is_cut_short_is_read_again(void **state)
{
	assert_int_equal(get(VDPACTL_DIAG_MAP, NULL, cut_short), 0);
	assert_int_equal(requests, 2);
	assert_int_equal(devs.list[0].state.spaces[0].nranges, VDPACTL_UNKNOWN);
	assert_int_equal(devs.list[1].state.spaces[0].nranges, 1);
}

/* ---- several answers about one device ---------------------------------------------------- */

static void two_devices(unsigned int request)
{
	for (int i = 0; i < 2; i++) {
		struct nlmsghdr *nlh = device(i ? "v1" : "v0", 0);

		mnl_attr_put_u64(nlh, VDPACTL_A_OPS, 0);
		mnl_attr_put_u32(nlh, VDPACTL_A_PROBES, 1);
		group(nlh, 1, VDPACTL_KNOWN_OBSERVED, 1, -1);
		end(nlh);
	}
	done(0, 0);
}

/* v0 went, v2 came; meanwhile the probes were switched off */
static void two_others(unsigned int request)
{
	for (int i = 0; i < 2; i++) {
		struct nlmsghdr *nlh = device(i ? "v2" : "v1", 0);

		mnl_attr_put_u32(nlh, VDPACTL_A_PROBES, 0);
		space(nlh, 0, VDPACTL_KNOWN_OBSERVED, 1, -1);
		range(nlh, 0x1000);
		end(nlh);
	}
	done(0, 0);
}

static void answers_about_one_device_are_joined(void **state)
{
	assert_int_equal(get(VDPACTL_DIAG_DEV, NULL, two_devices), 0);
	assert_int_equal(get(VDPACTL_DIAG_MAP, NULL, two_others), 0);
	assert_int_equal(devs.count, 3);
	assert_int_equal(devs.list[0].asked, 1 << VDPACTL_DIAG_DEV);
	assert_int_equal(devs.list[1].asked, 1 << VDPACTL_DIAG_DEV | 1 << VDPACTL_DIAG_MAP);
	assert_int_equal(devs.list[1].state.groups[1].asid, 1);
	assert_int_equal(devs.list[1].state.spaces[0].ranges[0].first, 0x1000);
	assert_int_equal(devs.list[1].state.probes, 0);
	assert_int_equal(devs.list[2].asked, 1 << VDPACTL_DIAG_MAP);
}

/* ---- what is known, and why not ------------------------------------------------------------ */

static void everything(unsigned int request)
{
	struct nlmsghdr *nlh = device("v0", 0);

	/* A getter after a setter after a getter: what can be observed is no matter of order */
	mnl_attr_put_u64(nlh, VDPACTL_A_OPS, 1 << VDPACTL_OP_RESET | 1 << VDPACTL_OP_SET_MAP |
			 1 << VDPACTL_OP_GET_VQ_STATE | 1 << VDPACTL_OP_BIND_MM);
	mnl_attr_put_u64(nlh, VDPACTL_A_OPS_OBSERVABLE, 1 << VDPACTL_OP_RESET |
			 1 << VDPACTL_OP_SET_MAP | 1 << VDPACTL_OP_DMA_MAP |
			 1 << VDPACTL_OP_BIND_MM);
	mnl_attr_put_u64(nlh, VDPACTL_A_OPS_OBSERVED, 1 << VDPACTL_OP_RESET);
	mnl_attr_put_u64(nlh, VDPACTL_A_SINCE, UINT64_C(1764000000000000001));
	mnl_attr_put_u32(nlh, VDPACTL_A_PROBES, 1);
	group(nlh, 0, VDPACTL_KNOWN_DEFAULT, 0, -1);
	group(nlh, 1, VDPACTL_KNOWN_UNKNOWN, -1, VDPACTL_WHY_OVERLAP);
	space(nlh, 0, VDPACTL_KNOWN_UNKNOWN, -1, VDPACTL_WHY_TOO_LARGE);
	/* A reason that only a newer module has */
	space(nlh, 1, VDPACTL_KNOWN_UNKNOWN, -1, 77);
	end(nlh);
	nlh = device("v1", 0);
	mnl_attr_put_u64(nlh, VDPACTL_A_OPS, 0);
	mnl_attr_put_strz(nlh, VDPACTL_A_DRIVER, "");
	end(nlh);
	done(0, 0);
}

static void what_is_not_known_has_its_reason(void **state)
{
	const struct vdpactl_diag_dev *dev;

	assert_int_equal(get(VDPACTL_DIAG_DEV, NULL, everything), 0);
	dev = &devs.list[0];
	assert_int_equal(dev->ops_unobserved,
			 1 << VDPACTL_OP_SET_MAP | 1 << VDPACTL_OP_BIND_MM);
	assert_true(dev->since == UINT64_C(1764000000000000001));
	assert_int_equal(dev->state.probes, 1);
	assert_int_equal(dev->state.groups[0].why, VDPACTL_UNKNOWN);
	assert_int_equal(dev->state.groups[1].asid, VDPACTL_UNKNOWN);
	assert_string_equal(vdpactl_diag_why_name(dev->state.groups[1].why), "overlap");
	assert_string_equal(vdpactl_diag_why_name(dev->state.spaces[0].why), "too_large");
	assert_int_equal(dev->state.spaces[1].why, 77);
	assert_null(vdpactl_diag_why_name(77));
	assert_null(vdpactl_diag_why_name(VDPACTL_UNKNOWN));
	assert_false(dev->has_driver);
	assert_true(devs.list[1].has_driver);
	assert_int_equal(devs.list[1].state.probes, VDPACTL_UNKNOWN);
}

/* ---- answers that do not follow the interface ------------------------------------------------ */

static unsigned int malformation;

static void malformed(unsigned int request)
{
	struct nlmsghdr *nlh = device("v0", 0);

	space(nlh, 0, VDPACTL_KNOWN_OBSERVED, 1, -1);
	range(nlh, 0);
	switch (malformation) {
	case 0:
		/* A range of the device before */
		end(nlh);
		nlh = device("v1", 0);
		range(nlh, 0);
		break;
	case 1:
		mnl_attr_put_u64(nlh, VDPACTL_A_PROBES, UINT64_MAX);
		break;
	case 2:
		space(nlh, 2, VDPACTL_KNOWN_OBSERVED, 0, -1);
		break;
	case 3:
		space(nlh, 1, 3, 0, -1);
		break;
	case 5:
		end(nlh);
		done(INT_MIN, 0);
		return;
	case 4:
		group(nlh, 0, VDPACTL_KNOWN_UNKNOWN, -1, INT32_MIN);
		mnl_attr_put_u64(nlh, VDPACTL_A_OPS, 0);
		mnl_attr_put(nlh, VDPACTL_A_SINCE, 3, "abc");
		break;
	}
	end(nlh);
	done(0, 0);
}

static void malformed_answers_are_refused(void **state)
{
	for (malformation = 0; malformation < 6; malformation++) {
		int ret = get(VDPACTL_DIAG_MAP, NULL, malformed);

		if (ret != -EBADMSG || devs.count)
			fail_msg("malformation %u: %d, %zu devices", malformation, ret, devs.count);
	}
}

/* A space twice: the second time as large as can be, without a range */
static void twice(unsigned int request)
{
	struct nlmsghdr *nlh = device("v0", 0);

	space(nlh, 0, VDPACTL_KNOWN_OBSERVED, 1, -1);
	range(nlh, 0);
	space(nlh, 0, VDPACTL_KNOWN_OBSERVED, 1000000, -1);
	end(nlh);
	done(0, 0);
}

static void ranges_that_are_not_there_are_not_counted(void **state)
{
	assert_int_equal(get(VDPACTL_DIAG_MAP, NULL, twice), -EAGAIN);
	assert_int_equal(devs.count, 0);
}

/* ---- the module itself ------------------------------------------------------------------------ */

static void without_faults(unsigned int request)
{
	struct nlmsghdr *nlh = message(FAMILY, 0);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_strz(nlh, VDPACTL_A_VERSION, "0.9");
	mnl_attr_put_u64(nlh, VDPACTL_A_SINCE, 5);
	mnl_attr_put_u32(nlh, VDPACTL_A_PROBES, 0);
	mnl_attr_put_u64(nlh, VDPACTL_A_EVENT_SEQ, 0);
	mnl_attr_put_u32(nlh, VDPACTL_A_EVENT_LISTENED, 1);
	mnl_attr_put_u32(nlh, VDPACTL_A_NDEVS, 3);
	end(nlh);
	done(0, 0);
}

static void the_module_tells_of_itself(void **state)
{
	struct vdpactl_diag_module info;

	module = without_faults;
	assert_int_equal(vdpactl_diag_module_get(&diag, &info, &err), 0);
	assert_string_equal(info.version, "0.9");
	assert_int_equal(info.since, 5);
	assert_int_equal(info.probes, 0);
	assert_int_equal(info.ndevs, 3);
	assert_int_equal(info.event_listened, 1);
	assert_int_equal(info.fault_listened, -1);
	assert_false(info.has_faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(an_interrupted_dump_begins_again, forget),
		cmocka_unit_test_teardown(a_dump_that_never_ends_well_is_given_up, forget),
		cmocka_unit_test_teardown(a_device_that_goes_in_the_middle_is_gone, forget),
		cmocka_unit_test_teardown(a_device_that_never_was_is_not_gone, forget),
		cmocka_unit_test_teardown(what_another_process_says_is_skipped, forget),
		cmocka_unit_test_teardown(a_map_that_is_cut_short_is_read_again, forget),
		cmocka_unit_test_teardown(answers_about_one_device_are_joined, forget),
		cmocka_unit_test_teardown(what_is_not_known_has_its_reason, forget),
		cmocka_unit_test_teardown(malformed_answers_are_refused, forget),
		cmocka_unit_test_teardown(ranges_that_are_not_there_are_not_counted, forget),
		cmocka_unit_test(the_module_tells_of_itself),
	};
	int failed;

	if (lazy_load(&lazy_libnl, &err))
		return 1;
	diag.sock = nl_socket_alloc();
	if (!diag.sock || genl_connect(diag.sock))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	nl_socket_free(diag.sock);
	return failed;
}
