// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "output.h"
#include "printable.h"

static void shows(const char *text, const char *wanted)
{
	char *shown = printable(strdup(text));

	assert_string_equal(shown, wanted);
	free(shown);
}

static void writes(const char *text, const char *wanted)
{
	json_t *string = json_text(text);

	assert_string_equal(json_string_value(string), wanted);
	json_decref(string);
}

static void what_moves_a_terminal_is_shown(void **state)
{
	shows("", "");
	shows("eth0 \\ \"x\"", "eth0 \\ \"x\"");
	shows("\033[31mX\a", "\\x1b[31mX\\x07");
	shows("x\n2026 v0 fake", "x\\x0a2026 v0 fake");
	shows("a\tb\rc\x7f", "a\\x09b\\x0dc\\x7f");
	/* C1 has a control sequence introducer of its own: U+009B */
	shows("\xc2\x9b" "31m", "\\xc2\\x9b31m");
	/* An override of the direction, the separators of lines and paragraphs */
	shows("a\u202eb\u2028c\u2029d\u2066e", "a\\xe2\\x80\\xaeb\\xe2\\x80\\xa8c\\xe2\\x80\\xa9d\\xe2\\x81\\xa6e");
	shows("gr\u00f6\u00dfe \u65e5 \U0001f600", "gr\u00f6\u00dfe \u65e5 \U0001f600");
}

static void bytes_that_are_no_utf8_are_shown(void **state)
{
	static const char *const wrong[] = {
		"\xff", "\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char *shown = printable(strdup(wrong[i]));

		assert_memory_equal(shown, "\\x", 2);
		for (const char *c = shown; *c; c++)
			assert_in_range(*c, ' ', '~');
		free(shown);
	}
	shows("\xc3(", "\\xc3(");
	shows("\xe2\x82z", "\\xe2\\x82z");
}

static void json_keeps_what_is_utf8(void **state)
{
	writes("\033[31m\n\u202e\\y", "\033[31m\n\u202e\\y");
	writes("a\xff", "a\\xff");
}

static void no_two_strings_become_one(void **state)
{
	writes("a\xff\\", "a\\xff\\\\");
	writes("a\\xff", "a\\\\xff");
	writes("a\\\\xff", "a\\\\\\\\xff");
	writes("a\\\xff", "a\\\\\\xff");
}

static void names_of_any_bytes_are_members(void **state)
{
	json_t *object = json_object();

	json_add(object, "a\xff", json_integer(1));
	json_add(object, "a\xfe", json_integer(2));
	json_add(object, "a\\xff", json_integer(3));
	assert_int_equal(json_object_size(object), 3);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_moves_a_terminal_is_shown),
		cmocka_unit_test(bytes_that_are_no_utf8_are_shown),
		cmocka_unit_test(json_keeps_what_is_utf8),
		cmocka_unit_test(no_two_strings_become_one),
		cmocka_unit_test(names_of_any_bytes_are_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
