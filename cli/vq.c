// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>

#include "args.h"
#include "state.h"

/* The addresses are known together */
static json_t *address(const struct vdpactl_vq *vq, uint64_t addr)
{
	return vq->has_addr ? json_hex(addr) : json_null();
}

static json_t *vq_row(const struct vdpactl_state *state, uint32_t index)
{
	const struct vdpactl_vq *vq = &state->vqs[index];

	return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
			 "index", index,
			 "group", json_number(vq->group),
			 "desc_group", json_number(vq->desc_group),
			 "asid", json_number(vdpactl_state_asid(state, vq->group)),
			 "desc_asid", json_number(vdpactl_state_asid(state, vq->desc_group)),
			 "size", json_number(vq->size),
			 "size_max", json_number(state->vq_size_max),
			 "base", json_number(vq->base),
			 "ready", vq->ready < 0 ? json_null() : json_boolean(vq->ready),
			 "desc_addr", address(vq, vq->desc_addr),
			 "driver_addr", address(vq, vq->driver_addr),
			 "device_addr", address(vq, vq->device_addr),
			 "source", vdpactl_source_name(state->source));
}

static void note_vhost(struct cli *cli, const char *name, const struct vdpactl_state *state)
{
	output_note(cli, NULL, "not_readable", "whether a virtqueue is ready cannot be read through the chardev");
	if (state->nvqs && state->vqs[0].size == VDPACTL_UNKNOWN)
		output_note(cli, name, "no_vq_size", "the kernel or the parent driver does not tell the size of a virtqueue");
}

static void note_diag(struct cli *cli, const char *name, const struct vdpactl_state *state,
		      int64_t which)
{
	for (uint32_t i = 0; i < state->nvqs; i++) {
		const struct vdpactl_vq *vq = &state->vqs[i];

		if (which != VDPACTL_UNKNOWN && which != i)
			continue;
		if (!vq->has_addr || vq->size == VDPACTL_UNKNOWN || vq->ready < 0)
			output_note(cli, name, "vq_unseen", "what no driver has set on a virtqueue since vdpactl_diag was loaded is not known");
		if (vq->base == VDPACTL_UNKNOWN)
			output_note(cli, name, "no_vq_base", "the parent driver cannot be asked for the index of a virtqueue (base) without disturbing the device");
	}
}

static void notes(struct cli *cli, const char *name, const struct vdpactl_state *state,
		  int64_t which)
{
	state_note_groups(cli, name, state);
	if (state->source == VDPACTL_SOURCE_VHOST)
		note_vhost(cli, name, state);
	if (state->source == VDPACTL_SOURCE_DIAG) {
		state_note_bindings(cli, name, state);
		note_diag(cli, name, state, which);
	}
}

static json_t *vq_rows(struct cli *cli, const char *name,
		       const struct vdpactl_state *state, int64_t which)
{
	json_t *rows;

	if (state->nvqs && which >= state->nvqs) {
		cli_failf(cli, ERANGE, "%s has no virtqueue %d: it has 0 to %u", name,
			  (int)which, state->nvqs - 1);
		return NULL;
	}
	if (!state->nvqs)
		return json_null();
	rows = json_array();
	for (uint32_t i = 0; i < state->nvqs; i++)
		if (which == VDPACTL_UNKNOWN || which == i)
			json_array_append_new(rows, vq_row(state, i));
	return rows;
}

#define STATE_COLUMNS \
	{ "VQ", "index", NULL }, \
	{ "GROUP", "group", NULL }, \
	{ "DESC-GROUP", "desc_group", NULL }, \
	{ "ASID", "asid", NULL }, \
	{ "DESC-ASID", "desc_asid", NULL }, \
	{ "SIZE", "size", NULL }, \
	{ "MAX", "size_max", NULL }, \
	{ "BASE", "base", NULL }, \
	{ "READY", "ready", NULL }

/* Of many devices; of one, where its rings are too */
static const struct column table_columns[] = {
	STATE_COLUMNS,
	{ "SOURCE", "source", NULL },
	{ NULL, NULL, NULL }
};

static const struct column device_columns[] = {
	STATE_COLUMNS,
	{ "DESC-ADDR", "desc_addr", NULL },
	{ "DRIVER-ADDR", "driver_addr", NULL },
	{ "DEVICE-ADDR", "device_addr", NULL },
	{ "SOURCE", "source", NULL },
	{ NULL, NULL, NULL }
};

static const struct view table_view = { LAYOUT_TABLE, NULL, table_columns };
static const struct view device_view = { LAYOUT_TABLE, NULL, device_columns };

static int vq_show(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct state_show show = {
		.object = "vq",
		.diag = 1U << VDPACTL_DIAG_VQ,
		.rows = vq_rows,
		.notes = notes,
	};
	int64_t index = VDPACTL_UNKNOWN;
	const char *name;
	uint32_t number;
	int ret;

	ret = args_optional_device(&args, &name);
	if (!ret && args_keyword(&args, "qidx")) {
		ret = args_u32(&args, "virtqueue index", 0, UINT16_MAX, &number);
		index = number;
	}
	if (!ret)
		ret = args_end(&args);
	show.view = name ? &device_view : &table_view;
	return ret ? ret : state_show(cli, &show, name, index);
}

static const struct cli_command commands[] = {
	{ "show|list", "[ DEV [ qidx I ] ]", vq_show },
	{ NULL, NULL, NULL }
};

const struct cli_object object_vq = { "vq", "virtqueues: group, address space, size, state", commands };
