// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_write.h"
#include "output.h"
#include "table.h"

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

static const char *style(const struct cli *cli, const char *code)
{
	return cli->color ? code : "";
}

json_t *json_hex(uint64_t value)
{
	return json_sprintf("0x%" PRIx64, value);
}

json_t *json_text(const char *text)
{
	json_t *string = json_string(text);
	char *copy;

	if (string)
		return string;
	copy = strdup(text);
	for (char *c = copy; c && *c; c++)
		if (*c & 0x80)
			*c = '?';
	string = json_string(copy);
	free(copy);
	return string;
}

void json_add(json_t *object, const char *name, json_t *value)
{
	/* Only what is UTF-8 is taken */
	if (json_object_set(object, name, value)) {
		json_t *text = json_text(name);

		json_object_set_nocheck(object, json_string_value(text), value);
		json_decref(text);
	}
	json_decref(value);
}

static void print_table(struct cli *cli, const json_t *devices, const struct view *view)
{
	struct table *table = table_new(devices, view);

	table_print(table, stdout, style(cli, BOLD), style(cli, PLAIN));
	table_free(table);
}

static void print_records(struct cli *cli, json_t *devices, const struct view *view)
{
	const char *name;
	json_t *row;

	json_object_foreach(devices, name, row) {
		printf("%s%s%s\n", style(cli, BOLD), name, style(cli, PLAIN));
		record_print(row, view, stdout);
	}
}

static void print_notes(struct cli *cli)
{
	json_t *note;
	size_t i;

	json_array_foreach(cli->notes, i, note)
		printf("%snote: %s%s\n", style(cli, DIM), json_string_value(note),
		       style(cli, PLAIN));
}

static void print_json(const struct cli *cli, const json_t *doc)
{
	if (cli->pretty)
		json_dumpf(doc, stdout, JSON_INDENT(4));
	else
		json_write(doc, stdout);
	putchar('\n');
}

int output_document(struct cli *cli, json_t *doc, const struct view *view)
{
	json_t *devices = json_object_iter_value(json_object_iter(doc));

	if (!devices) {
		json_decref(doc);
		return cli_failf(cli, ENOMEM, "out of memory while building the answer");
	}
	if (cli->json) {
		print_json(cli, doc);
	} else {
		if (view->layout == LAYOUT_TABLE)
			print_table(cli, devices, view);
		else
			print_records(cli, devices, view);
		print_notes(cli);
	}
	json_decref(doc);
	return CLI_OK;
}

void output_note(struct cli *cli, const char *fmt, ...)
{
	json_t *note, *other;
	va_list ap;
	size_t i;

	if (cli->json)
		return;
	va_start(ap, fmt);
	note = json_vsprintf(fmt, ap);
	va_end(ap);

	json_array_foreach(cli->notes, i, other) {
		if (json_equal(note, other)) {
			json_decref(note);
			return;
		}
	}
	json_array_append_new(cli->notes, note);
}

json_t *output_error_object(const struct vdpactl_error *err)
{
	return json_pack("{s:s, s:o, s:o}", "code", vdpactl_errno_name(err->code),
			 "message", json_text(err->message), "hint", json_text(err->hint));
}

void output_error(struct cli *cli)
{
	const struct vdpactl_error *err = &cli->err;
	json_t *doc;

	if (!cli->json) {
		fprintf(stderr, "vdpactl: %s\n", err->message);
		if (err->hint[0])
			fprintf(stderr, "%s\n", err->hint);
		return;
	}
	doc = json_pack("{s:o}", "error", output_error_object(err));
	print_json(cli, doc);
	json_decref(doc);
}

int output_flush(struct cli *cli)
{
	if (fflush(stdout) || ferror(stdout)) {
		int code = errno ? errno : EIO;

		return vdpactl_error_set(&cli->err, code,
					 "cannot write to standard output: %s",
					 strerror(code));
	}
	return 0;
}
