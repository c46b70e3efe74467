// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fault_handler.h"

/* How long a handler may take to end by itself, and then after SIGTERM */
#define PATIENCE_MS 1000

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void __attribute__((noreturn)) child(int in, int out, const char *command)
{
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	/* Its own group: a signal to ours is ours to pass on */
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

int fault_handler_start(struct fault_handler *handler, const char *command)
{
	int to[2], from[2], code;

	*handler = (struct fault_handler){ .to = -1, .from = -1 };
	if (pipe2(to, O_CLOEXEC))
		return -errno;
	if (pipe2(from, O_CLOEXEC)) {
		code = errno;
		goto close_to;
	}
	handler->pid = fork();
	if (!handler->pid)
		child(to[0], from[1], command);
	if (handler->pid < 0) {
		code = errno;
		close(from[0]);
		close(from[1]);
		goto close_to;
	}
	setpgid(handler->pid, handler->pid);
	close(to[0]);
	close(from[1]);
	handler->to = to[1];
	handler->from = from[0];
	fcntl(handler->to, F_SETFL, O_NONBLOCK);
	fcntl(handler->from, F_SETFL, O_NONBLOCK);
	return 0;

close_to:
	close(to[0]);
	close(to[1]);
	handler->pid = 0;
	return -code;
}

int fault_handler_put(struct fault_handler *handler, const char *bytes, size_t size)
{
	size_t room = handler->room ? handler->room : 65536;
	char *out;

	while (room - handler->used < size)
		room *= 2;
	if (room != handler->room) {
		out = realloc(handler->out, room);
		if (!out)
			return -ENOMEM;
		handler->out = out;
		handler->room = room;
	}
	if (!handler->used)
		handler->stuck_since = now_ns();
	memcpy(handler->out + handler->used, bytes, size);
	handler->used += size;
	return 0;
}

int fault_handler_push(struct fault_handler *handler)
{
	ssize_t n;

	if (!handler->used)
		return 0;
	n = write(handler->to, handler->out, handler->used);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	handler->used -= n;
	memmove(handler->out, handler->out + n, handler->used);
	handler->stuck_since = now_ns();
	return 0;
}

bool fault_handler_fill(struct fault_handler *handler)
{
	ssize_t n = read(handler->from, handler->in + handler->length,
			 sizeof(handler->in) - handler->length);

	if (n > 0)
		handler->length += n;
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

enum fault_handler_said fault_handler_line(struct fault_handler *handler, char *line)
{
	char *end = memchr(handler->in, '\n', handler->length);
	size_t size;
	bool skip = handler->skip;

	if (!end && handler->length < sizeof(handler->in))
		return FAULT_HANDLER_NOTHING;
	if (!end) {
		/* Say so once, when the line begins */
		handler->length = 0;
		handler->skip = true;
		return skip ? FAULT_HANDLER_NOTHING : FAULT_HANDLER_LONG;
	}
	size = end - handler->in;
	memcpy(line, handler->in, size);
	line[size] = '\0';
	handler->length -= size + 1;
	memmove(handler->in, end + 1, handler->length);
	handler->skip = false;
	return skip ? fault_handler_line(handler, line) : FAULT_HANDLER_LINE;
}

void fault_handler_leave(struct fault_handler *handler)
{
	if (handler->to >= 0)
		close(handler->to);
	if (handler->from >= 0)
		close(handler->from);
	handler->to = -1;
	handler->from = -1;
	free(handler->out);
	handler->out = NULL;
	handler->used = 0;
	handler->room = 0;
	handler->left = now_ns();
}

bool fault_handler_ended(struct fault_handler *handler, int *status)
{
	int64_t age = (now_ns() - handler->left) / 1000000;
	int signal = age < PATIENCE_MS ? 0 : age < 2 * PATIENCE_MS ? SIGTERM : SIGKILL;

	if (waitpid(handler->pid, status, WNOHANG) == handler->pid) {
		handler->pid = 0;
		return true;
	}
	if (signal != handler->signal)
		kill(-handler->pid, signal);
	handler->signal = signal;
	return false;
}

void fault_handler_stop(struct fault_handler *handler)
{
	struct timespec ms = { .tv_nsec = 1000000 };
	int status;

	if (handler->to >= 0)
		fault_handler_leave(handler);
	while (handler->pid && !fault_handler_ended(handler, &status))
		nanosleep(&ms, NULL);
}
