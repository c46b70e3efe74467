/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every command of vdpactl shares: the options, the tables of objects and
 * commands, and how a command ends.
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <vdpactl/error.h>

/* Exit status; as vdpactl(8) has it */
enum cli_status {
	CLI_OK = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_TIMED_OUT = 3,
};

struct cli_command;
struct cli_object;

/**
 * struct cli - one run of vdpactl
 * @json: print JSON
 * @pretty: print JSON indented; implies @json
 * @version: -V
 * @help: -h
 * @open: --open: may open a vhost-vdpa chardev, which resets the device
 * @color: text has terminal codes
 * @lost_reader: standard output is a pipe that nobody reads any more
 * @object: the object of the command line, for usage messages
 * @command: the command of the command line
 * @values: the words from here on stood behind "--": no option is among them; or NULL
 * @notes: what output_note() collected, for the end of the answer
 * @err: why the command fails, printed once by main()
 */
struct cli {
	bool json;
	bool pretty;
	bool version;
	bool help;
	bool open;
	bool color;
	bool lost_reader;
	const struct cli_object *object;
	const struct cli_command *command;
	char *const *values;
	json_t *notes;
	struct vdpactl_error err;
};

/**
 * struct cli_command - one command of an object
 * @name: the word on the command line; more words for the same command follow
 *	behind '|', as in "show|list"
 * @usage: what may follow the name, for the usage message; "--option VALUE" in it, or
 *	"--option {of|these}", tells that the next word is not to be taken for an option
 * @run: gets what followed the name; returns an enum cli_status, having described
 *	any failure in cli->err
 */
struct cli_command {
	const char *name;
	const char *usage;
	int (*run)(struct cli *cli, int argc, char **argv);
};

/**
 * struct cli_object - one object: a table of commands, ended by a NULL name
 * @name: the word on the command line
 * @summary: one line for the overview
 * @commands: the commands; the first is what runs when no command is given
 *	("" as its only name: the object takes its arguments directly)
 */
struct cli_object {
	const char *name;
	const char *summary;
	const struct cli_command *commands;
};

/* The objects, each defined in the file of its name */
extern const struct cli_object object_mgmtdev;
extern const struct cli_object object_dev;
extern const struct cli_object object_vq;
extern const struct cli_object object_group;
extern const struct cli_object object_asid;
extern const struct cli_object object_feature;
extern const struct cli_object object_map;
extern const struct cli_object object_reset;
extern const struct cli_object object_suspend;	/* in suspend.c */
extern const struct cli_object object_resume;	/* in suspend.c */
extern const struct cli_object object_session;
extern const struct cli_object object_monitor;
extern const struct cli_object object_diag;
extern const struct cli_object object_fault;

/** cli_name_length() - length of the first of names like "show|list" */
int cli_name_length(const char *names);

/**
 * cli_failf() - end a command with a failure of its own words
 * @code: errno value
 *
 * Return: CLI_FAILED
 */
int cli_failf(struct cli *cli, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * cli_usage() - end a command whose command line was wrong
 *
 * The hint becomes the usage line of the command.
 *
 * Return: CLI_USAGE
 */
int cli_usage(struct cli *cli, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
