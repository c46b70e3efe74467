/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of <linux/iommufd.h> and of <linux/vfio.h>'s device node that
 * libvdpactl uses, under names of our own: the system's headers may be older
 * than the kernel (Debian 12's have no iommufd at all), and structures grow.
 * Every iommufd structure starts with its size, and the kernel takes any size
 * it knows. The kernel release that introduced each is noted.
 */
#ifndef VDPACTL_COMPAT_IOMMUFD_H
#define VDPACTL_COMPAT_IOMMUFD_H

#include <stdint.h>
#include <sys/ioctl.h>

#define IOMMUFD_IOCTL(nr)	_IO(';', (nr))

/* 6.2 */
#define IOMMUFD_DESTROY		IOMMUFD_IOCTL(0x80)
#define IOMMUFD_IOAS_ALLOC	IOMMUFD_IOCTL(0x81)
#define IOMMUFD_IOAS_MAP	IOMMUFD_IOCTL(0x85)
#define IOMMUFD_IOAS_UNMAP	IOMMUFD_IOCTL(0x86)
/* 6.6 */
#define IOMMUFD_HWPT_ALLOC	IOMMUFD_IOCTL(0x89)
#define IOMMUFD_GET_HW_INFO	IOMMUFD_IOCTL(0x8a)
/* 6.8 */
#define IOMMUFD_HWPT_INVALIDATE	IOMMUFD_IOCTL(0x8d)
/* 6.11 */
#define IOMMUFD_FAULT_ALLOC	IOMMUFD_IOCTL(0x8e)
/* 6.13 */
#define IOMMUFD_VIOMMU_ALLOC	IOMMUFD_IOCTL(0x90)
#define IOMMUFD_VDEVICE_ALLOC	IOMMUFD_IOCTL(0x91)
/* 6.15 */
#define IOMMUFD_VEVENTQ_ALLOC	IOMMUFD_IOCTL(0x93)

struct iommufd_destroy {
	uint32_t size;
	uint32_t id;
};

struct iommufd_ioas_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t out_ioas_id;
};

#define IOMMUFD_MAP_FIXED_IOVA	(1U << 0)
#define IOMMUFD_MAP_WRITE	(1U << 1)
#define IOMMUFD_MAP_READ	(1U << 2)

struct iommufd_ioas_map {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	uint32_t reserved;
	uint64_t user_va;
	uint64_t length;
	uint64_t iova;
};

struct iommufd_ioas_unmap {
	uint32_t size;
	uint32_t ioas_id;
	uint64_t iova;
	uint64_t length;
};

#define IOMMUFD_HWPT_NEST_PARENT	(1U << 0)	/* 6.7 */
#define IOMMUFD_HWPT_FAULT_ID_VALID	(1U << 2)	/* 6.11 */
#define IOMMUFD_HWPT_PASID		(1U << 3)	/* 6.14 */

/* As of 6.11; fault_id was not there before */
struct iommufd_hwpt_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t dev_id;
	uint32_t pt_id;
	uint32_t out_hwpt_id;
	uint32_t reserved;
	uint32_t data_type;
	uint32_t data_len;
	uint64_t data_uptr;
	uint32_t fault_id;
	uint32_t reserved2;
};

#define IOMMUFD_HW_INFO_NONE		0
#define IOMMUFD_HW_INFO_INTEL_VTD	1
#define IOMMUFD_HW_INFO_ARM_SMMUV3	2
#define IOMMUFD_HW_INFO_TEGRA241_CMDQV	3
#define IOMMUFD_HW_INFO_AMD		4

struct iommufd_hw_info {
	uint32_t size;
	uint32_t flags;
	uint32_t dev_id;
	uint32_t data_len;
	uint64_t data_uptr;
	uint32_t out_data_type;
	uint8_t out_max_pasid_log2;	/* 6.14 */
	uint8_t reserved[3];
	uint64_t out_capabilities;
};

struct iommufd_fault_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t out_fault_id;
	uint32_t out_fault_fd;
};

struct iommufd_viommu_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t type;
	uint32_t dev_id;
	uint32_t hwpt_id;
	uint32_t out_viommu_id;
	uint32_t data_len;
	uint32_t reserved;
	uint64_t data_uptr;
};

struct iommufd_vdevice_alloc {
	uint32_t size;
	uint32_t viommu_id;
	uint32_t dev_id;
	uint32_t out_vdevice_id;
	uint64_t virt_id;
};

struct iommufd_veventq_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t viommu_id;
	uint32_t type;
	uint32_t veventq_depth;
	uint32_t out_veventq_id;
	uint32_t out_veventq_fd;
	uint32_t reserved;
};

/* struct iommu_hwpt_pgfault, 6.11 */
#define IOMMUFD_PGFAULT_PASID_VALID	(1U << 0)
#define IOMMUFD_PGFAULT_LAST_PAGE	(1U << 1)

struct iommufd_pgfault {
	uint32_t flags;
	uint32_t dev_id;
	uint32_t pasid;
	uint32_t grpid;
	uint32_t perm;
	uint32_t reserved;
	uint64_t addr;
	uint32_t length;
	uint32_t cookie;
};

struct iommufd_page_response {
	uint32_t cookie;
	uint32_t code;
};

/* struct iommufd_vevent_header, 6.15 */
#define IOMMUFD_VEVENT_LOST		(1U << 0)

struct iommufd_vevent {
	uint32_t flags;
	uint32_t sequence;
};

/* VFIO's device node, 6.6; PASIDs 6.15 */
#define VFIO_IOCTL(nr)			_IO(';', 100 + (nr))
#define VFIO_CDEV_BIND_IOMMUFD		VFIO_IOCTL(18)
#define VFIO_CDEV_ATTACH_PT		VFIO_IOCTL(19)
#define VFIO_CDEV_DETACH_PT		VFIO_IOCTL(20)
#define VFIO_CDEV_PASID			(1U << 0)

struct vfio_cdev_bind {
	uint32_t argsz;
	uint32_t flags;
	int32_t iommufd;
	uint32_t out_devid;
};

struct vfio_cdev_attach {
	uint32_t argsz;
	uint32_t flags;
	uint32_t pt_id;
	uint32_t pasid;
};

struct vfio_cdev_detach {
	uint32_t argsz;
	uint32_t flags;
	uint32_t pasid;
};

#endif
