# SPDX-License-Identifier: GPL-2.0-or-later
# Fault streams against a peer that plays the kernel over a socket: what goes
# wrong on the wire, in the handler, and where the lines go.

load host

PEER=$BUILD/tests/helpers/fault-peer

# peer COMMAND...: with the script from standard input; the streams apart
peer() {
	run --separate-stderr "$PEER" "$@"
}

# stat NAME: a number of the statistics at the end
stat() {
	grep -oE "(^| )$1 [0-9]+" <<<"$stderr" | tail -n 1 | grep -oE '[0-9]+$'
}

# lines EVENT: how many lines of output are of that kind
lines() {
	jq -c "select(.event == \"$1\")" <<<"$output" | wc -l
}

@test "a fault is a line with all it says" {
	peer vdpactl -j fault tail --fd 3 <<-EOF
		fault 5 0x12345678000 3 3
		close
		expect 5 1
	EOF
	assert_success
	assert_output '{"event":"fault","dev_id":1,"pasid":7,"group":5,"last":true,"perm":["read","write"],"addr":"0x12345678000","length":0,"cookie":5}'
}

@test "without -j a fault is a line of text" {
	peer vdpactl fault tail --fd 3 <<-EOF
		fault 5 0x1000 2 2
		close
		expect 5 1
	EOF
	assert_success
	assert_output 'fault dev_id 1 addr 0x1000 perm -w-- group 5 cookie 5 last'
}

@test "bits that have no name are shown" {
	peer vdpactl -j fault tail --fd 3 <<-EOF
		fault 1 0x1000 0x80000002 0x101 0xabc
		close
		expect 1 1
	EOF
	assert_success
	assert_output --partial '"unknown_flags":"0x80000000","unknown_perm":"0x100","reserved":"0xabc"'
	peer vdpactl fault tail --fd 3 <<-EOF
		fault 1 0x1000 0x80000002 0x101 0xabc
		close
		expect 1 1
	EOF
	assert_output --partial 'unknown_flags 0x80000000 unknown_perm 0x100 reserved 0xabc'
}

@test "each group is answered once" {
	peer vdpactl -j fault tail --fd 3 --respond success <<-EOF
		fault 1 0x1000
		fault 2 0x2000 0
		fault 2 0x3000 0
		fault 2 0x4000
		expect 1 0
		expect 2 0
		fault 1 0x5000
		expect 1 0
	EOF
	assert_success
	[ "$(lines response)" -eq 3 ]
	[ "$(stat groups)" -eq 3 ]
	[ "$(stat faults)" -eq 5 ]
	[ "$(stat success)" -eq 3 ]
	[[ $stderr == *"latency_us min "*" median "*" p99 "*" max "* ]]
}

@test "a cookie that comes twice in one read is answered once, and told" {
	local io records
	# flags 2, cookies 1 2 2 1 3
	records=$(printf '02%070d%02d000000' 0 1 0 2 0 2 0 1 0 3)
	for io in poll uring; do
		peer vdpactl -j fault tail --fd 3 --respond success --io "$io" <<-EOF
			hex $records
			expect 1 0
			expect 2 0
			expect 3 0
		EOF
		assert_success
		[ "$(jq -r '"\(.event) \(.cookie)"' <<<"$output" | paste -sd ' ')" = "fault 1 response 1 \
fault 2 response 2 fault 2 error 2 fault 1 error 1 fault 3 response 3" ]
	done
}

@test "invalid is answered on demand" {
	peer vdpactl -j fault tail --fd 3 --respond invalid <<-EOF
		fault 9 0x1000
		expect 9 1
	EOF
	assert_success
	[ "$(stat invalid)" -eq 1 ]
}

@test "records that come in pieces are put together, by poll and by io_uring alike" {
	local io
	for io in poll uring; do
		peer vdpactl -j fault tail --fd 3 --respond success --io "$io" <<-EOF
			split 7
			fault 1 0x1000 0
			fault 1 0x2000
			expect 1 0
			split 41
			fault 2 0x3000
			fault 3 0x4000
			expect 2 0
			expect 3 0
		EOF
		assert_success
		printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/$io"
	done
	cmp "$BATS_TEST_TMPDIR/poll" "$BATS_TEST_TMPDIR/uring"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/poll")" -eq 7 ]
}

@test "a file of records gives the same lines by poll and by io_uring" {
	local io
	"$PEER" --records 20000 3 >"$BATS_TEST_TMPDIR/records"
	for io in poll uring; do
		vdpactl -j fault tail --fd 0 --io "$io" <"$BATS_TEST_TMPDIR/records" \
			>"$BATS_TEST_TMPDIR/$io" 2>/dev/null
	done
	cmp "$BATS_TEST_TMPDIR/poll" "$BATS_TEST_TMPDIR/uring"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/poll")" -eq 60000 ]
	jq -e -s 'map(select(.last)) | length == 20000' "$BATS_TEST_TMPDIR/poll"
}

@test "a group of many requests is one group" {
	run --separate-stderr bash -c "'$PEER' --records 1 10000 | vdpactl -j fault tail --fd 0"
	assert_success
	[ "$(stat groups)" -eq 1 ]
	[ "$(stat faults)" -eq 10000 ]
	[ "$(wc -l <<<"$output")" -eq 10000 ]
}

@test "a group that is cut short is counted" {
	peer vdpactl -j fault tail --fd 3 --respond success <<-EOF
		fault 1 0x1000 0
		hex 0102
	EOF
	[ "$(stat incomplete)" -eq 1 ]
	[ "$(stat groups)" -eq 0 ]
}

@test "a signal answers invalid what was read and not answered" {
	peer vdpactl -j fault tail --fd 3 <<-EOF
		fault 1 0x1000
		fault 2 0x2000 0
		fault 2 0x3000
		sleep 500
		signal TERM
		expect 1 1
		expect 2 1
	EOF
	assert_success
	[ "$(stat abandoned)" -eq 2 ]
	[ "$(stat invalid)" -eq 2 ]
}

@test "SIGUSR1 prints the numbers and goes on" {
	peer vdpactl -j fault tail --fd 3 --respond success <<-EOF
		fault 1 0x1000
		expect 1 0
		signal USR1
		sleep 300
		fault 2 0x1000
		expect 2 0
	EOF
	assert_success
	[ "$(grep -c '^groups ' <<<"$stderr")" -eq 2 ]
	[[ $stderr == *"groups 1 "*"groups 2 "* ]]
}

@test "signals in the middle of everything lose nothing" {
	local io
	for io in poll uring; do
		# shellcheck disable=SC2046,SC2183 # each twice
		peer vdpactl -j fault tail --fd 3 --respond success --io "$io" < <(
			# By then signals are caught
			printf '%s\n' "fault 501 0x1000" "expects 1"
			printf 'fault %d 0x1000 0\nsignal USR1\nfault %d 0x2000\nsignal USR1\n' \
				$(seq 500 | sed p)
			echo "expects 500"
		)
		assert_success
		[ "$(stat groups)" -eq 501 ]
		[ "$(stat faults)" -eq 1001 ]
		[ "$(stat success)" -eq 501 ]
		[ "$(wc -l <<<"$output")" -eq 1502 ]
		[ "$(grep -c '^groups ' <<<"$stderr")" -gt 1 ]
	done
}

@test "an output that is full fails, and the groups are answered" {
	peer bash -c 'exec vdpactl -j fault tail --fd 3 >/dev/full' <<-EOF
		fault 1 0x1000
		expect 1 1
	EOF
	assert_failure 1
	[[ $stderr == *"cannot write to standard output"* ]]
}

@test "a reader that goes away ends it without a word, and the groups are answered" {
	peer bash -c 'vdpactl -j fault tail --fd 3 | true; exit "${PIPESTATUS[0]}"' <<-EOF
		sleep 500
		fault 1 0x1000
		expect 1 1
	EOF
	assert_equal "$status" 141
	[[ $stderr != *"cannot write"* ]]
	[ "$(stat abandoned)" -eq 1 ]
	# Whoever ignores the signal wants to be told
	run --separate-stderr bash -c 'trap "" PIPE; exec 7> >(:); wait $!; vdpactl help >&7'
	assert_failure 1
	[[ $stderr == *"cannot write to standard output: Broken pipe"* ]]
	run --separate-stderr bash -c 'exec 7> >(:); wait $!; vdpactl help >&7'
	assert_equal "$status" 141
	assert_equal "$stderr" ''
}

@test "a signal ends it although nobody reads the output" {
	mkfifo "$BATS_TEST_TMPDIR/stuck"
	sleep 60 3>&- <"$BATS_TEST_TMPDIR/stuck" &
	local reader=$!
	peer bash -c "exec vdpactl -j fault tail --fd 3 --respond success >'$BATS_TEST_TMPDIR/stuck'" < <(
		seq -f 'fault %.0f 0x1000' 450
		echo "expects 1"
		echo "sleep 500"
		echo "signal TERM"
		echo "rest"
	)
	kill "$reader"
	assert_success
	[ "$(stat groups)" -eq "$(stat responses)" ]
}

@test "a queue cannot be answered through a pipe, nor a recording overwritten" {
	local records=$BATS_TEST_TMPDIR/records
	run --separate-stderr bash -c ": | vdpactl -j fault tail --fd 0 --respond success"
	assert_failure 1
	[ "$(jq -r .error.code <<<"$output")" = EBADF ]
	"$PEER" --records 20 3 >"$records"
	cp "$records" "$records.before"
	for command in "tail --respond success" "serve --handler cat"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr vdpactl -j fault $command --fd 7 7<>"$records"
		assert_failure 1
		[ "$(jq -r .error.code <<<"$output")" = EBADF ]
		cmp "$records" "$records.before"
	done
}

@test "a signal ends it although nobody takes the responses" {
	local io
	for io in poll uring; do
		run --separate-stderr timeout 60 "$PEER" --deaf vdpactl -j fault tail --fd 3 --respond success --io "$io" < <(
			seq -f $'fault %.0f 0x1000\nsleep 1' 300
			echo "sleep 300"
			echo "signal TERM"
		)
		assert_failure 1
		[[ $output == *'nobody takes the responses'* ]]
	done
}

@test "thousands of groups that have begun are no reason to stop; endlessly many are" {
	peer vdpactl fault serve --fd 3 --timeout 100 --handler 'cat >/dev/null; :' < <(
		seq -f 'fault %.0f 0x1000 0' 4200
		seq -f 'fault %.0f 0x1000' 4200
		echo "expects 4200"
	)
	[ "$(stat groups)" -eq 4200 ]
	peer vdpactl -j fault tail --fd 3 --respond success < <(
		seq -f 'fault %.0f 0x1000 0' 65537
		echo rest
	)
	assert_failure 1
	[[ $output == *ENOBUFS*'begun and not ended'* ]]
	[ "$(stat abandoned)" -eq 65537 ]
}

# ---- serve ---------------------------------------------------------------------

answer='jq --unbuffered -c "select(.last) | {cookie, code: \"success\"}"'

@test "a handler's answers go to the kernel" {
	peer vdpactl fault serve --fd 3 --timeout 60000 --handler "$answer" <<-EOF
		fault 1 0x1000 0
		fault 1 0x2000
		fault 2 0x3000
		expect 1 0
		expect 2 0
	EOF
	assert_success
	[ "$(lines error)" -eq 0 ]
	[ "$(stat success)" -eq 2 ]
}

@test "a handler that is slow is answered for" {
	peer vdpactl fault serve --fd 3 --timeout 200 --default success --handler 'exec sleep 60' <<-EOF
		fault 4 0x1000
		expect 4 0
		signal TERM
	EOF
	assert_success
	[[ $output == *'"cookie":4,"message":"the handler did not answer in 200 ms"'* ]]
}

@test "a handler that crashes is answered for, from then on at once" {
	peer vdpactl fault serve --fd 3 --timeout 60000 --handler 'read line; kill -SEGV $$' <<-EOF
		fault 1 0x1000
		expect 1 1
		fault 2 0x1000
		expect 2 1
		sleep 300
	EOF
	assert_failure 1
	[[ $output == *'the handler closed its output (signal 11)'* ]]
	[ "$(lines error)" -eq 1 ]
	[ "$(stat invalid)" -eq 2 ]
}

@test "a handler that closes its output or its input is answered for" {
	peer vdpactl fault serve --fd 3 --timeout 60000 --handler 'exec >&-; exec sleep 600' <<-EOF
		fault 1 0x1000
		expect 1 1
	EOF
	assert_failure 1
	[[ $output == *'the handler closed its output'* ]]
	peer vdpactl fault serve --fd 3 --timeout 60000 --default success \
		--handler 'exec <&-; sleep 600; :' <<-EOF
		sleep 300
		fault 1 0x1000
		expect 1 0
	EOF
	assert_failure 1
	[[ $output == *'the handler closed its input'* ]]
}

@test "no device waits for the end of a handler that was lost" {
	# It closes its output, or nothing, ends after half a second
	peer vdpactl fault serve --fd 3 --timeout 60000 \
		--handler "exec >&-; sleep 0.5; touch '$BATS_TEST_TMPDIR/ended'; exit 3" <<-EOF
		fault 1 0x1000
		expect 1 1
		absent $BATS_TEST_TMPDIR/ended
		fault 2 0x1000
		expect 2 1
		absent $BATS_TEST_TMPDIR/ended
		sleep 1000
	EOF
	assert_failure 1
	[[ $output == *'"response"'*'the handler closed its output (exit status 3)'* ]]
	rm "$BATS_TEST_TMPDIR/ended"
	peer vdpactl fault serve --fd 3 --timeout 60000 \
		--handler "cat >/dev/null; sleep 0.5; touch '$BATS_TEST_TMPDIR/ended'" <<-EOF
		fault 1 0x1000
		sleep 300
		signal TERM
		expect 1 1
		absent $BATS_TEST_TMPDIR/ended
	EOF
	assert_success
	[ "$(stat abandoned)" -eq 1 ]
	[ -e "$BATS_TEST_TMPDIR/ended" ]
}

@test "serve ends with its input, in the middle of a group too" {
	run --separate-stderr timeout 60 "$PEER" vdpactl fault serve --fd 3 --handler 'cat >/dev/null; :' <<-EOF
		fault 1 0x1000 0
		close
		expect 1 1
	EOF
	assert_success
	[ "$(stat incomplete)" -eq 1 ]
}

@test "a handler that lies is told apart, line by line" {
	cat >"$BATS_TEST_TMPDIR/liar" <<-'EOF'
		read line
		echo '{"cookie": 99, "code": "success"}'
		echo 'what?'
		echo '{"cookie": 1, "code": "maybe"}'
		echo '{"cookie": -1, "code": "success"}'
		echo '[]'
		echo '{"cookie": 1, "code": "success"}'
		echo '{"cookie": 1, "code": "success"}'
		head -c 100000 /dev/zero | tr '\0' x
		echo
		cat >/dev/null
	EOF
	peer vdpactl fault serve --fd 3 --timeout 60000 --handler "sh '$BATS_TEST_TMPDIR/liar'" <<-EOF
		fault 1 0x1000
		expect 1 0
		sleep 500
		signal TERM
	EOF
	assert_success
	[ "$(stat responses)" -eq 1 ]
	[ "$(lines error)" -eq 7 ]
	[[ $output == *'"cookie":99,"message":"the handler answered a group that does not wait'* ]]
	[[ $output == *'is too long'* ]]
}

@test "a handler that does not read its input is given up" {
	peer vdpactl fault serve --fd 3 --timeout 300 --handler 'exec sleep 60' < <(
		seq -f 'fault %.0f 0x1000' 3000
		echo "expects 3000"
		echo "signal TERM"
	)
	assert_failure 1
	[[ $output == *'does not read its input'* ]]
	[ "$(stat invalid)" -eq 3000 ]
}

# settled FILE LINES: it has at least so many, and for a second no more
settled() {
	local before
	before=$(wc -l <"$1")
	sleep 1
	[ "$before" -ge "$2" ] && [ "$(wc -l <"$1")" -eq "$before" ]
}

@test "faults stay in the queue while a handler owes thousands of answers" {
	local peer server out=$BATS_TEST_TMPDIR/out
	{
		seq -f 'fault %.0f 0x1000' 20000
		echo rest
	} >"$BATS_TEST_TMPDIR/script"
	"$PEER" vdpactl fault serve --fd 3 --timeout 60000 --handler 'cat >/dev/null; :' \
		<"$BATS_TEST_TMPDIR/script" >"$out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	peer=$!
	until server=$(pgrep -P "$peer" -x vdpactl); do sleep 0.05; done
	until settled "$out" 4096; do :; done
	# What it has read when it stops reading, by one read at most
	[ "$(wc -l <"$out")" -lt 8192 ]
	kill "$server"
	wait "$peer"
	stderr=$(<"$BATS_TEST_TMPDIR/err")
	[ "$(stat abandoned)" -ge 4096 ]
	[ "$(stat responses)" -eq "$(stat groups)" ]
}

@test "a handler does not inherit the queue" {
	peer vdpactl fault serve --fd 3 --timeout 60000 --handler \
		"ls -l /proc/self/fd >'$BATS_TEST_TMPDIR/fds'; $answer" <<-EOF
		fault 1 0x1000
		expect 1 0
	EOF
	assert_success
	run ! grep socket "$BATS_TEST_TMPDIR/fds"
}

@test "a signal ends the handler too" {
	peer vdpactl fault serve --fd 3 --timeout 60000 --handler \
		"echo \$\$ >'$BATS_TEST_TMPDIR/pid'; exec sleep 600" <<-EOF
		fault 1 0x1000
		sleep 500
		signal TERM
		expect 1 1
	EOF
	assert_success
	[ "$(stat abandoned)" -eq 1 ]
	run ! kill -0 "$(<"$BATS_TEST_TMPDIR/pid")"
}

# ---- the command line ------------------------------------------------------------

@test "wrong command lines" {
	local args
	while read -r args; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr vdpactl fault $args
		assert_failure 2
		[[ $stderr == *Usage:* || $stderr == *usage:* ]]
	done <<-'EOF'
		tail
		tail --fd
		tail --fd x
		tail --fd -1
		tail --fd 1 --socket /x
		tail --fd 1 --respond maybe
		tail --fd 1 --io dma
		tail --fd 1 more
		tail --pid 1
		tail --target-fd 1
		tail --pid 1 --target-fd 3
		tail --fd 1 --steal
		tail --observe --fd 3
		serve --fd 1
		serve --handler x
		serve --fd 1 --handler x --timeout 0
		serve --fd 1 --handler x --default none
		attach
		attach a b
		attach a --size 0
		attach a --size 2T
		attach a --size 1X
		attach a --pasid 0
		attach a --pasid 1048576
		list more
	EOF
}

@test "reading another process's queue needs --steal, and says why" {
	run --separate-stderr vdpactl fault tail --pid 1 --target-fd 3
	assert_failure 2
	[[ $stderr == *"takes its faults away"*--steal* ]]
}

@test "descriptors and processes that are not there" {
	run --separate-stderr vdpactl -j fault tail --fd 99
	assert_failure 1
	[ "$(jq -r .error.code <<<"$output")" = EBADF ]
	run --separate-stderr vdpactl -j fault tail --pid 4194303 --target-fd 3 --steal
	assert_failure 1
	[ "$(jq -r .error.code <<<"$output")" = ESRCH ]
	run --separate-stderr vdpactl -j fault tail --pid $$ --target-fd 999 --steal
	assert_failure 1
	[ "$(jq -r .error.code <<<"$output")" = EBADF ]
	run --separate-stderr vdpactl -j fault tail --socket "$BATS_TEST_TMPDIR/none"
	assert_failure 1
	[ "$(jq -r .error.code <<<"$output")" = ENOENT ]
}

@test "a descriptor of another process can be taken" {
	local child tail script=$BATS_TEST_TMPDIR/script
	mkfifo "$script"
	"$PEER" sleep 600 <"$script" >/dev/null 2>&1 3>&- &
	local peer=$!
	exec {to}>"$script"
	until child=$(pgrep -P "$peer" -x sleep); do sleep 0.05; done
	vdpactl -j fault tail --pid "$child" --target-fd 3 --steal --respond success \
		>"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	tail=$!
	printf 'fault 1 0x1000\nexpect 1 0\nsignal TERM\n' >&"$to"
	exec {to}>&-
	# It ends with the owner
	wait "$tail"
	grep -q '"response"' "$BATS_TEST_TMPDIR/out"
	wait "$peer" || true
}

# The values of a command's options look like options of vdpactl
@test "what an option takes is no option of vdpactl" {
	local option value
	for option in --fd --pid --target-fd --socket --handler --timeout --default --io; do
		for value in -h -V -jp --help --open --color=never --; do
			run --separate-stderr vdpactl -j fault serve "$option" "$value"
			assert [ "$status" -ne 0 ]
			jq -e .error <<<"$output" >/dev/null || fail "$option $value: $output"
		done
	done
	run -2 --separate-stderr vdpactl fault serve --handler --json
	assert_output ''
	run -2 --separate-stderr vdpactl -j monitor --event -h
	[ "$(jq -r .error.code <<<"$output")" = EINVAL ]
	# One that takes none, or may be without
	for option in --steal '--observe'; do
		run -0 vdpactl fault tail "$option" -h
		assert_line --regexp '^Usage: '
	done
}
