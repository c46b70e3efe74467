# SPDX-License-Identifier: GPL-2.0-or-later
# Names of devices and processes with any bytes in them. What is made of the bytes is
# in tests/unit/test_printable.c; here, that everything that prints goes that way.

load lib

setup_file() {
	load vdpa_sim_net vhost_vdpa vdpactl_diag
}

# clean_devices takes lines and blanks for what is between names
teardown() {
	local path
	[ -z "${holder-}" ] || { kill "$holder" && wait "$holder" || true; }
	for path in /sys/bus/vdpa/devices/*; do
		[ ! -e "$path" ] || vdpa dev del "${path##*/}"
	done
}

teardown_file() {
	clean_modules
}

add() {
	vdpactl dev add name "$1" mgmtdev vdpasim_net
}

# Escape, bell, a line of its own: as the name of a device, and of a process
evil=$'a\e[31m\nv9  held\a'
shown='a\x1b[31m\x0av9  held\x07'
comm=$'x\ny\e[7mz'
shown_comm='x\x0ay\x1b[7mz'

# printed COMMAND...: what comes out, on either stream; nothing of it moves a terminal
printed() {
	run vdpactl "$@"
	[[ $output != *[$'\001'-$'\011\013'-$'\037\177']* ]] || fail "printed raw: $*: ${output@Q}"
	refute_line --regexp '^(v9|y)'
}

@test "text shows names, and obeys none" {
	local monitor
	add "$evil"
	vdpactl monitor "$evil" --count 3 >"$BATS_TEST_TMPDIR/events" 3>&- &
	monitor=$!
	wait_until listening "$monitor"
	# It calls itself so: prctl(PR_SET_NAME)
	python3 -c 'import ctypes, os, sys, time
ctypes.CDLL(None).prctl(15, sys.argv[1].encode(), 0, 0, 0)
held = os.open(sys.argv[2], os.O_RDWR)
time.sleep(600)' "$comm" "$(chardev "$evil")" 3>&- &
	holder=$!
	wait_until grep -q 'x1b' <(vdpactl dev show "$evil")
	for command in "dev show" "mgmtdev show" "vq show" "group show" "asid show" "feature show" \
		"map show" "dev config show"; do
		# shellcheck disable=SC2086 # words
		printed $command
		assert_success
		[[ $command == mgmtdev* ]] || assert_output --partial "$shown"
	done
	printed dev show "$evil"
	assert_output --partial "($shown_comm)"
	for command in reset suspend "map reset" "dev del" "dev unbind" session; do
		# shellcheck disable=SC2086
		printed $command "$evil"
		assert_failure
		assert_output --partial "$shown"
	done
	printed reset "$evil" --force
	assert_success
	kill "$holder"
	wait "$holder" || true
	holder=
	wait "$monitor"
	printed -j dev show
	assert_json '.dev | keys[0] == "a\u001b[31m\nv9  held\u0007"'
	run cat "$BATS_TEST_TMPDIR/events"
	[ "${#lines[@]}" -eq 3 ]
	assert_output --partial "$shown reset"
	assert_output --partial "by $shown_comm ("
	echo owner | { run vdpactl session "$evil"; assert_success; }
}

@test "names that are not UTF-8 stay apart, and can be acted on" {
	local a=$'a\xff' b=$'a\xfe' monitor
	add "$a"
	add "$b"
	vdpactl -j monitor --event reset --count 2 >"$BATS_TEST_TMPDIR/events" 3>&- &
	monitor=$!
	wait_until listening "$monitor"
	for command in "dev show" "vq show" "group show" "asid show" "feature show" "map show" \
		"dev config show"; do
		# shellcheck disable=SC2086 # words
		run -0 vdpactl -j $command
		assert_json 'del(.notes) | .[] | keys == ["a\\xfe", "a\\xff"]'
		# shellcheck disable=SC2086
		run -0 vdpactl $command
		assert_output --partial 'a\xff'
		assert_output --partial 'a\xfe'
	done
	run -0 vdpactl -j reset "$a"
	assert_json '.reset | keys == ["a\\xff"]'
	run -0 vdpactl reset "$b"
	assert_output --partial 'a\xfe'
	wait "$monitor"
	run -0 jq -c .dev "$BATS_TEST_TMPDIR/events"
	assert_output $'"a\\\\xff"\n"a\\\\xfe"'
	run -0 vdpactl session "$a" <<<$'owner\nshow'
	assert_output --partial 'a\xff'
	run -1 --separate-stderr vdpactl -j dev show "${a}x"
	assert_error ENODEV 'a\\xffx'
}
