// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With a thousand devices json_dumpf() took two thirds of the time of "dev show": it
 * looks for loops in the document, and locks the stream for each token. Here are the
 * structure, integers and strings that need no escape; the rest is left to jansson.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "json_write.h"

static void put(const char *text, size_t length, FILE *out)
{
	fwrite_unlocked(text, 1, length, out);
}

/* What RFC 8259, section 7, lets a string have as it is; UTF-8 it is already */
static bool is_plain(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == '"' || text[i] == '\\')
			return false;
	return true;
}

static void write_integer(json_int_t value, FILE *out)
{
	unsigned long long rest = value;
	char text[24], *end = text + sizeof(text), *digit = end;

	if (value < 0)
		rest = -rest;
	do
		*--digit = '0' + rest % 10;
	while (rest /= 10);
	if (value < 0)
		*--digit = '-';
	put(digit, end - digit, out);
}

static void write_text(const char *text, size_t length, FILE *out)
{
	json_t *string;

	if (is_plain(text, length)) {
		putc_unlocked('"', out);
		put(text, length, out);
		putc_unlocked('"', out);
		return;
	}
	string = json_stringn(text, length);
	json_dumpf(string, out, JSON_ENCODE_ANY);
	json_decref(string);
}

static void write_object(json_t *object, FILE *out)
{
	char before = '{';
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value) {
		putc_unlocked(before, out);
		write_text(name, strlen(name), out);
		putc_unlocked(':', out);
		json_write(value, out);
		before = ',';
	}
	if (before == '{')
		putc_unlocked('{', out);
	putc_unlocked('}', out);
}

static void write_array(const json_t *array, FILE *out)
{
	char before = '[';
	json_t *value;
	size_t i;

	json_array_foreach(array, i, value) {
		putc_unlocked(before, out);
		json_write(value, out);
		before = ',';
	}
	if (before == '[')
		putc_unlocked('[', out);
	putc_unlocked(']', out);
}

void json_write(const json_t *value, FILE *out)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
		write_object((json_t *)value, out);
		break;
	case JSON_ARRAY:
		write_array(value, out);
		break;
	case JSON_STRING:
		write_text(json_string_value(value), json_string_length(value), out);
		break;
	case JSON_INTEGER:
		write_integer(json_integer_value(value), out);
		break;
	case JSON_NULL:
		put("null", 4, out);
		break;
	default:
		json_dumpf(value, out, JSON_ENCODE_ANY);
	}
}
