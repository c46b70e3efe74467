// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bounded queue between probe handlers, which may not sleep, and a multicast
 * group of the family. Records get their sequence number when they are put,
 * also those for which there is no room: a listener sees a gap where they are
 * missing. Memory does not depend on how many there are.
 */
#include <linux/capability.h>
#include <linux/jiffies.h>
#include <linux/vmalloc.h>
#include <net/genetlink.h>
#include "diag.h"

#define DIAG_RING_RECORDS	8192
#define DIAG_RING_BATCH		32
/* One record as a message: its longest strings and all attributes fit. */
#define DIAG_RECORD_MSG		512

static void *diag_ring_at(void *records, const struct diag_ring *ring, u32 i)
{
	return records + (size_t)i * ring->size;
}

/**
 * diag_ring_put() - queue a record
 * @ring: the ring
 * @rec: the record, its sequence number is set and it is copied
 *
 * Called from probe handlers, at entry or return, and from process context.
 * Without a listener nothing is stored.
 *
 * Return: true if the record was taken; else what it owns is still the
 * caller's.
 */
bool diag_ring_put(struct diag_ring *ring, struct diag_record *rec)
{
	bool taken = false;

	if (!diag_ring_listened(ring)) {
		diag_ring_skip(ring);
		return false;
	}

	diag_lock_anywhere(&ring->lock);
	if (ring->closed)
		goto out;
	rec->seq = atomic64_inc_return(&ring->seq);
	if (ring->count == DIAG_RING_RECORDS) {
		ring->lost++;
		WRITE_ONCE(ring->gap, true);
	} else {
		u32 i = (ring->first + ring->count) % DIAG_RING_RECORDS;

		memcpy(diag_ring_at(ring->records, ring, i), rec, ring->size);
		ring->count++;
		WRITE_ONCE(ring->gap, false);
		taken = true;
	}
	/* Under the lock: diag_ring_exit() waits for what was queued here */
	irq_work_queue(&ring->kick);
out:
	spin_unlock(&ring->lock);
	return taken;
}

/* What was taken before was sent by now. */
static u32 diag_ring_take(struct diag_ring *ring)
{
	struct diag_record *last;
	u32 i, n;

	spin_lock(&ring->lock);
	ring->sent = ring->taken;
	n = min_t(u32, ring->count, DIAG_RING_BATCH);
	for (i = 0; i < n; i++)
		memcpy(diag_ring_at(ring->batch, ring, i),
		       diag_ring_at(ring->records, ring,
				    (ring->first + i) % DIAG_RING_RECORDS),
		       ring->size);
	ring->first = (ring->first + n) % DIAG_RING_RECORDS;
	ring->count -= n;
	if (n) {
		last = diag_ring_at(ring->batch, ring, n - 1);
		ring->taken = last->seq;
	}
	spin_unlock(&ring->lock);
	return n;
}

/**
 * diag_ring_joined() - somebody joins the multicast group of a ring
 * @ring: the ring
 *
 * He counts if he has the capability that joining needs in the initial network
 * namespace; in one of his own the kernel asks for less. Who has it and is in
 * another one nevertheless is found when records are sent.
 *
 * Return: 0, or -EPERM: he does not count.
 */
int diag_ring_joined(struct diag_ring *ring)
{
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	WRITE_ONCE(ring->joined, jiffies);
	WRITE_ONCE(ring->listened, true);
	return 0;
}

/* Called for each member of the group in the initial network namespace. */
static int diag_ring_member(struct sock *sk, struct sk_buff *skb, void *data)
{
	bool *heard = data;

	*heard = true;
	return 0;
}

/*
 * A group whose members are all in other namespaces is not listened to. Who
 * joined just now may not be a member yet (genl_bind() comes before), hence
 * the patience.
 */
static void diag_ring_multicast(struct diag_ring *ring, struct sk_buff *skb)
{
	bool heard = false;

	genlmsg_multicast_netns_filtered(&diag_family, &init_net, skb, 0,
					 ring->group, GFP_KERNEL,
					 diag_ring_member, &heard);
	if (!heard && time_after(jiffies, READ_ONCE(ring->joined) + 60 * HZ))
		WRITE_ONCE(ring->listened, false);
}

/* One datagram for a batch: a listener reads many events with one call. */
static void diag_ring_send(struct diag_ring *ring, u32 n)
{
	struct diag_record *rec;
	struct sk_buff *skb;
	u32 i;

	skb = nlmsg_new((size_t)n * DIAG_RECORD_MSG, GFP_KERNEL);
	for (i = 0; i < n; i++) {
		rec = diag_ring_at(ring->batch, ring, i);
		if (!skb || ring->fill(skb, rec)) {
			spin_lock(&ring->lock);
			ring->lost++;
			spin_unlock(&ring->lock);
		}
		if (ring->release)
			ring->release(rec);
	}
	if (skb && skb->len)
		diag_ring_multicast(ring, skb);
	else
		kfree_skb(skb);
}

/*
 * The last records of a storm may be the lost ones: a record of its own makes
 * their gap visible without waiting for the next event.
 */
static void diag_ring_mark_gap(struct diag_ring *ring)
{
	struct diag_record *rec = ring->batch;
	bool gap;

	memset(rec, 0, ring->size);
	rec->type = ring->lost_type;
	rec->time = ktime_get_real_ns();

	spin_lock(&ring->lock);
	gap = READ_ONCE(ring->gap) && !ring->count;
	if (gap) {
		WRITE_ONCE(ring->gap, false);
		rec->seq = atomic64_inc_return(&ring->seq);
	}
	spin_unlock(&ring->lock);
	if (gap)
		diag_ring_send(ring, 1);
}

static void diag_ring_work(struct work_struct *work)
{
	struct diag_ring *ring = container_of(work, struct diag_ring, work);
	u32 n;

	while ((n = diag_ring_take(ring))) {
		diag_ring_send(ring, n);
		cond_resched();
	}
	diag_ring_mark_gap(ring);
}

static void diag_ring_kick(struct irq_work *kick)
{
	struct diag_ring *ring = container_of(kick, struct diag_ring, kick);

	queue_work(diag_wq, &ring->work);
}

/* What is neither in the ring nor in the batch is not on its way any more. */
void diag_ring_state(struct diag_ring *ring, struct diag_ring_state *state)
{
	spin_lock(&ring->lock);
	state->seq = atomic64_read(&ring->seq);
	state->sent = ring->count || ring->taken != ring->sent ? ring->sent :
								 state->seq;
	state->lost = ring->lost;
	spin_unlock(&ring->lock);
}

int diag_ring_init(struct diag_ring *ring)
{
	init_irq_work(&ring->kick, diag_ring_kick);
	INIT_WORK(&ring->work, diag_ring_work);
	ring->records = vzalloc(array_size(DIAG_RING_RECORDS, ring->size));
	ring->batch = vzalloc(array_size(DIAG_RING_BATCH, ring->size));
	if (!ring->records || !ring->batch) {
		vfree(ring->records);
		vfree(ring->batch);
		return -ENOMEM;
	}
	return 0;
}

/* Send what is there, and take no more: the bus notifier may still put. */
void diag_ring_exit(struct diag_ring *ring)
{
	spin_lock(&ring->lock);
	ring->closed = true;
	spin_unlock(&ring->lock);
	irq_work_sync(&ring->kick);
	flush_work(&ring->work);
	vfree(ring->records);
	vfree(ring->batch);
}
