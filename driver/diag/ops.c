// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of a parent driver that are observed, and what each one says
 * about the state of the device.
 */
#include "diag.h"

/**
 * diag_forget() - what was touched in an unknown way is unknown
 * @ddev: the device, its lock is held
 * @touches: DIAG_TOUCH_ bits
 */
void diag_forget(struct diag_dev *ddev, u8 touches)
{
	u32 i;

	if (touches & DIAG_TOUCH_GROUPS && diag_can_bind(ddev))
		for (i = 0; i < ddev->ngroups; i++)
			ddev->groups[i].known = VDPACTL_KNOWN_UNKNOWN;
	if (touches & DIAG_TOUCH_MAPS)
		for (i = 0; i < ddev->nas; i++)
			diag_map_set(&ddev->as[i], VDPACTL_KNOWN_UNKNOWN);
	if (touches & DIAG_TOUCH_VQS)
		for (i = 0; i < ddev->nvqs; i++)
			ddev->vqs[i].valid = 0;
	if (touches & DIAG_TOUCH_SUSPEND)
		ddev->suspended = -1;
}

/*
 * .reset and .compat_reset: the virtio state is gone and every group, the ones
 * of descriptor tables too, is back in address space 0 (linux/vdpa.h, and
 * Documentation of VHOST_VDPA_SET_GROUP_ASID). Maps live on, unless the parent
 * implements .compat_reset and is told to clean them.
 */
static void diag_apply_reset(struct diag_dev *ddev, struct diag_call *call,
			     int ret, bool overlap)
{
	bool clean = call->op == VDPACTL_OP_COMPAT_RESET &&
		     call->arg[0] & VDPA_RESET_F_CLEAN_MAP;
	u32 i;

	if (!call->nested) {
		if (clean)
			ddev->stats.resets_clean++;
		else
			ddev->stats.resets++;
	}

	if (ret || overlap) {
		diag_forget(ddev, DIAG_TOUCH_GROUPS | DIAG_TOUCH_VQS |
			    DIAG_TOUCH_SUSPEND | (clean ? DIAG_TOUCH_MAPS : 0));
		return;
	}

	for (i = 0; i < ddev->ngroups; i++) {
		ddev->groups[i].known = VDPACTL_KNOWN_DEFAULT;
		ddev->groups[i].asid = 0;
	}
	for (i = 0; i < ddev->nvqs; i++) {
		ddev->vqs[i].ready = false;
		ddev->vqs[i].valid = DIAG_VQ_READY;
	}
	if (clean)
		for (i = 0; i < ddev->nas; i++)
			diag_map_set(&ddev->as[i], VDPACTL_KNOWN_DEFAULT);
	ddev->suspended = 0;
}

static struct diag_as *diag_call_as(struct diag_dev *ddev,
				    const struct diag_call *call)
{
	return call->arg[0] < ddev->nas ? &ddev->as[call->arg[0]] : NULL;
}

static void diag_apply_reset_map(struct diag_dev *ddev, struct diag_call *call,
				 int ret, bool overlap)
{
	struct diag_as *as = diag_call_as(ddev, call);

	ddev->stats.map_ops += !call->nested;
	if (as)
		diag_map_set(as, ret || overlap ? VDPACTL_KNOWN_UNKNOWN :
						  VDPACTL_KNOWN_DEFAULT);
}

/* The pointer to the IOTLB makes room for what the event tells of it. */
static void diag_apply_set_map(struct diag_dev *ddev, struct diag_call *call,
			       int ret, bool overlap)
{
	const struct vhost_iotlb *tlb = (void *)(uintptr_t)call->arg[1];
	struct diag_as *as = diag_call_as(ddev, call);

	ddev->stats.map_ops += !call->nested;
	call->arg[1] = 0;
	if (!as)
		return;
	if (ret || overlap) {
		diag_map_set(as, VDPACTL_KNOWN_UNKNOWN);
		return;
	}
	ddev->stats.bytes_mapped += diag_map_copy(as, tlb);
	call->arg[1] = tlb->nmaps;
	call->arg[2] = as->bytes;
}

static void diag_apply_dma_map(struct diag_dev *ddev, struct diag_call *call,
			       int ret, bool overlap)
{
	struct diag_as *as = diag_call_as(ddev, call);

	ddev->stats.map_ops += !call->nested;
	if (!as)
		return;
	if (overlap || (ret && as->known == VDPACTL_KNOWN_DEFAULT))
		diag_map_set(as, VDPACTL_KNOWN_UNKNOWN);
	else if (!ret)
		ddev->stats.bytes_mapped +=
			diag_map_add(as, call->arg[1], call->arg[2],
				     call->arg[4]);
}

static void diag_apply_dma_unmap(struct diag_dev *ddev, struct diag_call *call,
				 int ret, bool overlap)
{
	struct diag_as *as = diag_call_as(ddev, call);

	ddev->stats.map_ops += !call->nested;
	if (!as)
		return;
	if (ret || overlap)
		diag_map_set(as, VDPACTL_KNOWN_UNKNOWN);
	else
		diag_map_del(as, call->arg[1], call->arg[2]);
}

static void diag_apply_set_group_asid(struct diag_dev *ddev,
				      struct diag_call *call, int ret,
				      bool overlap)
{
	struct diag_group *group;

	if (call->arg[0] >= ddev->ngroups)
		return;
	group = &ddev->groups[call->arg[0]];
	if (overlap) {
		group->known = VDPACTL_KNOWN_UNKNOWN;
	} else if (!ret) {
		group->known = VDPACTL_KNOWN_OBSERVED;
		group->asid = call->arg[1];
	}
}

static void diag_apply_suspend(struct diag_dev *ddev, struct diag_call *call,
			       int ret, bool overlap)
{
	ddev->suspended = ret || overlap ? -1 :
			  call->op == VDPACTL_OP_SUSPEND;
}

static void diag_apply_vq(struct diag_dev *ddev, struct diag_call *call,
			  int ret, bool overlap)
{
	struct diag_vq *vq;

	if (call->arg[0] >= ddev->nvqs || ret)
		return;
	vq = &ddev->vqs[call->arg[0]];
	switch (call->op) {
	case VDPACTL_OP_SET_VQ_ADDRESS:
		vq->desc_addr = call->arg[1];
		vq->driver_addr = call->arg[2];
		vq->device_addr = call->arg[3];
		vq->valid |= DIAG_VQ_ADDR;
		break;
	case VDPACTL_OP_SET_VQ_NUM:
		vq->num = call->arg[1];
		vq->valid |= DIAG_VQ_NUM;
		break;
	case VDPACTL_OP_SET_VQ_READY:
		vq->ready = call->arg[1];
		vq->valid |= DIAG_VQ_READY;
		break;
	}
}

#define OP(op)		.offset = offsetof(struct vdpa_config_ops, op)
#define ARG(name, w)	{ .attr = VDPACTL_A_EVENT_##name, \
			  .mask = GENMASK_ULL((w) - 1, 0) }

#define TOUCH_RESET	(DIAG_TOUCH_GROUPS | DIAG_TOUCH_VQS | DIAG_TOUCH_SUSPEND)

const struct diag_op diag_ops[DIAG_NOPS] = {
	[VDPACTL_OP_SET_STATUS] = {
		OP(set_status),
		.event = VDPACTL_EVENT_SET_STATUS,
		.args = { ARG(STATUS, 8) },
	},
	[VDPACTL_OP_SET_DRIVER_FEATURES] = {
		OP(set_driver_features),
		.event = VDPACTL_EVENT_SET_DRIVER_FEATURES,
		.has_ret = true,
		.args = { ARG(FEATURES, 64) },
	},
	[VDPACTL_OP_RESET] = {
		OP(reset),
		.apply = diag_apply_reset,
		.event = VDPACTL_EVENT_RESET,
		.touches = TOUCH_RESET,
		.has_ret = true,
	},
	[VDPACTL_OP_COMPAT_RESET] = {
		OP(compat_reset),
		.apply = diag_apply_reset,
		.event = VDPACTL_EVENT_RESET,
		.touches = TOUCH_RESET | DIAG_TOUCH_MAPS,
		.has_ret = true,
		.args = { ARG(FLAGS, 32) },
	},
	[VDPACTL_OP_RESET_MAP] = {
		OP(reset_map),
		.apply = diag_apply_reset_map,
		.event = VDPACTL_EVENT_RESET_MAP,
		.touches = DIAG_TOUCH_MAPS,
		.has_ret = true,
		.args = { ARG(ASID, 32) },
	},
	[VDPACTL_OP_SET_MAP] = {
		OP(set_map),
		.apply = diag_apply_set_map,
		.event = VDPACTL_EVENT_SET_MAP,
		.touches = DIAG_TOUCH_MAPS,
		.has_ret = true,
		.args = { ARG(ASID, 32), ARG(RANGES, 64), ARG(SIZE, 64) },
	},
	[VDPACTL_OP_DMA_MAP] = {
		OP(dma_map),
		.apply = diag_apply_dma_map,
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
		.event = VDPACTL_EVENT_DMA_UNMAP,
		.touches = DIAG_TOUCH_MAPS,
		.has_ret = true,
		.args = { ARG(ASID, 32), ARG(IOVA, 64), ARG(SIZE, 64) },
	},
	[VDPACTL_OP_SET_GROUP_ASID] = {
		OP(set_group_asid),
		.apply = diag_apply_set_group_asid,
		.event = VDPACTL_EVENT_SET_GROUP_ASID,
		.touches = DIAG_TOUCH_GROUPS,
		.has_ret = true,
		.args = { ARG(GROUP, 32), ARG(ASID, 32) },
	},
	[VDPACTL_OP_SUSPEND] = {
		OP(suspend),
		.apply = diag_apply_suspend,
		.event = VDPACTL_EVENT_SUSPEND,
		.touches = DIAG_TOUCH_SUSPEND,
		.has_ret = true,
	},
	[VDPACTL_OP_RESUME] = {
		OP(resume),
		.apply = diag_apply_suspend,
		.event = VDPACTL_EVENT_RESUME,
		.touches = DIAG_TOUCH_SUSPEND,
		.has_ret = true,
	},
	[VDPACTL_OP_SET_VQ_ADDRESS] = {
		OP(set_vq_address),
		.apply = diag_apply_vq,
		.event = VDPACTL_EVENT_SET_VQ_ADDRESS,
		.has_ret = true,
		.args = { ARG(VQ, 16), ARG(DESC_ADDR, 64), ARG(DRIVER_ADDR, 64),
			  ARG(DEVICE_ADDR, 64) },
	},
	[VDPACTL_OP_SET_VQ_NUM] = {
		OP(set_vq_num),
		.apply = diag_apply_vq,
		.event = VDPACTL_EVENT_SET_VQ_NUM,
		.args = { ARG(VQ, 16), ARG(NUM, 32) },
	},
	[VDPACTL_OP_SET_VQ_READY] = {
		OP(set_vq_ready),
		.apply = diag_apply_vq,
		.event = VDPACTL_EVENT_SET_VQ_READY,
		.args = { ARG(VQ, 16), ARG(READY, 8) },
	},
	[VDPACTL_OP_SET_VQ_STATE] = {
		OP(set_vq_state),
		.event = VDPACTL_EVENT_SET_VQ_STATE,
		.has_ret = true,
		.args = { ARG(VQ, 16), ARG(STATE, 64) },
	},
};

#define OPTIONAL(bit, op) \
	{ VDPACTL_OP_##bit, offsetof(struct vdpa_config_ops, op) }

static const struct {
	u8 bit;
	size_t offset;
} diag_reading_ops[] = {
	OPTIONAL(GET_VQ_GROUP, get_vq_group),
	OPTIONAL(GET_VQ_DESC_GROUP, get_vq_desc_group),
	OPTIONAL(GET_VQ_STATE, get_vq_state),
	OPTIONAL(GET_VQ_SIZE, get_vq_size),
	OPTIONAL(GET_BACKEND_FEATURES, get_backend_features),
	OPTIONAL(GET_IOVA_RANGE, get_iova_range),
	OPTIONAL(GET_GENERATION, get_generation),
	OPTIONAL(GET_VENDOR_VQ_STATS, get_vendor_vq_stats),
	OPTIONAL(KICK_VQ_WITH_DATA, kick_vq_with_data),
	OPTIONAL(GET_VQ_NOTIFICATION, get_vq_notification),
	OPTIONAL(GET_VQ_IRQ, get_vq_irq),
	OPTIONAL(SET_VQ_AFFINITY, set_vq_affinity),
	OPTIONAL(BIND_MM, bind_mm),
};

/* The operations that a parent implements, as VDPACTL_A_OPS shows them. */
u64 diag_ops_mask(const struct vdpa_config_ops *ops)
{
	u64 mask = 0;
	size_t i;

	for (i = 0; i < DIAG_NOPS; i++)
		if (diag_op_addr(ops, i))
			mask |= BIT_ULL(i);
	for (i = 0; i < ARRAY_SIZE(diag_reading_ops); i++)
		if (*(void **)((char *)ops + diag_reading_ops[i].offset))
			mask |= BIT_ULL(diag_reading_ops[i].bit);
	return mask;
}
