// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From the answers of vdpactl_diag to the model of a device.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>

#include <linux/vhost.h>

#include "compat-uapi.h"
#include "diag.h"

/* A dump that was overtaken by a change this often will be so again */
#define DUMP_TRIES 10

/* ---- one attribute ------------------------------------------------------------- */

/* An absent attribute leaves the value as it is. */
static int get_uint(struct nlattr *const *tb, int attr, uint64_t *value)
{
	return tb[attr] ? diag_uint(tb[attr], value) : 0;
}

static int get_known(struct nlattr *const *tb, int attr, int64_t *value)
{
	uint64_t number;

	if (!tb[attr])
		return 0;
	if (diag_uint(tb[attr], &number) || number > UINT32_MAX)
		return -EBADMSG;
	*value = (int64_t)number;
	return 0;
}

/* VDPACTL_UNKNOWN in @value if it is absent */
static int get_why(struct nlattr *const *tb, int attr, int *value)
{
	int64_t number = VDPACTL_UNKNOWN;

	if (get_known(tb, attr, &number) || number > INT32_MAX)
		return -EBADMSG;
	*value = (int)number;
	return 0;
}

static int get_u32(struct nlattr *const *tb, int attr, uint32_t *value)
{
	int64_t number = *value;

	if (get_known(tb, attr, &number))
		return -EBADMSG;
	*value = (uint32_t)number;
	return 0;
}

static int get_int(struct nlattr *const *tb, int attr, int *value)
{
	int64_t number = *value;

	if (get_known(tb, attr, &number) || number > INT32_MAX)
		return -EBADMSG;
	*value = (int)number;
	return 0;
}

static int get_string(struct nlattr *const *tb, int attr, char *text, size_t size)
{
	return tb[attr] ? diag_string(tb[attr], text, size) : 0;
}

static int get_mask(struct nlattr *const *tb, int attr, struct vdpactl_mask *mask)
{
	if (!tb[attr])
		return 0;
	mask->known = true;
	return diag_uint(tb[attr], &mask->bits);
}

static int get_task(struct nlattr *const *tb, int pid, int comm,
		    struct vdpactl_diag_task *task)
{
	return get_u32(tb, pid, &task->pid) ||
	       get_string(tb, comm, task->comm, sizeof(task->comm)) ? -EBADMSG : 0;
}

/* By the values of enum vdpactl_known */
static int get_how(struct nlattr *const *tb, int attr, enum vdpactl_asid_known *known)
{
	static const enum vdpactl_asid_known how[] = {
		[VDPACTL_KNOWN_UNKNOWN] = VDPACTL_ASID_UNKNOWN,
		[VDPACTL_KNOWN_DEFAULT] = VDPACTL_ASID_DEFAULT,
		[VDPACTL_KNOWN_OBSERVED] = VDPACTL_ASID_OBSERVED,
	};
	uint64_t value;

	if (!tb[attr] || diag_uint(tb[attr], &value) || value >= sizeof(how) / sizeof(*how))
		return -EBADMSG;
	*known = how[value];
	return 0;
}

/* ---- nests ---------------------------------------------------------------------- */

static int parse_stats(struct nlattr *nest, struct vdpactl_diag_dev *dev)
{
	struct nlattr *tb[VDPACTL_A_STATS_MAX + 1];

	if (nla_parse_nested(tb, VDPACTL_A_STATS_MAX, nest, NULL))
		return -EBADMSG;
	if (get_uint(tb, VDPACTL_A_STATS_RESETS, &dev->resets) ||
	    get_uint(tb, VDPACTL_A_STATS_RESETS_CLEAN, &dev->resets_clean) ||
	    get_uint(tb, VDPACTL_A_STATS_MAP_OPS, &dev->map_ops) ||
	    get_uint(tb, VDPACTL_A_STATS_BYTES_MAPPED, &dev->bytes_mapped) ||
	    get_uint(tb, VDPACTL_A_STATS_MISSED, &dev->missed) ||
	    get_uint(tb, VDPACTL_A_STATS_LAST_RESET_TIME, &dev->last_reset_time) ||
	    get_task(tb, VDPACTL_A_STATS_LAST_RESET_PID, VDPACTL_A_STATS_LAST_RESET_COMM,
		     &dev->last_reset) ||
	    get_task(tb, VDPACTL_A_STATS_LAST_OP_PID, VDPACTL_A_STATS_LAST_OP_COMM,
		     &dev->last_op))
		return -EBADMSG;
	return 0;
}

/* The element of one of the lists of a state that a nest is about */
static int get_index(struct nlattr *const *tb, int attr, uint32_t limit, uint32_t *index)
{
	*index = UINT32_MAX;
	return get_u32(tb, attr, index) || *index >= limit ? -EBADMSG : 0;
}

static int parse_group(struct nlattr *nest, struct vdpactl_state *state)
{
	struct nlattr *tb[VDPACTL_A_GROUP_MAX + 1];
	struct vdpactl_group *group;
	uint32_t index;

	if (nla_parse_nested(tb, VDPACTL_A_GROUP_MAX, nest, NULL) ||
	    get_index(tb, VDPACTL_A_GROUP_INDEX, state->ngroups, &index))
		return -EBADMSG;
	group = &state->groups[index];
	if (get_how(tb, VDPACTL_A_GROUP_KNOWN, &group->known) ||
	    get_why(tb, VDPACTL_A_GROUP_WHY, &group->why) ||
	    get_known(tb, VDPACTL_A_GROUP_BOUND_ASID, &group->asid))
		return -EBADMSG;
	return 0;
}

static int parse_as(struct nlattr *nest, struct vdpactl_state *state, uint32_t *index)
{
	struct nlattr *tb[VDPACTL_A_AS_MAX + 1];
	struct vdpactl_as *as;

	if (nla_parse_nested(tb, VDPACTL_A_AS_MAX, nest, NULL) ||
	    get_index(tb, VDPACTL_A_AS_ID, state->nas, index))
		return -EBADMSG;
	as = &state->spaces[*index];
	free(as->ranges);
	*as = (struct vdpactl_as){ .nranges = VDPACTL_UNKNOWN };
	if (get_how(tb, VDPACTL_A_AS_KNOWN, &as->known) ||
	    get_why(tb, VDPACTL_A_AS_WHY, &as->why) ||
	    get_known(tb, VDPACTL_A_AS_RANGES, &as->nranges) ||
	    get_uint(tb, VDPACTL_A_AS_BYTES, &as->bytes))
		return -EBADMSG;
	return 0;
}

/* A group that the device does not have is left out, and counted. */
static int get_group(struct nlattr *const *tb, int attr, struct vdpactl_state *state,
		     int64_t *group)
{
	if (get_known(tb, attr, group))
		return -EBADMSG;
	if (*group >= state->ngroups) {
		*group = VDPACTL_UNKNOWN;
		state->bad_groups++;
	}
	return 0;
}

static int parse_vq(struct nlattr *nest, struct vdpactl_state *state)
{
	struct nlattr *tb[VDPACTL_A_VQ_MAX + 1];
	struct vdpactl_vq *vq;
	uint32_t index;

	if (nla_parse_nested(tb, VDPACTL_A_VQ_MAX, nest, NULL) ||
	    get_index(tb, VDPACTL_A_VQ_INDEX, state->nvqs, &index))
		return -EBADMSG;
	vq = &state->vqs[index];
	vq->has_addr = tb[VDPACTL_A_VQ_DESC_ADDR];
	if (get_group(tb, VDPACTL_A_VQ_GROUP, state, &vq->group) ||
	    get_group(tb, VDPACTL_A_VQ_DESC_GROUP, state, &vq->desc_group) ||
	    get_known(tb, VDPACTL_A_VQ_SIZE, &vq->size) ||
	    get_int(tb, VDPACTL_A_VQ_READY, &vq->ready) ||
	    get_known(tb, VDPACTL_A_VQ_AVAIL_INDEX, &vq->base) ||
	    get_uint(tb, VDPACTL_A_VQ_DESC_ADDR, &vq->desc_addr) ||
	    get_uint(tb, VDPACTL_A_VQ_DRIVER_ADDR, &vq->driver_addr) ||
	    get_uint(tb, VDPACTL_A_VQ_DEVICE_ADDR, &vq->device_addr))
		return -EBADMSG;
	/* get_vq_group of struct vdpa_config_ops is optional where there is one group */
	if (!tb[VDPACTL_A_VQ_GROUP] && state->ngroups == 1)
		vq->group = 0;
	return 0;
}

/* ---- an answer ------------------------------------------------------------------ */

/*
 * @devs: what this dump told so far
 * @as: address space that the ranges to come belong to; UINT32_MAX: none
 * @room: elements allocated for its ranges
 * @used: elements in use
 * @incomplete: a map had not as many ranges as were announced: the device went away
 */
struct reading {
	enum vdpactl_diag_what what;
	struct vdpactl_diag_devs devs;
	uint32_t as;
	size_t room;
	size_t used;
	bool incomplete;
};

static struct vdpactl_diag_dev *last_dev(const struct reading *reading)
{
	return reading->devs.count ? &reading->devs.list[reading->devs.count - 1] : NULL;
}

/* No more ranges come for the address space. */
static void end_ranges(struct reading *reading)
{
	if (reading->as != UINT32_MAX && reading->what == VDPACTL_DIAG_MAP) {
		struct vdpactl_as *as = &last_dev(reading)->state.spaces[reading->as];

		if (as->nranges != VDPACTL_UNKNOWN && as->nranges != (int64_t)reading->used)
			reading->incomplete = true;
	}
	reading->as = UINT32_MAX;
	reading->room = 0;
	reading->used = 0;
}

static int parse_range(struct nlattr *nest, struct vdpactl_state *state,
		       struct reading *reading)
{
	struct nlattr *tb[VDPACTL_A_RANGE_MAX + 1];
	struct vdpactl_range *range;
	struct vdpactl_as *as;
	uint64_t size = 0;

	if (reading->as >= state->nas)
		return -EBADMSG;
	as = &state->spaces[reading->as];
	if (reading->used == reading->room) {
		size_t room = reading->room ? 2 * reading->room : 64;

		range = reallocarray(as->ranges, room, sizeof(*range));
		if (!range)
			return -ENOMEM;
		as->ranges = range;
		reading->room = room;
	}
	range = &as->ranges[reading->used++];
	memset(range, 0, sizeof(*range));
	if (nla_parse_nested(tb, VDPACTL_A_RANGE_MAX, nest, NULL) ||
	    get_uint(tb, VDPACTL_A_RANGE_IOVA, &range->first) ||
	    get_uint(tb, VDPACTL_A_RANGE_SIZE, &size) || !size ||
	    get_u32(tb, VDPACTL_A_RANGE_PERM, &range->perm))
		return -EBADMSG;
	range->last = range->first + size - 1;
	return 0;
}

/*
 * What VHOST_GET_BACKEND_FEATURES would answer, composed of the operations of the
 * parent as vhost_vdpa_unlocked_ioctl() in drivers/vhost/vdpa.c does it.
 */
static uint64_t backend_features(uint64_t ops, uint64_t parent)
{
	static const struct {
		uint64_t ops;
		unsigned int feature;
	} by_op[] = {
		{ 1ULL << VDPACTL_OP_SUSPEND, VHOST_BACKEND_F_SUSPEND },
		{ 1ULL << VDPACTL_OP_RESUME, VHOST_BACKEND_F_RESUME },
		{ 1ULL << VDPACTL_OP_GET_VQ_DESC_GROUP, VHOST_BACKEND_F_DESC_ASID },
		{ 1ULL << VDPACTL_OP_RESET_MAP, VHOST_BACKEND_F_IOTLB_PERSIST },
	};
	const uint64_t maps = 1ULL << VDPACTL_OP_SET_MAP | 1ULL << VDPACTL_OP_DMA_MAP;
	uint64_t features = parent | 1ULL << VHOST_BACKEND_F_IOTLB_MSG_V2 |
			    1ULL << VHOST_BACKEND_F_IOTLB_BATCH |
			    1ULL << VHOST_BACKEND_F_IOTLB_ASID;

	for (size_t i = 0; i < sizeof(by_op) / sizeof(*by_op); i++)
		if (ops & by_op[i].ops)
			features |= 1ULL << by_op[i].feature;
	if (!(ops & maps))
		features |= 1ULL << VHOST_BACKEND_F_IOTLB_PERSIST;
	return features;
}

static int parse_dev(struct nlattr *const *tb, struct vdpactl_diag_dev *dev)
{
	struct vdpactl_state *state = &dev->state;
	uint64_t observable = 0;

	if (get_string(tb, VDPACTL_A_DRIVER, dev->driver, sizeof(dev->driver)) ||
	    get_string(tb, VDPACTL_A_PARENT, dev->parent, sizeof(dev->parent)) ||
	    get_u32(tb, VDPACTL_A_DEVICE_ID, &state->virtio_id) ||
	    get_known(tb, VDPACTL_A_VENDOR_ID, &dev->vendor_id) ||
	    get_int(tb, VDPACTL_A_STATUS, &state->status) ||
	    get_mask(tb, VDPACTL_A_DEVICE_FEATURES, &state->device_features) ||
	    get_mask(tb, VDPACTL_A_DRIVER_FEATURES, &state->driver_features) ||
	    get_mask(tb, VDPACTL_A_BACKEND_FEATURES, &state->backend_features) ||
	    get_uint(tb, VDPACTL_A_IOVA_FIRST, &dev->iova_first) ||
	    get_uint(tb, VDPACTL_A_IOVA_LAST, &dev->iova_last) ||
	    get_known(tb, VDPACTL_A_GENERATION, &dev->generation) ||
	    get_uint(tb, VDPACTL_A_OPS, &dev->ops) ||
	    get_uint(tb, VDPACTL_A_OPS_OBSERVED, &dev->ops_observed) ||
	    get_uint(tb, VDPACTL_A_OPS_OBSERVABLE, &observable) ||
	    get_uint(tb, VDPACTL_A_SINCE, &dev->since) ||
	    get_int(tb, VDPACTL_A_SUSPENDED, &dev->suspended) ||
	    (tb[VDPACTL_A_STATS] && parse_stats(tb[VDPACTL_A_STATS], dev)))
		return -EBADMSG;
	dev->ops_unobserved = dev->ops & observable & ~dev->ops_observed;
	dev->has_driver = tb[VDPACTL_A_DRIVER];
	dev->use_va = tb[VDPACTL_A_USE_VA];
	dev->has_iova_range = tb[VDPACTL_A_IOVA_FIRST];
	state->backend_features.bits = backend_features(dev->ops, state->backend_features.bits);
	/* The module leaves them out while nothing is negotiated */
	if (state->status >= 0)
		state->driver_features.known = true;
	return 0;
}

static int parse_nests(struct nlattr *attrs, int length, struct vdpactl_state *state,
		       struct reading *reading)
{
	struct nlattr *attr;
	int left, ret = 0;

	nla_for_each_attr(attr, attrs, length, left) {
		switch (nla_type(attr)) {
		case VDPACTL_A_GROUP:
			ret = parse_group(attr, state);
			break;
		case VDPACTL_A_VQ:
			ret = parse_vq(attr, state);
			break;
		case VDPACTL_A_AS:
			end_ranges(reading);
			ret = parse_as(attr, state, &reading->as);
			break;
		case VDPACTL_A_RANGE:
			ret = parse_range(attr, state, reading);
			break;
		}
		if (ret)
			return ret;
	}
	return 0;
}

/* Room for one more, which is there once it is counted. It doubles at each power of two. */
static struct vdpactl_diag_dev *next_dev(struct vdpactl_diag_devs *devs,
					 struct vdpactl_error *err)
{
	struct vdpactl_diag_dev *list = devs->list;

	if (!(devs->count & (devs->count - 1))) {
		list = reallocarray(list, devs->count ? 2 * devs->count : 1, sizeof(*list));
		if (!list) {
			vdpactl_error_set(err, ENOMEM, "out of memory");
			return NULL;
		}
		devs->list = list;
	}
	return &list[devs->count];
}

static int add_dev(struct vdpactl_diag_devs *devs, struct nlattr *const *tb, const char *name,
		   struct vdpactl_error *err)
{
	struct vdpactl_diag_dev *dev;
	uint32_t nvqs = 0, ngroups = 0, nas = 0;
	int ret;

	if (get_u32(tb, VDPACTL_A_NVQS, &nvqs) || get_u32(tb, VDPACTL_A_NGROUPS, &ngroups) ||
	    get_u32(tb, VDPACTL_A_NAS, &nas))
		return diag_bad_message(err);

	dev = next_dev(devs, err);
	if (!dev)
		return -ENOMEM;
	*dev = (struct vdpactl_diag_dev){
		.vendor_id = -1,
		.generation = -1,
		.suspended = -1,
	};
	ret = vdpactl_state_init(&dev->state, VDPACTL_SOURCE_DIAG, nvqs, ngroups, nas, err);
	if (ret)
		return ret;
	dev->name = strdup(name);
	if (!dev->name) {
		vdpactl_state_clear(&dev->state);
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	}
	devs->count++;
	return 0;
}

static int take_answer(struct nlattr *attrs, int length, void *data,
		       struct vdpactl_error *err)
{
	struct reading *reading = data;
	struct nlattr *tb[VDPACTL_A_MAX + 1];
	struct vdpactl_diag_dev *dev = last_dev(reading);
	char name[256];
	int ret = 0;

	if (nla_parse(tb, VDPACTL_A_MAX, attrs, length, NULL) || !tb[VDPACTL_A_DEV_NAME] ||
	    diag_string(tb[VDPACTL_A_DEV_NAME], name, sizeof(name)))
		return diag_bad_message(err);
	/* All messages about a device follow each other. */
	if (!dev || strcmp(dev->name, name)) {
		end_ranges(reading);
		ret = add_dev(&reading->devs, tb, name, err);
	}
	if (ret)
		return ret;
	dev = last_dev(reading);
	dev->asked = 1U << reading->what;
	if (get_int(tb, VDPACTL_A_PROBES, &dev->state.probes) ||
	    (tb[VDPACTL_A_OPS] && parse_dev(tb, dev)))
		return diag_bad_message(err);
	ret = parse_nests(attrs, length, &dev->state, reading);
	if (ret == -ENOMEM)
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	return ret ? diag_bad_message(err) : 0;
}

/* ---- several answers about the same devices -------------------------------------- */

#define SWAP(a, b)			\
	do {				\
		__typeof__(a) old = a;	\
					\
		a = b;			\
		b = old;		\
	} while (0)

/* @fresh is left with what is not wanted any more. */
static void join_dev(struct vdpactl_diag_dev *dev, struct vdpactl_diag_dev *fresh)
{
	struct vdpactl_state *a = &dev->state, *b = &fresh->state;

	/* Meanwhile another device has the name: what was told before is of no use. */
	if (a->nvqs != b->nvqs || a->ngroups != b->ngroups || a->nas != b->nas) {
		dev->asked = 0;
		return;
	}
	if (fresh->asked & 1U << VDPACTL_DIAG_DEV)
		SWAP(*dev, *fresh);
	if (fresh->asked & 1U << VDPACTL_DIAG_VQ) {
		SWAP(a->vqs, b->vqs);
		SWAP(a->bad_groups, b->bad_groups);
	}
	if (fresh->asked & 1U << VDPACTL_DIAG_MAP)
		SWAP(a->spaces, b->spaces);
	if (b->probes < a->probes)
		a->probes = b->probes;
	dev->asked |= fresh->asked;
}

/* The kernel lists devices in the same order each time. */
static struct vdpactl_diag_dev *find_from(const struct vdpactl_diag_devs *devs, size_t likely,
					  const char *name)
{
	if (likely < devs->count && !strcmp(devs->list[likely].name, name))
		return &devs->list[likely];
	return vdpactl_diag_devs_find(devs, name);
}

static int join(struct vdpactl_diag_devs *devs, struct vdpactl_diag_devs *fresh,
		struct vdpactl_error *err)
{
	size_t likely = 0;

	if (!devs->count) {
		SWAP(*devs, *fresh);
		return 0;
	}
	for (size_t i = 0; i < fresh->count; i++) {
		struct vdpactl_diag_dev *dev = find_from(devs, likely, fresh->list[i].name);

		if (dev) {
			likely = dev - devs->list + 1;
			join_dev(dev, &fresh->list[i]);
			continue;
		}
		dev = next_dev(devs, err);
		if (!dev)
			return -ENOMEM;
		*dev = fresh->list[i];
		devs->count++;
		fresh->list[i] = (struct vdpactl_diag_dev){ 0 };
	}
	return 0;
}

/* ---- a dump ------------------------------------------------------------------------ */

/* Return: 0; -EAGAIN: it was overtaken by a change; -errno */
static int get_once(struct vdpactl_diag *diag, struct reading *reading, const char *name,
		    int64_t asid, struct vdpactl_error *err)
{
	struct nl_msg *msg = diag_message(diag, (enum vdpactl_cmd)reading->what, true);
	int ret;

	if (msg && ((name && nla_put_string(msg, VDPACTL_A_DEV_NAME, name)) ||
		    (asid >= 0 && nla_put_u32(msg, VDPACTL_A_ASID, (uint32_t)asid)))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	ret = diag_request(diag, msg, name ? name : "vDPA devices", take_answer, reading, err);
	if (ret)
		return ret;
	end_ranges(reading);
	return reading->incomplete ? -EAGAIN : 0;
}

int vdpactl_diag_get(struct vdpactl_diag *diag, enum vdpactl_diag_what what,
		     const char *name, int64_t asid,
		     struct vdpactl_diag_devs *devs, struct vdpactl_error *err)
{
	bool changed = false;

	for (int i = 0; i < DUMP_TRIES; i++) {
		struct reading reading = { .what = what, .as = UINT32_MAX };
		int ret = get_once(diag, &reading, name, asid, err);

		changed |= reading.devs.count;
		if (!ret)
			ret = join(devs, &reading.devs, err);
		vdpactl_diag_devs_free(&reading.devs);
		if (ret == -ENODEV && name && changed)
			return vdpactl_error_set(err, ENODEV,
						 "%s is gone: it was removed while it was read",
						 name);
		if (ret != -EAGAIN)
			return ret;
	}
	return vdpactl_error_set(err, EAGAIN, "%s kept changing while %s read, %d times",
				 name ? name : "vDPA devices", name ? "it was" : "they were",
				 DUMP_TRIES);
}

void vdpactl_diag_devs_free(struct vdpactl_diag_devs *devs)
{
	for (size_t i = 0; i < devs->count; i++) {
		vdpactl_state_clear(&devs->list[i].state);
		free(devs->list[i].name);
	}
	free(devs->list);
	*devs = (struct vdpactl_diag_devs){ 0 };
}

struct vdpactl_diag_dev *vdpactl_diag_devs_find(const struct vdpactl_diag_devs *devs,
						const char *name)
{
	for (size_t i = 0; i < devs->count; i++)
		if (!strcmp(devs->list[i].name, name))
			return &devs->list[i];
	return NULL;
}

/* ---- the module itself ------------------------------------------------------------- */

static int take_module(struct nlattr *attrs, int length, void *data,
		       struct vdpactl_error *err)
{
	struct vdpactl_diag_module *module = data;
	struct nlattr *tb[VDPACTL_A_MAX + 1];

	if (nla_parse(tb, VDPACTL_A_MAX, attrs, length, NULL) ||
	    get_uint(tb, VDPACTL_A_EVENT_SEQ, &module->event_seq) ||
	    get_uint(tb, VDPACTL_A_EVENT_SENT, &module->event_sent) ||
	    get_uint(tb, VDPACTL_A_EVENT_LOST, &module->event_lost) ||
	    get_uint(tb, VDPACTL_A_FAULT_SEQ, &module->fault_seq) ||
	    get_uint(tb, VDPACTL_A_FAULT_SENT, &module->fault_sent) ||
	    get_uint(tb, VDPACTL_A_FAULT_LOST, &module->fault_lost) ||
	    get_uint(tb, VDPACTL_A_PROBE_MISSED, &module->probe_missed) ||
	    get_string(tb, VDPACTL_A_VERSION, module->version, sizeof(module->version)) ||
	    get_uint(tb, VDPACTL_A_SINCE, &module->since) ||
	    get_int(tb, VDPACTL_A_PROBES, &module->probes) ||
	    get_int(tb, VDPACTL_A_EVENT_LISTENED, &module->event_listened) ||
	    get_int(tb, VDPACTL_A_FAULT_LISTENED, &module->fault_listened) ||
	    get_u32(tb, VDPACTL_A_NDEVS, &module->ndevs))
		return diag_bad_message(err);
	module->has_faults = tb[VDPACTL_A_FAULT_SEQ];
	return 0;
}

int vdpactl_diag_module_get(struct vdpactl_diag *diag,
			    struct vdpactl_diag_module *module,
			    struct vdpactl_error *err)
{
	*module = (struct vdpactl_diag_module){
		.probes = -1,
		.event_listened = -1,
		.fault_listened = -1,
	};
	return diag_request(diag, diag_message(diag, VDPACTL_CMD_MODULE_GET, false),
			    "vdpactl_diag", take_module, module, err);
}

const char *vdpactl_diag_op_name(unsigned int op)
{
	static const char *const names[] = {
		[VDPACTL_OP_SET_STATUS] = "set_status",
		[VDPACTL_OP_SET_DRIVER_FEATURES] = "set_driver_features",
		[VDPACTL_OP_RESET] = "reset",
		[VDPACTL_OP_COMPAT_RESET] = "compat_reset",
		[VDPACTL_OP_RESET_MAP] = "reset_map",
		[VDPACTL_OP_SET_MAP] = "set_map",
		[VDPACTL_OP_DMA_MAP] = "dma_map",
		[VDPACTL_OP_DMA_UNMAP] = "dma_unmap",
		[VDPACTL_OP_SET_GROUP_ASID] = "set_group_asid",
		[VDPACTL_OP_SUSPEND] = "suspend",
		[VDPACTL_OP_RESUME] = "resume",
		[VDPACTL_OP_SET_VQ_ADDRESS] = "set_vq_address",
		[VDPACTL_OP_SET_VQ_NUM] = "set_vq_num",
		[VDPACTL_OP_SET_VQ_READY] = "set_vq_ready",
		[VDPACTL_OP_SET_VQ_STATE] = "set_vq_state",
		[VDPACTL_OP_GET_VQ_GROUP] = "get_vq_group",
		[VDPACTL_OP_GET_VQ_DESC_GROUP] = "get_vq_desc_group",
		[VDPACTL_OP_GET_VQ_STATE] = "get_vq_state",
		[VDPACTL_OP_GET_VQ_SIZE] = "get_vq_size",
		[VDPACTL_OP_GET_BACKEND_FEATURES] = "get_backend_features",
		[VDPACTL_OP_GET_IOVA_RANGE] = "get_iova_range",
		[VDPACTL_OP_GET_GENERATION] = "get_generation",
		[VDPACTL_OP_GET_VENDOR_VQ_STATS] = "get_vendor_vq_stats",
		[VDPACTL_OP_KICK_VQ_WITH_DATA] = "kick_vq_with_data",
		[VDPACTL_OP_GET_VQ_NOTIFICATION] = "get_vq_notification",
		[VDPACTL_OP_GET_VQ_IRQ] = "get_vq_irq",
		[VDPACTL_OP_SET_VQ_AFFINITY] = "set_vq_affinity",
		[VDPACTL_OP_BIND_MM] = "bind_mm",
	};

	return op < sizeof(names) / sizeof(*names) ? names[op] : NULL;
}

const char *vdpactl_diag_why_name(int why)
{
	static const char *const names[] = {
		[VDPACTL_WHY_UNSEEN] = "unseen",
		[VDPACTL_WHY_UNOBSERVED] = "unobserved",
		[VDPACTL_WHY_FAILED] = "failed",
		[VDPACTL_WHY_OVERLAP] = "overlap",
		[VDPACTL_WHY_MISSED] = "missed",
		[VDPACTL_WHY_PROBES_OFF] = "probes_off",
		[VDPACTL_WHY_RESET] = "reset",
		[VDPACTL_WHY_PARTIAL] = "partial",
		[VDPACTL_WHY_TOO_LARGE] = "too_large",
		[VDPACTL_WHY_NO_MEMORY] = "no_memory",
	};

	return why >= 0 && (size_t)why < sizeof(names) / sizeof(*names) ? names[why] : NULL;
}
