// SPDX-License-Identifier: GPL-2.0-only
/*
 * A block device in memory (virtio 1.3, section 5.2). Its pages come into
 * being when they are written.
 */

#include <linux/blk_types.h>
#include <linux/highmem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/virtio_byteorder.h>
#include <linux/xarray.h>
#include <net/netlink.h>

#include "compat.h"
#include "sim.h"

#define VBLK_QUEUES		2
#define VBLK_CAPACITY		(SZ_128M >> SECTOR_SHIFT)
#define VBLK_SEG_MAX		126
#define VBLK_SIZE_MAX		SZ_64K
#define VBLK_REQUEST_MAX	(VBLK_SEG_MAX * VBLK_SIZE_MAX)

#define VBLK_FEATURES		(VSIM_FEATURES_COMMON | \
				 BIT_ULL(VIRTIO_BLK_F_SIZE_MAX) | \
				 BIT_ULL(VIRTIO_BLK_F_SEG_MAX) | \
				 BIT_ULL(VIRTIO_BLK_F_BLK_SIZE) | \
				 BIT_ULL(VIRTIO_BLK_F_TOPOLOGY) | \
				 BIT_ULL(VIRTIO_BLK_F_FLUSH) | \
				 BIT_ULL(VIRTIO_BLK_F_MQ) | \
				 BIT_ULL(VIRTIO_BLK_F_DISCARD) | \
				 BIT_ULL(VIRTIO_BLK_F_WRITE_ZEROES))

/* The disk: its pages by number; what is not there is zero */
struct vblk {
	struct xarray pages;
};

/* A request: its place on the disk, and where its data is read or written */
struct vblk_request {
	u64 sector;
	u64 out_len;
	u64 in_len;
	u32 written;
	struct vsim_iter out;
	struct vsim_iter in;
};

static u32 vblk_nvqs(const struct vdpa_dev_set_config *config)
{
	return VBLK_QUEUES;
}

static int vblk_create(struct vsim_dev *vs,
		       const struct vdpa_dev_set_config *config)
{
	struct virtio_blk_config *space = &vs->config.blk;
	struct vblk *blk;

	blk = kzalloc_obj(*blk);
	if (!blk)
		return -ENOMEM;
	xa_init(&blk->pages);
	vs->priv = blk;

	space->capacity = __cpu_to_virtio64(true, VBLK_CAPACITY);
	space->size_max = __cpu_to_virtio32(true, VBLK_SIZE_MAX);
	space->seg_max = __cpu_to_virtio32(true, VBLK_SEG_MAX);
	space->blk_size = __cpu_to_virtio32(true, SECTOR_SIZE);
	space->min_io_size = __cpu_to_virtio16(true, 1);
	space->opt_io_size = __cpu_to_virtio32(true, 1);
	space->num_queues = __cpu_to_virtio16(true, VBLK_QUEUES);
	space->max_discard_sectors = __cpu_to_virtio32(true, VBLK_CAPACITY);
	space->max_discard_seg = __cpu_to_virtio32(true, 1);
	space->discard_sector_alignment =
		__cpu_to_virtio32(true, PAGE_SIZE >> SECTOR_SHIFT);
	space->max_write_zeroes_sectors =
		__cpu_to_virtio32(true, VBLK_CAPACITY);
	space->max_write_zeroes_seg = __cpu_to_virtio32(true, 1);
	space->write_zeroes_may_unmap = 1;
	return 0;
}

static void vblk_destroy(struct vsim_dev *vs)
{
	struct vblk *blk = vs->priv;
	unsigned long i;
	struct page *page;

	if (!blk)
		return;
	xa_for_each(&blk->pages, i, page)
		__free_page(page);
	xa_destroy(&blk->pages);
	kfree(blk);
}

/* Frees the pages that lie in the range as a whole, and clears what is left of others */
static void vblk_zero(struct vblk *blk, u64 pos, u64 len, bool partial)
{
	while (len) {
		u32 off = offset_in_page(pos);
		u32 n = min_t(u64, len, PAGE_SIZE - off);
		struct page *page;

		if (n == PAGE_SIZE) {
			page = xa_erase(&blk->pages, pos >> PAGE_SHIFT);
			if (page)
				__free_page(page);
		} else if (partial) {
			page = xa_load(&blk->pages, pos >> PAGE_SHIFT);
			if (page)
				memzero_page(page, off, n);
		}
		pos += n;
		len -= n;
		cond_resched();
	}
}

/* The page to write to, made when it is not there */
static struct page *vblk_page(struct vblk *blk, pgoff_t index)
{
	struct page *page = xa_load(&blk->pages, index);
	int ret;

	if (page)
		return page;
	/* This may be what writes memory back: no I/O to get some */
	page = alloc_page(GFP_NOIO | __GFP_ZERO | __GFP_HIGHMEM);
	if (!page)
		return NULL;
	ret = xa_err(xa_store(&blk->pages, index, page, GFP_NOIO));
	if (ret) {
		__free_page(page);
		return NULL;
	}
	return page;
}

static bool vblk_in_range(u64 sector, u64 sectors)
{
	return sectors <= VBLK_CAPACITY && sector <= VBLK_CAPACITY - sectors;
}

/* ---- requests: each returns a status, VIRTIO_BLK_S_* ------------------------- */

static u8 vblk_read(struct vsim_dev *vs, struct vsim_vq *vq,
		    struct vblk_request *rq)
{
	u64 pos = rq->sector << SECTOR_SHIFT, left = rq->in_len;
	struct vblk *blk = vs->priv;

	if (left % SECTOR_SIZE || left > VBLK_REQUEST_MAX ||
	    !vblk_in_range(rq->sector, left >> SECTOR_SHIFT))
		return VIRTIO_BLK_S_IOERR;
	while (left) {
		struct page *page = xa_load(&blk->pages, pos >> PAGE_SHIFT);
		u32 off = offset_in_page(pos);
		size_t n;
		void *p;

		p = vsim_iter_map(vs, vq, &rq->in,
				  min_t(u64, left, PAGE_SIZE - off), &n);
		if (!p)
			return VIRTIO_BLK_S_IOERR;
		if (page)
			memcpy_from_page(p, page, off, n);
		else
			memset(p, 0, n);
		kunmap_local(p);
		pos += n;
		left -= n;
		rq->written += n;
	}
	return VIRTIO_BLK_S_OK;
}

static u8 vblk_write(struct vsim_dev *vs, struct vsim_vq *vq,
		     struct vblk_request *rq)
{
	u64 pos = rq->sector << SECTOR_SHIFT, left = rq->out_len;
	struct vblk *blk = vs->priv;

	if (left % SECTOR_SIZE || left > VBLK_REQUEST_MAX ||
	    !vblk_in_range(rq->sector, left >> SECTOR_SHIFT))
		return VIRTIO_BLK_S_IOERR;
	while (left) {
		struct page *page = vblk_page(blk, pos >> PAGE_SHIFT);
		u32 off = offset_in_page(pos);
		size_t n;
		void *p;

		if (!page)
			return VIRTIO_BLK_S_IOERR;
		p = vsim_iter_map(vs, vq, &rq->out,
				  min_t(u64, left, PAGE_SIZE - off), &n);
		if (!p)
			return VIRTIO_BLK_S_IOERR;
		memcpy_to_page(page, off, p, n);
		kunmap_local(p);
		pos += n;
		left -= n;
	}
	return VIRTIO_BLK_S_OK;
}

static u8 vblk_flush(struct vsim_dev *vs, struct vsim_vq *vq,
		     struct vblk_request *rq)
{
	/* What is written is as safe as it will ever be */
	return VIRTIO_BLK_S_OK;
}

static u8 vblk_get_id(struct vsim_dev *vs, struct vsim_vq *vq,
		      struct vblk_request *rq)
{
	char id[VIRTIO_BLK_ID_BYTES] = {};

	if (rq->in_len < sizeof(id))
		return VIRTIO_BLK_S_IOERR;
	/* Not terminated when the name is as long as the field */
	memcpy(id, dev_name(&vs->vdpa.dev),
	       min(sizeof(id), strlen(dev_name(&vs->vdpa.dev))));
	if (vsim_iter_write(vs, vq, &rq->in, id, sizeof(id)))
		return VIRTIO_BLK_S_IOERR;
	rq->written += sizeof(id);
	return VIRTIO_BLK_S_OK;
}

static u8 vblk_clear(struct vsim_dev *vs, struct vsim_vq *vq,
		     struct vblk_request *rq, u32 flags_known, bool partial)
{
	struct virtio_blk_discard_write_zeroes range;
	u64 sector, sectors;

	if (rq->out_len != sizeof(range) ||
	    vsim_iter_read(vs, vq, &rq->out, &range, sizeof(range)))
		return VIRTIO_BLK_S_IOERR;
	if (le32_to_cpu(range.flags) & ~flags_known)
		return VIRTIO_BLK_S_UNSUPP;
	sector = le64_to_cpu(range.sector);
	sectors = le32_to_cpu(range.num_sectors);
	if (!vblk_in_range(sector, sectors))
		return VIRTIO_BLK_S_IOERR;
	vblk_zero(vs->priv, sector << SECTOR_SHIFT, sectors << SECTOR_SHIFT,
		  partial);
	return VIRTIO_BLK_S_OK;
}

static u8 vblk_discard(struct vsim_dev *vs, struct vsim_vq *vq,
		       struct vblk_request *rq)
{
	return vblk_clear(vs, vq, rq, 0, false);
}

static u8 vblk_write_zeroes(struct vsim_dev *vs, struct vsim_vq *vq,
			    struct vblk_request *rq)
{
	return vblk_clear(vs, vq, rq, VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP, true);
}

static const struct {
	u8 (*handle)(struct vsim_dev *vs, struct vsim_vq *vq,
		     struct vblk_request *rq);
	u64 feature;
} vblk_types[] = {
	[VIRTIO_BLK_T_IN] = { vblk_read },
	[VIRTIO_BLK_T_OUT] = { vblk_write },
	[VIRTIO_BLK_T_FLUSH] = { vblk_flush, BIT_ULL(VIRTIO_BLK_F_FLUSH) },
	[VIRTIO_BLK_T_GET_ID] = { vblk_get_id },
	[VIRTIO_BLK_T_DISCARD] = { vblk_discard, BIT_ULL(VIRTIO_BLK_F_DISCARD) },
	[VIRTIO_BLK_T_WRITE_ZEROES] = { vblk_write_zeroes,
					BIT_ULL(VIRTIO_BLK_F_WRITE_ZEROES) },
};

/* Does a request and reports on it; an error broke the queue */
static int vblk_handle(struct vsim_dev *vs, struct vsim_vq *vq,
		       const struct vsim_chain *chain)
{
	struct virtio_blk_outhdr hdr;
	u8 status = VIRTIO_BLK_S_UNSUPP;
	struct vblk_request rq = {
		.out = vsim_iter_out(chain),
		.in = vsim_iter_in(chain),
	};
	struct vsim_iter last = rq.in;
	u32 type;

	if (chain->out_len < sizeof(hdr) || chain->in_len < sizeof(status)) {
		vsim_vq_break(vs, vq, "a request without room for its parts");
		return -EINVAL;
	}
	if (vsim_iter_read(vs, vq, &rq.out, &hdr, sizeof(hdr)))
		return -EFAULT;
	rq.out_len = chain->out_len - sizeof(hdr);
	rq.in_len = chain->in_len - sizeof(status);
	rq.sector = __virtio64_to_cpu(true, hdr.sector);
	type = __virtio32_to_cpu(true, hdr.type);

	if (type < ARRAY_SIZE(vblk_types) && vblk_types[type].handle &&
	    !(vblk_types[type].feature & ~vs->driver_features))
		status = vblk_types[type].handle(vs, vq, &rq);
	if (vq->broken)
		return -EFAULT;
	vq->stats[VSIM_STAT_REQUESTS]++;
	vq->stats[VSIM_STAT_BYTES] += rq.out_len + rq.written;
	if (status != VIRTIO_BLK_S_OK)
		vq->stats[VSIM_STAT_ERRORS]++;

	/* The status is the last byte, however much was written before it */
	vsim_iter_skip(&last, rq.in_len);
	return vsim_iter_write(vs, vq, &last, &status, sizeof(status)) ?:
	       vsim_vq_push(vs, vq, chain->head, rq.written + sizeof(status));
}

static bool vblk_run(struct vsim_dev *vs, struct vsim_vq *vq)
{
	u64 stop = vq->stats[VSIM_STAT_BYTES] + VSIM_RUN_BYTES;
	struct vsim_chain *chain = &vs->chain[0];
	unsigned int budget;

	for (budget = VSIM_RUN_REQUESTS; budget; budget--) {
		if (vq->stats[VSIM_STAT_BYTES] >= stop)
			break;
		if (vsim_vq_pop(vs, vq, chain) <= 0 ||
		    vblk_handle(vs, vq, chain))
			break;
	}
	vsim_vq_notify(vs, vq);
	return !vq->broken && (!budget || vq->stats[VSIM_STAT_BYTES] >= stop ||
			       vsim_vq_more(vs, vq));
}

static int vblk_fill_stats(struct vsim_dev *vs, struct vsim_vq *vq,
			   struct sk_buff *msg)
{
	static const char *const names[] = { "requests", "bytes", "errors" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (nla_put_string(msg, VDPA_ATTR_DEV_VENDOR_ATTR_NAME, names[i]) ||
		    nla_put_u64_64bit(msg, VDPA_ATTR_DEV_VENDOR_ATTR_VALUE,
				      vq->stats[i], VDPA_ATTR_PAD))
			return -EMSGSIZE;
	return 0;
}

const struct vsim_class vsim_blk_class = {
	.device_id = VIRTIO_ID_BLOCK,
	.features = VBLK_FEATURES,
	.attrs = BIT_ULL(VDPA_ATTR_DEV_FEATURES),
	.nvqs_max = VBLK_QUEUES,
	.config_size = sizeof(struct virtio_blk_config),
	.nvqs = vblk_nvqs,
	.create = vblk_create,
	.destroy = vblk_destroy,
	.run = vblk_run,
	.fill_stats = vblk_fill_stats,
};
