/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The diagnosis module, vdpactl_diag: what it knows of vDPA devices without
 * touching them, what it does to them, and what it reports as it happens. Over
 * the generic netlink family "vdpactl" (linux/vdpactl.h), which needs
 * CAP_NET_ADMIN in the initial user namespace.
 */
#ifndef VDPACTL_DIAG_H
#define VDPACTL_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/vdpactl.h>

#include <vdpactl/error.h>
#include <vdpactl/state.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct vdpactl_diag - a connection to the module */
struct vdpactl_diag;

/**
 * vdpactl_diag_open() - connect to the module
 * @diag: the result; vdpactl_diag_close() frees it
 *
 * The module is never loaded by this.
 *
 * Return: 0; -ENOENT: the module is not loaded, and the hint says how to get it;
 * -EPERM: not in the initial user and network namespace; -ETIMEDOUT: generic netlink is
 * blocked; -ENOMEM, or what the socket failed with
 */
int vdpactl_diag_open(struct vdpactl_diag **diag, struct vdpactl_error *err);

/** vdpactl_diag_loaded() - whether it is worth trying; quick, asks sysfs alone */
bool vdpactl_diag_loaded(void);

/** vdpactl_diag_close() - disconnect; @diag may be NULL */
void vdpactl_diag_close(struct vdpactl_diag *diag);

/* ---- what the module knows ----------------------------------------------------- */

/** struct vdpactl_diag_task - a process; @pid is 0 where there was none */
struct vdpactl_diag_task {
	uint32_t pid;
	char comm[16];
};

/**
 * struct vdpactl_diag_dev - one vDPA device
 *
 * @name: its name
 * @asked: bits 1 << enum vdpactl_cmd of the answers that are in here
 * @state: its live state as far as it was asked for
 *
 * Of VDPACTL_DIAG_DEV alone, as the attributes of enum vdpactl_attr and enum
 * vdpactl_stats_attr that are called so; -1 and has_... false: not known:
 * @has_driver: @driver could be determined
 * @driver: "": bound to none
 * @parent: "": built into the kernel
 * @ops_unobserved: the operations that the module follows where it can, and could not
 *	probe here
 * @since: nanoseconds since the Epoch: since when the device is watched, and so what
 *	the counters count from; 0: not known
 * @last_reset_time: nanoseconds since the Epoch, 0: none was seen
 */
struct vdpactl_diag_dev {
	char *name;
	uint32_t asked;
	struct vdpactl_state state;

	bool has_driver;
	char driver[64];
	char parent[64];
	int64_t vendor_id;
	bool use_va;
	bool has_iova_range;
	uint64_t iova_first;
	uint64_t iova_last;
	int64_t generation;
	uint64_t ops;
	uint64_t ops_observed;
	uint64_t ops_unobserved;
	int suspended;

	uint64_t since;
	uint64_t resets;
	uint64_t resets_clean;
	uint64_t map_ops;
	uint64_t bytes_mapped;
	uint64_t missed;
	uint64_t last_reset_time;
	struct vdpactl_diag_task last_reset;
	struct vdpactl_diag_task last_op;
};

/** struct vdpactl_diag_devs - some devices, in order of creation */
struct vdpactl_diag_devs {
	struct vdpactl_diag_dev *list;
	size_t count;
};

/** enum vdpactl_diag_what - what to ask for; each is one dump of the kernel */
enum vdpactl_diag_what {
	VDPACTL_DIAG_DEV = VDPACTL_CMD_DEV_GET,	/* device, groups, address spaces */
	VDPACTL_DIAG_VQ = VDPACTL_CMD_VQ_GET,	/* virtqueues */
	VDPACTL_DIAG_MAP = VDPACTL_CMD_MAP_GET,	/* address spaces with their ranges */
};

/**
 * vdpactl_diag_get() - ask for devices
 * @what: see there
 * @name: the one to ask for; NULL for all
 * @asid: of VDPACTL_DIAG_MAP: the only address space to ask for; -1 for all
 * @devs: the result is added to it: begin with a zeroed struct, and ask for each kind
 *	once. vdpactl_diag_devs_free() frees what is in it, also after a failure.
 *
 * Changes nothing on any device and makes no event. An answer that was overtaken by a
 * change, as that a device is removed in the middle of it, is never a result: the module
 * is asked again, some ten times at most.
 *
 * Return: 0; -EPERM; -ENODEV: no such device, or it was removed while it was read;
 * -EINVAL: it has no such address space; -EAGAIN: whenever it was read something changed;
 * -ENOENT: the module was unloaded; -EBADMSG: an answer that does not follow the uAPI;
 * -ENOMEM, or what the socket failed with
 */
int vdpactl_diag_get(struct vdpactl_diag *diag, enum vdpactl_diag_what what,
		     const char *name, int64_t asid,
		     struct vdpactl_diag_devs *devs, struct vdpactl_error *err);

/** vdpactl_diag_devs_free() - free what is in it, not the struct itself */
void vdpactl_diag_devs_free(struct vdpactl_diag_devs *devs);

/** vdpactl_diag_devs_find() - the device of a name; NULL if it is not among them */
struct vdpactl_diag_dev *vdpactl_diag_devs_find(const struct vdpactl_diag_devs *devs,
						const char *name);

/** vdpactl_diag_op_name() - "set_map" of VDPACTL_OP_SET_MAP; NULL: no such one */
const char *vdpactl_diag_op_name(unsigned int op);

/**
 * vdpactl_diag_why_name() - why a binding or a map is not known, in a word: "overlap" of
 *	VDPACTL_WHY_OVERLAP
 * @why: enum vdpactl_why, or VDPACTL_UNKNOWN
 *
 * Return: a static string; NULL: no such one
 */
const char *vdpactl_diag_why_name(int why);

/**
 * struct vdpactl_diag_module - state of the module
 *
 * Members as the attributes of enum vdpactl_attr that are called so.
 * @has_faults: I/O page faults are observed: the kernel has them, and its function could
 *	be probed
 * @since: nanoseconds since the Epoch; 0: not known
 * @probes: 1: operations are seen; 0: the probes are switched off; -1: not known
 * @event_listened: 1: operations are recorded and timed, as somebody listens; 0: they
 *	are not; -1: not known
 * @fault_listened: the same of I/O page faults
 */
struct vdpactl_diag_module {
	char version[32];
	uint64_t since;
	int probes;
	int event_listened;
	int fault_listened;
	uint64_t event_seq;
	uint64_t event_sent;
	uint64_t event_lost;
	uint64_t fault_seq;
	uint64_t fault_sent;
	uint64_t fault_lost;
	uint64_t probe_missed;
	uint32_t ndevs;
	bool has_faults;
};

/**
 * vdpactl_diag_module_get() - ask for the state of the module
 *
 * Return: as vdpactl_diag_get()
 */
int vdpactl_diag_module_get(struct vdpactl_diag *diag,
			    struct vdpactl_diag_module *module,
			    struct vdpactl_error *err);

/* ---- what it does to a device ----------------------------------------------------- */

/**
 * struct vdpactl_diag_action - what to do to a device
 * @cmd: VDPACTL_CMD_RESET, _MAP_RESET, _GROUP_BIND, _SUSPEND or _RESUME
 * @dev: name of the device
 * @group: of _GROUP_BIND
 * @asid: of _GROUP_BIND; of _MAP_RESET, there -1 for every address space
 * @clean_map: of _RESET: the maps too
 * @force: also while the device is in use. This breaks whoever uses it.
 */
struct vdpactl_diag_action {
	enum vdpactl_cmd cmd;
	const char *dev;
	uint32_t group;
	int64_t asid;
	bool clean_map;
	bool force;
};

/**
 * vdpactl_diag_act() - do it
 *
 * Return: 0; -EPERM; -ENODEV: no such device; -EINVAL: an argument is beyond the limits
 * of the device; -EOPNOTSUPP: its parent driver cannot do it; -EBUSY: it is in use, or
 * that cannot be determined, and @force is not set; -ENOENT: the module was unloaded; or what the parent driver failed
 * with
 */
int vdpactl_diag_act(struct vdpactl_diag *diag, const struct vdpactl_diag_action *action,
		     struct vdpactl_error *err);

/* ---- what it reports -------------------------------------------------------------- */

/**
 * enum vdpactl_stream - what to listen to
 */
enum vdpactl_stream {
	VDPACTL_STREAM_EVENTS,	/* control operations */
	VDPACTL_STREAM_FAULTS,	/* I/O page faults and their responses */
};

/**
 * enum vdpactl_note - what an entry of a stream is
 * @VDPACTL_NOTE_EVENT: a message of the module
 * @VDPACTL_NOTE_LOST: @lost messages are missing at this place
 * @VDPACTL_NOTE_UNLOADED: the module was unloaded; the stream waits for it
 * @VDPACTL_NOTE_LOADED: the module is back, the stream goes on
 */
enum vdpactl_note {
	VDPACTL_NOTE_EVENT,
	VDPACTL_NOTE_LOST,
	VDPACTL_NOTE_UNLOADED,
	VDPACTL_NOTE_LOADED,
};

/* One more than the last attribute of either kind of message */
#define VDPACTL_NOTE_ATTRS	32

/**
 * struct vdpactl_diag_note - an entry of a stream
 * @note: what it is
 * @type: enum vdpactl_event or enum vdpactl_fault_event
 * @has: bit N is set for each attribute N of enum vdpactl_event_attr or enum
 *	vdpactl_fault_attr that the message had
 * @value: the numbers by attribute; of VDPACTL_A_EVENT_RET as int64_t
 * @dev: name of the device, "": none
 * @comm: name of the process
 * @driver: name of the bus driver
 * @lost: number of missing messages
 */
struct vdpactl_diag_note {
	enum vdpactl_note note;
	uint32_t type;
	uint32_t has;
	uint64_t value[VDPACTL_NOTE_ATTRS];
	char dev[256];
	char comm[16];
	char driver[64];
	uint64_t lost;
};

/** struct vdpactl_monitor - a stream of notes */
struct vdpactl_monitor;

/**
 * vdpactl_monitor_open() - listen
 * @monitor: the result; vdpactl_monitor_close() frees it
 *
 * Return: 0; -EPERM; -ENOENT: the module is not loaded; -EOPNOTSUPP: no I/O
 * page faults can be observed; -ENOMEM, or what the socket failed with
 */
int vdpactl_monitor_open(enum vdpactl_stream stream, struct vdpactl_monitor **monitor,
			 struct vdpactl_error *err);

/** vdpactl_monitor_close() - stop listening; @monitor may be NULL */
void vdpactl_monitor_close(struct vdpactl_monitor *monitor);

/**
 * vdpactl_monitor_next() - the next note
 * @timeout: wait at most so many milliseconds; -1: as long as it takes; 0: do not
 * @note: the result
 *
 * Return: 1: there is one; 0: not until now, or a signal came; -EBADMSG: the kernel
 * sent something that does not follow the uAPI, or what the socket failed with
 */
int vdpactl_monitor_next(struct vdpactl_monitor *monitor, int timeout,
			 struct vdpactl_diag_note *note, struct vdpactl_error *err);

/** vdpactl_event_name() - "set_map" of VDPACTL_EVENT_SET_MAP; NULL: no such one */
const char *vdpactl_event_name(unsigned int event);

#ifdef __cplusplus
}
#endif
#endif
