// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "action.h"
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
	return json_pack("{s:i, s:o, s:o, s:o, s:s, s:o, s:s}",
			 "asid", asid,
			 "groups", groups_of(state, asid),
			 "map_ranges", json_number(as->nranges),
			 "map_bytes", bytes,
			 "map_known", vdpactl_asid_known_name(as->known),
			 "map_why", state_why(state, as->known, as->why),
			 "source", vdpactl_source_name(state->source));
}

static void notes(struct cli *cli, const char *name, const struct vdpactl_state *state,
		  int64_t which)
{
	state_note_bindings(cli, name, state);
	state_note_maps(cli, name, state, VDPACTL_UNKNOWN);
}

static json_t *asid_rows(struct cli *cli, const char *name,
			 const struct vdpactl_state *state, int64_t which)
{
	json_t *rows;

	if (!state->nas)
		return json_null();
	rows = json_array();
	for (uint32_t i = 0; i < state->nas; i++)
		json_array_append_new(rows, asid_row(state, i));
	return rows;
}

static bool alike(const struct vdpactl_state *a, const struct vdpactl_state *b)
{
	if (!state_same_bindings(a, b) || a->nas != b->nas)
		return false;
	for (uint32_t i = 0; i < a->nas; i++)
		if (a->spaces[i].nranges != b->spaces[i].nranges ||
		    a->spaces[i].bytes != b->spaces[i].bytes ||
		    a->spaces[i].known != b->spaces[i].known ||
		    a->spaces[i].why != b->spaces[i].why)
			return false;
	return true;
}

static const struct column columns[] = {
	{ "ASID", "asid", NULL },
	{ "GROUPS", "groups", NULL },
	{ "RANGES", "map_ranges", NULL },
	{ "BYTES", "map_bytes", NULL },
	{ "KNOWN", "map_known", NULL },
	{ "SOURCE", "source", NULL },
	{ NULL, NULL, NULL }
};

static const struct view view = { LAYOUT_TABLE, NULL, columns };

static const struct state_show show = {
	.object = "asid",
	.rows = asid_rows,
	.notes = notes,
	.alike = alike,
	.view = &view,
};

static int asid_show(struct cli *cli, int argc, char **argv)
{
	return state_show_devices(cli, &show, argc, argv);
}

static int take_number(struct args *args, const char *keyword, uint32_t *number)
{
	if (!args_keyword(args, keyword))
		return cli_usage(args->cli, "\"%s\" expected", keyword);
	return args_u32(args, keyword, 0, UINT32_MAX, number);
}

static int asid_bind(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct action action = ACTION(GROUP_BIND, "bind a group of",
				      "virtqueues of the group are cut off from the memory that they use now");
	uint32_t asid = 0;
	int ret;

	ret = action_device(&args, &action);
	if (!ret)
		ret = take_number(&args, "group", &action.diag.group);
	if (!ret)
		ret = take_number(&args, "asid", &asid);
	if (!ret)
		ret = action_end(&args, &action);
	action.diag.asid = asid;
	return ret ? ret : action_run(cli, &action);
}

static const struct cli_command commands[] = {
	{ "show|list", "[ DEV ]", asid_show },
	{ "bind", "DEV group G asid A " ACTION_USAGE, asid_bind },
	{ NULL, NULL, NULL }
};

const struct cli_object object_asid = { "asid", "address spaces, and binding groups to them", commands };
