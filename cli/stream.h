/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream of vdpactl_diag on standard output, until it has been enough. */
#ifndef STREAM_H
#define STREAM_H

#include <vdpactl/diag.h>

#include "cli.h"

/**
 * struct stream - what a command streams
 * @source: events or faults
 * @dev: of this device only; NULL: of all
 * @count: end after so many messages; 0: do not
 * @timeout: end after so many milliseconds; -1: do not
 * @wanted: which types, bits 1 << type
 * @always: types that neither @dev nor @wanted hides, as they concern all; only what is
 *	wanted is counted
 * @print: writes the line of a message
 * @numbers: prints what passed, on standard error, at the end and on SIGUSR1; or NULL
 */
struct stream {
	enum vdpactl_stream source;
	const char *dev;
	uint64_t count;
	int64_t timeout;
	uint64_t wanted;
	uint64_t always;
	void (*print)(struct cli *cli, const struct vdpactl_diag_note *note);
	void (*numbers)(void);
};

/**
 * stream_run() - print until @count, @timeout, SIGINT, SIGTERM or SIGHUP
 *
 * A reader that is stuck does not keep it from ending: the rest is not written.
 * Lines are flushed when there is nothing more to read. Losses are printed where they
 * happened; whose they were nobody knows, so neither @dev nor @wanted leaves them out.
 *
 * Return: an enum cli_status
 */
int stream_run(struct cli *cli, const struct stream *stream);

#endif
