// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices that are watched: two tables of the same devices, one for probe
 * handlers by the address of the vdpa_device, one for dumps in order of
 * creation. Both are changed under diag_mutex and read under RCU.
 */
#include <linux/device.h>
#include <linux/kallsyms.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vhost_types.h>
#include <linux/virtio_config.h>
#include "compat.h"
#include "diag.h"

DEFINE_HASHTABLE(diag_dev_hash, DIAG_HASH_BITS);
DEFINE_XARRAY_ALLOC1(diag_devs);
static u32 diag_next_id;

/*
 * Parents whose getters of single virtqueues are known to read memory and
 * nothing else. Others select a queue in a register before they read another
 * one (ifcvf, vp_vdpa), which a dump must not do behind the back of whoever
 * drives the device, or ask a daemon that may not answer (vduse, for the
 * state).
 */
/*
 * A binding that fails has changed nothing in parents that look at the numbers
 * first and cannot fail afterwards; mlx5_vdpa and others can. Maps survive the
 * reset of VDUSE, which does not say so.
 */
static const struct {
	const char *module;
	u32 quirks;
} diag_parents[] = {
	{ "vdpactl_sim", DIAG_PASSIVE_VQ | DIAG_PASSIVE_STATE | DIAG_CLEAN_BIND },
	{ "vdpa_sim", DIAG_PASSIVE_VQ | DIAG_PASSIVE_STATE | DIAG_CLEAN_BIND },
	{ "vduse", DIAG_PASSIVE_VQ | DIAG_KEEPS_MAPS },
	{ "mlx5_vdpa", DIAG_PASSIVE_VQ },
};

/**
 * diag_dev_next() - the first device whose id is not below a number
 * @id: the number; set to the id of the device found
 *
 * Return: the device with a reference, or NULL.
 */
struct diag_dev *diag_dev_next(u32 *id)
{
	unsigned long index = *id;
	struct diag_dev *ddev;

	rcu_read_lock();
	xa_for_each_start(&diag_devs, index, ddev, *id)
		if (kref_get_unless_zero(&ddev->ref))
			break;
	rcu_read_unlock();
	*id = index;
	return ddev;
}

/* Return: the device with a reference, or NULL. */
struct diag_dev *diag_dev_by_name(const char *name)
{
	struct diag_dev *ddev;
	u32 id = 0;

	while ((ddev = diag_dev_next(&id))) {
		if (!strcmp(ddev->name, name))
			break;
		diag_dev_put(ddev);
		id++;
	}
	return ddev;
}

static void diag_dev_free(struct work_struct *work)
{
	struct diag_dev *ddev = container_of(to_rcu_work(work),
					     struct diag_dev, free_work);
	u32 i;

	if (ddev->as)
		for (i = 0; i < ddev->nas; i++)
			diag_map_free(&ddev->as[i]);
	kvfree(ddev->as);
	kvfree(ddev->groups);
	kvfree(ddev->vqs);
	kfree(ddev->name);
	kfree(ddev);
}

static void diag_dev_release(struct kref *ref)
{
	struct diag_dev *ddev = container_of(ref, struct diag_dev, ref);

	queue_rcu_work(diag_wq, &ddev->free_work);
}

void diag_dev_get(struct diag_dev *ddev)
{
	kref_get(&ddev->ref);
}

void diag_dev_put(struct diag_dev *ddev)
{
	kref_put(&ddev->ref, diag_dev_release);
}

/* The module a function belongs to: "%ps" reads "function [module]". */
static void diag_dev_find_parent(struct diag_dev *ddev)
{
	char symbol[KSYM_NAME_LEN + MODULE_NAME_LEN + 4];
	char *open, *end;
	size_t i;

	snprintf(symbol, sizeof(symbol), "%ps", (void *)ddev->ops->set_status);
	open = strrchr(symbol, '[');
	end = open ? strpbrk(open, " ]") : NULL;
	if (!end)
		return;
	*end = '\0';
	strscpy(ddev->parent, open + 1);

	for (i = 0; i < ARRAY_SIZE(diag_parents); i++)
		if (!strcmp(ddev->parent, diag_parents[i].module))
			ddev->quirks = diag_parents[i].quirks;
}

/*
 * Whether .reset leaves maps alone: vhost_vdpa_has_persistent_map(). Like
 * there, the parent is asked for what it is made for and not for its state.
 */
static bool diag_dev_keeps_maps(const struct diag_dev *ddev)
{
	const struct vdpa_config_ops *ops = ddev->ops;

	return (!ops->set_map && !ops->dma_map) || ops->reset_map ||
	       ddev->quirks & DIAG_KEEPS_MAPS ||
	       (ops->get_backend_features &&
		ops->get_backend_features(ddev->vdev) &
		BIT_ULL(VHOST_BACKEND_F_IOTLB_PERSIST));
}

/*
 * What is known before the first operation is seen. A device that was just
 * created has its initial state, and nobody reads its registers yet.
 */
static void diag_dev_start(struct diag_dev *ddev, bool is_new)
{
	enum vdpactl_known start = is_new ? VDPACTL_KNOWN_DEFAULT :
					    VDPACTL_KNOWN_UNKNOWN;
	u32 i;

	ddev->keeps_maps = diag_dev_keeps_maps(ddev);
	ddev->split_only = is_new && !(ddev->ops->get_device_features(ddev->vdev) &
				       BIT_ULL(VIRTIO_F_RING_PACKED));
	ddev->packed = ddev->split_only ? 0 : -1;

	for (i = 0; i < ddev->ngroups; i++)
		ddev->groups[i].known = diag_can_bind(ddev) ?
					start : VDPACTL_KNOWN_DEFAULT;
	for (i = 0; i < ddev->nas; i++)
		ddev->as[i].known = start;
	if (is_new)
		for (i = 0; i < ddev->nvqs; i++)
			ddev->vqs[i].valid = DIAG_VQ_READY;
	ddev->suspended = is_new ? 0 : -1;

	/* Maps go through the platform IOMMU: there is nothing to observe. */
	if (!ddev->ops->set_map && !ddev->ops->dma_map)
		ddev->blind |= DIAG_TOUCH_MAPS;
	for (i = 0; i < __VDPACTL_OP_MAX; i++)
		if (ddev->ops_mask & ~ddev->observed & BIT_ULL(i))
			ddev->blind |= diag_op_touches(ddev, i);
	if (!diag_can_bind(ddev))
		ddev->blind &= ~DIAG_TOUCH_GROUPS;

	/* With the probes off nothing is known, and what comes is not seen. */
	if (!diag_probes_on(diag_epoch))
		diag_forget(ddev, DIAG_TOUCH_ALL, VDPACTL_WHY_PROBES_OFF);
}

/**
 * diag_dev_create() - begin to watch a device
 * @vdev: a device on the vDPA bus
 * @is_new: it was added just now, and no driver had the chance to use it
 *
 * Called with diag_mutex held, while the device cannot go away.
 *
 * Return: the device, owned by the tables, or an error pointer.
 */
struct diag_dev *diag_dev_create(struct vdpa_device *vdev, bool is_new)
{
	struct diag_dev *ddev;
	int ret = -ENOMEM;

	ddev = kzalloc_obj(*ddev);
	if (!ddev)
		return ERR_PTR(-ENOMEM);

	kref_init(&ddev->ref);
	INIT_RCU_WORK(&ddev->free_work, diag_dev_free);
	init_rwsem(&ddev->sem);
	spin_lock_init(&ddev->lock);
	ddev->vdev = vdev;
	ddev->key = vdev;
	ddev->since = ktime_get_real_ns();
	ddev->ops = vdev->config;
	ddev->nvqs = vdev->nvqs;
	ddev->ngroups = vdev->ngroups;
	ddev->nas = vdev->nas;
	ddev->ops_mask = diag_ops_mask(ddev->ops);
	ddev->name = kstrdup(dev_name(&vdev->dev), GFP_KERNEL);
	ddev->groups = kvcalloc(ddev->ngroups, sizeof(*ddev->groups),
				GFP_KERNEL);
	ddev->as = kvcalloc(ddev->nas, sizeof(*ddev->as), GFP_KERNEL);
	ddev->vqs = kvcalloc(ddev->nvqs, sizeof(*ddev->vqs), GFP_KERNEL);
	if (!ddev->name || !ddev->groups || !ddev->as || !ddev->vqs)
		goto err;

	diag_dev_find_parent(ddev);
	ddev->observed = diag_probes_get(ddev);
	diag_dev_start(ddev, is_new);

	ret = xa_alloc_cyclic(&diag_devs, &ddev->id, ddev, xa_limit_32b,
			      &diag_next_id, GFP_KERNEL);
	if (ret < 0)
		goto err;
	hash_add_rcu(diag_dev_hash, &ddev->node, (uintptr_t)ddev->key);
	return ddev;

err:
	diag_dev_put(ddev);
	return ERR_PTR(ret);
}

/**
 * diag_dev_remove() - stop watching a device
 * @ddev: the device
 *
 * Waits until nobody uses ddev->vdev any more, without diag_mutex: a user may
 * wait for an operation of the parent.
 */
void diag_dev_remove(struct diag_dev *ddev)
{
	mutex_lock(&diag_mutex);
	hash_del_rcu(&ddev->node);
	xa_erase(&diag_devs, ddev->id);
	mutex_unlock(&diag_mutex);

	down_write(&ddev->sem);
	ddev->vdev = NULL;
	up_write(&ddev->sem);

	diag_dev_put(ddev);
}

/**
 * diag_dev_set_driver() - another bus driver
 * @ddev: the device
 * @driver: its name, "" for none
 */
void diag_dev_set_driver(struct diag_dev *ddev, const char *driver)
{
	spin_lock(&ddev->lock);
	strscpy(ddev->driver, driver);
	ddev->driver_known = true;
	spin_unlock(&ddev->lock);
}

/* When neither the bus nor requests can reach the tables any more. */
void diag_dev_remove_all(void)
{
	struct diag_dev *ddev;
	unsigned long id;

	xa_for_each(&diag_devs, id, ddev)
		diag_dev_remove(ddev);
}
