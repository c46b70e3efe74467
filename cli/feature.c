// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdio.h>

#include "args.h"
#include "state.h"
#include "table.h"

static json_t *feature_rows(struct cli *cli, const char *name,
			    const struct vdpactl_state *state, int64_t which)
{
	const struct vdpactl_bits *bits = vdpactl_bits_device(state->virtio_id);

	if (!state->device_features.known)
		output_note(cli, "%s: the kernel does not tell the features of a device of this type",
			    name);
	return json_pack("{s:o, s:o, s:o, s:s}",
			 "device", json_mask(bits, state->device_features),
			 "driver", json_mask(bits, state->driver_features),
			 "backend", json_mask(vdpactl_bits_backend(), state->backend_features),
			 "source", vdpactl_source_name(state->source));
}

/* "0x120: MAC VERSION_1 bit_63"; names in the order of their bits come first */
static char *mask_text(const json_t *mask)
{
	const json_t *names = json_object_get(mask, "names");
	const json_t *unknown = json_object_get(mask, "unknown");
	char *text = NULL;
	json_t *bit;
	size_t size, i;
	FILE *out;

	if (json_is_null(mask))
		return cell_text(mask);
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fputs(json_string_value(json_object_get(mask, "mask")), out);
	json_array_foreach(names, i, bit)
		fprintf(out, " %s", json_string_value(bit));
	json_array_foreach(unknown, i, bit)
		fprintf(out, " bit_%" JSON_INTEGER_FORMAT, json_integer_value(bit));
	fclose(out);
	return text;
}

static const struct column columns[] = {
	{ "device", "device", mask_text },
	{ "driver", "driver", mask_text },
	{ "backend", "backend", mask_text },
	{ "source", "source", NULL },
	{ NULL, NULL, NULL }
};

static const struct view view = { LAYOUT_RECORD, NULL, columns };

static const struct state_show show = {
	.object = "feature",
	.features = true,
	.rows = feature_rows,
	.view = &view,
};

static int feature_show(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	const char *name;
	int ret;

	ret = args_optional_device(&args, &name);
	if (!ret)
		ret = args_end(&args);
	return ret ? ret : state_show(cli, &show, name, VDPACTL_UNKNOWN);
}

static const struct cli_command commands[] = {
	{ "show|list", "[ DEV ]", feature_show },
	{ NULL, NULL, NULL }
};

const struct cli_object object_feature = { "feature", "features: device, negotiated, backend", commands };
