// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stddef.h>

#include "state.h"

/* The virtqueues whose @member, an int64_t of struct vdpactl_vq, is @group */
static json_t *vqs_of(const struct vdpactl_state *state, size_t member, uint32_t group)
{
	json_t *indices = json_array();

	for (uint32_t i = 0; i < state->nvqs; i++)
		if (*(int64_t *)((char *)&state->vqs[i] + member) == group)
			json_array_append_new(indices, json_integer(i));
	return indices;
}

static json_t *group_row(const struct vdpactl_state *state, uint32_t index)
{
	const struct vdpactl_group *group = &state->groups[index];

	return json_pack("{s:i, s:o, s:o, s:o, s:s, s:o, s:s}",
			 "group", index,
			 "vqs", vqs_of(state, offsetof(struct vdpactl_vq, group), index),
			 "desc_vqs", vqs_of(state, offsetof(struct vdpactl_vq, desc_group), index),
			 "asid", json_number(group->asid),
			 "asid_known", vdpactl_asid_known_name(group->known),
			 "asid_why", state_why(state, group->known, group->why),
			 "source", vdpactl_source_name(state->source));
}

static void notes(struct cli *cli, const char *name, const struct vdpactl_state *state,
		  int64_t which)
{
	state_note_groups(cli, name, state);
	state_note_bindings(cli, name, state);
}

static json_t *group_rows(struct cli *cli, const char *name,
			  const struct vdpactl_state *state, int64_t which)
{
	json_t *rows;

	if (!state->ngroups)
		return json_null();
	rows = json_array();
	for (uint32_t i = 0; i < state->ngroups; i++)
		json_array_append_new(rows, group_row(state, i));
	return rows;
}

static bool alike(const struct vdpactl_state *a, const struct vdpactl_state *b)
{
	if (!state_same_bindings(a, b) || a->nvqs != b->nvqs)
		return false;
	for (uint32_t i = 0; i < a->nvqs; i++)
		if (a->vqs[i].group != b->vqs[i].group ||
		    a->vqs[i].desc_group != b->vqs[i].desc_group)
			return false;
	return true;
}

static const struct column columns[] = {
	{ "GROUP", "group", NULL },
	{ "VQS", "vqs", NULL },
	{ "DESC-VQS", "desc_vqs", NULL },
	{ "ASID", "asid", NULL },
	{ "KNOWN", "asid_known", NULL },
	{ "SOURCE", "source", NULL },
	{ NULL, NULL, NULL }
};

static const struct view view = { LAYOUT_TABLE, NULL, columns };

static const struct state_show show = {
	.object = "group",
	.diag = 1U << VDPACTL_DIAG_VQ,
	.rows = group_rows,
	.notes = notes,
	.alike = alike,
	.view = &view,
};

static int group_show(struct cli *cli, int argc, char **argv)
{
	return state_show_devices(cli, &show, argc, argv);
}

static const struct cli_command commands[] = {
	{ "show|list", "[ DEV ]", group_show },
	{ NULL, NULL, NULL }
};

const struct cli_object object_group = { "group", "virtqueue groups and their bindings", commands };
