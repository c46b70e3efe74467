// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "fault_event.h"
#include "output.h"

static json_t *hex(const uint8_t *data, size_t size)
{
	char *text = malloc(2 * size + 1);
	json_t *string;

	if (!text)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = "0123456789abcdef"[data[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[data[i] & 15];
	}
	string = json_stringn(text, 2 * size);
	free(text);
	return string;
}

static int print(struct fault_stream *stream, const struct vdpactl_viommu_event *event,
		 const char *type, uint64_t lost)
{
	json_t *line;

	if (lost && fault_stream_line(stream, json_pack("{s:s, s:I}", "event", "lost",
							"count", (json_int_t)lost)))
		return -1;
	if (event->lost)
		return 0;
	line = json_pack("{s:s, s:I, s:o, s:o}", "event", "viommu",
			 "sequence", (json_int_t)event->sequence,
			 "type", type ? json_text(type) : json_null(),
			 "data", hex(event->data, event->size));
	if (line && event->unknown_flags)
		json_object_set_new(line, "unknown_flags", json_hex(event->unknown_flags));
	return fault_stream_line(stream, line);
}

int fault_event_drain(struct fault_stream *stream, struct vdpactl_queue *queue,
		      const char *type)
{
	const struct vdpactl_queue_stats *stats = vdpactl_queue_stats(queue);
	struct vdpactl_viommu_event event;
	uint64_t lost;
	int ret;

	for (;;) {
		lost = stats->lost;
		ret = vdpactl_queue_read_event(queue, &event, &stream->cli->err);
		if (ret == -EINTR)
			return 0;
		if (ret <= 0)
			return ret;
		if (print(stream, &event, type, stats->lost - lost))
			return -1;
		if (fault_stream_stopped(stream))
			return 0;
	}
}
