// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "args.h"
#include "state.h"

/* The groups bound to an address space; null while one of them could be anywhere */
static json_t *groups_of(const struct vdpactl_state *state, uint32_t asid)
{
	json_t *groups = json_array();

	for (uint32_t i = 0; i < state->ngroups; i++) {
		if (state->groups[i].asid == VDPACTL_UNKNOWN) {
			json_decref(groups);
			return json_null();
		}
		if (state->groups[i].asid == asid)
			json_array_append_new(groups, json_integer(i));
	}
	return groups;
}

static json_t *asid_row(const struct vdpactl_state *state, uint32_t asid)
{
	const struct vdpactl_as *as = &state->spaces[asid];
	json_t *bytes = json_null();

	if (as->nranges != VDPACTL_UNKNOWN)
		bytes = as->nranges ? json_size(as->bytes) : json_hex(0);
	return json_pack("{s:i, s:o, s:o, s:o, s:s}",
			 "asid", asid,
			 "groups", groups_of(state, asid),
			 "map_ranges", json_number(as->nranges),
			 "map_bytes", bytes,
			 "source", vdpactl_source_name(state->source));
}

static json_t *asid_rows(struct cli *cli, const char *name,
			 const struct vdpactl_state *state, int64_t which)
{
	json_t *rows;

	if (state->source == VDPACTL_SOURCE_VHOST)
		output_note(cli, "maps cannot be read through the chardev");
	if (!state->nas)
		return json_null();
	rows = json_array();
	for (uint32_t i = 0; i < state->nas; i++)
		json_array_append_new(rows, asid_row(state, i));
	return rows;
}

static const struct column columns[] = {
	{ "ASID", "asid", NULL },
	{ "GROUPS", "groups", NULL },
	{ "RANGES", "map_ranges", NULL },
	{ "BYTES", "map_bytes", NULL },
	{ "SOURCE", "source", NULL },
	{ NULL, NULL, NULL }
};

static const struct view view = { LAYOUT_TABLE, NULL, columns };

static const struct state_show show = {
	.object = "asid",
	.rows = asid_rows,
	.view = &view,
};

static int asid_show(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	const char *name;
	int ret;

	ret = args_optional_device(&args, &name);
	if (!ret)
		ret = args_end(&args);
	return ret ? ret : state_show(cli, &show, name, VDPACTL_UNKNOWN);
}

static int asid_bind(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	uint32_t group, asid;
	const char *name;
	int ret;

	ret = args_device(&args, &name);
	if (ret)
		return ret;
	if (!args_keyword(&args, "group"))
		return cli_usage(cli, "\"group\" expected");
	ret = args_u32(&args, "group", 0, UINT32_MAX, &group);
	if (ret)
		return ret;
	if (!args_keyword(&args, "asid"))
		return cli_usage(cli, "\"asid\" expected");
	ret = args_u32(&args, "asid", 0, UINT32_MAX, &asid);
	if (!ret)
		ret = args_end(&args);
	return ret ? ret : state_needs_diag(cli, name, "bind a group of");
}

static const struct cli_command commands[] = {
	{ "show|list", "[ DEV ]", asid_show },
	{ "bind", "DEV group G asid A", asid_bind },
	{ NULL, NULL, NULL }
};

const struct cli_object object_asid = { "asid", "address spaces, and binding groups to them", commands };
