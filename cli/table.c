// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "table.h"

/* Names in a record's list go on the next line from here on. */
#define RECORD_WIDTH 100

/* An allocation that fails here has no way on but the end, as a command that failed. */
static void *must(void *memory)
{
	if (!memory) {
		fputs("vdpactl: out of memory\n", stderr);
		exit(CLI_FAILED);
	}
	return memory;
}

/* The member that a key like "asid" or "backend.mask" names, or NULL */
static const json_t *member(const json_t *row, const char *key)
{
	const char *dot = strchr(key, '.');
	const json_t *value = json_object_get(row, key);

	if (value || !dot)
		return value;

	char *head = must(strndup(key, dot - key));

	value = json_object_get(row, head);
	free(head);
	return value ? member(value, dot + 1) : NULL;
}

static char *join(const json_t *array, const char *separator)
{
	char *text = NULL;
	json_t *element;
	size_t size, i;
	FILE *out = must(open_memstream(&text, &size));

	json_array_foreach(array, i, element) {
		char *cell = cell_text(element);

		fprintf(out, "%s%s", i ? separator : "", cell);
		free(cell);
	}
	fclose(out);
	return must(text);
}

char *cell_text(const json_t *value)
{
	char *text;

	switch (json_typeof(value)) {
	case JSON_STRING:
		return must(printable(strdup(json_string_value(value))));
	case JSON_INTEGER:
		if (asprintf(&text, "%" JSON_INTEGER_FORMAT, json_integer_value(value)) < 0)
			text = NULL;
		return must(text);
	case JSON_TRUE:
		return must(strdup("yes"));
	case JSON_FALSE:
		return must(strdup("no"));
	case JSON_ARRAY:
		return json_array_size(value) ? join(value, ",") : must(strdup("none"));
	case JSON_NULL:
		return must(strdup("-"));
	default:
		return must(json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY));
	}
}

static char *column_text(const struct column *column, const json_t *value)
{
	return column->format ? must(printable(column->format(value))) : cell_text(value);
}

struct table {
	const char *name;		/* title of the column of names */
	const struct column *columns;
	size_t ncolumns;		/* the device's column not counted */
	size_t nrows;
	size_t room;
	char **cells;			/* nrows * (1 + ncolumns); NULL: empty */
};

static char **table_row(struct table *table, const char *name)
{
	size_t width = 1 + table->ncolumns;
	char **row;

	if (table->nrows == table->room) {
		table->room = table->room ? table->room * 2 : 16;
		table->cells = must(reallocarray(table->cells, table->room,
						 width * sizeof(char *)));
	}
	row = table->cells + width * table->nrows++;
	memset(row, 0, width * sizeof(char *));
	row[0] = must(printable(strdup(name)));
	return row;
}

/* One line: members of @row, or of what it was expanded from */
static void table_add(struct table *table, const char *name, const json_t *row,
		      const json_t *parent)
{
	char **cells = table_row(table, name);

	for (size_t i = 0; i < table->ncolumns; i++) {
		const struct column *column = &table->columns[i];
		const json_t *value = member(row, column->key);

		if (!value && parent)
			value = member(parent, column->key);
		if (value)
			cells[1 + i] = column_text(column, value);
		else if (json_is_null(row))
			cells[1 + i] = must(strdup("-"));
	}
}

static void table_add_row(struct table *table, const char *name, const json_t *row,
			  const char *expand)
{
	const json_t *elements = expand ? json_object_get(row, expand) : NULL;
	json_t *element;
	size_t i;

	if (!json_array_size(elements)) {
		table_add(table, name, row, NULL);
		return;
	}
	json_array_foreach(elements, i, element)
		table_add(table, name, element, row);
}

struct table *table_new(const json_t *devices, const struct view *view)
{
	struct table *table = must(calloc(1, sizeof(*table)));
	json_t *rows, *row;
	const char *name;
	size_t i;

	table->name = "DEV";
	table->columns = view->columns;
	if (table->columns->title && !*table->columns->key)
		table->name = table->columns++->title;
	while (table->columns[table->ncolumns].title)
		table->ncolumns++;

	json_object_foreach((json_t *)devices, name, rows) {
		if (!json_is_array(rows)) {
			table_add_row(table, name, rows, view->expand);
			continue;
		}
		json_array_foreach(rows, i, row)
			table_add_row(table, name, row, view->expand);
	}
	return table;
}

static const char *title(const struct table *table, size_t column)
{
	return column ? table->columns[column - 1].title : table->name;
}

/* Width of a column, 0 where no row has anything to show in it */
static size_t column_width(const struct table *table, size_t column)
{
	size_t width = 0;

	for (size_t i = 0; i < table->nrows; i++) {
		const char *cell = table->cells[i * (1 + table->ncolumns) + column];
		size_t length = cell ? strlen(cell) : 0;

		width = length > width ? length : width;
	}
	if (width && strlen(title(table, column)) > width)
		width = strlen(title(table, column));
	return width;
}

static void print_line(const struct table *table, const size_t *widths,
		       char *const *cells, FILE *out)
{
	size_t blanks = 0;

	for (size_t i = 0; i <= table->ncolumns; i++) {
		const char *cell = cells ? cells[i] : title(table, i);

		if (!widths[i])
			continue;
		/* Blanks are due only when something follows: no line ends in them */
		if (cell) {
			fprintf(out, "%*s%s", (int)blanks, "", cell);
			blanks = 0;
		}
		blanks += widths[i] + 2 - (cell ? strlen(cell) : 0);
	}
}

void table_print(const struct table *table, FILE *out, const char *on, const char *off)
{
	size_t *widths;

	if (!table->nrows)
		return;
	widths = must(calloc(1 + table->ncolumns, sizeof(*widths)));
	for (size_t i = 0; i <= table->ncolumns; i++)
		widths[i] = column_width(table, i);

	fputs(on, out);
	print_line(table, widths, NULL, out);
	fprintf(out, "%s\n", off);
	for (size_t i = 0; i < table->nrows; i++) {
		print_line(table, widths, table->cells + i * (1 + table->ncolumns), out);
		fputc('\n', out);
	}
	free(widths);
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->nrows * (1 + table->ncolumns); i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

/* Words go on below each other when the line is full */
static void print_wrapped(const char *text, int indent, FILE *out)
{
	int at = indent;

	while (*text) {
		int length = strcspn(text, " ");

		if (at > indent && at + 1 + length > RECORD_WIDTH) {
			fprintf(out, "\n%*s", indent, "");
			at = indent;
		} else if (at > indent) {
			fputc(' ', out);
			at++;
		}
		fprintf(out, "%.*s", length, text);
		at += length;
		text += length + strspn(text + length, " ");
	}
	fputc('\n', out);
}

/* A line of a record; there is none for what the row does not have */
static void print_member(const struct column *column, const json_t *value, int width, FILE *out)
{
	char *cell, *title;

	if (!value)
		return;
	/* A vendor's counters are called as the vendor likes */
	title = must(printable(strdup(column->title)));
	fprintf(out, "  %-*s  ", width, title);
	free(title);
	cell = !column->format && json_array_size(value) ? join(value, " ")
							 : column_text(column, value);
	print_wrapped(cell, 2 + width + 2, out);
	free(cell);
}

static void widen(int *width, const char *title)
{
	if ((int)strlen(title) > *width)
		*width = strlen(title);
}

void record_print(const json_t *row, const struct view *view, FILE *out)
{
	json_t *more = view->expand ? json_object_get(row, view->expand) : NULL, *value;
	const char *key;
	int width = 0;

	for (const struct column *c = view->columns; c->title; c++)
		if (member(row, c->key))
			widen(&width, c->title);
	json_object_foreach(more, key, value)
		widen(&width, key);

	for (const struct column *c = view->columns; c->title; c++)
		print_member(c, member(row, c->key), width, out);
	json_object_foreach(more, key, value)
		print_member(&(struct column){ key, key, NULL }, value, width, out);
}
