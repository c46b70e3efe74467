// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>

#include <vdpactl/dev.h>

#include "args.h"
#include "bits.h"
#include "dev.h"
#include "output.h"

enum form {
	NUMBER,
	BIG,		/* may need more than 53 bits: a string of hex */
	BOOLEAN,
};

/* How fields of the configuration are called; what iproute2 prints is named as there */
static const struct {
	enum vdpactl_config_field field;
	const char *key;
	enum form form;
} fields[] = {
	{ VDPACTL_CONFIG_NET_MAX_VQP, "max_vq_pairs", NUMBER },
	{ VDPACTL_CONFIG_NET_MTU, "mtu", NUMBER },
	{ VDPACTL_CONFIG_BLK_CAPACITY, "capacity", BIG },
	{ VDPACTL_CONFIG_BLK_SIZE_MAX, "size_max", NUMBER },
	{ VDPACTL_CONFIG_BLK_SEG_MAX, "seg_max", NUMBER },
	{ VDPACTL_CONFIG_BLK_BLK_SIZE, "blk_size", NUMBER },
	{ VDPACTL_CONFIG_BLK_NUM_QUEUES, "num_queues", NUMBER },
	{ VDPACTL_CONFIG_BLK_PHY_BLK_EXP, "physical_block_exp", NUMBER },
	{ VDPACTL_CONFIG_BLK_ALIGN_OFFSET, "alignment_offset", NUMBER },
	{ VDPACTL_CONFIG_BLK_MIN_IO_SIZE, "min_io_size", NUMBER },
	{ VDPACTL_CONFIG_BLK_OPT_IO_SIZE, "opt_io_size", NUMBER },
	{ VDPACTL_CONFIG_BLK_MAX_DISCARD_SEC, "max_discard_sectors", NUMBER },
	{ VDPACTL_CONFIG_BLK_MAX_DISCARD_SEG, "max_discard_seg", NUMBER },
	{ VDPACTL_CONFIG_BLK_DISCARD_SEC_ALIGN, "discard_sector_alignment", NUMBER },
	{ VDPACTL_CONFIG_BLK_MAX_WRITE_ZEROES_SEC, "max_write_zeroes_sectors", NUMBER },
	{ VDPACTL_CONFIG_BLK_MAX_WRITE_ZEROES_SEG, "max_write_zeroes_seg", NUMBER },
	{ VDPACTL_CONFIG_BLK_READ_ONLY, "read_only", BOOLEAN },
	{ VDPACTL_CONFIG_BLK_FLUSH, "flush", BOOLEAN },
};

#define FIELDS (sizeof(fields) / sizeof(*fields))

/* Sectors have 512 bytes, whatever the block size is */
static char *capacity_text(const json_t *capacity)
{
	uint64_t sectors = strtoull(json_string_value(capacity), NULL, 16);
	char *text;

	return asprintf(&text, "%" PRIu64 " sectors, %.1f MiB", sectors, sectors / 2048.0) < 0 ?
	       NULL : text;
}

static const struct column columns[] = {
	{ "mac", "mac", NULL },
	{ "link", "link ", NULL },
	{ "link announce", "link_announce ", NULL },
	{ "max vq pairs", "max_vq_pairs", NULL },
	{ "mtu", "mtu", NULL },
	{ "capacity", "capacity", capacity_text },
	{ "size max (bytes)", "size_max", NULL },
	{ "seg max", "seg_max", NULL },
	{ "block size (bytes)", "blk_size", NULL },
	{ "queues", "num_queues", NULL },
	{ "physical block exp", "physical_block_exp", NULL },
	{ "alignment offset", "alignment_offset", NULL },
	{ "min io size (blocks)", "min_io_size", NULL },
	{ "opt io size (blocks)", "opt_io_size", NULL },
	{ "max discard sectors", "max_discard_sectors", NULL },
	{ "max discard seg", "max_discard_seg", NULL },
	{ "discard alignment (sectors)", "discard_sector_alignment", NULL },
	{ "max write zeroes sectors", "max_write_zeroes_sectors", NULL },
	{ "max write zeroes seg", "max_write_zeroes_seg", NULL },
	{ "read only", "read_only", NULL },
	{ "flush", "flush", NULL },
	{ "device features", "device_features", bits_text },
	{ "driver features", "driver_features", bits_text },
	{ NULL, NULL, NULL }
};

static const struct view view = { LAYOUT_RECORD, NULL, columns };

static bool has(const struct vdpactl_dev_config *config, enum vdpactl_config_field field)
{
	return config->has >> field & 1;
}

static json_t *field_json(enum form form, uint64_t value)
{
	switch (form) {
	case BIG:
		return json_hex(value);
	case BOOLEAN:
		return json_boolean(value);
	default:
		return json_integer(value);
	}
}

/* The blanks in the names are iproute2's, and scripts rely on them */
static void add_link(json_t *row, const struct vdpactl_dev_config *config)
{
	uint64_t status = config->value[VDPACTL_CONFIG_NET_STATUS];

	if (!has(config, VDPACTL_CONFIG_NET_STATUS))
		return;
	json_object_set_new(row, "link ",
			    json_string(status & VIRTIO_NET_S_LINK_UP ? "up" : "down"));
	json_object_set_new(row, "link_announce ", json_boolean(status & VIRTIO_NET_S_ANNOUNCE));
}

static void add_mac(json_t *row, const struct vdpactl_dev_config *config)
{
	const uint8_t *mac = config->mac;

	if (config->has_mac)
		json_object_set_new(row, "mac",
				    json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
						 mac[2], mac[3], mac[4], mac[5]));
}

static json_t *config_json(const struct vdpactl_dev_config *config)
{
	const struct vdpactl_bits *bits = vdpactl_bits_device(config->device_id);
	json_t *row = json_object();

	add_mac(row, config);
	add_link(row, config);
	for (size_t i = 0; i < FIELDS; i++)
		if (has(config, fields[i].field))
			json_object_set_new(row, fields[i].key,
					    field_json(fields[i].form,
						       config->value[fields[i].field]));
	/* iproute2 tells those of network devices alone */
	if (config->has_negotiated_features && config->device_id == VIRTIO_ID_NET)
		json_object_set_new(row, "negotiated_features",
				    json_bits_iproute2(config->device_id,
						       config->negotiated_features));
	json_object_set_new(row, "device_features",
			    json_mask(bits, (struct vdpactl_mask){ config->has_device_features,
								   config->device_features }));
	if (config->has_negotiated_features)
		json_object_set_new(row, "driver_features",
				    json_bits(bits, config->negotiated_features));
	json_object_set_new(row, "source", json_string("netlink"));
	return row;
}

static void notes(struct cli *cli, const struct vdpactl_dev_config *config)
{
	if (!config->has_negotiated_features)
		output_note(cli, config->name, "not_negotiated", "features are not negotiated: "
			    "no driver has set FEATURES_OK since the last reset");
	if (!config->has_device_features)
		output_note(cli, NULL, "no_features", "this kernel does not tell device features (Linux 6.1 does); "
			    "\"vdpactl feature show --open DEV\" tells them of an idle device");
}

int dev_config(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct vdpactl_dev_configs configs;
	const char *name;
	json_t *rows;

	if (args_subcommand(&args, "show") || args_optional_device(&args, &name) ||
	    args_end(&args))
		return CLI_USAGE;
	if (vdpactl_dev_configs_get(name, &configs, &cli->err))
		return CLI_FAILED;
	rows = json_object();
	for (size_t i = 0; i < configs.count; i++) {
		json_add(rows, configs.list[i].name, config_json(&configs.list[i]));
		notes(cli, &configs.list[i]);
	}
	vdpactl_dev_configs_free(&configs);
	return output_document(cli, json_pack("{s:o}", "config", rows), &view);
}
