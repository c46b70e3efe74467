/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the vhost-vdpa functions share one way to make an ioctl and to say what its
 * failure means.
 */
#ifndef VHOST_CALL_H
#define VHOST_CALL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <vdpactl/vhost.h>

#include "compat-uapi.h"

/**
 * struct vdpactl_vhost - an open chardev
 * @fd: the chardev
 * @owner: VHOST_SET_OWNER was done
 * @asids: 1 + the ASID that each group was bound to since the last reset, or 0
 * @ngroups: number of elements of @asids; 0 before the first binding
 * @in_batch: a batch of IOTLB messages is open, for @batch_asid
 * @backend: backend features that were set
 * @name: of the device, for messages
 */
struct vdpactl_vhost {
	int fd;
	bool owner;
	bool in_batch;
	uint32_t batch_asid;
	uint32_t ngroups;
	uint64_t *asids;
	uint64_t backend;
	char name[NAME_MAX + 1];
};

/**
 * struct vhost_reason - what an errno value of one ioctl means
 * @code: the errno value; 0 ends a table
 * @why: completes "v0: cannot do this: "
 * @hint: what to do about it, or NULL
 */
struct vhost_reason {
	int code;
	const char *why;
	const char *hint;
};

/**
 * struct vhost_call - one ioctl
 * @request: its number
 * @since: the version of Linux that brought it, where we may meet older ones
 * @reasons: what its errno values mean, where that is not what they mean for every
 *	ioctl of the chardev; NULL or ended by a 0 code
 */
struct vhost_call {
	unsigned long request;
	const char *since;
	const struct vhost_reason *reasons;
};

/**
 * vhost_call() - make an ioctl
 * @what: printf format of what it does, to complete "v0: cannot "
 *
 * Return: 0 or a negative errno value, described in @err
 */
int vhost_call(struct vdpactl_vhost *vhost, const struct vhost_call *call, void *arg,
	       struct vdpactl_error *err, const char *what, ...)
	__attribute__((format(printf, 5, 6)));

/**
 * vhost_refuse() - describe a failure for a reason of its own
 * @what: as for vhost_call(), without arguments
 * @why: printf format of the reason
 *
 * Return: -@code
 */
int vhost_refuse(struct vdpactl_vhost *vhost, int code, struct vdpactl_error *err,
		 const char *what, const char *why, ...)
	__attribute__((format(printf, 5, 6)));

#endif
