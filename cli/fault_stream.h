/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the streams of "vdpactl fault" share: a queue that is read until a
 * signal, lines that go out when there is nothing more to read, and what is
 * owed at the end: an answer for every group that was read, and the numbers.
 */
#ifndef FAULT_STREAM_H
#define FAULT_STREAM_H

#include <poll.h>

#include <vdpactl/fault.h>

#include "args.h"
#include "cli.h"

#define FAULT_STREAM_OUT	(1U << 20)

/**
 * struct fault_stream - one stream
 * @cli: the command
 * @json: lines of JSON, not text
 * @queue: what is read
 * @used: bytes in @out
 * @out: lines that were not written yet
 * @ended: why the stream ended, unless by a failure
 */
struct fault_stream {
	struct cli *cli;
	bool json;
	struct vdpactl_queue *queue;
	size_t used;
	char out[FAULT_STREAM_OUT];
	enum {
		FAULT_STREAM_RUNS,
		FAULT_STREAM_EOF,	/* pipe or socket closed */
		FAULT_STREAM_OWNER,	/* the queue's owner exited */
	} ended;
};

/**
 * fault_stream_new() - begin a stream; from here on signals end it
 * @fd: the queue
 *
 * Return: the stream; NULL: see cli->err.
 */
struct fault_stream *fault_stream_new(struct cli *cli, int fd, enum vdpactl_queue_io io,
				      bool json);

/**
 * fault_stream_finish() - answer what was not answered, print the numbers, free
 * @status: enum cli_status so far
 *
 * Return: the status of the command
 */
int fault_stream_finish(struct fault_stream *stream, int status);

/** fault_stream_stopped() - whether to end; prints the numbers if SIGUSR1 came */
bool fault_stream_stopped(struct fault_stream *stream);

/**
 * fault_stream_wait() - write what there is and sleep until something happens
 * @fds: what to wait for; may be NULL with @n 0
 * @timeout: milliseconds, or -1
 *
 * Return: as poll(2), 0 also after a signal; -1: failed, see cli->err.
 */
int fault_stream_wait(struct fault_stream *stream, struct pollfd *fds, nfds_t n,
		      int timeout);

/** fault_stream_fault() - print a fault */
int fault_stream_fault(struct fault_stream *stream, const struct vdpactl_fault *fault);

/** fault_stream_response() - print a response */
int fault_stream_response(struct fault_stream *stream, uint32_t cookie,
			  enum vdpactl_fault_code code);

/** fault_stream_line() - print a line of another kind; takes the reference */
int fault_stream_line(struct fault_stream *stream, json_t *line);

/** fault_stream_error() - print a line about something that went wrong */
int fault_stream_error(struct fault_stream *stream, json_t *cookie, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * fault_stream_answer() - write the responses that are due
 *
 * Return: 0, also where a signal kept from it; -1: failed, see cli->err.
 */
int fault_stream_answer(struct fault_stream *stream);

/** fault_stream_flush() - write what there is */
int fault_stream_flush(struct fault_stream *stream);

/**
 * fault_stream_read() - read faults
 *
 * As vdpactl_queue_read(), but a signal or the end of a pipe is 0, with @ended
 * set for the latter.
 */
int fault_stream_read(struct fault_stream *stream, const struct vdpactl_fault **faults);

/** fault_arg_io() - take the word behind --io */
int fault_arg_io(struct args *args, enum vdpactl_queue_io *io);

/** fault_arg_code() - take the name of a response; -1 for "none", if @none */
int fault_arg_code(struct args *args, bool none, int *code);

/** What --io is when it is not given; see the benchmark */
#define FAULT_IO_DEFAULT VDPACTL_IO_POLL

#endif
