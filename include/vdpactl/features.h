/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names of bits: virtio feature bits, vhost backend feature bits and virtio
 * status bits.
 *
 * Names are those of the kernel's headers without their prefix: VERSION_1 for
 * VIRTIO_F_VERSION_1, MAC for VIRTIO_NET_F_MAC, IOTLB_ASID for
 * VHOST_BACKEND_F_IOTLB_ASID. Which name a feature bit has depends on the type
 * of the device: bit 5 is MAC for a network device and RO for a block device.
 */
#ifndef VDPACTL_FEATURES_H
#define VDPACTL_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#include <vdpactl/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vdpactl_bits - a set of named bits; static, never freed
 */
struct vdpactl_bits;

/**
 * vdpactl_bits_device() - the feature bits of a type of virtio device
 * @virtio_id: the device id of the virtio specification, 1 for network and 2 for
 *	block; the bits of other types are those that all types share
 */
const struct vdpactl_bits *vdpactl_bits_device(uint32_t virtio_id);

/** vdpactl_bits_backend() - the backend features of vhost (VHOST_BACKEND_F_*) */
const struct vdpactl_bits *vdpactl_bits_backend(void);

/** vdpactl_bits_status() - the device status field (VIRTIO_CONFIG_S_*) */
const struct vdpactl_bits *vdpactl_bits_status(void);

/**
 * vdpactl_bit_at() - the bit to print at a place
 * @place: 0 to 63
 *
 * Bits are printed by number, but those of a status in the order in which a driver sets
 * them.
 */
unsigned int vdpactl_bit_at(const struct vdpactl_bits *bits, unsigned int place);

/**
 * vdpactl_bit_name() - the name of one bit
 * @bit: number of the bit; virtio has feature bits above 63 too
 *
 * Return: a static string, NULL for a bit without a name
 */
const char *vdpactl_bit_name(const struct vdpactl_bits *bits, unsigned int bit);

/**
 * vdpactl_bit_name_iproute2() - what iproute2 7.x calls a virtio feature bit
 * @virtio_id: as for vdpactl_bits_device()
 * @bit: 0 to 63
 *
 * For output that has to agree with that of iproute2's vdpa: it spells the bits
 * of the ring differently and names none that is specific to a block device.
 *
 * Return: a static string; NULL where iproute2 prints "bit_N"
 */
const char *vdpactl_bit_name_iproute2(uint32_t virtio_id, unsigned int bit);

/**
 * vdpactl_bits_parse() - read NAME[,NAME]... or a mask
 * @bits: what the names are looked up in
 * @text: a mask (decimal, or hex with 0x), or names separated by commas; in place
 *	of a name bit_N is taken, and with its prefix ("VIRTIO_NET_F_MAC") or in
 *	iproute2's spelling it is taken too; case does not matter
 * @mask: the result; unchanged on failure
 *
 * A mask is taken as it is, bits without a name included.
 *
 * Return: 0; -EINVAL: not a mask and not a list of names; -ERANGE: a mask of more
 * than 64 bits, or a bit above 63
 */
int vdpactl_bits_parse(const struct vdpactl_bits *bits, const char *text,
		       uint64_t *mask, struct vdpactl_error *err);

#ifdef __cplusplus
}
#endif
#endif
