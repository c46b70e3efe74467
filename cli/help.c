// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdio.h>

#include "args.h"
#include "grammar.h"
#include "help.h"

static void print_usage(const struct cli_object *object, const struct cli_command *command,
			bool first)
{
	printf("%s vdpactl [OPTIONS] %s%s%.*s%s%s\n", first ? "Usage:" : "      ", object->name,
	       *command->name ? " " : "", cli_name_length(command->name), command->name,
	       *command->usage ? " " : "", command->usage);
}

void help_overview(FILE *out)
{
	fputs("Usage: vdpactl [OPTIONS] OBJECT [COMMAND [ARGS]]\n"
	      "       vdpactl help [OBJECT [COMMAND]]\n"
	      "OPTIONS := { -j|--json | -p|--pretty | -V|--version | -h|--help | --open |\n"
	      "  --color=auto|always|never }\n"
	      "OBJECT :=\n", out);
	for (int i = 0; grammar_objects[i]; i++)
		fprintf(out, "  %-9s %s\n", grammar_objects[i]->name, grammar_objects[i]->summary);
	fputs("\n\"vdpactl help OBJECT\" lists the commands of an object. See vdpactl(8).\n", out);
}

int help_print(const struct cli *cli)
{
	const struct cli_object *object = cli->object;

	if (!object) {
		help_overview(stdout);
		return CLI_OK;
	}
	if (cli->command)
		print_usage(object, cli->command, true);
	else
		for (const struct cli_command *c = object->commands; c->name; c++)
			print_usage(object, c, c == object->commands);
	printf("\nSee vdpactl-%s(8).\n", object->name);
	return CLI_OK;
}

/* "help dev help" is in the fingers of whoever knows "dev help" */
static const char *next_topic(struct args *args)
{
	while (args_keyword(args, "help"))
		;
	return args_next(args);
}

int help_topic(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	const char *word = next_topic(&args);

	if (word && !cli->object) {
		cli->object = grammar_object(cli, word);
		if (!cli->object)
			return CLI_USAGE;
		word = next_topic(&args);
	}
	if (cli->object && grammar_is_command(cli->object)) {
		cli->command = &cli->object->commands[0];
	} else if (word) {
		cli->command = grammar_command(cli, word);
		if (!cli->command)
			return CLI_USAGE;
		word = next_topic(&args);
	}
	return word ? cli_usage(cli, "unexpected \"%s\"", word) : help_print(cli);
}
