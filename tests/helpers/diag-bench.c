// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: diag-bench inventory ROUNDS
 *        diag-bench ops DEV ROUNDS
 *
 * inventory: groups, ASIDs and features of all devices, by one dump of vdpactl_diag and by
 * opening each chardev; prints the median milliseconds of both.
 * ops: prints the median nanoseconds of set_group_asid, of a reset, and of a map of 4 KiB
 * through the chardev.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/vhost.h>

#include <vdpactl/diag.h>
#include <vdpactl/vhost.h>

static struct vdpactl_error err;

static void check(int ret)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "diag-bench: %s\n", err.message);
	exit(1);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), compare);
	return values[n / 2];
}

/* ---- inventory ------------------------------------------------------------------- */

static void by_diag(struct vdpactl_diag_devs *devs)
{
	struct vdpactl_diag *diag;

	check(vdpactl_diag_open(&diag, &err));
	check(vdpactl_diag_get(diag, VDPACTL_DIAG_DEV, NULL, -1, devs, &err));
	vdpactl_diag_close(diag);
}

static void by_chardev(const struct vdpactl_diag_devs *devs)
{
	for (size_t i = 0; i < devs->count; i++) {
		struct vdpactl_state state = { 0 };
		struct vdpactl_vhost *vhost;

		check(vdpactl_vhost_open(devs->list[i].name, &vhost, &err));
		check(vdpactl_vhost_set_owner(vhost, &err));
		check(vdpactl_vhost_state(vhost, &state, &err));
		vdpactl_state_clear(&state);
		vdpactl_vhost_close(vhost);
	}
}

static void inventory(int rounds)
{
	double *diag = calloc((size_t)rounds, sizeof(*diag));
	double *chardev = calloc((size_t)rounds, sizeof(*chardev));

	for (int i = 0; diag && chardev && i < rounds; i++) {
		struct vdpactl_diag_devs devs = { 0 };
		double start = now();

		by_diag(&devs);
		diag[i] = now() - start;
		start = now();
		by_chardev(&devs);
		chardev[i] = now() - start;
		vdpactl_diag_devs_free(&devs);
	}
	printf("%.3f %.3f\n", median(diag, rounds) / 1e6, median(chardev, rounds) / 1e6);
	free(diag);
	free(chardev);
}

/* ---- operations -------------------------------------------------------------------- */

static struct vdpactl_vhost *vhost;
static void *memory;

static void bind_group(void)
{
	check(vdpactl_vhost_set_group_asid(vhost, 0, 0, &err));
}

static void reset(void)
{
	check(vdpactl_vhost_set_status(vhost, 0, &err));
}

static void map(void)
{
	check(vdpactl_vhost_map(vhost, 0, 0x100000, 4096, memory, VDPACTL_PERM_RW, &err));
}

static void unmap(void)
{
	check(vdpactl_vhost_unmap(vhost, 0, 0x100000, 4096, &err));
}

static void nothing(void)
{
}

/* @after puts things back, outside of the time */
static void measure(int rounds, void (*op)(void), void (*after)(void))
{
	double *times = calloc((size_t)rounds, sizeof(*times)), start;

	for (int i = 0; times && i < rounds; i++) {
		start = now();
		op();
		times[i] = now() - start;
		after();
	}
	printf("%.0f ", median(times, rounds));
	free(times);
}

static void ops(const char *name, int rounds)
{
	int fd = memfd_create("diag-bench", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, 4096))
		exit(1);
	memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	check(vdpactl_vhost_open(name, &vhost, &err));
	check(vdpactl_vhost_set_owner(vhost, &err));
	check(vdpactl_vhost_set_backend_features(vhost, 1ULL << VHOST_BACKEND_F_IOTLB_MSG_V2 |
						 1ULL << VHOST_BACKEND_F_IOTLB_ASID, &err));
	measure(rounds, bind_group, nothing);
	measure(rounds, reset, nothing);
	measure(rounds, map, unmap);
	putchar('\n');
	vdpactl_vhost_close(vhost);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "inventory"))
		inventory(atoi(argv[2]));
	else if (argc == 4 && !strcmp(argv[1], "ops"))
		ops(argv[2], atoi(argv[3]));
	else
		return 2;
	return 0;
}
