/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The I/O page fault half of the module, seen from main.c: the virtual IOMMU
 * and the DMA engine. It is built only where the kernel has iommufd, VFIO's
 * device nodes and I/O page faults; elsewhere the vDPA half stands alone.
 */
#ifndef VDPACTL_SIM_FAULTS_H
#define VDPACTL_SIM_FAULTS_H

#ifdef VDPACTL_SIM_FAULTS
int vdpactl_sim_dma_init(void);
void vdpactl_sim_dma_exit(void);
#else
static inline int vdpactl_sim_dma_init(void)
{
	return 0;
}

static inline void vdpactl_sim_dma_exit(void)
{
}
#endif

#endif /* VDPACTL_SIM_FAULTS_H */
