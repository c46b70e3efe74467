// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "fault_source.h"

static int number(struct args *args, const char *what, uint32_t min, int *value)
{
	uint32_t n = 0;
	int ret = args_u32(args, what, min, INT_MAX, &n);

	*value = n;
	return ret;
}

int fault_source_arg(struct args *args, struct fault_source *source, bool *taken)
{
	*taken = true;
	if (args_keyword(args, "--fd"))
		return number(args, "file descriptor", 0, &source->fd);
	if (args_keyword(args, "--pid"))
		return number(args, "process ID", 1, &source->pid);
	if (args_keyword(args, "--target-fd"))
		return number(args, "file descriptor", 0, &source->target_fd);
	if (args_keyword(args, "--socket"))
		return args_value(args, "path of a socket", &source->socket);
	*taken = args_keyword(args, "--steal");
	source->steal |= *taken;
	return 0;
}

static int check(struct cli *cli, const struct fault_source *source)
{
	bool other = source->pid || source->target_fd >= 0;

	if ((source->fd >= 0) + other + !!source->socket != 1)
		return cli_usage(cli, "name one queue: --fd, --pid with --target-fd, or --socket");
	if (other && (!source->pid || source->target_fd < 0))
		return cli_usage(cli, "--pid and --target-fd go together");
	if (other && !source->steal)
		return cli_usage(cli, "reading file descriptor %d of process %d takes its faults away from that process, which would answer them; add --steal if that is meant",
				 source->target_fd, source->pid);
	if (!other && source->steal)
		return cli_usage(cli, "--steal is for a queue of another process");
	return CLI_OK;
}

int fault_source_open(struct cli *cli, struct fault_source *source)
{
	int status = check(cli, source);

	if (status != CLI_OK)
		return status;
	if (source->pid)
		source->opened = vdpactl_queue_steal(source->pid, source->target_fd,
						     &source->owner, &cli->err);
	else if (source->socket)
		source->opened = vdpactl_queue_receive(source->socket, &cli->err);
	else
		source->opened = source->fd;
	return source->opened < 0 ? CLI_FAILED : CLI_OK;
}

void fault_source_close(struct fault_source *source)
{
	if (source->opened >= 0)
		close(source->opened);
	if (source->owner >= 0)
		close(source->owner);
}
