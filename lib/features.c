// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <linux/virtio_ids.h>

#include <vdpactl/features.h>

struct bit_name {
	unsigned int bit;
	const char *name;
	enum { PLAIN, IPROUTE2 } use;	/* IPROUTE2: its vdpa prints this name too */
};

/**
 * struct vdpactl_bits - see the header
 * @kind: what one bit is, for messages
 * @prefixes: of the names in the kernel's headers, ended by NULL
 * @names: the bits, ended by a NULL name; where a bit stands more than once, the
 *	first name is the one to print
 * @also: more bits, looked up behind these; or NULL
 */
struct vdpactl_bits {
	const char *kind;
	const char *const *prefixes;
	const struct bit_name *names;
	const struct vdpactl_bits *also;
};

/*
 * linux/virtio_config.h, linux/virtio_ring.h. The second name of a bit is an
 * older or another tool's name that is understood, but not printed.
 */
static const struct bit_name transport_names[] = {
	{ 24, "NOTIFY_ON_EMPTY", PLAIN },
	{ 27, "ANY_LAYOUT", PLAIN },
	{ 28, "INDIRECT_DESC", PLAIN },
	{ 28, "RING_INDIRECT_DESC", IPROUTE2 },
	{ 29, "EVENT_IDX", PLAIN },
	{ 29, "RING_EVENT_IDX", IPROUTE2 },
	{ 32, "VERSION_1", IPROUTE2 },
	{ 33, "ACCESS_PLATFORM", IPROUTE2 },
	{ 33, "IOMMU_PLATFORM", PLAIN },
	{ 34, "RING_PACKED", IPROUTE2 },
	{ 35, "IN_ORDER", IPROUTE2 },
	{ 36, "ORDER_PLATFORM", IPROUTE2 },
	{ 37, "SR_IOV", IPROUTE2 },
	{ 38, "NOTIFICATION_DATA", IPROUTE2 },
	{ 39, "NOTIF_CONFIG_DATA", PLAIN },
	{ 40, "RING_RESET", PLAIN },
	{ 41, "ADMIN_VQ", PLAIN },
	{ 0, NULL, PLAIN }
};

/* linux/virtio_net.h; HASH_TUNNEL: virtio specification 1.3, 5.1.3 */
static const struct bit_name net_names[] = {
	{ 0, "CSUM", IPROUTE2 },
	{ 1, "GUEST_CSUM", IPROUTE2 },
	{ 2, "CTRL_GUEST_OFFLOADS", IPROUTE2 },
	{ 3, "MTU", IPROUTE2 },
	{ 5, "MAC", IPROUTE2 },
	{ 6, "GSO", PLAIN },
	{ 7, "GUEST_TSO4", IPROUTE2 },
	{ 8, "GUEST_TSO6", IPROUTE2 },
	{ 9, "GUEST_ECN", IPROUTE2 },
	{ 10, "GUEST_UFO", IPROUTE2 },
	{ 11, "HOST_TSO4", IPROUTE2 },
	{ 12, "HOST_TSO6", IPROUTE2 },
	{ 13, "HOST_ECN", IPROUTE2 },
	{ 14, "HOST_UFO", IPROUTE2 },
	{ 15, "MRG_RXBUF", IPROUTE2 },
	{ 16, "STATUS", IPROUTE2 },
	{ 17, "CTRL_VQ", IPROUTE2 },
	{ 18, "CTRL_RX", IPROUTE2 },
	{ 19, "CTRL_VLAN", IPROUTE2 },
	{ 20, "CTRL_RX_EXTRA", IPROUTE2 },
	{ 21, "GUEST_ANNOUNCE", IPROUTE2 },
	{ 22, "MQ", IPROUTE2 },
	{ 23, "CTRL_MAC_ADDR", IPROUTE2 },
	/* Bits of the transport that iproute2 has in its table for net only */
	{ 24, "NOTIFY_ON_EMPTY", IPROUTE2 },
	{ 27, "ANY_LAYOUT", IPROUTE2 },
	{ 50, "DEVICE_STATS", PLAIN },
	{ 51, "HASH_TUNNEL", PLAIN },
	{ 52, "VQ_NOTF_COAL", PLAIN },
	{ 53, "NOTF_COAL", PLAIN },
	{ 54, "GUEST_USO4", PLAIN },
	{ 55, "GUEST_USO6", PLAIN },
	{ 56, "HOST_USO", PLAIN },
	{ 57, "HASH_REPORT", IPROUTE2 },
	{ 59, "GUEST_HDRLEN", PLAIN },
	{ 60, "RSS", IPROUTE2 },
	{ 61, "RSC_EXT", IPROUTE2 },
	{ 62, "STANDBY", IPROUTE2 },
	{ 63, "SPEED_DUPLEX", IPROUTE2 },
	{ 65, "GUEST_UDP_TUNNEL_GSO", PLAIN },
	{ 66, "GUEST_UDP_TUNNEL_GSO_CSUM", PLAIN },
	{ 67, "HOST_UDP_TUNNEL_GSO", PLAIN },
	{ 68, "HOST_UDP_TUNNEL_GSO_CSUM", PLAIN },
	{ 0, NULL, PLAIN }
};

/* linux/virtio_blk.h; LIFETIME: virtio specification 1.2, 5.2.3 */
static const struct bit_name block_names[] = {
	{ 0, "BARRIER", PLAIN },
	{ 1, "SIZE_MAX", PLAIN },
	{ 2, "SEG_MAX", PLAIN },
	{ 4, "GEOMETRY", PLAIN },
	{ 5, "RO", PLAIN },
	{ 6, "BLK_SIZE", PLAIN },
	{ 7, "SCSI", PLAIN },
	{ 9, "FLUSH", PLAIN },
	{ 9, "WCE", PLAIN },
	{ 10, "TOPOLOGY", PLAIN },
	{ 11, "CONFIG_WCE", PLAIN },
	{ 12, "MQ", PLAIN },
	{ 13, "DISCARD", PLAIN },
	{ 14, "WRITE_ZEROES", PLAIN },
	{ 15, "LIFETIME", PLAIN },
	{ 16, "SECURE_ERASE", PLAIN },
	{ 17, "ZONED", PLAIN },
	{ 0, NULL, PLAIN }
};

/* linux/vhost_types.h */
static const struct bit_name backend_names[] = {
	{ 1, "IOTLB_MSG_V2", PLAIN },
	{ 2, "IOTLB_BATCH", PLAIN },
	{ 3, "IOTLB_ASID", PLAIN },
	{ 4, "SUSPEND", PLAIN },
	{ 5, "RESUME", PLAIN },
	{ 6, "ENABLE_AFTER_DRIVER_OK", PLAIN },
	{ 7, "DESC_ASID", PLAIN },
	{ 8, "IOTLB_PERSIST", PLAIN },
	{ 0, NULL, PLAIN }
};

/* linux/virtio_config.h, as bit numbers */
static const struct bit_name status_names[] = {
	{ 0, "ACKNOWLEDGE", PLAIN },
	{ 1, "DRIVER", PLAIN },
	{ 2, "DRIVER_OK", PLAIN },
	{ 3, "FEATURES_OK", PLAIN },
	{ 6, "NEEDS_RESET", PLAIN },
	{ 7, "FAILED", PLAIN },
	{ 0, NULL, PLAIN }
};

static const char *const transport_prefixes[] = { "VIRTIO_F_", "VIRTIO_RING_F_", NULL };
static const char *const net_prefixes[] = { "VIRTIO_NET_F_", NULL };
static const char *const block_prefixes[] = { "VIRTIO_BLK_F_", NULL };
static const char *const backend_prefixes[] = { "VHOST_BACKEND_F_", NULL };
static const char *const status_prefixes[] = { "VIRTIO_CONFIG_S_", NULL };

static const struct vdpactl_bits transport_bits = {
	"feature", transport_prefixes, transport_names, NULL
};
static const struct vdpactl_bits net_bits = {
	"feature of a network device", net_prefixes, net_names, &transport_bits
};
static const struct vdpactl_bits block_bits = {
	"feature of a block device", block_prefixes, block_names, &transport_bits
};
static const struct vdpactl_bits backend_bits = {
	"backend feature", backend_prefixes, backend_names, NULL
};
static const struct vdpactl_bits status_bits = {
	"status bit", status_prefixes, status_names, NULL
};

const struct vdpactl_bits *vdpactl_bits_device(uint32_t virtio_id)
{
	switch (virtio_id) {
	case VIRTIO_ID_NET:
		return &net_bits;
	case VIRTIO_ID_BLOCK:
		return &block_bits;
	default:
		return &transport_bits;
	}
}

const struct vdpactl_bits *vdpactl_bits_backend(void)
{
	return &backend_bits;
}

const struct vdpactl_bits *vdpactl_bits_status(void)
{
	return &status_bits;
}

unsigned int vdpactl_bit_at(const struct vdpactl_bits *bits, unsigned int place)
{
	/* FEATURES_OK (3) comes before DRIVER_OK (2): virtio specification 1.2, 3.1.1 */
	return bits == &status_bits && (place == 2 || place == 3) ? 5 - place : place;
}

static const char *name_of(const struct vdpactl_bits *bits, unsigned int bit, bool iproute2)
{
	for (; bits; bits = bits->also)
		for (const struct bit_name *n = bits->names; n->name; n++)
			if (n->bit == bit && (!iproute2 || n->use == IPROUTE2))
				return n->name;
	return NULL;
}

const char *vdpactl_bit_name(const struct vdpactl_bits *bits, unsigned int bit)
{
	return name_of(bits, bit, false);
}

const char *vdpactl_bit_name_iproute2(uint32_t virtio_id, unsigned int bit)
{
	return name_of(vdpactl_bits_device(virtio_id), bit, true);
}

/* The name behind the prefix of the kernel's headers, where @name has one */
static const char *without_prefix(const struct vdpactl_bits *bits, const char *name)
{
	for (const char *const *p = bits->prefixes; *p; p++)
		if (!strncasecmp(name, *p, strlen(*p)))
			return name + strlen(*p);
	return name;
}

/* The number in "bit_N"; -1: not of that form */
static int numbered_bit(const char *name)
{
	char *end;
	long bit;

	if (strncasecmp(name, "bit_", 4) || name[4] < '0' || name[4] > '9')
		return -1;
	bit = strtol(name + 4, &end, 10);
	return *end || bit > 1000 ? -1 : (int)bit;
}

static int bit_by_name(const struct vdpactl_bits *bits, const char *name)
{
	for (; bits; bits = bits->also) {
		const char *plain = without_prefix(bits, name);

		for (const struct bit_name *n = bits->names; n->name; n++)
			if (!strcasecmp(n->name, plain))
				return n->bit;
	}
	return numbered_bit(name);
}

static int parse_name(const struct vdpactl_bits *bits, const char *name,
		      uint64_t *mask, struct vdpactl_error *err)
{
	int bit = bit_by_name(bits, name);

	if (bit < 0) {
		vdpactl_error_set(err, EINVAL, "\"%s\" is no %s", name, bits->kind);
		vdpactl_error_hint(err, "give names separated by commas, bit_N, or one mask (0x...)");
		return -EINVAL;
	}
	if (bit > 63)
		return vdpactl_error_set(err, ERANGE, "%s is bit %d: more than the 64 bits that a mask has",
					 name, bit);
	*mask |= UINT64_C(1) << bit;
	return 0;
}

static int parse_mask(const char *text, uint64_t *mask, struct vdpactl_error *err)
{
	bool hex = !strncasecmp(text, "0x", 2);
	const char *digits = hex ? text + 2 : text;
	char *end;

	/* strtoull() would take blanks and a sign behind the 0x */
	if (strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != strlen(digits) ||
	    !*digits)
		return vdpactl_error_set(err, EINVAL, "\"%s\" is not a mask", text);
	errno = 0;
	*mask = strtoull(digits, &end, hex ? 16 : 10);
	if (errno)
		return vdpactl_error_set(err, ERANGE, "the mask %s has more than 64 bits", text);
	return 0;
}

static int parse_names(const struct vdpactl_bits *bits, char *names, uint64_t *mask,
		       struct vdpactl_error *err)
{
	char *name;
	int ret;

	while ((name = strsep(&names, ","))) {
		ret = parse_name(bits, name, mask, err);
		if (ret)
			return ret;
	}
	return 0;
}

int vdpactl_bits_parse(const struct vdpactl_bits *bits, const char *text,
		       uint64_t *mask, struct vdpactl_error *err)
{
	uint64_t result = 0;
	char *copy;
	int ret;

	if (*text >= '0' && *text <= '9') {
		ret = parse_mask(text, &result, err);
	} else {
		copy = strdup(text);
		if (!copy)
			return vdpactl_error_set(err, ENOMEM, "out of memory");
		ret = parse_names(bits, copy, &result, err);
		free(copy);
	}
	if (!ret)
		*mask = result;
	return ret;
}
