// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vdpactl/dev.h>

#include "grow.h"
#include "sysfs.h"
#include "vdpa_nl.h"

/* ---- what devices there are --------------------------------------------------------- */

static void take_unknown(struct vdpactl_dev *dev)
{
	dev->device_id = dev->vendor_id = -1;
	dev->max_vqs = dev->max_vq_size = dev->min_vq_size = -1;
	/* Only sysfs knows */
	dev->iommu_group = -1;
}

static int take_device(struct vdpactl_dev *dev, const struct nlattr *const tb[VDPA_ATTRS])
{
	dev->managed = true;
	dev->device_id = vdpa_number(tb[VDPA_ATTR_DEV_ID], -1);
	dev->vendor_id = vdpa_number(tb[VDPA_ATTR_DEV_VENDOR_ID], -1);
	dev->max_vqs = vdpa_number(tb[VDPA_ATTR_DEV_MAX_VQS], -1);
	dev->max_vq_size = vdpa_number(tb[VDPA_ATTR_DEV_MAX_VQ_SIZE], -1);
	dev->min_vq_size = vdpa_number(tb[VDPA_ATTR_DEV_MIN_VQ_SIZE], -1);
	return vdpa_take_handle(tb, &dev->mgmtdev);
}

static int devs_cb(const struct nlmsghdr *nlh, void *data)
{
	struct vdpactl_devs *devs = data;
	const struct nlattr *tb[VDPA_ATTRS];
	struct vdpactl_dev *dev;
	int ret = vdpa_parse(nlh, tb);

	if (ret)
		return ret;
	if (!tb[VDPA_ATTR_DEV_NAME])
		return -EBADMSG;
	dev = grow(&devs->list, &devs->count, sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	dev->name = vdpa_string(tb[VDPA_ATTR_DEV_NAME]);
	return dev->name ? take_device(dev, tb) : -ENOMEM;
}

static void devs_restart(void *data)
{
	vdpactl_devs_free(data);
}

static int dev_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[VDPA_ATTRS];
	int ret = vdpa_parse(nlh, tb);

	return ret ? ret : take_device(data, tb);
}

/*
 * Complete a device of which only the name is known. -EINVAL is what the kernel
 * answers for a device without a management device; sysfs knows it nevertheless.
 */
static int complete_device(struct netlink *nl, struct vdpactl_dev *dev)
{
	struct nlmsghdr *nlh = netlink_request(nl, VDPA_CMD_DEV_GET, 0);
	int ret = vdpa_put_string(nlh, VDPA_ATTR_DEV_NAME, dev->name);

	take_unknown(dev);
	if (!ret)
		ret = netlink_talk(nl, nlh, dev_cb, dev);
	return ret == -EINVAL ? 0 : ret;
}

/*
 * A dump counts devices, so one that goes away meanwhile makes it miss another one
 * (vdpa_nl_cmd_dev_get_dumpit()), and unmanaged devices are not in it. Neither is
 * told, so what sysfs has and the dump had not is asked for.
 */
static int complete_dump(struct netlink *nl, struct vdpactl_devs *devs)
{
	size_t kept = devs->count;
	size_t first = kept;
	int ret = sysfs_add_missing(devs);

	/* Without sysfs the dump is what can be had */
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	for (size_t i = first; i < devs->count; i++) {
		struct vdpactl_dev *dev = &devs->list[i];
		int failed = complete_device(nl, dev);

		if (failed == -ENODEV) {
			free(dev->name);
			continue;
		}
		ret = ret ? ret : failed;
		devs->list[kept++] = *dev;
	}
	devs->count = kept;
	return ret;
}

static int get_all(struct netlink *nl, struct vdpactl_devs *devs, struct vdpactl_error *err)
{
	int ret = netlink_dump(nl, VDPA_CMD_DEV_GET, devs_cb, devs_restart, devs);

	if (!ret)
		ret = complete_dump(nl, devs);
	return ret ? vdpa_fail(nl, ret, VDPA_DEVICE, "", err, "cannot list devices") : 0;
}

static int get_one(struct netlink *nl, const char *name, struct vdpactl_devs *devs,
		   struct vdpactl_error *err)
{
	struct vdpactl_dev *dev = grow(&devs->list, &devs->count, sizeof(*dev));
	int ret = -ENOMEM;

	if (dev)
		dev->name = strdup(name);
	if (dev && dev->name)
		ret = complete_device(nl, dev);
	return ret ? vdpa_fail(nl, ret, VDPA_DEVICE, name, err, "cannot show %s", name) : 0;
}

int vdpactl_devs_list(const char *name, struct vdpactl_devs *devs, struct vdpactl_error *err)
{
	struct netlink nl;
	int ret = vdpa_open(&nl, err);

	*devs = (struct vdpactl_devs){ 0 };
	if (ret)
		return ret;
	ret = name ? get_one(&nl, name, devs, err) : get_all(&nl, devs, err);
	netlink_close(&nl);
	if (ret)
		vdpactl_devs_free(devs);
	return ret;
}

int vdpactl_devs_get(const char *name, struct vdpactl_devs *devs, struct vdpactl_error *err)
{
	int ret = vdpactl_devs_list(name, devs, err);

	if (ret)
		return ret;
	ret = sysfs_place(devs);
	if (ret)
		sysfs_fail(ret, err);
	else if (name && !devs->count)
		ret = sysfs_gone(name, err);
	if (ret)
		vdpactl_devs_free(devs);
	return ret;
}

/* ---- changing, deleting ------------------------------------------------------ */

/* Send what is in @nlh besides the name of the device that it is about */
static int change(struct netlink *nl, struct nlmsghdr *nlh, const char *name,
		  struct vdpactl_error *err, const char *what)
{
	int ret = vdpa_put_string(nlh, VDPA_ATTR_DEV_NAME, name);

	if (!ret)
		ret = netlink_talk(nl, nlh, NULL, NULL);
	return ret ? vdpa_fail(nl, ret, VDPA_DEVICE, name, err, "cannot %s %s", what, name) : 0;
}

static bool may_administrate(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[CAP_TO_INDEX(CAP_NET_ADMIN)].effective & CAP_TO_MASK(CAP_NET_ADMIN));
}

static int check_deletable(const char *name, struct vdpactl_error *err)
{
	struct vdpactl_devs devs;
	int ret;

	/* Without the privilege the kernel refuses, in words about the privilege */
	if (!may_administrate())
		return 0;
	ret = vdpactl_devs_locate(name, &devs, err);
	/* It may have no such device in words of its own; all else is a failure to look */
	if (ret)
		return ret == -ENODEV ? 0 : ret;
	ret = sysfs_check_use(devs.list, "delete", err);
	vdpactl_devs_free(&devs);
	return ret;
}

int vdpactl_dev_del(const char *name, bool force, struct vdpactl_error *err)
{
	struct netlink nl;
	int ret = vdpa_open(&nl, err);

	if (ret)
		return ret;
	if (!force)
		ret = check_deletable(name, err);
	if (!ret)
		ret = change(&nl, netlink_request(&nl, VDPA_CMD_DEV_DEL, NLM_F_ACK), name, err,
			     "delete");
	netlink_close(&nl);
	return ret;
}

int vdpactl_dev_set_mac(const char *name, const uint8_t mac[6], struct vdpactl_error *err)
{
	struct nlmsghdr *nlh;
	struct netlink nl;
	int ret = vdpa_open(&nl, err);

	if (ret)
		return ret;
	nlh = netlink_request(&nl, VDPA_CMD_DEV_ATTR_SET, NLM_F_ACK);
	mnl_attr_put(nlh, VDPA_ATTR_DEV_NET_CFG_MACADDR, 6, mac);
	ret = change(&nl, nlh, name, err, "set the MAC address of");
	netlink_close(&nl);
	return ret;
}
