// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/genetlink.h>

#include "sysfs.h"
#include "vdpa_nl.h"

/*
 * The form of each attribute, as the kernel's *_fill() functions in
 * drivers/vdpa/vdpa.c put it.
 */
static const enum mnl_attr_data_type forms[VDPA_ATTRS] = {
	[VDPA_ATTR_MGMTDEV_BUS_NAME] = MNL_TYPE_NUL_STRING,
	[VDPA_ATTR_MGMTDEV_DEV_NAME] = MNL_TYPE_NUL_STRING,
	[VDPA_ATTR_MGMTDEV_SUPPORTED_CLASSES] = MNL_TYPE_U64,
	[VDPA_ATTR_DEV_NAME] = MNL_TYPE_NUL_STRING,
	[VDPA_ATTR_DEV_ID] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_VENDOR_ID] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_MAX_VQS] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_MAX_VQ_SIZE] = MNL_TYPE_U16,
	[VDPA_ATTR_DEV_MIN_VQ_SIZE] = MNL_TYPE_U16,
	[VDPA_ATTR_DEV_NET_CFG_MAX_VQP] = MNL_TYPE_U16,
	[VDPA_ATTR_DEV_NET_CFG_MTU] = MNL_TYPE_U16,
	[VDPA_ATTR_DEV_NEGOTIATED_FEATURES] = MNL_TYPE_U64,
	[VDPA_ATTR_DEV_MGMTDEV_MAX_VQS] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_SUPPORTED_FEATURES] = MNL_TYPE_U64,
	[VDPA_ATTR_DEV_QUEUE_INDEX] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_VENDOR_ATTR_NAME] = MNL_TYPE_NUL_STRING,
	[VDPA_ATTR_DEV_VENDOR_ATTR_VALUE] = MNL_TYPE_U64,
	[VDPA_ATTR_DEV_FEATURES] = MNL_TYPE_U64,
	[VDPA_ATTR_DEV_BLK_CFG_CAPACITY] = MNL_TYPE_U64,
	[VDPA_ATTR_DEV_BLK_CFG_SIZE_MAX] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_BLK_CFG_BLK_SIZE] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_BLK_CFG_SEG_MAX] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_BLK_CFG_NUM_QUEUES] = MNL_TYPE_U16,
	[VDPA_ATTR_DEV_BLK_CFG_PHY_BLK_EXP] = MNL_TYPE_U8,
	[VDPA_ATTR_DEV_BLK_CFG_ALIGN_OFFSET] = MNL_TYPE_U8,
	[VDPA_ATTR_DEV_BLK_CFG_MIN_IO_SIZE] = MNL_TYPE_U16,
	[VDPA_ATTR_DEV_BLK_CFG_OPT_IO_SIZE] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_BLK_CFG_MAX_DISCARD_SEC] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_BLK_CFG_MAX_DISCARD_SEG] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_BLK_CFG_DISCARD_SEC_ALIGN] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_BLK_CFG_MAX_WRITE_ZEROES_SEC] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_BLK_CFG_MAX_WRITE_ZEROES_SEG] = MNL_TYPE_U32,
	[VDPA_ATTR_DEV_BLK_READ_ONLY] = MNL_TYPE_U8,
	[VDPA_ATTR_DEV_BLK_FLUSH] = MNL_TYPE_U8,
};

#define MAC_LENGTH 6

/* The module makes the bus before its family, and there is one bus for all namespaces */
static bool has_bus(void)
{
	return access(SYSFS_VDPA, F_OK) == 0;
}

int vdpa_open(struct netlink *nl, struct vdpactl_error *err)
{
	int ret = -ENOENT;

	/* Cheaper than asking nlctrl; without sysfs there is no other way */
	if (has_bus() || access("/sys/bus", F_OK))
		ret = netlink_open(nl, VDPA_GENL_NAME, err);
	if (ret != -ENOENT)
		return ret;
	if (has_bus()) {
		ret = vdpactl_error_set(err, EPERM, "the netlink family \"" VDPA_GENL_NAME
					"\" is in the initial network namespace alone");
		vdpactl_error_hint(err, "run vdpactl outside of containers and network namespaces");
		return ret;
	}
	vdpactl_error_set(err, ret, "the kernel has no netlink family \"" VDPA_GENL_NAME
			  "\": its module is not loaded");
	vdpactl_error_hint(err, "load it with: modprobe vdpa");
	return ret;
}

bool vdpa_valid(const struct nlattr *attr)
{
	uint16_t type = mnl_attr_get_type(attr);

	switch (type) {
	case VDPA_ATTR_DEV_NET_CFG_MACADDR:
		return mnl_attr_get_payload_len(attr) == MAC_LENGTH;
	case VDPA_ATTR_DEV_NET_STATUS:
		/* linux/vdpa.h says u8, the kernel puts 16 bits */
		return mnl_attr_validate(attr, MNL_TYPE_U16) == 0 ||
		       mnl_attr_validate(attr, MNL_TYPE_U8) == 0;
	default:
		return mnl_attr_validate(attr, forms[type]) == 0;
	}
}

int vdpa_parse(const struct nlmsghdr *nlh, const struct nlattr *tb[VDPA_ATTRS])
{
	const struct nlattr *attr;

	memset(tb, 0, VDPA_ATTRS * sizeof(*tb));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		uint16_t type = mnl_attr_get_type(attr);

		if (type >= VDPA_ATTRS)
			continue;
		if (!vdpa_valid(attr))
			return -EBADMSG;
		tb[type] = attr;
	}
	return 0;
}

int64_t vdpa_number(const struct nlattr *attr, int64_t missing)
{
	if (!attr)
		return missing;
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	default:
		return mnl_attr_get_u64(attr);
	}
}

char *vdpa_string(const struct nlattr *attr)
{
	return attr ? strdup(mnl_attr_get_str(attr)) : NULL;
}

int vdpa_put_string(struct nlmsghdr *nlh, uint16_t type, const char *text)
{
	return mnl_attr_put_strz_check(nlh, NETLINK_BUFFER, type, text) ? 0 : -ENAMETOOLONG;
}

int vdpa_put_handle(struct nlmsghdr *nlh, const struct vdpactl_handle *handle)
{
	int ret = 0;

	if (handle->bus)
		ret = vdpa_put_string(nlh, VDPA_ATTR_MGMTDEV_BUS_NAME, handle->bus);
	if (!ret)
		ret = vdpa_put_string(nlh, VDPA_ATTR_MGMTDEV_DEV_NAME, handle->name);
	return ret;
}

int vdpa_take_handle(const struct nlattr *const tb[VDPA_ATTRS],
		     struct vdpactl_handle *handle)
{
	if (!tb[VDPA_ATTR_MGMTDEV_DEV_NAME])
		return -EBADMSG;
	handle->bus = vdpa_string(tb[VDPA_ATTR_MGMTDEV_BUS_NAME]);
	handle->name = vdpa_string(tb[VDPA_ATTR_MGMTDEV_DEV_NAME]);
	if (!handle->name || (tb[VDPA_ATTR_MGMTDEV_BUS_NAME] && !handle->bus))
		return -ENOMEM;
	return 0;
}

/* ---- failures ----------------------------------------------------------------- */

/*
 * Better words than strerror()'s for what vdpa.c and the parents answer. "%s" in a
 * hint is not needed: the message names the device.
 */
static const struct words {
	int code;
	const char *reason;
	const char *hint;
} words[] = {
	{ EPERM, "permission denied", "this needs CAP_NET_ADMIN: run it as root" },
	{ EEXIST, "that name is taken", "\"vdpactl dev show\" lists the devices" },
	{ EOPNOTSUPP, "not supported by the kernel or by the parent device", "" },
	{ EBUSY, "the device is busy", "" },
	{ EAGAIN, "not in this state of the device",
	  "bind a driver to it and try again when it runs" },
	{ EINVAL, "the kernel or the parent device refused it", "" },
	{ EINTR, "devices kept changing while they were listed", "try again" },
	{ EBADMSG, "the kernel's answer is malformed", "" },
	{ ENAMETOOLONG, "the name is too long", "" },
	{ ENOSPC, "the management device has no room for another device", "" },
};

static const struct {
	const char *noun;
	const char *hint;
} things[] = {
	[VDPA_DEVICE] = { "vDPA device", "\"vdpactl dev show\" lists the devices" },
	[VDPA_MGMTDEV] = { "management device",
			   "\"vdpactl mgmtdev show\" lists them; is the parent's module loaded?" },
};

static const struct words *find_words(int code)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].code == code)
			return &words[i];
	return NULL;
}

int vdpa_fail(const struct netlink *nl, int code, enum vdpa_thing thing,
	      const char *missing, struct vdpactl_error *err, const char *what, ...)
{
	const struct words *found = find_words(-code);
	const char *reason = found ? found->reason : strerror(-code);
	const char *hint = found ? found->hint : "";
	char tried[320], absent[320], said[sizeof(nl->extack) + 16] = "";
	va_list ap;

	va_start(ap, what);
	vsnprintf(tried, sizeof(tried), what, ap);
	va_end(ap);

	if (code == -ENODEV) {
		snprintf(absent, sizeof(absent), "there is no %s \"%s\"",
			 things[thing].noun, missing);
		reason = absent;
		hint = things[thing].hint;
	}
	if (nl->extack[0])
		snprintf(said, sizeof(said), " (kernel: %s)", nl->extack);
	vdpactl_error_set(err, code, "%s: %s%s", tried, reason, said);
	if (*hint)
		vdpactl_error_hint(err, "%s", hint);
	if (code == -ENODEV && thing == VDPA_DEVICE)
		sysfs_suggest(missing, err);
	return code;
}
