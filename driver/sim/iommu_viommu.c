// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual IOMMU objects of iommufd: nested domains made on one report their
 * failed transfers to its event queue.
 */
#include <linux/iommufd.h>
#include <linux/module.h>
#include <uapi/linux/vdpactl_sim.h>

#include "compat.h"
#include "iommu.h"
#include "iommu_priv.h"

#if VDPACTL_VIOMMU
MODULE_IMPORT_NS("IOMMUFD");

/**
 * struct vdpactl_sim_viommu - one virtual IOMMU
 * @core: iommufd's part, which also owns the memory
 * @parent: second stage of every nested domain made here; iommufd keeps it
 *
 * Like a domain it holds a reference to the module, see iommu.c.
 */
struct vdpactl_sim_viommu {
	struct iommufd_viommu core;
	struct iommu_domain *parent;
};

static struct vdpactl_sim_viommu *to_viommu(struct iommufd_viommu *core)
{
	return container_of(core, struct vdpactl_sim_viommu, core);
}

static void sim_viommu_destroy(struct iommufd_viommu *core)
{
	module_put(THIS_MODULE);
}

static struct iommu_domain *
sim_viommu_alloc_nested(struct iommufd_viommu *core, u32 flags,
			const struct iommu_user_data *user_data)
{
	struct vdpactl_sim_viommu *viommu = to_viommu(core);

	if (flags & ~VDPACTL_HWPT_ALLOC_PASID)
		return ERR_PTR(-EOPNOTSUPP);
	return vdpactl_sim_nested_alloc(viommu->parent, user_data, viommu);
}

static int sim_viommu_invalidate(struct iommufd_viommu *core,
				 struct iommu_user_data_array *array)
{
	return vdpactl_sim_invalidate(array);
}

static const struct iommufd_viommu_ops sim_viommu_ops = {
	.destroy		= sim_viommu_destroy,
	.alloc_domain_nested	= sim_viommu_alloc_nested,
	.cache_invalidate	= sim_viommu_invalidate,
};

size_t vdpactl_sim_viommu_size(struct device *dev, enum iommu_viommu_type type)
{
	if ((u32)type != VDPACTL_IOMMU_TYPE)
		return 0;
	return VIOMMU_STRUCT_SIZE(struct vdpactl_sim_viommu, core);
}

int vdpactl_sim_viommu_init(struct iommufd_viommu *core,
			    struct iommu_domain *parent,
			    const struct iommu_user_data *user_data)
{
	if (user_data)
		return -EOPNOTSUPP;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	to_viommu(core)->parent = parent;
	core->ops = &sim_viommu_ops;
	return 0;
}

/* What vdpactl_sim_iommu_event() hands through iommu_group_for_each_dev() */
struct sim_event {
	struct device *dev;
	u32 pasid;
	struct vdpactl_iommu_event *event;
};

static int sim_event(struct device *dev, void *data)
{
	struct sim_event *e = data;
	struct vdpactl_sim_viommu *viommu;
	unsigned long virt_id;

	if (dev != e->dev)
		return 0;
	viommu = vdpactl_sim_attached_viommu(dev, e->pasid);
	if (!viommu)
		return 0;
	if (!iommufd_viommu_get_vdev_id(&viommu->core, dev, &virt_id)) {
		e->event->flags |= VDPACTL_IOMMU_EVENT_VIRT_ID;
		e->event->virt_id = virt_id;
	}
	/* A full or missing queue is the reader's business: it sees the gap */
	iommufd_viommu_report_event(&viommu->core,
				    (enum iommu_veventq_type)VDPACTL_IOMMU_TYPE,
				    e->event, sizeof(*e->event));
	return 0;
}

/**
 * vdpactl_sim_iommu_event() - report a failed transfer to the virtual IOMMU
 * @dev: the client
 * @pasid: PASID of the transfer
 * @event: what to report; its virtual device ID is filled in here
 */
void vdpactl_sim_iommu_event(struct device *dev, u32 pasid,
			     struct vdpactl_iommu_event *event)
{
	struct sim_event e = { .dev = dev, .pasid = pasid, .event = event };

	iommu_group_for_each_dev(dev->iommu_group, &e, sim_event);
}
#endif /* VDPACTL_VIOMMU */
