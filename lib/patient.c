// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/netlink.h>

#include "clock.h"
#include "patient.h"
#include "procfd.h"

#define STACK_SIZE 16384

/**
 * struct patient - what the other process works with; it outlives us with it
 * @socket: the only file that it keeps
 * @ret: what came of the call
 */
struct patient {
	int socket;
	int ret;
	size_t size;
	char message[PATIENT_MAX];
	char stack[STACK_SIZE] __attribute__((aligned(16)));
};

/*
 * All else that is open is closed, or whoever reads from our standard output would wait
 * for the end of it as long as this process waits.
 */
static int run(void *arg)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct patient *patient = arg;

	if (patient->socket)
		syscall(SYS_close_range, 0, patient->socket - 1, 0);
	syscall(SYS_close_range, patient->socket + 1, ~0U, 0);
	/* Nor is a file system to be kept from being unmounted */
	if (chdir("/") ||
	    sendto(patient->socket, patient->message, patient->size, 0, (const void *)&kernel,
		   sizeof(kernel)) < 0)
		patient->ret = errno ? -errno : -EIO;
	return 0;
}

/*
 * It has a wait of its own (__WCLONE), of which a program that waits for its children hears
 * nothing, and no signal, as handlers would run in it.
 */
static pid_t start(struct patient *patient, int memory, int *pidfd)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = clone(run, patient->stack + sizeof(patient->stack), memory | CLONE_PIDFD, patient,
		    pidfd);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pid < 0 ? -errno : pid;
}

/*
 * Until the call has returned. Where the process does not wait in the kernel, it is the
 * machine that is slow.
 */
static int wait_for(pid_t pid, int pidfd)
{
	struct pollfd pollfd = { .fd = pidfd, .events = POLLIN };
	int64_t deadline = clock_ms() + PATIENT_TIMEOUT;

	while (poll(&pollfd, 1, PATIENT_TIMEOUT) <= 0) {
		if (clock_ms() < deadline)
			continue;
		if (procfd_state(pid, pid) == 'D')
			return -ETIMEDOUT;
		deadline = clock_ms() + PATIENT_TIMEOUT / 10;
	}
	waitpid(pid, NULL, __WCLONE);
	return 0;
}

/* @memory: CLONE_VM, or 0 for a copy of it. Return: 0 if @patient->ret tells what came of it */
static int send_once(struct patient *patient, int memory)
{
	int pidfd = -1;
	pid_t pid;
	int ret;

	/* Of one that is killed in the call it is the answer that tells what came of it */
	patient->ret = 0;
	pid = start(patient, memory, &pidfd);
	if (pid < 0)
		return pid;
	ret = wait_for(pid, pidfd);
	close(pidfd);
	return ret;
}

/*
 * The memory is shared at first: a copy of it costs a quarter of all that "dev show" does.
 * (Valgrind cannot follow such a process.) But so is errno, which this process may set
 * before the other one reads why it failed: all that is sure is that it failed. So then a
 * copy tries again, which has its own.
 * The kernel fails before it acts on a message, and no more afterwards: it acts once, and
 * a process that is left behind does not come back to set our errno.
 */
int patient_send(int socket, const void *message, size_t size)
{
	struct patient *patient = mmap(NULL, sizeof(*patient), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ret;

	if (patient == MAP_FAILED)
		return -errno;
	patient->socket = socket;
	patient->size = size;
	memcpy(patient->message, message, size);
	ret = send_once(patient, CLONE_VM);
	if (!ret && patient->ret)
		ret = send_once(patient, 0);
	if (ret == -ETIMEDOUT)
		return ret;
	if (!ret)
		ret = patient->ret;
	munmap(patient, sizeof(*patient));
	return ret;
}
