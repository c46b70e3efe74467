/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the streams of vdpactl_diag, as JSON and as text. */
#ifndef NOTE_H
#define NOTE_H

#include <jansson.h>
#include <stdio.h>

#include <vdpactl/diag.h>

/**
 * enum note_kind - how an attribute is written
 */
enum note_kind {
	NOTE_NUMBER,
	NOTE_HEX,	/* addresses, sizes, masks: a string of hex */
	NOTE_PERM,	/* "ro", "wo", "rw" */
	NOTE_BOOL,
	NOTE_STATUS,	/* a number; in text the names of its bits */
	NOTE_FLAGS,	/* of a reset: a number; in text words, and nothing for 0 */
};

/**
 * struct note_arg - one attribute of a message that is an argument
 * @attr: its number; the table ends with 0
 * @name: member in JSON, word in text
 * @kind: how it is written
 */
struct note_arg {
	unsigned int attr;
	const char *name;
	enum note_kind kind;
};

/** note_args() - the arguments that a note has: "NAME":VALUE,... or a blank and NAME=VALUE of each */
void note_args(FILE *out, const struct vdpactl_diag_note *note, const struct note_arg *args,
	       bool json);

/** note_string() - a string as JSON, quoted; of unknown origin, as for json_text() */
void note_string(FILE *out, const char *text);

/** A time as the contract wants it: "2026-11-20T12:00:00.123456789Z" */
#define NOTE_TIME_SIZE 32

/** note_time() - write a time in nanoseconds since the Epoch to @text */
const char *note_time(uint64_t nanoseconds, char text[NOTE_TIME_SIZE]);

/** note_time_json() - the same as a JSON string; null for 0: it is not known */
json_t *note_time_json(uint64_t nanoseconds);

/** note_times() - ,"time":"...","time_ns":N: when it was, as JSON */
void note_times(uint64_t nanoseconds);

/** note_begin() - how a line of text begins: when, on which device, what */
void note_begin(const char *time, const char *dev, const char *what);

/** note_by() - who did it: " by COMM (PID)" */
void note_by(const char *comm, uint64_t pid);

/** note_other() - a line for a note that is no event: losses, and the module itself */
void note_other(FILE *out, const struct vdpactl_diag_note *note, bool json);

#endif
