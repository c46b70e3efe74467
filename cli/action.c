// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vdpactl/dev.h>

#include "action.h"
#include "printable.h"

static void take_flags(struct args *args, struct action *action)
{
	for (;;) {
		if (args_keyword(args, "--force"))
			action->diag.force = true;
		else if (args_keyword(args, "--yes"))
			action->yes = true;
		else
			return;
	}
}

int action_device(struct args *args, struct action *action)
{
	int ret;

	take_flags(args, action);
	ret = args_device(args, &action->diag.dev);
	take_flags(args, action);
	return ret;
}

int action_end(struct args *args, struct action *action)
{
	take_flags(args, action);
	return args_end(args);
}

/* ---- a device in use ---------------------------------------------------------------- */

/* Who has it: the chardev's holder, or the driver in the kernel; "": nobody known */
static void describe_user(const struct vdpactl_dev *dev, char *text, size_t size)
{
	text[0] = '\0';
	if (dev->nholders)
		snprintf(text, size, "%s is held by process %d (%s)", dev->chardev,
			 dev->holders[0].pid, dev->holders[0].comm);
	else if (!dev->holders_known)
		snprintf(text, size, "it cannot be told whether %s is held", dev->chardev);
	else if (dev->driver && !strcmp(dev->driver, "virtio_vdpa"))
		snprintf(text, size, "the kernel's virtio_vdpa drives it");
}

/* Standard error: standard output belongs to the answer */
int action_confirm(struct cli *cli, const struct action *action, const char *user)
{
	char answer[16];

	fprintf(stderr, "vdpactl: %s ", action->verb);
	printable_put(stderr, action->diag.dev);
	fputs(*user ? " while " : "", stderr);
	printable_put(stderr, user);
	fprintf(stderr, ": %s\n", action->breaks);
	if (action->yes || !isatty(STDIN_FILENO))
		return CLI_OK;
	fputs("Go on? [y/N] ", stderr);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return CLI_OK;
	return cli_failf(cli, ECANCELED, "nothing was done to %s", action->diag.dev);
}

/* A holder need not have come as far as DRIVER_OK for an action to disturb it. */
static int check_use(struct cli *cli, const struct action *action,
		     const struct vdpactl_dev *dev, const char *user)
{
	struct vdpactl_error why;

	if (action->diag.force)
		return action_confirm(cli, action, user);
	if (!vdpactl_dev_check_free(dev, action->verb, &cli->err))
		return CLI_OK;
	why = cli->err;
	vdpactl_error_hint(&cli->err, "%s; or use --force, which breaks its device", why.hint);
	return CLI_FAILED;
}

/* ---- the module ------------------------------------------------------------------------ */

/* Without the module there is the chardev, but what one shot did its close undoes. */
static int not_loaded(struct cli *cli, const struct action *action)
{
	struct vdpactl_error why = cli->err;

	vdpactl_error_set(&cli->err, EOPNOTSUPP,
			  "cannot %s %s in one shot: closing the chardev resets the device, which undoes it, and %s",
			  action->verb, action->diag.dev, why.message);
	vdpactl_error_hint(&cli->err, "%s; or \"vdpactl session %s\" keeps the chardev open",
			   why.hint, action->diag.dev);
	return CLI_FAILED;
}

static int act(struct cli *cli, const struct action *action, const char *user)
{
	struct vdpactl_diag *diag;
	struct vdpactl_error why;
	int ret;

	ret = vdpactl_diag_open(&diag, &cli->err);
	if (ret == -ENOENT)
		return not_loaded(cli, action);
	if (ret)
		return CLI_FAILED;
	ret = vdpactl_diag_act(diag, &action->diag, &cli->err);
	vdpactl_diag_close(diag);
	if (ret == -EBUSY && !action->diag.force) {
		why = cli->err;
		vdpactl_error_set(&cli->err, EBUSY, "%s%s%s", why.message, *user ? "; " : "", user);
		vdpactl_error_hint(&cli->err,
				   "end what uses the device, or use --force, which breaks it");
	}
	return ret ? CLI_FAILED : CLI_OK;
}

int action_run(struct cli *cli, const struct action *action)
{
	struct vdpactl_devs devs;
	char user[512];
	int status;

	/* A device that is not there is the better reason for a failure */
	if (vdpactl_devs_locate(action->diag.dev, &devs, &cli->err))
		return CLI_FAILED;
	describe_user(&devs.list[0], user, sizeof(user));
	status = check_use(cli, action, &devs.list[0], user);
	vdpactl_devs_free(&devs);
	return status == CLI_OK ? act(cli, action, user) : status;
}
