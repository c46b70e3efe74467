#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vdpactl_diag comes and goes while devices do and while it is asked. The kernel's own checks
# are the judges too: the lab VM fails if they report anything.
# bats file_tags=parallel
load lib.bash

setup_file() {
	# No bus driver, so that devices come and go as fast as they can
	load vdpactl_testparent
	export T=/sys/kernel/debug/vdpactl_testparent
	export HELPERS=$BUILD/tests/helpers RAW=$BUILD/tests/helpers/diag-raw
}

teardown_file() {
	clean_modules
}

teardown() {
	local dev
	rm -f "$BATS_TEST_TMPDIR/go" "$BATS_TEST_TMPDIR/ask"
	[ -z "${churner-}" ] || wait "$churner" || true
	[ -z "${asker-}" ] || wait "$asker" || true
	churner='' asker=''
	for dev in /sys/bus/vdpa/devices/*; do
		[ ! -e "$dev" ] || echo "del ${dev##*/}" >"$T/control"
	done
	unload vdpactl_diag
}

# churn: eight devices come and go, as long as there is a file; where it stops they stay
churn() {
	local i verb
	while :; do
		for verb in add del; do
			for i in 0 1 2 3 4 5 6 7; do
				[ -e "$BATS_TEST_TMPDIR/go" ] || return 0
				echo "$verb h$i" 2>/dev/null >"$T/control" || true
			done
		done
	done
}

start_churn() {
	touch "$BATS_TEST_TMPDIR/go"
	churn 3>&- &
	churner=$!
}

stop_churn() {
	rm "$BATS_TEST_TMPDIR/go"
	wait "$churner"
	churner=
}

# Exactly the devices of the bus are watched
assert_watched() {
	local devs
	devs=$(cd /sys/bus/vdpa/devices && echo *)
	[ "$devs" != '*' ] || devs=
	output=$("$RAW" module | jq .ndevs)
	[ "$output" = "$(wc -w <<<"$devs")" ] || fail "$output devices are watched, there are: $devs"
	output=$("$RAW" dev | jq -r '.dev | keys | join(" ")')
	assert_output "$devs"
}

# rounds: 50 in a soak; fewer on a debug kernel, and where each probe is a change to ftrace,
# which takes its time under emulation
rounds() {
	[ -z "${SOAK-}" ] || { echo 50; return; }
	case $(uname -r) in
	*-lab*) echo $(($(steps 20) + 2)) ;;
	*) echo 8 ;;
	esac
}

@test "loads and unloads beside devices that come and go, and a process that asks" {
	local n
	touch "$BATS_TEST_TMPDIR/ask"
	"$HELPERS/diag-ask" "$BATS_TEST_TMPDIR/ask" h0 h4 >"$BATS_TEST_TMPDIR/asked" 3>&- &
	asker=$!
	for ((n = $(rounds); n; n--)); do
		start_churn
		modprobe vdpactl_diag
		stop_churn
		assert_watched
		start_churn
		# A dump under way is a user
		wait_until modprobe -r vdpactl_diag
		stop_churn
	done
	rm "$BATS_TEST_TMPDIR/ask"
	wait "$asker" || { cat "$BATS_TEST_TMPDIR/asked"; false; }
	asker=
	run -0 cat "$BATS_TEST_TMPDIR/asked"
	[[ $output =~ ^([0-9]+)\ answers,\ ([0-9]+)\ refusals$ ]]
	((BASH_REMATCH[1] > 0 && BASH_REMATCH[2] > 0))
}

# On the bus, and then not: the kernel says nothing of that
halfway() {
	while [ -e "$BATS_TEST_TMPDIR/go" ]; do
		echo "add_halfway h0" 2>/dev/null >"$T/control" || true
	done
}

@test "a device whose addition fails halfway is not watched" {
	local n
	run ! bash -c "echo 'add_halfway h0' >$T/control"
	assert_output --partial "Input/output error"
	for n in 1 2 3 4; do
		touch "$BATS_TEST_TMPDIR/go"
		halfway 3>&- &
		churner=$!
		modprobe vdpactl_diag
		stop_churn
		assert_watched
		modprobe -r vdpactl_diag
	done
}

@test "who waits behind an operation that hangs can be killed" {
	modprobe vdpactl_diag
	echo "add t0 ops=suspend,resume" >"$T/control"
	echo "hold t0 suspend" >"$T/control"
	"$RAW" suspend t0 >/dev/null 3>&- &
	local hung=$!
	in_parent() { [ "$(jq .t0.waiting "$T/truth")" = 1 ]; }
	wait_until in_parent
	local action waiter
	for action in "resume t0" "dev t0"; do
		# shellcheck disable=SC2086 # words
		"$RAW" $action >/dev/null 3>&- &
		waiter=$!
		wait_until grep -qsE 'rwsem|diag_' "/proc/$waiter/stack" "/proc/$waiter/wchan"
		kill -KILL $waiter
		wait_until test ! -d /proc/$waiter
	done
	# What asks for no operation is answered
	run -0 "$RAW" vq t0
	run -0 "$RAW" module
	echo "release t0 suspend" >"$T/control"
	wait $hung
	run -0 "$RAW" dev t0
	assert_json_eq .dev.t0.suspended 1
}
