#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vdpactl monitor: every control operation, in order, with what was lost.
load lib.bash

setup_file() {
	load vhost_vdpa vdpactl_sim vdpa_sim_net vdpactl_diag
}

teardown_file() {
	clean_modules
}

teardown() {
	if [ -n "${monitor-}" ]; then
		kill -9 "$monitor" 2>/dev/null || true
		wait "$monitor" 2>/dev/null || true
	fi
	monitor=
	clean_devices
}

# Its events are in $BATS_TEST_TMPDIR/events
start_monitor() {
	vdpactl -j monitor "$@" >"$BATS_TEST_TMPDIR/events" 3>&- &
	monitor=$!
	wait_until listening $monitor
}

stop_monitor() {
	kill -INT "$monitor" 2>/dev/null || true
	wait "$monitor"
	monitor=
}

events() {
	run -0 jq -cs "$1" "$BATS_TEST_TMPDIR/events"
}

# has_events NUMBER
has_events() {
	[ "$(wc -l <"$BATS_TEST_TMPDIR/events")" -ge "$1" ]
}

@test "a session's operations come as events, complete and in order" {
	start_monitor
	add_dev v0 auxiliary/vdpactl_sim.net.0
	vdpactl session v0 - <<-END >/dev/null &
		owner
		backend IOTLB_MSG_V2,IOTLB_BATCH,IOTLB_ASID
		group 2 asid 1
		map asid 1 iova 0x10000 size 0x1000 perm ro
		feature 0x300000000
		vq 0 base 7
		suspend
		resume
		status 0
	END
	session=$!
	wait $session
	removed() { grep -q dev_removed "$BATS_TEST_TMPDIR/events"; }
	del_dev v0
	wait_until removed
	stop_monitor

	events 'map(.seq) | . == [range(.[0]; .[0] + length)]'
	assert_output true
	events 'map(.event) | unique'
	for event in bound dev_added dev_removed reset set_driver_features set_group_asid set_map unbound; do
		assert_output --partial "\"$event\""
	done
	events '.[] | select(.event == "set_group_asid") | [.dev, .args.group, .args.asid, .ret]'
	assert_output '["v0",2,1,0]'
	events '.[] | select(.event == "set_map" and .args.asid == 1) | .args.size'
	assert_output '"0x1000"'
	events "map(select(.event == \"reset\").pid) | unique"
	assert_output "[$session]"
	events '[.[] | select(.event == "bound") | .args.driver]'
	assert_output '["vhost_vdpa"]'
	events '[.[] | select(.ret == 0) | .duration_ns > 0] | all'
	assert_output true
	events '.[] | select(.event == "set_vq_state") | .args'
	assert_output '{"avail_index":7,"index":0,"state":"0x7"}'
	# The time is that of the end
	events 'map(if .duration_ns then .time_ns - .start_ns == .duration_ns else .start_ns == null end) | all'
	assert_output true
	events 'map(.time_ns / 1000000000 | floor | todate | .[:19]) == map(.time[:19])'
	assert_output true
}

@test "probes that are switched off are told, whatever was asked for" {
	switch() { echo "$1" >/sys/kernel/debug/kprobes/enabled; }
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	add_dev v0 auxiliary/vdpactl_sim.net.0
	add_dev v1 auxiliary/vdpactl_sim.net.0
	vdpactl asid bind v0 group 1 asid 1
	start_monitor v0 --event reset --count 1
	switch 0
	wait_until has_events 1
	run -0 vdpactl -j diag show
	assert_json_eq '[.diag.probes, (.notes | map([.dev, .code]))]' '[false, [[null, "probes_off"]]]'
	run -0 vdpactl -j group show
	assert_json_eq '[.group[][] | [.asid, .asid_why]] | unique' '[[null, "probes_off"]]'
	assert_json_eq '.notes | map([.dev, .code])' \
		'[[null, "probes_off"], ["v0", "probes_off"], ["v1", "probes_off"]]'
	switch 1
	wait_until has_events 2
	run -0 --separate-stderr vdpactl group show
	assert_equal "$stderr" "note: v0, v1: a binding is unknown: the kernel's probes were switched off, and what was done then was not seen; binding the group anew or resetting the device makes it known"
	run -0 vdpactl -j diag show
	assert_json_eq '[.diag.probes, .notes]' '[true, null]'
	# Neither was an event that was waited for
	vdpactl reset v0
	wait "$monitor"
	monitor=
	events 'map([.event, .dev, .pid != null])'
	assert_output '[["probes_off",null,false],["probes_on",null,false],["reset","v0",true]]'
	run -0 vdpactl -j group show v0
	assert_json_eq '[.group.v0[] | [.asid, .asid_known]] | unique' '[[0, "default"]]'
}

# storm DEV: operations without end on it, in the background
storm() {
	{ echo owner; yes 'vq 0 size 64'; } | vdpactl session "$1" >/dev/null 2>&1 3>&- &
	disown
	wait_until is_held "$1"
}

is_held() {
	[ "$(vdpactl -j dev show "$1" | jq '.dev[].holders | length')" -gt 0 ]
}

# stands_still PID: it uses no processor, which in a storm is so only when its reader is stuck
stands_still() {
	local before
	before=$(cut -d ' ' -f 14,15 "/proc/$1/stat")
	sleep 0.3
	[ "$before" = "$(cut -d ' ' -f 14,15 "/proc/$1/stat")" ]
}

ended() {
	! kill -0 "$1" 2>/dev/null
}

@test "one signal ends it, and so does its time, in a storm and with a reader that is stuck" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	add_dev v1 auxiliary/vdpactl_sim.net.0
	mkfifo "$BATS_TEST_TMPDIR/stuck"
	sleep infinity <"$BATS_TEST_TMPDIR/stuck" 3>&- &
	reader=$!
	storm v0
	# Of a device on which nothing happens, of one on which much does
	run -0 timeout 60 vdpactl -j monitor v1 --timeout 1
	assert_output ""
	run -0 timeout 60 vdpactl -j monitor v0 --timeout 1
	assert_output --partial set_vq_num
	run -0 timeout 60 vdpactl -j monitor --timeout 1 >"$BATS_TEST_TMPDIR/stuck"
	for signal in TERM INT HUP; do
		vdpactl monitor >"$BATS_TEST_TMPDIR/stuck" 3>&- &
		monitor=$!
		wait_until listening "$monitor"
		wait_until stands_still "$monitor"
		# That is no reason to end
		kill -USR1 "$monitor"
		kill -s "$signal" "$monitor"
		wait_until ended "$monitor"
		wait "$monitor"
	done
	monitor=
	pkill -KILL -f 'vdpactl session v0'
	kill "$reader"
	wait "$reader" || true
}

@test "vdpa_sim's reset is one event although it is two functions" {
	add_dev s0 vdpasim_net
	start_monitor
	vdpactl reset s0
	wait_until has_events 1
	stop_monitor
	events 'map([.event, .args.flags])'
	assert_output '[["reset",0]]'
}

@test "questions are no events" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	start_monitor
	for object in dev vq group asid feature map; do
		vdpactl -j $object show v0
	done
	vdpactl suspend v0
	wait_until has_events 1
	stop_monitor
	events 'map(.event)'
	assert_output '["suspend"]'
}

@test "DEV, --event and --count choose" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	add_dev v1 auxiliary/vdpactl_sim.net.0
	start_monitor v1 --event reset,resume --count 2
	vdpactl reset v0
	vdpactl suspend v1
	vdpactl reset v1
	vdpactl resume v1
	wait "$monitor"
	monitor=
	events 'map([.dev, .event])'
	assert_output '[["v1","reset"],["v1","resume"]]'
	run -2 vdpactl monitor --event nonsense
	assert_output --partial "no event is called \"nonsense\""
	for events in '' ,reset reset,,resume; do
		run -2 vdpactl monitor --event "$events"
		assert_output --partial 'no event is called ""'
	done
	run -0 vdpactl monitor --timeout 0
	assert_output ""
}

@test "text says the same" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	add_dev l0 auxiliary/vdpactl_sim.net_legacy.0
	vdpactl monitor --event set_group_asid,reset,set_status --count 6 >"$BATS_TEST_TMPDIR/events" 3>&- &
	monitor=$!
	wait_until listening $monitor
	vdpactl asid bind v0 group 1 asid 2
	vdpactl reset v0
	vdpactl reset l0 --clean-map
	vdpactl session l0 - <<<'status ACKNOWLEDGE,DRIVER' >/dev/null
	wait "$monitor"
	monitor=
	tail='by vdpactl \([0-9]+\) in [0-9.]+ us$'
	run -0 cat "$BATS_TEST_TMPDIR/events"
	assert_line -n 0 --regexp "^[0-9T:.-]+Z v0 set_group_asid group=1 asid=2 $tail"
	assert_line -n 1 --regexp "^[0-9T:.-]+Z v0 reset $tail"
	assert_line -n 2 --regexp "^[0-9T:.-]+Z l0 reset flags=clean_map $tail"
	# Opening the chardev, and closing it without IOTLB_PERSIST
	assert_line -n 3 --regexp "Z l0 reset $tail"
	assert_line -n 4 --regexp "Z l0 set_status status=ACKNOWLEDGE\|DRIVER $tail"
	assert_line -n 5 --regexp "Z l0 reset flags=clean_map $tail"
}

@test "it goes on when the module is reloaded" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	start_monitor
	rmmod vdpactl_diag
	wait_until has_events 1
	modprobe vdpactl_diag
	wait_until has_events 2
	vdpactl reset v0
	wait_until has_events 3
	stop_monitor
	events 'map(.event)'
	assert_output '["module_unloaded","module_loaded","reset"]'
}

@test "a reader that is too slow is told how many it missed, at their place" {
	takes_minutes
	add_dev v0 auxiliary/vdpactl_sim.net_incremental.0
	start_monitor
	kill -STOP "$monitor"
	# More than the socket and the ring hold together, in full in a soak
	count=${SOAK:+100000}
	count=${count:-30000}
	{
		echo owner
		echo "backend IOTLB_MSG_V2,IOTLB_BATCH"
		yes $'map iova 0 size 4096\nunmap iova 0 size 4096' | head -n "$count"
	} >"$BATS_TEST_TMPDIR/session"
	before=$(awk '/^Slab/ { print $2 }' /proc/meminfo)
	vdpactl session v0 "$BATS_TEST_TMPDIR/session" >/dev/null
	after=$(awk '/^Slab/ { print $2 }' /proc/meminfo)
	kill -CONT "$monitor"
	# The last of the storm are missing: they are told although nothing follows
	told() { tail -n 1 "$BATS_TEST_TMPDIR/events" | grep -q '"lost"'; }
	wait_until told
	vdpactl suspend v0
	done_() { tail -n 1 "$BATS_TEST_TMPDIR/events" | grep -q suspend; }
	wait_until done_
	stop_monitor

	echo "slab before $before KiB, after $after KiB"
	# The socket's buffer is at most some MiB, the ring has a fixed size
	[ $((after - before)) -lt 32768 ]
	# What is there is in order, each gap is told, and nothing is missing: "ORDER EVENTS LOST"
	run -0 awk '
		function number(name) { match($0, "\"" name "\":[0-9]+")
			return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0 }
		/"event":"lost"/ { gap += number("count"); lost += number("count"); next }
		{ bad += last && number("seq") != last + 1 + gap; last = number("seq"); gap = 0; n++ }
		END { print bad ? "wrong" : "right", n, lost + 0 }' "$BATS_TEST_TMPDIR/events"
	echo "$output"
	[[ $output =~ ^right\ ([0-9]+)\ ([0-9]+)$ ]]
	[ "${BASH_REMATCH[2]}" -gt 0 ]
	[ $((BASH_REMATCH[1] + BASH_REMATCH[2])) -gt "$count" ]
}

@test "who may not know gets EPERM" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	run -1 --separate-stderr as_nobody "$(command -v vdpactl)" -j monitor
	assert_error EPERM "not permitted"
	run -1 --separate-stderr as_nobody "$(command -v vdpactl)" -j suspend v0
	assert_error EPERM "not permitted"
	run -0 --separate-stderr as_nobody "$(command -v vdpactl)" -j group show v0
	assert_json_eq '.group.v0' null
	# Neither to load what is loaded, nor to open what he may not open
	assert_json_eq '.notes | map([.dev, .code])' '[[null, "no_permission"]]'
	run -1 --separate-stderr as_nobody "$(command -v vdpactl)" -j diag show
	assert_error EPERM "not permitted"
}

@test "root of another user namespace gets EPERM" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	# Root of a user namespace, in the initial network namespace and in its own
	run -1 --separate-stderr unshare -Ur vdpactl -j suspend v0
	assert_error EPERM "not permitted"
	run -1 --separate-stderr unshare -Ur vdpactl -j monitor
	assert_error EPERM "not permitted"
	run -1 --separate-stderr unshare -Urn vdpactl -j monitor
	assert_error EPERM "initial network namespace"
}

# The kernel lets him: in his namespace he has the right to
@test "the owner of a network namespace may join the group, and is no listener" {
	# Who listened a moment ago counts for a minute
	modprobe -r vdpactl_diag
	modprobe vdpactl_diag
	add_dev v0 auxiliary/vdpactl_sim.net.0
	"$BUILD/tests/helpers/eavesdrop" >"$BATS_TEST_TMPDIR/eavesdrop" 3>&- &
	local eavesdropper=$!
	wait_until grep -q joined "$BATS_TEST_TMPDIR/eavesdrop"
	vdpactl reset v0
	run -0 vdpactl -j diag show
	assert_json_eq .diag.events_listened false
	start_monitor
	run -0 vdpactl -j diag show
	assert_json_eq .diag.events_listened true
	vdpactl reset v0
	stop_monitor
	events 'map(.event)'
	assert_output '["reset"]'
	kill $eavesdropper
	wait $eavesdropper || true
}

@test "a module that is not loaded is named, and not loaded" {
	unload vdpactl_diag
	run -1 --separate-stderr vdpactl -j monitor
	assert_error ENOENT "vdpactl_diag is not loaded"
	assert_json '.error.hint | contains("modprobe vdpactl_diag")'
	add_dev v0 auxiliary/vdpactl_sim.net.0
	for command in "suspend v0" "map reset v0" "asid bind v0 group 1 asid 1" "reset v0 --force"; do
		# shellcheck disable=SC2086 # words
		run -1 --separate-stderr vdpactl -j $command
		assert_error EOPNOTSUPP "the module vdpactl_diag is not loaded"
		assert_json '.error.hint | contains("modprobe vdpactl_diag")'
	done
	run -0 vdpactl map show v0
	assert_output --partial "modprobe vdpactl_diag"
	[ ! -d /sys/module/vdpactl_diag ]
	modprobe vdpactl_diag
}

@test "events that do not come in time are told from none that were asked for" {
	run -3 --separate-stderr vdpactl -j monitor nosuch --count 1 --timeout 1
	refute_output
	assert_equal "$stderr" 'vdpactl: there is no vDPA device "nosuch" now; its events are shown when it comes'
	add_dev v0 vdpasim_net
	run -0 --separate-stderr vdpactl -j monitor v0 --timeout 1
	assert_equal "$stderr" ''
	# Stopped by somebody, it has not run out of time
	vdpactl -j monitor v0 --count 1 --timeout 600 3>&- &
	monitor=$!
	wait_until listening "$monitor"
	stop_monitor
}
