/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels that the modules are built for, and
 * nothing else: the code proper is written against the newest kernel. What a
 * kernel has, compat.sh finds in its headers (VDPACTL_HAVE_...).
 */
#ifndef VDPACTL_COMPAT_H
#define VDPACTL_COMPAT_H

#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vdpa.h>

/*
 * struct iommu_ops, up to 6.12 and from 6.19 on; Kbuild leaves the virtual
 * IOMMU out in between.
 */
#ifdef VDPACTL_HAVE_NEW_IOMMU
#define VDPACTL_DOMAIN_ALLOC_NESTED	1
#define VDPACTL_IOPF_BY_ATTACH		1
#define VDPACTL_PASID_ATTACH		1
#define VDPACTL_VIOMMU			1
#define VDPACTL_VFIO_REGION_INFO_CAPS	1
#define VDPACTL_BIN_ATTR_CONST		const
#define VDPACTL_BIN_ATTRS(name)		const struct bin_attribute *const name[]
#define VDPACTL_HWPT_ALLOC_PASID	IOMMU_HWPT_ALLOC_PASID
#define VDPACTL_ATTACH_DEV(name) \
	int name(struct iommu_domain *domain, struct device *dev, \
		 struct iommu_domain *old)
#define VDPACTL_HW_INFO(name) \
	void *name(struct device *dev, u32 *length, \
		   enum iommu_hw_info_type *type)
#define VDPACTL_HW_INFO_REFUSED(type, ours) \
	((type) != IOMMU_HW_INFO_TYPE_DEFAULT && (u32)(type) != (ours))
#else
#define VDPACTL_DOMAIN_ALLOC_NESTED	0
#define VDPACTL_IOPF_BY_ATTACH		0
#define VDPACTL_PASID_ATTACH		0
#define VDPACTL_VIOMMU			0
#define VDPACTL_VFIO_REGION_INFO_CAPS	0
#define VDPACTL_BIN_ATTR_CONST
#define VDPACTL_BIN_ATTRS(name)		struct bin_attribute *name[]
#define VDPACTL_HWPT_ALLOC_PASID	0
#define VDPACTL_ATTACH_DEV(name) \
	int name(struct iommu_domain *domain, struct device *dev)
#define VDPACTL_HW_INFO(name) \
	void *name(struct device *dev, u32 *length, u32 *type)
#define VDPACTL_HW_INFO_REFUSED(type, ours)	false
#endif

/*
 * 6.18 gave vDPA parents mapping operations of their own; a parent without
 * them passes NULL and names its DMA device in another place than before.
 */
#ifdef VDPACTL_HAVE_VIRTIO_MAP_OPS
#define compat_vdpa_alloc_device(parent, ops, ngroups, nas, size, name) \
	__vdpa_alloc_device(parent, ops, NULL, ngroups, nas, size, name, false)

static inline void compat_vdpa_set_dma_dev(struct vdpa_device *vdev,
					   struct device *dev)
{
	vdev->vmap.dma_dev = dev;
}
#else
#define compat_vdpa_alloc_device(parent, ops, ngroups, nas, size, name) \
	__vdpa_alloc_device(parent, ops, ngroups, nas, size, name, false)

static inline void compat_vdpa_set_dma_dev(struct vdpa_device *vdev,
					   struct device *dev)
{
	vdev->dma_dev = dev;
}
#endif

/*
 * 6.11: where .get_vq_size is in struct vdpa_config_ops, and what a parent has
 * there. Without it the size of a virtqueue is known once it was set.
 */
#define COMPAT_NO_OP	SIZE_MAX
#ifdef VDPACTL_HAVE_GET_VQ_SIZE
#define COMPAT_GET_VQ_SIZE	offsetof(struct vdpa_config_ops, get_vq_size)
#define compat_get_vq_size(ops)	((ops)->get_vq_size)
#else
#define COMPAT_GET_VQ_SIZE	COMPAT_NO_OP
#define compat_get_vq_size(ops)	((u16 (*)(struct vdpa_device *, u16))NULL)
#endif

/* 6.9: the size of an array need not be said. */
#ifndef VDPACTL_HAVE_STRSCPY_OF_ARRAY
#define compat_strscpy1(dst, src) \
	((strscpy)(dst, src, sizeof(dst) + __must_be_array(dst)))
#define compat_strscpy2(dst, src, size)	((strscpy)(dst, src, size))
#define strscpy(dst, ...) \
	CONCATENATE(compat_strscpy, COUNT_ARGS(__VA_ARGS__))(dst, __VA_ARGS__)
#endif

/* 7.0 */
#ifndef kzalloc_obj
#define kzalloc_obj(obj)	kzalloc(sizeof(obj), GFP_KERNEL)
#endif

#endif /* VDPACTL_COMPAT_H */
