// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <stdlib.h>

#include "fault_pending.h"

/* Cookies are handed out from 1 up: their low bits spread well enough */
static uint32_t *bucket(const struct fault_pending *pending, uint32_t cookie)
{
	return &pending->buckets[cookie & (pending->size - 1)];
}

struct fault_group *fault_pending_find(const struct fault_pending *pending,
				       uint32_t cookie)
{
	uint32_t i;

	if (!pending->size)
		return NULL;
	for (i = *bucket(pending, cookie); i; i = pending->groups[i].chain)
		if (pending->groups[i].cookie == cookie)
			return &pending->groups[i];
	return NULL;
}

static int grow(struct fault_pending *pending)
{
	uint32_t size = pending->size ? 2 * pending->size : 64;
	struct fault_group *groups;
	uint32_t *buckets;

	groups = reallocarray(pending->groups, size, sizeof(*groups));
	if (!groups)
		return -1;
	pending->groups = groups;
	buckets = calloc(size, sizeof(*buckets));
	if (!buckets)
		return -1;
	free(pending->buckets);
	pending->buckets = buckets;

	if (!pending->size)
		groups[0] = (struct fault_group){ 0 };
	for (uint32_t i = pending->size ? pending->size : 1; i < size; i++) {
		groups[i].chain = pending->free;
		pending->free = i;
	}
	pending->size = size;
	for (uint32_t i = groups[0].newer; i; i = groups[i].newer) {
		groups[i].chain = *bucket(pending, groups[i].cookie);
		*bucket(pending, groups[i].cookie) = i;
	}
	return 0;
}

struct fault_group *fault_pending_add(struct fault_pending *pending, uint32_t cookie,
				      int64_t now)
{
	struct fault_group *groups;
	uint32_t i;

	if (!pending->free && grow(pending))
		return NULL;
	groups = pending->groups;
	i = pending->free;
	pending->free = groups[i].chain;
	groups[i] = (struct fault_group){
		.cookie = cookie,
		.read_ns = now,
		.chain = *bucket(pending, cookie),
		.older = groups[0].older,
	};
	*bucket(pending, cookie) = i;
	groups[groups[0].older].newer = i;
	groups[0].older = i;
	pending->count++;
	return &groups[i];
}

void fault_pending_remove(struct fault_pending *pending, struct fault_group *group)
{
	struct fault_group *groups = pending->groups;
	uint32_t index = group - groups;
	uint32_t *link = bucket(pending, group->cookie);

	while (*link != index)
		link = &groups[*link].chain;
	*link = group->chain;
	groups[group->older].newer = group->newer;
	groups[group->newer].older = group->older;
	group->chain = pending->free;
	pending->free = index;
	pending->count--;
}

struct fault_group *fault_pending_oldest(const struct fault_pending *pending)
{
	return pending->count ? &pending->groups[pending->groups[0].newer] : NULL;
}

struct fault_group *fault_pending_newer(const struct fault_pending *pending,
					const struct fault_group *group)
{
	return group->newer ? &pending->groups[group->newer] : NULL;
}

void fault_pending_free(struct fault_pending *pending)
{
	free(pending->groups);
	free(pending->buckets);
	*pending = (struct fault_pending){ 0 };
}
