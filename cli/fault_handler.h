/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handler of "fault serve": a command that gets lines on its standard input
 * and answers with lines on its standard output.
 */
#ifndef FAULT_HANDLER_H
#define FAULT_HANDLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct fault_handler - a running handler
 * @pid: process and process group; 0 when there is none any more
 * @to: its standard input, not blocking; -1 when closed
 * @from: its standard output; -1 when closed
 * @out: lines for it, @used bytes of @room
 * @in: what it said and is no whole line yet, @length bytes
 * @skip: the current line is too long, and ignored
 * @stuck_since: when it last took something, if @used; ns
 * @left: when it was left; ns
 * @signal: which it got last since then, or 0
 */
struct fault_handler {
	pid_t pid;
	int to;
	int from;
	char *out;
	size_t used;
	size_t room;
	char in[4096];
	size_t length;
	bool skip;
	int64_t stuck_since;
	int64_t left;
	int signal;
};

/** fault_handler_start() - run a command by the shell; 0 or a negative errno */
int fault_handler_start(struct fault_handler *handler, const char *command);

/** fault_handler_put() - queue bytes for it; 0 or -ENOMEM */
int fault_handler_put(struct fault_handler *handler, const char *bytes, size_t size);

/** fault_handler_push() - write what it takes; 0, or a negative errno: it is gone */
int fault_handler_push(struct fault_handler *handler);

/** enum fault_handler_said - what fault_handler_line() found */
enum fault_handler_said {
	FAULT_HANDLER_NOTHING,	/* no whole line */
	FAULT_HANDLER_LINE,
	FAULT_HANDLER_LONG,	/* a line that is too long; ignored */
};

/** fault_handler_fill() - read what it said; false at the end */
bool fault_handler_fill(struct fault_handler *handler);

/** fault_handler_line() - take the next line out of what was read */
enum fault_handler_said fault_handler_line(struct fault_handler *handler, char *line);

/** fault_handler_leave() - close its input and output: it is to end */
void fault_handler_leave(struct fault_handler *handler);

/**
 * fault_handler_ended() - whether one that was left has ended; never waits
 * @status: set as by waitpid(2), if it has
 *
 * To be called again and again: after a while it is made to end.
 */
bool fault_handler_ended(struct fault_handler *handler, int *status);

/** fault_handler_stop() - leave it, and wait until it has ended */
void fault_handler_stop(struct fault_handler *handler);

#endif
