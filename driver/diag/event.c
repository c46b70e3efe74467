// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control operations and changes of the bus as events.
 */
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>
#include "diag.h"

/* As diag_apply_vq_state() left it, and decoded: struct vdpa_vq_state */
static int diag_event_fill_state(struct sk_buff *skb, u32 state, bool packed)
{
	if (!packed)
		return nla_put_u32(skb, VDPACTL_A_EVENT_AVAIL_INDEX, state);
	return nla_put_u32(skb, VDPACTL_A_EVENT_AVAIL_WRAP, state & 1) ?:
	       nla_put_u32(skb, VDPACTL_A_EVENT_AVAIL_INDEX,
			   state >> 1 & 0x7fff) ?:
	       nla_put_u32(skb, VDPACTL_A_EVENT_USED_WRAP, state >> 16 & 1) ?:
	       nla_put_u32(skb, VDPACTL_A_EVENT_USED_INDEX, state >> 17);
}

static int diag_event_fill_args(struct sk_buff *skb,
				const struct diag_event *event)
{
	const struct diag_arg *arg = diag_ops[event->op].args;
	int i, ret;

	for (i = 0; i < event->nargs && arg[i].mask; i++) {
		if (!arg[i].attr)
			continue;
		if (arg[i].mask == U64_MAX &&
		    arg[i].attr != VDPACTL_A_EVENT_RANGES &&
		    arg[i].attr != VDPACTL_A_EVENT_STATE)
			ret = nla_put_uint(skb, arg[i].attr, event->arg[i]);
		else
			ret = nla_put_u32(skb, arg[i].attr, event->arg[i]);
		if (ret)
			return ret;
	}
	if (event->op == VDPACTL_OP_SET_VQ_STATE && event->nargs > 1 &&
	    diag_event_fill_state(skb, event->arg[1], event->arg[2]))
		return -EMSGSIZE;
	if (event->op == VDPACTL_OP_RESET &&
	    nla_put_u32(skb, VDPACTL_A_EVENT_FLAGS, 0))
		return -EMSGSIZE;
	if (diag_ops[event->op].has_ret &&
	    nla_put_s32(skb, VDPACTL_A_EVENT_RET, event->ret))
		return -EMSGSIZE;
	return event->duration ? nla_put_uint(skb, VDPACTL_A_EVENT_DURATION,
					      event->duration) : 0;
}

static int diag_event_fill(struct sk_buff *skb, const struct diag_record *rec)
{
	const struct diag_event *event = container_of(rec, struct diag_event,
						      rec);
	const char *name = event->ddev ? event->ddev->name : NULL;
	bool driver = rec->type == VDPACTL_EVENT_BOUND ||
		      rec->type == VDPACTL_EVENT_UNBOUND;
	void *hdr;

	hdr = genlmsg_put(skb, 0, 0, &diag_family, 0, VDPACTL_CMD_EVENT);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, VDPACTL_A_EVENT_TYPE, rec->type) ||
	    (name && nla_put_string(skb, VDPACTL_A_EVENT_DEV, name)) ||
	    nla_put_uint(skb, VDPACTL_A_EVENT_SEQUENCE, rec->seq) ||
	    nla_put_uint(skb, VDPACTL_A_EVENT_TIME, rec->time))
		goto cancel;
	if (rec->type == VDPACTL_EVENT_LOST &&
	    nla_put_uint(skb, VDPACTL_A_EVENT_COUNT, rec->count))
		goto cancel;
	if (!event->ddev)
		goto end;
	if (nla_put_u32(skb, VDPACTL_A_EVENT_PID, event->task.pid) ||
	    nla_put_string(skb, VDPACTL_A_EVENT_COMM, event->task.comm) ||
	    (driver && event->driver &&
	     nla_put_string(skb, VDPACTL_A_EVENT_DRIVER, event->driver)) ||
	    (event->op != DIAG_OP_NONE && diag_event_fill_args(skb, event)))
		goto cancel;
end:
	genlmsg_end(skb, hdr);
	return 0;

cancel:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

static void diag_event_release(struct diag_record *rec)
{
	struct diag_event *event = container_of(rec, struct diag_event, rec);

	if (rec->type == VDPACTL_EVENT_BOUND ||
	    rec->type == VDPACTL_EVENT_UNBOUND)
		kfree(event->driver);
	if (event->ddev)
		diag_dev_put(event->ddev);
}

struct diag_ring diag_events = {
	.lock = __SPIN_LOCK_UNLOCKED(diag_events.lock),
	.size = sizeof(struct diag_event),
	.group = DIAG_MCGRP_EVENTS,
	.lost_type = VDPACTL_EVENT_LOST,
	.fill = diag_event_fill,
	.release = diag_event_release,
};

static void diag_event_put(struct diag_event *event)
{
	if (event->ddev)
		diag_dev_get(event->ddev);
	if (!diag_ring_put(&diag_events, &event->rec))
		diag_event_release(&event->rec);
}

/**
 * diag_event_call() - an operation was made
 * @ddev: on this device, whose lock is held
 * @call: the call
 * @ret: what it returned
 * @duration: how long it took, in nanoseconds; 0: not known, as nobody
 *	listened when it began
 */
void diag_event_call(struct diag_dev *ddev, const struct diag_call *call,
		     int ret, u64 duration)
{
	struct diag_event event = {
		.rec.type = diag_ops[call->op].event,
		.rec.time = ktime_get_real_fast_ns(),
		.duration = duration,
		.ddev = ddev,
		.task = ddev->stats.last_op,
		.ret = ret,
		.op = call->op,
		.nargs = call->nargs,
	};

	memcpy(event.arg, call->arg, sizeof(event.arg));
	diag_event_put(&event);
}

/**
 * diag_event_dev() - the bus changed
 * @ddev: the device
 * @type: VDPACTL_EVENT_DEV_ADDED, _DEV_REMOVED, _BOUND or _UNBOUND
 * @driver: the bus driver, of the last two
 */
void diag_event_dev(struct diag_dev *ddev, enum vdpactl_event type,
		    const char *driver)
{
	struct diag_event event = {
		.rec.type = type,
		.rec.time = ktime_get_real_ns(),
		.ddev = ddev,
		.op = DIAG_OP_NONE,
	};

	diag_task_current(&event.task);
	if (driver)
		event.driver = kstrdup(driver, GFP_KERNEL);
	diag_event_put(&event);
}

/**
 * diag_event_probes() - the probes did not see everything
 * @type: VDPACTL_EVENT_LOST, _PROBES_OFF or _PROBES_ON
 * @count: of VDPACTL_EVENT_LOST
 */
void diag_event_probes(enum vdpactl_event type, u64 count)
{
	struct diag_event event = {
		.rec.type = type,
		.rec.time = ktime_get_real_ns(),
		.rec.count = count,
		.op = DIAG_OP_NONE,
	};

	diag_event_put(&event);
}
