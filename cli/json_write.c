// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With a thousand devices json_dumpf() took two thirds of the time of "dev show": it
 * looks for loops in the document, and locks the stream for each token. Here are the
 * structure, integers and strings that need no escape; the rest is left to jansson.
 * The text is collected here, as the stream's own functions cost more than a token does.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "json_write.h"

/**
 * struct text - what is on its way to a stream
 * @gone: how many bytes are there already
 * @length: of what waits in @chars
 */
struct text {
	FILE *out;
	size_t gone;
	size_t length;
	char chars[8192];
};

static void flush(struct text *text)
{
	fwrite_unlocked(text->chars, 1, text->length, text->out);
	text->gone += text->length;
	text->length = 0;
}

static bool has_room(const struct text *text, size_t length)
{
	return length <= sizeof(text->chars) - text->length;
}

static void put(struct text *text, const char *chars, size_t length)
{
	if (!has_room(text, length))
		flush(text);
	if (has_room(text, length)) {
		memcpy(text->chars + text->length, chars, length);
		text->length += length;
	} else {
		fwrite_unlocked(chars, 1, length, text->out);
		text->gone += length;
	}
}

static void put_char(struct text *text, char c)
{
	if (!has_room(text, 1))
		flush(text);
	text->chars[text->length++] = c;
}

static int put_dumped(const char *chars, size_t length, void *text)
{
	put(text, chars, length);
	return 0;
}

/* What RFC 8259, section 7, lets a string have as it is; UTF-8 it is already */
static bool is_plain(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == '"' || text[i] == '\\')
			return false;
	return true;
}

static void write_integer(struct text *text, json_int_t value)
{
	unsigned long long rest = value;
	char digits[24], *end = digits + sizeof(digits), *digit = end;

	if (value < 0)
		rest = -rest;
	do
		*--digit = '0' + rest % 10;
	while (rest /= 10);
	if (value < 0)
		*--digit = '-';
	put(text, digit, end - digit);
}

static void write_string(struct text *text, const char *chars, size_t length)
{
	json_t *string;

	if (is_plain(chars, length)) {
		put_char(text, '"');
		put(text, chars, length);
		put_char(text, '"');
		return;
	}
	string = json_stringn(chars, length);
	json_dump_callback(string, put_dumped, text, JSON_ENCODE_ANY);
	json_decref(string);
}

static void write_value(struct text *text, const json_t *value);

/**
 * struct written - the value that an object's last member had
 * @start: where its text begins, counted from the first byte of all
 * @end: where it ends
 */
struct written {
	const json_t *value;
	size_t start;
	size_t end;
};

/* Members in a row that share a value are written once, unless that has gone already */
static void write_member(struct text *text, const json_t *value, struct written *last)
{
	size_t length = last->end - last->start;

	if (value == last->value && last->start >= text->gone && has_room(text, length)) {
		put(text, text->chars + (last->start - text->gone), length);
		return;
	}
	last->value = value;
	last->start = text->gone + text->length;
	write_value(text, value);
	last->end = text->gone + text->length;
}

static void write_object(struct text *text, json_t *object)
{
	struct written last = { 0 };
	char before = '{';
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value) {
		put_char(text, before);
		write_string(text, name, strlen(name));
		put_char(text, ':');
		write_member(text, value, &last);
		before = ',';
	}
	if (before == '{')
		put_char(text, '{');
	put_char(text, '}');
}

static void write_array(struct text *text, const json_t *array)
{
	char before = '[';
	json_t *value;
	size_t i;

	json_array_foreach(array, i, value) {
		put_char(text, before);
		write_value(text, value);
		before = ',';
	}
	if (before == '[')
		put_char(text, '[');
	put_char(text, ']');
}

static void write_value(struct text *text, const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
		write_object(text, (json_t *)value);
		break;
	case JSON_ARRAY:
		write_array(text, value);
		break;
	case JSON_STRING:
		write_string(text, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		write_integer(text, json_integer_value(value));
		break;
	case JSON_NULL:
		put(text, "null", 4);
		break;
	default:
		json_dump_callback(value, put_dumped, text, JSON_ENCODE_ANY);
	}
}

void json_write(const json_t *value, FILE *out)
{
	struct text text;

	text.out = out;
	text.gone = text.length = 0;
	write_value(&text, value);
	flush(&text);
}
