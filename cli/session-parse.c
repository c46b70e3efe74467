// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <vdpactl/features.h>

#include "args.h"
#include "output.h"
#include "session.h"
#include "state.h"

/* More than any operation has */
#define WORDS_MAX 16

/* Split @line at blanks. Returns the number of words, which may be above WORDS_MAX. */
static unsigned int split(char *line, const char **words)
{
	unsigned int count = 0;

	for (char *word = strtok(line, " \t\r\n\v\f"); word; word = strtok(NULL, " \t\r\n\v\f")) {
		if (count < WORDS_MAX)
			words[count] = word;
		count++;
	}
	return count;
}

static bool first_word_is(const struct session_verb *verb, const char *word)
{
	size_t length = strcspn(verb->name, " ");

	return strlen(word) == length && !strncmp(verb->name, word, length);
}

static const char *all_verbs(char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (const struct session_verb *v = session_verbs; v->name && used < size; v++)
		used += snprintf(text + used, size - used, "%s%s", used ? ", " : "", v->name);
	return text;
}

/* The verb that @words are about; @likely is one that begins alike, for messages */
static const struct session_verb *find_verb(const char **words, unsigned int count,
					    const struct session_verb **likely)
{
	*likely = NULL;
	for (const struct session_verb *v = session_verbs; v->name; v++) {
		if (!first_word_is(v, words[0]))
			continue;
		*likely = *likely ? *likely : v;
		if (!v->second)
			return v;
		if (v->second_at < count && !strcmp(words[v->second_at], v->second))
			return v;
	}
	return NULL;
}

static int no_such_verb(const char *word, const struct session_verb *likely,
			struct vdpactl_error *err)
{
	char text[240];

	if (likely)
		vdpactl_error_set(err, EINVAL, "\"%s\" with other words than it takes", word);
	else
		vdpactl_error_set(err, EINVAL, "\"%s\" is no operation", word);
	vdpactl_error_hint(err, "operations: %s", all_verbs(text, sizeof(text)));
	return -EINVAL;
}

static int read_number(const struct session_param *param, const char *word, uint64_t *value,
		       struct vdpactl_error *err)
{
	int ret = parse_u64(word, value);

	if (ret == -EINVAL)
		return vdpactl_error_set(err, EINVAL, "%s \"%s\" is not a number",
					 param->name, word);
	if (ret || (param->max && *value > param->max))
		return vdpactl_error_set(err, ERANGE, "%s %s is above %" PRIu64, param->name,
					 word, param->max ? param->max : UINT64_MAX);
	return 0;
}

static int read_value(const struct session_param *param, const char *word,
		      uint32_t virtio_id, uint64_t *value, struct vdpactl_error *err)
{
	switch (param->kind) {
	case SESSION_PERM:
		*value = vdpactl_perm_parse(word);
		if (!*value)
			return vdpactl_error_set(err, EINVAL,
						 "perm \"%s\" is none of ro, wo and rw", word);
		return 0;
	case SESSION_FEATURES:
		return vdpactl_bits_parse(vdpactl_bits_device(virtio_id), word, value, err);
	case SESSION_BACKEND:
		return vdpactl_bits_parse(vdpactl_bits_backend(), word, value, err);
	case SESSION_STATUS:
		if (vdpactl_bits_parse(vdpactl_bits_status(), word, value, err))
			return -err->code;
		if (*value > UINT8_MAX)
			return vdpactl_error_set(err, ERANGE, "a status has 8 bits: %s", word);
		return 0;
	default:
		return read_number(param, word, value, err);
	}
}

static int take(const struct session_param *param, const char *word, uint32_t virtio_id,
		struct session_op *op, struct vdpactl_error *err)
{
	return read_value(param, word, virtio_id,
			  (uint64_t *)((char *)op + param->offset), err);
}

static const struct session_param *find_param(const struct session_verb *verb,
					      const char *keyword, unsigned int *index)
{
	for (*index = 0; verb->params[*index].name; ++*index)
		if (!verb->params[*index].place &&
		    !strcmp(verb->params[*index].name, keyword))
			return &verb->params[*index];
	return NULL;
}

/* Arguments at their places. Returns the number of words that are read with them. */
static int take_places(const struct session_verb *verb, const char **words,
		       unsigned int count, uint32_t virtio_id, struct session_op *op,
		       struct vdpactl_error *err)
{
	unsigned int read = verb->second_at + 1;

	for (const struct session_param *p = verb->params; p->name && p->place; p++) {
		int ret;

		if (p->place >= count)
			return vdpactl_error_set(err, EINVAL, "%s is missing", p->name);
		ret = take(p, words[p->place], virtio_id, op, err);
		if (ret)
			return ret;
		if (read <= p->place)
			read = p->place + 1;
	}
	return read;
}

/* Arguments with keywords, in any order, each once */
static int take_keywords(const struct session_verb *verb, const char **words,
			 unsigned int count, uint32_t virtio_id, struct session_op *op,
			 struct vdpactl_error *err)
{
	unsigned int index, given = 0;

	for (unsigned int i = 0; i < count; i += 2) {
		const struct session_param *param = find_param(verb, words[i], &index);
		int ret;

		if (!param)
			return vdpactl_error_set(err, EINVAL, "unexpected \"%s\"", words[i]);
		if (given >> index & 1)
			return vdpactl_error_set(err, EINVAL, "%s is given twice", words[i]);
		if (i + 1 == count)
			return vdpactl_error_set(err, EINVAL, "%s has no value", words[i]);
		ret = take(param, words[i + 1], virtio_id, op, err);
		if (ret)
			return ret;
		given |= 1u << index;
	}
	for (index = 0; verb->params[index].name; index++) {
		const struct session_param *p = &verb->params[index];

		if (!p->place && !p->optional && !(given >> index & 1))
			return vdpactl_error_set(err, EINVAL, "%s is missing", p->name);
	}
	return 0;
}

static int parse_words(const char **words, unsigned int count, uint32_t virtio_id,
		       struct session_op *op, struct vdpactl_error *err)
{
	const struct session_verb *likely;
	int read, ret;

	op->verb = find_verb(words, count, &likely);
	if (!op->verb)
		return no_such_verb(words[0], likely, err);
	read = take_places(op->verb, words, count, virtio_id, op, err);
	ret = read < 0 ? read : take_keywords(op->verb, words + read, count - read,
					      virtio_id, op, err);
	if (ret && !err->hint[0])
		vdpactl_error_hint(err, "Usage: %s", op->verb->usage);
	return ret;
}

/* The line without its comment and the blanks around it */
static char *trim(char *line)
{
	size_t length = strcspn(line, "#");

	while (length && isspace((unsigned char)line[length - 1]))
		length--;
	line[length] = '\0';
	while (isspace((unsigned char)*line))
		line++;
	return line;
}

int session_parse(char *line, uint32_t virtio_id, struct session_op *op,
		  struct vdpactl_error *err)
{
	const char *words[WORDS_MAX];
	unsigned int count;
	int ret;

	*op = (struct session_op){ .perm = VDPACTL_PERM_RW };
	line = trim(line);
	if (!*line)
		return 0;
	op->text = strdup(line);
	if (!op->text)
		return vdpactl_error_set(err, ENOMEM, "out of memory");
	count = split(line, words);
	if (count > WORDS_MAX)
		ret = vdpactl_error_set(err, EINVAL, "%u words are more than any operation has",
					count);
	else
		ret = parse_words(words, count, virtio_id, op, err);
	if (ret)
		session_op_clear(op);
	return ret ? ret : 1;
}

void session_op_clear(struct session_op *op)
{
	free(op->text);
	op->text = NULL;
}

static json_t *arg(const struct session_param *param, uint64_t value)
{
	switch (param->kind) {
	case SESSION_NUMBER:
		return json_integer(value);
	case SESSION_SWITCH:
		return json_boolean(value);
	case SESSION_PERM:
		return json_string(vdpactl_perm_name(value));
	default:
		return json_hex(value);
	}
}

json_t *session_op_args(const struct session_op *op)
{
	json_t *args = json_object();

	for (const struct session_param *p = op->verb->params; p->name; p++)
		json_object_set_new(args, p->name,
				    arg(p, *(const uint64_t *)((const char *)op + p->offset)));
	return args;
}
