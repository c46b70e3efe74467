// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vdpactl/dev.h>

#include "args.h"
#include "json_write.h"
#include "output.h"
#include "printable.h"
#include "session-input.h"
#include "session.h"
#include "table.h"

/**
 * struct run - one run of the command
 * @name: the device
 * @virtio_id: its type; 0 where netlink does not tell
 * @keep_going: go on behind an operation that failed
 * @prompt: somebody types the lines
 * @failed: an operation failed
 */
struct run {
	struct cli *cli;
	const char *name;
	uint32_t virtio_id;
	bool keep_going;
	bool prompt;
	bool failed;
	struct session session;
};

/**
 * struct script - a file of operations, read before the device is touched
 */
struct script {
	struct session_op *ops;
	size_t count;
};

/* ---- what is printed ------------------------------------------------------------- */

static const struct column state_columns[] = {
	{ "status", "status.names", NULL },
	{ "device features", "device.names", NULL },
	{ "negotiated features", "driver.names", NULL },
	{ "backend features", "backend.names", NULL },
	{ "address spaces", "address_spaces", NULL },
	{ "first IOVA", "iova.first", NULL },
	{ "last IOVA", "iova.last", NULL },
	{ "configuration bytes", "config_size", NULL },
	{ NULL, NULL, NULL }
};

static const struct column group_columns[] = {
	{ "GROUP", "group", NULL },
	{ "ASID", "asid", NULL },
	{ "KNOWN", "asid_known", NULL },
	{ NULL, NULL, NULL }
};

static const struct column vq_columns[] = {
	{ "VQ", "index", NULL },
	{ "GROUP", "group", NULL },
	{ "DESC-GROUP", "desc_group", NULL },
	{ "SIZE", "size", NULL },
	{ "BASE", "base", NULL },
	{ NULL, NULL, NULL }
};

static void print_rows(const char *name, json_t *rows, const struct column *columns)
{
	const struct view view = { LAYOUT_TABLE, NULL, columns };
	json_t *devices = json_object();
	struct table *table;

	json_add(devices, name, json_incref(rows));
	table = table_new(devices, &view);
	table_print(table, stdout, "", "");
	table_free(table);
	json_decref(devices);
}

static void print_state(const char *name, const json_t *state)
{
	const struct view view = { LAYOUT_RECORD, NULL, state_columns };

	record_print(state, &view, stdout);
	print_rows(name, json_object_get(state, "groups"), group_columns);
	print_rows(name, json_object_get(state, "vqs"), vq_columns);
	if (json_is_null(json_object_get(state, "driver")))
		puts("note: which features were negotiated cannot be read through the chardev");
	if (json_is_false(json_object_get(state, "owner")))
		puts("note: only the owner may ask about virtqueues");
}

static void print_text(struct run *run, const struct session_op *op, int ret,
		       const json_t *result)
{
	const json_t *state = json_object_get(result, "state");

	printable_put(stdout, op->text);
	printf(": %s\n", ret ? vdpactl_errno_name(-ret) : "ok");
	if (state)
		print_state(run->name, state);
}

static void print_json(const struct session_op *op, int ret, json_t *result,
		       const struct vdpactl_error *err)
{
	json_t *line = json_pack("{s:s, s:i, s:o, s:i}", "op", op->verb->name,
				 "line", op->line, "args", session_op_args(op), "ret", ret);

	json_object_update(line, result);
	if (ret)
		json_object_set_new(line, "error", output_error_object(err));
	json_write(line, stdout);
	putchar('\n');
	json_decref(line);
}

/* ---- running ------------------------------------------------------------------------ */

/* Say at which line; @input is the name of what was read */
static void add_place(struct vdpactl_error *err, const char *input, unsigned int line)
{
	struct vdpactl_error plain = *err;

	vdpactl_error_set(err, plain.code, "%s:%u: %.400s", input, line, plain.message);
	vdpactl_error_hint(err, "%s", plain.hint);
}

/*
 * Do one operation and print its line. A failure is part of the line under -j;
 * otherwise it is printed at once if the session goes on, or else at its end.
 */
static int run_op(struct run *run, const struct session_op *op, const char *input)
{
	struct vdpactl_error *err = &run->cli->err;
	json_t *result = json_object();
	int ret;

	ret = op->verb->run(&run->session, op, result, err);
	if (run->cli->json)
		print_json(op, ret, result, err);
	else
		print_text(run, op, ret, result);
	json_decref(result);
	if (output_flush(run->cli)) {
		/* main() will find it so, too, and is the one to tell */
		err->code = 0;
		return CLI_FAILED;
	}
	if (!ret)
		return CLI_OK;
	run->failed = true;
	add_place(err, input, op->line);
	if (run->keep_going && !run->cli->json)
		output_error(run->cli);
	if (run->keep_going || run->cli->json)
		err->code = 0;
	return run->keep_going ? CLI_OK : CLI_FAILED;
}

static int interrupted(struct run *run)
{
	int signal = session_signal(run->session.signals);

	if (!signal)
		return CLI_OK;
	return cli_failf(run->cli, EINTR,
			 "the session was ended by SIG%s; closing the chardev resets %s",
			 sigabbrev_np(signal), run->name);
}

static int run_script(struct run *run, const struct script *script, const char *input)
{
	int status = CLI_OK;

	for (size_t i = 0; i < script->count && status == CLI_OK; i++) {
		status = interrupted(run);
		if (status == CLI_OK)
			status = run_op(run, &script->ops[i], input);
	}
	/* One that came during the last operation */
	return status == CLI_OK ? interrupted(run) : status;
}

/* ---- lines ---------------------------------------------------------------------------- */

/* One line. Returns 1 for an operation, 0 for none, -1 for one that is malformed. */
static int parse_line(struct run *run, const struct session_input *input, char *line,
		      struct session_op *op)
{
	int ret = session_parse(line, run->virtio_id, op, &run->cli->err);

	op->line = input->line;
	if (ret >= 0)
		return ret;
	add_place(&run->cli->err, input->name, input->line);
	return -1;
}

static int script_add(struct script *script, struct session_op op)
{
	struct session_op *ops;

	/* Room for a power of two of them */
	if (!(script->count & (script->count - 1))) {
		ops = reallocarray(script->ops, script->count ? script->count * 2 : 1,
				   sizeof(op));
		if (!ops)
			return -ENOMEM;
		script->ops = ops;
	}
	script->ops[script->count++] = op;
	return 0;
}

/* The whole of a file, so that a malformed line is found before anything is done */
static int read_script(struct run *run, struct session_input *input, struct script *script)
{
	struct session_op op;
	char *line;
	int ret;

	while ((ret = session_line(input, -1, &line, &run->cli->err)) > 0) {
		ret = parse_line(run, input, line, &op);
		if (ret < 0)
			return CLI_USAGE;
		if (ret && script_add(script, op))
			return cli_failf(run->cli, ENOMEM, "out of memory");
	}
	return !ret ? CLI_OK : ret == -EINVAL ? CLI_USAGE : CLI_FAILED;
}

static void script_clear(struct script *script)
{
	for (size_t i = 0; i < script->count; i++)
		session_op_clear(&script->ops[i]);
	free(script->ops);
}

static void prompt(const struct run *run)
{
	if (run->prompt) {
		printable_put(stdout, run->name);
		fputs("> ", stdout);
	}
	fflush(stdout);
}

/* A line that somebody mistyped shall not cost the state of the device */
static int malformed(struct run *run)
{
	if (!run->prompt)
		return CLI_USAGE;
	output_error(run->cli);
	run->cli->err.code = 0;
	return CLI_OK;
}

static int run_lines(struct run *run, struct session_input *input)
{
	struct session_op op;
	int status = CLI_OK;
	char *line;
	int ret;

	while (status == CLI_OK) {
		prompt(run);
		ret = session_line(input, run->session.signals, &line, &run->cli->err);
		if (!ret)
			return CLI_OK;
		if (ret == -EINTR)
			return interrupted(run);
		if (ret < 0)
			return ret == -EINVAL ? CLI_USAGE : CLI_FAILED;
		ret = parse_line(run, input, line, &op);
		if (ret < 0)
			status = malformed(run);
		if (ret <= 0)
			continue;
		status = run_op(run, &op, input->name);
		session_op_clear(&op);
	}
	return status;
}

/* ---- the command ------------------------------------------------------------------------ */

static int open_session(struct run *run)
{
	run->session.signals = session_signals(&run->cli->err);
	if (run->session.signals < 0)
		return CLI_FAILED;
	if (!vdpactl_vhost_open(run->name, &run->session.vhost, &run->cli->err))
		return CLI_OK;
	close(run->session.signals);
	return CLI_FAILED;
}

static int close_session(struct run *run, int status)
{
	vdpactl_vhost_close(run->session.vhost);
	close(run->session.signals);
	session_clear(&run->session);
	return status == CLI_OK && run->failed ? CLI_FAILED : status;
}

static int session_of_lines(struct run *run)
{
	struct session_input input = { .fd = STDIN_FILENO, .name = "standard input" };
	int status;

	run->prompt = isatty(STDIN_FILENO) && !run->cli->json;
	run->keep_going |= run->prompt;
	status = open_session(run);
	return status != CLI_OK ? status : close_session(run, run_lines(run, &input));
}

static int session_of_file(struct run *run, const char *path)
{
	struct session_input input = { .name = path };
	struct script script = { 0 };
	int status;

	input.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (input.fd < 0)
		return cli_failf(run->cli, errno, "cannot open %s: %s", path, strerror(errno));
	status = read_script(run, &input, &script);
	close(input.fd);
	if (status == CLI_OK)
		status = open_session(run);
	if (status == CLI_OK)
		status = close_session(run, run_script(run, &script, path));
	script_clear(&script);
	return status;
}

/* What netlink tells of the device before it is opened; it may be out of reach */
static int find_device(struct run *run)
{
	struct vdpactl_devs devs;
	int ret = vdpactl_devs_get(run->name, &devs, &run->cli->err);

	if (ret == -ENOENT)
		return CLI_OK;
	if (ret)
		return CLI_FAILED;
	if (devs.list[0].device_id > 0)
		run->virtio_id = devs.list[0].device_id;
	vdpactl_devs_free(&devs);
	return CLI_OK;
}

static int session(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	struct run run = { .cli = cli };
	const char *path = NULL;
	int ret;

	run.keep_going = args_keyword(&args, "--keep-going");
	ret = args_device(&args, &run.name);
	if (ret)
		return ret;
	run.keep_going |= args_keyword(&args, "--keep-going");
	path = args_next(&args);
	run.keep_going |= args_keyword(&args, "--keep-going");
	ret = args_end(&args);
	if (ret)
		return ret;
	ret = find_device(&run);
	if (ret)
		return ret;
	return path && strcmp(path, "-") ? session_of_file(&run, path) : session_of_lines(&run);
}

static const struct cli_command commands[] = {
	{ "", "DEV [ FILE ] [ --keep-going ]", session },
	{ NULL, NULL, NULL }
};

const struct cli_object object_session = {
	"session", "hold the chardev open and run one operation a line", commands
};
