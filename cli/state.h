/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects that show the live state of devices (vq, group, asid, feature, map)
 * differ only in the document that they make from it.
 */
#ifndef STATE_H
#define STATE_H

#include <jansson.h>

#include <vdpactl/diag.h>

#include "bits.h"
#include "cli.h"
#include "output.h"

/**
 * struct state_show - how one object shows the state of devices
 * @object: first member of the document: "vq"
 * @features: features are shown, so sources shall look for them
 * @diag: bits 1 << enum vdpactl_diag_what of what is shown beside the device itself
 * @rows: the value for one device, @which being what state_show() was given. NULL after
 *	a failure that it described in cli->err.
 * @notes: gives notes (output_note()) where the source alone does not tell why a fact
 *	is null; NULL: it does
 * @alike: whether @rows() makes the same JSON of both states: it compares all that is
 *	read there, not what @notes() reads. Of a thousand devices most are as the one
 *	before. NULL: hardly ever.
 * @view: the document as text
 */
struct state_show {
	const char *object;
	bool features;
	unsigned int diag;
	json_t *(*rows)(struct cli *cli, const char *name,
			const struct vdpactl_state *state, int64_t which);
	void (*notes)(struct cli *cli, const char *name, const struct vdpactl_state *state,
		      int64_t which);
	bool (*alike)(const struct vdpactl_state *a, const struct vdpactl_state *b);
	const struct view *view;
};

/**
 * state_show() - run a command "OBJECT show"
 * @name: the device; NULL for all
 * @which: narrows what is shown, as @show->rows() understands it; or VDPACTL_UNKNOWN
 *
 * Asks, for each device, the best source there is; only with --open is a chardev
 * opened.
 *
 * Return: an enum cli_status
 */
int state_show(struct cli *cli, const struct state_show *show, const char *name,
	       int64_t which);

/**
 * state_show_devices() - run a command "OBJECT show [DEV]", which takes nothing else
 *
 * Return: an enum cli_status
 */
int state_show_devices(struct cli *cli, const struct state_show *show, int argc, char **argv);

/**
 * state_note_groups() - tell of a device without descriptor groups, and of a parent
 * driver that names groups which do not exist
 */
void state_note_groups(struct cli *cli, const char *name, const struct vdpactl_state *state);

/**
 * state_why() - why a binding or a map is not known, as the code of its note
 *
 * Return: a JSON string; JSON null where it is known
 */
json_t *state_why(const struct vdpactl_state *state, enum vdpactl_asid_known known, int why);

/** state_same_bindings() - whether both are the same groups, bound to the same */
bool state_same_bindings(const struct vdpactl_state *a, const struct vdpactl_state *b);

/** state_note_bindings() - tell why it is not known what groups are bound to */
void state_note_bindings(struct cli *cli, const char *name, const struct vdpactl_state *state);

/**
 * state_note_maps() - tell why maps of address spaces are not there as ranges
 * @which: the address space that is shown; VDPACTL_UNKNOWN: all
 */
void state_note_maps(struct cli *cli, const char *name, const struct vdpactl_state *state,
		     int64_t which);

#endif
