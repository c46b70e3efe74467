// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: diag-raw module
 *        diag-raw dev|vq|map [DEV] [-- COMMAND]
 *        diag-raw events
 *        diag-raw reset|map_reset|group_bind|suspend|resume DEV
 *        diag-raw foreign DEV
 *
 * What vdpactl_diag answers, attribute by attribute, as JSON: what is absent there is absent
 * here. COMMAND, for the shell, is run when the first message of the dump has been read, and
 * as the kernel has made no more than one or two by then, in the middle of a long one.
 * "events" prints a line {} when it listens, and then one for each event. The actions are
 * made without VDPACTL_A_FORCE, that of group 0 to address space 0. "foreign" prints each
 * attribute that a command took although it is none of its own.
 */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <linux/vdpactl.h>

static struct mnl_socket *sock;
static uint16_t family;
static uint32_t events_group;
/* So small that a dump has many messages */
static char buffer[8192];

/* ---- attributes -------------------------------------------------------------------------- */

static const char *const known_names[] = { "unknown", "default", "observed" };
static const char *const why_names[] = {
	"unseen", "unobserved", "failed", "overlap", "missed", "probes_off", "reset", "partial",
	"too_large", "no_memory",
};
static const char *const event_names[] = {
	"set_status", "set_driver_features", "reset", "reset_map", "set_map", "dma_map",
	"dma_unmap", "set_group_asid", "suspend", "resume", "set_vq_address", "set_vq_num",
	"set_vq_ready", "set_vq_state", "dev_added", "dev_removed", "bound", "unbound", "lost",
	"probes_off", "probes_on",
};

enum kind { NUMBER, TEXT, FLAG, KNOWN, WHY, EVENT, SIGNED, GROUP, AS, VQ, RANGE, STATS };

struct field {
	const char *name;
	enum kind kind;
};

static const struct field dev_fields[VDPACTL_A_MAX + 1] = {
	[VDPACTL_A_DRIVER] = { "driver", TEXT },
	[VDPACTL_A_PARENT] = { "parent", TEXT },
	[VDPACTL_A_NVQS] = { "nvqs", NUMBER },
	[VDPACTL_A_NGROUPS] = { "ngroups", NUMBER },
	[VDPACTL_A_NAS] = { "nas", NUMBER },
	[VDPACTL_A_STATUS] = { "status", NUMBER },
	[VDPACTL_A_OPS] = { "ops", NUMBER },
	[VDPACTL_A_OPS_OBSERVED] = { "ops_observed", NUMBER },
	[VDPACTL_A_SUSPENDED] = { "suspended", NUMBER },
	[VDPACTL_A_STATS] = { "stats", STATS },
	[VDPACTL_A_GROUP] = { "groups", GROUP },
	[VDPACTL_A_AS] = { "spaces", AS },
	[VDPACTL_A_VQ] = { "vqs", VQ },
	[VDPACTL_A_RANGE] = { "ranges", RANGE },
	[VDPACTL_A_EVENT_SEQ] = { "event_seq", NUMBER },
	[VDPACTL_A_EVENT_LOST] = { "event_lost", NUMBER },
	[VDPACTL_A_PROBE_MISSED] = { "probe_missed", NUMBER },
	[VDPACTL_A_NDEVS] = { "ndevs", NUMBER },
	[VDPACTL_A_VERSION] = { "version", TEXT },
	[VDPACTL_A_SINCE] = { "since", NUMBER },
	[VDPACTL_A_PROBES] = { "probes", NUMBER },
	[VDPACTL_A_OPS_OBSERVABLE] = { "ops_observable", NUMBER },
};

static const struct field stats_fields[VDPACTL_A_STATS_MAX + 1] = {
	[VDPACTL_A_STATS_RESETS] = { "resets", NUMBER },
	[VDPACTL_A_STATS_RESETS_CLEAN] = { "resets_clean", NUMBER },
	[VDPACTL_A_STATS_MAP_OPS] = { "map_ops", NUMBER },
	[VDPACTL_A_STATS_MISSED] = { "missed", NUMBER },
};

static const struct field group_fields[VDPACTL_A_GROUP_MAX + 1] = {
	[VDPACTL_A_GROUP_INDEX] = { "group", NUMBER },
	[VDPACTL_A_GROUP_KNOWN] = { "known", KNOWN },
	[VDPACTL_A_GROUP_BOUND_ASID] = { "asid", NUMBER },
	[VDPACTL_A_GROUP_WHY] = { "why", WHY },
};

static const struct field as_fields[VDPACTL_A_AS_MAX + 1] = {
	[VDPACTL_A_AS_ID] = { "asid", NUMBER },
	[VDPACTL_A_AS_KNOWN] = { "known", KNOWN },
	[VDPACTL_A_AS_RANGES] = { "count", NUMBER },
	[VDPACTL_A_AS_BYTES] = { "bytes", NUMBER },
	[VDPACTL_A_AS_WHY] = { "why", WHY },
};

static const struct field vq_fields[VDPACTL_A_VQ_MAX + 1] = {
	[VDPACTL_A_VQ_INDEX] = { "vq", NUMBER },
	[VDPACTL_A_VQ_SIZE] = { "num", NUMBER },
	[VDPACTL_A_VQ_READY] = { "ready", NUMBER },
	[VDPACTL_A_VQ_DESC_ADDR] = { "desc", NUMBER },
	[VDPACTL_A_VQ_DRIVER_ADDR] = { "driver", NUMBER },
	[VDPACTL_A_VQ_DEVICE_ADDR] = { "device", NUMBER },
};

static const struct field range_fields[VDPACTL_A_RANGE_MAX + 1] = {
	[VDPACTL_A_RANGE_IOVA] = { "iova", NUMBER },
	[VDPACTL_A_RANGE_SIZE] = { "size", NUMBER },
	[VDPACTL_A_RANGE_PERM] = { "perm", NUMBER },
};

static const struct field event_fields[VDPACTL_A_EVENT_MAX + 1] = {
	[VDPACTL_A_EVENT_TYPE] = { "event", EVENT },
	[VDPACTL_A_EVENT_DEV] = { "dev", TEXT },
	[VDPACTL_A_EVENT_SEQUENCE] = { "seq", NUMBER },
	[VDPACTL_A_EVENT_RET] = { "ret", SIGNED },
	[VDPACTL_A_EVENT_ASID] = { "asid", NUMBER },
	[VDPACTL_A_EVENT_GROUP] = { "group", NUMBER },
	[VDPACTL_A_EVENT_IOVA] = { "iova", NUMBER },
	[VDPACTL_A_EVENT_SIZE] = { "size", NUMBER },
	[VDPACTL_A_EVENT_RANGES] = { "ranges", NUMBER },
	[VDPACTL_A_EVENT_VQ] = { "vq", NUMBER },
	[VDPACTL_A_EVENT_STATE] = { "state", NUMBER },
	[VDPACTL_A_EVENT_COUNT] = { "count", NUMBER },
	[VDPACTL_A_EVENT_AVAIL_INDEX] = { "avail_index", NUMBER },
	[VDPACTL_A_EVENT_AVAIL_WRAP] = { "avail_wrap", NUMBER },
	[VDPACTL_A_EVENT_USED_INDEX] = { "used_index", NUMBER },
	[VDPACTL_A_EVENT_USED_WRAP] = { "used_wrap", NUMBER },
};

static uint64_t number(const struct nlattr *attr)
{
	uint64_t value = 0;

	memcpy(&value, mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
	return value;
}

static json_t *name_of(const char *const *names, size_t count, uint64_t value)
{
	return value < count ? json_string(names[value]) : json_integer((json_int_t)value);
}

#define NAME_OF(names, attr) name_of(names, sizeof(names) / sizeof(*(names)), number(attr))

static json_t *list_in(json_t *object, const char *name)
{
	json_t *list = json_object_get(object, name);

	if (!list) {
		list = json_array();
		json_object_set_new(object, name, list);
	}
	return list;
}

static void put_fields(json_t *object, const struct nlattr *first, size_t len,
		       const struct field *fields, uint16_t max);

static json_t *nest(const struct nlattr *attr, const struct field *fields, uint16_t max)
{
	json_t *object = json_object();

	put_fields(object, mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr), fields, max);
	return object;
}

static void put_field(json_t *object, const struct field *field, const struct nlattr *attr)
{
	json_t *value = NULL, *list = object;

	switch (field->kind) {
	case NUMBER:
		value = json_integer((json_int_t)number(attr));
		break;
	case SIGNED:
		value = json_integer((int32_t)number(attr));
		break;
	case TEXT:
		value = json_string(mnl_attr_get_str(attr));
		break;
	case FLAG:
		value = json_true();
		break;
	case KNOWN:
		value = NAME_OF(known_names, attr);
		break;
	case WHY:
		value = NAME_OF(why_names, attr);
		break;
	case EVENT:
		value = NAME_OF(event_names, attr);
		break;
	case STATS:
		value = nest(attr, stats_fields, VDPACTL_A_STATS_MAX);
		break;
	case GROUP:
		json_array_append_new(list_in(object, field->name),
				      nest(attr, group_fields, VDPACTL_A_GROUP_MAX));
		return;
	case AS:
		json_array_append_new(list_in(object, field->name),
				      nest(attr, as_fields, VDPACTL_A_AS_MAX));
		return;
	case VQ:
		json_array_append_new(list_in(object, field->name),
				      nest(attr, vq_fields, VDPACTL_A_VQ_MAX));
		return;
	case RANGE:
		/* Of the address space that came last */
		list = list_in(object, "spaces");
		object = json_array_get(list, json_array_size(list) - 1);
		json_array_append_new(list_in(object, field->name),
				      nest(attr, range_fields, VDPACTL_A_RANGE_MAX));
		return;
	}
	json_object_set_new(object, field->name, value);
}

static void put_fields(json_t *object, const struct nlattr *first, size_t len,
		       const struct field *fields, uint16_t max)
{
	for (const struct nlattr *attr = first;
	     mnl_attr_ok(attr, (int)((const char *)first + len - (const char *)attr));
	     attr = mnl_attr_next(attr)) {
		uint16_t type = mnl_attr_get_type(attr);

		if (type <= max && fields[type].name)
			put_field(object, &fields[type], attr);
	}
}

static void put_message(json_t *object, const struct nlmsghdr *nlh, const struct field *fields,
			uint16_t max)
{
	put_fields(object, mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr)),
		   mnl_nlmsg_get_payload_len(nlh) - sizeof(struct genlmsghdr), fields, max);
}

/* ---- talking ------------------------------------------------------------------------------- */

static struct nlmsghdr *request(uint16_t type, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = VDPACTL_FAMILY_VERSION;
	return nlh;
}

static void send_request(const struct nlmsghdr *nlh)
{
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		err(1, "send");
}

static int receive(void)
{
	ssize_t n = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));

	if (n < 0)
		err(1, "receive");
	return (int)n;
}

static void print(json_t *object)
{
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(object);
}

/* An error as {"error": errno}; the status is 1 */
static void fail_if_error(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	json_t *object;

	if (nlh->nlmsg_type != NLMSG_ERROR || !error->error)
		return;
	object = json_object();
	json_object_set_new(object, "error", json_integer(-error->error));
	print(object);
	exit(1);
}

static void resolve(void)
{
	struct nlmsghdr *nlh = request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	const struct nlattr *attr, *group, *part;
	uint32_t id;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VDPACTL_FAMILY_NAME);
	send_request(nlh);
	receive();
	nlh = (struct nlmsghdr *)buffer;
	fail_if_error(nlh);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, attr) {
			const char *name = "";

			id = 0;
			mnl_attr_for_each_nested(part, group) {
				if (mnl_attr_get_type(part) == CTRL_ATTR_MCAST_GRP_NAME)
					name = mnl_attr_get_str(part);
				else
					id = mnl_attr_get_u32(part);
			}
			if (!strcmp(name, VDPACTL_MCGRP_EVENTS))
				events_group = id;
		}
	}
}

/* The errno that the request is answered with; 0: it was done, or a dump is there */
static int errno_of(const struct nlmsghdr *nlh)
{
	bool dumps = nlh->nlmsg_flags & NLM_F_DUMP;
	int left;

	send_request(nlh);
	for (;;) {
		left = receive();
		for (nlh = (struct nlmsghdr *)buffer; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);

			if (nlh->nlmsg_type == NLMSG_ERROR)
				return -error->error;
			if (dumps && nlh->nlmsg_type == NLMSG_DONE)
				return 0;
		}
	}
}

static const struct action {
	const char *name;
	uint8_t cmd;
	uint16_t flags;
	uint64_t attrs;		/* bits 1 << enum vdpactl_attr: its own, optional ones too */
} actions[] = {
	{ "module", VDPACTL_CMD_MODULE_GET, NLM_F_ACK, 0 },
	{ "dev", VDPACTL_CMD_DEV_GET, NLM_F_DUMP, 1ULL << VDPACTL_A_DEV_NAME },
	{ "vq", VDPACTL_CMD_VQ_GET, NLM_F_DUMP, 1ULL << VDPACTL_A_DEV_NAME },
	{ "map", VDPACTL_CMD_MAP_GET, NLM_F_DUMP,
	  1ULL << VDPACTL_A_DEV_NAME | 1ULL << VDPACTL_A_ASID },
	{ "reset", VDPACTL_CMD_RESET, NLM_F_ACK,
	  1ULL << VDPACTL_A_DEV_NAME | 1ULL << VDPACTL_A_CLEAN_MAP | 1ULL << VDPACTL_A_FORCE },
	{ "map_reset", VDPACTL_CMD_MAP_RESET, NLM_F_ACK,
	  1ULL << VDPACTL_A_DEV_NAME | 1ULL << VDPACTL_A_ASID | 1ULL << VDPACTL_A_FORCE },
	{ "group_bind", VDPACTL_CMD_GROUP_BIND, NLM_F_ACK,
	  1ULL << VDPACTL_A_DEV_NAME | 1ULL << VDPACTL_A_GROUP_ID | 1ULL << VDPACTL_A_ASID |
		  1ULL << VDPACTL_A_FORCE },
	{ "suspend", VDPACTL_CMD_SUSPEND, NLM_F_ACK,
	  1ULL << VDPACTL_A_DEV_NAME | 1ULL << VDPACTL_A_FORCE },
	{ "resume", VDPACTL_CMD_RESUME, NLM_F_ACK,
	  1ULL << VDPACTL_A_DEV_NAME | 1ULL << VDPACTL_A_FORCE },
};

#define ACTIONS (sizeof(actions) / sizeof(*actions))

static struct nlmsghdr *action_request(const struct action *action, const char *dev)
{
	struct nlmsghdr *nlh = request(family, action->cmd, action->flags);

	if (action->attrs)
		mnl_attr_put_strz(nlh, VDPACTL_A_DEV_NAME, dev);
	if (action->cmd == VDPACTL_CMD_GROUP_BIND) {
		mnl_attr_put_u32(nlh, VDPACTL_A_GROUP_ID, 0);
		mnl_attr_put_u32(nlh, VDPACTL_A_ASID, 0);
	}
	return nlh;
}

static void act(const struct action *action, const char *dev)
{
	json_t *object = json_object();

	json_object_set_new(object, "error",
			    json_integer(errno_of(action_request(action, dev))));
	print(object);
}

/* Attributes as they would be right: one of a wrong length says nothing */
static void foreign(const char *dev)
{
	json_t *list = json_array();

	for (const struct action *action = actions; action < actions + ACTIONS; action++) {
		for (uint16_t attr = 1; attr <= VDPACTL_A_MAX; attr++) {
			struct nlmsghdr *nlh = action_request(action, dev);

			if (action->attrs >> attr & 1)
				continue;
			if (attr == VDPACTL_A_DEV_NAME)
				mnl_attr_put_strz(nlh, attr, dev);
			else if (attr == VDPACTL_A_CLEAN_MAP || attr == VDPACTL_A_FORCE)
				mnl_attr_put(nlh, attr, 0, NULL);
			else
				mnl_attr_put_u32(nlh, attr, 0);
			if (errno_of(nlh) != EINVAL)
				json_array_append_new(list, json_sprintf("%s: %u", action->name, attr));
		}
	}
	print(list);
}

static void module_get(void)
{
	json_t *object = json_object();

	send_request(request(family, VDPACTL_CMD_MODULE_GET, 0));
	receive();
	fail_if_error((struct nlmsghdr *)buffer);
	put_message(object, (struct nlmsghdr *)buffer, dev_fields, VDPACTL_A_MAX);
	print(object);
}

static void dump(uint8_t cmd, const char *dev, const char *command)
{
	struct nlmsghdr *nlh = request(family, cmd, NLM_F_DUMP);
	json_t *answer = json_object(), *devs = json_object(), *one;
	bool interrupted = false, done = false;
	unsigned int messages = 0;

	if (dev)
		mnl_attr_put_strz(nlh, VDPACTL_A_DEV_NAME, dev);
	send_request(nlh);
	while (!done) {
		int left = receive();

		for (nlh = (struct nlmsghdr *)buffer; !done && mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			const struct nlattr *name;

			fail_if_error(nlh);
			interrupted |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
			done = nlh->nlmsg_type == NLMSG_DONE;
			if (done)
				break;
			name = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr));
			one = json_object_get(devs, mnl_attr_get_str(name));
			if (!one) {
				one = json_object();
				json_object_set_new(devs, mnl_attr_get_str(name), one);
			}
			put_message(one, nlh, dev_fields, VDPACTL_A_MAX);
			messages++;
		}
		if (command && system(command))
			errx(1, "%s: failed", command);
		command = NULL;
	}
	json_object_set_new(answer, "interrupted", json_boolean(interrupted));
	json_object_set_new(answer, "messages", json_integer(messages));
	json_object_set_new(answer, "dev", devs);
	print(answer);
}

static void events(void)
{
	struct nlmsghdr *nlh;

	if (mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &events_group, sizeof(int)))
		err(1, "join");
	print(json_object());
	for (;;) {
		int left = receive();

		for (nlh = (struct nlmsghdr *)buffer; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			json_t *event = json_object();

			put_message(event, nlh, event_fields, VDPACTL_A_EVENT_MAX);
			print(event);
		}
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint8_t cmd;
	} dumps[] = {
		{ "dev", VDPACTL_CMD_DEV_GET },
		{ "vq", VDPACTL_CMD_VQ_GET },
		{ "map", VDPACTL_CMD_MAP_GET },
	};
	const char *dev = NULL, *command = NULL;
	int n = 2;

	if (argc > n && strcmp(argv[n], "--"))
		dev = argv[n++];
	if (argc == n + 2 && !strcmp(argv[n], "--")) {
		command = argv[n + 1];
		n += 2;
	}
	if (argc != n)
		errx(2, "usage: diag-raw module|dev|vq|map|events [DEV] [-- COMMAND]");
	sock = mnl_socket_open(NETLINK_GENERIC);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID))
		err(1, "netlink");
	resolve();
	if (!strcmp(argv[1], "module"))
		module_get();
	else if (!strcmp(argv[1], "events"))
		events();
	else if (!strcmp(argv[1], "foreign"))
		foreign(dev);
	for (size_t i = 0; i < sizeof(dumps) / sizeof(*dumps); i++)
		if (!strcmp(argv[1], dumps[i].name))
			dump(dumps[i].cmd, dev, command);
	for (size_t i = 0; i < ACTIONS; i++)
		if (actions[i].flags == NLM_F_ACK && actions[i].attrs &&
		    !strcmp(argv[1], actions[i].name))
			act(&actions[i], dev);
	mnl_socket_close(sock);
	return 0;
}
