// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "state.h"

static json_t *feature_rows(struct cli *cli, const char *name,
			    const struct vdpactl_state *state, int64_t which)
{
	const struct vdpactl_bits *bits = vdpactl_bits_device(state->virtio_id);

	return json_pack("{s:o, s:o, s:o, s:s}",
			 "device", json_mask(bits, state->device_features),
			 "driver", json_mask(bits, state->driver_features),
			 "backend", json_mask(vdpactl_bits_backend(), state->backend_features),
			 "source", vdpactl_source_name(state->source));
}

static void notes(struct cli *cli, const char *name, const struct vdpactl_state *state,
		  int64_t which)
{
	if (state->source == VDPACTL_SOURCE_NETLINK && !state->device_features.known)
		output_note(cli, name, "no_features", "netlink does not tell the device's features");
	if (state->source == VDPACTL_SOURCE_NETLINK && !state->driver_features.known)
		output_note(cli, name, "no_features", "netlink does not tell which features were negotiated");
}

static bool same_mask(struct vdpactl_mask a, struct vdpactl_mask b)
{
	return a.known == b.known && a.bits == b.bits;
}

static bool alike(const struct vdpactl_state *a, const struct vdpactl_state *b)
{
	return a->source == b->source && a->virtio_id == b->virtio_id &&
	       same_mask(a->device_features, b->device_features) &&
	       same_mask(a->driver_features, b->driver_features) &&
	       same_mask(a->backend_features, b->backend_features);
}

static const struct column columns[] = {
	{ "device", "device", bits_text },
	{ "driver", "driver", bits_text },
	{ "backend", "backend", bits_text },
	{ "source", "source", NULL },
	{ NULL, NULL, NULL }
};

static const struct view view = { LAYOUT_RECORD, NULL, columns };

static const struct state_show show = {
	.object = "feature",
	.features = true,
	.rows = feature_rows,
	.notes = notes,
	.alike = alike,
	.view = &view,
};

static int feature_show(struct cli *cli, int argc, char **argv)
{
	return state_show_devices(cli, &show, argc, argv);
}

static const struct cli_command commands[] = {
	{ "show|list", "[ DEV ]", feature_show },
	{ NULL, NULL, NULL }
};

const struct cli_object object_feature = { "feature", "features: device, negotiated, backend", commands };
