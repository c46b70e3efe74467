// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "nearest.h"
#include "options.h"

/* Long enough for every name the kernel takes; sysfs would not take more. */
#define DEVICE_NAME_MAX 255

const char *args_next(struct args *args)
{
	if (!args->argc)
		return NULL;
	args->argc--;
	return *args->argv++;
}

/* Behind "--" it is a name, whatever it looks like */
static bool may_be_option(const struct args *args)
{
	return !args->cli->values || args->argv < args->cli->values;
}

bool args_option(const struct args *args)
{
	return args->argc && args->argv[0][0] == '-' && may_be_option(args);
}

bool args_keyword(struct args *args, const char *word)
{
	if (!args->argc || strcmp(args->argv[0], word))
		return false;
	if (word[0] == '-' && !may_be_option(args))
		return false;
	args_next(args);
	return true;
}

int args_one_of(struct args *args, const char *const *words)
{
	const char *got = args->argc ? args->argv[0] : "";
	char candidates[256] = "";
	int found = -1, count = 0;

	for (int i = 0; words[i]; i++) {
		if (!*got || strncmp(words[i], got, strlen(got)))
			continue;
		snprintf(candidates + strlen(candidates), sizeof(candidates) - strlen(candidates),
			 "%s%s", count ? ", " : "", words[i]);
		found = i;
		count++;
		if (!strcmp(words[i], got)) {
			count = 1;
			break;
		}
	}
	if (count > 1)
		return -cli_usage(args->cli, "ambiguous \"%s\": %s", got, candidates);
	if (!count)
		return -args_end(args);
	args_next(args);
	return found;
}

int args_value(struct args *args, const char *what, const char **value)
{
	*value = args_next(args);
	if (!*value)
		return cli_usage(args->cli, "%s expected", what);
	return 0;
}

int args_subcommand(struct args *args, const char *word)
{
	const char *got = args_next(args);

	if (got && (!*got || strncmp(word, got, strlen(got))))
		return cli_usage(args->cli, "\"%s\" expected, not \"%s\"", word, got);
	return 0;
}

int args_choice(struct args *args, const char *what, const char *const *choices,
		const char **choice)
{
	struct nearest nearest;
	const char *word;
	int ret = args_value(args, what, &word);

	if (ret)
		return ret;
	nearest = nearest_to(word, strlen(word));
	for (; *choices; choices++) {
		if (!strcmp(*choices, word)) {
			*choice = *choices;
			return 0;
		}
		nearest_try(&nearest, *choices, strlen(*choices), *choices);
	}
	ret = cli_usage(args->cli, "\"%s\" is no %s", word, what);
	nearest_hint(&nearest, &args->cli->err);
	return ret;
}

int parse_u64(const char *word, uint64_t *value)
{
	bool hex = !strncasecmp(word, "0x", 2);
	const char *digits = hex ? word + 2 : word;
	size_t length = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");

	/* strtoull() would take blanks, a sign and a prefix */
	if (!length || digits[length])
		return -EINVAL;
	errno = 0;
	*value = strtoull(digits, NULL, hex ? 16 : 10);
	return -errno;
}

int args_u64(struct args *args, const char *what, uint64_t min, uint64_t max,
	     uint64_t *value)
{
	const char *word;
	int ret;

	ret = args_value(args, what, &word);
	if (ret)
		return ret;
	ret = parse_u64(word, value);
	if (ret == -EINVAL)
		return cli_usage(args->cli, "\"%s\" is not a number (%s expected)",
				 word, what);
	if (ret || *value < min || *value > max)
		return cli_usage(args->cli, "%s %s is out of range (%" PRIu64
				 " to %" PRIu64 ")", what, word, min, max);
	return 0;
}

int args_u32(struct args *args, const char *what, uint32_t min, uint32_t max,
	     uint32_t *value)
{
	uint64_t wide;
	int ret = args_u64(args, what, min, max, &wide);

	*value = ret ? 0 : (uint32_t)wide;
	return ret;
}

/* The keywords and options of a usage line; words in capitals stand for values */
static void usage_nearest(struct nearest *nearest, const char *usage)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_-";
	char word[32];

	while (*usage) {
		size_t length = strcspn(usage, " []{}|,.");

		snprintf(word, sizeof(word), "%.*s", (int)length, usage);
		if (length && strspn(word, letters) == length)
			nearest_try(nearest, word, length, word);
		usage += length + (usage[length] != '\0');
	}
}

static int refuse(struct args *args)
{
	struct nearest nearest = nearest_to(args->argv[0], strlen(args->argv[0]));
	int ret = cli_usage(args->cli, "unexpected \"%s\"", args->argv[0]);

	if (args->cli->command)
		usage_nearest(&nearest, args->cli->command->usage);
	if (args_option(args))
		options_nearest(&nearest);
	nearest_hint(&nearest, &args->cli->err);
	return ret;
}

int args_device(struct args *args, const char **name)
{
	int ret;

	/* A mistyped option would be a device that is not there */
	if (args_option(args))
		return refuse(args);
	ret = args_value(args, "device name", name);
	if (ret)
		return ret;
	if (!**name)
		return cli_usage(args->cli, "the device name is empty");
	if (strlen(*name) > DEVICE_NAME_MAX)
		return cli_usage(args->cli, "the device name is longer than %d characters",
				 DEVICE_NAME_MAX);
	/* The kernel makes a directory of it in sysfs */
	if (strchr(*name, '/') || !strcmp(*name, ".") || !strcmp(*name, ".."))
		return cli_usage(args->cli, "\"%s\" is not a device name", *name);
	return 0;
}

int args_optional_device(struct args *args, const char **name)
{
	*name = NULL;
	return args->argc ? args_device(args, name) : 0;
}

int args_end(struct args *args)
{
	return args->argc ? refuse(args) : 0;
}
