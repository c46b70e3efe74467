# SPDX-License-Identifier: GPL-2.0-or-later
# vDPA devices: showing, creating, changing and deleting them

load lib

setup_file() {
	load vdpa_sim_net vdpa_sim_blk
}

teardown() {
	clean_devices
}

teardown_file() {
	clean_modules
}

# ---- dev show -----------------------------------------------------------------------

@test "dev show is a superset of iproute2's" {
	add_dev v0 vdpasim_net
	add_dev b0 vdpasim_blk
	run -0 --separate-stderr vdpactl -j dev show
	assert_superset "$(vdpa -j dev show)"
	assert_json_eq '.dev | keys' '["b0", "v0"]'
	assert_json_eq '.dev.b0 | {type, device_id, min_vq_size, source}' \
		'{"type": "block", "device_id": 2, "min_vq_size": 1, "source": "netlink"}'
	run -0 vdpactl -j dev show b0
	assert_superset "$(vdpa -j dev show b0)"
	assert_json_eq '.dev | keys' '["b0"]'
}

@test "dev, dev list and shortened words are dev show" {
	add_dev v0 vdpasim_net
	run -0 vdpactl -j dev show
	local shown=$output
	run -0 vdpactl -j dev
	assert_equal "$output" "$shown"
	run -0 vdpactl dev list -j
	assert_equal "$output" "$shown"
	run -0 vdpactl -j d sh
	assert_equal "$output" "$shown"
}

@test "keywords of dev add and dev set may be shortened, as iproute2's" {
	vdpactl dev add n v0 mgmt vdpasim_net mac 2:0:0:0:a:1
	echo v0 >>"$BATS_FILE_TMPDIR/devices"
	run -0 vdpactl -j dev config show v0
	assert_json_eq '.config.v0.mac' '"02:00:00:00:0a:01"'
	run -2 vdpactl dev add n v1 m vdpasim_net
	assert_output --partial 'ambiguous "m": mgmtdev, mac, mtu, max_vqp'
}

@test "behind -- a word is a name, whatever it looks like" {
	local name
	for name in help -j --force --help; do
		vdpactl dev add mgmtdev vdpasim_net name -- "$name"
		# No driver is bound to it; that is what it says, and no help
		run -1 --separate-stderr vdpactl -j reset -- "$name"
		assert_output --partial "$name"
		run -0 vdpactl dev show -- "$name"
		assert_line -n 0 -- "$name"
		run -0 vdpactl dev config show -- "$name"
		assert_line -n 0 -- "$name"
		vdpactl dev del -- "$name"
	done
	[ -z "$(ls /sys/bus/vdpa/devices)" ]
}

@test "-p and -jp print the same document, indented" {
	add_dev v0 vdpasim_net
	local compact pretty
	compact=$(vdpactl -j dev show)
	pretty=$(vdpactl -p dev show)
	[ "$(wc -l <<<"$compact")" -eq 1 ]
	[ "$(wc -l <<<"$pretty")" -gt 10 ]
	# gojq would sort the keys
	assert_equal "$(command jq -c . <<<"$pretty")" "$compact"
	assert_equal "$(vdpactl -jp dev show)" "$pretty"
}

@test "dev show as text is an aligned table" {
	add_dev v0 vdpasim_net
	add_dev a-longer-name vdpasim_blk
	run -0 vdpactl dev show
	assert_line --index 0 --regexp '^DEV +TYPE +MGMTDEV +VQS '
	assert_line --regexp '^v0 +network +vdpasim_net +3 '
	assert_line --regexp '^a-longer-name +block +vdpasim_blk +1 '
	# What is not known is told, with what would tell it
	assert_line --regexp '^note: groups, address spaces and counters are not known: .*vdpactl_diag'
	# No colour in a pipe
	refute_output --partial $'\033'
	# A column begins at the same place in each line
	run -0 awk 'NR <= 3 { print match($0, /TYPE|network|block/) }' <<<"$output"
	assert_equal "$(sort -u <<<"$output" | wc -l)" 1
}

@test "dev show of one device as text has everything" {
	add_dev v0 vdpasim_net
	run -0 vdpactl dev show v0
	assert_line --index 0 v0
	assert_line --regexp '^  type +network$'
	assert_line --regexp '^  mgmtdev +vdpasim_net$'
	assert_line --regexp '^  vendor id +0$'
	assert_line --regexp '^  vqs +3$'
	assert_line --regexp '^  max vq size +256$'
	assert_line --regexp '^  min vq size +1$'
}

@test "a terminal gets colour, unless its user does not want it" {
	add_dev v0 vdpasim_net
	run -0 script -qec 'TERM=linux vdpactl dev show' /dev/null
	assert_output --partial $'\033[1m'
	local command
	for command in 'NO_COLOR=1 vdpactl dev show' 'TERM=dumb vdpactl dev show' \
		'TERM=linux vdpactl --color=never dev show' 'vdpactl -j --color dev show'; do
		run -0 script -qec "$command" /dev/null
		refute_output --partial $'\033'
	done
	TERM=dumb NO_COLOR=1 run -0 vdpactl dev show --color
	assert_output --partial $'\033[1m'
	run -0 vdpactl dev show --color=auto
	refute_output --partial $'\033'
	run -2 vdpactl dev show --color=red
	assert_output --partial '--color is auto, always or never, not "red"'
}

@test "dev show without devices" {
	run -0 --separate-stderr vdpactl -j dev show
	assert_json_eq . '{"dev": {}}'
	run -0 vdpactl dev show
	assert_output ''
}

@test "dev show needs no privilege" {
	add_dev v0 vdpasim_net
	run -0 as_nobody vdpactl -j dev show
	assert_superset "$(vdpa -j dev show)"
}

@test "a VDUSE device of another process is shown as iproute2 does" {
	need_module vduse
	vduse_disk d0
	add_dev d0 vduse
	run -0 vdpactl -j dev show d0
	assert_superset "$(vdpa -j dev show d0)"
	assert_json_eq '.dev.d0 | {type, parent, max_vqs}' \
		'{"type": "block", "parent": {"name": "d0"}, "max_vqs": 2}'
	clean_devices
	clean_vduse
}

# ---- dev add --------------------------------------------------------------------------

@test "dev add gives the attributes it was told" {
	add_dev v0 vdpasim_net mac 52:54:00:aB:Cd:01 mtu 9000 device_features 0x300000028
	run -0 vdpactl -j dev config show v0
	assert_json_eq '.config.v0 | {mac, mtu, m: .device_features.mask}' \
		'{"mac": "52:54:00:ab:cd:01", "mtu": 9000, "m": "0x300000028"}'
}

@test "features are taken by name, as a mask, and as iproute2's hex without 0x" {
	local form
	for form in MAC,MTU,VERSION_1,ACCESS_PLATFORM 0x300000028 300000028 \
		bit_3,mac,VIRTIO_F_VERSION_1,ACCESS_PLATFORM; do
		add_dev v0 vdpasim_net device_features "$form"
		run -0 vdpactl -j dev config show v0
		assert_json_eq '.config.v0.device_features.mask' '"0x300000028"'
		clean_devices
	done
}

@test "the kernel's reasons for not adding a device are told" {
	run -1 --separate-stderr vdpactl -j dev add name v0 mgmtdev nosuch
	assert_error ENODEV 'there is no management device "nosuch"'
	assert_error ENODEV 'Fail to find the specified management device'
	run -1 --separate-stderr vdpactl -j dev add name v0 mgmtdev vdpasim_net max_vqp 2
	assert_error EOPNOTSUPP 'Some provided attributes are not supported: 0x1000'
	run -1 --separate-stderr vdpactl -j dev add name v0 mgmtdev vdpasim_net \
		mac 52:54:00:00:00:01 device_features VERSION_1
	assert_error EINVAL 'Missing features 0x20'
	run -1 --separate-stderr vdpactl -j dev add name v0 mgmtdev vdpasim_blk mtu 1500
	assert_error EOPNOTSUPP 'Some provided attributes are not supported'
	add_dev v0 vdpasim_net
	run -1 --separate-stderr vdpactl -j dev add name v0 mgmtdev vdpasim_net
	assert_error EEXIST 'cannot add v0: that name is taken'
}

@test "what can be done about it is told too" {
	load vdpactl_sim
	# The parent has its words in the kernel log alone
	run -1 --separate-stderr vdpactl -j dev add name v0 mgmtdev auxiliary/vdpactl_sim.net.0 max_vqp 99
	assert_error ERANGE '(the kernel logged meanwhile: '
	assert_json '.error.message | contains("99 queue pairs are more than")'
	assert_json '.error.hint | contains("vdpactl mgmtdev show auxiliary/vdpactl_sim.net.0")'
	run -1 --separate-stderr vdpactl -j dev add name v0 mgmtdev vdpasim_net max_vqp 2
	assert_json '.error.hint | startswith("vdpasim_net does not take max_vqp; ")'
	run -1 --separate-stderr vdpactl -j dev add name v0 mgmtdev vdpactl_sim.net.0
	assert_json_eq .error.hint '"its bus belongs to its name: auxiliary/vdpactl_sim.net.0"'
	if modprobe -n -q vduse; then
		load vduse
		run -1 --separate-stderr vdpactl -j dev add name v0 mgmtdev vduse
		assert_json '.error.hint | endswith("/dev/vduse/v0")'
	fi
}

@test "the longest name there can be works everywhere" {
	local name
	printf -v name '%0255d' 7
	# iproute2's own buffer does not hold it
	vdpactl dev add name "$name" mgmtdev vdpasim_net
	run -0 vdpactl -j dev show "$name"
	assert_json '.dev | keys[0] | length == 255'
	vdpactl dev config show "$name"
	vdpactl dev del "$name"
	run -0 vdpactl -j dev show
	assert_json_eq . '{"dev": {}}'
}

# ---- dev set ----------------------------------------------------------------------------

@test "dev set changes the MAC address" {
	add_dev v0 vdpasim_net
	vdpactl dev set name v0 mac 52:54:00:00:00:77
	run -0 vdpactl -j dev config show v0
	assert_json_eq .config.v0.mac '"52:54:00:00:00:77"'
	run -1 --separate-stderr vdpactl -j dev set name nosuch mac 52:54:00:00:00:77
	assert_error ENODEV 'there is no vDPA device "nosuch"'
}

# ---- dev del ----------------------------------------------------------------------------

@test "dev del deletes the device, and only that" {
	add_dev v0 vdpasim_net
	add_dev v1 vdpasim_net
	run -0 vdpactl dev del v0
	refute_output
	run -0 vdpactl -j dev show
	assert_json_eq '.dev | keys' '["v1"]'
	run -1 --separate-stderr vdpactl -j dev del v0
	assert_error ENODEV 'there is no vDPA device "v0" (kernel: vdpa: device not found)'
}

@test "a device that is held is not deleted" {
	load vhost_vdpa
	add_dev v0 vdpasim_net
	hold "$(vdpactl -j dev show v0 | jq -r .dev.v0.chardev)"
	run -1 --separate-stderr vdpactl -j dev del v0
	unhold
	assert_error EBUSY "is held by process $holder (sleep)"
	[ -e /sys/bus/vdpa/devices/v0 ]
	vdpactl dev del v0
}

# ---- many devices -------------------------------------------------------------------------

@test "a dump that takes many messages is complete" {
	local count=300 shown
	"$BUILD/tests/helpers/devices" add vdpasim_net many $count
	shown=$(vdpactl -j dev show)
	"$BUILD/tests/helpers/devices" del vdpasim_net many $count
	output=$shown
	assert_json_eq '.dev | [length, ([.[].device_id] | unique), has("many0"), has("many299")]' \
		"[$count, [1], true, true]"
}

@test "devices that come and go do not disturb a dump" {
	local churn rounds=0 documents=$BATS_TEST_TMPDIR/documents
	add_dev stays0 vdpasim_net
	"$BUILD/tests/helpers/devices" add vdpasim_net brief 8
	add_dev stays1 vdpasim_net
	"$BUILD/tests/helpers/devices" churn vdpasim_net brief 8 3>&- &
	churn=$!
	while [ $rounds -lt 10 ]; do
		vdpactl -j dev show >>"$documents"
		vdpactl -j dev config show >>"$documents"
		rounds=$((rounds + 1))
	done
	kill $churn
	wait $churn || true
	"$BUILD/tests/helpers/devices" del vdpasim_net brief 8
	output=$(cat "$documents")
	run -0 jq -se '[.[] | (.dev // .config) | has("stays0") and has("stays1")] | length == 20 and all' "$documents"
}
