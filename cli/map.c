// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>

#include "args.h"
#include "state.h"

static json_t *range_row(const struct vdpactl_range *range)
{
	return json_pack("{s:o, s:o, s:s?}",
			 "iova", json_hex(range->first),
			 "size", json_size(range->last - range->first + 1),
			 "perm", vdpactl_perm_name(range->perm));
}

static json_t *ranges(const struct vdpactl_as *as)
{
	json_t *rows;

	if (as->nranges == VDPACTL_UNKNOWN)
		return json_null();
	rows = json_array();
	for (int64_t i = 0; as->ranges && i < as->nranges; i++)
		json_array_append_new(rows, range_row(&as->ranges[i]));
	return rows;
}

static json_t *map_rows(struct cli *cli, const char *name,
			const struct vdpactl_state *state, int64_t which)
{
	json_t *rows;

	if (state->nas && which >= state->nas) {
		cli_failf(cli, ERANGE, "%s has no ASID %lld: it has 0 to %u", name,
			  (long long)which, state->nas - 1);
		return NULL;
	}
	if (state->source == VDPACTL_SOURCE_VHOST)
		output_note(cli, "maps cannot be read through the chardev");
	if (!state->nas)
		return json_null();
	rows = json_array();
	for (uint32_t i = 0; i < state->nas; i++)
		if (which == VDPACTL_UNKNOWN || which == i)
			json_array_append_new(rows, json_pack("{s:i, s:o, s:s}",
				"asid", i, "ranges", ranges(&state->spaces[i]),
				"source", vdpactl_source_name(state->source)));
	return rows;
}

static const struct column columns[] = {
	{ "ASID", "asid", NULL },
	{ "IOVA", "iova", NULL },
	{ "SIZE", "size", NULL },
	{ "PERM", "perm", NULL },
	{ "SOURCE", "source", NULL },
	{ NULL, NULL, NULL }
};

static const struct view view = { LAYOUT_TABLE, "ranges", columns };

static const struct state_show show = {
	.object = "map",
	.rows = map_rows,
	.view = &view,
};

/* "[asid A]" and nothing behind it */
static int take_asid(struct args *args, int64_t *asid)
{
	uint32_t number;
	int ret;

	*asid = VDPACTL_UNKNOWN;
	if (args_keyword(args, "asid")) {
		ret = args_u32(args, "asid", 0, UINT32_MAX, &number);
		if (ret)
			return ret;
		*asid = number;
	}
	return args_end(args);
}

static int map_show(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	const char *name;
	int64_t asid;
	int ret;

	ret = args_optional_device(&args, &name);
	if (!ret)
		ret = take_asid(&args, &asid);
	return ret ? ret : state_show(cli, &show, name, asid);
}

static int map_reset(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	const char *name;
	int64_t asid;
	int ret;

	ret = args_device(&args, &name);
	if (!ret)
		ret = take_asid(&args, &asid);
	return ret ? ret : state_needs_diag(cli, name, "reset the maps of");
}

static const struct cli_command commands[] = {
	{ "show|list", "[ DEV [ asid A ] ]", map_show },
	{ "reset", "DEV [ asid A ]", map_reset },
	{ NULL, NULL, NULL }
};

const struct cli_object object_map = { "map", "IOTLB ranges of address spaces", commands };
