// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <vdpactl/dev.h>

#include "note.h"
#include "output.h"
#include "printable.h"
#include "signals.h"
#include "stream.h"

/* Bytes of lines that wait for each other while there is more to read */
#define FLUSH_AT 65536

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* ---- standard output ---------------------------------------------------------------- */

/* When the stream ends, ms; -1: by itself never */
static int64_t deadline;

static bool is_over(void)
{
	return signals_stopped() || (deadline >= 0 && now_ms() >= deadline);
}

/*
 * Whoever reads our lines may be stuck: then signals and time end the stream as they end
 * one that waits for events, and what does not fit is not written. poll() tells whether
 * PIPE_BUF bytes fit, so that no write waits for the reader.
 */
static ssize_t write_out(void *cookie, const char *bytes, size_t size)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		bool over = is_over();
		int64_t left = deadline < 0 ? -1 : deadline - now_ms();

		if (poll(&pfd, 1, over ? 0 : left > INT_MAX ? INT_MAX : (int)left) <= 0) {
			if (over)
				return size;
			continue;
		}
		n = write(STDOUT_FILENO, bytes + done,
			  size - done < PIPE_BUF ? size - done : PIPE_BUF);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return done;
		done += n < 0 ? 0 : n;
	}
	return size;
}

/* From here on standard output is left when the stream is over */
static int take_stdout(struct cli *cli)
{
	static char lines[FLUSH_AT];
	FILE *out;

	if (fflush(stdout))
		return output_flush(cli);
	out = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = write_out });
	if (!out)
		return cli_failf(cli, ENOMEM, "out of memory");
	setvbuf(out, lines, _IOFBF, sizeof(lines));
	stdout = out;
	return 0;
}

/* ---- what is printed ---------------------------------------------------------------- */

static bool is_among(uint64_t types, const struct vdpactl_diag_note *note)
{
	return note->type < 64 && types >> note->type & 1;
}

/* What is of no device concerns each one */
static bool is_wanted(const struct stream *stream, const struct vdpactl_diag_note *note)
{
	return is_among(stream->wanted, note) &&
	       (!stream->dev || !*note->dev || !strcmp(stream->dev, note->dev));
}

/* Return: 1: counted; 0: not */
static int print(struct cli *cli, const struct stream *stream,
		 const struct vdpactl_diag_note *note)
{
	bool wanted = is_wanted(stream, note);

	if (note->note != VDPACTL_NOTE_EVENT) {
		note_other(stdout, note, cli->json);
		return 0;
	}
	if (wanted || is_among(stream->always, note))
		stream->print(cli, note);
	return wanted;
}

/* What there is without waiting; else flush, and wait for more. */
static int next(struct cli *cli, struct vdpactl_monitor *monitor,
		struct vdpactl_diag_note *note)
{
	int64_t left = deadline < 0 ? -1 : deadline - now_ms();
	int ret;

	ret = vdpactl_monitor_next(monitor, 0, note, &cli->err);
	if (ret)
		return ret;
	ret = output_flush(cli);
	if (ret)
		return ret;
	/* A signal that comes just before the wait is seen within this time */
	if (left < 0 || left > 1000)
		left = 1000;
	return vdpactl_monitor_next(monitor, (int)left, note, &cli->err);
}

static int pump(struct cli *cli, const struct stream *stream, struct vdpactl_monitor *monitor)
{
	struct vdpactl_diag_note note;
	uint64_t count = 0;
	int ret;

	deadline = stream->timeout < 0 ? -1 : now_ms() + stream->timeout;
	while (!is_over() && (!stream->count || count < stream->count)) {
		ret = next(cli, monitor, &note);
		if (ret < 0)
			return CLI_FAILED;
		if (ret)
			count += print(cli, stream, &note);
		if (signals_asked() && stream->numbers)
			stream->numbers();
	}
	/* Fewer than were asked for, and nobody stopped it */
	return count < stream->count && !signals_stopped() ? CLI_TIMED_OUT : CLI_OK;
}

/* It may come; a name that was mistyped would be waited for in silence */
static void tell_absent(const struct stream *stream)
{
	struct vdpactl_devs devs;

	if (!stream->dev || stream->source != VDPACTL_STREAM_EVENTS)
		return;
	if (vdpactl_devs_locate(stream->dev, &devs, NULL) == -ENODEV) {
		fputs("vdpactl: there is no vDPA device \"", stderr);
		printable_put(stderr, stream->dev);
		fputs("\" now; its events are shown when it comes\n", stderr);
	}
	vdpactl_devs_free(&devs);
}

int stream_run(struct cli *cli, const struct stream *stream)
{
	struct vdpactl_monitor *monitor;
	int status;

	if (vdpactl_monitor_open(stream->source, &monitor, &cli->err))
		return CLI_FAILED;
	tell_absent(stream);
	signals_catch();
	status = take_stdout(cli) ? CLI_FAILED : pump(cli, stream, monitor);
	vdpactl_monitor_close(monitor);
	if (output_flush(cli))
		status = CLI_FAILED;
	signals_done();
	if (stream->numbers)
		stream->numbers();
	return status;
}
