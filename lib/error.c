// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vdpactl/error.h>

int vdpactl_error_vset(struct vdpactl_error *err, int code, const char *fmt,
		       va_list ap)
{
	/* INT_MIN has no positive counterpart, and is no errno value */
	code = code == INT_MIN ? EIO : abs(code);
	if (err) {
		err->code = code;
		err->hint[0] = '\0';
		vsnprintf(err->message, sizeof(err->message), fmt, ap);
	}
	return -code;
}

int vdpactl_error_set(struct vdpactl_error *err, int code, const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = vdpactl_error_vset(err, code, fmt, ap);
	va_end(ap);
	return ret;
}

void vdpactl_error_hint(struct vdpactl_error *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
}

const char *vdpactl_errno_name(int code)
{
	const char *name = strerrorname_np(code);	/* glibc 2.32 */

	return name ? name : "EUNKNOWN";
}
