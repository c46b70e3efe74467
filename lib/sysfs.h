/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where sysfs and /proc place vDPA devices. */
#ifndef SYSFS_H
#define SYSFS_H

#include <dirent.h>
#include <stdbool.h>

#include <vdpactl/dev.h>

#define SYSFS_VDPA "/sys/bus/vdpa"
#define SYSFS_VHOST_DRIVER "vhost_vdpa"

/** sysfs_readlinkat() - readlinkat() with an end; -1: it failed, and errno says why */
ssize_t sysfs_readlinkat(int dir, const char *path, char *target, size_t size);

/** sysfs_opendirat() - opendir() below another directory */
DIR *sysfs_opendirat(int dir, const char *path);

/**
 * sysfs_next() - readdir() that tells the end from a failure
 * @ret: 0, or set to a negative errno value; the loop ends when it is not 0
 */
const struct dirent *sysfs_next(DIR *dir, int *ret);

/** sysfs_has_device() - whether there is a device of that name on the vdpa bus */
bool sysfs_has_device(const char *name);

/** sysfs_gone() - say that a device went away since it was found; returns -ENODEV */
int sysfs_gone(const char *name, struct vdpactl_error *err);

/**
 * sysfs_add_missing() - add the devices of the vdpa bus that the list does not have
 *
 * They have a name and nothing else.
 *
 * Return: 0; -ENOENT: there is no vdpa bus; -errno
 */
int sysfs_add_missing(struct vdpactl_devs *devs);

/**
 * sysfs_suggest() - add to the hint of @err which devices a name that is none's may have
 * been meant for
 */
void sysfs_suggest(const char *name, struct vdpactl_error *err);

/**
 * sysfs_place() - fill in what sysfs and /proc tell of each device
 *
 * Devices that are gone are taken from the list. What is not there is told from what
 * cannot be read: that is a failure.
 *
 * Return: 0 or a negative errno value
 */
int sysfs_place(struct vdpactl_devs *devs);

/**
 * sysfs_find_holders() - fill in who has the chardevs open; part of sysfs_place()
 * @major: of the vhost-vdpa chardevs
 *
 * Return: 0 or a negative errno value: a failure to look is not taken for nobody
 */
int sysfs_find_holders(struct vdpactl_devs *devs, unsigned int major);

/**
 * sysfs_is_open() - whether some process has a character device open
 * @unseen: set to why it may be open although no process was found
 *
 * Return: 1: it is; 0: no process was found that has it; -errno
 */
int sysfs_is_open(dev_t rdev, enum vdpactl_unseen *unseen);

/** sysfs_find_use() - as vdpactl_dev_find_use(); without words about a failure */
int sysfs_find_use(const struct vdpactl_dev *dev, struct vdpactl_use *use);

/**
 * sysfs_check_use() - make sure that a device can be taken from its driver
 * @what: what would be done to it, for the message: "unbind"
 *
 * Return: 0; -EBUSY: something uses it, or that cannot be told; -errno
 */
int sysfs_check_use(const struct vdpactl_dev *dev, const char *what, struct vdpactl_error *err);

/** sysfs_fail() - describe what sysfs_place() failed with; returns @code */
int sysfs_fail(int code, struct vdpactl_error *err);

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
