# SPDX-License-Identifier: GPL-2.0-or-later
# A host whose generic netlink is blocked: a device is deleted while its chardev is held

load lib

setup_file() {
	load vdpa_sim_net vhost_vdpa
}

teardown() {
	[ -z "${holder-}" ] || unblock
	clean_devices
}

teardown_file() {
	clean_modules
}

# block DEV: it is being deleted, but held; the processes are in $deleter and $holder
block() {
	hold "$(chardev "$1")"
	vdpa dev del "$1" 3>&- &
	deleter=$!
	wait_until grep -q vhost_vdpa_remove "/proc/$deleter/wchan"
}

# What was left behind goes away too
unblock() {
	unhold
	holder=
	wait "$deleter"
	wait_until nobody_waits
}

nobody_waits() {
	! grep -l '^State:.*D' /proc/[0-9]*/status 2>/dev/null | grep -q .
}

# blames WORD...: the command says who is to blame, and ends
blames() {
	run -1 --separate-stderr vdpactl -j "$@"
	assert_error ETIMEDOUT "generic netlink is blocked on this host: process $deleter (vdpa) waits in the kernel, in vhost_vdpa_remove, until process $holder (sleep) closes"
	assert_json ".error.hint | contains(\"make process $holder close the device\")"
}

@test "every command ends, and says who blocks generic netlink" {
	add_dev v0 vdpasim_net
	add_dev v1 vdpasim_net
	block v0
	local words
	for words in 'dev show' 'dev show v1' 'dev config show' 'dev vstats show v1 qidx 0' 'mgmtdev show' \
		'group show v1' 'map show' 'dev add name v2 mgmtdev vdpasim_net' 'dev del v1' \
		'dev set name v1 mac 52:54:00:00:00:01'; do
		# shellcheck disable=SC2086
		blames $words
	done
	# What was asked for and not waited for is not done later
	unblock
	run -0 vdpactl -j dev show
	assert_json_eq '.dev | keys' '["v1"]'
}

@test "who waits for the end of the answer need not wait for what is left behind" {
	add_dev v0 vdpasim_net
	block v0
	run -0 timeout -s KILL 60 bash -c 'vdpactl dev show 2>&1 | cat'
	assert_line --partial 'generic netlink is blocked'
	unblock
}

@test "without privilege it is not known who blocks it, and said so" {
	add_dev v0 vdpasim_net
	block v0
	run -1 --separate-stderr as_nobody vdpactl -j dev show
	unblock
	assert_error ETIMEDOUT 'which process does that cannot be told without being root'
}

@test "a device that somebody waits with is not waited for" {
	add_dev v0 vdpasim_net
	hold "$(chardev v0)"
	bash -c 'echo v0 >/sys/bus/vdpa/drivers/vhost_vdpa/unbind' 3>&- &
	deleter=$!
	wait_until grep -q vhost_vdpa_remove "/proc/$deleter/wchan"
	local words
	for words in 'bind v0 vhost_vdpa' 'del v0'; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr vdpactl -j dev $words
		assert_error EBUSY "v0: it has no driver, and may be the device that is waited for: process $deleter (bash) waits in the kernel, in vhost_vdpa_remove, until process $holder (sleep) closes"
	done
	# All else goes on
	run -0 vdpactl -j dev show
	assert_json_eq '.dev | keys' '["v0"]'
	unblock
}

@test "with the module vdpactl_diag nothing hangs either" {
	load vdpactl_diag
	add_dev v0 vdpasim_net
	add_dev v1 vdpasim_net
	block v0
	blames dev show v1
	blames monitor --timeout 1
	unblock
}
