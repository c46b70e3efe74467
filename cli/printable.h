/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings that are not ours: names of devices and processes may have any byte in
 * them but zero. JSON takes no byte that is not UTF-8; and what a terminal takes for
 * an order, or a reader for the next line, stays out of text. Such bytes are written
 * as \xff, which bash understands in $'...'.
 */
#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stdio.h>

/**
 * utf8_escape() - a string for JSON
 *
 * No two strings become one: where there is a byte to escape, or something that looks
 * like one that was, backslashes are doubled.
 *
 * Return: an allocated string, or NULL when @text can stay as it is (or memory ran out)
 */
char *utf8_escape(const char *text);

/** printable_put() - a string for people, to a stream */
void printable_put(FILE *out, const char *text);

/**
 * printable() - a string for people
 * @text: allocated; the reference is taken; may be NULL
 *
 * Return: an allocated string; NULL where memory ran out
 */
char *printable(char *text);

#endif
