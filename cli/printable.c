// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"

/*
 * The character that @text begins with; its length, or 0 where that is none in UTF-8:
 * The Unicode Standard, table 3-7.
 */
static size_t character(const char *text, uint32_t *code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = text[0];
	size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 :
			first >> 3 == 30 ? 4 : 0;

	*code = length > 1 ? first & (0x7f >> length) : first;
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3f);
	}
	if (!length || *code < smallest[length] || *code > 0x10ffff || *code >> 11 == 0xd800 >> 11)
		return 0;
	return length;
}

/* Control characters, and what ends a line or turns the direction of what follows */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/* How many bytes from @text on can stay; @next: how many then have to be escaped */
static size_t plain(const char *text, bool controls, size_t *next)
{
	size_t done = 0, length;
	uint32_t code;

	for (*next = 0; text[done]; done += length) {
		length = character(text + done, &code);
		if (length && !(controls && is_control(code)))
			continue;
		*next = length ? length : 1;
		break;
	}
	return done;
}

static void put_bytes(FILE *out, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		fprintf(out, "\\x%02x", (unsigned char)bytes[i]);
}

char *utf8_escape(const char *text)
{
	char *escaped = NULL;
	size_t size, next;
	FILE *out;

	plain(text, false, &next);
	if (!next && !strstr(text, "\\x"))
		return NULL;
	out = open_memstream(&escaped, &size);
	while (out && *text) {
		size_t length = plain(text, false, &next);

		for (size_t i = 0; i < length; i++)
			fprintf(out, text[i] == '\\' ? "\\\\" : "%c", text[i]);
		put_bytes(out, text + length, next);
		text += length + next;
	}
	if (out)
		fclose(out);
	return escaped;
}

void printable_put(FILE *out, const char *text)
{
	size_t length, next;

	do {
		length = plain(text, true, &next);
		fwrite(text, 1, length, out);
		put_bytes(out, text + length, next);
		text += length + next;
	} while (next);
}

char *printable(char *text)
{
	char *result = NULL;
	size_t size, next;
	FILE *out;

	if (text)
		plain(text, true, &next);
	if (!text || !next)
		return text;
	out = open_memstream(&result, &size);
	if (out) {
		printable_put(out, text);
		fclose(out);
	}
	free(text);
	return result;
}
