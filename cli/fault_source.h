/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which queue "fault tail" and "fault serve" read: the words that say so. */
#ifndef FAULT_SOURCE_H
#define FAULT_SOURCE_H

#include <poll.h>

#include "args.h"
#include "fault_stream.h"

/**
 * struct fault_source - where the queue comes from
 * @fd: --fd, or -1
 * @pid: --pid, or 0
 * @target_fd: --target-fd, or -1
 * @socket: --socket, or NULL
 * @steal: --steal
 * @opened: the descriptor to read, once fault_source_open() succeeded
 * @owner: becomes readable when the owner exits, or -1
 */
struct fault_source {
	int fd;
	int pid;
	int target_fd;
	const char *socket;
	bool steal;
	int opened;
	int owner;
};

#define FAULT_SOURCE_NONE \
	((struct fault_source){ .fd = -1, .target_fd = -1, .opened = -1, .owner = -1 })

#define FAULT_SOURCE_USAGE \
	"{ --fd N | --pid P --target-fd N --steal | --socket PATH }"

/**
 * fault_source_arg() - take one of the words above
 * @taken: set to whether the next word was one
 *
 * Return: 0 or CLI_USAGE.
 */
int fault_source_arg(struct args *args, struct fault_source *source, bool *taken);

/** fault_source_open() - get hold of the queue; returns an enum cli_status */
int fault_source_open(struct cli *cli, struct fault_source *source);

/** fault_source_close() - close what fault_source_open() opened */
void fault_source_close(struct fault_source *source);

#endif
