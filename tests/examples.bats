# SPDX-License-Identifier: GPL-2.0-or-later
# The examples of the manual pages and of README.md do what they show.
#
# In a manual page they are the displays of the section EXAMPLES, in README.md the
# blocks marked "console". A line "$ COMMAND", continued by lines "> ...", is run;
# the lines behind it are what it must print, where "..." stands for anything. One
# that shows an error must fail, others must succeed. What a page needs before, and
# does not show, is in comments "setup: COMMAND"; a comment "not run: REASON" before
# a display excuses it.

load lib
# The examples show what jq prints, not gojq
unset -f jq

# Standard output: for each example "S" a command of the set-up, "C" a command, "O" a
# line of output
examples_of() {
	awk '
	/^(\.\\"|<!--) setup: / { sub(/^[^:]*: /, ""); sub(/ -->$/, ""); print "S" $0 }
	/^(\.\\"|<!--) not run: / { excused = 1 }
	/^\.Sh / { section = $2 }
	/^\.Bd -literal/ && section == "EXAMPLES" || /^```console$/ { on = !excused; excused = 0; next }
	/^\.Ed|^```$/ { on = 0 }
	!on { next }
	{ gsub(/\\&/, ""); if (FILENAME !~ /\.md$/) { gsub(/\\e/, "\\"); gsub(/\\-/, "-") } }
	/^\$ / { print "C" substr($0, 3); next }
	/^> / { print "+" substr($0, 3); next }
	{ print "O" $0 }' "$1"
}

# The shell pattern for a text in which "..." stands for anything
pattern() {
	sed -E 's/[][\\*?]/\\&/g; s/\.\.\./*/g; s/ +$//' <<<"$1"
}

# example COMMAND WANTED
example() {
	local command=$1 wanted=$2 status=0 got

	eval "$command" >"$BATS_TEST_TMPDIR/out" 2>&1 </dev/null || status=$?
	got=$(sed 's/ *$//' "$BATS_TEST_TMPDIR/out")

	# shellcheck disable=SC2053 # a pattern
	if [[ $got != $(pattern "$wanted") ]]; then
		batslib_print_kv_single_or_multi 8 command "$command" wanted "$wanted" got "$got" |
			batslib_decorate 'the example prints something else' >&2
		return 1
	fi
	if [[ $got == vdpactl:\ * || $got == *'"error":{'* ]]; then
		[ "$status" -ne 0 ]
	else
		[ "$status" -eq 0 ]
	fi || fail "$command: exit status $status"
}

# examples FILE: run them, in one shell
examples() {
	local line command='' wanted='' ran=0 failed=0
	local -a list

	mapfile -t list < <(examples_of "$1")
	for line in "${list[@]}" C; do
		case $line in
		S*) eval "${line#S}" ;;
		O*) wanted+=${wanted:+$'\n'}${line#O} ;;
		+*) command+=$'\n'${line#+} ;;
		C*)
			if [ -n "$command" ]; then
				ran=$((ran + 1))
				example "$command" "$wanted" || failed=1
			fi
			command=${line#C} wanted=''
			;;
		esac
	done
	[ "$ran" -gt 0 ] || fail "no examples in $1"
	return $failed
}

loaded() {
	lsmod | awk 'NR > 1 { print $1 }' | sort
}

setup() {
	loaded >"$BATS_TEST_TMPDIR/modules"
	load vdpa
}

# Whatever the examples made
teardown() {
	local module
	# shellcheck disable=SC2046 # one name each
	del_dev $(ls /sys/bus/vdpa/devices)
	# A module is in the way of those it uses
	for _ in 1 2 3 4; do
		for module in $(loaded | comm -13 "$BATS_TEST_TMPDIR/modules" -); do
			modprobe -r "$module" 2>/dev/null || true
		done
	done
	[ -z "$(loaded | comm -13 "$BATS_TEST_TMPDIR/modules" -)" ]
}

@test "README.md" { examples README.md; }
@test "vdpactl-asid(8)" { examples man/vdpactl-asid.8; }
@test "vdpactl-dev(8)" { examples man/vdpactl-dev.8; }
@test "vdpactl-diag(8)" { examples man/vdpactl-diag.8; }
@test "vdpactl-fault(8)" { examples man/vdpactl-fault.8; }
@test "vdpactl-feature(8)" { examples man/vdpactl-feature.8; }
@test "vdpactl-group(8)" { examples man/vdpactl-group.8; }
@test "vdpactl-map(8)" { examples man/vdpactl-map.8; }
@test "vdpactl-mgmtdev(8)" { examples man/vdpactl-mgmtdev.8; }
@test "vdpactl-monitor(8)" { examples man/vdpactl-monitor.8; }
@test "vdpactl-reset(8)" { examples man/vdpactl-reset.8; }
@test "vdpactl-session(8)" { examples man/vdpactl-session.8; }
@test "vdpactl-vq(8)" { examples man/vdpactl-vq.8; }
@test "vdpactl(8)" { examples man/vdpactl.8; }

@test "no page with examples is left out" {
	local page
	for page in $(grep -lE '^\$ ' man/*.[1-8]); do
		[ -L "$page" ] || grep -q "examples $page;" "$BATS_TEST_FILENAME"
	done
}
