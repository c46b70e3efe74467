/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers, sizes and masks of features as JSON and as text. */
#ifndef BITS_H
#define BITS_H

#include <jansson.h>

#include <vdpactl/features.h>
#include <vdpactl/state.h>

/** json_number() - an integer, or null for VDPACTL_UNKNOWN */
json_t *json_number(int64_t number);

/** json_size() - a size of maps as the contract wants it; 0 stands for all of 2^64 */
json_t *json_size(uint64_t size);

/** json_bits() - {"mask": "0x...", "names": [...], "unknown": [...]} */
json_t *json_bits(const struct vdpactl_bits *bits, uint64_t mask);

/** json_mask() - as json_bits(), or null for a mask that is not known */
json_t *json_mask(const struct vdpactl_bits *bits, struct vdpactl_mask mask);

/**
 * json_bits_iproute2() - virtio features as iproute2's vdpa prints them
 * @virtio_id: type of the device; 0 for those that iproute2 knows no names of
 *
 * Return: an array of names; a bit that iproute2 has no name for is its number
 */
json_t *json_bits_iproute2(uint32_t virtio_id, uint64_t mask);

/** bits_text() - what json_mask() made as text: "0x120: MAC VERSION_1 bit_63" */
char *bits_text(const json_t *mask);

#endif
