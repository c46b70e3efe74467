// SPDX-License-Identifier: GPL-2.0-or-later
/* pathonly FILE PROGRAM [ARG...]: run PROGRAM with FILE named (O_PATH), but not opened */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 3 || open(argv[1], O_PATH) < 0) {
		perror(argv[0]);
		return 1;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
