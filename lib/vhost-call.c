// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vhost-call.h"

/* Of the kernel's own errno values, this one gets out to user space */
#define KERNEL_ENOTSUPP 524

/* What an errno value means for every ioctl of the chardev; drivers/vhost/vdpa.c */
static const struct vhost_reason reasons[] = {
	{ EPERM, "this process does not own the device",
	  "owner (VHOST_SET_OWNER) comes before everything about virtqueues and maps" },
	{ EOPNOTSUPP, "the parent driver cannot do it", NULL },
	{ KERNEL_ENOTSUPP, "the parent driver cannot do it", NULL },
	{ ENOBUFS, "the device has no such virtqueue", NULL },
	{ ENODEV, "the device is gone", NULL },
	{ EIO, "the parent driver reports an I/O error; the kernel log may tell more", NULL },
	{ ETIMEDOUT, "the device did not answer in time; the kernel log may tell more", NULL },
	{ 0, NULL, NULL }
};

static const struct vhost_reason *find(const struct vhost_reason *table, int code)
{
	for (; table && table->code; table++)
		if (table->code == code)
			return table;
	return NULL;
}

static void explain(const struct vdpactl_vhost *vhost, const struct vhost_call *call,
		    int code, struct vdpactl_error *err, const char *what)
{
	const struct vhost_reason *reason = find(call->reasons, code);

	if (!reason)
		reason = find(reasons, code);
	if (code == ENOTTY && call->since)
		vdpactl_error_set(err, code,
				  "%s: cannot %s: this kernel has no such operation; Linux %s brought it",
				  vhost->name, what, call->since);
	else
		vdpactl_error_set(err, code, "%s: cannot %s: %s", vhost->name, what,
				  reason ? reason->why : strerror(code));
	if (reason && reason->hint)
		vdpactl_error_hint(err, "%s", reason->hint);
}

int vhost_call(struct vdpactl_vhost *vhost, const struct vhost_call *call, void *arg,
	       struct vdpactl_error *err, const char *what, ...)
{
	char text[128];
	va_list ap;
	int code;

	if (ioctl(vhost->fd, call->request, arg) >= 0)
		return 0;
	code = errno;
	va_start(ap, what);
	vsnprintf(text, sizeof(text), what, ap);
	va_end(ap);
	explain(vhost, call, code, err, text);
	return code == KERNEL_ENOTSUPP ? -EOPNOTSUPP : -code;
}

int vhost_refuse(struct vdpactl_vhost *vhost, int code, struct vdpactl_error *err,
		 const char *what, const char *why, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, why);
	vsnprintf(text, sizeof(text), why, ap);
	va_end(ap);
	return vdpactl_error_set(err, code, "%s: cannot %s: %s", vhost->name, what, text);
}
