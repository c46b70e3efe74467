# SPDX-License-Identifier: GPL-2.0-or-later
# I/O page faults of a device that really raises them: vdpactl_sim's DMA engine
# behind its virtual IOMMU, through iommufd.

load lib

DMA=/sys/bus/platform/devices/vdpactl_sim_dma
CHAIN=$BUILD/tests/helpers/fault-chain

setup_file() {
	load vdpactl_sim
	if [ ! -e "$DMA" ]; then
		skip "this kernel has no iommufd"
	fi
}

teardown_file() {
	clean_modules
}

setup() {
	out=$BATS_TEST_TMPDIR/out
	err=$BATS_TEST_TMPDIR/err
	jobs=()
}

teardown() {
	local pid
	for pid in "${jobs[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
}

# start COMMAND...: in the background, $pid; its streams in $out and $err
start() {
	"$@" >"$out" 2>"$err" 3>&- &
	pid=$!
	jobs+=("$pid")
}

# text FILE: what is in it, as $text. No process: those are what is slow here
text() {
	local -a whole
	mapfile -d '' -t whole <"$1"
	text=${whole[0]-}
}

# says FILE TEXT: that is in it
says() {
	local text
	text "$1"
	[[ $text == *"$2"* ]]
}

# attach [ARG...]: "fault attach" in the background, until it is attached
attach() {
	start vdpactl fault attach vdpactl_sim_dma "$@"
	wait_until says "$out" '"attached"'
}

# stop [SIGNAL]: end what start() started and take its status
stop() {
	kill -s "${1:-TERM}" "$pid"
	status=0
	wait "$pid" || status=$?
}

# owner [OPTION...]: a process that owns a fault queue and obeys tell()
owner() {
	mkfifo "$BATS_TEST_TMPDIR/tell" "$BATS_TEST_TMPDIR/told"
	exec {to}<>"$BATS_TEST_TMPDIR/tell" {from}<>"$BATS_TEST_TMPDIR/told"
	"$CHAIN" "$@" vdpactl_sim_dma <"$BATS_TEST_TMPDIR/tell" >"$BATS_TEST_TMPDIR/told" \
		3>&- {to}>&- {from}>&- &
	chain=$!
	jobs+=("$chain")
	answer
	read -r owner_pid owner_fd owner_events <<<"$answer"
}

# answer: of the owner, as $answer
answer() {
	read -r -t 300 answer <&"$from"
}

# tell COMMAND: it, and take the answer
tell() {
	echo "$*" >&"$to"
	answer
}

# dialogue: tell the lines "COMMAND = ANSWER" of standard input, and compare the answers
dialogue() {
	local line differs=0
	while read -r line; do
		tell "${line% = *}"
		[ "$answer" = "${line#* = }" ] || { echo "$line, not $answer"; differs=1; }
	done
	return $differs
}

# dismiss: the owner closes everything and ends
dismiss() {
	exec {to}>&-
	wait "$chain"
}

# serve HANDLER [ARG...]: "fault serve" on the queue of a process, until the handler runs,
# which has to say so with a line on standard error
serve() {
	start "$CHAIN" vdpactl_sim_dma -- vdpactl fault serve --fd 3 --handler "$@"
	wait_until test -s "$err"
}

# served STATUS: end what serve() started, which must have that status
served() {
	pkill -x vdpactl
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq "$1" ]
}

# observe: "fault tail --observe" in the background; its lines in $seen
observe() {
	seen=$BATS_TEST_TMPDIR/seen
	load vdpactl_diag
	vdpactl -j fault tail --observe >"$seen" 2>"$seen.numbers" 3>&- &
	observer=$!
	jobs+=("$observer")
	wait_until listening "$observer"
}

has_seen() {
	local text
	text "$seen"
	text=${text//[!$'\n']/}
	[ ${#text} -ge "$1" ]
}

# transfer WORD...: run a transfer to its end
transfer() {
	echo "$* wait=1" >"$DMA/transfer"
}

# begin WORD...: start a transfer
begin() {
	echo "$*" >"$DMA/transfer"
}

# channel N: what it says in sysfs, as $channel
channel() {
	local -a lines
	local line
	mapfile -t lines <"$DMA/channels"
	channel=
	for line in "${lines[@]}"; do
		[[ $line != "$1 "* ]] || channel=$line
	done
}

# channel_is N PATTERN: what it must say
channel_is() {
	local channel
	channel "$1"
	# shellcheck disable=SC2053 # a pattern
	[[ $channel == $2 ]] || { echo "$channel" && false; }
}

waiting() {
	channel_is "$1" "* waiting *"
}

not_busy() {
	channel_is "$1" "* @(done|failed) done *"
}

# counter NAME: of the device, since the module was loaded
counter() {
	local text
	text "$DMA/counters"
	[[ " $text" =~ " $1 "([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

# stat NAME: of the statistics at the end
stat() {
	local text
	text "$err"
	[[ $'\n'$text =~ .*[[:space:]]"$1 "([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

# events KIND: how many lines of $out
events() {
	grep -cE "\"event\": ?\"$1\"" "$out"
}

# has_events KIND NUMBER: there are so many
has_events() {
	[ "$(events "$1")" -eq "$2" ]
}

# fill OFFSET BYTES SEED: the engine's memory with something recognizable
fill() {
	seq "$3" 1000000 | head -c "$2" |
		dd of="$DMA/memory" bs=4096 seek=$(($1 / 4096)) conv=notrunc status=none
}

same() { # OFFSET BYTES SEED
	cmp <(dd if="$DMA/memory" bs=4096 skip=$(($1 / 4096)) status=none | head -c "$2") \
		<(seq "$3" 1000000 | head -c "$2")
}

# catching PID: it catches SIGTERM, so it reads its queue
catching() {
	local key value
	while read -r key value; do
		[ "$key" = SigCgt: ] || continue
		((0x$value & 1 << 14))
		return
	done <"/proc/$1/status"
	return 1
}

# tailing: the process that fault-chain started reads its queue
tailing() {
	local vdpactl
	vdpactl=$(pgrep -x vdpactl) && catching "$vdpactl"
}

@test "memory is there where the device faults, with the right bytes" {
	attach --map-on-fault
	fill 0 20000 7
	transfer iova=0x10100 length=20000 direction=write group=4
	channel_is 0 '0 done done 20000 of 20000 error none groups 2 requests 5'
	fill 0x80000 20000 1
	transfer iova=0x10100 length=20000 direction=read memory=0x80000
	same 0x80000 20000 7
	channel_is 0 '* groups 0 *'
	# A page that was only read is zero
	transfer iova=0x40000 length=4096 direction=read memory=0x80000
	cmp <(dd if="$DMA/memory" bs=4096 skip=128 count=1 status=none) <(head -c 4096 /dev/zero)
	stop
	[ "$status" -eq 0 ]
	[ "$(events mapped)" -eq 6 ]
	[ "$(events response)" -eq 3 ]
	[ "$(stat groups)" -eq 3 ]
	[ "$(stat faults)" -eq 6 ]
	[ "$(stat success)" -eq 3 ]
	[ "$(stat abandoned)" -eq 0 ]
	jq -e -s '.[0].event == "attached" and .[-1].event == "closed"' "$out"
}

# The first reads have room for 16
# bats test_tags=parallel
@test "several transfers in flight, groups of up to 32 requests" {
	local c
	attach --map-on-fault --io uring
	for c in 0 1 2 3 4 5 6 7; do
		begin "channel=$c iova=$((c * 0x100000)) length=131072 direction=write group=32 memory=0"
	done
	for c in 0 1 2 3 4 5 6 7; do
		wait_until not_busy "$c"
		channel_is "$c" '* done done 131072 * requests 32'
	done
	stop HUP
	[ "$status" -eq 0 ]
	[ "$(stat faults)" -eq 256 ]
}

@test "what an answer makes of a transfer" {
	# Invalid ends it
	attach
	run ! transfer iova=0x1000 length=4096
	channel_is 0 '*error invalid*'
	stop
	[ "$(stat invalid)" -eq 1 ]
	# Success without a mapping is tried again, and then given up
	attach --respond success
	run ! transfer iova=0x1000 length=4096 retries=3
	channel_is 0 '*error retries groups 4 *'
	stop
	[ "$(stat success)" -eq 4 ]
	# Beyond the limit of memory it is invalid
	attach --map-on-fault --size 8K
	run ! transfer iova=0 length=16384 direction=write
	channel_is 0 '0 failed done 8192 of 16384 error invalid*'
	stop
	[ "$status" -eq 0 ]
	says "$out" 'the limit of 0x2000 bytes is reached'
	# With nothing attached the kernel answers
	run ! transfer iova=0x1000 length=4096
	channel_is 0 '*error invalid*'
}

# bats test_tags=parallel
@test "a process killed in the middle leaves device and kernel clean" {
	attach
	kill -STOP "$pid"
	begin iova=0x1000 length=4096
	begin channel=1 iova=0x1000 length=4096 group=32
	wait_until waiting 0
	wait_until waiting 1
	kill -KILL "$pid"
	wait "$pid" || true
	wait_until not_busy 0
	wait_until not_busy 1
	channel_is 0 '*error stopped*'
	attach --map-on-fault
	transfer iova=0x1000 length=4096 direction=write
	stop
	[ "$status" -eq 0 ]
}

# bats test_tags=parallel
@test "a replaced page table ends what waits, and then works" {
	owner
	begin iova=0x1000 length=4096
	wait_until waiting 0
	tell replace
	[ "$answer" = ok ]
	wait_until not_busy 0
	channel_is 0 '*error invalid*'
	tell map 0x1000 0x1000
	[ "$answer" = ok ]
	transfer iova=0x1000 length=4096
	begin channel=1 iova=0x9000 length=4096
	wait_until waiting 1
	tell detach
	[ "$answer" = ok ]
	wait_until not_busy 1
	channel_is 1 '*error invalid*'
	run ! transfer iova=0x1000 length=4096
	tell attach
	transfer iova=0x1000 length=4096
	tell unmap 0x1000 0x1000
	begin iova=0x1000 length=4096
	wait_until waiting 0
	dismiss
	wait_until not_busy 0
	# Which of the two comes first, the answer or the end of the device
	channel_is 0 '*error @(invalid|stopped)*'
}

@test "attach obeys replace, detach and attach" {
	mkfifo "$BATS_TEST_TMPDIR/commands"
	exec {in}<>"$BATS_TEST_TMPDIR/commands"
	vdpactl fault attach vdpactl_sim_dma --map-on-fault --commands \
		<"$BATS_TEST_TMPDIR/commands" >"$out" 2>"$err" 3>&- &
	pid=$!
	jobs+=("$pid")
	wait_until says "$out" '"attached"'
	echo replace >&"$in"
	wait_until says "$out" '"replaced"'
	transfer iova=0 length=4096 direction=write
	echo detach >&"$in"
	wait_until says "$out" '"detached"'
	run ! transfer iova=0 length=4096
	echo attach >&"$in"
	wait_until has_events attached 2
	transfer iova=0 length=4096
	echo nonsense >&"$in"
	wait_until says "$out" 'is no command'
	# What is behind the 64th byte of a line is no line
	printf '%0200ddetach\nreplace\n' 7 >&"$in"
	wait_until says "$out" 'more than 64 bytes'
	wait_until has_events replaced 2
	has_events detached 1
	exec {in}>&-
	stop
	[ "$status" -eq 0 ]
}

@test "a nested page table adds its offset; the hardware says what it is" {
	owner --nested --offset 0x100000
	tell info
	[[ $answer == *"nested 1 hw_type 0x76647061" ]]
	dialogue <<-'EOF'
		map 0x2000 0x1000 = ok
		invalidate 0x2000 0x1000 = ok
		invalidate 0xfffffffffffff000 0x2000 = error EINVAL
	EOF
	transfer iova=0x2000 length=4096
	dismiss
}

@test "a plain page table translates, and reports no faults" {
	owner
	dialogue <<-'EOF'
		map 0x2000 0x1000 = ok
		plain = ok
	EOF
	transfer iova=0x2000 length=4096
	run ! transfer iova=0x9000 length=4096
	channel_is 0 '*error invalid*'
	tell attach
	[ "$answer" = ok ]
	transfer iova=0x2000 length=4096
	dismiss
}

# Channel 2 is at 0x180; see linux/vdpactl_sim.h
@test "the registers and the memory of the device, through its node" {
	owner
	dialogue <<-'EOF'
		peek 0 0x0 4 = 0x41445056
		peek 0 0x4 4 = 0x1
		peek 0 0x8 4 = 0x10
		peek 0 0xc 4 = 0x100000
		map 0x3000 0x1000 = ok
		poke 1 0x100 8 0x1122334455667788 = ok
		poke 0 0x180 4 0x3ff8 = ok
		poke 0 0x184 4 0 = ok
		poke 0 0x188 4 8 = ok
		poke 0 0x18c 4 0 = ok
		poke 0 0x190 4 1 = ok
		poke 0 0x194 4 0x100 = ok
		poke 0 0x1a0 4 1 = ok
	EOF
	wait_until not_busy 2
	dialogue <<-'EOF'
		peek 0 0x1a4 4 = 0x3
		peek 0 0x1a8 4 = 0x8
		peek 0 0x1ac 4 = 0x0
		poke 0 0x190 4 0 = ok
		poke 0 0x194 4 0x200 = ok
		poke 0 0x1a0 4 1 = ok
	EOF
	wait_until not_busy 2
	dialogue <<-'EOF'
		peek 1 0x200 8 = 0x1122334455667788
		peek 0 0x182 4 = error EINVAL
		peek 0 0x1a0 4 = error EINVAL
		peek 0 0x500 4 = error EINVAL
		peek 0 0x0 8 = error EINVAL
		peek 2 0x0 4 = error EINVAL
		poke 0 0x0 4 1 = error EINVAL
		poke 0 0x1a4 4 1 = error EINVAL
		poke 0 0x1a0 4 3 = error EINVAL
		poke 0 0x198 4 33 = ok
		poke 0 0x1a0 4 1 = error EINVAL
		poke 0 0x198 4 2 = ok
		poke 0 0x180 8 0x9000 = ok
		poke 0 0x188 4 0x2000 = ok
		poke 0 0x1a0 4 1 = ok
	EOF
	wait_until waiting 2
	dialogue <<-'EOF'
		peek 0 0x1a4 4 = 0x2
		peek 0 0x1b0 4 = 0x1
		peek 0 0x1b4 4 = 0x2
		poke 0 0x1a0 4 1 = error EBUSY
		poke 0 0x188 4 1 = error EBUSY
		poke 0 0x1a0 4 2 = ok
	EOF
	wait_until not_busy 2
	dialogue <<-'EOF'
		peek 0 0x1a4 4 = 0x4
		peek 0 0x1ac 4 = 0x3
		poke 0 0x1a0 4 1 = ok
	EOF
	wait_until waiting 2
	dialogue <<-'EOF'
		reset = ok
		peek 0 0x1ac 4 = 0x3
	EOF
	dismiss
}

@test "list shows the queue and its owner, to root" {
	attach
	run vdpactl -j fault list
	assert_success
	assert_json ".fault.\"$pid\"[0] | .pid == $pid and .comm == \"vdpactl\" and .kind == \"fault\""
	run vdpactl fault list
	assert_output --regexp "PID +COMM +FD +KIND"
	assert_output --regexp "$pid +vdpactl +[0-9]+ +fault"
	run as_nobody "$(command -v vdpactl)" -j fault list
	assert_success
	assert_json '.hidden > 0 and .fault == {}'
	run as_nobody "$(command -v vdpactl)" fault list
	assert_output --partial 'could not be looked into'
	stop
}

@test "tail answers an inherited queue; by poll and by io_uring with the same lines" {
	local io
	for io in poll uring; do
		out=$BATS_TEST_TMPDIR/$io
		start "$CHAIN" vdpactl_sim_dma -- \
			vdpactl -j fault tail --fd 3 --respond success --io "$io"
		wait_until tailing
		run ! transfer iova=0x5000 length=12288 group=3 retries=9
		pkill -x vdpactl || { cat "$err"; false; }
		wait "$pid"
		[ "$(stat groups)" -eq 10 ]
		[ "$(stat faults)" -eq 30 ]
		[ "$(stat success)" -eq 10 ]
	done
	# The device goes on counting page request groups
	cmp <(jq -c '.group = 0' "$BATS_TEST_TMPDIR/poll") \
		<(jq -c '.group = 0' "$BATS_TEST_TMPDIR/uring")
}

# bats test_tags=parallel
@test "tail takes another process's queue, if it may, and lets the device go at its end" {
	owner
	run -2 vdpactl fault tail --pid "$owner_pid" --target-fd "$owner_fd"
	assert_output --partial "--steal"
	run -1 as_nobody "$(command -v vdpactl)" fault tail --pid "$owner_pid" \
		--target-fd "$owner_fd" --steal
	assert_output --partial "not permitted"
	# A shell's background jobs ignore SIGINT, which the command respects
	start env --default-signal=INT vdpactl -j fault tail --pid "$owner_pid" \
		--target-fd "$owner_fd" --steal
	begin iova=0x1000 length=4096
	wait_until says "$out" '"fault"'
	waiting 0
	stop INT
	[ "$status" -eq 0 ]
	[ "$(stat abandoned)" -eq 1 ]
	wait_until not_busy 0
	# It ends with the owner, too
	start vdpactl -j fault tail --pid "$owner_pid" --target-fd "$owner_fd" --steal --respond success
	wait_until catching "$pid"
	kill -KILL "$owner_pid"
	wait "$pid"
	exec {to}>&-
}

@test "groups that the kernel answered itself are counted" {
	owner
	start vdpactl -j fault tail --pid "$owner_pid" --target-fd "$owner_fd" --steal
	begin iova=0x1000 length=4096
	begin channel=1 iova=0x2000 length=4096
	wait_until has_events fault 2
	tell detach
	[ "$answer" = ok ]
	wait_until not_busy 1
	tell attach
	begin channel=2 iova=0x3000 length=4096
	wait_until has_events fault 3
	stop
	[ "$status" -eq 0 ]
	[ "$(stat gone)" -eq 2 ]
	[ "$(stat abandoned)" -eq 1 ]
	[ "$(stat invalid)" -eq 1 ]
	wait_until not_busy 2
	channel_is 2 '*error invalid*'
	dismiss
}

# bats test_tags=parallel
@test "observe shows faults and responses as they pass, and takes nothing" {
	observe
	vdpactl -j fault tail --observe other >"$BATS_TEST_TMPDIR/other" 3>&- &
	jobs+=($!)
	wait_until listening $!
	attach --map-on-fault
	transfer iova=0x10000 length=8192 direction=write group=2
	transfer iova=0x20000 length=4096
	stop
	[ "$status" -eq 0 ]
	# Nobody is there to take it, and it is answered at once
	run ! transfer iova=0x1000 length=4096
	wait_until has_seen 7
	kill -USR1 "$observer"
	wait_until test -s "$seen.numbers"
	kill -HUP "$observer"
	wait "$observer"
	[ "$(grep -c '^groups 3 faults 4 responses 3 success 2 invalid 1 failure 0 latency_us min ' \
		"$seen.numbers")" -eq 2 ]
	[ "$(stat faults)" -eq 3 ]
	[ "$(stat success)" -eq 2 ]
	jq -e -s --argjson owner "$pid" '
		(map(.event) == ["fault", "fault", "response", "fault", "response", "fault", "response"])
		and (map(.dev) | unique == ["vdpactl_sim_dma"])
		and (map(.addr // empty) == ["0x10000", "0x11000", "0x20000", "0x1000"])
		and (map(.code // empty) == ["success", "success", "invalid"])
		and (map(.group) | .[0] == .[2] and .[3] == .[4] and .[5] == .[6])
		and (.[2, 4] | .pid == $owner and .comm == "vdpactl" and .latency_ns > 0)
		and (.[0].perm == ["write"] and .[0].last == false and .[1].last)
		and (map(.time_ns) | . == sort and .[0] > 1700000000000000000)
		and (map(.seq) | . == [range(.[0]; .[0] + 7)])' "$seen"
	[ ! -s "$BATS_TEST_TMPDIR/other" ]
}

# after_storm: a fault that the observer sees, and its response. A socket that overflowed
# takes nothing until it was read empty, so earlier ones may be lost as well.
after_storm() {
	local addr
	addr=$(printf '0x%x' $((0x700000 + $(counter groups) * 4096)))
	run ! transfer "iova=$addr length=4096"
	sleep 0.5
	tail -n 2 "$seen" | jq -e -s --arg addr "$addr" \
		'.[0].addr == $addr and .[1].event == "response"'
}

# narrow PID: its sockets hold little from here on
narrow() {
	local fd
	local -a sockets=()
	for fd in "/proc/$1/fd/"*; do
		[[ $(readlink "$fd") != socket:* ]] || sockets+=("${fd##*/}")
	done
	# pidfd_open() and pidfd_getfd()
	perl -MSocket -e '
		my $process = syscall(434, 0 + shift, 0);
		for (@ARGV) {
			open(my $socket, "+<&=", syscall(438, $process, 0 + $_, 0)) or die "$_: $!";
			setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 65536) or die "$_: $!";
		}' "$1" "${sockets[@]}"
}

# dropped PID: the kernel had to drop something for its socket, as in listening()
dropped() {
	awk -v pid="$1" '$2 == 16 && $3 % 4194304 == pid && $9 > 0 { found = 1 } END { exit !found }' \
		/proc/net/netlink
}

# bats test_tags=parallel
@test "observe counts what it lost" {
	local before total
	observe
	attach --respond success
	before=$(($(counter groups) + $(counter requests)))
	kill -STOP "$observer"
	narrow "$observer"
	until dropped "$observer"; do
		run ! transfer iova=0 length=131072 group=32 retries=19
	done
	kill -CONT "$observer"
	wait_until after_storm
	total=$(($(counter groups) + $(counter requests) - before))
	stop
	kill "$observer"
	wait "$observer"
	run -0 jq -n 'reduce inputs as $e ({told: 0, lost: 0};
		if $e.event == "lost" then .lost += $e.count else .told += 1 end)' "$seen"
	assert_json ".lost > 0 and .told + .lost == $total"
}

@test "tail takes a queue sent over a socket" {
	local sock=$BATS_TEST_TMPDIR/sock
	mkfifo "$BATS_TEST_TMPDIR/hold"
	exec {hold}<>"$BATS_TEST_TMPDIR/hold"
	"$CHAIN" --send "$sock" vdpactl_sim_dma <"$BATS_TEST_TMPDIR/hold" 3>&- &
	jobs+=($!)
	wait_until test -S "$sock"
	start vdpactl -j fault tail --socket "$sock" --respond invalid
	wait_until catching "$pid"
	run ! transfer iova=0x1000 length=4096
	stop
	[ "$(stat invalid)" -eq 1 ]
	exec {hold}>&-
}

# bats test_tags=parallel
@test "a handler answers the faults of a device" {
	serve 'echo $$ >&2; exec jq --unbuffered -c "select(.last) | {cookie, code: \"success\"}"' \
		--timeout 60000 --io uring
	run ! transfer iova=0x5000 length=8192 group=2 retries=4
	served 0
	[ "$(stat success)" -eq 5 ]
	[ "$(events error)" -eq 0 ]
}

# bats test_tags=parallel
@test "a handler that is killed never stalls a device" {
	serve 'echo $$ >&2; exec sleep 600' --timeout 60000
	begin iova=0x5000 length=4096
	wait_until waiting 0
	kill -KILL "$(head -n 1 "$err")"
	wait_until not_busy 0
	channel_is 0 '*error invalid*'
	# From then on at once
	run ! transfer iova=0x5000 length=4096
	served 1
	jq -e -s 'map(select(.event == "error").message) | length == 1 and
		(.[0] | contains("the handler closed its output (signal 9)"))' "$out"
}

@test "a handler that is slow is answered for" {
	serve 'echo $$ >&2; exec sleep 600' --timeout 300 --default success
	run ! transfer iova=0x5000 length=4096 retries=1
	channel_is 0 '*error retries groups 2 *'
	served 0
	jq -e -s 'map(select(.event == "error").message) ==
		["the handler did not answer in 300 ms", "the handler did not answer in 300 ms"]' "$out"
}

@test "a handler that lies is told so, and cannot answer what is not asked" {
	# shellcheck disable=SC2016 # for the handler's shell
	serve 'echo $$ >&2; read -r line; cookie=${line##*:}; cookie=${cookie%\}}
		echo "{\"cookie\": 99999, \"code\": \"success\"}"; echo garbage
		for i in 1 2; do echo "{\"cookie\": $cookie, \"code\": \"success\"}"; done
		while read -r line; do :; done' --timeout 60000
	begin iova=0x5000 length=4096
	wait_until has_events error 3
	has_events fault 1
	wait_until not_busy 0
	channel_is 0 '*error retries groups 1 *'
	served 0
	[ "$(stat success)" -eq 1 ]
	[ "$(stat responses)" -eq 1 ]
}

# bats test_tags=parallel
@test "a server that is killed leaves what it read to the owner's end" {
	serve 'echo $$ >&2; exec sleep 600' --timeout 60000
	begin iova=0x5000 length=4096
	begin channel=1 iova=0x6000 length=8192 group=2
	wait_until has_events fault 3
	waiting 0
	waiting 1
	pkill -KILL -x vdpactl
	# Its owner ends with it here, and the kernel answers what is left
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 137 ]
	wait_until not_busy 0
	wait_until not_busy 1
	kill -KILL "$(head -n 1 "$err")" || true
	attach --map-on-fault
	transfer iova=0x5000 length=4096 direction=write
	stop
	[ "$status" -eq 0 ]
}

@test "a PASID has an address space of its own" {
	if ! kernel_at_least 6.19; then
		run -1 --separate-stderr vdpactl -j fault attach vdpactl_sim_dma --pasid 5
		assert_json '.error.message | contains("PASID 5")'
		return
	fi
	attach --pasid 5 --map-on-fault
	transfer pasid=5 iova=0x1000 length=4096 direction=write
	# Neither the device itself nor another PASID reaches it
	run ! transfer iova=0x1000 length=4096
	run ! transfer pasid=6 iova=0x1000 length=4096
	stop
	[ "$(stat faults)" -eq 1 ]
	jq -e 'select(.event == "fault") | .pasid == 5' "$out"
}

@test "two PASIDs at the same address reach their own memory" {
	local pasid
	need_kernel 6.19
	owner --pasid 5
	tell map 0x1000 0x2000
	[ "$answer" = ok ]
	tell pasid 6 0x1000 0x2000
	[ "$answer" = ok ]
	for pasid in 5 6; do
		fill 0 8192 "$pasid"
		transfer "pasid=$pasid iova=0x1000 length=8192 direction=write"
	done
	for pasid in 5 6; do
		transfer "pasid=$pasid iova=0x1000 length=8192 memory=0x10000"
		same 0x10000 8192 "$pasid"
	done
	dismiss
}

@test "a virtual IOMMU reports failed transfers, numbered" {
	need_kernel 6.19
	attach --events
	run vdpactl -j fault list
	assert_json ".fault.\"$pid\" | map(.kind) == [\"fault\", \"event\"]"
	run ! transfer pasid=0 iova=0x7000 length=4096 channel=2 direction=write
	run ! transfer pasid=0 iova=0x8000 length=4096 channel=3
	wait_until has_events viommu 2
	stop
	# flags 3: written, and the virtual device's number is valid
	jq -e -s 'map(select(.event == "viommu")) |
		.[0].sequence == 0 and .[1].sequence == 1 and
		.[0].data == "03000000" + "01000000" + "0100000000000000" +
			"0070000000000000" + "00000000" + "02000000"' "$out"
}

@test "tail reads an event queue and tells what was lost" {
	local c
	need_kernel 6.19
	owner --events --depth 2
	# Nobody answers: the transfers end when the device is detached
	for c in 0 1 2 3; do
		begin "channel=$c iova=0x${c}000 length=4096"
		wait_until waiting "$c"
	done
	start vdpactl fault tail --pid "$owner_pid" --target-fd "$owner_fd" --steal --respond invalid
	for c in 0 1 2 3; do wait_until not_busy "$c"; done
	stop
	start vdpactl -j fault tail --pid "$owner_pid" --target-fd "$owner_events" --steal --type vdpactl
	wait_until says "$out" '"lost"'
	stop
	jq -e -s 'map(.event) == ["viommu", "viommu", "lost"] and .[2].count == 2 and
		.[0].type == "vdpactl"' "$out"
	grep -q '^events 2 lost 2$' "$err"
	dismiss
}

@test "a busy device, an unknown device, no permission" {
	attach
	run -1 --separate-stderr vdpactl -j fault attach vdpactl_sim_dma
	assert_error EBUSY "/dev/vfio/devices/vfio0 is held by process $pid (vdpactl)"
	run -1 --separate-stderr vdpactl -j fault attach nothing
	assert_error ENODEV '"nothing"'
	stop
	run -1 --separate-stderr as_nobody "$(command -v vdpactl)" -j fault attach vdpactl_sim_dma
	assert_error EACCES "/dev/"
}

@test "without iommufd there is nothing to list or attach, which is said" {
	# What a kernel without it has in /dev and in sysfs
	lacking() {
		unshare -m sh -c 'mount -t tmpfs tmpfs /sys/class && mount -t tmpfs tmpfs /dev &&
			exec "$@"' - "$@"
	}
	run -0 lacking vdpactl fault list
	assert_output --partial "CONFIG_IOMMUFD"
	run -0 lacking vdpactl -j fault list
	assert_json '.fault == {} and .iommufd == false'
	run -1 --separate-stderr lacking vdpactl -j fault attach vdpactl_sim_dma
	assert_error EOPNOTSUPP "no VFIO device nodes"
	assert_json '.error.hint | contains("CONFIG_IOMMUFD")'
	run -0 vdpactl -j fault list
	assert_json '.iommufd'
}

@test "interrupts that are not isolated: the error says what to do" {
	local p=/sys/module/iommufd/parameters/allow_unsafe_interrupts
	echo 0 >"$p"
	run -1 --separate-stderr vdpactl -j fault attach vdpactl_sim_dma
	echo 1 >"$p"
	assert_error EPERM "cannot bind"
	assert_json '.error.hint | contains("allow_unsafe_interrupts")'
}

# bats test_tags=parallel
@test "every fault is counted at both ends" {
	local groups requests before answered
	groups=$(steps 500)
	[ -z "${SOAK-}" ] || groups=31250
	requests=$((groups * 32))
	before=$(counter requests)
	answered=$(counter success)
	start "$CHAIN" vdpactl_sim_dma -- sh -c 'vdpactl -j fault tail --fd 3 --respond success | wc -l'
	wait_until pgrep -x vdpactl
	run ! transfer "iova=0 length=131072 group=32 retries=$((groups - 1))"
	channel_is 0 "* error retries groups $groups requests $requests" || { cat "$err"; false; }
	[ $(($(counter requests) - before)) -eq "$requests" ]
	[ $(($(counter success) - answered)) -eq "$groups" ]
	pkill -x vdpactl
	wait "$pid"
	[ "$(stat groups)" -eq "$groups" ]
	[ "$(stat faults)" -eq "$requests" ]
	[ "$(stat success)" -eq "$groups" ]
	[ "$(cat "$out")" -eq $((requests + groups)) ]
}

# bats test_tags=parallel
@test "the module goes when nothing holds it, and stays while a page table does" {
	owner --no-attach
	run ! modprobe -r vdpactl_sim
	dismiss
	modprobe -r vdpactl_sim
	modprobe vdpactl_sim
}
