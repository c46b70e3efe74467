/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vhost-vdpa character device: one function for each of its ioctls
 * (linux/vhost.h) and for each IOTLB message (linux/vhost_types.h).
 *
 * Opening the chardev RESETS the device, closing it resets it again, and nothing
 * that was bound, mapped or set in between outlasts the closing. Only one process
 * can have it open.
 *
 * Every function that can fail returns 0 or a negative errno value and tells in
 * the caller's struct vdpactl_error what it means here. Beside those that are
 * listed with a function, these are possible:
 *   -EPERM: this process does not own the device, see vdpactl_vhost_set_owner()
 *   -ENOTTY: the kernel is older than the operation
 *   -EOPNOTSUPP: the parent driver has no such operation
 *   -ENOBUFS: the device has no virtqueue with this index
 */
#ifndef VDPACTL_VHOST_H
#define VDPACTL_VHOST_H

#include <stddef.h>
#include <stdint.h>

#include <vdpactl/error.h>
#include <vdpactl/state.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vdpactl_vhost - an open chardev
 */
struct vdpactl_vhost;

/**
 * vdpactl_vhost_open() - open the chardev of a device, which resets the device
 * @name: name of the vDPA device
 * @vhost: the result, for vdpactl_vhost_close()
 *
 * Return: 0; -ENODEV: no such device; -ENXIO: not bound to vhost_vdpa; -EBUSY:
 * another process has it open, which the message names; -EACCES; -ENOENT: the
 * node in /dev is missing; -EOPNOTSUPP: the device does its DMA through a
 * platform IOMMU that is not cache coherent; another errno value of the parent
 * driver's reset
 */
int vdpactl_vhost_open(const char *name, struct vdpactl_vhost **vhost,
		       struct vdpactl_error *err);

/**
 * vdpactl_vhost_close() - close the chardev, which resets the device and unmaps
 * everything
 * @vhost: may be NULL
 */
void vdpactl_vhost_close(struct vdpactl_vhost *vhost);

/** vdpactl_vhost_fd() - the file descriptor; still owned by @vhost */
int vdpactl_vhost_fd(const struct vdpactl_vhost *vhost);

/**
 * vdpactl_vhost_set_owner() - make this process the owner (VHOST_SET_OWNER)
 *
 * Everything about virtqueues and maps needs it first.
 *
 * Return: 0; -EBUSY: it has an owner already
 */
int vdpactl_vhost_set_owner(struct vdpactl_vhost *vhost, struct vdpactl_error *err);

/** vdpactl_vhost_get_device_id() - the virtio device id: 1 network, 2 block */
int vdpactl_vhost_get_device_id(struct vdpactl_vhost *vhost, uint32_t *id,
				struct vdpactl_error *err);

/** vdpactl_vhost_get_status() - the virtio device status */
int vdpactl_vhost_get_status(struct vdpactl_vhost *vhost, uint8_t *status,
			     struct vdpactl_error *err);

/**
 * vdpactl_vhost_set_status() - write the virtio device status
 * @status: 0 is a reset; anything else must have every bit that is set now
 *
 * A reset cleans the maps (VDPA_RESET_F_CLEAN_MAP) of a parent driver that once
 * did so, unless the backend feature IOTLB_PERSIST was set. The kernel does not
 * tell whether the device took the status: read it back.
 *
 * Return: 0; -EINVAL: a bit would be cleared; another errno value of the parent
 * driver's reset
 */
int vdpactl_vhost_set_status(struct vdpactl_vhost *vhost, uint8_t status,
			     struct vdpactl_error *err);

/** vdpactl_vhost_get_features() - the virtio features that the device offers */
int vdpactl_vhost_get_features(struct vdpactl_vhost *vhost, uint64_t *features,
			       struct vdpactl_error *err);

/**
 * vdpactl_vhost_set_features() - set the virtio features that the driver accepts
 *
 * Return: 0; -EBUSY: FEATURES_OK is set; -EINVAL: the parent driver refuses them
 */
int vdpactl_vhost_set_features(struct vdpactl_vhost *vhost, uint64_t features,
			       struct vdpactl_error *err);

/** vdpactl_vhost_get_backend_features() - the VHOST_BACKEND_F_* bits on offer */
int vdpactl_vhost_get_backend_features(struct vdpactl_vhost *vhost, uint64_t *features,
				       struct vdpactl_error *err);

/**
 * vdpactl_vhost_set_backend_features() - accept backend features
 *
 * Return: 0; -EINVAL: DESC_ASID without IOTLB_ASID; -EOPNOTSUPP: the kernel or
 * the parent driver does not have one of them
 */
int vdpactl_vhost_set_backend_features(struct vdpactl_vhost *vhost, uint64_t features,
				       struct vdpactl_error *err);

/** vdpactl_vhost_get_config_size() - size of the configuration space, in bytes */
int vdpactl_vhost_get_config_size(struct vdpactl_vhost *vhost, uint32_t *size,
				  struct vdpactl_error *err);

/**
 * vdpactl_vhost_get_config() - read from the configuration space
 * @offset: first byte
 * @data: where to
 * @length: number of bytes, above 0
 *
 * Return: 0; -EINVAL: not all of it is within the configuration space; -ENOMEM
 */
int vdpactl_vhost_get_config(struct vdpactl_vhost *vhost, uint32_t offset, void *data,
			     uint32_t length, struct vdpactl_error *err);

/** vdpactl_vhost_set_config() - write to it; else as vdpactl_vhost_get_config() */
int vdpactl_vhost_set_config(struct vdpactl_vhost *vhost, uint32_t offset,
			     const void *data, uint32_t length, struct vdpactl_error *err);

/**
 * vdpactl_vhost_set_config_call() - an eventfd for changes of the configuration
 * @fd: an eventfd, or -1 for none
 *
 * Return: 0; -EBADF, -EINVAL: not an eventfd
 */
int vdpactl_vhost_set_config_call(struct vdpactl_vhost *vhost, int fd,
				  struct vdpactl_error *err);

/** vdpactl_vhost_get_vqs_count() - number of virtqueues; since Linux 5.18 */
int vdpactl_vhost_get_vqs_count(struct vdpactl_vhost *vhost, uint32_t *count,
				struct vdpactl_error *err);

/** vdpactl_vhost_get_group_num() - number of virtqueue groups; since Linux 5.19 */
int vdpactl_vhost_get_group_num(struct vdpactl_vhost *vhost, uint32_t *count,
				struct vdpactl_error *err);

/** vdpactl_vhost_get_as_num() - number of address spaces; since Linux 5.19 */
int vdpactl_vhost_get_as_num(struct vdpactl_vhost *vhost, uint32_t *count,
			     struct vdpactl_error *err);

/**
 * vdpactl_vhost_get_iova_range() - the addresses that can be mapped
 * @first: the first
 * @last: the last
 */
int vdpactl_vhost_get_iova_range(struct vdpactl_vhost *vhost, uint64_t *first,
				 uint64_t *last, struct vdpactl_error *err);

/** vdpactl_vhost_suspend() - stop the device; does nothing before DRIVER_OK */
int vdpactl_vhost_suspend(struct vdpactl_vhost *vhost, struct vdpactl_error *err);

/** vdpactl_vhost_resume() - go on; does nothing before DRIVER_OK; since Linux 6.3 */
int vdpactl_vhost_resume(struct vdpactl_vhost *vhost, struct vdpactl_error *err);

/**
 * vdpactl_vhost_set_group_asid() - bind a virtqueue group to an address space
 *
 * Return: 0; -EINVAL: no such group or address space; -ENOBUFS: the group
 * is there, but its number is not below that of the virtqueues, and the kernel
 * takes no other; -EBUSY: DRIVER_OK is set (from Linux 7.2 on)
 */
int vdpactl_vhost_set_group_asid(struct vdpactl_vhost *vhost, uint32_t group,
				 uint32_t asid, struct vdpactl_error *err);

/* ---- virtqueues; @vq is an index from 0 ------------------------------------ */

/** vdpactl_vhost_get_vq_size_max() - the largest size that a ring may have */
int vdpactl_vhost_get_vq_size_max(struct vdpactl_vhost *vhost, uint16_t *size,
				  struct vdpactl_error *err);

/** vdpactl_vhost_get_vq_size() - the size of a ring, in entries; since Linux 6.10 */
int vdpactl_vhost_get_vq_size(struct vdpactl_vhost *vhost, uint32_t vq, uint32_t *size,
			      struct vdpactl_error *err);

/**
 * vdpactl_vhost_set_vq_size() - set it (VHOST_SET_VRING_NUM)
 * @size: a power of two, at most vdpactl_vhost_get_vq_size_max()
 *
 * Return: 0; -EINVAL: it is not
 */
int vdpactl_vhost_set_vq_size(struct vdpactl_vhost *vhost, uint32_t vq, uint32_t size,
			      struct vdpactl_error *err);

/**
 * vdpactl_vhost_get_vq_base() - the next available entry that the device looks at
 *
 * For a packed ring bit 15 is the wrap counter, and bits 16 to 31 are the same
 * for the used entries.
 */
int vdpactl_vhost_get_vq_base(struct vdpactl_vhost *vhost, uint32_t vq, uint32_t *base,
			      struct vdpactl_error *err);

/**
 * vdpactl_vhost_set_vq_base() - set it
 *
 * Return: 0; -EINVAL: above 65535 for a split ring, or DRIVER_OK is set and the
 * device is not suspended
 */
int vdpactl_vhost_set_vq_base(struct vdpactl_vhost *vhost, uint32_t vq, uint32_t base,
			      struct vdpactl_error *err);

/**
 * vdpactl_vhost_set_vq_addr() - say where a ring lies
 * @desc: IOVA of the descriptor table
 * @avail: IOVA of the available ring (driver area); a multiple of 2
 * @used: IOVA of the used ring (device area); a multiple of 4
 *
 * Return: 0; -EINVAL: not aligned, DRIVER_OK is set and the device is not
 * suspended, or the parent driver refuses them
 */
int vdpactl_vhost_set_vq_addr(struct vdpactl_vhost *vhost, uint32_t vq, uint64_t desc,
			      uint64_t avail, uint64_t used, struct vdpactl_error *err);

/** vdpactl_vhost_set_vq_enable() - let the device process a virtqueue, or not */
int vdpactl_vhost_set_vq_enable(struct vdpactl_vhost *vhost, uint32_t vq, bool enable,
				struct vdpactl_error *err);

/**
 * vdpactl_vhost_set_vq_kick() - the eventfd that tells the device of new entries
 * @fd: an eventfd, or -1 for none
 *
 * Return: 0; -EBADF, -EINVAL: not an eventfd
 */
int vdpactl_vhost_set_vq_kick(struct vdpactl_vhost *vhost, uint32_t vq, int fd,
			      struct vdpactl_error *err);

/** vdpactl_vhost_set_vq_call() - the eventfd that the device signals; as the kick */
int vdpactl_vhost_set_vq_call(struct vdpactl_vhost *vhost, uint32_t vq, int fd,
			      struct vdpactl_error *err);

/**
 * vdpactl_vhost_get_vq_group() - the group of a virtqueue; since Linux 5.19
 *
 * Return: 0; -EIO: the parent driver names a group that the device does not have
 */
int vdpactl_vhost_get_vq_group(struct vdpactl_vhost *vhost, uint32_t vq, uint32_t *group,
			       struct vdpactl_error *err);

/**
 * vdpactl_vhost_get_vq_desc_group() - the group of its descriptor table and rings;
 * since Linux 6.7
 *
 * Return: 0; -EOPNOTSUPP: the parent driver has no descriptor groups; -EIO: as
 * vdpactl_vhost_get_vq_group()
 */
int vdpactl_vhost_get_vq_desc_group(struct vdpactl_vhost *vhost, uint32_t vq,
				    uint32_t *group, struct vdpactl_error *err);

/* ---- maps ------------------------------------------------------------------- */

/*
 * The kernel answers -EFAULT to every IOTLB message that it refuses. These
 * functions find out why, and return the reason instead:
 *   -EINVAL: no such address space; outside of the IOVA range; a batch for another
 *	address space is open; an ASID above 0 without the backend feature
 *	IOTLB_ASID, which the kernel would take for ASID 0
 *   -EEXIST: no other reason is left than that the range overlaps a map, or that
 *	the parent driver refused it
 *   -ENOMEM: as -EEXIST, and it may also be that more than RLIMIT_MEMLOCK would be
 *	mapped; not every parent driver needs the memory to be locked
 */

/**
 * vdpactl_vhost_map() - map memory of this process
 * @asid: address space
 * @iova: first address the device will use
 * @size: in bytes, above 0
 * @memory: what is behind it, at the same offset in its page as @iova; must stay
 *	until it is unmapped or the chardev is closed. A parent driver that works on
 *	virtual addresses maps only what is shared memory of a file (memfd).
 * @perm: VDPACTL_PERM_*: what the device may do
 */
int vdpactl_vhost_map(struct vdpactl_vhost *vhost, uint32_t asid, uint64_t iova,
		      uint64_t size, void *memory, unsigned int perm,
		      struct vdpactl_error *err);

/**
 * vdpactl_vhost_unmap() - undo the maps that lie in a range
 *
 * Return: 0, also where nothing was mapped; -EINVAL: also for an address space in
 * which nothing was ever mapped
 */
int vdpactl_vhost_unmap(struct vdpactl_vhost *vhost, uint32_t asid, uint64_t iova,
			uint64_t size, struct vdpactl_error *err);

/**
 * vdpactl_vhost_batch_begin() - let the parent driver see the maps that follow in
 * one go, at vdpactl_vhost_batch_end()
 */
int vdpactl_vhost_batch_begin(struct vdpactl_vhost *vhost, uint32_t asid,
			      struct vdpactl_error *err);

/** vdpactl_vhost_batch_end() - the end of it, for the same address space */
int vdpactl_vhost_batch_end(struct vdpactl_vhost *vhost, uint32_t asid,
			    struct vdpactl_error *err);

/* ---- all of it ---------------------------------------------------------------- */

/**
 * vdpactl_vhost_state() - everything that the chardev can tell
 * @state: the result, for vdpactl_state_clear(); what the parent driver or the
 *	kernel does not have, or what only the owner may ask, is marked as not known
 *
 * Bindings cannot be read. Those that were made with this @vhost are remembered,
 * and all others are those of the reset that opening was: ASID 0.
 *
 * Return: 0, or what one of the ioctls returned that must work
 */
int vdpactl_vhost_state(struct vdpactl_vhost *vhost, struct vdpactl_state *state,
			struct vdpactl_error *err);

#ifdef __cplusplus
}
#endif
#endif
