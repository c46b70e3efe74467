/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How streams end: all alike, by SIGINT, SIGTERM and SIGHUP; SIGUSR1 asks for numbers. */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

/**
 * signals_catch() - from here on signals are noticed, and end what waits
 *
 * One that was noticed ends every system call that blocks, until somebody asked.
 */
void signals_catch(void);

/** signals_stopped() - whether one came that ends the stream */
bool signals_stopped(void);

/** signals_asked() - whether SIGUSR1 came since this was called last */
bool signals_asked(void);

/** signals_done() - nothing that follows shall be ended */
void signals_done(void);

#endif
