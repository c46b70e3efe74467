// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: what is done to a device, and only when it is
 * asked for by name.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include "diag.h"

/*
 * An action: called with ddev->sem held for reading and cf_lock for writing,
 * the lock under which vdpa_set_status() and vdpa_reset() change the status
 * that was checked.
 */
typedef int (*diag_action_t)(struct diag_dev *ddev, struct genl_info *info);

/*
 * Whoever made the last control operation is most probably the one who uses a
 * device.
 */
static int diag_check_idle(struct diag_dev *ddev, struct genl_info *info)
{
	struct diag_task task;
	const char *used;

	if (info->attrs[VDPACTL_A_FORCE])
		return 0;
	used = diag_dev_used(ddev->vdev);
	if (!used)
		return 0;

	spin_lock(&ddev->lock);
	task = ddev->stats.last_op;
	spin_unlock(&ddev->lock);
	if (task.comm[0])
		GENL_SET_ERR_MSG_FMT(info, "%s, last operation by %s (pid %u)",
				     used, task.comm, task.pid);
	else
		GENL_SET_ERR_MSG_FMT(info, "%s", used);
	return -EBUSY;
}

/*
 * An operation of the parent may take long or hang, and the next ones wait
 * behind it for cf_lock: whoever waits can be killed.
 */
static int diag_action_locked(struct diag_dev *ddev, struct genl_info *info,
			      diag_action_t action)
{
	int ret = down_write_killable(&ddev->vdev->cf_lock);

	if (ret)
		return ret;
	ret = diag_check_idle(ddev, info) ?: action(ddev, info);
	up_write(&ddev->vdev->cf_lock);
	return ret;
}

static int diag_action_dev(struct genl_info *info, diag_action_t action)
{
	struct nlattr *name = info->attrs[VDPACTL_A_DEV_NAME];
	struct diag_dev *ddev = diag_dev_by_name(nla_data(name));
	int ret;

	if (!ddev)
		goto gone;
	ret = down_read_killable(&ddev->sem);
	if (ret) {
		diag_dev_put(ddev);
		return ret;
	}
	if (ddev->vdev) {
		ret = diag_action_locked(ddev, info, action);
		up_read(&ddev->sem);
		diag_dev_put(ddev);
		return ret;
	}
	up_read(&ddev->sem);
	diag_dev_put(ddev);
gone:
	NL_SET_ERR_MSG_ATTR(info->extack, name, "no such vDPA device");
	return -ENODEV;
}

/*
 * The module stays while an action is under way: it could not go anyway, and
 * while it waited for one that hangs, all of generic netlink would wait
 * (genl_unregister_family()).
 */
static int diag_action(struct genl_info *info, diag_action_t action)
{
	int ret;

	if (GENL_REQ_ATTR_CHECK(info, VDPACTL_A_DEV_NAME))
		return -EINVAL;
	if (diag_is_closing(info->extack) || !try_module_get(THIS_MODULE))
		return -ENODEV;
	ret = diag_action_dev(info, action);
	module_put(THIS_MODULE);
	return ret;
}

static int diag_not_supported(struct genl_info *info, const char *op)
{
	GENL_SET_ERR_MSG_FMT(info, "the parent driver has no .%s", op);
	return -EOPNOTSUPP;
}

/* An argument that has to be below a limit of the device. */
static int diag_get_index(struct genl_info *info, u8 attr, u32 limit,
			  const char *what, u32 *index)
{
	if (GENL_REQ_ATTR_CHECK(info, attr))
		return -EINVAL;
	*index = nla_get_u32(info->attrs[attr]);
	if (*index < limit)
		return 0;
	NL_SET_ERR_MSG_ATTR_FMT(info->extack, info->attrs[attr],
				"%s %u is out of range, the device has %u",
				what, *index, limit);
	return -EINVAL;
}

static int diag_reset_maps(struct diag_dev *ddev, u32 first, u32 count)
{
	int ret = 0;
	u32 i;

	for (i = 0; !ret && i < count; i++)
		ret = ddev->ops->reset_map(ddev->vdev, first + i);
	return ret;
}

/*
 * As vdpa_reset(), and the maps as vhost_vdpa_release() cleans them: by the
 * reset itself where the parent can, else by .reset_map.
 */
static int diag_reset(struct diag_dev *ddev, struct genl_info *info)
{
	const struct vdpa_config_ops *ops = ddev->ops;
	struct vdpa_device *vdev = ddev->vdev;
	bool clean = info->attrs[VDPACTL_A_CLEAN_MAP];
	int ret;

	if (clean && !ops->compat_reset && !ops->reset_map) {
		GENL_SET_ERR_MSG(info,
				 "the parent driver cannot clean its maps");
		return -EOPNOTSUPP;
	}

	vdev->features_valid = false;
	if (clean && ops->compat_reset)
		ret = ops->compat_reset(vdev, VDPA_RESET_F_CLEAN_MAP);
	else
		ret = ops->reset(vdev);
	if (!ret && clean && ops->reset_map)
		ret = diag_reset_maps(ddev, 0, ddev->nas);
	return ret;
}

static int diag_map_reset(struct diag_dev *ddev, struct genl_info *info)
{
	u32 asid;
	int ret;

	if (!ddev->ops->reset_map)
		return diag_not_supported(info, "reset_map");
	if (!info->attrs[VDPACTL_A_ASID])
		return diag_reset_maps(ddev, 0, ddev->nas);
	ret = diag_get_index(info, VDPACTL_A_ASID, ddev->nas, "address space",
			     &asid);
	return ret ?: diag_reset_maps(ddev, asid, 1);
}

static int diag_group_bind(struct diag_dev *ddev, struct genl_info *info)
{
	u32 group, asid;
	int ret;

	if (!ddev->ops->set_group_asid)
		return diag_not_supported(info, "set_group_asid");
	ret = diag_get_index(info, VDPACTL_A_GROUP_ID, ddev->ngroups, "group",
			     &group) ?:
	      diag_get_index(info, VDPACTL_A_ASID, ddev->nas, "address space",
			     &asid);
	return ret ?: ddev->ops->set_group_asid(ddev->vdev, group, asid);
}

static int diag_suspend(struct diag_dev *ddev, struct genl_info *info)
{
	if (!ddev->ops->suspend)
		return diag_not_supported(info, "suspend");
	return ddev->ops->suspend(ddev->vdev);
}

static int diag_resume(struct diag_dev *ddev, struct genl_info *info)
{
	if (!ddev->ops->resume)
		return diag_not_supported(info, "resume");
	return ddev->ops->resume(ddev->vdev);
}

int diag_do_reset(struct sk_buff *skb, struct genl_info *info)
{
	return diag_action(info, diag_reset);
}

int diag_do_map_reset(struct sk_buff *skb, struct genl_info *info)
{
	return diag_action(info, diag_map_reset);
}

int diag_do_group_bind(struct sk_buff *skb, struct genl_info *info)
{
	return diag_action(info, diag_group_bind);
}

int diag_do_suspend(struct sk_buff *skb, struct genl_info *info)
{
	return diag_action(info, diag_suspend);
}

int diag_do_resume(struct sk_buff *skb, struct genl_info *info)
{
	return diag_action(info, diag_resume);
}
