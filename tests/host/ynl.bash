# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's own tools for YNL specifications, at work on the one of vdpactl_diag

# ynl_of SOURCE: they come from this kernel source. They look for the schema, and for the
# root of a kernel tree, above the specification: $DOC is in a small one.
ynl_of() {
	export YNL=$1/tools/net/ynl DOC=$BATS_FILE_TMPDIR/ynl/Documentation/netlink
	export PYTHONDONTWRITEBYTECODE=1
	mkdir -p "$DOC/specs"
	touch "$BATS_FILE_TMPDIR/ynl/MAINTAINERS"
	cp "$1"/Documentation/netlink/*.yaml "$DOC"
	cp "$(dirname "${BASH_SOURCE[0]}")/../../driver/Documentation/netlink/specs/vdpactl.yaml" "$DOC/specs"
}

# ynl TOOL ARG...: tools/net/ynl/TOOL.py, or where it is since 6.14
ynl() {
	local tool=$YNL/$1.py
	[ -e "$tool" ] || tool=$YNL/pyynl/${1//-/_}.py
	shift
	timeout 600 python3 "$tool" --spec "$DOC/specs/vdpactl.yaml" "$@"
}
