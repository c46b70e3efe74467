/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Generic netlink family of the vDPA diagnosis module, vdpactl_diag.
 *
 * The family lives in the initial network namespace alone, and every command
 * needs CAP_NET_ADMIN in the initial user namespace: the answers show
 * addresses. Documentation/netlink/specs/vdpactl.yaml says the same in the
 * notation of YNL. New values are only ever added at the end of an enum.
 *
 * Unless something else is said, an attribute that is absent from an answer
 * is a fact that the module cannot know; it never sends a guess.
 */
#ifndef _UAPI_LINUX_VDPACTL_H
#define _UAPI_LINUX_VDPACTL_H

#define VDPACTL_FAMILY_NAME	"vdpactl"
#define VDPACTL_FAMILY_VERSION	1

/* Multicast groups: control operations; I/O page faults and their responses. */
#define VDPACTL_MCGRP_EVENTS	"events"
#define VDPACTL_MCGRP_FAULTS	"faults"

/**
 * enum vdpactl_cmd - commands of the family
 * @VDPACTL_CMD_UNSPEC: never used
 * @VDPACTL_CMD_MODULE_GET: do: state of the module itself. Answer:
 *	%VDPACTL_A_VERSION, %VDPACTL_A_SINCE, %VDPACTL_A_PROBES,
 *	%VDPACTL_A_EVENT_SEQ, %VDPACTL_A_EVENT_SENT, %VDPACTL_A_EVENT_LOST,
 *	%VDPACTL_A_FAULT_SEQ, %VDPACTL_A_FAULT_SENT, %VDPACTL_A_FAULT_LOST,
 *	%VDPACTL_A_EVENT_LISTENED, %VDPACTL_A_FAULT_LISTENED,
 *	%VDPACTL_A_PROBE_MISSED, %VDPACTL_A_NDEVS. Those of faults are absent
 *	where faults cannot be observed
 * @VDPACTL_CMD_DEV_GET: dump: devices with their groups and address spaces;
 *	with %VDPACTL_A_DEV_NAME in the request that device alone. What does not
 *	fit one message comes in further messages. Each message of a dump
 *	begins with %VDPACTL_A_DEV_NAME, %VDPACTL_A_NVQS, %VDPACTL_A_NGROUPS,
 *	%VDPACTL_A_NAS and %VDPACTL_A_PROBES. The groups and address spaces of
 *	a device are those of one moment, else NLM_F_DUMP_INTR is set; so it is
 *	by any dump that was in the middle of a device when that was removed
 * @VDPACTL_CMD_VQ_GET: dump: nests %VDPACTL_A_VQ; split and filtered as
 *	%VDPACTL_CMD_DEV_GET is
 * @VDPACTL_CMD_MAP_GET: dump: nests %VDPACTL_A_AS, and after the nest of an
 *	address space its ranges in order as nests %VDPACTL_A_RANGE; split and
 *	filtered as %VDPACTL_CMD_DEV_GET is, and by %VDPACTL_A_ASID. A map that
 *	changes during the dump sets NLM_F_DUMP_INTR
 * @VDPACTL_CMD_RESET: do: reset the device %VDPACTL_A_DEV_NAME; with
 *	%VDPACTL_A_CLEAN_MAP its maps too
 * @VDPACTL_CMD_MAP_RESET: do: back to the initial map in the address space
 *	%VDPACTL_A_ASID of %VDPACTL_A_DEV_NAME, or in each one without it
 * @VDPACTL_CMD_GROUP_BIND: do: bind group %VDPACTL_A_GROUP_ID of
 *	%VDPACTL_A_DEV_NAME to the address space %VDPACTL_A_ASID
 * @VDPACTL_CMD_SUSPEND: do: suspend the device %VDPACTL_A_DEV_NAME
 * @VDPACTL_CMD_RESUME: do: resume the device %VDPACTL_A_DEV_NAME
 * @VDPACTL_CMD_EVENT: notification to the group %VDPACTL_MCGRP_EVENTS with
 *	attributes of enum vdpactl_event_attr. One datagram may hold several
 * @VDPACTL_CMD_FAULT: notification to the group %VDPACTL_MCGRP_FAULTS with
 *	attributes of enum vdpactl_fault_attr. One datagram may hold several
 *
 * The commands that change a device (@VDPACTL_CMD_RESET to
 * @VDPACTL_CMD_RESUME) fail with ENODEV (no such device), EINVAL (an argument
 * is beyond the limits of the device), EOPNOTSUPP (the parent driver does not
 * implement it), EBUSY (the device is in use and %VDPACTL_A_FORCE was not
 * given), EINTR (the caller was killed while he waited for the device) or with
 * what the parent driver answers. In use is a device with DRIVER_OK, with an
 * open vhost-vdpa character device, with a virtio driver bound to it, or of
 * which that cannot be determined.
 */
enum vdpactl_cmd {
	VDPACTL_CMD_UNSPEC,
	VDPACTL_CMD_MODULE_GET,
	VDPACTL_CMD_DEV_GET,
	VDPACTL_CMD_VQ_GET,
	VDPACTL_CMD_MAP_GET,
	VDPACTL_CMD_RESET,
	VDPACTL_CMD_MAP_RESET,
	VDPACTL_CMD_GROUP_BIND,
	VDPACTL_CMD_SUSPEND,
	VDPACTL_CMD_RESUME,
	VDPACTL_CMD_EVENT,
	VDPACTL_CMD_FAULT,

	/* private: */
	__VDPACTL_CMD_MAX,
	VDPACTL_CMD_MAX = __VDPACTL_CMD_MAX - 1
};

/**
 * enum vdpactl_op - operations of a parent driver, as bit numbers
 * @VDPACTL_OP_SET_STATUS: .set_status
 * @VDPACTL_OP_SET_DRIVER_FEATURES: .set_driver_features
 * @VDPACTL_OP_RESET: .reset
 * @VDPACTL_OP_COMPAT_RESET: .compat_reset
 * @VDPACTL_OP_RESET_MAP: .reset_map
 * @VDPACTL_OP_SET_MAP: .set_map
 * @VDPACTL_OP_DMA_MAP: .dma_map
 * @VDPACTL_OP_DMA_UNMAP: .dma_unmap
 * @VDPACTL_OP_SET_GROUP_ASID: .set_group_asid
 * @VDPACTL_OP_SUSPEND: .suspend
 * @VDPACTL_OP_RESUME: .resume
 * @VDPACTL_OP_SET_VQ_ADDRESS: .set_vq_address
 * @VDPACTL_OP_SET_VQ_NUM: .set_vq_num
 * @VDPACTL_OP_SET_VQ_READY: .set_vq_ready
 * @VDPACTL_OP_SET_VQ_STATE: .set_vq_state
 * @VDPACTL_OP_GET_VQ_GROUP: .get_vq_group
 * @VDPACTL_OP_GET_VQ_DESC_GROUP: .get_vq_desc_group
 * @VDPACTL_OP_GET_VQ_STATE: .get_vq_state
 * @VDPACTL_OP_GET_VQ_SIZE: .get_vq_size
 * @VDPACTL_OP_GET_BACKEND_FEATURES: .get_backend_features
 * @VDPACTL_OP_GET_IOVA_RANGE: .get_iova_range
 * @VDPACTL_OP_GET_GENERATION: .get_generation
 * @VDPACTL_OP_GET_VENDOR_VQ_STATS: .get_vendor_vq_stats
 * @VDPACTL_OP_KICK_VQ_WITH_DATA: .kick_vq_with_data
 * @VDPACTL_OP_GET_VQ_NOTIFICATION: .get_vq_notification
 * @VDPACTL_OP_GET_VQ_IRQ: .get_vq_irq
 * @VDPACTL_OP_SET_VQ_AFFINITY: .set_vq_affinity
 * @VDPACTL_OP_BIND_MM: .bind_mm
 */
enum vdpactl_op {
	VDPACTL_OP_SET_STATUS,
	VDPACTL_OP_SET_DRIVER_FEATURES,
	VDPACTL_OP_RESET,
	VDPACTL_OP_COMPAT_RESET,
	VDPACTL_OP_RESET_MAP,
	VDPACTL_OP_SET_MAP,
	VDPACTL_OP_DMA_MAP,
	VDPACTL_OP_DMA_UNMAP,
	VDPACTL_OP_SET_GROUP_ASID,
	VDPACTL_OP_SUSPEND,
	VDPACTL_OP_RESUME,
	VDPACTL_OP_SET_VQ_ADDRESS,
	VDPACTL_OP_SET_VQ_NUM,
	VDPACTL_OP_SET_VQ_READY,
	VDPACTL_OP_SET_VQ_STATE,
	VDPACTL_OP_GET_VQ_GROUP,
	VDPACTL_OP_GET_VQ_DESC_GROUP,
	VDPACTL_OP_GET_VQ_STATE,
	VDPACTL_OP_GET_VQ_SIZE,
	VDPACTL_OP_GET_BACKEND_FEATURES,
	VDPACTL_OP_GET_IOVA_RANGE,
	VDPACTL_OP_GET_GENERATION,
	VDPACTL_OP_GET_VENDOR_VQ_STATS,
	VDPACTL_OP_KICK_VQ_WITH_DATA,
	VDPACTL_OP_GET_VQ_NOTIFICATION,
	VDPACTL_OP_GET_VQ_IRQ,
	VDPACTL_OP_SET_VQ_AFFINITY,
	VDPACTL_OP_BIND_MM,

	/* private: */
	__VDPACTL_OP_MAX,
};

/**
 * enum vdpactl_event - kinds of event, values of %VDPACTL_A_EVENT_TYPE
 * @VDPACTL_EVENT_SET_STATUS: status, see %VDPACTL_A_EVENT_STATUS
 * @VDPACTL_EVENT_SET_DRIVER_FEATURES: %VDPACTL_A_EVENT_FEATURES
 * @VDPACTL_EVENT_RESET: device reset; %VDPACTL_A_EVENT_FLAGS (0 for .reset,
 *	else what .compat_reset was given)
 * @VDPACTL_EVENT_RESET_MAP: %VDPACTL_A_EVENT_ASID
 * @VDPACTL_EVENT_SET_MAP: %VDPACTL_A_EVENT_ASID, and where the new map is known
 *	%VDPACTL_A_EVENT_RANGES and %VDPACTL_A_EVENT_SIZE of the whole of it
 * @VDPACTL_EVENT_DMA_MAP: %VDPACTL_A_EVENT_ASID, _IOVA, _SIZE, _PERM
 * @VDPACTL_EVENT_DMA_UNMAP: %VDPACTL_A_EVENT_ASID, _IOVA, _SIZE
 * @VDPACTL_EVENT_SET_GROUP_ASID: %VDPACTL_A_EVENT_GROUP, _ASID
 * @VDPACTL_EVENT_SUSPEND: no arguments
 * @VDPACTL_EVENT_RESUME: no arguments
 * @VDPACTL_EVENT_SET_VQ_ADDRESS: %VDPACTL_A_EVENT_VQ, _DESC_ADDR,
 *	_DRIVER_ADDR, _DEVICE_ADDR
 * @VDPACTL_EVENT_SET_VQ_NUM: %VDPACTL_A_EVENT_VQ, _NUM
 * @VDPACTL_EVENT_SET_VQ_READY: %VDPACTL_A_EVENT_VQ, _READY
 * @VDPACTL_EVENT_SET_VQ_STATE: %VDPACTL_A_EVENT_VQ; where the layout of the
 *	virtqueue is known %VDPACTL_A_EVENT_STATE, and decoded _AVAIL_INDEX, and
 *	of a packed one _AVAIL_WRAP, _USED_INDEX, _USED_WRAP
 * @VDPACTL_EVENT_DEV_ADDED: the device was added to the vDPA bus
 * @VDPACTL_EVENT_DEV_REMOVED: the device was removed from the vDPA bus
 * @VDPACTL_EVENT_BOUND: %VDPACTL_A_EVENT_DRIVER was bound to the device
 * @VDPACTL_EVENT_UNBOUND: %VDPACTL_A_EVENT_DRIVER was unbound from it
 * @VDPACTL_EVENT_LOST: %VDPACTL_A_EVENT_COUNT operations were made that the
 *	probes could not follow. A count of 0 only makes a gap in the sequence
 *	before it visible
 * @VDPACTL_EVENT_PROBES_OFF: the probes were switched off under the module: no
 *	operation is seen until %VDPACTL_EVENT_PROBES_ON, and what was known
 *	is not any more. The time is that of noticing it
 * @VDPACTL_EVENT_PROBES_ON: operations are seen again
 */
enum vdpactl_event {
	VDPACTL_EVENT_SET_STATUS,
	VDPACTL_EVENT_SET_DRIVER_FEATURES,
	VDPACTL_EVENT_RESET,
	VDPACTL_EVENT_RESET_MAP,
	VDPACTL_EVENT_SET_MAP,
	VDPACTL_EVENT_DMA_MAP,
	VDPACTL_EVENT_DMA_UNMAP,
	VDPACTL_EVENT_SET_GROUP_ASID,
	VDPACTL_EVENT_SUSPEND,
	VDPACTL_EVENT_RESUME,
	VDPACTL_EVENT_SET_VQ_ADDRESS,
	VDPACTL_EVENT_SET_VQ_NUM,
	VDPACTL_EVENT_SET_VQ_READY,
	VDPACTL_EVENT_SET_VQ_STATE,
	VDPACTL_EVENT_DEV_ADDED,
	VDPACTL_EVENT_DEV_REMOVED,
	VDPACTL_EVENT_BOUND,
	VDPACTL_EVENT_UNBOUND,
	VDPACTL_EVENT_LOST,
	VDPACTL_EVENT_PROBES_OFF,
	VDPACTL_EVENT_PROBES_ON,
};

/**
 * enum vdpactl_known - how a binding or a map is known
 * @VDPACTL_KNOWN_UNKNOWN: it is not: nothing was seen since the module was
 *	loaded, or something was seen that leaves it open (a failed or a missed
 *	operation, two at the same time)
 * @VDPACTL_KNOWN_DEFAULT: the initial state: the device was created after the
 *	module was loaded, or a reset was seen since. For a group that is
 *	address space 0; for a map what the parent starts with, 1:1 as a rule
 * @VDPACTL_KNOWN_OBSERVED: the operations that led to it were seen
 */
enum vdpactl_known {
	VDPACTL_KNOWN_UNKNOWN,
	VDPACTL_KNOWN_DEFAULT,
	VDPACTL_KNOWN_OBSERVED,
};

/**
 * enum vdpactl_why - why a binding or a map is not known
 * @VDPACTL_WHY_UNSEEN: nothing that would tell it was seen since the device is
 *	watched
 * @VDPACTL_WHY_UNOBSERVED: an operation that changes it cannot be observed, or
 *	was called with what cannot be followed
 * @VDPACTL_WHY_FAILED: an operation failed, and may have changed it
 * @VDPACTL_WHY_OVERLAP: two operations that change it ran at the same time
 * @VDPACTL_WHY_MISSED: an operation was missed and may still be under way; it
 *	stays unknown until the bus driver is unbound or the character device
 *	was seen closed
 * @VDPACTL_WHY_PROBES_OFF: the probes were switched off
 * @VDPACTL_WHY_RESET: the device was reset, and the parent may have dropped its
 *	maps then
 * @VDPACTL_WHY_PARTIAL: a part of a range or of the initial map was unmapped,
 *	and what is left is the parent's choice
 * @VDPACTL_WHY_TOO_LARGE: it has more ranges than the module keeps (its
 *	parameter max_ranges)
 * @VDPACTL_WHY_NO_MEMORY: there was no memory to keep it
 */
enum vdpactl_why {
	VDPACTL_WHY_UNSEEN,
	VDPACTL_WHY_UNOBSERVED,
	VDPACTL_WHY_FAILED,
	VDPACTL_WHY_OVERLAP,
	VDPACTL_WHY_MISSED,
	VDPACTL_WHY_PROBES_OFF,
	VDPACTL_WHY_RESET,
	VDPACTL_WHY_PARTIAL,
	VDPACTL_WHY_TOO_LARGE,
	VDPACTL_WHY_NO_MEMORY,
};

/**
 * enum vdpactl_attr - attributes of requests and answers
 * @VDPACTL_A_UNSPEC: never used
 * @VDPACTL_A_DEV_NAME: string: name of the vDPA device
 * @VDPACTL_A_DRIVER: string: bus driver bound (vhost_vdpa, virtio_vdpa);
 *	empty if none is, absent while that could not be determined
 * @VDPACTL_A_PARENT: string: kernel module that implements the operations;
 *	absent when it is built into the kernel
 * @VDPACTL_A_DEVICE_ID: u32: virtio device id
 * @VDPACTL_A_VENDOR_ID: u32: virtio vendor id
 * @VDPACTL_A_NVQS: u32: number of virtqueues
 * @VDPACTL_A_NGROUPS: u32: number of virtqueue groups
 * @VDPACTL_A_NAS: u32: number of address spaces
 * @VDPACTL_A_USE_VA: flag: the device works on virtual addresses
 * @VDPACTL_A_STATUS: u32: virtio device status (8 bits are used)
 * @VDPACTL_A_DEVICE_FEATURES: uint: features the device offers
 * @VDPACTL_A_DRIVER_FEATURES: uint: features negotiated; absent until
 *	FEATURES_OK is set
 * @VDPACTL_A_BACKEND_FEATURES: uint: answer of .get_backend_features, 0
 *	without one: the bits of VHOST_GET_BACKEND_FEATURES that the parent
 *	adds itself. The others follow from @VDPACTL_A_OPS
 * @VDPACTL_A_IOVA_FIRST: uint: first IOVA the device can reach; absent
 *	without .get_iova_range
 * @VDPACTL_A_IOVA_LAST: uint: last IOVA the device can reach
 * @VDPACTL_A_GENERATION: u32: generation of the configuration space; absent
 *	without .get_generation
 * @VDPACTL_A_OPS: uint: bits 1 << enum vdpactl_op of what the parent
 *	implements
 * @VDPACTL_A_OPS_OBSERVED: uint: bits 1 << enum vdpactl_op of what is
 *	observed of it
 * @VDPACTL_A_SUSPENDED: u32: 1 after a suspend, 0 after a resume or a reset
 * @VDPACTL_A_STATS: nest, see enum vdpactl_stats_attr: counters
 * @VDPACTL_A_GROUP: nest, many, see enum vdpactl_group_attr
 * @VDPACTL_A_AS: nest, many, see enum vdpactl_as_attr
 * @VDPACTL_A_VQ: nest, many, see enum vdpactl_vq_attr
 * @VDPACTL_A_RANGE: nest, many, see enum vdpactl_range_attr
 * @VDPACTL_A_GROUP_ID: u32: in a request: virtqueue group
 * @VDPACTL_A_ASID: u32: in a request: address space
 * @VDPACTL_A_CLEAN_MAP: flag: in a request: reset the maps too
 * @VDPACTL_A_FORCE: flag: in a request: although the device is in use
 * @VDPACTL_A_EVENT_SEQ: uint: sequence number of the last event
 * @VDPACTL_A_EVENT_SENT: uint: up to this sequence number all events were sent
 *	or dropped: one that a listener did not receive by now never comes
 * @VDPACTL_A_EVENT_LOST: uint: events dropped as the ring was full
 * @VDPACTL_A_FAULT_SEQ: uint: sequence number of the last fault event
 * @VDPACTL_A_FAULT_SENT: uint: as %VDPACTL_A_EVENT_SENT
 * @VDPACTL_A_FAULT_LOST: uint: fault events dropped as the ring was full
 * @VDPACTL_A_PROBE_MISSED: uint: operations that the probes could not follow
 * @VDPACTL_A_NDEVS: u32: number of devices
 * @VDPACTL_A_VERSION: string: version of the module
 * @VDPACTL_A_SINCE: uint: nanoseconds since the Epoch: when the module was
 *	loaded; of a device: since when it is watched
 * @VDPACTL_A_PROBES: u32: 1 while operations are observed; 0 while the probes
 *	are switched off (kernel.ftrace_enabled, debugfs kprobes/enabled), when
 *	every answer is of what was known without them
 * @VDPACTL_A_EVENT_LISTENED: u32: 1 if operations are recorded and timed as
 *	somebody who has the right to has joined %VDPACTL_MCGRP_EVENTS
 * @VDPACTL_A_FAULT_LISTENED: u32: the same of %VDPACTL_MCGRP_FAULTS
 * @VDPACTL_A_OPS_OBSERVABLE: uint: bits 1 << enum vdpactl_op of what the module
 *	follows where it can; what of @VDPACTL_A_OPS is here and not in
 *	@VDPACTL_A_OPS_OBSERVED could not be probed
 */
enum vdpactl_attr {
	VDPACTL_A_UNSPEC,
	VDPACTL_A_DEV_NAME,
	VDPACTL_A_DRIVER,
	VDPACTL_A_PARENT,
	VDPACTL_A_DEVICE_ID,
	VDPACTL_A_VENDOR_ID,
	VDPACTL_A_NVQS,
	VDPACTL_A_NGROUPS,
	VDPACTL_A_NAS,
	VDPACTL_A_USE_VA,
	VDPACTL_A_STATUS,
	VDPACTL_A_DEVICE_FEATURES,
	VDPACTL_A_DRIVER_FEATURES,
	VDPACTL_A_BACKEND_FEATURES,
	VDPACTL_A_IOVA_FIRST,
	VDPACTL_A_IOVA_LAST,
	VDPACTL_A_GENERATION,
	VDPACTL_A_OPS,
	VDPACTL_A_OPS_OBSERVED,
	VDPACTL_A_SUSPENDED,
	VDPACTL_A_STATS,
	VDPACTL_A_GROUP,
	VDPACTL_A_AS,
	VDPACTL_A_VQ,
	VDPACTL_A_RANGE,
	VDPACTL_A_GROUP_ID,
	VDPACTL_A_ASID,
	VDPACTL_A_CLEAN_MAP,
	VDPACTL_A_FORCE,
	VDPACTL_A_EVENT_SEQ,
	VDPACTL_A_EVENT_SENT,
	VDPACTL_A_EVENT_LOST,
	VDPACTL_A_FAULT_SEQ,
	VDPACTL_A_FAULT_SENT,
	VDPACTL_A_FAULT_LOST,
	VDPACTL_A_PROBE_MISSED,
	VDPACTL_A_NDEVS,
	VDPACTL_A_VERSION,
	VDPACTL_A_SINCE,
	VDPACTL_A_PROBES,
	VDPACTL_A_EVENT_LISTENED,
	VDPACTL_A_FAULT_LISTENED,
	VDPACTL_A_OPS_OBSERVABLE,

	/* private: */
	__VDPACTL_A_MAX,
	VDPACTL_A_MAX = __VDPACTL_A_MAX - 1
};

/**
 * enum vdpactl_stats_attr - counters of a device, since it is watched
 * @VDPACTL_A_STATS_UNSPEC: never used
 * @VDPACTL_A_STATS_RESETS: uint: resets without VDPA_RESET_F_CLEAN_MAP that
 *	succeeded
 * @VDPACTL_A_STATS_RESETS_CLEAN: uint: resets with it that succeeded
 * @VDPACTL_A_STATS_MAP_OPS: uint: .set_map, .dma_map, .dma_unmap and
 *	.reset_map
 * @VDPACTL_A_STATS_BYTES_MAPPED: uint: bytes of all ranges ever added to a map
 * @VDPACTL_A_STATS_MISSED: uint: operations that the probes could not follow
 *	and that may have been made on this device
 * @VDPACTL_A_STATS_LAST_RESET_TIME: uint: nanoseconds since the Epoch; the
 *	three attributes of the last reset are absent as long as there was none
 * @VDPACTL_A_STATS_LAST_RESET_PID: u32: process (thread group) id
 * @VDPACTL_A_STATS_LAST_RESET_COMM: string: name of that process
 * @VDPACTL_A_STATS_LAST_OP_PID: u32: process of the last control operation
 * @VDPACTL_A_STATS_LAST_OP_COMM: string: name of that process
 */
enum vdpactl_stats_attr {
	VDPACTL_A_STATS_UNSPEC,
	VDPACTL_A_STATS_RESETS,
	VDPACTL_A_STATS_RESETS_CLEAN,
	VDPACTL_A_STATS_MAP_OPS,
	VDPACTL_A_STATS_BYTES_MAPPED,
	VDPACTL_A_STATS_MISSED,
	VDPACTL_A_STATS_LAST_RESET_TIME,
	VDPACTL_A_STATS_LAST_RESET_PID,
	VDPACTL_A_STATS_LAST_RESET_COMM,
	VDPACTL_A_STATS_LAST_OP_PID,
	VDPACTL_A_STATS_LAST_OP_COMM,

	/* private: */
	__VDPACTL_A_STATS_MAX,
	VDPACTL_A_STATS_MAX = __VDPACTL_A_STATS_MAX - 1
};

/**
 * enum vdpactl_group_attr - a virtqueue group
 * @VDPACTL_A_GROUP_UNSPEC: never used
 * @VDPACTL_A_GROUP_INDEX: u32: number of the group
 * @VDPACTL_A_GROUP_KNOWN: u32: how its binding is known, enum vdpactl_known
 * @VDPACTL_A_GROUP_BOUND_ASID: u32: address space it is bound to; absent when
 *	unknown
 * @VDPACTL_A_GROUP_WHY: u32: enum vdpactl_why; absent unless unknown
 */
enum vdpactl_group_attr {
	VDPACTL_A_GROUP_UNSPEC,
	VDPACTL_A_GROUP_INDEX,
	VDPACTL_A_GROUP_KNOWN,
	VDPACTL_A_GROUP_BOUND_ASID,
	VDPACTL_A_GROUP_WHY,

	/* private: */
	__VDPACTL_A_GROUP_MAX,
	VDPACTL_A_GROUP_MAX = __VDPACTL_A_GROUP_MAX - 1
};

/**
 * enum vdpactl_as_attr - an address space
 * @VDPACTL_A_AS_UNSPEC: never used
 * @VDPACTL_A_AS_ID: u32: its number, the ASID
 * @VDPACTL_A_AS_KNOWN: u32: how its map is known, enum vdpactl_known
 * @VDPACTL_A_AS_RANGES: u32: number of ranges; absent unless observed
 * @VDPACTL_A_AS_BYTES: uint: bytes in these ranges; absent unless observed
 * @VDPACTL_A_AS_WHY: u32: enum vdpactl_why; absent unless unknown
 */
enum vdpactl_as_attr {
	VDPACTL_A_AS_UNSPEC,
	VDPACTL_A_AS_ID,
	VDPACTL_A_AS_KNOWN,
	VDPACTL_A_AS_RANGES,
	VDPACTL_A_AS_BYTES,
	VDPACTL_A_AS_WHY,

	/* private: */
	__VDPACTL_A_AS_MAX,
	VDPACTL_A_AS_MAX = __VDPACTL_A_AS_MAX - 1
};

/**
 * enum vdpactl_vq_attr - a virtqueue
 * @VDPACTL_A_VQ_UNSPEC: never used
 * @VDPACTL_A_VQ_INDEX: u32: its index
 * @VDPACTL_A_VQ_GROUP: u32: its group; absent without .get_vq_group
 * @VDPACTL_A_VQ_DESC_GROUP: u32: the group of its descriptor table, driver
 *	and device area; absent without .get_vq_desc_group
 * @VDPACTL_A_VQ_SIZE: u32: number of entries
 * @VDPACTL_A_VQ_READY: u32: 1 if it is ready, else 0
 * @VDPACTL_A_VQ_DESC_ADDR: uint: IOVA of the descriptor table as last set
 * @VDPACTL_A_VQ_DRIVER_ADDR: uint: IOVA of the driver area as last set
 * @VDPACTL_A_VQ_DEVICE_ADDR: uint: IOVA of the device area as last set
 * @VDPACTL_A_VQ_AVAIL_INDEX: u32: next available index of a split virtqueue;
 *	given where the parent is known to tell without disturbing the device
 */
enum vdpactl_vq_attr {
	VDPACTL_A_VQ_UNSPEC,
	VDPACTL_A_VQ_INDEX,
	VDPACTL_A_VQ_GROUP,
	VDPACTL_A_VQ_DESC_GROUP,
	VDPACTL_A_VQ_SIZE,
	VDPACTL_A_VQ_READY,
	VDPACTL_A_VQ_DESC_ADDR,
	VDPACTL_A_VQ_DRIVER_ADDR,
	VDPACTL_A_VQ_DEVICE_ADDR,
	VDPACTL_A_VQ_AVAIL_INDEX,

	/* private: */
	__VDPACTL_A_VQ_MAX,
	VDPACTL_A_VQ_MAX = __VDPACTL_A_VQ_MAX - 1
};

/**
 * enum vdpactl_range_attr - a range of a map
 * @VDPACTL_A_RANGE_UNSPEC: never used
 * @VDPACTL_A_RANGE_IOVA: uint: first address
 * @VDPACTL_A_RANGE_SIZE: uint: bytes
 * @VDPACTL_A_RANGE_PERM: u32: 1 read, 2 write, 3 both
 */
enum vdpactl_range_attr {
	VDPACTL_A_RANGE_UNSPEC,
	VDPACTL_A_RANGE_IOVA,
	VDPACTL_A_RANGE_SIZE,
	VDPACTL_A_RANGE_PERM,

	/* private: */
	__VDPACTL_A_RANGE_MAX,
	VDPACTL_A_RANGE_MAX = __VDPACTL_A_RANGE_MAX - 1
};

/**
 * enum vdpactl_event_attr - attributes of %VDPACTL_CMD_EVENT
 * @VDPACTL_A_EVENT_UNSPEC: never used
 * @VDPACTL_A_EVENT_TYPE: u32: enum vdpactl_event
 * @VDPACTL_A_EVENT_DEV: string: device; absent from %VDPACTL_EVENT_LOST,
 *	%VDPACTL_EVENT_PROBES_OFF and %VDPACTL_EVENT_PROBES_ON
 * @VDPACTL_A_EVENT_SEQUENCE: uint: number of the event; the module counts
 *	every one, so that a gap is a loss. It starts at 1 when it is loaded
 * @VDPACTL_A_EVENT_TIME: uint: nanoseconds since the Epoch, at its end
 * @VDPACTL_A_EVENT_RET: s32: what the operation returned; absent when it
 *	returns nothing
 * @VDPACTL_A_EVENT_DURATION: uint: nanoseconds the operation took; absent if
 *	nobody listened when it began
 * @VDPACTL_A_EVENT_PID: u32: process (thread group) id of the caller
 * @VDPACTL_A_EVENT_COMM: string: name of that process
 * @VDPACTL_A_EVENT_STATUS: u32: virtio device status
 * @VDPACTL_A_EVENT_FEATURES: uint: feature bits
 * @VDPACTL_A_EVENT_FLAGS: u32: flags of a reset (1: VDPA_RESET_F_CLEAN_MAP)
 * @VDPACTL_A_EVENT_ASID: u32: address space
 * @VDPACTL_A_EVENT_GROUP: u32: virtqueue group
 * @VDPACTL_A_EVENT_IOVA: uint: first address of a range
 * @VDPACTL_A_EVENT_SIZE: uint: bytes of a range or of a whole map
 * @VDPACTL_A_EVENT_PERM: u32: 1 read, 2 write, 3 both
 * @VDPACTL_A_EVENT_RANGES: u32: number of ranges of a map
 * @VDPACTL_A_EVENT_VQ: u32: index of a virtqueue
 * @VDPACTL_A_EVENT_DESC_ADDR: uint: IOVA of the descriptor table
 * @VDPACTL_A_EVENT_DRIVER_ADDR: uint: IOVA of the driver area
 * @VDPACTL_A_EVENT_DEVICE_ADDR: uint: IOVA of the device area
 * @VDPACTL_A_EVENT_NUM: u32: entries of a virtqueue
 * @VDPACTL_A_EVENT_READY: u32: 1 ready, 0 not
 * @VDPACTL_A_EVENT_STATE: u32: a struct vdpa_vq_state: the 16 bits of a split
 *	virtqueue, the 32 bits of a packed one; absent if the layout is unknown
 * @VDPACTL_A_EVENT_DRIVER: string: name of a bus driver
 * @VDPACTL_A_EVENT_COUNT: uint: number of lost operations
 * @VDPACTL_A_EVENT_AVAIL_INDEX: u32: next available index
 * @VDPACTL_A_EVENT_AVAIL_WRAP: u32: wrap counter of the driver, 0 or 1
 * @VDPACTL_A_EVENT_USED_INDEX: u32: next used index
 * @VDPACTL_A_EVENT_USED_WRAP: u32: wrap counter of the device, 0 or 1
 */
enum vdpactl_event_attr {
	VDPACTL_A_EVENT_UNSPEC,
	VDPACTL_A_EVENT_TYPE,
	VDPACTL_A_EVENT_DEV,
	VDPACTL_A_EVENT_SEQUENCE,
	VDPACTL_A_EVENT_TIME,
	VDPACTL_A_EVENT_RET,
	VDPACTL_A_EVENT_DURATION,
	VDPACTL_A_EVENT_PID,
	VDPACTL_A_EVENT_COMM,
	VDPACTL_A_EVENT_STATUS,
	VDPACTL_A_EVENT_FEATURES,
	VDPACTL_A_EVENT_FLAGS,
	VDPACTL_A_EVENT_ASID,
	VDPACTL_A_EVENT_GROUP,
	VDPACTL_A_EVENT_IOVA,
	VDPACTL_A_EVENT_SIZE,
	VDPACTL_A_EVENT_PERM,
	VDPACTL_A_EVENT_RANGES,
	VDPACTL_A_EVENT_VQ,
	VDPACTL_A_EVENT_DESC_ADDR,
	VDPACTL_A_EVENT_DRIVER_ADDR,
	VDPACTL_A_EVENT_DEVICE_ADDR,
	VDPACTL_A_EVENT_NUM,
	VDPACTL_A_EVENT_READY,
	VDPACTL_A_EVENT_STATE,
	VDPACTL_A_EVENT_DRIVER,
	VDPACTL_A_EVENT_COUNT,
	VDPACTL_A_EVENT_AVAIL_INDEX,
	VDPACTL_A_EVENT_AVAIL_WRAP,
	VDPACTL_A_EVENT_USED_INDEX,
	VDPACTL_A_EVENT_USED_WRAP,

	/* private: */
	__VDPACTL_A_EVENT_MAX,
	VDPACTL_A_EVENT_MAX = __VDPACTL_A_EVENT_MAX - 1
};

/**
 * enum vdpactl_fault_event - values of %VDPACTL_A_FAULT_TYPE
 * @VDPACTL_FAULT_REQUEST: a device raised an I/O page fault
 * @VDPACTL_FAULT_RESPONSE: a group of faults was answered
 * @VDPACTL_FAULT_LOST: as %VDPACTL_EVENT_LOST
 */
enum vdpactl_fault_event {
	VDPACTL_FAULT_REQUEST,
	VDPACTL_FAULT_RESPONSE,
	VDPACTL_FAULT_LOST,
};

/**
 * enum vdpactl_fault_attr - attributes of %VDPACTL_CMD_FAULT
 * @VDPACTL_A_FAULT_UNSPEC: never used
 * @VDPACTL_A_FAULT_TYPE: u32: enum vdpactl_fault_event
 * @VDPACTL_A_FAULT_DEV: string: name of the device that faulted
 * @VDPACTL_A_FAULT_SEQUENCE: uint: as %VDPACTL_A_EVENT_SEQUENCE, a count of
 *	its own
 * @VDPACTL_A_FAULT_TIME: uint: nanoseconds since the Epoch
 * @VDPACTL_A_FAULT_PASID: u32: PASID; absent if the fault has none
 * @VDPACTL_A_FAULT_GROUP: u32: page request group index
 * @VDPACTL_A_FAULT_LAST: u32: 1 for the last request of its group
 * @VDPACTL_A_FAULT_PERM: u32: bits: 1 read, 2 write, 4 execute, 8 privileged
 * @VDPACTL_A_FAULT_ADDR: uint: faulting address
 * @VDPACTL_A_FAULT_CODE: u32: response: 0 success, 1 invalid, 2 failure, as
 *	the kernel's enum iommu_page_response_code
 * @VDPACTL_A_FAULT_LATENCY: uint: nanoseconds from the last request of the
 *	group to its response; absent if that request was not seen
 * @VDPACTL_A_FAULT_PID: u32: process (thread group) id that answered
 * @VDPACTL_A_FAULT_COMM: string: name of that process
 * @VDPACTL_A_FAULT_COUNT: uint: number of lost calls
 */
enum vdpactl_fault_attr {
	VDPACTL_A_FAULT_UNSPEC,
	VDPACTL_A_FAULT_TYPE,
	VDPACTL_A_FAULT_DEV,
	VDPACTL_A_FAULT_SEQUENCE,
	VDPACTL_A_FAULT_TIME,
	VDPACTL_A_FAULT_PASID,
	VDPACTL_A_FAULT_GROUP,
	VDPACTL_A_FAULT_LAST,
	VDPACTL_A_FAULT_PERM,
	VDPACTL_A_FAULT_ADDR,
	VDPACTL_A_FAULT_CODE,
	VDPACTL_A_FAULT_LATENCY,
	VDPACTL_A_FAULT_PID,
	VDPACTL_A_FAULT_COMM,
	VDPACTL_A_FAULT_COUNT,

	/* private: */
	__VDPACTL_A_FAULT_MAX,
	VDPACTL_A_FAULT_MAX = __VDPACTL_A_FAULT_MAX - 1
};

#endif /* _UAPI_LINUX_VDPACTL_H */
