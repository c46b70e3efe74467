/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known about the live state of one vDPA device: its virtqueues, groups,
 * address spaces and features. Every source (see enum vdpactl_source) fills the
 * same struct as far as it can tell, and marks the rest as not known.
 */
#ifndef VDPACTL_STATE_H
#define VDPACTL_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <vdpactl/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** enum vdpactl_source - who told a fact */
enum vdpactl_source {
	VDPACTL_SOURCE_NETLINK,		/* the "vdpa" generic netlink family */
	VDPACTL_SOURCE_VHOST,		/* the vhost-vdpa chardev; opening it was a reset */
	VDPACTL_SOURCE_DIAG,		/* the module vdpactl_diag */
};

/** vdpactl_source_name() - "netlink", "vhost" or "diag"; a static string */
const char *vdpactl_source_name(enum vdpactl_source source);

/** enum vdpactl_asid_known - how the ASID of a group is known */
enum vdpactl_asid_known {
	VDPACTL_ASID_UNKNOWN,
	VDPACTL_ASID_DEFAULT,	/* 0, as nothing was bound since a reset */
	VDPACTL_ASID_OBSERVED,	/* the binding was seen when it was made */
};

/** vdpactl_asid_known_name() - "unknown", "default" or "observed"; a static string */
const char *vdpactl_asid_known_name(enum vdpactl_asid_known known);

/* A number that is not known, in the int64_t and int members below */
#define VDPACTL_UNKNOWN (-1)

/**
 * struct vdpactl_mask - a mask of features
 * @known: @bits mean something
 */
struct vdpactl_mask {
	bool known;
	uint64_t bits;
};

/**
 * struct vdpactl_vq - one virtqueue; its index is its place in the array
 * @group: its group; smaller than the number of groups
 * @desc_group: the group of its descriptor table and rings, where the parent
 *	driver has descriptor groups
 * @size: entries of the ring
 * @base: the next available entry that the device will look at
 * @ready: 1: the device may process it, 0: not
 * @has_addr: whether the addresses of its areas are known, as they were last set
 * @desc_addr: IOVA of the descriptor table
 * @driver_addr: IOVA of the driver area (available ring)
 * @device_addr: IOVA of the device area (used ring)
 */
struct vdpactl_vq {
	int64_t group;
	int64_t desc_group;
	int64_t size;
	int64_t base;
	int ready;
	bool has_addr;
	uint64_t desc_addr;
	uint64_t driver_addr;
	uint64_t device_addr;
};

/**
 * struct vdpactl_group - one virtqueue group
 * @asid: the address space it is bound to; VDPACTL_UNKNOWN unless @known says
 * @why: why it is not known: enum vdpactl_why of linux/vdpactl.h; VDPACTL_UNKNOWN:
 *	it is known, or nobody tells
 */
struct vdpactl_group {
	int64_t asid;
	enum vdpactl_asid_known known;
	int why;
};

/* Access that a map allows to the device; VHOST_ACCESS_* of linux/vhost_types.h */
#define VDPACTL_PERM_RO 1
#define VDPACTL_PERM_WO 2
#define VDPACTL_PERM_RW 3

/**
 * struct vdpactl_range - one range of an address space
 * @first: its first address
 * @last: its last address, so that a range can be the whole space
 * @perm: VDPACTL_PERM_*
 */
struct vdpactl_range {
	uint64_t first;
	uint64_t last;
	unsigned int perm;
};

/**
 * struct vdpactl_as - one address space
 * @known: how its map is known; by default it is what the parent starts with, and
 *	that is nowhere told in ranges
 * @why: as that of struct vdpactl_group
 * @nranges: how many ranges its map has
 * @bytes: how many bytes they cover; 0 with @nranges above 0 is all of the 2^64
 * @ranges: the ranges, when they were asked for; else NULL; freed with the state
 */
struct vdpactl_as {
	enum vdpactl_asid_known known;
	int why;
	int64_t nranges;
	uint64_t bytes;
	struct vdpactl_range *ranges;
};

/**
 * struct vdpactl_state - what one source tells about one device
 * @source: who told all of it
 * @virtio_id: device id of the virtio specification; 0: not known
 * @status: virtio device status
 * @device_features: virtio features that the device offers
 * @driver_features: those that were negotiated
 * @backend_features: VHOST_BACKEND_F_* that are offered
 * @vq_size_max: the largest ring that a virtqueue may have
 * @nvqs: number of elements of @vqs
 * @vqs: the virtqueues
 * @ngroups: number of elements of @groups; 0: not known
 * @groups: the virtqueue groups
 * @nas: number of elements of @spaces; 0: not known
 * @spaces: the address spaces
 * @bad_groups: how many group numbers were left out because the device does not
 *	have such a group: the parent driver is wrong
 * @probes: 1: vdpactl_diag sees what is done to the device; 0: its probes are switched
 *	off, and it tells what is known without them
 *
 * Made by vdpactl_state_init(), freed by vdpactl_state_clear().
 */
struct vdpactl_state {
	enum vdpactl_source source;
	uint32_t virtio_id;
	int status;
	struct vdpactl_mask device_features;
	struct vdpactl_mask driver_features;
	struct vdpactl_mask backend_features;
	int64_t vq_size_max;
	uint32_t nvqs;
	struct vdpactl_vq *vqs;
	uint32_t ngroups;
	struct vdpactl_group *groups;
	uint32_t nas;
	struct vdpactl_as *spaces;
	unsigned int bad_groups;
	int probes;
};

/**
 * vdpactl_state_init() - make a state of which nothing is known but its sizes
 * @nvqs: number of virtqueues, 0 to 65536 (an index has 16 bits)
 * @ngroups: number of groups, 0 to 65536
 * @nas: number of address spaces, 0 to 65536
 *
 * Return: 0; -ERANGE: more than there can be, which only a wrong driver tells;
 * -ENOMEM
 */
int vdpactl_state_init(struct vdpactl_state *state, enum vdpactl_source source,
		       uint32_t nvqs, uint32_t ngroups, uint32_t nas,
		       struct vdpactl_error *err);

/** vdpactl_state_clear() - free what @state points to; it may be used no more */
void vdpactl_state_clear(struct vdpactl_state *state);

/**
 * vdpactl_state_asid() - the address space that a group is bound to
 * @group: a group, or VDPACTL_UNKNOWN
 *
 * Return: an ASID, or VDPACTL_UNKNOWN
 */
int64_t vdpactl_state_asid(const struct vdpactl_state *state, int64_t group);

/** vdpactl_perm_name() - "ro", "wo" or "rw"; NULL for what is none of them */
const char *vdpactl_perm_name(unsigned int perm);

/** vdpactl_perm_parse() - the inverse; 0 for a word that is no permission */
unsigned int vdpactl_perm_parse(const char *word);

#ifdef __cplusplus
}
#endif
#endif
