/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines as they come, with an ear for signals while there is none. */
#ifndef SESSION_INPUT_H
#define SESSION_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <vdpactl/error.h>

/* Longest line that is taken, its end included */
#define SESSION_LINE_MAX 4096

/**
 * struct session_input - where lines come from
 * @fd: the file
 * @name: what to call it in messages
 * @line: number of the line that was read last
 * @data: what was read and is not used yet: @used bytes
 * @taken: how many bytes of it the last line was
 * @end: nothing more comes behind it
 */
struct session_input {
	int fd;
	const char *name;
	unsigned int line;
	size_t used;
	size_t taken;
	bool end;
	char data[SESSION_LINE_MAX];
};

/**
 * session_signals() - turn the signals that end a process into something to read
 *
 * Return: a signalfd, or a negative errno value
 */
int session_signals(struct vdpactl_error *err);

/** session_signal() - the signal that is waiting, taken; 0 for none */
int session_signal(int signals);

/**
 * session_line() - read one line
 * @signals: from session_signals(); -1 to leave signals alone
 * @line: the line without its end, until the next call
 *
 * Return: 1; 0 at the end; -EINTR: a signal is waiting; -EINVAL: the line is too
 * long or has a NUL byte; what read() failed with. All but 1 and 0 are described in
 * @err, -EINTR is not.
 */
int session_line(struct session_input *input, int signals, char **line,
		 struct vdpactl_error *err);

#endif
