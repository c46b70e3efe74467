// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA engine as a VFIO device: registers and memory.
 */
#include <linux/module.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include "compat.h"
#include "dma.h"

/* A file offset is the region in the high bits and the place in it below */
#define SIM_REGION_SHIFT	40
#define SIM_REGION(index)	((u64)(index) << SIM_REGION_SHIFT)
#define SIM_REGION_INDEX(pos)	((pos) >> SIM_REGION_SHIFT)
#define SIM_REGION_OFFSET(pos)	((pos) & (SIM_REGION(1) - 1))

static const u32 sim_region_size[VDPACTL_DMA_REGIONS] = {
	[VDPACTL_DMA_REGION_REGISTERS]	= VDPACTL_DMA_REGISTERS_SIZE,
	[VDPACTL_DMA_REGION_MEMORY]	= VDPACTL_DMA_MEMORY_SIZE,
};

/**
 * struct sim_reg - a register
 * @reg: its offset, in the device's or in a channel's part
 * @size: 4 or 8
 * @writable: whether it is a parameter
 * @member: where it is, in struct vdpactl_sim_dma or struct vdpactl_sim_channel
 */
struct sim_reg {
	u8 reg;
	u8 size;
	bool writable;
	size_t member;
};

#define DEV_REG(name, field) \
	{ VDPACTL_DMA_REG_##name, \
	  sizeof_field(struct vdpactl_sim_dma, counters.field), false, \
	  offsetof(struct vdpactl_sim_dma, counters.field) }
#define CH_REG(name, field, writable) \
	{ VDPACTL_DMA_CH_##name, \
	  sizeof_field(struct vdpactl_sim_channel, field), writable, \
	  offsetof(struct vdpactl_sim_channel, field) }

static const struct sim_reg sim_dev_regs[] = {
	DEV_REG(GROUPS, groups),
	DEV_REG(REQUESTS, requests),
	DEV_REG(SUCCESS, success),
	DEV_REG(INVALID, invalid),
	DEV_REG(FAILURE, failure),
	DEV_REG(STOPPED, stopped),
};

static const struct sim_reg sim_ch_regs[] = {
	CH_REG(IOVA, t.iova, true),
	CH_REG(LENGTH, t.length, true),
	CH_REG(PASID, t.pasid, true),
	CH_REG(DIRECTION, t.direction, true),
	CH_REG(MEMORY, t.memory, true),
	CH_REG(GROUP, t.group, true),
	CH_REG(RETRIES, t.retries, true),
	CH_REG(STATUS, status, false),
	CH_REG(DONE, done, false),
	CH_REG(ERROR, error, false),
	CH_REG(GROUPS, groups, false),
	CH_REG(REQUESTS, requests, false),
};

static const struct {
	u32 reg;
	u32 value;
} sim_constant_regs[] = {
	{ VDPACTL_DMA_REG_MAGIC, VDPACTL_DMA_MAGIC },
	{ VDPACTL_DMA_REG_VERSION, VDPACTL_DMA_VERSION },
	{ VDPACTL_DMA_REG_CHANNELS, VDPACTL_DMA_CHANNELS },
	{ VDPACTL_DMA_REG_MEMORY_SIZE, VDPACTL_DMA_MEMORY_SIZE },
};

static struct vdpactl_sim_dma *to_dma(struct vfio_device *vdev)
{
	return container_of(vdev, struct vdpactl_sim_dma, vdev);
}

/* Where [@off, @off + @count) of a table's registers lives, or NULL */
static void *sim_find(void *base, const struct sim_reg *regs, size_t n,
		      u32 off, size_t count, bool write)
{
	for (; n; n--, regs++) {
		u32 start = off - regs->reg;

		if (off < regs->reg || start >= regs->size)
			continue;
		if (start % count || start + count > regs->size)
			return NULL;
		if (write && !regs->writable)
			return NULL;
		return base + regs->member + start;
	}
	return NULL;
}

static struct vdpactl_sim_channel *sim_channel(struct vdpactl_sim_dma *dma,
					       u32 *off)
{
	u32 index;

	if (*off < VDPACTL_DMA_CHANNEL_BASE)
		return NULL;
	*off -= VDPACTL_DMA_CHANNEL_BASE;
	index = *off / VDPACTL_DMA_CHANNEL_STRIDE;
	*off %= VDPACTL_DMA_CHANNEL_STRIDE;
	return index < VDPACTL_DMA_CHANNELS ? &dma->channels[index] : NULL;
}

static int sim_reg_read(struct vdpactl_sim_dma *dma, u32 off, void *val,
			size_t count)
{
	struct vdpactl_sim_channel *ch;
	const void *p;
	unsigned int i;
	int ret = -EINVAL;

	for (i = 0; i < ARRAY_SIZE(sim_constant_regs); i++) {
		if (sim_constant_regs[i].reg != off || count != sizeof(u32))
			continue;
		memcpy(val, &sim_constant_regs[i].value, count);
		return 0;
	}

	mutex_lock(&dma->lock);
	if (off < VDPACTL_DMA_CHANNEL_BASE) {
		p = sim_find(dma, sim_dev_regs, ARRAY_SIZE(sim_dev_regs), off,
			     count, false);
	} else {
		ch = sim_channel(dma, &off);
		p = ch ? sim_find(ch, sim_ch_regs, ARRAY_SIZE(sim_ch_regs), off,
				  count, false) : NULL;
	}
	if (p) {
		memcpy(val, p, count);
		ret = 0;
	}
	mutex_unlock(&dma->lock);
	return ret;
}

static int sim_control(struct vdpactl_sim_channel *ch, const void *val,
		       size_t count)
{
	u32 command;

	if (count != sizeof(command))
		return -EINVAL;
	memcpy(&command, val, sizeof(command));
	switch (command) {
	case VDPACTL_DMA_START:
		return vdpactl_sim_dma_start(ch);
	case VDPACTL_DMA_STOP:
		vdpactl_sim_dma_stop(ch);
		return 0;
	default:
		return -EINVAL;
	}
}

static int sim_reg_write(struct vdpactl_sim_dma *dma, u32 off, const void *val,
			 size_t count)
{
	struct vdpactl_sim_channel *ch = sim_channel(dma, &off);
	int ret = 0;
	void *p;

	if (!ch)
		return -EINVAL;
	mutex_lock(&dma->lock);
	if (off == VDPACTL_DMA_CH_CONTROL) {
		ret = sim_control(ch, val, count);
	} else {
		p = sim_find(ch, sim_ch_regs, ARRAY_SIZE(sim_ch_regs), off,
			     count, true);
		if (!p)
			ret = -EINVAL;
		else if (vdpactl_sim_channel_busy(ch))
			ret = -EBUSY;
		else
			memcpy(p, val, count);
	}
	mutex_unlock(&dma->lock);
	return ret;
}

static ssize_t sim_read_registers(struct vdpactl_sim_dma *dma, char __user *buf,
				  size_t count, u32 off)
{
	u64 val = 0;
	int ret;

	if (count != sizeof(u32) && count != sizeof(u64))
		return -EINVAL;
	ret = sim_reg_read(dma, off, &val, count);
	if (ret)
		return ret;
	return copy_to_user(buf, &val, count) ? -EFAULT : count;
}

static ssize_t sim_write_registers(struct vdpactl_sim_dma *dma,
				   const char __user *buf, size_t count,
				   u32 off)
{
	u64 val = 0;
	int ret;

	if (count != sizeof(u32) && count != sizeof(u64))
		return -EINVAL;
	if (copy_from_user(&val, buf, count))
		return -EFAULT;
	ret = sim_reg_write(dma, off, &val, count);
	return ret ? ret : count;
}

/* Check an access; return the region's index or an error, 0 bytes at its end */
static int sim_region(loff_t pos, size_t *count)
{
	u64 index = SIM_REGION_INDEX((u64)pos);
	u64 off = SIM_REGION_OFFSET((u64)pos);

	if (index >= VDPACTL_DMA_REGIONS)
		return -EINVAL;
	if (off >= sim_region_size[index])
		*count = 0;
	else
		*count = min_t(u64, *count, sim_region_size[index] - off);
	return index;
}

static ssize_t sim_vfio_read(struct vfio_device *vdev, char __user *buf,
			     size_t count, loff_t *ppos)
{
	struct vdpactl_sim_dma *dma = to_dma(vdev);
	u64 off = SIM_REGION_OFFSET((u64)*ppos);
	int index = sim_region(*ppos, &count);
	ssize_t ret = count;

	if (index < 0)
		return index;
	if (!count)
		return 0;
	if (index == VDPACTL_DMA_REGION_REGISTERS)
		ret = sim_read_registers(dma, buf, count, off);
	else if (copy_to_user(buf, dma->memory + off, count))
		ret = -EFAULT;
	if (ret > 0)
		*ppos += ret;
	return ret;
}

static ssize_t sim_vfio_write(struct vfio_device *vdev, const char __user *buf,
			      size_t count, loff_t *ppos)
{
	struct vdpactl_sim_dma *dma = to_dma(vdev);
	u64 off = SIM_REGION_OFFSET((u64)*ppos);
	int index = sim_region(*ppos, &count);
	ssize_t ret = count;

	if (index < 0)
		return index;
	if (!count)
		return 0;
	if (index == VDPACTL_DMA_REGION_REGISTERS)
		ret = sim_write_registers(dma, buf, count, off);
	else if (copy_from_user(dma->memory + off, buf, count))
		ret = -EFAULT;
	if (ret > 0)
		*ppos += ret;
	return ret;
}

static int sim_region_info(struct vfio_region_info *info)
{
	if (info->index >= VDPACTL_DMA_REGIONS)
		return -EINVAL;
	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	info->cap_offset = 0;
	info->size = sim_region_size[info->index];
	info->offset = SIM_REGION(info->index);
	return 0;
}

#if VDPACTL_VFIO_REGION_INFO_CAPS
static int sim_region_info_caps(struct vfio_device *vdev,
				struct vfio_region_info *info,
				struct vfio_info_cap *caps)
{
	return sim_region_info(info);
}
#else
static long sim_ioctl_region_info(void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info info = {};
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	ret = sim_region_info(&info);
	if (ret)
		return ret;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}
#endif

static long sim_ioctl_info(void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info = {};

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	info.flags = VFIO_DEVICE_FLAGS_PLATFORM | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = VDPACTL_DMA_REGIONS;
	info.num_irqs = 0;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long sim_vfio_ioctl(struct vfio_device *vdev, unsigned int cmd,
			   unsigned long arg)
{
	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return sim_ioctl_info((void __user *)arg);
#if !VDPACTL_VFIO_REGION_INFO_CAPS
	case VFIO_DEVICE_GET_REGION_INFO:
		return sim_ioctl_region_info((void __user *)arg);
#endif
	case VFIO_DEVICE_RESET:
		vdpactl_sim_dma_reset(to_dma(vdev));
		return 0;
	default:
		return -ENOTTY;
	}
}

static int sim_vfio_open(struct vfio_device *vdev)
{
	return 0;
}

/* The device is still attached: VFIO unbinds it from the iommufd after this */
static void sim_vfio_close(struct vfio_device *vdev)
{
	vdpactl_sim_dma_reset(to_dma(vdev));
}

static int sim_vfio_init(struct vfio_device *vdev)
{
	return vdpactl_sim_dma_setup(to_dma(vdev), vdev->dev);
}

static void sim_vfio_release(struct vfio_device *vdev)
{
	vdpactl_sim_dma_teardown(to_dma(vdev));
}

static const struct vfio_device_ops sim_vfio_ops = {
	.name			= "vdpactl_sim_dma",
	.init			= sim_vfio_init,
	.release		= sim_vfio_release,
	.bind_iommufd		= vfio_iommufd_physical_bind,
	.unbind_iommufd		= vfio_iommufd_physical_unbind,
	.attach_ioas		= vfio_iommufd_physical_attach_ioas,
	.detach_ioas		= vfio_iommufd_physical_detach_ioas,
#if VDPACTL_PASID_ATTACH
	.pasid_attach_ioas	= vfio_iommufd_physical_pasid_attach_ioas,
	.pasid_detach_ioas	= vfio_iommufd_physical_pasid_detach_ioas,
#endif
#if VDPACTL_VFIO_REGION_INFO_CAPS
	.get_region_info_caps	= sim_region_info_caps,
#endif
	.open_device		= sim_vfio_open,
	.close_device		= sim_vfio_close,
	.read			= sim_vfio_read,
	.write			= sim_vfio_write,
	.ioctl			= sim_vfio_ioctl,
};

/**
 * vdpactl_sim_dma_alloc() - allocate an engine
 * @dev: its platform device
 *
 * Return: the engine, freed by vdpactl_sim_dma_unregister(), or an error.
 */
struct vdpactl_sim_dma *vdpactl_sim_dma_alloc(struct device *dev)
{
	return vfio_alloc_device(vdpactl_sim_dma, vdev, dev, &sim_vfio_ops);
}

/**
 * vdpactl_sim_dma_register() - let user space see an engine
 * @dma: the engine; freed on error
 *
 * Return: 0 or a negative error.
 */
int vdpactl_sim_dma_register(struct vdpactl_sim_dma *dma)
{
	int ret = vfio_register_group_dev(&dma->vdev);

	if (ret)
		vfio_put_device(&dma->vdev);
	return ret;
}

/**
 * vdpactl_sim_dma_unregister() - take an engine away and free it
 * @dma: the engine
 *
 * Waits until user space has closed it.
 */
void vdpactl_sim_dma_unregister(struct vdpactl_sim_dma *dma)
{
	vfio_unregister_group_dev(&dma->vdev);
	/* Transfers that sysfs started after the last close */
	vdpactl_sim_dma_reset(dma);
	vfio_put_device(&dma->vdev);
}
