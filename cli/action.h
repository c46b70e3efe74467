/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands share that change a device through the module vdpactl_diag:
 * asid bind, map reset, reset, suspend, resume.
 */
#ifndef ACTION_H
#define ACTION_H

#include <vdpactl/diag.h>

#include "args.h"

/**
 * struct action - one such command
 * @diag: what the module is asked for
 * @verb: to complete "cannot ": "suspend"
 * @breaks: what it does to a device in use, as a sentence
 * @yes: --yes: do not ask
 */
struct action {
	struct vdpactl_diag_action diag;
	const char *verb;
	const char *breaks;
	bool yes;
};

#define ACTION(cmd_, verb_, breaks_) { \
	.diag = { .cmd = VDPACTL_CMD_##cmd_, .asid = -1 }, \
	.verb = (verb_), .breaks = (breaks_) }

#define ACTION_USAGE "[ --force [ --yes ] ]"

/** action_device() - take the device name; --force and --yes may stand before it */
int action_device(struct args *args, struct action *action);

/** action_end() - take --force and --yes, and refuse any other word */
int action_end(struct args *args, struct action *action);

/**
 * action_confirm() - say what is about to break, and ask where there is a terminal
 * @user: what uses the device; "": nothing that is known
 *
 * Return: CLI_OK: go on
 */
int action_confirm(struct cli *cli, const struct action *action, const char *user);

/**
 * action_run() - do it
 *
 * A device in use is refused, unless with --force; that says what it breaks, and asks
 * where there is a terminal to ask on.
 *
 * Return: an enum cli_status
 */
int action_run(struct cli *cli, const struct action *action);

#endif
