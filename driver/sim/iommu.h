/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual IOMMU, as its client sees it.
 */
#ifndef VDPACTL_SIM_IOMMU_H
#define VDPACTL_SIM_IOMMU_H

#include <linux/completion.h>
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/refcount.h>

#include "compat.h"

/* A page request group index has nine bits: PCIe 6.0, 10.4.1.1 */
#define VDPACTL_SIM_PRG_MAX	511

/**
 * struct vdpactl_sim_prg - a page request group that was raised
 * @users: the channel that waits, and the response that is still to come
 * @done: completed by the response
 * @index: page request group index, free for reuse once the response came
 * @code: the response
 *
 * A channel may be stopped while its group sits unanswered in a fault queue,
 * so the response can outlive the one who waits for it, and the other way
 * round; whoever drops the last reference frees it.
 */
struct vdpactl_sim_prg {
	refcount_t users;
	struct completion done;
	u32 index;
	enum iommu_page_response_code code;
};

/**
 * struct vdpactl_sim_fault - what to ask for
 * @pasid: IOMMU_NO_PASID or the PASID
 * @write: whether write permission is wanted
 * @count: number of pages
 * @iova: address of each page
 */
struct vdpactl_sim_fault {
	u32 pasid;
	bool write;
	unsigned int count;
	u64 *iova;
};

struct vdpactl_iommu_event;

int vdpactl_sim_iommu_init(void);
void vdpactl_sim_iommu_exit(void);
int vdpactl_sim_iommu_adopt(struct device *dev);
void vdpactl_sim_iommu_disown(struct device *dev);

int vdpactl_sim_iommu_access(struct device *dev, u32 pasid, u64 iova,
			     void *buf, size_t len, bool write);
struct vdpactl_sim_prg *
vdpactl_sim_iommu_fault(struct device *dev, const struct vdpactl_sim_fault *f);
void vdpactl_sim_prg_put(struct vdpactl_sim_prg *prg);
#if VDPACTL_VIOMMU
void vdpactl_sim_iommu_event(struct device *dev, u32 pasid,
			     struct vdpactl_iommu_event *event);
#else
static inline void vdpactl_sim_iommu_event(struct device *dev, u32 pasid,
					   struct vdpactl_iommu_event *event)
{
}
#endif

#endif /* VDPACTL_SIM_IOMMU_H */
