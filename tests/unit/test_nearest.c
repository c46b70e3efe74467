// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "nearest.h"

/* What a word may have been meant for, among names that end with NULL */
static const char *nearest(const char *word, const char *const *names)
{
	static struct nearest nearest;

	nearest = nearest_to(word, strlen(word));
	for (; *names; names++)
		nearest_try(&nearest, *names, strlen(*names), *names);
	return nearest.names;
}

static void slips(void **state)
{
	static const char *const names[] = { "mgmtdev", "dev", "reset", "resume", "map", "monitor", NULL };
	static const char *const cases[][2] = {
		{ "rset", "reset" },		/* left out */
		{ "reseet", "reset" },		/* one too many */
		{ "tesume", "resume" },		/* another */
		{ "rseet", "reset" },		/* swapped */
		{ "mpa", "map" },
		{ "dve", "dev" },
		{ "mgntdve", "mgmtdev" },
		{ "vq", "" },
		{ "x", "" },
		{ "", "" },
		{ "nosuch", "" },
		{ "nothing like any", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(nearest(cases[i][0], names), cases[i][1]);
}

static void as_near(void **state)
{
	static const char *const names[] = { "v1", "web", "v2", "v10", NULL };

	assert_string_equal(nearest("v3", names), "v1, v2");
	assert_string_equal(nearest("v11", names), "v1, v10");
	assert_string_equal(nearest("wbe", names), "web");
}

static void lengths(void **state)
{
	char longest[65], longer[66];
	const char *names[] = { longest, longer, NULL };
	struct nearest found;

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_string_equal(nearest(longest + 1, names), longest);
	assert_string_equal(nearest(longer, names), "");

	/* Names beyond what there is room for are left out whole */
	found = nearest_to("vx", 2);
	for (int i = 0; i < 10; i++)
		nearest_try(&found, "vy", 2, longest);
	assert_int_equal(strlen(found.names), 3 * 64 + 2 * 2);
}

static void hints(void **state)
{
	struct nearest none = nearest_to("x", 1), some = nearest_to("v0", 2);
	struct vdpactl_error err;

	vdpactl_error_set(&err, ENODEV, "not there");
	nearest_try(&some, "v1", 2, "v1");
	nearest_hint(&none, &err);
	assert_string_equal(err.hint, "");
	nearest_hint(&some, &err);
	assert_string_equal(err.hint, "did you mean v1?");
	vdpactl_error_hint(&err, "there is a list");
	nearest_hint(&some, &err);
	assert_string_equal(err.hint, "did you mean v1? there is a list");
	assert_string_equal(err.message, "not there");
	nearest_hint(&some, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slips),
		cmocka_unit_test(as_near),
		cmocka_unit_test(lengths),
		cmocka_unit_test(hints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
