// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/virtio_ids.h>

#include <vdpactl/dev.h>

#include "grow.h"
#include "sysfs.h"
#include "vdpa_nl.h"

/*
 * What Linux 6.1 and 6.2 told the device features of a network device in; later
 * kernels use the number for the capacity of a block device.
 */
#define VDPA_ATTR_OLD_DEV_FEATURES VDPA_ATTR_DEV_BLK_CFG_CAPACITY

static const uint16_t fields[VDPACTL_CONFIG_FIELDS] = {
	[VDPACTL_CONFIG_NET_STATUS] = VDPA_ATTR_DEV_NET_STATUS,
	[VDPACTL_CONFIG_NET_MAX_VQP] = VDPA_ATTR_DEV_NET_CFG_MAX_VQP,
	[VDPACTL_CONFIG_NET_MTU] = VDPA_ATTR_DEV_NET_CFG_MTU,
	[VDPACTL_CONFIG_BLK_CAPACITY] = VDPA_ATTR_DEV_BLK_CFG_CAPACITY,
	[VDPACTL_CONFIG_BLK_SIZE_MAX] = VDPA_ATTR_DEV_BLK_CFG_SIZE_MAX,
	[VDPACTL_CONFIG_BLK_BLK_SIZE] = VDPA_ATTR_DEV_BLK_CFG_BLK_SIZE,
	[VDPACTL_CONFIG_BLK_SEG_MAX] = VDPA_ATTR_DEV_BLK_CFG_SEG_MAX,
	[VDPACTL_CONFIG_BLK_NUM_QUEUES] = VDPA_ATTR_DEV_BLK_CFG_NUM_QUEUES,
	[VDPACTL_CONFIG_BLK_PHY_BLK_EXP] = VDPA_ATTR_DEV_BLK_CFG_PHY_BLK_EXP,
	[VDPACTL_CONFIG_BLK_ALIGN_OFFSET] = VDPA_ATTR_DEV_BLK_CFG_ALIGN_OFFSET,
	[VDPACTL_CONFIG_BLK_MIN_IO_SIZE] = VDPA_ATTR_DEV_BLK_CFG_MIN_IO_SIZE,
	[VDPACTL_CONFIG_BLK_OPT_IO_SIZE] = VDPA_ATTR_DEV_BLK_CFG_OPT_IO_SIZE,
	[VDPACTL_CONFIG_BLK_MAX_DISCARD_SEC] = VDPA_ATTR_DEV_BLK_CFG_MAX_DISCARD_SEC,
	[VDPACTL_CONFIG_BLK_MAX_DISCARD_SEG] = VDPA_ATTR_DEV_BLK_CFG_MAX_DISCARD_SEG,
	[VDPACTL_CONFIG_BLK_DISCARD_SEC_ALIGN] = VDPA_ATTR_DEV_BLK_CFG_DISCARD_SEC_ALIGN,
	[VDPACTL_CONFIG_BLK_MAX_WRITE_ZEROES_SEC] = VDPA_ATTR_DEV_BLK_CFG_MAX_WRITE_ZEROES_SEC,
	[VDPACTL_CONFIG_BLK_MAX_WRITE_ZEROES_SEG] = VDPA_ATTR_DEV_BLK_CFG_MAX_WRITE_ZEROES_SEG,
	[VDPACTL_CONFIG_BLK_READ_ONLY] = VDPA_ATTR_DEV_BLK_READ_ONLY,
	[VDPACTL_CONFIG_BLK_FLUSH] = VDPA_ATTR_DEV_BLK_FLUSH,
};

static bool take_u64(const struct nlattr *attr, uint64_t *value)
{
	if (attr)
		*value = mnl_attr_get_u64(attr);
	return attr;
}

static void take_config(struct vdpactl_dev_config *config, const struct nlattr *tb[VDPA_ATTRS])
{
	config->device_id = mnl_attr_get_u32(tb[VDPA_ATTR_DEV_ID]);
	if (config->device_id == VIRTIO_ID_NET && !tb[VDPA_ATTR_DEV_FEATURES])
		tb[VDPA_ATTR_DEV_FEATURES] = tb[VDPA_ATTR_OLD_DEV_FEATURES];
	if (config->device_id == VIRTIO_ID_NET)
		tb[VDPA_ATTR_DEV_BLK_CFG_CAPACITY] = NULL;

	for (unsigned int i = 0; i < VDPACTL_CONFIG_FIELDS; i++) {
		if (tb[fields[i]]) {
			config->has |= 1u << i;
			config->value[i] = vdpa_number(tb[fields[i]], 0);
		}
	}
	config->has_device_features = take_u64(tb[VDPA_ATTR_DEV_FEATURES],
					       &config->device_features);
	config->has_negotiated_features = take_u64(tb[VDPA_ATTR_DEV_NEGOTIATED_FEATURES],
						   &config->negotiated_features);
	if (tb[VDPA_ATTR_DEV_NET_CFG_MACADDR]) {
		config->has_mac = true;
		memcpy(config->mac, mnl_attr_get_payload(tb[VDPA_ATTR_DEV_NET_CFG_MACADDR]),
		       sizeof(config->mac));
	}
}

static int config_cb(const struct nlmsghdr *nlh, void *data)
{
	struct vdpactl_dev_configs *configs = data;
	struct vdpactl_dev_config *config;
	const struct nlattr *tb[VDPA_ATTRS];
	int ret = vdpa_parse(nlh, tb);

	if (ret)
		return ret;
	if (!tb[VDPA_ATTR_DEV_NAME] || !tb[VDPA_ATTR_DEV_ID])
		return -EBADMSG;
	config = grow(&configs->list, &configs->count, sizeof(*config));
	if (!config)
		return -ENOMEM;
	config->name = vdpa_string(tb[VDPA_ATTR_DEV_NAME]);
	if (!config->name)
		return -ENOMEM;
	take_config(config, tb);
	return 0;
}

static void configs_restart(void *data)
{
	vdpactl_dev_configs_free(data);
}

void vdpactl_dev_configs_free(struct vdpactl_dev_configs *configs)
{
	for (size_t i = 0; i < configs->count; i++)
		free(configs->list[i].name);
	free(configs->list);
	*configs = (struct vdpactl_dev_configs){ 0 };
}

static int ask(struct netlink *nl, const char *name, struct vdpactl_dev_configs *configs)
{
	struct nlmsghdr *nlh = netlink_request(nl, VDPA_CMD_DEV_CONFIG_GET, 0);
	int ret = vdpa_put_string(nlh, VDPA_ATTR_DEV_NAME, name);

	return ret ? ret : netlink_talk(nl, nlh, config_cb, configs);
}

/*
 * A dump ends, without telling, at the first device of a type that the kernel
 * cannot tell the configuration of (vdpa_dev_config_dump()), and misses a device
 * when another goes away meanwhile. What it had not is asked for.
 */
static int complete_dump(struct netlink *nl, struct vdpactl_dev_configs *configs)
{
	struct vdpactl_devs devs = { 0 };
	size_t dumped = configs->count;
	int ret = 0;

	/* Without sysfs the dump is what can be had; its names only say what to leave out */
	for (size_t i = 0; i < dumped && !ret; i++) {
		struct vdpactl_dev *dev = grow(&devs.list, &devs.count, sizeof(*dev));

		if (!dev || !(dev->name = strdup(configs->list[i].name)))
			ret = -ENOMEM;
	}
	if (!ret)
		ret = sysfs_add_missing(&devs);
	if (ret == -ENOENT)
		ret = 0;
	for (size_t i = dumped; i < devs.count && !ret; i++) {
		ret = ask(nl, devs.list[i].name, configs);
		/* Gone; unmanaged; of a type without */
		if (ret == -ENODEV || ret == -EINVAL || ret == -EOPNOTSUPP)
			ret = 0;
	}
	vdpactl_devs_free(&devs);
	return ret;
}

static int get_all(struct netlink *nl, struct vdpactl_dev_configs *configs,
		   struct vdpactl_error *err)
{
	int ret = netlink_dump(nl, VDPA_CMD_DEV_CONFIG_GET, config_cb, configs_restart, configs);

	if (!ret)
		ret = complete_dump(nl, configs);
	return ret ? vdpa_fail(nl, ret, VDPA_DEVICE, "", err,
			       "cannot list the configuration of devices") : 0;
}

int vdpactl_dev_configs_get(const char *name, struct vdpactl_dev_configs *configs,
			    struct vdpactl_error *err)
{
	struct netlink nl;
	int ret = vdpa_open(&nl, err);

	*configs = (struct vdpactl_dev_configs){ 0 };
	if (ret)
		return ret;
	if (!name) {
		ret = get_all(&nl, configs, err);
	} else {
		ret = ask(&nl, name, configs);
		if (!ret && configs->count != 1)
			ret = -EBADMSG;
		if (ret)
			vdpa_fail(&nl, ret, VDPA_DEVICE, name, err,
				  "cannot show the configuration of %s", name);
	}
	netlink_close(&nl);
	if (ret)
		vdpactl_dev_configs_free(configs);
	return ret;
}
