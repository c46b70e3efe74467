// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>

#include "vhost-call.h"

/*
 * Left out on purpose: VHOST_SET_VRING_ERR and the byte order and busy-loop ioctls.
 * vhost-vdpa takes them, but it never signals the one nor acts on the others.
 */

/* Ioctls that take the index of a virtqueue and give or take one number */
static int vq_get(struct vdpactl_vhost *vhost, const struct vhost_call *call, uint32_t vq,
		  uint32_t *value, struct vdpactl_error *err, const char *what)
{
	struct vhost_vring_state state = { .index = vq };
	int ret = vhost_call(vhost, call, &state, err, "read %s of virtqueue %u", what, vq);

	if (!ret)
		*value = state.num;
	return ret;
}

static int vq_set(struct vdpactl_vhost *vhost, const struct vhost_call *call, uint32_t vq,
		  uint32_t value, struct vdpactl_error *err, const char *what)
{
	struct vhost_vring_state state = { .index = vq, .num = value };

	return vhost_call(vhost, call, &state, err, "set %s of virtqueue %u to %u", what, vq,
			  value);
}

int vdpactl_vhost_get_vq_size_max(struct vdpactl_vhost *vhost, uint16_t *size,
				  struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_GET_VRING_NUM, NULL, NULL };

	return vhost_call(vhost, &call, size, err, "read the largest size of a virtqueue");
}

int vdpactl_vhost_get_vq_size(struct vdpactl_vhost *vhost, uint32_t vq, uint32_t *size,
			      struct vdpactl_error *err)
{
	static const struct vhost_reason reasons[] = {
		{ EOPNOTSUPP, "the parent driver does not tell it", NULL },
		{ 0, NULL, NULL }
	};
	static const struct vhost_call call = { VHOST_VDPA_GET_VRING_SIZE, "6.10", reasons };

	return vq_get(vhost, &call, vq, size, err, "the size");
}

int vdpactl_vhost_set_vq_size(struct vdpactl_vhost *vhost, uint32_t vq, uint32_t size,
			      struct vdpactl_error *err)
{
	static const struct vhost_reason reasons[] = {
		{ EINVAL, "not a power of two, or more than the device can do", NULL },
		{ 0, NULL, NULL }
	};
	static const struct vhost_call call = { VHOST_SET_VRING_NUM, NULL, reasons };
	uint16_t max = 0;
	int ret = vq_set(vhost, &call, vq, size, err, "the size");

	if (ret == -EINVAL && !vdpactl_vhost_get_vq_size_max(vhost, &max, NULL))
		vdpactl_error_hint(err, "a power of two up to %u is possible", max);
	return ret;
}

int vdpactl_vhost_get_vq_base(struct vdpactl_vhost *vhost, uint32_t vq, uint32_t *base,
			      struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_GET_VRING_BASE, NULL, NULL };

	return vq_get(vhost, &call, vq, base, err, "the base");
}

int vdpactl_vhost_set_vq_base(struct vdpactl_vhost *vhost, uint32_t vq, uint32_t base,
			      struct vdpactl_error *err)
{
	static const struct vhost_reason reasons[] = {
		{ EINVAL, "above 65535, or the device is at work",
		  "set it before DRIVER_OK, or while the device is suspended" },
		{ 0, NULL, NULL }
	};
	static const struct vhost_call call = { VHOST_SET_VRING_BASE, NULL, reasons };

	return vq_set(vhost, &call, vq, base, err, "the base");
}

int vdpactl_vhost_set_vq_addr(struct vdpactl_vhost *vhost, uint32_t vq, uint64_t desc,
			      uint64_t avail, uint64_t used, struct vdpactl_error *err)
{
	static const struct vhost_reason reasons[] = {
		{ EINVAL, "not aligned (avail: 2, used: 4), refused by the parent driver, or the device is at work",
		  "set them before DRIVER_OK, or while the device is suspended" },
		{ 0, NULL, NULL }
	};
	static const struct vhost_call call = { VHOST_SET_VRING_ADDR, NULL, reasons };
	struct vhost_vring_addr addr = {
		.index = vq,
		.desc_user_addr = desc,
		.avail_user_addr = avail,
		.used_user_addr = used,
	};

	return vhost_call(vhost, &call, &addr, err, "set the addresses of virtqueue %u", vq);
}

int vdpactl_vhost_set_vq_enable(struct vdpactl_vhost *vhost, uint32_t vq, bool enable,
				struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_SET_VRING_ENABLE, NULL, NULL };
	struct vhost_vring_state state = { .index = vq, .num = enable };

	return vhost_call(vhost, &call, &state, err, "%s virtqueue %u",
			  enable ? "enable" : "disable", vq);
}

static const struct vhost_reason eventfd_reasons[] = {
	{ EINVAL, "the file descriptor is no eventfd", NULL },
	{ 0, NULL, NULL }
};

int vdpactl_vhost_set_vq_kick(struct vdpactl_vhost *vhost, uint32_t vq, int fd,
			      struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_SET_VRING_KICK, NULL, eventfd_reasons };
	struct vhost_vring_file file = { .index = vq, .fd = fd };

	return vhost_call(vhost, &call, &file, err, "set the kick eventfd of virtqueue %u", vq);
}

int vdpactl_vhost_set_vq_call(struct vdpactl_vhost *vhost, uint32_t vq, int fd,
			      struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_SET_VRING_CALL, NULL, eventfd_reasons };
	struct vhost_vring_file file = { .index = vq, .fd = fd };

	return vhost_call(vhost, &call, &file, err, "set the call eventfd of virtqueue %u", vq);
}

static const struct vhost_reason group_reasons[] = {
	{ EIO, "the parent driver names a group that the device does not have", NULL },
	{ EOPNOTSUPP, "the parent driver has no such groups", NULL },
	{ 0, NULL, NULL }
};

int vdpactl_vhost_get_vq_group(struct vdpactl_vhost *vhost, uint32_t vq, uint32_t *group,
			       struct vdpactl_error *err)
{
	static const struct vhost_call call = {
		VHOST_VDPA_GET_VRING_GROUP, "5.19", group_reasons
	};

	return vq_get(vhost, &call, vq, group, err, "the group");
}

int vdpactl_vhost_get_vq_desc_group(struct vdpactl_vhost *vhost, uint32_t vq,
				    uint32_t *group, struct vdpactl_error *err)
{
	static const struct vhost_call call = {
		VHOST_VDPA_GET_VRING_DESC_GROUP, "6.7", group_reasons
	};

	return vq_get(vhost, &call, vq, group, err, "the descriptor group");
}
