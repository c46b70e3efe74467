// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * With thousands of devices the number of system calls decides: drivers, chardevs
 * and holders are each found in one pass for all devices, and of each device one
 * link is read: that of its chardev, or its own.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "grow.h"
#include "nearest.h"
#include "sysfs.h"

/* ---- small things --------------------------------------------------------------- */

ssize_t sysfs_readlinkat(int dir, const char *path, char *target, size_t size)
{
	ssize_t length = readlinkat(dir, path, target, size);

	if (length >= 0 && (size_t)length >= size) {
		errno = ENAMETOOLONG;
		length = -1;
	}
	if (length < 0)
		return -1;
	target[length] = '\0';
	return length;
}

DIR *sysfs_opendirat(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	int code = errno;

	if (!stream && fd >= 0)
		close(fd);
	errno = code;
	return stream;
}

const struct dirent *sysfs_next(DIR *dir, int *ret)
{
	const struct dirent *entry = NULL;

	if (!*ret) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			*ret = -errno;
	}
	return entry;
}

static void dev_clear(struct vdpactl_dev *dev)
{
	free(dev->name);
	free(dev->chardev);
	free(dev->holders);
	vdpactl_handle_free(&dev->mgmtdev);
}

bool sysfs_has_device(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), SYSFS_VDPA "/devices/%s", name);
	return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int sysfs_gone(const char *name, struct vdpactl_error *err)
{
	return vdpactl_error_set(err, ENODEV, "%s is gone: it was removed meanwhile", name);
}

/* There are few: drivers, and parents' names and buses. The last one is likely. */
const char *sysfs_intern(struct vdpactl_devs *devs, const char *text)
{
	struct vdpactl_strings *strings = devs->strings;
	char **added, *copy;

	if (!strings)
		strings = devs->strings = calloc(1, sizeof(*strings));
	if (!strings)
		return NULL;
	for (size_t i = strings->count; i--;)
		if (!strcmp(strings->list[i], text))
			return strings->list[i];
	copy = strdup(text);
	added = copy ? grow(&strings->list, &strings->count, sizeof(*added)) : NULL;
	if (!added)
		free(copy);
	return added ? *added = copy : NULL;
}

/* ---- devices by name --------------------------------------------------------------- */

/* Open addressing; a slot holds the number of a device, from one on */
struct names {
	const struct vdpactl_devs *devs;
	uint32_t *slots;
	size_t mask;
};

/* FNV-1a */
static size_t hash(const char *name)
{
	uint32_t h = 2166136261u;

	while (*name)
		h = (h ^ (unsigned char)*name++) * 16777619u;
	return h;
}

static uint32_t *names_slot(const struct names *names, const char *name)
{
	size_t i = hash(name) & names->mask;

	while (names->slots[i] && strcmp(names->devs->list[names->slots[i] - 1].name, name))
		i = (i + 1) & names->mask;
	return &names->slots[i];
}

static int names_init(struct names *names, const struct vdpactl_devs *devs)
{
	size_t size = 4;

	while (size < 2 * devs->count)
		size *= 2;
	*names = (struct names){ devs, calloc(size, sizeof(uint32_t)), size - 1 };
	if (!names->slots)
		return -ENOMEM;
	for (size_t i = 0; i < devs->count; i++)
		*names_slot(names, devs->list[i].name) = i + 1;
	return 0;
}

static struct vdpactl_dev *names_find(const struct names *names, const char *name)
{
	uint32_t slot = *names_slot(names, name);

	return slot ? &names->devs->list[slot - 1] : NULL;
}

/* Devices that are added meanwhile are not in names; sysfs lists each but once */
static int add_missing(struct vdpactl_devs *devs, const struct names *names, DIR *dir)
{
	const struct dirent *entry;
	int ret = 0;

	while ((entry = sysfs_next(dir, &ret))) {
		struct vdpactl_dev *dev;

		if (entry->d_type != DT_LNK || names_find(names, entry->d_name))
			continue;
		dev = grow(&devs->list, &devs->count, sizeof(*dev));
		if (!dev)
			return -ENOMEM;
		dev->name = strdup(entry->d_name);
		if (!dev->name)
			return -ENOMEM;
	}
	return ret;
}

int sysfs_add_missing(struct vdpactl_devs *devs)
{
	DIR *dir = opendir(SYSFS_VDPA "/devices");
	struct names names;
	int ret;

	if (!dir)
		return -errno;
	ret = names_init(&names, devs);
	if (!ret)
		ret = add_missing(devs, &names, dir);
	free(names.slots);
	closedir(dir);
	return ret;
}

/* ---- the parent ------------------------------------------------------------------------ */

/* A link's target below /sys */
#define SYS_PATH (PATH_MAX + sizeof("/sys/"))

/* What the devices of one parent share; devices of a parent mostly come in a row */
struct parent {
	char path[SYS_PATH];
	const char *name;
	const char *bus;
	int64_t iommu_group;
};

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A subsystem is a bus, as in "../../bus/pci", or a class; a device may have none */
static int find_bus(struct vdpactl_devs *devs, const char *path, const char **bus)
{
	char link[SYS_PATH + 16], target[PATH_MAX], *name;

	snprintf(link, sizeof(link), "%s/subsystem", path);
	*bus = NULL;
	if (sysfs_readlinkat(AT_FDCWD, link, target, sizeof(target)) < 0)
		return errno == ENOENT ? 0 : -errno;
	name = strrchr(target, '/');
	if (!name || name - target < 4 || strncmp(name - 4, "/bus", 4))
		return 0;
	*bus = sysfs_intern(devs, name + 1);
	return *bus ? 0 : -ENOMEM;
}

/* An auxiliary device is in no group of its own: its DMA is that of an ancestor */
static int find_iommu_group(const char *path, int64_t *group)
{
	char link[SYS_PATH + 16], target[PATH_MAX], above[SYS_PATH], *slash;

	*group = -1;
	snprintf(above, sizeof(above), "%s", path);
	while ((slash = strrchr(above, '/')) && slash > above + strlen("/sys/devices")) {
		snprintf(link, sizeof(link), "%s/iommu_group", above);
		if (sysfs_readlinkat(AT_FDCWD, link, target, sizeof(target)) > 0) {
			*group = strtoul(last_part(target), NULL, 10);
			return 0;
		}
		if (errno != ENOENT)
			return -errno;
		*slash = '\0';
	}
	return 0;
}

static int find_parent(struct vdpactl_devs *devs, const char *path, struct parent *parent)
{
	int ret = find_bus(devs, path, &parent->bus);

	if (!ret)
		ret = find_iommu_group(path, &parent->iommu_group);
	parent->name = sysfs_intern(devs, last_part(path));
	if (!ret && !parent->name)
		ret = -ENOMEM;
	/* Found anew for the next device where it was not found as a whole */
	strcpy(parent->path, ret ? "" : path);
	return ret;
}

/* @path: of the device, as a link in sysfs leads to it; cut short */
static int place_parent(struct vdpactl_devs *devs, struct vdpactl_dev *dev, char *path,
			struct parent *parent)
{
	static const char root[] = "devices/";
	char above[SYS_PATH], *slash;
	int ret = 0;

	while (!strncmp(path, "../", 3))
		path += 3;
	if (strncmp(path, root, sizeof(root) - 1))
		return 0;
	dev->located = true;
	slash = strrchr(path, '/');
	*slash = '\0';
	if (slash < path + sizeof(root) - 1)
		return 0;	/* right below /sys/devices: no parent */
	snprintf(above, sizeof(above), "/sys/%s", path);
	if (strcmp(parent->path, above))
		ret = find_parent(devs, above, parent);
	dev->parent = parent->name;
	dev->parent_bus = parent->bus;
	dev->iommu_group = parent->iommu_group;
	return ret;
}

/*
 * The devices whose chardev has not told where they are. Those that have gone since they
 * were listed are left out: bus_add_device() makes a device's link before anybody finds it
 * on the bus, bus_remove_device() takes the link away first.
 */
static int place_others(struct vdpactl_devs *devs, struct parent *parent)
{
	int dir = open(SYSFS_VDPA "/devices", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char target[PATH_MAX];
	size_t kept = 0;
	int ret = 0;

	if (dir < 0)
		return -errno;
	for (size_t i = 0; i < devs->count; i++) {
		struct vdpactl_dev *dev = &devs->list[i];

		if (!dev->located && !ret) {
			if (sysfs_readlinkat(dir, dev->name, target, sizeof(target)) >= 0) {
				ret = place_parent(devs, dev, target, parent);
			} else if (errno != ENOENT) {
				ret = -errno;
			} else {
				dev_clear(dev);
				continue;
			}
		}
		devs->list[kept++] = *dev;
	}
	devs->count = kept;
	close(dir);
	return ret;
}

/* ---- the driver -------------------------------------------------------------------------- */

/* A driver's directory has a link to each of its devices, and one to its module */
static int place_driver(const struct names *names, DIR *dir, const char *driver)
{
	const struct dirent *entry;
	int ret = 0;

	while ((entry = sysfs_next(dir, &ret))) {
		struct vdpactl_dev *dev;

		if (entry->d_type != DT_LNK)
			continue;
		dev = names_find(names, entry->d_name);
		if (dev)
			dev->driver = driver;
	}
	return ret;
}

/* Whether one of them has a chardev is told: @vhost */
static int place_drivers(struct vdpactl_devs *devs, const struct names *names, bool *vhost)
{
	DIR *drivers = opendir(SYSFS_VDPA "/drivers");
	const struct dirent *entry;
	int ret = 0;

	*vhost = false;
	if (!drivers)
		return -errno;
	while ((entry = sysfs_next(drivers, &ret))) {
		const char *driver;
		DIR *dir;

		if (entry->d_name[0] == '.')
			continue;
		driver = sysfs_intern(devs, entry->d_name);
		dir = sysfs_opendirat(dirfd(drivers), entry->d_name);
		if (!driver)
			ret = -ENOMEM;
		else if (dir)
			ret = place_driver(names, dir, driver);
		else if (errno != ENOENT)
			ret = -errno;
		if (dir)
			closedir(dir);
		*vhost |= !strcmp(entry->d_name, SYSFS_VHOST_DRIVER);
	}
	closedir(drivers);
	return ret;
}

/* ---- the chardev --------------------------------------------------------------------------- */

/* The line of vhost-vdpa in /proc/devices; 0: it has no number now */
static int chardev_major(unsigned int *found)
{
	FILE *file = fopen("/proc/devices", "re");
	char line[128], name[64];
	unsigned int major;
	int ret = 0;

	*found = 0;
	if (!file)
		return -errno;
	while (!*found && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "Block", 5))
			break;
		if (sscanf(line, "%u %63s", &major, name) == 2 && !strcmp(name, "vhost-vdpa"))
			*found = major;
	}
	if (ferror(file))
		ret = -EIO;
	fclose(file);
	return ret;
}

/* @path: where the chardev is, as in "../../devices/.../DEV/vhost-vdpa-0" */
static int place_chardev(struct vdpactl_devs *devs, const struct names *names, char *path,
			 dev_t rdev, struct parent *parent)
{
	char *node = strrchr(path, '/'), *above;
	struct vdpactl_dev *dev;
	int ret;

	if (!node)
		return 0;
	*node++ = '\0';
	above = strrchr(path, '/');
	dev = above ? names_find(names, above + 1) : NULL;
	if (!dev || dev->chardev)
		return 0;
	dev->rdev = rdev;
	ret = place_parent(devs, dev, path, parent);
	if (!ret && asprintf(&dev->chardev, "/dev/%s", node) < 0)
		ret = -ENOMEM;
	return ret;
}

static int place_chardevs(struct vdpactl_devs *devs, const struct names *names,
			  unsigned int major, struct parent *parent)
{
	DIR *dir = opendir("/sys/dev/char");
	const struct dirent *entry;
	char prefix[16], target[PATH_MAX];
	size_t length = snprintf(prefix, sizeof(prefix), "%u:", major);
	int ret = 0;

	if (!dir)
		return -errno;
	while ((entry = sysfs_next(dir, &ret))) {
		if (strncmp(entry->d_name, prefix, length))
			continue;
		if (sysfs_readlinkat(dirfd(dir), entry->d_name, target, sizeof(target)) >= 0)
			ret = place_chardev(devs, names, target,
					    makedev(major, strtoul(entry->d_name + length, NULL, 10)),
					    parent);
		else if (errno != ENOENT)
			ret = -errno;
	}
	closedir(dir);
	return ret;
}

/* ---- all of it --------------------------------------------------------------------------------- */

int sysfs_place(struct vdpactl_devs *devs)
{
	struct parent parent = { .path = "" };
	unsigned int major = 0;
	struct names names;
	bool vhost;
	int ret = names_init(&names, devs);

	if (ret)
		return ret;
	for (size_t i = 0; i < devs->count; i++)
		devs->list[i].iommu_group = -1;
	ret = place_drivers(devs, &names, &vhost);
	/* No sysfs here: none of the devices is located then */
	if (ret == -ENOENT) {
		free(names.slots);
		return 0;
	}
	if (!ret && vhost)
		ret = chardev_major(&major);
	if (!ret && major)
		ret = place_chardevs(devs, &names, major, &parent);
	free(names.slots);
	if (!ret)
		ret = place_others(devs, &parent);
	return ret ? ret : sysfs_find_holders(devs, major);
}

int sysfs_fail(int code, struct vdpactl_error *err)
{
	return vdpactl_error_set(err, code, "cannot find out where the devices are, and who holds them: %s",
				 strerror(-code));
}

void sysfs_suggest(const char *name, struct vdpactl_error *err)
{
	struct nearest nearest = nearest_to(name, strlen(name));
	struct vdpactl_devs devs = { 0 };

	if (!sysfs_add_missing(&devs))
		for (size_t i = 0; i < devs.count; i++) {
			const char *right = devs.list[i].name;

			/* It may have come meanwhile */
			if (strcmp(right, name))
				nearest_try(&nearest, right, strlen(right), right);
		}
	nearest_hint(&nearest, err);
	vdpactl_devs_free(&devs);
}

static void keep_one(struct vdpactl_devs *devs, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < devs->count; i++) {
		if (strcmp(devs->list[i].name, name))
			dev_clear(&devs->list[i]);
		else
			devs->list[kept++] = devs->list[i];
	}
	devs->count = kept;
}

int vdpactl_devs_locate(const char *name, struct vdpactl_devs *devs,
			struct vdpactl_error *err)
{
	int ret;

	*devs = (struct vdpactl_devs){ 0 };
	ret = sysfs_add_missing(devs);
	if (!ret && name) {
		keep_one(devs, name);
		ret = devs->count ? 0 : -ENODEV;
	}
	if (!ret) {
		ret = sysfs_place(devs);
		if (!ret && (!name || devs->count))
			return 0;
		vdpactl_devs_free(devs);
		return ret ? sysfs_fail(ret, err) : sysfs_gone(name, err);
	}

	vdpactl_devs_free(devs);
	if (ret == -ENODEV) {
		vdpactl_error_set(err, ret, "there is no vDPA device \"%s\"", name);
		vdpactl_error_hint(err, "\"vdpactl dev show\" lists the devices");
		sysfs_suggest(name, err);
	} else if (ret == -ENOENT) {
		vdpactl_error_set(err, ret, "there is no vdpa bus in sysfs: the module vdpa "
				  "is not loaded");
		vdpactl_error_hint(err, "load it with: modprobe vdpa");
	} else {
		sysfs_fail(ret, err);
	}
	return ret;
}

void vdpactl_devs_free(struct vdpactl_devs *devs)
{
	for (size_t i = 0; i < devs->count; i++)
		dev_clear(&devs->list[i]);
	free(devs->list);
	for (size_t i = 0; devs->strings && i < devs->strings->count; i++)
		free(devs->strings->list[i]);
	if (devs->strings)
		free(devs->strings->list);
	free(devs->strings);
	*devs = (struct vdpactl_devs){ 0 };
}
