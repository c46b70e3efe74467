// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ratio TITLE ROUNDS COMMAND-A COMMAND-B: run two commands in turns and compare the
 * CPU time (user and system) they take. Prints one line: the title, the median of
 * each in milliseconds, and the median of the ratios A/B of each round. A command is
 * split at blanks; its output is thrown away.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ROUNDS 1001
#define MAX_WORDS 32

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void split(char *command, char *words[MAX_WORDS])
{
	int n = 0;

	for (char *word = strtok(command, " "); word && n < MAX_WORDS - 1;
	     word = strtok(NULL, " "))
		words[n++] = word;
	words[n] = NULL;
}

/* CPU time of one run, in milliseconds */
static double run(char *const *words)
{
	struct rusage usage;
	int status = 0, null;
	pid_t pid = fork();

	if (!pid) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDOUT_FILENO);
		execvp(words[0], words);
		die(words[0]);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
		die("wait4");
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "ratio: %s failed\n", words[0]);
		exit(1);
	}
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

int main(int argc, char **argv)
{
	static double a[MAX_ROUNDS], b[MAX_ROUNDS], ratio[MAX_ROUNDS];
	char *first[MAX_WORDS], *second[MAX_WORDS];
	int rounds = argc == 5 ? atoi(argv[2]) : 0;

	if (rounds < 1 || rounds > MAX_ROUNDS) {
		fprintf(stderr, "usage: ratio TITLE ROUNDS COMMAND-A COMMAND-B\n");
		return 2;
	}
	split(argv[3], first);
	split(argv[4], second);
	/* What they read is in the cache for both */
	run(first);
	run(second);
	for (int i = 0; i < rounds; i++) {
		a[i] = run(first);
		b[i] = run(second);
		ratio[i] = a[i] / b[i];
	}
	printf("%-44s %10.2f %10.2f %8.2f\n", argv[1], median(a, rounds), median(b, rounds),
	       median(ratio, rounds));
	return 0;
}
