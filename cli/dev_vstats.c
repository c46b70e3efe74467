// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>

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
	json_t *row = json_object(), *vendor = json_object();

	json_object_set_new(row, "index", json_integer(stats->index));
	json_object_set_new(row, "role", json_string(role));
	json_object_set_new(row, "source", json_string("netlink"));
	json_object_set(row, "vendor", vendor);
	json_object_set_new(row, "queue_type", json_string(queue_type(stats, stats->max_vqp)));
	for (size_t i = 0; i < stats->count; i++) {
		json_t *value = counter_json(stats->list[i].value);

		json_add(vendor, stats->list[i].name, json_incref(value));
		/* What a vendor calls like a member of ours is what iproute2 prints */
		json_add(row, stats->list[i].name, value);
	}
	json_decref(vendor);
	return row;
}

static const struct column columns[] = {
	{ "virtqueue", "index", NULL },
	{ "role", "role", NULL },
	{ NULL, NULL, NULL }
};

/* The names are the vendor's: a line for each, whatever it is called */
static const struct view view = { LAYOUT_RECORD, "vendor", columns };

/* Return: the virtqueue's row; NULL: described in cli->err */
static json_t *one_queue(struct cli *cli, const char *name, uint32_t index)
{
	struct vdpactl_dev_vstats stats;
	json_t *row;

	if (vdpactl_dev_vstats_get(name, index, &stats, &cli->err))
		return NULL;
	row = stats_json(&stats);
	vdpactl_dev_vstats_free(&stats);
	return row;
}

/* What parents say of a virtqueue that is not in use, as mlx5_vdpa_get_vendor_vq_stats() does */
static bool is_of_queue(int code)
{
	return code == EINVAL || code == ERANGE || code == EAGAIN || code == EOPNOTSUPP;
}

/* Of those that there can be, the ones that have statistics; that none has is an error */
static json_t *each_queue(struct cli *cli, const char *name, uint32_t count)
{
	struct vdpactl_error first = { 0 };
	json_t *rows = json_array();

	for (uint32_t i = 0; i < count; i++) {
		json_t *row = one_queue(cli, name, i);

		if (!row && !is_of_queue(cli->err.code)) {
			json_decref(rows);
			return NULL;
		}
		if (row)
			json_array_append_new(rows, row);
		else if (!first.code)
			first = cli->err;
	}
	if (!json_array_size(rows)) {
		cli->err = first;
		json_decref(rows);
		return NULL;
	}
	cli->err = (struct vdpactl_error){ 0 };
	if (first.code)
		output_note(cli, name, "no_statistics", "%zu of %u virtqueues have none: %s",
			    count - json_array_size(rows), count, first.message);
	return rows;
}

/* The kernel gives the index to the parent as 16 bits */
#define QUEUES_MAX (UINT16_MAX + 1)

static json_t *all_queues(struct cli *cli, const char *name)
{
	struct vdpactl_devs devs;
	int64_t count;

	if (vdpactl_devs_list(name, &devs, &cli->err))
		return NULL;
	count = devs.list[0].max_vqs;
	vdpactl_devs_free(&devs);
	if (count <= 0 || count > QUEUES_MAX) {
		cli_failf(cli, EOPNOTSUPP, "the kernel does not tell how many virtqueues %s has: "
			  "give qidx INDEX", name);
		return NULL;
	}
	return each_queue(cli, name, count);
}

int dev_vstats(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	json_t *rows, *value;
	const char *name;
	uint32_t index;
	bool one;

	if (args_subcommand(&args, "show") || args_device(&args, &name))
		return CLI_USAGE;
	one = args_keyword(&args, "qidx");
	if (one && args_u32(&args, "index of a virtqueue", 0, UINT32_MAX, &index))
		return CLI_USAGE;
	if (args_end(&args))
		return CLI_USAGE;
	value = one ? one_queue(cli, name, index) : all_queues(cli, name);
	if (!value)
		return CLI_FAILED;
	rows = json_object();
	json_add(rows, name, value);
	return output_document(cli, json_pack("{s:o}", "vstats", rows), &view);
}
