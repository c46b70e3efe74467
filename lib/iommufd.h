/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each ioctl of iommufd and of a VFIO device node that a chain needs. Every
 * function returns 0 or a negative errno; an ID or descriptor goes to *@out.
 */
#ifndef LIB_IOMMUFD_H
#define LIB_IOMMUFD_H

#include <stddef.h>
#include <stdint.h>

/** ENOTTY, EOPNOTSUPP: the kernel is too old; from any of them */

int iommufd_destroy(int fd, uint32_t id);
int iommufd_ioas_alloc(int fd, uint32_t *out);

/** EEXIST: something is mapped there; ERANGE, EADDRINUSE: out of reach or reserved */
int iommufd_ioas_map(int fd, uint32_t ioas, uint64_t iova, void *memory, uint64_t length);
int iommufd_ioas_unmap(int fd, uint32_t ioas, uint64_t iova, uint64_t length);

/** @type: the IOMMU's kind, IOMMUFD_HW_INFO_* or VDPACTL_IOMMU_TYPE */
int iommufd_hw_info(int fd, uint32_t device, uint32_t *type);

/**
 * struct iommufd_hwpt - the page table to make
 * @device: for this device
 * @parent: I/O address space, nesting parent, or virtual IOMMU
 * @flags: IOMMUFD_HWPT_*
 * @fault: fault queue, with IOMMUFD_HWPT_FAULT_ID_VALID
 * @type: format of @data; 0 with none
 * @data: first stage of a nested page table
 * @size: bytes of @data
 */
struct iommufd_hwpt {
	uint32_t device;
	uint32_t parent;
	uint32_t flags;
	uint32_t fault;
	uint32_t type;
	const void *data;
	size_t size;
};

int iommufd_hwpt_alloc(int fd, const struct iommufd_hwpt *hwpt, uint32_t *out);
int iommufd_fault_alloc(int fd, uint32_t *out, int *out_fd);
int iommufd_viommu_alloc(int fd, uint32_t device, uint32_t parent, uint32_t type,
			 uint32_t *out);
int iommufd_vdevice_alloc(int fd, uint32_t device, uint32_t viommu, uint64_t virt_id,
			  uint32_t *out);
int iommufd_veventq_alloc(int fd, uint32_t viommu, uint32_t type, uint32_t depth,
			  uint32_t *out, int *out_fd);

/** EBUSY: another process holds it; EPERM: unsafe interrupts; EINVAL: no group */
int vfio_bind(int device, int iommufd, uint32_t *out);

/** @pasid: 0 for the device itself. A second attach replaces the first. */
int vfio_attach(int device, uint32_t pasid, uint32_t pt);
int vfio_detach(int device, uint32_t pasid);

#endif
