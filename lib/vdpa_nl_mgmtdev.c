// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vdpactl/mgmtdev.h>

#include "grow.h"
#include "nearest.h"
#include "vdpa_nl.h"

int vdpactl_handle_parse(const char *word, struct vdpactl_handle *handle,
			 struct vdpactl_error *err)
{
	const char *slash = strchr(word, '/');
	const char *name = slash ? slash + 1 : word;

	*handle = (struct vdpactl_handle){ 0 };
	if (!*name || slash == word || strchr(name, '/'))
		return vdpactl_error_set(err, EINVAL, "\"%s\" is not a management device: "
					 "NAME or BUS/NAME expected", word);
	handle->name = strdup(name);
	if (slash)
		handle->bus = strndup(word, slash - word);
	if (handle->name && (handle->bus || !slash))
		return 0;
	vdpactl_handle_free(handle);
	return vdpactl_error_set(err, ENOMEM, "out of memory");
}

void vdpactl_handle_free(struct vdpactl_handle *handle)
{
	free(handle->bus);
	free(handle->name);
	*handle = (struct vdpactl_handle){ 0 };
}

void vdpactl_mgmtdevs_free(struct vdpactl_mgmtdevs *devs)
{
	for (size_t i = 0; i < devs->count; i++)
		vdpactl_handle_free(&devs->list[i].handle);
	free(devs->list);
	*devs = (struct vdpactl_mgmtdevs){ 0 };
}

static int mgmtdev_cb(const struct nlmsghdr *nlh, void *data)
{
	struct vdpactl_mgmtdevs *devs = data;
	const struct nlattr *tb[VDPA_ATTRS];
	struct vdpactl_mgmtdev *dev;
	int ret = vdpa_parse(nlh, tb);

	if (ret)
		return ret;
	dev = grow(&devs->list, &devs->count, sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	ret = vdpa_take_handle(tb, &dev->handle);
	if (ret)
		return ret;

	const struct nlattr *classes = tb[VDPA_ATTR_MGMTDEV_SUPPORTED_CLASSES];
	const struct nlattr *features = tb[VDPA_ATTR_DEV_SUPPORTED_FEATURES];

	dev->has_classes = classes;
	dev->classes = classes ? mnl_attr_get_u64(classes) : 0;
	dev->has_features = features;
	dev->features = features ? mnl_attr_get_u64(features) : 0;
	dev->max_vqs = vdpa_number(tb[VDPA_ATTR_DEV_MGMTDEV_MAX_VQS], -1);
	return 0;
}

static void mgmtdevs_restart(void *data)
{
	vdpactl_mgmtdevs_free(data);
}

static void handle_text(const struct vdpactl_handle *handle, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s", handle->bus ?: "", handle->bus ? "/" : "", handle->name);
}

/* The bus is not compared: it is often left out, and short enough to be like any other */
void vdpa_suggest_mgmtdev(const struct vdpactl_handle *wrong, struct vdpactl_error *err)
{
	struct nearest nearest = nearest_to(wrong->name, strlen(wrong->name));
	char given[320], right[320];
	struct vdpactl_mgmtdevs devs;

	if (!err || vdpactl_mgmtdevs_get(NULL, &devs, NULL))
		return;
	handle_text(wrong, given, sizeof(given));
	for (size_t i = 0; i < devs.count; i++) {
		const struct vdpactl_handle *handle = &devs.list[i].handle;

		handle_text(handle, right, sizeof(right));
		/* It may have come meanwhile */
		if (strcmp(right, given))
			nearest_try(&nearest, handle->name, strlen(handle->name), right);
	}
	nearest_hint(&nearest, err);
	vdpactl_mgmtdevs_free(&devs);
}

static int get_one(struct netlink *nl, const struct vdpactl_handle *handle,
		   struct vdpactl_mgmtdevs *devs, struct vdpactl_error *err)
{
	struct nlmsghdr *nlh = netlink_request(nl, VDPA_CMD_MGMTDEV_GET, 0);
	char name[320];
	int ret = vdpa_put_handle(nlh, handle);

	if (!ret)
		ret = netlink_talk(nl, nlh, mgmtdev_cb, devs);
	if (!ret && devs->count != 1)
		ret = -EBADMSG;
	if (!ret)
		return 0;
	handle_text(handle, name, sizeof(name));
	vdpa_fail(nl, ret, VDPA_MGMTDEV, name, err, "cannot show management device %s", name);
	if (ret == -ENODEV)
		vdpa_suggest_mgmtdev(handle, err);
	return ret;
}

static int get_all(struct netlink *nl, struct vdpactl_mgmtdevs *devs,
		   struct vdpactl_error *err)
{
	int ret = netlink_dump(nl, VDPA_CMD_MGMTDEV_GET, mgmtdev_cb, mgmtdevs_restart, devs);

	return ret ? vdpa_fail(nl, ret, VDPA_MGMTDEV, "", err,
			       "cannot list management devices") : 0;
}

int vdpactl_mgmtdevs_get(const struct vdpactl_handle *handle,
			 struct vdpactl_mgmtdevs *devs, struct vdpactl_error *err)
{
	struct netlink nl;
	int ret = vdpa_open(&nl, err);

	*devs = (struct vdpactl_mgmtdevs){ 0 };
	if (ret)
		return ret;
	ret = handle ? get_one(&nl, handle, devs, err) : get_all(&nl, devs, err);
	netlink_close(&nl);
	if (ret)
		vdpactl_mgmtdevs_free(devs);
	return ret;
}
