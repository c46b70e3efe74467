// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#include "note.h"
#include "output.h"
#include "stream.h"

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = 1;
}

/* Without SA_RESTART: a signal ends the wait */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

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
static int next(struct cli *cli, struct vdpactl_monitor *monitor, int64_t deadline,
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
	int64_t deadline = stream->timeout < 0 ? -1 : now_ms() + stream->timeout;
	struct vdpactl_diag_note note;
	uint64_t count = 0;
	int ret;

	while (!stopped && (!stream->count || count < stream->count)) {
		ret = next(cli, monitor, deadline, &note);
		if (ret < 0)
			return CLI_FAILED;
		if (ret)
			count += print(cli, stream, &note);
		else if (deadline >= 0 && now_ms() >= deadline)
			break;
	}
	return CLI_OK;
}

int stream_run(struct cli *cli, const struct stream *stream)
{
	struct vdpactl_monitor *monitor;
	int status;

	if (vdpactl_monitor_open(stream->source, &monitor, &cli->err))
		return CLI_FAILED;
	catch_signals();
	status = pump(cli, stream, monitor);
	vdpactl_monitor_close(monitor);
	return status;
}
