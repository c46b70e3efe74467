# SPDX-License-Identifier: GPL-2.0-or-later
# Configuration and vendor statistics

load lib

setup_file() {
	load vdpa_sim_net vdpa_sim_blk vhost_vdpa
	add_dev v0 vdpasim_net mac 52:54:00:00:00:01 mtu 9000
	add_dev b0 vdpasim_blk
}

teardown_file() {
	clean_modules
}

negotiate() {
	session_start v0 owner 'status ACKNOWLEDGE,DRIVER' "feature $1" \
		'status ACKNOWLEDGE,DRIVER,FEATURES_OK'
}

@test "dev config show is a superset of iproute2's" {
	run -0 --separate-stderr vdpactl -j dev config show
	assert_superset "$(vdpa -j dev config show)"
	assert_json_eq '.config.v0 | {mac, mtu, "link ": .["link "], "link_announce ": .["link_announce "]}' \
		'{"mac": "52:54:00:00:00:01", "mtu": 9000, "link ": "up", "link_announce ": false}'
	assert_json '.config.v0 | has("driver_features") or has("negotiated_features") | not'
	assert_json '.config.v0.device_features.names | index("MAC") != null'
	run -0 vdpactl -j dev config show v0
	assert_superset "$(vdpa -j dev config show v0)"
	assert_json_eq '.config | keys' '["v0"]'
}

@test "negotiated features are a superset of iproute2's" {
	negotiate MTU,MAC,STATUS,CTRL_VQ,VERSION_1,ACCESS_PLATFORM
	local theirs ours
	theirs=$(vdpa -j dev config show v0)
	ours=$(vdpactl -j dev config show v0)
	session_end
	output=$ours
	assert_superset "$theirs"
	assert_json_eq '.config.v0.negotiated_features' \
		'["MTU", "MAC", "STATUS", "CTRL_VQ", "VERSION_1", "ACCESS_PLATFORM"]'
	assert_json_eq '.config.v0.driver_features.mask' '"0x300030028"'
}

@test "the fields of a block device are told" {
	run -0 vdpactl -j dev config show b0
	assert_superset "$(vdpa -j dev config show b0)"
	# vdpa_sim_blk: a disk of 128 MiB with all of these
	assert_json_eq '.config.b0 | {capacity, blk_size, num_queues, seg_max, size_max, read_only}' \
		'{"capacity": "0x40000", "blk_size": 512, "num_queues": 1, "seg_max": 32,
		  "size_max": 4096, "read_only": false}'
	assert_json '.config.b0 | has("max_discard_sectors") and has("max_write_zeroes_sectors") and has("opt_io_size")'
	run -0 vdpactl dev config show b0
	assert_line --regexp '^  capacity +262144 sectors, 128.0 MiB$'
	assert_line --regexp '^  read only +no$'
}

@test "the fields of a VDUSE device are told" {
	need_module vduse
	vduse_disk d0
	add_dev d0 vduse
	run -0 vdpactl -j dev config show
	assert_superset "$(vdpa -j dev config show)"
	assert_json_eq '.config.d0 | {capacity, num_queues, flush}' \
		'{"capacity": "0x8000", "num_queues": 2, "flush": true}'
	del_dev d0
}

@test "dev config show as text" {
	run -0 vdpactl dev config show v0
	assert_line --index 0 v0
	assert_line --regexp '^  mac +52:54:00:00:00:01$'
	assert_line --regexp '^  link +up$'
	assert_line --regexp '^  mtu +9000$'
	assert_line --partial 'note: v0: features are not negotiated'
}

@test "configuration of a device that is not there" {
	run -1 --separate-stderr vdpactl -j dev config show nosuch
	assert_error ENODEV 'there is no vDPA device "nosuch" (kernel: vdpa: device not found)'
}

@test "dev vstats show is a superset of iproute2's" {
	local theirs ours all text i
	negotiate MTU,MAC,STATUS,CTRL_VQ,VERSION_1,ACCESS_PLATFORM
	for i in 0 1 2; do
		theirs[i]=$(vdpa -j dev vstats show v0 qidx $i)
		ours[i]=$(vdpactl -j dev vstats show v0 qidx $i)
	done
	all=$(vdpactl -j dev vstats show v0)
	text=$(vdpactl dev vstats show v0)
	run -1 --separate-stderr vdpactl -j dev vstats show v0 qidx 7
	session_end
	assert_error EINVAL 'cannot show statistics of virtqueue 7 of v0'
	for i in 0 1 2; do
		output=${ours[i]}
		assert_superset "${theirs[i]}"
	done
	assert_json_eq '.vstats.v0 | {index, role, "cvq requests", source}' \
		'{"index": 2, "role": "control_vq", "cvq requests": 0, "source": "netlink"}'
	# iproute2 takes virtqueue 0 of a device without MQ for the control virtqueue
	output=${ours[0]}
	assert_json_eq '.vstats.v0 | {queue_type, role}' '{"queue_type": "control_vq", "role": "rx"}'
	# Without an index it is all of them; the vendor's names are apart too
	output=$all
	assert_json_eq '.vstats.v0' "$(printf '%s\n' "${ours[@]}" | jq -s 'map(.vstats.v0)')"
	assert_json_eq '.vstats.v0[2].vendor' '{"cvq requests": 0, "cvq successes": 0, "cvq errors": 0}'
	run -0 echo "$text"
	assert_line --index 0 v0
	assert_line --regexp '^  virtqueue +1$'
	assert_line --regexp '^  role +tx$'
	assert_line --regexp '^  tx packets +0$'
	assert_line --regexp '^  cvq requests +0$'
}

@test "statistics before features are negotiated" {
	run -1 --separate-stderr vdpactl -j dev vstats show v0
	assert_error EAGAIN 'cannot show statistics of virtqueue 0 of v0: '
	run -1 --separate-stderr vdpactl -j dev vstats show v0 qidx 0
	assert_error EAGAIN 'feature negotiation not complete'
}

@test "statistics of a device that keeps none" {
	run -1 --separate-stderr vdpactl -j dev vstats show b0 qidx 0
	assert_error EOPNOTSUPP 'not supported'
}

@test "statistics are of a virtqueue" {
	run -2 --separate-stderr vdpactl -j dev vstats show v0 qidx
	assert_error EINVAL 'index of a virtqueue expected'
	run -2 --separate-stderr vdpactl -j dev vstats show v0 qidx 4294967296
	assert_error EINVAL 'out of range'
	run -2 --separate-stderr vdpactl -j dev vstats list v0
	assert_error EINVAL '"show" expected'
}
