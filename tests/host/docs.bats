# SPDX-License-Identifier: GPL-2.0-or-later
# The manual pages tell about every command there is, and about no other.

load host

pages() {
	(cd "$SRC/man" && ls -- *.[1-8])
}

@test "every object has a manual page" {
	has_page() { [ -e "$SRC/man/vdpactl-$1.8" ] || { echo "no vdpactl-$1.8"; false; }; }
	objects | each has_page
}

@test "vdpactl(8) names every object and refers to its page" {
	named() {
		grep -qE "^\.(It|Cm).*\b$1\b" "$SRC/man/vdpactl.8" &&
			grep -qE "^\.Xr vdpactl-$(basename "$(realpath "$SRC/man/vdpactl-$1.8")" .8 | cut -d- -f2-) 8" \
				"$SRC/man/vdpactl.8" || { echo "$1"; false; }
	}
	objects | each named
}

@test "an object's page has each of its commands, keywords and options" {
	in_page() {
		local object=$1 text
		text=$(mandoc -Tutf8 "$SRC/man/vdpactl-$object.8" | col -b)
		described() {
			grep -qwF -- "$1" <<<"$text" || { echo "vdpactl-$object.8 lacks $1"; false; }
		}
		words "$object" | each described
	}
	objects | each in_page
}

@test "an object's page gives each command in its synopsis" {
	in_synopsis() {
		local object=$1 synopsis
		synopsis=$(sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$SRC/man/vdpactl-$object.8")
		given() {
			grep -qE "^\.Cm $object $1\b" <<<"$synopsis" || { echo "$object $1"; false; }
		}
		commands "$object" | each given
	}
	objects | each in_synopsis
}

# "OBJECT COMMAND" of each synopsis and of each example
given_commands() {
	cd "$SRC" || return
	{
		find man -name 'vdpactl-*.8' -type f -exec awk '
			/^\.Cm/ && previous == ".Op Ar OPTIONS" { sub(/^\.Cm /, ""); print }
			{ previous = $0 }' {} +
		grep -ohE '^[$] vdpactl .*' man/*.[1-8] README.md |
			sed -E 's/^[$] vdpactl( -[-a-z]+)* //'
	} | awk '{ print $1, $2 }' | sort -u
}

@test "no page gives a command that does not exist" {
	local object command failed=0
	while read -r object command; do
		if ! objects | grep -qx "$object"; then
			echo "$object"
			failed=1
		elif [ -n "$(commands "$object")" ] && ! commands "$object" | grep -qx -- "$command"; then
			echo "$object $command"
			failed=1
		fi
	done < <(given_commands)
	return $failed
}

@test "the pages are free of findings" {
	run -0 mandoc -Tlint -W warning "$SRC"/man/*.[1-8]
	assert_output ''
}

# rendered mandoc|groff PAGE [COLUMNS]: as it is read
rendered() {
	local columns=${3:-78}
	case $1 in
	mandoc) mandoc -Tutf8 -O width="$columns" "$SRC/man/$2" ;;
	groff) groff -mandoc -ww -Tutf8 -P-cbou -rLL="${columns}n" "$SRC/man/$2" ;;
	esac | col -bx
}

# What a macro makes of its arguments is seen in what it prints
@test "the pages are rendered without warnings, and their JSON is JSON" {
	readable() {
		local how text
		for how in mandoc groff; do
			text=$(rendered "$how" "$1" 2>&1)
			! grep warning <<<"$text" || { echo "$how $1"; return 1; }
			[[ ${text##*$'\n'} == Linux* ]] || { echo "$how $1 is of another system"; return 1; }
			rendered "$how" "$1" 120 | "$SRC/tests/host/json-in" >"$BATS_TEST_TMPDIR/json" ||
				{ echo "$how $1"; return 1; }
			# Braces in the source that are none in what is read
			[ "$(wc -l <"$BATS_TEST_TMPDIR/json")" -ge "$(grep -c '^{"' "$SRC/man/$1")" ] ||
				{ echo "$how $1 lacks JSON"; return 1; }
		done
	}
	pages | each readable
	local how
	for how in mandoc groff; do
		run -0 rendered "$how" vdpactl_sim.4
		assert_line --regexp '^ +net_incremental +data, control, tables +3 +\.dma_map +stay$'
		run -0 rendered "$how" vdpactl-fault.8
		assert_line --regexp '^ +\{"cookie": 1, "code": "success"\}$'
	done
}

@test "the pages have the same sections" {
	sections() {
		local have
		have=$(sed -n 's/^\.Sh //p' "$SRC/man/$1")
		case $1 in
		*.8) want='NAME|SYNOPSIS|DESCRIPTION|EXIT STATUS|EXAMPLES|SEE ALSO' ;;
		*) want='NAME|DESCRIPTION|SEE ALSO' ;;
		esac
		[ "$(grep -cxE "$want" <<<"$have")" -eq "$(tr -cd '|' <<<"$want|" | wc -c)" ] ||
			{ echo "$1:" $have; false; }
	}
	pages | each sections
}

@test "pages refer to pages that exist" {
	local page section failed=0
	while read -r page section; do
		[ -e "$SRC/man/$page.$section" ] || { echo "$page($section)"; failed=1; }
	done < <(sed -n 's/^\.Xr \(vdpactl[^ ]*\) \([1-8]\).*/\1 \2/p' "$SRC"/man/*.[1-8] | sort -u)
	return $failed
}

@test "README is README.md, and refers to files that exist" {
	[ "$(readlink "$SRC/README")" = README.md ]
	linked() { [ -e "$SRC/${1%%#*}" ] || { echo "$1"; false; }; }
	grep -oE '\]\([^)#:]+\)' "$SRC/README.md" | sed 's/^](//; s/)$//' | each linked
}
