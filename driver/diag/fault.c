// SPDX-License-Identifier: GPL-2.0-only
/*
 * I/O page faults as they pass: what IOMMU drivers report to the kernel, and
 * how the groups are answered, by whichever owner of the fault queue. Nothing
 * is taken from the queue.
 *
 * A response is seen in iopf_group_response(). Where no fault queue is there
 * iommu_report_device_fault() answers itself, with IOMMU_PAGE_RESP_INVALID, and
 * fails. The answers that iopf_queue_remove_device() gives while it takes a
 * device away are not seen.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/hash.h>
#include <linux/iommu.h>
#include <linux/kprobes.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>
#include "diag.h"

/* A record of the ring; the device may be gone when it is sent */
struct diag_fault {
	struct diag_record rec;		/* type: enum vdpactl_fault_event */
	char dev[48];
	struct iommu_fault_page_request prm;
	u32 code;
	u64 latency;
	bool has_latency;
	struct diag_task task;
};

/*
 * When the last request of a group came, until it is answered: a cache of
 * fixed size. A group that is pushed out, or was reported before the module was
 * loaded, has no latency.
 */
struct diag_pending {
	const void *dev;
	u32 pasid;
	u32 grpid;
	u64 time;			/* 0: free */
};

#define DIAG_PENDING_BITS	10
#define DIAG_PENDING_WAYS	4

static struct diag_pending
diag_pending[1 << DIAG_PENDING_BITS][DIAG_PENDING_WAYS];
/* Protects diag_pending. Taken as the lock of a ring is, see there. */
static DEFINE_SPINLOCK(diag_pending_lock);

static unsigned int diag_fault_seen_missed;
static void diag_fault_missed_fn(struct work_struct *work);
static DECLARE_WORK(diag_fault_missed_work, diag_fault_missed_fn);

/* ---- records ------------------------------------------------------------- */

static int diag_fault_fill_prm(struct sk_buff *skb,
			       const struct diag_fault *fault)
{
	const struct iommu_fault_page_request *prm = &fault->prm;

	if (nla_put_string(skb, VDPACTL_A_FAULT_DEV, fault->dev) ||
	    nla_put_u32(skb, VDPACTL_A_FAULT_GROUP, prm->grpid) ||
	    (prm->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID &&
	     nla_put_u32(skb, VDPACTL_A_FAULT_PASID, prm->pasid)))
		return -EMSGSIZE;
	if (fault->rec.type == VDPACTL_FAULT_REQUEST)
		return nla_put_u32(skb, VDPACTL_A_FAULT_LAST,
				   !!(prm->flags &
				      IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE)) ?:
		       nla_put_u32(skb, VDPACTL_A_FAULT_PERM, prm->perm) ?:
		       nla_put_uint(skb, VDPACTL_A_FAULT_ADDR, prm->addr);
	if (nla_put_u32(skb, VDPACTL_A_FAULT_CODE, fault->code) ||
	    (fault->has_latency &&
	     nla_put_uint(skb, VDPACTL_A_FAULT_LATENCY, fault->latency)) ||
	    nla_put_u32(skb, VDPACTL_A_FAULT_PID, fault->task.pid) ||
	    nla_put_string(skb, VDPACTL_A_FAULT_COMM, fault->task.comm))
		return -EMSGSIZE;
	return 0;
}

static int diag_fault_fill(struct sk_buff *skb, const struct diag_record *rec)
{
	const struct diag_fault *fault = container_of(rec, struct diag_fault,
						      rec);
	void *hdr;
	int ret;

	hdr = genlmsg_put(skb, 0, 0, &diag_family, 0, VDPACTL_CMD_FAULT);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, VDPACTL_A_FAULT_TYPE, rec->type) ||
	    nla_put_uint(skb, VDPACTL_A_FAULT_SEQUENCE, rec->seq) ||
	    nla_put_uint(skb, VDPACTL_A_FAULT_TIME, rec->time))
		goto cancel;
	if (rec->type == VDPACTL_FAULT_LOST)
		ret = nla_put_uint(skb, VDPACTL_A_FAULT_COUNT, rec->count);
	else
		ret = diag_fault_fill_prm(skb, fault);
	if (ret)
		goto cancel;
	genlmsg_end(skb, hdr);
	return 0;

cancel:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

struct diag_ring diag_faults = {
	.lock = __SPIN_LOCK_UNLOCKED(diag_faults.lock),
	.size = sizeof(struct diag_fault),
	.group = DIAG_MCGRP_FAULTS,
	.lost_type = VDPACTL_FAULT_LOST,
	.fill = diag_fault_fill,
};

/* ---- groups that wait ---------------------------------------------------- */

static struct diag_pending *
diag_pending_set(const struct device *dev,
		 const struct iommu_fault_page_request *prm)
{
	u64 key = (uintptr_t)dev ^ ((u64)prm->pasid << 32) ^
		  hash_32(prm->grpid, 32);

	return diag_pending[hash_64(key, DIAG_PENDING_BITS)];
}

static bool diag_pending_is(const struct diag_pending *pending,
			    const struct device *dev,
			    const struct iommu_fault_page_request *prm)
{
	return pending->time && pending->dev == dev &&
	       pending->grpid == prm->grpid && pending->pasid == prm->pasid;
}

static void diag_pending_add(const struct device *dev,
			     const struct iommu_fault_page_request *prm)
{
	struct diag_pending *set = diag_pending_set(dev, prm);
	struct diag_pending *victim = &set[0];
	int i;

	diag_lock_anywhere(&diag_pending_lock);
	for (i = 0; i < DIAG_PENDING_WAYS; i++)
		if (set[i].time < victim->time)
			victim = &set[i];
	for (i = 0; i < DIAG_PENDING_WAYS; i++)
		if (diag_pending_is(&set[i], dev, prm))
			victim = &set[i];
	victim->dev = dev;
	victim->pasid = prm->pasid;
	victim->grpid = prm->grpid;
	victim->time = ktime_get_mono_fast_ns();
	spin_unlock(&diag_pending_lock);
}

static void diag_pending_take(const struct device *dev,
			      struct diag_fault *fault)
{
	struct diag_pending *set = diag_pending_set(dev, &fault->prm);
	int i;

	diag_lock_anywhere(&diag_pending_lock);
	for (i = 0; i < DIAG_PENDING_WAYS; i++) {
		if (!diag_pending_is(&set[i], dev, &fault->prm))
			continue;
		fault->latency = ktime_get_mono_fast_ns() - set[i].time;
		fault->has_latency = true;
		set[i].time = 0;
	}
	spin_unlock(&diag_pending_lock);
}

/* ---- probes: may run in an exception, see diag.h --------------------------- */

static void diag_fault_put(enum vdpactl_fault_event type,
			   const struct device *dev,
			   const struct iommu_fault_page_request *prm, u32 code)
{
	struct diag_fault fault = {
		.rec.type = type,
		.rec.time = ktime_get_real_fast_ns(),
		.prm = *prm,
		.code = code,
	};

	strscpy(fault.dev, dev_name(dev));
	diag_task_current(&fault.task);
	if (type == VDPACTL_FAULT_RESPONSE)
		diag_pending_take(dev, &fault);
	diag_ring_put(&diag_faults, &fault.rec);
}

struct diag_report {
	struct device *dev;
	struct iommu_fault_page_request prm;
};

/* At its entry: the response may come before it returns. */
static int diag_report_entry(struct kretprobe_instance *ri,
			     struct pt_regs *regs)
{
	struct diag_report *report = (struct diag_report *)ri->data;
	const struct iopf_fault *evt;

	report->dev = (void *)regs_get_kernel_argument(regs, 0);
	evt = (void *)regs_get_kernel_argument(regs, 1);
	if (evt->fault.type != IOMMU_FAULT_PAGE_REQ)
		return 1;
	report->prm = evt->fault.prm;
	if (report->prm.flags & IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE)
		diag_pending_add(report->dev, &report->prm);
	diag_fault_put(VDPACTL_FAULT_REQUEST, report->dev, &report->prm, 0);
	return 0;
}

static struct kretprobe diag_report_probe;
static struct kprobe diag_response_probe;

static unsigned int diag_fault_nmissed(void)
{
	return READ_ONCE(diag_report_probe.nmissed) +
	       READ_ONCE(diag_report_probe.kp.nmissed) +
	       READ_ONCE(diag_response_probe.nmissed);
}

static int diag_report_return(struct kretprobe_instance *ri,
			      struct pt_regs *regs)
{
	const struct diag_report *report = (struct diag_report *)ri->data;

	/* Only what is answered at once fails like this. */
	if ((int)regs_return_value(regs) == -EINVAL)
		diag_fault_put(VDPACTL_FAULT_RESPONSE, report->dev,
			       &report->prm, IOMMU_PAGE_RESP_INVALID);
	if (diag_fault_nmissed() != READ_ONCE(diag_fault_seen_missed))
		queue_work(diag_wq, &diag_fault_missed_work);
	return 0;
}

static int diag_response_entry(struct kprobe *kp, struct pt_regs *regs)
{
	const struct iopf_group *group;
	u32 code = regs_get_kernel_argument(regs, 1);

	group = (void *)regs_get_kernel_argument(regs, 0);
	diag_fault_put(VDPACTL_FAULT_RESPONSE, group->fault_param->dev,
		       &group->last_fault.fault.prm, code);
	return 0;
}

static struct kretprobe diag_report_probe = {
	.kp.symbol_name = "iommu_report_device_fault",
	.entry_handler = diag_report_entry,
	.handler = diag_report_return,
	.data_size = sizeof(struct diag_report),
	.maxactive = 256,
};

static struct kprobe diag_response_probe = {
	.symbol_name = "iopf_group_response",
	.pre_handler = diag_response_entry,
};

static void diag_fault_missed_fn(struct work_struct *work)
{
	unsigned int missed = diag_fault_nmissed();
	struct diag_fault fault = {
		.rec.type = VDPACTL_FAULT_LOST,
		.rec.time = ktime_get_real_ns(),
		.rec.count = missed - diag_fault_seen_missed,
	};

	if (!fault.rec.count)
		return;
	WRITE_ONCE(diag_fault_seen_missed, missed);
	diag_ring_put(&diag_faults, &fault.rec);
}

/* Whether both probes could be registered */
static bool diag_faults_probed;

bool diag_faults_on(void)
{
	return diag_faults_probed;
}

/*
 * Without the probes, or memory for the records, the module knows nothing of
 * faults and does the rest of its work.
 */
void diag_faults_init(void)
{
	int ret;

	ret = diag_ring_init(&diag_faults);
	if (ret)
		goto err;
	ret = register_kretprobe(&diag_report_probe);
	if (ret)
		goto err_ring;
	ret = register_kprobe(&diag_response_probe);
	if (ret)
		goto err_report;
	diag_faults_probed = true;
	return;

err_report:
	unregister_kretprobe(&diag_report_probe);
err_ring:
	diag_ring_exit(&diag_faults);
err:
	pr_warn("cannot observe I/O page faults: %d\n", ret);
}

void diag_faults_exit(void)
{
	if (!diag_faults_probed)
		return;
	unregister_kprobe(&diag_response_probe);
	unregister_kretprobe(&diag_report_probe);
	cancel_work_sync(&diag_fault_missed_work);
	diag_ring_exit(&diag_faults);
}
