# SPDX-License-Identifier: GPL-2.0-or-later
# Completion in each shell, driven as the shell drives it. What needs devices
# is in tests/completion.bats.

load host
load complete

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
	offers 'vdpactl -' --json --pretty --open --version --help --color
	offers 'vdpactl --color=never dev ' $(commands dev)
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

@test "options of one command are completed, and what they take" {
	offers 'vdpactl fault tail ' --fd --pid --socket --observe --respond --io
	offers 'vdpactl fault tail --fd 3 --respond ' none success invalid
	offers_not 'vdpactl fault tail --fd 3 --respond ' --io
	offers 'vdpactl fault serve --fd 3 --default ' success invalid
	offers 'vdpactl fault serve --fd 3 --handler x --' --timeout --default --io
	offers 'vdpactl fault attach x --io ' uring poll
	offers 'vdpactl fault attach x --' --map-on-fault --size --pasid --nested --events --commands
}

@test "names of events are completed" {
	offers 'vdpactl monitor --event ' reset dma_unmap set_vq_state unbound
	offers 'vdpactl monitor --event reset ' --count --timeout
}

# type_tab SHELL SETUP LINE: what the real shell passes to vdpactl behind a real TAB, quoted
type_tab() {
	rm -f "$BATS_TEST_TMPDIR/args"
	(cd "$BATS_TEST_TMPDIR/files" && "$SRC/tests/host/press-tab" "$@") 2>"$BATS_TEST_TMPDIR/screen"
	cat "$BATS_TEST_TMPDIR/args"
}

@test "a name that is a command is completed, not run; it arrives as it is" {
	local files=$BATS_TEST_TMPDIR/files shell setup name
	local -a names=('a$(touch PWNED)' 'b`touch PWNED`' 'c;touch PWNED;' "d'e\"f" 'g h  i' $'j\nk' 'l:m n' 'ø$p')
	mkdir "$files" "$BATS_TEST_TMPDIR/bin"
	for name in "${names[@]}"; do
		: >"$files/$name"
	done
	cat >"$BATS_TEST_TMPDIR/bin/vdpactl" <<-EOF
		#!/bin/bash
		[[ "\$*" != *--socket* ]] || { printf '%q ' "\${@:4}" >"$BATS_TEST_TMPDIR/args"; exit; }
		exec "$BUILD/vdpactl" "\$@"
	EOF
	chmod +x "$BATS_TEST_TMPDIR/bin/vdpactl"
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH

	for shell in "bash --norc --noprofile -i" "zsh -f -i" "fish --no-config -i"; do
		case $shell in
		bash*) setup=". '$SRC/completions/vdpactl.bash'" ;;
		zsh*) setup="fpath=('$SRC/completions' \$fpath); autoload -U compinit; compinit -D -u" ;;
		fish*) setup="source '$SRC/completions/vdpactl.fish'" ;;
		esac
		for name in "${names[@]}"; do
			# fish itself takes each line for a name
			[[ $shell != fish* || $name != *$'\n'* ]] || continue
			run type_tab "$shell" "$setup" "vdpactl fault tail --socket ${name:0:1}"
			assert_success
			eval "set -- $output"
			[ "$1" = "$name" ] || fail "$shell makes $output of $name"
		done
	done
	[ ! -e "$files/PWNED" ]
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
