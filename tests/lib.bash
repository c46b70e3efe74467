# SPDX-License-Identifier: GPL-2.0-or-later
# Functions that the bats files share. They run as root in the lab VM, one boot
# for all files, so what a file changes it puts back: create devices with
# add_dev() and load modules with load(), and call clean_modules from
# teardown_file, or clean_devices from teardown.
# shellcheck disable=SC2154 # $output is set by bats

bats_require_minimum_version 1.5.0
# bats-support and bats-assert, as one file: their loaders start a process for each
# file that they source, for each test, and processes are what is slow in the lab VM.
if [ ! -e "$BATS_RUN_TMPDIR/assert.bash" ]; then
	cat /usr/lib/bats/bats-{support,assert}/src/*.bash >"$BATS_RUN_TMPDIR/assert.bash"
fi
# shellcheck disable=SC1091 # made above
source "$BATS_RUN_TMPDIR/assert.bash"

# Where the built helpers are; the VM shares the build directory
: "${BUILD:=$PWD/build}"

# load MODULE...: modprobe, remembered for clean_modules
load() {
	local module
	for module; do
		[ -d "/sys/module/${module//-/_}" ] && continue
		modprobe "$module" || return
		echo "$module" >>"$BATS_FILE_TMPDIR/modules"
	done
}

# unload MODULE...: as much as is loaded
unload() {
	local module
	for module; do
		if [ -d "/sys/module/${module//-/_}" ]; then
			modprobe -r "$module" || return
		fi
	done
}

# add_dev NAME MGMTDEV [ARG...]: a vDPA device, remembered for clean_devices
add_dev() {
	local name=$1 mgmtdev=$2
	shift 2
	vdpactl dev add name "$name" mgmtdev "$mgmtdev" "$@" || return
	echo "$name" >>"$BATS_FILE_TMPDIR/devices"
}

# del_dev NAME...: if they are there
del_dev() {
	local name
	for name; do
		if [ -e "/sys/bus/vdpa/devices/$name" ]; then
			vdpa dev del "$name" || return
		fi
	done
}

# Delete every vDPA device that a test of this file made
clean_devices() {
	[ -s "$BATS_FILE_TMPDIR/devices" ] || return 0
	# shellcheck disable=SC2046 # one name each
	del_dev $(cat "$BATS_FILE_TMPDIR/devices")
	rm -f "$BATS_FILE_TMPDIR/devices"
}

# Delete the devices and unload, last first, the modules that load() loaded
clean_modules() {
	clean_devices
	clean_vduse
	[ -s "$BATS_FILE_TMPDIR/modules" ] || return 0
	# shellcheck disable=SC2046 # one name each
	unload $(tac "$BATS_FILE_TMPDIR/modules")
	rm -f "$BATS_FILE_TMPDIR/modules"
}

# as_nobody COMMAND...: without any privilege
as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all -- "$@"
}

# kernel_at_least VERSION: "6.15"
kernel_at_least() {
	[ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" = "$1" ]
}

# need_kernel VERSION: skip the test on an older one
need_kernel() {
	kernel_at_least "$1" || skip "needs Linux $1"
}

# need_module MODULE: skip the test where the kernel was built without it
need_module() {
	modprobe -n -q "$1" || skip "this kernel has no module $1"
}

# jq 1.6 compiles its own library at each start, which takes a second in the lab VM
jq() {
	gojq "$@"
}
export -f jq

# json FILTER: what jq makes of $output, which must be one JSON document
json() {
	jq -ce "$1" <<<"$output"
}

# assert_json FILTER: that the filter is true of $output
assert_json() {
	local got
	if ! got=$(jq -e "$1" <<<"$output" 2>&1) || [ "$got" != true ]; then
		batslib_print_kv_single_or_multi 8 filter "$1" result "$got" output "$output" |
			batslib_decorate 'JSON is not as wanted' | fail
	fi
}

# assert_json_eq FILTER JSON: that the filter gives this value
assert_json_eq() {
	jq -e --argjson want "$2" "($1) == \$want" <<<"$output" >/dev/null 2>&1 ||
		batslib_print_kv_single_or_multi 8 filter "$1" wanted "$2" \
			got "$(jq -c "$1" <<<"$output" 2>&1)" output "$output" |
		batslib_decorate 'JSON is not as wanted' | fail
}

# assert_error CODE TEXT: an error object on standard output, and nothing else.
# Run the command with "run -STATUS --separate-stderr". No jq: there are many errors.
assert_error() {
	local text=${2//\"/\\\"}
	local object='^\{"error":\{"code":"([A-Z0-9]+)","message":"(.+)","hint":".*"\}\}$'
	[[ $output =~ $object && ${BASH_REMATCH[1]} == "$1" && ${BASH_REMATCH[2]} == *"$text"* ]] ||
		batslib_print_kv_single_or_multi 8 wanted "$1: $2" output "$output" |
		batslib_decorate 'not that error' | fail
}

# wait_until COMMAND...: a minute at least, for slow machines
wait_until() {
	local i
	for ((i = 0; i < 1200; i++)); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		sleep 0.05
	done
	echo "still not true after a minute: $*" >&2
	return 1
}

# hold FILE: a process that holds FILE open; its pid is in $holder. Closed by unhold.
hold() {
	sleep infinity <>"$1" 3>&- &
	holder=$!
}

unhold() {
	kill "$holder"
	wait "$holder" 2>/dev/null || true
}

# listening PID: vdpactl watches events or faults: it has joined the group 16, nlctrl's
# "notify", which it does last. The kernel shows the first 32 groups, libnl numbers ports
# by the lower 22 bits.
listening() {
	awk -v pid="$1" '$2 == 16 && $3 % 4194304 == pid && substr($4, 5, 1) ~ /[89a-f]/ {
		found = 1 } END { exit !found }' /proc/net/netlink
}

# assert_superset DOCUMENT: that the JSON in $output has everything that DOCUMENT has, at
# the same place and with the same value
assert_superset() {
	local missing
	missing=$(jq -nc --argjson want "$1" --argjson got "$output" '
		[$want | paths(scalars, . == [], . == {}) as $path
		 | select(($want | getpath($path)) as $value | ($got | try getpath($path) catch "no such path") |
			  if $value == {} then type != "object" else . != $value end
			  or ($got | [paths] | any(. == $path) | not))
		 | {path: $path, wanted: ($want | getpath($path)), got: ($got | try getpath($path) catch null)}]')
	[ "$missing" = "[]" ] || batslib_print_kv_single_or_multi 8 wanted "$1" got "$output" differs "$missing" |
		batslib_decorate 'not a superset' | fail
}

# vduse_disk NAME: a VDUSE block device of 16 MiB that qemu-storage-daemon serves; it
# becomes a vDPA device with add_dev NAME vduse. Ended by clean_vduse, after the
# vDPA device is gone.
vduse_disk() {
	load vduse || return
	truncate -s 16M "$BATS_FILE_TMPDIR/$1.disk"
	qemu-storage-daemon --blockdev "driver=file,filename=$BATS_FILE_TMPDIR/$1.disk,node-name=disk" \
		--export "type=vduse-blk,id=$1,name=$1,node-name=disk,writable=on,num-queues=2" \
		--pidfile "$BATS_FILE_TMPDIR/$1.daemon" 3>&- >/dev/null 2>&1 &
	wait_until test -c "/dev/vduse/$1"
}

# vduse_net NAME: the same for a network device, which no frame ever leaves; what its
# daemon was asked is in $BATS_FILE_TMPDIR/NAME.requests
vduse_net() {
	load vduse || return
	"$BUILD/tests/helpers/diag-vduse" "$1" >"$BATS_FILE_TMPDIR/$1.requests" 3>&- &
	echo $! >"$BATS_FILE_TMPDIR/$1.daemon"
	wait_until grep -q ready "$BATS_FILE_TMPDIR/$1.requests"
}

clean_vduse() {
	local pidfile pid
	for pidfile in "$BATS_FILE_TMPDIR"/*.daemon; do
		[ -e "$pidfile" ] || continue
		pid=$(<"$pidfile")
		kill "$pid"
		wait_until test ! -d "/proc/$pid"
		rm -f "$pidfile"
	done
}

# session_of DEV [ARG...] <LINES: run -j, its status in $status, an array of its
# lines in $output
session_of() {
	local dev=$1
	shift
	cat >"$BATS_TEST_TMPDIR/ops"
	run --separate-stderr vdpactl -j session "$dev" "$BATS_TEST_TMPDIR/ops" "$@"
	output=$(jq -cs . <<<"$output")
}

# session_start DEV LINE...: a process that has the chardev of DEV open and has run
# these operations of "vdpactl session"; session_do LINE... runs more of them,
# session_end ends it
session_start() {
	local device=$1
	shift
	mkfifo "$BATS_TEST_TMPDIR/session.in"
	: >"$BATS_TEST_TMPDIR/session"
	vdpactl -j session "$device" <"$BATS_TEST_TMPDIR/session.in" \
		>"$BATS_TEST_TMPDIR/session" 3>&- &
	session=$!
	exec 7>"$BATS_TEST_TMPDIR/session.in"
	session_lines=0
	session_do "$@"
}

session_do() {
	session_lines=$((session_lines + $#))
	printf '%s\n' "$@" >&7
	wait_until session_did
}

session_did() {
	local -a lines
	mapfile -t lines <"$BATS_TEST_TMPDIR/session"
	((${#lines[@]} >= session_lines))
}

session_end() {
	exec 7>&-
	wait "$session" || true
	session=
	rm -f "$BATS_TEST_TMPDIR/session.in"
}

# steps NUMBER: as many as there is time for on a debug kernel, unless in a soak
steps() {
	if [ -e /sys/kernel/debug/kmemleak ] && [ -z "${SOAK-}" ]; then
		echo $(($1 / 20))
	else
		echo "$1"
	fi
}

# takes_minutes: skip the test on a debug kernel, unless in a soak
takes_minutes() {
	[ ! -e /sys/kernel/debug/kmemleak ] || [ -n "${SOAK-}" ] ||
		skip "takes minutes on a debug kernel: make check-all runs it"
}

# chardev DEV: the node of its vhost-vdpa chardev
chardev() {
	echo "/dev/$(basename /sys/bus/vdpa/devices/"$1"/vhost-vdpa-*)"
}
