/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How libvdpactl says that something failed.
 *
 * Functions that can fail return 0 (or a count) or a negative errno value, and
 * describe the failure in the caller's struct vdpactl_error: what failed, on
 * which device and why, and what the user can do about it.
 */
#ifndef VDPACTL_ERROR_H
#define VDPACTL_ERROR_H

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vdpactl_error - one failure, in words
 * @code: errno value, positive; 0 while nothing failed
 * @message: what failed, on which device, and why; the kernel's extended-ack
 *	text is part of it whenever there is one
 * @hint: what to do about it; "" when there is nothing better than @message
 *
 * Plain storage owned by the caller; a text that is too long is cut.
 */
struct vdpactl_error {
	int code;
	char message[512];
	char hint[512];
};

/**
 * vdpactl_error_set() - describe a failure
 * @err: where to; may be NULL, then only the return value is made
 * @code: errno value, positive or negative
 * @fmt: printf format of the message; a trailing ": REASON" is not appended
 *
 * Replaces what @err held, the hint too.
 *
 * Return: -@code, always negative, so that callers can return it directly.
 */
int vdpactl_error_set(struct vdpactl_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * vdpactl_error_vset() - as vdpactl_error_set(), with a va_list
 */
int vdpactl_error_vset(struct vdpactl_error *err, int code, const char *fmt,
		       va_list ap) __attribute__((format(printf, 3, 0)));

/**
 * vdpactl_error_hint() - add what to do about the failure that @err describes
 * @err: may be NULL
 * @fmt: printf format of the hint; replaces an earlier hint
 */
void vdpactl_error_hint(struct vdpactl_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * vdpactl_errno_name() - the symbol of an errno value, "EBUSY" for 16
 * @code: errno value, positive
 *
 * Return: a static string; "EUNKNOWN" for a number that libc has no name for.
 */
const char *vdpactl_errno_name(int code);

#ifdef __cplusplus
}
#endif
#endif
