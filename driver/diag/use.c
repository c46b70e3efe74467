// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether anybody uses a device: who drives it has DRIVER_OK set, holds its
 * character device open, or is a virtio driver. What cannot be determined counts
 * as used.
 */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/kref.h>
#include <linux/string.h>
#include <linux/virtio_config.h>
#include "compat.h"
#include "diag.h"

/* What the bus driver made of the device: one child, a chardev or a virtio device */
struct diag_child {
	const char *driver;		/* the bus driver */
	const char *used;		/* why it is, or NULL */
	bool closed;			/* a chardev that nobody holds open */
};

/*
 * The chardev that lies behind the device in struct vhost_vdpa, which is not
 * public: it is the one that names the device as its parent
 * (cdev_device_add()), and there is room for it, as the structure goes on with
 * at least as much. NULL where that is not so.
 */
static const struct cdev *diag_chardev(const struct device *dev)
{
	const struct cdev *cdev = (const struct cdev *)(dev + 1);

	return cdev->kobj.parent == &dev->kobj && cdev->dev == dev->devt ?
	       cdev : NULL;
}

/*
 * Each open file holds a reference to the chardev (chrdev_open()), wherever it
 * is: in a process, a socket, a ring of io_uring. The first one is that of
 * cdev_init().
 */
static void diag_child_chardev(struct device *dev, struct diag_child *child)
{
	const struct cdev *cdev = diag_chardev(dev);

	if (!cdev)
		child->used = "it is not known whether its character device is open";
	else if (kref_read(&cdev->kobj.kref) > 1)
		child->used = "its character device is open";
	else
		child->closed = true;
}

static int diag_child_look(struct device *dev, void *data)
{
	struct diag_child *child = data;

	if (!strcmp(child->driver, "vhost_vdpa") &&
	    strstarts(dev_name(dev), "vhost-vdpa-")) {
		child->used = NULL;
		diag_child_chardev(dev, child);
		return 1;
	}
	if (!strcmp(child->driver, "virtio_vdpa") && dev->bus &&
	    !strcmp(dev->bus->name, "virtio")) {
		child->used = READ_ONCE(dev->driver) ?
			      "a virtio driver is bound to it" : NULL;
		return 1;
	}
	return 0;
}

/*
 * Under the device's lock no bus driver comes or goes. Its own lock is not
 * waited for: whoever holds it may wait until the chardev is closed
 * (vhost_vdpa_remove()), when the chardev is no child any more.
 */
static struct diag_child diag_child_of(struct vdpa_device *vdev)
{
	struct diag_child child = {};

	if (!device_trylock(&vdev->dev)) {
		child.used = "its bus driver is being bound or unbound";
		return child;
	}
	if (vdev->dev.driver) {
		child.driver = vdev->dev.driver->name;
		child.used = "its bus driver is busy with it";
		device_for_each_child(&vdev->dev, &child, diag_child_look);
	}
	device_unlock(&vdev->dev);
	child.driver = NULL;
	return child;
}

/**
 * diag_dev_used() - whether anybody uses a device
 * @vdev: the device, on which cf_lock is held, so that the reset of whoever
 *	opens the chardev now comes after what is done under the lock
 *
 * Return: in words, how; NULL: nobody does.
 */
const char *diag_dev_used(struct vdpa_device *vdev)
{
	if (vdev->config->get_status(vdev) & VIRTIO_CONFIG_S_DRIVER_OK)
		return "DRIVER_OK is set";
	return diag_child_of(vdev).used;
}

/* Return: whether the device has a chardev, and nobody has it open. */
bool diag_dev_closed(struct vdpa_device *vdev)
{
	return diag_child_of(vdev).closed;
}
