/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * iommufd and the device nodes of VFIO: a device, its address space, and the
 * queue its page requests go to.
 *
 * A chain is all of it for one device: iommufd, I/O address space, fault queue,
 * a page table that delivers page requests there (HWPT), the bound device, and
 * the attachment. See Documentation/userspace-api/iommufd.rst of the kernel.
 */
#ifndef VDPACTL_IOMMUFD_H
#define VDPACTL_IOMMUFD_H

#include <stdbool.h>
#include <stdint.h>

#include <vdpactl/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Number of PASIDs: 20 bits, PCIe 6.0, 6.20 */
#define VDPACTL_PASID_MAX	((1U << 20) - 1)

/**
 * struct vdpactl_vfio_device - a VFIO device with a node of its own
 * @node: "vfio0"
 * @parent: name of the device it stands for, "0000:01:00.0"
 * @path: "/dev/vfio/devices/vfio0"
 */
struct vdpactl_vfio_device {
	char node[64];
	char parent[128];
	char path[128];
};

/**
 * vdpactl_vfio_find() - look up a VFIO device
 * @name: its node's name or path, or the name of the device it stands for
 * @device: filled in
 *
 * Return: 0; -ENODEV: there is none of that name; -ENOTSUP: the kernel has no
 * VFIO device nodes, or the vfio module is not loaded.
 */
int vdpactl_vfio_find(const char *name, struct vdpactl_vfio_device *device,
		      struct vdpactl_error *err);

struct vdpactl_chain;

/**
 * struct vdpactl_chain_info - what a chain is made of
 * @iommufd: descriptor of the iommufd
 * @device: descriptor of the VFIO device
 * @fault: descriptor of the fault queue
 * @event: descriptor of the virtual IOMMU's event queue, or -1
 * @dev_id: the device, as faults name it
 * @ioas_id: the address space
 * @hwpt_id: the page table that is attached
 * @nested: it is a nested one
 * @pasid: attached PASID; 0: the device itself
 * @hw_type: kind of IOMMU, as IOMMU_GET_HW_INFO tells it
 *
 * The descriptors belong to the chain.
 */
struct vdpactl_chain_info {
	int iommufd;
	int device;
	int fault;
	int event;
	uint32_t dev_id;
	uint32_t ioas_id;
	uint32_t hwpt_id;
	bool nested;
	uint32_t pasid;
	uint32_t hw_type;
};

/**
 * struct vdpactl_chain_options - what chain to build
 * @pasid: attach this PASID instead of the device itself; 0: the device
 * @nested: use a nested page table even where a paging one would do
 * @events: also make a virtual IOMMU with an event queue; implies @nested
 * @offset: of the nested page table: address in the address space minus I/O
 *	virtual address
 * @event_depth: events that the event queue holds; 0: 1024
 * @no_attach: stop before attaching
 */
struct vdpactl_chain_options {
	uint32_t pasid;
	bool nested;
	bool events;
	uint64_t offset;
	uint32_t event_depth;
	bool no_attach;
};

/**
 * vdpactl_chain_new() - build a chain for a device
 *
 * Where the kernel delivers page requests only through nested page tables
 * (before 6.15), one is made if the IOMMU is vdpactl_sim's: its format of first
 * stages is the one that vdpactl knows.
 *
 * Return: the chain, or NULL with @err: EBUSY: another process holds the device;
 * EPERM: its interrupts are not isolated, see the hint; ENOTSUP: the kernel or
 * the IOMMU cannot do it, the message says what is missing; or another errno.
 */
struct vdpactl_chain *vdpactl_chain_new(const struct vdpactl_vfio_device *device,
					const struct vdpactl_chain_options *options,
					struct vdpactl_error *err);

/** vdpactl_chain_info() - what it is made of; lives as long as the chain */
const struct vdpactl_chain_info *vdpactl_chain_info(const struct vdpactl_chain *chain);

/**
 * vdpactl_chain_attach() - attach the device to the chain's page table
 *
 * For a chain that was detached, or built with @no_attach.
 */
int vdpactl_chain_attach(struct vdpactl_chain *chain, struct vdpactl_error *err);

/**
 * vdpactl_chain_replace() - move the device to a new page table
 *
 * It has the same address space and fault queue. The kernel answers the groups
 * that wait in the queue invalid.
 */
int vdpactl_chain_replace(struct vdpactl_chain *chain, struct vdpactl_error *err);

/** vdpactl_chain_detach() - detach the device; it can reach no memory then */
int vdpactl_chain_detach(struct vdpactl_chain *chain, struct vdpactl_error *err);

/**
 * vdpactl_chain_map() - let the device reach memory
 * @iova: I/O virtual address, page-aligned
 * @memory: page-aligned; must stay while it is mapped
 * @length: bytes, whole pages
 *
 * Return: 0; -EEXIST: something of that range is mapped; or another errno.
 */
int vdpactl_chain_map(struct vdpactl_chain *chain, uint64_t iova, void *memory,
		      uint64_t length, struct vdpactl_error *err);

/** vdpactl_chain_unmap() - undo vdpactl_chain_map() */
int vdpactl_chain_unmap(struct vdpactl_chain *chain, uint64_t iova, uint64_t length,
			struct vdpactl_error *err);

/**
 * vdpactl_chain_free() - take it all down, in order
 *
 * Detaches, which answers what waits in the fault queue, unbinds the device and
 * destroys what was made.
 */
void vdpactl_chain_free(struct vdpactl_chain *chain);

#ifdef __cplusplus
}
#endif
#endif
