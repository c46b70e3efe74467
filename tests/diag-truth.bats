#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vdpactl_diag beside the truth: what it tells of devices of the tests' own parent, whose
# operations fail, wait, are missed or cannot be probed, is what they have, or unknown.
load lib.bash

setup_file() {
	load vhost_vdpa vdpactl_sim vdpactl_testparent vdpactl_diag
	export T=/sys/kernel/debug/vdpactl_testparent
	export RAW=$BUILD/tests/helpers/diag-raw
}

teardown_file() {
	clean_modules
}

teardown() {
	local dev
	echo 1 >/sys/kernel/debug/kprobes/enabled
	[ -z "${holder-}" ] || unhold
	[ -z "${events-}" ] || kill "$events"
	holder='' events=''
	[ -d /sys/module/vdpactl_diag ] || modprobe vdpactl_diag
	# What waits in a device goes on when it goes
	for dev in /sys/bus/vdpa/devices/t*; do
		[ ! -e "$dev" ] || tp del "${dev##*/}" || true
	done
	clean_devices
}

# tp COMMAND...: of the parent, see tests/modules/vdpactl_testparent.c
tp() {
	echo "$*" >"$T/control"
}

# fails COMMAND...: that it fails, silently
fails() {
	! "$@" 2>/dev/null
}

# waits DEV NUMBER: so many calls wait in the device
waits() {
	[ "$(jq ".$1.waiting" "$T/truth")" = "$2" ]
}

# Nothing that is told of DEV as known differs from the truth: assert_true DEV. What is
# told of its groups, address spaces and virtqueues is in $output.
assert_true() {
	output=$(jq -cn --arg name "$1" --slurpfile truth "$T/truth" \
		--slurpfile dev <("$RAW" dev "$1") --slurpfile vq <("$RAW" vq "$1") \
		--slurpfile map <("$RAW" map "$1") '
		$truth[0][$name] as $t | $map[0].dev[$name].spaces as $maps |
		{groups: $dev[0].dev[$name].groups, spaces: $dev[0].dev[$name].spaces,
		 vqs: $vq[0].dev[$name].vqs, maps: $maps} |
		.wrong = [
			(.groups[] | select(.known != "unknown" and .asid != $t.groups[.group])),
			(.groups[] | select(.known == "unknown" and has("asid"))),
			(.spaces[], .maps[] | select(.known == "default" and ($t.spaces[.asid].initial | not))),
			(.spaces[], .maps[] | select(.known != "observed" and (has("count") or has("ranges")))),
			(.spaces[], .maps[] | select(.known == "observed" and ($t.spaces[.asid].initial or
				.count != ($t.spaces[.asid].ranges | length) or
				.bytes != ([$t.spaces[.asid].ranges[].size] | add // 0)))),
			(.maps[] | select(.known == "observed" and (.ranges // []) != $t.spaces[.asid].ranges)),
			(.groups[], .spaces[] | select((.known == "unknown") != has("why"))),
			(.vqs[] | . as $vq | del(.vq) | to_entries[] |
				select(.value != $t.vqs[$vq.vq][.key]) | $vq)
		]')
	assert_json_eq .wrong '[]'
}

# hold_dev DEV: hold() of its chardev, once that has reset the device
hold_dev() {
	local resets
	resets() { "$RAW" dev "$1" | jq ".dev.$1.stats.resets"; }
	opened() { [ "$(resets "$1")" -gt "$2" ]; }
	resets=$(resets "$1")
	hold "$(chardev "$1")"
	wait_until opened "$1" "$resets"
}

# crowd DEV OP [NUMBER...]: so many calls of OP wait in DEV that those into others are missed
crowd() {
	tp hold "$1" "$2"
	tp crowd 600 "$@"
	wait_until waits "$1" 600
}

# start_events: they are in $BATS_TEST_TMPDIR/events
start_events() {
	"$RAW" events >"$BATS_TEST_TMPDIR/events" 3>&- &
	events=$!
	wait_until grep -q '{}' "$BATS_TEST_TMPDIR/events"
}

# got_events NUMBER EVENT: then they are in $output, as an array
got_events() {
	enough() { [ "$(grep -c "\"event\":\"$2\"" "$BATS_TEST_TMPDIR/events")" -ge "$1" ]; }
	wait_until enough "$1" "$2"
	output=$(jq -cs --arg event "$2" 'map(select(.event == $event))' "$BATS_TEST_TMPDIR/events")
}

@test "maps after a reset are told only of parents that keep them" {
	local ops wants
	while read -r wants ops; do
		echo "# $ops"
		tp add t0 $ops
		case $ops in
		*=set_map*) tp call t0 set_map 1 2 0x10000 ;;
		*=dma_map*) tp call t0 dma_map 1 0x10000 0x3000 1 ;;
		esac
		assert_true t0
		[[ $ops != *map* ]] || assert_json_eq '.spaces[1].known' '"observed"'
		tp call t0 reset
		assert_true t0
		assert_json_eq '.spaces[-2:][0] | .why // .known' "\"$wants\""
		# A new map is known, whatever was before
		case $ops in
		*=set_map*)
			tp call t0 set_map 1 3 0x20000
			assert_true t0
			assert_json_eq '.spaces[1].known' '"observed"'
			;;
		esac
		tp del t0
	done <<-END
		reset ops=set_map
		reset ops=dma_map,dma_unmap
		reset ops=set_map,compat_reset
		observed ops=set_map,reset_map
		observed ops=dma_map,dma_unmap,reset_map
		observed ops=set_map backend=0x100
		observed ops=dma_map,dma_unmap backend=0x100
		unobserved groups=1 as=1
	END
}

@test "maps after a reset with VDPA_RESET_F_CLEAN_MAP" {
	tp add t0 ops=set_map,compat_reset,reset_map
	tp call t0 set_map 1 2 0x10000
	tp call t0 compat_reset 0
	assert_true t0
	assert_json_eq '.spaces[1].known' '"observed"'
	tp call t0 compat_reset 1
	assert_true t0
	assert_json_eq '.spaces[1].known' '"default"'
}

@test "net_plain drops its map in a reset, and so when a session ends" {
	add_dev v0 auxiliary/vdpactl_sim.net_plain.0
	vdpactl session v0 - <<-END >/dev/null
		owner
		backend IOTLB_MSG_V2
		map iova 0x10000 size 0x4000
	END
	run -0 vdpactl -j map show v0
	assert_json_eq '.map.v0[0] | [.known, .ranges]' '["unknown", null]'
	run -0 "$RAW" map v0
	assert_json_eq '.dev.v0.spaces[0].why' '"reset"'
}

@test "what an operation that failed may have changed is unknown" {
	local changed op args
	for changed in "" changed; do
		tp add t0 ops=set_map,reset_map,set_group_asid
		tp add t1 ops=dma_map,dma_unmap,reset_map,set_group_asid
		tp call t0 set_group_asid 1 1
		tp fail t0 set_group_asid 12 $changed
		fails tp call t0 set_group_asid 1 2
		assert_true t0
		assert_json_eq '.groups | map(.why // .known)' '["default", "failed"]'
		tp fail t0 set_group_asid 0
		tp call t0 set_group_asid 1 2
		assert_true t0
		assert_json_eq '.groups[1] | [.known, .asid]' '["observed", 2]'

		while read -r dev op args; do
			echo "# $dev $op $changed"
			[ $dev = t1 ] || tp call t0 set_map 1 2 0x10000
			[ $dev = t0 ] || tp call t1 dma_map 1 0x10000 0x1000 1
			tp fail $dev $op 5 $changed
			fails tp call $dev $op 1 $args
			assert_true $dev
			assert_json_eq '.spaces | map(.why // .known)' '["default", "failed", "default"]'
			tp fail $dev $op 0
			tp call $dev reset_map 1
			assert_true $dev
			assert_json_eq '.spaces[1].known' '"default"'
		done <<-END
			t0 set_map 3 0x20000
			t0 reset_map
			t1 dma_map 0x20000 0x1000 1
			t1 dma_unmap 0x10000 0x1000
			t1 reset_map
		END

		tp call t0 set_group_asid 1 1
		tp fail t0 reset 5 $changed
		fails tp call t0 reset
		assert_true t0
		assert_json_eq '.groups | map(.why)' '["failed", "failed"]'
		tp del t0
		tp del t1
	done
}

@test "of a virtqueue that failed to take its addresses they are not told" {
	tp add t0
	tp call t0 set_vq_address 0 0x1000 0x2000 0x3000
	tp call t0 set_vq_num 0 128
	tp fail t0 set_vq_address 5 changed
	fails tp call t0 set_vq_address 0 0x4000 0x5000 0x6000
	assert_true t0
	assert_json_eq '.vqs[0] | [has("desc"), .num]' '[false, 128]'
}

@test "virtqueue operations that cannot be probed" {
	local op attr
	while read -r op attr; do
		tp add t0 noprobe="$op"
		tp call t0 set_vq_address 0 0x1000 0x2000 0x3000
		tp call t0 set_vq_num 0 128
		tp call t0 set_vq_ready 0 1
		assert_true t0
		assert_json_eq '.vqs[0] | [has("desc", "num", "ready")]' \
			"$(jq -cn --arg attr "$attr" '["desc", "num", "ready"] | map(. != $attr)')"
		run -0 "$RAW" dev t0
		assert_json '.dev.t0 | .ops_observed < .ops'
		tp del t0
	done <<-END
		set_vq_address desc
		set_vq_num num
		set_vq_ready ready
	END
}

@test "an operation that cannot be probed is named once, not for each device" {
	local i refused
	refused() { dmesg | grep -c 'vdpactl_diag: cannot observe .*set_vq_num'; }
	modprobe -r vdpactl_diag
	modprobe vdpactl_diag
	dmesg -C
	for ((i = 0; i < 4; i++)); do
		tp add t$i noprobe=set_vq_num
	done
	run -0 refused
	assert_output 1
}

@test "other operations that cannot be probed" {
	tp add t0 ops=set_map,set_group_asid,suspend,resume noprobe=set_group_asid
	tp call t0 set_group_asid 1 1
	tp call t0 set_map 1 2 0
	assert_true t0
	assert_json_eq '.groups | map(.why)' '["unobserved", "unobserved"]'
	assert_json_eq '.spaces[1].known' '"observed"'
	tp del t0
	tp add t0 ops=set_map,set_group_asid,suspend,resume noprobe=set_map,suspend
	tp call t0 suspend
	tp call t0 set_group_asid 1 1
	tp call t0 set_map 1 2 0
	assert_true t0
	assert_json_eq '.spaces | map(.why) | unique' '["unobserved"]'
	assert_json_eq '.groups[1].known' '"observed"'
	run -0 "$RAW" dev t0
	assert_json_eq '.dev.t0 | has("suspended")' false
	tp del t0
	# Whether a reset happened is not known, so nothing is that it changes
	tp add t0 ops=set_map,set_group_asid noprobe=reset
	tp call t0 set_group_asid 1 1
	tp call t0 set_map 1 2 0
	tp call t0 set_vq_ready 0 1
	tp call t0 reset
	assert_true t0
}

@test "a missed operation on a virtqueue" {
	tp add t0 ops=set_map
	tp add t1
	hold_dev t0
	tp call t0 set_vq_address 0 0x1000 0x2000 0x3000
	tp call t0 set_vq_num 0 128
	crowd t1 set_vq_address 1 0 0 0
	tp call t0 set_vq_address 0 0x4000 0x5000 0x6000
	assert_true t0
	assert_json_eq '.vqs[0] | [has("desc"), .num]' '[false, 128]'
	run -0 "$RAW" dev t0
	assert_json '.dev.t0.stats.missed > 0'
}

@test "a missed operation that is still under way" {
	tp add t0 ops=set_map,set_group_asid
	tp add t1 ops=set_map,set_group_asid
	hold_dev t0
	crowd t1 set_group_asid 0 0
	tp hold t0 set_group_asid
	tp call t0 set_group_asid 0 1 3>&- &
	local missed=$!
	wait_until waits t0 1
	tp pass t0 set_group_asid
	assert_true t0
	assert_json_eq '.groups[0].why' '"missed"'
	tp release t1 set_group_asid
	wait_until waits t1 0

	# One that is seen, while the other one waits to take effect
	tp call t0 set_group_asid 0 2
	assert_true t0
	assert_json_eq '.groups[0].why' '"missed"'
	tp call t0 reset
	assert_true t0
	assert_json_eq '.groups[0].why' '"missed"'
	tp release t0 set_group_asid
	wait $missed
	run -0 jq .t0.groups[0] "$T/truth"
	assert_output 1
	assert_true t0

	# Nobody is in the device when its holder is gone
	unhold
	holder=
	known() {
		"$RAW" reset t0 | jq -e '.error == 0' && assert_true t0 &&
			jq -e '.groups[0].known == "default"' <<<"$output"
	}
	wait_until known
	tp call t0 set_group_asid 0 2
	assert_true t0
	assert_json_eq '.groups[0].known' '"observed"'
}

@test "what .dma_unmap leaves of the initial map, or of a part of a range, is not known" {
	tp add t0 ops=dma_map,dma_unmap,reset_map
	tp call t0 dma_unmap 1 0 0x1000
	tp call t0 dma_map 2 0x10000 0x3000 3
	tp call t0 dma_map 2 0x40000 0x1000 3
	assert_true t0
	assert_json_eq '.spaces | map(.why // .known)' '["default", "partial", "observed"]'
	tp call t0 dma_unmap 2 0x40000 0x1000
	assert_true t0
	assert_json_eq '.spaces[2].known' '"observed"'
	tp call t0 dma_unmap 2 0x11000 0x1000
	assert_true t0
	assert_json_eq '.spaces[2].why' '"partial"'
}

@test "a device that is removed in the middle of a dump" {
	local what
	for what in "map t0" map "dev t0" dev; do
		tp add t0 groups=2000 ops=set_map,set_group_asid
		tp add t1 ops=set_map
		tp call t0 set_map 1 1500 0
		# shellcheck disable=SC2086 # words
		run -0 "$RAW" $what -- "echo del t0 >$T/control"
		output=$(json '[.interrupted, .messages > 1]')
		assert_output '[true,true]'
		tp del t1
	done
}

@test "groups and address spaces of one answer are of one moment" {
	local before after seen
	# What is done to a device in the middle of the dump, after what was done before
	while IFS='|' read -r before after seen; do
		tp add t0 groups=2000 ops=set_map,set_group_asid
		# shellcheck disable=SC2001
		[ -z "$before" ] || bash -c "$(sed 's/[^;]*/echo "&" >$T\/control/g' <<<"$before")"
		run -0 "$RAW" dev t0 -- "$(sed 's/[^;]*/echo "&" >$T\/control/g' <<<"$after")"
		output=$(json '[.interrupted, .messages > 3, (.dev.t0 |
			[.groups[0].asid, .groups[1999].asid, .spaces[2].known])]')
		echo "# $after: $output"
		assert_json ".[1] and (.[0] or (.[2] as \$it | $seen | any(. == \$it)))"
		tp del t0
	done <<-'END'
		|call t0 set_group_asid 0 1;call t0 set_group_asid 1999 1|[[0, 0, "default"], [1, 1, "default"]]
		call t0 set_group_asid 0 1;call t0 set_group_asid 1999 1|call t0 reset|[[1, 1, "default"], [0, 0, "unknown"]]
		|call t0 set_group_asid 0 1;call t0 set_map 2 1 0|[[0, 0, "default"], [1, 0, "observed"]]
	END
}

@test "the bus driver is not told where it could not be determined" {
	tp add t0 ops=set_map
	tp add t1 ops=set_map
	local node
	node=$(chardev t0)
	hold_dev t0
	unload vdpactl_diag
	echo t0 >/sys/bus/vdpa/drivers/vhost_vdpa/unbind 3>&- &
	local unbind=$!
	wait_until test ! -e "$node"
	# It does not wait for the lock of the device either
	modprobe vdpactl_diag 3>&- &
	local modprobe=$!
	gone() { [ ! -d /proc/$modprobe ]; }
	wait_until gone || { unhold; holder=; wait $modprobe; false; }
	run -0 "$RAW" dev
	assert_json_eq '[.dev.t0, .dev.t1 | .driver]' '[null, "vhost_vdpa"]'
	unhold
	holder=
	wait $unbind
	run -0 "$RAW" dev t0
	assert_json_eq .dev.t0.driver '""'
}

@test "set_vq_state is decoded, or not shown" {
	local packed=0x700000000
	tp add t0
	tp add t1 features=$packed
	# That t2 was given features is not seen
	tp add t2 features=$packed
	tp call t2 set_driver_features $packed
	tp call t2 set_status 0xb
	unload vdpactl_diag
	modprobe vdpactl_diag
	start_events
	tp call t0 set_driver_features 0x300000000
	tp call t1 set_driver_features $packed
	tp call t0 set_vq_state 0 0xdead1234
	tp call t1 set_vq_state 0 0x80030005
	tp call t2 set_vq_state 0 0x80030005
	tp call t1 set_driver_features 0x300000000
	tp call t1 set_vq_state 1 0xdead1234
	got_events 4 set_vq_state
	assert_json_eq 'map(del(.event, .seq, .ret))' '[
		{"dev": "t0", "vq": 0, "state": 4660, "avail_index": 4660},
		{"dev": "t1", "vq": 0, "state": 2147680261, "avail_index": 2, "avail_wrap": 1,
		 "used_index": 16385, "used_wrap": 1},
		{"dev": "t2", "vq": 0},
		{"dev": "t1", "vq": 1, "state": 4660, "avail_index": 4660}]'
}

@test ".set_map tells of its map only where that is known" {
	unload vdpactl_diag
	modprobe vdpactl_diag max_ranges=100
	tp add t0 ops=set_map,reset_map
	start_events
	tp call t0 set_map 1 3 0
	tp fail t0 set_map 12 changed
	fails tp call t0 set_map 1 4 0
	tp fail t0 set_map 0
	tp hold t0 set_map
	tp call t0 set_map 1 5 0 3>&- &
	wait_until waits t0 1
	tp call t0 reset_map 1
	tp release t0 set_map
	wait $!
	assert_true t0
	assert_json_eq '.spaces[1].why' '"overlap"'
	tp call t0 set_map 1 101 0
	assert_true t0
	assert_json_eq '.spaces[1].why' '"too_large"'
	tp call t0 set_map 1 100 0
	assert_true t0
	assert_json_eq '.spaces[1].known' '"observed"'
	got_events 5 set_map
	assert_json_eq 'map([.ret, .ranges, .size])' \
		'[[0, 3, 12288], [-12, null, null], [0, null, null], [0, null, null], [0, 100, 409600]]'

	# One at a time
	tp add t1 ops=dma_map,dma_unmap,reset_map
	local i
	for ((i = 0; i < 100; i++)); do
		tp call t1 dma_map 1 $((i * 8192)) 4096 3
	done
	assert_true t1
	assert_json_eq '.spaces[1].count' 100
	tp call t1 dma_map 1 $((i * 8192)) 4096 3
	assert_true t1
	assert_json_eq '.spaces[1].why' '"too_large"'
	kill $events
	wait $events || true
	events=
	unload vdpactl_diag
}

@test "65,536 ranges are kept of a map, and not one more" {
	tp add t0 ops=set_map
	tp call t0 set_map 1 65536 0
	run -0 "$RAW" dev t0
	assert_json_eq '.dev.t0.spaces[1] | [.known, .count]' '["observed", 65536]'
	tp call t0 set_map 1 65537 0
	run -0 "$RAW" dev t0
	assert_json_eq '.dev.t0.spaces[1] | [.known, .why, .count]' '["unknown", "too_large", null]'
}

# refused DEV ERRNO: all actions
refused() {
	local action
	for action in reset map_reset group_bind suspend resume; do
		run "$RAW" $action "$1"
		assert_json_eq .error "$2"
	done
}

@test "a device that is held or driven is in use, whoever looks and without DRIVER_OK" {
	tp add t0 ops=set_map,reset_map,set_group_asid,suspend,resume
	refused t0 0
	hold_dev t0
	refused t0 16
	unhold
	holder=
	refused t0 0
	vdpactl dev unbind t0
	refused t0 0

	need_module virtio_net
	load virtio_vdpa virtio_net
	vdpactl dev bind t0 virtio_vdpa
	wait_until sh -c "$RAW dev t0 | grep -q '\"status\":15'"
	refused t0 16
	tp call t0 set_status 3
	refused t0 16
	vdpactl dev unbind t0
	refused t0 0
}

@test "a command refuses the attributes of others" {
	tp add t0 ops=set_map,reset_map,set_group_asid,suspend,resume
	run -0 "$RAW" foreign t0
	assert_output '[]'
	refused t0 0
}

# probes_are 0|1: as the module knows
probes_are() {
	[ "$("$RAW" module | jq .probes)" = "$1" ]
}

# What follows when the probes are switched off, by switch 0 and switch 1
probes_go_off() {
	tp add t0 ops=set_map,reset_map,set_group_asid
	tp call t0 set_group_asid 1 1
	tp call t0 set_map 1 2 0
	tp call t0 set_vq_num 0 128
	assert_true t0
	assert_json_eq '.groups[1].known' '"observed"'
	start_events
	switch 0
	tp call t0 set_group_asid 1 2
	tp call t0 set_map 1 3 0
	tp call t0 set_vq_num 0 64
	wait_until probes_are 0
	assert_true t0
	assert_json_eq '[.groups[], .spaces[] | .why] | unique' '["probes_off"]'
	assert_json_eq '.vqs[0] | has("num", "ready", "desc")' 'false'
	run -0 "$RAW" dev t0
	assert_json_eq '.dev.t0.probes' 0
	got_events 1 probes_off

	# A device that comes now, and a module
	tp add t1 ops=set_map,reset_map,set_group_asid
	tp call t1 set_group_asid 1 2
	assert_true t1
	assert_json_eq '[.groups[], .spaces[] | .why] | unique' '["probes_off"]'

	switch 1
	wait_until probes_are 1
	got_events 1 probes_on
	assert_true t0
	assert_json_eq '[.groups[], .spaces[] | .why] | unique' '["probes_off"]'
	tp call t0 reset
	tp call t0 reset_map 1
	assert_true t0
	assert_json_eq '[.groups[], .spaces[1] | .known] | unique' '["default"]'
	tp call t0 set_vq_num 0 32
	assert_true t0
	assert_json_eq '.vqs[0].num' 32

	unload vdpactl_diag
	switch 0
	modprobe vdpactl_diag
	tp add t2 ops=set_map,reset_map,set_group_asid
	tp call t2 set_group_asid 1 2
	wait_until probes_are 0
	assert_true t2
	assert_json_eq '[.groups[], .spaces[] | .why] | unique' '["probes_off"]'
	switch 1
	wait_until probes_are 1
	tp call t2 reset
	tp call t2 set_group_asid 1 1
	assert_true t2
	assert_json_eq '.groups | map(.known)' '["default", "observed"]'
}

@test "probes that debugfs switches off are noticed, and when they are on again" {
	switch() { echo "$1" >/sys/kernel/debug/kprobes/enabled; }
	probes_go_off
}

@test "the same: kernel.ftrace_enabled" {
	tp add t1
	grep -q '\[FTRACE\]' /sys/kernel/debug/kprobes/list || skip "kprobes are not on ftrace"
	tp del t1
	switch() { sysctl -q kernel.ftrace_enabled="$1"; }
	probes_go_off
}
