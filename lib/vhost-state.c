// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>

#include <linux/virtio_config.h>

#include "vhost-call.h"

/* What not every kernel or parent driver has; the error then leaves it unknown */
static int64_t number(int ret, uint32_t value)
{
	return ret ? (int64_t)VDPACTL_UNKNOWN : (int64_t)value;
}

/*
 * A group of a virtqueue. The kernel answers EIO where the parent driver names one
 * that the device does not have; kernels before that check let it through.
 */
static int64_t group(struct vdpactl_state *state, int ret, uint32_t value)
{
	if (ret == -EIO || (!ret && value >= state->ngroups)) {
		state->bad_groups++;
		return VDPACTL_UNKNOWN;
	}
	return number(ret, value);
}

static void read_vq(struct vdpactl_vhost *vhost, struct vdpactl_state *state, uint32_t i)
{
	struct vdpactl_vq *vq = &state->vqs[i];
	uint32_t value = 0;
	int ret;

	ret = vdpactl_vhost_get_vq_group(vhost, i, &value, NULL);
	/* get_vq_group of struct vdpa_config_ops is optional where there is one group */
	if (ret == -EOPNOTSUPP && state->ngroups == 1)
		ret = value = 0;
	vq->group = group(state, ret, value);
	ret = vdpactl_vhost_get_vq_desc_group(vhost, i, &value, NULL);
	vq->desc_group = group(state, ret, value);
	ret = vdpactl_vhost_get_vq_size(vhost, i, &value, NULL);
	vq->size = number(ret, value);
	ret = vdpactl_vhost_get_vq_base(vhost, i, &value, NULL);
	vq->base = number(ret, value);
}

static void read_features(struct vdpactl_vhost *vhost, struct vdpactl_state *state)
{
	struct vdpactl_mask *device = &state->device_features;
	struct vdpactl_mask *backend = &state->backend_features;
	uint8_t status = 0;

	if (!vdpactl_vhost_get_status(vhost, &status, NULL))
		state->status = status;
	device->known = !vdpactl_vhost_get_features(vhost, &device->bits, NULL);
	backend->known = !vdpactl_vhost_get_backend_features(vhost, &backend->bits, NULL);
	/* The chardev cannot tell which were negotiated, but that none were */
	state->driver_features.known = state->status >= 0 &&
				       !(state->status & VIRTIO_CONFIG_S_FEATURES_OK);
}

/* Opening was a reset, and that binds every group to ASID 0 */
static struct vdpactl_group binding(const struct vdpactl_vhost *vhost, uint32_t group)
{
	if (group < vhost->ngroups && vhost->asids[group])
		return (struct vdpactl_group){
			vhost->asids[group] - 1, VDPACTL_ASID_OBSERVED, VDPACTL_UNKNOWN
		};
	return (struct vdpactl_group){ 0, VDPACTL_ASID_DEFAULT, VDPACTL_UNKNOWN };
}

int vdpactl_vhost_state(struct vdpactl_vhost *vhost, struct vdpactl_state *state,
			struct vdpactl_error *err)
{
	uint32_t vqs = 0, groups = 0, spaces = 0, id = 0;
	uint16_t max = 0;
	int ret;

	ret = vdpactl_vhost_get_vqs_count(vhost, &vqs, err);
	if (!ret)
		ret = vdpactl_vhost_get_group_num(vhost, &groups, err);
	if (!ret)
		ret = vdpactl_vhost_get_as_num(vhost, &spaces, err);
	if (!ret)
		ret = vdpactl_vhost_get_device_id(vhost, &id, err);
	if (!ret)
		ret = vdpactl_state_init(state, VDPACTL_SOURCE_VHOST, vqs, groups, spaces, err);
	if (ret)
		return ret;

	state->virtio_id = id;
	ret = vdpactl_vhost_get_vq_size_max(vhost, &max, NULL);
	state->vq_size_max = number(ret, max);
	read_features(vhost, state);
	for (uint32_t i = 0; i < vqs; i++)
		read_vq(vhost, state, i);
	for (uint32_t i = 0; i < groups; i++)
		state->groups[i] = binding(vhost, i);
	return 0;
}
