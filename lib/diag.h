/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The conversation with vdpactl_diag: one request, the messages of its answer.
 */
#ifndef DIAG_H
#define DIAG_H

#include <netlink/msg.h>

#include <vdpactl/diag.h>

struct nl_sock;

/* @answers: the kernel came back from a message */
struct vdpactl_diag {
	struct nl_sock *sock;
	int family;
	bool answers;
	uint32_t seq;
};

/**
 * diag_answer_fn - one message of an answer
 * @attrs: its attributes
 *
 * Return: 0, or a negative errno value described in @err, which ends the request
 */
typedef int (*diag_answer_fn)(struct nlattr *attrs, int length, void *data,
			      struct vdpactl_error *err);

/**
 * diag_request() - send a request and take its answer
 * @msg: made by diag_message(); freed here
 * @what: what is asked for, as "state of device v0", for error messages
 * @fn: called for each message of the answer; NULL: there is none but the ack
 *
 * Return: 0; -EAGAIN: a dump was interrupted by a change; -errno
 */
int diag_request(struct vdpactl_diag *diag, struct nl_msg *msg, const char *what,
		 diag_answer_fn fn, void *data, struct vdpactl_error *err);

/** diag_message() - begin a request; NULL: out of memory */
struct nl_msg *diag_message(struct vdpactl_diag *diag, enum vdpactl_cmd cmd, bool dump);

/** diag_not_loaded() - describe that the family is not there; returns -errno */
int diag_not_loaded(struct vdpactl_error *err);

/**
 * diag_uint() - value of an unsigned attribute of 4 or 8 bytes
 *
 * Return: 0; -EBADMSG: it has another size
 */
int diag_uint(const struct nlattr *attr, uint64_t *value);

/**
 * diag_string() - copy a string attribute
 *
 * Return: 0; -EBADMSG: it is not terminated. What does not fit is cut.
 */
int diag_string(const struct nlattr *attr, char *text, size_t size);

/** diag_bad_message() - describe an answer that does not follow the uAPI */
int diag_bad_message(struct vdpactl_error *err);

#endif
