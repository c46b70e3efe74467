/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * I/O page faults: iommufd's fault queues and the event queues of its virtual
 * IOMMUs.
 *
 * A device that touches a page it has no translation for reports a group of
 * page requests and stalls until the group is answered. The kernel hands groups
 * out through the file descriptor of a fault queue, and takes one response for
 * each, by cookie. Reading consumes: of two readers each gets some groups.
 */
#ifndef VDPACTL_FAULT_H
#define VDPACTL_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vdpactl/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- records -------------------------------------------------------------- */

/** Bytes of one fault record, struct iommu_hwpt_pgfault */
#define VDPACTL_FAULT_RECORD	40

/** Bytes before the data of an event, struct iommufd_vevent_header */
#define VDPACTL_EVENT_HEADER	8

/** Room that the longest line of vdpactl_fault_json() and the others needs */
#define VDPACTL_FAULT_LINE	384

#define VDPACTL_FAULT_READ	(1U << 0)
#define VDPACTL_FAULT_WRITE	(1U << 1)
#define VDPACTL_FAULT_EXEC	(1U << 2)
#define VDPACTL_FAULT_PRIV	(1U << 3)

/**
 * struct vdpactl_fault - one page request
 * @dev_id: iommufd's ID of the device
 * @pasid: PASID, if @has_pasid
 * @group: page request group index
 * @perm: VDPACTL_FAULT_*, and bits that have no name yet
 * @addr: I/O virtual address
 * @length: bytes that the device expects to need; 0 is no hint
 * @cookie: names the group in its response
 * @has_pasid: the request has a PASID
 * @last: last request of its group
 * @unknown_flags: flag bits that have no name yet
 * @reserved: the reserved field; 0 so far
 */
struct vdpactl_fault {
	uint32_t dev_id;
	uint32_t pasid;
	uint32_t group;
	uint32_t perm;
	uint64_t addr;
	uint32_t length;
	uint32_t cookie;
	bool has_pasid;
	bool last;
	uint32_t unknown_flags;
	uint32_t reserved;
};

/** enum vdpactl_fault_code - the answers that exist: PCIe 6.0, 10.4.2.1 */
enum vdpactl_fault_code {
	VDPACTL_FAULT_SUCCESS = 0,	/* the page is there, try again */
	VDPACTL_FAULT_INVALID = 1,	/* give up */
	VDPACTL_FAULT_CODES
};

/**
 * vdpactl_fault_decode() - one record from the bytes of a fault queue
 * @fault: filled in
 * @record: VDPACTL_FAULT_RECORD bytes, of any alignment; in host byte order, as
 *	the kernel writes them (struct iommu_hwpt_pgfault)
 */
void vdpactl_fault_decode(struct vdpactl_fault *fault, const void *record);

/**
 * vdpactl_fault_json() - a fault as one line of JSON
 * @fault: what to print
 * @line: where to; VDPACTL_FAULT_LINE bytes
 *
 * Return: the length, with the newline; there is no terminating zero.
 */
size_t vdpactl_fault_json(const struct vdpactl_fault *fault, char *line);

/**
 * vdpactl_fault_text() - a fault as one line of text
 *
 * As vdpactl_fault_json().
 */
size_t vdpactl_fault_text(const struct vdpactl_fault *fault, char *line);

/** vdpactl_response_json() - a response as one line of JSON */
size_t vdpactl_response_json(uint32_t cookie, enum vdpactl_fault_code code,
			     char *line);

/** vdpactl_response_text() - a response as one line of text */
size_t vdpactl_response_text(uint32_t cookie, enum vdpactl_fault_code code,
			     char *line);

/** vdpactl_fault_code_name() - "success" or "invalid" */
const char *vdpactl_fault_code_name(enum vdpactl_fault_code code);

/**
 * vdpactl_fault_code_parse() - the code of a name
 *
 * Return: an enum vdpactl_fault_code, or -EINVAL.
 */
int vdpactl_fault_code_parse(const char *name);

/**
 * struct vdpactl_viommu_event - one event of a virtual IOMMU
 * @sequence: number of the event; one that is missing was lost
 * @lost: no event, only the number of the last one that was lost
 * @unknown_flags: flag bits that have no name yet
 * @data: the data, in the caller's buffer
 * @size: bytes of @data
 */
struct vdpactl_viommu_event {
	uint32_t sequence;
	bool lost;
	uint32_t unknown_flags;
	const uint8_t *data;
	size_t size;
};

/**
 * vdpactl_viommu_event_decode() - what one read() of an event queue returned
 * @event: filled in
 * @buf: bytes; must stay while @event is used
 * @size: how many
 *
 * A record does not tell its size, so a read must be made with room for one
 * (vdpactl_queue_read_event() does).
 *
 * Return: 0, or -EINVAL when it is too short to be an event.
 */
int vdpactl_viommu_event_decode(struct vdpactl_viommu_event *event, const void *buf,
			 size_t size);

/* ---- finding queues ------------------------------------------------------- */

/** enum vdpactl_queue_kind - what a file descriptor is */
enum vdpactl_queue_kind {
	VDPACTL_QUEUE_OTHER,	/* a pipe or a socket with fault records in it */
	VDPACTL_QUEUE_FAULT,	/* anon_inode:[iommufd-pgfault] */
	VDPACTL_QUEUE_EVENT,	/* anon_inode:[iommufd-viommu-event] */
};

/**
 * struct vdpactl_queue_entry - a queue that a process has open
 * @pid: process
 * @comm: its name
 * @fd: descriptor in it
 * @kind: fault or event queue
 */
struct vdpactl_queue_entry {
	int pid;
	char comm[64];
	int fd;
	enum vdpactl_queue_kind kind;
};

/**
 * struct vdpactl_queue_list - every queue that could be seen
 * @count: entries in @entries
 * @entries: sorted by process and descriptor
 * @hidden: processes whose descriptors may not be read
 */
struct vdpactl_queue_list {
	size_t count;
	struct vdpactl_queue_entry *entries;
	unsigned int hidden;
};

/**
 * vdpactl_queue_list() - find the queues of every process in /proc
 * @list: filled in; vdpactl_queue_list_free() frees what is in it
 *
 * Return: 0, or a negative errno: -ENOMEM, or what opening /proc gave.
 */
int vdpactl_queue_list(struct vdpactl_queue_list *list, struct vdpactl_error *err);
void vdpactl_queue_list_free(struct vdpactl_queue_list *list);

/** vdpactl_queue_kind() - what a descriptor of this process is */
enum vdpactl_queue_kind vdpactl_queue_kind(int fd);

/**
 * vdpactl_queue_steal() - a descriptor of another process
 * @pid: process
 * @fd: descriptor in it
 * @pidfd: if not NULL set to a pidfd that becomes readable when the process ends
 *
 * Return: a descriptor of the same queue (pidfd_getfd(2)), or -ESRCH, -EBADF
 * (no such descriptor), -EPERM, -ENOSYS (before Linux 5.6).
 */
int vdpactl_queue_steal(int pid, int fd, int *pidfd, struct vdpactl_error *err);

/**
 * vdpactl_queue_receive() - a descriptor sent over a UNIX socket
 * @path: a stream socket to connect to; its owner sends one message with one
 *	descriptor (SCM_RIGHTS)
 *
 * Return: the descriptor, or -EPROTO (none, or several), or what connecting gave.
 */
int vdpactl_queue_receive(const char *path, struct vdpactl_error *err);

/* ---- reading and answering ------------------------------------------------ */

/** enum vdpactl_queue_io - how a queue is read */
enum vdpactl_queue_io {
	VDPACTL_IO_POLL,	/* poll, read, write */
	VDPACTL_IO_URING,	/* io_uring: responses and the next read in one call */
};

/** Most kinds of latency numbers: see struct vdpactl_queue_stats */
#define VDPACTL_LATENCY_BUCKETS	1024

/**
 * struct vdpactl_queue_stats - what a queue went through
 * @groups: groups read
 * @faults: requests in them
 * @events: events read, from an event queue
 * @lost: events that were lost, by their sequence numbers
 * @responses: groups answered, by code
 * @abandoned: of them, groups answered invalid because of vdpactl_queue_close()
 * @gone: groups that the kernel no longer knew when they were answered: it had
 *	answered them itself, as it does when a device is detached
 * @incomplete: groups whose last request never came
 * @latency_min: shortest time from reading a group to its response, ns
 * @latency_max: longest
 * @latency: histogram; see vdpactl_queue_latency()
 */
struct vdpactl_queue_stats {
	uint64_t groups;
	uint64_t faults;
	uint64_t events;
	uint64_t lost;
	uint64_t responses[VDPACTL_FAULT_CODES];
	uint64_t abandoned;
	uint64_t gone;
	uint64_t incomplete;
	uint64_t latency_min;
	uint64_t latency_max;
	uint32_t latency[VDPACTL_LATENCY_BUCKETS];
};

/** Numbers of a queue that went through nothing yet */
#define VDPACTL_QUEUE_STATS ((struct vdpactl_queue_stats){ .latency_min = UINT64_MAX })

/**
 * vdpactl_queue_count() - count a response that somebody gave
 * @code: which
 * @latency: how long it took, ns
 */
void vdpactl_queue_count(struct vdpactl_queue_stats *stats, enum vdpactl_fault_code code,
			 uint64_t latency);

/**
 * vdpactl_queue_latency() - a quantile of the response times
 * @q: 0 to 1
 *
 * Return: nanoseconds, at most 3.2 % off; 0 when nothing was answered.
 */
uint64_t vdpactl_queue_latency(const struct vdpactl_queue_stats *stats, double q);

struct vdpactl_queue;

/**
 * vdpactl_queue_new() - read a queue through a descriptor
 * @fd: fault queue, event queue, or a pipe, socket or file of fault records.
 *	The caller keeps it and closes it after vdpactl_queue_free()
 * @io: how
 *
 * Return: the queue, or NULL with @err: ENOMEM, EBADF, or what io_uring_setup(2)
 * gave.
 */
struct vdpactl_queue *vdpactl_queue_new(int fd, enum vdpactl_queue_io io,
					struct vdpactl_error *err);

/** vdpactl_queue_get_kind() - what the descriptor is */
enum vdpactl_queue_kind vdpactl_queue_get_kind(const struct vdpactl_queue *queue);

/** vdpactl_queue_writable() - whether responses can be written to it: not to a file */
bool vdpactl_queue_writable(const struct vdpactl_queue *queue);

/** vdpactl_queue_stats() - its numbers; they live as long as the queue */
const struct vdpactl_queue_stats *
vdpactl_queue_stats(const struct vdpactl_queue *queue);

/**
 * vdpactl_queue_read() - write what is due and read what is there
 * @faults: set to an array of faults, valid until the next call
 *
 * To be called when the descriptor is readable, or when there are responses
 * (vdpactl_queue_respond()) to be written. Groups come whole and in order,
 * unless the descriptor is a pipe and its writer stops in the middle.
 *
 * Responses to a pipe or socket are written as far as its peer has room for them.
 *
 * Return: the number of faults; 0 when there are none at the moment; -EPIPE when
 * a pipe or socket ended; -EINTR; or what reading gave.
 */
int vdpactl_queue_read(struct vdpactl_queue *queue,
		       const struct vdpactl_fault **faults,
		       struct vdpactl_error *err);

/**
 * vdpactl_queue_read_event() - read one event of an event queue
 *
 * Return: 1, 0 when there is none, or as vdpactl_queue_read().
 */
int vdpactl_queue_read_event(struct vdpactl_queue *queue,
			     struct vdpactl_viommu_event *event,
			     struct vdpactl_error *err);

/**
 * vdpactl_queue_respond() - answer a group
 * @cookie: its cookie
 * @code: the answer
 *
 * The response is written by the next vdpactl_queue_read() or
 * vdpactl_queue_flush(). Each group can be answered once.
 *
 * Return: 0; -ENOENT: there is no such group, or it was answered; -EAGAIN: its
 * last request did not come yet; -ENOMEM.
 */
int vdpactl_queue_respond(struct vdpactl_queue *queue, uint32_t cookie,
			  enum vdpactl_fault_code code);

/**
 * vdpactl_queue_flush() - write the responses that are due
 *
 * Return: 0; -ETIMEDOUT: the peer of a pipe or socket takes none; -EINTR: a signal came
 * while it waited for that peer; or what writing gave.
 */
int vdpactl_queue_flush(struct vdpactl_queue *queue, struct vdpactl_error *err);

/** vdpactl_queue_pending() - groups that were read and not answered */
size_t vdpactl_queue_pending(const struct vdpactl_queue *queue);

/** vdpactl_queue_waiting() - of them, those that were read to their end */
size_t vdpactl_queue_waiting(const struct vdpactl_queue *queue);

/**
 * vdpactl_queue_overdue() - a group that waits too long
 * @age: how long is too long, ns
 * @cookie: set to the cookie of the oldest group that can be answered
 *
 * Return: 0 when that group is older than @age; else nanoseconds until it will
 * be; -1 when no group waits.
 */
int64_t vdpactl_queue_overdue(const struct vdpactl_queue *queue, int64_t age,
			      uint32_t *cookie);

/**
 * vdpactl_queue_close() - answer invalid whatever was not answered
 *
 * Return: the number of groups that were, or a negative errno.
 */
int vdpactl_queue_close(struct vdpactl_queue *queue, struct vdpactl_error *err);

/** vdpactl_queue_free() - free a queue; unanswered groups stay so */
void vdpactl_queue_free(struct vdpactl_queue *queue);

#ifdef __cplusplus
}
#endif
#endif
