# SPDX-License-Identifier: GPL-2.0-or-later
# vdpactl session, against upstream's simulator.

bats_require_minimum_version 1.5.0
load lib

setup_file() {
	load vhost_vdpa vdpa_sim_net vdpa_sim_blk
	add_dev v0 vdpasim_net
	add_dev b0 vdpasim_blk
	v0=$(basename /sys/bus/vdpa/devices/v0/vhost-vdpa-*)
	export v0=/dev/$v0
}

teardown() {
	[ -z "${holder-}" ] || unhold
}

teardown_file() {
	clean_modules
}

@test "the life of a driver" {
	session_of v0 <<-'END'
		# What is there before anything is done
		show
		owner
		backend IOTLB_MSG_V2,IOTLB_BATCH,IOTLB_ASID,IOTLB_PERSIST

		status ACKNOWLEDGE,DRIVER
		feature VERSION_1,access_platform,MAC
		status 0xb   # FEATURES_OK
		group 1 asid 1
		batch begin
		map iova 0 size 0x10000
		map iova 0x20000 size 0x1000 perm ro
		batch end
		map asid 1 iova 0x1000 size 0x3000 perm wo
		vq 0 size 128
		vq 0 base 5
		vq 0 addr desc 0 avail 0x1000 used 0x2000
		vq 0 enable 1
		status ACKNOWLEDGE,DRIVER,FEATURES_OK,DRIVER_OK
		vq 0 kick
		show
		suspend
		resume
		vq 0 enable 0
		unmap asid 1 iova 0x1000 size 0x3000
		unmap iova 0 size 0x21000
		map iova 0 size 0x1000
		reset
		sleep 1
		show
	END
	assert_equal "$status" 0
	assert_json_eq '[length, (map(.ret) | unique), .[0].line]' '[28, [0], 2]'
	assert_json_eq '.[2]' '{"op": "backend", "line": 4, "args": {"features": "0x10e"}, "ret": 0}'
	assert_json_eq '.[11].args' '{"asid": 1, "iova": "0x1000", "size": "0x3000", "perm": "wo"}'

	# Before owner
	assert_json_eq '.[0].state | [.owner, .device_id, .status.mask, .address_spaces, .config_size,
			.iova, (.vqs | map(.group) | unique), (.groups | map(.asid_known) | unique)]' \
		'[false, 1, "0x0", 2, 24, {"first": "0x0", "last": "0xffffffffffffffff"}, [null], ["default"]]'
	# At work
	assert_json_eq '.[18].state | [.owner, .driver, .status.names]' \
		'[true, null, ["ACKNOWLEDGE", "DRIVER", "FEATURES_OK", "DRIVER_OK"]]'
	assert_json_eq '.[18].state.groups' '[{"group": 0, "asid": 0, "asid_known": "default"},
		{"group": 1, "asid": 1, "asid_known": "observed"}]'
	assert_json_eq '.[18].state.vqs | map([.index, .group, .desc_group, .base])' \
		'[[0, 0, null, 5], [1, 0, null, 0], [2, 1, null, 0]]'
	# After the reset
	assert_json_eq '.[27].state | [.status.mask, (.groups | map(.asid_known) | unique)]' \
		'["0x0", ["default"]]'
}

@test "each failure has its own words" {
	session_of v0 --keep-going <<-'END'
		vq 0 size 128
		map iova 0 size 0x1000
		owner
		owner
		backend DESC_ASID
		backend DESC_ASID,IOTLB_ASID
		backend bit_63
		map asid 1 iova 0 size 0x1000
		backend IOTLB_MSG_V2,IOTLB_BATCH,IOTLB_ASID
		status 3
		status 1
		feature VERSION_1
		feature VERSION_1,ACCESS_PLATFORM,RSS
		feature VERSION_1,ACCESS_PLATFORM
		status 11
		feature VERSION_1,ACCESS_PLATFORM
		group 5 asid 0
		group 2 asid 0
		group 0 asid 2
		unmap asid 1 iova 0 size 0x1000
		map asid 2 iova 0 size 0x1000
		map iova 0 size 0x1000
		map iova 0 size 0x1000
		map iova 0xfffffffffffff000 size 0x2000
		map iova 0 size 0
		map iova 0 size 0x4000000000000000
		batch begin asid 1
		map iova 0x10000 size 0x1000
		batch end asid 0
		batch end asid 1
		vq 3 kick
		vq 0 size 3
		vq 0 size 512
		vq 0 base 65536
		vq 0 addr desc 0 avail 1 used 0
		status 15
		vq 0 base 1
	END
	assert_equal "$status" 1
	assert_json_eq '[.[] | select(.ret != 0) | [.line, .error.code]]' '[
		[1, "EPERM"], [2, "EPERM"], [4, "EBUSY"], [5, "EINVAL"], [6, "EOPNOTSUPP"],
		[7, "EOPNOTSUPP"], [8, "EINVAL"], [11, "EINVAL"], [12, "EINVAL"], [16, "EBUSY"],
		[17, "EINVAL"], [18, "EINVAL"], [19, "EINVAL"], [20, "EINVAL"], [21, "EINVAL"],
		[23, "EEXIST"], [24, "EINVAL"], [25, "EINVAL"], [26, "ENOMEM"], [28, "EINVAL"],
		[29, "EINVAL"], [31, "ENOBUFS"], [32, "EINVAL"], [33, "EINVAL"], [34, "EINVAL"],
		[35, "EINVAL"], [37, "EINVAL"]]'
	assert_json 'map(select(.ret != 0)) | all(.error.message | startswith("v0: cannot ") or startswith("cannot allocate"))'

	local said
	mapfile -t said < <(jq -r '.[].error | "\(.message) | \(.hint)"' <<<"$output")
	says() { assert_regex "${said[$1 - 1]}" "$2"; }
	says 1 'does not own the device .* owner \(VHOST_SET_OWNER\) comes before'
	says 2 'does not own the device'
	says 4 'has an owner already'
	says 5 'DESC_ASID needs IOTLB_ASID'
	says 6 'DESC_ASID is not on offer'
	says 7 'bit_63 is not on offer'
	says 8 'needs the backend feature IOTLB_ASID'
	says 11 'would be cleared'
	says 12 'insist on ACCESS_PLATFORM'
	says 16 'FEATURES_OK'
	says 17 'groups 0 to 1 and ASIDs 0 to 1'
	says 19 'groups 0 to 1 and ASIDs 0 to 1'
	says 20 'nothing was mapped in ASID 1'
	says 21 'ASIDs 0 to 1 only'
	says 23 'overlaps a map'
	says 24 '0x0 to 0xffffffffffffffff only'
	says 25 'the size is 0'
	says 28 'a batch for ASID 1 is open'
	says 29 'a batch for ASID 1 is open'
	says 31 'no such virtqueue'
	says 32 'a power of two up to 256'
	says 34 'above 65535'
	says 35 'not aligned'
	says 37 'at work'
}

@test "groups cannot be bound after DRIVER_OK, from Linux 7.2 on" {
	session_of v0 <<-'END'
		owner
		status 3
		feature VERSION_1,ACCESS_PLATFORM
		status 15
		group 1 asid 1
	END
	if kernel_at_least 7.2; then
		assert_equal "$status" 1
		assert_json_eq '.[4].error.code' '"EBUSY"'
		assert_json '.[4].error.message | contains("DRIVER_OK")'
	else
		assert_equal "$status" 0
	fi
}

@test "a failing line ends the session" {
	printf 'owner\nowner\nshow\n' >"$BATS_TEST_TMPDIR/ops"
	run -1 --separate-stderr vdpactl session v0 "$BATS_TEST_TMPDIR/ops"
	assert_equal "$output" $'owner: ok\nowner: EBUSY'
	assert_equal "$stderr" "vdpactl: $BATS_TEST_TMPDIR/ops:2: v0: cannot become the owner: the device has an owner already"
	run -1 --separate-stderr vdpactl -j session v0 "$BATS_TEST_TMPDIR/ops"
	assert_equal "${#lines[@]}" 2
	output=${lines[1]}
	assert_json_eq . '{"op": "owner", "line": 2, "args": {}, "ret": -16, "error": {"code": "EBUSY",
		"message": "v0: cannot become the owner: the device has an owner already", "hint": ""}}'
}

@test "with --keep-going the session goes on, and fails at its end" {
	printf 'owner\nowner\nsleep 0\n' >"$BATS_TEST_TMPDIR/ops"
	run -1 --separate-stderr vdpactl session v0 --keep-going "$BATS_TEST_TMPDIR/ops"
	assert_equal "$output" $'owner: ok\nowner: EBUSY\nsleep 0: ok'
	assert_regex "$stderr" 'has an owner already$'
}

@test "a malformed file is refused before the device is touched" {
	hold "$v0"
	printf 'owner\n\nmap iova 0\nfrobnicate\n' >"$BATS_TEST_TMPDIR/ops"
	run -2 --separate-stderr vdpactl -j session v0 "$BATS_TEST_TMPDIR/ops"
	assert_error EINVAL "$BATS_TEST_TMPDIR/ops:3: size is missing"
	assert_json_eq .error.hint '"Usage: map [asid A] iova I size S [perm ro|wo|rw]"'
	run -2 --separate-stderr vdpactl session v0 "$BATS_TEST_TMPDIR/ops"
	assert_regex "$stderr" '^vdpactl: .*:3: size is missing'
	# Nothing but the holder is in the way of a good one
	printf 'owner\n' >"$BATS_TEST_TMPDIR/ops"
	run -1 --separate-stderr vdpactl -j session v0 "$BATS_TEST_TMPDIR/ops"
	assert_error EBUSY "process $holder (sleep)"
}

@test "a malformed line of standard input ends the session where it is" {
	run -2 --separate-stderr vdpactl session v0 <<<$'owner\nfrobnicate\nshow'
	assert_equal "$output" 'owner: ok'
	assert_regex "$stderr" '^vdpactl: standard input:2: "frobnicate" is no operation'
	run -2 --separate-stderr vdpactl session v0 - <<<"$(printf '%5000s' x)"
	assert_regex "$stderr" 'standard input:1: the line is longer than'
	printf 'owner\0\n' >"$BATS_TEST_TMPDIR/nul"
	run -2 --separate-stderr vdpactl session v0 "$BATS_TEST_TMPDIR/nul"
	assert_regex "$stderr" ':1: there is a NUL byte'
}

@test "a file that cannot be read" {
	run -1 --separate-stderr vdpactl -j session v0 "$BATS_TEST_TMPDIR/nofile"
	assert_error ENOENT nofile
	run -1 --separate-stderr vdpactl -j session v0 "$BATS_TEST_TMPDIR"
	assert_error EISDIR 'cannot read'
	run -2 --separate-stderr vdpactl -j session v0 one two
	assert_error EINVAL 'unexpected "two"'
}

@test "each line is answered at once, and a signal ends the session" {
	local line from
	coproc SESSION { exec vdpactl -j session v0 2>"$BATS_TEST_TMPDIR/err" 3>&-; }
	# Of its own: bash closes the descriptors of a coprocess that has ended
	exec {from}<&"${SESSION[0]}"
	echo owner >&"${SESSION[1]}"
	read -r line <&"${SESSION[0]}"
	assert_equal "$line" '{"op":"owner","line":1,"args":{},"ret":0}'
	echo 'sleep 1000000' >&"${SESSION[1]}"
	# It polls for signals alone while it sleeps, see proc_pid_syscall(5)
	wait_until grep -q '^7 0x[0-9a-f]* 0x1 ' "/proc/$SESSION_PID/syscall"
	kill -TERM "$SESSION_PID"
	output=$(cat <&"$from")
	exec {from}<&-
	run -0 echo "$output"
	assert_equal "${#lines[@]}" 2
	assert_equal "${lines[0]}" '{"op":"sleep","line":2,"args":{"ms":1000000},"ret":0}'
	output=${lines[1]}
	assert_error EINTR 'SIGTERM; closing the chardev resets v0'
	# It is idle again
	run -0 vdpactl reset v0
}

@test "what a session negotiated is seen by others" {
	coproc SESSION { exec vdpactl session v0 3>&-; }
	printf '%s\n' owner 'status 3' 'feature VERSION_1,ACCESS_PLATFORM,MAC' 'status 11' >&"${SESSION[1]}"
	for op in owner status feature status; do
		read -r line <&"${SESSION[0]}"
		assert_regex "$line" "^$op.*: ok$"
	done
	run -0 vdpactl -j feature show v0
	assert_json_eq '.feature.v0.driver.names' '["MAC", "VERSION_1", "ACCESS_PLATFORM"]'
	run -1 --separate-stderr vdpactl -j reset v0
	assert_error EBUSY "process $SESSION_PID (vdpactl)"
	pid=$SESSION_PID
	eval "exec ${SESSION[1]}>&-"
	wait "$pid"
	run -0 vdpactl -j feature show v0
	assert_json_eq '.feature.v0.driver.mask' '"0x0"'
}

@test "a device that is deleted below a session" {
	add_dev d0 vdpasim_net
	coproc SESSION { exec vdpactl session d0 3>&-; }
	echo owner >&"${SESSION[1]}"
	read -r line <&"${SESSION[0]}"
	assert_equal "$line" 'owner: ok'
	# The kernel waits for the chardev to be closed
	vdpa dev del d0 3>&- &
	deleting=$!
	pid=$SESSION_PID
	echo show >&"${SESSION[1]}"
	read -r line <&"${SESSION[0]}"
	assert_equal "$line" 'show: ok'
	eval "exec ${SESSION[1]}>&-"
	wait "$pid"
	wait "$deleting"
	run -1 --separate-stderr vdpactl -j session d0 <<<show
	assert_error ENODEV d0
}

@test "features of a block device, in a session" {
	session_of b0 <<-'END'
		owner
		status 3
		feature VERSION_1,ACCESS_PLATFORM,seg_max,VIRTIO_BLK_F_BLK_SIZE
		status 11
		show
	END
	assert_equal "$status" 0
	assert_json_eq '.[2].args.features' '"0x300000044"'
	assert_json_eq '.[4].state.device_id' 2
	assert_json '.[4].state.device.names | contains(["SEG_MAX"])'
}

@test "the text of show" {
	run -0 vdpactl session v0 <<<show
	assert_line --regexp '^  backend features +IOTLB_MSG_V2 '
	assert_line --regexp '^v0 +2 +- '
	assert_output --partial 'only the owner may ask'
}

@test "output that cannot be written ends the session" {
	run -1 --separate-stderr bash -c 'printf "owner\nshow\n" | vdpactl -j session v0 >/dev/full'
	assert_regex "$stderr" 'cannot write to standard output: No space left'
	run -1 --separate-stderr bash -c 'printf "owner\nshow\n" | vdpactl session v0 >/dev/full'
	assert_equal "$stderr" 'vdpactl: cannot write to standard output: No space left on device'
}
