// SPDX-License-Identifier: GPL-2.0-or-later
/* Records, lines, groups that wait, response times, and queues sent over sockets. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <vdpactl/fault.h>

#include "compat-iommufd.h"
#include "fault_pending.h"

static void assert_line(const struct iommufd_pgfault *record, const char *want)
{
	struct vdpactl_fault fault;
	char line[VDPACTL_FAULT_LINE];
	size_t n;

	vdpactl_fault_decode(&fault, record);
	n = vdpactl_fault_json(&fault, line);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(line, want, n);
}

static void test_json(void **state)
{
	assert_line(&(struct iommufd_pgfault){ .flags = 2, .dev_id = 1, .grpid = 1, .perm = 3,
					       .addr = 0x12000, .cookie = 1 },
		    "{\"event\":\"fault\",\"dev_id\":1,\"pasid\":null,\"group\":1,\"last\":true,"
		    "\"perm\":[\"read\",\"write\"],\"addr\":\"0x12000\",\"length\":0,\"cookie\":1}\n");
	/* PASID 0 is a PASID, and address 0 an address */
	assert_line(&(struct iommufd_pgfault){ .flags = 1 },
		    "{\"event\":\"fault\",\"dev_id\":0,\"pasid\":0,\"group\":0,\"last\":false,"
		    "\"perm\":[],\"addr\":\"0x0\",\"length\":0,\"cookie\":0}\n");
}

/* The longest of everything fits where the header says it does */
static void test_longest(void **state)
{
	uint8_t ones[VDPACTL_FAULT_RECORD];
	struct vdpactl_fault fault;
	char line[VDPACTL_FAULT_LINE];

	memset(ones, 0xff, sizeof(ones));
	vdpactl_fault_decode(&fault, ones);
	assert_in_range(vdpactl_fault_json(&fault, line), 1, sizeof(line));
	assert_in_range(vdpactl_fault_text(&fault, line), 1, sizeof(line));
}

static void test_event(void **state)
{
	struct { struct iommufd_vevent header; uint8_t data[4]; } raw = {
		.header = { .sequence = 7 }, .data = { 1, 2, 3, 4 },
	};
	struct vdpactl_viommu_event event;

	assert_int_equal(vdpactl_viommu_event_decode(&event, &raw, 7), -EINVAL);
	assert_int_equal(vdpactl_viommu_event_decode(&event, &raw, sizeof(raw)), 0);
	assert_int_equal(event.sequence, 7);
	assert_false(event.lost);
	assert_int_equal(event.size, 4);
	assert_int_equal(event.data[3], 4);
	raw.header.flags = 0x81;
	assert_int_equal(vdpactl_viommu_event_decode(&event, &raw, 8), 0);
	assert_true(event.lost);
	assert_int_equal(event.unknown_flags, 0x80);
	assert_int_equal(event.size, 0);
}

static void test_pending(void **state)
{
	struct fault_pending pending = { 0 };

	assert_null(fault_pending_find(&pending, 1));
	assert_null(fault_pending_oldest(&pending));
	for (uint32_t i = 1; i <= 1000; i++)
		assert_non_null(fault_pending_add(&pending, i * 64, i));
	assert_int_equal(pending.count, 1000);
	for (uint32_t i = 2; i <= 1000; i += 2)
		fault_pending_remove(&pending, fault_pending_find(&pending, i * 64));
	assert_int_equal(pending.count, 500);
	for (uint32_t i = 1; i <= 1000; i++)
		assert_int_equal(!!fault_pending_find(&pending, i * 64), i % 2);
	/* By age, whatever went in between */
	for (uint32_t i = 1; i <= 1000; i += 2) {
		struct fault_group *group = fault_pending_oldest(&pending);

		assert_int_equal(group->cookie, i * 64);
		fault_pending_remove(&pending, group);
	}
	assert_int_equal(pending.count, 0);
	fault_pending_free(&pending);
}

static void test_once(void **state)
{
	struct iommufd_pgfault record = { .cookie = 5 };
	struct iommufd_page_response response[2];
	const struct vdpactl_fault *faults;
	struct vdpactl_queue *queue;
	struct vdpactl_error err;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	queue = vdpactl_queue_new(fds[0], VDPACTL_IO_POLL, &err);
	assert_non_null(queue);
	assert_int_equal(vdpactl_queue_respond(queue, 5, VDPACTL_FAULT_SUCCESS), -ENOENT);
	assert_int_equal(write(fds[1], &record, sizeof(record)), sizeof(record));
	assert_int_equal(vdpactl_queue_read(queue, &faults, &err), 1);
	assert_int_equal(vdpactl_queue_respond(queue, 5, VDPACTL_FAULT_SUCCESS), -EAGAIN);
	record.flags = IOMMUFD_PGFAULT_LAST_PAGE;
	assert_int_equal(write(fds[1], &record, sizeof(record)), sizeof(record));
	assert_int_equal(vdpactl_queue_read(queue, &faults, &err), 1);
	assert_int_equal(vdpactl_queue_respond(queue, 6, VDPACTL_FAULT_SUCCESS), -ENOENT);
	assert_int_equal(vdpactl_queue_respond(queue, 5, VDPACTL_FAULT_SUCCESS), 0);
	assert_int_equal(vdpactl_queue_respond(queue, 5, VDPACTL_FAULT_INVALID), -ENOENT);
	assert_int_equal(vdpactl_queue_flush(queue, &err), 0);
	assert_int_equal(vdpactl_queue_close(queue, &err), 0);
	assert_int_equal(read(fds[1], response, sizeof(response)), sizeof(response[0]));
	assert_int_equal(response[0].cookie, 5);
	assert_int_equal(response[0].code, 0);
	vdpactl_queue_free(queue);
	close(fds[0]);
	close(fds[1]);
}

/* A process that accepts one connection and sends so many descriptors, all of them 0 */
static pid_t send_descriptors(const char *path, int count)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fds[8] = { 0 }, sock = socket(AF_UNIX, SOCK_STREAM, 0), peer;
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(fds))];
	} control = {
		.header = { CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS },
	};
	struct iovec iov = { "f", 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	pid_t pid;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(bind(sock, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(sock, 1), 0);
	pid = fork();
	if (pid) {
		close(sock);
		return pid;
	}
	memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	if (count) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(count * sizeof(int));
	}
	peer = accept(sock, NULL, NULL);
	_exit(peer < 0 || sendmsg(peer, &msg, 0) != 1);
}

static int lowest_descriptor(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

/* One is taken; none, or more, are not, and none stays open */
static void test_receive(void **state)
{
	static const int counts[] = { 1, 0, 2, 8 };
	char dir[] = "/tmp/vdpactl-XXXXXX", path[64];
	struct vdpactl_error err;
	int fd, status, lowest = lowest_descriptor();
	pid_t pid;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	assert_int_equal(vdpactl_queue_receive(path, &err), -ENOENT);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		pid = send_descriptors(path, counts[i]);
		fd = vdpactl_queue_receive(path, &err);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		if (counts[i] == 1) {
			assert_true(fd >= 0);
			assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
			close(fd);
		} else {
			assert_int_equal(fd, -EPROTO);
			assert_non_null(strstr(err.message, "exactly one file descriptor"));
		}
		assert_int_equal(lowest_descriptor(), lowest);
		unlink(path);
	}
	rmdir(dir);
}

static void test_latency(void **state)
{
	struct vdpactl_queue_stats stats = { .latency_min = 3, .latency_max = 900000 };

	assert_int_equal(vdpactl_queue_latency(&stats, 0.5), 0);
	stats.latency[3] = 98;	/* 3 ns */
	stats.latency[(19 - 3) * 16 + (900000 >> 15 & 15)] = 2;
	assert_int_equal(vdpactl_queue_latency(&stats, 0.5), 3);
	assert_in_range(vdpactl_queue_latency(&stats, 0.99), 871000, 900000);
	assert_int_equal(vdpactl_queue_latency(&stats, 0), 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_pending),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_receive),
		cmocka_unit_test(test_latency),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
