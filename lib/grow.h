/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays that grow by one. */
#ifndef GROW_H
#define GROW_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/**
 * grow() - room for one more element
 * @array: pointer to the pointer to the first element
 * @count: pointer to how many there are; one more when it worked
 * @size: of an element
 *
 * The room doubles whenever the count is a power of two.
 *
 * Return: the new element, zeroed; NULL: out of memory
 */
static inline void *grow(void *array, size_t *count, size_t size)
{
	void *old, *new;

	memcpy(&old, array, sizeof(old));
	new = old;
	if (!(*count & (*count - 1)))
		new = reallocarray(old, *count ? *count * 2 : 1, size);
	if (!new)
		return NULL;
	memcpy(array, &new, sizeof(new));
	new = (char *)new + size * (*count)++;
	return memset(new, 0, size);
}

#endif
