// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lazy.h"

int lazy_load(struct lazy *lazy, struct vdpactl_error *err)
{
	if (!lazy->handle)
		lazy->handle = dlopen(lazy->soname, RTLD_NOW | RTLD_LOCAL);
	return lazy->handle ? 0 : vdpactl_error_set(err, ENOENT, "cannot load a library: %s",
						    dlerror());
}

void *lazy_symbol(struct lazy *lazy, const char *name)
{
	struct vdpactl_error err;
	void *symbol;

	if (lazy_load(lazy, &err)) {
		fprintf(stderr, "libvdpactl: %s\n", err.message);
		abort();
	}
	symbol = dlsym(lazy->handle, name);
	if (!symbol) {
		fprintf(stderr, "libvdpactl: %s\n", dlerror());
		abort();
	}
	return symbol;
}
