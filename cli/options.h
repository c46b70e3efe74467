/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that stand anywhere on the command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "cli.h"

struct nearest;

/**
 * options_take() - take the options out of argv; "--" ends them
 * @color: set to the word of --color, if that is among them
 *
 * Return: how many words are left
 */
int options_take(struct cli *cli, int argc, char **argv, const char **color);

/** options_color() - decide about colour, by the word that options_take() found */
int options_color(struct cli *cli, const char *when);

/** options_nearest() - look for a mistyped word among the options */
void options_nearest(struct nearest *nearest);

#endif
