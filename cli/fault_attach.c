// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vdpactl fault attach: take a VFIO device, give it an empty address space, and
 * answer its page requests: with memory, or without.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vdpactl/iommufd.h>

#include "fault.h"
#include "fault_event.h"
#include "fault_stream.h"
#include "output.h"

#define SIZE_DEFAULT	(64ULL << 20)
#define SIZE_MAX_ARG	(1ULL << 40)

/**
 * struct attach - the command
 * @name: VFIO device, as given
 * @device: which that is
 * @options: of the chain
 * @commands: --commands
 * @line: what standard input said so far, @length bytes
 * @skip: the line is too long, so that its end is none
 * @map: --map-on-fault
 * @size: most bytes to map
 * @respond: answer to a fault that was not mapped
 * @io: how to read
 * @chain: what was built
 * @stream: what is printed
 * @arena: reserved memory, @size bytes; taken from the front
 * @used: bytes of @arena that are mapped
 * @page: bytes of a page
 * @events: the event queue, or NULL
 * @full: the limit was reached, and said so
 * @failed: a request of the current group could not be mapped
 */
struct attach {
	const char *name;
	struct vdpactl_vfio_device device;
	struct vdpactl_chain_options options;
	bool commands;
	char line[64];
	size_t length;
	bool skip;
	bool map;
	uint64_t size;
	int respond;
	enum vdpactl_queue_io io;
	struct vdpactl_chain *chain;
	struct fault_stream *stream;
	char *arena;
	uint64_t used;
	uint64_t page;
	struct vdpactl_queue *events;
	bool full;
	bool failed;
};

static int parse_size(struct args *args, uint64_t *size)
{
	static const char units[] = "KMGT";
	const char *word, *unit;
	char number[32];
	size_t length;
	int ret;

	ret = args_value(args, "size", &word);
	if (ret)
		return ret;
	length = strlen(word);
	if (length && length < sizeof(number)) {
		unit = memchr(units, word[length - 1], sizeof(units) - 1);
		memcpy(number, word, length + 1);
		if (unit)
			number[length - 1] = '\0';
		if (!parse_u64(number, size)) {
			unsigned int shift = unit ? 10 * (unit - units + 1) : 0;

			if (*size && *size <= SIZE_MAX_ARG >> shift) {
				*size <<= shift;
				return 0;
			}
		}
	}
	return cli_usage(args->cli, "\"%s\" is no size from 1 to 1T; examples: 4096, 64M", word);
}

static int parse_word(struct args *args, struct attach *attach)
{
	if (args_keyword(args, "--map-on-fault")) {
		attach->map = true;
		return 0;
	}
	if (args_keyword(args, "--size"))
		return parse_size(args, &attach->size);
	if (args_keyword(args, "--pasid"))
		return args_u32(args, "PASID", 1, VDPACTL_PASID_MAX, &attach->options.pasid);
	if (args_keyword(args, "--respond"))
		return fault_arg_code(args, false, &attach->respond);
	if (args_keyword(args, "--io"))
		return fault_arg_io(args, &attach->io);
	attach->options.nested |= args_keyword(args, "--nested");
	attach->options.events |= args_keyword(args, "--events");
	attach->commands |= args_keyword(args, "--commands");
	return 0;
}

static int parse(struct args *args, struct attach *attach)
{
	int left, status = 0;

	while (args->argc && !status) {
		left = args->argc;
		status = parse_word(args, attach);
		if (status || args->argc < left)
			continue;
		if (attach->name || args_option(args))
			return args_end(args);
		attach->name = args_next(args);
	}
	if (!status && !attach->name)
		return cli_usage(args->cli, "no VFIO device given");
	return status;
}

/* ---- mapping ------------------------------------------------------------------ */

static int print_mapped(struct attach *attach, uint64_t iova, uint64_t size)
{
	return fault_stream_line(attach->stream,
				 json_pack("{s:s, s:o, s:o}", "event", "mapped",
					   "iova", json_hex(iova), "size", json_hex(size)));
}

/*
 * Map zeroed memory for one request. Return 1: it is there, 0: it cannot be,
 * -1: failed.
 */
static int map(struct attach *attach, const struct vdpactl_fault *fault)
{
	uint64_t iova = fault->addr & ~(attach->page - 1);
	struct vdpactl_error err;
	int ret;

	if (attach->size - attach->used < attach->page) {
		if (!attach->full &&
		    fault_stream_error(attach->stream, NULL,
				       "the limit of 0x%llx bytes is reached; see --size",
				       (unsigned long long)attach->size))
			return -1;
		attach->full = true;
		return 0;
	}
	ret = vdpactl_chain_map(attach->chain, iova, attach->arena + attach->used,
				attach->page, &err);
	/* An earlier group wanted the same page */
	if (ret == -EEXIST)
		return 1;
	if (ret)
		return fault_stream_error(attach->stream, NULL, "%s", err.message) ? -1 : 0;
	attach->used += attach->page;
	return print_mapped(attach, iova, attach->page) ? -1 : 1;
}

static int take(struct attach *attach, const struct vdpactl_fault *fault)
{
	struct fault_stream *stream = attach->stream;
	int code = attach->respond, ret;

	if (fault_stream_fault(stream, fault))
		return -1;
	if (attach->map) {
		ret = map(attach, fault);
		if (ret < 0)
			return -1;
		attach->failed |= !ret;
		code = attach->failed ? VDPACTL_FAULT_INVALID : VDPACTL_FAULT_SUCCESS;
	}
	if (!fault->last)
		return 0;
	attach->failed = false;
	ret = vdpactl_queue_respond(stream->queue, fault->cookie, code);
	if (ret) {
		cli_failf(stream->cli, -ret, "cannot answer group %u: %s", fault->cookie,
			  strerror(-ret));
		return -1;
	}
	return fault_stream_response(stream, fault->cookie, code);
}

static int drain(struct attach *attach)
{
	const struct vdpactl_fault *faults;
	int n;

	while ((n = fault_stream_read(attach->stream, &faults)) > 0) {
		for (int i = 0; i < n; i++)
			if (take(attach, &faults[i]))
				return -1;
		if (fault_stream_stopped(attach->stream))
			break;
	}
	return n < 0 ? n : 0;
}

static int print_attached(struct attach *attach)
{
	const struct vdpactl_chain_info *info = vdpactl_chain_info(attach->chain);

	return fault_stream_line(attach->stream,
		json_pack("{s:s, s:s, s:o, s:I, s:I, s:o, s:b, s:i, s:o}",
			  "event", "attached",
			  "device", attach->device.node,
			  "parent", json_text(attach->device.parent),
			  "dev_id", (json_int_t)info->dev_id,
			  "hwpt_id", (json_int_t)info->hwpt_id,
			  "pasid", info->pasid ? json_integer(info->pasid) : json_null(),
			  "nested", info->nested,
			  "fault_fd", info->fault,
			  "event_fd", info->event >= 0 ? json_integer(info->event) :
							 json_null()));
}

/* ---- commands from standard input ------------------------------------------------- */

static int print_state(struct attach *attach, const char *event)
{
	return fault_stream_line(attach->stream, json_pack("{s:s, s:s, s:I}", "event", event,
				 "device", attach->device.node, "hwpt_id",
				 (json_int_t)vdpactl_chain_info(attach->chain)->hwpt_id));
}

static const struct {
	const char *name;
	int (*run)(struct vdpactl_chain *chain, struct vdpactl_error *err);
	const char *event;
} commands[] = {
	{ "replace", vdpactl_chain_replace, "replaced" },
	{ "detach", vdpactl_chain_detach, "detached" },
	{ "attach", vdpactl_chain_attach, "attached" },
};

static int run_command(struct attach *attach, const char *word)
{
	struct vdpactl_error err;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(word, commands[i].name))
			continue;
		if (commands[i].run(attach->chain, &err))
			return fault_stream_error(attach->stream, NULL, "%s", err.message);
		return print_state(attach, commands[i].event);
	}
	return fault_stream_error(attach->stream, NULL,
				  "\"%s\" is no command: there are replace, detach and attach",
				  word);
}

/* Commands are short: a line that does not fit is none, up to its end */
static int refuse_line(struct attach *attach)
{
	bool told = attach->skip;

	attach->length = 0;
	attach->skip = true;
	return told ? 0 : fault_stream_error(attach->stream, NULL,
					     "a line of more than %zu bytes is no command",
					     sizeof(attach->line));
}

static int read_commands(struct attach *attach, struct pollfd *pfd)
{
	char *line = attach->line, *end;
	ssize_t n = read(STDIN_FILENO, line + attach->length,
			 sizeof(attach->line) - attach->length);

	if (n < 0 && errno == EINTR)
		return 0;
	if (n <= 0) {
		pfd->fd = -1;
		return 0;
	}
	attach->length += n;
	while ((end = memchr(line, '\n', attach->length))) {
		*end++ = '\0';
		if (!attach->skip && run_command(attach, line))
			return -1;
		attach->skip = false;
		attach->length -= end - line;
		memmove(line, end, attach->length);
	}
	return attach->length == sizeof(attach->line) ? refuse_line(attach) : 0;
}

/* ---- the command -------------------------------------------------------------------- */

static int serve(struct attach *attach)
{
	const struct vdpactl_chain_info *info = vdpactl_chain_info(attach->chain);
	struct pollfd fds[3] = {
		{ .fd = info->fault, .events = POLLIN },
		{ .fd = info->event, .events = POLLIN },
		{ .fd = attach->commands ? STDIN_FILENO : -1, .events = POLLIN },
	};

	while (!fault_stream_stopped(attach->stream)) {
		if (fault_stream_wait(attach->stream, fds, 3, -1) < 0)
			return CLI_FAILED;
		if (fds[0].revents && drain(attach) < 0)
			return CLI_FAILED;
		if (fds[1].revents && fault_event_drain(attach->stream, attach->events,
							"vdpactl") < 0)
			return CLI_FAILED;
		if (fds[2].revents && read_commands(attach, &fds[2]) < 0)
			return CLI_FAILED;
	}
	return CLI_OK;
}

static bool open_events(struct cli *cli, struct attach *attach)
{
	int fd = vdpactl_chain_info(attach->chain)->event;

	if (fd < 0)
		return true;
	attach->events = vdpactl_queue_new(fd, attach->io, &cli->err);
	return attach->events;
}

static int run(struct cli *cli, struct attach *attach)
{
	int status = CLI_FAILED;

	attach->stream = fault_stream_new(cli, vdpactl_chain_info(attach->chain)->fault,
					  attach->io, true);
	if (!attach->stream)
		return CLI_FAILED;
	if (open_events(cli, attach) && !print_attached(attach))
		status = serve(attach);
	if (status == CLI_OK && print_state(attach, "closed"))
		status = CLI_FAILED;
	vdpactl_queue_free(attach->events);
	/* This answers what is left; detaching afterwards finds nothing to answer */
	return fault_stream_finish(attach->stream, status);
}

static int reserve(struct cli *cli, struct attach *attach)
{
	attach->page = sysconf(_SC_PAGESIZE);
	if (!attach->map)
		return 0;
	attach->size = (attach->size + attach->page - 1) & ~(attach->page - 1);
	attach->arena = mmap(NULL, attach->size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (attach->arena == MAP_FAILED)
		return cli_failf(cli, errno, "cannot reserve 0x%llx bytes: %s",
				 (unsigned long long)attach->size, strerror(errno));
	return 0;
}

int fault_attach(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct attach attach = {
		.size = SIZE_DEFAULT,
		.respond = VDPACTL_FAULT_INVALID,
		.io = FAULT_IO_DEFAULT,
	};
	int status;

	status = parse(&args, &attach);
	if (status)
		return status;
	if (vdpactl_vfio_find(attach.name, &attach.device, &cli->err))
		return CLI_FAILED;
	status = reserve(cli, &attach);
	if (status)
		return status;
	attach.chain = vdpactl_chain_new(&attach.device, &attach.options, &cli->err);
	status = attach.chain ? run(cli, &attach) : CLI_FAILED;
	vdpactl_chain_free(attach.chain);
	if (attach.map)
		munmap(attach.arena, attach.size);
	return status;
}
