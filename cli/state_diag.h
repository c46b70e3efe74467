/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module vdpactl_diag as a source of live state. */
#ifndef STATE_DIAG_H
#define STATE_DIAG_H

#include <vdpactl/diag.h>

#include "cli.h"

/**
 * struct state_diag - what the module told, for all devices at once
 * @asked: it was
 * @devs: the devices that it knows
 * @at: where the last one was found; they come in the same order
 */
struct state_diag {
	bool asked;
	struct vdpactl_diag_devs devs;
	size_t at;
};

/**
 * state_diag_take() - the state of one device
 * @what: bits 1 << enum vdpactl_diag_what of what is to be shown
 * @only: the one device that will be asked for; NULL: any
 * @state: the result, now the caller's
 *
 * The module is asked at the first call. Where it cannot tell, a note says why.
 *
 * Return: whether there is a result
 */
bool state_diag_take(struct cli *cli, struct state_diag *diag, unsigned int what,
		     const char *only, const char *name, struct vdpactl_state *state);

/** state_diag_free() - free what the module told */
void state_diag_free(struct state_diag *diag);

#endif
