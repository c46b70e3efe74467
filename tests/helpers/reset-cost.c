// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: reset-cost TITLE CHARDEV RANGE batch|single ROUNDS
 *
 * What a device reset costs with 1 GiB mapped, when the maps stay, and when they
 * are taken away and made again in ranges of RANGE bytes, in a batch or each for
 * itself. Both in turn, the medians as a line of a table, in milliseconds.
 */
#include <time.h>
#include "ring.h"

#define SIZE (1UL << 30)
#define BACKING (64UL << 20)
#define HUGE (2UL << 20)
#define ROUNDS_MAX 101

static struct dev dev;
static char *mem;
static size_t range;
static bool batch;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* A GiB of addresses on 64 MiB of huge pages: what is counted is ranges */
static void backing(void)
{
	int fd = memfd_create("guest", MFD_CLOEXEC | MFD_HUGETLB);

	if (fd < 0 || ftruncate(fd, BACKING))
		err(1, "huge pages");
	mem = mmap(NULL, SIZE + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mem == MAP_FAILED)
		err(1, "mmap");
	mem = (char *)(((uintptr_t)mem + HUGE - 1) & ~(HUGE - 1));
	for (size_t off = 0; off < SIZE; off += BACKING)
		if (mmap(mem + off, BACKING, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd, 0) == MAP_FAILED)
			err(1, "mmap of huge pages");
}

static void map_all(void)
{
	for (size_t off = 0; off < SIZE; off += range)
		dev_map(&dev, 0, off, mem + off, range, VHOST_ACCESS_RW);
}

static double reset(bool remap)
{
	double start = now();

	dev_set_status(&dev, 0);
	if (remap) {
		if (batch)
			dev_batch(&dev, 0, VHOST_IOTLB_BATCH_BEGIN);
		dev_unmap(&dev, 0, 0, SIZE);
		map_all();
		if (batch)
			dev_batch(&dev, 0, VHOST_IOTLB_BATCH_END);
	}
	return now() - start;
}

static int compare(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

int main(int argc, char **argv)
{
	double stay[ROUNDS_MAX], again[ROUNDS_MAX];
	int rounds;

	if (argc != 6)
		errx(2, "usage: reset-cost TITLE CHARDEV RANGE batch|single ROUNDS");
	range = strtoul(argv[3], NULL, 0);
	batch = !strcmp(argv[4], "batch");
	rounds = atoi(argv[5]);
	if (rounds < 1 || rounds > ROUNDS_MAX || !range || SIZE % range)
		errx(2, "RANGE divides a GiB, ROUNDS is 1 to %d", ROUNDS_MAX);

	backing();
	dev_open(&dev, argv[2]);
	dev_backend(&dev, BACKEND_BASE | 1ULL << VHOST_BACKEND_F_IOTLB_PERSIST);
	/* A first map to unmap */
	dev_map(&dev, 0, 0, mem, SIZE, VHOST_ACCESS_RW);
	for (int i = 0; i < rounds; i++) {
		again[i] = reset(true);
		stay[i] = reset(false);
	}
	qsort(again, rounds, sizeof(*again), compare);
	qsort(stay, rounds, sizeof(*stay), compare);
	printf("%-44s %10.4f %10.3f %8.1e\n", argv[1], stay[rounds / 2], again[rounds / 2],
	       stay[rounds / 2] / again[rounds / 2]);
	dev_close(&dev);
	return 0;
}
