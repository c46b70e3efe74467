/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The open files of every process, as /proc tells them. */
#ifndef LIB_PROCFD_H
#define LIB_PROCFD_H

#include <stddef.h>
#include <sys/types.h>

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

/**
 * procfd_text() - the text of a small file
 * @fmt: printf format of its path
 *
 * Return: its length, cut to what fits; -errno, and @text is "" then
 */
ssize_t procfd_text(char *text, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * procfd_comm() - name of a process; "" if it is gone
 *
 * Return: 0; -errno: it cannot be read
 */
int procfd_comm(int pid, char *comm, size_t size);

/** procfd_state() - what a thread does, as in proc(5): 'D' waits and hears no signal; 0: gone */
char procfd_state(int pid, int tid);

#endif
