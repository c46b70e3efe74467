/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The objects and their commands, and which one a word of the command line is. */
#ifndef GRAMMAR_H
#define GRAMMAR_H

#include "cli.h"

/** grammar_objects - all of them, ended by NULL */
extern const struct cli_object *const grammar_objects[];

/**
 * grammar_object() - the object that a word names, which may be shortened
 *
 * Return: NULL: none, or several; cli->err says so (see cli_usage())
 */
const struct cli_object *grammar_object(struct cli *cli, const char *word);

/** grammar_command() - as grammar_object(), for the commands of cli->object */
const struct cli_command *grammar_command(struct cli *cli, const char *word);

/** grammar_is_command() - whether an object takes its arguments directly: "reset DEV" */
bool grammar_is_command(const struct cli_object *object);

#endif
