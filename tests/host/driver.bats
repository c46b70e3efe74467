# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel modules as the kernel's own tools see them: checkpatch.pl, compiler
# warnings of W=1, sparse. With the sources and the headers that the lab VM has.

setup() {
	load host.bash
}

# kernel ARG...: what tests/vm/kernel says; skips where Debian has no such series
kernel() {
	local status=0
	"$SRC/tests/vm/kernel" "$@" 2>"$BATS_TEST_TMPDIR/kernel.log" || status=$?
	[ $status -ne 77 ] || skip "Debian's archive has no such kernel"
	[ $status -eq 0 ] || { cat "$BATS_TEST_TMPDIR/kernel.log" >&2; return 1; }
}

# Rules that cannot hold, by file:
#  any: a text that users see is not broken in two
#  compat.h: its macros stand for declarations
#  uAPI: BIT() is not there for programs
#  dma_vfio.c: the argument goes to sizeof and offsetof, which evaluate nothing
#  compat.h, dma_sysfs.c: bin_attribute is not const in both series
checkpatch() {
	local source=$1 file ignore
	for file in $(cd "$SRC" && find driver -name '*.[ch]' | sort); do
		ignore=LONG_LINE_STRING
		case $file in
		*/compat.h) ignore+=,MACRO_ARG_PRECEDENCE,MACRO_ARG_UNUSED,CONST_STRUCT ;;
		*/uapi/*) ignore+=,BIT_MACRO ;;
		*/dma_vfio.c) ignore+=,MACRO_ARG_REUSE ;;
		*/dma_sysfs.c) ignore+=,CONST_STRUCT ;;
		esac
		perl "$source/scripts/checkpatch.pl" --strict --no-tree --no-summary --quiet \
			--show-types --ignore "$ignore" -f "$SRC/$file" || return
	done
}

# build_in DIRECTORY ARG...: the modules with every warning an error, in a copy
build_in() {
	local dir=$1
	shift
	cp -r "$SRC/driver" "$BATS_TEST_TMPDIR/driver"
	make -C "$dir" M="$BATS_TEST_TMPDIR/driver" -j "$(nproc)" W=1 KCFLAGS=-Werror "$@" modules 2>&1 |
		tee "$BATS_TEST_TMPDIR/log"
	! grep -E 'warning:|error:' "$BATS_TEST_TMPDIR/log"
}

# build SERIES ARG...: for that kernel
build() {
	local dir
	dir=$(kernel "$1")
	build_in "$dir/build" "${@:2}"
}

# lacking SERIES OPTION...: the build directory of a kernel that was configured without
# these options, as far as other modules can see
lacking() {
	local dir option file
	dir=$(kernel "$1")
	shift
	cp -rs "$dir/build" "$BATS_TEST_TMPDIR/kernel"
	for file in include/config/auto.conf include/generated/autoconf.h; do
		rm "$BATS_TEST_TMPDIR/kernel/$file"
		cp "$dir/build/$file" "$BATS_TEST_TMPDIR/kernel/$file"
		for option; do
			sed -i "/\<$option\(_MODULE\)\?\>/d" "$BATS_TEST_TMPDIR/kernel/$file"
		done
	done
}

@test "checkpatch --strict of 6.12" {
	source=$(kernel --source 6.12)
	run -0 checkpatch "$source"
	assert_output ""
}

@test "checkpatch --strict of 7.2" {
	source=$(kernel --source 7.2)
	run -0 checkpatch "$source"
	assert_output ""
}

@test "W=1 and sparse on 6.12" {
	command -v sparse >/dev/null || skip "sparse is not installed"
	run -0 build 6.12 C=2
	assert_output --partial "CHECK"
}

# Sparse of Debian 12 is older than what 7.2 asks for
@test "W=1 on 7.2" {
	run -0 build 7.2
	assert_output --partial "vdpactl_sim.ko"
}

@test "make modules modules_install KDIR=" {
	unset MAKEFLAGS MAKELEVEL MFLAGS
	dir=$(kernel 6.12)
	release=$(<"$dir/release")
	run -0 make -C "${BUILD%/*}" -f "$SRC/Makefile" modules modules_install KDIR="$dir/build" \
		KNAME="$release" INSTALL_MOD_PATH="$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR/lib/modules/$release"
	run -0 find . -name 'vdpactl*'
	assert_line --regexp '^\./updates/.*vdpactl_sim\.ko$'
	assert_line --regexp '^\./updates/.*vdpactl_diag\.ko$'
	for module in vdpactl_sim vdpactl_diag; do
		run -0 modinfo -F vermagic "$(find . -name $module.ko)"
		assert_output --partial "$release"
		run -0 modinfo -F version "$(find . -name $module.ko)"
		assert_output "$(version)"
	done
}

# As Debian's own kernels are
@test "on a kernel without iommufd all but I/O page faults is there, and works" {
	lacking 6.12 CONFIG_IOMMUFD CONFIG_IOMMU_IOPF
	run -0 build_in "$BATS_TEST_TMPDIR/kernel"
	run -0 modinfo -F depends "$BATS_TEST_TMPDIR/driver/sim/vdpactl_sim.ko"
	refute_output --regexp 'iommufd|vfio'
	export VM_OUT=$BATS_TEST_TMPDIR
	run -0 env VDPACTL_BUILD="$BUILD" "$SRC/tests/vm/run" sh -ec '
		modprobe -a $(modinfo -F depends /out/driver/sim/vdpactl_sim.ko | tr , " ")
		insmod /out/driver/sim/vdpactl_sim.ko
		insmod /out/driver/diag/vdpactl_diag.ko
		[ ! -e /dev/iommu ]
		vdpactl dev add name v0 mgmtdev auxiliary/vdpactl_sim.net.0
		vdpactl group show v0
		vdpactl fault list
		! vdpactl fault attach vdpactl_sim_dma
		! vdpactl fault tail --observe'
	assert_line --regexp '^v0 +0 +0,1 .* default +diag$'
	assert_line --partial 'this kernel has no iommufd (CONFIG_IOMMUFD)'
	assert_line 'vdpactl: this kernel has no VFIO device nodes'
	assert_line 'vdpactl: this kernel reports no I/O page faults (CONFIG_IOMMU_IOPF)'
}

@test "dkms.conf has the version of the project" {
	run -0 sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$SRC/driver/dkms.conf"
	assert_output "$(version)"
}
