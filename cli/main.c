// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "grammar.h"
#include "help.h"
#include "nearest.h"
#include "options.h"
#include "output.h"

/* Whether the next word is this one; behind "--" it is a name */
static bool is_asked_for(const struct cli *cli, const char *what, int argc, char **argv)
{
	return argc && !strcmp(argv[0], what) && argv != cli->values;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
	/* A name may be this word too: what does something takes more than that */
	if (cli->help || (argc == 1 && is_asked_for(cli, "help", argc, argv)))
		return help_print(cli);
	cli->command = cli->command ? cli->command : &cli->object->commands[0];
	return cli->command->run(cli, argc, argv);
}

static int run_object(struct cli *cli, int argc, char **argv)
{
	if (is_asked_for(cli, "help", argc, argv))
		return help_topic(cli, argc - 1, argv + 1);
	/* Without the name of a command it is the first */
	if (!argc || grammar_is_command(cli->object))
		return run_command(cli, argc, argv);
	cli->command = grammar_command(cli, argv[0]);
	return cli->command ? run_command(cli, argc - 1, argv + 1) : CLI_USAGE;
}

static int unknown_option(struct cli *cli, const char *word)
{
	struct nearest nearest = nearest_to(word, strlen(word));
	int status = cli_usage(cli, "unknown option \"%s\"", word);

	options_nearest(&nearest);
	nearest_hint(&nearest, &cli->err);
	return status;
}

static int no_object(struct cli *cli)
{
	if (cli->json)
		return cli_usage(cli, "no object given");
	help_overview(stderr);
	return CLI_USAGE;
}

static int run(struct cli *cli, int argc, char **argv)
{
	if (cli->version || is_asked_for(cli, "version", argc, argv)) {
		puts("vdpactl " PACKAGE_VERSION);
		return CLI_OK;
	}
	if (argc && argv[0][0] == '-')
		return unknown_option(cli, argv[0]);
	if (is_asked_for(cli, "help", argc, argv))
		return help_topic(cli, argc - 1, argv + 1);
	if (!argc)
		return cli->help ? help_print(cli) : no_object(cli);

	cli->object = grammar_object(cli, argv[0]);
	return cli->object ? run_object(cli, argc - 1, argv + 1) : CLI_USAGE;
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
	argc = options_take(&cli, argc - 1, argv + 1, &color);
	status = options_color(&cli, color);
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
