#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's own client talks to the module with the YNL specification of its family.
load host/ynl
load lib.bash

setup_file() {
	local release source
	release=$(uname -r)
	source=$(tests/vm/kernel --source "${release%%.[0-9]*-lab}" 2>/dev/null) ||
		source=$(tests/vm/kernel --source 6.12)
	ynl_of "$source"
	load vhost_vdpa vdpactl_sim vdpactl_diag
}

teardown_file() {
	clean_modules
}

@test "the kernel's client asks the module with it" {
	add_dev v0 auxiliary/vdpactl_sim.net.0
	run -0 --separate-stderr ynl cli --output-json --dump dev-get
	assert_json_eq '.[0] | [."dev-name", .nvqs, (.group | length), .group[0].known]' \
		'["v0", 3, 3, "default"]'
	run -0 --separate-stderr ynl cli --output-json --do group-bind \
		--json '{"dev-name": "v0", "group-id": 1, "asid": 2}'
	run -0 --separate-stderr ynl cli --output-json --dump vq-get
	assert_json_eq '.[0].vq | map(.group)' '[0, 0, 1]'
	run -0 --separate-stderr ynl cli --output-json --dump dev-get
	assert_json_eq '.[0].group[1]' '{"index": 1, "known": "observed", "bound-asid": 2}'
	clean_devices
}
