// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plays the kernel's side of a fault queue over a socket.
 *
 *   fault-peer COMMAND [ARG...] <SCRIPT
 *	runs COMMAND with the socket as descriptor 3; does what the script says
 *   fault-peer --deaf COMMAND [ARG...] <SCRIPT
 *	the same, but takes no response; few fit into the socket
 *   fault-peer --records GROUPS FAULTS
 *	writes so many groups of so many faults to standard output
 *
 * Lines of a script:
 *   fault COOKIE ADDR [FLAGS [PERM [RESERVED]]]	FLAGS: 1 PASID, 2 last
 *   hex BYTES		as they are, at once
 *   split N		from here on write N bytes at a time
 *   expect COOKIE CODE	the next response must be this one
 *   expects N		the next N responses may be any
 *   signal NAME	INT, TERM, KILL or USR1 to COMMAND
 *   sleep MS
 *   absent PATH	there is no such file now
 *   rest		the responses that are left may be any
 *   close		no more faults; responses are still taken
 *   gone		close altogether
 * Responses that nobody expected, and the end of COMMAND, come last: the exit
 * status is COMMAND's, or 99 when a response was not as expected, or missing.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "compat-iommufd.h"

static int sock = -1;
static size_t chunk = SIZE_MAX;
static pid_t child;
static int rest;
static int deaf;

static void put(const void *bytes, size_t size)
{
	const char *p = bytes;

	while (size) {
		size_t n = size < chunk ? size : chunk;

		if (write(sock, p, n) != (ssize_t)n)
			return;
		p += n;
		size -= n;
		if (chunk != SIZE_MAX)
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

static int fail(const char *what, const struct iommufd_page_response *got)
{
	fprintf(stderr, "fault-peer: %s", what);
	if (got)
		fprintf(stderr, ": got cookie %u code %u", got->cookie, got->code);
	fputc('\n', stderr);
	return 99;
}

/*
 * A thread takes the responses, as the kernel would at any time: two ends that
 * only write would wait for each other.
 */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct iommufd_page_response *responses;
	size_t count;
	size_t taken;
	int ended;
} inbox = { .lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER };

static void *reader(void *arg)
{
	struct iommufd_page_response response;
	int fd = *(int *)arg;

	while (recv(fd, &response, sizeof(response), MSG_WAITALL) == sizeof(response)) {
		pthread_mutex_lock(&inbox.lock);
		inbox.responses = reallocarray(inbox.responses, inbox.count + 1,
					       sizeof(response));
		inbox.responses[inbox.count++] = response;
		pthread_cond_signal(&inbox.more);
		pthread_mutex_unlock(&inbox.lock);
	}
	pthread_mutex_lock(&inbox.lock);
	inbox.ended = 1;
	pthread_cond_signal(&inbox.more);
	pthread_mutex_unlock(&inbox.lock);
	return NULL;
}

static int get(struct iommufd_page_response *response)
{
	int got;

	pthread_mutex_lock(&inbox.lock);
	while (inbox.taken == inbox.count && !inbox.ended)
		pthread_cond_wait(&inbox.more, &inbox.lock);
	got = inbox.taken < inbox.count;
	if (got)
		*response = inbox.responses[inbox.taken++];
	pthread_mutex_unlock(&inbox.lock);
	return got;
}

static int do_fault(const char *line)
{
	unsigned long long addr = 0, cookie = 0;
	unsigned int flags = 2, perm = 1, reserved = 0;
	struct iommufd_pgfault record;

	sscanf(line, "%lli %lli %i %i %i", (long long *)&cookie, (long long *)&addr,
	       (int *)&flags, (int *)&perm, (int *)&reserved);
	record = (struct iommufd_pgfault){
		.flags = flags,
		.dev_id = 1,
		.pasid = flags & 1 ? 7 : 0,
		.grpid = cookie & 511,
		.perm = perm,
		.reserved = reserved,
		.addr = addr,
		.cookie = cookie,
	};
	put(&record, sizeof(record));
	return 0;
}

static int do_hex(const char *line)
{
	unsigned char bytes[512];
	size_t size = 0;
	unsigned int byte;
	int n;

	for (; size < sizeof(bytes) && sscanf(line, "%2x%n", &byte, &n) == 1; line += n)
		bytes[size++] = byte;
	put(bytes, size);
	return 0;
}

static int do_expect(const char *line)
{
	struct iommufd_page_response response, want = { 0 };

	sscanf(line, "%u %u", &want.cookie, &want.code);
	if (!get(&response))
		return fail("no response", NULL);
	if (response.cookie != want.cookie || response.code != want.code)
		return fail("wrong response", &response);
	return 0;
}

static int do_expects(const char *line)
{
	struct iommufd_page_response response;

	for (int n = atoi(line); n; n--)
		if (!get(&response))
			return fail("not enough responses", NULL);
	return 0;
}

static int do_signal(const char *line)
{
	static const struct { const char *name; int sig; } names[] = {
		{ "INT", SIGINT }, { "TERM", SIGTERM }, { "KILL", SIGKILL }, { "USR1", SIGUSR1 },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(line, names[i].name, strlen(names[i].name)))
			kill(child, names[i].sig);
	return 0;
}

static int do_sleep(const char *line)
{
	long ms = atol(line);

	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
	return 0;
}

static int do_absent(const char *line)
{
	char path[1024];

	snprintf(path, sizeof(path), "%.*s", (int)strcspn(line, "\n"), line);
	return access(path, F_OK) ? 0 : fail(path, NULL);
}

static int do_split(const char *line)
{
	chunk = strtoul(line, NULL, 0);
	return 0;
}

static int do_rest(const char *line)
{
	(void)line;
	rest = 1;
	return 0;
}

static int do_close(const char *line)
{
	(void)line;
	shutdown(sock, SHUT_WR);
	return 0;
}

static int do_gone(const char *line)
{
	(void)line;
	shutdown(sock, SHUT_RDWR);
	return 0;
}

static const struct {
	const char *word;
	int (*run)(const char *rest);
} words[] = {
	{ "fault ", do_fault },
	{ "hex ", do_hex },
	{ "expect ", do_expect },
	{ "expects ", do_expects },
	{ "signal ", do_signal },
	{ "sleep ", do_sleep },
	{ "absent ", do_absent },
	{ "split ", do_split },
	{ "rest", do_rest },
	{ "close", do_close },
	{ "gone", do_gone },
};

static int do_line(const char *line)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(line, words[i].word, strlen(words[i].word)))
			return words[i].run(line + strlen(words[i].word));
	return fail(line, NULL);
}

static int finish(int status)
{
	struct iommufd_page_response response;
	int left = 0;

	shutdown(sock, SHUT_WR);
	while (!deaf && get(&response))
		if (!rest)
			left = fail("unexpected response", &response);
	waitpid(child, &status, 0);
	if (left)
		return left;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int records(unsigned long groups, unsigned long faults)
{
	struct iommufd_pgfault record = { .dev_id = 1, .perm = 1 };

	for (unsigned long g = 0; g < groups; g++) {
		for (unsigned long f = 0; f < faults; f++) {
			record.cookie = g + 1;
			record.grpid = g & 511;
			record.addr = (g * faults + f) << 12;
			record.flags = f == faults - 1 ? 2 : 0;
			if (!fwrite(&record, sizeof(record), 1, stdout))
				return 1;
		}
	}
	return fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
	char line[1024];
	pthread_t thread;
	int socks[2], least = 1, ret = 0;

	if (argc == 4 && !strcmp(argv[1], "--records"))
		return records(strtoul(argv[2], NULL, 0), strtoul(argv[3], NULL, 0));
	deaf = argc > 1 && !strcmp(argv[1], "--deaf");
	argc -= deaf;
	argv += deaf;
	if (argc < 2 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks))
		return 2;
	if (deaf)
		setsockopt(socks[1], SOL_SOCKET, SO_SNDBUF, &least, sizeof(least));
	signal(SIGPIPE, SIG_IGN);
	child = fork();
	if (!child) {
		signal(SIGPIPE, SIG_DFL);
		/* A copy is not closed by exec; the socket itself may be 3 already */
		if (socks[1] == 3)
			fcntl(3, F_SETFD, 0);
		else
			dup2(socks[1], 3);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	close(socks[1]);
	sock = socks[0];
	if (!deaf)
		pthread_create(&thread, NULL, reader, &socks[0]);
	while (!ret && fgets(line, sizeof(line), stdin))
		ret = do_line(line);
	if (ret)
		kill(child, SIGKILL);
	return ret ? (finish(ret), ret) : finish(0);
}
