// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grammar.h"
#include "nearest.h"
#include "options.h"

/* Taken from anywhere on the command line, as getopt would */
static const struct option {
	char letter;
	const char *name;
	size_t offset;
} options[] = {
	{ 'j', "--json", offsetof(struct cli, json) },
	{ 'p', "--pretty", offsetof(struct cli, pretty) },
	{ 'V', "--version", offsetof(struct cli, version) },
	{ 'h', "--help", offsetof(struct cli, help) },
	{ '\0', "--open", offsetof(struct cli, open) },
	{ '\0', NULL, 0 }
};

#define COLOR "--color"

/* Whether a word is --color or --color=WHEN; @when stays what it is if not */
static bool take_color(const char *word, const char **when)
{
	size_t length = sizeof(COLOR) - 1;

	if (strncmp(word, COLOR, length) || (word[length] && word[length] != '='))
		return false;
	*when = word[length] ? word + length + 1 : "always";
	return true;
}

static bool wants_color(void)
{
	const char *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && terminal && strcmp(terminal, "dumb");
}

int options_color(struct cli *cli, const char *when)
{
	if (!strcmp(when, "always"))
		cli->color = !cli->json;
	else if (!strcmp(when, "auto"))
		cli->color = !cli->json && wants_color();
	else if (strcmp(when, "never"))
		return cli_usage(cli, "%s is auto, always or never, not \"%s\"", COLOR, when);
	return CLI_OK;
}

static void option_set(struct cli *cli, const struct option *option)
{
	*(bool *)((char *)cli + option->offset) = true;
}

static const struct option *option_by_letter(char letter)
{
	for (const struct option *o = options; o->name; o++)
		if (o->letter && o->letter == letter)
			return o;
	return NULL;
}

/* Whether a word is one of the options: "--json", or letters as in "-jp" */
static bool take_option(struct cli *cli, const char *word)
{
	for (const struct option *o = options; o->name; o++) {
		if (!strcmp(o->name, word)) {
			option_set(cli, o);
			return true;
		}
	}
	if (word[0] != '-' || !word[1])
		return false;
	for (const char *c = word + 1; *c; c++)
		if (!option_by_letter(*c))
			return false;
	for (const char *c = word + 1; *c; c++)
		option_set(cli, option_by_letter(*c));
	return true;
}

/* Whether the usage of a command has "--option VALUE", or "--option {of|these}" */
static bool usage_has_value(const char *usage, const char *option)
{
	size_t length = strlen(option);

	for (const char *at = strstr(usage, option); at; at = strstr(at + length, option))
		if (at[length] == ' ' && (isalnum(at[length + 1]) || at[length + 1] == '{'))
			return true;
	return false;
}

/* Whether a word is an option of some command, and the next one its value whatever it is */
static bool takes_value(const char *word)
{
	if (strncmp(word, "--", 2) || !word[2])
		return false;
	for (int i = 0; grammar_objects[i]; i++)
		for (const struct cli_command *c = grammar_objects[i]->commands; c->name; c++)
			if (usage_has_value(c->usage, word))
				return true;
	return false;
}

int options_take(struct cli *cli, int argc, char **argv, const char **color)
{
	int left = 0, i;

	for (i = 0; i < argc && strcmp(argv[i], "--"); i++) {
		if (take_option(cli, argv[i]) || take_color(argv[i], color))
			continue;
		argv[left++] = argv[i];
		if (i + 1 < argc && takes_value(argv[i]))
			argv[left++] = argv[++i];
	}
	if (i < argc)
		cli->values = argv + left;
	for (i++; i < argc; i++)
		argv[left++] = argv[i];
	cli->json |= cli->pretty;
	return left;
}

void options_nearest(struct nearest *nearest)
{
	for (const struct option *o = options; o->name; o++)
		nearest_try(nearest, o->name, strlen(o->name), o->name);
	nearest_try(nearest, COLOR, sizeof(COLOR) - 1, COLOR);
}
