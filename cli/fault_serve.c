// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vdpactl fault serve: let a program answer the faults of a queue, and answer
 * for it where it fails to.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "fault.h"
#include "fault_handler.h"
#include "fault_source.h"
#include "fault_stream.h"
#include "output.h"

#define TIMEOUT_DEFAULT_MS	1000
#define TIMEOUT_MAX_MS		(24U * 60 * 60 * 1000)

/*
 * Faults stay in the kernel's queue while so many groups wait for the handler,
 * or so many bytes for it to read: memory stays bounded, and devices stall.
 */
#define PENDING_MAX		4096
#define BACKLOG_MAX		65536

/* How often to look whether a handler that was lost has ended */
#define LOST_INTERVAL_MS	10

/**
 * struct serve - the command
 * @source: which queue
 * @command: --handler
 * @timeout_ms: --timeout
 * @fallback: --default
 * @io: how to read
 * @stream: what is printed
 * @handler: the handler
 * @gone: what was wrong with it; it is not asked any more
 * @eof: there will be no more faults
 */
struct serve {
	struct fault_source source;
	const char *command;
	uint32_t timeout_ms;
	int fallback;
	enum vdpactl_queue_io io;
	struct fault_stream *stream;
	struct fault_handler handler;
	const char *gone;
	bool eof;
};

static int parse_word(struct args *args, struct serve *serve)
{
	bool taken;
	int ret;

	if (args_keyword(args, "--handler"))
		return args_value(args, "command", &serve->command);
	if (args_keyword(args, "--timeout"))
		return args_u32(args, "timeout in milliseconds", 1, TIMEOUT_MAX_MS,
				&serve->timeout_ms);
	if (args_keyword(args, "--default"))
		return fault_arg_code(args, false, &serve->fallback);
	if (args_keyword(args, "--io"))
		return fault_arg_io(args, &serve->io);
	ret = fault_source_arg(args, &serve->source, &taken);
	return ret || taken ? ret : args_end(args);
}

static int64_t timeout_ns(const struct serve *serve)
{
	return serve->timeout_ms * 1000000LL;
}

static int respond(struct serve *serve, uint32_t cookie, int code)
{
	int ret = vdpactl_queue_respond(serve->stream->queue, cookie, code);

	if (ret == -ENOMEM)
		cli_failf(serve->stream->cli, ENOMEM, "out of memory for responses");
	if (ret)
		return ret;
	return fault_stream_response(serve->stream, cookie, code) ? -EIO : 0;
}

/* ---- what the handler does wrong ------------------------------------------------- */

/* Answer what waits longer than @age with the default */
static int answer_overdue(struct serve *serve, int64_t age)
{
	uint32_t cookie;
	int ret = 0;

	while (!ret && !vdpactl_queue_overdue(serve->stream->queue, age, &cookie)) {
		if (!serve->gone)
			ret = fault_stream_error(serve->stream, json_integer(cookie),
						 "the handler did not answer in %u ms",
						 serve->timeout_ms);
		if (!ret)
			ret = respond(serve, cookie, serve->fallback);
	}
	return ret;
}

/* The device first; the handler may take its time to end */
static int lose_handler(struct serve *serve, const char *why)
{
	serve->gone = why;
	fault_handler_leave(&serve->handler);
	return answer_overdue(serve, 0);
}

/* Tell of a handler that was lost, once it has ended or nobody waits for it any more */
static int tell_lost(struct serve *serve, bool wait)
{
	char how[64] = "";
	int status;

	if (!serve->handler.pid)
		return 0;
	if (!fault_handler_ended(&serve->handler, &status)) {
		if (wait)
			return 0;
	} else if (WIFEXITED(status)) {
		snprintf(how, sizeof(how), " (exit status %d)", WEXITSTATUS(status));
	} else if (WIFSIGNALED(status)) {
		snprintf(how, sizeof(how), " (signal %d)", WTERMSIG(status));
	}
	return fault_stream_error(serve->stream, NULL,
				  "the handler %s%s; every fault is answered %s from then on",
				  serve->gone, how, vdpactl_fault_code_name(serve->fallback));
}

/* ---- from the handler ------------------------------------------------------------- */

static int bad_line(struct serve *serve, const char *why)
{
	return fault_stream_error(serve->stream, NULL, "the handler's line %s", why);
}

static int handle_line(struct serve *serve, const char *line)
{
	json_t *doc = json_loads(line, 0, NULL);
	json_t *cookie = json_object_get(doc, "cookie");
	const char *name = json_string_value(json_object_get(doc, "code"));
	json_int_t value = json_integer_value(cookie);
	int code = name ? vdpactl_fault_code_parse(name) : -EINVAL;
	bool valid = json_is_integer(cookie) && value >= 0 && value <= UINT32_MAX && code >= 0;
	int ret;

	json_decref(doc);
	if (!valid)
		return bad_line(serve, "is no response: it wants a cookie and a code, success or invalid");
	ret = respond(serve, value, code);
	if (ret == -ENOENT || ret == -EAGAIN)
		return fault_stream_error(serve->stream, json_integer(value),
					  "the handler answered a group that does not wait for an answer");
	return ret;
}

static int handler_said(struct serve *serve)
{
	bool open = fault_handler_fill(&serve->handler);
	char line[sizeof(serve->handler.in)];
	enum fault_handler_said said;
	int ret = 0;

	while (!ret && (said = fault_handler_line(&serve->handler, line)))
		ret = said == FAULT_HANDLER_LONG ? bad_line(serve, "is too long") :
						   handle_line(serve, line);
	if (!ret && !open)
		ret = lose_handler(serve, "closed its output");
	return ret;
}

/* ---- to the handler --------------------------------------------------------------- */

static int read_faults(struct serve *serve)
{
	const struct vdpactl_fault *faults;
	char line[VDPACTL_FAULT_LINE];
	int n = fault_stream_read(serve->stream, &faults);

	for (int i = 0; i < n; i++) {
		if (fault_stream_fault(serve->stream, &faults[i]))
			return -1;
		if (!serve->gone &&
		    fault_handler_put(&serve->handler, line,
				      vdpactl_fault_json(&faults[i], line))) {
			cli_failf(serve->stream->cli, ENOMEM, "out of memory for faults");
			return -1;
		}
	}
	if (n < 0)
		return n;
	if (serve->stream->ended == FAULT_STREAM_EOF) {
		serve->eof = true;
		serve->stream->ended = FAULT_STREAM_RUNS;
	}
	return serve->gone ? answer_overdue(serve, 0) : 0;
}

static bool backlogged(const struct serve *serve)
{
	return vdpactl_queue_waiting(serve->stream->queue) >= PENDING_MAX ||
	       serve->handler.used >= BACKLOG_MAX;
}

/* A handler that does not even read would keep us from reading for ever */
static int check_stuck(struct serve *serve)
{
	struct timespec ts;

	if (serve->gone || !serve->handler.used)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	if (ts.tv_sec * 1000000000LL + ts.tv_nsec - serve->handler.stuck_since <
	    timeout_ns(serve))
		return 0;
	return lose_handler(serve, "does not read its input");
}

/* ---- the loop ----------------------------------------------------------------------- */

enum { QUEUE, OWNER, FROM, TO, FDS };

static int wait_ms(const struct serve *serve)
{
	uint32_t cookie;
	int64_t left = vdpactl_queue_overdue(serve->stream->queue, timeout_ns(serve), &cookie);

	if (left < 0 || left > timeout_ns(serve))
		left = serve->handler.used ? timeout_ns(serve) : -1;
	/* Nothing tells that a handler that was lost has ended */
	if (serve->gone && serve->handler.pid)
		return LOST_INTERVAL_MS;
	return left < 0 ? -1 : left / 1000000 + 1;
}

static int step(struct serve *serve)
{
	struct pollfd fds[FDS] = {
		[QUEUE] = { serve->eof || backlogged(serve) ? -1 : serve->source.opened,
			    POLLIN, 0 },
		[OWNER] = { serve->source.owner, POLLIN, 0 },
		[FROM] = { serve->handler.from, POLLIN, 0 },
		[TO] = { serve->handler.used ? serve->handler.to : -1, POLLOUT, 0 },
	};
	int ret;

	if (fault_stream_answer(serve->stream))
		return -1;
	ret = fault_stream_wait(serve->stream, fds, FDS, wait_ms(serve));
	if (ret < 0)
		return ret;
	if (fds[QUEUE].revents)
		ret = read_faults(serve);
	if (ret >= 0 && serve->handler.used && fault_handler_push(&serve->handler))
		ret = lose_handler(serve, "closed its input");
	if (ret >= 0 && fds[FROM].revents && !serve->gone)
		ret = handler_said(serve);
	if (ret >= 0)
		ret = check_stuck(serve);
	if (ret >= 0)
		ret = answer_overdue(serve, timeout_ns(serve));
	if (ret >= 0 && serve->gone)
		ret = tell_lost(serve, true);
	if (fds[OWNER].revents)
		serve->stream->ended = FAULT_STREAM_OWNER;
	return ret;
}

static int run(struct cli *cli, struct serve *serve)
{
	int ret = fault_handler_start(&serve->handler, serve->command);

	if (ret)
		return cli_failf(cli, -ret, "cannot run the handler: %s", strerror(-ret));
	while (ret >= 0 && !fault_stream_stopped(serve->stream)) {
		if (serve->eof && !vdpactl_queue_waiting(serve->stream->queue))
			break;
		ret = step(serve);
	}
	if (ret >= 0 && serve->gone)
		ret = tell_lost(serve, false);
	if (ret >= 0)
		ret = fault_stream_flush(serve->stream);
	if (ret < 0)
		return CLI_FAILED;
	if (serve->gone)
		return cli_failf(cli, ECHILD, "the handler \"%s\" was lost; the default answered for it",
				 serve->command);
	return CLI_OK;
}

static int serve_queue(struct cli *cli, struct serve *serve)
{
	int status = fault_source_open(cli, &serve->source);

	if (status != CLI_OK)
		return status;
	/* The handler shall answer through us only */
	fcntl(serve->source.opened, F_SETFD, FD_CLOEXEC);
	serve->stream = fault_stream_new(cli, serve->source.opened, serve->io, true);
	status = CLI_FAILED;
	if (serve->stream) {
		if (vdpactl_queue_writable(serve->stream->queue))
			status = run(cli, serve);
		else
			cli_failf(cli, EBADF, "file descriptor %d takes no responses",
				  serve->source.opened);
		status = fault_stream_finish(serve->stream, status);
	}
	/* What waits for an answer does not wait for the handler */
	fault_handler_stop(&serve->handler);
	fault_source_close(&serve->source);
	return status;
}

int fault_serve(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct serve serve = {
		.source = FAULT_SOURCE_NONE,
		.timeout_ms = TIMEOUT_DEFAULT_MS,
		.fallback = VDPACTL_FAULT_INVALID,
		.io = FAULT_IO_DEFAULT,
		.handler = { .to = -1, .from = -1 },
	};
	int status;

	while (args.argc) {
		status = parse_word(&args, &serve);
		if (status)
			return status;
	}
	if (!serve.command)
		return cli_usage(cli, "no handler given");
	return serve_queue(cli, &serve);
}
