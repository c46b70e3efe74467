/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers of the kernel's user interface that the system's headers may lack,
 * each with the version of Linux that brought it. What is not a macro there, and
 * so cannot be seen by the preprocessor, is probed by configure.
 */
#ifndef COMPAT_UAPI_H
#define COMPAT_UAPI_H

#include "config.h"

/* ---- linux/vdpa.h ----------------------------------------------------------- */

#include <linux/vdpa.h>

#if !HAVE_DECL_VDPA_ATTR_DEV_FEATURES		/* 6.1 */
#define VDPA_ATTR_DEV_FEATURES			20
#endif
#if !HAVE_DECL_VDPA_ATTR_DEV_BLK_CFG_CAPACITY	/* 6.9, with all that follow */
#define VDPA_ATTR_DEV_BLK_CFG_CAPACITY		21
#define VDPA_ATTR_DEV_BLK_CFG_SIZE_MAX		22
#define VDPA_ATTR_DEV_BLK_CFG_BLK_SIZE		23
#define VDPA_ATTR_DEV_BLK_CFG_SEG_MAX		24
#define VDPA_ATTR_DEV_BLK_CFG_NUM_QUEUES	25
#define VDPA_ATTR_DEV_BLK_CFG_PHY_BLK_EXP	26
#define VDPA_ATTR_DEV_BLK_CFG_ALIGN_OFFSET	27
#define VDPA_ATTR_DEV_BLK_CFG_MIN_IO_SIZE	28
#define VDPA_ATTR_DEV_BLK_CFG_OPT_IO_SIZE	29
#define VDPA_ATTR_DEV_BLK_CFG_MAX_DISCARD_SEC	30
#define VDPA_ATTR_DEV_BLK_CFG_MAX_DISCARD_SEG	31
#define VDPA_ATTR_DEV_BLK_CFG_DISCARD_SEC_ALIGN	32
#define VDPA_ATTR_DEV_BLK_CFG_MAX_WRITE_ZEROES_SEC 33
#define VDPA_ATTR_DEV_BLK_CFG_MAX_WRITE_ZEROES_SEG 34
#define VDPA_ATTR_DEV_BLK_READ_ONLY		35
#define VDPA_ATTR_DEV_BLK_FLUSH			36
#endif
#if !HAVE_DECL_VDPA_CMD_DEV_ATTR_SET		/* 6.12 */
#define VDPA_CMD_DEV_ATTR_SET			8
#endif

/* ---- linux/vhost.h, linux/vhost_types.h ------------------------------------ */

#include <linux/vhost.h>

#ifndef VHOST_VDPA_RESUME			/* 6.3 */
#define VHOST_VDPA_RESUME		_IO(VHOST_VIRTIO, 0x7E)
#endif
#ifndef VHOST_VDPA_GET_VRING_DESC_GROUP		/* 6.7 */
#define VHOST_VDPA_GET_VRING_DESC_GROUP	_IOWR(VHOST_VIRTIO, 0x7F, struct vhost_vring_state)
#endif
#ifndef VHOST_VDPA_GET_VRING_SIZE		/* 6.10 */
#define VHOST_VDPA_GET_VRING_SIZE	_IOWR(VHOST_VIRTIO, 0x82, struct vhost_vring_state)
#endif

#ifndef VHOST_BACKEND_F_RESUME			/* 6.3 */
#define VHOST_BACKEND_F_RESUME			0x5
#endif
#ifndef VHOST_BACKEND_F_ENABLE_AFTER_DRIVER_OK	/* 6.6 */
#define VHOST_BACKEND_F_ENABLE_AFTER_DRIVER_OK	0x6
#endif
#ifndef VHOST_BACKEND_F_DESC_ASID		/* 6.7 */
#define VHOST_BACKEND_F_DESC_ASID		0x7
#endif
#ifndef VHOST_BACKEND_F_IOTLB_PERSIST		/* 6.7 */
#define VHOST_BACKEND_F_IOTLB_PERSIST		0x8
#endif

#endif
