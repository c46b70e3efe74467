# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of names that only a running kernel knows

SRC=$PWD
load host/complete
load lib

setup_file() {
	load vdpactl_diag vdpa_sim_net
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

@test "what a device has, and what a management device offers, is completed" {
	offers 'vdpactl asid bind v0 group ' 0 1
	offers 'vdpactl asid bind v0 group 0 asid ' 0 1
	offers_not 'vdpactl asid bind v0 group 0 asid ' 2
	offers 'vdpactl vq show v0 qidx ' 0 1 2
	offers_not 'vdpactl vq show v0 qidx ' 3
	offers 'vdpactl dev add name x mgmtdev vdpasim_net device_features ' MAC VERSION_1
	offers 'vdpactl dev add name x mgmtdev vdpasim_net device_features MAC,V' MAC,VERSION_1
	offers_not 'vdpactl dev add name x mgmtdev vdpasim_net device_features ' WRITE_ZEROES
}
