// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What vdpactl_diag does to a device when it is asked to.
 */
#include "config.h"

#include <stdio.h>

#include <netlink/attr.h>

#include "diag.h"

static const char *const verbs[] = {
	[VDPACTL_CMD_RESET] = "reset",
	[VDPACTL_CMD_MAP_RESET] = "reset the map of",
	[VDPACTL_CMD_GROUP_BIND] = "bind a group of",
	[VDPACTL_CMD_SUSPEND] = "suspend",
	[VDPACTL_CMD_RESUME] = "resume",
};

/* What is of another command stays behind: the module refuses it */
static int put_action(struct nl_msg *msg, const struct vdpactl_diag_action *action)
{
	bool binds = action->cmd == VDPACTL_CMD_GROUP_BIND;
	bool has_asid = binds || (action->cmd == VDPACTL_CMD_MAP_RESET && action->asid >= 0);

	return nla_put_string(msg, VDPACTL_A_DEV_NAME, action->dev) ||
	       (binds && nla_put_u32(msg, VDPACTL_A_GROUP_ID, action->group)) ||
	       (has_asid && nla_put_u32(msg, VDPACTL_A_ASID, (uint32_t)action->asid)) ||
	       (action->cmd == VDPACTL_CMD_RESET && action->clean_map &&
		nla_put_flag(msg, VDPACTL_A_CLEAN_MAP)) ||
	       (action->force && nla_put_flag(msg, VDPACTL_A_FORCE));
}

int vdpactl_diag_act(struct vdpactl_diag *diag, const struct vdpactl_diag_action *action,
		     struct vdpactl_error *err)
{
	struct nl_msg *msg = diag_message(diag, action->cmd, false);
	char what[320];

	if (msg && put_action(msg, action)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	snprintf(what, sizeof(what), "cannot %s %s", verbs[action->cmd], action->dev);
	return diag_request(diag, msg, what, NULL, NULL, err);
}
