# SPDX-License-Identifier: GPL-2.0-or-later
# The place of a device in the system: driver, chardev, parent, holders; and binding it

load lib

setup_file() {
	load vdpa_sim_net vhost_vdpa virtio_vdpa
}

setup() {
	add_dev v0 vdpasim_net
	vdpactl dev bind v0 vhost_vdpa
}

teardown() {
	clean_devices
}

teardown_file() {
	clean_modules
}

show() {
	run -0 --separate-stderr vdpactl -j dev show v0
}

chardev() {
	vdpactl -j dev show "$1" | jq -r ".dev.$1.chardev"
}

bound() {
	basename "$(readlink /sys/bus/vdpa/devices/v0/driver)"
}

@test "driver and chardev are shown" {
	show
	assert_json_eq '.dev.v0 | {driver, holders}' '{"driver": "vhost_vdpa", "holders": []}'
	[ -c "$(chardev v0)" ]
	[ -d "/sys/bus/vdpa/devices/v0/$(basename "$(chardev v0)")" ]
}

@test "a device is bound to another driver, and back" {
	vdpactl dev bind v0 virtio_vdpa
	assert_equal "$(bound)" virtio_vdpa
	show
	assert_json_eq '.dev.v0 | [.driver, has("chardev"), has("holders")]' '["virtio_vdpa", false, false]'
	vdpactl dev bind v0 vhost_vdpa
	assert_equal "$(bound)" vhost_vdpa
	# Bound already: nothing to do
	run -0 vdpactl dev bind v0 vhost_vdpa
	refute_output
}

@test "a bound device stays with its driver" {
	vdpactl dev bind v0 virtio_vdpa
	assert_equal "$(cat /sys/bus/vdpa/devices/v0/driver_override)" virtio_vdpa
	vdpactl dev unbind v0
	assert_equal "$(cat /sys/bus/vdpa/devices/v0/driver_override)" "(null)"
}

@test "an unbound device has no driver and no chardev" {
	vdpactl dev unbind v0
	[ ! -e /sys/bus/vdpa/devices/v0/driver ]
	show
	assert_json '.dev.v0 | has("driver") or has("chardev") | not'
	run -0 vdpactl dev unbind v0
	refute_output
}

@test "the holder is shown, with pid and comm" {
	hold "$(chardev v0)"
	show
	local shown=$output
	run -0 vdpactl dev show v0
	unhold
	assert_line --regexp "$holder \(sleep\)"
	output=$shown
	assert_json_eq .dev.v0.holders "[{\"pid\": $holder, \"comm\": \"sleep\"}]"
	show
	assert_json_eq .dev.v0.holders '[]'
}

@test "a holder is found by the number of the chardev, whatever its name" {
	local node=$BATS_TEST_TMPDIR/odd
	cp -a "$(chardev v0)" "$node"
	hold "$node"
	rm "$node"
	show
	unhold
	assert_json_eq '[.dev.v0.holders[].pid]' "[$holder]"
}

@test "a process whose first thread has ended is found" {
	"$BUILD/tests/helpers/headless" "$(chardev v0)" 3>&- &
	holder=$!
	wait_until grep -q 'State:.*Z' "/proc/$holder/status"
	show
	kill "$holder"
	wait "$holder" || true
	assert_json_eq '[.dev.v0.holders[].pid]' "[$holder]"
}

@test "a file that no process has, but a socket, is not taken for nobody's" {
	"$BUILD/tests/helpers/inflight" "$(chardev v0)" >"$BATS_TEST_TMPDIR/ready" 3>&- &
	holder=$!
	wait_until test -s "$BATS_TEST_TMPDIR/ready"
	show
	local shown=$output
	run -1 --separate-stderr vdpactl -j dev del v0
	kill "$holder"
	wait "$holder" || true
	assert_error EBUSY 'cannot be told whether'
	output=$shown
	assert_json_eq .dev.v0.holders null
}

@test "of two devices only the one that is held has a holder" {
	add_dev v1 vdpasim_net
	hold "$(chardev v1)"
	run -0 vdpactl -j dev show
	unhold
	assert_json_eq '[.dev.v0.holders, [.dev.v1.holders[].pid]]' "[[], [$holder]]"
}

@test "without privilege an unseen holder is unknown, not nobody" {
	hold "$(chardev v0)"
	run -0 --separate-stderr as_nobody vdpactl -j dev show v0
	local shown=$output
	run -0 as_nobody vdpactl dev show v0
	unhold
	assert_line --partial 'note: not every process could be looked at'
	output=$shown
	assert_json_eq .dev.v0.holders null
	# Nothing uses the module now, so anybody can tell
	run -0 --separate-stderr as_nobody vdpactl -j dev show v0
	assert_json_eq .dev.v0.holders '[]'
}

@test "a held device is neither unbound nor bound elsewhere" {
	hold "$(chardev v0)"
	run -1 --separate-stderr vdpactl -j dev unbind v0
	local unbind=$output
	run -1 --separate-stderr vdpactl -j dev bind v0 virtio_vdpa
	unhold
	assert_error EBUSY "is held by process $holder (sleep)"
	output=$unbind
	assert_error EBUSY "is held by process $holder (sleep)"
	assert_equal "$(bound)" vhost_vdpa
	assert_equal "$(cat /sys/bus/vdpa/devices/v0/driver_override)" vhost_vdpa
}

@test "a driver that is not loaded" {
	modprobe -r virtio_vdpa
	run -1 --separate-stderr vdpactl -j dev bind v0 virtio_vdpa
	modprobe virtio_vdpa
	assert_error ENOENT 'the driver virtio_vdpa is not loaded'
	assert_json_eq .error.hint '"load it with: modprobe virtio_vdpa"'
	assert_equal "$(bound)" vhost_vdpa
}

@test "where the new driver does not take it, all is as it was" {
	run --separate-stderr "$BUILD/tests/helpers/between" drivers/virtio_vdpa/bind \
		"modprobe -r virtio_vdpa" vdpactl -j dev bind v0 virtio_vdpa
	modprobe virtio_vdpa
	assert_equal "$status" 1
	assert_error ENOENT 'cannot bind v0: driver virtio_vdpa'
	assert_equal "$(bound)" vhost_vdpa
	assert_equal "$(cat /sys/bus/vdpa/devices/v0/driver_override)" vhost_vdpa
}

@test "binding needs root" {
	run -1 --separate-stderr as_nobody vdpactl -j dev unbind v0
	assert_error EACCES 'permission denied'
	run -1 --separate-stderr as_nobody vdpactl -j dev bind v0 virtio_vdpa
	assert_error EACCES 'permission denied'
	assert_equal "$(bound)" vhost_vdpa
}

@test "binding what cannot be bound" {
	run -1 --separate-stderr vdpactl -j dev bind nosuch vhost_vdpa
	assert_error ENODEV 'there is no vDPA device "nosuch"'
	run -1 --separate-stderr vdpactl -j dev unbind nosuch
	assert_error ENODEV 'there is no vDPA device "nosuch"'
	run -2 --separate-stderr vdpactl -j dev bind v0 vfio-pci
	assert_error EINVAL '"vfio-pci" is no driver of the vdpa bus'
	run -2 --separate-stderr vdpactl -j dev bind v0
	assert_error EINVAL 'expected'
}
