// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>

#include "action.h"
#include "args.h"
#include "state.h"

static json_t *range_row(uint64_t first, uint64_t last, unsigned int perm)
{
	return json_pack("{s:o, s:o, s:s?}",
			 "iova", json_hex(first),
			 "size", json_size(last - first + 1),
			 "perm", vdpactl_perm_name(perm));
}

static bool follows(const struct vdpactl_range *range, const struct vdpactl_range *next)
{
	return range->last + 1 == next->first && range->perm == next->perm;
}

/*
 * The ranges from @i on that make one, as people read a map: vhost-vdpa maps memory in as
 * many pieces as it physically has, often page by page.
 */
static json_t *joined_row(const struct vdpactl_as *as, int64_t *i)
{
	const struct vdpactl_range *first = &as->ranges[*i];
	int64_t at = *i;
	json_t *row;

	while (at + 1 < as->nranges && follows(&as->ranges[at], &as->ranges[at + 1]))
		at++;
	row = range_row(first->first, as->ranges[at].last, first->perm);
	json_object_set_new(row, "pieces", json_integer(at - *i + 1));
	*i = at;
	return row;
}

/* JSON has each range as the parent driver was told it */
static json_t *ranges(const struct vdpactl_as *as, bool join)
{
	json_t *rows;

	if (as->nranges == VDPACTL_UNKNOWN)
		return json_null();
	rows = json_array();
	for (int64_t i = 0; as->ranges && i < as->nranges; i++) {
		const struct vdpactl_range *range = &as->ranges[i];

		json_array_append_new(rows, join ? joined_row(as, &i) :
				      range_row(range->first, range->last, range->perm));
	}
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
	if (!state->nas)
		return json_null();
	rows = json_array();
	for (uint32_t i = 0; i < state->nas; i++)
		if (which == VDPACTL_UNKNOWN || which == i)
			json_array_append_new(rows, json_pack("{s:i, s:s, s:o, s:o, s:s}",
				"asid", i, "known", vdpactl_asid_known_name(state->spaces[i].known),
				"why", state_why(state, state->spaces[i].known, state->spaces[i].why),
				"ranges", ranges(&state->spaces[i], !cli->json),
				"source", vdpactl_source_name(state->source)));
	return rows;
}

static const struct column columns[] = {
	{ "ASID", "asid", NULL },
	{ "IOVA", "iova", NULL },
	{ "SIZE", "size", NULL },
	{ "PERM", "perm", NULL },
	{ "PIECES", "pieces", NULL },
	{ "KNOWN", "known", NULL },
	{ "SOURCE", "source", NULL },
	{ NULL, NULL, NULL }
};

static const struct view view = { LAYOUT_TABLE, "ranges", columns };

static const struct state_show show = {
	.object = "map",
	.diag = 1U << VDPACTL_DIAG_MAP,
	.rows = map_rows,
	.notes = state_note_maps,
	.view = &view,
};

/* "[asid A]" */
static int take_asid(struct args *args, int64_t *asid)
{
	uint32_t number;
	int ret;

	*asid = VDPACTL_UNKNOWN;
	if (!args_keyword(args, "asid"))
		return 0;
	ret = args_u32(args, "asid", 0, UINT32_MAX, &number);
	if (!ret)
		*asid = number;
	return ret;
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
	if (!ret)
		ret = args_end(&args);
	return ret ? ret : state_show(cli, &show, name, asid);
}

static int map_reset(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct action action = ACTION(MAP_RESET, "reset the maps of",
				      "whatever it is mapped for now, the device loses access to or reaches somewhere else");
	int ret;

	ret = action_device(&args, &action);
	if (!ret)
		ret = take_asid(&args, &action.diag.asid);
	if (!ret)
		ret = action_end(&args, &action);
	return ret ? ret : action_run(cli, &action);
}

static const struct cli_command commands[] = {
	{ "show|list", "[ DEV [ asid A ] ]", map_show },
	{ "reset", "DEV [ asid A ] " ACTION_USAGE, map_reset },
	{ NULL, NULL, NULL }
};

const struct cli_object object_map = { "map", "IOTLB ranges of address spaces", commands };
