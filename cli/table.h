/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from JSON rows: aligned tables, and records of one line a member. */
#ifndef TABLE_H
#define TABLE_H

#include <stdio.h>

#include "output.h"

struct table;

/**
 * table_new() - lay out a document as a table
 * @devices: {"DEV": row or array of rows or null}
 * @view: which members, see there
 *
 * Return: a table that table_free() frees
 */
struct table *table_new(const json_t *devices, const struct view *view);

/** table_print() - @on and @off surround the heading: terminal codes, or "" */
void table_print(const struct table *table, FILE *out, const char *on, const char *off);

void table_free(struct table *table);

/** record_print() - one row, a line for each member it has */
void record_print(const json_t *row, const struct view *view, FILE *out);

/**
 * cell_text() - a JSON value as people read it
 *
 * Return: an allocated string: yes, no, - for null, array elements joined by commas
 */
char *cell_text(const json_t *value);

#endif
