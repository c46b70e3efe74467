// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: any bytes as records of a fault queue, and as an event.
 * Lines must fit the room that is promised, and a queue that is fed the bytes
 * through a pipe must make as many faults of them as there are records.
 */
#include <stdlib.h>
#include <unistd.h>

#include <vdpactl/fault.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void lines(const uint8_t *data, size_t size)
{
	struct vdpactl_viommu_event event;
	struct vdpactl_fault fault;
	char *line;

	for (; size >= VDPACTL_FAULT_RECORD;
	     data += VDPACTL_FAULT_RECORD, size -= VDPACTL_FAULT_RECORD) {
		vdpactl_fault_decode(&fault, data);
		/* From the heap, so that the sanitizer sees the end of it */
		line = malloc(VDPACTL_FAULT_LINE);
		if (vdpactl_fault_json(&fault, line) > VDPACTL_FAULT_LINE ||
		    vdpactl_fault_text(&fault, line) > VDPACTL_FAULT_LINE)
			abort();
		free(line);
	}
	if (!vdpactl_viommu_event_decode(&event, data, size) &&
	    event.size != size - VDPACTL_EVENT_HEADER)
		abort();
}

static void queue(const uint8_t *data, size_t size)
{
	const struct vdpactl_fault *faults;
	struct vdpactl_queue *queue;
	struct vdpactl_error err;
	size_t total = 0;
	int fds[2], n;

	if (size > 4096 || pipe(fds))
		return;
	if (write(fds[1], data, size) != (ssize_t)size)
		abort();
	close(fds[1]);
	queue = vdpactl_queue_new(fds[0], VDPACTL_IO_POLL, &err);
	if (!queue)
		abort();
	while ((n = vdpactl_queue_read(queue, &faults, &err)) >= 0)
		total += n;
	if (total != size / VDPACTL_FAULT_RECORD)
		abort();
	vdpactl_queue_free(queue);
	close(fds[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	lines(data, size);
	queue(data, size);
	return 0;
}
