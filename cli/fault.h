/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of the object "fault", each in a file of its own. */
#ifndef CLI_FAULT_H
#define CLI_FAULT_H

#include "cli.h"

int fault_list(struct cli *cli, int argc, char **argv);
int fault_tail(struct cli *cli, int argc, char **argv);
int fault_serve(struct cli *cli, int argc, char **argv);
int fault_attach(struct cli *cli, int argc, char **argv);

#endif
