/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language of "vdpactl session": one operation a line. What operations there
 * are, how each is written and what it does is in the table session_verbs.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <vdpactl/vhost.h>

#include "cli.h"

/**
 * struct session_op - one operation as it was written
 * @verb: which
 * @line: number of its line, from 1
 * @text: the line, without a comment; owned by the op
 *
 * The others are its arguments; 0 where it has none of that name, @perm: rw.
 */
struct session_op {
	const struct session_verb *verb;
	unsigned int line;
	char *text;
	uint64_t asid, group, vq, iova, size, perm, mask, number, desc, avail, used;
};

/** enum session_kind - how an argument is written */
enum session_kind {
	SESSION_NUMBER,		/* an integer in JSON */
	SESSION_ADDRESS,	/* a string of hex in JSON */
	SESSION_SWITCH,		/* 0 or 1 */
	SESSION_PERM,
	SESSION_FEATURES,	/* names or a mask */
	SESSION_BACKEND,
	SESSION_STATUS,
};

/**
 * struct session_param - one argument of an operation
 * @name: member in JSON; also the keyword before it, unless @place is set
 * @kind: how it is written
 * @offset: of its uint64_t in struct session_op
 * @max: largest value, where less than all the kind has; else 0
 * @place: it has no keyword, but this place among the words of the line
 * @optional: it may be left out; only with a keyword
 */
struct session_param {
	const char *name;
	enum session_kind kind;
	size_t offset;
	uint64_t max;
	unsigned int place;
	bool optional;
};

struct session;

/**
 * struct session_verb - one kind of operation
 * @name: "vq size"; the first word begins its lines
 * @second: the second word, or NULL
 * @second_at: the place of the second word on the line
 * @usage: how it is written
 * @params: its arguments, ended by a NULL name; those with a place come first
 * @run: does it; members added to @result go into the line of JSON. Returns 0 or
 *	a negative errno value, described in @err.
 */
struct session_verb {
	const char *name;
	const char *second;
	unsigned int second_at;
	const char *usage;
	struct session_param params[6];
	int (*run)(struct session *session, const struct session_op *op, json_t *result,
		   struct vdpactl_error *err);
};

/** session_verbs - all operations, ended by a NULL name */
extern const struct session_verb session_verbs[];

/**
 * session_parse() - read one line
 * @line: the line; is changed
 * @virtio_id: type of the device, for the names of its features
 * @op: the result, for session_op_clear(); its line number is the caller's to set
 *
 * Return: 1; 0: there is no operation on the line; -EINVAL, -ERANGE: described in @err
 */
int session_parse(char *line, uint32_t virtio_id, struct session_op *op,
		  struct vdpactl_error *err);

/** session_op_clear() - free what @op owns */
void session_op_clear(struct session_op *op);

/** session_op_args() - the arguments of an operation as a JSON object */
json_t *session_op_args(const struct session_op *op);

/**
 * struct session_memory - memory of the session that is mapped for the device
 * @asid: in which address space
 * @iova: where
 * @size: how much
 * @base: the memory, from the beginning of its first page
 * @length: of the memory, in whole pages
 * @next: the next one, or NULL
 */
struct session_memory {
	uint32_t asid;
	uint64_t iova;
	uint64_t size;
	void *base;
	size_t length;
	struct session_memory *next;
};

/**
 * struct session - a running session
 * @vhost: the open chardev
 * @signals: signalfd for the signals that end a session
 * @owner: the session is the owner of the device
 * @memory: what is mapped
 * @kicks: 1 + eventfd of each virtqueue that was kicked, or 0
 * @nkicks: number of elements of @kicks
 */
struct session {
	struct vdpactl_vhost *vhost;
	int signals;
	bool owner;
	struct session_memory *memory;
	int *kicks;
	uint32_t nkicks;
};

/** session_clear() - free what operations left, but not @vhost and @signals */
void session_clear(struct session *session);

#endif
