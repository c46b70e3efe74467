/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DMA engine behind the virtual IOMMU.
 */
#ifndef VDPACTL_SIM_DMA_H
#define VDPACTL_SIM_DMA_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/vfio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/linux/vdpactl_sim.h>

struct vdpactl_sim_dma;
struct vdpactl_sim_prg;

/**
 * struct vdpactl_sim_transfer - what one transfer does
 * @iova: I/O virtual address
 * @length: bytes
 * @pasid: 0 or a PASID
 * @direction: enum vdpactl_dma_direction
 * @memory: offset in the engine's memory
 * @group: page requests per group
 * @retries: how often a page is translated again after success
 */
struct vdpactl_sim_transfer {
	u64 iova;
	u32 length;
	u32 pasid;
	u32 direction;
	u32 memory;
	u32 group;
	u32 retries;
};

/**
 * struct vdpactl_sim_channel - runs one transfer at a time
 * @dma: the engine
 * @work: runs the transfer
 * @t: its parameters; changed only while no transfer runs
 * @prg: the group it waits for, with a reference, or NULL
 * @stop: the transfer shall end
 * @status: enum vdpactl_dma_status
 * @done: bytes transferred
 * @error: enum vdpactl_dma_error
 * @groups: page request groups raised
 * @requests: page requests in them
 *
 * Everything is under @dma's lock, except that @work reads @t without it:
 * nobody writes @t while @status says that a transfer runs.
 */
struct vdpactl_sim_channel {
	struct vdpactl_sim_dma *dma;
	struct work_struct work;
	struct vdpactl_sim_transfer t;
	struct vdpactl_sim_prg *prg;
	bool stop;
	u32 status;
	u32 done;
	u32 error;
	u32 groups;
	u32 requests;
};

/**
 * struct vdpactl_sim_dma - the engine
 * @vdev: its VFIO device
 * @dev: its platform device
 * @lock: see struct vdpactl_sim_channel; also the counters
 * @ended: woken when a transfer ends
 * @memory: VDPACTL_DMA_MEMORY_SIZE bytes. Channels and user space access it
 *	at the same time, as they would a device's: what they then see is their
 *	own business
 * @counters: VDPACTL_DMA_REG_GROUPS and those that follow
 * @channels: the channels
 */
struct vdpactl_sim_dma {
	struct vfio_device vdev;
	struct device *dev;
	struct mutex lock; /* see above */
	wait_queue_head_t ended;
	void *memory;
	struct {
		u64 groups;
		u64 requests;
		u64 success;
		u64 invalid;
		u64 failure;
		u64 stopped;
	} counters;
	struct vdpactl_sim_channel channels[VDPACTL_DMA_CHANNELS];
};

static inline bool
vdpactl_sim_channel_busy(const struct vdpactl_sim_channel *ch)
{
	return ch->status == VDPACTL_DMA_RUNNING ||
	       ch->status == VDPACTL_DMA_WAITING;
}

extern const struct attribute_group *vdpactl_sim_dma_groups[];

int vdpactl_sim_dma_start(struct vdpactl_sim_channel *ch);
void vdpactl_sim_dma_stop(struct vdpactl_sim_channel *ch);
void vdpactl_sim_dma_reset(struct vdpactl_sim_dma *dma);
int vdpactl_sim_dma_setup(struct vdpactl_sim_dma *dma, struct device *dev);
void vdpactl_sim_dma_teardown(struct vdpactl_sim_dma *dma);

struct vdpactl_sim_dma *vdpactl_sim_dma_alloc(struct device *dev);
int vdpactl_sim_dma_register(struct vdpactl_sim_dma *dma);
void vdpactl_sim_dma_unregister(struct vdpactl_sim_dma *dma);

#endif /* VDPACTL_SIM_DMA_H */
