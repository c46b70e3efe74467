// SPDX-License-Identifier: GPL-2.0-only
/*
 * Split virtqueues (virtio 1.3, section 2.7), as a device sees them.
 *
 * vringh does this job for most devices in the kernel, but it translates the
 * rings and the buffers by one and the same IOTLB. Here the rings go through
 * the address space of the descriptor group and the buffers, and indirect
 * tables with them, through that of the queue's group.
 *
 * Whatever lies in guest memory may change at any moment and may say
 * anything: each field is read exactly once into a local variable, checked
 * there, and every loop is bounded by the size of a queue.
 */

#include <linux/bottom_half.h>
#include <linux/highmem.h>
#include <linux/virtio_byteorder.h>
#include <uapi/linux/vhost_types.h>

#include "sim.h"

/* Offsets in the driver area and in the device area */
static u64 vsim_avail_event_addr(const struct vsim_vq *vq)
{
	return vq->used_addr + offsetof(struct vring_used, ring[vq->num]);
}

static u64 vsim_used_event_addr(const struct vsim_vq *vq)
{
	return vq->avail_addr + offsetof(struct vring_avail, ring[vq->num]);
}

/* The areas are aligned, checked in .set_vq_address: a field is in one page */
static int vsim_ring_get(struct vsim_dev *vs, struct vsim_vq *vq,
			 struct vsim_tlb *tlb, u64 addr, u16 *val)
{
	size_t len = sizeof(__le16);
	__le16 *p;

	p = vsim_map_access(vs, vsim_vq_desc_group(vs, vq->index), tlb, addr,
			    VHOST_ACCESS_RO, &len);
	if (!p || len < sizeof(*p)) {
		if (p)
			kunmap_local(p);
		return -EFAULT;
	}
	*val = le16_to_cpu(READ_ONCE(*p));
	kunmap_local(p);
	return 0;
}

static int vsim_ring_put(struct vsim_dev *vs, struct vsim_vq *vq, u64 addr,
			 const void *val, size_t size)
{
	size_t len = size;
	void *p;

	p = vsim_map_access(vs, vsim_vq_desc_group(vs, vq->index),
			    &vq->used_tlb, addr, VHOST_ACCESS_WO, &len);
	if (!p || len < size) {
		if (p)
			kunmap_local(p);
		return -EFAULT;
	}
	if (size == sizeof(__le16))
		WRITE_ONCE(*(__le16 *)p, *(const __le16 *)val);
	else
		WRITE_ONCE(*(__le32 *)p, *(const __le32 *)val);
	kunmap_local(p);
	return 0;
}

static int vsim_ring_put16(struct vsim_dev *vs, struct vsim_vq *vq, u64 addr,
			   u16 val)
{
	__le16 v = cpu_to_le16(val);

	return vsim_ring_put(vs, vq, addr, &v, sizeof(v));
}

static int vsim_ring_put32(struct vsim_dev *vs, struct vsim_vq *vq, u64 addr,
			   u32 val)
{
	__le32 v = cpu_to_le32(val);

	return vsim_ring_put(vs, vq, addr, &v, sizeof(v));
}

/**
 * vsim_vq_break - stop a queue whose driver broke the rules
 * @vs: the device
 * @vq: the queue; the others go on
 * @why: for the log
 *
 * The driver learns of it as virtio 1.3, section 2.1.1 says: DEVICE_NEEDS_RESET
 * and a configuration change notification.
 */
void vsim_vq_break(struct vsim_dev *vs, struct vsim_vq *vq, const char *why)
{
	if (vq->broken)
		return;
	vq->broken = true;
	vq->stats[VSIM_STAT_ERRORS]++;
	vs->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	dev_warn_ratelimited(&vs->vdpa.dev,
			     "virtqueue %u: %s; it is stopped until the device is reset\n",
			     vq->index, why);
	vsim_config_changed(vs);
}

void vsim_vq_reset(struct vsim_vq *vq)
{
	u16 index = vq->index;
	u64 stats[VSIM_STATS];

	memcpy(stats, vq->stats, sizeof(stats));
	memset(vq, 0, sizeof(*vq));
	memcpy(vq->stats, stats, sizeof(stats));
	vq->index = index;
	vq->num = VSIM_QUEUE_SIZE_MAX;
}

/* Reads a descriptor of an indirect table, which need not be aligned */
static int vsim_table_get(struct vsim_dev *vs, struct vsim_vq *vq, u64 addr,
			  struct vring_desc *desc)
{
	u8 group = vsim_vq_group(vs, vq->index);
	size_t done = 0, len;
	void *p;

	while (done < sizeof(*desc)) {
		len = sizeof(*desc) - done;
		p = vsim_map_access(vs, group, &vq->table_tlb, addr + done,
				    VHOST_ACCESS_RO, &len);
		if (!p)
			return -EFAULT;
		memcpy((void *)desc + done, p, len);
		kunmap_local(p);
		done += len;
	}
	return 0;
}

static int vsim_desc_get(struct vsim_dev *vs, struct vsim_vq *vq, u16 i,
			 struct vring_desc *desc)
{
	size_t len = sizeof(*desc);
	void *p;

	p = vsim_map_access(vs, vsim_vq_desc_group(vs, vq->index),
			    &vq->desc_tlb, vq->desc_addr + i * sizeof(*desc),
			    VHOST_ACCESS_RO, &len);
	if (!p || len < sizeof(*desc)) {
		if (p)
			kunmap_local(p);
		return -EFAULT;
	}
	memcpy(desc, p, sizeof(*desc));
	kunmap_local(p);
	return 0;
}

/* Adds a buffer to the chain; returns what is wrong with it, or NULL */
static const char *vsim_chain_add(struct vsim_chain *chain,
				  const struct vring_desc *desc)
{
	u32 len = __virtio32_to_cpu(true, desc->len);
	u64 addr = __virtio64_to_cpu(true, desc->addr);

	if (!len)
		return "a buffer without a length";
	if (addr + len - 1 < addr)
		return "a buffer beyond the end of the address space";
	if (chain->nout + chain->nin == VSIM_QUEUE_SIZE_MAX)
		return "a chain longer than the longest queue";

	chain->seg[chain->nout + chain->nin].addr = addr;
	chain->seg[chain->nout + chain->nin].len = len;
	if (__virtio16_to_cpu(true, desc->flags) & VRING_DESC_F_WRITE) {
		chain->nin++;
		chain->in_len += len;
	} else {
		if (chain->nin)
			return "a readable buffer behind a writable one";
		chain->nout++;
		chain->out_len += len;
	}
	if (chain->out_len + chain->in_len > U32_MAX)
		return "a chain of more than 4 GiB";
	return NULL;
}

/*
 * Follows a chain, through one indirect table at most (virtio 1.3, section
 * 2.7.5.3); returns what is wrong with it, or NULL.
 */
static const char *vsim_chain_walk(struct vsim_dev *vs, struct vsim_vq *vq,
				   struct vsim_chain *chain)
{
	u32 i = chain->head, left = vq->num, size = vq->num;
	struct vring_desc desc;
	bool indirect = false;
	const char *why;
	u64 table = 0;
	u16 flags;
	int ret;

	for (;;) {
		if (!left--)
			return "a loop in a descriptor chain";
		ret = indirect ?
		      vsim_table_get(vs, vq, table + i * sizeof(desc), &desc) :
		      vsim_desc_get(vs, vq, i, &desc);
		if (ret)
			return indirect ? "an indirect table that is not mapped" :
					  "a descriptor table that is not mapped";

		flags = __virtio16_to_cpu(true, desc.flags);
		if (flags & VRING_DESC_F_INDIRECT) {
			u32 len = __virtio32_to_cpu(true, desc.len);

			if (!vsim_has_feature(vs, VIRTIO_RING_F_INDIRECT_DESC))
				return "an indirect descriptor that was not negotiated";
			if (indirect)
				return "an indirect table in an indirect table";
			if (flags & VRING_DESC_F_NEXT)
				return "an indirect descriptor with a next one";
			if (!len || len % sizeof(desc) ||
			    len / sizeof(desc) > U16_MAX + 1)
				return "an indirect table of a wrong length";
			table = __virtio64_to_cpu(true, desc.addr);
			if (table + len - 1 < table)
				return "an indirect table beyond the end of the address space";
			indirect = true;
			size = len / sizeof(desc);
			left = size;
			i = 0;
			continue;
		}

		why = vsim_chain_add(chain, &desc);
		if (why)
			return why;
		if (!(flags & VRING_DESC_F_NEXT))
			return NULL;
		i = __virtio16_to_cpu(true, desc.next);
		if (i >= size)
			return "a descriptor index out of range";
	}
}

/* Sets vq->avail; an error broke the queue */
static int vsim_avail_read(struct vsim_dev *vs, struct vsim_vq *vq)
{
	if (vsim_ring_get(vs, vq, &vq->avail_tlb,
			  vq->avail_addr + offsetof(struct vring_avail, idx),
			  &vq->avail)) {
		vsim_vq_break(vs, vq, "a driver area that is not mapped");
		return -EFAULT;
	}
	if ((u16)(vq->avail - vq->last_avail) > vq->num) {
		vsim_vq_break(vs, vq, "an available index out of range");
		return -EINVAL;
	}
	/* The entries are read after the index that covers them */
	smp_rmb();
	return 0;
}

/**
 * vsim_vq_pop - take the next chain from the available ring
 * @vs: the device, its lock held
 * @vq: a queue that is ready and not broken
 * @chain: is filled in
 *
 * Return: 1 when there is one, 0 when there is none, an error when the queue
 * is broken. A chain that breaks the queue is not taken.
 */
int vsim_vq_pop(struct vsim_dev *vs, struct vsim_vq *vq,
		struct vsim_chain *chain)
{
	const char *why;
	u64 entry;
	int ret;

	if (vq->avail == vq->last_avail) {
		ret = vsim_avail_read(vs, vq);
		if (ret)
			return ret;
		if (vq->avail == vq->last_avail)
			return 0;
	}

	chain->nout = 0;
	chain->nin = 0;
	chain->out_len = 0;
	chain->in_len = 0;
	entry = offsetof(struct vring_avail, ring[vq->last_avail & (vq->num - 1)]);
	if (vsim_ring_get(vs, vq, &vq->avail_tlb, vq->avail_addr + entry,
			  &chain->head))
		why = "a driver area that is not mapped";
	else if (chain->head >= vq->num)
		why = "a head index out of range";
	else
		why = vsim_chain_walk(vs, vq, chain);
	if (why) {
		vsim_vq_break(vs, vq, why);
		return -EINVAL;
	}
	vq->last_avail++;
	return 1;
}

/**
 * vsim_vq_push - give a chain back through the used ring
 * @vs: the device, its lock held
 * @vq: the queue
 * @head: of the chain
 * @len: how many bytes were written to it
 */
int vsim_vq_push(struct vsim_dev *vs, struct vsim_vq *vq, u16 head, u32 len)
{
	u64 elem = vq->used_addr +
		   offsetof(struct vring_used, ring[vq->last_used & (vq->num - 1)]);

	if (vsim_ring_put32(vs, vq, elem, head) ||
	    vsim_ring_put32(vs, vq, elem + sizeof(__le32), len))
		goto fail;
	/* The buffers and the element are there before the index says so */
	smp_wmb();
	if (vsim_ring_put16(vs, vq,
			    vq->used_addr + offsetof(struct vring_used, idx),
			    vq->last_used + 1))
		goto fail;
	vq->last_used++;
	return 0;

fail:
	vsim_vq_break(vs, vq, "a device area that cannot be written");
	return -EFAULT;
}

/**
 * vsim_vq_more - ask to be kicked again, and look once more
 * @vs: the device, its lock held
 * @vq: a queue that seemed empty
 *
 * Return: whether something has come in the meantime.
 */
bool vsim_vq_more(struct vsim_dev *vs, struct vsim_vq *vq)
{
	if (vq->broken || !vsim_has_feature(vs, VIRTIO_RING_F_EVENT_IDX))
		return false;
	if (vsim_ring_put16(vs, vq, vsim_avail_event_addr(vq), vq->last_avail)) {
		vsim_vq_break(vs, vq, "a device area that cannot be written");
		return false;
	}
	/* Pairs with the driver's barrier between its index and our event */
	smp_mb();
	return !vsim_avail_read(vs, vq) && vq->avail != vq->last_avail;
}

static int vsim_vq_wants_notify(struct vsim_dev *vs, struct vsim_vq *vq)
{
	u16 old = vq->signalled, flags, event;
	bool valid = vq->signalled_valid;

	if (!vsim_has_feature(vs, VIRTIO_RING_F_EVENT_IDX)) {
		if (vsim_ring_get(vs, vq, &vq->avail_tlb, vq->avail_addr, &flags))
			return -EFAULT;
		return !(flags & VRING_AVAIL_F_NO_INTERRUPT);
	}
	if (vsim_ring_get(vs, vq, &vq->avail_tlb, vsim_used_event_addr(vq), &event))
		return -EFAULT;
	vq->signalled = vq->last_used;
	vq->signalled_valid = true;
	return !valid || vring_need_event(event, vq->last_used, old);
}

/**
 * vsim_vq_notify - tell the driver about used buffers, if it wants to know
 * @vs: the device, its lock held
 * @vq: the queue
 */
void vsim_vq_notify(struct vsim_dev *vs, struct vsim_vq *vq)
{
	int wanted;

	if (!vsim_vq_usable(vq) || !vq->cb.callback)
		return;
	/* The used index is out before the driver's wish is read */
	smp_mb();
	wanted = vsim_vq_wants_notify(vs, vq);
	if (wanted < 0) {
		vsim_vq_break(vs, vq, "a driver area that is not mapped");
		return;
	}
	if (!wanted)
		return;
	/* A network driver schedules its softirq from here */
	local_bh_disable();
	vq->cb.callback(vq->cb.private);
	local_bh_enable();
}

struct vsim_iter vsim_iter_out(const struct vsim_chain *chain)
{
	return (struct vsim_iter) {
		.seg = chain->seg,
		.nseg = chain->nout,
		.perm = VHOST_ACCESS_RO,
	};
}

struct vsim_iter vsim_iter_in(const struct vsim_chain *chain)
{
	return (struct vsim_iter) {
		.seg = chain->seg + chain->nout,
		.nseg = chain->nin,
		.perm = VHOST_ACCESS_WO,
	};
}

void vsim_iter_skip(struct vsim_iter *it, u64 len)
{
	while (len && it->nseg) {
		u32 step = min_t(u64, len, it->seg->len - it->off);

		len -= step;
		it->off += step;
		if (it->off == it->seg->len) {
			it->seg++;
			it->nseg--;
			it->off = 0;
		}
	}
}

/**
 * vsim_iter_map - reach the next piece of the buffers, and move on behind it
 * @vs: the device, its lock held
 * @vq: the queue
 * @it: the position
 * @max: how much is wanted, not 0
 * @len: set to how much it is
 *
 * Return: a pointer for kunmap_local(). NULL where the buffers end, or where
 * one is not mapped: then the queue is broken.
 */
void *vsim_iter_map(struct vsim_dev *vs, struct vsim_vq *vq,
		    struct vsim_iter *it, size_t max, size_t *len)
{
	bool in = it->perm == VHOST_ACCESS_WO;
	void *p;

	if (!it->nseg)
		return NULL;
	*len = min_t(size_t, max, it->seg->len - it->off);
	p = vsim_map_access(vs, vsim_vq_group(vs, vq->index),
			    in ? &vq->in_tlb : &vq->out_tlb,
			    it->seg->addr + it->off, it->perm, len);
	if (!p) {
		vsim_vq_break(vs, vq, in ? "a buffer that cannot be written" :
					   "a buffer that cannot be read");
		return NULL;
	}
	vsim_iter_skip(it, *len);
	return p;
}

/* Copies exactly @len bytes; fails where the buffers are shorter or not mapped */
int vsim_iter_read(struct vsim_dev *vs, struct vsim_vq *vq,
		   struct vsim_iter *it, void *dst, size_t len)
{
	size_t n;
	void *p;

	for (; len; len -= n, dst += n) {
		p = vsim_iter_map(vs, vq, it, len, &n);
		if (!p)
			return -EFAULT;
		memcpy(dst, p, n);
		kunmap_local(p);
	}
	return 0;
}

int vsim_iter_write(struct vsim_dev *vs, struct vsim_vq *vq,
		    struct vsim_iter *it, const void *src, size_t len)
{
	size_t n;
	void *p;

	for (; len; len -= n, src += n) {
		p = vsim_iter_map(vs, vq, it, len, &n);
		if (!p)
			return -EFAULT;
		memcpy(p, src, n);
		kunmap_local(p);
	}
	return 0;
}
