/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * vdpactl_sim: the virtual IOMMU and the DMA engine behind it.
 *
 * The DMA engine is a VFIO device with a node in /dev/vfio/devices/. It has two
 * regions, reached with pread() and pwrite() (neither can be mmapped):
 *
 *   region 0  registers, little endian, see VDPACTL_DMA_REG_*
 *   region 1  the engine's own memory, source or target of every transfer
 *
 * A register is accessed whole, at its own offset: four or eight bytes as the
 * table says. An eight-byte register can also be accessed as two of four
 * bytes, low half first. Anything else fails with EINVAL and does nothing.
 *
 * A channel runs one transfer at a time; channels run independently of each
 * other. To start a transfer write the channel's parameters and then
 * VDPACTL_DMA_START to its control register. Parameters of a running channel
 * are read-only: writing them fails with EBUSY.
 *
 * The engine translates page by page through the domain attached to the
 * transfer's PASID. A page that is missing or lacks the permission raises a
 * page request group: one request for that page and one for each further
 * unmapped page of the transfer up to the channel's group size, the last
 * marked LAST_PAGE. The channel then waits for the response. Success makes it
 * translate again, at most "retries" times for one page; invalid ends the
 * transfer.
 *
 * The same transfers can be started through sysfs, see the attributes
 * "transfer", "channels", "memory" and "counters" of the platform device.
 */
#ifndef _UAPI_LINUX_VDPACTL_SIM_H
#define _UAPI_LINUX_VDPACTL_SIM_H

#include <linux/types.h>

/* VFIO region indices */
#define VDPACTL_DMA_REGION_REGISTERS	0
#define VDPACTL_DMA_REGION_MEMORY	1
#define VDPACTL_DMA_REGIONS		2

#define VDPACTL_DMA_MAGIC		0x41445056	/* "VPDA" */
#define VDPACTL_DMA_VERSION		1
#define VDPACTL_DMA_CHANNELS		16
#define VDPACTL_DMA_MEMORY_SIZE		(1U << 20)
#define VDPACTL_DMA_GROUP_MAX		32
#define VDPACTL_DMA_REGISTERS_SIZE	4096

/* Device registers, all read-only */
#define VDPACTL_DMA_REG_MAGIC		0x00	/* u32 VDPACTL_DMA_MAGIC */
#define VDPACTL_DMA_REG_VERSION		0x04	/* u32 VDPACTL_DMA_VERSION */
#define VDPACTL_DMA_REG_CHANNELS	0x08	/* u32 number of channels */
#define VDPACTL_DMA_REG_MEMORY_SIZE	0x0c	/* u32 bytes in region 1 */
#define VDPACTL_DMA_REG_GROUPS		0x10	/* u64 page request groups raised */
#define VDPACTL_DMA_REG_REQUESTS	0x18	/* u64 page requests in them */
#define VDPACTL_DMA_REG_SUCCESS		0x20	/* u64 groups answered success */
#define VDPACTL_DMA_REG_INVALID		0x28	/* u64 groups answered invalid */
#define VDPACTL_DMA_REG_FAILURE		0x30	/* u64 groups the kernel gave up */
#define VDPACTL_DMA_REG_STOPPED		0x38	/* u64 groups nobody waited for */

/* Channel registers: channel C is at VDPACTL_DMA_REG_CHANNEL(C) */
#define VDPACTL_DMA_CHANNEL_BASE	0x100
#define VDPACTL_DMA_CHANNEL_STRIDE	0x40
#define VDPACTL_DMA_REG_CHANNEL(c)	\
	(VDPACTL_DMA_CHANNEL_BASE + (c) * VDPACTL_DMA_CHANNEL_STRIDE)

#define VDPACTL_DMA_CH_IOVA		0x00	/* u64 I/O virtual address */
#define VDPACTL_DMA_CH_LENGTH		0x08	/* u32 bytes, 1 to the memory size */
#define VDPACTL_DMA_CH_PASID		0x0c	/* u32, 0 is a request without PASID */
#define VDPACTL_DMA_CH_DIRECTION	0x10	/* u32 enum vdpactl_dma_direction */
#define VDPACTL_DMA_CH_MEMORY		0x14	/* u32 offset in region 1 */
#define VDPACTL_DMA_CH_GROUP		0x18	/* u32 requests per group, 1 to 32 */
#define VDPACTL_DMA_CH_RETRIES		0x1c	/* u32 successes without a mapping */
#define VDPACTL_DMA_CH_CONTROL		0x20	/* u32 write only, enum vdpactl_dma_control */
#define VDPACTL_DMA_CH_STATUS		0x24	/* u32 read only, enum vdpactl_dma_status */
#define VDPACTL_DMA_CH_DONE		0x28	/* u32 read only, bytes transferred */
#define VDPACTL_DMA_CH_ERROR		0x2c	/* u32 read only, enum vdpactl_dma_error */
#define VDPACTL_DMA_CH_GROUPS		0x30	/* u32 read only, groups of this transfer */
#define VDPACTL_DMA_CH_REQUESTS		0x34	/* u32 read only, requests in them */

/**
 * enum vdpactl_dma_direction - which way the data goes
 * @VDPACTL_DMA_READ: from the IOVA to the engine's memory
 * @VDPACTL_DMA_WRITE: from the engine's memory to the IOVA
 */
enum vdpactl_dma_direction {
	VDPACTL_DMA_READ = 0,
	VDPACTL_DMA_WRITE = 1,
};

/**
 * enum vdpactl_dma_control - commands to a channel
 * @VDPACTL_DMA_START: start the transfer; EBUSY when one is running, EINVAL
 *	when a parameter is out of range
 * @VDPACTL_DMA_STOP: end the running transfer with VDPACTL_DMA_ERR_STOPPED
 */
enum vdpactl_dma_control {
	VDPACTL_DMA_START = 1,
	VDPACTL_DMA_STOP = 2,
};

/**
 * enum vdpactl_dma_status - what a channel is doing
 * @VDPACTL_DMA_IDLE: nothing was started since the device was opened
 * @VDPACTL_DMA_RUNNING: moving data
 * @VDPACTL_DMA_WAITING: stalled until its page request group is answered
 * @VDPACTL_DMA_DONE: all bytes were transferred
 * @VDPACTL_DMA_FAILED: ended early, the error register says why
 */
enum vdpactl_dma_status {
	VDPACTL_DMA_IDLE = 0,
	VDPACTL_DMA_RUNNING = 1,
	VDPACTL_DMA_WAITING = 2,
	VDPACTL_DMA_DONE = 3,
	VDPACTL_DMA_FAILED = 4,
};

/**
 * enum vdpactl_dma_error - why a transfer failed
 * @VDPACTL_DMA_ERR_NONE: it did not
 * @VDPACTL_DMA_ERR_INVALID: a page request was answered invalid, or nothing
 *	that takes page requests is attached
 * @VDPACTL_DMA_ERR_RETRIES: success was answered, and the page still was not
 *	there after as many retries as the channel allows
 * @VDPACTL_DMA_ERR_STOPPED: stopped, reset, or the device was closed
 * @VDPACTL_DMA_ERR_RESOURCE: the kernel ran out of memory, or all 512 page
 *	request group indices were in flight
 */
enum vdpactl_dma_error {
	VDPACTL_DMA_ERR_NONE = 0,
	VDPACTL_DMA_ERR_INVALID = 1,
	VDPACTL_DMA_ERR_RETRIES = 2,
	VDPACTL_DMA_ERR_STOPPED = 3,
	VDPACTL_DMA_ERR_RESOURCE = 4,
};

/*
 * The virtual IOMMU's types of user data. One number stands for them all:
 * IOMMU_GET_HW_INFO's out_data_type, IOMMU_HWPT_ALLOC's and
 * IOMMU_HWPT_INVALIDATE's data_type, IOMMU_VIOMMU_ALLOC's and
 * IOMMU_VEVENTQ_ALLOC's type.
 */
#define VDPACTL_IOMMU_TYPE		0x76647061	/* "vdpa" */

/**
 * struct vdpactl_iommu_info - IOMMU_GET_HW_INFO data
 * @version: 1
 * @nested_type: data_type that a nested HWPT wants, VDPACTL_IOMMU_TYPE
 * @last_iova: last address that can be mapped
 */
struct vdpactl_iommu_info {
	__u32 version;
	__u32 nested_type;
	__aligned_u64 last_iova;
};

/**
 * struct vdpactl_iommu_nested - IOMMU_HWPT_ALLOC data of a nested HWPT
 * @first: first address that stage 1 translates, page-aligned
 * @last: last address that stage 1 translates, the end of a page
 * @offset: what stage 1 adds to it, modulo 2^64, page-aligned
 *
 * Stage 1 is one window: [@first, @last] becomes [@first + @offset,
 * @last + @offset] and is then translated by the parent. { 0, ~0, 0 } passes
 * every address on as it is. What lies outside the window faults.
 */
struct vdpactl_iommu_nested {
	__aligned_u64 first;
	__aligned_u64 last;
	__aligned_u64 offset;
};

/**
 * struct vdpactl_iommu_invalidate - IOMMU_HWPT_INVALIDATE entry
 * @iova: first address to invalidate
 * @length: bytes
 *
 * The virtual IOMMU caches nothing, so this only checks its arguments.
 */
struct vdpactl_iommu_invalidate {
	__aligned_u64 iova;
	__aligned_u64 length;
};

/**
 * struct vdpactl_iommu_event - IOMMU_VEVENTQ_ALLOC data
 * @flags: VDPACTL_IOMMU_EVENT_*
 * @error: enum vdpactl_dma_error
 * @virt_id: IOMMU_VDEVICE_ALLOC's virt_id, with VDPACTL_IOMMU_EVENT_VIRT_ID
 * @iova: where the transfer ended
 * @pasid: PASID of the transfer, 0 without
 * @channel: channel of the transfer
 *
 * Reported for each transfer that fails for want of a translation through a
 * nested HWPT that was allocated on a virtual IOMMU.
 */
struct vdpactl_iommu_event {
	__u32 flags;
	__u32 error;
	__aligned_u64 virt_id;
	__aligned_u64 iova;
	__u32 pasid;
	__u32 channel;
};

#define VDPACTL_IOMMU_EVENT_VIRT_ID	(1U << 0)
#define VDPACTL_IOMMU_EVENT_WRITE	(1U << 1)

#endif /* _UAPI_LINUX_VDPACTL_SIM_H */
