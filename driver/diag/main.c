// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdpactl_diag: watches every vDPA device of every parent driver without
 * taking part: nothing here changes a device unless a privileged user asks for
 * it by name (action.c).
 */
#include <linux/device.h>
#include <linux/module.h>
#include <net/genetlink.h>
#include "diag.h"

/* The set of devices and of probes, see diag.h. */
DEFINE_MUTEX(diag_mutex);
struct workqueue_struct *diag_wq;

static const struct bus_type *diag_bus;

static struct diag_dev *diag_find(struct device *dev)
{
	struct diag_dev *ddev;

	rcu_read_lock();
	ddev = diag_dev_lookup(dev_to_vdpa(dev));
	if (ddev && !kref_get_unless_zero(&ddev->ref))
		ddev = NULL;
	rcu_read_unlock();
	return ddev;
}

static void diag_added(struct device *dev)
{
	struct diag_dev *ddev;

	mutex_lock(&diag_mutex);
	ddev = diag_dev_create(dev_to_vdpa(dev), true);
	if (IS_ERR(ddev))
		dev_warn(dev, "vdpactl_diag cannot watch it: %pe\n", ddev);
	else
		diag_event_dev(ddev, VDPACTL_EVENT_DEV_ADDED, NULL);
	mutex_unlock(&diag_mutex);
}

static void diag_removed(struct device *dev)
{
	struct diag_dev *ddev = diag_find(dev);

	if (!ddev)
		return;
	diag_event_dev(ddev, VDPACTL_EVENT_DEV_REMOVED, NULL);
	diag_dev_remove(ddev);
	diag_dev_put(ddev);
}

/* Called with the device lock held, as long as dev->driver is constant. */
static void diag_bound(struct device *dev)
{
	struct diag_dev *ddev = diag_find(dev);

	if (!ddev)
		return;
	spin_lock(&ddev->lock);
	strscpy(ddev->driver, dev->driver->name);
	spin_unlock(&ddev->lock);
	diag_event_dev(ddev, VDPACTL_EVENT_BOUND, dev->driver->name);
	diag_dev_put(ddev);
}

static void diag_unbound(struct device *dev)
{
	struct diag_dev *ddev = diag_find(dev);
	char driver[MODULE_NAME_LEN];

	if (!ddev)
		return;
	spin_lock(&ddev->lock);
	strscpy(driver, ddev->driver);
	ddev->driver[0] = '\0';
	spin_unlock(&ddev->lock);
	diag_event_dev(ddev, VDPACTL_EVENT_UNBOUND, driver);
	diag_dev_put(ddev);
}

static int diag_bus_notify(struct notifier_block *nb, unsigned long action,
			   void *data)
{
	switch (action) {
	case BUS_NOTIFY_ADD_DEVICE:
		diag_added(data);
		break;
	case BUS_NOTIFY_REMOVED_DEVICE:
		diag_removed(data);
		break;
	case BUS_NOTIFY_BOUND_DRIVER:
		diag_bound(data);
		break;
	case BUS_NOTIFY_UNBOUND_DRIVER:
		diag_unbound(data);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block diag_bus_nb = {
	.notifier_call = diag_bus_notify,
};

/*
 * A device that was there before. If its lock is taken, a driver is being
 * bound or unbound, and the notifier learns the result when it is done. The
 * lock cannot be waited for: the notifier takes diag_mutex under it.
 */
static int diag_scan(struct device *dev, void *data)
{
	struct diag_dev *ddev = diag_find(dev);

	if (ddev) {
		/* Added since the notifier was registered. */
		diag_dev_put(ddev);
		return 0;
	}
	ddev = diag_dev_create(dev_to_vdpa(dev), false);
	if (IS_ERR(ddev)) {
		dev_warn(dev, "vdpactl_diag cannot watch it: %pe\n", ddev);
		return 0;
	}
	if (device_trylock(dev)) {
		if (dev->driver) {
			spin_lock(&ddev->lock);
			strscpy(ddev->driver, dev->driver->name);
			spin_unlock(&ddev->lock);
		}
		device_unlock(dev);
	}
	return 0;
}

static int diag_probe_driver(struct vdpa_device *vdev)
{
	return -ENODEV;
}

/*
 * The vDPA bus is not exported, but a driver learns it when it registers. This
 * one declines each device that has no driver yet, and is gone before a new
 * one can meet it. The bus stays: the vdpa module is in use by this one.
 */
static const struct bus_type *diag_find_bus(void)
{
	static struct vdpa_driver driver = {
		.driver.name = "vdpactl_diag",
		.probe = diag_probe_driver,
	};
	int ret;

	ret = vdpa_register_driver(&driver);
	if (ret)
		return ERR_PTR(ret);
	vdpa_unregister_driver(&driver);
	return driver.driver.bus;
}

static int __init diag_init(void)
{
	int ret;

	diag_bus = diag_find_bus();
	if (IS_ERR(diag_bus))
		return PTR_ERR(diag_bus);

	diag_wq = alloc_workqueue("vdpactl_diag", WQ_UNBOUND, 0);
	if (!diag_wq)
		return -ENOMEM;
	ret = diag_ring_init(&diag_events);
	if (ret)
		goto err_wq;
	ret = genl_register_family(&diag_family);
	if (ret)
		goto err_ring;
	ret = diag_faults_init();
	if (ret)
		goto err_family;
	ret = diag_probes_init();
	if (ret)
		goto err_faults;
	ret = bus_register_notifier(diag_bus, &diag_bus_nb);
	if (ret)
		goto err_probes;

	/*
	 * A device that is on its way out leaves the list of the bus before
	 * BUS_NOTIFY_REMOVED_DEVICE (see device_del()). The notifier waits for
	 * the mutex, so that no device is found here after its removal was
	 * noticed.
	 */
	mutex_lock(&diag_mutex);
	bus_for_each_dev(diag_bus, NULL, NULL, diag_scan);
	mutex_unlock(&diag_mutex);
	return 0;

err_probes:
	diag_probes_exit();
err_faults:
	diag_faults_exit();
err_family:
	genl_unregister_family(&diag_family);
err_ring:
	diag_ring_exit(&diag_events);
err_wq:
	destroy_workqueue(diag_wq);
	return ret;
}

/*
 * From the outside in: no new devices and requests, then no new calls (the
 * probes), then nothing that looks devices up, then their memory.
 */
static void __exit diag_exit(void)
{
	bus_unregister_notifier(diag_bus, &diag_bus_nb);
	diag_probes_exit();
	diag_ring_exit(&diag_events);
	diag_faults_exit();
	genl_unregister_family(&diag_family);
	diag_dev_remove_all();
	/* queue_rcu_work() uses call_rcu(): first all callbacks, then the work */
	rcu_barrier();
	destroy_workqueue(diag_wq);
}

module_init(diag_init);
module_exit(diag_exit);

MODULE_DESCRIPTION("Observes vDPA devices: groups, address spaces, maps, resets");
MODULE_LICENSE("GPL");
