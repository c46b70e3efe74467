// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * devices add|del|churn MGMTDEV PREFIX COUNT: create or delete the devices PREFIX0,
 * PREFIX1, ... of a management device, or delete and create them over and over until
 * killed. One process, as processes are expensive in the lab VM.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vdpactl/dev.h>

static struct vdpactl_handle mgmtdev;
static struct vdpactl_error err;

static int add(const char *name)
{
	struct vdpactl_dev_attrs attrs = { .name = name, .mgmtdev = &mgmtdev };

	return vdpactl_dev_add(&attrs, &err);
}

static int del(const char *name)
{
	int ret = vdpactl_dev_del(name, true, &err);

	return ret == -ENODEV ? 0 : ret;
}

static int churn(const char *name)
{
	int ret = del(name);

	return ret ? ret : add(name);
}

static const struct {
	const char *name;
	int (*run)(const char *name);
	int forever;
} commands[] = {
	{ "add", add, 0 },
	{ "del", del, 0 },
	{ "churn", churn, 1 },
};

int main(int argc, char **argv)
{
	unsigned int which = 0;
	char name[64];

	while (argc == 5 && which < 3 && strcmp(argv[1], commands[which].name))
		which++;
	if (argc != 5 || which == 3 || vdpactl_handle_parse(argv[2], &mgmtdev, &err)) {
		fprintf(stderr, "usage: devices add|del|churn MGMTDEV PREFIX COUNT\n");
		return 2;
	}
	do {
		for (int i = 0; i < atoi(argv[4]); i++) {
			snprintf(name, sizeof(name), "%s%d", argv[3], i);
			if (commands[which].run(name)) {
				fprintf(stderr, "devices: %s\n", err.message);
				return 1;
			}
		}
	} while (commands[which].forever);
	return 0;
}
