/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module vdpactl_diag as a source of live state. */
#ifndef STATE_DIAG_H
#define STATE_DIAG_H

#include <vdpactl/diag.h>

#include "cli.h"

/**
 * struct state_diag - what the module told, for all devices at once
 * @asked: it was
 * @loaded: it is loaded
 * @answered: it told of all devices
 * @devs: the devices that it knows
 * @at: where the last one was found; they come in the same order
 */
struct state_diag {
	bool asked;
	bool loaded;
	bool answered;
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
 * Return: 1: there is a result; 0: there is none; -ENODEV, described in cli->err: the device
 * is gone
 */
int state_diag_take(struct cli *cli, struct state_diag *diag, unsigned int what,
		     const char *only, const char *name, struct vdpactl_state *state);

/**
 * state_diag_failed() - the module did not answer for the devices that were listed before
 * @only: the one device that was asked for; NULL: all
 * @lost: what is not known without it, for a note: "groups are not known: "
 *
 * Return: 0, after a note that says why; -ENODEV, described in cli->err: @only is gone
 */
int state_diag_failed(struct cli *cli, const char *only, const char *lost,
		      const struct vdpactl_error *err);

/** state_diag_unknown() - note that a device is not among those that the module told of */
void state_diag_unknown(struct cli *cli, const char *name);

/**
 * state_diag_note_probes() - note that the module sees nothing at the moment
 * @probes: what it told: 0: they are off
 */
void state_diag_note_probes(struct cli *cli, int probes);

/** state_diag_free() - free what the module told */
void state_diag_free(struct state_diag *diag);

#endif
