// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: random CHARDEV SEED [ROUNDS]
 *
 * Gives the queues of a device rings of random content: mostly plausible, so
 * that the device gets far into them, and changed by another thread while it
 * reads. Nothing is expected but that every round can be reset.
 */
#include <pthread.h>
#include <stdatomic.h>
#include "ring.h"

#define NUM 16
#define MEM_PAGES 12
#define IOVA 0x100000UL
#define QUEUES 2

static char *mem;
static atomic_bool stop;

static uint32_t next(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33;
}

/* Addresses: in the memory, at its edges, and nowhere */
static uint64_t address(uint64_t *state)
{
	switch (next(state) % 8) {
	case 0:
		return (uint64_t)next(state) << 32 | next(state);
	case 1:
		return IOVA + MEM_PAGES * PAGE - next(state) % 32;
	default:
		return IOVA + next(state) % (MEM_PAGES * PAGE);
	}
}

static uint32_t length(uint64_t *state)
{
	switch (next(state) % 8) {
	case 0:
		return next(state);
	case 1:
		return 16 * (next(state) % 20);
	case 2:
		return 1;
	default:
		return 16 + next(state) % 1024;
	}
}

static struct vring_desc descriptor(uint64_t *state)
{
	return (struct vring_desc){
		address(state), length(state),
		next(state) % 16 ? next(state) % 4 : next(state), next(state) % (NUM + 1)
	};
}

static void *disturb(void *arg)
{
	uint64_t state = *(uint64_t *)arg;

	while (!atomic_load(&stop)) {
		struct vring_desc *d = (void *)(mem + next(&state) % QUEUES * 3 * PAGE);
		uint16_t *ring = (void *)((char *)d + PAGE);

		d[next(&state) % NUM] = descriptor(&state);
		ring[next(&state) % (NUM + 3)] = next(&state) % (NUM + 2);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	uint64_t features, state, other;
	unsigned long rounds, broken = 0;
	struct ring q[QUEUES];
	pthread_t thread;
	struct dev dev;

	if (argc < 3)
		errx(2, "usage: random CHARDEV SEED [ROUNDS]");
	state = strtoull(argv[2], NULL, 0);
	rounds = argc > 3 && *argv[3] ? strtoul(argv[3], NULL, 0) : 300;
	other = state + 1;
	dev_open(&dev, argv[1]);
	dev_backend(&dev, BACKEND_BASE | 1ULL << VHOST_BACKEND_F_IOTLB_PERSIST);
	mem = alloc_pages(MEM_PAGES * PAGE);
	dev_map(&dev, 0, IOVA, mem, MEM_PAGES * PAGE, VHOST_ACCESS_RW);
	IOCTL(dev.fd, VHOST_GET_FEATURES, &features);
	if (pthread_create(&thread, NULL, disturb, &other))
		errx(1, "no thread");

	for (unsigned long r = 0; r < rounds; r++) {
		dev_negotiate(&dev, next(&state) % 2 ? features :
					features & ~(1ULL << VIRTIO_RING_F_EVENT_IDX));
		for (unsigned int i = 0; i < QUEUES; i++) {
			ring_setup(&q[i], &dev, i, NUM, mem + 3 * i * PAGE, IOVA + 3 * i * PAGE);
			for (unsigned int d = 0; d < NUM; d++)
				q[i].desc[d] = descriptor(&state);
			for (unsigned int d = 0; d < NUM; d++)
				q[i].avail->ring[d] = next(&state) % (NUM + (d == 7));
			/* What indirect tables and block headers are made of */
			for (unsigned int d = 6 * PAGE; d < MEM_PAGES * PAGE; d += 16)
				*(struct vring_desc *)(mem + d) =
					next(&state) % 2 ? descriptor(&state) :
							   (struct vring_desc){ next(&state) % 16, 0, 0, 0 };
			q[i].avail->idx = next(&state) % (NUM + 2);
			ring_enable(&q[i], true);
		}
		dev_set_status(&dev, S_RUNNING);
		for (unsigned int i = 0; i < QUEUES; i++)
			ring_kick(&q[i]);
		usleep(next(&state) % 1000);
		broken += !!(dev_status(&dev) & VIRTIO_CONFIG_S_NEEDS_RESET);
		for (unsigned int i = 0; i < QUEUES; i++)
			ring_teardown(&q[i]);
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	dev_set_status(&dev, 0);
	printf("%lu rounds, %lu broken\n", rounds, broken);
	dev_close(&dev);
	return 0;
}
