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
