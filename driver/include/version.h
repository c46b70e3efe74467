/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The version of all of vdpactl: configure and the packages for DKMS take it
 * from here.
 */
#ifndef VDPACTL_VERSION_H
#define VDPACTL_VERSION_H

#define VDPACTL_VERSION "0.1.0"

#endif /* VDPACTL_VERSION_H */
