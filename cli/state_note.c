// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Why a fact about the state of a device is null, and what would tell it.
 */
#include "config.h"

#include "compat-uapi.h"
#include "output.h"
#include "state.h"

/* Of a source that cannot tell it of any device */
#define NOT_READABLE "not_readable"

/* ---- bindings and maps that vdpactl_diag does not know ------------------------------- */

/*
 * @code: in the notes and rows of JSON
 * @text: follows "a map is unknown: "
 * @anew: it is known as soon as it is made anew
 */
static const struct why {
	const char *code;
	const char *text;
	bool anew;
} whys[] = {
	[VDPACTL_WHY_UNSEEN] = {
		"diag_late", "vdpactl_diag was loaded after it was made", true
	},
	[VDPACTL_WHY_UNOBSERVED] = {
		"unobservable", "what makes it cannot be observed: an operation that could not be probed or followed, or the platform's IOMMU", false
	},
	[VDPACTL_WHY_FAILED] = {
		"op_failed", "an operation failed, and the parent driver may have changed it all the same", true
	},
	[VDPACTL_WHY_OVERLAP] = {
		"overlap", "operations that change it ran at the same time, and which was the last is not known", true
	},
	[VDPACTL_WHY_MISSED] = {
		"missed", "the probes missed an operation that may still be under way; it stays unknown until the bus driver is unbound or the chardev is closed", false
	},
	[VDPACTL_WHY_PROBES_OFF] = {
		"probes_off", "the kernel's probes were switched off, and what was done then was not seen", true
	},
	[VDPACTL_WHY_RESET] = {
		"reset_may_drop", "the device was reset, and the parent driver may have dropped it then", true
	},
	[VDPACTL_WHY_PARTIAL] = {
		"partial_unmap", "a part of a range or of the initial map was unmapped, and what is left of it is the parent driver's choice", true
	},
	[VDPACTL_WHY_TOO_LARGE] = {
		"too_large", "it has more ranges than vdpactl_diag keeps, see its parameter max_ranges", false
	},
	[VDPACTL_WHY_NO_MEMORY] = {
		"no_memory", "the kernel had no memory for vdpactl_diag to keep it", true
	},
};

/* Of a newer module, or of one that does not tell */
static const struct why unknown = { "unknown", "vdpactl_diag does not tell why", false };

static const struct why *find_why(int why)
{
	bool has = why >= 0 && (size_t)why < sizeof(whys) / sizeof(*whys);

	return has ? &whys[why] : &unknown;
}

json_t *state_why(const struct vdpactl_state *state, enum vdpactl_asid_known known, int why)
{
	if (known != VDPACTL_ASID_UNKNOWN)
		return json_null();
	return json_string(state->source == VDPACTL_SOURCE_DIAG ? find_why(why)->code :
								  NOT_READABLE);
}

void state_note_bindings(struct cli *cli, const char *name, const struct vdpactl_state *state)
{
	if (state->source != VDPACTL_SOURCE_DIAG)
		return;
	for (uint32_t i = 0; i < state->ngroups; i++) {
		const struct why *why = find_why(state->groups[i].why);

		if (state->groups[i].known == VDPACTL_ASID_UNKNOWN)
			output_note(cli, name, why->code, "a binding is unknown: %s%s", why->text,
				    why->anew ? "; binding the group anew or resetting the device makes it known" : "");
	}
}

static void note_map(struct cli *cli, const char *name, const struct vdpactl_as *as)
{
	const struct why *why = find_why(as->why);

	if (as->known == VDPACTL_ASID_DEFAULT)
		output_note(cli, name, "default_map", "by default, a map is the one that the parent driver starts with, 1:1 as a rule");
	if (as->known == VDPACTL_ASID_UNKNOWN)
		output_note(cli, name, why->code, "a map is unknown: %s%s", why->text,
			    why->anew ? "; once it is made anew, it is known" : "");
}

void state_note_maps(struct cli *cli, const char *name, const struct vdpactl_state *state,
		     int64_t which)
{
	if (state->source == VDPACTL_SOURCE_VHOST)
		output_note(cli, NULL, NOT_READABLE, "maps cannot be read through the chardev");
	if (state->source != VDPACTL_SOURCE_DIAG)
		return;
	for (uint32_t i = 0; i < state->nas; i++)
		if (which == VDPACTL_UNKNOWN || which == i)
			note_map(cli, name, &state->spaces[i]);
}

/* ---- groups ---------------------------------------------------------------------------- */

void state_note_groups(struct cli *cli, const char *name, const struct vdpactl_state *state)
{
	const struct vdpactl_mask *backend = &state->backend_features;

	if (backend->known && !(backend->bits >> VHOST_BACKEND_F_DESC_ASID & 1))
		output_note(cli, name, "no_desc_groups", "there are no descriptor groups");
	if (state->bad_groups)
		output_note(cli, name, "bad_group", "%u times the parent driver named a group that the device does not have",
			    state->bad_groups);
}
