// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "fault_numbers.h"

static uint64_t responses(const struct vdpactl_queue_stats *stats)
{
	uint64_t sum = 0;

	for (int code = 0; code < VDPACTL_FAULT_CODES; code++)
		sum += stats->responses[code];
	return sum;
}

void fault_numbers(const struct vdpactl_queue_stats *stats)
{
	fprintf(stderr, "groups %" PRIu64 " faults %" PRIu64 " responses %" PRIu64,
		stats->groups, stats->faults, responses(stats));
	for (int code = 0; code < VDPACTL_FAULT_CODES; code++)
		fprintf(stderr, " %s %" PRIu64, vdpactl_fault_code_name(code),
			stats->responses[code]);
}

void fault_numbers_latency(const struct vdpactl_queue_stats *stats)
{
	if (stats->latency_min <= stats->latency_max)
		fprintf(stderr, " latency_us min %.1f median %.1f p99 %.1f max %.1f",
			stats->latency_min / 1e3, vdpactl_queue_latency(stats, 0.5) / 1e3,
			vdpactl_queue_latency(stats, 0.99) / 1e3, stats->latency_max / 1e3);
	fputc('\n', stderr);
}
