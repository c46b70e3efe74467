// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "action.h"
#include "args.h"

static int one_shot(struct cli *cli, int argc, char **argv, struct action *action)
{
	struct args args = ARGS(cli, argc, argv);
	int ret;

	ret = action_device(&args, action);
	if (!ret)
		ret = action_end(&args, action);
	return ret ? ret : action_run(cli, action);
}

static int suspend(struct cli *cli, int argc, char **argv)
{
	struct action action = ACTION(SUSPEND, "suspend",
				      "the device stops in the middle of its work, and whoever drives it is not told");

	return one_shot(cli, argc, argv, &action);
}

static int resume(struct cli *cli, int argc, char **argv)
{
	struct action action = ACTION(RESUME, "resume",
				      "the device goes on, also where its driver relies on it standing still");

	return one_shot(cli, argc, argv, &action);
}

static const struct cli_command suspend_commands[] = {
	{ "", "DEV " ACTION_USAGE, suspend },
	{ NULL, NULL, NULL }
};

static const struct cli_command resume_commands[] = {
	{ "", "DEV " ACTION_USAGE, resume },
	{ NULL, NULL, NULL }
};

const struct cli_object object_suspend = { "suspend", "suspend a device", suspend_commands };
const struct cli_object object_resume = { "resume", "let a suspended device go on", resume_commands };
