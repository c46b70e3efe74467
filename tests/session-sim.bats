# SPDX-License-Identifier: GPL-2.0-or-later
# What upstream's simulator does not have: descriptor groups, and parent drivers
# that lack an operation. net: groups 0 (data), 1 (control), 2 (descriptors).

bats_require_minimum_version 1.5.0
load lib

setup_file() {
	load vhost_vdpa vdpactl_sim
	add_dev n0 auxiliary/vdpactl_sim.net.0
	add_dev p0 auxiliary/vdpactl_sim.net_plain.0
}

teardown_file() {
	clean_modules
}

@test "descriptor groups are shown" {
	run -0 vdpactl -j --open vq show n0
	assert_json_eq '.vq.n0 | map([.group, .desc_group, .asid, .desc_asid])' \
		'[[0, 2, 0, 0], [0, 2, 0, 0], [1, 1, 0, 0]]'
	run -0 vdpactl -j --open group show n0
	assert_json_eq '.group.n0 | map([.group, .vqs, .desc_vqs])' \
		'[[0, [0, 1], []], [1, [2], [2]], [2, [], [0, 1]]]'
	run -0 vdpactl -j --open feature show n0
	assert_json '.feature.n0.backend.names | contains(["DESC_ASID", "IOTLB_PERSIST"])'
}

@test "a descriptor group is bound in a session, addresses have 48 bits" {
	session_of n0 <<-'END'
		owner
		backend IOTLB_MSG_V2,IOTLB_BATCH,IOTLB_ASID,DESC_ASID,IOTLB_PERSIST
		status 3
		group 2 asid 2
		group 0 asid 1
		show
		status 0
		show
		map iova 0xfffffffff000 size 0x1000
		map iova 0x1000000000000 size 0x1000
	END
	assert_equal "$status" 1
	assert_json_eq '.[5].state.groups | map([.asid, .asid_known])' \
		'[[1, "observed"], [0, "default"], [2, "observed"]]'
	assert_json_eq '.[5].state.vqs | map(.desc_group)' '[2, 2, 1]'
	assert_json_eq '.[7].state.groups | map([.asid, .asid_known]) | unique' '[[0, "default"]]'
	assert_json_eq '.[7].state.iova' '{"first": "0x0", "last": "0xffffffffffff"}'
	assert_json_eq '.[8:] | map(.error.code)' '[null, "EINVAL"]'
}

@test "a group that the kernel cannot name" {
	# Without a control virtqueue there are 2 virtqueues, and 3 groups all the same
	add_dev n1 auxiliary/vdpactl_sim.net.0 device_features VERSION_1,ACCESS_PLATFORM
	session_of n1 --keep-going <<-'END'
		owner
		group 2 asid 1
		group 3 asid 1
		group 1 asid 1
	END
	assert_json_eq 'map(.error.code)' '[null, "ENOBUFS", "EINVAL", null]'
	assert_json '.[1].error.message | contains("only group numbers below that of the virtqueues")'
	assert_json '.[2].error.message | contains("groups 0 to 2")'
	del_dev n1
}

@test "a parent driver that cannot bind groups nor keep maps" {
	session_of p0 --keep-going <<-'END'
		owner
		group 0 asid 0
		backend IOTLB_PERSIST
	END
	assert_json_eq 'map(.error.code)' '[null, "EOPNOTSUPP", "EOPNOTSUPP"]'
	assert_json '.[1].error.message | contains("cannot bind groups")'
	assert_json '.[2].error.message | contains("IOTLB_PERSIST is not on offer")'
	run -0 vdpactl -j reset p0
	assert_json_eq '.reset.p0.resets | map([.by, .clean_map])' '[["open", false], ["close", true]]'
	run -0 vdpactl -j reset n0
	assert_json_eq '.reset.n0.resets | map([.by, .clean_map])' '[["open", false], ["close", false]]'
}

@test "more than may be locked in memory" {
	printf '%s\n' owner 'map iova 0 size 0xc000' 'map iova 0x10000 size 0x8000' \
		'map iova 0x10000 size 0x40000' 'unmap iova 0 size 0xc000' \
		'map iova 0x10000 size 0x8000' >"$BATS_TEST_TMPDIR/ops"
	run -1 --separate-stderr prlimit --memlock=65536 \
		vdpactl -j session n0 --keep-going "$BATS_TEST_TMPDIR/ops"
	output=$(jq -cs . <<<"$output")
	assert_json_eq 'map(.error.code)' '[null, null, "ENOMEM", "ENOMEM", null, null]'
	assert_json '.[2].error | (.message | contains("locked in memory")) and (.hint | contains("ulimit -l"))'
}
