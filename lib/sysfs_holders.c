// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Who has a vhost-vdpa chardev open. The chardev itself must not be opened to find
 * out: that resets the device. So every open file of every process is looked at,
 * in one pass for all devices, and only when the module is in use at all.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "grow.h"
#include "procfd.h"
#include "sysfs.h"

/* How often the processes are looked at while files are being closed */
#define TRIES_MAX 5

/* The inode of the first pid namespace, PROC_PID_INIT_INO of the kernel */
#define FIRST_PID_NAMESPACE 0xeffffffcu

/*
 * References to the module that an open chardev takes: one for the cdev and one
 * for its file operations (chrdev_open()).
 */
#define REFERENCES_PER_FILE 2

/**
 * struct scan - one pass through /proc
 * @major: of the chardevs
 * @seen_init: the files of process 1 could be read, so those of all can
 * @blind: those of some process could not
 * @open: chardevs found open, each once, of devices on our list or not
 */
struct scan {
	struct vdpactl_devs *devs;
	unsigned int major;
	bool seen_init;
	bool blind;
	dev_t *open;
	size_t nopen;
};

static int scan_note_open(struct scan *scan, dev_t rdev)
{
	dev_t *added;

	for (size_t i = 0; i < scan->nopen; i++)
		if (scan->open[i] == rdev)
			return 0;
	added = grow(&scan->open, &scan->nopen, sizeof(*added));
	if (!added)
		return -ENOMEM;
	*added = rdev;
	return 0;
}

static int add_holder(struct vdpactl_dev *dev, pid_t pid)
{
	struct vdpactl_holder *holder;

	/* The files of a process are looked at in a row */
	if (dev->nholders && dev->holders[dev->nholders - 1].pid == pid)
		return 0;
	holder = grow(&dev->holders, &dev->nholders, sizeof(*holder));
	if (!holder)
		return -ENOMEM;
	holder->pid = pid;
	procfd_comm(pid, holder->comm, sizeof(holder->comm));
	return 0;
}

static int scan_file(struct scan *scan, pid_t pid, dev_t rdev)
{
	int ret = scan_note_open(scan, rdev);

	for (size_t i = 0; i < scan->devs->count && !ret; i++)
		if (scan->devs->list[i].rdev == rdev)
			ret = add_holder(&scan->devs->list[i], pid);
	return ret;
}

/*
 * A chardev is known by its number: the name it was opened by may be any. A file
 * system that does not answer must not stop us, so its server is not asked.
 */
static int scan_files(struct scan *scan, pid_t pid, DIR *files, bool *empty)
{
	const struct dirent *entry;
	struct statx st;
	int ret = 0;

	while (!ret && (entry = readdir(files))) {
		if (entry->d_name[0] == '.')
			continue;
		*empty = false;
		if (statx(dirfd(files), entry->d_name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
			  STATX_TYPE, &st) == 0 &&
		    S_ISCHR(st.stx_mode) && st.stx_rdev_major == scan->major)
			ret = scan_file(scan, pid,
					makedev(st.stx_rdev_major, st.stx_rdev_minor));
	}
	return ret;
}

/* @path: the fd directory of a process or of one of its threads */
static int scan_directory(struct scan *scan, int proc, pid_t pid, const char *path,
			  bool *empty)
{
	DIR *files = sysfs_opendirat(proc, path);
	int ret;

	if (!files) {
		/* What went away meanwhile holds nothing */
		if (errno != ENOENT && errno != ESRCH)
			scan->blind = true;
		*empty = errno == ENOENT || errno == ESRCH;
		return 0;
	}
	if (pid == 1)
		scan->seen_init = true;
	ret = scan_files(scan, pid, files, empty);
	closedir(files);
	return ret;
}

/* The first thread of a process may have ended, the others still have its files */
static int scan_threads(struct scan *scan, int proc, pid_t pid)
{
	char path[64];
	const struct dirent *entry;
	DIR *threads;
	int ret = 0;

	snprintf(path, sizeof(path), "%d/task", pid);
	threads = sysfs_opendirat(proc, path);
	while (threads && !ret && (entry = readdir(threads))) {
		int thread = atoi(entry->d_name);
		bool empty = true;

		if (thread <= 0 || thread == pid)
			continue;
		snprintf(path, sizeof(path), "%d/task/%d/fd", pid, thread);
		ret = scan_directory(scan, proc, pid, path, &empty);
		if (!empty)
			break;
	}
	if (threads)
		closedir(threads);
	return ret;
}

static int scan_process(struct scan *scan, int proc, pid_t pid)
{
	bool empty = true;
	char path[32];
	int ret;

	snprintf(path, sizeof(path), "%d/fd", pid);
	ret = scan_directory(scan, proc, pid, path, &empty);
	return ret || !empty ? ret : scan_threads(scan, proc, pid);
}

static int scan_processes(struct scan *scan)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int ret = 0;

	while (proc && !ret && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 0)
			ret = scan_process(scan, dirfd(proc), pid);
	}
	if (proc)
		closedir(proc);
	return ret;
}

/* References to the module; -1 where the kernel does not tell (built in) */
static long module_references(void)
{
	FILE *file = fopen("/sys/module/" SYSFS_VHOST_DRIVER "/refcnt", "re");
	long count;

	if (!file)
		return -1;
	if (fscanf(file, "%ld", &count) != 1)
		count = -1;
	fclose(file);
	return count;
}

static bool in_first_pid_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == FIRST_PID_NAMESPACE;
}

/*
 * Whether a chardev that was not found open is free. Not if some process could not
 * be looked at, nor if the module has more references than what was found explains:
 * a file may be on its way through a socket, or registered in an io_uring.
 */
static bool all_seen(const struct scan *scan, long references)
{
	if (scan->blind || !scan->seen_init || !in_first_pid_namespace())
		return false;
	return references <= (long)scan->nopen * REFERENCES_PER_FILE;
}

/* Forget what an earlier look found */
static void scan_restart(struct scan *scan)
{
	scan->nopen = 0;
	scan->blind = false;
	scan->seen_init = false;
	for (size_t i = 0; i < scan->devs->count; i++)
		scan->devs->list[i].nholders = 0;
}

int sysfs_find_holders(struct vdpactl_devs *devs, unsigned int major)
{
	struct scan scan = { .devs = devs, .major = major };
	bool known = !major;
	int ret = 0;

	/*
	 * A file that is closed after the references were read, and before its process
	 * was looked at, leaves a reference without a file: look again.
	 */
	for (int tries = 0; !known && !ret && tries < TRIES_MAX; tries++) {
		long references = module_references();

		scan_restart(&scan);
		/* Unused, it cannot have an open file: nothing to look for, and no guess */
		if (references)
			ret = scan_processes(&scan);
		known = !references || all_seen(&scan, references);
		if (scan.blind || !scan.seen_init)
			break;
	}
	for (size_t i = 0; i < devs->count; i++) {
		struct vdpactl_dev *dev = &devs->list[i];

		dev->holders_known = known || !dev->chardev || dev->nholders;
	}
	free(scan.open);
	return ret;
}

int vdpactl_dev_check_free(const struct vdpactl_dev *dev, const char *what,
			   struct vdpactl_error *err)
{
	const struct vdpactl_holder *holder = dev->holders;

	if (dev->nholders) {
		vdpactl_error_set(err, EBUSY, "cannot %s %s: %s is held by process %d (%s)",
				  what, dev->name, dev->chardev, holder->pid, holder->comm);
		vdpactl_error_hint(err, "end that process, or make it close the device");
		return -EBUSY;
	}
	if (!dev->holders_known) {
		vdpactl_error_set(err, EBUSY, "cannot %s %s: it cannot be told whether "
				  "%s is held", what, dev->name, dev->chardev);
		vdpactl_error_hint(err, "run it as root, outside any container");
		return -EBUSY;
	}
	return 0;
}
