#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Devices of vdpactl_sim driven by the kernel's own virtio drivers.
# bats file_tags=parallel
load lib.bash

setup_file() {
	export SIM=auxiliary/vdpactl_sim
	load virtio_vdpa virtio_net virtio_blk macvlan ext4 vdpactl_sim
}

teardown_file() {
	clean_modules
}

teardown() {
	if mountpoint -q /tmp/disk; then umount /tmp/disk; fi
	for ns in sim1 sim2; do
		if [ -e /run/netns/$ns ]; then ip netns del $ns; fi
	done
	clean_devices
}

# Two stations on macvlans of one interface, in VEPA mode: all that they say to
# each other goes out through the device and has to come back from it
stations() {
	local iface=$1 n
	ip link set "$iface" up
	for n in 1 2; do
		ip netns add sim$n
		ip link add link "$iface" name vepa$n netns sim$n type macvlan mode vepa
		ip -n sim$n addr add 192.0.2.$n/24 dev vepa$n
		ip -n sim$n link set vepa$n up
	done
}

iface() {
	ls /sys/bus/vdpa/devices/"$1"/virtio*/net
}

disk() {
	ls /sys/bus/vdpa/devices/"$1"/virtio*/block
}

# transfer BYTES: from one station to the other, over TCP
transfer() {
	local listener
	ip netns exec sim2 "$BUILD/tests/helpers/stream" listen 7777 >"$BATS_TEST_TMPDIR/got" 3>&- &
	listener=$!
	wait_until grep -qx listening "$BATS_TEST_TMPDIR/got"
	timeout 300 ip netns exec sim1 "$BUILD/tests/helpers/stream" send 192.0.2.2 7777 "$1"
	wait "$listener"
	grep -qx "$1 bytes" "$BATS_TEST_TMPDIR/got"
}

@test "a network interface passes traffic" {
	add_dev v0 $SIM.net.0
	stations "$(iface v0)"
	transfer 2000000
	run -0 vdpa -j dev vstats show v0 qidx 0
	assert_json '.vstats.v0 | .["rx bytes"] > 2000000'
}

@test "so does one with several queue pairs and a large MTU" {
	add_dev v0 $SIM.net_incremental.0 max_vqp 2 mtu 4000
	iface=$(iface v0)
	[ "$(cat /sys/class/net/"$iface"/mtu)" = 4000 ]
	[ -d /sys/class/net/"$iface"/queues/tx-1 ]
	stations "$iface"
	transfer 1000000
}

@test "so does one with one group and one address space" {
	add_dev v0 $SIM.net_plain.0
	stations "$(iface v0)"
	transfer 100000
}

@test "the receive filter keeps out what is for others" {
	add_dev v0 $SIM.net.0
	iface=$(iface v0)
	ip link set "$iface" up
	ip addr add 192.0.2.1/24 dev "$iface"
	ip neigh add 192.0.2.9 lladdr 52:54:00:99:99:99 dev "$iface"
	echo x >/dev/udp/192.0.2.9/9
	wait_until bash -c 'vdpa -j dev vstats show v0 qidx 0 | jq -e ".vstats.v0[\"rx drops\"] > 0"'
	dropped=$(vdpa -j dev vstats show v0 qidx 0 | jq '.vstats.v0["rx drops"]')
	ip link set "$iface" promisc on
	got=$(vdpa -j dev vstats show v0 qidx 0 | jq '.vstats.v0["rx packets"]')
	echo x >/dev/udp/192.0.2.9/9
	wait_until bash -c "vdpa -j dev vstats show v0 qidx 0 | jq -e '.vstats.v0[\"rx packets\"] > $got'"
	[ "$(vdpa -j dev vstats show v0 qidx 0 | jq '.vstats.v0["rx drops"]')" = "$dropped" ]
}

@test "the interface follows the link" {
	add_dev v0 $SIM.net.0
	iface=$(iface v0)
	ip link set "$iface" up
	wait_until grep -qx 1 /sys/class/net/"$iface"/carrier
	echo 0 >/sys/bus/vdpa/devices/v0/vdpactl_sim/link
	wait_until grep -qx 0 /sys/class/net/"$iface"/carrier
	echo 1 >/sys/bus/vdpa/devices/v0/vdpactl_sim/link
	wait_until grep -qx 1 /sys/class/net/"$iface"/carrier
}

@test "a disk takes a file system and keeps its checksums" {
	add_dev b0 $SIM.blk.0
	disk=$(disk b0)
	[ "$(cat /sys/block/"$disk"/serial)" = b0 ]
	[ "$(cat /sys/block/"$disk"/size)" = 262144 ]
	mkfs.ext4 -q /dev/"$disk"
	mkdir -p /tmp/disk
	mount -o discard /dev/"$disk" /tmp/disk
	cd /tmp
	run -0 fio --name=v --directory=/tmp/disk --size=8m --bsrange=512-64k --rw=randwrite \
		--verify=crc32c --verify_fatal=1 --ioengine=libaio --iodepth=16 --direct=1 \
		--randseed=7 --end_fsync=1
	cd "$OLDPWD"
	umount /tmp/disk
	run -0 fsck.ext4 -fn /dev/"$disk"
}

@test "discarded and zeroed blocks read as zero, their neighbours stay" {
	add_dev b0 $SIM.blk.0
	disk=/dev/$(disk b0)
	yes | dd of="$disk" bs=64k count=16 iflag=fullblock oflag=direct status=none
	blkdiscard -f -o 65536 -l 65536 "$disk"
	blkdiscard -f -z -o 197120 -l 1536 "$disk"
	run -0 bash -c "dd if=$disk bs=64k count=1 skip=1 iflag=direct status=none | tr -d '\0' | wc -c"
	assert_output 0
	run -0 bash -c "dd if=$disk bs=512 count=3 skip=385 iflag=direct status=none | tr -d '\0' | wc -c"
	assert_output 0
	run -0 bash -c "dd if=$disk bs=512 count=6 skip=383 iflag=direct status=none | tr -d '\0' | wc -c"
	assert_output 1536
}
