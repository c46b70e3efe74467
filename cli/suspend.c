// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "args.h"
#include "state.h"

static int one_shot(struct cli *cli, int argc, char **argv, const char *what)
{
	struct args args = ARGS(cli, argc, argv);
	const char *name;
	int ret;

	ret = args_device(&args, &name);
	if (!ret)
		ret = args_end(&args);
	return ret ? ret : state_needs_diag(cli, name, what);
}

static int suspend(struct cli *cli, int argc, char **argv)
{
	return one_shot(cli, argc, argv, "suspend");
}

static int resume(struct cli *cli, int argc, char **argv)
{
	return one_shot(cli, argc, argv, "resume");
}

static const struct cli_command suspend_commands[] = {
	{ "", "DEV", suspend },
	{ NULL, NULL, NULL }
};

static const struct cli_command resume_commands[] = {
	{ "", "DEV", resume },
	{ NULL, NULL, NULL }
};

const struct cli_object object_suspend = { "suspend", "suspend a device", suspend_commands };
const struct cli_object object_resume = { "resume", "let a suspended device go on", resume_commands };
