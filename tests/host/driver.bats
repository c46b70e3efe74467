# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel modules as the kernel's own tools see them: checkpatch.pl, compiler
# warnings of W=1, sparse. With the sources and the headers that the lab VM has.

setup() {
	load host.bash
}

# kernel ARG...: what tests/vm/kernel says; skips where Debian has no such series
kernel() {
	local status=0
	# make check has no other 6.12 than that
	[ "$*" != 6.12 ] || set -- --debug 6.12
	"$SRC/tests/vm/kernel" "$@" 2>"$BATS_TEST_TMPDIR/kernel.log" || status=$?
	[ $status -ne 77 ] || skip "Debian's archive has no such kernel"
	[ $status -eq 0 ] || { cat "$BATS_TEST_TMPDIR/kernel.log" >&2; return 1; }
}

# Rules that cannot hold, by file:
#  any: a text that users see is not broken in two
#  compat.h: its macros stand for declarations
#  uAPI: BIT() is not there for programs
#  dma_vfio.c: the argument goes to sizeof and offsetof, which evaluate nothing
#  vdpactl_testparent.c: the arguments are declarations
#  compat.h, dma_sysfs.c: bin_attribute is not const in both series
checkpatch() {
	local source=$1 file ignore
	for file in $(cd "$SRC" && find driver tests/modules -name '*.[ch]' | sort); do
		ignore=LONG_LINE_STRING
		case $file in
		*/compat.h) ignore+=,MACRO_ARG_PRECEDENCE,MACRO_ARG_UNUSED,CONST_STRUCT ;;
		*/uapi/*) ignore+=,BIT_MACRO ;;
		*/dma_vfio.c | */vdpactl_testparent.c) ignore+=,MACRO_ARG_REUSE ;;
		*/dma_sysfs.c) ignore+=,CONST_STRUCT ;;
		esac
		perl "$source/scripts/checkpatch.pl" --strict --no-tree --no-summary --quiet \
			--show-types --ignore "$ignore" -f "$SRC/$file" || return
	done
}

# build_in DIRECTORY ARG...: the modules, the tests' too, with every warning an error, in a copy
build_in() {
	local dir=$1 modules
	shift
	cp -r "$SRC/driver" "$BATS_TEST_TMPDIR/driver"
	cp -r "$SRC/tests/modules" "$BATS_TEST_TMPDIR/driver/tests"
	for modules in driver driver/tests; do
		make -C "$dir" M="$BATS_TEST_TMPDIR/$modules" -j "$(nproc)" W=1 KCFLAGS=-Werror "$@" modules ||
			echo "error: $modules did not build"
	done 2>&1 | tee "$BATS_TEST_TMPDIR/log"
	! grep -E 'warning:|error:' "$BATS_TEST_TMPDIR/log"
}

# build SERIES ARG...: for that kernel
build() {
	local dir
	dir=$(kernel "$1")
	build_in "$dir/build" "${@:2}"
}

# other SERIES { OPTION | OPTION=y }...: $KDIR is the build directory of a kernel that was
# configured without these options, or with them, as far as other modules can see
other() {
	local dir option file
	dir=$(kernel "$1")
	shift
	KDIR=$BATS_TEST_TMPDIR/kernel
	rm -rf "$KDIR"
	cp -rs "$dir/build" "$KDIR"
	for file in include/config/auto.conf include/generated/autoconf.h; do
		rm "$KDIR/$file"
		cp "$dir/build/$file" "$KDIR/$file"
		for option; do
			sed -i "/\<${option%=y}\(_MODULE\)\?\>/d" "$KDIR/$file"
			case $option:$file in
			*=y:*.conf) echo "$option" >>"$KDIR/$file" ;;
			*=y:*.h) echo "#define ${option%=y} 1" >>"$KDIR/$file" ;;
			esac
		done
	done
}

# other_headers SERIES [OPTION...]: as "other"; $HEADERS are copies of the headers that
# compat.sh looks into, to be changed
other_headers() {
	local source file tree=$BATS_TEST_TMPDIR/source
	source=$(kernel --source "$1")
	other "$@"
	HEADERS=$tree/include
	mkdir -p "$HEADERS"/{linux,net,uapi/linux}
	ln -s "$source"/* "$tree" 2>/dev/null || true
	for file in include include/linux include/net include/uapi include/uapi/linux; do
		ln -s "$source/$file"/* "$tree/$file" 2>/dev/null || true
	done
	for file in linux/{vdpa,string,iommu,sysfs,vfio}.h net/{netlink,genetlink}.h uapi/linux/iommufd.h; do
		cp --remove-destination "$source/include/$file" "$HEADERS/$file"
	done
	sed "s|$source|$tree|g" "$KDIR/Makefile" >"$tree.mk"
	mv "$tree.mk" "$KDIR/Makefile"
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
	other 6.12 CONFIG_IOMMUFD CONFIG_IOMMU_IOPF
	run -0 build_in "$KDIR"
	run -0 modinfo -F depends "$BATS_TEST_TMPDIR/driver/sim/vdpactl_sim.ko"
	refute_output --regexp 'iommufd|vfio'
	export VM_OUT=$BATS_TEST_TMPDIR
	run -0 env VDPACTL_BUILD="$BUILD" VM_CPUS=1 "$SRC/tests/vm/run" --debug sh -ec '
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
	assert_line --partial 'vdpactl: no I/O page faults can be observed here'
}

# Ubuntu 24.04's kernel, in what concerns the modules; there strscpy() is a function
@test "with the headers of 6.8 vdpactl_diag builds, and vdpactl_sim is left out" {
	other_headers 6.12 CONFIG_IOMMU_IOPF
	sed -i '/get_vq_size/d' "$HEADERS/linux/vdpa.h"
	sed -i '/(\*bind)(int/d' "$HEADERS/net/genetlink.h"
	sed -i -e '/^#define __strscpy[01](/,/[^\\]$/d' -e '/^#define strscpy(/,/[^\\]$/d' \
		-e '/^ssize_t sized_strscpy(/a ssize_t strscpy(char *, const char *, size_t);' \
		"$HEADERS/linux/string.h"
	run -0 build_in "$KDIR" KBUILD_MODPOST_WARN=1
	assert_line 'vdpactl_sim is not built: it needs .get_vq_size strscpy() of an array'
	assert_line --regexp 'LD .*vdpactl_diag.ko'
}

@test "what a kernel lacks for a module is found in its configuration and its headers" {
	local option
	lacks() {
		sh "$SRC/driver/compat.sh" "$KDIR" lacks "$1"
	}
	for option in 64BIT VDPA KRETPROBES HAVE_FUNCTION_ARG_ACCESS_API; do
		other 6.12 CONFIG_$option
		run -0 lacks diag
		assert_output "CONFIG_$option"
	done
	other 6.12 CONFIG_PREEMPT_RT=y
	run -0 lacks diag
	assert_output CONFIG_PREEMPT_RT=n
	run -0 lacks sim
	assert_output ''

	other_headers 6.12
	run -0 lacks faults
	assert_output ''
	# One change alone is a kernel between those that are known
	sed -i '/(\*attach_dev)(/{s/dev);$/dev,/;a struct iommu_domain *old);
	}' "$HEADERS/linux/iommu.h"
	sed -i '/(\*reset_map)(/d' "$HEADERS/linux/vdpa.h"
	sed -i '/nla_put_uint(/d' "$HEADERS/net/netlink.h"
	run -0 lacks faults
	assert_output 'a known interface of IOMMU drivers'
	run -0 lacks diag
	assert_output $'.reset_map\nnla_put_uint()'

	# DKMS asks also where there are no headers
	KDIR=$BATS_TEST_TMPDIR/none run -0 lacks diag
	assert_output ''
}

@test "a module that cannot be built is left out, and it is said why" {
	other 6.12 CONFIG_VDPA
	run -0 build_in "$KDIR"
	assert_line 'vdpactl_diag is not built: it needs CONFIG_VDPA'
	assert_line 'vdpactl_sim is not built: it needs CONFIG_VDPA'
	run -0 find "$BATS_TEST_TMPDIR"/driver/{diag,sim} -name '*.ko'
	assert_output ''
}

# As on a production host with a real-time kernel beside the other
@test "DKMS builds a package for each module, and skips what cannot be built" {
	local dir release tree version package
	[ "$(id -u)" -eq 0 ] || skip "DKMS works for root only"
	command -v dkms >/dev/null || skip "dkms is not installed"
	unset MAKEFLAGS MAKELEVEL MFLAGS
	dir=$(kernel 6.12)
	release=$(<"$dir/release")
	version=$(version)
	tree=$BATS_TEST_TMPDIR/dkms
	mkdir -p "$tree"/{state,modules/rt}
	make -s -C "${BUILD%/*}" -f "$SRC/Makefile" install prefix=/usr DESTDIR="$tree"
	own_dkms() {
		dkms "$@" --dkmstree "$tree/state" --sourcetree "$tree/usr/src" --installtree "$tree/modules"
	}
	for package in vdpactl vdpactl-sim; do
		run -0 own_dkms add "$package/$version"
		run -0 own_dkms build "$package/$version" -k "$release" --kernelsourcedir "$dir/build"
	done
	cd "$tree/state"
	run -0 find . -name '*.ko*' -printf '%P\n'
	assert_line --regexp "^vdpactl/$version/$release/.*/vdpactl_diag\.ko"
	assert_line --regexp "^vdpactl-sim/$version/$release/.*/vdpactl_sim\.ko"
	assert_equal ${#lines[@]} 2

	other 6.12 CONFIG_PREEMPT_RT=y
	run -77 own_dkms build "vdpactl/$version" -k rt --kernelsourcedir "$KDIR"
	# What the installation of a kernel runs
	ln -s "$KDIR" "$tree/modules/rt/build"
	run -0 own_dkms remove "vdpactl-sim/$version" --all
	run -0 own_dkms autoinstall -k rt
	refute_output --partial Error
}
