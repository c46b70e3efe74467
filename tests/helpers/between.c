// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: between TEXT COMMAND PROGRAM [ARG...]
 *
 * Runs PROGRAM, and COMMAND (of the shell) right before its first system call that
 * names TEXT: in a path, or in a message that it sends. So a test sees what PROGRAM
 * makes of a world that changes between two of its steps. The exit status is
 * PROGRAM's; 125 if it never named TEXT.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_NAMED 125

static void die(const char *what)
{
	perror(what);
	exit(NOT_NAMED);
}

/* Of each of these the second argument is a path, or a message of args[2] bytes */
static bool takes_text(unsigned long nr)
{
	return nr == SYS_openat || nr == SYS_readlinkat || nr == SYS_newfstatat ||
	       nr == SYS_faccessat || nr == SYS_sendto;
}

static bool names(pid_t pid, int memory, const char *text)
{
	struct __ptrace_syscall_info info;
	char buffer[512];
	ssize_t size;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0)
		die("PTRACE_GET_SYSCALL_INFO");
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY || !takes_text(info.entry.nr))
		return false;
	size = pread(memory, buffer, sizeof(buffer), info.entry.args[1]);
	if (size < 0)
		return false;
	if (info.entry.nr != SYS_sendto)
		size = strnlen(buffer, size);
	else if ((size_t)size > info.entry.args[2])
		size = info.entry.args[2];
	return memmem(buffer, size, text, strlen(text));
}

int main(int argc, char **argv)
{
	bool done = false;
	int status, memory;
	char path[32];
	pid_t pid;

	if (argc < 4) {
		fprintf(stderr, "usage: between TEXT COMMAND PROGRAM [ARG...]\n");
		return NOT_NAMED;
	}
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execvp(argv[3], argv + 3);
		die(argv[3]);
	}
	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0)
		die("PTRACE_SETOPTIONS");
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	if (memory < 0)
		die(path);
	while (WIFSTOPPED(status)) {
		int signal = WSTOPSIG(status);

		if (signal == (SIGTRAP | 0x80)) {
			signal = 0;
			if (!done && names(pid, memory, argv[1])) {
				done = true;
				if (system(argv[2]))
					fprintf(stderr, "between: %s failed\n", argv[2]);
			}
		} else if (signal == SIGTRAP) {
			signal = 0;
		}
		ptrace(done ? PTRACE_CONT : PTRACE_SYSCALL, pid, NULL, (void *)(long)signal);
		if (waitpid(pid, &status, 0) < 0)
			die("waitpid");
	}
	if (!done) {
		fprintf(stderr, "between: %s never named %s\n", argv[3], argv[1]);
		return NOT_NAMED;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
