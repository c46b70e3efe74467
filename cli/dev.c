// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands of "dev", and those that are too short for a file of their own */
#include "config.h"

#include <vdpactl/dev.h>

#include "action.h"
#include "args.h"
#include "dev.h"

/* By force, also what breaks something: that is said first */
static int dev_confirm(struct cli *cli, struct action *action)
{
	struct vdpactl_use use;
	int ret;

	if (!action->diag.force)
		return CLI_OK;
	ret = vdpactl_dev_find_use(action->diag.dev, &use, &cli->err);
	if (ret <= 0)
		return ret ? CLI_FAILED : CLI_OK;
	action->breaks = use.breaks;
	return action_confirm(cli, action, use.why);
}

static int dev_del(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct action action = { .verb = "delete" };
	int ret;

	if (action_device(&args, &action) || action_end(&args, &action))
		return CLI_USAGE;
	ret = dev_confirm(cli, &action);
	if (!ret && vdpactl_dev_del(action.diag.dev, action.diag.force, &cli->err))
		ret = CLI_FAILED;
	return ret;
}

static int dev_bind(struct cli *cli, int argc, char **argv)
{
	static const char *const drivers[] = { "vhost_vdpa", "virtio_vdpa", NULL };
	struct args args = ARGS(cli, argc, argv);
	struct action action = { .verb = "bind" };
	const char *driver;
	int ret;

	if (action_device(&args, &action) ||
	    args_choice(&args, "driver of the vdpa bus", drivers, &driver) ||
	    action_end(&args, &action))
		return CLI_USAGE;
	ret = dev_confirm(cli, &action);
	if (!ret && vdpactl_dev_bind(action.diag.dev, driver, action.diag.force, &cli->err))
		ret = CLI_FAILED;
	return ret;
}

static int dev_unbind(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct action action = { .verb = "unbind" };
	int ret;

	if (action_device(&args, &action) || action_end(&args, &action))
		return CLI_USAGE;
	ret = dev_confirm(cli, &action);
	if (!ret && vdpactl_dev_unbind(action.diag.dev, action.diag.force, &cli->err))
		ret = CLI_FAILED;
	return ret;
}

static const struct cli_command commands[] = {
	{ "show|list", "[DEV]", dev_show },
	{ "add", "name NAME mgmtdev MGMTDEV [device_features MASK|NAME[,NAME]...]"
	  " [mac MAC] [mtu MTU] [max_vqp PAIRS]", dev_add },
	{ "del", "DEV " ACTION_USAGE, dev_del },
	{ "set", "name DEV mac MAC", dev_set },
	{ "config", "show [DEV]", dev_config },
	{ "vstats", "show DEV [qidx INDEX]", dev_vstats },
	{ "bind", "DEV vhost_vdpa|virtio_vdpa " ACTION_USAGE, dev_bind },
	{ "unbind", "DEV " ACTION_USAGE, dev_unbind },
	{ NULL, NULL, NULL }
};

const struct cli_object object_dev = {
	"dev", "vDPA devices", commands,
};
