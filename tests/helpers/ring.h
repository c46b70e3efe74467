/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A driver for the rings of a vhost-vdpa device, for tests: on the raw system
 * calls, so that it can do what no library would let it. A call that fails
 * ends the program; what is tested is the device.
 */
#ifndef RING_H
#define RING_H

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vhost.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compat-uapi.h"

#define PAGE 4096UL
/* Slow machines: longer than anything takes, short enough to end a test */
#define PATIENCE_MS 120000

#define S_DRIVER (VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER)
#define S_FEATURES (S_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK)
#define S_RUNNING (S_FEATURES | VIRTIO_CONFIG_S_DRIVER_OK)
#define BASE_FEATURES ((1ULL << VIRTIO_F_VERSION_1) | (1ULL << VIRTIO_F_ACCESS_PLATFORM))

struct dev {
	int fd;
	int config; /* eventfd of the configuration interrupt */
};

/* A queue, its rings in three pages of the program's memory */
struct ring {
	struct dev *dev;
	unsigned int idx, num;
	int kick, call;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	uint16_t seen; /* used entries that were looked at */
};

#define IOCTL(fd, cmd, arg) \
	do { \
		if (ioctl(fd, cmd, arg) < 0) \
			err(1, "%s", #cmd); \
	} while (0)

static inline void *alloc_pages(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

static inline void dev_open(struct dev *dev, const char *path)
{
	dev->fd = open(path, O_RDWR | O_CLOEXEC);
	if (dev->fd < 0)
		err(1, "%s", path);
	dev->config = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	IOCTL(dev->fd, VHOST_SET_OWNER, NULL);
}

static inline void dev_close(struct dev *dev)
{
	close(dev->fd);
	close(dev->config);
}

static inline void dev_backend(struct dev *dev, uint64_t mask)
{
	IOCTL(dev->fd, VHOST_SET_BACKEND_FEATURES, &mask);
}

/* The backend features that a driver with address spaces needs */
#define BACKEND_BASE \
	((1ULL << VHOST_BACKEND_F_IOTLB_MSG_V2) | (1ULL << VHOST_BACKEND_F_IOTLB_BATCH) | \
	 (1ULL << VHOST_BACKEND_F_IOTLB_ASID))

static inline uint8_t dev_status(struct dev *dev)
{
	uint8_t status;

	IOCTL(dev->fd, VHOST_VDPA_GET_STATUS, &status);
	return status;
}

static inline void dev_set_status(struct dev *dev, uint8_t status)
{
	IOCTL(dev->fd, VHOST_VDPA_SET_STATUS, &status);
}

/* Resets the device and negotiates up to FEATURES_OK */
static inline void dev_negotiate(struct dev *dev, uint64_t features)
{
	uint64_t n;

	dev_set_status(dev, 0);
	dev_set_status(dev, S_DRIVER);
	features |= BASE_FEATURES;
	IOCTL(dev->fd, VHOST_SET_FEATURES, &features);
	dev_set_status(dev, S_FEATURES);
	if ((dev_status(dev) & S_FEATURES) != S_FEATURES)
		errx(1, "features %#llx were refused", (unsigned long long)features);
	/* A reset drops the callback */
	IOCTL(dev->fd, VHOST_VDPA_SET_CONFIG_CALL, &dev->config);
	while (read(dev->config, &n, sizeof(n)) == sizeof(n))
		;
}

static inline int dev_iotlb(struct dev *dev, unsigned int asid, uint8_t type,
			    uint64_t iova, const void *addr, uint64_t size, uint8_t perm)
{
	struct vhost_msg_v2 msg = {
		.type = VHOST_IOTLB_MSG_V2,
		.asid = asid,
		.iotlb = {
			.iova = iova,
			.size = size,
			.uaddr = (uintptr_t)addr,
			.perm = perm,
			.type = type,
		},
	};

	return write(dev->fd, &msg, sizeof(msg)) == sizeof(msg) ? 0 : -errno;
}

static inline void dev_map(struct dev *dev, unsigned int asid, uint64_t iova,
			   const void *addr, uint64_t size, uint8_t perm)
{
	int ret = dev_iotlb(dev, asid, VHOST_IOTLB_UPDATE, iova, addr, size, perm);

	if (ret)
		errx(1, "map asid %u iova %#llx size %#llx: %s", asid,
		     (unsigned long long)iova, (unsigned long long)size, strerror(-ret));
}

static inline void dev_unmap(struct dev *dev, unsigned int asid, uint64_t iova, uint64_t size)
{
	int ret = dev_iotlb(dev, asid, VHOST_IOTLB_INVALIDATE, iova, NULL, size, 0);

	if (ret)
		errx(1, "unmap asid %u iova %#llx: %s", asid, (unsigned long long)iova, strerror(-ret));
}

static inline void dev_batch(struct dev *dev, unsigned int asid, uint8_t type)
{
	int ret = dev_iotlb(dev, asid, type, 0, NULL, 0, 0);

	if (ret)
		errx(1, "batch asid %u: %s", asid, strerror(-ret));
}

static inline void dev_group_asid(struct dev *dev, unsigned int group, unsigned int asid)
{
	struct vhost_vring_state s = { .index = group, .num = asid };

	IOCTL(dev->fd, VHOST_VDPA_SET_GROUP_ASID, &s);
}

static inline uint32_t vq_group(struct dev *dev, unsigned int vq)
{
	struct vhost_vring_state s = { .index = vq };

	IOCTL(dev->fd, VHOST_VDPA_GET_VRING_GROUP, &s);
	return s.num;
}

static inline uint32_t vq_desc_group(struct dev *dev, unsigned int vq)
{
	struct vhost_vring_state s = { .index = vq };

	IOCTL(dev->fd, VHOST_VDPA_GET_VRING_DESC_GROUP, &s);
	return s.num;
}

/* Tells the device where the rings are; the addresses can be anything */
static inline int ring_addr(struct ring *r, uint64_t desc, uint64_t avail, uint64_t used)
{
	struct vhost_vring_addr addr = {
		.index = r->idx,
		.desc_user_addr = desc,
		.avail_user_addr = avail,
		.used_user_addr = used,
	};

	return ioctl(r->dev->fd, VHOST_SET_VRING_ADDR, &addr) < 0 ? -errno : 0;
}

static inline void ring_enable(struct ring *r, bool on)
{
	struct vhost_vring_state s = { .index = r->idx, .num = on };

	IOCTL(r->dev->fd, VHOST_VDPA_SET_VRING_ENABLE, &s);
}

static inline void ring_set_base(struct ring *r, uint16_t base)
{
	struct vhost_vring_state s = { .index = r->idx, .num = base };

	IOCTL(r->dev->fd, VHOST_SET_VRING_BASE, &s);
}

static inline uint16_t ring_base(struct ring *r)
{
	struct vhost_vring_state s = { .index = r->idx };

	IOCTL(r->dev->fd, VHOST_GET_VRING_BASE, &s);
	return s.num;
}

/* A ring in three pages at mem, seen by the device at iova */
static inline void ring_setup(struct ring *r, struct dev *dev, unsigned int idx,
			      unsigned int num, void *mem, uint64_t iova)
{
	struct vhost_vring_state s = { .index = idx, .num = num };
	struct vhost_vring_file f = { .index = idx };
	int ret;

	r->dev = dev;
	r->idx = idx;
	r->num = num;
	r->seen = 0;
	r->desc = mem;
	r->avail = (void *)((char *)mem + PAGE);
	r->used = (void *)((char *)mem + 2 * PAGE);
	memset(mem, 0, 3 * PAGE);
	r->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r->call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->kick < 0 || r->call < 0)
		err(1, "eventfd");

	IOCTL(dev->fd, VHOST_SET_VRING_NUM, &s);
	ring_set_base(r, 0);
	ret = ring_addr(r, iova, iova + PAGE, iova + 2 * PAGE);
	if (ret)
		errx(1, "VHOST_SET_VRING_ADDR: %s", strerror(-ret));
	f.fd = r->kick;
	IOCTL(dev->fd, VHOST_SET_VRING_KICK, &f);
	f.fd = r->call;
	IOCTL(dev->fd, VHOST_SET_VRING_CALL, &f);
}

static inline void ring_teardown(struct ring *r)
{
	struct vhost_vring_file f = { .index = r->idx, .fd = -1 };

	IOCTL(r->dev->fd, VHOST_SET_VRING_KICK, &f);
	IOCTL(r->dev->fd, VHOST_SET_VRING_CALL, &f);
	close(r->kick);
	close(r->call);
}

static inline void ring_desc(struct ring *r, unsigned int i, uint64_t addr, uint32_t len,
			     uint16_t flags, uint16_t next)
{
	r->desc[i] = (struct vring_desc){ addr, len, flags, next };
}

/* Makes a chain available without telling */
static inline void ring_push(struct ring *r, uint16_t head)
{
	uint16_t idx = r->avail->idx;

	r->avail->ring[idx & (r->num - 1)] = head;
	__atomic_store_n(&r->avail->idx, (uint16_t)(idx + 1), __ATOMIC_RELEASE);
}

static inline void ring_kick(struct ring *r)
{
	uint64_t one = 1;

	if (write(r->kick, &one, sizeof(one)) != sizeof(one))
		err(1, "kick");
}

static inline uint16_t ring_used(struct ring *r)
{
	return __atomic_load_n(&r->used->idx, __ATOMIC_ACQUIRE) - r->seen;
}

/* Waits for a used buffer (true), or for the device to give up (false) */
static inline bool ring_wait(struct ring *r)
{
	struct pollfd p[] = {
		{ .fd = r->call, .events = POLLIN },
		{ .fd = r->dev->config, .events = POLLIN },
	};
	uint64_t n;

	for (;;) {
		if (ring_used(r)) {
			r->seen++;
			return true;
		}
		if (dev_status(r->dev) & VIRTIO_CONFIG_S_NEEDS_RESET)
			return false;
		if (poll(p, 2, PATIENCE_MS) <= 0)
			errx(1, "queue %u: neither a used buffer nor DEVICE_NEEDS_RESET", r->idx);
		if (p[0].revents && read(r->call, &n, sizeof(n)) < 0 && errno != EAGAIN)
			err(1, "call");
		if (p[1].revents && read(r->dev->config, &n, sizeof(n)) < 0 && errno != EAGAIN)
			err(1, "config");
	}
}

static inline uint32_t ring_used_len(struct ring *r)
{
	return r->used->ring[(uint16_t)(r->seen - 1) & (r->num - 1)].len;
}

/* A block request in three descriptors from i on */
static inline void ring_blk(struct ring *r, unsigned int i, uint64_t hdr, uint64_t data,
			    uint32_t len, uint16_t data_flags, uint64_t status)
{
	ring_desc(r, i, hdr, sizeof(struct virtio_blk_outhdr), VRING_DESC_F_NEXT, i + 1);
	ring_desc(r, i + 1, data, len, data_flags | VRING_DESC_F_NEXT, i + 2);
	ring_desc(r, i + 2, status, 1, VRING_DESC_F_WRITE, 0);
}

#endif /* RING_H */
