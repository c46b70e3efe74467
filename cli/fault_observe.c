// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>

#include "fault_observe.h"

int fault_observe(struct cli *cli, const char *dev)
{
	return cli_failf(cli, ENOTSUP, "observing faults needs the module vdpactl_diag");
}
