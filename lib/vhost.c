// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vdpactl/dev.h>
#include <vdpactl/features.h>

#include "sysfs.h"
#include "vhost-call.h"

/* ---- opening ------------------------------------------------------------------ */

/* The one among @devs, if it is ready to be opened */
static int check_openable(const struct vdpactl_dev *dev, struct vdpactl_error *err)
{
	if (dev->driver && !strcmp(dev->driver, "vhost_vdpa") && dev->chardev)
		return 0;
	vdpactl_error_set(err, ENXIO, "%s has no vhost-vdpa chardev: it is bound to %s",
			  dev->name, dev->driver ? dev->driver : "no driver");
	vdpactl_error_hint(err, "\"vdpactl dev bind %s vhost_vdpa\" binds it", dev->name);
	return -ENXIO;
}

/*
 * vhost_vdpa_open() lets one process in. The holder was not there, or not to be
 * seen, when the device was located: look again for who it is.
 */
static int explain_busy(const char *name, struct vdpactl_error *err)
{
	struct vdpactl_devs devs;
	int ret = vdpactl_devs_locate(name, &devs, err);

	if (ret)
		return ret;
	ret = vdpactl_dev_check_free(&devs.list[0], "open", err);
	vdpactl_devs_free(&devs);
	if (!ret)
		ret = vdpactl_error_set(err, EBUSY,
					"cannot open %s: another process had it open", name);
	return ret;
}

static int explain_open(const struct vdpactl_dev *dev, int code, struct vdpactl_error *err)
{
	if (!sysfs_has_device(dev->name))
		return sysfs_gone(dev->name, err);
	switch (code) {
	case EBUSY:
		return explain_busy(dev->name, err);
	case EACCES:
	case EPERM:
		vdpactl_error_set(err, code, "cannot open %s of %s: no permission",
				  dev->chardev, dev->name);
		vdpactl_error_hint(err, "run as root, or as a user who may read and write %s",
				   dev->chardev);
		return -code;
	case ENOENT:
		return vdpactl_error_set(err, code, "%s of %s does not exist; does udev or devtmpfs run?",
					 dev->chardev, dev->name);
	case ENODEV:
	case ENXIO:
		return vdpactl_error_set(err, ENODEV, "cannot open %s of %s: it was unbound meanwhile",
					 dev->chardev, dev->name);
	case EOPNOTSUPP:
	case 524:	/* the kernel's own ENOTSUPP; vhost_vdpa_alloc_domain() */
		return vdpactl_error_set(err, EOPNOTSUPP,
					 "cannot open %s of %s: its IOMMU is not cache coherent",
					 dev->chardev, dev->name);
	default:
		return vdpactl_error_set(err, code, "cannot open %s of %s, which resets it: %s",
					 dev->chardev, dev->name, strerror(code));
	}
}

static int open_chardev(const struct vdpactl_dev *dev, struct vdpactl_vhost *vhost,
			struct vdpactl_error *err)
{
	int ret = check_openable(dev, err);

	if (ret)
		return ret;
	snprintf(vhost->name, sizeof(vhost->name), "%s", dev->name);
	vhost->fd = open(dev->chardev, O_RDWR | O_CLOEXEC);
	return vhost->fd < 0 ? explain_open(dev, errno, err) : 0;
}

int vdpactl_vhost_open(const char *name, struct vdpactl_vhost **result,
		       struct vdpactl_error *err)
{
	struct vdpactl_vhost *vhost;
	struct vdpactl_devs devs;
	int ret;

	ret = vdpactl_devs_locate(name, &devs, err);
	if (ret)
		return ret;
	vhost = calloc(1, sizeof(*vhost));
	if (vhost)
		ret = open_chardev(&devs.list[0], vhost, err);
	else
		ret = vdpactl_error_set(err, ENOMEM, "out of memory");
	vdpactl_devs_free(&devs);
	if (ret)
		free(vhost);
	else
		*result = vhost;
	return ret;
}

void vdpactl_vhost_close(struct vdpactl_vhost *vhost)
{
	if (!vhost)
		return;
	close(vhost->fd);
	free(vhost->asids);
	free(vhost);
}

int vdpactl_vhost_fd(const struct vdpactl_vhost *vhost)
{
	return vhost->fd;
}

/* ---- the device as a whole ------------------------------------------------------ */

int vdpactl_vhost_set_owner(struct vdpactl_vhost *vhost, struct vdpactl_error *err)
{
	static const struct vhost_reason reasons[] = {
		{ EBUSY, "the device has an owner already", NULL },
		{ 0, NULL, NULL }
	};
	static const struct vhost_call call = { VHOST_SET_OWNER, NULL, reasons };
	int ret = vhost_call(vhost, &call, NULL, err, "become the owner");

	if (!ret)
		vhost->owner = true;
	return ret;
}

int vdpactl_vhost_get_device_id(struct vdpactl_vhost *vhost, uint32_t *id,
				struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_GET_DEVICE_ID, NULL, NULL };

	return vhost_call(vhost, &call, id, err, "read the device id");
}

int vdpactl_vhost_get_status(struct vdpactl_vhost *vhost, uint8_t *status,
			     struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_GET_STATUS, NULL, NULL };

	return vhost_call(vhost, &call, status, err, "read the status");
}

int vdpactl_vhost_set_status(struct vdpactl_vhost *vhost, uint8_t status,
			     struct vdpactl_error *err)
{
	static const struct vhost_reason reasons[] = {
		{ EINVAL, "a bit that is set would be cleared",
		  "only a reset (status 0) clears status bits" },
		{ 0, NULL, NULL }
	};
	static const struct vhost_call call = { VHOST_VDPA_SET_STATUS, NULL, reasons };
	static const struct vhost_call reset = { VHOST_VDPA_SET_STATUS, NULL, NULL };
	int ret;

	if (status)
		return vhost_call(vhost, &call, &status, err, "set the status to 0x%x", status);
	ret = vhost_call(vhost, &reset, &status, err, "reset the device");
	if (!ret && vhost->asids)
		memset(vhost->asids, 0, vhost->ngroups * sizeof(*vhost->asids));
	return ret;
}

int vdpactl_vhost_get_features(struct vdpactl_vhost *vhost, uint64_t *features,
			       struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_GET_FEATURES, NULL, NULL };

	return vhost_call(vhost, &call, features, err, "read the device's features");
}

int vdpactl_vhost_set_features(struct vdpactl_vhost *vhost, uint64_t features,
			       struct vdpactl_error *err)
{
	static const struct vhost_reason reasons[] = {
		{ EBUSY, "features are negotiated already: the status has FEATURES_OK",
		  "a reset (status 0) comes first" },
		{ EINVAL, "the parent driver refuses them",
		  "many parent drivers insist on ACCESS_PLATFORM" },
		{ 0, NULL, NULL }
	};
	static const struct vhost_call call = { VHOST_SET_FEATURES, NULL, reasons };
	uint64_t offered = 0;
	int ret;

	ret = vhost_call(vhost, &call, &features, err, "set the features 0x%" PRIx64, features);
	if (ret == -EINVAL && !vdpactl_vhost_get_features(vhost, &offered, NULL) &&
	    (features & ~offered))
		ret = vhost_refuse(vhost, EINVAL, err, "set the features",
				   "the device does not offer 0x%" PRIx64,
				   features & ~offered);
	return ret;
}

int vdpactl_vhost_get_backend_features(struct vdpactl_vhost *vhost, uint64_t *features,
				       struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_GET_BACKEND_FEATURES, NULL, NULL };

	return vhost_call(vhost, &call, features, err, "read the backend features");
}

/* The name of the lowest bit of a mask, or its number */
static const char *first_backend_feature(uint64_t mask, char *number, size_t size)
{
	int bit = __builtin_ctzll(mask);
	const char *name = vdpactl_bit_name(vdpactl_bits_backend(), bit);

	snprintf(number, size, "bit_%d", bit);
	return name ? name : number;
}

int vdpactl_vhost_set_backend_features(struct vdpactl_vhost *vhost, uint64_t features,
				       struct vdpactl_error *err)
{
	static const struct vhost_reason reasons[] = {
		{ EINVAL, "DESC_ASID needs IOTLB_ASID", NULL },
		{ EOPNOTSUPP, "the kernel takes no such feature", NULL },
		{ 0, NULL, NULL }
	};
	static const struct vhost_call call = { VHOST_SET_BACKEND_FEATURES, NULL, reasons };
	uint64_t offered = 0;
	char number[16];
	int ret;

	ret = vhost_call(vhost, &call, &features, err,
			 "set the backend features 0x%" PRIx64, features);
	if (!ret)
		vhost->backend = features;
	if (ret == -EOPNOTSUPP && !vdpactl_vhost_get_backend_features(vhost, &offered, NULL) &&
	    (features & ~offered))
		ret = vhost_refuse(vhost, EOPNOTSUPP, err, "set the backend features",
				   "%s is not on offer: the kernel or the parent driver does not have it",
				   first_backend_feature(features & ~offered, number,
							 sizeof(number)));
	return ret;
}

int vdpactl_vhost_get_iova_range(struct vdpactl_vhost *vhost, uint64_t *first,
				 uint64_t *last, struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_GET_IOVA_RANGE, NULL, NULL };
	struct vhost_vdpa_iova_range range = { 0 };
	int ret = vhost_call(vhost, &call, &range, err, "read the IOVA range");

	*first = range.first;
	*last = range.last;
	return ret;
}

int vdpactl_vhost_get_vqs_count(struct vdpactl_vhost *vhost, uint32_t *count,
				struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_GET_VQS_COUNT, "5.18", NULL };

	return vhost_call(vhost, &call, count, err, "read the number of virtqueues");
}

int vdpactl_vhost_get_group_num(struct vdpactl_vhost *vhost, uint32_t *count,
				struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_GET_GROUP_NUM, "5.19", NULL };

	return vhost_call(vhost, &call, count, err, "read the number of groups");
}

int vdpactl_vhost_get_as_num(struct vdpactl_vhost *vhost, uint32_t *count,
			     struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_GET_AS_NUM, "5.19", NULL };

	return vhost_call(vhost, &call, count, err, "read the number of address spaces");
}

int vdpactl_vhost_suspend(struct vdpactl_vhost *vhost, struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_SUSPEND, "6.0", NULL };

	return vhost_call(vhost, &call, NULL, err, "suspend the device");
}

int vdpactl_vhost_resume(struct vdpactl_vhost *vhost, struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_RESUME, "6.3", NULL };

	return vhost_call(vhost, &call, NULL, err, "resume the device");
}

/*
 * A binding cannot be read back: the ones that are made here are remembered. The
 * kernel takes no group that is beyond those it tells of.
 */
static int remember_bindings(struct vdpactl_vhost *vhost, struct vdpactl_error *err)
{
	uint32_t groups = 0;
	int ret;

	if (vhost->asids)
		return 0;
	ret = vdpactl_vhost_get_group_num(vhost, &groups, err);
	if (ret)
		return ret;
	vhost->asids = calloc((size_t)groups + 1, sizeof(*vhost->asids));
	if (!vhost->asids)
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	vhost->ngroups = groups;
	return 0;
}

/* What the device has, where the kernel refused what it does not have */
static int explain_binding(struct vdpactl_vhost *vhost, uint32_t group, uint32_t asid,
			   int ret, struct vdpactl_error *err)
{
	uint32_t groups = 0, spaces = 0;

	if (vdpactl_vhost_get_group_num(vhost, &groups, NULL) ||
	    vdpactl_vhost_get_as_num(vhost, &spaces, NULL) ||
	    (group < groups && asid < spaces))
		return ret;
	return vhost_refuse(vhost, EINVAL, err, "bind the group",
			    "the device has groups 0 to %u and ASIDs 0 to %u only",
			    groups - 1, spaces - 1);
}

int vdpactl_vhost_set_group_asid(struct vdpactl_vhost *vhost, uint32_t group,
				 uint32_t asid, struct vdpactl_error *err)
{
	static const struct vhost_reason reasons[] = {
		{ EINVAL, "no such group or address space", NULL },
		/* vhost_vdpa_vring_ioctl() checks the group as if it were a virtqueue */
		{ ENOBUFS, "the kernel takes only group numbers below that of the virtqueues",
		  NULL },
		{ EBUSY, "bindings cannot change while the status has DRIVER_OK",
		  "bind the groups before DRIVER_OK" },
		{ EOPNOTSUPP, "the parent driver cannot bind groups", NULL },
		{ 0, NULL, NULL }
	};
	static const struct vhost_call call = { VHOST_VDPA_SET_GROUP_ASID, "5.19", reasons };
	struct vhost_vring_state state = { .index = group, .num = asid };
	int ret;

	ret = remember_bindings(vhost, err);
	if (ret)
		return ret;
	ret = vhost_call(vhost, &call, &state, err, "bind group %u to ASID %u", group, asid);
	if (!ret && group < vhost->ngroups)
		vhost->asids[group] = 1 + (uint64_t)asid;
	if (ret == -EINVAL || ret == -ENOBUFS)
		ret = explain_binding(vhost, group, asid, ret, err);
	return ret;
}

/* ---- the configuration space ------------------------------------------------------ */

int vdpactl_vhost_get_config_size(struct vdpactl_vhost *vhost, uint32_t *size,
				  struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_GET_CONFIG_SIZE, "5.17", NULL };

	return vhost_call(vhost, &call, size, err,
			  "read the size of the configuration space");
}

static const struct vhost_reason config_reasons[] = {
	{ EINVAL, "not all of it is within the configuration space", NULL },
	{ 0, NULL, NULL }
};

/* Room for what VHOST_VDPA_GET_CONFIG and its sibling take */
static struct vhost_vdpa_config *config_new(uint32_t offset, uint32_t length)
{
	struct vhost_vdpa_config *config = calloc(1, sizeof(*config) + length);

	if (config) {
		config->off = offset;
		config->len = length;
	}
	return config;
}

int vdpactl_vhost_get_config(struct vdpactl_vhost *vhost, uint32_t offset, void *data,
			     uint32_t length, struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_GET_CONFIG, NULL, config_reasons };
	struct vhost_vdpa_config *config = config_new(offset, length);
	int ret;

	if (!config)
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	ret = vhost_call(vhost, &call, config, err,
			 "read %u bytes at offset %u of the configuration space",
			 length, offset);
	if (!ret)
		memcpy(data, config->buf, length);
	free(config);
	return ret;
}

int vdpactl_vhost_set_config(struct vdpactl_vhost *vhost, uint32_t offset,
			     const void *data, uint32_t length, struct vdpactl_error *err)
{
	static const struct vhost_call call = { VHOST_VDPA_SET_CONFIG, NULL, config_reasons };
	struct vhost_vdpa_config *config = config_new(offset, length);
	int ret;

	if (!config)
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	memcpy(config->buf, data, length);
	ret = vhost_call(vhost, &call, config, err,
			 "write %u bytes at offset %u of the configuration space",
			 length, offset);
	free(config);
	return ret;
}

int vdpactl_vhost_set_config_call(struct vdpactl_vhost *vhost, int fd,
				  struct vdpactl_error *err)
{
	static const struct vhost_reason reasons[] = {
		{ EINVAL, "the file descriptor is no eventfd", NULL },
		{ 0, NULL, NULL }
	};
	static const struct vhost_call call = { VHOST_VDPA_SET_CONFIG_CALL, NULL, reasons };

	return vhost_call(vhost, &call, &fd, err, "set the eventfd of the configuration");
}
