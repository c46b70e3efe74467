/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Libraries that are loaded when they are first needed. Loading them at every start
 * would take a fifth of the time of commands that need none, such as "dev show".
 *
 * A file for each library has a function for each of the library's that is used, of
 * the same name, which hands over to it. A missing one is noticed by the linker.
 */
#ifndef LAZY_H
#define LAZY_H

#include <vdpactl/error.h>

/**
 * struct lazy - one such library
 * @soname: what to load
 * @handle: once it is loaded
 */
struct lazy {
	const char *soname;
	void *handle;
};

extern struct lazy lazy_libnl;
extern struct lazy lazy_liburing;

/**
 * lazy_load() - load a library
 *
 * To be called before its functions are: those cannot fail.
 *
 * Return: 0 or -ENOENT: not installed
 */
int lazy_load(struct lazy *lazy, struct vdpactl_error *err);

/** lazy_symbol() - a function of a library; ends the program where there is none */
void *lazy_symbol(struct lazy *lazy, const char *name);

/* A function that hands over: LAZY(library, type, name, (parameters), (arguments)) */
#define LAZY(library, type, name, parameters, arguments)		\
	__attribute__((visibility("hidden"))) type name parameters	\
	{								\
		static __typeof__(&name) real;				\
									\
		if (!real)						\
			real = lazy_symbol(&(library), #name);		\
		return real arguments;					\
	}

#endif
