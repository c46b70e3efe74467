// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include <vdpactl/dev.h>

#include "grow.h"
#include "vdpa_nl.h"

void vdpactl_dev_vstats_free(struct vdpactl_dev_vstats *stats)
{
	for (size_t i = 0; i < stats->count; i++)
		free(stats->list[i].name);
	free(stats->list);
	*stats = (struct vdpactl_dev_vstats){ 0 };
}

static int add_stat(struct vdpactl_dev_vstats *stats, const struct nlattr *name,
		    const struct nlattr *value)
{
	struct vdpactl_vstat *stat = grow(&stats->list, &stats->count, sizeof(*stat));

	if (!stat)
		return -ENOMEM;
	stat->name = vdpa_string(name);
	stat->value = mnl_attr_get_u64(value);
	return stat->name ? 0 : -ENOMEM;
}

/* The statistics are pairs of a name and a value, one behind the other */
static int take_stats(const struct nlmsghdr *nlh, struct vdpactl_dev_vstats *stats)
{
	const struct nlattr *attr, *name = NULL;
	int ret = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		uint16_t type = mnl_attr_get_type(attr);

		if (type == VDPA_ATTR_DEV_VENDOR_ATTR_NAME) {
			name = attr;
		} else if (type == VDPA_ATTR_DEV_VENDOR_ATTR_VALUE && !ret) {
			ret = name ? add_stat(stats, name, attr) : -EBADMSG;
			name = NULL;
		}
	}
	return ret;
}

static int vstats_cb(const struct nlmsghdr *nlh, void *data)
{
	struct vdpactl_dev_vstats *stats = data;
	const struct nlattr *tb[VDPA_ATTRS];
	int ret = vdpa_parse(nlh, tb);

	if (ret)
		return ret;
	if (!tb[VDPA_ATTR_DEV_ID] || !tb[VDPA_ATTR_DEV_QUEUE_INDEX])
		return -EBADMSG;
	stats->device_id = mnl_attr_get_u32(tb[VDPA_ATTR_DEV_ID]);
	stats->index = mnl_attr_get_u32(tb[VDPA_ATTR_DEV_QUEUE_INDEX]);
	stats->max_vqp = vdpa_number(tb[VDPA_ATTR_DEV_NET_CFG_MAX_VQP], 0);
	if (tb[VDPA_ATTR_DEV_NEGOTIATED_FEATURES])
		stats->negotiated_features =
			mnl_attr_get_u64(tb[VDPA_ATTR_DEV_NEGOTIATED_FEATURES]);
	return take_stats(nlh, stats);
}

int vdpactl_dev_vstats_get(const char *name, uint32_t index,
			   struct vdpactl_dev_vstats *stats, struct vdpactl_error *err)
{
	struct nlmsghdr *nlh;
	struct netlink nl;
	int ret = vdpa_open(&nl, err);

	*stats = (struct vdpactl_dev_vstats){ 0 };
	if (ret)
		return ret;
	nlh = netlink_request(&nl, VDPA_CMD_DEV_VSTATS_GET, 0);
	mnl_attr_put_u32(nlh, VDPA_ATTR_DEV_QUEUE_INDEX, index);
	ret = vdpa_put_string(nlh, VDPA_ATTR_DEV_NAME, name);
	if (!ret)
		ret = netlink_talk(&nl, nlh, vstats_cb, stats);
	if (ret)
		vdpa_fail(&nl, ret, VDPA_DEVICE, name, err,
			  "cannot show statistics of virtqueue %u of %s", index, name);
	netlink_close(&nl);
	if (ret)
		vdpactl_dev_vstats_free(stats);
	return ret;
}
