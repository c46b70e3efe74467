// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <vdpactl/state.h>

/* A virtqueue index has 16 bits; more groups or spaces than that serve nothing. */
#define STATE_MAX 65536

const char *vdpactl_source_name(enum vdpactl_source source)
{
	static const char *const names[] = {
		[VDPACTL_SOURCE_NETLINK] = "netlink",
		[VDPACTL_SOURCE_VHOST] = "vhost",
		[VDPACTL_SOURCE_DIAG] = "diag",
	};

	return names[source];
}

const char *vdpactl_asid_known_name(enum vdpactl_asid_known known)
{
	static const char *const names[] = {
		[VDPACTL_ASID_UNKNOWN] = "unknown",
		[VDPACTL_ASID_DEFAULT] = "default",
		[VDPACTL_ASID_OBSERVED] = "observed",
	};

	return names[known];
}

static const char *const perm_names[] = {
	[VDPACTL_PERM_RO] = "ro",
	[VDPACTL_PERM_WO] = "wo",
	[VDPACTL_PERM_RW] = "rw",
};

const char *vdpactl_perm_name(unsigned int perm)
{
	return perm <= VDPACTL_PERM_RW ? perm_names[perm] : NULL;
}

unsigned int vdpactl_perm_parse(const char *word)
{
	for (unsigned int perm = VDPACTL_PERM_RO; perm <= VDPACTL_PERM_RW; perm++)
		if (!strcmp(word, perm_names[perm]))
			return perm;
	return 0;
}

static int state_allocate(struct vdpactl_state *state)
{
	state->vqs = calloc(state->nvqs + 1, sizeof(*state->vqs));
	state->groups = calloc(state->ngroups + 1, sizeof(*state->groups));
	state->spaces = calloc(state->nas + 1, sizeof(*state->spaces));
	return state->vqs && state->groups && state->spaces ? 0 : -ENOMEM;
}

static void state_forget(struct vdpactl_state *state)
{
	state->status = VDPACTL_UNKNOWN;
	state->vq_size_max = VDPACTL_UNKNOWN;
	state->probes = VDPACTL_UNKNOWN;
	for (uint32_t i = 0; i < state->nvqs; i++)
		state->vqs[i] = (struct vdpactl_vq){
			.group = VDPACTL_UNKNOWN,
			.desc_group = VDPACTL_UNKNOWN,
			.size = VDPACTL_UNKNOWN,
			.base = VDPACTL_UNKNOWN,
			.ready = VDPACTL_UNKNOWN,
		};
	for (uint32_t i = 0; i < state->ngroups; i++)
		state->groups[i] = (struct vdpactl_group){
			.asid = VDPACTL_UNKNOWN,
			.why = VDPACTL_UNKNOWN,
		};
	for (uint32_t i = 0; i < state->nas; i++)
		state->spaces[i] = (struct vdpactl_as){
			.nranges = VDPACTL_UNKNOWN,
			.why = VDPACTL_UNKNOWN,
		};
}

int vdpactl_state_init(struct vdpactl_state *state, enum vdpactl_source source,
		       uint32_t nvqs, uint32_t ngroups, uint32_t nas,
		       struct vdpactl_error *err)
{
	*state = (struct vdpactl_state){ .source = source };
	if (nvqs > STATE_MAX || ngroups > STATE_MAX || nas > STATE_MAX)
		return vdpactl_error_set(err, ERANGE,
					 "the parent driver tells %u virtqueues, %u groups and %u address spaces, and at most %u of each can be",
					 nvqs, ngroups, nas, STATE_MAX);
	state->nvqs = nvqs;
	state->ngroups = ngroups;
	state->nas = nas;
	if (state_allocate(state)) {
		vdpactl_state_clear(state);
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	}
	state_forget(state);
	return 0;
}

void vdpactl_state_clear(struct vdpactl_state *state)
{
	for (uint32_t i = 0; state->spaces && i < state->nas; i++)
		free(state->spaces[i].ranges);
	free(state->vqs);
	free(state->groups);
	free(state->spaces);
	*state = (struct vdpactl_state){ 0 };
}

int64_t vdpactl_state_asid(const struct vdpactl_state *state, int64_t group)
{
	if (group < 0 || group >= state->ngroups)
		return VDPACTL_UNKNOWN;
	return state->groups[group].asid;
}
