// SPDX-License-Identifier: GPL-2.0-or-later
/* headless FILE: hold FILE open in a process whose first thread has ended */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *stay(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 2 || open(argv[1], O_RDWR) < 0 || pthread_create(&thread, NULL, stay, NULL)) {
		perror(argv[0]);
		return 1;
	}
	pthread_exit(NULL);
}
