#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Malformed rings stop their queue and nothing else: see helpers/hostile.c. That
# the kernel stays clean is what the VM reports.
load lib.bash

setup_file() {
	load vhost_vdpa vdpactl_sim
}

teardown_file() {
	clean_modules
}

teardown() {
	clean_devices
}

# play KIND MGMTDEV CASES: all of them are right, and there are that many
play() {
	add_dev h0 auxiliary/vdpactl_sim."$2".0
	run "$BUILD/tests/helpers/hostile" "$1" "$(chardev h0)"
	assert_success
	refute_line --regexp '^not ok'
	assert_line "1..$3"
}

@test "malformed rings of a block device" {
	play blk blk 63
}

@test "malformed rings of a network device" {
	play net net 27
}

@test "malformed rings of a network device with incremental maps" {
	play net net_incremental 27
}

# Ten messages in five seconds are what the kernel lets through, see DEFAULT_RATELIMIT_BURST;
# the tests before may have used them up
@test "the log is not flooded" {
	add_dev h0 auxiliary/vdpactl_sim.blk.0
	dmesg -C
	SECONDS=0
	wait_until told
	run -0 bash -c 'dmesg | grep -c "stopped until the device is reset"'
	[ "$output" -le $((10 * (SECONDS / 5 + 2))) ]
}

# The device stops 49 times, and the log has it
told() {
	"$BUILD/tests/helpers/hostile" blk "$(chardev h0)" &&
		dmesg | grep -q "stopped until the device is reset"
}

@test "rings of random bytes" {
	add_dev h0 auxiliary/vdpactl_sim.blk.0
	add_dev h1 auxiliary/vdpactl_sim.net.0
	for dev in h0 h1; do
		run -0 "$BUILD/tests/helpers/random" \
			"$(chardev $dev)" 1 "${SOAK:+20000}"
	done
}
