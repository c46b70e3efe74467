// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "nearest.h"
#include "note.h"
#include "printable.h"
#include "stream.h"

/* The arguments of events, in the order in which operations take them */
static const struct note_arg event_args[] = {
	{ VDPACTL_A_EVENT_STATUS, "status", NOTE_STATUS },
	{ VDPACTL_A_EVENT_FEATURES, "features", NOTE_HEX },
	{ VDPACTL_A_EVENT_FLAGS, "flags", NOTE_FLAGS },
	{ VDPACTL_A_EVENT_GROUP, "group", NOTE_NUMBER },
	{ VDPACTL_A_EVENT_ASID, "asid", NOTE_NUMBER },
	{ VDPACTL_A_EVENT_RANGES, "ranges", NOTE_NUMBER },
	{ VDPACTL_A_EVENT_IOVA, "iova", NOTE_HEX },
	{ VDPACTL_A_EVENT_SIZE, "size", NOTE_HEX },
	{ VDPACTL_A_EVENT_PERM, "perm", NOTE_PERM },
	{ VDPACTL_A_EVENT_VQ, "index", NOTE_NUMBER },
	{ VDPACTL_A_EVENT_NUM, "num", NOTE_NUMBER },
	{ VDPACTL_A_EVENT_READY, "ready", NOTE_BOOL },
	{ VDPACTL_A_EVENT_STATE, "state", NOTE_HEX },
	{ VDPACTL_A_EVENT_AVAIL_INDEX, "avail_index", NOTE_NUMBER },
	{ VDPACTL_A_EVENT_AVAIL_WRAP, "avail_wrap", NOTE_NUMBER },
	{ VDPACTL_A_EVENT_USED_INDEX, "used_index", NOTE_NUMBER },
	{ VDPACTL_A_EVENT_USED_WRAP, "used_wrap", NOTE_NUMBER },
	{ VDPACTL_A_EVENT_DESC_ADDR, "desc_addr", NOTE_HEX },
	{ VDPACTL_A_EVENT_DRIVER_ADDR, "driver_addr", NOTE_HEX },
	{ VDPACTL_A_EVENT_DEVICE_ADDR, "device_addr", NOTE_HEX },
	{ 0, NULL, NOTE_NUMBER }
};

static bool has(const struct vdpactl_diag_note *note, unsigned int attr)
{
	return note->has & 1U << attr;
}

static const char *name_of(const struct vdpactl_diag_note *note)
{
	const char *name = vdpactl_event_name(note->type);

	return name ? name : "unknown";
}

/* A number, or null */
static void json_member(const struct vdpactl_diag_note *note, const char *name,
			unsigned int attr)
{
	printf(",\"%s\":", name);
	if (has(note, attr))
		printf("%" PRId64, (int64_t)note->value[attr]);
	else
		fputs("null", stdout);
}

/* A name, or null */
static void json_name(const struct vdpactl_diag_note *note, unsigned int attr, const char *name)
{
	if (has(note, attr))
		note_string(stdout, name);
	else
		fputs("null", stdout);
}

/* The time is that of the end, and how long it took says when it began */
static void json_times(const struct vdpactl_diag_note *note)
{
	uint64_t end = note->value[VDPACTL_A_EVENT_TIME];

	note_times(end);
	fputs(",\"start_ns\":", stdout);
	if (has(note, VDPACTL_A_EVENT_DURATION))
		printf("%" PRIu64, end - note->value[VDPACTL_A_EVENT_DURATION]);
	else
		fputs("null", stdout);
}

static void print_json(const struct vdpactl_diag_note *note)
{
	printf("{\"event\":\"%s\",\"dev\":", name_of(note));
	json_name(note, VDPACTL_A_EVENT_DEV, note->dev);
	printf(",\"seq\":%" PRIu64, note->value[VDPACTL_A_EVENT_SEQUENCE]);
	json_times(note);
	fputs(",\"args\":{", stdout);
	note_args(stdout, note, event_args, true);
	if (has(note, VDPACTL_A_EVENT_DRIVER)) {
		fputs("\"driver\":", stdout);
		note_string(stdout, note->driver);
	}
	putchar('}');
	json_member(note, "ret", VDPACTL_A_EVENT_RET);
	json_member(note, "duration_ns", VDPACTL_A_EVENT_DURATION);
	json_member(note, "pid", VDPACTL_A_EVENT_PID);
	fputs(",\"comm\":", stdout);
	json_name(note, VDPACTL_A_EVENT_COMM, note->comm);
	puts("}");
}

/* What befalls the module, and so the sight of every device */
static const char *module_text(const struct vdpactl_diag_note *note)
{
	switch (note->type) {
	case VDPACTL_EVENT_PROBES_OFF:
		return "the probes of vdpactl_diag were switched off: no operation is seen until they are on again, and what was known is not any more";
	case VDPACTL_EVENT_PROBES_ON:
		return "the probes of vdpactl_diag are on again: operations are seen";
	default:
		return NULL;
	}
}

static void print_text(const struct vdpactl_diag_note *note)
{
	const char *text = module_text(note);
	char time[NOTE_TIME_SIZE];

	if (text) {
		printf("%s %s\n", note_time(note->value[VDPACTL_A_EVENT_TIME], time), text);
		return;
	}
	note_begin(note_time(note->value[VDPACTL_A_EVENT_TIME], time), note->dev, name_of(note));
	note_args(stdout, note, event_args, false);
	if (has(note, VDPACTL_A_EVENT_DRIVER)) {
		putchar(' ');
		printable_put(stdout, note->driver);
	}
	if (has(note, VDPACTL_A_EVENT_RET) && note->value[VDPACTL_A_EVENT_RET])
		printf(" failed: %s",
		       strerror((int)-note->value[VDPACTL_A_EVENT_RET]));
	note_by(note->comm, note->value[VDPACTL_A_EVENT_PID]);
	if (has(note, VDPACTL_A_EVENT_DURATION))
		printf(" in %.1f us", note->value[VDPACTL_A_EVENT_DURATION] / 1000.0);
	putchar('\n');
}

static void print_event(struct cli *cli, const struct vdpactl_diag_note *note)
{
	if (cli->json)
		print_json(note);
	else
		print_text(note);
}

/* ---- the command line --------------------------------------------------------------- */

static int add_event(struct cli *cli, const char *word, size_t length, uint64_t *wanted)
{
	struct nearest nearest = nearest_to(word, length);
	const char *name;
	int ret;

	for (unsigned int i = 0; (name = vdpactl_event_name(i)); i++) {
		if (strlen(name) == length && !strncmp(name, word, length)) {
			*wanted |= UINT64_C(1) << i;
			return 0;
		}
		nearest_try(&nearest, name, strlen(name), name);
	}
	ret = cli_usage(cli, "no event is called \"%.*s\"", (int)length, word);
	nearest_hint(&nearest, &cli->err);
	return ret;
}

static int take_events(struct args *args, uint64_t *wanted)
{
	const char *word;
	int ret;

	ret = args_value(args, "names of events", &word);
	*wanted = 0;
	if (ret)
		return ret;
	do {
		size_t length = strcspn(word, ",");

		ret = add_event(args->cli, word, length, wanted);
		word += length + (word[length] == ',');
	} while (!ret && *word);
	return ret;
}

static int take_seconds(struct args *args, int64_t *timeout)
{
	uint32_t seconds;
	int ret;

	ret = args_u32(args, "seconds", 0, UINT32_MAX, &seconds);
	if (!ret)
		*timeout = seconds * INT64_C(1000);
	return ret;
}

static int take_option(struct args *args, struct stream *stream)
{
	if (args_keyword(args, "--event"))
		return take_events(args, &stream->wanted);
	if (args_keyword(args, "--count"))
		return args_u64(args, "count", 1, UINT64_MAX, &stream->count);
	if (args_keyword(args, "--timeout"))
		return take_seconds(args, &stream->timeout);
	if (stream->dev)
		return args_end(args);
	return args_device(args, &stream->dev);
}

static int monitor(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct stream stream = {
		.source = VDPACTL_STREAM_EVENTS,
		.timeout = -1,
		.wanted = UINT64_MAX,
		.always = UINT64_C(1) << VDPACTL_EVENT_PROBES_OFF |
			  UINT64_C(1) << VDPACTL_EVENT_PROBES_ON,
		.print = print_event,
	};
	int ret = 0;

	while (!ret && args.argc)
		ret = take_option(&args, &stream);
	return ret ? ret : stream_run(cli, &stream);
}

/* Those of vdpactl_event_name() that one can wait for; completion takes them from here */
#define EVENTS \
	"set_status|set_driver_features|reset|reset_map|set_map|dma_map|dma_unmap|" \
	"set_group_asid|suspend|resume|set_vq_address|set_vq_num|set_vq_ready|set_vq_state|" \
	"dev_added|dev_removed|bound|unbound|probes_off|probes_on"

static const struct cli_command commands[] = {
	{ "", "[ DEV ] [ --event " EVENTS "[,...] ] [ --count N ] [ --timeout S ]", monitor },
	{ NULL, NULL, NULL }
};

const struct cli_object object_monitor = { "monitor", "control operations as they happen", commands };
