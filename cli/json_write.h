/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <jansson.h>
#include <stdio.h>

/**
 * json_write() - print a value on one line, byte for byte as json_dumpf() with
 *	JSON_COMPACT does, in a fraction of the time
 *
 * NULL, what jansson has for out of memory, becomes null. Errors are those of @out: see
 * ferror().
 */
void json_write(const json_t *value, FILE *out);

#endif
