/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers of the kernel's user interface that the system's headers may lack,
 * each with the version of Linux that brought it. What is not a macro there, and
 * so cannot be seen by the preprocessor, is probed by configure.
 */
#ifndef COMPAT_UAPI_H
#define COMPAT_UAPI_H

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
