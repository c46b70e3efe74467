// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <liburing.h>

#include "fault_io.h"
#include "lazy.h"

struct fault_io {
	int fd;
	bool uring;
	struct io_uring ring;
};

struct fault_io *fault_io_new(int fd, enum vdpactl_queue_io how)
{
	struct fault_io *io = calloc(1, sizeof(*io));
	int ret;

	if (!io)
		return NULL;
	io->fd = fd;
	if (how == VDPACTL_IO_URING) {
		ret = lazy_load(&lazy_liburing, NULL);
		if (!ret)
			ret = io_uring_queue_init(4, &io->ring, 0);
		if (ret) {
			free(io);
			errno = -ret;
			return NULL;
		}
		io->uring = true;
	}
	return io;
}

void fault_io_free(struct fault_io *io)
{
	if (!io)
		return;
	if (io->uring)
		io_uring_queue_exit(&io->ring);
	free(io);
}

static void exchange_poll(struct fault_io *io, struct fault_span *out,
			  struct fault_span *in)
{
	if (out->buf) {
		out->result = write(io->fd, out->buf, out->size);
		if (out->result < 0)
			out->result = -errno;
	}
	if (in->buf) {
		in->result = read(io->fd, in->buf, in->size);
		if (in->result < 0)
			in->result = -errno;
	}
}

/* Offset -1: at the file's position, which a queue does not have anyway */
static unsigned int prepare(struct fault_io *io, struct fault_span *out,
			    struct fault_span *in)
{
	struct io_uring_sqe *sqe;
	unsigned int n = 0;

	if (out->buf) {
		sqe = io_uring_get_sqe(&io->ring);
		io_uring_prep_write(sqe, io->fd, out->buf, out->size, -1);
		io_uring_sqe_set_data(sqe, out);
		n++;
	}
	if (in->buf) {
		sqe = io_uring_get_sqe(&io->ring);
		io_uring_prep_read(sqe, io->fd, in->buf, in->size, -1);
		io_uring_sqe_set_data(sqe, in);
		n++;
	}
	return n;
}

static void exchange_uring(struct fault_io *io, struct fault_span *out,
			   struct fault_span *in)
{
	unsigned int n = prepare(io, out, in);
	struct io_uring_cqe *cqe;
	struct fault_span *span;

	/* A signal may interrupt the wait, but what was submitted is under way */
	if (n)
		io_uring_submit_and_wait(&io->ring, n);
	while (n) {
		if (io_uring_wait_cqe(&io->ring, &cqe))
			continue;
		span = io_uring_cqe_get_data(cqe);
		span->result = cqe->res;
		io_uring_cqe_seen(&io->ring, cqe);
		n--;
	}
}

void fault_io_exchange(struct fault_io *io, struct fault_span *out,
		       struct fault_span *in)
{
	out->result = 0;
	in->result = 0;
	if (io->uring)
		exchange_uring(io, out, in);
	else
		exchange_poll(io, out, in);
}
