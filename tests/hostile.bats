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
	run "$BUILD/tests/helpers/hostile" "$1" /dev/"$(basename /sys/bus/vdpa/devices/h0/vhost-vdpa-*)"
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

@test "the log is not flooded" {
	add_dev h0 auxiliary/vdpactl_sim.blk.0
	dmesg -C
	"$BUILD/tests/helpers/hostile" blk /dev/"$(basename /sys/bus/vdpa/devices/h0/vhost-vdpa-*)" >/dev/null
	run bash -c 'dmesg | grep -c "stopped until the device is reset"'
	[ "$output" -gt 0 ] && [ "$output" -lt 49 ]
}

@test "rings of random bytes" {
	add_dev h0 auxiliary/vdpactl_sim.blk.0
	add_dev h1 auxiliary/vdpactl_sim.net.0
	for dev in h0 h1; do
		run -0 "$BUILD/tests/helpers/random" \
			/dev/"$(basename /sys/bus/vdpa/devices/$dev/vhost-vdpa-*)" 1 "${SOAK:+20000}"
	done
}
