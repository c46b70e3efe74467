// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands of "dev", and those that are too short for a file of their own */
#include "config.h"

#include <vdpactl/dev.h>

#include "args.h"
#include "dev.h"

static int dev_del(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	const char *name;

	if (args_device(&args, &name) || args_end(&args))
		return CLI_USAGE;
	return vdpactl_dev_del(name, &cli->err) ? CLI_FAILED : CLI_OK;
}

static int dev_bind(struct cli *cli, int argc, char **argv)
{
	static const char *const drivers[] = { "vhost_vdpa", "virtio_vdpa", NULL };
	struct args args = ARGS(cli, argc, argv);
	const char *name, *driver;

	if (args_device(&args, &name) ||
	    args_choice(&args, "driver of the vdpa bus", drivers, &driver) || args_end(&args))
		return CLI_USAGE;
	return vdpactl_dev_bind(name, driver, &cli->err) ? CLI_FAILED : CLI_OK;
}

static int dev_unbind(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	const char *name;

	if (args_device(&args, &name) || args_end(&args))
		return CLI_USAGE;
	return vdpactl_dev_unbind(name, &cli->err) ? CLI_FAILED : CLI_OK;
}

static const struct cli_command commands[] = {
	{ "show|list", "[DEV]", dev_show },
	{ "add", "name NAME mgmtdev MGMTDEV [device_features MASK|NAME[,NAME]...]"
	  " [mac MAC] [mtu MTU] [max_vqp PAIRS]", dev_add },
	{ "del", "DEV", dev_del },
	{ "set", "name DEV mac MAC", dev_set },
	{ "config", "show [DEV]", dev_config },
	{ "vstats", "show DEV qidx INDEX", dev_vstats },
	{ "bind", "DEV vhost_vdpa|virtio_vdpa", dev_bind },
	{ "unbind", "DEV", dev_unbind },
	{ NULL, NULL, NULL }
};

const struct cli_object object_dev = {
	"dev", "vDPA devices", commands,
};
