# SPDX-License-Identifier: GPL-2.0-or-later
# Bad input, missing privileges and modules, output that cannot be written

load lib

setup_file() {
	load vdpa_sim_net
}

teardown() {
	clean_devices
}

teardown_file() {
	clean_modules
}

# refused TEXT WORD...: the words are refused with this text, nothing is changed
refused() {
	local text=$1
	shift
	run -2 --separate-stderr vdpactl -j "$@"
	assert_error EINVAL "$text"
}

# ---- the command line -----------------------------------------------------------------

@test "an unknown object, command, option" {
	refused 'unknown object "nosuch"' nosuch
	refused 'unknown object ""' ''
	refused 'unknown command "nosuch" of dev' dev nosuch
	refused 'unknown option "--nosuch"' --nosuch dev show
	refused 'unexpected "-x"' dev show v0 -x
	refused 'no object given'
	refused 'ambiguous object "re"' re v0
}

@test "errors without -j go to standard error, with how it is done" {
	run -2 --separate-stderr vdpactl dev add name v0
	refute_output
	assert_equal "${stderr_lines[0]}" "vdpactl: mgmtdev MGMTDEV is missing"
	assert_regex "${stderr_lines[1]}" '^Usage: vdpactl .*dev add name NAME mgmtdev MGMTDEV'
}

@test "bad words of dev add are refused before the kernel is asked" {
	refused 'name NAME is missing' dev add mgmtdev vdpasim_net
	refused 'mgmtdev MGMTDEV is missing' dev add name v0
	refused '"mac" is given twice' dev add name v0 mgmtdev m mac 52:54:00:00:00:01 mac 52:54:00:00:00:02
	refused 'unexpected "nosuch"' dev add name v0 mgmtdev vdpasim_net nosuch 1
	refused 'expected' dev add name v0 mgmtdev vdpasim_net mtu
	refused 'is not a management device' dev add name v0 mgmtdev a/b/c
	[ ! -e /sys/bus/vdpa/devices/v0 ]
}

@test "malformed and impossible MAC addresses" {
	local mac
	for mac in 52:54:00:00:00 52:54:00:00:00:01:02 52-54-00-00-00-01 52:54:00:00:00:0g \
		52:54:00:00:00: 525400000001 ' 52:54:00:00:00:01' ''; do
		refused 'is not a MAC address' dev add name v0 mgmtdev vdpasim_net mac "$mac"
		refused 'is not a MAC address' dev set name v0 mac "$mac"
	done
	refused 'multicast' dev add name v0 mgmtdev vdpasim_net mac 01:00:5e:00:00:01
	refused 'multicast' dev add name v0 mgmtdev vdpasim_net mac ff:ff:ff:ff:ff:ff
	refused 'not an address' dev set name v0 mac 00:00:00:00:00:00
	[ ! -e /sys/bus/vdpa/devices/v0 ]
}

@test "an MTU out of range, and what is no number" {
	local mtu
	for mtu in 65536 67 0 4294968796 18446744073709553116; do
		refused 'out of range (68 to 65535)' dev add name v0 mgmtdev vdpasim_net mtu $mtu
	done
	for mtu in 1500x -1 +1500 ' 1500' 0x 1e3 ''; do
		refused 'is not a number' dev add name v0 mgmtdev vdpasim_net mtu "$mtu"
	done
	refused 'out of range' dev add name v0 mgmtdev vdpasim_net max_vqp 0
	refused 'out of range' dev add name v0 mgmtdev vdpasim_net max_vqp 65536
	[ ! -e /sys/bus/vdpa/devices/v0 ]
}

@test "masks with junk, and names that are none" {
	local mask
	for mask in 0x 0x1g 0x1,junk NOSUCH MAC,, ,MAC MAC,NOSUCH bit_64 bit_ 0x10000000000000000 \
		100000000000000000000000000000000000000 ' 0x1' '-1' ''; do
		run -2 --separate-stderr vdpactl -j dev add name v0 mgmtdev vdpasim_net device_features "$mask"
		assert_json '.error.message | length > 0'
	done
	# A name of another type of device
	run -2 --separate-stderr vdpactl -j dev add name v0 mgmtdev vdpasim_net device_features WRITE_ZEROES
	assert_json '.error.message | contains("WRITE_ZEROES")'
	[ ! -e /sys/bus/vdpa/devices/v0 ]
}

@test "names that cannot be names" {
	local name
	printf -v name '%0256d' 0
	refused 'longer than 255' dev add name "$name" mgmtdev vdpasim_net
	refused 'longer than 255' dev show "$name"
	refused 'empty' dev add name '' mgmtdev vdpasim_net
	for name in a/b . ..; do
		refused 'is not a device name' dev add name "$name" mgmtdev vdpasim_net
	done
}

@test "a device that is not there" {
	local words
	for words in 'dev show' 'dev del' 'dev config show'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr vdpactl -j $words nosuch
		assert_error ENODEV 'there is no vDPA device "nosuch"'
		assert_json_eq .error.hint '"\"vdpactl dev show\" lists the devices"'
	done
	add_dev net0 vdpasim_net
	for words in 'dev show' 'dev del' 'dev config show' 'reset' 'group show' 'vq show' 'dev unbind'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr vdpactl -j $words nte0
		assert_error ENODEV 'there is no vDPA device "nte0"'
		assert_json '.error.hint | startswith("did you mean net0? ")'
	done
	# An option is no device
	refused 'unexpected "--nosuch"' dev show --nosuch
	refused 'unexpected "--nosuch"' reset --nosuch net0
}

# removed_at TEXT WORD...: v1 is removed right before the command first names TEXT to the kernel
removed_at() {
	local text=$1
	shift
	[ -e /sys/bus/vdpa/devices/v1 ] || add_dev v1 vdpasim_net
	[ "$text" != chardev ] || text=$(chardev v1)
	run --separate-stderr "$BUILD/tests/helpers/between" "$text" "vdpa dev del v1" vdpactl -j "$@"
}

@test "a device that is removed between two steps" {
	load vhost_vdpa
	add_dev v0 vdpasim_net
	local words
	# Between the list of all devices and the look at where each is
	removed_at /sys/dev/char dev show
	assert_equal "$status" 0
	assert_json_eq '.dev | keys' '["v0"]'
	removed_at chardev --open group show
	assert_equal "$status" 0
	assert_json_eq '.group | keys' '["v0"]'
	# Between the look at the one that was asked for and its chardev
	for words in '--open group show v1' 'reset v1' 'session v1'; do
		# shellcheck disable=SC2086
		removed_at chardev $words </dev/null
		assert_equal "$status" 1
		assert_error ENODEV 'v1 is gone: it was removed meanwhile'
	done
	# Between the list of all devices and the look at the one that was asked for
	removed_at /sys/dev/char reset v1
	assert_equal "$status" 1
	assert_error ENODEV 'v1 is gone: it was removed meanwhile'
	# Before the first look
	for words in 'dev show v1' 'dev config show v1' 'vq show v1'; do
		# shellcheck disable=SC2086
		removed_at v1 $words
		assert_equal "$status" 1
		assert_error ENODEV 'there is no vDPA device "v1"'
	done
}

# ---- privileges and modules ----------------------------------------------------------------

@test "without privilege nothing is created, changed or deleted" {
	add_dev v0 vdpasim_net
	local words
	for words in 'dev add name v1 mgmtdev vdpasim_net' 'dev del v0' \
		'dev set name v0 mac 52:54:00:00:00:01' 'dev vstats show v0 qidx 0'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr as_nobody vdpactl -j $words
		assert_error EPERM 'permission denied'
		assert_json '.error.hint | contains("CAP_NET_ADMIN")'
	done
	run -0 vdpactl -j dev show
	assert_json_eq '.dev | keys' '["v0"]'
}

@test "in a network namespace every command says that the family is not there" {
	add_dev v0 vdpasim_net
	local words
	for words in 'mgmtdev show' 'dev show' 'dev config show' 'dev add name v1 mgmtdev m' 'dev del v0' \
		'group show' 'vq show v0'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr unshare -n vdpactl -j $words
		assert_error EPERM 'the netlink family "vdpa" is in the initial network namespace alone'
	done
}

@test "without the vdpa module every command says so" {
	clean_modules
	unload vdpa
	local words
	for words in 'mgmtdev show' 'dev show' 'dev config show' 'dev add name v0 mgmtdev m' 'dev del v0'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr vdpactl -j $words
		assert_error ENOENT 'no netlink family "vdpa": its module is not loaded'
		assert_json_eq .error.hint '"load it with: modprobe vdpa"'
	done
	run -1 --separate-stderr vdpactl -j dev bind v0 vhost_vdpa
	assert_error ENOENT 'the module vdpa is not loaded'
	load vdpa_sim_net
}

# ---- output ------------------------------------------------------------------------------

@test "a full disk is an error, for text and for JSON" {
	add_dev v0 vdpasim_net
	local option
	for option in '' -j -p; do
		run -1 --separate-stderr bash -c "vdpactl $option dev show >/dev/full"
		refute_output
		assert_regex "$stderr" 'cannot write to standard output: No space left on device'
	done
	run -1 --separate-stderr bash -c 'vdpactl help >/dev/full'
	run -1 --separate-stderr bash -c 'vdpactl -V >/dev/full'
}

# 141 is what a shell says of a process that SIGPIPE ended
@test "a reader that went away ends it silently, as SIGPIPE does" {
	add_dev v0 vdpasim_net
	local option
	for option in '' -j; do
		run -0 --separate-stderr bash -c "
			{ sleep 0.1; vdpactl $option dev show; echo \$? >$BATS_TEST_TMPDIR/status; } | true"
		assert_equal "$(cat "$BATS_TEST_TMPDIR/status")" 141
		assert_equal "$stderr" ""
	done
}

@test "closed standard output is an error" {
	add_dev v0 vdpasim_net
	run -1 --separate-stderr bash -c 'vdpactl dev show >&-'
	assert_regex "$stderr" 'cannot write to standard output'
}

@test "a closed standard stream is no place for what is opened next" {
	load vhost_vdpa vdpactl_diag
	add_dev v0 vdpasim_net
	# At its end, not the chardev that nobody writes to
	run -0 timeout 60 bash -c 'vdpactl -j session v0 <&-'
	# Not a netlink socket
	bash -c 'exec vdpactl -j monitor --count 1 >&-' 2>"$BATS_TEST_TMPDIR/error" 3>&- &
	local monitor=$!
	wait_until listening "$monitor"
	vdpactl reset v0 >/dev/null
	local code=0
	wait "$monitor" || code=$?
	assert_equal "$code" 1
	run -0 cat "$BATS_TEST_TMPDIR/error"
	assert_output 'vdpactl: cannot write to standard output: Bad file descriptor'
	# Nor is what goes to standard error written to the device
	run -1 bash -c 'vdpactl dev show nosuch 2>&-'
	refute_output
}

@test "an error that cannot be printed is still a failure" {
	run -1 bash -c 'vdpactl -j dev show nosuch >/dev/full 2>/dev/null'
}
