// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json_write.h"
#include "output.h"
#include "printable.h"
#include "table.h"

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

static const char *style(const struct cli *cli, const char *code)
{
	return cli->color ? code : "";
}

/*
 * jansson takes no notice of a member or element that there was no memory for: without it
 * a document would look whole. So the lack of memory is noticed here.
 */
static bool out_of_memory;

static void *json_malloc(size_t size)
{
	void *memory = malloc(size);

	out_of_memory |= !memory;
	return memory;
}

void output_init(void)
{
	json_set_alloc_funcs(json_malloc, free);
}

json_t *json_hex(uint64_t value)
{
	return json_sprintf("0x%" PRIx64, value);
}

json_t *json_text(const char *text)
{
	char *escaped = utf8_escape(text);
	json_t *string = json_string(escaped ? escaped : text);

	free(escaped);
	return string;
}

void json_add(json_t *object, const char *name, json_t *value)
{
	char *escaped = utf8_escape(name);

	json_object_set_new_nocheck(object, escaped ? escaped : name, value);
	free(escaped);
}

static void print_table(struct cli *cli, const json_t *devices, const struct view *view)
{
	struct table *table = table_new(devices, view);

	table_print(table, stdout, style(cli, BOLD), style(cli, PLAIN));
	table_free(table);
}

static void print_record(struct cli *cli, const char *name, const json_t *row,
			 const struct view *view)
{
	fputs(style(cli, BOLD), stdout);
	printable_put(stdout, name);
	puts(style(cli, PLAIN));
	record_print(row, view, stdout);
}

static void print_records(struct cli *cli, json_t *devices, const struct view *view)
{
	json_t *rows, *row;
	const char *name;
	size_t i;

	json_object_foreach(devices, name, rows) {
		if (!json_is_array(rows))
			print_record(cli, name, rows, view);
		json_array_foreach(rows, i, row)
			print_record(cli, name, row, view);
	}
}

static void print_view(struct cli *cli, json_t *value, const struct view *view)
{
	switch (view->layout) {
	case LAYOUT_TABLE:
		print_table(cli, value, view);
		break;
	case LAYOUT_RECORD:
		print_records(cli, value, view);
		break;
	case LAYOUT_ONE:
		record_print(value, view, stdout);
		break;
	}
}

/*
 * Notes are kept by what they say: {"CODE TEXT": {"code", "text", "devs"}}. In the list
 * stand the names, or one null.
 */
static json_t *notes_json(const struct cli *cli)
{
	json_t *notes = json_array(), *note, *dev;
	const char *key;
	size_t i;

	json_object_foreach(cli->notes, key, note)
		json_array_foreach(json_object_get(note, "devs"), i, dev)
			json_array_append_new(notes, json_pack("{s:O, s:O, s:O}", "dev", dev,
				"code", json_object_get(note, "code"),
				"text", json_object_get(note, "text")));
	return notes;
}

/* So many names fit a line; of more, how many there are is what matters */
#define NAMES 3

static void print_names(const json_t *devs)
{
	size_t n = json_array_size(devs), shown = n > NAMES ? NAMES - 1 : n;

	for (size_t i = 0; i < shown; i++) {
		fputs(i ? ", " : "", stderr);
		printable_put(stderr, json_string_value(json_array_get(devs, i)));
	}
	if (n > shown)
		fprintf(stderr, " and %zu more", n - shown);
	fputs(": ", stderr);
}

static void print_notes(const struct cli *cli)
{
	bool dim = cli->color && isatty(STDERR_FILENO);
	const char *key;
	json_t *note;

	/* What they are about stands before them, also where both go to one place */
	if (fflush(stdout))
		return;
	json_object_foreach(cli->notes, key, note) {
		const json_t *devs = json_object_get(note, "devs");

		fprintf(stderr, "%snote: ", dim ? DIM : "");
		if (json_is_string(json_array_get(devs, 0)))
			print_names(devs);
		printable_put(stderr, json_string_value(json_object_get(note, "text")));
		fprintf(stderr, "%s\n", dim ? PLAIN : "");
	}
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

	if (devices && cli->json && json_object_size(cli->notes))
		json_object_set_new(doc, "notes", notes_json(cli));
	if (!devices || out_of_memory) {
		json_decref(doc);
		return cli_failf(cli, ENOMEM, "out of memory while building the answer");
	}
	if (cli->json) {
		print_json(cli, doc);
	} else {
		print_view(cli, devices, view);
		print_notes(cli);
	}
	json_decref(doc);
	return CLI_OK;
}

static json_t *find_note(json_t *notes, const char *code, const char *text)
{
	json_t *key = json_sprintf("%s %s", code, text);
	json_t *note = json_object_get(notes, json_string_value(key));

	if (!note) {
		note = json_pack("{s:s, s:s, s:[]}", "code", code, "text", text, "devs");
		json_object_set_new(notes, json_string_value(key), note);
	}
	json_decref(key);
	return note;
}

void output_note(struct cli *cli, const char *dev, const char *code, const char *fmt, ...)
{
	json_t *name = dev ? json_text(dev) : json_null();
	json_t *text, *devs;
	char *said = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&said, fmt, ap) < 0)
		said = NULL;
	va_end(ap);
	text = json_text(said ? said : "out of memory");
	free(said);
	devs = json_object_get(find_note(cli->notes, code, json_string_value(text)), "devs");
	json_decref(text);

	/* Devices come one after the other: what was said of one before is the last */
	if (json_array_size(devs) && json_equal(json_array_get(devs, json_array_size(devs) - 1), name))
		json_decref(name);
	else
		json_array_append_new(devs, name);
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
		fputs("vdpactl: ", stderr);
		printable_put(stderr, err->message);
		fputc('\n', stderr);
		if (err->hint[0]) {
			printable_put(stderr, err->hint);
			fputc('\n', stderr);
		}
		return;
	}
	doc = json_pack("{s:o}", "error", output_error_object(err));
	print_json(cli, doc);
	json_decref(doc);
}

/* The write that failed may have been any before */
static bool reader_is_gone(void)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&pfd, 1, 0) > 0 && pfd.revents & POLLERR;
}

int output_flush(struct cli *cli)
{
	if (fflush(stdout) || ferror(stdout)) {
		int code = errno ? errno : EIO;

		cli->lost_reader |= code == EPIPE || reader_is_gone();
		return vdpactl_error_set(&cli->err, code,
					 "cannot write to standard output: %s",
					 strerror(code));
	}
	return 0;
}
