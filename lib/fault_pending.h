/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The groups that were read and not answered, by cookie and by age. */
#ifndef FAULT_PENDING_H
#define FAULT_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct fault_group - a group that waits for its response
 * @cookie: its name
 * @complete: its last request was read
 * @read_ns: when its first request was read
 * @chain: next in its hash bucket
 * @older: the group read before it
 * @newer: the group read after it
 *
 * Links are indices into the table, 0 for none.
 */
struct fault_group {
	uint32_t cookie;
	bool complete;
	int64_t read_ns;
	uint32_t chain;
	uint32_t older;
	uint32_t newer;
};

/**
 * struct fault_pending - all of them
 * @groups: the table; groups[0] is the head of the list by age
 * @buckets: hash table of indices, as many as there is room in @groups
 * @size: room in @groups and @buckets, a power of two
 * @free: first free group, linked by @chain
 * @count: groups that wait
 */
struct fault_pending {
	struct fault_group *groups;
	uint32_t *buckets;
	uint32_t size;
	uint32_t free;
	uint32_t count;
};

/** fault_pending_find() - NULL when no such group waits */
struct fault_group *fault_pending_find(const struct fault_pending *pending,
				       uint32_t cookie);

/** fault_pending_add() - a group that is not there yet; NULL without memory */
struct fault_group *fault_pending_add(struct fault_pending *pending, uint32_t cookie,
				      int64_t now);

void fault_pending_remove(struct fault_pending *pending, struct fault_group *group);

/** fault_pending_oldest() - NULL when none waits */
struct fault_group *fault_pending_oldest(const struct fault_pending *pending);

/** fault_pending_newer() - the group read after @group; NULL at the end */
struct fault_group *fault_pending_newer(const struct fault_pending *pending,
					const struct fault_group *group);

void fault_pending_free(struct fault_pending *pending);

#endif
