// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <string.h>

#include <vdpactl/dev.h>

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

static const char *code_of(int error)
{
	switch (error) {
	case EPERM:
		return "no_permission";
	case ENOENT:
		return "not_loaded";
	case EAGAIN:
		return "changing";
	default:
		return "diag_failed";
	}
}

int state_diag_failed(struct cli *cli, const char *only, const char *lost,
		      const struct vdpactl_error *err)
{
	struct vdpactl_error why = { 0 };
	struct vdpactl_devs devs;

	if (only && err->code == ENODEV) {
		if (vdpactl_devs_locate(only, &devs, &why))
			return vdpactl_error_set(&cli->err, ENODEV,
						 "%s is gone: it was removed while it was read",
						 only);
		vdpactl_devs_free(&devs);
		state_diag_unknown(cli, only);
		return 0;
	}
	output_note(cli, NULL, code_of(err->code), "%s%s%s%s", lost, err->message,
		    *err->hint ? "; " : "", err->hint);
	return 0;
}

void state_diag_unknown(struct cli *cli, const char *name)
{
	output_note(cli, name, "not_watched", "vdpactl_diag does not tell of it: it came or went while it was read");
}

void state_diag_note_probes(struct cli *cli, int probes)
{
	if (!probes)
		output_note(cli, NULL, "probes_off", "the kernel's probes are switched off (kernel.ftrace_enabled, or kprobes/enabled in debugfs): vdpactl_diag sees no operation, and tells what is known without");
}

static int ask_once(struct cli *cli, struct state_diag *diag, unsigned int what,
		    const char *only)
{
	struct vdpactl_error err = { 0 };

	if (diag->asked)
		return 0;
	diag->asked = true;
	diag->loaded = vdpactl_diag_loaded();
	/* That it is not is told by the source that comes next */
	if (!diag->loaded)
		return 0;
	if (ask(what, only, &diag->devs, &err))
		return state_diag_failed(cli, only, "", &err);
	diag->answered = true;
	return 0;
}

/* Each part was asked for in turn: a device that came between is not whole */
static bool take(struct state_diag *diag, unsigned int what, const char *name,
		 struct vdpactl_state *state)
{
	const struct vdpactl_diag_devs *devs = &diag->devs;

	for (size_t i = 0; i < devs->count; i++) {
		size_t at = (diag->at + i) % devs->count;

		if (strcmp(devs->list[at].name, name))
			continue;
		diag->at = at;
		if (devs->list[at].asked != what)
			return false;
		*state = devs->list[at].state;
		devs->list[at].state = (struct vdpactl_state){ 0 };
		devs->list[at].asked = 0;
		return true;
	}
	return false;
}

int state_diag_take(struct cli *cli, struct state_diag *diag, unsigned int what,
		    const char *only, const char *name, struct vdpactl_state *state)
{
	int ret = ask_once(cli, diag, what, only);

	if (ret || !diag->answered)
		return ret;
	if (!take(diag, what, name, state)) {
		state_diag_unknown(cli, name);
		return 0;
	}
	state_diag_note_probes(cli, state->probes);
	return 1;
}

void state_diag_free(struct state_diag *diag)
{
	vdpactl_diag_devs_free(&diag->devs);
}
