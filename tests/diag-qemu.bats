#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU holds a device, of each of three parents: what vdpactl_diag tells meanwhile.
load lib.bash

setup_file() {
	local status=0
	QEMU=$(tests/vm/qemu10 2>&1) || status=$?
	[ $status -ne 77 ] || skip "Debian's archive has no QEMU 10"
	[ $status -eq 0 ] || { echo "$QEMU" >&2; return 1; }
	export QEMU
	# The memory of a guest is pinned in as many pieces as it happens to have
	modprobe vhost_vdpa max_iotlb_entries=65536
	echo vhost_vdpa >>"$BATS_FILE_TMPDIR/modules"
	load vdpactl_sim vdpa_sim_net vduse vdpactl_diag
	export HELPERS=$BUILD/tests/helpers
}

teardown_file() {
	clean_modules
}

setup() {
	ulimit -l unlimited
}

teardown() {
	local pid
	for pid in ${guest-} ${monitor-}; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	guest='' monitor=''
	clean_devices
	if [ -n "${daemon-}" ]; then
		kill "$daemon" 2>/dev/null || true
		wait "$daemon" 2>/dev/null || true
	fi
	daemon=''
}

events() {
	run -0 jq -cs "$1" "$BATS_TEST_TMPDIR/events"
}

# driven: the guest's firmware has brought the device up
driven() {
	vdpactl -j dev show v0 | jq -e '.dev.v0.status.names | contains(["DRIVER_OK"])'
}

dead_or_driven() {
	! kill -0 "$guest" 2>/dev/null || driven
}

# story MGMTDEV NETDEV_OPTIONS GROUPS
story() {
	local before after
	add_dev v0 "$1"
	vdpactl -j monitor v0 >"$BATS_TEST_TMPDIR/events" 3>&- &
	monitor=$!
	# Memory of a file, as parents that work on virtual addresses take no other
	"$QEMU" -accel tcg -cpu qemu64 -machine pc,memory-backend=ram -m 16 -nodefaults \
		-no-user-config -display none -no-reboot \
		-object memory-backend-memfd,id=ram,size=16M,share=on \
		-netdev "vhost-vdpa,id=n0,vhostdev=$(chardev v0)$2" \
		-device virtio-net-pci,netdev=n0,disable-legacy=on \
		>"$BATS_TEST_TMPDIR/qemu" 2>&1 3>&- &
	guest=$!
	wait_until dead_or_driven || wait_until dead_or_driven
	cat "$BATS_TEST_TMPDIR/qemu"
	kill -0 "$guest"

	# The answers, and that asking for them was nothing to the device
	sleep 1
	before=$(wc -l <"$BATS_TEST_TMPDIR/events")
	run -0 vdpactl -j group show v0
	assert_json_eq '.group.v0 | map([.asid, .asid_known, .source])' "$3"
	run -0 vdpactl -j map show v0 asid 0
	assert_json_eq '.map.v0[0].known' '"observed"'
	assert_json '.map.v0[0].ranges | length > 0'
	run -0 vdpactl -j vq show v0
	assert_json_eq '.vq.v0[0].ready' true
	run -0 vdpactl -j feature show v0
	assert_json '.feature.v0.driver.names | contains(["VERSION_1"])'
	run -0 vdpactl -j dev show v0
	assert_json_eq '.dev.v0.holders[0].pid' "$guest"
	assert_json_eq '.dev.v0.counters.last_reset.pid' "$guest"
	run -1 --separate-stderr vdpactl -j reset v0
	assert_error EBUSY "process $guest"
	sleep 1
	after=$(wc -l <"$BATS_TEST_TMPDIR/events")
	assert_equal "$after" "$before"

	kill "$guest"
	wait "$guest" || true
	closed() { vdpactl -j dev show v0 | jq -e '.dev.v0.holders == []'; }
	wait_until closed
	sleep 1
	kill "$monitor"
	wait "$monitor"
	monitor=
	events "map(select(.event == \"reset\") | .pid) | unique"
	assert_output "[$guest]"
	events 'map(.seq) | . == sort'
	assert_output true
	guest=
	# Closing reset the device
	run -0 vdpactl -j group show v0
	assert_json_eq '.group.v0 | map([.asid, .asid_known]) | unique' '[[0, "default"]]'
}

@test "vdpactl_sim" {
	story auxiliary/vdpactl_sim.net.0 "" \
		'[[0, "default", "diag"], [0, "default", "diag"], [0, "default", "diag"]]'
}

@test "vdpactl_sim with incremental maps and shadow virtqueues" {
	story auxiliary/vdpactl_sim.net_incremental.0 ",x-svq=on" \
		'[[0, "default", "diag"], [0, "default", "diag"], [0, "default", "diag"]]'
}

@test "upstream's vdpa_sim" {
	story vdpasim_net "" '[[0, "default", "diag"], [0, "default", "diag"]]'
}

@test "VDUSE, which is asked nothing either" {
	"$HELPERS/diag-vduse" v0 >"$BATS_TEST_TMPDIR/daemon" 3>&- &
	daemon=$!
	ready() { grep -q ready "$BATS_TEST_TMPDIR/daemon"; }
	wait_until ready
	story vduse "" '[[0, "default", "diag"]]'
	# VDUSE_GET_VQ_STATE is request 0: QEMU asks as it stops, nobody did before
	run -0 grep -c "request 0" "$BATS_TEST_TMPDIR/daemon"
	[ "$output" -le 2 ]
}
