// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vdpactl/dev.h>
#include <vdpactl/diag.h>

#include "args.h"
#include "dev.h"
#include "dev_diag.h"
#include "mgmtdev.h"
#include "output.h"
#include "state_diag.h"
#include "table.h"

/* "pci/0000:08:00.2", or the name alone where the parent is on no bus */
static char *parent_text(const json_t *parent)
{
	const char *name = json_string_value(json_object_get(parent, "name"));
	const char *bus = json_string_value(json_object_get(parent, "bus"));
	char *text;

	if (!name)
		return cell_text(parent);
	return asprintf(&text, "%s%s%s", bus ? bus : "", bus ? "/" : "", name) < 0 ? NULL : text;
}

/* "4711 (qemu-system-x86)" */
static char *holders_text(const json_t *holders)
{
	char *text = NULL;
	json_t *holder;
	size_t size, i;
	FILE *out;

	if (!json_array_size(holders))
		return cell_text(holders);
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	json_array_foreach(holders, i, holder)
		fprintf(out, "%s%" JSON_INTEGER_FORMAT " (%s)", i ? ", " : "",
			json_integer_value(json_object_get(holder, "pid")),
			json_string_value(json_object_get(holder, "comm")));
	fclose(out);
	return text;
}

/* Of many devices, what tells them apart; of one, all */
static const struct column table_columns[] = {
	{ "TYPE", "type", NULL },
	{ "MGMTDEV", "mgmtdev", NULL },
	{ "VQS", "max_vqs", NULL },
	{ "GROUPS", "groups", NULL },
	{ "ASIDS", "address_spaces", NULL },
	{ "DRIVER", "driver", NULL },
	{ "CHARDEV", "chardev", NULL },
	{ "HELD BY", "holders", holders_text },
	{ "SINCE", "watched_since", dev_diag_time_text },
	{ "RESETS", "counters.resets", NULL },
	{ "CLEAN", "counters.resets_clean_map", NULL },
	{ "MAP OPS", "counters.map_ops", NULL },
	{ "LAST RESET", "counters.last_reset", dev_diag_reset_text },
	{ NULL, NULL, NULL }
};

/* First what is asked first: whose it is, whether it runs, and since when */
static const struct column record_columns[] = {
	{ "held by", "holders", holders_text },
	{ "driver", "driver", NULL },
	{ "chardev", "chardev", NULL },
	{ "status", "status.names", NULL },
	{ "suspended", "suspended", NULL },
	{ "last reset", "counters.last_reset", dev_diag_reset_text },
	{ "resets", "counters.resets", NULL },
	{ "clean-map resets", "counters.resets_clean_map", NULL },
	{ "watched since", "watched_since", dev_diag_time_text },
	{ "type", "type", NULL },
	{ "mgmtdev", "mgmtdev", NULL },
	{ "parent", "parent", parent_text },
	{ "parent module", "parent_module", NULL },
	{ "iommu group", "iommu_group", NULL },
	{ "vendor id", "vendor_id", NULL },
	{ "vqs", "max_vqs", NULL },
	{ "max vq size", "max_vq_size", NULL },
	{ "min vq size", "min_vq_size", NULL },
	{ "groups", "groups", NULL },
	{ "address spaces", "address_spaces", NULL },
	{ "virtual addresses", "use_va", NULL },
	{ "iova range", "iova_range", dev_diag_range_text },
	{ "generation", "generation", NULL },
	{ "map operations", "counters.map_ops", NULL },
	{ "bytes mapped", "counters.bytes_mapped", NULL },
	{ "missed operations", "counters.missed", NULL },
	{ "operations", "operations", NULL },
	{ "not observed", "operations_unobserved", NULL },
	{ NULL, NULL, NULL }
};

static const struct view table_view = { LAYOUT_TABLE, NULL, table_columns };
static const struct view record_view = { LAYOUT_RECORD, NULL, record_columns };

static void set_number(json_t *row, const char *key, int64_t number)
{
	if (number >= 0)
		json_object_set_new_nocheck(row, key, json_integer(number));
}

static void set_text(json_t *row, const char *key, const char *text)
{
	if (text)
		json_object_set_new_nocheck(row, key, json_text(text));
}

/* As iproute2 calls them; it has no name for others */
static const char *type_name(int64_t device_id)
{
	return device_id == 1 ? "network" : device_id == 2 ? "block" : "<unknown type>";
}

static json_t *parent_json(const struct vdpactl_dev *dev)
{
	json_t *parent = json_object();

	set_text(parent, "name", dev->parent);
	set_text(parent, "bus", dev->parent_bus);
	return parent;
}

static json_t *holders_json(const struct vdpactl_dev *dev)
{
	json_t *holders;

	if (!dev->holders_known)
		return json_null();
	holders = json_array();
	for (size_t i = 0; i < dev->nholders; i++)
		json_array_append_new(holders, json_pack("{s:i, s:o}", "pid", dev->holders[i].pid,
							 "comm", json_text(dev->holders[i].comm)));
	return holders;
}

/* What a device does not have is not there; what is not known is null */
static void add_place(json_t *row, const struct vdpactl_dev *dev,
		      const struct vdpactl_diag_dev *diag)
{
	static const char *const keys[] = { "parent", "iommu_group", "driver", "chardev" };

	if (!dev->located) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
			json_object_set_new_nocheck(row, keys[i], json_null());
		if (diag && diag->has_driver) {
			json_object_del(row, "driver");
			set_text(row, "driver", *diag->driver ? diag->driver : NULL);
		}
		return;
	}
	if (dev->parent)
		json_object_set_new_nocheck(row, "parent", parent_json(dev));
	set_number(row, "iommu_group", dev->iommu_group);
	set_text(row, "driver", dev->driver);
	set_text(row, "chardev", dev->chardev);
	if (dev->chardev)
		json_object_set_new_nocheck(row, "holders", holders_json(dev));
}

/* What iproute2 prints comes first */
static json_t *dev_json(const struct vdpactl_dev *dev, const struct vdpactl_diag_dev *diag)
{
	json_t *row = json_object();

	if (dev->managed) {
		json_object_set_new_nocheck(row, "type", json_string(type_name(dev->device_id)));
		json_object_set_new_nocheck(row, "mgmtdev", json_handle(&dev->mgmtdev));
		set_number(row, "vendor_id", dev->vendor_id);
		set_number(row, "max_vqs", dev->max_vqs);
		set_number(row, "max_vq_size", dev->max_vq_size);
		set_number(row, "min_vq_size", dev->min_vq_size);
		set_number(row, "device_id", dev->device_id);
	}
	json_object_set_new_nocheck(row, "groups", diag ? json_integer(diag->state.ngroups) :
							  json_null());
	json_object_set_new_nocheck(row, "address_spaces", diag ? json_integer(diag->state.nas) :
								  json_null());
	add_place(row, dev, diag);
	dev_diag_add(row, diag);
	json_object_set_new_nocheck(row, "source",
				    json_string(diag ? "diag" : dev->managed ? "netlink" : "sysfs"));
	return row;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/*
 * Whether dev_json() makes the same of both: all that it reads is compared. Devices with
 * a chardev are never alike, as it is their own.
 */
static bool is_like(const struct vdpactl_dev *a, const struct vdpactl_dev *b)
{
	return !a->chardev && !b->chardev && a->managed == b->managed &&
	       same_text(a->mgmtdev.bus, b->mgmtdev.bus) &&
	       same_text(a->mgmtdev.name, b->mgmtdev.name) &&
	       a->device_id == b->device_id && a->vendor_id == b->vendor_id &&
	       a->max_vqs == b->max_vqs && a->max_vq_size == b->max_vq_size &&
	       a->min_vq_size == b->min_vq_size && a->located == b->located &&
	       same_text(a->parent, b->parent) && same_text(a->parent_bus, b->parent_bus) &&
	       a->iommu_group == b->iommu_group && same_text(a->driver, b->driver);
}

/* ---- what the diagnosis module adds ------------------------------------------------ */

#define NOT_KNOWN "groups, address spaces and counters are not known: "

/* Return: 0: with or without an answer; -ENODEV, described in cli->err: @name is gone */
static int ask_diag(struct cli *cli, const char *name, struct vdpactl_diag_devs *devs,
		    bool *answered)
{
	struct vdpactl_error err = { 0 };
	struct vdpactl_diag *diag;

	*answered = false;
	/* A program needs no word on how to get it, which takes time to find out */
	if (cli->json && !vdpactl_diag_loaded()) {
		output_note(cli, NULL, "not_loaded", NOT_KNOWN "the module vdpactl_diag is not loaded");
		return 0;
	}
	if (!vdpactl_diag_open(&diag, &err)) {
		vdpactl_diag_get(diag, VDPACTL_DIAG_DEV, name, -1, devs, &err);
		vdpactl_diag_close(diag);
	}
	*answered = !err.code;
	return err.code ? state_diag_failed(cli, name, NOT_KNOWN, &err) : 0;
}

/* The kernel lists devices in the same order to both */
static const struct vdpactl_diag_dev *find_diag(const struct vdpactl_diag_devs *devs,
						size_t likely, const char *name)
{
	if (likely < devs->count && !strcmp(devs->list[likely].name, name))
		return &devs->list[likely];
	for (size_t i = 0; i < devs->count; i++)
		if (!strcmp(devs->list[i].name, name))
			return &devs->list[i];
	return NULL;
}

/* ---- the command ---------------------------------------------------------------------- */

static void notes(struct cli *cli, const struct vdpactl_dev *dev,
		  const struct vdpactl_diag_dev *diag, bool answered)
{
	if (diag)
		state_diag_note_probes(cli, diag->state.probes);
	else if (answered)
		state_diag_unknown(cli, dev->name);
	if (!dev->managed)
		output_note(cli, dev->name, "not_managed", "no management device, so the vdpa "
			    "netlink family does not tell of it");
	if (!dev->located)
		output_note(cli, dev->name, "not_located", "sysfs does not tell where it is");
	if (dev->unseen)
		output_note(cli, NULL, "holders_unknown", "%s", vdpactl_unseen_text(dev->unseen));
}

int dev_show(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct vdpactl_diag_devs diag = { 0 };
	struct vdpactl_devs devs;
	json_t *rows, *row = NULL;
	const char *name;
	bool answered = false;

	if (args_optional_device(&args, &name) || args_end(&args))
		return CLI_USAGE;
	if (vdpactl_devs_get(name, &devs, &cli->err))
		return CLI_FAILED;
	if (devs.count && ask_diag(cli, name, &diag, &answered)) {
		vdpactl_devs_free(&devs);
		return CLI_FAILED;
	}
	rows = json_object();
	for (size_t i = 0; i < devs.count; i++) {
		const struct vdpactl_dev *dev = &devs.list[i];
		const struct vdpactl_diag_dev *told = find_diag(&diag, i, dev->name);

		/* Of a thousand devices most have the row of the one before */
		if (!row || diag.count || !is_like(dev, dev - 1)) {
			json_decref(row);
			row = dev_json(dev, told);
		}
		json_add(rows, dev->name, json_incref(row));
		notes(cli, dev, told, answered);
	}
	json_decref(row);
	vdpactl_diag_devs_free(&diag);
	vdpactl_devs_free(&devs);
	return output_document(cli, json_pack("{s:o}", "dev", rows),
			       name ? &record_view : &table_view);
}
