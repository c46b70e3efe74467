// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <linux/virtio_ids.h>

#include "session-input.h"
#include "session.h"

/* What a line is read as: the operation and its arguments, as the JSON output has them */
static const struct {
	const char *line;
	const char *op;
	const char *args;
} accepted[] = {
	{ "owner", "owner", "{}" },
	{ "  owner\t# become it", "owner", "{}" },
	{ "owner\r", "owner", "{}" },
	{ "backend IOTLB_MSG_V2,iotlb_asid", "backend", "{\"features\":\"0xa\"}" },
	{ "backend 0x8000000000000000", "backend", "{\"features\":\"0x8000000000000000\"}" },
	{ "feature MAC,VERSION_1", "feature", "{\"features\":\"0x100000020\"}" },
	{ "status 0", "status", "{\"status\":\"0x0\"}" },
	{ "status ACKNOWLEDGE,DRIVER", "status", "{\"status\":\"0x3\"}" },
	{ "reset", "reset", "{}" },
	{ "suspend", "suspend", "{}" },
	{ "resume", "resume", "{}" },
	{ "group 1 asid 2", "group", "{\"group\":1,\"asid\":2}" },
	{ "map iova 0x1000 size 4096", "map",
	  "{\"asid\":0,\"iova\":\"0x1000\",\"size\":\"0x1000\",\"perm\":\"rw\"}" },
	{ "map perm ro size 1 iova 0 asid 3", "map",
	  "{\"asid\":3,\"iova\":\"0x0\",\"size\":\"0x1\",\"perm\":\"ro\"}" },
	{ "unmap asid 1 iova 0 size 0xffffffffffffffff", "unmap",
	  "{\"asid\":1,\"iova\":\"0x0\",\"size\":\"0xffffffffffffffff\"}" },
	{ "batch begin", "batch begin", "{\"asid\":0}" },
	{ "batch end asid 4294967295", "batch end", "{\"asid\":4294967295}" },
	{ "vq 65535 size 256", "vq size", "{\"vq\":65535,\"size\":256}" },
	{ "vq 0 base 7", "vq base", "{\"vq\":0,\"base\":7}" },
	{ "vq 0 enable 1", "vq enable", "{\"vq\":0,\"enable\":true}" },
	{ "vq 0 addr used 3 desc 1 avail 0x2", "vq addr",
	  "{\"vq\":0,\"desc\":\"0x1\",\"avail\":\"0x2\",\"used\":\"0x3\"}" },
	{ "vq 2 kick", "vq kick", "{\"vq\":2}" },
	{ "show", "show", "{}" },
	{ "sleep 0", "sleep", "{\"ms\":0}" },
};

static void test_accepts(void **state)
{
	for (size_t i = 0; i < sizeof(accepted) / sizeof(*accepted); i++) {
		struct vdpactl_error err = { 0 };
		struct session_op op;
		char line[128], *args;
		json_t *json;

		strcpy(line, accepted[i].line);
		if (session_parse(line, VIRTIO_ID_NET, &op, &err) != 1)
			fail_msg("\"%s\": %s", accepted[i].line, err.message);
		assert_string_equal(op.verb->name, accepted[i].op);
		json = session_op_args(&op);
		args = json_dumps(json, JSON_COMPACT);
		assert_string_equal(args, accepted[i].args);
		free(args);
		json_decref(json);
		session_op_clear(&op);
	}
}

static void test_nothing_on_the_line(void **state)
{
	const char *lines[] = { "", " \t ", "# owner", "   # # #" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct session_op op;
		char line[32];

		strcpy(line, lines[i]);
		assert_int_equal(session_parse(line, 0, &op, NULL), 0);
	}
}

static const struct {
	const char *line;
	const char *why;
} refused[] = {
	{ "frobnicate", "is no operation" },
	{ "own", "is no operation" },
	{ "Owner", "is no operation" },
	{ "owner now", "unexpected \"now\"" },
	{ "backend", "features is missing" },
	{ "backend NOSUCH", "NOSUCH" },
	{ "backend 1 2", "unexpected \"2\"" },
	{ "feature RO", "is no feature of a network device" },
	{ "feature HOST_UDP_TUNNEL_GSO", "64 bits" },
	{ "status 256", "8 bits" },
	{ "status OK", "status bit" },
	{ "group", "group is missing" },
	{ "group 1", "asid is missing" },
	{ "group x asid 1", "not a number" },
	{ "group 1 asid", "asid has no value" },
	{ "group 1 asid -1", "not a number" },
	{ "group 4294967296 asid 0", "above 4294967295" },
	{ "group 1 asid 1 asid 1", "given twice" },
	{ "map iova 0", "size is missing" },
	{ "map size 1", "iova is missing" },
	{ "map iova 0 size 1 perm rwx", "none of ro, wo and rw" },
	{ "map iova 0x10000000000000000 size 1", "above 18446744073709551615" },
	{ "map iova 0x size 1", "not a number" },
	{ "map iova 0 size 1 colour red", "unexpected \"colour\"" },
	{ "batch", "other words than it takes" },
	{ "batch middle", "other words than it takes" },
	{ "vq", "other words than it takes" },
	{ "vq 0", "other words than it takes" },
	{ "vq 0 colour", "other words than it takes" },
	{ "vq size 0", "other words than it takes" },
	{ "vq 65536 kick", "above 65535" },
	{ "vq 0 size", "size is missing" },
	{ "vq 0 enable 2", "above 1" },
	{ "vq 0 addr desc 0 avail 0", "used is missing" },
	{ "sleep", "ms is missing" },
	{ "sleep 2147483648", "above 2147483647" },
	{ "a b c d e f g h i j k l m n o p q", "17 words" },
};

static void test_refuses(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct vdpactl_error err = { 0 };
		struct session_op op;
		char line[128];

		strcpy(line, refused[i].line);
		if (session_parse(line, VIRTIO_ID_NET, &op, &err) >= 0)
			fail_msg("\"%s\" was taken", refused[i].line);
		if (!strstr(err.message, refused[i].why))
			fail_msg("\"%s\": %s", refused[i].line, err.message);
		assert_null(op.text);
	}
}

static void test_names_depend_on_the_type(void **state)
{
	struct session_op op;
	char line[] = "feature RO,VERSION_1";

	assert_int_equal(session_parse(line, VIRTIO_ID_BLOCK, &op, NULL), 1);
	assert_true(op.mask == (1ull << 32 | 1 << 5));
	session_op_clear(&op);
}

/* An input of these bytes */
static struct session_input *input_of(const void *data, size_t size)
{
	struct session_input *input = calloc(1, sizeof(*input));
	FILE *file = tmpfile();

	assert_non_null(input);
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	fflush(file);
	input->fd = dup(fileno(file));
	fclose(file);
	lseek(input->fd, 0, SEEK_SET);
	input->name = "test";
	return input;
}

static void input_free(struct session_input *input)
{
	close(input->fd);
	free(input);
}

static void test_lines(void **state)
{
	struct session_input *input = input_of("one\n\ntwo\nlast", 13);
	const char *lines[] = { "one", "", "two", "last" };
	char *line;

	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(session_line(input, -1, &line, NULL), 1);
		assert_string_equal(line, lines[i]);
		assert_int_equal(input->line, i + 1);
	}
	assert_int_equal(session_line(input, -1, &line, NULL), 0);
	assert_int_equal(session_line(input, -1, &line, NULL), 0);
	input_free(input);
}

static void test_longest_line(void **state)
{
	char data[SESSION_LINE_MAX + 1], *line;
	struct session_input *input;
	struct vdpactl_error err = { 0 };

	memset(data, 'x', sizeof(data));
	data[SESSION_LINE_MAX - 2] = '\n';
	input = input_of(data, SESSION_LINE_MAX);
	assert_int_equal(session_line(input, -1, &line, &err), 1);
	assert_int_equal(strlen(line), SESSION_LINE_MAX - 2);
	assert_int_equal(session_line(input, -1, &line, &err), 1);
	assert_string_equal(line, "x");
	input_free(input);

	memset(data, 'x', sizeof(data));
	input = input_of(data, sizeof(data));
	assert_true(session_line(input, -1, &line, &err) < 0);
	assert_non_null(strstr(err.message, "longer"));
	input_free(input);
}

static void test_nul_byte(void **state)
{
	struct session_input *input = input_of("a\n\0b\n", 5);
	struct vdpactl_error err = { 0 };
	char *line;

	assert_int_equal(session_line(input, -1, &line, &err), 1);
	assert_true(session_line(input, -1, &line, &err) < 0);
	assert_non_null(strstr(err.message, "test:2: there is a NUL byte"));
	input_free(input);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_nothing_on_the_line),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_names_depend_on_the_type),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_longest_line),
		cmocka_unit_test(test_nul_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
