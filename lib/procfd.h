/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The open files of every process, as /proc tells them. */
#ifndef LIB_PROCFD_H
#define LIB_PROCFD_H

#include <stddef.h>

/**
 * struct procfd_walk - what to do with each open file
 * @visit: gets what the file is called; returns 0 to go on. What else it returns is
 *	the result of the walk
 * @arg: for @visit
 * @hidden: set to how many processes could not be looked into
 */
struct procfd_walk {
	int (*visit)(void *arg, int pid, int fd, const char *name);
	void *arg;
	unsigned int hidden;
};

/**
 * procfd_walk() - look at every open file of every process
 *
 * Return: what @visit returned last; -errno: /proc cannot be read.
 */
int procfd_walk(struct procfd_walk *walk);

/** procfd_comm() - name of a process; "" if it is gone */
void procfd_comm(int pid, char *comm, size_t size);

#endif
