// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <vdpactl/diag.h>

#include "args.h"
#include "dev_diag.h"
#include "note.h"
#include "output.h"
#include "state_diag.h"
#include "table.h"

static char *probes_text(const json_t *probes)
{
	if (json_is_null(probes))
		return cell_text(probes);
	return strdup(json_is_true(probes) ? "on" : "off");
}

static const struct column columns[] = {
	{ "version", "version", NULL },
	{ "watching since", "watched_since", dev_diag_time_text },
	{ "probes", "probes", probes_text },
	{ "devices", "devices", NULL },
	{ "operations missed", "missed", NULL },
	{ "events listened", "events_listened", NULL },
	{ "events", "events", NULL },
	{ "events lost", "events_lost", NULL },
	{ "faults observed", "faults_observed", NULL },
	{ "faults listened", "faults_listened", NULL },
	{ "faults", "faults", NULL },
	{ "faults lost", "faults_lost", NULL },
	{ NULL, NULL, NULL }
};

static const struct view view = { LAYOUT_ONE, NULL, columns };

static json_t *count(bool known, uint64_t value)
{
	return known ? json_integer((json_int_t)value) : json_null();
}

/* -1: not known */
static json_t *flag(int value)
{
	return value < 0 ? json_null() : json_boolean(value);
}

static json_t *module_json(const struct vdpactl_diag_module *module)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:I, s:I, s:b, s:o, s:o, s:o, s:s}",
			 "version", *module->version ? json_text(module->version) : json_null(),
			 "watched_since", note_time_json(module->since),
			 "watched_since_ns", count(module->since, module->since),
			 "probes", flag(module->probes),
			 "devices", (json_int_t)module->ndevs,
			 "missed", (json_int_t)module->probe_missed,
			 "events_listened", flag(module->event_listened),
			 "events", (json_int_t)module->event_seq,
			 "events_lost", (json_int_t)module->event_lost,
			 "faults_observed", module->has_faults,
			 "faults_listened", flag(module->fault_listened),
			 "faults", count(module->has_faults, module->fault_seq),
			 "faults_lost", count(module->has_faults, module->fault_lost),
			 "source", "diag");
}

static int diag_show(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct vdpactl_diag_module module;
	struct vdpactl_diag *diag;
	int ret;

	if (args_end(&args))
		return CLI_USAGE;
	if (vdpactl_diag_open(&diag, &cli->err))
		return CLI_FAILED;
	ret = vdpactl_diag_module_get(diag, &module, &cli->err);
	vdpactl_diag_close(diag);
	if (ret)
		return CLI_FAILED;
	state_diag_note_probes(cli, module.probes);
	if (!module.has_faults)
		output_note(cli, NULL, "no_faults", "I/O page faults are not observed: the kernel reports none (CONFIG_IOMMU_IOPF), or did not let the module probe its function");
	return output_document(cli, json_pack("{s:o}", "diag", module_json(&module)), &view);
}

static const struct cli_command commands[] = {
	{ "show", "", diag_show },
	{ NULL, NULL, NULL }
};

const struct cli_object object_diag = { "diag", "the module that watches devices", commands };
