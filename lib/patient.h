/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Requests of generic netlink may never return: they wait behind a device whose removal
 * waits for its holder. No signal ends such a wait, so another process makes the call,
 * and may be left behind in it.
 */
#ifndef PATIENT_H
#define PATIENT_H

#include <stddef.h>

/* How long a message may be */
#define PATIENT_MAX 2048

/* How long it is waited for, in milliseconds: who asked is told within two seconds */
#define PATIENT_TIMEOUT 1500

/**
 * patient_send() - send a message through a generic netlink socket
 * @size: at most PATIENT_MAX
 *
 * The kernel acts on a netlink message while it is being sent (netlink_unicast_kernel()).
 *
 * Return: 0; -ETIMEDOUT: the kernel did not come back from it, and will act on it whenever
 * it can; -errno
 */
int patient_send(int socket, const void *message, size_t size);

#endif
