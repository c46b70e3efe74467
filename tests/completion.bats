# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of names that only a running kernel knows

SRC=$PWD
load host/complete
load lib

setup_file() {
	load vdpa_sim_net
	add_dev v0 vdpasim_net
	add_dev v1 vdpasim_net
}

teardown_file() {
	clean_modules
}

@test "device names are completed" {
	offers 'vdpactl dev show ' v0 v1
	offers 'vdpactl dev bind ' v0 v1
	offers 'vdpactl -j reset v' v0 v1
	offers_not 'vdpactl dev show v0 ' v1
}

@test "management devices are completed" {
	offers 'vdpactl mgmtdev show ' vdpasim_net
	offers 'vdpactl dev add name x mgmtdev ' vdpasim_net
}
