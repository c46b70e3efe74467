/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers of a stream of faults, as a line on standard error. */
#ifndef FAULT_NUMBERS_H
#define FAULT_NUMBERS_H

#include <vdpactl/fault.h>

/** fault_numbers() - groups, faults and responses, by code */
void fault_numbers(const struct vdpactl_queue_stats *stats);

/** fault_numbers_latency() - how long the answers took, if there were any; ends the line */
void fault_numbers_latency(const struct vdpactl_queue_stats *stats);

#endif
