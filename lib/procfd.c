// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procfd.h"

ssize_t procfd_text(char *text, size_t size, const char *fmt, ...)
{
	ssize_t n = -1;
	char path[256];
	va_list ap;
	int fd;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = read(fd, text, size - 1);
	if (n < 0)
		n = -errno;
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

int procfd_comm(int pid, char *comm, size_t size)
{
	ssize_t n = procfd_text(comm, size, "/proc/%d/comm", pid);

	/* The last newline is the kernel's, one before is the name's */
	if (n > 0 && comm[n - 1] == '\n')
		comm[n - 1] = '\0';
	return n < 0 ? (int)n : 0;
}

char procfd_state(int pid, int tid)
{
	char stat[512];
	const char *end;

	/* "96 (comm) D ...": a comm may have any character */
	procfd_text(stat, sizeof(stat), "/proc/%d/task/%d/stat", pid, tid);
	end = strrchr(stat, ')');
	return end && end[1] == ' ' ? end[2] : '\0';
}

static int walk_process(struct procfd_walk *walk, int pid)
{
	char path[32], name[256];
	struct dirent *d;
	int ret = 0;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir) {
		/* A process that ended meanwhile has nothing open any more */
		if (errno == ENOENT || errno == ESRCH)
			return 0;
		if (errno != EACCES && errno != EPERM)
			return -errno;
		walk->hidden++;
		return 0;
	}
	while (!ret && (d = readdir(dir))) {
		n = readlinkat(dirfd(dir), d->d_name, name, sizeof(name) - 1);
		if (n < 0)
			continue;
		name[n] = '\0';
		ret = walk->visit(walk->arg, pid, atoi(d->d_name), name);
	}
	closedir(dir);
	return ret;
}

int procfd_walk(struct procfd_walk *walk)
{
	struct dirent *d;
	int ret = 0;
	DIR *dir;

	walk->hidden = 0;
	dir = opendir("/proc");
	if (!dir)
		return -errno;
	while (!ret && (d = readdir(dir)))
		if (isdigit((unsigned char)d->d_name[0]))
			ret = walk_process(walk, atoi(d->d_name));
	closedir(dir);
	return ret;
}
