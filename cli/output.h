/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the JSON document of a command to what is printed. The text is rendered
 * from the same document, so that text and JSON cannot disagree.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <jansson.h>

#include "cli.h"

/**
 * struct column - one column of a table, or one line of a record
 * @title: heading; in a record the name before the value
 * @key: member of the row object; "a.b" reaches into an object
 * @format: makes the text where the value's own form is not it; returns an
 *	allocated string. NULL: strings and numbers as they are, "yes" and "no",
 *	"-" for null, array elements joined by commas.
 *
 * A first entry with the key "" titles the column of names, "DEV" otherwise.
 * The last entry of a table of columns has a NULL title. A member that a row does not have is
 * an empty cell, and a column that no row has is left out.
 */
struct column {
	const char *title;
	const char *key;
	char *(*format)(const json_t *value);
};

/**
 * enum layout - how the text is laid out
 * @LAYOUT_TABLE: a line for each row, below a heading, aligned
 * @LAYOUT_RECORD: for each row the device's name, then a line for each member
 * @LAYOUT_ONE: there is one row and no name: a line for each member
 */
enum layout {
	LAYOUT_TABLE,
	LAYOUT_RECORD,
	LAYOUT_ONE,
};

/**
 * struct view - a document as text
 * @layout: see there
 * @expand: member of a row; or NULL. In a table it holds an array of objects, each of
 *	which becomes a line that also has the members of its row; in a record it holds an
 *	object, each of whose members becomes a line called as it is.
 * @columns: what to print, ended by a NULL title
 */
struct view {
	enum layout layout;
	const char *expand;
	const struct column *columns;
};

/** output_init() - to be called before any document is begun */
void output_init(void);

/**
 * output_document() - print a command's answer
 * @doc: {"OBJECT": {"DEV": row or array of rows or null}}, with LAYOUT_ONE {"OBJECT": row};
 *	the reference is taken
 * @view: how to render it as text
 *
 * One for which memory was short is an error, not a document with less in it.
 *
 * Return: an enum cli_status
 */
int output_document(struct cli *cli, json_t *doc, const struct view *view);

/**
 * output_note() - tell why something is not known, and what would tell it
 * @dev: the device that it is about, which the text does not name; NULL: it is about
 *	none, or all
 * @code: a word for programs
 *
 * In JSON the member "notes" beside the answer has it for each device. In text it comes
 * after the answer, on standard error, once for all devices of which it was said.
 */
void output_note(struct cli *cli, const char *dev, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/** output_error_object() - {"code": "EBUSY", "message": "...", "hint": "..."} */
json_t *output_error_object(const struct vdpactl_error *err);

/** output_error() - print cli->err: as an object under -j, else on standard error */
void output_error(struct cli *cli);

/**
 * output_flush() - make sure that what was printed arrived
 *
 * Return: 0, or a negative errno value (EPIPE, ENOSPC), described in cli->err
 */
int output_flush(struct cli *cli);

/** json_hex() - a mask, address or size as the JSON contract wants it: "0x1fe" */
json_t *json_hex(uint64_t value);

/** json_text() - a string of unknown origin: see utf8_escape() */
json_t *json_text(const char *text);

/**
 * json_add() - a member whose name may be of unknown origin too
 * @value: the reference is taken
 */
void json_add(json_t *object, const char *name, json_t *value);

#endif
