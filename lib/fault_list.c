// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where fault and event queues come from: other processes and sockets.
 */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <vdpactl/fault.h>

static const struct {
	const char *link;
	enum vdpactl_queue_kind kind;
} links[] = {
	{ "anon_inode:[iommufd-pgfault]", VDPACTL_QUEUE_FAULT },
	{ "anon_inode:[iommufd-viommu-event]", VDPACTL_QUEUE_EVENT },
};

static enum vdpactl_queue_kind kind_at(int dir, const char *name)
{
	char target[64];
	ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);

	if (n < 0)
		return VDPACTL_QUEUE_OTHER;
	target[n] = '\0';
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (!strcmp(target, links[i].link))
			return links[i].kind;
	return VDPACTL_QUEUE_OTHER;
}

enum vdpactl_queue_kind vdpactl_queue_kind(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return kind_at(AT_FDCWD, path);
}

static void read_comm(int pid, char *comm, size_t size)
{
	char path[32];
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, comm, size - 1);
		close(fd);
	}
	comm[n > 0 ? n : 0] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
}

static int list_add(struct vdpactl_queue_list *list, int pid, int fd,
		    enum vdpactl_queue_kind kind)
{
	struct vdpactl_queue_entry *entry;

	entry = reallocarray(list->entries, list->count + 1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	list->entries = entry;
	entry += list->count++;
	entry->pid = pid;
	entry->fd = fd;
	entry->kind = kind;
	read_comm(pid, entry->comm, sizeof(entry->comm));
	return 0;
}

static int list_process(struct vdpactl_queue_list *list, int pid)
{
	enum vdpactl_queue_kind kind;
	struct dirent *d;
	char path[32];
	int ret = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir) {
		/* A process that ended meanwhile has no queues any more */
		if (errno == EACCES || errno == EPERM)
			list->hidden++;
		return 0;
	}
	while (!ret && (d = readdir(dir))) {
		kind = kind_at(dirfd(dir), d->d_name);
		if (kind != VDPACTL_QUEUE_OTHER)
			ret = list_add(list, pid, atoi(d->d_name), kind);
	}
	closedir(dir);
	return ret;
}

static int compare(const void *a, const void *b)
{
	const struct vdpactl_queue_entry *x = a, *y = b;

	return x->pid != y->pid ? (x->pid > y->pid) - (x->pid < y->pid) :
				  (x->fd > y->fd) - (x->fd < y->fd);
}

int vdpactl_queue_list(struct vdpactl_queue_list *list, struct vdpactl_error *err)
{
	struct dirent *d;
	int ret = 0;
	DIR *dir;

	*list = (struct vdpactl_queue_list){ 0 };
	dir = opendir("/proc");
	if (!dir)
		return vdpactl_error_set(err, errno, "cannot read /proc: %s",
					 strerror(errno));
	while (!ret && (d = readdir(dir)))
		if (isdigit((unsigned char)d->d_name[0]))
			ret = list_process(list, atoi(d->d_name));
	closedir(dir);
	if (ret) {
		vdpactl_queue_list_free(list);
		return vdpactl_error_set(err, ENOMEM,
					 "out of memory while looking for fault queues");
	}
	qsort(list->entries, list->count, sizeof(*list->entries), compare);
	return 0;
}

void vdpactl_queue_list_free(struct vdpactl_queue_list *list)
{
	free(list->entries);
	*list = (struct vdpactl_queue_list){ 0 };
}

static int steal_error(struct vdpactl_error *err, int code, int pid, int fd)
{
	switch (code) {
	case ESRCH:
		return vdpactl_error_set(err, code, "there is no process %d", pid);
	case EBADF:
		return vdpactl_error_set(err, code,
					 "process %d has no file descriptor %d", pid, fd);
	case EPERM:
		vdpactl_error_set(err, code,
				  "not permitted to take file descriptor %d of process %d",
				  fd, pid);
		vdpactl_error_hint(err, "This needs the right to trace the process: "
				   "CAP_SYS_PTRACE, and see ptrace(2) about Yama.");
		return -code;
	default:
		return vdpactl_error_set(err, code,
					 "cannot take file descriptor %d of process %d: %s",
					 fd, pid, strerror(code));
	}
}

int vdpactl_queue_steal(int pid, int fd, int *pidfd, struct vdpactl_error *err)
{
	int process, copy, code;

	process = syscall(SYS_pidfd_open, pid, 0);
	if (process < 0)
		return steal_error(err, errno, pid, fd);
	copy = syscall(SYS_pidfd_getfd, process, fd, 0);
	code = errno;
	if (copy < 0 || !pidfd)
		close(process);
	if (copy < 0)
		return steal_error(err, code, pid, fd);
	if (pidfd)
		*pidfd = process;
	return copy;
}

/* The descriptors of a message; closes them unless there is exactly one */
static int take_descriptor(struct msghdr *msg)
{
	int fds[8], found = -1, count = 0, n;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		if (n > 8)
			n = 8;
		memcpy(fds, CMSG_DATA(c), n * sizeof(int));
		for (int i = 0; i < n; i++) {
			if (count++)
				close(fds[i]);
			else
				found = fds[i];
		}
	}
	if (count > 1) {
		close(found);
		found = -1;
	}
	return found;
}

static int receive(int sock, const char *path, struct vdpactl_error *err)
{
	char control[CMSG_SPACE(8 * sizeof(int))], byte[256];
	struct iovec iov = { byte, sizeof(byte) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;
	int fd;

	do
		n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return vdpactl_error_set(err, errno, "cannot receive from %s: %s", path,
					 strerror(errno));
	fd = take_descriptor(&msg);
	if (fd < 0)
		return vdpactl_error_set(err, EPROTO,
					 "%s did not send exactly one file descriptor", path);
	return fd;
}

int vdpactl_queue_receive(const char *path, struct vdpactl_error *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock, fd;

	if (strlen(path) >= sizeof(addr.sun_path))
		return vdpactl_error_set(err, ENAMETOOLONG,
					 "%s is too long to be the name of a socket", path);
	strcpy(addr.sun_path, path);
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sock < 0 || connect(sock, (struct sockaddr *)&addr, sizeof(addr))) {
		int code = errno;

		if (sock >= 0)
			close(sock);
		return vdpactl_error_set(err, code, "cannot connect to %s: %s", path,
					 strerror(code));
	}
	fd = receive(sock, path, err);
	close(sock);
	return fd;
}
