# SPDX-License-Identifier: GPL-2.0-or-later
# What is in use is left alone, also where that cannot be told for sure

load lib

setup_file() {
	export SIM=auxiliary/vdpactl_sim
	load vhost_vdpa virtio_vdpa vdpactl_sim vdpactl_diag
}

setup() {
	[[ $BATS_TEST_DESCRIPTION == "an interface"* || $BATS_TEST_DESCRIPTION == "a disk"* ]] || {
		add_dev v0 $SIM.net.0
		vdpactl dev bind v0 vhost_vdpa
	}
}

teardown() {
	[ -z "${holder-}" ] || unhold
	clean_devices
}

teardown_file() {
	clean_modules
}

bound() {
	basename "$(readlink "/sys/bus/vdpa/devices/$1/driver")"
}

# refused_all TEXT PREFIX...: run so, no action goes through; the device stays as it is
refused_all() {
	local text=$1 resets words
	shift
	resets=$(vdpactl -j dev show v0 | jq '.dev.v0.counters | [.resets, .map_ops]')
	for words in 'reset v0' 'reset v0 --clean-map' 'suspend v0' 'resume v0' 'map reset v0' \
		'asid bind v0 group 0 asid 1' 'dev unbind v0' 'dev bind v0 virtio_vdpa' 'dev del v0'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr "$@" vdpactl -j $words
		assert_error EBUSY "$text"
	done
	[ "$(bound v0)" = vhost_vdpa ]
	[ "$(vdpactl -j dev show v0 | jq '.dev.v0.counters | [.resets, .map_ops]')" = "$resets" ]
}

# ---- holders ---------------------------------------------------------------------------

# start_holder HELPER: has the chardev of v0 open in its way
start_holder() {
	"$BUILD/tests/helpers/$1" "$(chardev v0)" >"$BATS_TEST_TMPDIR/ready" 3>&- &
	holder=$!
	wait_until test -s "$BATS_TEST_TMPDIR/ready"
}

@test "a holder that cannot be seen is a holder: a file in a socket" {
	start_holder inflight
	refused_all 'it cannot be told whether /dev/vhost-vdpa'
	assert_json '.error.hint | contains("on its way through a socket")'
	# A file that is only named does not explain that there is one more that is open
	add_dev v1 $SIM.net.0
	vdpactl dev bind v1 vhost_vdpa
	run -0 "$BUILD/tests/helpers/pathonly" "$(chardev v1)" vdpactl -j dev show
	assert_json_eq '[.dev[].holders]' '[null, null]'
}

@test "a holder that cannot be seen is a holder: another pid namespace" {
	hold "$(chardev v0)"
	refused_all 'it cannot be told whether /dev/vhost-vdpa' unshare -p -f --mount-proc
	assert_json '.error.hint | contains("pid namespace")'
	# Built into the kernel, the module counts no files
	run -0 --separate-stderr unshare -m -p -f --mount-proc bash -c \
		'mount -t tmpfs none /sys/module/vhost_vdpa && vdpactl -j dev show v0'
	assert_json_eq .dev.v0.holders null
}

@test "a holder that cannot be seen is a holder: without root, but with the capability" {
	hold "$(chardev v0)"
	local words
	for words in 'reset v0' 'suspend v0' 'map reset v0' 'asid bind v0 group 0 asid 1' 'dev del v0'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups \
			--inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin vdpactl -j $words
		assert_error EBUSY 'it cannot be told whether /dev/vhost-vdpa'
	done
	assert_json '.error.hint | contains("not every process could be looked at")'
}

@test "the files of a thread are looked at too" {
	start_holder unshared
	refused_all "is held by process $holder (unshared)"
}

@test "what vdpactl was started with is not another process's" {
	local node
	node=$(chardev v0)
	run -1 --separate-stderr bash -c "exec vdpactl -j dev unbind v0 9<>$node"
	assert_error EBUSY 'is held by process'
	assert_json '.error.hint | contains("that is this process itself")'
}

# ---- what the host uses ------------------------------------------------------------------

@test "an interface that is up is not taken away" {
	load virtio_net
	local iface words
	add_dev n0 $SIM.net.0
	vdpactl dev bind n0 virtio_vdpa
	wait_until ls /sys/bus/vdpa/devices/n0/virtio*/net
	iface=$(ls /sys/bus/vdpa/devices/n0/virtio*/net)
	ip link set "$iface" up
	for words in 'dev unbind n0' 'dev bind n0 vhost_vdpa' 'dev del n0'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr vdpactl -j $words
		assert_error EBUSY "it is the network interface $iface of this host, which is up"
		assert_json_eq .error.hint "\"take it down first: ip link set $iface down\""
	done
	# In a network namespace of its own it is not to be seen
	ip netns add harm
	ip link set "$iface" netns harm
	run -1 --separate-stderr vdpactl -j dev unbind n0
	assert_error EBUSY 'virtio_net drives it, and what it makes of it cannot be seen here'
	ip netns exec harm ip link set "$iface" netns 1
	ip netns del harm
	# By force, and said; down, without
	ip link set "$iface" up
	run -0 --separate-stderr vdpactl dev bind n0 vhost_vdpa --force </dev/null
	assert_equal "$stderr" "vdpactl: bind n0 while it is the network interface $iface of this host, which is up: it goes away under whoever uses it"
	assert_equal "$(bound n0)" vhost_vdpa
	vdpactl dev bind n0 virtio_vdpa
	run -0 --separate-stderr vdpactl dev unbind n0
	refute_output
}

@test "a disk that is mounted is not taken away" {
	load virtio_blk
	local disk words mounted=$BATS_TEST_TMPDIR/mounted
	add_dev b0 $SIM.blk.0
	vdpactl dev bind b0 virtio_vdpa
	wait_until ls /sys/bus/vdpa/devices/b0/virtio*/block
	disk=$(ls /sys/bus/vdpa/devices/b0/virtio*/block)
	wait_until test -b "/dev/$disk"
	mkfs.ext4 -q "/dev/$disk"
	mkdir "$mounted"
	mount "/dev/$disk" "$mounted"
	for words in 'dev unbind b0' 'dev bind b0 vhost_vdpa' 'dev del b0'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr vdpactl -j $words
		assert_error EBUSY "it is the disk $disk of this host, which is mounted on $mounted"
	done
	# Mounted where we cannot see it
	run -1 --separate-stderr unshare -m bash -c "umount $mounted; vdpactl -j dev unbind b0"
	assert_error EBUSY "it is the disk $disk of this host, which is mounted or otherwise in use"
	umount "$mounted"
	run -0 vdpactl dev unbind b0
}

# ---- VDUSE ---------------------------------------------------------------------------------

@test "a VDUSE device that nobody serves is not waited for" {
	need_module vduse
	vduse_net d0
	add_dev d0 vduse
	vdpactl dev bind d0 vhost_vdpa
	kill -KILL "$(<"$BATS_FILE_TMPDIR/d0.daemon")"
	wait_until test ! -d "/proc/$(<"$BATS_FILE_TMPDIR/d0.daemon")"
	rm "$BATS_FILE_TMPDIR/d0.daemon"
	local words
	for words in 'dev unbind d0' 'dev bind d0 virtio_vdpa' 'dev del d0'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr vdpactl -j $words
		assert_error EBUSY 'it is a VDUSE device that nobody serves: no process has /dev/vduse/d0 open; with --force, the kernel waits until that ends, no signal ends the wait, and all generic netlink of this host'
		assert_json_eq .error.hint '"start its daemon again"'
	done
	run -0 --separate-stderr vdpactl dev del d0 --force </dev/null
	assert_regex "$stderr" '^vdpactl: delete d0 while it is a VDUSE device that nobody serves'
	[ ! -e /sys/bus/vdpa/devices/d0 ]
	# Its daemon's end, which clean_vduse brings about, is that of the VDUSE device
	vduse_net d0
}

# ---- advice --------------------------------------------------------------------------------

@test "the advice that changes nothing comes first, and only what helps" {
	run -0 vdpactl group show v0
	refute_output --partial note:
	# The module is there, and only the privilege is missing; nobody may open the chardev
	run -0 as_nobody vdpactl group show v0
	assert_line --partial 'CAP_NET_ADMIN'
	refute_output --partial 'modprobe'
	refute_output --partial -- '--open'
	modprobe -r vdpactl_diag
	run -0 vdpactl group show v0
	local idle=$output
	hold "$(chardev v0)"
	run -0 vdpactl group show v0
	modprobe vdpactl_diag
	assert_line 'note: the module vdpactl_diag is not loaded: it touches no device, and tells what happens from then on; load it: modprobe vdpactl_diag'
	refute_output --partial -- '--open'
	output=$idle
	run -0 grep note: <<<"$idle"
	assert_line --index 0 --partial 'modprobe vdpactl_diag'
	assert_line --index 1 'note: --open tells more of an idle device without the module, but resets it'
}

# ---- failures to look ------------------------------------------------------------------------

# few NUMBER WORD...: with so many file descriptors
few() {
	bash -c 'ulimit -n "$1"; shift; exec vdpactl -j "$@"' - "$@" 3>&- 4>&- 5>&- 6>&- 7>&-
}

@test "a failure to look is not taken for nobody" {
	hold "$(chardev v0)"
	local number full words
	full=$(vdpactl -j dev show v0 | jq -c '.dev.v0 | {driver, chardev, holders, parent}')
	for number in 4 5 6 7; do
		run --separate-stderr few $number dev show v0
		if [ "$status" -eq 0 ]; then
			assert_json_eq '.dev.v0 | {driver, chardev, holders, parent}' "$full"
		else
			assert_equal "$status" 1
			assert_error EMFILE 'Too many open files'
		fi
		for words in 'dev unbind v0' 'dev del v0'; do
			# shellcheck disable=SC2086
			run -1 --separate-stderr few $number $words
			assert_json '.error.code == "EMFILE" or .error.code == "EBUSY"'
		done
	done
	assert_equal "$(bound v0)" vhost_vdpa
}
