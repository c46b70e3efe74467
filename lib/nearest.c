// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "nearest.h"

/* What is longer was not mistyped, and is compared on the stack */
#define LONGEST 64

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * How many characters have to be inserted, left out, exchanged for another, or swapped
 * with the next to make @b of @a: the optimal string alignment distance.
 */
static size_t distance(const char *a, size_t la, const char *b, size_t lb)
{
	size_t rows[3][LONGEST + 1];

	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *over = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			row[j] = least(least(above[j], row[j - 1]) + 1,
				       above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], over[j - 2] + 1);
		}
	}
	return rows[la % 3][lb];
}

struct nearest nearest_to(const char *word, size_t length)
{
	/* One slip in a short word, one in three characters of a longer one */
	return (struct nearest){ word, length, length > 3 ? length / 3 : 1, "" };
}

static void add(struct nearest *nearest, const char *shown)
{
	size_t used = strlen(nearest->names);

	/* Of many that are as near none is more likely; the list of all has the rest */
	if (used + strlen(shown) + sizeof(", ") <= sizeof(nearest->names))
		snprintf(nearest->names + used, sizeof(nearest->names) - used, "%s%s",
			 used ? ", " : "", shown);
}

void nearest_try(struct nearest *nearest, const char *name, size_t length, const char *shown)
{
	size_t away;

	if (length > LONGEST || nearest->length > LONGEST)
		return;
	away = distance(nearest->word, nearest->length, name, length);
	/* What shares nothing with the word is not what was meant */
	if (away > nearest->distance || away >= length || away >= nearest->length)
		return;
	if (away < nearest->distance)
		nearest->names[0] = '\0';
	nearest->distance = away;
	add(nearest, shown);
}

void nearest_hint(const struct nearest *nearest, struct vdpactl_error *err)
{
	struct vdpactl_error old;

	if (!err || !nearest->names[0])
		return;
	old = *err;
	vdpactl_error_hint(err, "did you mean %s?%s%s", nearest->names, *old.hint ? " " : "",
			   old.hint);
}
