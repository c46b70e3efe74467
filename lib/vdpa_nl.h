/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every conversation with the family "vdpa" needs. */
#ifndef VDPA_NL_H
#define VDPA_NL_H

#include <stdbool.h>

#include <vdpactl/mgmtdev.h>

#include "compat-uapi.h"
#include "netlink.h"

/* One more than the last attribute that we know */
#define VDPA_ATTRS (VDPA_ATTR_DEV_BLK_FLUSH + 1)

/** vdpa_open() - netlink_open() of the family "vdpa" */
int vdpa_open(struct netlink *nl, struct vdpactl_error *err);

/**
 * vdpa_parse() - the attributes of a message, by type
 * @tb: the result; NULL for each that is missing
 *
 * Of a known attribute, length and form are checked; others are skipped.
 *
 * Return: 0 or -EBADMSG
 */
int vdpa_parse(const struct nlmsghdr *nlh, const struct nlattr *tb[VDPA_ATTRS]);

/** vdpa_valid() - whether an attribute of a type that we know is as it must be */
bool vdpa_valid(const struct nlattr *attr);

/** vdpa_number() - an attribute of 8, 16, 32 or 64 bits; @missing where there is none */
int64_t vdpa_number(const struct nlattr *attr, int64_t missing);

/** vdpa_string() - a copy of a string attribute; NULL where there is none */
char *vdpa_string(const struct nlattr *attr);

/**
 * vdpa_put_string() - add a string to a request
 *
 * Return: 0 or -ENAMETOOLONG
 */
int vdpa_put_string(struct nlmsghdr *nlh, uint16_t type, const char *text);

/** vdpa_put_handle() - add the name of a management device to a request */
int vdpa_put_handle(struct nlmsghdr *nlh, const struct vdpactl_handle *handle);

/**
 * vdpa_take_handle() - the management device that a message names
 *
 * Return: 0; -EBADMSG: it names none; -ENOMEM
 */
int vdpa_take_handle(const struct nlattr *const tb[VDPA_ATTRS],
		     struct vdpactl_handle *handle);

/** enum vdpa_thing - what a request is about, for messages */
enum vdpa_thing {
	VDPA_DEVICE,
	VDPA_MGMTDEV,
};

/**
 * vdpa_suggest_mgmtdev() - add to the hint of @err which management devices one that is
 * not there may have been meant for
 */
void vdpa_suggest_mgmtdev(const struct vdpactl_handle *wrong, struct vdpactl_error *err);

/**
 * vdpa_fail() - describe why a request failed
 * @code: what netlink_talk() returned
 * @thing: what it is that -ENODEV says is not there
 * @missing: the name of that
 * @what: printf format of what was tried: "cannot delete v0"
 *
 * Return: @code
 */
int vdpa_fail(const struct netlink *nl, int code, enum vdpa_thing thing,
	      const char *missing, struct vdpactl_error *err, const char *what, ...)
	__attribute__((format(printf, 6, 7)));

#endif
