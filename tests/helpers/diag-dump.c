// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: diag-dump SECONDS
 *
 * Asks for everything of every device, again and again, while the devices come and go.
 * Fails if an answer is malformed, or fails in a way that coming and going does not explain.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <vdpactl/diag.h>

int main(int argc, char **argv)
{
	static const enum vdpactl_diag_what all[] = {
		VDPACTL_DIAG_DEV, VDPACTL_DIAG_VQ, VDPACTL_DIAG_MAP
	};
	struct vdpactl_error err = { 0 };
	struct vdpactl_diag *diag;
	unsigned long rounds = 0, devices = 0;
	time_t end;
	int ret;

	if (argc != 2)
		return 2;
	end = time(NULL) + atoi(argv[1]);
	ret = vdpactl_diag_open(&diag, &err);
	while (!ret && time(NULL) < end) {
		for (size_t i = 0; !ret && i < sizeof(all) / sizeof(*all); i++) {
			struct vdpactl_diag_devs devs = { 0 };

			ret = vdpactl_diag_get(diag, all[i], NULL, -1, &devs, &err);
			devices += devs.count;
			vdpactl_diag_devs_free(&devs);
			/* A map changed under the dump */
			if (ret == -EAGAIN)
				ret = 0;
		}
		rounds++;
	}
	vdpactl_diag_close(diag);
	if (ret) {
		printf("%s\n", err.message);
		return 1;
	}
	printf("%lu rounds, %lu devices\n", rounds, devices);
	return 0;
}
