// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "bits.h"
#include "dev_diag.h"
#include "note.h"
#include "output.h"
#include "table.h"

static json_t *op_names(uint64_t ops)
{
	json_t *names = json_array();
	const char *name;

	for (unsigned int i = 0; (name = vdpactl_diag_op_name(i)); i++)
		if (ops >> i & 1)
			json_array_append_new(names, json_string(name));
	return names;
}

static json_t *last_reset(const struct vdpactl_diag_dev *diag)
{
	if (!diag->last_reset_time)
		return json_null();
	return json_pack("{s:o, s:I, s:I, s:o}", "time", note_time_json(diag->last_reset_time),
			 "time_ns", (json_int_t)diag->last_reset_time,
			 "pid", (json_int_t)diag->last_reset.pid,
			 "comm", json_text(diag->last_reset.comm));
}

static json_t *counters(const struct vdpactl_diag_dev *diag)
{
	return json_pack("{s:I, s:I, s:I, s:o, s:I, s:o}",
			 "resets", (json_int_t)diag->resets,
			 "resets_clean_map", (json_int_t)diag->resets_clean,
			 "map_ops", (json_int_t)diag->map_ops,
			 "bytes_mapped", json_hex(diag->bytes_mapped),
			 "missed", (json_int_t)diag->missed,
			 "last_reset", last_reset(diag));
}

static json_t *iova_range(const struct vdpactl_diag_dev *diag)
{
	if (!diag->has_iova_range)
		return json_null();
	return json_pack("{s:o, s:o}", "first", json_hex(diag->iova_first),
			 "last", json_hex(diag->iova_last));
}

void dev_diag_add(json_t *row, const struct vdpactl_diag_dev *diag)
{
	if (!diag || !(diag->asked & 1U << VDPACTL_DIAG_DEV))
		return;
	json_object_update_new(row, json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"parent_module", diag->parent[0] ? json_text(diag->parent) : json_null(),
		"status", json_bits(vdpactl_bits_status(), (uint64_t)diag->state.status),
		"use_va", diag->use_va,
		"suspended", diag->suspended < 0 ? json_null() : json_boolean(diag->suspended),
		"iova_range", iova_range(diag),
		"generation", json_number(diag->generation),
		"operations", op_names(diag->ops),
		"operations_unobserved", op_names(diag->ops_unobserved),
		"watched_since", note_time_json(diag->since),
		"watched_since_ns", diag->since ? json_integer((json_int_t)diag->since) : json_null(),
		"counters", counters(diag)));
}

char *dev_diag_range_text(const json_t *range)
{
	const char *first = json_string_value(json_object_get(range, "first"));
	const char *last = json_string_value(json_object_get(range, "last"));
	char *text;

	if (!first || !last)
		return strdup("the parent driver does not tell");
	return asprintf(&text, "%s to %s", first, last) < 0 ? NULL : text;
}

char *dev_diag_time_text(const json_t *time)
{
	const char *string = json_string_value(time);
	char *text;

	if (!string)
		return strdup("-");
	return asprintf(&text, "%.19sZ", string) < 0 ? NULL : text;
}

char *dev_diag_reset_text(const json_t *reset)
{
	const char *time = json_string_value(json_object_get(reset, "time"));
	char *text;

	if (!time)
		return strdup("none");
	/* Without the fraction: a table has no room for it */
	return asprintf(&text, "%.19sZ %s (%" JSON_INTEGER_FORMAT ")", time,
			json_string_value(json_object_get(reset, "comm")),
			json_integer_value(json_object_get(reset, "pid"))) < 0 ? NULL : text;
}
