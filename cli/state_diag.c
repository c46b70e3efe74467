// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <string.h>

#include "output.h"
#include "state_diag.h"

static int get(struct vdpactl_diag *diag, unsigned int what, const char *only,
	       struct vdpactl_diag_devs *devs, struct vdpactl_error *err)
{
	static const enum vdpactl_diag_what all[] = {
		VDPACTL_DIAG_DEV, VDPACTL_DIAG_VQ, VDPACTL_DIAG_MAP
	};
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(all) / sizeof(*all); i++)
		if (what & 1U << all[i])
			ret = vdpactl_diag_get(diag, all[i], only, VDPACTL_UNKNOWN, devs, err);
	return ret;
}

static int ask(unsigned int what, const char *only, struct vdpactl_diag_devs *devs,
	       struct vdpactl_error *err)
{
	struct vdpactl_diag *diag;
	int ret;

	ret = vdpactl_diag_open(&diag, err);
	if (ret)
		return ret;
	ret = get(diag, what, only, devs, err);
	vdpactl_diag_close(diag);
	return ret;
}

bool state_diag_take(struct cli *cli, struct state_diag *diag, unsigned int what,
		     const char *only, const char *name, struct vdpactl_state *state)
{
	struct vdpactl_diag_devs *devs = &diag->devs;
	struct vdpactl_error err = { 0 };

	if (!diag->asked) {
		diag->asked = true;
		/* Why it is not loaded is told by the source that comes next */
		if (vdpactl_diag_loaded() && ask(what, only, devs, &err))
			output_note(cli, "%s%s%s", err.message, *err.hint ? "; " : "", err.hint);
	}
	for (size_t i = 0; i < devs->count; i++) {
		size_t at = (diag->at + i) % devs->count;

		if (strcmp(devs->list[at].name, name))
			continue;
		diag->at = at;
		/* Each part was asked for in turn: a device that came between is not whole */
		if (devs->list[at].asked != what)
			return false;
		*state = devs->list[at].state;
		devs->list[at].state = (struct vdpactl_state){ 0 };
		devs->list[at].asked = 0;
		return true;
	}
	return false;
}

void state_diag_free(struct state_diag *diag)
{
	vdpactl_diag_devs_free(&diag->devs);
}
