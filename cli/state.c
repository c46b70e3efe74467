// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <vdpactl/dev.h>
#include <vdpactl/vhost.h>

#include "args.h"
#include "compat-uapi.h"
#include "state.h"
#include "state_diag.h"

/**
 * struct gathering - one run of state_show()
 * @name: the one device that was asked for, or NULL
 * @which: see state_show()
 * @configs: what netlink tells of the features, once it was asked
 * @configs_asked: it was
 * @config: where in it the last device was found; devices come in the same order
 * @diag: what the module vdpactl_diag tells
 * @last: the state of the last device
 * @last_rows: what was made of it
 */
struct gathering {
	struct cli *cli;
	const struct state_show *show;
	const char *name;
	int64_t which;
	struct vdpactl_dev_configs configs;
	bool configs_asked;
	size_t config;
	struct state_diag diag;
	struct vdpactl_state last;
	json_t *last_rows;
};

/* What a source says to a device that it knows nothing about, or that has gone */
#define NEXT_SOURCE 1
#define GONE 2

/* ---- the module vdpactl_diag ---------------------------------------------------- */

static int from_diag(struct gathering *g, const struct vdpactl_dev *dev,
		     struct vdpactl_state *state)
{
	int ret = state_diag_take(g->cli, &g->diag, g->show->diag | 1U << VDPACTL_DIAG_DEV,
				  g->name, dev->name, state);

	if (ret <= 0)
		return ret ? ret : NEXT_SOURCE;
	state->vq_size_max = dev->max_vq_size;
	return 0;
}

/* ---- the vhost-vdpa chardev ------------------------------------------------------ */

static int open_and_read(const char *name, struct vdpactl_state *state,
			 struct vdpactl_error *err)
{
	struct vdpactl_vhost *vhost;
	int ret;

	ret = vdpactl_vhost_open(name, &vhost, err);
	if (ret)
		return ret;
	ret = vdpactl_vhost_set_owner(vhost, err);
	if (!ret)
		ret = vdpactl_vhost_state(vhost, state, err);
	vdpactl_vhost_close(vhost);
	return ret;
}

static int from_vhost(struct gathering *g, const struct vdpactl_dev *dev,
		      struct vdpactl_state *state)
{
	int ret;

	if (!g->cli->open)
		return NEXT_SOURCE;
	ret = open_and_read(dev->name, state, &g->cli->err);
	if (!ret)
		output_note(g->cli, dev->name, "reset_by_open",
			    "opening and closing the chardev was a reset of the device");
	if (!ret || g->name)
		return ret;
	/* Of all devices, some cannot be opened: show what there is to know of them */
	output_note(g->cli, dev->name, "not_opened", "%s", g->cli->err.message);
	g->cli->err = (struct vdpactl_error){ 0 };
	return ret == -ENODEV ? GONE : NEXT_SOURCE;
}

/* ---- netlink ------------------------------------------------------------------------ */

static const struct vdpactl_dev_config *find_config(struct gathering *g, const char *name)
{
	for (size_t i = 0; i < g->configs.count; i++) {
		size_t at = (g->config + i) % g->configs.count;

		if (!strcmp(g->configs.list[at].name, name)) {
			g->config = at;
			return &g->configs.list[at];
		}
	}
	return NULL;
}

/* The kernel tells negotiated features if and only if the status has FEATURES_OK */
static void features_from_netlink(struct gathering *g, const char *name,
				  struct vdpactl_state *state)
{
	const struct vdpactl_dev_config *config;
	struct vdpactl_error err;

	if (!g->configs_asked && vdpactl_dev_configs_get(g->name, &g->configs, &err))
		output_note(g->cli, NULL, "no_features", "%s", err.message);
	g->configs_asked = true;
	config = find_config(g, name);
	if (!config)
		return;
	state->device_features = (struct vdpactl_mask){
		config->has_device_features, config->device_features
	};
	state->driver_features = (struct vdpactl_mask){
		true, config->has_negotiated_features ? config->negotiated_features : 0
	};
}

/* Bound to vhost_vdpa, not held, and this process may open it */
static bool is_openable(const char *name)
{
	struct vdpactl_devs devs;
	bool openable;

	if (vdpactl_devs_locate(name, &devs, NULL))
		return false;
	openable = devs.list->chardev && devs.list->holders_known && !devs.list->nholders &&
		   access(devs.list->chardev, R_OK | W_OK) == 0;
	vdpactl_devs_free(&devs);
	return openable;
}

/*
 * What would tell more: what changes nothing first, and only what helps. Why a module that
 * is there did not tell is said already. Of all devices some may be idle.
 */
static void note_sources(struct gathering *g)
{
	struct vdpactl_error err = { 0 };
	struct vdpactl_diag *diag;

	if (!g->diag.loaded && vdpactl_diag_open(&diag, &err))
		output_note(g->cli, NULL, "not_loaded", "%s: it touches no device, and tells what happens from then on; %s",
			    err.message, err.hint);
	if (!g->cli->open && (!g->name || is_openable(g->name)))
		output_note(g->cli, NULL, "not_opened", "--open tells more of an idle device without the module, but resets it");
}

static int from_netlink(struct gathering *g, const struct vdpactl_dev *dev,
			struct vdpactl_state *state)
{
	uint32_t vqs = dev->max_vqs < 0 ? 0 : dev->max_vqs;
	int ret;

	ret = vdpactl_state_init(state, VDPACTL_SOURCE_NETLINK, vqs, 0, 0, &g->cli->err);
	if (ret)
		return ret;
	state->virtio_id = dev->device_id < 0 ? 0 : dev->device_id;
	state->vq_size_max = dev->max_vq_size;
	if (g->show->features)
		features_from_netlink(g, dev->name, state);
	note_sources(g);
	return 0;
}

/* ---- all sources, the best first ------------------------------------------------------ */

static int (*const sources[])(struct gathering *g, const struct vdpactl_dev *dev,
			      struct vdpactl_state *state) = {
	from_diag,
	from_vhost,
	from_netlink,
	NULL
};

static json_t *make_rows(struct gathering *g, const char *name,
			 const struct vdpactl_state *state)
{
	if (g->last_rows && g->cli->json && g->show->alike && g->show->alike(&g->last, state))
		return json_incref(g->last_rows);
	return g->show->rows(g->cli, name, state, g->which);
}

static void keep_last(struct gathering *g, const struct vdpactl_state *state, json_t *rows)
{
	vdpactl_state_clear(&g->last);
	json_decref(g->last_rows);
	g->last = *state;
	g->last_rows = json_incref(rows);
}

static int add_device(struct gathering *g, const struct vdpactl_dev *dev, json_t *devices)
{
	struct vdpactl_state state = { 0 };
	int ret = NEXT_SOURCE;
	json_t *rows;

	for (int i = 0; ret == NEXT_SOURCE && sources[i]; i++)
		ret = sources[i](g, dev, &state);
	if (ret)
		return ret == GONE ? CLI_OK : CLI_FAILED;
	rows = make_rows(g, dev->name, &state);
	if (rows && g->show->notes)
		g->show->notes(g->cli, dev->name, &state, g->which);
	keep_last(g, &state, rows);
	if (!rows)
		return CLI_FAILED;
	json_add(devices, dev->name, rows);
	return CLI_OK;
}

int state_show(struct cli *cli, const struct state_show *show, const char *name,
	       int64_t which)
{
	struct gathering g = { .cli = cli, .show = show, .name = name, .which = which };
	json_t *devices = json_object();
	struct vdpactl_devs devs;
	int status = CLI_OK;

	if (vdpactl_devs_list(name, &devs, &cli->err)) {
		json_decref(devices);
		return CLI_FAILED;
	}
	for (size_t i = 0; i < devs.count && status == CLI_OK; i++)
		status = add_device(&g, &devs.list[i], devices);
	vdpactl_devs_free(&devs);
	vdpactl_dev_configs_free(&g.configs);
	state_diag_free(&g.diag);
	vdpactl_state_clear(&g.last);
	json_decref(g.last_rows);
	if (status != CLI_OK) {
		json_decref(devices);
		return status;
	}
	return output_document(cli, json_pack("{s:o}", show->object, devices), show->view);
}

int state_show_devices(struct cli *cli, const struct state_show *show, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	const char *name;
	int ret;

	ret = args_optional_device(&args, &name);
	if (!ret)
		ret = args_end(&args);
	return ret ? ret : state_show(cli, show, name, VDPACTL_UNKNOWN);
}

bool state_same_bindings(const struct vdpactl_state *a, const struct vdpactl_state *b)
{
	if (a->source != b->source || a->ngroups != b->ngroups)
		return false;
	for (uint32_t i = 0; i < a->ngroups; i++)
		if (a->groups[i].asid != b->groups[i].asid ||
		    a->groups[i].known != b->groups[i].known ||
		    a->groups[i].why != b->groups[i].why)
			return false;
	return true;
}
