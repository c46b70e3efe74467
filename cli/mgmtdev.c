// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdio.h>

#include <linux/virtio_ids.h>

#include <vdpactl/mgmtdev.h>

#include "args.h"
#include "bits.h"
#include "mgmtdev.h"
#include "output.h"

static const struct column columns[] = {
	{ "classes", "supported_classes", NULL },
	{ "max vqs", "max_vqs", NULL },
	{ "features", "features", bits_text },
	{ NULL, NULL, NULL }
};

static const struct view view = { LAYOUT_RECORD, NULL, columns };

/* As iproute2 calls them; it has no name for others */
static json_t *classes_json(uint64_t classes)
{
	json_t *names = json_array();

	for (unsigned int id = 1; id < 64; id++) {
		if (!(classes >> id & 1))
			continue;
		json_array_append_new(names, json_string(id == VIRTIO_ID_NET ? "net" :
							 id == VIRTIO_ID_BLOCK ? "block" :
							 "< unknown class >"));
	}
	return names;
}

/* The type whose names the feature bits have; 0 where a bit may be one of several */
static uint32_t only_class(uint64_t classes)
{
	if (!classes || classes & (classes - 1))
		return 0;
	return __builtin_ctzll(classes);
}

/*
 * The kernel's own answer is what iproute2 prints. It is 0 where the parent driver left
 * it so, as vduse and vdpa_sim_blk do, and tells nothing then: a device has virtqueues,
 * and features.
 */
static json_t *mgmtdev_json(const struct vdpactl_mgmtdev *dev)
{
	/* iproute2 takes every management device that can make one for a network device's */
	uint32_t naming = dev->classes >> VIRTIO_ID_NET & 1 ? VIRTIO_ID_NET : 0;
	json_t *row = json_object();

	json_object_set_new(row, "supported_classes",
			    dev->has_classes ? classes_json(dev->classes) : json_null());
	json_object_set_new(row, "max_supported_vqs",
			    dev->max_vqs >= 0 ? json_integer(dev->max_vqs) : json_null());
	json_object_set_new(row, "max_vqs",
			    dev->max_vqs > 0 ? json_integer(dev->max_vqs) : json_null());
	json_object_set_new(row, "dev_features", dev->has_features ?
			    json_bits_iproute2(naming, dev->features) : json_null());
	json_object_set_new(row, "features", dev->features ?
			    json_bits(vdpactl_bits_device(only_class(dev->classes)), dev->features) :
			    json_null());
	json_object_set_new(row, "source", json_string("netlink"));
	return row;
}

static void note_silence(struct cli *cli, const char *name, const struct vdpactl_mgmtdev *dev)
{
	if (dev->max_vqs <= 0 || !dev->features)
		output_note(cli, name, "not_told", "it is not told %s%s%s its devices can have; "
			    "of a device that there is, \"vdpactl dev show DEV\" and \"vdpactl feature show DEV\" tell",
			    dev->max_vqs <= 0 ? "how many virtqueues" : "",
			    dev->max_vqs <= 0 && !dev->features ? " and " : "",
			    dev->features ? "" : "which features");
}

json_t *json_handle(const struct vdpactl_handle *handle)
{
	char name[512];

	if (!handle->bus)
		return json_text(handle->name);
	snprintf(name, sizeof(name), "%s/%s", handle->bus, handle->name);
	return json_text(name);
}

int args_handle(struct args *args, struct vdpactl_handle *handle)
{
	const char *word;
	int ret = args_value(args, "management device", &word);

	if (ret)
		return ret;
	if (vdpactl_handle_parse(word, handle, NULL))
		return cli_usage(args->cli, "\"%s\" is not a management device: NAME or "
				 "BUS/NAME expected", word);
	return 0;
}

static int show(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct vdpactl_handle handle = { 0 };
	struct vdpactl_mgmtdevs devs;
	json_t *rows;
	int ret = argc ? args_handle(&args, &handle) : 0;

	if (!ret)
		ret = args_end(&args);
	if (!ret && vdpactl_mgmtdevs_get(argc ? &handle : NULL, &devs, &cli->err))
		ret = CLI_FAILED;
	vdpactl_handle_free(&handle);
	if (ret)
		return ret;

	rows = json_object();
	for (size_t i = 0; i < devs.count; i++) {
		json_t *name = json_handle(&devs.list[i].handle);

		json_object_set_new(rows, json_string_value(name), mgmtdev_json(&devs.list[i]));
		note_silence(cli, json_string_value(name), &devs.list[i]);
		json_decref(name);
	}
	vdpactl_mgmtdevs_free(&devs);
	return output_document(cli, json_pack("{s:o}", "mgmtdev", rows), &view);
}

static const struct cli_command commands[] = {
	{ "show|list", "[MGMTDEV]", show },
	{ NULL, NULL, NULL }
};

const struct cli_object object_mgmtdev = {
	"mgmtdev", "management devices, which create vDPA devices", commands,
};
