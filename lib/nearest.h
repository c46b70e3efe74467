/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which of the right names a wrong one may have been meant for. Not exported; the
 * command, which has its own copy of the library, uses it for its words too.
 */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>

#include <vdpactl/error.h>

/**
 * struct nearest - the right names that a wrong one is most like, so far
 * @word: the wrong one
 * @length: of it
 * @distance: how many slips of the keyboard the names are away from it
 * @names: them, as they are shown, with commas between them; "": none yet
 */
struct nearest {
	const char *word;
	size_t length;
	size_t distance;
	char names[256];
};

/** nearest_to() - begin a search with a wrong name of @length bytes */
struct nearest nearest_to(const char *word, size_t length);

/**
 * nearest_try() - consider a right name
 * @name: it, of @length bytes
 * @shown: how it is called in the hint
 */
void nearest_try(struct nearest *nearest, const char *name, size_t length, const char *shown);

/** nearest_hint() - put what was found, if anything, in front of the hint of @err */
void nearest_hint(const struct nearest *nearest, struct vdpactl_error *err);

#endif
