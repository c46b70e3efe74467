# SPDX-License-Identifier: GPL-2.0-or-later
# What the bats files that need no kernel share

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert
set -o pipefail

: "${BUILD:=$PWD/build}"
SRC=$(realpath "$BATS_TEST_DIRNAME/../..")
export PATH=$BUILD:$PATH LD_LIBRARY_PATH=$BUILD

# Every object of the command; there are some
objects() {
	vdpactl help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep .
}

# usage OBJECT: what its help says, a line for each command, the object first
usage() {
	vdpactl "$1" help | sed -n 's/.*vdpactl \[OPTIONS\] //p'
}

# commands OBJECT: the names of its commands; none where it is its own command
commands() {
	usage "$1" | sed -n 's/^[a-z]* \([a-z][a-z-]*\).*/\1/p'
}

# words OBJECT: each keyword and option that its usage has
words() {
	usage "$1" | grep -oE -- '(--)?[a-z][a-z_-]+' | sort -u
}

# The files of the project
files() {
	if git -C "$SRC" rev-parse --git-dir >/dev/null 2>&1; then
		git -C "$SRC" ls-files
	else
		(cd "$SRC" && find . -type f -not -path './build/*' -printf '%P\n')
	fi
}

# The version of the project
version() {
	sed -n 's/^#define VDPACTL_VERSION "\(.*\)"$/\1/p' "$SRC/driver/include/version.h"
}

# each FUNCTION: run it for every word on standard input; fails when one did, having run all
each() {
	local word failed=0
	while read -r word; do
		"$1" "$word" || failed=1
	done
	return $failed
}
