#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vdpactl_diag without the simulator, on the parents that the kernel brings: all
# that runs on kernels of other distributions that are too old for it.
load lib.bash

setup_file() {
	load vhost_vdpa vdpa_sim_net vdpactl_diag
}

teardown_file() {
	clean_modules
}

teardown() {
	clean_devices
}

# model STEPS DEV...: each answer is the one of a model that went the same way
model() {
	run -0 "$BUILD/tests/helpers/diag-model" "$(steps "$1")" 1 "${@:2}"
	echo "$output"
	assert_output --partial "steps agreed"
}

@test "every answer equals a model of random bindings and maps: upstream's vdpa_sim" {
	add_dev m0 vdpasim_net
	model 10000 m0
}

@test "the same: two of them" {
	add_dev m0 vdpasim_net
	add_dev m1 vdpasim_net
	model 1000 m0 m1
}

@test "operations come as events, and what they did is known" {
	add_dev v0 vdpasim_net
	vdpactl -j monitor v0 --count 2 >"$BATS_TEST_TMPDIR/events" 3>&- &
	monitor=$!
	wait_until listening $monitor
	vdpactl asid bind v0 group 1 asid 1
	run -0 vdpactl -j group show v0
	assert_json_eq '.group.v0 | map([.asid, .asid_known])' '[[0, "default"], [1, "observed"]]'
	vdpactl reset v0
	wait $monitor
	run -0 jq -cs 'map(.event)' "$BATS_TEST_TMPDIR/events"
	assert_output '["set_group_asid","reset"]'
	run -0 vdpactl -j group show v0
	assert_json_eq '.group.v0 | map([.asid, .asid_known])' '[[0, "default"], [0, "default"]]'
}
