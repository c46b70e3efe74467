# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the scripts of the lab VM share. Sourced, not run.

# The cache: kernels, their sources and the second QEMU. It can be deleted at
# any time; everything in it is fetched or built again.
cache=${VDPACTL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vdpactl}

# Status that says "this is not to be had here": callers skip, and say so.
status_unavailable=77

# Messages go to standard error, after the name of the script that talks.
say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

need()
{
	local tool missing=
	for tool; do
		command -v "$tool" >/dev/null || missing+=" $tool"
	done
	[ -z "$missing" ] || die "missing tools:$missing (\"make deps\" installs them)"
}

# The keys of Ubuntu's archive, from Debian's, which ubuntu_keyring fetches
ubuntu_keys=$cache/ubuntu-keyring

ubuntu_keyring()
{
	[ ! -e "$ubuntu_keys" ] || return 0
	local dir
	dir=$(mktemp -d "$ubuntu_keys.tmp.XXXXXX")
	(cd "$dir" && fetch_deb bookworm-backports ubuntu-keyring && dpkg-deb -x ubuntu-keyring_*.deb .) &&
		mv "$dir/usr/share/keyrings" "$ubuntu_keys"
	rm -rf "$dir"
	[ -e "$ubuntu_keys" ]
}

# private_apt SUITE[-security] TOOL ARG... runs apt-get or apt-cache on one
# suite of Debian, or on Ubuntu 24.04 (noble) as it is today, with lists and caches
# of its own: the system's sources are neither read nor changed.
private_apt()
{
	local suite=$1 tool=$2 dir=$cache/apt/$1 uri=http://deb.debian.org/debian
	local suites=$1 keys=/usr/share/keyrings/debian-archive-keyring.gpg
	shift 2

	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	case $suite in
	noble)
		uri=http://archive.ubuntu.com/ubuntu suites="noble noble-updates"
		keys=$ubuntu_keys/ubuntu-archive-keyring.gpg
		;;
	*-security) uri=http://deb.debian.org/debian-security ;;
	esac
	for suite in $suites; do
		printf 'deb [signed-by=%s] %s %s main\n' "$keys" "$uri" "$suite"
	done >"$dir/sources.list"
	: >"$dir/status"
	"$tool" -o Dir::Etc::SourceList="$dir/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null \
		-o Dir::Etc::PreferencesParts=/dev/null \
		-o Dir::State::Lists="$dir/lists" \
		-o Dir::State::Status="$dir/status" \
		-o Dir::Cache="$dir/cache" \
		-o Acquire::Languages=none \
		-o APT::Sandbox::User=root \
		-o APT::Get::List-Cleanup=0 "$@"
}

# fetch_deb SUITE PACKAGE downloads the newest version of a package in SUITE
# into the current directory. Fails with status_unavailable if the suite has no
# such package.
fetch_deb()
{
	private_apt "$1" apt-get -qq update >&2 ||
		{ say "cannot fetch the package lists of $1"; return 1; }
	private_apt "$1" apt-cache show --no-all-versions "$2" >/dev/null 2>&1 ||
		return "$status_unavailable"
	private_apt "$1" apt-get -qq download "$2" >&2 ||
		{ say "cannot download $2 from $1"; return 1; }
}
