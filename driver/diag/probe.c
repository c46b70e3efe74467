// SPDX-License-Identifier: GPL-2.0-only
/*
 * One kretprobe for each distinct function that implements an observed
 * operation of a watched device. Many devices share a function, and a probe
 * stays when the last of them is gone: thousands of devices come and go
 * without a change to the text of the kernel. It ends with the module that
 * holds the function, or with this one.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include "compat.h"
#include "diag.h"

/*
 * Calls of one function that may be under way at the same time: each device
 * makes one at a time, as a rule, and an operation may sleep. More are missed,
 * and counted.
 */
#define DIAG_MAXACTIVE	256

struct diag_probe {
	struct list_head list;
	struct kretprobe krp;
	void *func;
	u8 op;			/* that it was added for; a hint */
	unsigned int seen_missed;
};

/* Both under diag_mutex */
static LIST_HEAD(diag_probes);
static u64 diag_missed;

static void diag_check_work_fn(struct work_struct *work)
{
	diag_probes_check_missed();
}

static DECLARE_WORK(diag_check_work, diag_check_work_fn);

static unsigned int diag_probe_nmissed(const struct diag_probe *probe)
{
	return READ_ONCE(probe->krp.nmissed) +
	       READ_ONCE(probe->krp.kp.nmissed);
}

static bool diag_op_is(const struct diag_dev *ddev, int op, const void *func)
{
	return ddev->observed & BIT_ULL(op) &&
	       diag_op_addr(ddev->ops, op) == func;
}

/*
 * The operation that a function implements for a device. diag_probes_get()
 * leaves out functions that implement two.
 */
static __always_inline int diag_find_op(const struct diag_dev *ddev,
					const struct diag_probe *probe)
{
	int op;

	if (diag_op_is(ddev, probe->op, probe->func))
		return probe->op;
	for (op = 0; op < DIAG_NOPS; op++)
		if (diag_op_is(ddev, op, probe->func))
			return op;
	return -1;
}

/* The place of the current task in ddev->active[], or NULL; under the lock */
static struct diag_active *diag_active_find(struct diag_dev *ddev)
{
	u32 i;

	for (i = 0; i < ddev->nactive; i++)
		if (ddev->active[i].task == current)
			return &ddev->active[i];
	return NULL;
}

/* Note that a call begins. One that finds no place counts as overlapping. */
static void diag_call_begin(struct diag_dev *ddev, struct diag_call *call)
{
	u8 touches = diag_ops[call->op].touches;
	struct diag_active *active, *other;
	bool overlap = false;
	u32 i;

	diag_lock_anywhere(&ddev->lock);
	active = diag_active_find(ddev);
	call->nested = active;
	for (i = 0; i < ddev->nactive; i++) {
		other = &ddev->active[i];
		if (other != active && other->touches & touches) {
			other->overlap = true;
			overlap = true;
		}
	}
	if (!active && i < DIAG_NACTIVE) {
		active = &ddev->active[ddev->nactive++];
		*active = (struct diag_active) { .task = current };
	}
	if (active) {
		active->touches |= touches;
		active->overlap |= overlap;
	}
	spin_unlock(&ddev->lock);
}

static int diag_probe_entry(struct kretprobe_instance *ri,
			    struct pt_regs *regs)
{
	struct diag_probe *probe = container_of(get_kretprobe(ri),
						struct diag_probe, krp);
	struct diag_call *call = (struct diag_call *)ri->data;
	const struct diag_arg *arg;
	struct diag_dev *ddev;
	int op;

	call->key = (void *)regs_get_kernel_argument(regs, 0);

	rcu_read_lock();
	ddev = diag_dev_lookup(call->key);
	op = ddev ? diag_find_op(ddev, probe) : -1;
	if (op >= 0) {
		call->op = op;
		diag_call_begin(ddev, call);
	}
	rcu_read_unlock();
	if (op < 0)
		return 1;

	arg = diag_ops[op].args;
	/* Written out: with a constant number each is a load from regs. */
	call->arg[0] = regs_get_kernel_argument(regs, 1) & arg[0].mask;
	call->arg[1] = regs_get_kernel_argument(regs, 2) & arg[1].mask;
	call->arg[2] = regs_get_kernel_argument(regs, 3) & arg[2].mask;
	call->arg[3] = regs_get_kernel_argument(regs, 4) & arg[3].mask;
	call->arg[4] = regs_get_kernel_argument(regs, 5) & arg[4].mask;
	if (op == VDPACTL_OP_SET_VQ_STATE)
		call->arg[1] = *(const u32 *)(uintptr_t)call->arg[1];

	/* Clocks cost more than all the rest: they are read for listeners */
	call->start = diag_ring_listened(&diag_events) ?
		      ktime_get_mono_fast_ns() : 0;
	return 0;
}

static int diag_probe_return(struct kretprobe_instance *ri,
			     struct pt_regs *regs)
{
	struct diag_probe *probe = container_of(get_kretprobe(ri),
						struct diag_probe, krp);
	struct diag_call *call = (struct diag_call *)ri->data;
	u64 duration = call->start ? ktime_get_mono_fast_ns() - call->start : 0;
	const struct diag_op *op = &diag_ops[call->op];
	int ret = op->has_ret ? (int)regs_return_value(regs) : 0;
	struct diag_active *active;
	struct diag_dev *ddev;

	rcu_read_lock();
	ddev = diag_dev_lookup(call->key);
	if (!ddev)
		goto out;

	/* The event under the lock too: its order is that of the changes. */
	spin_lock(&ddev->lock);
	active = diag_active_find(ddev);
	if (op->apply)
		op->apply(ddev, call, ret, !active || active->overlap);
	if (!call->nested) {
		/* The last one takes its place. */
		if (active)
			*active = ddev->active[--ddev->nactive];
		diag_task_current(&ddev->stats.last_op);
		if (op->event == VDPACTL_EVENT_RESET) {
			ddev->stats.last_reset_time = ktime_get_real_fast_ns();
			ddev->stats.last_reset = ddev->stats.last_op;
		}
		if (diag_ring_listened(&diag_events))
			diag_event_call(ddev, call, ret, duration);
		else
			diag_ring_skip(&diag_events);
	}
	spin_unlock(&ddev->lock);

	if (diag_probe_nmissed(probe) != READ_ONCE(probe->seen_missed))
		queue_work(diag_wq, &diag_check_work);
out:
	rcu_read_unlock();
	return 0;
}

static struct diag_probe *diag_probe_find(const void *func)
{
	struct diag_probe *probe;

	list_for_each_entry(probe, &diag_probes, list)
		if (probe->func == func)
			return probe;
	return NULL;
}

static int diag_probe_add(void *func, u8 op)
{
	struct diag_probe *probe;
	int ret;

	probe = kzalloc_obj(*probe);
	if (!probe)
		return -ENOMEM;
	probe->func = func;
	probe->op = op;
	probe->krp.kp.addr = func;
	probe->krp.entry_handler = diag_probe_entry;
	probe->krp.handler = diag_probe_return;
	probe->krp.data_size = sizeof(struct diag_call);
	probe->krp.maxactive = DIAG_MAXACTIVE;
	ret = register_kretprobe(&probe->krp);
	if (ret) {
		pr_warn("cannot observe %ps: %d\n", func, ret);
		kfree(probe);
		return ret;
	}
	list_add(&probe->list, &diag_probes);
	return 0;
}

/**
 * diag_probes_get() - see to it that the operations of a device are observed
 * @ddev: the device, not in the tables yet; diag_mutex is held
 *
 * A function that stands for two operations of the same device (both may do
 * nothing) cannot tell which one was meant, so that none of them is observed.
 *
 * Return: the operations observed, BIT(enum vdpactl_op).
 */
u64 diag_probes_get(struct diag_dev *ddev)
{
	u64 observed = 0;
	void *func;
	int op, other;

	for (op = 0; op < DIAG_NOPS; op++) {
		func = diag_op_addr(ddev->ops, op);
		if (!func)
			continue;
		for (other = 0; other < DIAG_NOPS; other++)
			if (other != op &&
			    diag_op_addr(ddev->ops, other) == func)
				break;
		if (other < DIAG_NOPS)
			continue;
		if (diag_probe_find(func) || !diag_probe_add(func, op))
			observed |= BIT_ULL(op);
	}
	return observed;
}

/* Some calls of a function were not seen, by whichever device. */
static void diag_probe_forget(const struct diag_probe *probe, u64 count)
{
	struct diag_dev *ddev;
	unsigned long id;
	int op;

	xa_for_each(&diag_devs, id, ddev) {
		op = diag_find_op(ddev, probe);
		if (op < 0)
			continue;
		spin_lock(&ddev->lock);
		diag_forget(ddev, diag_ops[op].touches);
		ddev->stats.missed += count;
		spin_unlock(&ddev->lock);
	}
	diag_missed += count;
	diag_event_lost(count);
}

/*
 * kprobes count what they could not follow: no free instance, or a probe that
 * was hit inside another one. What such calls changed is unknown from here on.
 */
void diag_probes_check_missed(void)
{
	struct diag_probe *probe;
	unsigned int missed;

	mutex_lock(&diag_mutex);
	list_for_each_entry(probe, &diag_probes, list) {
		missed = diag_probe_nmissed(probe);
		if (missed == probe->seen_missed)
			continue;
		diag_probe_forget(probe, missed - probe->seen_missed);
		WRITE_ONCE(probe->seen_missed, missed);
	}
	mutex_unlock(&diag_mutex);
}

u64 diag_probes_missed(void)
{
	u64 missed;

	mutex_lock(&diag_mutex);
	missed = diag_missed;
	mutex_unlock(&diag_mutex);
	return missed;
}

/*
 * Drop the probes in the text of a module, or all of them. Unregistering waits
 * for an RCU grace period each time, so it is done for many at once.
 */
static void diag_probes_drop(const struct module *mod)
{
	struct diag_probe *probe, *next;
	struct kretprobe *krps[32];
	LIST_HEAD(drop);
	int n = 0;

	mutex_lock(&diag_mutex);
	list_for_each_entry_safe(probe, next, &diag_probes, list)
		if (!mod || within_module((unsigned long)probe->func, mod))
			list_move(&probe->list, &drop);
	mutex_unlock(&diag_mutex);

	list_for_each_entry(probe, &drop, list) {
		krps[n++] = &probe->krp;
		if (n == ARRAY_SIZE(krps) || list_is_last(&probe->list, &drop)) {
			unregister_kretprobes(krps, n);
			n = 0;
		}
	}
	list_for_each_entry_safe(probe, next, &drop, list)
		kfree(probe);
}

static int diag_module_notify(struct notifier_block *nb, unsigned long action,
			      void *data)
{
	if (action == MODULE_STATE_GOING)
		diag_probes_drop(data);
	return NOTIFY_OK;
}

static struct notifier_block diag_module_nb = {
	.notifier_call = diag_module_notify,
};

int diag_probes_init(void)
{
	return register_module_notifier(&diag_module_nb);
}

void diag_probes_exit(void)
{
	unregister_module_notifier(&diag_module_nb);
	diag_probes_drop(NULL);
	cancel_work_sync(&diag_check_work);
}
