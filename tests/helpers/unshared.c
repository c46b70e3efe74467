// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unshared FILE: open FILE in a thread that has a table of files of its own. Says "ready"
 * and waits to be killed.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *hold(void *path)
{
	if (unshare(CLONE_FILES) || open(path, O_RDWR) < 0) {
		perror(path);
		exit(1);
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 2 || pthread_create(&thread, NULL, hold, argv[1]))
		return 1;
	for (;;)
		pause();
}
