// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA engine in sysfs: transfers can be started and looked at by tests and
 * shell scripts while another process owns the VFIO device.
 *
 *   transfer (write): words "name=value": channel, iova, length, pasid,
 *	direction (read or write), memory, group, retries, wait. What is left
 *	out is as after a reset. wait=1 returns when the transfer has ended, and
 *	fails with EIO when it failed
 *   channels: one line for each channel that was used
 *   counters: groups and requests raised, responses by code
 *   memory: the engine's memory, read and write
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/parser.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "dma.h"

/* As the uAPI's enums are numbered */
static const char * const sim_directions[] = { "read", "write" };
static const char * const sim_status[] = {
	"idle", "running", "waiting", "done", "failed",
};

static const char * const sim_errors[] = {
	"none", "invalid", "retries", "stopped", "resource",
};

/**
 * struct sim_request - a line written to "transfer"
 * @t: the transfer
 * @channel: where to run it
 * @wait: whether to wait for its end
 */
struct sim_request {
	struct vdpactl_sim_transfer t;
	u32 channel;
	u32 wait;
};

#define SIM_WORD(name, field) \
	{ name, offsetof(struct sim_request, field) }

static const struct {
	const char *name;
	size_t member;
} sim_words[] = {
	SIM_WORD("channel", channel),
	SIM_WORD("length", t.length),
	SIM_WORD("pasid", t.pasid),
	SIM_WORD("memory", t.memory),
	SIM_WORD("group", t.group),
	SIM_WORD("retries", t.retries),
	SIM_WORD("wait", wait),
};

static int sim_parse_word(struct sim_request *r, const char *name,
			  const char *value)
{
	unsigned int i;
	int ret;

	if (!strcmp(name, "iova"))
		return kstrtou64(value, 0, &r->t.iova);
	if (!strcmp(name, "direction")) {
		ret = match_string(sim_directions, ARRAY_SIZE(sim_directions),
				   value);
		if (ret < 0)
			return ret;
		r->t.direction = ret;
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(sim_words); i++)
		if (!strcmp(name, sim_words[i].name))
			return kstrtou32(value, 0,
					 (void *)r + sim_words[i].member);
	return -EINVAL;
}

static int sim_parse(struct sim_request *r, char *line)
{
	char *word, *value;
	int ret;

	line = strim(line);
	while ((word = strsep(&line, " "))) {
		if (!*word)
			continue;
		value = strchr(word, '=');
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		ret = sim_parse_word(r, word, value);
		if (ret)
			return ret;
	}
	return r->channel < VDPACTL_DMA_CHANNELS ? 0 : -EINVAL;
}

static int sim_run(struct vdpactl_sim_dma *dma, const struct sim_request *r)
{
	struct vdpactl_sim_channel *ch = &dma->channels[r->channel];
	int ret;

	mutex_lock(&dma->lock);
	if (vdpactl_sim_channel_busy(ch)) {
		ret = -EBUSY;
	} else {
		ch->t = r->t;
		ret = vdpactl_sim_dma_start(ch);
	}
	mutex_unlock(&dma->lock);
	if (ret || !r->wait)
		return ret;

	ret = wait_event_interruptible(dma->ended,
				       !vdpactl_sim_channel_busy(ch));
	if (ret)
		return ret;
	return READ_ONCE(ch->status) == VDPACTL_DMA_DONE ? 0 : -EIO;
}

static ssize_t transfer_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	struct sim_request r = { .t.group = 1 };
	char *line;
	int ret;

	line = kstrndup(buf, count, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	ret = sim_parse(&r, line);
	kfree(line);
	if (!ret)
		ret = sim_run(dev_get_drvdata(dev), &r);
	return ret ? ret : count;
}
static DEVICE_ATTR_WO(transfer);

static ssize_t channels_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	struct vdpactl_sim_dma *dma = dev_get_drvdata(dev);
	unsigned int i;
	int len = 0;

	mutex_lock(&dma->lock);
	for (i = 0; i < VDPACTL_DMA_CHANNELS; i++) {
		struct vdpactl_sim_channel *ch = &dma->channels[i];

		if (ch->status == VDPACTL_DMA_IDLE)
			continue;
		len += sysfs_emit_at(buf, len, "%u %s done %u of %u error %s groups %u requests %u\n",
				     i, sim_status[ch->status], ch->done,
				     ch->t.length, sim_errors[ch->error],
				     ch->groups, ch->requests);
	}
	mutex_unlock(&dma->lock);
	return len;
}
static DEVICE_ATTR_RO(channels);

static ssize_t counters_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	struct vdpactl_sim_dma *dma = dev_get_drvdata(dev);
	int len;

	mutex_lock(&dma->lock);
	len = sysfs_emit(buf, "groups %llu requests %llu success %llu invalid %llu failure %llu stopped %llu\n",
			 dma->counters.groups, dma->counters.requests,
			 dma->counters.success, dma->counters.invalid,
			 dma->counters.failure, dma->counters.stopped);
	mutex_unlock(&dma->lock);
	return len;
}
static DEVICE_ATTR_RO(counters);

static struct vdpactl_sim_dma *kobj_to_dma(struct kobject *kobj)
{
	return dev_get_drvdata(kobj_to_dev(kobj));
}

/* The core has clipped @off and @count to the attribute's size */
static ssize_t memory_read(struct file *file, struct kobject *kobj,
			   VDPACTL_BIN_ATTR_CONST struct bin_attribute *attr,
			   char *buf, loff_t off, size_t count)
{
	memcpy(buf, kobj_to_dma(kobj)->memory + off, count);
	return count;
}

static ssize_t memory_write(struct file *file, struct kobject *kobj,
			    VDPACTL_BIN_ATTR_CONST struct bin_attribute *attr,
			    char *buf, loff_t off, size_t count)
{
	memcpy(kobj_to_dma(kobj)->memory + off, buf, count);
	return count;
}

static VDPACTL_BIN_ATTR_CONST struct bin_attribute bin_attr_memory =
	__BIN_ATTR(memory, 0600, memory_read, memory_write,
		   VDPACTL_DMA_MEMORY_SIZE);

static struct attribute *sim_dma_attrs[] = {
	&dev_attr_transfer.attr,
	&dev_attr_channels.attr,
	&dev_attr_counters.attr,
	NULL
};

static VDPACTL_BIN_ATTRS(sim_dma_bin_attrs) = {
	&bin_attr_memory,
	NULL
};

static const struct attribute_group sim_dma_group = {
	.attrs = sim_dma_attrs,
	.bin_attrs = sim_dma_bin_attrs,
};

const struct attribute_group *vdpactl_sim_dma_groups[] = {
	&sim_dma_group,
	NULL
};
