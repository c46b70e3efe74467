/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vdpactl fault tail --observe: faults as the diag module sees them pass. */
#ifndef FAULT_OBSERVE_H
#define FAULT_OBSERVE_H

#include "cli.h"

/**
 * fault_observe() - print faults and responses until a signal
 * @dev: of this device only; NULL: of all
 *
 * Return: an enum cli_status
 */
int fault_observe(struct cli *cli, const char *dev);

#endif
