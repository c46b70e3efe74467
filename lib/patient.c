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
		patient->ret = -errno;
	return 0;
}

/*
 * The memory is shared: a copy of it costs a quarter of all that "dev show" does. (Valgrind
 * cannot follow such a process.) It has a wait of its own (__WCLONE), of which a program that waits for its children hears nothing,
 * and no signal, as handlers would run in it.
 */
static pid_t start(struct patient *patient, int *pidfd)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = clone(run, patient->stack + sizeof(patient->stack), CLONE_VM | CLONE_PIDFD, patient,
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

int patient_send(int socket, const void *message, size_t size)
{
	struct patient *patient = mmap(NULL, sizeof(*patient), PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int pidfd = -1, ret;

	if (patient == MAP_FAILED)
		return -errno;
	patient->socket = socket;
	patient->size = size;
	memcpy(patient->message, message, size);
	ret = start(patient, &pidfd);
	if (ret > 0) {
		ret = wait_for(ret, pidfd);
		close(pidfd);
	}
	if (!ret)
		ret = patient->ret;
	if (ret != -ETIMEDOUT)
		munmap(patient, sizeof(*patient));
	return ret;
}
