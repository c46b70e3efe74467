/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events of a virtual IOMMU, as lines. */
#ifndef FAULT_EVENT_H
#define FAULT_EVENT_H

#include "fault_stream.h"

/**
 * fault_event_drain() - print the events that are there
 * @stream: where to
 * @queue: an event queue
 * @type: what kind of events they are, or NULL: a record does not tell
 *
 * Return: 0, or negative: see cli->err.
 */
int fault_event_drain(struct fault_stream *stream, struct vdpactl_queue *queue,
		      const char *type);

#endif
