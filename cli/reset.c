// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <vdpactl/vhost.h>

#include "action.h"
#include "args.h"
#include "compat-uapi.h"
#include "state.h"

static json_t *one_reset(const char *by, bool clean_map)
{
	return json_pack("{s:s, s:b}", "by", by, "clean_map", clean_map);
}

/*
 * What there is to do through the chardev: opening it is a reset already, without
 * VDPA_RESET_F_CLEAN_MAP. A status of 0 and closing it are resets with the flag,
 * unless IOTLB_PERSIST is set (_compat_vdpa_reset() in drivers/vhost/vdpa.c).
 */
static int reset_by_chardev(struct vdpactl_vhost *vhost, bool clean_map, json_t *resets,
			    struct vdpactl_error *err)
{
	uint64_t offered = 0;
	bool persist;
	int ret;

	json_array_append_new(resets, one_reset("open", false));
	ret = vdpactl_vhost_get_backend_features(vhost, &offered, err);
	if (ret)
		return ret;
	persist = !clean_map && offered >> VHOST_BACKEND_F_IOTLB_PERSIST & 1;
	if (persist)
		ret = vdpactl_vhost_set_backend_features(vhost,
			UINT64_C(1) << VHOST_BACKEND_F_IOTLB_PERSIST, err);
	if (clean_map) {
		ret = vdpactl_vhost_set_status(vhost, 0, err);
		json_array_append_new(resets, one_reset("status", true));
	}
	json_array_append_new(resets, one_reset("close", !persist));
	return ret;
}

static const struct column columns[] = {
	{ "RESET BY", "by", NULL },
	{ "CLEAN-MAP", "clean_map", NULL },
	{ "SOURCE", "source", NULL },
	{ NULL, NULL, NULL }
};

static const struct view view = { LAYOUT_TABLE, "resets", columns };

static json_t *document(const char *name, json_t *resets, enum vdpactl_source source)
{
	json_t *devices = json_object();

	json_add(devices, name, json_pack("{s:o, s:s}", "resets", resets,
					  "source", vdpactl_source_name(source)));
	return json_pack("{s:o}", "reset", devices);
}

static int reset_through_chardev(struct cli *cli, const char *name, bool clean_map)
{
	struct vdpactl_vhost *vhost;
	json_t *resets;
	int ret;

	ret = vdpactl_vhost_open(name, &vhost, &cli->err);
	if (ret)
		return CLI_FAILED;
	resets = json_array();
	ret = reset_by_chardev(vhost, clean_map, resets, &cli->err);
	vdpactl_vhost_close(vhost);
	if (ret) {
		json_decref(resets);
		return CLI_FAILED;
	}
	return output_document(cli, document(name, resets, VDPACTL_SOURCE_VHOST), &view);
}

static int reset_through_diag(struct cli *cli, struct action *action)
{
	json_t *resets;
	int status;

	status = action_run(cli, action);
	if (status != CLI_OK)
		return status;
	resets = json_array();
	json_array_append_new(resets, one_reset("request", action->diag.clean_map));
	return output_document(cli, document(action->diag.dev, resets, VDPACTL_SOURCE_DIAG),
			       &view);
}

static int reset(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct action action = ACTION(RESET, "reset",
				      "virtqueues stop, bindings are lost, and whoever drives it is not told");
	int ret;

	action.diag.clean_map = args_keyword(&args, "--clean-map");
	ret = action_device(&args, &action);
	if (ret)
		return ret;
	action.diag.clean_map |= args_keyword(&args, "--clean-map");
	ret = action_end(&args, &action);
	if (ret)
		return ret;
	if (!vdpactl_diag_loaded() && !action.diag.force)
		return reset_through_chardev(cli, action.diag.dev, action.diag.clean_map);
	return reset_through_diag(cli, &action);
}

static const struct cli_command commands[] = {
	{ "", "DEV [ --clean-map ] " ACTION_USAGE, reset },
	{ NULL, NULL, NULL }
};

const struct cli_object object_reset = { "reset", "reset a device", commands };
