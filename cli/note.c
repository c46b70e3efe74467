// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <vdpactl/features.h>
#include <vdpactl/state.h>

#include "note.h"
#include "output.h"
#include "printable.h"

void note_string(FILE *out, const char *text)
{
	json_t *string;
	char *quoted;

	/* What nearly every name is */
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./: ")] == '\0') {
		fprintf(out, "\"%s\"", text);
		return;
	}
	string = json_text(text);
	quoted = json_dumps(string, JSON_ENCODE_ANY);
	fputs(quoted ? quoted : "null", out);
	free(quoted);
	json_decref(string);
}

const char *note_time(uint64_t nanoseconds, char text[NOTE_TIME_SIZE])
{
	time_t seconds = nanoseconds / 1000000000;
	struct tm tm;
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(text, NOTE_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, NOTE_TIME_SIZE - n, ".%09uZ", (unsigned int)(nanoseconds % 1000000000));
	return text;
}

json_t *note_time_json(uint64_t nanoseconds)
{
	char text[NOTE_TIME_SIZE];

	return nanoseconds ? json_string(note_time(nanoseconds, text)) : json_null();
}

/* As words: "ACKNOWLEDGE|DRIVER"; bits without a name as a number */
static void print_status(FILE *out, uint64_t status)
{
	const struct vdpactl_bits *bits = vdpactl_bits_status();
	const char *separator = "";

	for (unsigned int place = 0; place < 64; place++) {
		unsigned int bit = vdpactl_bit_at(bits, place);
		const char *name = vdpactl_bit_name(bits, bit);

		if (!name || !(status >> bit & 1))
			continue;
		fprintf(out, "%s%s", separator, name);
		separator = "|";
		status &= ~(UINT64_C(1) << bit);
	}
	if (status || !*separator)
		fprintf(out, "%s0x%" PRIx64, separator, status);
}

/* VDPA_RESET_F_CLEAN_MAP is the one that there is */
static void print_flags(FILE *out, uint64_t flags)
{
	if (flags == 1)
		fputs("clean_map", out);
	else
		fprintf(out, "0x%" PRIx64, flags);
}

static void print_value(FILE *out, uint64_t value, enum note_kind kind, bool json)
{
	const char *quote = json ? "\"" : "";
	const char *perm;

	if (!json && kind == NOTE_STATUS) {
		print_status(out, value);
		return;
	}
	if (!json && kind == NOTE_FLAGS) {
		print_flags(out, value);
		return;
	}
	switch (kind) {
	case NOTE_STATUS:
	case NOTE_FLAGS:
	case NOTE_NUMBER:
		fprintf(out, "%" PRIu64, value);
		break;
	case NOTE_HEX:
		fprintf(out, "%s0x%" PRIx64 "%s", quote, value, quote);
		break;
	case NOTE_PERM:
		perm = value <= UINT32_MAX ? vdpactl_perm_name((unsigned int)value) : NULL;
		if (perm)
			fprintf(out, "%s%s%s", quote, perm, quote);
		else
			fputs("null", out);
		break;
	case NOTE_BOOL:
		fputs(json ? value ? "true" : "false" : value ? "yes" : "no", out);
		break;
	}
}

void note_args(FILE *out, const struct vdpactl_diag_note *note, const struct note_arg *args,
	       bool json)
{
	bool first = true;

	for (; args->attr; args++) {
		if (!(note->has & 1U << args->attr))
			continue;
		if (!json && args->kind == NOTE_FLAGS && !note->value[args->attr])
			continue;
		fprintf(out, json ? "%s\"%s\":" : " %s%s=", first || !json ? "" : ",", args->name);
		print_value(out, note->value[args->attr], args->kind, json);
		first = false;
	}
}

void note_times(uint64_t nanoseconds)
{
	char time[NOTE_TIME_SIZE];

	printf(",\"time\":\"%s\",\"time_ns\":%" PRIu64, note_time(nanoseconds, time), nanoseconds);
}

void note_begin(const char *time, const char *dev, const char *what)
{
	printf("%s ", time);
	printable_put(stdout, dev);
	printf(" %s", what);
}

void note_by(const char *comm, uint64_t pid)
{
	fputs(" by ", stdout);
	printable_put(stdout, comm);
	printf(" (%" PRIu64 ")", pid);
}

void note_other(FILE *out, const struct vdpactl_diag_note *note, bool json)
{
	switch (note->note) {
	case VDPACTL_NOTE_LOST:
		fprintf(out, json ? "{\"event\":\"lost\",\"count\":%" PRIu64 "}\n" :
				    "lost %" PRIu64 "\n", note->lost);
		break;
	case VDPACTL_NOTE_UNLOADED:
		fputs(json ? "{\"event\":\"module_unloaded\"}\n" :
			     "the module vdpactl_diag was unloaded; waiting for it\n", out);
		break;
	case VDPACTL_NOTE_LOADED:
		fputs(json ? "{\"event\":\"module_loaded\"}\n" :
			     "the module vdpactl_diag is back\n", out);
		break;
	case VDPACTL_NOTE_EVENT:
		break;
	}
}
