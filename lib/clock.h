/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time that goes on, whatever the wall clock is set to. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

/** clock_ms() - milliseconds since some time in the past */
static inline int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

#endif
