// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "fault_observe.h"
#include "note.h"
#include "stream.h"

static const char *const perms[] = { "read", "write", "exec", "privileged" };
static const char *const codes[] = { "success", "invalid", "failure" };

/* What a fault and a response both have */
static const struct note_arg place_args[] = {
	{ VDPACTL_A_FAULT_GROUP, "group", NOTE_NUMBER },
	{ 0, NULL, NOTE_NUMBER }
};

static const struct note_arg fault_args[] = {
	{ VDPACTL_A_FAULT_LAST, "last", NOTE_BOOL },
	{ VDPACTL_A_FAULT_ADDR, "addr", NOTE_HEX },
	{ 0, NULL, NOTE_NUMBER }
};

static bool has(const struct vdpactl_diag_note *note, unsigned int attr)
{
	return note->has & 1U << attr;
}

static void print_perms(const struct vdpactl_diag_note *note, const char *quote)
{
	const char *comma = "";

	for (size_t i = 0; i < sizeof(perms) / sizeof(*perms); i++) {
		if (!(note->value[VDPACTL_A_FAULT_PERM] >> i & 1))
			continue;
		printf("%s%s%s%s", comma, quote, perms[i], quote);
		comma = ",";
	}
}

static const char *code_of(const struct vdpactl_diag_note *note)
{
	uint64_t code = note->value[VDPACTL_A_FAULT_CODE];

	return code < sizeof(codes) / sizeof(*codes) ? codes[code] : "unknown";
}

static void number_or_null(const struct vdpactl_diag_note *note, const char *name,
			   unsigned int attr)
{
	printf(",\"%s\":", name);
	if (has(note, attr))
		printf("%" PRIu64, note->value[attr]);
	else
		fputs("null", stdout);
}

static void print_json(const struct vdpactl_diag_note *note)
{
	const bool fault = note->type == VDPACTL_FAULT_REQUEST;
	char time[NOTE_TIME_SIZE];

	printf("{\"event\":\"%s\",\"dev\":", fault ? "fault" : "response");
	note_string(stdout, note->dev);
	printf(",\"seq\":%" PRIu64 ",\"time\":\"%s\"", note->value[VDPACTL_A_FAULT_SEQUENCE],
	       note_time(note->value[VDPACTL_A_FAULT_TIME], time));
	number_or_null(note, "pasid", VDPACTL_A_FAULT_PASID);
	putchar(',');
	note_args(stdout, note, place_args, true);
	putchar(',');
	if (fault) {
		note_args(stdout, note, fault_args, true);
		fputs(",\"perm\":[", stdout);
		print_perms(note, "\"");
		puts("]}");
		return;
	}
	printf("\"code\":\"%s\"", code_of(note));
	number_or_null(note, "latency_ns", VDPACTL_A_FAULT_LATENCY);
	number_or_null(note, "pid", VDPACTL_A_FAULT_PID);
	fputs(",\"comm\":", stdout);
	note_string(stdout, note->comm);
	puts("}");
}

static void print_text(const struct vdpactl_diag_note *note)
{
	const bool fault = note->type == VDPACTL_FAULT_REQUEST;
	char time[NOTE_TIME_SIZE];

	printf("%s %s %s ", note_time(note->value[VDPACTL_A_FAULT_TIME], time), note->dev,
	       fault ? "fault" : "response");
	if (has(note, VDPACTL_A_FAULT_PASID))
		printf("pasid=%" PRIu64 " ", note->value[VDPACTL_A_FAULT_PASID]);
	note_args(stdout, note, place_args, false);
	putchar(' ');
	if (fault) {
		note_args(stdout, note, fault_args, false);
		fputs(" perm=", stdout);
		print_perms(note, "");
	} else {
		printf("%s by %s (%" PRIu64 ")", code_of(note), note->comm,
		       note->value[VDPACTL_A_FAULT_PID]);
	}
	if (has(note, VDPACTL_A_FAULT_LATENCY))
		printf(" after %.1f us", note->value[VDPACTL_A_FAULT_LATENCY] / 1000.0);
	putchar('\n');
}

static void print_fault(struct cli *cli, const struct vdpactl_diag_note *note)
{
	if (cli->json)
		print_json(note);
	else
		print_text(note);
}

int fault_observe(struct cli *cli, const char *dev)
{
	const struct stream stream = {
		.source = VDPACTL_STREAM_FAULTS,
		.dev = dev,
		.timeout = -1,
		.wanted = UINT64_MAX,
		.print = print_fault,
	};

	return stream_run(cli, &stream);
}
