// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <vdpactl/vhost.h>

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

static int reset_device(struct cli *cli, const char *name, bool clean_map)
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
	return output_document(cli, json_pack("{s:{s:{s:o, s:s}}}", "reset", name,
					      "resets", resets,
					      "source", vdpactl_source_name(VDPACTL_SOURCE_VHOST)),
			       &view);
}

static int reset(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	const char *name;
	bool clean_map;
	int ret;

	clean_map = args_keyword(&args, "--clean-map");
	ret = args_device(&args, &name);
	if (ret)
		return ret;
	clean_map |= args_keyword(&args, "--clean-map");
	ret = args_end(&args);
	return ret ? ret : reset_device(cli, name, clean_map);
}

static const struct cli_command commands[] = {
	{ "", "DEV [ --clean-map ]", reset },
	{ NULL, NULL, NULL }
};

const struct cli_object object_reset = { "reset", "reset a device", commands };
