/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who waits in the kernel and blocks others, and until when. */
#ifndef BLOCKED_H
#define BLOCKED_H

#include <stdbool.h>
#include <stddef.h>

#include <vdpactl/error.h>

/**
 * blocked_explain() - describe that generic netlink is blocked, and by whom
 *
 * Return: -ETIMEDOUT
 */
int blocked_explain(struct vdpactl_error *err);

/**
 * blocked_by_device() - whether some process waits in the kernel for the end of a device
 * @who: set to who it is, and for what it waits
 * @cure: set to what ends the wait
 */
bool blocked_by_device(char *who, size_t size, char *cure, size_t cure_size);

#endif
