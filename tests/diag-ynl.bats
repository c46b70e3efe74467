#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The YNL specification of the family vdpactl: the kernel's own tools accept it, what
# they make of it is our header, and they can talk to the module with it.
load lib.bash

setup_file() {
	local release source
	release=$(uname -r)
	source=$(tests/vm/kernel --source "${release%%.[0-9]*-lab}" 2>/dev/null) ||
		source=$(tests/vm/kernel --source 6.12)
	export SOURCE=$source
	# The tools look for the schema and for the root of a kernel tree above the file
	export DOC=$BATS_FILE_TMPDIR/Documentation/netlink
	mkdir -p "$DOC/specs"
	touch "$BATS_FILE_TMPDIR/MAINTAINERS"
	cp "$SOURCE"/Documentation/netlink/*.yaml "$DOC"
	cp driver/Documentation/netlink/specs/vdpactl.yaml "$DOC/specs"
	export PYTHONDONTWRITEBYTECODE=1
	load vhost_vdpa vdpactl_sim vdpactl_diag
}

teardown_file() {
	clean_modules
}

# ynl TOOL ARG...: tools/net/ynl/TOOL.py, or where it is since 6.14
ynl() {
	local tool=$SOURCE/tools/net/ynl/$1.py
	[ -e "$tool" ] || tool=$SOURCE/tools/net/ynl/pyynl/${1//-/_}.py
	shift
	timeout 600 python3 "$tool" --spec "$DOC/specs/vdpactl.yaml" "$@"
}

# constants HEADER: NAME VALUE of all that the YAML and the header both have
constants() {
	grep -o 'VDPACTL_[A-Z0-9_]*' "$DOC/uapi.h" | grep -v '_H$\|_FAMILY_VERSION$\|_FAMILY_NAME$\|_MCGRP_' |
		sort -u >"$DOC/names"
	{
		echo "#include <stdio.h>"
		echo "#include \"$1\""
		echo "int main(void) {"
		sed 's/.*/printf("& %d\\n", (int)&);/' "$DOC/names"
		echo "}"
	} >"$DOC/print.c"
	gcc -w -o "$DOC/print" "$DOC/print.c" && "$DOC/print"
}

@test "ynl-gen-c makes our header of it" {
	ynl ynl-gen-c --mode uapi --header -o "$DOC/uapi.h"
	constants "$DOC/uapi.h" >"$DOC/theirs"
	constants "$PWD/driver/include/uapi/linux/vdpactl.h" >"$DOC/ours"
	[ "$(wc -l <"$DOC/ours")" -gt 150 ]
	diff "$DOC/theirs" "$DOC/ours"
	# And nothing of ours is missing there
	run bash -c "grep -ow 'VDPACTL_\(A\|CMD\|OP\|EVENT\|KNOWN\|WHY\|FAULT\)_[A-Z0-9_]*' \
		driver/include/uapi/linux/vdpactl.h | grep -v '_\$\|_UNSPEC\$\|__' | sort -u |
		comm -23 - '$DOC/names'"
	assert_output ""
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
