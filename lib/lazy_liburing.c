// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <liburing.h>

#include "lazy.h"

struct lazy lazy_liburing = { "liburing.so.2", NULL };

#define URING(type, name, parameters, arguments) \
	LAZY(lazy_liburing, type, name, parameters, arguments)

URING(int, io_uring_queue_init, (unsigned entries, struct io_uring *ring, unsigned flags),
      (entries, ring, flags))
URING(void, io_uring_queue_exit, (struct io_uring *ring), (ring))
URING(int, io_uring_submit_and_wait, (struct io_uring *ring, unsigned wait), (ring, wait))
/* What the header's inline functions call */
URING(int, __io_uring_get_cqe, (struct io_uring *ring, struct io_uring_cqe **cqe,
				unsigned submit, unsigned wait, sigset_t *mask),
      (ring, cqe, submit, wait, mask))
