// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reading a fault queue and answering what was read, each group once.
 *
 * What drivers/iommu/iommufd/eventq.c (fault.c before 6.15) does, and this code
 * relies on: read() never blocks, and returns 0 when there is nothing; it wants
 * a multiple of the record size, and delivers whole groups or, when the first
 * does not fit, EINVAL (0 on early kernels). write() takes responses until one
 * is wrong, and fails with EINVAL only when that is the first.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <vdpactl/fault.h>

#include "compat-iommufd.h"
#include "fault_io.h"
#include "fault_pending.h"

/* Most queues are quiet. Room grows with the reads that fill it, and for big groups */
#define BUFFER_FIRST	(16 * VDPACTL_FAULT_RECORD)
#define BUFFER_BUSY	(4096 * VDPACTL_FAULT_RECORD)
#define BUFFER_MAX	(1024 * 1024 * VDPACTL_FAULT_RECORD)
#define EVENT_MAX	4096
/* How long a socket may be full, and at the end; the kernel's queues never are */
#define WRITE_TIMEOUT_MS 10000
#define CLOSE_TIMEOUT_MS 1000
/* So many groups of a pipe or socket may have begun and not ended; memory is bounded */
#define BEGUN_MAX	65536

/**
 * struct vdpactl_queue - a queue being read
 * @fd: descriptor
 * @kind: what it is
 * @writable: it takes responses
 * @io: how bytes are moved
 * @buffer: bytes read; @carry of them are the beginning of a record that a pipe
 *	or socket has not delivered whole yet
 * @size: room in @buffer
 * @full: the last read took more than half of it
 * @missed: how often reading got nothing of what is there
 * @faults: @buffer decoded; room for @size / VDPACTL_FAULT_RECORD
 * @pending: groups to be answered; only if @writable
 * @open_group: a group has begun and not ended
 * @begun: groups in @pending that have not ended
 * @responses: to be written, @due of them
 * @read_ns: when the group of each response was read
 * @room: room in @responses and @read_ns
 * @event_size: room that the last event needed
 * @next_sequence: of the next event, if @sequence_known
 */
struct vdpactl_queue {
	int fd;
	enum vdpactl_queue_kind kind;
	bool writable;
	struct fault_io *io;
	uint8_t *buffer;
	size_t size;
	bool full;
	unsigned int missed;
	size_t carry;
	struct vdpactl_fault *faults;
	struct fault_pending pending;
	bool open_group;
	size_t begun;
	struct iommufd_page_response *responses;
	int64_t *read_ns;
	size_t due;
	size_t room;
	size_t event_size;
	uint32_t next_sequence;
	bool sequence_known;
	struct vdpactl_queue_stats stats;
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static int resize(struct vdpactl_queue *queue, size_t size)
{
	struct vdpactl_fault *faults;
	uint8_t *buffer;

	buffer = realloc(queue->buffer, size);
	if (!buffer)
		return -ENOMEM;
	queue->buffer = buffer;
	faults = reallocarray(queue->faults, size / VDPACTL_FAULT_RECORD, sizeof(*faults));
	if (!faults)
		return -ENOMEM;
	queue->faults = faults;
	queue->size = size;
	return 0;
}

/* A file would not be answered but overwritten: it is a recording */
static bool takes_responses(int fd, int flags, enum vdpactl_queue_kind kind)
{
	struct stat st;

	return (flags & O_ACCMODE) == O_RDWR && kind != VDPACTL_QUEUE_EVENT &&
	       !fstat(fd, &st) && !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode);
}

struct vdpactl_queue *vdpactl_queue_new(int fd, enum vdpactl_queue_io io,
					struct vdpactl_error *err)
{
	struct vdpactl_queue *queue;
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY) {
		vdpactl_error_set(err, EBADF, flags < 0 ?
				  "file descriptor %d is not open" :
				  "file descriptor %d is open for writing only", fd);
		return NULL;
	}
	queue = calloc(1, sizeof(*queue));
	if (queue)
		queue->kind = vdpactl_queue_kind(fd);
	if (!queue || resize(queue, queue->kind == VDPACTL_QUEUE_EVENT ? EVENT_MAX :
									 BUFFER_FIRST)) {
		vdpactl_error_set(err, ENOMEM, "out of memory for a fault queue");
		vdpactl_queue_free(queue);
		return NULL;
	}
	queue->fd = fd;
	queue->writable = takes_responses(fd, flags, queue->kind);
	queue->event_size = VDPACTL_EVENT_HEADER + sizeof(uint32_t);
	queue->stats = VDPACTL_QUEUE_STATS;
	/*
	 * io_uring would wait for the next fault, or read in a thread, unless
	 * told not to. Nobody else notices: iommufd's read() never blocks.
	 */
	if (io == VDPACTL_IO_URING && queue->kind != VDPACTL_QUEUE_OTHER)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	queue->io = fault_io_new(fd, io);
	if (!queue->io) {
		vdpactl_error_set(err, errno, "cannot set up io_uring: %s", strerror(errno));
		vdpactl_error_hint(err, "Use --io poll.");
		vdpactl_queue_free(queue);
		return NULL;
	}
	return queue;
}

void vdpactl_queue_free(struct vdpactl_queue *queue)
{
	if (!queue)
		return;
	fault_io_free(queue->io);
	fault_pending_free(&queue->pending);
	free(queue->buffer);
	free(queue->faults);
	free(queue->responses);
	free(queue->read_ns);
	free(queue);
}

enum vdpactl_queue_kind vdpactl_queue_get_kind(const struct vdpactl_queue *queue)
{
	return queue->kind;
}

bool vdpactl_queue_writable(const struct vdpactl_queue *queue)
{
	return queue->writable;
}

const struct vdpactl_queue_stats *
vdpactl_queue_stats(const struct vdpactl_queue *queue)
{
	return &queue->stats;
}

size_t vdpactl_queue_pending(const struct vdpactl_queue *queue)
{
	return queue->pending.count;
}

size_t vdpactl_queue_waiting(const struct vdpactl_queue *queue)
{
	return queue->pending.count - queue->begun;
}

int64_t vdpactl_queue_overdue(const struct vdpactl_queue *queue, int64_t age,
			      uint32_t *cookie)
{
	const struct fault_group *group = fault_pending_oldest(&queue->pending);
	int64_t left;

	/* One that is not whole cannot be answered, so it cannot be late either */
	while (group && !group->complete)
		group = fault_pending_newer(&queue->pending, group);
	if (!group)
		return -1;
	*cookie = group->cookie;
	left = group->read_ns + age - now_ns();
	return left > 0 ? left : 0;
}

/* ---- statistics ----------------------------------------------------------- */

/* 16 buckets for each power of two: 6.25 % wide, so the middle is 3.2 % off */
static unsigned int bucket_of(uint64_t ns)
{
	unsigned int exponent = 63 - __builtin_clzll(ns | 1);

	if (exponent < 4)
		return ns;
	return (exponent - 3) * 16 + (ns >> (exponent - 4) & 15);
}

static uint64_t bucket_middle(unsigned int bucket)
{
	unsigned int exponent = bucket / 16 + 3;

	if (bucket < 16)
		return bucket;
	return (16ULL + bucket % 16) << (exponent - 4) | (1ULL << (exponent - 4)) / 2;
}

void vdpactl_queue_count(struct vdpactl_queue_stats *stats, enum vdpactl_fault_code code,
			 uint64_t latency)
{
	if (code < VDPACTL_FAULT_CODES)
		stats->responses[code]++;
	stats->latency[bucket_of(latency)]++;
	if (latency < stats->latency_min)
		stats->latency_min = latency;
	if (latency > stats->latency_max)
		stats->latency_max = latency;
}

uint64_t vdpactl_queue_latency(const struct vdpactl_queue_stats *stats, double q)
{
	uint64_t total = 0, seen = 0, middle;

	for (int i = 0; i < VDPACTL_LATENCY_BUCKETS; i++)
		total += stats->latency[i];
	if (!total)
		return 0;
	for (int i = 0; i < VDPACTL_LATENCY_BUCKETS; i++) {
		seen += stats->latency[i];
		if (seen < q * total || !seen)
			continue;
		middle = bucket_middle(i);
		if (middle < stats->latency_min)
			return stats->latency_min;
		return middle < stats->latency_max ? middle : stats->latency_max;
	}
	return stats->latency_max;
}

/* ---- responses ------------------------------------------------------------- */

static int reserve_response(struct vdpactl_queue *queue)
{
	struct iommufd_page_response *responses;
	size_t room = queue->room ? 2 * queue->room : 256;
	int64_t *read_ns;

	if (queue->due < queue->room)
		return 0;
	responses = reallocarray(queue->responses, room, sizeof(*responses));
	if (!responses)
		return -ENOMEM;
	queue->responses = responses;
	read_ns = reallocarray(queue->read_ns, room, sizeof(*read_ns));
	if (!read_ns)
		return -ENOMEM;
	queue->read_ns = read_ns;
	queue->room = room;
	return 0;
}

int vdpactl_queue_respond(struct vdpactl_queue *queue, uint32_t cookie,
			  enum vdpactl_fault_code code)
{
	struct fault_group *group = fault_pending_find(&queue->pending, cookie);

	if (!group)
		return -ENOENT;
	if (!group->complete)
		return -EAGAIN;
	if (reserve_response(queue))
		return -ENOMEM;
	queue->responses[queue->due] = (struct iommufd_page_response){
		.cookie = cookie,
		.code = code,
	};
	queue->read_ns[queue->due++] = group->read_ns;
	fault_pending_remove(&queue->pending, group);
	return 0;
}

static void drop_responses(struct vdpactl_queue *queue, size_t n)
{
	queue->due -= n;
	memmove(queue->responses, queue->responses + n, queue->due * sizeof(*queue->responses));
	memmove(queue->read_ns, queue->read_ns + n, queue->due * sizeof(*queue->read_ns));
}

/*
 * What writing the responses returned. EINVAL means that the kernel does not
 * know the first: it answered that group itself, as it does when the device is
 * detached or moved to another page table.
 */
static int responses_written(struct vdpactl_queue *queue, ssize_t result,
			     struct vdpactl_error *err)
{
	int64_t now = now_ns();
	size_t n;

	if (result == -EINTR || result == -EAGAIN)
		return 0;
	if (result == -EINVAL && queue->kind == VDPACTL_QUEUE_FAULT) {
		queue->stats.gone++;
		drop_responses(queue, 1);
		return 0;
	}
	if (result < 0)
		return vdpactl_error_set(err, -result,
					 "cannot write responses to the fault queue: %s",
					 strerror(-result));
	n = result / sizeof(*queue->responses);
	for (size_t i = 0; i < n; i++)
		vdpactl_queue_count(&queue->stats, queue->responses[i].code,
				    now - queue->read_ns[i]);
	drop_responses(queue, n);
	return 0;
}

/*
 * Nothing can end a write that waits for a peer, so none is made that may: poll() tells
 * whether there is room for PIPE_BUF bytes. The kernel's queues take everything at once.
 */
static struct fault_span due_span(const struct vdpactl_queue *queue)
{
	size_t size = queue->due * sizeof(*queue->responses);

	if (queue->kind != VDPACTL_QUEUE_FAULT && size > PIPE_BUF)
		size = PIPE_BUF;
	return (struct fault_span){ .buf = queue->responses, .size = size };
}

static bool has_room(const struct vdpactl_queue *queue, int timeout)
{
	struct pollfd pfd = { .fd = queue->fd, .events = POLLOUT };

	return queue->kind == VDPACTL_QUEUE_FAULT || poll(&pfd, 1, timeout) > 0;
}

static int wait_for_room(const struct vdpactl_queue *queue, int timeout, bool interruptible,
			 struct vdpactl_error *err)
{
	int64_t end = now_ns() + timeout * 1000000LL, left;

	errno = 0;
	while (!has_room(queue, timeout)) {
		if (errno == EINTR && interruptible)
			return vdpactl_error_set(err, EINTR, "interrupted while nobody takes the responses to the fault queue");
		left = end - now_ns();
		if (left <= 0)
			return vdpactl_error_set(err, ETIMEDOUT,
						 "nobody takes the responses to the fault queue");
		timeout = left / 1000000 + 1;
	}
	return 0;
}

static int flush(struct vdpactl_queue *queue, int timeout, bool interruptible,
		 struct vdpactl_error *err)
{
	struct fault_span out, in = { 0 };
	int ret = 0;

	while (queue->due && !ret) {
		ret = wait_for_room(queue, timeout, interruptible, err);
		if (ret)
			break;
		out = due_span(queue);
		fault_io_exchange(queue->io, &out, &in);
		ret = responses_written(queue, out.result, err);
	}
	return ret;
}

int vdpactl_queue_flush(struct vdpactl_queue *queue, struct vdpactl_error *err)
{
	return flush(queue, WRITE_TIMEOUT_MS, true, err);
}

int vdpactl_queue_close(struct vdpactl_queue *queue, struct vdpactl_error *err)
{
	struct fault_group *group;
	uint64_t gone;
	int count = 0, ret;

	ret = flush(queue, CLOSE_TIMEOUT_MS, false, err);
	if (ret)
		return ret;
	gone = queue->stats.gone;
	queue->begun = 0;
	while ((group = fault_pending_oldest(&queue->pending))) {
		/* A group that a pipe cut short has no last request to wait for */
		group->complete = true;
		ret = vdpactl_queue_respond(queue, group->cookie, VDPACTL_FAULT_INVALID);
		if (ret)
			return vdpactl_error_set(err, ret, "out of memory for responses");
		count++;
	}
	ret = flush(queue, CLOSE_TIMEOUT_MS, false, err);
	if (ret)
		return ret;
	count -= queue->stats.gone - gone;
	queue->stats.abandoned += count;
	return count;
}

/* ---- faults ------------------------------------------------------------------ */

static int note_fault(struct vdpactl_queue *queue, const struct vdpactl_fault *fault,
		      int64_t now)
{
	struct fault_group *group;

	queue->stats.faults++;
	queue->open_group = !fault->last;
	if (fault->last)
		queue->stats.groups++;
	if (!queue->writable)
		return 0;
	group = fault_pending_find(&queue->pending, fault->cookie);
	/* The kernel answered that one itself, and gave its cookie to the next */
	if (group && group->complete) {
		queue->stats.gone++;
		fault_pending_remove(&queue->pending, group);
		group = NULL;
	}
	if (!group) {
		group = fault_pending_add(&queue->pending, fault->cookie, now);
		if (!group)
			return -ENOMEM;
		queue->begun++;
	}
	if (fault->last) {
		group->complete = true;
		queue->begun--;
	}
	return queue->begun > BEGUN_MAX ? -ENOBUFS : 0;
}

static int decode(struct vdpactl_queue *queue, size_t bytes, struct vdpactl_error *err)
{
	size_t have = queue->carry + bytes;
	size_t count = have / VDPACTL_FAULT_RECORD;
	int64_t now = now_ns();
	int ret;

	for (size_t i = 0; i < count; i++) {
		vdpactl_fault_decode(&queue->faults[i],
				     queue->buffer + i * VDPACTL_FAULT_RECORD);
		ret = note_fault(queue, &queue->faults[i], now);
		if (ret == -ENOBUFS)
			return vdpactl_error_set(err, ENOBUFS,
						 "the fault queue has more than %d groups that have begun and not ended",
						 BEGUN_MAX);
		if (ret)
			return vdpactl_error_set(err, ENOMEM, "out of memory for faults");
	}
	queue->carry = have - count * VDPACTL_FAULT_RECORD;
	memmove(queue->buffer, queue->buffer + count * VDPACTL_FAULT_RECORD, queue->carry);
	return count;
}

static int ended(struct vdpactl_queue *queue, struct vdpactl_error *err)
{
	if (queue->open_group || queue->carry)
		queue->stats.incomplete++;
	queue->open_group = false;
	queue->carry = 0;
	return vdpactl_error_set(err, EPIPE, "the other end closed the fault queue");
}

static bool readable(const struct vdpactl_queue *queue)
{
	struct pollfd pfd = { .fd = queue->fd, .events = POLLIN };

	return poll(&pfd, 1, 0) > 0;
}

/* A group that does not fit: more room, until that is absurd */
static int grow(struct vdpactl_queue *queue, struct vdpactl_error *err)
{
	if (queue->size >= BUFFER_MAX)
		return vdpactl_error_set(err, EINVAL,
					 "the fault queue has a group of more than %d requests",
					 BUFFER_MAX / VDPACTL_FAULT_RECORD);
	if (resize(queue, 2 * queue->size))
		return vdpactl_error_set(err, ENOMEM, "out of memory for a group of faults");
	return 0;
}

/* What reading returned: the number of faults, or -EAGAIN to read again */
static int faults_read(struct vdpactl_queue *queue, ssize_t result,
		       struct vdpactl_error *err)
{
	int ret;

	if (result == -EAGAIN)
		return 0;
	if (queue->kind == VDPACTL_QUEUE_FAULT && !result) {
		if (!readable(queue))
			return 0;
		/* It may have come just now; if it does not fit, it is still there */
		if (!queue->missed++)
			return -EAGAIN;
	}
	if (queue->kind == VDPACTL_QUEUE_FAULT && (!result || result == -EINVAL)) {
		ret = grow(queue, err);
		return ret ? ret : -EAGAIN;
	}
	if (!result)
		return ended(queue, err);
	if (result < 0)
		return vdpactl_error_set(err, -result, "cannot read the fault queue: %s",
					 strerror(-result));
	queue->full = (size_t)result > queue->size / 2;
	return decode(queue, result, err);
}

int vdpactl_queue_read(struct vdpactl_queue *queue,
		       const struct vdpactl_fault **faults, struct vdpactl_error *err)
{
	struct fault_span out, in;
	int ret;

	/* More room is a matter of speed, so the lack of it is no error */
	if (queue->full && queue->size < BUFFER_BUSY)
		resize(queue, 2 * queue->size);
	*faults = queue->faults;
	queue->missed = 0;
	do {
		out = (struct fault_span){ 0 };
		in = (struct fault_span){ 0 };
		if (queue->due && has_room(queue, 0))
			out = due_span(queue);
		if (queue->kind == VDPACTL_QUEUE_FAULT || readable(queue)) {
			in.buf = queue->buffer + queue->carry;
			in.size = queue->size - queue->carry;
		}
		fault_io_exchange(queue->io, &out, &in);
		ret = out.buf ? responses_written(queue, out.result, err) : 0;
		if (ret || !in.buf)
			return ret;
		ret = faults_read(queue, in.result, err);
		*faults = queue->faults;
	} while (ret == -EAGAIN);
	return ret;
}

/* ---- events ------------------------------------------------------------------- */

/* Numbers run from 0 to INT_MAX and begin again */
static void note_event(struct vdpactl_queue *queue, const struct vdpactl_viommu_event *event)
{
	uint32_t gap = (event->sequence - queue->next_sequence) & INT32_MAX;

	if (queue->sequence_known)
		queue->stats.lost += gap + event->lost;
	else
		queue->stats.lost += event->lost;
	queue->sequence_known = true;
	queue->next_sequence = (event->sequence + 1) & INT32_MAX;
	if (!event->lost)
		queue->stats.events++;
}

/*
 * A record does not tell its size, and several may come in one read: so read
 * with room for one, which the kernel tells by EINVAL as long as it is too small.
 */
int vdpactl_queue_read_event(struct vdpactl_queue *queue, struct vdpactl_viommu_event *event,
			     struct vdpactl_error *err)
{
	struct fault_span out = { 0 }, in;
	int ret;

	for (;;) {
		in = (struct fault_span){ queue->buffer, queue->event_size, 0 };
		fault_io_exchange(queue->io, &out, &in);
		if (in.result != -EINVAL || queue->event_size >= EVENT_MAX)
			break;
		queue->event_size += sizeof(uint32_t);
	}
	if (!in.result || in.result == -EAGAIN)
		return 0;
	if (in.result < 0)
		return vdpactl_error_set(err, -in.result, "cannot read the event queue: %s",
					 strerror(-in.result));
	ret = vdpactl_viommu_event_decode(event, queue->buffer, in.result);
	if (ret)
		return vdpactl_error_set(err, ret,
					 "the event queue returned %zd bytes, which is no event",
					 in.result);
	note_event(queue, event);
	return 1;
}
