#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The devices of vdpactl_sim, as the vDPA bus and a holder of the chardev see them.
load lib.bash

setup_file() {
	export SIM=auxiliary/vdpactl_sim
	load vhost_vdpa vdpactl_sim
}

teardown_file() {
	clean_modules
}

teardown() {
	if [ -n "${player-}" ]; then kill "$player" 2>/dev/null || true; fi
	clean_devices
}

rings() {
	local dev=$1
	shift
	"$BUILD/tests/helpers/rings" "$(chardev "$dev")" "$@"
}

# play DEV OPERATION...: rings in the background, which waits at the end; its lines
# are compared by line NUMBER TEXT, and it ends with played
play() {
	[ -p "$BATS_TEST_TMPDIR/in" ] || mkfifo "$BATS_TEST_TMPDIR/in"
	local dev=$1
	shift
	"$BUILD/tests/helpers/rings" "$(chardev "$dev")" "$@" wait \
		<"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/lines" 3>&- &
	player=$!
	exec {play_in}>"$BATS_TEST_TMPDIR/in"
}

line() {
	wait_until bash -c "[ \$(wc -l <'$BATS_TEST_TMPDIR/lines') -ge $1 ]"
	assert_equal "$(sed -n "$1p" "$BATS_TEST_TMPDIR/lines")" "$2"
}

played() {
	exec {play_in}>&-
	wait "$player"
	player=
}

# refused CODE LOG ARG...: dev add fails with that, and the log says why
refused() {
	local code=$1 log=$2
	shift 2
	run -1 vdpactl -j dev add name v0 mgmtdev "$@"
	assert_json_eq .error.code "\"$code\""
	dmesg | tail -n 2 | grep -qF -- "$log" || fail "the log does not say: $log"
}

@test "each profile is a management device on the auxiliary bus" {
	run -0 vdpa -j mgmtdev show
	for profile in net net_incremental net_legacy net_plain; do
		assert_json ".mgmtdev[\"$SIM.$profile.0\"].supported_classes == [\"net\"]"
	done
	assert_json ".mgmtdev[\"$SIM.blk.0\"].supported_classes == [\"block\"]"
}

@test "dev add honours mac, mtu, max_vqp and device_features" {
	add_dev v0 $SIM.net.0 mac 52:54:00:12:34:56 mtu 9000 max_vqp 4
	run -0 vdpactl -j dev config show v0
	assert_json '.config.v0 | .mac == "52:54:00:12:34:56" and .mtu == 9000 and .max_vq_pairs == 4 and .["link "] == "up"'
	run -0 vdpa -j dev show v0
	assert_json '.dev.v0.max_vqs == 9'

	# VERSION_1, ACCESS_PLATFORM, MAC: no control queue
	add_dev v1 $SIM.net.0 device_features 0x300000020
	run -0 vdpa -j dev show v1
	assert_json '.dev.v1.max_vqs == 2'
	# No MTU was offered, and an address was made up
	run -0 vdpactl -j dev config show v1
	assert_json '.config.v1 | (has("mtu") | not) and (.mac | test("^.[26ae]:"))'
}

@test "dev add refuses what a device cannot be" {
	refused EOPNOTSUPP "0x4 cannot be offered" $SIM.net.0 device_features 0x300000004
	refused EINVAL "0x100000000 cannot be left out" $SIM.net.0 device_features 0x200000020
	refused EINVAL "need a control queue" $SIM.net.0 device_features 0x300040000
	refused ERANGE "MTU 9217 is not" $SIM.net.0 mtu 9217
	refused ERANGE "17 queue pairs" $SIM.net.0 max_vqp 17
	# What the bus refuses has a text of its own
	run -1 vdpactl -j dev add name v0 mgmtdev $SIM.blk.0 mac 52:54:00:12:34:56
	assert_error EOPNOTSUPP "Some provided attributes are not supported: 0x400"
	add_dev v0 $SIM.net.0
	run -1 vdpactl -j dev add name v0 mgmtdev $SIM.net_plain.0
	assert_json_eq .error.code '"EEXIST"'
	run -0 vdpa -j dev show
	assert_json_eq '.dev | keys' '["v0"]'
}

@test "groups, address spaces and backend features are those of the profile" {
	add_dev v0 $SIM.net.0
	add_dev v1 $SIM.net_incremental.0
	add_dev v2 $SIM.net_legacy.0
	add_dev v3 $SIM.net_plain.0
	add_dev v4 $SIM.blk.0
	add_dev v5 $SIM.net.0 max_vqp 2
	# MSG_V2 BATCH ASID SUSPEND RESUME ENABLE_AFTER_DRIVER_OK DESC_ASID IOTLB_PERSIST
	run -0 rings v0 show
	assert_output "groups 3 asids 3 backend 0x1fe 0/2 0/2 1/1"
	run -0 rings v1 show
	assert_output "groups 3 asids 3 backend 0x1fe 0/2 0/2 1/1"
	run -0 rings v2 show
	assert_output "groups 2 asids 2 backend 0x17e 0 0 1"
	run -0 rings v3 show
	assert_output "groups 1 asids 1 backend 0x7e 0 0 0"
	run -0 rings v4 show
	assert_output "groups 2 asids 2 backend 0x1fe 0/1 0/1"
	run -0 rings v5 show
	assert_output "groups 3 asids 3 backend 0x1fe 0/2 0/2 0/2 0/2 1/1"
}

@test "a group or an address space that does not exist is refused" {
	add_dev v0 $SIM.net.0
	add_dev v1 $SIM.net_plain.0
	run -0 rings v0 try-group 2 2 try-group 0 3 try-group 0 4294967295
	assert_output "bound
Invalid argument
Invalid argument"
	# vhost-vdpa compares the group with the number of queues before it looks further
	add_dev b0 $SIM.blk.0
	run -0 rings b0 try-group 1 1 try-group 1 2 try-group 2 0
	assert_output "bound
Invalid argument
No buffer space available"
	run -0 rings v0 try-group 3 0
	assert_output "No buffer space available"
	add_dev v2 $SIM.net.0 max_vqp 2
	run -0 rings v2 try-group 2 0 try-group 3 0
	assert_output "bound
Invalid argument"
	run -0 rings v1 try-group 0 0
	assert_output "Operation not supported"
}

@test "suspend stops the queues at an exact index, resume goes on from there" {
	add_dev v0 $SIM.net.0
	run -0 rings v0 map 0 all start frame frame suspend post idle base resume await base
	assert_output "moved
moved
idle
rx 2 tx 2
moved
rx 3 tx 3"
}

@test "queues begin where they are told to, around the wrap of the index" {
	add_dev v0 $SIM.net.0
	run -0 rings v0 map 0 all set-base 65535 start frame frame base
	assert_output "moved
moved
rx 1 tx 1"
}

@test "a queue that is enabled after DRIVER_OK works" {
	add_dev v0 $SIM.net.0
	run -0 rings v0 map 0 all late frame
	assert_output "moved"
}

@test "a queue that never gets empty takes no turn from the other one" {
	add_dev b0 $SIM.blk.0
	run -0 rings b0 map 0 all start flood read read read
	assert_output "moved
moved
moved"
}

# quiet: of what both processors could have done in half a second, less than a quarter
# was done. One thread that is busy does half.
quiet() {
	local -a before after
	read -ra before </proc/stat
	sleep 0.5
	read -ra after </proc/stat
	local i all=0
	for i in {1..8}; do all=$((all + after[i] - before[i])); done
	((all > 0 && 4 * (all - after[4] + before[4]) < all))
}

@test "a device that is idle keeps no thread busy" {
	add_dev v0 $SIM.net.0
	add_dev b0 $SIM.blk.0
	play v0 map 0 all start frame
	line 1 moved
	wait_until quiet
	played
	play b0 map 0 all start read
	line 1 moved
	wait_until quiet
	played
}

@test "a new address and the link are told by a configuration interrupt" {
	add_dev v0 $SIM.net.0 mac 52:54:00:00:00:01
	play v0 map 0 all start mac link interrupt mac interrupt link
	line 1 "mac 52:54:00:00:00:01"
	line 2 "link 1"
	vdpactl dev set name v0 mac 52:54:00:00:00:02
	line 3 interrupt
	line 4 "mac 52:54:00:00:00:02"
	echo 0 >/sys/bus/vdpa/devices/v0/vdpactl_sim/link
	line 5 interrupt
	line 6 "link 0"
	played
	run -0 vdpactl -j dev config show v0
	assert_json '.config.v0["link "] == "down"'
}

@test "vendor statistics count frames" {
	add_dev v0 $SIM.net.0
	play v0 map 0 all start frame frame
	line 2 moved
	run -0 vdpactl -j dev vstats show v0 qidx 0
	assert_json '.vstats.v0 | .["rx packets"] == 2 and .["rx bytes"] == 2000'
	run -0 vdpactl -j dev vstats show v0 qidx 1
	assert_json '.vstats.v0 | .["tx packets"] == 2 and .["tx errors"] == 0'
	run vdpactl dev vstats show v0 qidx 3
	assert_failure
	assert_output --partial "Virtqueue 3 does not exist, there are 3"
	played
}

@test "devices come and go in great numbers while another one works" {
	local count=500
	[ -z "${SOAK-}" ] || count=5000
	[ ! -e /sys/kernel/debug/kmemleak ] || count=$((count / 5))
	add_dev v0 $SIM.net.0
	while [ ! -e "$BATS_TEST_TMPDIR/stop" ]; do
		rings v0 map 0 all start frame frame frame frame || break
	done >"$BATS_TEST_TMPDIR/lines" 3>&- &
	player=$!
	run -0 "$BUILD/tests/helpers/devices" add $SIM.net_incremental.0 many $count
	run -0 vdpa -j dev show
	assert_json ".dev | length == $((count + 1))"
	# No thread for each, only the workers that the kernel shares
	run bash -c 'cat /proc/[0-9]*/comm 2>/dev/null | grep -c "vdpactl_sim\|many"'
	[ "$output" -lt 20 ]
	run "$BUILD/tests/helpers/devices" del $SIM.net_incremental.0 many $count
	assert_success
	touch "$BATS_TEST_TMPDIR/stop"
	wait "$player"
	player=
	run -0 sort -u "$BATS_TEST_TMPDIR/lines"
	assert_output "moved"
}

@test "unloading the module waits for an open chardev, which goes on working" {
	local remover
	add_dev v0 $SIM.net.0
	play v0 map 0 all start frame
	line 1 moved
	rmmod vdpactl_sim 3>&- {play_in}>&- &
	remover=$!
	wait_until grep -q "^vdpactl_sim .* Unloading" /proc/modules
	# Nobody else is kept waiting
	run -0 vdpa -j dev show v0
	run -0 vdpa -j mgmtdev show
	kill -0 "$remover"
	played
	wait "$remover"
	[ ! -e /sys/module/vdpactl_sim ]
	modprobe vdpactl_sim
}

# A hundred times in a soak
@test "loaded and unloaded many times, with devices bound" {
	local i rounds=12
	[ -z "${SOAK-}" ] || rounds=100
	# The one that the file loaded may have been reloaded by the test before
	modprobe -r vdpactl_sim
	load virtio_net virtio_blk
	for ((i = 0; i < rounds; i++)); do
		modprobe vdpactl_sim
		if ((i % 10)); then
			"$BUILD/tests/helpers/devices" add $SIM.net.0 r 2
		else
			add_dev v0 $SIM.blk.0
			add_dev v1 $SIM.net_legacy.0
			add_dev v2 $SIM.net_plain.0
			echo v0 >/sys/bus/vdpa/devices/v0/driver/unbind
			# The first time it takes the unbound device by itself
			modprobe virtio_vdpa
			[ -e /sys/bus/vdpa/drivers/virtio_vdpa/v0 ] ||
				echo v0 >/sys/bus/vdpa/drivers/virtio_vdpa/bind
		fi
		rmmod vdpactl_sim
	done
	modprobe -r virtio_vdpa
	modprobe vdpactl_sim
}
