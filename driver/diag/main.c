// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdpactl_diag: watches every vDPA device of every parent driver without
 * taking part: nothing here changes a device unless a privileged user asks for
 * it by name (action.c).
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>
#include "compat.h"
#include "diag.h"
#include "version.h"

/* The set of devices and of probes, see diag.h. */
DEFINE_MUTEX(diag_mutex);
struct workqueue_struct *diag_wq;

static const struct bus_type *diag_bus;
u64 diag_since;

/* Written under diag_mutex: the module is on its way out. */
static bool diag_closing;

/* Requests get ENODEV then, and devices that come are not watched. */
bool diag_is_closing(struct netlink_ext_ack *extack)
{
	if (!READ_ONCE(diag_closing))
		return false;
	NL_SET_ERR_MSG(extack, "the module is being unloaded");
	return true;
}

/* Called with diag_mutex held, so that nobody else is about to add it. */
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

/* The same for who does not hold it. */
static struct diag_dev *diag_find_watched(struct device *dev)
{
	struct diag_dev *ddev;

	mutex_lock(&diag_mutex);
	ddev = diag_find(dev);
	mutex_unlock(&diag_mutex);
	return ddev;
}

/* Called with diag_mutex held. Return: the device if it is watched from now. */
static struct diag_dev *diag_watch(struct device *dev, bool is_new)
{
	struct diag_dev *ddev;

	if (diag_closing)
		return NULL;
	ddev = diag_dev_create(dev_to_vdpa(dev), is_new);
	if (IS_ERR(ddev)) {
		dev_warn(dev, "vdpactl_diag cannot watch it: %pe\n", ddev);
		return NULL;
	}
	return ddev;
}

/* The device is not found by diag_scan() before, see there. */
static void diag_added(struct device *dev)
{
	struct diag_dev *ddev;

	mutex_lock(&diag_mutex);
	ddev = diag_watch(dev, true);
	if (ddev) {
		diag_dev_set_driver(ddev, "");
		diag_event_dev(ddev, VDPACTL_EVENT_DEV_ADDED, NULL);
	}
	mutex_unlock(&diag_mutex);
}

static void diag_removed(struct device *dev)
{
	struct diag_dev *ddev = diag_find_watched(dev);

	if (!ddev)
		return;
	diag_event_dev(ddev, VDPACTL_EVENT_DEV_REMOVED, NULL);
	diag_dev_remove(ddev);
	diag_dev_put(ddev);
}

/* Called with the device lock held, as long as dev->driver is constant. */
static void diag_bound(struct device *dev)
{
	struct diag_dev *ddev = diag_find_watched(dev);

	if (!ddev)
		return;
	diag_dev_set_driver(ddev, dev->driver->name);
	diag_event_dev(ddev, VDPACTL_EVENT_BOUND, dev->driver->name);
	diag_dev_put(ddev);
}

/* Nobody calls operations of the device any more, up to the next driver. */
static void diag_unbound(struct device *dev)
{
	struct diag_dev *ddev = diag_find_watched(dev);
	char driver[MODULE_NAME_LEN];

	if (!ddev)
		return;
	spin_lock(&ddev->lock);
	strscpy(driver, ddev->driver);
	ddev->tainted = 0;
	spin_unlock(&ddev->lock);
	diag_dev_set_driver(ddev, "");
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
 * A device that was there before. It is on the list of the bus early in
 * device_add(), which can still fail and then removes it without a
 * notification; that it was announced to user space comes right after
 * BUS_NOTIFY_ADD_DEVICE, and nothing fails any more. Until then it is left for
 * later: either the notifier will be told of it, or it was registered in
 * between and the device is there when diag_tick() looks again.
 *
 * If its lock is taken, a driver is being bound or unbound, and the notifier
 * learns the result when it is done. The lock cannot be waited for: the
 * notifier takes diag_mutex under it.
 */
static int diag_scan(struct device *dev, void *data)
{
	struct diag_dev *ddev = diag_find(dev);
	bool *later = data;

	if (ddev) {
		diag_dev_put(ddev);
		return 0;
	}
	if (!dev->kobj.state_add_uevent_sent) {
		*later = true;
		return 0;
	}
	ddev = diag_watch(dev, false);
	if (ddev && device_trylock(dev)) {
		diag_dev_set_driver(ddev, dev->driver ? dev->driver->name : "");
		device_unlock(dev);
	}
	return 0;
}

/*
 * A device that is on its way out leaves the list of the bus before
 * BUS_NOTIFY_REMOVED_DEVICE (see device_del()). The notifier waits for the
 * mutex, so that no device is found here after its removal was noticed.
 *
 * Return: whether there is one to look for again.
 */
static bool diag_scan_bus(void)
{
	bool later = false;

	mutex_lock(&diag_mutex);
	bus_for_each_dev(diag_bus, NULL, &later, diag_scan);
	mutex_unlock(&diag_mutex);
	return later;
}

/*
 * A call that was missed on this device has ended if it was made through the
 * chardev and nobody has that open. Called with diag_mutex held, under which
 * calls are found to be missed: one that is made after the look is found later.
 */
static void diag_dev_untaint(struct diag_dev *ddev)
{
	bool closed;

	if (!READ_ONCE(ddev->tainted) || !down_read_trylock(&ddev->sem))
		return;
	closed = ddev->vdev && diag_dev_closed(ddev->vdev);
	up_read(&ddev->sem);

	spin_lock(&ddev->lock);
	if (closed && !ddev->nactive && !ddev->ncrowd)
		ddev->tainted = 0;
	spin_unlock(&ddev->lock);
}

static void diag_untaint(void)
{
	struct diag_dev *ddev;
	unsigned long id;

	mutex_lock(&diag_mutex);
	xa_for_each(&diag_devs, id, ddev)
		diag_dev_untaint(ddev);
	mutex_unlock(&diag_mutex);
}

static void diag_tick_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(diag_tick, diag_tick_fn);
static bool diag_scan_again;		/* of the tick alone, once it runs */

/* Notices what nobody tells, four times a second. */
static void diag_tick_fn(struct work_struct *work)
{
	diag_probes_check();
	diag_untaint();
	if (diag_scan_again)
		diag_scan_again = diag_scan_bus();
	queue_delayed_work(diag_wq, &diag_tick, HZ / 4);
}

/*
 * The vDPA bus is not exported, but a device learns it when it is allocated.
 * This one is never added. (A driver would learn it too, but registering one
 * takes the lock of every device, and waits for the one that is being taken
 * from somebody who does not let go: see vhost_vdpa_remove().) The bus stays:
 * the vdpa module is in use by this one.
 */
static const struct bus_type *diag_find_bus(void)
{
	static const struct vdpa_config_ops ops = {};
	const struct bus_type *bus;
	struct vdpa_device *vdev;

	vdev = compat_vdpa_alloc_device(NULL, &ops, 1, 1, sizeof(*vdev), NULL);
	if (IS_ERR(vdev))
		return ERR_CAST(vdev);
	bus = vdev->dev.bus;
	put_device(&vdev->dev);
	return bus;
}

/* For who asks while resolving a family by its name hangs, vdpactl_diag(4) */
static int diag_family_id_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%u\n", diag_family.id);
}

static const struct kernel_param_ops diag_family_id_ops = {
	.get = diag_family_id_get,
};

module_param_cb(family_id, &diag_family_id_ops, NULL, 0444);
MODULE_PARM_DESC(family_id, "id of the generic netlink family (read only)");

static int __init diag_init(void)
{
	int ret;

	diag_since = ktime_get_real_ns();
	diag_bus = diag_find_bus();
	if (IS_ERR(diag_bus))
		return PTR_ERR(diag_bus);

	diag_wq = alloc_workqueue("vdpactl_diag", WQ_UNBOUND, 0);
	if (!diag_wq)
		return -ENOMEM;
	ret = diag_ring_init(&diag_events);
	if (ret)
		goto err_wq;
	diag_faults_init();
	ret = diag_probes_init();
	if (ret)
		goto err_faults;
	diag_probes_check();
	ret = bus_register_notifier(diag_bus, &diag_bus_nb);
	if (ret)
		goto err_probes;
	diag_scan_again = diag_scan_bus();
	/* Last, so that no request ever meets half of a module */
	ret = genl_register_family(&diag_family);
	if (ret)
		goto err_devs;
	queue_delayed_work(diag_wq, &diag_tick, HZ / 4);
	return 0;

err_devs:
	bus_unregister_notifier(diag_bus, &diag_bus_nb);
	diag_dev_remove_all();
	rcu_barrier();
err_probes:
	diag_probes_exit();
err_faults:
	diag_faults_exit();
	diag_ring_exit(&diag_events);
err_wq:
	destroy_workqueue(diag_wq);
	return ret;
}

/*
 * First nothing new: requests are refused and devices that come are not watched.
 * Then no calls (the probes) and records. The bus is listened to until nobody
 * can ask any more, as a request uses its device until the removal is noticed;
 * then nothing that looks devices up is left, and their memory goes.
 */
static void __exit diag_exit(void)
{
	mutex_lock(&diag_mutex);
	WRITE_ONCE(diag_closing, true);
	mutex_unlock(&diag_mutex);
	cancel_delayed_work_sync(&diag_tick);
	diag_probes_exit();
	diag_ring_exit(&diag_events);
	diag_faults_exit();
	genl_unregister_family(&diag_family);
	bus_unregister_notifier(diag_bus, &diag_bus_nb);
	diag_dev_remove_all();
	/* queue_rcu_work() uses call_rcu(): first all callbacks, then the work */
	rcu_barrier();
	destroy_workqueue(diag_wq);
}

module_init(diag_init);
module_exit(diag_exit);

MODULE_DESCRIPTION("Observes vDPA devices: groups, address spaces, maps, resets");
MODULE_LICENSE("GPL");
MODULE_VERSION(VDPACTL_VERSION);
