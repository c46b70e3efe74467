// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: diag-ask FILE DEV...
 *
 * As long as FILE is there, asks vdpactl_diag for everything of all devices and to reset each
 * DEV, while it and they come and go. Fails if an answer is malformed, or is one that coming
 * and going does not explain.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <vdpactl/diag.h>

static struct vdpactl_error err;
static unsigned long answers, refusals;

/*
 * A module that is not there, or on its way; a device that is not; a change, a user; and
 * generic netlink that is blocked for longer than the library waits: who adds a device holds
 * it, and waits until the module that is being loaded has all its probes.
 */
static int explained(int ret)
{
	switch (ret) {
	case 0:
		answers++;
		return 0;
	case -ENOENT:
	case -ENODEV:
	case -EAGAIN:
	case -EBUSY:
	case -ETIMEDOUT:
		refusals++;
		return 0;
	}
	return ret;
}

static int ask(struct vdpactl_diag *diag)
{
	struct vdpactl_diag_devs devs = { 0 };
	int ret;

	ret = explained(vdpactl_diag_get(diag, VDPACTL_DIAG_DEV, NULL, -1, &devs, &err));
	if (!ret)
		ret = explained(vdpactl_diag_get(diag, VDPACTL_DIAG_VQ, NULL, -1, &devs, &err));
	if (!ret)
		ret = explained(vdpactl_diag_get(diag, VDPACTL_DIAG_MAP, NULL, -1, &devs, &err));
	vdpactl_diag_devs_free(&devs);
	return ret;
}

static int act(struct vdpactl_diag *diag, const char *dev)
{
	const struct vdpactl_diag_action reset = { .cmd = VDPACTL_CMD_RESET, .dev = dev };

	return explained(vdpactl_diag_act(diag, &reset, &err));
}

int main(int argc, char **argv)
{
	int ret = 0;

	if (argc < 3)
		return 2;
	while (!ret && !access(argv[1], F_OK)) {
		struct vdpactl_diag *diag;

		ret = vdpactl_diag_open(&diag, &err);
		if (ret) {
			ret = explained(ret);
			continue;
		}
		ret = ask(diag);
		for (int i = 2; !ret && i < argc; i++)
			ret = act(diag, argv[i]);
		vdpactl_diag_close(diag);
	}
	if (ret)
		printf("%s\n", err.message);
	else
		printf("%lu answers, %lu refusals\n", answers, refusals);
	return !!ret;
}
