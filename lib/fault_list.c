// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where fault and event queues come from: other processes and sockets.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <vdpactl/fault.h>

#include "procfd.h"

static const struct {
	const char *link;
	enum vdpactl_queue_kind kind;
} links[] = {
	{ "anon_inode:[iommufd-pgfault]", VDPACTL_QUEUE_FAULT },
	{ "anon_inode:[iommufd-viommu-event]", VDPACTL_QUEUE_EVENT },
};

static enum vdpactl_queue_kind kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (!strcmp(name, links[i].link))
			return links[i].kind;
	return VDPACTL_QUEUE_OTHER;
}

enum vdpactl_queue_kind vdpactl_queue_kind(int fd)
{
	char path[32], name[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, name, sizeof(name) - 1);
	name[n < 0 ? 0 : n] = '\0';
	return kind_of(name);
}

static int list_add(void *arg, int pid, int fd, const char *name)
{
	enum vdpactl_queue_kind kind = kind_of(name);
	struct vdpactl_queue_list *list = arg;
	struct vdpactl_queue_entry *entry;

	if (kind == VDPACTL_QUEUE_OTHER)
		return 0;
	entry = reallocarray(list->entries, list->count + 1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	list->entries = entry;
	entry += list->count++;
	entry->pid = pid;
	entry->fd = fd;
	entry->kind = kind;
	procfd_comm(pid, entry->comm, sizeof(entry->comm));
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct vdpactl_queue_entry *x = a, *y = b;

	return x->pid != y->pid ? (x->pid > y->pid) - (x->pid < y->pid) :
				  (x->fd > y->fd) - (x->fd < y->fd);
}

int vdpactl_queue_list(struct vdpactl_queue_list *list, struct vdpactl_error *err)
{
	struct procfd_walk walk = { .visit = list_add, .arg = list };
	int ret;

	*list = (struct vdpactl_queue_list){ 0 };
	ret = procfd_walk(&walk);
	if (ret) {
		vdpactl_queue_list_free(list);
		return vdpactl_error_set(err, ret, "cannot look for fault queues in /proc: %s",
					 strerror(-ret));
	}
	list->hidden = walk.hidden;
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
