// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inflight FILE: open FILE, send it through a socket that nobody reads, and close
 * it: it stays open in no process. Says "ready" and waits to be killed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec data = { "x", 1 };
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int pair[2], fd = argc == 2 ? open(argv[1], O_RDWR) : -1;

	if (fd < 0 || socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) {
		perror(argv[0]);
		return 1;
	}
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	if (sendmsg(pair[0], &message, 0) < 0) {
		perror(argv[0]);
		return 1;
	}
	close(fd);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
