# SPDX-License-Identifier: GPL-2.0-or-later
# What each shell offers. $SRC is the source tree.
# shellcheck disable=SC2154,SC2016 # $stderr is set by bats; other shells expand $argv

bats_require_minimum_version 1.5.0

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
		[[ $'\n'$output$'\n' != *$'\n'"$2"$'\n'* ]] || fail "$shell offers $2"
	done
}
