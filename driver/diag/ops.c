// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of a parent driver that are observed, and what each one says
 * about the state of the device.
 */
#include <linux/virtio_config.h>
#include "diag.h"

/**
 * diag_forget() - what was touched in an unknown way is unknown
 * @ddev: the device, its lock is held
 * @touches: DIAG_TOUCH_ bits
 * @why: why
 */
void diag_forget(struct diag_dev *ddev, u8 touches, enum vdpactl_why why)
{
	u8 vq = 0;
	u32 i;

	ddev->generation++;
	if (touches & DIAG_TOUCH_GROUPS && diag_can_bind(ddev))
		for (i = 0; i < ddev->ngroups; i++) {
			ddev->groups[i].known = VDPACTL_KNOWN_UNKNOWN;
			ddev->groups[i].why = why;
		}
	if (touches & DIAG_TOUCH_MAPS)
		for (i = 0; i < ddev->nas; i++)
			diag_map_forget(&ddev->as[i], why);
	if (touches & DIAG_TOUCH_SUSPEND)
		ddev->suspended = -1;
	if (touches & DIAG_TOUCH_LAYOUT && !ddev->split_only)
		ddev->packed = -1;

	if (touches & DIAG_TOUCH_VQ_ADDR)
		vq |= DIAG_VQ_ADDR;
	if (touches & DIAG_TOUCH_VQ_NUM)
		vq |= DIAG_VQ_NUM;
	if (touches & DIAG_TOUCH_VQ_READY)
		vq |= DIAG_VQ_READY;
	if (vq)
		for (i = 0; i < ddev->nvqs; i++)
			ddev->vqs[i].valid &= ~vq;
}

#define TOUCH_RESET	(DIAG_TOUCH_GROUPS | DIAG_TOUCH_SUSPEND | \
			 DIAG_TOUCH_VQ_ADDR | DIAG_TOUCH_VQ_NUM | \
			 DIAG_TOUCH_VQ_READY | DIAG_TOUCH_LAYOUT)

/*
 * A map that was made before a reset lives on only as
 * vhost_vdpa_has_persistent_map() says; else the parent may have dropped it.
 * The initial map is what such a parent goes back to.
 */
static void diag_reset_maps_seen(struct diag_dev *ddev, bool clean)
{
	u32 i;

	for (i = 0; i < ddev->nas; i++)
		if (clean)
			diag_map_set(&ddev->as[i], VDPACTL_KNOWN_DEFAULT);
		else if (!ddev->keeps_maps &&
			 ddev->as[i].known == VDPACTL_KNOWN_OBSERVED)
			diag_map_forget(&ddev->as[i], VDPACTL_WHY_RESET);
}

/*
 * .reset and .compat_reset: the virtio state is gone and every group, the ones
 * of descriptor tables too, is back in address space 0 (linux/vdpa.h, and
 * Documentation of VHOST_VDPA_SET_GROUP_ASID). Maps are back in the initial
 * state if .compat_reset was told to clean them.
 */
static void diag_apply_reset(struct diag_dev *ddev, struct diag_call *call,
			     int doubt)
{
	bool clean = diag_call_cleans(call);
	u32 i;

	if (doubt != DIAG_NO_DOUBT) {
		diag_forget(ddev, TOUCH_RESET |
			    (clean || !ddev->keeps_maps ? DIAG_TOUCH_MAPS : 0),
			    doubt);
		return;
	}

	ddev->generation++;
	for (i = 0; i < ddev->ngroups; i++) {
		ddev->groups[i].known = VDPACTL_KNOWN_DEFAULT;
		ddev->groups[i].asid = 0;
	}
	for (i = 0; i < ddev->nvqs; i++) {
		ddev->vqs[i].ready = false;
		ddev->vqs[i].valid = DIAG_VQ_READY;
	}
	diag_reset_maps_seen(ddev, clean);
	ddev->suspended = 0;
	if (!ddev->split_only)
		ddev->packed = -1;
}

static struct diag_as *diag_call_as(struct diag_dev *ddev,
				    const struct diag_call *call)
{
	return call->arg[0] < ddev->nas ? &ddev->as[call->arg[0]] : NULL;
}

/* What is known of an address space changes between two messages of a dump */
static void diag_as_changed(struct diag_dev *ddev, const struct diag_as *as,
			    enum vdpactl_known before)
{
	if (as->known != before)
		ddev->generation++;
}

static void diag_apply_reset_map(struct diag_dev *ddev, struct diag_call *call,
				 int doubt)
{
	struct diag_as *as = diag_call_as(ddev, call);

	ddev->stats.map_ops += !call->nested;
	if (!as)
		return;
	ddev->generation++;
	if (doubt != DIAG_NO_DOUBT)
		diag_map_forget(as, doubt);
	else
		diag_map_set(as, VDPACTL_KNOWN_DEFAULT);
}

/*
 * The pointer to the IOTLB makes room for what the event tells of the new map,
 * if that is known.
 */
static void diag_apply_set_map(struct diag_dev *ddev, struct diag_call *call,
			       int doubt)
{
	const struct vhost_iotlb *tlb = (void *)(uintptr_t)call->arg[1];
	struct diag_as *as = diag_call_as(ddev, call);
	enum vdpactl_known before;

	ddev->stats.map_ops += !call->nested;
	call->nargs = 1;
	if (!as)
		return;
	before = as->known;
	if (doubt != DIAG_NO_DOUBT)
		diag_map_forget(as, doubt);
	else
		ddev->stats.bytes_mapped += diag_map_copy(as, tlb);
	diag_as_changed(ddev, as, before);
	if (as->known != VDPACTL_KNOWN_OBSERVED)
		return;
	call->arg[1] = as->nranges;
	call->arg[2] = as->bytes;
	call->nargs = 3;
}

static void diag_apply_dma_map(struct diag_dev *ddev, struct diag_call *call,
			       int doubt)
{
	struct diag_as *as = diag_call_as(ddev, call);
	enum vdpactl_known before;

	ddev->stats.map_ops += !call->nested;
	if (!as)
		return;
	before = as->known;
	if (doubt != DIAG_NO_DOUBT)
		diag_map_forget(as, doubt);
	else
		ddev->stats.bytes_mapped +=
			diag_map_add(as, call->arg[1], call->arg[2],
				     call->arg[4]);
	diag_as_changed(ddev, as, before);
}

static void diag_apply_dma_unmap(struct diag_dev *ddev, struct diag_call *call,
				 int doubt)
{
	struct diag_as *as = diag_call_as(ddev, call);
	enum vdpactl_known before;

	ddev->stats.map_ops += !call->nested;
	if (!as)
		return;
	before = as->known;
	if (doubt != DIAG_NO_DOUBT)
		diag_map_forget(as, doubt);
	else
		diag_map_del(as, call->arg[1], call->arg[2]);
	diag_as_changed(ddev, as, before);
}

static void diag_apply_set_group_asid(struct diag_dev *ddev,
				      struct diag_call *call, int doubt)
{
	struct diag_group *group;

	if (!diag_can_bind(ddev) || call->arg[0] >= ddev->ngroups)
		return;
	group = &ddev->groups[call->arg[0]];
	ddev->generation++;
	if (doubt != DIAG_NO_DOUBT) {
		group->known = VDPACTL_KNOWN_UNKNOWN;
		group->why = doubt;
	} else {
		group->known = VDPACTL_KNOWN_OBSERVED;
		group->asid = call->arg[1];
	}
}

static void diag_apply_suspend(struct diag_dev *ddev, struct diag_call *call,
			       int doubt)
{
	ddev->suspended = doubt != DIAG_NO_DOUBT ? -1 :
			  call->op == VDPACTL_OP_SUSPEND;
}

static void diag_apply_features(struct diag_dev *ddev, struct diag_call *call,
				int doubt)
{
	if (ddev->split_only)
		return;
	ddev->packed = doubt != DIAG_NO_DOUBT ? -1 :
		       !!(call->arg[0] & BIT_ULL(VIRTIO_F_RING_PACKED));
}

static void diag_apply_vq(struct diag_dev *ddev, struct diag_call *call,
			  int doubt)
{
	struct diag_vq *vq;
	u8 valid;

	if (call->arg[0] >= ddev->nvqs)
		return;
	vq = &ddev->vqs[call->arg[0]];
	switch (call->op) {
	case VDPACTL_OP_SET_VQ_ADDRESS:
		vq->desc_addr = call->arg[1];
		vq->driver_addr = call->arg[2];
		vq->device_addr = call->arg[3];
		valid = DIAG_VQ_ADDR;
		break;
	case VDPACTL_OP_SET_VQ_NUM:
		vq->num = call->arg[1];
		valid = DIAG_VQ_NUM;
		break;
	default:
		vq->ready = call->arg[1];
		valid = DIAG_VQ_READY;
		break;
	}
	if (doubt != DIAG_NO_DOUBT)
		vq->valid &= ~valid;
	else
		vq->valid |= valid;
}

/*
 * How the 32 bits of a struct vdpa_vq_state are read depends on the layout;
 * of a split virtqueue the caller set no more than 16 of them. The second of
 * the arguments that are kept says which it is.
 */
static void diag_apply_vq_state(struct diag_dev *ddev, struct diag_call *call,
				int doubt)
{
	if (ddev->packed < 0) {
		call->nargs = 1;
		return;
	}
	if (!ddev->packed)
		call->arg[1] &= U16_MAX;
	call->arg[2] = ddev->packed;
}

#define OP(op)		.offset = offsetof(struct vdpa_config_ops, op)
#define ARG(name, w)	{ .attr = VDPACTL_A_EVENT_##name, \
			  .mask = GENMASK_ULL((w) - 1, 0) }

/* An operation that is only listed, see VDPACTL_A_OPS */
#define LISTED(op)	{ OP(op) }

const struct diag_op diag_ops[__VDPACTL_OP_MAX] = {
	[VDPACTL_OP_SET_STATUS] = {
		OP(set_status),
		.observed = true,
		.event = VDPACTL_EVENT_SET_STATUS,
		.args = { ARG(STATUS, 8) },
	},
	[VDPACTL_OP_SET_DRIVER_FEATURES] = {
		OP(set_driver_features),
		.apply = diag_apply_features,
		.observed = true,
		.event = VDPACTL_EVENT_SET_DRIVER_FEATURES,
		.touches = DIAG_TOUCH_LAYOUT,
		.has_ret = true,
		.args = { ARG(FEATURES, 64) },
	},
	[VDPACTL_OP_RESET] = {
		OP(reset),
		.apply = diag_apply_reset,
		.observed = true,
		.event = VDPACTL_EVENT_RESET,
		.touches = TOUCH_RESET | DIAG_TOUCH_MAPS,
		.has_ret = true,
	},
	[VDPACTL_OP_COMPAT_RESET] = {
		OP(compat_reset),
		.apply = diag_apply_reset,
		.observed = true,
		.event = VDPACTL_EVENT_RESET,
		.touches = TOUCH_RESET | DIAG_TOUCH_MAPS,
		.has_ret = true,
		.args = { ARG(FLAGS, 32) },
	},
	[VDPACTL_OP_RESET_MAP] = {
		OP(reset_map),
		.apply = diag_apply_reset_map,
		.observed = true,
		.event = VDPACTL_EVENT_RESET_MAP,
		.touches = DIAG_TOUCH_MAPS,
		.has_ret = true,
		.args = { ARG(ASID, 32) },
	},
	[VDPACTL_OP_SET_MAP] = {
		OP(set_map),
		.apply = diag_apply_set_map,
		.observed = true,
		.event = VDPACTL_EVENT_SET_MAP,
		.touches = DIAG_TOUCH_MAPS,
		.has_ret = true,
		.args = { ARG(ASID, 32), ARG(RANGES, 64), ARG(SIZE, 64) },
	},
	[VDPACTL_OP_DMA_MAP] = {
		OP(dma_map),
		.apply = diag_apply_dma_map,
		.observed = true,
		.event = VDPACTL_EVENT_DMA_MAP,
		.touches = DIAG_TOUCH_MAPS,
		.has_ret = true,
		/* The address that is mapped is not for listeners. */
		.args = { ARG(ASID, 32), ARG(IOVA, 64), ARG(SIZE, 64),
			  { .mask = U64_MAX }, ARG(PERM, 32) },
	},
	[VDPACTL_OP_DMA_UNMAP] = {
		OP(dma_unmap),
		.apply = diag_apply_dma_unmap,
		.observed = true,
		.event = VDPACTL_EVENT_DMA_UNMAP,
		.touches = DIAG_TOUCH_MAPS,
		.has_ret = true,
		.args = { ARG(ASID, 32), ARG(IOVA, 64), ARG(SIZE, 64) },
	},
	[VDPACTL_OP_SET_GROUP_ASID] = {
		OP(set_group_asid),
		.apply = diag_apply_set_group_asid,
		.observed = true,
		.event = VDPACTL_EVENT_SET_GROUP_ASID,
		.touches = DIAG_TOUCH_GROUPS,
		.has_ret = true,
		.clean = DIAG_CLEAN_BIND,
		.args = { ARG(GROUP, 32), ARG(ASID, 32) },
	},
	[VDPACTL_OP_SUSPEND] = {
		OP(suspend),
		.apply = diag_apply_suspend,
		.observed = true,
		.event = VDPACTL_EVENT_SUSPEND,
		.touches = DIAG_TOUCH_SUSPEND,
		.has_ret = true,
	},
	[VDPACTL_OP_RESUME] = {
		OP(resume),
		.apply = diag_apply_suspend,
		.observed = true,
		.event = VDPACTL_EVENT_RESUME,
		.touches = DIAG_TOUCH_SUSPEND,
		.has_ret = true,
	},
	[VDPACTL_OP_SET_VQ_ADDRESS] = {
		OP(set_vq_address),
		.apply = diag_apply_vq,
		.observed = true,
		.event = VDPACTL_EVENT_SET_VQ_ADDRESS,
		.touches = DIAG_TOUCH_VQ_ADDR,
		.has_ret = true,
		.args = { ARG(VQ, 16), ARG(DESC_ADDR, 64), ARG(DRIVER_ADDR, 64),
			  ARG(DEVICE_ADDR, 64) },
	},
	[VDPACTL_OP_SET_VQ_NUM] = {
		OP(set_vq_num),
		.apply = diag_apply_vq,
		.observed = true,
		.event = VDPACTL_EVENT_SET_VQ_NUM,
		.touches = DIAG_TOUCH_VQ_NUM,
		.args = { ARG(VQ, 16), ARG(NUM, 32) },
	},
	[VDPACTL_OP_SET_VQ_READY] = {
		OP(set_vq_ready),
		.apply = diag_apply_vq,
		.observed = true,
		.event = VDPACTL_EVENT_SET_VQ_READY,
		.touches = DIAG_TOUCH_VQ_READY,
		.args = { ARG(VQ, 16), ARG(READY, 8) },
	},
	[VDPACTL_OP_SET_VQ_STATE] = {
		OP(set_vq_state),
		.apply = diag_apply_vq_state,
		.observed = true,
		.event = VDPACTL_EVENT_SET_VQ_STATE,
		.has_ret = true,
		/* The last one says how the state is read. */
		.args = { ARG(VQ, 16), ARG(STATE, 64), { .mask = U64_MAX } },
	},
	[VDPACTL_OP_GET_VQ_GROUP] = LISTED(get_vq_group),
	[VDPACTL_OP_GET_VQ_DESC_GROUP] = LISTED(get_vq_desc_group),
	[VDPACTL_OP_GET_VQ_STATE] = LISTED(get_vq_state),
	[VDPACTL_OP_GET_VQ_SIZE] = { .offset = COMPAT_GET_VQ_SIZE },
	[VDPACTL_OP_GET_BACKEND_FEATURES] = LISTED(get_backend_features),
	[VDPACTL_OP_GET_IOVA_RANGE] = LISTED(get_iova_range),
	[VDPACTL_OP_GET_GENERATION] = LISTED(get_generation),
	[VDPACTL_OP_GET_VENDOR_VQ_STATS] = LISTED(get_vendor_vq_stats),
	[VDPACTL_OP_KICK_VQ_WITH_DATA] = LISTED(kick_vq_with_data),
	[VDPACTL_OP_GET_VQ_NOTIFICATION] = LISTED(get_vq_notification),
	[VDPACTL_OP_GET_VQ_IRQ] = LISTED(get_vq_irq),
	[VDPACTL_OP_SET_VQ_AFFINITY] = LISTED(set_vq_affinity),
	[VDPACTL_OP_BIND_MM] = LISTED(bind_mm),
};

/* The operations that a parent implements, as VDPACTL_A_OPS shows them. */
u64 diag_ops_mask(const struct vdpa_config_ops *ops)
{
	u64 mask = 0;
	int i;

	for (i = 0; i < __VDPACTL_OP_MAX; i++)
		if (diag_op_addr(ops, i))
			mask |= BIT_ULL(i);
	return mask;
}

/* Those that are followed where they can, as VDPACTL_A_OPS_OBSERVABLE says. */
u64 diag_ops_observable(void)
{
	u64 mask = 0;
	int i;

	for (i = 0; i < __VDPACTL_OP_MAX; i++)
		if (diag_ops[i].observed)
			mask |= BIT_ULL(i);
	return mask;
}
