/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of management devices, on the command line and in JSON. */
#ifndef MGMTDEV_H
#define MGMTDEV_H

#include <jansson.h>

#include <vdpactl/mgmtdev.h>

#include "args.h"

/** args_handle() - take the name of a management device; free it in any case */
int args_handle(struct args *args, struct vdpactl_handle *handle);

/** json_handle() - "BUS/NAME" or "NAME" */
json_t *json_handle(const struct vdpactl_handle *handle);

#endif
