// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: stream listen PORT          prints "listening", then what it got
 *        stream send ADDRESS PORT BYTES
 *
 * A TCP connection that carries a pattern: the receiver fails at the first
 * byte that is not in its place.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint8_t pattern(uint64_t i)
{
	return i * 2654435761u >> 13;
}

static void receive(int fd)
{
	uint8_t data[16384];
	uint64_t pos = 0;
	ssize_t n;

	while ((n = read(fd, data, sizeof(data))) > 0)
		for (ssize_t i = 0; i < n; i++, pos++)
			if (data[i] != pattern(pos))
				errx(1, "byte %llu is wrong", (unsigned long long)pos);
	if (n < 0)
		err(1, "read");
	printf("%llu bytes\n", (unsigned long long)pos);
}

static void send_bytes(int fd, uint64_t bytes)
{
	uint8_t data[16384];
	uint64_t pos = 0;

	while (pos < bytes) {
		size_t n = bytes - pos < sizeof(data) ? bytes - pos : sizeof(data);

		for (size_t i = 0; i < n; i++)
			data[i] = pattern(pos + i);
		if (send(fd, data, n, MSG_NOSIGNAL) != (ssize_t)n)
			err(1, "send");
		pos += n;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		err(1, "socket");
	if (argc == 3 && !strcmp(argv[1], "listen")) {
		sin.sin_port = htons(atoi(argv[2]));
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) || listen(fd, 1))
			err(1, "port %s", argv[2]);
		puts("listening");
		fflush(stdout);
		fd = accept(fd, NULL, NULL);
		if (fd < 0)
			err(1, "accept");
		receive(fd);
	} else if (argc == 5 && !strcmp(argv[1], "send")) {
		sin.sin_port = htons(atoi(argv[3]));
		if (inet_pton(AF_INET, argv[2], &sin.sin_addr) != 1)
			errx(2, "not an address: %s", argv[2]);
		if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)))
			err(1, "%s", argv[2]);
		send_bytes(fd, strtoull(argv[4], NULL, 0));
	} else {
		errx(2, "usage: stream listen PORT | send ADDRESS PORT BYTES");
	}
	return 0;
}
