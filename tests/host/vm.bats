# SPDX-License-Identifier: GPL-2.0-or-later
# The lab VM's own contract, seen from the host

load host

# vm [OPTION...] COMMAND...: on the plain kernel
vm() {
	VDPACTL_BUILD=$BUILD "$SRC/tests/vm/run" --kernel "$PLAIN" "$@"
}

# What is built once says so on standard error; not while we look there
setup_file() {
	# That of make check, or the one that Debian's archive will always have
	export PLAIN=7.2 VM_CPUS=1
	"$SRC/tests/vm/kernel" $PLAIN >/dev/null 2>&1 || PLAIN=6.12
	vm --kernel 6.12 --debug true
	vm true
	vm --kernel stock true
}

# faulty [--debug] KERNEL: build the module that does wrong things into the directory
# that the VM sees as /out
faulty() {
	export VM_OUT=$BATS_TEST_TMPDIR
	cp "$SRC/tests/vm/faulty/"* "$VM_OUT"
	make -s -C "$("$SRC/tests/vm/kernel" "$@")/build" M="$VM_OUT" clean modules
}

@test "input, output and exit status pass through the VM as they are" {
	local dir=$BATS_TEST_TMPDIR status=0
	printf 'a\0b\r\n\377' >"$dir/in"
	vm sh -c 'tee /tmp/x; echo "$1,$2" >/dev/stderr; sleep 1000 & exit 7' - 'two  words' "it's" \
		<"$dir/in" >"$dir/out" 2>"$dir/err" || status=$?
	assert_equal "$status" 7
	cmp "$dir/in" "$dir/out"
	assert_equal "$(<"$dir/err")" "two  words,it's"
}

@test "output and errors that go to one place keep their order" {
	run -0 vm sh -c 'for i in 1 2 3; do echo $i; echo e$i >&2; done'
	assert_output $'1\ne1\n2\ne2\n3\ne3'
}

@test "a large output arrives whole, with the end of the input" {
	run -0 vm sh -c 'seq 300000; wc -l' < <(seq 5000)
	assert_equal "${#lines[@]}" 300001
	assert_equal "${lines[299999]}" 300000
	assert_equal "${lines[300000]}" 5000
}

@test "the tree is read-only, the rest may be changed and is lost" {
	cd "$BATS_TEST_TMPDIR"
	VM_CPUS='' run -0 vm sh -ec '[ "$(id -u)" = 0 ]; [ "$PWD" = "$1" ]
		! touch "$1/new" 2>/dev/null
		for dir in /tmp /run /var/tmp /dev/shm "$HOME" /etc; do touch "$dir/vdpactl-lab"; done
		ip link show up dev lo; [ "$(nproc)" = 2 ]' - "$SRC"
	[ ! -e /etc/vdpactl-lab ] && [ ! -e /tmp/vdpactl-lab ]
}

@test "modules of the kernel and of the project are there, and not loaded" {
	run -0 vm sh -ec '[ "$(wc -l </proc/modules)" = 0 ]; modprobe -a vdpa_sim_net vhost_vdpa vdpactl_sim
		modinfo -F license vdpactl_sim; cmp "$(command -v vdpactl)" "$BUILD/vdpactl"'
	assert_output 'GPL'
}

@test "the stock kernel is Debian's own, at a random address, with kprobes on ftrace" {
	run -0 vm --kernel stock sh -ec 'uname -r
		modprobe -a vdpa_sim_net vdpa_sim_blk vduse vhost_vdpa virtio_vdpa vdpactl_sim vdpactl_diag
		echo $(grep -c "^ffffffff81000000 T _text$" /proc/kallsyms) $(grep -c "^ *01000000-.* Kernel code" /proc/iomem)
		vdpactl dev add name v0 mgmtdev vdpasim_net
		head -n 1 /sys/kernel/debug/kprobes/list'
	assert_line --index 0 --regexp '^6\.12\.[0-9]+\+deb12-amd64$'
	refute_line '1 1'
	assert_line --partial '[FTRACE]'
}

@test "a tree below /tmp, with blanks and commas in its name" {
	local tree="$BATS_TEST_TMPDIR/a tree, it's"
	mkdir -p "$tree/tests" "$tree/build"
	cp -R "$SRC/tests/vm" "$tree/tests"
	printf '#!/bin/sh\necho mine\n' >"$tree/build/vdpactl"
	chmod +x "$tree/build/vdpactl"
	VM_OUT=$tree/build run -0 env -u VDPACTL_BUILD "$tree/tests/vm/run" --kernel "$PLAIN" sh -ec 'pwd; vdpactl; echo back >/out/result'
	assert_output "$tree"$'\nmine'
	assert_equal "$(<"$tree/build/result")" back
}

@test "a terminal gets a shell with job control" {
	local log=$BATS_TEST_TMPDIR/log
	touch "$log"
	type_at_prompt() {
		until grep -q '# $' "$log"; do sleep 0.2; done
		printf 'tty; set -o | grep monitor\nexit 3\n'
		sleep 5
	}
	run -3 script -qfec "'$SRC/tests/vm/run' --kernel $PLAIN" "$log" < <(type_at_prompt)
	assert_output --partial /dev/hvc0
	assert_output --regexp 'monitor[[:space:]]+on'
}

@test "without a terminal the shell reads its commands from the input" {
	run -4 vm < <(printf 'uname -r\nexit 4\n')
	assert_output --regexp "^${PLAIN//./\\.}\..*-lab\$"
}

@test "a panic, and a VM that dies, give 125 and what is known" {
	run -125 vm sh -c 'echo before; sleep 2; echo c >/proc/sysrq-trigger'
	assert_line before
	assert_line --partial 'Kernel panic - not syncing: sysrq triggered crash'
	run -125 vm sh -c 'echo b >/proc/sysrq-trigger; sleep 60'
	assert_output --partial 'the VM ended before the command did'
}

@test "a warning fails a command that succeeded" {
	for kernel in $PLAIN stock; do
		faulty $kernel
		run -125 vm --kernel $kernel sh -c 'insmod /out/faulty.ko fault=warn; echo status $?; exit 0'
		assert_line 'status 1'
		assert_line --partial 'faulty: as asked'
	done
}

@test "an oops is reported" {
	for kernel in $PLAIN stock; do
		faulty $kernel
		run -125 vm --kernel $kernel sh -c 'insmod /out/faulty.ko fault=oops; sleep 60'
		assert_line --partial 'NULL pointer dereference'
		assert_line --partial 'Kernel panic - not syncing: Fatal exception'
	done
}

@test "the debug kernel sees wrong use of locks and memory" {
	faulty --debug 6.12
	run -125 vm --kernel 6.12 --debug sh -c 'for fault in lock_order atomic_sleep shift after_free leak; do
			insmod /out/faulty.ko fault=$fault 2>/dev/null; done'
	assert_line --partial 'possible circular locking dependency'
	assert_line --partial 'sleeping function called from invalid context'
	assert_line --partial 'UBSAN: shift-out-of-bounds'
	assert_line --partial 'KASAN: slab-use-after-free'
	assert_line --partial 'unreferenced object'
}

@test "the debug kernel has nothing to say about a quiet command" {
	run -0 --separate-stderr vm --kernel 6.12 --debug true
	assert_output ''
	assert_equal "$stderr" ''
}

@test "stopping the runner stops the VM" {
	mkdir "$BATS_TEST_TMPDIR/mark"
	VM_OUT=$BATS_TEST_TMPDIR/mark "$SRC/tests/vm/run" --kernel "$PLAIN" sh -c 'touch /out/up; sleep 1000' >/dev/null 2>&1 3>&- &
	local runner=$! status=0
	until [ -e "$BATS_TEST_TMPDIR/mark/up" ]; do sleep 0.2; done
	kill -TERM "$runner"
	wait "$runner" || status=$?
	assert_equal "$status" 143
	run ! pgrep -f "path=$BATS_TEST_TMPDIR/mark"
}

@test "wrong use is told apart" {
	run -2 vm --no-such-option
	assert_output --partial 'usage: tests/vm/run'
	run -1 vm --kernel 5.4 true
	assert_output --partial 'no kernel series "5.4"'
}
