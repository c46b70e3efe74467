// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "cli.h"
#include "output.h"

static const struct cli_object *const objects[] = {
	&object_mgmtdev,
	&object_dev,
	&object_vq,
	&object_group,
	&object_asid,
	&object_feature,
	&object_map,
	&object_reset,
	&object_suspend,
	&object_resume,
	&object_session,
	&object_monitor,
	&object_diag,
	&object_fault,
	NULL
};

/* Global options; taken from anywhere on the command line, as getopt would */
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

static int choose_color(struct cli *cli, const char *when)
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
	for (int i = 0; objects[i]; i++)
		for (const struct cli_command *c = objects[i]->commands; c->name; c++)
			if (usage_has_value(c->usage, word))
				return true;
	return false;
}

/* Take the options out of argv; "--" ends them. Returns how many words are left. */
static int take_options(struct cli *cli, int argc, char **argv, const char **color)
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

/*
 * How well a word matches names like "show|list": 2 is one of them, 1 begins
 * one of them, 0 neither.
 */
static int match(const char *names, const char *word)
{
	size_t length = strlen(word);
	int best = 0;

	while (length) {
		size_t name = strcspn(names, "|");

		if (length <= name && !strncmp(names, word, length))
			best = length == name ? 2 : best ? best : 1;
		if (!names[name])
			break;
		names += name + 1;
	}
	return best;
}

struct lookup {
	int best;
	int found;	/* index, -1: none, -2: ambiguous */
};

static void lookup_try(struct lookup *lookup, const char *names, const char *word, int index)
{
	int score = match(names, word);

	if (score > lookup->best)
		*lookup = (struct lookup){ score, index };
	else if (score && score == lookup->best)
		lookup->found = -2;
}

static const struct cli_object *find_object(const char *word, bool *ambiguous)
{
	struct lookup lookup = { 0, -1 };

	/* As with vdpa(8), and before there was "diag" */
	if (!strcmp(word, "d"))
		word = "dev";
	for (int i = 0; objects[i]; i++)
		lookup_try(&lookup, objects[i]->name, word, i);
	*ambiguous = lookup.found == -2;
	return lookup.found < 0 ? NULL : objects[lookup.found];
}

static const struct cli_command *find_command(const struct cli_object *object,
					      const char *word, bool *ambiguous)
{
	struct lookup lookup = { 0, -1 };

	for (int i = 0; object->commands[i].name; i++)
		lookup_try(&lookup, object->commands[i].name, word, i);
	*ambiguous = lookup.found == -2;
	return lookup.found < 0 ? NULL : &object->commands[lookup.found];
}

static void print_usage(FILE *out, const struct cli_object *object)
{
	for (const struct cli_command *c = object->commands; c->name; c++)
		fprintf(out, "%s vdpactl [OPTIONS] %s%s%.*s%s%s\n",
			c == object->commands ? "Usage:" : "      ", object->name,
			*c->name ? " " : "", cli_name_length(c->name), c->name,
			*c->usage ? " " : "", c->usage);
}

static int help(const struct cli_object *object)
{
	if (object) {
		print_usage(stdout, object);
		printf("\nSee vdpactl-%s(8).\n", object->name);
		return CLI_OK;
	}
	puts("Usage: vdpactl [OPTIONS] OBJECT [COMMAND [ARGS]]\n"
	     "OPTIONS := { -j|--json | -p|--pretty | -V|--version | -h|--help | --open |\n"
	     "  --color=auto|always|never }\n"
	     "OBJECT :=");
	for (int i = 0; objects[i]; i++)
		printf("  %-9s %s\n", objects[i]->name, objects[i]->summary);
	puts("\n\"vdpactl OBJECT help\" lists the commands of an object. See vdpactl(8).");
	return CLI_OK;
}

/* "help" behind "--" is a name */
static bool wants_help(const struct cli *cli, int argc, char **argv)
{
	return argc && !strcmp(argv[0], "help") && argv != cli->values;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
	const struct cli_object *object = cli->object;
	bool ambiguous = false;

	if (cli->help || wants_help(cli, argc, argv))
		return help(object);

	/* The object is its own command: "reset DEV" */
	if (!*object->commands[0].name) {
		cli->command = &object->commands[0];
		return cli->command->run(cli, argc, argv);
	}
	if (!argc) {
		cli->command = &object->commands[0];
		return cli->command->run(cli, 0, argv);
	}
	cli->command = find_command(object, argv[0], &ambiguous);
	if (!cli->command)
		return cli_usage(cli, "%s command \"%s\" of %s",
				 ambiguous ? "ambiguous" : "unknown", argv[0], object->name);
	return cli->command->run(cli, argc - 1, argv + 1);
}

static int run(struct cli *cli, int argc, char **argv)
{
	bool ambiguous = false;

	if (cli->version) {
		puts("vdpactl " PACKAGE_VERSION);
		return CLI_OK;
	}
	if (argc && argv[0][0] == '-')
		return cli_usage(cli, "unknown option \"%s\"", argv[0]);
	if (cli->help ? !argc : wants_help(cli, argc, argv))
		return help(NULL);
	if (!argc)
		return cli_usage(cli, "no object given");

	cli->object = find_object(argv[0], &ambiguous);
	if (!cli->object)
		return cli_usage(cli, "%s object \"%s\"",
				 ambiguous ? "ambiguous" : "unknown", argv[0]);
	return run_command(cli, argc - 1, argv + 1);
}

/*
 * jansson hashes with a random number that it reads from /dev/urandom; the kernel gave
 * this process some already, see getauxval(3).
 */
static void seed_hashes(void)
{
	const size_t *random = (const size_t *)getauxval(AT_RANDOM);

	if (random)
		json_object_seed(*random);
}

/*
 * What is opened next would take the place of a standard stream that is closed, and be
 * read or written for it. Standard input is at its end then; that standard output cannot
 * be written is an error as it is of a full disk.
 */
static void fill_standard_streams(void)
{
	static const int modes[] = { O_RDONLY, O_RDONLY, O_WRONLY };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0)
			_exit(CLI_FAILED);
}

/*
 * A reader that went away ends vdpactl as it ends others, but at its own end: until then
 * there may be a device to close or a fault to answer.
 */
static void end_by_sigpipe(void)
{
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
}

int main(int argc, char **argv)
{
	struct cli cli = { 0 };
	const char *color = "auto";
	bool ignored = signal(SIGPIPE, SIG_IGN) == SIG_IGN;
	int status;

	fill_standard_streams();
	seed_hashes();
	output_init();
	cli.notes = json_object();
	argc = take_options(&cli, argc - 1, argv + 1, &color);
	status = choose_color(&cli, color);
	if (status == CLI_OK)
		status = run(&cli, argc, argv + 1);

	if (cli.lost_reader && !ignored)
		end_by_sigpipe();
	/* A stream may have told of the failure at its place */
	if (status != CLI_OK && cli.err.code)
		output_error(&cli);
	if (output_flush(&cli)) {
		if (cli.lost_reader && !ignored)
			end_by_sigpipe();
		/* Standard output is lost: the error can only go to the other one */
		cli.json = false;
		output_error(&cli);
		status = CLI_FAILED;
	}
	json_decref(cli.notes);
	return status;
}
