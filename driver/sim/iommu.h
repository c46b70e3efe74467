/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual IOMMU half of the module, seen from main.c. It is built only
 * where iommufd is reachable; elsewhere the vDPA half stands alone.
 */
#ifndef VDPACTL_SIM_IOMMU_H
#define VDPACTL_SIM_IOMMU_H

static inline int vdpactl_sim_iommu_init(void)
{
	return 0;
}

static inline void vdpactl_sim_iommu_exit(void)
{
}

#endif /* VDPACTL_SIM_IOMMU_H */
