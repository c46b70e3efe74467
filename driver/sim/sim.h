/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The software vDPA devices of vdpactl_sim: what their parts share.
 */
#ifndef VDPACTL_SIM_H
#define VDPACTL_SIM_H

#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/vdpa.h>
#include <linux/vhost_iotlb.h>
#include <linux/virtio_ids.h>
#include <linux/workqueue.h>
#include <uapi/linux/vdpa.h>
#include <uapi/linux/vhost_types.h>
#include <uapi/linux/virtio_blk.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_net.h>
#include <uapi/linux/virtio_ring.h>

#define VSIM_VENDOR_ID		0x1d5a	/* no PCI vendor has it */
#define VSIM_QUEUE_SIZE_MAX	256
#define VSIM_VQS_MAX		33
#define VSIM_GROUPS_MAX		3
#define VSIM_AS_MAX		3
/* What one run of the worker spends on a queue before the next one has its turn */
#define VSIM_RUN_REQUESTS	64
#define VSIM_RUN_BYTES		SZ_1M

#define VSIM_IOVA_LAST		GENMASK_ULL(47, 0)

/* What every profile offers and what every driver must accept */
#define VSIM_FEATURES_NEEDED	(BIT_ULL(VIRTIO_F_VERSION_1) | \
				 BIT_ULL(VIRTIO_F_ACCESS_PLATFORM))
#define VSIM_FEATURES_COMMON	(VSIM_FEATURES_NEEDED | \
				 BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) | \
				 BIT_ULL(VIRTIO_RING_F_EVENT_IDX))

struct vsim_dev;
struct vsim_vq;

/**
 * struct vsim_as - an address space of a device
 * @maps: its ranges; not used while @passthrough
 * @passthrough: the initial map, IOVA equals DMA address. Only a driver in
 *	the kernel can use it, see vsim_translate()
 */
struct vsim_as {
	struct vhost_iotlb *maps;
	bool passthrough;
};

/**
 * struct vsim_tlb - the last translation of one kind of access of a queue
 * @gen: the device's @map_gen it was made at; any other makes it void
 */
struct vsim_tlb {
	u64 gen;
	u64 first;
	u64 last;
	u64 addr;
	u32 perm;
};

/* A buffer of a descriptor chain, in the IOVA space of the queue's group */
struct vsim_seg {
	u64 addr;
	u32 len;
};

/**
 * struct vsim_chain - a descriptor chain, read once from the ring
 * @seg: @nout buffers to read, then @nin buffers to write
 * @out_len: sum of the lengths to read
 * @in_len: sum of the lengths to write
 */
struct vsim_chain {
	u16 head;
	u16 nout;
	u16 nin;
	u64 out_len;
	u64 in_len;
	struct vsim_seg *seg;
};

/* A position in the read or the write half of a chain */
struct vsim_iter {
	const struct vsim_seg *seg;
	unsigned int nseg;
	u32 off;
	u32 perm;
};

enum vsim_stat {
	VSIM_STAT_REQUESTS,
	VSIM_STAT_BYTES,
	VSIM_STAT_ERRORS,
	VSIM_STAT_DROPS,
	VSIM_STAT_OVERRUNS,
	VSIM_STATS,
};

/**
 * struct vsim_vq - a virtqueue
 * @num: its size, a power of two up to VSIM_QUEUE_SIZE_MAX
 * @broken: its ring was malformed; only a device reset mends that
 * @last_avail: the next entry of the available ring to take
 * @avail: the available index as last read from the ring
 * @last_used: the next entry of the used ring to fill
 * @signalled: @last_used at the last notification
 */
struct vsim_vq {
	u16 index;
	u16 num;
	bool ready;
	bool broken;
	bool signalled_valid;
	u16 last_avail;
	u16 avail;
	u16 last_used;
	u16 signalled;
	u64 desc_addr;
	u64 avail_addr;
	u64 used_addr;
	struct vsim_tlb desc_tlb;
	struct vsim_tlb avail_tlb;
	struct vsim_tlb used_tlb;
	struct vsim_tlb table_tlb;
	struct vsim_tlb out_tlb;
	struct vsim_tlb in_tlb;
	struct vdpa_callback cb;
	u64 stats[VSIM_STATS];
};

/**
 * struct vsim_class - a kind of virtio device
 * @attrs: the settings (enum vdpa_attr) that it takes
 * @nvqs: how many queues the settings ask for
 * @create: makes the private state from the settings, checked before
 * @destroy: the reverse; also after a @create that failed
 * @check: refuses settings that the class cannot have
 * @is_ctrl: whether a queue is the control queue; NULL: there is none
 * @reset: clears what a device reset clears
 * @run: works on a queue that was kicked, for a bounded time; returns
 *	whether there is more to do
 * @fill_stats: puts the vendor statistics of a queue
 * @set_attr: changes settings of a device that exists; NULL: it cannot
 * @groups: sysfs attributes
 */
struct vsim_class {
	u32 device_id;
	u64 features;
	u64 attrs;
	u32 nvqs_max;
	size_t config_size;
	int (*check)(struct device *parent,
		     const struct vdpa_dev_set_config *config);
	u32 (*nvqs)(const struct vdpa_dev_set_config *config);
	int (*create)(struct vsim_dev *vs,
		      const struct vdpa_dev_set_config *config);
	void (*destroy)(struct vsim_dev *vs);
	bool (*is_ctrl)(const struct vsim_dev *vs, u16 idx);
	void (*reset)(struct vsim_dev *vs);
	bool (*run)(struct vsim_dev *vs, struct vsim_vq *vq);
	int (*fill_stats)(struct vsim_dev *vs, struct vsim_vq *vq,
			  struct sk_buff *msg);
	int (*set_attr)(struct vsim_dev *vs,
			const struct vdpa_dev_set_config *config);
	const struct attribute_group **groups;
};

/**
 * struct vsim_profile - what a management device makes
 * @data_group: group of the buffers of every queue but the control queue
 * @ctrl_group: group of the control queue, its rings included
 * @desc_group: group of the rings of the data queues; that of the buffers
 *	where the parent has no descriptor groups
 */
struct vsim_profile {
	const char *name;
	const struct vsim_class *class;
	const struct vdpa_config_ops *ops;
	u8 ngroups;
	u8 nas;
	u8 data_group;
	u8 ctrl_group;
	u8 desc_group;
};

/**
 * struct vsim_dev - a device
 * @lock: everything below but @kicked. The worker holds it for one bounded
 *	run, and every operation that changes what the worker looks at takes
 *	it: once the operation returns the device does no longer act on the
 *	old state, which for a map means that its pages may be unpinned, and
 *	for a queue that its callback is not running. Callbacks are called
 *	with it held; they only wake somebody, and a kick that comes of one
 *	touches @kicked and @work alone.
 * @work: runs the queues set in @kicked. It is idle when no queue was kicked
 * @kicked: atomic bits; a kick may come from atomic context
 * @map_gen: counts changes of maps and of group bindings, never 0
 * @in_kernel: the driver is one of the kernel's own, see vsim_translate()
 * @chain: scratch for the worker: what is read, and where it goes
 */
struct vsim_dev {
	struct vdpa_device vdpa;
	const struct vsim_profile *profile;
	const struct vsim_class *class;

	struct work_struct work;
	DECLARE_BITMAP(kicked, VSIM_VQS_MAX);

	struct mutex lock; /* see above */
	u64 device_features;
	u64 driver_features;
	u8 status;
	bool suspended;
	bool in_kernel;
	u32 generation;
	u32 nvqs;
	struct vdpa_callback config_cb;

	u64 map_gen;
	u8 group_asid[VSIM_GROUPS_MAX];
	struct vsim_as as[VSIM_AS_MAX];

	struct vsim_chain chain[2];
	void *priv;
	/* As the driver sees it: little-endian, virtio 1.0 and later */
	union {
		struct virtio_net_config net;
		struct virtio_blk_config blk;
		u8 raw[1];
	} config;
	struct vsim_vq vqs[] __counted_by(nvqs);
};

static inline struct vsim_dev *to_vsim(struct vdpa_device *vdpa)
{
	return container_of(vdpa, struct vsim_dev, vdpa);
}

static inline bool vsim_has_feature(const struct vsim_dev *vs, unsigned int bit)
{
	return vs->driver_features & BIT_ULL(bit);
}

/*
 * A virtual machine monitor enables every queue of the device, whether its
 * guest has set it up or not: one whose three areas are at address 0 was not.
 */
static inline bool vsim_vq_usable(const struct vsim_vq *vq)
{
	return vq->ready && !vq->broken &&
	       (vq->desc_addr || vq->avail_addr || vq->used_addr);
}

/* profile.c */
extern const struct vsim_profile vsim_profiles[];
extern const unsigned int vsim_nprofiles;

/* net.c, blk.c */
extern const struct vsim_class vsim_net_class;
extern const struct vsim_class vsim_blk_class;

/* mgmtdev.c */
int vsim_mgmtdev_init(void);
void vsim_mgmtdev_exit(void);

/* dev.c */
extern const struct vdpa_config_ops vsim_ops;
extern const struct vdpa_config_ops vsim_incremental_ops;
extern const struct vdpa_config_ops vsim_legacy_ops;
extern const struct vdpa_config_ops vsim_plain_ops;

void vsim_get(void);
void vsim_put(void);
int vsim_dev_init(void);
void vsim_dev_exit(void);
struct vsim_dev *vsim_create(struct device *parent,
			     struct vdpa_mgmt_dev *mdev,
			     const struct vsim_profile *profile,
			     const char *name,
			     const struct vdpa_dev_set_config *config);
void vsim_config_changed(struct vsim_dev *vs);
u8 vsim_vq_group(const struct vsim_dev *vs, u16 idx);
u8 vsim_vq_desc_group(const struct vsim_dev *vs, u16 idx);

/* map.c */
int vsim_maps_init(struct vsim_dev *vs);
void vsim_maps_free(struct vsim_dev *vs);
void vsim_map_passthrough(struct vsim_dev *vs, unsigned int asid);
int vsim_map_replace(struct vsim_dev *vs, unsigned int asid,
		     struct vhost_iotlb *maps);
int vsim_map_add(struct vsim_dev *vs, unsigned int asid, u64 iova, u64 size,
		 u64 addr, u32 perm);
void vsim_map_del(struct vsim_dev *vs, unsigned int asid, u64 iova, u64 size);
void *vsim_map_access(struct vsim_dev *vs, u8 group, struct vsim_tlb *tlb,
		      u64 iova, u32 perm, size_t *len);

/* vq.c */
int vsim_vq_pop(struct vsim_dev *vs, struct vsim_vq *vq,
		struct vsim_chain *chain);
int vsim_vq_push(struct vsim_dev *vs, struct vsim_vq *vq, u16 head, u32 len);
bool vsim_vq_more(struct vsim_dev *vs, struct vsim_vq *vq);
void vsim_vq_notify(struct vsim_dev *vs, struct vsim_vq *vq);
void vsim_vq_break(struct vsim_dev *vs, struct vsim_vq *vq, const char *why);
void vsim_vq_reset(struct vsim_vq *vq);

struct vsim_iter vsim_iter_out(const struct vsim_chain *chain);
struct vsim_iter vsim_iter_in(const struct vsim_chain *chain);
void *vsim_iter_map(struct vsim_dev *vs, struct vsim_vq *vq,
		    struct vsim_iter *it, size_t max, size_t *len);
int vsim_iter_read(struct vsim_dev *vs, struct vsim_vq *vq,
		   struct vsim_iter *it, void *dst, size_t len);
int vsim_iter_write(struct vsim_dev *vs, struct vsim_vq *vq,
		    struct vsim_iter *it, const void *src, size_t len);
void vsim_iter_skip(struct vsim_iter *it, u64 len);

#endif /* VDPACTL_SIM_H */
