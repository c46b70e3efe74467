// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device: its life, its worker, and the operations of a vDPA parent
 * (struct vdpa_config_ops).
 */

#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "compat.h"
#include "sim.h"

static struct workqueue_struct *vsim_wq;

/*
 * Objects whose release is code of this module, and may come late because
 * somebody else holds a reference. The module stays until they are gone.
 */
static atomic_t vsim_objects = ATOMIC_INIT(0);

void vsim_get(void)
{
	atomic_inc(&vsim_objects);
}

void vsim_put(void)
{
	if (atomic_dec_and_test(&vsim_objects))
		wake_up_var(&vsim_objects);
}

/* ---- state ---------------------------------------------------------------- */

/* What the device is: its queues may move data */
static bool vsim_running(const struct vsim_dev *vs)
{
	return (vs->status & VIRTIO_CONFIG_S_DRIVER_OK) && !vs->suspended;
}

static bool vsim_is_ctrl(const struct vsim_dev *vs, u16 idx)
{
	return vs->class->is_ctrl && vs->class->is_ctrl(vs, idx);
}

u8 vsim_vq_group(const struct vsim_dev *vs, u16 idx)
{
	return vsim_is_ctrl(vs, idx) ? vs->profile->ctrl_group :
				       vs->profile->data_group;
}

u8 vsim_vq_desc_group(const struct vsim_dev *vs, u16 idx)
{
	return vsim_is_ctrl(vs, idx) ? vs->profile->ctrl_group :
				       vs->profile->desc_group;
}

/* The configuration space, or the DEVICE_NEEDS_RESET bit, has changed */
void vsim_config_changed(struct vsim_dev *vs)
{
	lockdep_assert_held(&vs->lock);
	vs->generation++;
	if (!vs->config_cb.callback)
		return;
	local_bh_disable();
	vs->config_cb.callback(vs->config_cb.private);
	local_bh_enable();
}

/*
 * Whether the driver is one of the kernel's own. The caller is its operation
 * on a device that it is bound to, so that dev.driver stands still. A name,
 * because the vDPA bus tells its drivers apart by nothing else; a driver that
 * is not known here does not get at the passthrough map.
 */
static bool vsim_driver_in_kernel(const struct vsim_dev *vs)
{
	const struct device_driver *drv = vs->vdpa.dev.driver;

	return drv && !strcmp(drv->name, "virtio_vdpa");
}

/* Back to the state after creation, except for the maps */
static void vsim_reset_state(struct vsim_dev *vs)
{
	unsigned int i;

	lockdep_assert_held(&vs->lock);
	vs->status = 0;
	vs->driver_features = 0;
	vs->suspended = false;
	vs->in_kernel = false;
	vs->config_cb = (struct vdpa_callback) {};
	vs->generation++;
	memset(vs->group_asid, 0, sizeof(vs->group_asid));
	vs->map_gen++;
	for (i = 0; i < vs->nvqs; i++)
		vsim_vq_reset(&vs->vqs[i]);
	bitmap_zero(vs->kicked, VSIM_VQS_MAX);
	if (vs->class->reset)
		vs->class->reset(vs);
}

/* ---- the worker ------------------------------------------------------------- */

static void vsim_work(struct work_struct *work)
{
	struct vsim_dev *vs = container_of(work, struct vsim_dev, work);
	bool more = false;
	unsigned int i;

	mutex_lock(&vs->lock);
	/* What was kicked while the device stands still stays kicked */
	if (vsim_running(vs)) {
		for_each_set_bit(i, vs->kicked, vs->nvqs) {
			struct vsim_vq *vq = &vs->vqs[i];

			clear_bit(i, vs->kicked);
			/* A kick from here on is about something newer */
			smp_mb__after_atomic();
			if (!vsim_vq_usable(vq))
				continue;
			if (vs->class->run(vs, vq)) {
				set_bit(i, vs->kicked);
				more = true;
			}
		}
	}
	mutex_unlock(&vs->lock);

	/* At the end of the line, so that other devices have their turn */
	if (more)
		queue_work(vsim_wq, &vs->work);
}

static void vsim_kick(struct vsim_dev *vs, u16 idx)
{
	set_bit(idx, vs->kicked);
	queue_work(vsim_wq, &vs->work);
}

static void vsim_kick_all(struct vsim_dev *vs)
{
	unsigned int i;

	for (i = 0; i < vs->nvqs; i++)
		set_bit(i, vs->kicked);
	queue_work(vsim_wq, &vs->work);
}

/* ---- virtqueues --------------------------------------------------------------- */

static int vsim_set_vq_address(struct vdpa_device *vdpa, u16 idx,
			       u64 desc_area, u64 driver_area, u64 device_area)
{
	struct vsim_dev *vs = to_vsim(vdpa);
	struct vsim_vq *vq = &vs->vqs[idx];

	/* virtio 1.3, section 2.7: alignment of the three areas */
	if (!IS_ALIGNED(desc_area, VRING_DESC_ALIGN_SIZE) ||
	    !IS_ALIGNED(driver_area, VRING_AVAIL_ALIGN_SIZE) ||
	    !IS_ALIGNED(device_area, VRING_USED_ALIGN_SIZE))
		return -EINVAL;

	mutex_lock(&vs->lock);
	vq->desc_addr = desc_area;
	vq->avail_addr = driver_area;
	vq->used_addr = device_area;
	vq->avail = vq->last_avail;
	mutex_unlock(&vs->lock);
	return 0;
}

static void vsim_set_vq_num(struct vdpa_device *vdpa, u16 idx, u32 num)
{
	struct vsim_dev *vs = to_vsim(vdpa);
	struct vsim_vq *vq = &vs->vqs[idx];

	if (num > VSIM_QUEUE_SIZE_MAX || !is_power_of_2(num))
		return;
	mutex_lock(&vs->lock);
	vq->num = num;
	vq->avail = vq->last_avail;
	mutex_unlock(&vs->lock);
}

static void vsim_kick_vq(struct vdpa_device *vdpa, u16 idx)
{
	vsim_kick(to_vsim(vdpa), idx);
}

static void vsim_set_vq_cb(struct vdpa_device *vdpa, u16 idx,
			   struct vdpa_callback *cb)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	mutex_lock(&vs->lock);
	vs->vqs[idx].cb = *cb;
	mutex_unlock(&vs->lock);
}

/* After DRIVER_OK too: VHOST_BACKEND_F_ENABLE_AFTER_DRIVER_OK */
static void vsim_set_vq_ready(struct vdpa_device *vdpa, u16 idx, bool ready)
{
	struct vsim_dev *vs = to_vsim(vdpa);
	struct vsim_vq *vq = &vs->vqs[idx];

	mutex_lock(&vs->lock);
	vq->ready = ready;
	mutex_unlock(&vs->lock);
	/* The driver may have kicked before it enabled the queue */
	if (ready)
		vsim_kick(vs, idx);
}

static bool vsim_get_vq_ready(struct vdpa_device *vdpa, u16 idx)
{
	return READ_ONCE(to_vsim(vdpa)->vqs[idx].ready);
}

/*
 * Every chain that was taken has been used by the time the lock is free, so
 * one index says all: the next chain to take and the next to use.
 */
static int vsim_set_vq_state(struct vdpa_device *vdpa, u16 idx,
			     const struct vdpa_vq_state *state)
{
	struct vsim_dev *vs = to_vsim(vdpa);
	struct vsim_vq *vq = &vs->vqs[idx];

	mutex_lock(&vs->lock);
	vq->last_avail = state->split.avail_index;
	vq->last_used = state->split.avail_index;
	vq->avail = state->split.avail_index;
	vq->signalled_valid = false;
	mutex_unlock(&vs->lock);
	return 0;
}

static int vsim_get_vq_state(struct vdpa_device *vdpa, u16 idx,
			     struct vdpa_vq_state *state)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	mutex_lock(&vs->lock);
	state->split.avail_index = vs->vqs[idx].last_avail;
	mutex_unlock(&vs->lock);
	return 0;
}

static int vsim_get_vendor_vq_stats(struct vdpa_device *vdpa, u16 idx,
				    struct sk_buff *msg,
				    struct netlink_ext_ack *extack)
{
	struct vsim_dev *vs = to_vsim(vdpa);
	int ret;

	if (idx >= vs->nvqs) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "Virtqueue %u does not exist, there are %u",
				       idx, vs->nvqs);
		return -EINVAL;
	}
	mutex_lock(&vs->lock);
	ret = vs->class->fill_stats(vs, &vs->vqs[idx], msg);
	mutex_unlock(&vs->lock);
	return ret;
}

static u16 vsim_get_vq_size(struct vdpa_device *vdpa, u16 idx)
{
	return READ_ONCE(to_vsim(vdpa)->vqs[idx].num);
}

static u16 vsim_get_vq_num_max(struct vdpa_device *vdpa)
{
	return VSIM_QUEUE_SIZE_MAX;
}

static u32 vsim_get_vq_align(struct vdpa_device *vdpa)
{
	return PAGE_SIZE;
}

static u32 vsim_get_vq_group(struct vdpa_device *vdpa, u16 idx)
{
	return vsim_vq_group(to_vsim(vdpa), idx);
}

static u32 vsim_get_vq_desc_group(struct vdpa_device *vdpa, u16 idx)
{
	return vsim_vq_desc_group(to_vsim(vdpa), idx);
}

/* ---- the device --------------------------------------------------------------- */

static u64 vsim_get_device_features(struct vdpa_device *vdpa)
{
	return to_vsim(vdpa)->device_features;
}

static u64 vsim_get_backend_features(const struct vdpa_device *vdpa)
{
	return BIT_ULL(VHOST_BACKEND_F_ENABLE_AFTER_DRIVER_OK);
}

static int vsim_set_driver_features(struct vdpa_device *vdpa, u64 features)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	if ((features & VSIM_FEATURES_NEEDED) != VSIM_FEATURES_NEEDED)
		return -EINVAL;

	mutex_lock(&vs->lock);
	vs->driver_features = features & vs->device_features;
	/* Which queue is the control queue, and so its groups, may change */
	vs->map_gen++;
	mutex_unlock(&vs->lock);
	return 0;
}

static u64 vsim_get_driver_features(struct vdpa_device *vdpa)
{
	return READ_ONCE(to_vsim(vdpa)->driver_features);
}

static void vsim_set_config_cb(struct vdpa_device *vdpa,
			       struct vdpa_callback *cb)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	mutex_lock(&vs->lock);
	vs->config_cb = *cb;
	mutex_unlock(&vs->lock);
}

static u32 vsim_get_device_id(struct vdpa_device *vdpa)
{
	return to_vsim(vdpa)->class->device_id;
}

static u32 vsim_get_vendor_id(struct vdpa_device *vdpa)
{
	return VSIM_VENDOR_ID;
}

static u8 vsim_get_status(struct vdpa_device *vdpa)
{
	return READ_ONCE(to_vsim(vdpa)->status);
}

static void vsim_set_status(struct vdpa_device *vdpa, u8 status)
{
	struct vsim_dev *vs = to_vsim(vdpa);
	bool start;

	mutex_lock(&vs->lock);
	/* virtio 1.3, section 3.1.1, step 6: no FEATURES_OK, no further */
	if (!(vs->driver_features & BIT_ULL(VIRTIO_F_VERSION_1)))
		status &= ~(VIRTIO_CONFIG_S_FEATURES_OK |
			    VIRTIO_CONFIG_S_DRIVER_OK);
	start = (status & ~vs->status) & VIRTIO_CONFIG_S_DRIVER_OK;
	vs->status = status | (vs->status & VIRTIO_CONFIG_S_NEEDS_RESET);
	if (start) {
		vs->in_kernel = vsim_driver_in_kernel(vs);
		/* Translations that failed may succeed now */
		vs->map_gen++;
	}
	mutex_unlock(&vs->lock);
	/* Buffers may have been made available before */
	if (start)
		vsim_kick_all(vs);
}

/* Maps outlive a device reset: they belong to .set_map and .reset_map */
static int vsim_reset(struct vdpa_device *vdpa)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	mutex_lock(&vs->lock);
	vsim_reset_state(vs);
	mutex_unlock(&vs->lock);
	return 0;
}

static int vsim_compat_reset(struct vdpa_device *vdpa, u32 flags)
{
	struct vsim_dev *vs = to_vsim(vdpa);
	unsigned int asid;

	mutex_lock(&vs->lock);
	vsim_reset_state(vs);
	if (flags & VDPA_RESET_F_CLEAN_MAP)
		for (asid = 0; asid < vs->profile->nas; asid++)
			vsim_map_passthrough(vs, asid);
	mutex_unlock(&vs->lock);
	return 0;
}

/*
 * Without .reset_map nothing but the reset says that the holder of the device
 * is gone and its pages are about to be unpinned: vhost_vdpa_release() resets
 * the device, and vhost_vdpa_remove_as() then drops the maps without a word to
 * a parent that has .set_map alone. So such a device cannot keep its maps.
 */
static int vsim_plain_reset(struct vdpa_device *vdpa)
{
	return vsim_compat_reset(vdpa, VDPA_RESET_F_CLEAN_MAP);
}

static int vsim_suspend(struct vdpa_device *vdpa)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	mutex_lock(&vs->lock);
	vs->suspended = true;
	mutex_unlock(&vs->lock);
	return 0;
}

static int vsim_resume(struct vdpa_device *vdpa)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	mutex_lock(&vs->lock);
	vs->suspended = false;
	mutex_unlock(&vs->lock);
	vsim_kick_all(vs);
	return 0;
}

static size_t vsim_get_config_size(struct vdpa_device *vdpa)
{
	return to_vsim(vdpa)->class->config_size;
}

static void vsim_get_config(struct vdpa_device *vdpa, unsigned int offset,
			    void *buf, unsigned int len)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	if (offset > vs->class->config_size ||
	    len > vs->class->config_size - offset)
		return;
	mutex_lock(&vs->lock);
	memcpy(buf, vs->config.raw + offset, len);
	mutex_unlock(&vs->lock);
}

/* Nothing in the configuration space of a modern device of ours can be written */
static void vsim_set_config(struct vdpa_device *vdpa, unsigned int offset,
			    const void *buf, unsigned int len)
{
}

static u32 vsim_get_generation(struct vdpa_device *vdpa)
{
	return READ_ONCE(to_vsim(vdpa)->generation);
}

static struct vdpa_iova_range vsim_get_iova_range(struct vdpa_device *vdpa)
{
	return (struct vdpa_iova_range) { .first = 0, .last = VSIM_IOVA_LAST };
}

/* ---- maps -------------------------------------------------------------------- */

static int vsim_set_group_asid(struct vdpa_device *vdpa, unsigned int group,
			       unsigned int asid)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	if (group >= vs->profile->ngroups || asid >= vs->profile->nas)
		return -EINVAL;
	mutex_lock(&vs->lock);
	vs->group_asid[group] = asid;
	vs->map_gen++;
	mutex_unlock(&vs->lock);
	return 0;
}

static int vsim_set_map(struct vdpa_device *vdpa, unsigned int asid,
			struct vhost_iotlb *iotlb)
{
	struct vsim_dev *vs = to_vsim(vdpa);
	int ret;

	if (asid >= vs->profile->nas)
		return -EINVAL;
	mutex_lock(&vs->lock);
	ret = vsim_map_replace(vs, asid, iotlb);
	mutex_unlock(&vs->lock);
	return ret;
}

static int vsim_dma_map(struct vdpa_device *vdpa, unsigned int asid, u64 iova,
			u64 size, u64 pa, u32 perm, void *opaque)
{
	struct vsim_dev *vs = to_vsim(vdpa);
	int ret;

	if (asid >= vs->profile->nas || !size)
		return -EINVAL;
	mutex_lock(&vs->lock);
	ret = vsim_map_add(vs, asid, iova, size, pa, perm);
	mutex_unlock(&vs->lock);
	return ret;
}

static int vsim_dma_unmap(struct vdpa_device *vdpa, unsigned int asid, u64 iova,
			  u64 size)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	if (asid >= vs->profile->nas || !size)
		return -EINVAL;
	mutex_lock(&vs->lock);
	vsim_map_del(vs, asid, iova, size);
	mutex_unlock(&vs->lock);
	return 0;
}

static int vsim_reset_map(struct vdpa_device *vdpa, unsigned int asid)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	if (asid >= vs->profile->nas)
		return -EINVAL;
	mutex_lock(&vs->lock);
	vsim_map_passthrough(vs, asid);
	mutex_unlock(&vs->lock);
	return 0;
}

/* ---- life ---------------------------------------------------------------------- */

static void vsim_free(struct vdpa_device *vdpa)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	/* No driver is left that could kick; the last work may still run */
	cancel_work_sync(&vs->work);
	vs->class->destroy(vs);
	vsim_maps_free(vs);
	kfree(vs->chain[0].seg);
	kfree(vs->chain[1].seg);
	mutex_destroy(&vs->lock);
	vsim_put();
}

#define VSIM_OPS							\
	.set_vq_address		= vsim_set_vq_address,			\
	.set_vq_num		= vsim_set_vq_num,			\
	.kick_vq		= vsim_kick_vq,				\
	.set_vq_cb		= vsim_set_vq_cb,			\
	.set_vq_ready		= vsim_set_vq_ready,			\
	.get_vq_ready		= vsim_get_vq_ready,			\
	.set_vq_state		= vsim_set_vq_state,			\
	.get_vq_state		= vsim_get_vq_state,			\
	.get_vendor_vq_stats	= vsim_get_vendor_vq_stats,		\
	.get_vq_size		= vsim_get_vq_size,			\
	.get_vq_align		= vsim_get_vq_align,			\
	.get_vq_group		= vsim_get_vq_group,			\
	.get_device_features	= vsim_get_device_features,		\
	.get_backend_features	= vsim_get_backend_features,		\
	.set_driver_features	= vsim_set_driver_features,		\
	.get_driver_features	= vsim_get_driver_features,		\
	.set_config_cb		= vsim_set_config_cb,			\
	.get_vq_num_max		= vsim_get_vq_num_max,			\
	.get_device_id		= vsim_get_device_id,			\
	.get_vendor_id		= vsim_get_vendor_id,			\
	.get_status		= vsim_get_status,			\
	.set_status		= vsim_set_status,			\
	.suspend		= vsim_suspend,				\
	.resume			= vsim_resume,				\
	.get_config_size	= vsim_get_config_size,			\
	.get_config		= vsim_get_config,			\
	.set_config		= vsim_set_config,			\
	.get_generation		= vsim_get_generation,			\
	.get_iova_range		= vsim_get_iova_range,			\
	.free			= vsim_free

const struct vdpa_config_ops vsim_ops = {
	VSIM_OPS,
	.get_vq_desc_group	= vsim_get_vq_desc_group,
	.set_group_asid		= vsim_set_group_asid,
	.set_map		= vsim_set_map,
	.reset			= vsim_reset,
	.reset_map		= vsim_reset_map,
};

const struct vdpa_config_ops vsim_incremental_ops = {
	VSIM_OPS,
	.get_vq_desc_group	= vsim_get_vq_desc_group,
	.set_group_asid		= vsim_set_group_asid,
	.dma_map		= vsim_dma_map,
	.dma_unmap		= vsim_dma_unmap,
	.reset			= vsim_reset,
	.reset_map		= vsim_reset_map,
};

const struct vdpa_config_ops vsim_legacy_ops = {
	VSIM_OPS,
	.set_group_asid		= vsim_set_group_asid,
	.set_map		= vsim_set_map,
	.reset			= vsim_reset,
	.compat_reset		= vsim_compat_reset,
	.reset_map		= vsim_reset_map,
};

const struct vdpa_config_ops vsim_plain_ops = {
	VSIM_OPS,
	.set_map		= vsim_set_map,
	.reset			= vsim_plain_reset,
};

/**
 * vsim_create - make a device, not yet registered
 * @parent: the management device
 * @mdev: the same, as the vDPA bus knows it
 * @profile: what to make
 * @name: its name
 * @config: settings that the profile's class has accepted
 *
 * Return: the device or an error. put_device() undoes it.
 */
struct vsim_dev *vsim_create(struct device *parent, struct vdpa_mgmt_dev *mdev,
			     const struct vsim_profile *profile,
			     const char *name,
			     const struct vdpa_dev_set_config *config)
{
	const struct vsim_class *class = profile->class;
	u32 nvqs = class->nvqs(config);
	struct vdpa_device *vdpa;
	struct vsim_dev *vs;
	unsigned int i;
	int ret;

	/* The bus frees what it allocates, by the pointer to its own part */
	static_assert(offsetof(struct vsim_dev, vdpa) == 0);
	vdpa = compat_vdpa_alloc_device(parent, profile->ops, profile->ngroups,
					profile->nas,
					struct_size(vs, vqs, nvqs), name);
	if (IS_ERR(vdpa))
		return ERR_CAST(vdpa);

	vs = to_vsim(vdpa);
	vsim_get();
	vs->profile = profile;
	vs->class = class;
	vs->nvqs = nvqs;
	vs->vdpa.mdev = mdev;
	vs->vdpa.dev.groups = class->groups;
	compat_vdpa_set_dma_dev(&vs->vdpa, &vs->vdpa.dev);
	mutex_init(&vs->lock);
	INIT_WORK(&vs->work, vsim_work);
	for (i = 0; i < nvqs; i++)
		vs->vqs[i].index = i;
	vs->device_features = class->features;
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_FEATURES))
		vs->device_features = config->device_features;

	ret = -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(vs->chain); i++) {
		vs->chain[i].seg = kmalloc_array(VSIM_QUEUE_SIZE_MAX,
						 sizeof(*vs->chain[i].seg),
						 GFP_KERNEL);
		if (!vs->chain[i].seg)
			goto err;
	}
	ret = vsim_maps_init(vs);
	if (ret)
		goto err;
	ret = class->create(vs, config);
	if (ret)
		goto err;

	mutex_lock(&vs->lock);
	vsim_reset_state(vs);
	mutex_unlock(&vs->lock);
	return vs;

err:
	put_device(&vs->vdpa.dev);
	return ERR_PTR(ret);
}

int vsim_dev_init(void)
{
	/* Block I/O waits for it, so it must go on when memory is short */
	vsim_wq = alloc_workqueue("vdpactl_sim", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return vsim_wq ? 0 : -ENOMEM;
}

void vsim_dev_exit(void)
{
	wait_var_event(&vsim_objects, !atomic_read(&vsim_objects));
	destroy_workqueue(vsim_wq);
}
