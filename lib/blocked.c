// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device that is deleted while its chardev is held, or while nobody serves it, is waited
 * for with the lock of all generic netlink held (genl_mutex), and unbound so with the lock
 * of the device. Who waits there is found in /proc.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blocked.h"
#include "procfd.h"
#include "sysfs.h"

/**
 * enum rank - how sure it is that a process is the one
 * @RANK_OPERATION: waits in the middle of an operation of generic netlink, or of one that
 *	removes a device
 * @RANK_SERVER: waits for the daemon of a VDUSE device
 * @RANK_HOLDER: waits for the holder of a chardev
 */
enum rank {
	RANK_NONE,
	RANK_OPERATION,
	RANK_SERVER,
	RANK_HOLDER,
};

struct culprit {
	enum rank rank;
	int pid;
	char comm[64];
	char where[64];
};

/* The function that a line of /proc/PID/stack names, as "[<0>] vhost_vdpa_remove+0x83/0xd0" */
static void take_function(const char *line, char *name, size_t size)
{
	line += strcspn(line, " \n");
	line += *line == ' ';
	snprintf(name, size, "%.*s", (int)strcspn(line, "+\n "), line);
}

/* Those that only wait for the lock have the function that takes it on top */
static enum rank rank_of(const char *stack)
{
	const char *below = strchr(stack, '\n');

	if (strstr(stack, "vhost_vdpa_remove"))
		return RANK_HOLDER;
	if (strstr(stack, "vduse_dev_msg_sync"))
		return RANK_SERVER;
	if (below && (strstr(below, " genl_rcv_msg+") || strstr(below, " device_del+") ||
		      strstr(below, " device_release_driver_internal+")))
		return RANK_OPERATION;
	return RANK_NONE;
}

static void look_at(struct culprit *culprit, int pid, int tid)
{
	char stack[4096];
	enum rank rank;

	if (procfd_state(pid, tid) != 'D')
		return;
	/* Where the stack is not told, the function on top of it may be */
	if (procfd_text(stack, sizeof(stack), "/proc/%d/task/%d/stack", pid, tid) <= 0) {
		stack[0] = ' ';
		procfd_text(stack + 1, sizeof(stack) - 1, "/proc/%d/task/%d/wchan", pid, tid);
	}
	rank = rank_of(stack);
	if (rank <= culprit->rank)
		return;
	culprit->rank = rank;
	culprit->pid = pid;
	procfd_comm(pid, culprit->comm, sizeof(culprit->comm));
	take_function(stack, culprit->where, sizeof(culprit->where));
}

/* Any thread of a process may be the one */
static void look_at_process(struct culprit *culprit, int proc, int pid)
{
	const struct dirent *entry;
	char path[32];
	DIR *threads;

	snprintf(path, sizeof(path), "%d/task", pid);
	threads = sysfs_opendirat(proc, path);
	while (threads && (entry = readdir(threads)))
		if (atoi(entry->d_name) > 0)
			look_at(culprit, pid, atoi(entry->d_name));
	if (threads)
		closedir(threads);
}

static void find_culprit(struct culprit *culprit)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");

	*culprit = (struct culprit){ .rank = RANK_NONE };
	while (proc && (entry = readdir(proc)))
		if (atoi(entry->d_name) > 0)
			look_at_process(culprit, dirfd(proc), atoi(entry->d_name));
	if (proc)
		closedir(proc);
}

/* ---- in words ------------------------------------------------------------------- */

/* The chardev that is waited for has lost its place in /dev, but not its holder */
static int take_holder(void *arg, int pid, int fd, const char *name)
{
	static const char deleted[] = " (deleted)";
	struct vdpactl_holder *holder = arg;
	size_t length = strlen(name), end = sizeof(deleted) - 1;

	if (strncmp(name, "/dev/vhost-vdpa-", 16) || length < end ||
	    strcmp(name + length - end, deleted))
		return 0;
	holder->pid = pid;
	procfd_comm(pid, holder->comm, sizeof(holder->comm));
	return 1;
}

static void describe(const struct culprit *culprit, char *text, size_t size,
		     struct vdpactl_holder *holder)
{
	struct procfd_walk walk = { .visit = take_holder, .arg = holder };
	char until[128] = "";

	if (culprit->rank == RANK_NONE) {
		snprintf(text, size, "which process does that %s", geteuid() ?
			 "cannot be told without being root" : "was not found in /proc");
		return;
	}
	if (culprit->rank == RANK_SERVER)
		snprintf(until, sizeof(until), " until the daemon of a VDUSE device answers");
	else if (culprit->rank == RANK_HOLDER && procfd_walk(&walk) == 1)
		snprintf(until, sizeof(until), " until process %d (%s) closes its vhost-vdpa chardev",
			 holder->pid, holder->comm);
	else if (culprit->rank == RANK_HOLDER)
		snprintf(until, sizeof(until), " until a vhost-vdpa chardev is closed");
	snprintf(text, size, "process %d (%s) waits in the kernel, in %s,%s", culprit->pid,
		 culprit->comm, culprit->where, *until ? until : " and hears no signal");
}

static void describe_cure(const struct culprit *culprit, const struct vdpactl_holder *holder,
			  char *text, size_t size)
{
	if (holder->pid)
		snprintf(text, size, "make process %d close the device, or end it", holder->pid);
	else if (culprit->rank == RANK_SERVER)
		snprintf(text, size, "start the daemon of the VDUSE device again");
	else if (culprit->rank == RANK_HOLDER)
		snprintf(text, size, "end the process that holds the device");
	else
		snprintf(text, size, "the kernel log may tell more: dmesg");
}

int blocked_explain(struct vdpactl_error *err)
{
	struct vdpactl_holder holder = { 0 };
	char who[320], cure[128];
	struct culprit culprit;

	find_culprit(&culprit);
	describe(&culprit, who, sizeof(who), &holder);
	describe_cure(&culprit, &holder, cure, sizeof(cure));
	vdpactl_error_set(err, ETIMEDOUT, "generic netlink is blocked on this host: %s", who);
	vdpactl_error_hint(err, "%s; until then \"vdpactl fault list\" answers, and so does "
			   "\"vdpactl session DEV\" of a device that is bound to vhost_vdpa", cure);
	return -ETIMEDOUT;
}

bool blocked_by_device(char *who, size_t size, char *cure, size_t cure_size)
{
	struct vdpactl_holder holder = { 0 };
	struct culprit culprit;

	find_culprit(&culprit);
	if (culprit.rank < RANK_SERVER)
		return false;
	describe(&culprit, who, size, &holder);
	describe_cure(&culprit, &holder, cure, cure_size);
	return true;
}
