/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of the object "dev"; the table is in dev.c. */
#ifndef DEV_H
#define DEV_H

#include "cli.h"

int dev_show(struct cli *cli, int argc, char **argv);
int dev_add(struct cli *cli, int argc, char **argv);
int dev_set(struct cli *cli, int argc, char **argv);
int dev_config(struct cli *cli, int argc, char **argv);
int dev_vstats(struct cli *cli, int argc, char **argv);

/**
 * dev_mac() - take a MAC address
 *
 * Return: 0 or CLI_USAGE
 */
struct args;
int dev_mac(struct args *args, uint8_t mac[6]);

#endif
