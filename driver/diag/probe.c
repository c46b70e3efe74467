// SPDX-License-Identifier: GPL-2.0-only
/*
 * One kretprobe for each distinct function that implements an observed
 * operation of a watched device. Many devices share a function, and a probe
 * stays when the last of them is gone: thousands of devices come and go
 * without a change to the text of the kernel. It ends with the module that
 * holds the function, or with this one.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include "compat.h"
#include "diag.h"

/*
 * Calls of one function that may be under way at the same time: each device
 * makes one at a time, as a rule, and an operation may sleep. More are missed,
 * and counted. An objpool, which holds them, has room for all of them on each
 * processor: the probes of a parent shall not take more than 2 MiB, which is
 * 128 KiB a function. (Where it rounds the room on each processor up to a page,
 * from 6.12 on, that is the least that it takes.)
 */
#define DIAG_MAXACTIVE	256
#define DIAG_PROBE_ROOM	SZ_128K

struct diag_probe {
	struct list_head list;
	struct kretprobe krp;
	void *func;
	u8 op;			/* that it was added for; a hint */
	bool refused;		/* not registered, and not tried again */
	unsigned int seen_missed;
};

/* Both under diag_mutex */
static LIST_HEAD(diag_probes);
static u64 diag_missed;

/*
 * Counts how often the probes were noticed to be switched off, or on again.
 * Written under diag_mutex.
 */
u32 diag_epoch;

static void diag_check_work_fn(struct work_struct *work)
{
	diag_probes_check();
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
	for (op = 0; op < __VDPACTL_OP_MAX; op++)
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

/*
 * Note that a call begins. One that finds no place overlaps with all that
 * begin until it has ended, whatever they touch.
 */
static void diag_call_begin(struct diag_dev *ddev, struct diag_call *call)
{
	u8 touches = diag_op_touches(ddev, call->op);
	struct diag_active *active, *other;
	bool overlap, crowd;
	u32 i;

	diag_lock_anywhere(&ddev->lock);
	active = diag_active_find(ddev);
	call->nested = active;
	crowd = !active && ddev->nactive == DIAG_NACTIVE;
	overlap = ddev->ncrowd;
	for (i = 0; i < ddev->nactive; i++) {
		other = &ddev->active[i];
		if (other != active && (crowd || other->touches & touches)) {
			other->overlap = true;
			overlap = true;
		}
	}
	if (crowd) {
		ddev->ncrowd++;
	} else if (!active) {
		active = &ddev->active[ddev->nactive++];
		*active = (struct diag_active) { .task = current };
	}
	if (active) {
		active->touches |= touches;
		active->overlap |= overlap;
	}
	spin_unlock(&ddev->lock);
}

/* Note that it ended. Return: whether another one overlapped with it. */
static bool diag_call_end(struct diag_dev *ddev, struct diag_call *call)
{
	struct diag_active *active = diag_active_find(ddev);
	bool overlap = !active || active->overlap;

	if (!active)
		/* Not of one that began before a device of this address */
		ddev->ncrowd -= !!ddev->ncrowd;
	else if (!call->nested)
		/* The last one takes its place. */
		*active = ddev->active[--ddev->nactive];
	return overlap;
}

static int diag_call_doubt(struct diag_dev *ddev, struct diag_call *call,
			   bool overlap, int ret)
{
	if (ddev->tainted & diag_op_touches(ddev, call->op))
		return VDPACTL_WHY_MISSED;
	if (call->epoch != READ_ONCE(diag_epoch) || !diag_probes_on(call->epoch))
		return VDPACTL_WHY_PROBES_OFF;
	if (overlap)
		return VDPACTL_WHY_OVERLAP;
	return ret ? VDPACTL_WHY_FAILED : DIAG_NO_DOUBT;
}

/* What is counted of a call that was not made by another one */
static void diag_call_count(struct diag_dev *ddev, struct diag_call *call,
			    int ret)
{
	struct diag_stats *stats = &ddev->stats;

	diag_task_current(&stats->last_op);
	if (diag_ops[call->op].event != VDPACTL_EVENT_RESET || ret)
		return;
	if (diag_call_cleans(call))
		stats->resets_clean++;
	else
		stats->resets++;
	stats->last_reset_time = ktime_get_real_fast_ns();
	stats->last_reset = stats->last_op;
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
		call->nargs = DIAG_NARGS;
		call->epoch = READ_ONCE(diag_epoch);
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
	struct diag_dev *ddev;
	bool overlap;

	rcu_read_lock();
	ddev = diag_dev_lookup(call->key);
	if (!ddev)
		goto out;

	/* The event under the lock too: its order is that of the changes. */
	spin_lock(&ddev->lock);
	overlap = diag_call_end(ddev, call);
	if (op->apply && !(ret && ddev->quirks & op->clean))
		op->apply(ddev, call, diag_call_doubt(ddev, call, overlap, ret));
	if (!call->nested) {
		diag_call_count(ddev, call, ret);
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

/* Calls that may be under way at the same time, see DIAG_PROBE_ROOM. */
static int diag_probe_maxactive(void)
{
	size_t room = DIAG_PROBE_ROOM / num_possible_cpus() / sizeof(void *);

	return clamp(room / 2, 16, DIAG_MAXACTIVE);
}

/* Return: the probe, perhaps a refused one, or NULL without memory. */
static struct diag_probe *diag_probe_add(void *func, u8 op)
{
	struct diag_probe *probe;
	int ret;

	probe = kzalloc_obj(*probe);
	if (!probe)
		return NULL;
	probe->func = func;
	probe->op = op;
	probe->krp.kp.addr = func;
	probe->krp.entry_handler = diag_probe_entry;
	probe->krp.handler = diag_probe_return;
	probe->krp.data_size = sizeof(struct diag_call);
	probe->krp.maxactive = diag_probe_maxactive();
	ret = register_kretprobe(&probe->krp);
	if (ret) {
		pr_warn("cannot observe %ps: %d\n", func, ret);
		probe->refused = true;
	}
	list_add(&probe->list, &diag_probes);
	return probe;
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
	struct diag_probe *probe;
	u64 observed = 0;
	void *func;
	int op, other;

	for (op = 0; op < __VDPACTL_OP_MAX; op++) {
		func = diag_op_addr(ddev->ops, op);
		if (!func || !diag_ops[op].observed)
			continue;
		for (other = 0; other < __VDPACTL_OP_MAX; other++)
			if (other != op &&
			    diag_op_addr(ddev->ops, other) == func)
				break;
		if (other < __VDPACTL_OP_MAX)
			continue;
		probe = diag_probe_find(func) ?: diag_probe_add(func, op);
		if (probe && !probe->refused)
			observed |= BIT_ULL(op);
	}
	return observed;
}

/*
 * Some calls of a function were not seen, by whichever device, and may still
 * be under way: nothing that they touch is known, also after later calls,
 * until nobody can be in one any more, see diag_dev_untaint(). That they were
 * missed shows that the callers are more than bus drivers, which make one call
 * at a time.
 */
static void diag_probe_forget(const struct diag_probe *probe, u64 count)
{
	struct diag_dev *ddev;
	unsigned long id;
	u8 touches;
	int op;

	xa_for_each(&diag_devs, id, ddev) {
		op = diag_find_op(ddev, probe);
		if (op < 0)
			continue;
		touches = diag_op_touches(ddev, op);
		spin_lock(&ddev->lock);
		diag_forget(ddev, touches, VDPACTL_WHY_MISSED);
		ddev->tainted |= touches;
		ddev->stats.missed += count;
		spin_unlock(&ddev->lock);
	}
	diag_missed += count;
	diag_event_probes(VDPACTL_EVENT_LOST, count);
}

/*
 * kprobes count what they could not follow: no free instance, or a probe that
 * was hit inside another one.
 */
static void diag_probes_check_missed(void)
{
	struct diag_probe *probe;
	unsigned int missed;

	list_for_each_entry(probe, &diag_probes, list) {
		missed = diag_probe_nmissed(probe);
		if (missed == probe->seen_missed)
			continue;
		diag_probe_forget(probe, missed - probe->seen_missed);
		WRITE_ONCE(probe->seen_missed, missed);
	}
}

/*
 * The probes were switched off, and any number of calls was not seen; or they
 * are on again. What was known is not known after both: a call that was seen
 * while they were thought to be off may have come after one that was not. Of
 * what begins from now on, the order is known again, as bus drivers make one
 * call into a device at a time.
 */
static void diag_probes_switched(void)
{
	struct diag_dev *ddev;
	unsigned long id;
	bool on;

	WRITE_ONCE(diag_epoch, diag_epoch + 1);
	on = diag_probes_on(diag_epoch);
	xa_for_each(&diag_devs, id, ddev) {
		spin_lock(&ddev->lock);
		diag_forget(ddev, DIAG_TOUCH_ALL, VDPACTL_WHY_PROBES_OFF);
		spin_unlock(&ddev->lock);
	}
	if (on)
		pr_info("operations are observed again\n");
	else
		pr_warn("kprobes were switched off (kernel.ftrace_enabled, debugfs kprobes/enabled): nothing is observed\n");
	diag_event_probes(on ? VDPACTL_EVENT_PROBES_ON :
			       VDPACTL_EVENT_PROBES_OFF, 0);
}

/**
 * diag_probes_check() - look whether operations were not seen
 *
 * Makes what they may have changed unknown. Called before every answer, after
 * a call that noticed it, and from time to time.
 */
void diag_probes_check(void)
{
	mutex_lock(&diag_mutex);
	diag_probes_check_missed();
	if (diag_canary_lives() != diag_probes_on(diag_epoch))
		diag_probes_switched();
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
		if (probe->refused)
			continue;
		krps[n++] = &probe->krp;
		if (n == ARRAY_SIZE(krps)) {
			unregister_kretprobes(krps, n);
			n = 0;
		}
	}
	unregister_kretprobes(krps, n);
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
	int ret = diag_canary_init();

	if (ret)
		return ret;
	ret = register_module_notifier(&diag_module_nb);
	if (ret)
		diag_canary_exit();
	return ret;
}

void diag_probes_exit(void)
{
	unregister_module_notifier(&diag_module_nb);
	diag_probes_drop(NULL);
	cancel_work_sync(&diag_check_work);
	diag_canary_exit();
}
