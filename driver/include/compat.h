/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels that the modules are built for, and
 * nothing else: the code proper is written against the newest kernel.
 */
#ifndef VDPACTL_COMPAT_H
#define VDPACTL_COMPAT_H

#include <linux/version.h>

#endif /* VDPACTL_COMPAT_H */
