/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the words behind a command. Every function that refuses a word has
 * described it in cli->err (see cli_usage()) and returns CLI_USAGE; 0 is success.
 */
#ifndef ARGS_H
#define ARGS_H

#include "cli.h"

/**
 * struct args - the words not yet read
 */
struct args {
	struct cli *cli;
	int argc;
	char **argv;
};

#define ARGS(cli, argc, argv) ((struct args){ (cli), (argc), (argv) })

/** args_next() - take the next word; NULL at the end */
const char *args_next(struct args *args);

/** args_option() - whether the next word looks like an option, and may be one */
bool args_option(const struct args *args);

/**
 * args_one_of() - take a keyword, which may be shortened to what only it begins with
 * @words: the keywords, ended by NULL; there is a word to take
 *
 * Return: its index; negative: -CLI_USAGE
 */
int args_one_of(struct args *args, const char *const *words);

/**
 * args_keyword() - take the next word if it is @word
 *
 * Words that begin with '-' are none behind "--".
 *
 * Return: whether it was there
 */
bool args_keyword(struct args *args, const char *word);

/**
 * args_value() - take the word behind a keyword
 * @what: what is expected, for the message: "device name"
 */
int args_value(struct args *args, const char *what, const char **value);

/**
 * args_subcommand() - take the word behind a command that has only one, as the
 * "show" of "dev config show"; it may be shortened, and left out at the end
 */
int args_subcommand(struct args *args, const char *word);

/**
 * args_choice() - take one of several words
 * @choices: them, ended by NULL
 * @choice: the one of @choices that it was
 */
int args_choice(struct args *args, const char *what, const char *const *choices,
		const char **choice);

/** args_u64() - take a number from @min to @max; decimal, or hex with 0x */
int args_u64(struct args *args, const char *what, uint64_t min, uint64_t max,
	     uint64_t *value);

/** args_u32() - as args_u64(), into 32 bits; @max must fit */
int args_u32(struct args *args, const char *what, uint32_t min, uint32_t max,
	     uint32_t *value);

/**
 * args_device() - take a device name
 *
 * Refuses a name that is empty or too long to be one, so that it is not cut
 * silently anywhere, and what looks like an option and may be one.
 */
int args_device(struct args *args, const char **name);

/** args_optional_device() - as args_device(); NULL where no word is left */
int args_optional_device(struct args *args, const char **name);

/**
 * args_end() - refuse any word that is left
 *
 * The hint has the keyword or the option that it may have been meant for.
 */
int args_end(struct args *args);

/**
 * parse_u64() - the number that a whole word is
 *
 * Decimal, or hex with 0x; no sign, no blanks, no octal.
 *
 * Return: 0, -EINVAL (not a number) or -ERANGE (does not fit 64 bits)
 */
int parse_u64(const char *word, uint64_t *value);

#endif
