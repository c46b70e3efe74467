# SPDX-License-Identifier: GPL-2.0-or-later
# Help, and what wrong words may have been meant for. Names of devices and of
# management devices are in errors.bats and mgmtdev.bats.

load host

@test "vdpactl alone is a wrong command line, and prints the usage" {
	run -0 vdpactl help
	local overview=$output
	run -2 --separate-stderr vdpactl
	refute_output
	assert_equal "$stderr" "$overview"
	run -2 --separate-stderr vdpactl -j
	assert_regex "$output" '^\{"error":\{"code":"EINVAL","message":"no object given"'
	assert_equal "$stderr" ''
}

# prints WORD...: the same as "vdpactl $words"
prints() {
	run -0 --separate-stderr vdpactl "$@"
	[ "$output" = "$(vdpactl $words)" ] || fail "not as \"$words\": $output"
}

@test "help is before, behind and between" {
	local words=help
	prints -h
	prints help help
	words='dev help'
	prints help dev
	prints dev -h
	prints -h d
	prints help dev help
	words='help dev show'
	run -0 vdpactl $words
	assert_line -n 0 'Usage: vdpactl [OPTIONS] dev show [DEV]'
	refute_output --partial 'dev add'
	prints dev help show
	prints dev show help
	prints dev list help
	prints dev show v0 --help
	prints help d sh
	words='reset help'
	prints help reset
	prints reset v0 -h
	words='--version'
	prints version
}

# wrong ERROR HINT WORD...: how both begin
wrong() {
	run -2 --separate-stderr vdpactl "${@:3}"
	refute_output
	[[ ${stderr_lines[0]} == "vdpactl: $1"* && ${stderr_lines[1]} == "$2"* ]] || fail "${*:3}: $stderr"
}

@test "help for what is not there says so" {
	wrong 'unknown object "nosuch"' '"vdpactl help"' help nosuch
	wrong 'unknown command "nosuch" of dev' '"vdpactl dev help"' help dev nosuch
	wrong 'unknown command "nosuch" of dev' '"vdpactl dev help"' dev help nosuch
	wrong 'unexpected "v0"' 'Usage: ' help reset v0
	wrong 'unexpected "v0"' 'Usage: ' help dev show v0
	# Behind "--" they are names
	wrong 'unknown object "help"' '"vdpactl help"' -- help
	wrong 'unknown object "version"' '' -- version
}

@test "a wrong word gets the nearest right one" {
	wrong 'unknown object "rset"' 'did you mean reset? ' rset v0
	wrong 'unknown command "hsow" of dev' 'did you mean show? ' dev hsow
	wrong 'unknown command "lsit" of dev' 'did you mean list? ' dev lsit
	wrong 'unknown option "--jsn"' 'did you mean --json? ' --jsn dev show
	wrong 'unexpected "--jsn"' 'did you mean --json? Usage: ' dev show --jsn
	wrong 'unexpected "--oepn"' 'did you mean --open? Usage: ' group show v0 --oepn
	wrong 'unexpected "--forec"' 'did you mean --force? Usage: ' reset --forec v0
	wrong 'unexpected "--forec"' 'did you mean --force? Usage: ' reset v0 --forec
	wrong 'unexpected "mgmtdve"' 'did you mean mgmtdev? Usage: ' dev add name v0 mgmtdve m
	wrong 'unexpected "--hadnler"' 'did you mean --handler? Usage: ' fault serve --fd 3 --hadnler x
	wrong '"vhost-vdpa" is no driver' 'did you mean vhost_vdpa? Usage: ' dev bind v0 vhost-vdpa
	wrong 'no event is called "rest"' 'did you mean reset? Usage: ' monitor --event rest
	# Nothing is near
	wrong 'unknown object "nosuch"' '"vdpactl help" lists' nosuch
	wrong 'unexpected "x"' 'Usage: ' reset v0 x
}

@test "an ambiguous abbreviation lists what it may be short for" {
	wrong 'ambiguous object "re": reset, resume' '"vdpactl help"' re v0
	wrong 'ambiguous object "m": mgmtdev, map, monitor' '"vdpactl help"' m
	wrong 'ambiguous command "s" of fault: show, serve' '"vdpactl fault help"' fault s
	wrong 'ambiguous command "s" of dev: show, set' '"vdpactl dev help"' help dev s
}
