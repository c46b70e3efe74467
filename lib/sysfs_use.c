// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What would suffer if a device was taken from its driver: a holder of its chardev, an
 * interface or a disk of this host, or all of the host, as a VDUSE device that nobody serves
 * is waited for in the kernel. What cannot be told counts as a use.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "blocked.h"
#include "procfd.h"
#include "sysfs.h"

#define WAITS "the kernel waits until that ends, no signal ends the wait, and all generic " \
	      "netlink of this host (vdpa, devlink, ethtool) may wait with it"

/* Always 1, as the use of a device that was looked for and found */
static int found(struct vdpactl_use *use, const char *breaks, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int found(struct vdpactl_use *use, const char *breaks, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(use->why, sizeof(use->why), fmt, ap);
	va_end(ap);
	use->breaks = breaks;
	return 1;
}

static void cure(struct vdpactl_use *use, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void cure(struct vdpactl_use *use, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(use->cure, sizeof(use->cure), fmt, ap);
	va_end(ap);
}

/* ---- the chardev ------------------------------------------------------------------ */

static int find_holder(const struct vdpactl_dev *dev, struct vdpactl_use *use)
{
	struct vdpactl_error err;

	if (!dev->located) {
		cure(use, "run it outside any container");
		return found(use, WAITS, "sysfs does not tell whether it is held");
	}
	if (!vdpactl_dev_check_free(dev, "", &err))
		return 0;
	cure(use, "%s", err.hint);
	if (dev->nholders)
		return found(use, WAITS, "%s is held by process %d (%s)", dev->chardev,
			     dev->holders->pid, dev->holders->comm);
	return found(use, WAITS, "it cannot be told whether %s is held", dev->chardev);
}

/*
 * A device that is being unbound under a holder has lost its driver and its chardev, but
 * whoever does it waits with its lock held, and we would wait behind. Which device a process
 * waits with is not told anywhere.
 */
static int find_unbinding(const struct vdpactl_dev *dev, struct vdpactl_use *use)
{
	char who[320];

	if (dev->driver || !blocked_by_device(who, sizeof(who), use->cure, sizeof(use->cure)))
		return 0;
	return found(use, WAITS, "it has no driver, and may be the device that is waited for: %s", who);
}

/* ---- VDUSE -------------------------------------------------------------------------- */

/* A device that a process serves waits for its answer, and for none for ever */
static int find_server(const struct vdpactl_dev *dev, struct vdpactl_use *use)
{
	enum vdpactl_unseen unseen;
	unsigned int major, minor;
	char number[32];
	ssize_t n;
	int ret;

	if (!dev->parent)
		return 0;
	n = procfd_text(number, sizeof(number), "/sys/class/vduse/%s/dev", dev->parent);
	if (n == -ENOENT)
		return 0;
	if (n < 0 || sscanf(number, "%u:%u", &major, &minor) != 2)
		return n < 0 ? (int)n : -EIO;
	ret = sysfs_is_open(makedev(major, minor), &unseen);
	if (ret)
		return ret < 0 ? ret : 0;
	cure(use, "start its daemon again%s%s", unseen ? "; " : "", vdpactl_unseen_text(unseen));
	if (unseen)
		return found(use, WAITS, "it cannot be told whether a daemon serves /dev/vduse/%s",
			     dev->parent);
	return found(use, WAITS, "it is a VDUSE device that nobody serves: no process has "
		     "/dev/vduse/%s open", dev->parent);
}

/* ---- an interface of this host ------------------------------------------------------- */

#define GOES "it goes away under whoever uses it"

static int find_interface(const char *virtio, const struct dirent *entry, struct vdpactl_use *use)
{
	char flags[32];
	ssize_t n = procfd_text(flags, sizeof(flags), "%s/net/%s/flags", virtio, entry->d_name);

	if (n < 0)
		return n == -ENOENT ? 0 : (int)n;
	if (!(strtoul(flags, NULL, 16) & IFF_UP))
		return 0;
	cure(use, "take it down first: ip link set %s down", entry->d_name);
	return found(use, GOES, "it is the network interface %s of this host, which is up",
		     entry->d_name);
}

/* ---- a disk of this host --------------------------------------------------------------- */

/* Where the disk or a partition of it is mounted, of what this process can see */
static bool find_mount(const char *disk, char *where, size_t size)
{
	char line[4096], source[256], path[256];
	FILE *mounts = fopen("/proc/self/mounts", "re");
	bool mounted = false;

	while (mounts && !mounted && fgets(line, sizeof(line), mounts)) {
		const char *part = source + strlen("/dev/") + strlen(disk);

		if (sscanf(line, "%255s %255s", source, path) != 2 ||
		    strncmp(source, "/dev/", 5) || strncmp(source + 5, disk, strlen(disk)))
			continue;
		mounted = !part[strspn(part, "p0123456789")];
		snprintf(where, size, "%s", path);
	}
	if (mounts)
		fclose(mounts);
	return mounted;
}

/*
 * Who mounts a disk, in any namespace, or swaps to it, or builds another disk on it, has
 * claimed it for itself (bd_prepare_to_claim()), or one of its partitions, and O_EXCL
 * fails then. It is not written to, so nobody is told of it.
 */
static int find_disk(const struct dirent *entry, struct vdpactl_use *use)
{
	char path[PATH_MAX], where[256];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
	fd = open(path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (errno != EBUSY) {
		cure(use, "run it as root, outside any container");
		return found(use, GOES, "it is the disk %s of this host, of which it cannot be told whether it is in use (%s)",
			     entry->d_name, strerror(errno));
	}
	if (find_mount(entry->d_name, where, sizeof(where))) {
		cure(use, "unmount it first: umount %s", where);
		return found(use, GOES, "it is the disk %s of this host, which is mounted on %s",
			     entry->d_name, where);
	}
	cure(use, "\"lsblk /dev/%s\" shows what is built on it", entry->d_name);
	return found(use, GOES, "it is the disk %s of this host, which is mounted or otherwise in use",
		     entry->d_name);
}

/* ---- the virtio device ------------------------------------------------------------------ */

/* Each interface or disk below the virtio device; @any: whether there was one */
static int find_children(const char *virtio, const char *kind, struct vdpactl_use *use, bool *any)
{
	const struct dirent *entry;
	char path[PATH_MAX + 16];
	int ret = 0, used = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", virtio, kind);
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!used && (entry = sysfs_next(dir, &ret))) {
		if (entry->d_name[0] == '.')
			continue;
		*any = true;
		used = *kind == 'n' ? find_interface(virtio, entry, use) : find_disk(entry, use);
	}
	closedir(dir);
	return used ? used : ret;
}

static int find_virtio_use(const char *virtio, struct vdpactl_use *use)
{
	char path[PATH_MAX + 16], target[PATH_MAX];
	const char *driver;
	bool any = false;
	int ret;

	snprintf(path, sizeof(path), "%s/driver", virtio);
	if (sysfs_readlinkat(AT_FDCWD, path, target, sizeof(target)) < 0)
		return errno == ENOENT ? 0 : -errno;
	driver = strrchr(target, '/');
	driver = driver ? driver + 1 : target;
	ret = find_children(virtio, "net", use, &any);
	if (!ret)
		ret = find_children(virtio, "block", use, &any);
	if (ret || any)
		return ret;
	/* An interface of another network namespace is not in our sysfs */
	cure(use, "look for it in the network namespaces: ip netns");
	return found(use, GOES, "%s drives it, and what it makes of it cannot be seen here", driver);
}

/* It is the child of the vDPA device whose name begins with "virtio" */
static int find_virtio(const struct vdpactl_dev *dev, struct vdpactl_use *use)
{
	const struct dirent *entry;
	char path[PATH_MAX / 2], virtio[PATH_MAX];
	int ret = 0, used = 0;
	DIR *dir;

	snprintf(path, sizeof(path), SYSFS_VDPA "/devices/%s", dev->name);
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!used && (entry = sysfs_next(dir, &ret))) {
		if (strncmp(entry->d_name, "virtio", 6))
			continue;
		snprintf(virtio, sizeof(virtio), "%s/%s", path, entry->d_name);
		used = find_virtio_use(virtio, use);
	}
	closedir(dir);
	return used ? used : ret;
}

/* ---- all of it ---------------------------------------------------------------------------- */

int sysfs_find_use(const struct vdpactl_dev *dev, struct vdpactl_use *use)
{
	int ret = find_holder(dev, use);

	if (!ret)
		ret = find_unbinding(dev, use);
	if (!ret)
		ret = find_server(dev, use);
	return ret ? ret : find_virtio(dev, use);
}

int vdpactl_dev_find_use(const char *name, struct vdpactl_use *use, struct vdpactl_error *err)
{
	struct vdpactl_devs devs;
	int ret = vdpactl_devs_locate(name, &devs, err);

	*use = (struct vdpactl_use){ .breaks = "" };
	if (ret)
		return ret;
	ret = sysfs_find_use(devs.list, use);
	vdpactl_devs_free(&devs);
	return ret < 0 ? sysfs_fail(ret, err) : ret;
}

int sysfs_check_use(const struct vdpactl_dev *dev, const char *what, struct vdpactl_error *err)
{
	struct vdpactl_use use = { .breaks = "" };
	int ret = sysfs_find_use(dev, &use);

	if (ret < 0)
		return sysfs_fail(ret, err);
	if (!ret)
		return 0;
	vdpactl_error_set(err, EBUSY, "cannot %s %s: %s; with --force, %s", what, dev->name, use.why,
			  use.breaks);
	vdpactl_error_hint(err, "%s", use.cure);
	return -EBUSY;
}
