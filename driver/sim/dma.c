// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA engine: transfers through the virtual IOMMU, and the platform device
 * it is made of.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "dma.h"
#include "faults.h"
#include "iommu.h"

static struct workqueue_struct *sim_dma_wq;
static struct platform_device *sim_dma_pdev;

/* Transfers */

static size_t sim_page_left(u64 iova, size_t left)
{
	return min_t(size_t, left, PAGE_SIZE - offset_in_page(iova));
}

/* The pages of the transfer that are missing, from the one at @done on */
static void sim_missing(struct vdpactl_sim_channel *ch, u32 done,
			struct vdpactl_sim_fault *f)
{
	const struct vdpactl_sim_transfer *t = &ch->t;

	f->count = 0;
	while (done < t->length && f->count < t->group) {
		size_t chunk = sim_page_left(t->iova + done, t->length - done);
		u64 page = (t->iova + done) & PAGE_MASK;

		/* The first is known to be missing: it was just tried */
		if (!f->count ||
		    vdpactl_sim_iommu_access(ch->dma->dev, t->pasid, page, NULL,
					     0, f->write))
			f->iova[f->count++] = page;
		done += chunk;
	}
}

static void sim_count_response(struct vdpactl_sim_dma *dma,
			       enum iommu_page_response_code code)
{
	lockdep_assert_held(&dma->lock);

	if (code == IOMMU_PAGE_RESP_SUCCESS)
		dma->counters.success++;
	else if (code == IOMMU_PAGE_RESP_INVALID)
		dma->counters.invalid++;
	else
		dma->counters.failure++;
}

/* Raise a group for what is missing at @done and wait for its response */
static enum vdpactl_dma_error sim_fault(struct vdpactl_sim_channel *ch,
					u32 done)
{
	struct vdpactl_sim_dma *dma = ch->dma;
	u64 iova[VDPACTL_DMA_GROUP_MAX];
	struct vdpactl_sim_fault f = {
		.pasid = ch->t.pasid,
		.write = ch->t.direction == VDPACTL_DMA_WRITE,
		.iova = iova,
	};
	enum vdpactl_dma_error error = VDPACTL_DMA_ERR_NONE;
	struct vdpactl_sim_prg *prg;

	sim_missing(ch, done, &f);

	mutex_lock(&dma->lock);
	if (ch->stop) {
		mutex_unlock(&dma->lock);
		return VDPACTL_DMA_ERR_STOPPED;
	}
	ch->status = VDPACTL_DMA_WAITING;
	ch->done = done;
	ch->groups++;
	ch->requests += f.count;
	dma->counters.groups++;
	dma->counters.requests += f.count;
	mutex_unlock(&dma->lock);

	prg = vdpactl_sim_iommu_fault(dma->dev, &f);

	mutex_lock(&dma->lock);
	if (IS_ERR(prg)) {
		dma->counters.failure++;
		mutex_unlock(&dma->lock);
		return VDPACTL_DMA_ERR_RESOURCE;
	}
	ch->prg = prg;
	if (ch->stop)
		complete(&prg->done);
	mutex_unlock(&dma->lock);

	/* TASK_IDLE: a response may take for ever, and that is no hung task */
	wait_for_completion_state(&prg->done, TASK_IDLE);

	mutex_lock(&dma->lock);
	ch->prg = NULL;
	if (ch->stop) {
		/* Whether a response came as well does not matter any more */
		dma->counters.stopped++;
		error = VDPACTL_DMA_ERR_STOPPED;
	} else {
		sim_count_response(dma, prg->code);
		if (prg->code == IOMMU_PAGE_RESP_INVALID)
			error = VDPACTL_DMA_ERR_INVALID;
		else if (prg->code != IOMMU_PAGE_RESP_SUCCESS)
			error = VDPACTL_DMA_ERR_RESOURCE;
		ch->status = VDPACTL_DMA_RUNNING;
	}
	mutex_unlock(&dma->lock);
	vdpactl_sim_prg_put(prg);
	return error;
}

static void sim_end(struct vdpactl_sim_channel *ch, u32 done,
		    enum vdpactl_dma_error error)
{
	struct vdpactl_sim_dma *dma = ch->dma;

	if (error == VDPACTL_DMA_ERR_INVALID ||
	    error == VDPACTL_DMA_ERR_RETRIES) {
		struct vdpactl_iommu_event event = {
			.error = error,
			.iova = ch->t.iova + done,
			.pasid = ch->t.pasid,
			.channel = ch - dma->channels,
		};

		if (ch->t.direction == VDPACTL_DMA_WRITE)
			event.flags |= VDPACTL_IOMMU_EVENT_WRITE;
		vdpactl_sim_iommu_event(dma->dev, ch->t.pasid, &event);
	}

	mutex_lock(&dma->lock);
	ch->done = done;
	ch->error = error;
	ch->status = error ? VDPACTL_DMA_FAILED : VDPACTL_DMA_DONE;
	mutex_unlock(&dma->lock);
	wake_up_all(&dma->ended);
}

static void sim_transfer(struct work_struct *work)
{
	struct vdpactl_sim_channel *ch =
		container_of(work, struct vdpactl_sim_channel, work);
	const struct vdpactl_sim_transfer *t = &ch->t;
	enum vdpactl_dma_error error = VDPACTL_DMA_ERR_NONE;
	u32 done = 0, tries = 0;

	while (done < t->length) {
		size_t chunk = sim_page_left(t->iova + done, t->length - done);

		if (READ_ONCE(ch->stop)) {
			error = VDPACTL_DMA_ERR_STOPPED;
			break;
		}
		if (!vdpactl_sim_iommu_access(ch->dma->dev, t->pasid,
					      t->iova + done,
					      ch->dma->memory + t->memory + done,
					      chunk,
					      t->direction == VDPACTL_DMA_WRITE)) {
			done += chunk;
			tries = 0;
			continue;
		}
		if (tries > t->retries) {
			error = VDPACTL_DMA_ERR_RETRIES;
			break;
		}
		tries++;
		error = sim_fault(ch, done);
		if (error)
			break;
	}
	sim_end(ch, done, error);
}

static bool sim_transfer_valid(const struct vdpactl_sim_transfer *t)
{
	return t->length &&
	       t->length <= VDPACTL_DMA_MEMORY_SIZE &&
	       t->memory <= VDPACTL_DMA_MEMORY_SIZE - t->length &&
	       t->iova <= U64_MAX - (t->length - 1) &&
	       t->direction <= VDPACTL_DMA_WRITE &&
	       t->group >= 1 && t->group <= VDPACTL_DMA_GROUP_MAX;
}

/**
 * vdpactl_sim_dma_start() - start the transfer that a channel describes
 * @ch: channel; the caller holds the engine's lock
 *
 * Return: 0, -EBUSY when one is running, -EINVAL when it is out of range.
 */
int vdpactl_sim_dma_start(struct vdpactl_sim_channel *ch)
{
	lockdep_assert_held(&ch->dma->lock);

	if (vdpactl_sim_channel_busy(ch))
		return -EBUSY;
	if (!sim_transfer_valid(&ch->t))
		return -EINVAL;
	ch->stop = false;
	ch->status = VDPACTL_DMA_RUNNING;
	ch->done = 0;
	ch->error = VDPACTL_DMA_ERR_NONE;
	ch->groups = 0;
	ch->requests = 0;
	queue_work(sim_dma_wq, &ch->work);
	return 0;
}

/**
 * vdpactl_sim_dma_stop() - make the transfer of a channel end soon
 * @ch: channel; the caller holds the engine's lock
 */
void vdpactl_sim_dma_stop(struct vdpactl_sim_channel *ch)
{
	lockdep_assert_held(&ch->dma->lock);

	if (!vdpactl_sim_channel_busy(ch))
		return;
	WRITE_ONCE(ch->stop, true);
	if (ch->prg)
		complete(&ch->prg->done);
}

/**
 * vdpactl_sim_dma_reset() - end all transfers and wait until they have ended
 * @dma: the engine
 */
void vdpactl_sim_dma_reset(struct vdpactl_sim_dma *dma)
{
	unsigned int i;

	mutex_lock(&dma->lock);
	for (i = 0; i < VDPACTL_DMA_CHANNELS; i++)
		vdpactl_sim_dma_stop(&dma->channels[i]);
	mutex_unlock(&dma->lock);
	for (i = 0; i < VDPACTL_DMA_CHANNELS; i++)
		flush_work(&dma->channels[i].work);
}

/**
 * vdpactl_sim_dma_setup() - initialise an engine
 * @dma: zeroed
 * @dev: its platform device
 *
 * Return: 0 or -ENOMEM.
 */
int vdpactl_sim_dma_setup(struct vdpactl_sim_dma *dma, struct device *dev)
{
	unsigned int i;

	dma->memory = vzalloc(VDPACTL_DMA_MEMORY_SIZE);
	if (!dma->memory)
		return -ENOMEM;
	dma->dev = dev;
	mutex_init(&dma->lock);
	init_waitqueue_head(&dma->ended);
	for (i = 0; i < VDPACTL_DMA_CHANNELS; i++) {
		dma->channels[i].dma = dma;
		dma->channels[i].t.group = 1;
		INIT_WORK(&dma->channels[i].work, sim_transfer);
	}
	return 0;
}

/**
 * vdpactl_sim_dma_teardown() - undo vdpactl_sim_dma_setup()
 * @dma: the engine
 */
void vdpactl_sim_dma_teardown(struct vdpactl_sim_dma *dma)
{
	mutex_destroy(&dma->lock);
	vfree(dma->memory);
}

/* The platform device and its driver */

static int sim_dma_probe(struct platform_device *pdev)
{
	struct vdpactl_sim_dma *dma;
	int ret;

	dma = vdpactl_sim_dma_alloc(&pdev->dev);
	if (IS_ERR(dma))
		return PTR_ERR(dma);
	ret = vdpactl_sim_dma_register(dma);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, dma);
	return 0;
}

static void sim_dma_remove(struct platform_device *pdev)
{
	vdpactl_sim_dma_unregister(platform_get_drvdata(pdev));
}

static struct platform_driver sim_dma_driver = {
	.probe = sim_dma_probe,
	.remove = sim_dma_remove,
	.driver = {
		.name = "vdpactl_sim_dma",
		.dev_groups = vdpactl_sim_dma_groups,
		.suppress_bind_attrs = true,
	},
	.driver_managed_dma = true,
};

/* 2^8 PASIDs: the virtual IOMMU has no more */
static const struct property_entry sim_dma_props[] = {
	PROPERTY_ENTRY_U32("pasid-num-bits", 8),
	{ }
};

static int sim_dma_add(void)
{
	int ret;

	sim_dma_pdev = platform_device_alloc("vdpactl_sim_dma",
					     PLATFORM_DEVID_NONE);
	if (!sim_dma_pdev)
		return -ENOMEM;
	ret = device_create_managed_software_node(&sim_dma_pdev->dev,
						  sim_dma_props, NULL);
	if (ret)
		goto put;
	ret = vdpactl_sim_iommu_adopt(&sim_dma_pdev->dev);
	if (ret)
		goto put;
	ret = platform_device_add(sim_dma_pdev);
	if (ret)
		goto disown;
	return 0;

disown:
	vdpactl_sim_iommu_disown(&sim_dma_pdev->dev);
put:
	platform_device_put(sim_dma_pdev);
	return ret;
}

/**
 * vdpactl_sim_dma_init() - create the virtual IOMMU and the DMA engine
 *
 * Return: 0 or a negative error.
 */
int vdpactl_sim_dma_init(void)
{
	int ret;

	sim_dma_wq = alloc_workqueue("vdpactl_sim_dma", WQ_UNBOUND,
				     VDPACTL_DMA_CHANNELS);
	if (!sim_dma_wq)
		return -ENOMEM;
	ret = vdpactl_sim_iommu_init();
	if (ret)
		goto destroy_wq;
	ret = platform_driver_register(&sim_dma_driver);
	if (ret)
		goto exit_iommu;
	ret = sim_dma_add();
	if (ret)
		goto unregister_driver;
	return 0;

unregister_driver:
	platform_driver_unregister(&sim_dma_driver);
exit_iommu:
	vdpactl_sim_iommu_exit();
destroy_wq:
	destroy_workqueue(sim_dma_wq);
	return ret;
}

/** vdpactl_sim_dma_exit() - undo vdpactl_sim_dma_init() */
void vdpactl_sim_dma_exit(void)
{
	platform_device_unregister(sim_dma_pdev);
	platform_driver_unregister(&sim_dma_driver);
	vdpactl_sim_iommu_exit();
	destroy_workqueue(sim_dma_wq);
}
