// SPDX-License-Identifier: GPL-2.0-or-later
/* vdpactl fault tail: print the faults of a queue, and answer them all alike. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "fault_event.h"
#include "fault_observe.h"
#include "fault_source.h"
#include "fault_stream.h"

/**
 * struct tail - the command line
 * @source: which queue
 * @observe: watch through the diag module
 * @dev: only this device, with @observe
 * @respond: enum vdpactl_fault_code, or -1 to answer nothing
 * @respond_given: --respond was there
 * @type: what the events of the queue are, or NULL
 * @io: how to read
 */
struct tail {
	struct fault_source source;
	bool observe;
	const char *dev;
	int respond;
	bool respond_given;
	const char *type;
	enum vdpactl_queue_io io;
};

static int parse_word(struct args *args, struct tail *tail)
{
	bool taken;
	int ret;

	if (args_keyword(args, "--respond")) {
		tail->respond_given = true;
		return fault_arg_code(args, true, &tail->respond);
	}
	if (args_keyword(args, "--io"))
		return fault_arg_io(args, &tail->io);
	if (args_keyword(args, "--type"))
		return args_value(args, "type of the events", &tail->type);
	if (args_keyword(args, "--observe")) {
		tail->observe = true;
		if (args->argc && !args_option(args))
			return args_value(args, "device", &tail->dev);
		return 0;
	}
	ret = fault_source_arg(args, &tail->source, &taken);
	return ret || taken ? ret : args_end(args);
}

/* ---- faults ------------------------------------------------------------------- */

/* Answer the groups that end among the faults; how many of these until @ret is not 0 */
static int respond(struct fault_stream *stream, const struct tail *tail,
		   const struct vdpactl_fault *faults, int n, int *ret)
{
	int i;

	for (i = 0; i < n; i++) {
		if (!faults[i].last)
			continue;
		*ret = vdpactl_queue_respond(stream->queue, faults[i].cookie, tail->respond);
		if (*ret)
			break;
	}
	return i;
}

static int print(struct fault_stream *stream, const struct tail *tail,
		 const struct vdpactl_fault *faults, int n)
{
	for (int i = 0; i < n; i++) {
		if (fault_stream_fault(stream, &faults[i]))
			return -1;
		if (tail->respond >= 0 && faults[i].last &&
		    fault_stream_response(stream, faults[i].cookie, tail->respond))
			return -1;
	}
	return 0;
}

/* A cookie that comes twice before its answer is the sender's mistake */
static int take_wrong(struct fault_stream *stream, const struct vdpactl_fault *fault, int ret)
{
	if (ret != -ENOENT)
		return cli_failf(stream->cli, -ret, "out of memory for responses");
	if (fault_stream_fault(stream, fault))
		return -1;
	return fault_stream_error(stream, json_integer(fault->cookie),
				  "a group with the cookie of one that was answered");
}

/*
 * Answers first, so that the device goes on while the lines are made; io_uring has them
 * written with the next read.
 */
static int take(struct fault_stream *stream, const struct tail *tail,
		const struct vdpactl_fault *faults, int n)
{
	int taken = n, ret = 0;

	for (; n > 0; faults += taken + 1, n -= taken + 1) {
		if (tail->respond >= 0)
			taken = respond(stream, tail, faults, n, &ret);
		if (tail->io == VDPACTL_IO_POLL && fault_stream_answer(stream))
			return -1;
		if (print(stream, tail, faults, taken))
			return -1;
		if (taken < n && take_wrong(stream, &faults[taken], ret))
			return -1;
	}
	return 0;
}

/* Read until there is nothing more */
static int drain_faults(struct fault_stream *stream, const struct tail *tail)
{
	const struct vdpactl_fault *faults;
	int n;

	while ((n = fault_stream_read(stream, &faults)) > 0) {
		if (take(stream, tail, faults, n))
			return -1;
		if (fault_stream_stopped(stream))
			break;
	}
	return n < 0 ? n : 0;
}

/* ------------------------------------------------------------------------------- */

static int run(struct fault_stream *stream, const struct tail *tail)
{
	bool events = vdpactl_queue_get_kind(stream->queue) == VDPACTL_QUEUE_EVENT;
	struct pollfd fds[2] = {
		{ .fd = tail->source.opened, .events = POLLIN },
		{ .fd = tail->source.owner, .events = POLLIN },
	};
	int ret;

	while (!fault_stream_stopped(stream)) {
		if (fault_stream_wait(stream, fds, 2, -1) < 0)
			return CLI_FAILED;
		if (!fds[0].revents)
			ret = 0;
		else if (events)
			ret = fault_event_drain(stream, stream->queue, tail->type);
		else
			ret = drain_faults(stream, tail);
		if (ret < 0)
			return CLI_FAILED;
		if (fds[1].revents)
			stream->ended = FAULT_STREAM_OWNER;
	}
	return CLI_OK;
}

static int tail_queue(struct cli *cli, struct tail *tail)
{
	struct fault_stream *stream;
	int status;

	status = fault_source_open(cli, &tail->source);
	if (status != CLI_OK)
		return status;
	stream = fault_stream_new(cli, tail->source.opened, tail->io, cli->json);
	status = CLI_FAILED;
	if (stream) {
		if (tail->respond >= 0 && !vdpactl_queue_writable(stream->queue))
			status = cli_failf(cli, EBADF,
					   "file descriptor %d takes no responses",
					   tail->source.opened);
		else
			status = run(stream, tail);
		status = fault_stream_finish(stream, status);
	}
	fault_source_close(&tail->source);
	return status;
}

int fault_tail(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct tail tail = {
		.source = FAULT_SOURCE_NONE,
		.respond = -1,
		.io = FAULT_IO_DEFAULT,
	};
	int status;

	while (args.argc) {
		status = parse_word(&args, &tail);
		if (status)
			return status;
	}
	if (!tail.observe)
		return tail_queue(cli, &tail);
	if (tail.respond_given || tail.source.fd >= 0 || tail.source.pid || tail.source.socket)
		return cli_usage(cli, "--observe only watches, and needs no queue");
	return fault_observe(cli, tail.dev);
}
