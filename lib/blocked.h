/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who blocks generic netlink, or a device, and until when. */
#ifndef BLOCKED_H
#define BLOCKED_H

#include <vdpactl/error.h>

/**
 * blocked_explain() - describe that generic netlink is blocked, and by whom
 *
 * Return: -ETIMEDOUT
 */
int blocked_explain(struct vdpactl_error *err);

/**
 * blocked_explain_device() - describe that a device is locked, and by whom
 * @what: what would be done to it: "unbind"
 *
 * Return: -ETIMEDOUT
 */
int blocked_explain_device(struct vdpactl_error *err, const char *what, const char *name);

#endif
