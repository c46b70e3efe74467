/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the bytes of a queue are moved: read and write, or io_uring. */
#ifndef FAULT_IO_H
#define FAULT_IO_H

#include <stddef.h>
#include <sys/types.h>

#include <vdpactl/fault.h>

struct fault_io;

/**
 * struct fault_span - bytes to move
 * @buf: where they are or go; NULL moves nothing
 * @size: how many
 * @result: bytes moved, or a negative errno
 */
struct fault_span {
	void *buf;
	size_t size;
	ssize_t result;
};

/** fault_io_new() - NULL with errno set on failure */
struct fault_io *fault_io_new(int fd, enum vdpactl_queue_io how);

void fault_io_free(struct fault_io *io);

/**
 * fault_io_exchange() - write, then read
 *
 * Both are tried; each has its own result. With io_uring that is one system
 * call for the two.
 */
void fault_io_exchange(struct fault_io *io, struct fault_span *out,
		       struct fault_span *in);

#endif
