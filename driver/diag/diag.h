/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VDPACTL_DIAG_H
#define VDPACTL_DIAG_H

#include <linux/bits.h>
#include <linux/hashtable.h>
#include <linux/irq_work.h>
#include <linux/kref.h>
#include <linux/llist.h>
#include <linux/netlink.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/vdpa.h>
#include <linux/vhost_iotlb.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/genetlink.h>
#include <uapi/linux/vdpactl.h>
#include "compat.h"

/*
 * Locks, outermost first:
 *
 *   vdpa core's vdpa_dev_lock, device_lock()	held by whoever calls the
 *						bus notifier
 *   diag_mutex		the set of devices and of probes
 *   diag_dev.sem	the life of one vDPA device (see struct diag_dev)
 *   vdpa_device.cf_lock, locks of the parent driver
 *   diag_dev.lock	what was observed of one device
 *   the lock of the event ring
 *
 * The two spin locks are taken by handlers of kretprobes. Return handlers run
 * where the probed operation returns, that is in process context, but may not
 * sleep. No code holds one of these locks and calls an operation, so that a
 * handler never waits for its own task. Entry handlers may run in an exception
 * (x86 int3) that lockdep takes for an NMI: they use diag_lock_anywhere().
 */
extern struct mutex diag_mutex;
extern struct workqueue_struct *diag_wq;

#define DIAG_NARGS	5	/* .dma_map, without the opaque pointer */
#define DIAG_NACTIVE	8	/* tasks in calls into one device */

/*
 * A range of a map. The physical (or user) address is not kept: CAP_NET_ADMIN
 * does not entitle to see it, and the device works with IOVAs.
 */
struct diag_range {
	struct rb_node node;
	u64 start;
	u64 last;
	union {
		u64 subtree_last;	/* of the interval tree */
		struct llist_node dropped;	/* of the root of a dropped one */
	};
	u32 perm;
};

/* A process, as events name it: in the initial PID namespace. */
struct diag_task {
	u32 pid;
	char comm[TASK_COMM_LEN];
};

/* An address space; ranges are there while it is VDPACTL_KNOWN_OBSERVED. */
struct diag_as {
	struct rb_root_cached ranges;
	struct diag_range *spare;	/* one that was unmapped, or NULL */
	u32 nranges;
	u32 generation;		/* counts changes, for resumed dumps */
	u64 bytes;
	enum vdpactl_known known;
	enum vdpactl_why why;	/* it is unknown */
};

struct diag_group {
	enum vdpactl_known known;
	enum vdpactl_why why;	/* it is unknown */
	u32 asid;
};

/* What was last set on a virtqueue; @valid says which of it was seen. */
struct diag_vq {
	u64 desc_addr;
	u64 driver_addr;
	u64 device_addr;
	u32 num;
	bool ready;
	u8 valid;
#define DIAG_VQ_ADDR	BIT(0)
#define DIAG_VQ_NUM	BIT(1)
#define DIAG_VQ_READY	BIT(2)
};

struct diag_stats {
	u64 resets;			/* those that succeeded */
	u64 resets_clean;
	u64 map_ops;
	u64 bytes_mapped;
	u64 missed;
	u64 last_reset_time;	/* 0: none yet */
	struct diag_task last_reset;
	struct diag_task last_op;
};

/*
 * A task that is in a call into a device, and what it touches there, also in
 * the calls that this one makes. @task is compared with current and never
 * followed.
 */
struct diag_active {
	struct task_struct *task;
	u8 touches;
	bool overlap;
};

/*
 * A vDPA device that is watched.
 *
 * Its life is that of the device on the vDPA bus, from BUS_NOTIFY_ADD_DEVICE
 * (or the first scan) to BUS_NOTIFY_REMOVED_DEVICE. Both come from device_add()
 * and device_del(), that is while the parent driver holds the vdpa_device and
 * cannot be unloaded. A reference to the vdpa_device would not help: the
 * operations are code of the parent's module, which only waits for the
 * removal. So @sem is held for reading around every use of @vdev and taken for
 * writing at the removal, which then waits for the users; afterwards @vdev is
 * NULL. Probe handlers do not need @vdev: they run inside an operation of the
 * parent.
 *
 * The structure itself is kept by @ref (the table, dumps, queued events), and
 * freed after an RCU grace period as handlers look it up under RCU.
 */
struct diag_dev {
	struct hlist_node node;		/* diag_dev_hash, by vdpa_device */
	struct kref ref;
	struct rcu_work free_work;
	u32 id;				/* in diag_devs, ascending */
	const char *name;

	struct rw_semaphore sem;
	struct vdpa_device *vdev;

	/* Constant since creation */
	const void *key;		/* the vdpa_device, only to compare */
	const struct vdpa_config_ops *ops;
	u64 since;			/* watched since, ns of the Epoch */
	u32 nvqs;
	u32 ngroups;
	u32 nas;
	u64 ops_mask;			/* implemented, BIT(enum vdpactl_op) */
	u64 observed;			/* and followed by a probe */
	u32 quirks;
	u8 blind;			/* DIAG_TOUCH_: not followed */
	bool keeps_maps;		/* .reset leaves them alone */
	char parent[MODULE_NAME_LEN];	/* empty: built in */

	spinlock_t lock;		/* protects all that follows */
	struct diag_active active[DIAG_NACTIVE];
	u32 nactive;
	u32 ncrowd;			/* calls that found no place in there */
	u8 tainted;			/* DIAG_TOUCH_: a call was missed */
	u32 generation;			/* changes of groups, and of what is
					 * known of address spaces
					 */
	bool driver_known;
	char driver[MODULE_NAME_LEN];
	s8 suspended;			/* -1: not known */
	s8 packed;			/* the layout: 0 split, -1 not known */
	bool split_only;		/* VIRTIO_F_RING_PACKED not offered */
	struct diag_stats stats;
	struct diag_group *groups;
	struct diag_as *as;
	struct diag_vq *vqs;
};

/* Quirks of parents */
#define DIAG_PASSIVE_VQ		BIT(0)	/* .get_vq_{size,ready} only read memory */
#define DIAG_PASSIVE_STATE	BIT(1)	/* .get_vq_state too */
#define DIAG_CLEAN_BIND		BIT(2)	/* .set_group_asid fails before changes */
#define DIAG_KEEPS_MAPS		BIT(3)	/* .reset leaves them, unannounced */

/* What every record of a ring begins with. */
struct diag_record {
	u64 seq;
	u64 time;			/* nanoseconds since the Epoch */
	u64 count;			/* lost operations, of a lost record */
	u8 type;
};

/*
 * Records on their way from probe handlers to a multicast group, see ring.c.
 */
struct diag_ring {
	/* Set by its owner */
	size_t size;			/* of a record */
	u8 group;			/* DIAG_MCGRP_ */
	u8 lost_type;
	int (*fill)(struct sk_buff *skb, const struct diag_record *rec);
	void (*release)(struct diag_record *rec);

	/*
	 * Protects all that follows. Set by its owner too: the family is there
	 * before the rings and after them, and tells of their state.
	 */
	spinlock_t lock;
	void *records;
	u32 first;
	u32 count;
	bool closed;			/* nothing is put any more */
	bool listened;			/* see diag_ring_listened() */
	unsigned long joined;		/* jiffies of the last who joined */
	atomic64_t seq;			/* of the last record, see diag_ring_skip() */
	u64 taken;			/* of the last one in @batch */
	u64 sent;			/* of the last one that was in it before */
	u64 lost;
	bool gap;			/* something was lost since the last one */

	struct irq_work kick;
	struct work_struct work;
	void *batch;			/* of the work alone */
};

/* Of a ring, as VDPACTL_CMD_MODULE_GET tells it */
struct diag_ring_state {
	u64 seq;
	u64 sent;
	u64 lost;
};

/* One observed call, the data of a kretprobe instance. */
struct diag_call {
	const void *key;
	u64 start;
	u64 arg[DIAG_NARGS];
	u32 epoch;			/* see diag_epoch */
	u8 op;
	u8 nargs;			/* of arg[], are what they should be */
	bool nested;			/* made by another operation */
};

/* An event on its way to the listeners. */
struct diag_event {
	struct diag_record rec;		/* type: enum vdpactl_event */
	u64 duration;
	union {
		u64 arg[DIAG_NARGS];
		char *driver;		/* of bound and unbound */
	};
	struct diag_dev *ddev;		/* counted; NULL: none */
	struct diag_task task;
	s32 ret;
	u8 op;				/* how arg[] is read; DIAG_OP_NONE */
	u8 nargs;
};

#define DIAG_OP_NONE	0xff

/* What an operation changes, bits of diag_op.touches */
#define DIAG_TOUCH_GROUPS	BIT(0)
#define DIAG_TOUCH_MAPS		BIT(1)
#define DIAG_TOUCH_SUSPEND	BIT(2)
#define DIAG_TOUCH_VQ_ADDR	BIT(3)
#define DIAG_TOUCH_VQ_NUM	BIT(4)
#define DIAG_TOUCH_VQ_READY	BIT(5)
#define DIAG_TOUCH_LAYOUT	BIT(6)
#define DIAG_TOUCH_ALL		GENMASK(6, 0)

/* How an argument is taken from its register and sent */
struct diag_arg {
	u8 attr;			/* enum vdpactl_event_attr, 0: not sent */
	u64 mask;			/* of its bits, 0: there is none */
};

/*
 * What is to be doubted after a call: enum vdpactl_why, or nothing. It failed,
 * another call that touches the same ran at the same time so that the order in
 * which the two took effect is not known, or one was not seen.
 */
#define DIAG_NO_DOUBT	(-1)

/*
 * An operation of a parent. Where there is an event the operation is observed
 * (struct diag_dev.observed); @apply brings what is known of the device up to
 * date after the call, under ddev->lock.
 */
struct diag_op {
	size_t offset;			/* in struct vdpa_config_ops */
	void (*apply)(struct diag_dev *ddev, struct diag_call *call, int doubt);
	bool observed;
	u8 event;
	u8 touches;
	bool has_ret;
	u32 clean;			/* quirk: failing changes nothing */
	struct diag_arg args[DIAG_NARGS];
};

extern const struct diag_op diag_ops[__VDPACTL_OP_MAX];

/* What an operation changes on this device */
static inline u8 diag_op_touches(const struct diag_dev *ddev, int op)
{
	u8 touches = diag_ops[op].touches;

	if (op == VDPACTL_OP_RESET && ddev->keeps_maps)
		touches &= ~DIAG_TOUCH_MAPS;
	return touches;
}

/* A reset that was told to clean the maps */
static inline bool diag_call_cleans(const struct diag_call *call)
{
	return call->op == VDPACTL_OP_COMPAT_RESET &&
	       call->arg[0] & VDPA_RESET_F_CLEAN_MAP;
}

static inline void *diag_op_addr(const struct vdpa_config_ops *ops, u8 op)
{
	size_t offset = diag_ops[op].offset;

	return offset == COMPAT_NO_OP ? NULL : *(void **)((char *)ops + offset);
}

/* Else all groups are in address space 0 forever. */
static inline bool diag_can_bind(const struct diag_dev *ddev)
{
	return ddev->ops->set_group_asid && ddev->nas > 1;
}

/*
 * Take a spin lock in the entry handler of a probe, which lockdep may take for
 * an NMI. Such a handler interrupts nothing but the first instruction of the
 * probed function, which runs in process context and does not hold the lock.
 */
static inline void diag_lock_anywhere(spinlock_t *lock)
{
	while (!spin_trylock(lock))
		cpu_relax();
}

/* main.c */
extern u64 diag_since;		/* loaded at, nanoseconds since the Epoch */
bool diag_is_closing(struct netlink_ext_ack *extack);

/* ops.c */
u64 diag_ops_mask(const struct vdpa_config_ops *ops);
u64 diag_ops_observable(void);
void diag_forget(struct diag_dev *ddev, u8 touches, enum vdpactl_why why);

/* dev.c */
#define DIAG_HASH_BITS	10
extern DECLARE_HASHTABLE(diag_dev_hash, DIAG_HASH_BITS);
extern struct xarray diag_devs;
struct diag_dev *diag_dev_next(u32 *id);
struct diag_dev *diag_dev_by_name(const char *name);
struct diag_dev *diag_dev_create(struct vdpa_device *vdev, bool is_new);
void diag_dev_remove(struct diag_dev *ddev);
void diag_dev_get(struct diag_dev *ddev);
void diag_dev_put(struct diag_dev *ddev);
void diag_dev_remove_all(void);
void diag_dev_set_driver(struct diag_dev *ddev, const char *driver);

/* use.c */
const char *diag_dev_used(struct vdpa_device *vdev);
bool diag_dev_closed(struct vdpa_device *vdev);

/* Called by probe handlers: under RCU, no locks. */
static inline struct diag_dev *diag_dev_lookup(const void *key)
{
	struct diag_dev *ddev;

	hash_for_each_possible_rcu(diag_dev_hash, ddev, node, (uintptr_t)key)
		if (ddev->key == key)
			return ddev;
	return NULL;
}

/*
 * The current process, under the id and name by which users know it: that of
 * the thread group, also when one of its threads calls. The name always ends
 * within its room, see __set_task_comm(); copying the room is quick.
 */
static inline void diag_task_current(struct diag_task *task)
{
	task->pid = task_tgid_nr(current);
	memcpy(task->comm, current->group_leader->comm, sizeof(task->comm));
}

/* map.c */
struct diag_range *diag_map_first(struct diag_as *as, u64 iova);
struct diag_range *diag_map_next(struct diag_range *range, u64 iova);
void diag_map_free(struct diag_as *as);
void diag_map_set(struct diag_as *as, enum vdpactl_known known);
void diag_map_forget(struct diag_as *as, enum vdpactl_why why);
u64 diag_map_copy(struct diag_as *as, const struct vhost_iotlb *tlb);
u64 diag_map_add(struct diag_as *as, u64 iova, u64 size, u32 perm);
void diag_map_del(struct diag_as *as, u64 iova, u64 size);

/* probe.c */
extern u32 diag_epoch;
u64 diag_probes_get(struct diag_dev *ddev);
void diag_probes_check(void);
u64 diag_probes_missed(void);
int diag_probes_init(void);
void diag_probes_exit(void);

/* canary.c */
bool diag_canary_lives(void);
int diag_canary_init(void);
void diag_canary_exit(void);

/*
 * Whether operations are seen: diag_epoch is even while they are. A call is
 * followed if it began and ended in one even epoch.
 */
static inline bool diag_probes_on(u32 epoch)
{
	return !(epoch & 1);
}

/* netlink.c */
#define DIAG_MCGRP_EVENTS	0
#define DIAG_MCGRP_FAULTS	1
extern struct genl_family diag_family;

/* ring.c */
int diag_ring_init(struct diag_ring *ring);
void diag_ring_exit(struct diag_ring *ring);
bool diag_ring_put(struct diag_ring *ring, struct diag_record *rec);
void diag_ring_state(struct diag_ring *ring, struct diag_ring_state *state);

int diag_ring_joined(struct diag_ring *ring);

/*
 * Whether anybody listens. The kernel's own bit is one for all network
 * namespaces, and in one of his own anybody may join a group by its number:
 * he neither hears anything nor makes the host take the slow path. Before 6.9
 * a family does not learn who joins: there he makes it, for nothing.
 */
static inline bool diag_ring_listened(const struct diag_ring *ring)
{
	return (READ_ONCE(ring->listened) ||
		!__is_defined(VDPACTL_HAVE_GENL_BIND)) &&
	       genl_has_listeners(&diag_family, &init_net, ring->group);
}

/*
 * A record that nobody would hear: only counted, without the lock. That races
 * with a record for a listener who joins now: to him it is the one before, or
 * one that is missing, as it would be with the lock.
 */
static inline void diag_ring_skip(struct diag_ring *ring)
{
	atomic64_inc(&ring->seq);
	if (READ_ONCE(ring->gap))
		WRITE_ONCE(ring->gap, false);
}

/* event.c */
extern struct diag_ring diag_events;
void diag_event_call(struct diag_dev *ddev, const struct diag_call *call,
		     int ret, u64 duration);
void diag_event_dev(struct diag_dev *ddev, enum vdpactl_event type,
		    const char *driver);
void diag_event_probes(enum vdpactl_event type, u64 count);

/* fault.c */
extern struct diag_ring diag_faults;	/* with CONFIG_IOMMU_IOPF */
#ifdef CONFIG_IOMMU_IOPF
bool diag_faults_on(void);
void diag_faults_init(void);
void diag_faults_exit(void);
#else
static inline bool diag_faults_on(void)
{
	return false;
}

static inline void diag_faults_init(void)
{
}

static inline void diag_faults_exit(void)
{
}
#endif

/* action.c */
struct genl_info;
int diag_do_reset(struct sk_buff *skb, struct genl_info *info);
int diag_do_map_reset(struct sk_buff *skb, struct genl_info *info);
int diag_do_group_bind(struct sk_buff *skb, struct genl_info *info);
int diag_do_suspend(struct sk_buff *skb, struct genl_info *info);
int diag_do_resume(struct sk_buff *skb, struct genl_info *info);

#endif /* VDPACTL_DIAG_H */
