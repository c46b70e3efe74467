/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel logs while it works on a request. */
#ifndef KLOG_H
#define KLOG_H

#include <stddef.h>

/** klog_open() - from here on; -1: this process may not read the log */
int klog_open(void);

/**
 * klog_close() - take the lines that were logged since klog_open()
 * @log: from there; closed here; may be -1
 * @text: set to the lines with "; " between them, cut to what fits; "": none
 */
void klog_close(int log, char *text, size_t size);

#endif
