// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/virtio_ids.h>

#include <vdpactl/dev.h>
#include <vdpactl/features.h>

#include "args.h"
#include "dev.h"
#include "mgmtdev.h"

/* Limits of the virtio specification, 5.1.4 and 5.1.6.5.5 */
#define MTU_MIN 68
#define MTU_MAX 65535
#define MAX_VQP_MAX 0x8000

/**
 * struct adding - what "dev add" was told
 * @features: as given; what its names mean depends on the device
 */
struct adding {
	struct vdpactl_dev_attrs attrs;
	struct vdpactl_handle mgmtdev;
	const char *features;
};

/* Six numbers of one or two digits, as iproute2 takes them */
static bool parse_mac(const char *text, uint8_t mac[6])
{
	for (int i = 0; i < 6; i++) {
		size_t length = strspn(text, "0123456789abcdefABCDEF");

		if (!length || length > 2 || text[length] != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = strtoul(text, NULL, 16);
		text += length + 1;
	}
	return true;
}

int dev_mac(struct args *args, uint8_t mac[6])
{
	const char *word;
	int ret = args_value(args, "MAC address", &word);

	if (!ret && !parse_mac(word, mac))
		ret = cli_usage(args->cli, "\"%s\" is not a MAC address "
				"(as in 52:54:00:12:34:56)", word);
	if (!ret && mac[0] & 1)
		ret = cli_usage(args->cli, "%s is a multicast address, no device can have it", word);
	if (!ret && !memcmp(mac, "\0\0\0\0\0", 6))
		ret = cli_usage(args->cli, "%s is not an address that a device can have", word);
	return ret;
}

static int take_name(struct args *args, struct adding *adding)
{
	return args_device(args, &adding->attrs.name);
}

static int take_mgmtdev(struct args *args, struct adding *adding)
{
	return args_handle(args, &adding->mgmtdev);
}

static int take_features(struct args *args, struct adding *adding)
{
	return args_value(args, "mask of features or their names", &adding->features);
}

static int take_mac(struct args *args, struct adding *adding)
{
	adding->attrs.has_mac = true;
	return dev_mac(args, adding->attrs.mac);
}

static int take_mtu(struct args *args, struct adding *adding)
{
	uint32_t mtu;
	int ret = args_u32(args, "MTU", MTU_MIN, MTU_MAX, &mtu);

	adding->attrs.mtu = mtu;
	return ret;
}

static int take_max_vqp(struct args *args, struct adding *adding)
{
	uint32_t max_vqp;
	int ret = args_u32(args, "number of virtqueue pairs", 1, MAX_VQP_MAX, &max_vqp);

	adding->attrs.max_vqp = max_vqp;
	return ret;
}

static const char *const keywords[] = {
	"name", "mgmtdev", "device_features", "mac", "mtu", "max_vqp", NULL
};

/* What stands behind each of the keywords */
static int (*const takes[])(struct args *args, struct adding *adding) = {
	take_name, take_mgmtdev, take_features, take_mac, take_mtu, take_max_vqp,
};

static int take_keyword(struct args *args, struct adding *adding, unsigned int *seen)
{
	int i = args_one_of(args, keywords);

	if (i < 0)
		return -i;
	if (*seen & 1u << i)
		return cli_usage(args->cli, "\"%s\" is given twice", keywords[i]);
	*seen |= 1u << i;
	return takes[i](args, adding);
}

/* A mask is hex with and without 0x, as for iproute2 */
static bool is_hex(const char *text)
{
	return *text && strspn(text, "0123456789abcdefABCDEF") == strlen(text);
}

/* The features that every type of device has are understood for each type */
static int parse_features(uint32_t virtio_id, const char *text, struct adding *adding,
			  struct vdpactl_error *err)
{
	return vdpactl_bits_parse(vdpactl_bits_device(virtio_id), text,
				  &adding->attrs.features, err);
}

/* The type of the devices that a management device makes; 0: it makes several */
static int find_type(struct cli *cli, const struct vdpactl_handle *mgmtdev, uint32_t *type)
{
	struct vdpactl_mgmtdevs devs;
	uint64_t classes;

	if (vdpactl_mgmtdevs_get(mgmtdev, &devs, &cli->err))
		return CLI_FAILED;
	classes = devs.list->classes;
	*type = classes && !(classes & (classes - 1)) ? __builtin_ctzll(classes) : 0;
	vdpactl_mgmtdevs_free(&devs);
	return 0;
}

static int resolve_features(struct cli *cli, struct adding *adding)
{
	const char *text = adding->features;
	char mask[32];
	uint32_t type;
	int ret;

	if (!text)
		return 0;
	adding->attrs.has_features = true;
	if (is_hex(text) && strlen(text) < sizeof(mask) - 2) {
		snprintf(mask, sizeof(mask), "0x%s", text);
		text = mask;
	}
	if (!parse_features(0, text, adding, NULL))
		return 0;
	/* What no type knows is wrong; nobody needs to be asked */
	if (parse_features(VIRTIO_ID_BLOCK, text, adding, NULL) &&
	    parse_features(VIRTIO_ID_NET, text, adding, &cli->err))
		return CLI_USAGE;
	ret = find_type(cli, &adding->mgmtdev, &type);
	if (ret)
		return ret;
	return parse_features(type, text, adding, &cli->err) ? CLI_USAGE : 0;
}

static int read_words(struct args *args, struct adding *adding)
{
	unsigned int seen = 0;
	int ret = 0;

	while (args->argc && !ret)
		ret = take_keyword(args, adding, &seen);
	if (!ret && !adding->attrs.name)
		ret = cli_usage(args->cli, "name NAME is missing");
	if (!ret && !adding->mgmtdev.name)
		ret = cli_usage(args->cli, "mgmtdev MGMTDEV is missing");
	return ret;
}

int dev_add(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct adding adding = { 0 };
	int ret = read_words(&args, &adding);

	adding.attrs.mgmtdev = &adding.mgmtdev;
	if (!ret)
		ret = resolve_features(cli, &adding);
	if (!ret && vdpactl_dev_add(&adding.attrs, &cli->err))
		ret = CLI_FAILED;
	vdpactl_handle_free(&adding.mgmtdev);
	return ret;
}

int dev_set(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	const char *name = NULL;
	uint8_t mac[6];
	bool has_mac = false;
	int ret = 0;

	while (args.argc && !ret) {
		static const char *const words[] = { "name", "mac", NULL };
		int word = args_one_of(&args, words);

		if (word < 0)
			ret = -word;
		else if (!word)
			ret = args_device(&args, &name);
		else
			ret = dev_mac(&args, mac);
		has_mac |= word == 1;
	}
	if (!ret && !name)
		ret = cli_usage(cli, "name DEV is missing");
	if (!ret && !has_mac)
		ret = cli_usage(cli, "mac MAC is missing: nothing to set");
	if (!ret && vdpactl_dev_set_mac(name, mac, &cli->err))
		ret = CLI_FAILED;
	return ret;
}
