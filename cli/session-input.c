// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "session-input.h"

int session_signals(struct vdpactl_error *err)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return vdpactl_error_set(err, errno, "cannot watch for signals: %s",
					 strerror(errno));
	sigprocmask(SIG_BLOCK, &set, NULL);
	return fd;
}

int session_signal(int signals)
{
	struct signalfd_siginfo info;

	return read(signals, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

/* 0 once there is something to read, or nothing to wait for */
static int wait_for_input(const struct session_input *input, int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = input->fd, .events = POLLIN },
	};

	while (poll(fds, 2, -1) < 0)
		if (errno != EINTR)
			return 0;
	return fds[0].revents ? -EINTR : 0;
}

static int fill(struct session_input *input, int signals, struct vdpactl_error *err)
{
	ssize_t got;
	int ret = wait_for_input(input, signals);

	if (ret)
		return ret;
	got = read(input->fd, input->data + input->used, sizeof(input->data) - input->used);
	if (got < 0)
		return vdpactl_error_set(err, errno, "cannot read %s: %s", input->name,
					 strerror(errno));
	input->used += got;
	input->end = !got;
	return 0;
}

int session_line(struct session_input *input, int signals, char **line,
		 struct vdpactl_error *err)
{
	char *end;
	int ret;

	input->used -= input->taken;
	memmove(input->data, input->data + input->taken, input->used);
	input->taken = 0;
	while (!(end = memchr(input->data, '\n', input->used))) {
		/* One byte is kept for the end of a last line without one */
		if (input->used >= sizeof(input->data) - 1)
			return vdpactl_error_set(err, EINVAL, "%s:%u: the line is longer than %d bytes",
						 input->name, input->line + 1,
						 SESSION_LINE_MAX - 2);
		if (input->end && !input->used)
			return 0;
		if (input->end) {
			end = input->data + input->used++;
			break;
		}
		ret = fill(input, signals, err);
		if (ret)
			return ret;
	}
	*end = '\0';
	input->taken = end + 1 - input->data;
	input->line++;
	*line = input->data;
	if (strlen(input->data) + 1 != input->taken)
		return vdpactl_error_set(err, EINVAL, "%s:%u: there is a NUL byte in the line",
					 input->name, input->line);
	return 1;
}
