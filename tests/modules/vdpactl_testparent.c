// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vDPA parent for tests: operations that are slow, fail, or cannot be
 * probed, and the truth about what the device has in debugfs.
 *
 * /sys/kernel/debug/vdpactl_testparent/control takes one command a write, and
 * fails as what it called failed:
 *
 *   add NAME [vqs=N] [groups=N] [as=N] [features=MASK] [backend=MASK]
 *       [ops=OP,...] [noprobe=OP,...]	"ops" are the optional ones
 *   add_halfway NAME			device_add() fails while the device is on
 *					the bus, before it is announced
 *   del NAME
 *   fail NAME OP ERRNO [changed]	each OP from now on, having done what it
 *					was asked with "changed"; 0: no longer
 *   hold NAME OP			each OP waits before it does anything
 *   pass NAME OP			no longer; those that wait go on waiting
 *   release NAME OP			the same, and those go on
 *   call NAME OP [NUMBER...]		as a bus driver would
 *   crowd N NAME OP [NUMBER...]	the same in N threads
 *
 * OP is an operation of struct vdpa_config_ops, the numbers its arguments
 * after the device; .dma_map: ASID IOVA SIZE PERM; .set_map: ASID RANGES
 * [IOVA], so many pages, each with a page between it and the next one.
 *
 * "truth" in the same directory is a JSON object of all devices.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vdpa.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <linux/wait.h>
#include <uapi/linux/vhost_types.h>
#include "compat.h"

enum tp_op_nr {
	TP_SET_STATUS,
	TP_SET_DRIVER_FEATURES,
	TP_RESET,
	TP_COMPAT_RESET,
	TP_SUSPEND,
	TP_RESUME,
	TP_SET_MAP,
	TP_DMA_MAP,
	TP_DMA_UNMAP,
	TP_RESET_MAP,
	TP_SET_GROUP_ASID,
	TP_SET_VQ_ADDRESS,
	TP_SET_VQ_NUM,
	TP_SET_VQ_READY,
	TP_SET_VQ_STATE,
	TP_NOPS,
};

#define TP_OP_BIT(op)	BIT(TP_##op)

/* What a device needs not implement */
#define TP_OPTIONAL	(TP_OP_BIT(COMPAT_RESET) | TP_OP_BIT(SUSPEND) | \
			 TP_OP_BIT(RESUME) | TP_OP_BIT(SET_MAP) | \
			 TP_OP_BIT(DMA_MAP) | TP_OP_BIT(DMA_UNMAP) | \
			 TP_OP_BIT(RESET_MAP) | TP_OP_BIT(SET_GROUP_ASID))

#define TP_QUEUE_SIZE	256
#define TP_MAX		65536	/* virtqueues, groups, address spaces */
#define TP_RANGES_MAX	SZ_4M

struct tp_vq {
	u64 desc;
	u64 driver;
	u64 device;
	u32 num;
	u32 state;
	bool ready;
};

struct tp_space {
	struct vhost_iotlb *map;
	bool initial;
};

struct tp_dev {
	struct vdpa_device vdpa;	/* first: the bus frees it */
	struct list_head node;
	struct vdpa_config_ops ops;
	u64 features;
	u64 backend;

	/* Commands under way; the device goes when there are none */
	atomic_t calls;

	wait_queue_head_t gate;
	unsigned long held;		/* bits 1 << enum tp_op_nr */
	u32 released[TP_NOPS];		/* how often */
	atomic_t waiting;
	int fails[TP_NOPS];
	bool changes[TP_NOPS];		/* although it fails */

	struct mutex lock;		/* of all that follows */
	u64 driver_features;
	u8 status;
	bool suspended;
	u32 *asids;			/* of each group */
	struct tp_space *spaces;
	struct tp_vq *vqs;
};

static DEFINE_MUTEX(tp_mutex);		/* of the list */
static LIST_HEAD(tp_devs);
static struct device *tp_root;
static struct dentry *tp_dir;

static struct tp_dev *to_tp(struct vdpa_device *vdpa)
{
	return container_of(vdpa, struct tp_dev, vdpa);
}

/* ---- operations ---------------------------------------------------------- */

static void tp_release(struct tp_dev *tp, enum tp_op_nr op)
{
	clear_bit(op, &tp->held);
	WRITE_ONCE(tp->released[op], tp->released[op] + 1);
	wake_up_all(&tp->gate);
}

/*
 * Every operation begins here. Return: whether it shall do what it is for; if
 * not, or if tp->fails[op] is set, it fails.
 */
static bool tp_begin(struct tp_dev *tp, enum tp_op_nr op)
{
	u32 released = READ_ONCE(tp->released[op]);

	if (test_bit(op, &tp->held)) {
		atomic_inc(&tp->waiting);
		wait_event(tp->gate, READ_ONCE(tp->released[op]) != released);
		atomic_dec(&tp->waiting);
	}
	return !READ_ONCE(tp->fails[op]) || READ_ONCE(tp->changes[op]);
}

static void do_set_status(struct vdpa_device *vdpa, u8 status)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (tp_begin(tp, TP_SET_STATUS))
		tp->status = status;
}

static int do_set_driver_features(struct vdpa_device *vdpa, u64 features)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (tp_begin(tp, TP_SET_DRIVER_FEATURES))
		tp->driver_features = features;
	return tp->fails[TP_SET_DRIVER_FEATURES];
}

static void tp_space_reset(struct tp_space *space)
{
	vhost_iotlb_reset(space->map);
	space->initial = true;
}

/* As vhost_vdpa_has_persistent_map() takes it for granted of a parent */
static bool tp_keeps_maps(const struct tp_dev *tp)
{
	return (!tp->ops.set_map && !tp->ops.dma_map) || tp->ops.reset_map ||
	       tp->backend & BIT_ULL(VHOST_BACKEND_F_IOTLB_PERSIST);
}

static void tp_do_reset(struct tp_dev *tp, bool clean)
{
	u32 i;

	mutex_lock(&tp->lock);
	tp->status = 0;
	tp->driver_features = 0;
	tp->suspended = false;
	for (i = 0; i < tp->vdpa.ngroups; i++)
		tp->asids[i] = 0;
	for (i = 0; i < tp->vdpa.nvqs; i++)
		tp->vqs[i] = (struct tp_vq){ .num = TP_QUEUE_SIZE };
	for (i = 0; clean && i < tp->vdpa.nas; i++)
		tp_space_reset(&tp->spaces[i]);
	mutex_unlock(&tp->lock);
}

static int do_reset(struct vdpa_device *vdpa)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (tp_begin(tp, TP_RESET))
		tp_do_reset(tp, !tp_keeps_maps(tp));
	return tp->fails[TP_RESET];
}

static int do_compat_reset(struct vdpa_device *vdpa, u32 flags)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (tp_begin(tp, TP_COMPAT_RESET))
		tp_do_reset(tp, flags & VDPA_RESET_F_CLEAN_MAP);
	return tp->fails[TP_COMPAT_RESET];
}

static int do_suspend(struct vdpa_device *vdpa)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (tp_begin(tp, TP_SUSPEND))
		tp->suspended = true;
	return tp->fails[TP_SUSPEND];
}

static int do_resume(struct vdpa_device *vdpa)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (tp_begin(tp, TP_RESUME))
		tp->suspended = false;
	return tp->fails[TP_RESUME];
}

static int do_set_map(struct vdpa_device *vdpa, unsigned int asid,
		      struct vhost_iotlb *iotlb)
{
	struct tp_dev *tp = to_tp(vdpa);
	struct vhost_iotlb_map *range;
	struct tp_space *space;
	int ret = 0;

	if (asid >= vdpa->nas)
		return -EINVAL;
	if (!tp_begin(tp, TP_SET_MAP))
		return tp->fails[TP_SET_MAP];
	mutex_lock(&tp->lock);
	space = &tp->spaces[asid];
	vhost_iotlb_reset(space->map);
	space->initial = false;
	for (range = vhost_iotlb_itree_first(iotlb, 0, U64_MAX); range && !ret;
	     range = vhost_iotlb_itree_next(range, 0, U64_MAX))
		ret = vhost_iotlb_add_range(space->map, range->start,
					    range->last, 0, range->perm);
	mutex_unlock(&tp->lock);
	return ret ?: tp->fails[TP_SET_MAP];
}

static int do_dma_map(struct vdpa_device *vdpa, unsigned int asid, u64 iova,
		      u64 size, u64 pa, u32 perm, void *opaque)
{
	struct tp_dev *tp = to_tp(vdpa);
	int ret;

	if (asid >= vdpa->nas)
		return -EINVAL;
	if (!tp_begin(tp, TP_DMA_MAP))
		return tp->fails[TP_DMA_MAP];
	mutex_lock(&tp->lock);
	tp->spaces[asid].initial = false;
	ret = vhost_iotlb_add_range(tp->spaces[asid].map, iova,
				    iova + size - 1, 0, perm);
	mutex_unlock(&tp->lock);
	return ret ?: tp->fails[TP_DMA_MAP];
}

/* From the initial map it takes nothing away */
static int do_dma_unmap(struct vdpa_device *vdpa, unsigned int asid, u64 iova,
			u64 size)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (asid >= vdpa->nas)
		return -EINVAL;
	if (tp_begin(tp, TP_DMA_UNMAP)) {
		mutex_lock(&tp->lock);
		vhost_iotlb_del_range(tp->spaces[asid].map, iova,
				      iova + size - 1);
		mutex_unlock(&tp->lock);
	}
	return tp->fails[TP_DMA_UNMAP];
}

static int do_reset_map(struct vdpa_device *vdpa, unsigned int asid)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (asid >= vdpa->nas)
		return -EINVAL;
	if (tp_begin(tp, TP_RESET_MAP)) {
		mutex_lock(&tp->lock);
		tp_space_reset(&tp->spaces[asid]);
		mutex_unlock(&tp->lock);
	}
	return tp->fails[TP_RESET_MAP];
}

static int do_set_group_asid(struct vdpa_device *vdpa, unsigned int group,
			     unsigned int asid)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (group >= vdpa->ngroups || asid >= vdpa->nas)
		return -EINVAL;
	if (tp_begin(tp, TP_SET_GROUP_ASID))
		tp->asids[group] = asid;
	return tp->fails[TP_SET_GROUP_ASID];
}

static int do_set_vq_address(struct vdpa_device *vdpa, u16 i, u64 desc,
			     u64 driver, u64 device)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (tp_begin(tp, TP_SET_VQ_ADDRESS)) {
		mutex_lock(&tp->lock);
		tp->vqs[i].desc = desc;
		tp->vqs[i].driver = driver;
		tp->vqs[i].device = device;
		mutex_unlock(&tp->lock);
	}
	return tp->fails[TP_SET_VQ_ADDRESS];
}

static void do_set_vq_num(struct vdpa_device *vdpa, u16 i, u32 num)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (tp_begin(tp, TP_SET_VQ_NUM))
		tp->vqs[i].num = num;
}

static void do_set_vq_ready(struct vdpa_device *vdpa, u16 i, bool ready)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (tp_begin(tp, TP_SET_VQ_READY))
		tp->vqs[i].ready = ready;
}

static int do_set_vq_state(struct vdpa_device *vdpa, u16 i,
			   const struct vdpa_vq_state *state)
{
	struct tp_dev *tp = to_tp(vdpa);

	if (tp_begin(tp, TP_SET_VQ_STATE))
		memcpy(&tp->vqs[i].state, state, sizeof(tp->vqs[i].state));
	return tp->fails[TP_SET_VQ_STATE];
}

/*
 * Each operation twice, as a function that can be probed and as one that
 * cannot. The compiler makes one of functions that are alike: barrier() tells
 * them apart.
 */
#define TP_VARIANTS(name, params, args)					\
	static int tp_##name params					\
	{								\
		return do_##name args;					\
	}								\
	static int np_##name params					\
	{								\
		barrier();						\
		return do_##name args;					\
	}								\
	NOKPROBE_SYMBOL(np_##name)

#define TP_VARIANTS_VOID(name, params, args)				\
	static void tp_##name params					\
	{								\
		do_##name args;						\
	}								\
	static void np_##name params					\
	{								\
		barrier();						\
		do_##name args;						\
	}								\
	NOKPROBE_SYMBOL(np_##name)

TP_VARIANTS_VOID(set_status, (struct vdpa_device *v, u8 status), (v, status));
TP_VARIANTS(set_driver_features, (struct vdpa_device *v, u64 features),
	    (v, features));
TP_VARIANTS(reset, (struct vdpa_device *v), (v));
TP_VARIANTS(compat_reset, (struct vdpa_device *v, u32 flags), (v, flags));
TP_VARIANTS(suspend, (struct vdpa_device *v), (v));
TP_VARIANTS(resume, (struct vdpa_device *v), (v));
TP_VARIANTS(set_map, (struct vdpa_device *v, unsigned int asid,
		      struct vhost_iotlb *iotlb), (v, asid, iotlb));
TP_VARIANTS(dma_map, (struct vdpa_device *v, unsigned int asid, u64 iova,
		      u64 size, u64 pa, u32 perm, void *opaque),
	    (v, asid, iova, size, pa, perm, opaque));
TP_VARIANTS(dma_unmap, (struct vdpa_device *v, unsigned int asid, u64 iova,
			u64 size), (v, asid, iova, size));
TP_VARIANTS(reset_map, (struct vdpa_device *v, unsigned int asid), (v, asid));
TP_VARIANTS(set_group_asid, (struct vdpa_device *v, unsigned int group,
			     unsigned int asid), (v, group, asid));
TP_VARIANTS(set_vq_address, (struct vdpa_device *v, u16 i, u64 desc,
			     u64 driver, u64 device),
	    (v, i, desc, driver, device));
TP_VARIANTS_VOID(set_vq_num, (struct vdpa_device *v, u16 i, u32 num),
		 (v, i, num));
TP_VARIANTS_VOID(set_vq_ready, (struct vdpa_device *v, u16 i, bool ready),
		 (v, i, ready));
TP_VARIANTS(set_vq_state, (struct vdpa_device *v, u16 i,
			   const struct vdpa_vq_state *state), (v, i, state));

#define TP_OP(op)	{ #op, offsetof(struct vdpa_config_ops, op), \
			  tp_##op, np_##op }

static const struct {
	const char *name;
	size_t offset;
	void *probed;
	void *unprobed;
} tp_ops[TP_NOPS] = {
	[TP_SET_STATUS] = TP_OP(set_status),
	[TP_SET_DRIVER_FEATURES] = TP_OP(set_driver_features),
	[TP_RESET] = TP_OP(reset),
	[TP_COMPAT_RESET] = TP_OP(compat_reset),
	[TP_SUSPEND] = TP_OP(suspend),
	[TP_RESUME] = TP_OP(resume),
	[TP_SET_MAP] = TP_OP(set_map),
	[TP_DMA_MAP] = TP_OP(dma_map),
	[TP_DMA_UNMAP] = TP_OP(dma_unmap),
	[TP_RESET_MAP] = TP_OP(reset_map),
	[TP_SET_GROUP_ASID] = TP_OP(set_group_asid),
	[TP_SET_VQ_ADDRESS] = TP_OP(set_vq_address),
	[TP_SET_VQ_NUM] = TP_OP(set_vq_num),
	[TP_SET_VQ_READY] = TP_OP(set_vq_ready),
	[TP_SET_VQ_STATE] = TP_OP(set_vq_state),
};

/* ---- operations of no interest ------------------------------------------- */

static void tp_kick_vq(struct vdpa_device *vdpa, u16 i)
{
}

static void tp_set_vq_cb(struct vdpa_device *vdpa, u16 i,
			 struct vdpa_callback *cb)
{
}

static bool tp_get_vq_ready(struct vdpa_device *vdpa, u16 i)
{
	return to_tp(vdpa)->vqs[i].ready;
}

static int tp_get_vq_state(struct vdpa_device *vdpa, u16 i,
			   struct vdpa_vq_state *state)
{
	memcpy(state, &to_tp(vdpa)->vqs[i].state, sizeof(*state));
	return 0;
}

static u32 tp_get_vq_align(struct vdpa_device *vdpa)
{
	return PAGE_SIZE;
}

static u32 tp_get_vq_group(struct vdpa_device *vdpa, u16 i)
{
	return i % vdpa->ngroups;
}

static u64 tp_get_device_features(struct vdpa_device *vdpa)
{
	return to_tp(vdpa)->features;
}

static u64 tp_get_backend_features(const struct vdpa_device *vdpa)
{
	return container_of_const(vdpa, struct tp_dev, vdpa)->backend;
}

static u64 tp_get_driver_features(struct vdpa_device *vdpa)
{
	return to_tp(vdpa)->driver_features;
}

static void tp_set_config_cb(struct vdpa_device *vdpa,
			     struct vdpa_callback *cb)
{
}

static u16 tp_get_vq_num_max(struct vdpa_device *vdpa)
{
	return TP_QUEUE_SIZE;
}

static u32 tp_get_device_id(struct vdpa_device *vdpa)
{
	return VIRTIO_ID_NET;
}

static u32 tp_get_vendor_id(struct vdpa_device *vdpa)
{
	return 0x7e57;
}

static u8 tp_get_status(struct vdpa_device *vdpa)
{
	return to_tp(vdpa)->status;
}

static size_t tp_get_config_size(struct vdpa_device *vdpa)
{
	return sizeof(struct virtio_net_config);
}

static void tp_get_config(struct vdpa_device *vdpa, unsigned int offset,
			  void *buf, unsigned int len)
{
	memset(buf, 0, len);
}

static void tp_set_config(struct vdpa_device *vdpa, unsigned int offset,
			  const void *buf, unsigned int len)
{
}

static const struct vdpa_config_ops tp_base_ops = {
	.kick_vq = tp_kick_vq,
	.set_vq_cb = tp_set_vq_cb,
	.get_vq_ready = tp_get_vq_ready,
	.get_vq_state = tp_get_vq_state,
	.get_vq_align = tp_get_vq_align,
	.get_vq_group = tp_get_vq_group,
	.get_device_features = tp_get_device_features,
	.get_backend_features = tp_get_backend_features,
	.get_driver_features = tp_get_driver_features,
	.set_config_cb = tp_set_config_cb,
	.get_vq_num_max = tp_get_vq_num_max,
	.get_device_id = tp_get_device_id,
	.get_vendor_id = tp_get_vendor_id,
	.get_status = tp_get_status,
	.get_config_size = tp_get_config_size,
	.get_config = tp_get_config,
	.set_config = tp_set_config,
};

/* ---- devices come and go --------------------------------------------------- */

struct tp_options {
	u64 vqs;
	u64 groups;
	u64 as;
	u64 features;
	u64 backend;
	unsigned long ops;
	unsigned long noprobe;
};

static int tp_find_op(const char *name)
{
	int i;

	for (i = 0; i < TP_NOPS; i++)
		if (!strcmp(tp_ops[i].name, name))
			return i;
	return -EINVAL;
}

static int tp_parse_ops(char *names, unsigned long *ops)
{
	char *name;
	int op;

	while ((name = strsep(&names, ","))) {
		op = tp_find_op(name);
		if (op < 0)
			return op;
		*ops |= BIT(op);
	}
	return 0;
}

/* WORD=VALUE of "add" */
static int tp_parse_option(char *word, struct tp_options *o)
{
	const struct {
		const char *name;
		u64 *value;
	} numbers[] = {
		{ "vqs", &o->vqs },
		{ "groups", &o->groups },
		{ "as", &o->as },
		{ "features", &o->features },
		{ "backend", &o->backend },
	};
	char *name = strsep(&word, "=");
	size_t i;

	if (!word)
		return -EINVAL;
	if (!strcmp(name, "ops"))
		return tp_parse_ops(word, &o->ops);
	if (!strcmp(name, "noprobe"))
		return tp_parse_ops(word, &o->noprobe);
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(name, numbers[i].name))
			return kstrtou64(word, 0, numbers[i].value);
	return -EINVAL;
}

/* When nobody can call an operation any more; the bus frees the rest */
static void tp_free(struct tp_dev *tp)
{
	u32 i;

	if (tp->spaces)
		for (i = 0; i < tp->vdpa.nas; i++)
			if (tp->spaces[i].map)
				vhost_iotlb_free(tp->spaces[i].map);
	kvfree(tp->spaces);
	kvfree(tp->asids);
	kvfree(tp->vqs);
	put_device(&tp->vdpa.dev);
}

static struct tp_dev *tp_create(const char *name, const struct tp_options *o)
{
	struct vdpa_config_ops ops = tp_base_ops;
	struct vdpa_device *vdpa;
	struct tp_dev *tp;
	u32 i;

	for (i = 0; i < TP_NOPS; i++)
		if (o->ops & BIT(i))
			*(void **)((char *)&ops + tp_ops[i].offset) =
				o->noprobe & BIT(i) ? tp_ops[i].unprobed :
						      tp_ops[i].probed;
	static_assert(offsetof(struct tp_dev, vdpa) == 0);
	vdpa = compat_vdpa_alloc_device(tp_root, &ops, o->groups, o->as,
					sizeof(*tp), name);
	if (IS_ERR(vdpa))
		return ERR_CAST(vdpa);
	tp = to_tp(vdpa);
	tp->ops = ops;
	vdpa->config = &tp->ops;
	tp->features = o->features;
	tp->backend = o->backend;
	init_waitqueue_head(&tp->gate);
	mutex_init(&tp->lock);
	compat_vdpa_set_dma_dev(vdpa, &vdpa->dev);
	if (dma_coerce_mask_and_coherent(&vdpa->dev, DMA_BIT_MASK(64)))
		goto err;
	tp->asids = kvcalloc(o->groups, sizeof(*tp->asids), GFP_KERNEL);
	tp->spaces = kvcalloc(o->as, sizeof(*tp->spaces), GFP_KERNEL);
	tp->vqs = kvcalloc(o->vqs, sizeof(*tp->vqs), GFP_KERNEL);
	if (!tp->asids || !tp->spaces || !tp->vqs)
		goto err;
	for (i = 0; i < o->vqs; i++)
		tp->vqs[i].num = TP_QUEUE_SIZE;
	for (i = 0; i < o->as; i++) {
		tp->spaces[i].initial = true;
		tp->spaces[i].map = vhost_iotlb_alloc(TP_RANGES_MAX, 0);
		if (!tp->spaces[i].map)
			goto err;
	}
	return tp;

err:
	tp_free(tp);
	return ERR_PTR(-ENOMEM);
}

/* Call with tp_mutex held; tp_put() afterwards. */
static struct tp_dev *tp_find(const char *name)
{
	struct tp_dev *tp;

	list_for_each_entry(tp, &tp_devs, node)
		if (!strcmp(dev_name(&tp->vdpa.dev), name))
			return tp;
	return NULL;
}

static struct tp_dev *tp_get(const char *name)
{
	struct tp_dev *tp;

	mutex_lock(&tp_mutex);
	tp = tp_find(name);
	if (tp)
		atomic_inc(&tp->calls);
	mutex_unlock(&tp_mutex);
	return tp;
}

static void tp_put(struct tp_dev *tp)
{
	if (atomic_dec_and_test(&tp->calls))
		wake_up_var(&tp->calls);
}

static const struct tp_options tp_defaults = {
	.vqs = 2, .groups = 2, .as = 3,
	.features = BIT_ULL(VIRTIO_F_VERSION_1) |
		    BIT_ULL(VIRTIO_F_ACCESS_PLATFORM),
	.ops = GENMASK(TP_NOPS - 1, 0) & ~TP_OPTIONAL,
};

/* Under tp_halfway_mutex: the device of "add_halfway" */
static struct device *tp_halfway_dev;
static DEFINE_MUTEX(tp_halfway_mutex);

/* Stands in for device_create_file(), and gives others time to see the device */
static int tp_halfway_create_file(struct device *dev,
				  const struct device_attribute *attr)
{
	msleep(20);
	return -EIO;
}

/* device_add() makes the file "dev" when the device is on the bus already */
static int tp_halfway_pre(struct kprobe *kp, struct pt_regs *regs)
{
	const struct device_attribute *attr;

	attr = (void *)regs_get_kernel_argument(regs, 1);
	if ((void *)regs_get_kernel_argument(regs, 0) != tp_halfway_dev ||
	    strcmp(attr->attr.name, "dev"))
		return 0;
	instruction_pointer_set(regs, (unsigned long)tp_halfway_create_file);
	return 1;
}

/* A probe that goes elsewhere must have one (Documentation/trace/kprobes.rst) */
static void tp_halfway_post(struct kprobe *kp, struct pt_regs *regs,
			    unsigned long flags)
{
}

static struct kprobe tp_halfway_probe = {
	.symbol_name = "device_create_file",
	.pre_handler = tp_halfway_pre,
	.post_handler = tp_halfway_post,
};

static int tp_register_halfway(struct tp_dev *tp)
{
	int ret;

	mutex_lock(&tp_halfway_mutex);
	tp_halfway_dev = &tp->vdpa.dev;
	tp->vdpa.dev.devt = MKDEV(240, 0);	/* "local/experimental" */
	ret = vdpa_register_device(&tp->vdpa, tp_defaults.vqs);
	tp_halfway_dev = NULL;
	mutex_unlock(&tp_halfway_mutex);
	return ret;
}

static int tp_add_halfway(int argc, char **argv)
{
	struct tp_dev *tp;
	int ret;

	if (argc != 2)
		return -EINVAL;
	tp = tp_create(argv[1], &tp_defaults);
	if (IS_ERR(tp))
		return PTR_ERR(tp);
	ret = tp_register_halfway(tp);
	if (!ret) {
		get_device(&tp->vdpa.dev);
		vdpa_unregister_device(&tp->vdpa);
	}
	tp_free(tp);
	return ret;
}

static int tp_add(int argc, char **argv)
{
	struct tp_options o = tp_defaults;
	struct tp_dev *tp;
	int i, ret;

	if (argc < 2)
		return -EINVAL;
	for (i = 2; i < argc; i++) {
		ret = tp_parse_option(argv[i], &o);
		if (ret)
			return ret;
	}
	if (!o.vqs || o.vqs > TP_MAX || !o.groups || o.groups > TP_MAX ||
	    !o.as || o.as > TP_MAX)
		return -EINVAL;
	tp = tp_create(argv[1], &o);
	if (IS_ERR(tp))
		return PTR_ERR(tp);
	ret = vdpa_register_device(&tp->vdpa, o.vqs);
	if (ret) {
		tp_free(tp);
		return ret;
	}
	mutex_lock(&tp_mutex);
	list_add_tail(&tp->node, &tp_devs);
	mutex_unlock(&tp_mutex);
	return 0;
}

/*
 * Of a device that is not in the list any more. Waits for "call" and "crowd";
 * for others the bus does.
 */
static void tp_remove(struct tp_dev *tp)
{
	enum tp_op_nr op;

	for (op = 0; op < TP_NOPS; op++)
		tp_release(tp, op);
	wait_var_event(&tp->calls, !atomic_read(&tp->calls));
	get_device(&tp->vdpa.dev);
	vdpa_unregister_device(&tp->vdpa);
	tp_free(tp);
}

static int tp_del(int argc, char **argv)
{
	struct tp_dev *tp;

	if (argc != 2)
		return -EINVAL;
	mutex_lock(&tp_mutex);
	tp = tp_find(argv[1]);
	if (tp)
		list_del(&tp->node);
	mutex_unlock(&tp_mutex);
	if (!tp)
		return -ENODEV;
	tp_remove(tp);
	return 0;
}

/* ---- calling -------------------------------------------------------------- */

#define TP_NARGS	4

struct tp_call {
	struct tp_dev *tp;
	enum tp_op_nr op;
	u64 arg[TP_NARGS];
};

/* .set_map, with ranges of a page, every second one from an IOVA on */
static int tp_call_set_map(struct vdpa_device *vdpa, const u64 *arg)
{
	struct vhost_iotlb *iotlb = vhost_iotlb_alloc(TP_RANGES_MAX, 0);
	u64 i, iova = arg[2];
	int ret = 0;

	if (!iotlb)
		return -ENOMEM;
	for (i = 0; i < arg[1] && !ret; i++, iova += 2 * PAGE_SIZE)
		ret = vhost_iotlb_add_range(iotlb, iova, iova + PAGE_SIZE - 1,
					    0, VHOST_ACCESS_RW);
	if (!ret)
		ret = vdpa->config->set_map(vdpa, arg[0], iotlb);
	vhost_iotlb_free(iotlb);
	return ret;
}

/* Of a split virtqueue the bus driver sets 16 bits, on a stack full of rests */
static int tp_call_set_vq_state(struct vdpa_device *vdpa, const u64 *arg)
{
	struct vdpa_vq_state state;
	u32 bits = arg[1];

	memcpy(&state, &bits, sizeof(state));
	return vdpa->config->set_vq_state(vdpa, arg[0], &state);
}

static int tp_call_op(const struct tp_call *call)
{
	struct vdpa_device *vdpa = &call->tp->vdpa;
	const struct vdpa_config_ops *ops = vdpa->config;
	const u64 *arg = call->arg;

	if (!*(void **)((char *)ops + tp_ops[call->op].offset))
		return -EOPNOTSUPP;
	if (call->op >= TP_SET_VQ_ADDRESS && arg[0] >= vdpa->nvqs)
		return -EINVAL;
	switch (call->op) {
	case TP_SET_STATUS:
		ops->set_status(vdpa, arg[0]);
		return 0;
	case TP_SET_DRIVER_FEATURES:
		return ops->set_driver_features(vdpa, arg[0]);
	case TP_RESET:
		return ops->reset(vdpa);
	case TP_COMPAT_RESET:
		return ops->compat_reset(vdpa, arg[0]);
	case TP_SUSPEND:
		return ops->suspend(vdpa);
	case TP_RESUME:
		return ops->resume(vdpa);
	case TP_SET_MAP:
		return tp_call_set_map(vdpa, arg);
	case TP_DMA_MAP:
		return ops->dma_map(vdpa, arg[0], arg[1], arg[2], 0, arg[3],
				    NULL);
	case TP_DMA_UNMAP:
		return ops->dma_unmap(vdpa, arg[0], arg[1], arg[2]);
	case TP_RESET_MAP:
		return ops->reset_map(vdpa, arg[0]);
	case TP_SET_GROUP_ASID:
		return ops->set_group_asid(vdpa, arg[0], arg[1]);
	case TP_SET_VQ_ADDRESS:
		return ops->set_vq_address(vdpa, arg[0], arg[1], arg[2],
					   arg[3]);
	case TP_SET_VQ_NUM:
		ops->set_vq_num(vdpa, arg[0], arg[1]);
		return 0;
	case TP_SET_VQ_READY:
		ops->set_vq_ready(vdpa, arg[0], arg[1]);
		return 0;
	case TP_SET_VQ_STATE:
		return tp_call_set_vq_state(vdpa, arg);
	case TP_NOPS:
		break;
	}
	return -EINVAL;
}

/* NAME OP [NUMBER...]; the device is counted */
static int tp_parse_call(int argc, char **argv, struct tp_call *call)
{
	int i, ret = 0;

	memset(call, 0, sizeof(*call));
	if (argc < 2 || argc > 2 + TP_NARGS)
		return -EINVAL;
	ret = tp_find_op(argv[1]);
	if (ret < 0)
		return ret;
	call->op = ret;
	for (i = 2; i < argc; i++) {
		ret = kstrtou64(argv[i], 0, &call->arg[i - 2]);
		if (ret)
			return ret;
	}
	call->tp = tp_get(argv[0]);
	return call->tp ? 0 : -ENODEV;
}

static int tp_do_call(int argc, char **argv)
{
	struct tp_call call;
	int ret = tp_parse_call(argc - 1, argv + 1, &call);

	if (ret)
		return ret;
	ret = tp_call_op(&call);
	tp_put(call.tp);
	return ret;
}

/* One of a crowd; the module goes after the last one */
static int tp_crowd_thread(void *data)
{
	struct tp_call *call = data;

	tp_call_op(call);
	tp_put(call->tp);
	kfree(call);
	module_put_and_kthread_exit(0);
}

static int tp_do_crowd(int argc, char **argv)
{
	struct task_struct *thread;
	struct tp_call *call;
	unsigned int n;
	int ret = 0;

	if (argc < 2 || kstrtouint(argv[1], 0, &n))
		return -EINVAL;
	while (n-- && !ret) {
		call = kzalloc_obj(*call);
		if (!call)
			return -ENOMEM;
		ret = tp_parse_call(argc - 2, argv + 2, call);
		if (ret) {
			kfree(call);
			break;
		}
		__module_get(THIS_MODULE);
		thread = kthread_run(tp_crowd_thread, call, "testparent-crowd");
		if (IS_ERR(thread)) {
			ret = PTR_ERR(thread);
			module_put(THIS_MODULE);
			tp_put(call->tp);
			kfree(call);
		}
	}
	return ret;
}

/* "hold", "pass", "release" and "fail": NAME OP ... */
static int tp_do_behave(int argc, char **argv)
{
	struct tp_dev *tp;
	int op, error, ret = 0;

	op = argc < 3 ? -EINVAL : tp_find_op(argv[2]);
	if (op < 0)
		return op;
	tp = tp_get(argv[1]);
	if (!tp)
		return -ENODEV;
	if (!strcmp(argv[0], "hold")) {
		set_bit(op, &tp->held);
	} else if (!strcmp(argv[0], "pass")) {
		clear_bit(op, &tp->held);
	} else if (!strcmp(argv[0], "release")) {
		tp_release(tp, op);
	} else if (argc < 4 || kstrtoint(argv[3], 0, &error)) {
		ret = -EINVAL;
	} else {
		tp->changes[op] = argc > 4 && !strcmp(argv[4], "changed");
		WRITE_ONCE(tp->fails[op], -error);
	}
	tp_put(tp);
	return ret;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} tp_commands[] = {
	{ "add", tp_add },
	{ "add_halfway", tp_add_halfway },
	{ "del", tp_del },
	{ "fail", tp_do_behave },
	{ "hold", tp_do_behave },
	{ "pass", tp_do_behave },
	{ "release", tp_do_behave },
	{ "call", tp_do_call },
	{ "crowd", tp_do_crowd },
};

static ssize_t tp_control_write(struct file *file, const char __user *buf,
				size_t len, loff_t *pos)
{
	int argc, ret = -EINVAL;
	char *line, **argv;
	size_t i;

	line = memdup_user_nul(buf, min_t(size_t, len, PAGE_SIZE));
	if (IS_ERR(line))
		return PTR_ERR(line);
	argv = argv_split(GFP_KERNEL, line, &argc);
	kfree(line);
	if (!argv)
		return -ENOMEM;
	for (i = 0; argc && i < ARRAY_SIZE(tp_commands); i++)
		if (!strcmp(tp_commands[i].name, argv[0]))
			ret = tp_commands[i].run(argc, argv);
	argv_free(argv);
	return ret ?: len;
}

static const struct file_operations tp_control_fops = {
	.owner = THIS_MODULE,
	.write = tp_control_write,
};

/* ---- the truth ------------------------------------------------------------ */

static void tp_show_space(struct seq_file *s, const struct tp_space *space)
{
	struct vhost_iotlb_map *range;
	const char *comma = "";

	seq_printf(s, "{\"initial\":%s,\"ranges\":[",
		   space->initial ? "true" : "false");
	for (range = vhost_iotlb_itree_first(space->map, 0, U64_MAX); range;
	     range = vhost_iotlb_itree_next(range, 0, U64_MAX)) {
		seq_printf(s, "%s{\"iova\":%llu,\"size\":%llu,\"perm\":%u}",
			   comma, range->start, range->last - range->start + 1,
			   range->perm);
		comma = ",";
	}
	seq_puts(s, "]}");
}

static void tp_show_dev(struct seq_file *s, struct tp_dev *tp)
{
	u32 i;

	seq_printf(s, "\"%s\":{\"waiting\":%d,\"status\":%u,\"suspended\":%s,\"groups\":[",
		   dev_name(&tp->vdpa.dev), atomic_read(&tp->waiting),
		   tp->status, tp->suspended ? "true" : "false");
	mutex_lock(&tp->lock);
	for (i = 0; i < tp->vdpa.ngroups; i++)
		seq_printf(s, "%s%u", i ? "," : "", tp->asids[i]);
	seq_puts(s, "],\"spaces\":[");
	for (i = 0; i < tp->vdpa.nas; i++) {
		seq_puts(s, i ? "," : "");
		tp_show_space(s, &tp->spaces[i]);
	}
	seq_puts(s, "],\"vqs\":[");
	for (i = 0; i < tp->vdpa.nvqs; i++)
		seq_printf(s, "%s{\"num\":%u,\"ready\":%u,\"desc\":%llu,\"driver\":%llu,\"device\":%llu,\"state\":%u}",
			   i ? "," : "", tp->vqs[i].num, tp->vqs[i].ready,
			   tp->vqs[i].desc, tp->vqs[i].driver,
			   tp->vqs[i].device, tp->vqs[i].state);
	mutex_unlock(&tp->lock);
	seq_puts(s, "]}");
}

static int truth_show(struct seq_file *s, void *unused)
{
	struct tp_dev *tp;

	seq_putc(s, '{');
	mutex_lock(&tp_mutex);
	list_for_each_entry(tp, &tp_devs, node) {
		if (!list_is_first(&tp->node, &tp_devs))
			seq_putc(s, ',');
		tp_show_dev(s, tp);
	}
	mutex_unlock(&tp_mutex);
	seq_puts(s, "}\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(truth);

/* ---- the module ----------------------------------------------------------- */

static int __init tp_init(void)
{
	int ret = register_kprobe(&tp_halfway_probe);

	if (ret)
		return ret;
	tp_root = root_device_register("vdpactl_testparent");
	if (IS_ERR(tp_root)) {
		unregister_kprobe(&tp_halfway_probe);
		return PTR_ERR(tp_root);
	}
	tp_dir = debugfs_create_dir("vdpactl_testparent", NULL);
	debugfs_create_file("control", 0200, tp_dir, NULL, &tp_control_fops);
	debugfs_create_file("truth", 0400, tp_dir, NULL, &truth_fops);
	return 0;
}

static void __exit tp_exit(void)
{
	struct tp_dev *tp, *next;

	debugfs_remove(tp_dir);
	list_for_each_entry_safe(tp, next, &tp_devs, node)
		tp_remove(tp);
	root_device_unregister(tp_root);
	unregister_kprobe(&tp_halfway_probe);
}

module_init(tp_init);
module_exit(tp_exit);
MODULE_DESCRIPTION("vDPA parent of vdpactl's tests");
MODULE_LICENSE("GPL");
