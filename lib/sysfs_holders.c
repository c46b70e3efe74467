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
 * @threads: look at the files of every thread: it may have some of its own
 * @seen_init: the files of process 1 could be read, so those of all can
 * @blind: those of some process could not
 * @open: chardevs found open, each once, of devices on our list or not
 */
struct scan {
	struct vdpactl_devs *devs;
	unsigned int major;
	bool threads;
	bool seen_init;
	bool blind;
	dev_t *open;
	size_t nopen;
};

/* Whether a file or a process only went away meanwhile: what is gone holds nothing */
static bool is_gone(int code)
{
	return code == ENOENT || code == ESRCH;
}

/* What this process lacks, not what it looks at */
static bool is_out_of(int code)
{
	return code == EMFILE || code == ENFILE || code == ENOMEM;
}

/* What a failure to look at a file or a process means; 0 if it is to be lived with */
static int scan_failed(struct scan *scan, int code)
{
	if (is_gone(code))
		return 0;
	if (is_out_of(code))
		return -code;
	scan->blind = true;
	return 0;
}

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
	int ret;

	/* The files of a process are looked at in a row */
	if (dev->nholders && dev->holders[dev->nholders - 1].pid == pid)
		return 0;
	holder = grow(&dev->holders, &dev->nholders, sizeof(*holder));
	if (!holder)
		return -ENOMEM;
	holder->pid = pid;
	ret = procfd_comm(pid, holder->comm, sizeof(holder->comm));
	return is_out_of(-ret) ? ret : 0;
}

static int scan_file(struct scan *scan, pid_t pid, dev_t rdev)
{
	int ret = scan_note_open(scan, rdev);

	for (size_t i = 0; i < scan->devs->count && !ret; i++)
		if (scan->devs->list[i].rdev == rdev)
			ret = add_holder(&scan->devs->list[i], pid);
	return ret;
}

/* O_PATH names a file and does not open it: it would hide a holder that has it open */
static bool is_path_only(const char *path, const char *fd)
{
	char text[256];
	const char *flags;

	if (procfd_text(text, sizeof(text), "/proc/%sinfo/%s", path, fd) <= 0)
		return false;
	flags = strstr(text, "flags:");
	return flags && strtoul(flags + strlen("flags:"), NULL, 8) & O_PATH;
}

/*
 * A chardev is known by its number: the name it was opened by may be any. A file
 * system that does not answer must not stop us, so its server is not asked.
 */
static int scan_files(struct scan *scan, pid_t pid, const char *path, DIR *files, bool *empty)
{
	const struct dirent *entry;
	int ret = 0, failed = 0;
	struct statx st;

	while (!ret && (entry = sysfs_next(files, &failed))) {
		if (entry->d_name[0] == '.')
			continue;
		*empty = false;
		if (statx(dirfd(files), entry->d_name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
			  STATX_TYPE, &st))
			ret = scan_failed(scan, errno);
		else if (S_ISCHR(st.stx_mode) && st.stx_rdev_major == scan->major &&
			 !is_path_only(path, entry->d_name))
			ret = scan_file(scan, pid,
					makedev(st.stx_rdev_major, st.stx_rdev_minor));
	}
	return ret || !failed ? ret : scan_failed(scan, -failed);
}

/* @path: the fd directory of a process or of one of its threads */
static int scan_directory(struct scan *scan, int proc, pid_t pid, const char *path,
			  bool *empty)
{
	DIR *files = sysfs_opendirat(proc, path);
	int ret;

	if (!files) {
		*empty = is_gone(errno);
		return scan_failed(scan, errno);
	}
	if (pid == 1)
		scan->seen_init = true;
	ret = scan_files(scan, pid, path, files, empty);
	closedir(files);
	return ret;
}

/* The first thread of a process may have ended, the others still have its files */
static int scan_threads(struct scan *scan, int proc, pid_t pid)
{
	char path[64];
	const struct dirent *entry;
	int ret = 0, failed = 0;
	DIR *threads;

	snprintf(path, sizeof(path), "%d/task", pid);
	threads = sysfs_opendirat(proc, path);
	if (!threads)
		return scan_failed(scan, errno);
	while (!ret && (entry = sysfs_next(threads, &failed))) {
		int thread = atoi(entry->d_name);
		bool empty = true;

		if (thread <= 0 || thread == pid)
			continue;
		snprintf(path, sizeof(path), "%d/task/%d/fd", pid, thread);
		ret = scan_directory(scan, proc, pid, path, &empty);
		if (!empty && !scan->threads)
			break;
	}
	closedir(threads);
	return ret || !failed ? ret : scan_failed(scan, -failed);
}

static int scan_process(struct scan *scan, int proc, pid_t pid)
{
	bool empty = true;
	char path[32];
	int ret;

	snprintf(path, sizeof(path), "%d/fd", pid);
	ret = scan_directory(scan, proc, pid, path, &empty);
	if (!ret && (empty || scan->threads))
		ret = scan_threads(scan, proc, pid);
	return ret;
}

static int scan_processes(struct scan *scan)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int ret = 0;

	if (!proc)
		return -errno;
	while ((entry = sysfs_next(proc, &ret))) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 0)
			ret = scan_process(scan, dirfd(proc), pid);
	}
	closedir(proc);
	return ret;
}

/*
 * References to the module; BUILT_IN where the kernel does not tell. What was found in
 * processes is all there is to know then.
 */
#define BUILT_IN (-1)

static int module_references(long *count)
{
	char text[32];
	ssize_t n = procfd_text(text, sizeof(text), "/sys/module/" SYSFS_VHOST_DRIVER "/refcnt");

	if (n < 0 && n != -ENOENT)
		return (int)n;
	*count = n < 0 ? BUILT_IN : atol(text);
	return 0;
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
static enum vdpactl_unseen what_is_unseen(const struct scan *scan, long references)
{
	if (!in_first_pid_namespace())
		return VDPACTL_UNSEEN_NAMESPACE;
	if (scan->blind || !scan->seen_init)
		return VDPACTL_UNSEEN_PROCESS;
	return references <= (long)scan->nopen * REFERENCES_PER_FILE ? VDPACTL_UNSEEN_NONE :
								       VDPACTL_UNSEEN_FILE;
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

/*
 * A file that is closed after the references were read, and before its process
 * was looked at, leaves a reference without a file: look again. A thread may have
 * files of its own, which costs more to look at and is rare.
 */
static int scan_until_explained(struct scan *scan, enum vdpactl_unseen *unseen)
{
	*unseen = VDPACTL_UNSEEN_FILE;
	for (int tries = 0; tries < TRIES_MAX && *unseen == VDPACTL_UNSEEN_FILE; tries++) {
		long references = 0;
		int ret = module_references(&references);

		scan_restart(scan);
		scan->threads = tries;
		/* Unused, it cannot have an open file: nothing to look for, and no guess */
		if (!ret && references)
			ret = scan_processes(scan);
		if (ret)
			return ret;
		*unseen = references ? what_is_unseen(scan, references) : VDPACTL_UNSEEN_NONE;
	}
	return 0;
}

int sysfs_find_holders(struct vdpactl_devs *devs, unsigned int major)
{
	struct scan scan = { .devs = devs, .major = major };
	enum vdpactl_unseen unseen = VDPACTL_UNSEEN_NONE;
	int ret = major ? scan_until_explained(&scan, &unseen) : 0;

	for (size_t i = 0; i < devs->count; i++) {
		struct vdpactl_dev *dev = &devs->list[i];

		if (dev->chardev && !dev->nholders)
			dev->unseen = unseen;
		dev->holders_known = !dev->unseen;
	}
	free(scan.open);
	return ret;
}

int sysfs_is_open(dev_t rdev, enum vdpactl_unseen *unseen)
{
	struct vdpactl_devs none = { 0 };
	struct scan scan = { .devs = &none, .major = major(rdev), .threads = true };
	int ret = scan_processes(&scan);
	bool found = false;

	for (size_t i = 0; i < scan.nopen; i++)
		found |= scan.open[i] == rdev;
	*unseen = found ? VDPACTL_UNSEEN_NONE : what_is_unseen(&scan, 0);
	free(scan.open);
	return ret ? ret : found;
}

/* ---- in words ------------------------------------------------------------------- */

const char *vdpactl_unseen_text(enum vdpactl_unseen unseen)
{
	static const char *const texts[] = {
		[VDPACTL_UNSEEN_NONE] = "",
		[VDPACTL_UNSEEN_PROCESS] = "not every process could be looked at: who holds a "
			"device is known to root outside any container",
		[VDPACTL_UNSEEN_NAMESPACE] = "this pid namespace has not all processes: who holds "
			"a device is known to root outside any container",
		[VDPACTL_UNSEEN_FILE] = "vhost_vdpa has more open files than the processes: one is "
			"on its way through a socket, or in an io_uring, and whose it is comes out "
			"when it is received or its owner ends",
	};

	return texts[unseen];
}

int vdpactl_dev_check_free(const struct vdpactl_dev *dev, const char *what,
			   struct vdpactl_error *err)
{
	const struct vdpactl_holder *holder = dev->holders;

	if (dev->nholders) {
		vdpactl_error_set(err, EBUSY, "cannot %s %s: %s is held by process %d (%s)",
				  what, dev->name, dev->chardev, holder->pid, holder->comm);
		vdpactl_error_hint(err, holder->pid == getpid() ?
				   "that is this process itself, which was started with the file "
				   "open: close it before" :
				   "end that process, or make it close the device");
		return -EBUSY;
	}
	if (!dev->holders_known) {
		vdpactl_error_set(err, EBUSY, "cannot %s %s: it cannot be told whether "
				  "%s is held", what, dev->name, dev->chardev ? dev->chardev : "it");
		vdpactl_error_hint(err, "%s", vdpactl_unseen_text(dev->unseen));
		return -EBUSY;
	}
	return 0;
}
