# SPDX-License-Identifier: GPL-2.0-or-later
# The YNL specification of the family vdpactl: the kernel's own tools accept it, and what
# they make of it is our header. tests/diag-ynl.bats talks to the module with them.

load host
load ynl

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

# makes_our_header SERIES: with the tools of that kernel
makes_our_header() {
	local ours=$SRC/driver/include/uapi/linux/vdpactl.h source status=0
	source=$("$SRC/tests/vm/kernel" --source "$1") || status=$?
	[ $status -ne 77 ] || skip "Debian's archive has no such kernel"
	ynl_of "$source"
	ynl ynl-gen-c --mode uapi --header -o "$DOC/uapi.h"
	constants "$DOC/uapi.h" >"$DOC/theirs"
	constants "$ours" >"$DOC/ours"
	[ "$(wc -l <"$DOC/ours")" -gt 150 ]
	diff "$DOC/theirs" "$DOC/ours"
	# And nothing of ours is missing there
	run bash -c "grep -ow 'VDPACTL_\(A\|CMD\|OP\|EVENT\|KNOWN\|WHY\|FAULT\)_[A-Z0-9_]*' '$ours' |
		grep -v '_\$\|_UNSPEC\$\|__' | sort -u | comm -23 - '$DOC/names'"
	assert_output ""
}

@test "ynl-gen-c of 6.12 makes our header of it" {
	makes_our_header 6.12
}

@test "ynl-gen-c of 7.2 makes our header of it" {
	makes_our_header 7.2
}
