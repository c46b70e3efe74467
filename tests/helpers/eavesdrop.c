// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: eavesdrop
 *
 * Joins the multicast group of vdpactl_diag's events by its number, as nobody who is the
 * owner of a network namespace of his own. Says "joined" and waits to be killed.
 */
#include "config.h"

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/vdpactl.h>

#include <vdpactl/error.h>

#include "netlink.h"

int main(void)
{
	struct vdpactl_error err;
	uint32_t group;
	int fd;

	if (netlink_lookup(VDPACTL_FAMILY_NAME, VDPACTL_MCGRP_EVENTS, &group, &err) < 0) {
		puts(err.message);
		return 1;
	}
	if (setgid(65534) || setuid(65534) || unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
		perror("unshare");
		return 1;
	}
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0 || setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group))) {
		perror("NETLINK_ADD_MEMBERSHIP");
		return 1;
	}
	puts("joined");
	fflush(stdout);
	pause();
	return 0;
}
