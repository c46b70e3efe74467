# SPDX-License-Identifier: GPL-2.0-or-later
# What a packager does: a release, built outside its sources, installed, used
# and removed. One build serves all tests.

load host

setup_file() {
	local dir=$BATS_FILE_TMPDIR
	git -C "$SRC" rev-parse --git-dir >/dev/null 2>&1 || skip "a release is made from a git tree"

	# Not the jobs and variables of the make that runs the tests
	unset MAKEFLAGS MAKELEVEL MFLAGS
	mkdir "$dir/release" "$dir/build"
	(cd "$dir" && make -f "$SRC/Makefile" dist)
	tar -xzf "$dir"/vdpactl-*.tar.gz -C "$dir/release" --strip-components=1
	chmod -R a-w "$dir/release"
	(cd "$dir/build" && "$dir/release/configure" -q --prefix=/usr && make -j2)
	make -C "$dir/build" install DESTDIR="$dir/root"
}

teardown_file() {
	chmod -R u+w "$BATS_FILE_TMPDIR"
}

setup() {
	unset MAKEFLAGS MAKELEVEL MFLAGS
	ROOT=$BATS_FILE_TMPDIR/root
}

@test "a release builds outside its sources and leaves them alone" {
	[ -x "$BATS_FILE_TMPDIR/build/build/vdpactl" ]
	run find "$BATS_FILE_TMPDIR/release" -newer "$BATS_FILE_TMPDIR/build/config.mk" -type f
	assert_output ''
	[ ! -e "$BATS_FILE_TMPDIR/release/build" ]
}

@test "the installed command runs, and has the version of the release" {
	LD_LIBRARY_PATH=$ROOT/usr/lib run -0 "$ROOT/usr/sbin/vdpactl" --version
	assert_output "vdpactl $(version)"
}

@test "pages, completions and the driver's sources are installed" {
	[ -s "$ROOT/usr/share/man/man8/vdpactl.8" ]
	[ -s "$ROOT/usr/share/man/man8/vdpactl-suspend.8" ]
	[ -s "$ROOT/usr/share/man/man5/vdpactl-json.5" ]
	[ -s "$ROOT/usr/share/bash-completion/completions/vdpactl" ]
	[ -s "$ROOT/usr/share/zsh/site-functions/_vdpactl" ]
	[ -s "$ROOT/usr/share/fish/vendor_completions.d/vdpactl.fish" ]
	[ -s "$ROOT/usr/src/vdpactl-$(version)/Kbuild" ]
}

@test "each package of DKMS has the version of the release, one module and its sources" {
	local dkms_tree='' install_tree='' kernel_source_dir='' kernelver='' package dir
	one_module() {
		local PACKAGE_NAME PACKAGE_VERSION
		local -a BUILT_MODULE_NAME BUILT_MODULE_LOCATION
		dir=$ROOT/usr/src/$1-$(version)
		. "$dir/dkms.conf"
		assert_equal "$PACKAGE_NAME $PACKAGE_VERSION" "$1 $(version)"
		assert_equal ${#BUILT_MODULE_NAME[@]} 1
		grep -q "^obj-m += $BUILT_MODULE_NAME.o" "$dir/$BUILT_MODULE_LOCATION/Kbuild"
		run -0 find "$dir" -name main.c
		assert_output "$dir/$BUILT_MODULE_LOCATION/main.c"
	}
	printf '%s\n' vdpactl vdpactl-sim | each one_module
}

@test "a C program builds against the installed library" {
	cat >"$BATS_TEST_TMPDIR/user.c" <<-'EOC'
		#include <stdio.h>
		#include <vdpactl/error.h>
		#include <vdpactl/features.h>

		int main(void)
		{
			puts(vdpactl_bit_name(vdpactl_bits_device(1), 5));
			return 0;
		}
	EOC
	export PKG_CONFIG_PATH=$ROOT/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$ROOT
	cc -Wall -Werror -o "$BATS_TEST_TMPDIR/shared" "$BATS_TEST_TMPDIR/user.c" \
		$(pkg-config --cflags --libs libvdpactl)
	LD_LIBRARY_PATH=$ROOT/usr/lib run -0 "$BATS_TEST_TMPDIR/shared"
	assert_output MAC
	unset PKG_CONFIG_SYSROOT_DIR
	cc -o "$BATS_TEST_TMPDIR/static" "$BATS_TEST_TMPDIR/user.c" "-I$ROOT/usr/include" \
		"$ROOT/usr/lib/libvdpactl.a" $(pkg-config --static --libs-only-l libvdpactl | sed 's/-lvdpactl//')
	run -0 "$BATS_TEST_TMPDIR/static"
	assert_output MAC
}

@test "each public header compiles alone, as C and as C++" {
	alone() {
		local language
		for language in c c++; do
			cc -x "$language" -Wall -Wextra -Werror "-I$ROOT/usr/include" -fsyntax-only "$1" || return
		done
	}
	printf '%s\n' "$ROOT"/usr/include/vdpactl/*.h | each alone
}

@test "the library exports vdpactl_ names only" {
	run -0 nm -D --defined-only "$ROOT/usr/lib/libvdpactl.so"
	assert_line --regexp ' T vdpactl_'
	assert_equal "$(awk '$2 != "A" && $3 !~ /^vdpactl_/' <<<"$output")" ''
}

@test "every function that a header declares is in the library" {
	exported() { nm -D --defined-only "$ROOT/usr/lib/libvdpactl.so" | grep -E " $1(@|\$)" >/dev/null || { echo "$1"; false; }; }
	cat "$ROOT"/usr/include/vdpactl/*.h | sed 's,^ \*.*,,' |
		grep -oE '^[a-z].*\bvdpactl_[a-z0-9_]+\(' | grep -oE 'vdpactl_[a-z0-9_]+\(' | tr -d '(' | sort -u | each exported
}

@test "uninstall leaves nothing behind" {
	cp -a "$ROOT" "$BATS_TEST_TMPDIR/root"
	make -C "$BATS_FILE_TMPDIR/build" uninstall DESTDIR="$BATS_TEST_TMPDIR/root"
	run find "$BATS_TEST_TMPDIR/root" -not -type d
	assert_output ''
}

@test "make clean leaves the build directory as configure left it" {
	cp -a "$BATS_FILE_TMPDIR/build" "$BATS_TEST_TMPDIR/build"
	make -C "$BATS_TEST_TMPDIR/build" clean
	[ ! -e "$BATS_TEST_TMPDIR/build/build" ]
	[ -e "$BATS_TEST_TMPDIR/build/config.mk" ]
}
