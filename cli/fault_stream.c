// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault_numbers.h"
#include "fault_stream.h"
#include "output.h"
#include "printable.h"
#include "signals.h"

/* ---- numbers ------------------------------------------------------------------- */

static void print_fault_stats(const struct vdpactl_queue_stats *stats)
{
	fault_numbers(stats);
	fprintf(stderr, " abandoned %llu gone %llu incomplete %llu",
		(unsigned long long)stats->abandoned, (unsigned long long)stats->gone,
		(unsigned long long)stats->incomplete);
	fault_numbers_latency(stats);
}

static void print_stats(const struct fault_stream *stream)
{
	const struct vdpactl_queue_stats *stats = vdpactl_queue_stats(stream->queue);

	if (vdpactl_queue_get_kind(stream->queue) == VDPACTL_QUEUE_EVENT)
		fprintf(stderr, "events %llu lost %llu\n", (unsigned long long)stats->events,
			(unsigned long long)stats->lost);
	else
		print_fault_stats(stats);
}

/* ---- the stream ------------------------------------------------------------------ */

struct fault_stream *fault_stream_new(struct cli *cli, int fd, enum vdpactl_queue_io io,
				      bool json)
{
	struct fault_stream *stream = malloc(sizeof(*stream));

	if (!stream) {
		cli_failf(cli, ENOMEM, "out of memory");
		return NULL;
	}
	stream->cli = cli;
	stream->json = json;
	stream->used = 0;
	stream->ended = FAULT_STREAM_RUNS;
	stream->queue = vdpactl_queue_new(fd, io, &cli->err);
	if (!stream->queue) {
		free(stream);
		return NULL;
	}
	signals_catch();
	return stream;
}

bool fault_stream_stopped(struct fault_stream *stream)
{
	if (signals_asked())
		print_stats(stream);
	return signals_stopped() || stream->ended;
}

int fault_stream_answer(struct fault_stream *stream)
{
	struct vdpactl_error err;
	int ret;

	do
		ret = vdpactl_queue_flush(stream->queue, &err);
	while (ret == -EINTR && !fault_stream_stopped(stream));
	if (!ret || ret == -EINTR)
		return 0;
	stream->cli->err = err;
	return -1;
}

/*
 * Whoever reads our lines may be slow or stuck: responses must not wait for
 * that, and a signal ends the wait.
 */
int fault_stream_flush(struct fault_stream *stream)
{
	size_t done = 0;
	ssize_t n;

	if (stream->used && fault_stream_answer(stream))
		return -1;
	while (done < stream->used) {
		n = write(STDOUT_FILENO, stream->out + done, stream->used - done);
		if (n < 0 && errno == EINTR && !fault_stream_stopped(stream))
			continue;
		if (n < 0) {
			stream->used = 0;
			if (errno == EINTR)
				break;
			stream->cli->lost_reader |= errno == EPIPE;
			cli_failf(stream->cli, errno, "cannot write to standard output: %s",
				  strerror(errno));
			return -1;
		}
		done += n;
	}
	stream->used = 0;
	return 0;
}

static char *room(struct fault_stream *stream, size_t size)
{
	if (size > sizeof(stream->out))
		return NULL;
	if (stream->used + size > sizeof(stream->out) && fault_stream_flush(stream))
		return NULL;
	return stream->out + stream->used;
}

int fault_stream_fault(struct fault_stream *stream, const struct vdpactl_fault *fault)
{
	char *line = room(stream, VDPACTL_FAULT_LINE);

	if (!line)
		return -1;
	stream->used += stream->json ? vdpactl_fault_json(fault, line) :
				       vdpactl_fault_text(fault, line);
	return 0;
}

int fault_stream_response(struct fault_stream *stream, uint32_t cookie,
			  enum vdpactl_fault_code code)
{
	char *line = room(stream, VDPACTL_FAULT_LINE);

	if (!line)
		return -1;
	stream->used += stream->json ? vdpactl_response_json(cookie, code, line) :
				       vdpactl_response_text(cookie, code, line);
	return 0;
}

/* "event": "x", "a": 1 becomes "x a 1" */
static char *as_text(const json_t *line)
{
	char *text = NULL, *value;
	const char *key;
	json_t *member;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	json_object_foreach((json_t *)line, key, member) {
		if (json_is_null(member))
			continue;
		if (strcmp(key, "event"))
			fprintf(f, " %s ", key);
		if (json_is_string(member)) {
			printable_put(f, json_string_value(member));
			continue;
		}
		value = json_dumps(member, JSON_COMPACT | JSON_ENCODE_ANY);
		fputs(value ? value : "?", f);
		free(value);
	}
	fclose(f);
	return text;
}

int fault_stream_line(struct fault_stream *stream, json_t *line)
{
	char *text = stream->json ? json_dumps(line, JSON_COMPACT) : as_text(line);
	size_t length = text ? strlen(text) : 0;
	char *p = text ? room(stream, length + 1) : NULL;

	json_decref(line);
	if (p) {
		memcpy(p, text, length);
		p[length] = '\n';
		stream->used += length + 1;
	} else if (!stream->cli->err.code) {
		cli_failf(stream->cli, ENOMEM, "out of memory for a line");
	}
	free(text);
	return p ? 0 : -1;
}

int fault_stream_error(struct fault_stream *stream, json_t *cookie, const char *fmt, ...)
{
	char message[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return fault_stream_line(stream, json_pack("{s:s, s:o*, s:o}", "event", "error",
						   "cookie", cookie,
						   "message", json_text(message)));
}

int fault_stream_wait(struct fault_stream *stream, struct pollfd *fds, nfds_t n,
		      int timeout)
{
	int ret;

	if (fault_stream_flush(stream))
		return -1;
	if (fault_stream_stopped(stream))
		return 0;
	ret = poll(fds, n, timeout);
	if (ret < 0 && errno == EINTR) {
		for (nfds_t i = 0; i < n; i++)
			fds[i].revents = 0;
		return 0;
	}
	if (ret < 0)
		cli_failf(stream->cli, errno, "cannot wait: %s", strerror(errno));
	return ret;
}

int fault_stream_read(struct fault_stream *stream, const struct vdpactl_fault **faults)
{
	struct vdpactl_error err;
	int ret = vdpactl_queue_read(stream->queue, faults, &err);

	if (ret == -EPIPE) {
		stream->ended = FAULT_STREAM_EOF;
		return 0;
	}
	if (ret == -EINTR)
		return 0;
	if (ret < 0)
		stream->cli->err = err;
	return ret;
}

int fault_stream_finish(struct fault_stream *stream, int status)
{
	struct vdpactl_error err;

	/* Where the other end is gone, there may be nobody left to answer to */
	if (vdpactl_queue_close(stream->queue, &err) < 0 && status == CLI_OK &&
	    stream->ended != FAULT_STREAM_EOF) {
		stream->cli->err = err;
		status = CLI_FAILED;
	}
	if (status == CLI_OK && fault_stream_flush(stream))
		status = CLI_FAILED;
	signals_done();
	print_stats(stream);
	vdpactl_queue_free(stream->queue);
	free(stream);
	return status;
}

/* ---- arguments ---------------------------------------------------------------------- */

int fault_arg_io(struct args *args, enum vdpactl_queue_io *io)
{
	const char *word;
	int ret = args_value(args, "uring or poll", &word);

	if (ret)
		return ret;
	if (!strcmp(word, "uring"))
		*io = VDPACTL_IO_URING;
	else if (!strcmp(word, "poll"))
		*io = VDPACTL_IO_POLL;
	else
		return cli_usage(args->cli, "--io is uring or poll, not \"%s\"", word);
	return 0;
}

int fault_arg_code(struct args *args, bool none, int *code)
{
	const char *word;
	int ret = args_value(args, "response", &word);

	if (ret)
		return ret;
	if (none && !strcmp(word, "none")) {
		*code = -1;
		return 0;
	}
	*code = vdpactl_fault_code_parse(word);
	if (*code < 0)
		return cli_usage(args->cli, "\"%s\" is no response: there are %ssuccess and invalid",
				 word, none ? "none, " : "");
	return 0;
}
