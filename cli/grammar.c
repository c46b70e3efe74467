// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "grammar.h"
#include "nearest.h"

const struct cli_object *const grammar_objects[] = {
	&object_mgmtdev,
	&object_dev,
	&object_vq,
	&object_group,
	&object_asid,
	&object_feature,
	&object_map,
	&object_reset,
	&object_suspend,
	&object_resume,
	&object_session,
	&object_monitor,
	&object_diag,
	&object_fault,
	NULL
};

/* A search for a word among names like "show|list" */
struct lookup {
	const char *word;
	bool exact;
	int found;		/* index, -1: none */
	int count;		/* how many it is, or may be short for */
	char candidates[256];
	struct nearest nearest;
};

static struct lookup lookup_begin(const char *word)
{
	return (struct lookup){ .word = word, .found = -1,
				.nearest = nearest_to(word, strlen(word)) };
}

static void add_candidate(struct lookup *lookup, const char *name, int index)
{
	size_t used = strlen(lookup->candidates);

	snprintf(lookup->candidates + used, sizeof(lookup->candidates) - used, "%s%s",
		 used ? ", " : "", name);
	lookup->found = index;
	lookup->count++;
}

/* Of the names of one thing the first that fits is enough, unless one is the word itself */
static void lookup_try(struct lookup *lookup, const char *names, int index)
{
	size_t length = strlen(lookup->word);
	const char *end = names + strlen(names);
	bool fits = false;
	char name[32];

	for (; names < end; names += strlen(name) + 1) {
		snprintf(name, sizeof(name), "%.*s", cli_name_length(names), names);
		nearest_try(&lookup->nearest, name, strlen(name), name);
		if (!length || lookup->exact || strncmp(name, lookup->word, length))
			continue;
		lookup->exact = !name[length];
		if (lookup->exact) {
			lookup->found = index;
			lookup->count = 1;
		} else if (!fits) {
			add_candidate(lookup, name, index);
		}
		fits = true;
	}
}

/* The index that was found; -1: not exactly one, and cli->err says so */
static int lookup_end(struct cli *cli, const struct lookup *lookup, const char *what)
{
	const char *of = cli->object ? " of " : "", *object = cli->object ? cli->object->name : "";

	if (lookup->count == 1)
		return lookup->found;
	if (lookup->count) {
		cli_usage(cli, "ambiguous %s \"%s\"%s%s: %s", what, lookup->word, of, object,
			  lookup->candidates);
	} else {
		cli_usage(cli, "unknown %s \"%s\"%s%s", what, lookup->word, of, object);
		nearest_hint(&lookup->nearest, &cli->err);
	}
	return -1;
}

const struct cli_object *grammar_object(struct cli *cli, const char *word)
{
	/* As with vdpa(8), and before there was "diag" */
	struct lookup lookup = lookup_begin(strcmp(word, "d") ? word : "dev");
	int found;

	for (int i = 0; grammar_objects[i]; i++)
		lookup_try(&lookup, grammar_objects[i]->name, i);
	found = lookup_end(cli, &lookup, "object");
	return found < 0 ? NULL : grammar_objects[found];
}

const struct cli_command *grammar_command(struct cli *cli, const char *word)
{
	const struct cli_command *commands = cli->object->commands;
	struct lookup lookup = lookup_begin(word);
	int found;

	for (int i = 0; commands[i].name; i++)
		lookup_try(&lookup, commands[i].name, i);
	found = lookup_end(cli, &lookup, "command");
	return found < 0 ? NULL : &commands[found];
}

bool grammar_is_command(const struct cli_object *object)
{
	return !*object->commands[0].name;
}
