// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "fault_numbers.h"
#include "fault_observe.h"
#include "note.h"
#include "stream.h"

/* As the kernel's enum iommu_page_response_code is numbered */
static const char *const codes[] = { "success", "invalid", "failure" };

static const struct {
	uint32_t bit;
	const char *name;
} perms[] = {
	{ 1, "read" }, { 2, "write" }, { 4, "exec" }, { 8, "priv" },
};

static bool has(const struct vdpactl_diag_note *note, unsigned int attr)
{
	return note->has & 1U << attr;
}

static const char *code_of(const struct vdpactl_diag_note *note)
{
	uint64_t code = note->value[VDPACTL_A_FAULT_CODE];

	return code < sizeof(codes) / sizeof(codes[0]) ? codes[code] : "unknown";
}

/* A number, or null */
static void json_member(const struct vdpactl_diag_note *note, const char *name,
			unsigned int attr)
{
	printf(",\"%s\":", name);
	if (has(note, attr))
		printf("%" PRIu64, note->value[attr]);
	else
		fputs("null", stdout);
}

static void print_perms(uint64_t perm)
{
	const char *separator = "";

	fputs(",\"perm\":[", stdout);
	for (size_t i = 0; i < sizeof(perms) / sizeof(perms[0]); i++) {
		if (!(perm & perms[i].bit))
			continue;
		printf("%s\"%s\"", separator, perms[i].name);
		separator = ",";
	}
	putchar(']');
}

static void print_json(const struct vdpactl_diag_note *note)
{
	bool request = note->type == VDPACTL_FAULT_REQUEST;

	printf("{\"event\":\"%s\",\"dev\":", request ? "fault" : "response");
	note_string(stdout, note->dev);
	printf(",\"seq\":%" PRIu64, note->value[VDPACTL_A_FAULT_SEQUENCE]);
	note_times(note->value[VDPACTL_A_FAULT_TIME]);
	json_member(note, "pasid", VDPACTL_A_FAULT_PASID);
	json_member(note, "group", VDPACTL_A_FAULT_GROUP);
	if (request) {
		printf(",\"last\":%s", note->value[VDPACTL_A_FAULT_LAST] ? "true" : "false");
		print_perms(note->value[VDPACTL_A_FAULT_PERM]);
		printf(",\"addr\":\"0x%" PRIx64 "\"}\n", note->value[VDPACTL_A_FAULT_ADDR]);
		return;
	}
	printf(",\"code\":\"%s\"", code_of(note));
	json_member(note, "latency_ns", VDPACTL_A_FAULT_LATENCY);
	json_member(note, "pid", VDPACTL_A_FAULT_PID);
	fputs(",\"comm\":", stdout);
	note_string(stdout, note->comm);
	puts("}");
}

static void print_text(const struct vdpactl_diag_note *note)
{
	bool request = note->type == VDPACTL_FAULT_REQUEST;
	char time[NOTE_TIME_SIZE];

	note_begin(note_time(note->value[VDPACTL_A_FAULT_TIME], time), note->dev,
		   request ? "fault" : "response");
	if (has(note, VDPACTL_A_FAULT_PASID))
		printf(" pasid %" PRIu64, note->value[VDPACTL_A_FAULT_PASID]);
	printf(" group %" PRIu64, note->value[VDPACTL_A_FAULT_GROUP]);
	if (request) {
		printf(" addr 0x%" PRIx64 " perm ", note->value[VDPACTL_A_FAULT_ADDR]);
		for (size_t i = 0; i < sizeof(perms) / sizeof(perms[0]); i++)
			putchar(note->value[VDPACTL_A_FAULT_PERM] & perms[i].bit ? "rwxp"[i] : '-');
		puts(note->value[VDPACTL_A_FAULT_LAST] ? " last" : "");
		return;
	}
	printf(" %s", code_of(note));
	note_by(note->comm, note->value[VDPACTL_A_FAULT_PID]);
	if (has(note, VDPACTL_A_FAULT_LATENCY))
		printf(" after %.1f us", note->value[VDPACTL_A_FAULT_LATENCY] / 1000.0);
	putchar('\n');
}

/* ---- numbers -------------------------------------------------------------------------- */

/* IOMMU_PAGE_RESP_FAILURE, which no user of a fault queue can give */
static struct vdpactl_queue_stats stats;
static uint64_t failures;

static void count(const struct vdpactl_diag_note *note)
{
	if (note->type == VDPACTL_FAULT_REQUEST) {
		stats.faults++;
		stats.groups += note->value[VDPACTL_A_FAULT_LAST];
		return;
	}
	if (note->value[VDPACTL_A_FAULT_CODE] >= VDPACTL_FAULT_CODES)
		failures++;
	else if (has(note, VDPACTL_A_FAULT_LATENCY))
		vdpactl_queue_count(&stats, note->value[VDPACTL_A_FAULT_CODE],
				    note->value[VDPACTL_A_FAULT_LATENCY]);
	else
		stats.responses[note->value[VDPACTL_A_FAULT_CODE]]++;
}

static void numbers(void)
{
	fault_numbers(&stats);
	fprintf(stderr, " failure %" PRIu64, failures);
	fault_numbers_latency(&stats);
}

/* ---- the command ---------------------------------------------------------------------- */

static void print(struct cli *cli, const struct vdpactl_diag_note *note)
{
	count(note);
	if (cli->json)
		print_json(note);
	else
		print_text(note);
}

int fault_observe(struct cli *cli, const char *dev)
{
	struct stream stream = {
		.source = VDPACTL_STREAM_FAULTS,
		.dev = dev,
		.timeout = -1,
		.wanted = UINT64_MAX,
		.print = print,
		.numbers = numbers,
	};

	stats = VDPACTL_QUEUE_STATS;
	return stream_run(cli, &stream);
}
