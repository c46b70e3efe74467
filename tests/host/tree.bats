# SPDX-License-Identifier: GPL-2.0-or-later
# The source tree itself

load host

# The files that are ours to put a line into: not the licence texts, corpora and data
sources() {
	files | grep -vE '^LICENSES/|/corpus/|^README$|\.(json|bin)$'
}

@test "every file names its licence" {
	named() {
		head -n 3 "$SRC/$1" | grep -q 'SPDX-License-Identifier: [A-Z(]' || { echo "$1"; false; }
	}
	sources | each named
}

@test "each directory has the licence that it is meant to have" {
	licence() {
		local want found
		case $1 in
		driver/include/uapi/*) want='GPL-2.0-only WITH Linux-syscall-note|GPL-2.0 WITH Linux-syscall-note' ;;
		# As the kernel's own specifications have it
		driver/Documentation/*) want='GPL-2.0 WITH Linux-syscall-note' ;;
		driver/* | tests/modules/*) want='GPL-2.0-only' ;;
		lib/* | include/* | tools/autoconf/config.h.in) want='LGPL-2.1-or-later' ;;
		*) want='GPL-2.0-or-later' ;;
		esac
		found=$(sed -n '1,3s/.*SPDX-License-Identifier: \(.*\)/\1/p' "$SRC/$1" | sed 's, *\(\*/\|-->\)$,,')
		grep -qE "(^|\()($want)( |\)|$)" <<<"$found" || { echo "$1: $found"; false; }
	}
	sources | each licence
	[ -s "$SRC/LICENSES/GPL-2.0.txt" ]
	[ -s "$SRC/LICENSES/LGPL-2.1.txt" ]
}

@test "shell scripts are free of findings" {
	script() {
		case $1 in
		*.bash | *.sh) true ;;
		*.bats) false ;;
		*) head -c 64 "$SRC/$1" | head -n 1 | grep -qE '^#!.*(bash|/sh)' ;;
		esac || return 0
		shellcheck -x -P "$SRC" "$SRC/$1"
	}
	files | each script
}

@test "no file has blanks at the end of a line, or lacks its last newline" {
	clean() {
		local file=$SRC/$1
		if grep -Iq . "$file"; then
			! grep -nHE '[ 	]+$' "$file" && [ -z "$(tail -c 1 "$file")" ] || { echo "$1"; false; }
		fi
	}
	sources | each clean
}

@test "NO_DEPS=1 make deps names what is missing and installs nothing" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/dpkg-query"
	printf '#!/bin/sh\ntouch %s/installed\n' "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/bin/apt-get"
	chmod +x "$BATS_TEST_TMPDIR"/bin/*
	PATH=$BATS_TEST_TMPDIR/bin:$PATH NO_DEPS=1 run make -f "$SRC/Makefile" deps
	assert_failure
	assert_output --partial libmnl-dev
	[ ! -e "$BATS_TEST_TMPDIR/installed" ]
}
