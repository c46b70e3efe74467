#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Devices of vdpactl_sim held by QEMU: SeaBIOS boots from a disk and writes to it,
# and a guest that is a network driver and nothing else (tests/guest/net.c) sends.
load lib.bash

setup_file() {
	export SIM=auxiliary/vdpactl_sim
	local status=0
	QEMU=$(tests/vm/qemu10 2>&1) || status=$?
	[ $status -ne 77 ] || skip "Debian's archive has no QEMU 10"
	[ $status -eq 0 ] || { echo "$QEMU" >&2; return 1; }
	export QEMU
	# The memory of a guest is pinned in as many pieces as it happens to have
	modprobe vhost_vdpa max_iotlb_entries=65536
	echo vhost_vdpa >>"$BATS_FILE_TMPDIR/modules"
	load vdpactl_sim
}

teardown_file() {
	clean_modules
}

setup() {
	ulimit -l unlimited
}

teardown() {
	clean_devices
}

# qemu ARG...: a small machine, its serial port and messages in a file
qemu() {
	"$QEMU" -accel tcg -cpu qemu64 -machine pc -m 16 -nodefaults -no-user-config \
		-display none -no-reboot -serial "file:$BATS_TEST_TMPDIR/serial" "$@"
}

# A boot sector that says so on the serial port, writes itself to sector 2 with the
# extended write of the BIOS, and ends QEMU with status (0 << 1) | 1
boot_sector() {
	local code=''
	code+='31c08ed8fc'      # xor ax, ax; mov ds, ax; cld
	code+='52'              # push dx: the drive that was booted from
	code+='be317c'          # mov si, text
	code+='baf803'          # mov dx, 0x3f8
	code+='ac84c07403eeebf8' # next: lodsb; test al, al; jz +3; out dx, al; jmp next
	code+='5a'              # pop dx
	code+='be407c'          # mov si, packet
	code+='b80043cd13'      # mov ax, 0x4300; int 0x13
	code+='b000'            # mov al, 0
	code+='730240'          # jnc +2; inc ax... a failure is another status
	code+='90'
	code+='baf400ee'        # mov dx, 0xf4; out dx, al
	code+='f4ebfd'          # hlt; jmp
	while [ ${#code} -lt $((0x31 * 2)) ]; do code+='90'; done
	code+='626f6f7465642066726f6d207600' # "booted from v"
	while [ ${#code} -lt $((0x40 * 2)) ]; do code+='00'; done
	code+='10000100007c00000200000000000000' # one sector from 0:7c00 to sector 2
	while [ ${#code} -lt 1020 ]; do code+='00'; done
	code+='55aa'
	# shellcheck disable=SC2059 # the format is made of bytes
	printf "$(sed 's/../\\x&/g' <<<"$code")"
}

@test "the generic device boots firmware from blk, which reads and writes" {
	load virtio_blk virtio_vdpa
	add_dev b0 $SIM.blk.0
	[ -e /sys/bus/vdpa/drivers/virtio_vdpa/b0 ] || {
		echo b0 >/sys/bus/vdpa/drivers/vhost_vdpa/unbind
		echo b0 >/sys/bus/vdpa/drivers/virtio_vdpa/bind
	}
	boot_sector >"$BATS_TEST_TMPDIR/sector"
	[ "$(wc -c <"$BATS_TEST_TMPDIR/sector")" = 512 ]
	disk=/dev/$(ls /sys/bus/vdpa/devices/b0/virtio*/block)
	dd if="$BATS_TEST_TMPDIR/sector" of="$disk" oflag=direct conv=notrunc status=none
	echo b0 >/sys/bus/vdpa/drivers/virtio_vdpa/unbind
	echo b0 >/sys/bus/vdpa/drivers/vhost_vdpa/bind

	run timeout 600 bash -c "$(declare -f qemu); qemu \
		-device vhost-vdpa-device-pci,vhostdev=$(chardev b0) \
		-device isa-debug-exit,iobase=0xf4,iosize=1 2>&1 3>&-"
	echo "$output"
	assert_equal "$status" 1
	run -0 cat "$BATS_TEST_TMPDIR/serial"
	assert_output --partial "booted from v"

	echo b0 >/sys/bus/vdpa/drivers/vhost_vdpa/unbind
	echo b0 >/sys/bus/vdpa/drivers/virtio_vdpa/bind
	disk=/dev/$(ls /sys/bus/vdpa/devices/b0/virtio*/block)
	run -0 bash -c "dd if=$disk bs=512 skip=2 count=1 iflag=direct status=none | cmp - '$BATS_TEST_TMPDIR/sector'"
}

# network MGMTDEV NETDEV_OPTIONS: the guest's frames come back to it
network() {
	add_dev v0 "$SIM.$1.0"
	run timeout 600 bash -c "$(declare -f qemu); qemu -kernel '$BUILD/tests/guest/net' \
		-netdev vhost-vdpa,id=n0,vhostdev=$(chardev v0)$2 \
		-device virtio-net-pci,netdev=n0,disable-legacy=on,romfile= \
		-device isa-debug-exit,iobase=0xf4,iosize=1 2>&1 3>&-"
	echo "$output"
	cat "$BATS_TEST_TMPDIR/serial"
	assert_equal "$status" 1
	assert_output ""
	run -0 cat "$BATS_TEST_TMPDIR/serial"
	assert_output "$(printf '%s\n' started "frames came back" "commands were followed")"
}

@test "virtio-net of QEMU on net" {
	network net ""
}

@test "the same with shadow virtqueues" {
	network net ",x-svq=on"
}

@test "the same on incremental maps" {
	network net_incremental ""
}

@test "the same on incremental maps with shadow virtqueues" {
	network net_incremental ",x-svq=on"
}
