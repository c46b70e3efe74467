/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Management devices: what creates vDPA devices. From the generic netlink
 * family "vdpa" (linux/vdpa.h).
 */
#ifndef VDPACTL_MGMTDEV_H
#define VDPACTL_MGMTDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vdpactl/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vdpactl_handle - how a management device is called
 * @bus: its bus, as "auxiliary" or "pci"; NULL for one that is on no bus
 * @name: its name on that bus
 *
 * Written "BUS/NAME", or "NAME" where there is no bus.
 */
struct vdpactl_handle {
	char *bus;
	char *name;
};

/**
 * struct vdpactl_mgmtdev - one management device
 * @handle: its name
 * @has_classes: whether the kernel told @classes (Linux 5.12)
 * @has_features: whether the kernel told @features (Linux 5.19)
 * @classes: bit N is set for each virtio device id N that it can make
 * @features: virtio feature bits that its devices can have; 0 where the parent driver
 *	did not say
 * @max_vqs: most virtqueues of a device; 0 where the parent driver did not say, -1 where
 *	the kernel did not tell (Linux 5.19)
 */
struct vdpactl_mgmtdev {
	struct vdpactl_handle handle;
	bool has_classes;
	bool has_features;
	uint64_t classes;
	uint64_t features;
	int64_t max_vqs;
};

/** struct vdpactl_mgmtdevs - some management devices, in the kernel's order */
struct vdpactl_mgmtdevs {
	struct vdpactl_mgmtdev *list;
	size_t count;
};

/**
 * vdpactl_handle_parse() - take a word like "BUS/NAME" or "NAME" apart
 * @handle: the result; vdpactl_handle_free() frees what is in it
 *
 * Return: 0; -EINVAL: a part is empty, or there is more than one slash; -ENOMEM
 */
int vdpactl_handle_parse(const char *word, struct vdpactl_handle *handle,
			 struct vdpactl_error *err);

/** vdpactl_handle_free() - free what is in it, not the struct itself */
void vdpactl_handle_free(struct vdpactl_handle *handle);

/**
 * vdpactl_mgmtdevs_get() - ask the kernel for management devices
 * @handle: the one to ask for; NULL for all
 * @devs: the result; vdpactl_mgmtdevs_free() frees what is in it. Empty on failure.
 *
 * VDPA_CMD_MGMTDEV_GET of linux/vdpa.h. Needs no privilege.
 *
 * Return: 0; -ENOENT: the kernel has no family "vdpa" (module not loaded);
 * -ENODEV: no such management device; -EINTR: devices kept changing while they
 * were listed; -EBADMSG: an answer that does not follow the uAPI; -ENOMEM, or what
 * the socket failed with
 */
int vdpactl_mgmtdevs_get(const struct vdpactl_handle *handle,
			 struct vdpactl_mgmtdevs *devs, struct vdpactl_error *err);

/** vdpactl_mgmtdevs_free() - free what is in it, not the struct itself */
void vdpactl_mgmtdevs_free(struct vdpactl_mgmtdevs *devs);

#ifdef __cplusplus
}
#endif
#endif
