#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU holds a device, of each of three parents, which a guest drives (tests/guest/net.c):
# what vdpactl_diag tells meanwhile.
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
	clean_vduse
}

events() {
	run -0 jq -cs "$1" "$BATS_TEST_TMPDIR/events"
}

# What QEMU's own trace says is mapped: "ASID FIRST END PERM", adjacent ranges as one
traced_maps() {
	local line number='(0x)?([0-9a-f]+)'
	local -A maps=()
	while read -r line; do
		[[ $line =~ asid:\ ([0-9]+)\ iova:\ $number\ size:\ $number ]] || continue
		local key="${BASH_REMATCH[1]} $((16#${BASH_REMATCH[3]}))" size=$((16#${BASH_REMATCH[5]}))
		if [[ $line =~ perm:\ 0x([0-9]+) ]]; then
			maps[$key]="$size ${BASH_REMATCH[1]}"
		else
			unset "maps[$key]"
		fi
	done < <(grep -E '^vhost_vdpa_dma_(un)?map ' "$BATS_TEST_TMPDIR/trace")
	for line in "${!maps[@]}"; do
		echo "$line ${maps[$line]}"
	done | merged
}

# "ASID IOVA SIZE PERM" in any order as traced_maps() has them
merged() {
	sort -k1,1n -k2,2n | awk '
		function put() { if (perm) printf "%d %.0f %.0f %d\n", asid, first, end, perm }
		$1 == asid && $2 == end && $4 == perm { end += $3; next }
		{ put(); asid = $1; first = $2; end = $2 + $3; perm = $4 }
		END { put() }'
}

# The same of what vdpactl tells
told_maps() {
	local asid iova size perm
	local -A number=([ro]=1 [wo]=2 [rw]=3)
	while read -r asid iova size perm; do
		echo "$asid $((iova)) $((size)) ${number[$perm]}"
	done < <(vdpactl -j map show v0 |
		jq -r '.map.v0[] | .asid as $asid | .ranges // [] | .[] | "\($asid) \(.iova) \(.size) \(.perm)"') | merged
}

driving_or_dead() {
	! kill -0 "$guest" 2>/dev/null || grep -q started "$BATS_TEST_TMPDIR/serial"
}

# How many events there were, and how much the daemon of VDUSE was asked
operations() {
	wc -l <"$BATS_TEST_TMPDIR/events"
	[ ! -e "$BATS_FILE_TMPDIR/v0.requests" ] || wc -l <"$BATS_FILE_TMPDIR/v0.requests"
}

# story MGMTDEV NETDEV_OPTIONS GROUPS [BOUND]: how each group is bound while QEMU drives,
# and the binding that QEMU made for it
story() {
	local before after
	add_dev v0 "$1"
	vdpactl -j monitor v0 >"$BATS_TEST_TMPDIR/events" 3>&- &
	monitor=$!
	wait_until listening $monitor
	# Memory of a file, as parents that work on virtual addresses take no other
	"$QEMU" -accel tcg -cpu qemu64 -machine pc,memory-backend=ram -m 16 -nodefaults \
		-no-user-config -display none -no-reboot -serial "file:$BATS_TEST_TMPDIR/serial" \
		-object memory-backend-memfd,id=ram,size=16M,share=on \
		-netdev "vhost-vdpa,id=n0,vhostdev=$(chardev v0)$2" \
		-device virtio-net-pci,netdev=n0,disable-legacy=on,romfile= \
		-kernel "$BUILD/tests/guest/net" -append hold -trace 'vhost_vdpa_dma_*' -trace vhost_vdpa_reset_device \
		-D "$BATS_TEST_TMPDIR/trace" >"$BATS_TEST_TMPDIR/qemu" 2>&1 3>&- &
	guest=$!
	wait_until driving_or_dead || wait_until driving_or_dead
	cat "$BATS_TEST_TMPDIR/qemu"
	kill -0 "$guest"

	# The answers, and that asking for them was nothing to the device
	wait_until settled
	before=$(operations)
	run -0 vdpactl -j group show v0
	assert_json_eq '.group.v0 | map([.asid, .asid_known, .source])' "$3"
	vdpactl map show v0
	run -0 told_maps
	[ -n "$output" ]
	# Of parents that work on virtual addresses, vhost_vdpa_va_map() leaves out what is no
	# shared file: the BIOS below 4 GiB
	assert_equal "$output" "$(traced_maps | if [[ $1 == */vdpactl_sim* ]]; then cat; else grep -v "^0 4294705152"; fi)"
	run -0 vdpactl -j vq show v0
	assert_json_eq '.vq.v0[0].ready' true
	run -0 vdpactl -j feature show v0
	assert_json '.feature.v0.driver.names | contains(["VERSION_1"])'
	run -0 vdpactl -j dev show v0
	assert_json_eq '.dev.v0.holders[0].pid' "$guest"
	assert_json_eq '.dev.v0.counters.last_reset.pid' "$guest"
	run -1 --separate-stderr vdpactl -j reset v0
	assert_error EBUSY "process $guest"
	settled
	after=$(operations)
	assert_equal "$after" "$before"

	kill "$guest"
	wait "$guest" || true
	closed() { tail -n 1 "$BATS_TEST_TMPDIR/events" | grep -q '"reset'; }
	wait_until closed
	settled
	kill "$monitor"
	wait "$monitor"
	monitor=
	events "map(select(.event == \"reset\") | .pid) | unique"
	assert_output "[$guest]"
	events '[.[] | select(.event == "set_group_asid" and .args.asid != 0) | .args]'
	assert_output "${4-[]}"
	events 'map(.seq) | . == sort'
	assert_output true
	guest=
	# Closing reset the device
	run -0 vdpactl -j group show v0
	assert_json_eq '.group.v0 | map([.asid, .asid_known]) | unique' '[[0, "default"]]'
}

# All events until now have come: the monitor sleeps, and did for a while
settled() {
	local count
	count=$(wc -l <"$BATS_TEST_TMPDIR/events")
	sleep 1
	[ "$count" = "$(wc -l <"$BATS_TEST_TMPDIR/events")" ]
}

@test "vdpactl_sim: the control virtqueue is in an address space of its own" {
	story auxiliary/vdpactl_sim.net.0 "" \
		'[[0, "default", "diag"], [1, "observed", "diag"], [0, "default", "diag"]]' \
		'[{"asid":1,"group":1}]'
}

@test "vdpactl_sim with incremental maps" {
	story auxiliary/vdpactl_sim.net_incremental.0 "" \
		'[[0, "default", "diag"], [1, "observed", "diag"], [0, "default", "diag"]]' \
		'[{"asid":1,"group":1}]'
}

# QEMU 10 keeps one address space when it shadows all virtqueues: see
# vhost_vdpa_net_cvq_start(), which returns before it isolates the control virtqueue
@test "vdpactl_sim with shadow virtqueues" {
	story auxiliary/vdpactl_sim.net.0 ",x-svq=on" \
		'[[0, "default", "diag"], [0, "default", "diag"], [0, "default", "diag"]]'
}

@test "upstream's vdpa_sim: the control virtqueue is in an address space of its own" {
	story vdpasim_net "" '[[0, "default", "diag"], [1, "observed", "diag"]]' \
		'[{"asid":1,"group":1}]'
}

@test "VDUSE, whose daemon is asked nothing either" {
	# VDUSE has no control virtqueue for networks, so that nothing is bound
	vduse_net v0
	story vduse "" '[[0, "default", "diag"]]'
}
