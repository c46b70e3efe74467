// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel may do to who reads a fault queue, and the lab's kernels do rarely or
 * never: this file stands in for the queue.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include <vdpactl/fault.h>

#include "compat-iommufd.h"

/* ---- the kernel's side ----------------------------------------------------------- */

#define GROUPS 8
#define TAKEN 64

/*
 * Group N has cookie N + 1 and @size[N] requests, to addresses that count on. A response
 * to a cookie of @unknown is wrong; every @interrupt-th call is interrupted. With @late
 * a group is there only after a read that found none.
 */
static struct {
	int fd;
	size_t size[GROUPS];
	size_t next;
	uint64_t addr;
	bool early;
	bool late;
	unsigned int unknown;
	int write_error;
	unsigned int interrupt;
	unsigned int calls;
	struct iommufd_page_response taken[TAKEN];
	size_t count;
} kernel = { .fd = -1 };

ssize_t readlink(const char *path, char *name, size_t size)
{
	char queue[32];

	snprintf(queue, sizeof(queue), "/proc/self/fd/%d", kernel.fd);
	if (strcmp(path, queue))
		return syscall(SYS_readlinkat, AT_FDCWD, path, name, size);
	return snprintf(name, size, "anon_inode:[iommufd-pgfault]");
}

static ssize_t fail_with(int code)
{
	errno = code;
	return -1;
}

static bool interrupted(void)
{
	return kernel.interrupt && ++kernel.calls % kernel.interrupt == 0;
}

static void fill_group(struct iommufd_pgfault *record)
{
	for (size_t i = 0; i < kernel.size[kernel.next]; i++)
		record[i] = (struct iommufd_pgfault){
			.flags = i + 1 == kernel.size[kernel.next] ? IOMMUFD_PGFAULT_LAST_PAGE : 0,
			.addr = kernel.addr++ << 12,
			.cookie = kernel.next + 1,
		};
}

/* iommufd_fault_fops_read(): whole groups, as many as fit */
static ssize_t read_queue(struct iommufd_pgfault *records, size_t size)
{
	size_t room = size / sizeof(*records), n = 0;

	if (size % sizeof(*records))
		return fail_with(ESPIPE);
	if (interrupted())
		return fail_with(EINTR);
	if (kernel.late && ++kernel.calls % 2)
		return 0;
	for (; kernel.next < GROUPS && kernel.size[kernel.next]; kernel.next++) {
		if (kernel.size[kernel.next] > room - n)
			return n || kernel.early ? (ssize_t)(n * sizeof(*records)) :
						   fail_with(EINVAL);
		fill_group(records + n);
		n += kernel.size[kernel.next];
	}
	/* Nothing is left: poll() says so too */
	syscall(SYS_read, kernel.fd, &(uint64_t){ 0 }, sizeof(uint64_t));
	return n * sizeof(*records);
}

ssize_t read(int fd, void *buf, size_t size)
{
	return fd == kernel.fd ? read_queue(buf, size) : syscall(SYS_read, fd, buf, size);
}

/* iommufd_fault_fops_write(): up to the first that is wrong */
static ssize_t write_queue(const struct iommufd_page_response *responses, size_t size)
{
	size_t done;

	if (kernel.write_error)
		return fail_with(kernel.write_error);
	if (interrupted())
		return fail_with(EINTR);
	for (done = 0; done < size / sizeof(*responses); done++) {
		if (kernel.unknown & 1U << responses[done].cookie)
			break;
		assert_true(kernel.count < TAKEN);
		kernel.taken[kernel.count++] = responses[done];
	}
	return done ? (ssize_t)(done * sizeof(*responses)) : fail_with(EINVAL);
}

ssize_t write(int fd, const void *buf, size_t size)
{
	return fd == kernel.fd ? write_queue(buf, size) : syscall(SYS_write, fd, buf, size);
}

/* ---- the tests ---------------------------------------------------------------------- */

static int reset(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	/* Its own counter is what poll() looks at */
	kernel.fd = eventfd(1, EFD_NONBLOCK);
	return kernel.fd < 0;
}

static int end(void **state)
{
	return close(kernel.fd);
}

static struct vdpactl_queue *open_queue(void)
{
	struct vdpactl_error err;
	struct vdpactl_queue *queue = vdpactl_queue_new(kernel.fd, VDPACTL_IO_POLL, &err);

	assert_non_null(queue);
	assert_int_equal(vdpactl_queue_get_kind(queue), VDPACTL_QUEUE_FAULT);
	return queue;
}

/* Read all there is, in order; returns how many */
static size_t read_all(struct vdpactl_queue *queue)
{
	const struct vdpactl_fault *faults;
	struct vdpactl_error err;
	size_t total = 0;
	int n;

	do {
		n = vdpactl_queue_read(queue, &faults, &err);
		for (int i = 0; i < n; i++)
			assert_int_equal(faults[i].addr, (total + i) << 12);
		total += n > 0 ? n : 0;
	} while (n > 0 || n == -EINTR);
	assert_int_equal(n, 0);
	return total;
}

static void big_groups(void)
{
	struct vdpactl_queue *queue = open_queue();

	memcpy(kernel.size, (size_t[GROUPS]){ 1, 5000, 17, 100000, 3 }, sizeof(kernel.size));
	assert_int_equal(read_all(queue), 105021);
	assert_int_equal(vdpactl_queue_stats(queue)->groups, 5);
	assert_int_equal(vdpactl_queue_stats(queue)->faults, 105021);
	vdpactl_queue_free(queue);
}

static void test_big_groups(void **state)
{
	big_groups();
}

/* Early kernels return 0 for a group that does not fit */
static void test_big_groups_early(void **state)
{
	kernel.early = true;
	big_groups();
}

/* That the queue is not empty after a read of nothing is no sign of a big group */
static void test_late(void **state)
{
	struct vdpactl_queue *queue = open_queue();
	struct vdpactl_error err;

	kernel.late = true;
	for (int i = 0; i < 100; i++) {
		memcpy(kernel.size, (size_t[GROUPS]){ 2 }, sizeof(kernel.size));
		kernel.next = 0;
		kernel.addr = 0;
		kernel.calls = 0;
		kernel.count = 0;
		syscall(SYS_write, kernel.fd, &(uint64_t){ 1 }, sizeof(uint64_t));
		assert_int_equal(read_all(queue), 2);
		assert_int_equal(vdpactl_queue_respond(queue, 1, VDPACTL_FAULT_SUCCESS), 0);
		assert_int_equal(vdpactl_queue_flush(queue, &err), 0);
	}
	vdpactl_queue_free(queue);
}

static void test_absurd_group(void **state)
{
	struct vdpactl_queue *queue = open_queue();
	const struct vdpactl_fault *faults;
	struct vdpactl_error err;

	kernel.size[0] = SIZE_MAX;
	assert_int_equal(vdpactl_queue_read(queue, &faults, &err), -EINVAL);
	assert_non_null(strstr(err.message, "a group of more than 1048576 requests"));
	vdpactl_queue_free(queue);
}

/* A write that is short, and one that takes nothing */
static void test_gone(void **state)
{
	struct vdpactl_queue *queue = open_queue();
	const struct vdpactl_queue_stats *stats = vdpactl_queue_stats(queue);
	struct vdpactl_error err;

	memcpy(kernel.size, (size_t[GROUPS]){ 1, 1, 1, 1, 1, 1, 1, 1 }, sizeof(kernel.size));
	kernel.unknown = 1 << 2 | 1 << 4 | 1 << 8;
	assert_int_equal(read_all(queue), 8);
	for (uint32_t cookie = 1; cookie <= 5; cookie++)
		assert_int_equal(vdpactl_queue_respond(queue, cookie, VDPACTL_FAULT_SUCCESS), 0);
	assert_int_equal(vdpactl_queue_flush(queue, &err), 0);
	assert_int_equal(stats->gone, 2);
	assert_int_equal(stats->responses[VDPACTL_FAULT_SUCCESS], 3);
	assert_int_equal(vdpactl_queue_close(queue, &err), 2);
	assert_int_equal(stats->gone, 3);
	assert_int_equal(stats->abandoned, 2);
	assert_int_equal(stats->responses[VDPACTL_FAULT_INVALID], 2);
	assert_int_equal(kernel.count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(kernel.taken[i].cookie, ((uint32_t[]){ 1, 3, 5, 6, 7 })[i]);
		assert_int_equal(kernel.taken[i].code, i >= 3);
	}
	vdpactl_queue_free(queue);
}

/* The kernel gives the cookie of a group that it answered itself to another */
static void test_cookie_again(void **state)
{
	struct vdpactl_queue *queue = open_queue();
	const struct vdpactl_queue_stats *stats = vdpactl_queue_stats(queue);
	struct vdpactl_error err;
	uint32_t cookie;
	int64_t left;

	memcpy(kernel.size, (size_t[GROUPS]){ 1, 3, 1 }, sizeof(kernel.size));
	assert_int_equal(read_all(queue), 5);
	usleep(50000);
	kernel.next = 0;
	kernel.size[2] = 0;
	kernel.addr = 0;
	assert_int_equal(read_all(queue), 4);
	assert_int_equal(stats->gone, 2);
	assert_int_equal(vdpactl_queue_pending(queue), 3);
	/* Their time begins anew */
	left = vdpactl_queue_overdue(queue, 40000000, &cookie);
	assert_int_equal(left, 0);
	assert_int_equal(cookie, 3);
	assert_int_equal(vdpactl_queue_respond(queue, 3, VDPACTL_FAULT_SUCCESS), 0);
	left = vdpactl_queue_overdue(queue, 3600000000000, &cookie);
	assert_int_equal(cookie, 1);
	assert_true(left > 0);
	assert_int_equal(vdpactl_queue_close(queue, &err), 2);
	assert_int_equal(stats->gone, 2);
	assert_int_equal(kernel.count, 3);
	vdpactl_queue_free(queue);
}

static void test_interrupted(void **state)
{
	struct vdpactl_error err;

	for (kernel.interrupt = 2; kernel.interrupt < 5; kernel.interrupt++) {
		struct vdpactl_queue *queue = open_queue();

		kernel.next = 0;
		kernel.addr = 0;
		kernel.count = 0;
		memcpy(kernel.size, (size_t[GROUPS]){ 1, 100, 1, 2000, 1, 1, 40, 1 },
		       sizeof(kernel.size));
		assert_int_equal(read_all(queue), 2145);
		for (uint32_t cookie = 1; cookie <= 8; cookie++) {
			assert_int_equal(vdpactl_queue_respond(queue, cookie,
							       VDPACTL_FAULT_SUCCESS), 0);
			assert_int_equal(vdpactl_queue_flush(queue, &err), 0);
		}
		assert_int_equal(kernel.count, 8);
		assert_int_equal(vdpactl_queue_pending(queue), 0);
		vdpactl_queue_free(queue);
	}
}

static void test_write_error(void **state)
{
	struct vdpactl_queue *queue = open_queue();
	struct vdpactl_error err;

	kernel.size[0] = 1;
	kernel.write_error = EIO;
	assert_int_equal(read_all(queue), 1);
	assert_int_equal(vdpactl_queue_close(queue, &err), -EIO);
	assert_non_null(strstr(err.message, "cannot write responses"));
	vdpactl_queue_free(queue);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_big_groups, reset, end),
		cmocka_unit_test_setup_teardown(test_big_groups_early, reset, end),
		cmocka_unit_test_setup_teardown(test_late, reset, end),
		cmocka_unit_test_setup_teardown(test_absurd_group, reset, end),
		cmocka_unit_test_setup_teardown(test_gone, reset, end),
		cmocka_unit_test_setup_teardown(test_cookie_again, reset, end),
		cmocka_unit_test_setup_teardown(test_interrupted, reset, end),
		cmocka_unit_test_setup_teardown(test_write_error, reset, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
