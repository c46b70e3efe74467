#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Rings and buffers are reached through the address spaces of their own groups,
# and maps live as long as they should. The rings are driven by helpers/rings.c;
# "stopped" is a clean end: DEVICE_NEEDS_RESET.
load lib.bash

setup_file() {
	export SIM=auxiliary/vdpactl_sim
	load vhost_vdpa vdpactl_sim
}

teardown_file() {
	clean_modules
}

teardown() {
	clean_devices
}

rings() {
	local dev=$1
	shift
	"$BUILD/tests/helpers/rings" /dev/"$(basename /sys/bus/vdpa/devices/"$dev"/vhost-vdpa-*)" "$@"
}

# placed DEV DESC_GROUP OPERATION...: every way to map rings and buffers, with the
# descriptor group bound to 1
placed() {
	local dev=$1 group=$2 rings buffers want
	shift 2
	for rings in 0 1; do
		for buffers in 0 1; do
			want=stopped
			[ $rings$buffers != 10 ] || want=moved
			run -0 rings "$dev" group "$group" 1 map $rings rings map $buffers buffers "$@"
			assert_output $want
		done
	done
	# Both where the other one should be too
	run -0 rings "$dev" group "$group" 1 map 0 all map 1 all "$@"
	assert_output moved
	run -0 rings "$dev" group "$group" 1 map 0 all "$@"
	assert_output stopped
	run -0 rings "$dev" group "$group" 1 map 1 all "$@"
	assert_output stopped
}

@test "network: rings in address space 1, buffers in 0, and no other way" {
	add_dev v0 $SIM.net.0
	placed v0 2 start frame
}

@test "the same with incremental maps" {
	add_dev v0 $SIM.net_incremental.0
	placed v0 2 start frame
}

@test "an indirect table lies with the buffers" {
	add_dev v0 $SIM.net.0 device_features VERSION_1,ACCESS_PLATFORM,INDIRECT_DESC
	placed v0 2 indirect start frame
}

@test "block: rings in address space 1, buffers in 0, and no other way" {
	add_dev b0 $SIM.blk.0
	placed b0 1 start read
}

@test "without descriptor groups rings and buffers are together" {
	add_dev v0 $SIM.net_legacy.0
	run -0 rings v0 group 0 1 map 1 all start frame
	assert_output moved
	run -0 rings v0 group 0 1 map 0 rings map 1 buffers start frame
	assert_output stopped
}

@test "a buffer that is unmapped under a running queue stops it" {
	add_dev v0 $SIM.net.0
	run -0 rings v0 map 0 all start frame unmap 0 buffers frame
	assert_output "moved
stopped"
}

@test "after a reset every group is in address space 0" {
	add_dev v0 $SIM.net.0
	run -0 rings v0 persist group 2 1 map 1 rings map 0 buffers start frame \
		reset start frame \
		reset map 0 rings start frame
	assert_output "moved
stopped
moved"
}

@test "maps survive a reset on net and net_incremental" {
	local profile
	for profile in net net_incremental; do
		add_dev v0 $SIM.$profile.0
		run -0 rings v0 persist map 0 all start frame reset start frame
		assert_output "moved
moved"
		run -0 rings v0 map 0 all start frame reset start frame
		assert_output "moved
moved"
		clean_devices
	done
}

@test "on net_legacy they survive only with IOTLB_PERSIST" {
	add_dev v0 $SIM.net_legacy.0
	run -0 rings v0 persist map 0 all start frame reset start frame
	assert_output "moved
moved"
	run -0 rings v0 map 0 all start frame reset start frame
	assert_output "moved
stopped"
}

@test "who holds the chardev and maps nothing does not get at the host's memory" {
	local profile
	for profile in net net_incremental net_legacy net_plain; do
		add_dev v0 $SIM.$profile.0
		run -0 rings v0 start frame
		assert_output stopped
		clean_devices
	done
}

@test "after close the initial map is back: virtio_vdpa works on the same device" {
	local profile
	load virtio_net virtio_vdpa
	for profile in net net_incremental net_legacy net_plain; do
		add_dev v0 $SIM.$profile.0
		[ ! -e /sys/bus/vdpa/drivers/virtio_vdpa/v0 ] || {
			echo v0 >/sys/bus/vdpa/drivers/virtio_vdpa/unbind
			echo v0 >/sys/bus/vdpa/drivers/vhost_vdpa/bind
		}
		run -0 rings v0 map 0 all start frame
		assert_output moved
		echo v0 >/sys/bus/vdpa/drivers/vhost_vdpa/unbind
		echo v0 >/sys/bus/vdpa/drivers/virtio_vdpa/bind
		# The driver sends a command through the control queue to come up
		iface=$(ls /sys/bus/vdpa/devices/v0/virtio*/net)
		ip link set "$iface" up
		ip link set "$iface" address 52:54:00:00:00:77
		run -0 vdpa -j dev config show v0
		assert_json '.config.v0.mac == "52:54:00:00:00:77"'
		clean_devices
	done
}
