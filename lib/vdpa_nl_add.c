// SPDX-License-Identifier: LGPL-2.1-or-later
/* Creating a device, and why the kernel or the parent did not. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vdpactl/dev.h>

#include "klog.h"
#include "vdpa_nl.h"

static bool put_attrs(struct nlmsghdr *nlh, const struct vdpactl_dev_attrs *attrs)
{
	/* Each is small: the names before them have been checked */
	return (!attrs->has_features ||
		mnl_attr_put_u64_check(nlh, NETLINK_BUFFER, VDPA_ATTR_DEV_FEATURES,
				       attrs->features)) &&
	       (!attrs->has_mac ||
		mnl_attr_put_check(nlh, NETLINK_BUFFER, VDPA_ATTR_DEV_NET_CFG_MACADDR,
				   sizeof(attrs->mac), attrs->mac)) &&
	       (!attrs->mtu ||
		mnl_attr_put_u16_check(nlh, NETLINK_BUFFER, VDPA_ATTR_DEV_NET_CFG_MTU,
				       attrs->mtu)) &&
	       (!attrs->max_vqp ||
		mnl_attr_put_u16_check(nlh, NETLINK_BUFFER, VDPA_ATTR_DEV_NET_CFG_MAX_VQP,
				       attrs->max_vqp));
}

/* ---- why not -------------------------------------------------------------------- */

/* Parents mostly have no words for netlink, but for the kernel log */
static void add_log(struct vdpactl_error *err, const char *log)
{
	struct vdpactl_error old = *err;

	if (!*log)
		return;
	vdpactl_error_set(err, old.code, "%s (the kernel logged meanwhile: %s)", old.message, log);
	vdpactl_error_hint(err, "%s", old.hint);
}

/*
 * The attributes of a mask that vdpa_nl_cmd_dev_add_set_doit() names in hex: each bit is the
 * number of one. "": it names none
 */
static void name_attrs(const char *said, char *names, size_t size)
{
	static const struct {
		unsigned int attr;
		const char *name;
	} attrs[] = {
		{ VDPA_ATTR_DEV_FEATURES, "device_features" },
		{ VDPA_ATTR_DEV_NET_CFG_MACADDR, "mac" },
		{ VDPA_ATTR_DEV_NET_CFG_MTU, "mtu" },
		{ VDPA_ATTR_DEV_NET_CFG_MAX_VQP, "max_vqp" },
	};
	const char *hex = strstr(said, "attributes are not supported: 0x");
	uint64_t mask = hex ? strtoull(strstr(hex, "0x"), NULL, 16) : 0;
	size_t used = 0;

	names[0] = '\0';
	for (size_t i = 0; i < sizeof(attrs) / sizeof(*attrs); i++)
		if (mask >> attrs[i].attr & 1)
			used += snprintf(names + used, size - used, "%s%s", used ? ", " : "",
					 attrs[i].name);
}

/* The full name of a management device that was given without its bus; "": there is none */
static void find_handle(const char *name, char *handle, size_t size)
{
	struct vdpactl_mgmtdevs devs;

	handle[0] = '\0';
	if (vdpactl_mgmtdevs_get(NULL, &devs, NULL))
		return;
	for (size_t i = 0; i < devs.count && !*handle; i++)
		if (devs.list[i].handle.bus && !strcmp(devs.list[i].handle.name, name))
			snprintf(handle, size, "%s/%s", devs.list[i].handle.bus, name);
	vdpactl_mgmtdevs_free(&devs);
}

static void add_hint(const struct netlink *nl, int code, const struct vdpactl_dev_attrs *attrs,
		     const char *log, struct vdpactl_error *err)
{
	const struct vdpactl_handle *mgmtdev = attrs->mgmtdev;
	const char *slash = mgmtdev->bus ? "/" : "", *bus = mgmtdev->bus ? mgmtdev->bus : "";
	char text[320];

	name_attrs(nl->extack, text, sizeof(text));
	if (*text) {
		vdpactl_error_hint(err, "%s%s%s does not take %s; \"vdpactl mgmtdev show %s%s%s\" tells what it offers",
				   bus, slash, mgmtdev->name, text, bus, slash, mgmtdev->name);
		return;
	}
	if (code == -ENODEV && !mgmtdev->bus) {
		find_handle(mgmtdev->name, text, sizeof(text));
		if (*text) {
			vdpactl_error_hint(err, "its bus belongs to its name: %s", text);
			return;
		}
	}
	if (code == -ENODEV)
		vdpa_suggest_mgmtdev(mgmtdev, err);
	if (code != -EINVAL && code != -EOPNOTSUPP && code != -ERANGE)
		return;
	if (!mgmtdev->bus && !strcmp(mgmtdev->name, "vduse"))
		vdpactl_error_hint(err, "a daemon has to make the VDUSE device of that name first: /dev/vduse/%s",
				   attrs->name);
	else
		vdpactl_error_hint(err, "\"vdpactl mgmtdev show %s%s%s\" tells what it offers%s",
				   bus, slash, mgmtdev->name,
				   nl->extack[0] || *log ? "" : "; the kernel log may have more: dmesg");
}

static int explain(const struct netlink *nl, int code, const struct vdpactl_dev_attrs *attrs,
		   const char *log, struct vdpactl_error *err)
{
	vdpa_fail(nl, code, VDPA_MGMTDEV, attrs->mgmtdev->name, err, "cannot add %s", attrs->name);
	if (err) {
		add_log(err, log);
		add_hint(nl, code, attrs, log, err);
	}
	return code;
}

int vdpactl_dev_add(const struct vdpactl_dev_attrs *attrs, struct vdpactl_error *err)
{
	struct nlmsghdr *nlh;
	struct netlink nl;
	char text[256];
	int ret = vdpa_open(&nl, err), log;

	if (ret)
		return ret;
	log = klog_open();
	nlh = netlink_request(&nl, VDPA_CMD_DEV_NEW, NLM_F_ACK);
	ret = vdpa_put_string(nlh, VDPA_ATTR_DEV_NAME, attrs->name);
	if (!ret)
		ret = vdpa_put_handle(nlh, attrs->mgmtdev);
	if (!ret && !put_attrs(nlh, attrs))
		ret = -ENAMETOOLONG;
	if (!ret)
		ret = netlink_talk(&nl, nlh, NULL, NULL);
	klog_close(log, text, sizeof(text));
	if (ret)
		explain(&nl, ret, attrs, text, err);
	netlink_close(&nl);
	return ret;
}
