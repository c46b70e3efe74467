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
	offers 'vdpactl ' $(objects) help version
}

@test "every command is completed" {
	local object
	for object in $(objects); do
		[ -z "$(commands "$object")" ] || offers "vdpactl $object " $(commands "$object") help
	done
}

@test "topics of help are completed" {
	local object
	offers 'vdpactl help ' $(objects)
	for object in dev fault; do
		offers "vdpactl help $object " $(commands "$object")
		offers "vdpactl $object help " $(commands "$object")
	done
	offers_not 'vdpactl help ' help
	offers_not 'vdpactl help reset ' DEV
	offers_not 'vdpactl help dev show ' show
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

@test "further items of a list are completed, each once" {
	offers 'vdpactl monitor --event reset,su' reset,suspend
	offers 'vdpactl monitor --event reset,suspend,' reset,suspend,bound
	offers_not 'vdpactl monitor --event reset,suspend,' reset,suspend,reset
	offers_not 'vdpactl monitor --event reset,suspend,' reset
	# Not where there is one alone
	offers_not 'vdpactl dev bind x vhost_vdpa,' vhost_vdpa,virtio_vdpa
}

# As it answers about devices; what else it is asked for it notes, and fails
answers() {
	mkdir "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/vdpactl" <<-EOF
		#!/bin/bash
		case \$* in
		help*) exec "$BUILD/vdpactl" "\$@" ;;
		'group show -- v'*) printf '%s\n' 'DEV  GROUP  VQS' "\$4   0      0,1" "\$4   12     -" ;;
		'asid show -- v'*) printf '%s\n' 'DEV  ASID  GROUPS' "\$4   3     0" "\$4   -     1" ;;
		'vq show -- v'*) printf '%s\n' 'DEV  VQ  GROUP' "\$4   0   7" "\$4   21  7" ;;
		'mgmtdev show -- m') printf '%s\n' m '  classes   net' '  features  0x28 MTU MAC' '            MQ bit_40' ;;
		'mgmtdev show') printf '%s\n' m '  features  0x20 MAC' N '  features  0x1 WRITE_ZEROES' ;;
		*) echo "\$*" >>"$BATS_TEST_TMPDIR/args"; exit 1 ;;
		esac
	EOF
	chmod +x "$BATS_TEST_TMPDIR/bin/vdpactl"
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

@test "groups, address spaces and virtqueues of the device are completed" {
	answers
	offers 'vdpactl asid bind v0 group ' 0 12
	offers_not 'vdpactl asid bind v0 group ' 3
	offers 'vdpactl asid bind v0 group 0 asid ' 3
	offers_not 'vdpactl asid bind v0 group 0 asid ' -
	offers 'vdpactl map show v0 asid ' 3
	offers 'vdpactl -j map reset v0 asid ' 3
	offers 'vdpactl vq show v0 qidx 2' 21
	offers 'vdpactl dev vstats show v0 qidx ' 0 21
	offers_not 'vdpactl vq show v0 qidx ' 7
	[ ! -e "$BATS_TEST_TMPDIR/args" ]
}

@test "features are completed: of the management device, or of all" {
	answers
	offers 'vdpactl dev add name x mgmtdev m device_features ' MTU MAC MQ
	offers_not 'vdpactl dev add name x mgmtdev m device_features ' 0x28
	offers_not 'vdpactl dev add name x mgmtdev m device_features ' WRITE_ZEROES
	offers 'vdpactl dev add name x device_features ' MAC WRITE_ZEROES
	offers 'vdpactl dev add mgmtdev m device_features MTU,M' MTU,MAC MTU,MQ
	offers_not 'vdpactl dev add mgmtdev m device_features MTU,M' MTU,MTU
	[ ! -e "$BATS_TEST_TMPDIR/args" ]
}

shells=("bash --norc --noprofile -i" "zsh -f -i" "fish --no-config -i")

# type_tab SHELL LINE: what the real shell passes to vdpactl behind a real TAB, quoted
type_tab() {
	local setup
	case $1 in
	bash*) setup=". '$SRC/completions/vdpactl.bash'" ;;
	zsh*) setup="fpath=('$SRC/completions' \$fpath); autoload -U compinit; compinit -D -u" ;;
	fish*) setup="source '$SRC/completions/vdpactl.fish'" ;;
	esac
	rm -f "$BATS_TEST_TMPDIR/args"
	(cd "$BATS_TEST_TMPDIR/files" && "$SRC/tests/host/press-tab" "$1" "$setup" "$2") 2>"$BATS_TEST_TMPDIR/screen"
	cat "$BATS_TEST_TMPDIR/args"
}

@test "a name that is a command is completed, not run; it arrives as it is" {
	local files=$BATS_TEST_TMPDIR/files shell name
	local -a names=('a$(touch PWNED)' 'b`touch PWNED`' 'c;touch PWNED;' "d'e\"f" 'g h  i' $'j\nk' 'l:m n' 'q{r,s}' 't\,u' 'ø$p')
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

	for shell in "${shells[@]}"; do
		for name in "${names[@]}"; do
			# fish itself takes each line for a name
			[[ $shell != fish* || $name != *$'\n'* ]] || continue
			run type_tab "$shell" "vdpactl fault tail --socket ${name:0:1}"
			assert_success
			eval "set -- $output"
			[ "$1" = "$name" ] || fail "$shell makes $output of $name"
		done
	done
	[ ! -e "$files/PWNED" ]
}

@test "a device whose name is a command is asked about, and nothing is run" {
	local shell
	answers
	mkdir "$BATS_TEST_TMPDIR/files"
	for shell in "${shells[@]}"; do
		run type_tab "$shell" 'vdpactl asid bind v\$\(touch\ PWNED\)\`id\`\* group 1'
		assert_output 'asid bind v$(touch PWNED)`id`* group 12'
	done
	[ -z "$(ls "$BATS_TEST_TMPDIR/files")" ]
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
