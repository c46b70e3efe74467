/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vDPA devices: what the generic netlink family "vdpa" (linux/vdpa.h) tells of
 * them and does to them, and where sysfs and /proc place them in the system.
 */
#ifndef VDPACTL_DEV_H
#define VDPACTL_DEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <vdpactl/error.h>
#include <vdpactl/mgmtdev.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- devices ---------------------------------------------------------------- */

/** struct vdpactl_holder - a process that has the chardev of a device open */
struct vdpactl_holder {
	pid_t pid;
	char comm[64];	/* /proc/PID/comm; "" where it could not be read */
};

/**
 * enum vdpactl_unseen - why a holder of a device may not have been seen
 * @VDPACTL_UNSEEN_PROCESS: some process could not be looked at
 * @VDPACTL_UNSEEN_NAMESPACE: this pid namespace has not all processes
 * @VDPACTL_UNSEEN_FILE: the module vhost_vdpa has more open files than processes have, as
 *	one that is on its way through a socket, or registered in an io_uring
 */
enum vdpactl_unseen {
	VDPACTL_UNSEEN_NONE,
	VDPACTL_UNSEEN_PROCESS,
	VDPACTL_UNSEEN_NAMESPACE,
	VDPACTL_UNSEEN_FILE,
};

/** vdpactl_unseen_text() - that as a sentence, with what would tell; a static string */
const char *vdpactl_unseen_text(enum vdpactl_unseen unseen);

/**
 * struct vdpactl_dev - one vDPA device
 * @name: its name on the vdpa bus
 * @managed: it belongs to a management device. One that does not is known from
 *	sysfs alone: of the netlink members it has none.
 *
 * From netlink, each -1 where the kernel did not tell:
 * @mgmtdev: the management device that made it
 * @device_id: virtio device id, 1: network, 2: block
 * @vendor_id: the parent's vendor id
 * @max_vqs: number of its virtqueues
 * @max_vq_size: most descriptors of a virtqueue
 * @min_vq_size: fewest
 *
 * From sysfs and /proc:
 * @located: sysfs told what follows
 * @driver: driver of the vdpa bus that it is bound to, as "vhost_vdpa"; NULL: none
 * @chardev: node of its vhost-vdpa chardev, as "/dev/vhost-vdpa-0"; NULL: none
 * @rdev: the number of that chardev; 0: none
 * @parent: name of the parent device; NULL: none
 * @parent_bus: bus of the parent device; NULL: it is on none
 * @iommu_group: IOMMU group of the parent, or of the nearest ancestor that is in
 *	one; -1: in none
 * @holders_known: whether @holders is all there is to know. Without: there may be
 *	a holder that was not seen, and @unseen says why.
 * @holders: who has the chardev open
 * @nholders: how many
 * @unseen: why there may be another holder
 */
struct vdpactl_dev {
	char *name;
	bool managed;

	struct vdpactl_handle mgmtdev;
	int64_t device_id;
	int64_t vendor_id;
	int64_t max_vqs;
	int64_t max_vq_size;
	int64_t min_vq_size;

	bool located;
	const char *driver;
	char *chardev;
	dev_t rdev;
	const char *parent;
	const char *parent_bus;
	int64_t iommu_group;
	bool holders_known;
	struct vdpactl_holder *holders;
	size_t nholders;
	enum vdpactl_unseen unseen;
};

/**
 * struct vdpactl_devs - some devices, in the kernel's order, unmanaged ones last
 * @strings: owns the strings that devices share
 */
struct vdpactl_devs {
	struct vdpactl_dev *list;
	size_t count;
	struct vdpactl_strings *strings;
};

/**
 * vdpactl_devs_get() - ask the kernel for devices
 * @name: the one to ask for; NULL for all
 * @devs: the result; vdpactl_devs_free() frees what is in it. Empty on failure.
 *
 * VDPA_CMD_DEV_GET of linux/vdpa.h, completed from sysfs and /proc. A device that
 * goes away meanwhile is left out. No chardev is opened. Needs no privilege, but
 * without one not every holder can be seen.
 *
 * Return: 0; -ENOENT: the kernel has no family "vdpa" (module not loaded); -EPERM: not
 * in the initial network namespace, which alone has the family; -ETIMEDOUT: generic
 * netlink is blocked, and by whom is said;
 * -ENODEV: no such device; -EINTR: devices kept changing while they were listed;
 * -EBADMSG: an answer that does not follow the uAPI; -ENOMEM, or what the socket
 * failed with
 */
int vdpactl_devs_get(const char *name, struct vdpactl_devs *devs,
		     struct vdpactl_error *err);

/**
 * vdpactl_devs_list() - as vdpactl_devs_get(), but not where the devices are
 *
 * Of the members from sysfs and /proc none is set: with thousands of devices they are most
 * of the work.
 *
 * Return: as vdpactl_devs_get()
 */
int vdpactl_devs_list(const char *name, struct vdpactl_devs *devs,
		      struct vdpactl_error *err);

/**
 * vdpactl_devs_locate() - as vdpactl_devs_get(), from sysfs and /proc alone
 *
 * Return: 0; -ENOENT: there is no vdpa bus (module not loaded); -ENODEV: no such
 * device; -ENOMEM
 */
int vdpactl_devs_locate(const char *name, struct vdpactl_devs *devs,
			struct vdpactl_error *err);

/** vdpactl_devs_free() - free what is in it, not the struct itself */
void vdpactl_devs_free(struct vdpactl_devs *devs);

/**
 * vdpactl_dev_check_free() - make sure that nobody holds the chardev of a device
 * @dev: from vdpactl_devs_get() or vdpactl_devs_locate()
 * @what: what would be done to it, for the message: "unbind"
 *
 * Return: 0; -EBUSY: somebody holds it, or that cannot be told
 */
int vdpactl_dev_check_free(const struct vdpactl_dev *dev, const char *what,
			   struct vdpactl_error *err);

/**
 * struct vdpactl_use - what would suffer if a device was taken from its driver
 * @why: what uses it: "/dev/vhost-vdpa-0 is held by process 96 (qemu)"
 * @breaks: what would happen then
 * @cure: how to end the use
 */
struct vdpactl_use {
	char why[512];
	const char *breaks;
	char cure[512];
};

/**
 * vdpactl_dev_find_use() - look for what uses a device
 * @use: one use, if there is any
 *
 * A holder of its chardev; a network interface of this host that is up; a disk of this host
 * that is mounted or claimed otherwise; of a VDUSE device, that nobody serves it; and that
 * somebody unbinds it, and waits. What cannot be told counts as a use.
 *
 * Return: 1: there is one; 0: there is none; otherwise as vdpactl_devs_locate()
 */
int vdpactl_dev_find_use(const char *name, struct vdpactl_use *use, struct vdpactl_error *err);

/* ---- creating, changing, deleting --------------------------------------------- */

/**
 * struct vdpactl_dev_attrs - what a device is created with
 * @name: of the new device, at most 255 bytes, without a slash
 * @mgmtdev: the management device that makes it
 * @has_features: provision @features, virtio feature bits, instead of all
 * @has_mac: give a network device the address @mac
 * @mtu: MTU of a network device, 68 to 65535; 0: the parent's own
 * @max_vqp: virtqueue pairs of a network device, 1 to 32768; 0: the parent's own
 */
struct vdpactl_dev_attrs {
	const char *name;
	const struct vdpactl_handle *mgmtdev;
	bool has_features;
	bool has_mac;
	uint64_t features;
	uint8_t mac[6];
	uint16_t mtu;
	uint16_t max_vqp;
};

/**
 * vdpactl_dev_add() - create a device
 *
 * VDPA_CMD_DEV_NEW of linux/vdpa.h. Needs CAP_NET_ADMIN.
 *
 * Return: 0; -EPERM; -ENODEV: no such management device; -EEXIST: the name is
 * taken; -EOPNOTSUPP: the management device does not take one of the attributes;
 * -EINVAL: attributes that do not go together; -ENOENT: no family "vdpa"; or what
 * the parent's driver failed with
 */
int vdpactl_dev_add(const struct vdpactl_dev_attrs *attrs, struct vdpactl_error *err);

/**
 * vdpactl_dev_del() - delete a device
 *
 * VDPA_CMD_DEV_DEL of linux/vdpa.h. Needs CAP_NET_ADMIN.
 * @force: also a device in use (vdpactl_dev_find_use()). Of one whose chardev is held the
 *	kernel then waits for the holder to close it, with all generic netlink of the host
 *	locked out (vhost_vdpa_remove()).
 *
 * Return: 0; -EPERM; -ENODEV: no such device; -EBUSY: in use; -EINVAL: the device was
 * not made by a management device; -ENOENT: no family "vdpa"
 */
int vdpactl_dev_del(const char *name, bool force, struct vdpactl_error *err);

/**
 * vdpactl_dev_set_mac() - change the MAC address of a network device
 *
 * VDPA_CMD_DEV_ATTR_SET of linux/vdpa.h, Linux 6.12. Needs CAP_NET_ADMIN.
 *
 * Return: 0; -EPERM; -ENODEV: no such device; -EOPNOTSUPP: the kernel or the parent
 * cannot, or the address is not a valid one; -ENOENT: no family "vdpa"
 */
int vdpactl_dev_set_mac(const char *name, const uint8_t mac[6], struct vdpactl_error *err);

/**
 * vdpactl_dev_bind() - bind a device to a driver of the vdpa bus
 * @driver: "vhost_vdpa" or "virtio_vdpa"
 *
 * Through sysfs; needs root. Sets the device's driver_override, so that it stays
 * with this driver, and unbinds it from another one first. Where binding fails,
 * the old driver is bound again.
 * @force: also a device in use (vdpactl_dev_find_use())
 *
 * Return: 0, also when it was bound to it already; -EACCES or -EPERM; -ENODEV: no
 * such device; -ENOENT: no such driver (module not loaded), or no vdpa bus; -EBUSY:
 * in use; or what the driver's probe failed with
 */
int vdpactl_dev_bind(const char *name, const char *driver, bool force,
		     struct vdpactl_error *err);

/**
 * vdpactl_dev_unbind() - unbind a device from its driver
 *
 * Through sysfs; needs root. Clears driver_override.
 * @force: also a device in use (vdpactl_dev_find_use())
 *
 * Return: 0, also when it is bound to none; -EACCES or -EPERM; -ENODEV: no such
 * device; -ENOENT: no vdpa bus; -EBUSY: in use
 */
int vdpactl_dev_unbind(const char *name, bool force, struct vdpactl_error *err);

/* ---- configuration -------------------------------------------------------------- */

/**
 * enum vdpactl_config_field - numeric fields of a device's configuration space
 *
 * Fields of struct virtio_net_config and struct virtio_blk_config of the virtio
 * specification, 5.1.4 and 5.2.4; units are those of the specification (capacity,
 * discard and write-zeroes limits: 512-byte sectors).
 */
enum vdpactl_config_field {
	VDPACTL_CONFIG_NET_STATUS,	/* bit 0: link up, bit 1: announce */
	VDPACTL_CONFIG_NET_MAX_VQP,
	VDPACTL_CONFIG_NET_MTU,
	VDPACTL_CONFIG_BLK_CAPACITY,
	VDPACTL_CONFIG_BLK_SIZE_MAX,
	VDPACTL_CONFIG_BLK_BLK_SIZE,
	VDPACTL_CONFIG_BLK_SEG_MAX,
	VDPACTL_CONFIG_BLK_NUM_QUEUES,
	VDPACTL_CONFIG_BLK_PHY_BLK_EXP,
	VDPACTL_CONFIG_BLK_ALIGN_OFFSET,
	VDPACTL_CONFIG_BLK_MIN_IO_SIZE,
	VDPACTL_CONFIG_BLK_OPT_IO_SIZE,
	VDPACTL_CONFIG_BLK_MAX_DISCARD_SEC,
	VDPACTL_CONFIG_BLK_MAX_DISCARD_SEG,
	VDPACTL_CONFIG_BLK_DISCARD_SEC_ALIGN,
	VDPACTL_CONFIG_BLK_MAX_WRITE_ZEROES_SEC,
	VDPACTL_CONFIG_BLK_MAX_WRITE_ZEROES_SEG,
	VDPACTL_CONFIG_BLK_READ_ONLY,	/* 0 or 1 */
	VDPACTL_CONFIG_BLK_FLUSH,	/* 0 or 1 */
	VDPACTL_CONFIG_FIELDS
};

/**
 * struct vdpactl_dev_config - the configuration of one device
 * @name: of the device
 * @device_id: virtio device id
 * @has: bit N is set for each enum vdpactl_config_field N that the device has
 * @value: by enum vdpactl_config_field
 * @has_mac: whether it has @mac
 * @has_device_features: whether the kernel told @device_features
 * @has_negotiated_features: whether features were negotiated
 * @device_features: virtio feature bits that the device offers
 * @negotiated_features: those that its driver accepted
 */
struct vdpactl_dev_config {
	char *name;
	uint32_t device_id;
	uint32_t has;
	uint64_t value[VDPACTL_CONFIG_FIELDS];
	bool has_mac;
	bool has_device_features;
	bool has_negotiated_features;
	uint8_t mac[6];
	uint64_t device_features;
	uint64_t negotiated_features;
};

/** struct vdpactl_dev_configs - the configurations of some devices */
struct vdpactl_dev_configs {
	struct vdpactl_dev_config *list;
	size_t count;
};

/**
 * vdpactl_dev_configs_get() - ask the kernel for the configuration of devices
 * @name: the device to ask for; NULL for all that have one to tell
 * @configs: the result; vdpactl_dev_configs_free() frees what is in it. Empty on
 *	failure.
 *
 * VDPA_CMD_DEV_CONFIG_GET of linux/vdpa.h. Needs no privilege. With a NULL @name,
 * devices that the kernel cannot tell the configuration of are left out.
 *
 * Return: as vdpactl_devs_get(), and -EOPNOTSUPP: a type of device that the kernel
 * cannot tell the configuration of
 */
int vdpactl_dev_configs_get(const char *name, struct vdpactl_dev_configs *configs,
			    struct vdpactl_error *err);

/** vdpactl_dev_configs_free() - free what is in it, not the struct itself */
void vdpactl_dev_configs_free(struct vdpactl_dev_configs *configs);

/* ---- vendor statistics ------------------------------------------------------------ */

/** struct vdpactl_vstat - one statistic, named by the vendor */
struct vdpactl_vstat {
	char *name;
	uint64_t value;
};

/**
 * struct vdpactl_dev_vstats - the vendor statistics of one virtqueue
 * @device_id: virtio device id
 * @index: of the virtqueue
 * @negotiated_features: virtio feature bits; tells what the virtqueue is for
 * @max_vqp: virtqueue pairs of a network device; 0 where it has no MQ feature, and
 *	so one pair
 */
struct vdpactl_dev_vstats {
	uint32_t device_id;
	uint32_t index;
	uint64_t negotiated_features;
	uint16_t max_vqp;
	struct vdpactl_vstat *list;
	size_t count;
};

/**
 * vdpactl_dev_vstats_get() - ask a device for the statistics of a virtqueue
 * @stats: the result; vdpactl_dev_vstats_free() frees what is in it. Empty on failure.
 *
 * VDPA_CMD_DEV_VSTATS_GET of linux/vdpa.h. Needs CAP_NET_ADMIN.
 *
 * Return: 0; -EPERM; -ENODEV: no such device; -EAGAIN: features were not negotiated
 * yet; -EINVAL or -ERANGE: no such virtqueue; -EOPNOTSUPP: the parent keeps none;
 * otherwise as vdpactl_devs_get()
 */
int vdpactl_dev_vstats_get(const char *name, uint32_t index,
			   struct vdpactl_dev_vstats *stats, struct vdpactl_error *err);

/** vdpactl_dev_vstats_free() - free what is in it, not the struct itself */
void vdpactl_dev_vstats_free(struct vdpactl_dev_vstats *stats);

#ifdef __cplusplus
}
#endif
#endif
