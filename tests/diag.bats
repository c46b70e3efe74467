#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vdpactl_diag: what it knows of devices of every parent, what it does to them.
load lib.bash

setup_file() {
	load vhost_vdpa vdpactl_sim vdpa_sim_net vdpactl_diag
	export HELPERS=$BUILD/tests/helpers
}

teardown_file() {
	clean_modules
}

teardown() {
	[ -z "${holder-}" ] || unhold
	holder=
	clean_devices
	clean_vduse
}

# model STEPS DEV...
model() {
	run "$HELPERS/diag-model" "$(steps "$1")" 1 "${@:2}"
	echo "$output"
	assert_success
	assert_output --partial "steps agreed"
}

@test "every answer equals a model of random bindings and maps: net" {
	add_dev m0 auxiliary/vdpactl_sim.net.0
	model 10000 m0
}

@test "the same: net_incremental" {
	add_dev m0 auxiliary/vdpactl_sim.net_incremental.0
	model 10000 m0
}

@test "the same: net_legacy, whose compat_reset cleans maps" {
	add_dev m0 auxiliary/vdpactl_sim.net_legacy.0
	model 10000 m0
}

@test "the same: net_plain, with one group and no reset_map" {
	add_dev m0 auxiliary/vdpactl_sim.net_plain.0
	model 10000 m0
}

@test "the same: parents whose operations fail now and then" {
	load vdpactl_testparent
	local control=/sys/kernel/debug/vdpactl_testparent/control dev
	echo "add m0 ops=set_map,reset_map,set_group_asid" >$control
	echo "add m1 ops=set_map,compat_reset,set_group_asid" >$control
	echo "add m2 ops=dma_map,dma_unmap,compat_reset,reset_map,set_group_asid" >$control
	echo "add m3 ops=dma_map,dma_unmap,set_group_asid" >$control
	model 5000 m0 m1 m2 m3
	for dev in m0 m1 m2 m3; do
		echo "del $dev" >$control
	done
}

@test "the same: all of these at once, and VDUSE" {
	add_dev m0 auxiliary/vdpactl_sim.net.0
	add_dev m1 auxiliary/vdpactl_sim.net_incremental.0
	add_dev m2 auxiliary/vdpactl_sim.net_legacy.0
	add_dev m3 vdpasim_net
	vduse_net m4
	add_dev m4 vduse
	model 1000 m0 m1 m2 m3 m4
}

@test "a device that was there before the module is not guessed at" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	unload vdpactl_diag
	modprobe vdpactl_diag
	run -0 vdpactl -j group show v0
	assert_json_eq '[.group.v0[].asid_known] | unique' '["unknown"]'
	assert_json_eq '[.group.v0[].asid] | unique' '[null]'
	assert_json_eq '[.group.v0[].source] | unique' '["diag"]'
	run -0 vdpactl -j map show v0
	assert_json_eq '[.map.v0[].ranges] | unique' '[null]'
	assert_json_eq '[.map.v0[].why] | unique' '["diag_late"]'
	assert_json_eq '.notes | map([.dev, .code])' '[["v0", "diag_late"]]'
	run -0 --separate-stderr vdpactl group show v0
	assert_equal "$stderr" \
		"note: v0: a binding is unknown: vdpactl_diag was loaded after it was made; binding the group anew or resetting the device makes it known"

	vdpactl reset v0
	run -0 vdpactl -j group show v0
	assert_json_eq '[.group.v0[] | [.asid_known, .asid]] | unique' '[["default", 0]]'
	run -0 vdpactl -j map show v0
	assert_json_eq '[.map.v0[].known] | unique' '["unknown"]'
	vdpactl map reset v0
	run -0 vdpactl -j map show v0
	assert_json_eq '[.map.v0[].known] | unique' '["default"]'
}

@test "diag show tells of the module, and fails without it" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	run -0 vdpactl -j diag show
	assert_json_eq '.diag | [.probes, .devices, .missed, .events_lost, .source]' '[true, 1, 0, 0, "diag"]'
	assert_json_eq '.diag | [.faults_observed, .faults != null, .faults_lost != null] | unique | length' 1
	assert_json ".diag.version == \"$(modinfo -F version vdpactl_diag)\""
	loaded=$(jq .diag.watched_since_ns <<<"$output")
	assert_json '.diag.watched_since | test("^20[0-9-]+T[0-9:.]+Z$")'
	# The device came later, and is counted since then
	run -0 vdpactl -j dev show v0
	assert_json ".dev.v0.watched_since_ns > $loaded"
	assert_json '.dev.v0.watched_since | test("^20[0-9-]+T[0-9:.]+Z$")'
	# Of all there is to tell, what matters first
	run -0 vdpactl dev show v0
	assert_equal "$(grep -oE '^  (driver|status|last reset|type|operations)' <<<"$output" | xargs)" \
		'driver status last reset type operations'
	run -0 vdpactl diag show
	assert_line --regexp '^ +probes +on$'
	assert_line --regexp '^ +watching since +20[0-9-]+T[0-9:]+Z$'
	unload vdpactl_diag
	run -1 --separate-stderr vdpactl -j diag show
	assert_error ENOENT 'the module vdpactl_diag is not loaded'
	modprobe vdpactl_diag
}

@test "it does not matter what a device is bound to" {
	load virtio_vdpa
	add_dev v0 auxiliary/vdpactl_sim.net.0
	add_dev v1 auxiliary/vdpactl_sim.net.0
	add_dev v2 vdpasim_net
	vdpactl dev bind v1 virtio_vdpa
	vdpactl dev unbind v2
	for when in after before; do
		run -0 vdpactl -j dev show
		assert_json_eq '[.dev[] | [.driver, .source]]' \
			'[["vhost_vdpa", "diag"], ["virtio_vdpa", "diag"], [null, "diag"]]'
		for dev in v0 v1 v2; do
			vdpactl asid bind $dev group 1 asid 1
		done
		run -0 vdpactl -j group show
		assert_json_eq '[.group[][1] | [.asid, .asid_known]] | unique' '[[1, "observed"]]'
		[ $when = before ] || { unload vdpactl_diag; modprobe vdpactl_diag; }
	done
}

@test "a group that cannot be bound is in address space 0, also unseen" {
	add_dev v0 auxiliary/vdpactl_sim.net_plain.0
	unload vdpactl_diag
	modprobe vdpactl_diag
	run -0 vdpactl -j group show v0
	assert_json_eq '.group.v0 | map([.asid_known, .asid])' '[["default", 0]]'
}

@test "a binding made by one command is seen by the next, until a reset" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	vdpactl asid bind v0 group 2 asid 1
	run -0 vdpactl -j vq show v0
	assert_json_eq '.vq.v0[0] | [.asid, .desc_group, .desc_asid]' '[0, 2, 1]'
	run -0 vdpactl -j asid show v0
	assert_json_eq '.asid.v0[1].groups' '[2]'
	run -0 vdpactl -j group show v0
	assert_json_eq '.group.v0[2] | [.asid, .asid_known, .desc_vqs]' '[1, "observed", [0, 1]]'
	vdpactl reset v0
	run -0 vdpactl -j group show v0
	assert_json_eq '.group.v0[2] | [.asid, .asid_known]' '[0, "default"]'
}

@test "of many devices each is told its own facts, also where they are almost alike" {
	local dev object all
	for dev in v0 v1 v2 v3; do
		add_dev $dev auxiliary/vdpactl_sim.net.0
	done
	add_dev v4 auxiliary/vdpactl_sim.net_plain.0
	vdpactl asid bind v1 group 2 asid 1
	vdpactl asid bind v2 group 2 asid 0
	vdpactl map reset v3 asid 1
	for object in group asid feature vq map; do
		all=$(vdpactl -j $object show | jq -c '.notes |= ((. // []) | sort)')
		run -0 jq -cs "{$object: map(.$object) | add, notes: map(.notes // []) | add | sort}" < <(
			for dev in v0 v1 v2 v3 v4; do vdpactl -j $object show $dev; done)
		assert_output "$all"
	done
	run -0 vdpactl -j group show
	assert_json_eq '[.group[][2] | [.asid, .asid_known]] | unique | length' 4
}

# bats test_tags=parallel
@test "operations that ran at the same time leave unknown what both touch" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	# Binds group 0, again and again; a reset changes all groups
	"$HELPERS/diag-bench" ops v0 20000000 >/dev/null 3>&- &
	local binder=$!
	unknown() {
		vdpactl reset v0 --force --yes
		vdpactl -j group show v0 | jq -e '.group.v0[2].asid_known == "unknown"'
	}
	wait_until unknown
	kill $binder
	wait $binder || true
	vdpactl reset v0
	run -0 vdpactl -j group show v0
	assert_json_eq '[.group.v0[] | [.asid_known, .asid]] | unique' '[["default", 0]]'
}

@test "arguments are checked against the limits of the device" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	run -1 --separate-stderr vdpactl -j asid bind v0 group 0 asid 77
	assert_error EINVAL "address space 77 is out of range, the device has 3"
	run -1 --separate-stderr vdpactl -j asid bind v0 group 77 asid 0
	assert_error EINVAL "group 77 is out of range, the device has 3"
	run -1 --separate-stderr vdpactl -j map reset v0 asid 3
	assert_error EINVAL "address space 3 is out of range"
	run -1 --separate-stderr vdpactl -j suspend nosuch
	assert_error ENODEV "nosuch"
	add_dev p0 auxiliary/vdpactl_sim.net_plain.0
	run -1 --separate-stderr vdpactl -j asid bind p0 group 0 asid 0
	assert_error EOPNOTSUPP "set_group_asid"
	run -1 --separate-stderr vdpactl -j map reset p0
	assert_error EOPNOTSUPP "reset_map"
}

@test "a device that is held is refused with the name of the holder" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	hold "$(chardev v0)"
	wait_until test -n "$(vdpactl -j dev show v0 | jq '.dev.v0.holders[0].pid')"
	for command in "reset v0" "suspend v0" "resume v0" "map reset v0" "asid bind v0 group 0 asid 1"; do
		# shellcheck disable=SC2086 # words
		run -1 --separate-stderr vdpactl -j $command
		assert_error EBUSY "process $holder (sleep)"
	done
	run -0 --separate-stderr vdpactl reset v0 --force --yes </dev/null
	# shellcheck disable=SC2154 # set by run
	[[ "$stderr" == *"while $(chardev v0) is held by process $holder (sleep)"* ]]
}

# on_terminal ANSWER COMMAND: its output, with a terminal on which ANSWER is typed
on_terminal() {
	script -qec "$2" /dev/null <<<"$1"
}

@test "--force says what it breaks, and asks on a terminal unless --yes" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	hold "$(chardev v0)"
	wait_until sh -c 'vdpactl -j dev show v0 | grep -q "\"comm\":\"sleep\""'
	local resets='.dev.v0.counters | .resets + .resets_clean_map' before
	before=$(vdpactl -j dev show v0 | jq "$resets")

	run -1 on_terminal n "vdpactl reset v0 --force"
	assert_output --partial "is held by process $holder (sleep): virtqueues stop, bindings are lost"
	assert_output --partial "Go on? [y/N]"
	assert_output --partial "nothing was done to v0"
	run -0 vdpactl -j dev show v0
	assert_json_eq "$resets" "$before"

	run -0 on_terminal y "vdpactl reset v0 --force"
	assert_output --partial "Go on? [y/N]"
	run -0 on_terminal "" "vdpactl asid bind v0 group 1 asid 1 --force --yes"
	assert_output --partial "cut off from the memory"
	refute_output --partial "Go on?"
	run -0 vdpactl -j dev show v0
	assert_json_eq "$resets" $((before + 1))
	run -0 vdpactl -j group show v0
	assert_json_eq '.group.v0[1].asid' 1
}

@test "DRIVER_OK is refused by the kernel with the last user's name" {
	load virtio_vdpa
	add_dev v0 auxiliary/vdpactl_sim.blk.0
	vdpactl dev bind v0 virtio_vdpa
	wait_until sh -c 'vdpactl -j dev show v0 | jq -e ".dev.v0.driver == \"virtio_vdpa\""'
	load virtio_blk
	wait_until sh -c 'test -e /sys/bus/vdpa/devices/v0/virtio*/block'
	run -1 --separate-stderr vdpactl -j suspend v0
	assert_error EBUSY "DRIVER_OK is set, last operation by"
	assert_error EBUSY "virtio_vdpa drives it"
}

@test "dev show counts resets and tells who made the last one" {
	add_dev v0 auxiliary/vdpactl_sim.net_legacy.0
	vdpactl reset v0
	vdpactl reset v0 --clean-map
	run -0 vdpactl -j dev show v0
	assert_json_eq '.dev.v0.counters | [.resets, .resets_clean_map]' '[1, 1]'
	assert_json_eq '.dev.v0.counters.last_reset.comm' '"vdpactl"'
	assert_json '.dev.v0.operations | contains(["compat_reset", "set_map", "get_vq_group"])'
	assert_json_eq '.dev.v0.operations_unobserved' '[]'
}

@test "100,000 ranges are shown as they are" {
	[ -n "${SOAK-}" ] || skip "takes minutes: make check-all runs it"
	modprobe -r vhost_vdpa
	modprobe vhost_vdpa max_iotlb_entries=131072
	add_dev v0 auxiliary/vdpactl_sim.net_incremental.0
	vdpactl dev bind v0 vhost_vdpa
	count=100000
	ulimit -l unlimited
	# A session allocates the memory of each map by itself
	max_map_count=$(</proc/sys/vm/max_map_count)
	echo 200000 >/proc/sys/vm/max_map_count
	{
		echo owner
		echo "backend IOTLB_MSG_V2,IOTLB_BATCH,IOTLB_ASID"
		# Every second page, so that no two make one range
		seq -f "map asid 1 iova %.0f size 4096" 0 8192 $(((count - 1) * 8192))
		echo "sleep 600000"
	} >"$BATS_TEST_TMPDIR/session"
	vdpactl session v0 "$BATS_TEST_TMPDIR/session" >/dev/null 3>&- &
	holder=$!
	filled() { ! kill -0 $holder || vdpactl -j asid show v0 | jq -e ".asid.v0[1].map_ranges == $count"; }
	wait_until filled || wait_until filled || wait_until filled
	kill -0 $holder
	vdpactl -j map show v0 asid 1 >"$BATS_TEST_TMPDIR/map"
	run -0 jq -c '.map.v0[0].ranges | [length, .[1].iova, .[-1].size]' "$BATS_TEST_TMPDIR/map"
	assert_output "[$count,\"0x2000\",\"0x1000\"]"
	unhold
	holder=
	echo "$max_map_count" >/proc/sys/vm/max_map_count
	del_dev v0
	modprobe -r vhost_vdpa
	modprobe vhost_vdpa
}
