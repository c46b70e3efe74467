# SPDX-License-Identifier: GPL-2.0-or-later
# What is shown and done through the vhost-vdpa chardev, and what without it.
# v0: network, two groups and two address spaces; b0: block, one of each.

bats_require_minimum_version 1.5.0
load lib

setup_file() {
	load vhost_vdpa vdpa_sim_net vdpa_sim_blk
	add_dev v0 vdpasim_net
	add_dev b0 vdpasim_blk
	v0=$(basename /sys/bus/vdpa/devices/v0/vhost-vdpa-*)
	export v0=/dev/$v0
}

teardown() {
	[ -z "${holder-}" ] || unhold
}

teardown_file() {
	clean_modules
}

# refused STATUS CODE TEXT COMMAND...: an error object, and nothing else
refused() {
	local status=$1 code=$2 text=$3
	shift 3
	run -"$status" --separate-stderr vdpactl -j "$@"
	assert_error "$code" "$text"
	assert_equal "$stderr" ''
}

@test "without --open no chardev is opened" {
	hold "$v0"
	for object in vq group asid feature map; do
		run -0 vdpactl -j $object show v0
	done
	run -0 vdpactl -j vq show
	assert_json_eq '.vq.v0 | map(.index)' '[0, 1, 2]'
	assert_json_eq '[.vq[][] | .source] | unique' '["netlink"]'
	assert_json_eq '[.vq[][] | .group, .desc_group, .asid, .desc_asid, .size, .base, .ready] | unique' '[null]'
	assert_json_eq '.vq.v0[0].size_max' 256
}

@test "what is not known is null, and notes say what would tell it, the harmless first" {
	for object in group asid map; do
		run -0 vdpactl -j $object show v0
		assert_json_eq ".$object.v0" null
		assert_json_eq '.notes | map([.dev, .code])' \
			'[[null, "not_loaded"], [null, "not_opened"]]'
	done
	run -0 --separate-stderr vdpactl group show v0
	assert_line --regexp '^v0 +- '
	refute_output --partial 'note:'
	run -0 vdpactl group show v0
	assert_line --partial 'note: the module vdpactl_diag is not loaded: it touches no device'
	assert_line --partial 'note: --open tells more of an idle device without the module, but resets it'
}

@test "netlink tells the features, the type of the device names them" {
	run -0 vdpactl -j feature show
	assert_json '.feature.v0.device.names | contains(["MAC", "VERSION_1", "ACCESS_PLATFORM"])'
	assert_json_eq '.feature.v0.driver' '{"mask": "0x0", "names": [], "unknown": []}'
	assert_json_eq '.feature.v0.backend' null
	assert_json_eq '.feature.v0.source' '"netlink"'
	assert_json '.feature.b0.device.names | contains(["SEG_MAX", "BLK_SIZE"])'
}

@test "with --open, virtqueues" {
	run -0 vdpactl -j --open vq show v0
	assert_json_eq '.vq.v0 | map([.index, .group, .asid, .base])' \
		'[[0, 0, 0, 0], [1, 0, 0, 0], [2, 1, 0, 0]]'
	assert_json_eq '.vq.v0 | map(.desc_group, .desc_asid, .ready) | unique' '[null]'
	assert_json_eq '.vq.v0 | map(.size_max) | unique' '[256]'
	assert_json_eq '.vq.v0 | map(.source) | unique' '["vhost"]'
	run -0 vdpactl -j --open vq show v0 qidx 2
	assert_json_eq '.vq.v0 | map(.index)' '[2]'
}

@test "with --open, groups and address spaces" {
	run -0 vdpactl -j --open group show
	assert_json_eq .group.v0 '[
		{"group": 0, "vqs": [0, 1], "desc_vqs": [], "asid": 0, "asid_known": "default", "asid_why": null, "source": "vhost"},
		{"group": 1, "vqs": [2], "desc_vqs": [], "asid": 0, "asid_known": "default", "asid_why": null, "source": "vhost"}]'
	assert_json_eq '.group.b0 | map([.group, .vqs])' '[[0, [0]]]'
	run -0 vdpactl -j --open asid show v0
	assert_json_eq .asid.v0 '[
		{"asid": 0, "groups": [0, 1], "map_ranges": null, "map_bytes": null, "map_known": "unknown", "map_why": "not_readable", "source": "vhost"},
		{"asid": 1, "groups": [], "map_ranges": null, "map_bytes": null, "map_known": "unknown", "map_why": "not_readable", "source": "vhost"}]'
}

@test "with --open, features" {
	run -0 vdpactl -j --open feature show v0
	assert_json '.feature.v0.backend.names | contains(["IOTLB_MSG_V2", "IOTLB_BATCH",
		"IOTLB_ASID", "SUSPEND", "RESUME", "ENABLE_AFTER_DRIVER_OK", "IOTLB_PERSIST"])'
	assert_json_eq .feature.v0.backend.mask '"0x17e"'
	assert_json_eq .feature.v0.driver.mask '"0x0"'
	assert_json_eq .feature.v0.source '"vhost"'
}

@test "with --open, the text says that the device was reset" {
	run -0 vdpactl --open vq show v0
	assert_line --regexp '^DEV +VQ +GROUP '
	assert_line --regexp '^v0 +2 +1 +- '
	assert_line 'note: v0: opening and closing the chardev was a reset of the device'
	assert_line 'note: v0: there are no descriptor groups'
}

@test "with --open, a held device is refused, with its holder" {
	hold "$v0"
	for object in vq group asid feature map; do
		refused 1 EBUSY "process $holder (sleep)" --open $object show v0
	done
	run -1 --separate-stderr vdpactl --open vq show v0
	assert_equal "$output" ''
	assert_regex "$stderr" "^vdpactl: .*v0.* process $holder \(sleep\)"
}

@test "with --open, of all devices a held one is left alone" {
	hold "$v0"
	run -0 vdpactl -j --open group show
	assert_json_eq '.group.v0' null
	assert_json_eq '.group.b0 | length' 1
	run -0 vdpactl --open group show
	assert_line --partial "process $holder (sleep)"
}

@test "with --open, a device without a chardev is refused, with what to do" {
	vdpactl dev unbind b0
	refused 1 ENXIO 'no driver' --open vq show b0
	assert_json '.error.hint | contains("vdpactl dev bind b0 vhost_vdpa")'
	refused 1 ENXIO 'no driver' reset b0
	refused 1 ENXIO 'no driver' session b0
	run -0 vdpactl -j --open vq show
	assert_json_eq '.vq.b0[0].source' '"netlink"'
	assert_json_eq '.vq.v0[0].source' '"vhost"'
	vdpactl dev bind b0 vhost_vdpa
}

@test "--open needs permission, and says so" {
	run -1 --separate-stderr as_nobody "$(command -v vdpactl)" -j --open vq show v0
	assert_error EACCES "$v0"
	assert_json '.error.hint | contains("root")'
}

@test "VDUSE, a parent that is another process" {
	vduse_disk d0
	add_dev d0 vduse
	run -0 vdpactl -j --open group show d0
	assert_json_eq '.group.d0 | map([.group, .vqs, .desc_vqs, .asid, .asid_known])' \
		'[[0, [0, 1], [], 0, "default"]]'
	run -0 vdpactl -j --open vq show d0
	assert_json_eq '.vq.d0 | map([.index, .group, .asid, .base, .source])' \
		'[[0, 0, 0, 0, "vhost"], [1, 0, 0, 0, "vhost"]]'
	run -0 vdpactl -j --open feature show d0
	assert_json '.feature.d0.device.names | contains(["MQ", "VERSION_1", "ACCESS_PLATFORM"])'
	assert_json '.feature.d0.backend.names | contains(["IOTLB_MSG_V2"])'
	run -0 vdpactl -j reset d0
	assert_json_eq '.reset.d0.resets | map(.by)' '["open", "close"]'
	run -0 vdpactl -j session d0 - <<-'LINES'
		owner
		feature VERSION_1,ACCESS_PLATFORM
		status ACKNOWLEDGE,DRIVER,FEATURES_OK
		map iova 0 size 0x100000
	LINES
	hold "$(chardev d0)"
	refused 1 EBUSY "process $holder (sleep)" --open vq show d0
	unhold
	unset holder
	vdpactl dev del d0
	clean_vduse
}

@test "reset says what it did" {
	run -0 vdpactl -j reset v0
	assert_output '{"reset":{"v0":{"resets":[{"by":"open","clean_map":false},{"by":"close","clean_map":false}],"source":"vhost"}}}'
	run -0 vdpactl -j reset v0 --clean-map
	assert_output '{"reset":{"v0":{"resets":[{"by":"open","clean_map":false},{"by":"status","clean_map":true},{"by":"close","clean_map":true}],"source":"vhost"}}}'
	run -0 vdpactl reset --clean-map v0
	assert_line --regexp '^v0 +status +yes +vhost$'
}

@test "reset of a held device is refused, with its holder" {
	hold "$v0"
	refused 1 EBUSY "process $holder (sleep)" reset v0
}

@test "what closing the chardev undoes is not done in one shot" {
	refused 1 EOPNOTSUPP 'closing the chardev resets' asid bind v0 group 0 asid 1
	assert_json '.error.hint | contains("vdpactl session v0") and contains("vdpactl_diag")'
	refused 1 EOPNOTSUPP 'cannot suspend v0' suspend v0
	refused 1 EOPNOTSUPP 'cannot resume v0' resume v0
	refused 1 EOPNOTSUPP 'cannot reset the maps of v0' map reset v0 asid 0
}

@test "a device that is not there" {
	for command in 'vq show' 'group show' 'asid show' 'feature show' 'map show' reset suspend resume session; do
		refused 1 ENODEV nodev $command nodev
	done
	refused 1 ENODEV nodev asid bind nodev group 0 asid 0
	refused 1 ENODEV nodev --open vq show nodev
}

@test "a virtqueue or address space that is not there" {
	refused 1 ERANGE 'v0 has no virtqueue 3' vq show v0 qidx 3
	refused 1 ERANGE 'v0 has no ASID 2' --open map show v0 asid 2
}

@test "a wrong command line" {
	refused 2 EINVAL 'not a number' vq show v0 qidx one
	refused 2 EINVAL 'out of range' vq show v0 qidx 65536
	refused 2 EINVAL 'expected' vq show v0 qidx
	refused 2 EINVAL 'unexpected "junk"' group show v0 junk
	refused 2 EINVAL '"group" expected' asid bind v0 asid 1
	refused 2 EINVAL '"asid" expected' asid bind v0 group 0
	refused 2 EINVAL 'out of range' asid bind v0 group 4294967296 asid 0
	refused 2 EINVAL 'unexpected "--keep-map"' reset v0 --keep-map
	refused 2 EINVAL 'device name expected' reset
	refused 2 EINVAL 'device name expected' suspend
	refused 2 EINVAL 'unexpected' feature show v0 v1
	refused 2 EINVAL 'not a device name' vq show ../v0
}
