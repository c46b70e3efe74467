// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/virtio_net.h>

#include <vdpactl/dev.h>

#include "args.h"
#include "dev.h"
#include "output.h"

/*
 * iproute2 takes a device without the MQ feature for one without pairs, so that it
 * calls virtqueue 0 the control virtqueue. "queue_type" is its answer, "role" ours.
 */
static const char *queue_type(const struct vdpactl_dev_vstats *stats, uint32_t pairs)
{
	if (stats->negotiated_features >> VIRTIO_NET_F_CTRL_VQ & 1 && stats->index == 2 * pairs)
		return "control_vq";
	return stats->index & 1 ? "tx" : "rx";
}

/* A counter that JSON's integers cannot hold is rather odd than negative */
static json_t *counter_json(uint64_t value)
{
	return value > INT64_MAX ? json_hex(value) : json_integer(value);
}

static json_t *stats_json(const struct vdpactl_dev_vstats *stats)
{
	const char *role = queue_type(stats, stats->max_vqp ? stats->max_vqp : 1);
	json_t *row = json_object();

	/* What a vendor calls like a member of ours is what iproute2 prints */
	json_object_set_new(row, "index", json_integer(stats->index));
	json_object_set_new(row, "role", json_string(role));
	json_object_set_new(row, "source", json_string("netlink"));
	json_object_set_new(row, "queue_type", json_string(queue_type(stats, stats->max_vqp)));
	for (size_t i = 0; i < stats->count; i++)
		json_add(row, stats->list[i].name, counter_json(stats->list[i].value));
	return row;
}

/* The names are the vendor's: a line for each, whatever it is called */
static void make_columns(struct column *columns, const json_t *row)
{
	json_t *value;
	const char *key;

	*columns++ = (struct column){ "virtqueue", "index", NULL };
	*columns++ = (struct column){ "role", "role", NULL };
	json_object_foreach((json_t *)row, key, value)
		if (json_is_integer(value) && strcmp(key, "index"))
			*columns++ = (struct column){ key, key, NULL };
	*columns = (struct column){ NULL, NULL, NULL };
}

static int print_stats(struct cli *cli, const char *name, json_t *row)
{
	struct column *columns = calloc(json_object_size(row) + 3, sizeof(*columns));
	struct view view = { LAYOUT_RECORD, NULL, columns };
	json_t *rows = json_object();
	int status;

	if (!columns) {
		json_decref(row);
		json_decref(rows);
		return cli_failf(cli, ENOMEM, "out of memory");
	}
	make_columns(columns, row);
	json_add(rows, name, row);
	status = output_document(cli, json_pack("{s:o}", "vstats", rows), &view);
	free(columns);
	return status;
}

int dev_vstats(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct vdpactl_dev_vstats stats;
	const char *name;
	uint32_t index;
	json_t *row;

	if (args_subcommand(&args, "show") || args_device(&args, &name))
		return CLI_USAGE;
	if (!args_keyword(&args, "qidx"))
		return cli_usage(cli, "qidx INDEX is missing");
	if (args_u32(&args, "index of a virtqueue", 0, UINT32_MAX, &index) || args_end(&args))
		return CLI_USAGE;
	if (vdpactl_dev_vstats_get(name, index, &stats, &cli->err))
		return CLI_FAILED;
	row = stats_json(&stats);
	vdpactl_dev_vstats_free(&stats);
	return print_stats(cli, name, row);
}
