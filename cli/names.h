/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Features and types of devices as JSON, in our spelling and in iproute2's. */
#ifndef NAMES_H
#define NAMES_H

#include <jansson.h>

#include <vdpactl/mgmtdev.h>

/** names_handle() - "BUS/NAME" or "NAME" */
json_t *names_handle(const struct vdpactl_handle *handle);

/**
 * names_iproute2() - features as iproute2 prints them
 * @virtio_id: type of the device; 0 for those that iproute2 knows no names of
 *
 * Return: an array; a bit that iproute2 has no name for is its number
 */
json_t *names_iproute2(uint64_t features, uint32_t virtio_id);

/** names_features() - {"mask": "0x...", "names": [...], "unknown": [...]} */
json_t *names_features(uint64_t features, uint32_t virtio_id);

/** names_text() - what names_features() made as text: "0x120: MAC VERSION_1 bit_63" */
char *names_text(const json_t *features);

#endif
