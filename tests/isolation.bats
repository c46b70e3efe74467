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
	[ -z "${session-}" ] || session_end
	clean_devices
}

rings() {
	local dev=$1
	shift
	"$BUILD/tests/helpers/rings" "$(chardev "$dev")" "$@"
}

# placed DEV DESC_GROUP OPERATION...: every way to map rings and buffers, with the
# descriptor group bound to 1; all in one process, which takes away what it mapped
placed() {
	local dev=$1 group=$2 rings buffers
	local -a ops=()
	shift 2
	for rings in 0 1; do
		for buffers in 0 1; do
			ops+=(group "$group" 1 map "$rings" rings map "$buffers" buffers "$@"
				reset unmap "$rings" rings unmap "$buffers" buffers)
		done
	done
	# Both where the other one should be too
	ops+=(group "$group" 1 map 0 all map 1 all "$@" reset unmap 0 all unmap 1 all
		group "$group" 1 map 0 all "$@" reset unmap 0 all
		group "$group" 1 map 1 all "$@")
	run -0 rings "$dev" persist "${ops[@]}"
	assert_output "$(printf '%s\n' stopped stopped moved stopped moved stopped stopped)"
}

@test "network: rings in address space 1, buffers in 0, and no other way" {
	add_dev v0 $SIM.net.0
	placed v0 2 start frame
}

@test "an indirect table lies with the buffers" {
	add_dev v0 $SIM.net.0 device_features CTRL_VQ,VERSION_1,ACCESS_PLATFORM,INDIRECT_DESC
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

@test "who holds the chardev and maps nothing does not get at the host's memory" {
	local profile
	for profile in net net_incremental net_legacy net_plain; do
		add_dev v0 $SIM.$profile.0
		run -0 rings v0 start frame
		assert_output stopped
		clean_devices
	done
}

# ---- the same, done with the command ------------------------------------------------------

# hold_open DEV BACKEND_FEATURES LINE...: a session that goes on with these operations
hold_open() {
	local dev=$1 features=$2
	shift 2
	session_start "$dev" owner "backend IOTLB_MSG_V2,IOTLB_ASID$features" "$@"
}

# frame RINGS BUFFERS WANT: the session starts its device, in which a frame is sent from
# memory that was mapped in these address spaces
frame() {
	local i at
	local -a ops=("status ACKNOWLEDGE,DRIVER" "feature VERSION_1,ACCESS_PLATFORM"
		"status ACKNOWLEDGE,DRIVER,FEATURES_OK")
	for i in 0 1; do
		at=$((0x1000000 + i * 0x3000))
		ops+=("vq $i size 64" "vq $i base 0"
			"vq $i addr desc $at avail $((at + 0x1000)) used $((at + 0x2000))" "vq $i enable 1")
	done
	"$BUILD/tests/helpers/session-rings" "$session" "$1" "$2" fill
	session_do "${ops[@]}" "status ACKNOWLEDGE,DRIVER,FEATURES_OK,DRIVER_OK" "vq 1 kick"
	run -0 "$BUILD/tests/helpers/session-rings" "$session" "$1" "$2" await
	assert_output "$3"
}

map_rings() {
	echo "map asid $1 iova 0x1000000 size 0x6000"
}

map_buffers() {
	echo "map asid $1 iova 0x2000000 size 0x2000"
}

# through_session PROFILE: the descriptor group (2) is in address space 1
through_session() {
	local rings buffers want
	add_dev v0 "$SIM.$1.0"
	hold_open v0 ,DESC_ASID,IOTLB_PERSIST
	for rings in 0 1; do
		for buffers in 0 1; do
			want=stopped
			[ $rings$buffers != 10 ] || want=moved
			session_do "group 2 asid 1" "$(map_rings $rings)" "$(map_buffers $buffers)"
			frame $rings $buffers $want
			session_do reset "un$(map_rings $rings)" "un$(map_buffers $buffers)"
		done
	done
	session_do "group 2 asid 1" "$(map_rings 1)" "$(map_buffers 0)"
	frame 1 0 moved
	# The reset moves the descriptor group to address space 0, where no rings are mapped
	session_do reset
	frame 1 0 stopped
	# Both maps are still there
	session_do reset "group 2 asid 1"
	frame 1 0 moved
	session_do reset "$(map_rings 0)"
	frame 0 0 moved
	session_end
}

@test "vdpactl session: rings in address space 1, buffers in 0, and no other way" {
	through_session net
}

@test "vdpactl session: the same with incremental maps" {
	through_session net_incremental
}

@test "vdpactl session: net_legacy keeps maps over a reset only with IOTLB_PERSIST" {
	add_dev v0 $SIM.net_legacy.0
	hold_open v0 ,IOTLB_PERSIST "$(map_rings 0)" "$(map_buffers 0)"
	frame 0 0 moved
	session_do reset
	frame 0 0 moved
	session_end
	hold_open v0 "" "$(map_rings 0)" "$(map_buffers 0)"
	frame 0 0 moved
	session_do reset
	frame 0 0 stopped
	session_end
}

@test "after close the initial map is back: virtio_vdpa works on the same device" {
	local profile iface
	load virtio_net virtio_vdpa
	for profile in net net_incremental net_legacy net_plain; do
		add_dev v0 $SIM.$profile.0
		[ ! -e /sys/bus/vdpa/drivers/virtio_vdpa/v0 ] || vdpactl dev bind v0 vhost_vdpa
		hold_open v0 "" "$(map_rings 0)" "$(map_buffers 0)"
		frame 0 0 moved
		session_end
		vdpactl dev bind v0 virtio_vdpa
		iface=$(ls /sys/bus/vdpa/devices/v0/virtio*/net)
		# The driver sends commands through the control queue
		ip link set "$iface" address 52:54:00:00:00:77
		run -0 vdpa -j dev config show v0
		assert_json '.config.v0.mac == "52:54:00:00:00:77"'
		# A frame to all stations comes back
		ip link set "$iface" up
		ip addr add 192.0.2.1/24 dev "$iface"
		ip neigh add 192.0.2.9 lladdr ff:ff:ff:ff:ff:ff dev "$iface"
		echo x >/dev/udp/192.0.2.9/9
		wait_until grep -qv '^0$' "/sys/class/net/$iface/statistics/rx_packets"
		clean_devices
	done
}
