// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: rings CHARDEV OPERATION...
 *
 * Drives the data queues of a network (or block) device of vdpactl_sim, one
 * operation after the other, and prints a line for those that have a result:
 *
 *   persist            acknowledge IOTLB_PERSIST (else not)
 *   group G A          bind a group to an address space
 *   map A WHAT         map the "rings", the "buffers" or "all" into one
 *   unmap A WHAT
 *   indirect           use indirect tables, which lie with the buffers
 *   start              negotiate, set the queues up, DRIVER_OK
 *   late               the same, but enable the queues after DRIVER_OK
 *   frame, read        move data: "moved", or "stopped" (DEVICE_NEEDS_RESET)
 *   post, await        the two halves of frame
 *   flood              keep queue 0 of a block device full; read uses queue 1 from then on
 *   idle               "idle" if nothing was used for a while, else "busy"
 *   base               the indices of both queues
 *   set-base N         both queues begin there; before start
 *   status             the device status
 *   show               groups, address spaces, backend features
 *   try-group G A      "bound", or why not
 *   link, mac          as the configuration space has it
 *   interrupt          wait for the configuration interrupt
 *   suspend, resume, reset
 *   wait               until standard input ends
 */
#include <net/ethernet.h>
#include <pthread.h>
#include <stdatomic.h>
#include "ring.h"

#define NUM 64
#define RINGS 0x1000000UL /* 6 pages */
#define BUFFERS 0x2000000UL /* 4 pages */
#define RX 0
#define TX 1

static struct dev dev;
static struct ring q[2];
static char *rings, *buffers;
static uint64_t backend = BACKEND_BASE, features;
static bool indirect, running;
static uint16_t base;
static uint8_t seq;
static atomic_bool flooded;
static pthread_t flooder;

enum { OUT = 0, IN = 1, TABLES = 2, HDRS = 3 };

static uint64_t buf(unsigned int page)
{
	return BUFFERS + page * PAGE;
}

static void *bufp(unsigned int page)
{
	return buffers + page * PAGE;
}

static void map(unsigned int asid, const char *what, bool on)
{
	static const struct {
		const char *name;
		uint64_t iova;
		char **mem;
		size_t size;
	} parts[] = {
		{ "rings", RINGS, &rings, 6 * PAGE },
		{ "buffers", BUFFERS, &buffers, 4 * PAGE },
	};

	for (unsigned int i = 0; i < 2; i++) {
		if (strcmp(what, parts[i].name) && strcmp(what, "all"))
			continue;
		if (on)
			dev_map(&dev, asid, parts[i].iova, *parts[i].mem, parts[i].size,
				VHOST_ACCESS_RW);
		else
			dev_unmap(&dev, asid, parts[i].iova, parts[i].size);
	}
}

static void setup(bool late)
{
	uint64_t f = features | BASE_FEATURES;

	dev_set_status(&dev, S_DRIVER);
	IOCTL(dev.fd, VHOST_SET_FEATURES, &f);
	dev_set_status(&dev, S_FEATURES);
	IOCTL(dev.fd, VHOST_VDPA_SET_CONFIG_CALL, &dev.config);
	for (unsigned int i = 0; i < 2; i++) {
		if (running)
			ring_teardown(&q[i]);
		ring_setup(&q[i], &dev, i, NUM, rings + 3 * i * PAGE, RINGS + 3 * i * PAGE);
		ring_set_base(&q[i], base);
		q[i].avail->idx = base;
		q[i].used->idx = base;
		q[i].seen = base;
	}
	running = true;
	if (late)
		dev_set_status(&dev, S_RUNNING);
	ring_enable(&q[RX], true);
	ring_enable(&q[TX], true);
	if (!late)
		dev_set_status(&dev, S_RUNNING);
}

/* Descriptor 0 of a queue, or an indirect table of one entry */
static void put(struct ring *r, uint64_t addr, uint32_t len, uint16_t flags)
{
	struct vring_desc *t = (struct vring_desc *)bufp(TABLES) + 16 * r->idx;

	if (!indirect) {
		ring_desc(r, 0, addr, len, flags, 0);
	} else {
		*t = (struct vring_desc){ addr, len, flags, 0 };
		ring_desc(r, 0, buf(TABLES) + 16 * sizeof(*t) * r->idx, sizeof(*t),
			  VRING_DESC_F_INDIRECT, 0);
	}
	ring_push(r, 0);
}

#define HDR sizeof(struct virtio_net_hdr_v1)
#define LEN (HDR + 1000)

static void post(void)
{
	uint8_t *p = bufp(OUT);

	memset(bufp(IN), 0, PAGE);
	memset(p, ++seq, LEN);
	memset(p, 0, HDR);
	memset(p + HDR, 0xff, ETHER_ADDR_LEN);
	put(&q[RX], buf(IN), 2048, VRING_DESC_F_WRITE);
	put(&q[TX], buf(OUT), LEN, 0);
	ring_kick(&q[TX]);
}

static void await(void)
{
	bool moved = ring_wait(&q[TX]) && ring_wait(&q[RX]);

	if (moved && (ring_used_len(&q[RX]) != LEN ||
		      memcmp((char *)bufp(OUT) + HDR, (char *)bufp(IN) + HDR, LEN - HDR)))
		errx(1, "the frame that came back is another one");
	puts(moved ? "moved" : "stopped");
}

/* A request to read the first sector; the header and the status are at that offset */
static void put_read(struct ring *r, unsigned int at, unsigned int page)
{
	struct virtio_blk_outhdr *h = (void *)((char *)bufp(HDRS) + at);

	*h = (struct virtio_blk_outhdr){ .type = VIRTIO_BLK_T_IN };
	((uint8_t *)h)[512] = 0xff;
	ring_blk(r, 0, buf(HDRS) + at, buf(page), 512, VRING_DESC_F_WRITE, buf(HDRS) + at + 512);
}

static void read_block(void)
{
	struct ring *r = &q[flooded];

	put_read(r, 0, IN);
	memset(bufp(IN), 0xaa, 512);
	ring_push(r, 0);
	ring_kick(r);
	if (!ring_wait(r))
		puts("stopped");
	else if (((uint8_t *)bufp(HDRS))[512] || *(uint8_t *)bufp(IN))
		errx(1, "the sector was not read");
	else
		puts("moved");
}

/* One request over and over: as soon as it is used it is available again */
static void *flood(void *arg)
{
	struct ring *r = &q[0];

	put_read(r, 1024, OUT);
	memset(r->avail->ring, 0, r->num * sizeof(r->avail->ring[0]));
	while (flooded)
		__atomic_store_n(&r->avail->idx,
				 __atomic_load_n(&r->used->idx, __ATOMIC_ACQUIRE) + r->num,
				 __ATOMIC_RELEASE);
	return NULL;
}

static void config(size_t off, void *to, size_t len)
{
	char raw[sizeof(struct vhost_vdpa_config) + 64];
	struct vhost_vdpa_config *c = (void *)raw;

	c->off = off;
	c->len = len;
	IOCTL(dev.fd, VHOST_VDPA_GET_CONFIG, c);
	memcpy(to, c->buf, len);
}

static void show(void)
{
	uint32_t groups, asids, n;
	uint64_t mask;

	IOCTL(dev.fd, VHOST_VDPA_GET_GROUP_NUM, &groups);
	IOCTL(dev.fd, VHOST_VDPA_GET_AS_NUM, &asids);
	IOCTL(dev.fd, VHOST_VDPA_GET_VQS_COUNT, &n);
	IOCTL(dev.fd, VHOST_GET_BACKEND_FEATURES, &mask);
	printf("groups %u asids %u backend %#llx", groups, asids, (unsigned long long)mask);
	for (unsigned int i = 0; i < n; i++) {
		struct vhost_vring_state s = { .index = i };

		printf(" %u", vq_group(&dev, i));
		if (!ioctl(dev.fd, VHOST_VDPA_GET_VRING_DESC_GROUP, &s))
			printf("/%u", s.num);
	}
	puts("");
}

static void try_group(unsigned int group, unsigned int asid)
{
	struct vhost_vring_state s = { .index = group, .num = asid };

	puts(ioctl(dev.fd, VHOST_VDPA_SET_GROUP_ASID, &s) ? strerror(errno) : "bound");
}

static void interrupt(void)
{
	struct pollfd p = { .fd = dev.config, .events = POLLIN };
	uint64_t n;

	if (poll(&p, 1, PATIENCE_MS) <= 0 || read(dev.config, &n, sizeof(n)) < 0)
		errx(1, "no configuration interrupt");
	puts("interrupt");
}

int main(int argc, char **argv)
{
	int i = 2;

#define IS(name) (!strcmp(argv[i], name))
#define ARG() (++i < argc ? argv[i] : (errx(2, "%s: argument missing", argv[i - 1]), ""))
#define NUMBER() strtoul(ARG(), NULL, 0)
	if (argc < 3)
		errx(2, "usage: rings CHARDEV OPERATION...");
	setvbuf(stdout, NULL, _IOLBF, 0);
	dev_open(&dev, argv[1]);
	rings = alloc_pages(6 * PAGE);
	buffers = alloc_pages(4 * PAGE);
	IOCTL(dev.fd, VHOST_GET_FEATURES, &features);
	/* One pair of queues, and nobody sets receive modes */
	features &= ~(1ULL << VIRTIO_NET_F_CTRL_RX | 1ULL << VIRTIO_RING_F_EVENT_IDX);
	for (; i < argc && IS("persist"); i++)
		backend |= 1ULL << VHOST_BACKEND_F_IOTLB_PERSIST;
	dev_backend(&dev, backend);

	for (; i < argc; i++) {
		if (IS("group")) {
			unsigned int g = NUMBER();

			dev_group_asid(&dev, g, NUMBER());
		} else if (IS("map") || IS("unmap")) {
			bool on = IS("map");
			unsigned int asid = NUMBER();

			map(asid, ARG(), on);
		} else if (IS("indirect")) {
			indirect = true;
		} else if (IS("start") || IS("late")) {
			setup(IS("late"));
		} else if (IS("frame")) {
			post();
			await();
		} else if (IS("read")) {
			read_block();
		} else if (IS("flood")) {
			flooded = true;
			if (pthread_create(&flooder, NULL, flood, NULL))
				errx(1, "no thread");
			while (!ring_used(&q[0]))
				ring_kick(&q[0]);
		} else if (IS("post")) {
			post();
		} else if (IS("await")) {
			await();
		} else if (IS("idle")) {
			usleep(300000);
			puts(ring_used(&q[TX]) || ring_used(&q[RX]) ? "busy" : "idle");
		} else if (IS("base")) {
			uint16_t rx = ring_base(&q[RX]);

			printf("rx %u tx %u\n", rx, ring_base(&q[TX]));
		} else if (IS("set-base")) {
			base = NUMBER();
		} else if (IS("status")) {
			printf("status %#x\n", dev_status(&dev));
		} else if (IS("show")) {
			show();
		} else if (IS("try-group")) {
			unsigned int g = NUMBER();

			try_group(g, NUMBER());
		} else if (IS("link")) {
			uint16_t status;

			config(offsetof(struct virtio_net_config, status), &status, 2);
			printf("link %u\n", status);
		} else if (IS("mac")) {
			uint8_t m[6];

			config(0, m, 6);
			printf("mac %02x:%02x:%02x:%02x:%02x:%02x\n", m[0], m[1], m[2], m[3],
			       m[4], m[5]);
		} else if (IS("interrupt")) {
			interrupt();
		} else if (IS("suspend")) {
			IOCTL(dev.fd, VHOST_VDPA_SUSPEND, NULL);
		} else if (IS("resume")) {
			IOCTL(dev.fd, VHOST_VDPA_RESUME, NULL);
		} else if (IS("reset")) {
			dev_set_status(&dev, 0);
		} else if (IS("wait")) {
			while (getchar() != EOF)
				;
		} else {
			errx(2, "no operation \"%s\"", argv[i]);
		}
	}
	if (flooded) {
		flooded = false;
		pthread_join(flooder, NULL);
	}
	dev_close(&dev);
	return 0;
}
