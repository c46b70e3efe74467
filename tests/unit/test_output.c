// SPDX-License-Identifier: GPL-2.0-or-later
/* Notes: to standard error, one a kind; in JSON beside the answer, one a device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "output.h"

static const struct column columns[] = { { "VALUE", "value", NULL }, { NULL, NULL, NULL } };
static const struct view table = { LAYOUT_TABLE, NULL, columns };
static const struct view record = { LAYOUT_ONE, NULL, columns };

static char *out_text, *err_text;
static size_t out_size, err_size;

static void print(struct cli *cli, json_t *doc, const struct view *view)
{
	FILE *out = stdout, *err = stderr;
	int status;

	stdout = open_memstream(&out_text, &out_size);
	stderr = open_memstream(&err_text, &err_size);
	status = output_document(cli, doc, view);
	fclose(stdout);
	fclose(stderr);
	stdout = out;
	stderr = err;
	assert_int_equal(status, CLI_OK);
	json_decref(cli->notes);
}

static int forget(void **state)
{
	free(out_text);
	free(err_text);
	return 0;
}

/* The same of each of 200 devices, twice of the first, and once of another kind */
static void say(struct cli *cli)
{
	char name[16];

	cli->notes = json_object();
	output_note(cli, "v0", "overlap", "a %s is unknown", "map");
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "v%d", i);
		output_note(cli, name, "overlap", "a %s is unknown", "map");
	}
	output_note(cli, "v7", "overlap", "a binding is unknown");
	output_note(cli, NULL, "probes_off", "nothing is seen");
}

static json_t *answer(void)
{
	return json_pack("{s:{s:{s:i}}}", "map", "v0", "value", 1);
}

static void text_has_one_note_a_kind_on_standard_error(void **state)
{
	struct cli cli = { 0 };

	say(&cli);
	print(&cli, answer(), &table);
	assert_string_equal(err_text, "note: v0, v1 and 198 more: a map is unknown\n"
				      "note: v7: a binding is unknown\n"
				      "note: nothing is seen\n");
	assert_null(strstr(out_text, "note"));
}

static void json_has_a_note_for_each_device(void **state)
{
	struct cli cli = { .json = true };
	json_t *doc, *notes, *note;
	const char *text;

	say(&cli);
	print(&cli, answer(), &table);
	assert_int_equal(err_size, 0);
	doc = json_loads(out_text, 0, NULL);
	notes = json_object_get(doc, "notes");
	assert_int_equal(json_array_size(notes), 202);
	note = json_array_get(notes, 199);
	assert_string_equal(json_string_value(json_object_get(note, "dev")), "v199");
	assert_string_equal(json_string_value(json_object_get(note, "code")), "overlap");
	text = json_string_value(json_object_get(note, "text"));
	assert_string_equal(text, "a map is unknown");
	assert_true(json_is_null(json_object_get(json_array_get(notes, 201), "dev")));
	json_decref(doc);
}

static void nothing_to_say_is_no_member(void **state)
{
	struct cli cli = { .json = true, .notes = json_object() };

	print(&cli, answer(), &table);
	assert_string_equal(out_text, "{\"map\":{\"v0\":{\"value\":1}}}\n");
}

/* The kernel's words, and the names of devices, need not be UTF-8 */
static void a_note_of_any_bytes_is_said(void **state)
{
	struct cli cli = { .notes = json_object() };

	output_note(&cli, "v\xff", "other", "it is \xfe");
	print(&cli, answer(), &table);
	assert_string_equal(err_text, "note: v\\xff: it is \\xfe\n");
}

static void one_row_needs_no_name(void **state)
{
	struct cli cli = { .notes = json_object() };

	print(&cli, json_pack("{s:{s:i}}", "diag", "value", 1), &record);
	assert_string_equal(out_text, "  VALUE  1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(text_has_one_note_a_kind_on_standard_error, forget),
		cmocka_unit_test_teardown(json_has_a_note_for_each_device, forget),
		cmocka_unit_test_teardown(nothing_to_say_is_no_member, forget),
		cmocka_unit_test_teardown(a_note_of_any_bytes_is_said, forget),
		cmocka_unit_test_teardown(one_row_needs_no_name, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
