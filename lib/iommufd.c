// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>

#include "compat-iommufd.h"
#include "iommufd.h"

static int call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

int iommufd_destroy(int fd, uint32_t id)
{
	struct iommufd_destroy cmd = { .size = sizeof(cmd), .id = id };

	return call(fd, IOMMUFD_DESTROY, &cmd);
}

int iommufd_ioas_alloc(int fd, uint32_t *out)
{
	struct iommufd_ioas_alloc cmd = { .size = sizeof(cmd) };
	int ret = call(fd, IOMMUFD_IOAS_ALLOC, &cmd);

	*out = cmd.out_ioas_id;
	return ret;
}

int iommufd_ioas_map(int fd, uint32_t ioas, uint64_t iova, void *memory, uint64_t length)
{
	struct iommufd_ioas_map cmd = {
		.size = sizeof(cmd),
		.flags = IOMMUFD_MAP_FIXED_IOVA | IOMMUFD_MAP_WRITE | IOMMUFD_MAP_READ,
		.ioas_id = ioas,
		.user_va = (uintptr_t)memory,
		.length = length,
		.iova = iova,
	};

	return call(fd, IOMMUFD_IOAS_MAP, &cmd);
}

int iommufd_ioas_unmap(int fd, uint32_t ioas, uint64_t iova, uint64_t length)
{
	struct iommufd_ioas_unmap cmd = {
		.size = sizeof(cmd),
		.ioas_id = ioas,
		.iova = iova,
		.length = length,
	};

	return call(fd, IOMMUFD_IOAS_UNMAP, &cmd);
}

int iommufd_hw_info(int fd, uint32_t device, uint32_t *type)
{
	struct iommufd_hw_info cmd = { .size = sizeof(cmd), .dev_id = device };
	int ret = call(fd, IOMMUFD_GET_HW_INFO, &cmd);

	*type = cmd.out_data_type;
	return ret;
}

int iommufd_hwpt_alloc(int fd, const struct iommufd_hwpt *hwpt, uint32_t *out)
{
	struct iommufd_hwpt_alloc cmd = {
		.size = sizeof(cmd),
		.flags = hwpt->flags,
		.dev_id = hwpt->device,
		.pt_id = hwpt->parent,
		.data_type = hwpt->type,
		.data_len = hwpt->size,
		.data_uptr = (uintptr_t)hwpt->data,
		.fault_id = hwpt->fault,
	};
	int ret = call(fd, IOMMUFD_HWPT_ALLOC, &cmd);

	*out = cmd.out_hwpt_id;
	return ret;
}

int iommufd_fault_alloc(int fd, uint32_t *out, int *out_fd)
{
	struct iommufd_fault_alloc cmd = { .size = sizeof(cmd) };
	int ret = call(fd, IOMMUFD_FAULT_ALLOC, &cmd);

	*out = cmd.out_fault_id;
	if (!ret)
		*out_fd = cmd.out_fault_fd;
	return ret;
}

int iommufd_viommu_alloc(int fd, uint32_t device, uint32_t parent, uint32_t type,
			 uint32_t *out)
{
	struct iommufd_viommu_alloc cmd = {
		.size = sizeof(cmd),
		.type = type,
		.dev_id = device,
		.hwpt_id = parent,
	};
	int ret = call(fd, IOMMUFD_VIOMMU_ALLOC, &cmd);

	*out = cmd.out_viommu_id;
	return ret;
}

int iommufd_vdevice_alloc(int fd, uint32_t device, uint32_t viommu, uint64_t virt_id,
			  uint32_t *out)
{
	struct iommufd_vdevice_alloc cmd = {
		.size = sizeof(cmd),
		.viommu_id = viommu,
		.dev_id = device,
		.virt_id = virt_id,
	};
	int ret = call(fd, IOMMUFD_VDEVICE_ALLOC, &cmd);

	*out = cmd.out_vdevice_id;
	return ret;
}

int iommufd_veventq_alloc(int fd, uint32_t viommu, uint32_t type, uint32_t depth,
			  uint32_t *out, int *out_fd)
{
	struct iommufd_veventq_alloc cmd = {
		.size = sizeof(cmd),
		.viommu_id = viommu,
		.type = type,
		.veventq_depth = depth,
	};
	int ret = call(fd, IOMMUFD_VEVENTQ_ALLOC, &cmd);

	*out = cmd.out_veventq_id;
	if (!ret)
		*out_fd = cmd.out_veventq_fd;
	return ret;
}

int vfio_bind(int device, int iommufd, uint32_t *out)
{
	struct vfio_cdev_bind cmd = { .argsz = sizeof(cmd), .iommufd = iommufd };
	int ret = call(device, VFIO_CDEV_BIND_IOMMUFD, &cmd);

	*out = cmd.out_devid;
	return ret;
}

int vfio_attach(int device, uint32_t pasid, uint32_t pt)
{
	struct vfio_cdev_attach cmd = {
		.argsz = sizeof(cmd),
		.flags = pasid ? VFIO_CDEV_PASID : 0,
		.pt_id = pt,
		.pasid = pasid,
	};

	return call(device, VFIO_CDEV_ATTACH_PT, &cmd);
}

int vfio_detach(int device, uint32_t pasid)
{
	struct vfio_cdev_detach cmd = {
		.argsz = sizeof(cmd),
		.flags = pasid ? VFIO_CDEV_PASID : 0,
		.pasid = pasid,
	};

	return call(device, VFIO_CDEV_DETACH_PT, &cmd);
}
