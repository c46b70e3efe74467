// SPDX-License-Identifier: LGPL-2.1-or-later
/* Binding devices to drivers of the vdpa bus, through sysfs. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "procfd.h"
#include "sysfs.h"

/* Write a word to a file below the vdpa bus; 0 or a negative errno value */
static int put(const char *word, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int put(const char *word, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	int fd, ret = 0;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, word, strlen(word)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int unbind(const char *name, const char *driver)
{
	return put(name, SYSFS_VDPA "/drivers/%s/unbind", driver);
}

static int bind(const char *name, const char *driver)
{
	return put(name, SYSFS_VDPA "/drivers/%s/bind", driver);
}

/* The bus matches a device that has an override with that driver alone */
static int set_override(const char *name, const char *driver)
{
	return put(driver, SYSFS_VDPA "/devices/%s/driver_override", name);
}

static int fail(int code, struct vdpactl_error *err, const char *what, const char *name,
		const char *driver)
{
	if (code == -EACCES || code == -EPERM) {
		vdpactl_error_set(err, code, "cannot %s %s: permission denied", what, name);
		vdpactl_error_hint(err, "this writes to sysfs: run it as root");
		return code;
	}
	if (code == -ENODEV && !sysfs_has_device(name)) {
		vdpactl_error_set(err, code, "cannot %s %s: the device is gone", what, name);
		return code;
	}
	vdpactl_error_set(err, code, "cannot %s %s: driver %s: %s", what, name, driver,
			  strerror(-code));
	if (code != -ENODEV)
		vdpactl_error_hint(err, "the kernel log may tell more: dmesg");
	return code;
}

/* Whether the one who asks may write; asked first, so that nothing is half done */
static int check_permission(const char *name, struct vdpactl_error *err, const char *what,
			    const char *driver)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), SYSFS_VDPA "/devices/%s/driver_override", name);
	return access(path, W_OK) ? fail(-errno, err, what, name, driver) : 0;
}

static int check_driver(const char *driver, struct vdpactl_error *err, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), SYSFS_VDPA "/drivers/%s", driver);
	if (access(path, F_OK) == 0)
		return 0;
	vdpactl_error_set(err, ENOENT, "cannot bind %s: the driver %s is not loaded", name,
			  driver);
	vdpactl_error_hint(err, "load it with: modprobe %s", driver);
	return -ENOENT;
}

/* The word that sets an override to what it is; "(null)": there is none */
static int get_override(const char *name, char *driver, size_t size)
{
	ssize_t n = procfd_text(driver, size, SYSFS_VDPA "/devices/%s/driver_override", name);

	if (!strcmp(driver, "(null)\n"))
		strcpy(driver, "\n");
	return n < 0 ? (int)n : 0;
}

/* Bind a device that has no driver, or take it from the one it has */
static int rebind(const struct vdpactl_dev *dev, const char *driver, struct vdpactl_error *err)
{
	char before[NAME_MAX + 2];
	int ret = get_override(dev->name, before, sizeof(before));

	if (ret)
		return fail(ret, err, "bind", dev->name, driver);
	ret = set_override(dev->name, driver);
	if (!ret && dev->driver)
		ret = unbind(dev->name, dev->driver);
	if (!ret)
		ret = bind(dev->name, driver);
	if (!ret)
		return 0;
	fail(ret, err, "bind", dev->name, driver);
	/* As it was; where that fails too, the first failure is what to tell */
	set_override(dev->name, before);
	if (dev->driver)
		bind(dev->name, dev->driver);
	return ret;
}

/* Bound already: nothing that a holder would notice */
static int keep(const char *name, const char *driver, struct vdpactl_error *err)
{
	int ret = set_override(name, driver);

	return ret ? fail(ret, err, "bind", name, driver) : 0;
}

static int take(const struct vdpactl_dev *dev, const char *driver, bool force,
		struct vdpactl_error *err)
{
	int ret = check_driver(driver, err, dev->name);

	if (!ret && !force)
		ret = sysfs_check_use(dev, "bind", err);
	return ret ? ret : rebind(dev, driver, err);
}

int vdpactl_dev_bind(const char *name, const char *driver, bool force, struct vdpactl_error *err)
{
	struct vdpactl_devs devs;
	int ret = vdpactl_devs_locate(name, &devs, err);

	if (ret)
		return ret;
	ret = check_permission(name, err, "bind", driver);
	if (!ret && devs.list->driver && !strcmp(devs.list->driver, driver))
		ret = keep(name, driver, err);
	else if (!ret)
		ret = take(devs.list, driver, force, err);
	vdpactl_devs_free(&devs);
	return ret;
}

int vdpactl_dev_unbind(const char *name, bool force, struct vdpactl_error *err)
{
	struct vdpactl_devs devs;
	int ret = vdpactl_devs_locate(name, &devs, err);

	if (ret)
		return ret;
	if (devs.list->driver) {
		const char *driver = devs.list->driver;

		ret = check_permission(name, err, "unbind", driver);
		if (!ret && !force)
			ret = sysfs_check_use(devs.list, "unbind", err);
		if (!ret) {
			ret = unbind(name, driver);
			if (!ret)
				ret = set_override(name, "\n");
			if (ret)
				fail(ret, err, "unbind", name, driver);
		}
	}
	vdpactl_devs_free(&devs);
	return ret;
}
