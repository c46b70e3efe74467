# SPDX-License-Identifier: GPL-2.0-or-later
# Management devices

load lib

setup_file() {
	load vdpa_sim_net vdpa_sim_blk vduse
}

teardown_file() {
	clean_modules
}

@test "mgmtdev show is a superset of iproute2's" {
	run -0 --separate-stderr vdpactl -j mgmtdev show
	assert_superset "$(vdpa -j mgmtdev show)"
	assert_json_eq '.mgmtdev | keys' '["vdpasim_blk", "vdpasim_net", "vduse"]'
	assert_json_eq '[.mgmtdev[].source] | unique' '["netlink"]'
	# What its driver left at 0 is not told; iproute2's members are the kernel's 0
	assert_json_eq '.mgmtdev.vduse | {max_vqs, features, max_supported_vqs, dev_features}' \
		'{"max_vqs": null, "features": null, "max_supported_vqs": 0, "dev_features": []}'
	assert_json_eq '[.notes[] | select(.dev == "vduse").code]' '["not_told"]'
}

@test "mgmtdev show of one device is a superset of iproute2's" {
	run -0 --separate-stderr vdpactl -j mgmtdev show vdpasim_net
	assert_superset "$(vdpa -j mgmtdev show vdpasim_net)"
	assert_json_eq '.mgmtdev | keys' '["vdpasim_net"]'
	assert_json_eq '.mgmtdev.vdpasim_net.features.unknown' '[]'
	assert_json '.mgmtdev.vdpasim_net.features | (.mask | startswith("0x")) and (.names | index("MAC") != null)'
}

@test "mgmtdev and mgmtdev list are mgmtdev show" {
	run -0 vdpactl -j mgmtdev
	local shown=$output
	run -0 vdpactl -j mgmtdev list
	assert_equal "$output" "$shown"
}

@test "mgmtdev show as text has every name and value" {
	run -0 --separate-stderr vdpactl mgmtdev show
	assert_line "vdpasim_net"
	assert_line --regexp '^  classes +net$'
	assert_line --regexp '^  max vqs +3$'
	assert_line --regexp '^  features +0x[0-9a-f]+ .*MAC'
	assert_line --regexp '^  max vqs +-$'
	assert_line --regexp '^  features +-$'
	[[ $stderr == 'note: vdpasim_blk, vduse: it is not told how many virtqueues and which features '* ]]
}

@test "a management device that is not there" {
	run -1 --separate-stderr vdpactl -j mgmtdev show nosuch
	assert_error ENODEV 'there is no management device "nosuch"'
	assert_error ENODEV 'Fail to find the specified mgmt device'
	run -1 --separate-stderr vdpactl -j mgmtdev show pci/0000:00:1f.7
	assert_error ENODEV '"pci/0000:00:1f.7"'
	local words name
	for words in 'mgmtdev show' 'dev add name v0 mgmtdev'; do
		for name in vdpasim_nte pci/vdpasim_net; do
			# shellcheck disable=SC2086
			run -1 --separate-stderr vdpactl -j $words $name
			assert_json '.error.hint | startswith("did you mean vdpasim_net? ")'
		done
	done
}

@test "what cannot be a management device is refused" {
	local word
	for word in a/b/c /a a/ ''; do
		run -2 --separate-stderr vdpactl -j mgmtdev show "$word"
		assert_error EINVAL 'is not a management device'
	done
	run -2 --separate-stderr vdpactl -j mgmtdev show vdpasim_net more
	assert_error EINVAL 'unexpected "more"'
}

@test "mgmtdev show needs no privilege" {
	run -0 as_nobody vdpactl -j mgmtdev show
	assert_superset "$(vdpa -j mgmtdev show)"
}

@test "without any management device the list is empty" {
	clean_modules
	load vdpa
	run -0 --separate-stderr vdpactl -j mgmtdev show
	assert_json_eq . '{"mgmtdev": {}}'
	run -0 vdpactl mgmtdev show
	refute_output
}
