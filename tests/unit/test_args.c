// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "args.h"
#include "dev.h"

static const struct cli_command command = { "do", "WORD", NULL };
static const struct cli_object object = { "thing", "", &command };

static struct cli cli = { .object = &object, .command = &command };

/* The words of a test, ended by NULL */
static struct args words(char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	cli.err = (struct vdpactl_error){ 0 };
	return ARGS(&cli, argc, argv);
}

#define WORDS(...) words((char *[]){ __VA_ARGS__, NULL })

static void numbers(void **state)
{
	static const struct {
		const char *word;
		int ret;
		uint64_t value;
	} cases[] = {
		{ "0", 0, 0 },
		{ "65536", 0, 65536 },
		{ "0x1f", 0, 31 },
		{ "0XFF", 0, 255 },
		{ "010", 0, 10 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "0xffffffffffffffff", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "0x10000000000000000", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "0x", -EINVAL, 0 },
		{ "0xg", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "1k", -EINVAL, 0 },
		{ "ff", -EINVAL, 0 },
		{ "0x-1", -EINVAL, 0 },
		{ "0x 1", -EINVAL, 0 },
		{ "0x0x1", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t value;
		int ret = parse_u64(cases[i].word, &value);

		if (ret != cases[i].ret || (!ret && value != cases[i].value))
			fail_msg("\"%s\": %d, 0x%llx", cases[i].word, ret,
				 (unsigned long long)value);
	}
}

static void ranges(void **state)
{
	struct args args = WORDS("68", "67", "65536", "x");
	uint32_t value;

	assert_int_equal(args_u32(&args, "MTU", 68, 65535, &value), 0);
	assert_int_equal(value, 68);
	assert_int_equal(args_u32(&args, "MTU", 68, 65535, &value), CLI_USAGE);
	assert_string_equal(cli.err.message, "MTU 67 is out of range (68 to 65535)");
	assert_int_equal(args_u32(&args, "MTU", 68, 65535, &value), CLI_USAGE);
	assert_int_equal(args_u32(&args, "MTU", 68, 65535, &value), CLI_USAGE);
	assert_string_equal(cli.err.message, "\"x\" is not a number (MTU expected)");
	assert_int_equal(args_u32(&args, "MTU", 68, 65535, &value), CLI_USAGE);
	assert_string_equal(cli.err.message, "MTU expected");
	assert_string_equal(cli.err.hint, "Usage: vdpactl [OPTIONS] thing do WORD");
}

static void device_names(void **state)
{
	char longest[256], longer[257];
	const char *name;

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';

	struct args args = WORDS("v0", longest, longer, "", "a/b", ".", "..", "...");

	assert_int_equal(args_device(&args, &name), 0);
	assert_string_equal(name, "v0");
	assert_int_equal(args_device(&args, &name), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(args_device(&args, &name), CLI_USAGE);
	assert_int_equal(args_device(&args, &name), 0);
	assert_int_equal(args_optional_device(&args, &name), 0);
	assert_null(name);
	assert_int_equal(args_device(&args, &name), CLI_USAGE);
}

static void mac_addresses(void **state)
{
	static char *const bad[] = {
		"", "52", "52:54:00:12:34", "52:54:00:12:34:", "52:54:00:12:34:567", "52::54:12:34:56",
		"52:54:00:12:34:56:78", "52-54-00-12-34-56", ":54:00:12:34:56",
		"52:54:00:12:34:5g", "52:54:00:12:34: 6", "525400123456",
		"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00",
	};
	struct args args = WORDS("52:54:00:aB:Cd:eF");
	uint8_t mac[6];

	assert_int_equal(dev_mac(&args, mac), 0);
	assert_memory_equal(mac, "\x52\x54\x00\xab\xcd\xef", 6);
	args = WORDS("2:0:a:F:10:1");
	assert_int_equal(dev_mac(&args, mac), 0);
	assert_memory_equal(mac, "\x02\x00\x0a\x0f\x10\x01", 6);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		args = WORDS(bad[i]);
		if (dev_mac(&args, mac) != CLI_USAGE)
			fail_msg("\"%s\" was taken", bad[i]);
	}
}

static void keywords(void **state)
{
	static const char *const choices[] = { "one", "two", NULL };
	struct args args = WORDS("name", "x", "two", "three");
	const char *word;

	assert_false(args_keyword(&args, "nam"));
	assert_true(args_keyword(&args, "name"));
	assert_int_equal(args_end(&args), CLI_USAGE);
	assert_string_equal(cli.err.message, "unexpected \"x\"");
	args_next(&args);
	assert_int_equal(args_choice(&args, "number", choices, &word), 0);
	assert_ptr_equal(word, choices[1]);
	assert_int_equal(args_choice(&args, "number", choices, &word), CLI_USAGE);
	assert_string_equal(cli.err.message, "\"three\" is no number");
	args = WORDS("tow");
	assert_int_equal(args_choice(&args, "number", choices, &word), CLI_USAGE);
	assert_string_equal(cli.err.hint, "did you mean two? Usage: vdpactl [OPTIONS] thing do WORD");
	assert_int_equal(args_end(&args), 0);
}

static void shortened_keywords(void **state)
{
	static const char *const choices[] = { "name", "mac", "mac2", "max_vqp", NULL };
	struct args args = WORDS("n", "mac", "max", "ma", "", "nama", "x");

	assert_int_equal(args_one_of(&args, choices), 0);
	assert_int_equal(args_one_of(&args, choices), 1);
	assert_int_equal(args_one_of(&args, choices), 3);
	assert_int_equal(args_one_of(&args, choices), -CLI_USAGE);
	assert_string_equal(cli.err.message, "ambiguous \"ma\": mac, mac2, max_vqp");
	for (int i = 0; i < 3; i++) {
		args_next(&args);
		assert_int_equal(args_one_of(&args, choices), -CLI_USAGE);
	}
	assert_string_equal(cli.err.message, "unexpected \"x\"");
}

static void behind_two_hyphens_is_no_option(void **state)
{
	struct args args = WORDS("--force", "asid", "--force", "asid");

	cli.values = args.argv + 2;
	assert_true(args_option(&args));
	assert_true(args_keyword(&args, "--force"));
	assert_true(args_keyword(&args, "asid"));
	assert_false(args_option(&args));
	assert_false(args_keyword(&args, "--force"));
	args_next(&args);
	assert_true(args_keyword(&args, "asid"));
	cli.values = NULL;
}

static void subcommands(void **state)
{
	struct args args = WORDS("show", "sh", "shown", "");

	assert_int_equal(args_subcommand(&args, "show"), 0);
	assert_int_equal(args_subcommand(&args, "show"), 0);
	assert_int_equal(args_subcommand(&args, "show"), CLI_USAGE);
	assert_int_equal(args_subcommand(&args, "show"), CLI_USAGE);
	assert_int_equal(args_subcommand(&args, "show"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(ranges),
		cmocka_unit_test(device_names),
		cmocka_unit_test(mac_addresses),
		cmocka_unit_test(keywords),
		cmocka_unit_test(shortened_keywords),
		cmocka_unit_test(behind_two_hyphens_is_no_option),
		cmocka_unit_test(subcommands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
