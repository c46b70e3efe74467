// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bits.h"
#include "json_write.h"
#include "note.h"
#include "output.h"
#include "table.h"

/* JSON as C: single quotes for double ones */
static json_t *json(const char *text)
{
	char *copy = strdup(text);
	json_t *value;

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_loads(copy, JSON_DECODE_ANY, NULL);
	free(copy);
	assert_non_null(value);
	return value;
}

static void prints_table(const char *document, const struct view *view, const char *wanted)
{
	json_t *devices = json(document);
	struct table *table = table_new(devices, view);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	table_print(table, out, "", "");
	fclose(out);
	assert_string_equal(text, wanted);
	free(text);
	table_free(table);
	json_decref(devices);
}

static void prints_record(const char *row, const struct view *view, const char *wanted)
{
	json_t *value = json(row);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	record_print(value, view, out);
	fclose(out);
	assert_string_equal(text, wanted);
	free(text);
	json_decref(value);
}

/* What is written is what jansson writes; the reference is taken */
static void writes_value(json_t *value)
{
	char *wanted = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	json_write(value, out);
	fclose(out);
	assert_string_equal(text, wanted);
	free(text);
	free(wanted);
	json_decref(value);
}

static void writes_json(const char *document)
{
	writes_value(json(document));
}

static void json_is_that_of_jansson(void **state)
{
	(void)state;
	writes_json("{}");
	writes_json("[]");
	writes_json("null");
	writes_json("{'b': [], 'a': {}, 'c': [[1, 2], {'d': null}, true, false, 1.5]}");
	writes_json("[0, -1, 10, 9223372036854775807, -9223372036854775808]");
	writes_json("['', 'a/b', '\\u0001\\u001f\\u007f\\n\\t', '\\\\', '\\u00e9\\ud83d\\ude00']");
	writes_json("{'quoted\\u0022': 'quoted\\u0022', 'back\\\\slash': 1, '\\u00e9': 2}");
}

/* A string of every length, and one that no buffer holds */
static void long_json_is_whole(void **state)
{
	static char text[100000];
	json_t *array = json_array();

	(void)state;
	for (size_t i = 0; i < 400; i++) {
		memset(text, 'a' + i % 26, i);
		text[i] = '\0';
		json_array_append_new(array, json_string(text));
	}
	memset(text, 'x', sizeof(text) - 1);
	json_array_append_new(array, json_string(text));
	writes_value(array);
}

/* Rows of each length are shared by some members, and others are between them */
static void shared_json_is_whole(void **state)
{
	static char text[10000];
	json_t *object = json_object();
	char name[32];

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		memset(text, 'a' + i % 26, i * i * 6);
		text[i * i * 6] = '\0';

		json_t *row = json_pack("{s:s, s:{s:i}}", "text", text, "object", "number", (int)i);

		for (int member = 0; member < 50; member++) {
			snprintf(name, sizeof(name), "m%zu.%d", i, member);
			if (member % 20 == 19)
				json_object_set_new(object, name, json_integer(member));
			else
				json_object_set(object, name, row);
		}
		json_decref(row);
	}
	writes_value(object);
}

static const struct column columns[] = {
	{ "A", "a", NULL },
	{ "LONG TITLE", "b", NULL },
	{ "C", "c.d", NULL },
	{ NULL, NULL, NULL }
};

static const struct view flat = { LAYOUT_TABLE, NULL, columns };
static const struct view expanded = { LAYOUT_TABLE, "list", columns };
static const struct view record = { LAYOUT_RECORD, NULL, columns };
static const struct view expanded_record = { LAYOUT_RECORD, "list", columns };

static void cells(void **state)
{
	static const char *const cases[][2] = {
		{ "'text'", "text" }, { "12", "12" }, { "-1", "-1" }, { "true", "yes" },
		{ "false", "no" }, { "null", "-" }, { "[]", "none" }, { "[1,'x',null]", "1,x,-" },
		{ "{'a':1}", "{\"a\":1}" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *value = json(cases[i][0]);
		char *text = cell_text(value);

		assert_string_equal(text, cases[i][1]);
		free(text);
		json_decref(value);
	}
}

static void tables_are_aligned(void **state)
{
	prints_table("{'v0':{'a':1,'b':'x','c':{'d':true}},'longer':{'a':12345,'b':null,'c':{'d':false}}}",
		     &flat,
		     "DEV     A      LONG TITLE  C\n"
		     "v0      1      x           yes\n"
		     "longer  12345  -           no\n");
}

static void empty_columns_are_left_out(void **state)
{
	prints_table("{'v0':{'b':'x'},'v1':{'b':'yy'}}", &flat,
		     "DEV  LONG TITLE\n"
		     "v0   x\n"
		     "v1   yy\n");
}

static void no_line_ends_in_blanks(void **state)
{
	prints_table("{'v0':{'a':1},'v1':{'a':1,'b':'x'}}", &flat,
		     "DEV  A  LONG TITLE\n"
		     "v0   1\n"
		     "v1   1  x\n");
}

static void without_rows_there_is_no_heading(void **state)
{
	prints_table("{}", &flat, "");
}

static void arrays_of_rows_and_null(void **state)
{
	prints_table("{'v0':[{'a':1},{'a':2}],'v1':null}", &flat,
		     "DEV  A  LONG TITLE  C\n"
		     "v0   1\n"
		     "v0   2\n"
		     "v1   -  -           -\n");
}

static void elements_become_lines(void **state)
{
	prints_table("{'v0':[{'a':1,'list':[{'b':'x'},{'b':'y'}]},{'a':2,'list':[]}]}", &expanded,
		     "DEV  A  LONG TITLE\n"
		     "v0   1  x\n"
		     "v0   1  y\n"
		     "v0   2\n");
}

static void names_with_dots_are_found(void **state)
{
	prints_record("{'c.d':7}", &record, "  C  7\n");
}

static void records(void **state)
{
	prints_record("{'a':[],'b':['x','y'],'c':{'d':null}}", &record,
		      "  A           none\n"
		      "  LONG TITLE  x y\n"
		      "  C           -\n");
	prints_record("{}", &record, "");
	prints_record("{'a':1,'list':{'longer than it':2,'x.y':'0xff'}}", &expanded_record,
		      "  A               1\n"
		      "  longer than it  2\n"
		      "  x.y             0xff\n");
}

static void long_values_are_wrapped(void **state)
{
	char row[512] = "{'a':'", wanted[512] = "  A  ";

	/* 95 columns are left beside the title; nine words of ten fill 98 */
	for (int i = 0; i < 12; i++) {
		strcat(row, i ? " 123456789" : "123456789");
		strcat(wanted, !i ? "123456789" : i == 9 ? "\n     123456789" : " 123456789");
	}
	strcat(row, "'}");
	strcat(wanted, "\n");
	prints_record(row, &record, wanted);
}

static void bits(void **state)
{
	json_t *mask = json_bits(vdpactl_bits_device(1), 0x200100000020);
	char *text = bits_text(mask);

	assert_string_equal(text, "0x200100000020 MAC VERSION_1 bit_45");
	free(text);
	json_decref(mask);
	mask = json_bits_iproute2(0, 0x200110000020);
	text = json_dumps(mask, JSON_COMPACT);
	assert_string_equal(text, "[5,\"RING_INDIRECT_DESC\",\"VERSION_1\",45]");
	free(text);
	json_decref(mask);
}

/* FEATURES_OK has the greater number, and comes before DRIVER_OK */
static void a_status_is_in_the_order_of_the_handshake(void **state)
{
	static const struct note_arg args[] = {
		{ VDPACTL_A_EVENT_STATUS, "status", NOTE_STATUS },
		{ 0, NULL, NOTE_NUMBER }
	};
	struct vdpactl_diag_note note = { .has = 1U << VDPACTL_A_EVENT_STATUS };
	json_t *mask = json_bits(vdpactl_bits_status(), 0x4f);
	char *text = bits_text(mask);
	size_t size;
	FILE *out;

	assert_string_equal(text, "0x4f ACKNOWLEDGE DRIVER FEATURES_OK DRIVER_OK NEEDS_RESET");
	free(text);
	json_decref(mask);

	note.value[VDPACTL_A_EVENT_STATUS] = 0x4f;
	out = open_memstream(&text, &size);
	note_args(out, &note, args, false);
	fclose(out);
	assert_string_equal(text, " status=ACKNOWLEDGE|DRIVER|FEATURES_OK|DRIVER_OK|NEEDS_RESET");
	free(text);
}

#ifndef __SANITIZE_ADDRESS__	/* which ends a program that asks for so much */
static void a_document_that_lacks_something_is_none(void **state)
{
	static const struct column columns[] = { { "A", "a", NULL }, { NULL, NULL, NULL } };
	const struct view view = { LAYOUT_TABLE, NULL, columns };
	struct cli cli = { .notes = json_array() };
	json_t *rows;

	output_init();
	rows = json_array();
	assert_int_equal(json_array_append_new(rows, json_stringn_nocheck("", PTRDIFF_MAX)), -1);
	assert_int_equal(output_document(&cli, json_pack("{s:{s:o}}", "thing", "v0", rows), &view),
			 CLI_FAILED);
	assert_int_equal(cli.err.code, ENOMEM);
	json_decref(cli.notes);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells),
		cmocka_unit_test(tables_are_aligned),
		cmocka_unit_test(empty_columns_are_left_out),
		cmocka_unit_test(no_line_ends_in_blanks),
		cmocka_unit_test(without_rows_there_is_no_heading),
		cmocka_unit_test(arrays_of_rows_and_null),
		cmocka_unit_test(elements_become_lines),
		cmocka_unit_test(names_with_dots_are_found),
		cmocka_unit_test(records),
		cmocka_unit_test(long_values_are_wrapped),
		cmocka_unit_test(bits),
		cmocka_unit_test(a_status_is_in_the_order_of_the_handshake),
		cmocka_unit_test(json_is_that_of_jansson),
		cmocka_unit_test(long_json_is_whole),
		cmocka_unit_test(shared_json_is_whole),
#ifndef __SANITIZE_ADDRESS__
		/* The last: memory is short from then on */
		cmocka_unit_test(a_document_that_lacks_something_is_none),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
