/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What "vdpactl help" prints. */
#ifndef HELP_H
#define HELP_H

#include <stdio.h>

#include "cli.h"

/** help_overview() - print what the command line looks like, and the objects */
void help_overview(FILE *out);

/**
 * help_print() - print how the object and the command are used that the command line
 * got to, or the overview
 *
 * Return: CLI_OK
 */
int help_print(const struct cli *cli);

/**
 * help_topic() - the same for what the words behind "help" name, of cli->object if there is
 * one already
 *
 * Return: an enum cli_status
 */
int help_topic(struct cli *cli, int argc, char **argv);

#endif
