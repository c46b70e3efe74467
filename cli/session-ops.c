// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vdpactl/features.h>

#include "output.h"
#include "session.h"
#include "state.h"

/* Every operation; what is not used of these is the same for all */
#define RUN(name) static int name(struct session *s, const struct session_op *op, \
				  json_t *result, struct vdpactl_error *err)

/* ---- the device as a whole --------------------------------------------------------- */

RUN(run_owner)
{
	int ret = vdpactl_vhost_set_owner(s->vhost, err);

	s->owner |= !ret;
	return ret;
}

RUN(run_backend)
{
	return vdpactl_vhost_set_backend_features(s->vhost, op->mask, err);
}

RUN(run_feature)
{
	return vdpactl_vhost_set_features(s->vhost, op->mask, err);
}

/*
 * Virtio specification 3.1.1: the driver reads the status back, as a device may
 * refuse FEATURES_OK.
 */
RUN(run_status)
{
	uint8_t status = 0;
	int ret;

	ret = vdpactl_vhost_set_status(s->vhost, op->mask, err);
	if (!ret)
		ret = vdpactl_vhost_get_status(s->vhost, &status, err);
	if (ret)
		return ret;
	json_object_set_new(result, "status", json_bits(vdpactl_bits_status(), status));
	if (op->mask & ~status)
		return vdpactl_error_set(err, EIO,
					 "the device did not take the status 0x%x: it is 0x%x now",
					 (unsigned int)op->mask, status);
	return 0;
}

RUN(run_reset)
{
	return vdpactl_vhost_set_status(s->vhost, 0, err);
}

RUN(run_suspend)
{
	return vdpactl_vhost_suspend(s->vhost, err);
}

RUN(run_resume)
{
	return vdpactl_vhost_resume(s->vhost, err);
}

RUN(run_group)
{
	return vdpactl_vhost_set_group_asid(s->vhost, op->group, op->asid, err);
}

RUN(run_sleep)
{
	struct pollfd signals = { .fd = s->signals, .events = POLLIN };

	/* A signal ends the sleep; the session finds it waiting */
	poll(&signals, 1, op->number);
	return 0;
}

/* ---- maps ---------------------------------------------------------------------------- */

/*
 * Shared memory of a file: parent drivers that use virtual addresses map nothing else.
 * Its name is how other processes find it, see vdpactl-session(8).
 */
static void *allocate(const struct session_op *op, size_t length)
{
	void *memory = MAP_FAILED;
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "vdpactl-session:%llu:0x%llx", (unsigned long long)op->asid,
		 (unsigned long long)op->iova);
	fd = memfd_create(name, MFD_CLOEXEC);
	if (fd < 0)
		return MAP_FAILED;
	if (!ftruncate(fd, length))
		memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return memory;
}

static struct session_memory *memory_new(const struct session_op *op,
					 struct vdpactl_error *err)
{
	struct session_memory *memory = calloc(1, sizeof(*memory));
	size_t page = sysconf(_SC_PAGESIZE);

	if (!memory || op->size > SIZE_MAX / 4) {
		vdpactl_error_set(err, ENOMEM, "cannot allocate 0x%llx bytes to map",
				  (unsigned long long)op->size);
		free(memory);
		return NULL;
	}
	*memory = (struct session_memory){ .asid = op->asid, .iova = op->iova, .size = op->size };
	memory->length = ((op->iova & (page - 1)) + op->size + page - 1) & ~(page - 1);
	memory->base = allocate(op, memory->length ? memory->length : page);
	if (memory->base == MAP_FAILED) {
		vdpactl_error_set(err, errno, "cannot allocate 0x%llx bytes to map: %s",
				  (unsigned long long)op->size, strerror(errno));
		free(memory);
		return NULL;
	}
	return memory;
}

static void memory_free(struct session_memory *memory)
{
	munmap(memory->base, memory->length);
	free(memory);
}

RUN(run_map)
{
	size_t offset = op->iova & (sysconf(_SC_PAGESIZE) - 1);
	struct session_memory *memory = memory_new(op, err);
	int ret;

	if (!memory)
		return -err->code;
	ret = vdpactl_vhost_map(s->vhost, op->asid, op->iova, op->size,
				(char *)memory->base + offset, op->perm, err);
	if (ret) {
		memory_free(memory);
		return ret;
	}
	memory->next = s->memory;
	s->memory = memory;
	return 0;
}

/* The kernel drops each map that the range touches: vhost_vdpa_iotlb_unmap() */
static bool touches(const struct session_op *op, const struct session_memory *memory)
{
	return memory->asid == op->asid && memory->iova <= op->iova + (op->size - 1) &&
	       op->iova <= memory->iova + (memory->size - 1);
}

RUN(run_unmap)
{
	int ret = vdpactl_vhost_unmap(s->vhost, op->asid, op->iova, op->size, err);

	if (ret)
		return ret;
	for (struct session_memory **at = &s->memory; *at;) {
		struct session_memory *memory = *at;

		if (!touches(op, memory)) {
			at = &memory->next;
			continue;
		}
		*at = memory->next;
		memory_free(memory);
	}
	return 0;
}

RUN(run_batch_begin)
{
	return vdpactl_vhost_batch_begin(s->vhost, op->asid, err);
}

RUN(run_batch_end)
{
	return vdpactl_vhost_batch_end(s->vhost, op->asid, err);
}

/* ---- virtqueues ------------------------------------------------------------------------ */

RUN(run_vq_size)
{
	return vdpactl_vhost_set_vq_size(s->vhost, op->vq, op->number, err);
}

RUN(run_vq_base)
{
	return vdpactl_vhost_set_vq_base(s->vhost, op->vq, op->number, err);
}

RUN(run_vq_enable)
{
	return vdpactl_vhost_set_vq_enable(s->vhost, op->vq, op->number, err);
}

RUN(run_vq_addr)
{
	return vdpactl_vhost_set_vq_addr(s->vhost, op->vq, op->desc, op->avail, op->used, err);
}

static int kicks_grow(struct session *s, uint32_t count, struct vdpactl_error *err)
{
	int *kicks = reallocarray(s->kicks, count, sizeof(*kicks));

	if (!kicks)
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	memset(kicks + s->nkicks, 0, (count - s->nkicks) * sizeof(*kicks));
	s->kicks = kicks;
	s->nkicks = count;
	return 0;
}

/* The eventfd of a virtqueue, made and given to the kernel before the first kick */
static int kick_eventfd(struct session *s, uint32_t vq, struct vdpactl_error *err)
{
	int fd, ret;

	if (vq >= s->nkicks) {
		ret = kicks_grow(s, vq + 1, err);
		if (ret)
			return ret;
	}
	if (s->kicks[vq])
		return s->kicks[vq] - 1;
	fd = eventfd(0, EFD_CLOEXEC);
	if (fd < 0)
		return vdpactl_error_set(err, errno, "cannot make an eventfd: %s", strerror(errno));
	ret = vdpactl_vhost_set_vq_kick(s->vhost, vq, fd, err);
	if (ret) {
		close(fd);
		return ret;
	}
	s->kicks[vq] = fd + 1;
	return fd;
}

RUN(run_vq_kick)
{
	int fd = kick_eventfd(s, op->vq, err);

	if (fd < 0)
		return fd;
	if (eventfd_write(fd, 1))
		return vdpactl_error_set(err, errno, "cannot kick virtqueue %u: %s",
					 (unsigned int)op->vq, strerror(errno));
	return 0;
}

/* ---- show -------------------------------------------------------------------------------- */

static json_t *show_vqs(const struct vdpactl_state *state)
{
	json_t *rows = json_array();

	for (uint32_t i = 0; i < state->nvqs; i++)
		json_array_append_new(rows, json_pack("{s:i, s:o, s:o, s:o, s:o}",
			"index", i,
			"group", json_number(state->vqs[i].group),
			"desc_group", json_number(state->vqs[i].desc_group),
			"size", json_number(state->vqs[i].size),
			"base", json_number(state->vqs[i].base)));
	return rows;
}

static json_t *show_groups(const struct vdpactl_state *state)
{
	json_t *rows = json_array();

	for (uint32_t i = 0; i < state->ngroups; i++)
		json_array_append_new(rows, json_pack("{s:i, s:o, s:s}",
			"group", i,
			"asid", json_number(state->groups[i].asid),
			"asid_known", vdpactl_asid_known_name(state->groups[i].known)));
	return rows;
}

static json_t *show_state(struct session *s, const struct vdpactl_state *state)
{
	const struct vdpactl_bits *bits = vdpactl_bits_device(state->virtio_id);
	struct vdpactl_mask status = { state->status >= 0, state->status };
	uint64_t first = 0, last = 0;
	uint32_t config = 0;
	json_t *iova = NULL, *size = NULL;

	if (!vdpactl_vhost_get_iova_range(s->vhost, &first, &last, NULL))
		iova = json_pack("{s:o, s:o}", "first", json_hex(first), "last", json_hex(last));
	if (!vdpactl_vhost_get_config_size(s->vhost, &config, NULL))
		size = json_integer(config);
	return json_pack("{s:i, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o, s:s}",
			 "device_id", state->virtio_id,
			 "owner", s->owner,
			 "status", json_mask(vdpactl_bits_status(), status),
			 "device", json_mask(bits, state->device_features),
			 "driver", json_mask(bits, state->driver_features),
			 "backend", json_mask(vdpactl_bits_backend(), state->backend_features),
			 "iova", iova ? iova : json_null(),
			 "config_size", size ? size : json_null(),
			 "address_spaces", state->nas,
			 "vq_size_max", json_number(state->vq_size_max),
			 "groups", show_groups(state),
			 "vqs", show_vqs(state),
			 "source", vdpactl_source_name(state->source));
}

RUN(run_show)
{
	struct vdpactl_state state;
	int ret = vdpactl_vhost_state(s->vhost, &state, err);

	if (ret)
		return ret;
	json_object_set_new(result, "state", show_state(s, &state));
	vdpactl_state_clear(&state);
	return 0;
}

/* ---- the table ----------------------------------------------------------------------------- */

#define AT(member) offsetof(struct session_op, member)

#define MASK(name, kind) { name, kind, AT(mask), 0, 1, false }
#define ASID { "asid", SESSION_NUMBER, AT(asid), UINT32_MAX, 0, true }
#define IOVA { "iova", SESSION_ADDRESS, AT(iova), 0, 0, false }
#define SIZE { "size", SESSION_ADDRESS, AT(size), 0, 0, false }
#define VQ { "vq", SESSION_NUMBER, AT(vq), UINT16_MAX, 1, false }
#define ADDRESS(name) { #name, SESSION_ADDRESS, AT(name), 0, 0, false }
#define END { NULL, 0, 0, 0, 0, false }

const struct session_verb session_verbs[] = {
	{ "owner", NULL, 0, "owner", { END }, run_owner },
	{ "backend", NULL, 0, "backend NAME[,NAME]|MASK",
	  { MASK("features", SESSION_BACKEND), END }, run_backend },
	{ "feature", NULL, 0, "feature NAME[,NAME]|MASK",
	  { MASK("features", SESSION_FEATURES), END }, run_feature },
	{ "status", NULL, 0, "status VALUE|NAME[,NAME]",
	  { MASK("status", SESSION_STATUS), END }, run_status },
	{ "reset", NULL, 0, "reset", { END }, run_reset },
	{ "suspend", NULL, 0, "suspend", { END }, run_suspend },
	{ "resume", NULL, 0, "resume", { END }, run_resume },
	{ "group", NULL, 0, "group G asid A",
	  { { "group", SESSION_NUMBER, AT(group), UINT32_MAX, 1, false },
	    { "asid", SESSION_NUMBER, AT(asid), UINT32_MAX, 0, false }, END }, run_group },
	{ "map", NULL, 0, "map [asid A] iova I size S [perm ro|wo|rw]",
	  { ASID, IOVA, SIZE, { "perm", SESSION_PERM, AT(perm), 0, 0, true }, END }, run_map },
	{ "unmap", NULL, 0, "unmap [asid A] iova I size S", { ASID, IOVA, SIZE, END }, run_unmap },
	{ "batch begin", "begin", 1, "batch begin [asid A]", { ASID, END }, run_batch_begin },
	{ "batch end", "end", 1, "batch end [asid A]", { ASID, END }, run_batch_end },
	{ "vq size", "size", 2, "vq I size N",
	  { VQ, { "size", SESSION_NUMBER, AT(number), UINT32_MAX, 3, false }, END }, run_vq_size },
	{ "vq base", "base", 2, "vq I base N",
	  { VQ, { "base", SESSION_NUMBER, AT(number), UINT32_MAX, 3, false }, END }, run_vq_base },
	{ "vq enable", "enable", 2, "vq I enable 0|1",
	  { VQ, { "enable", SESSION_SWITCH, AT(number), 1, 3, false }, END }, run_vq_enable },
	{ "vq addr", "addr", 2, "vq I addr desc D avail A used U",
	  { VQ, ADDRESS(desc), ADDRESS(avail), ADDRESS(used), END }, run_vq_addr },
	{ "vq kick", "kick", 2, "vq I kick", { VQ, END }, run_vq_kick },
	{ "show", NULL, 0, "show", { END }, run_show },
	{ "sleep", NULL, 0, "sleep MS",
	  { { "ms", SESSION_NUMBER, AT(number), INT32_MAX, 1, false }, END }, run_sleep },
	{ NULL, NULL, 0, NULL, { END }, NULL }
};

void session_clear(struct session *session)
{
	while (session->memory) {
		struct session_memory *memory = session->memory;

		session->memory = memory->next;
		memory_free(memory);
	}
	for (uint32_t i = 0; i < session->nkicks; i++)
		if (session->kicks[i])
			close(session->kicks[i] - 1);
	free(session->kicks);
}
