// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

#include "signals.h"

static volatile sig_atomic_t stop_signal, stats_signal;

/*
 * A signal that comes right before a system call that blocks would be noticed
 * only when that returns. So ring again until somebody looked.
 */
static void ring(long usec)
{
	struct itimerval timer = { { 0, usec }, { 0, usec } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_signal(int sig)
{
	int saved = errno;

	if (sig == SIGUSR1)
		stats_signal = 1;
	else if (sig != SIGALRM)
		stop_signal = sig;
	if (sig != SIGALRM)
		ring(50000);
	errno = saved;
}

void signals_catch(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGALRM };
	struct sigaction action = { .sa_handler = on_signal };	/* no SA_RESTART */
	struct sigaction old;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/*
		 * nohup ignores SIGHUP on purpose. A shell ignores SIGINT for what it runs in
		 * the background, but whoever sends it by hand means it.
		 */
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN || signals[i] != SIGHUP)
			sigaction(signals[i], &action, NULL);
	}
}

bool signals_stopped(void)
{
	return stop_signal;
}

bool signals_asked(void)
{
	if (!stats_signal)
		return false;
	stats_signal = 0;
	if (!stop_signal)
		ring(0);
	return true;
}

void signals_done(void)
{
	ring(0);
}
