/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where sysfs and /proc place vDPA devices. */
#ifndef SYSFS_H
#define SYSFS_H

#include <dirent.h>
#include <stdbool.h>

#include <vdpactl/dev.h>

#define SYSFS_VDPA "/sys/bus/vdpa"
#define SYSFS_VHOST_DRIVER "vhost_vdpa"

/** sysfs_readlinkat() - readlinkat() with an end; -1: it failed, or did not fit */
ssize_t sysfs_readlinkat(int dir, const char *path, char *target, size_t size);

/** sysfs_opendirat() - opendir() below another directory */
DIR *sysfs_opendirat(int dir, const char *path);

/** sysfs_has_device() - whether there is a device of that name on the vdpa bus */
bool sysfs_has_device(const char *name);

/** sysfs_gone() - say that a device went away since it was found; returns -ENODEV */
int sysfs_gone(const char *name, struct vdpactl_error *err);

/**
 * sysfs_add_missing() - add the devices of the vdpa bus that the list does not have
 *
 * They have a name and nothing else.
 *
 * Return: 0; -ENOENT: there is no vdpa bus; -ENOMEM
 */
int sysfs_add_missing(struct vdpactl_devs *devs);

/**
 * sysfs_place() - fill in what sysfs and /proc tell of each device
 *
 * What cannot be read remains unknown. Devices that are gone are taken from the list.
 *
 * Return: 0 or -ENOMEM
 */
int sysfs_place(struct vdpactl_devs *devs);

/**
 * sysfs_find_holders() - fill in who has the chardevs open; part of sysfs_place()
 * @major: of the vhost-vdpa chardevs
 *
 * Return: 0 or -ENOMEM
 */
int sysfs_find_holders(struct vdpactl_devs *devs, unsigned int major);

/**
 * struct vdpactl_strings - strings that many devices share, each kept once
 */
struct vdpactl_strings {
	char **list;
	size_t count;
};

/**
 * sysfs_intern() - the shared copy of a string
 *
 * Return: a string that lives as long as @devs; NULL: out of memory
 */
const char *sysfs_intern(struct vdpactl_devs *devs, const char *text);

#endif
