// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <string.h>

#include "cli.h"

int cli_name_length(const char *names)
{
	return strcspn(names, "|");
}

int cli_failf(struct cli *cli, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdpactl_error_vset(&cli->err, code, fmt, ap);
	va_end(ap);
	return CLI_FAILED;
}

int cli_usage(struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdpactl_error_vset(&cli->err, EINVAL, fmt, ap);
	va_end(ap);
	if (cli->command)
		vdpactl_error_hint(&cli->err, "Usage: vdpactl [OPTIONS] %s%s%.*s%s%s",
				   cli->object->name, *cli->command->name ? " " : "",
				   cli_name_length(cli->command->name), cli->command->name,
				   *cli->command->usage ? " " : "", cli->command->usage);
	else if (cli->object)
		vdpactl_error_hint(&cli->err, "\"vdpactl %s help\" lists its commands",
				   cli->object->name);
	else
		vdpactl_error_hint(&cli->err, "\"vdpactl help\" lists the objects");
	return CLI_USAGE;
}
