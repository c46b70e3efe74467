/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the virtual IOMMU share among themselves.
 */
#ifndef VDPACTL_SIM_IOMMU_PRIV_H
#define VDPACTL_SIM_IOMMU_PRIV_H

#include <linux/iommu.h>

#include "compat.h"

struct iommufd_viommu;
struct vdpactl_sim_viommu;

struct iommu_domain *
vdpactl_sim_nested_alloc(struct iommu_domain *parent,
			 const struct iommu_user_data *user_data,
			 struct vdpactl_sim_viommu *viommu);
struct vdpactl_sim_viommu *
vdpactl_sim_attached_viommu(struct device *dev, u32 pasid);
int vdpactl_sim_invalidate(struct iommu_user_data_array *array);

#if VDPACTL_VIOMMU
size_t vdpactl_sim_viommu_size(struct device *dev, enum iommu_viommu_type type);
int vdpactl_sim_viommu_init(struct iommufd_viommu *core,
			    struct iommu_domain *parent,
			    const struct iommu_user_data *user_data);
#endif

#endif /* VDPACTL_SIM_IOMMU_PRIV_H */
