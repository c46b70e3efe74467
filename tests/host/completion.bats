# SPDX-License-Identifier: GPL-2.0-or-later
# Completion in each shell, driven as the shell drives it. What needs devices
# is in tests/completion.bats.

load host

# Each shell's candidates for the end of a command line
bash_completes() {
	bash -c '. "$1/completions/vdpactl.bash"
		COMP_LINE=$2 COMP_POINT=${#2}
		read -ra COMP_WORDS <<<"$2"
		_vdpactl vdpactl
		printf "%s\n" "${COMPREPLY[@]}"' bash "$SRC" "$1"
}
zsh_completes() {
	zsh -f "$SRC/tests/host/complete.zsh" "$SRC/completions" "$1"
}
fish_completes() {
	fish --no-config -c 'source $argv[1]/completions/vdpactl.fish
		complete -C $argv[2]' "$SRC" "$1" | cut -f 1
}

# offers LINE WORD...: every shell does
offers() {
	local shell word
	for shell in bash zsh fish; do
		run -0 --separate-stderr "${shell}_completes" "$1"
		[ -z "$stderr" ] || fail "$shell: $stderr"
		for word in "${@:2}"; do
			assert_line -- "$word" || { echo "in $shell"; return 1; }
		done
	done
}

# offers_not LINE WORD: no shell does
offers_not() {
	local shell
	for shell in bash zsh fish; do
		run -0 "${shell}_completes" "$1"
		refute_line -- "$2" || { echo "in $shell"; return 1; }
	done
}

@test "the completions are well-formed" {
	bash -n "$SRC/completions/vdpactl.bash"
	zsh -n "$SRC/completions/_vdpactl"
	fish -n "$SRC/completions/vdpactl.fish"
}

@test "every object is completed" {
	offers 'vdpactl ' $(objects) help
}

@test "every command is completed" {
	local object
	for object in $(objects); do
		[ -z "$(commands "$object")" ] || offers "vdpactl $object " $(commands "$object") help
	done
}

@test "options are completed, and do not count as words" {
	offers 'vdpactl -' --json --pretty --open --version --help
	offers 'vdpactl -j --pretty dev ' $(commands dev)
}

@test "keywords are completed once, and not in the place of a value" {
	offers 'vdpactl dev add name x ' mgmtdev mac mtu
	offers_not 'vdpactl dev add name x ' name
	offers_not 'vdpactl dev add name x mtu ' mgmtdev
}

@test "a shortened object or command is completed as the whole" {
	offers 'vdpactl dev a name x ' mgmtdev
}

@test "alternatives are completed" {
	offers 'vdpactl dev bind x ' vhost_vdpa virtio_vdpa
}

@test "the completions are silent without the command" {
	local shell
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$(command -v false)" "$BATS_TEST_TMPDIR/bin/vdpactl"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	for shell in bash zsh fish; do
		run -0 --separate-stderr "${shell}_completes" 'vdpactl dev show '
		assert_equal "$stderr" ''
	done
}
