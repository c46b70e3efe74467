// SPDX-License-Identifier: GPL-2.0-only
/*
 * The profiles: each is a management device and says what its devices have.
 * A new one is a line here, and an operations table if it differs in those.
 */

#include <linux/kernel.h>

#include "sim.h"

const struct vsim_profile vsim_profiles[] = {
	{
		.name = "net",
		.class = &vsim_net_class,
		.ops = &vsim_ops,
		.ngroups = 3, .nas = 3,
		.data_group = 0, .ctrl_group = 1, .desc_group = 2,
	}, {
		.name = "net_incremental",
		.class = &vsim_net_class,
		.ops = &vsim_incremental_ops,
		.ngroups = 3, .nas = 3,
		.data_group = 0, .ctrl_group = 1, .desc_group = 2,
	}, {
		.name = "net_legacy",
		.class = &vsim_net_class,
		.ops = &vsim_legacy_ops,
		.ngroups = 2, .nas = 2,
		.data_group = 0, .ctrl_group = 1, .desc_group = 0,
	}, {
		.name = "net_plain",
		.class = &vsim_net_class,
		.ops = &vsim_plain_ops,
		.ngroups = 1, .nas = 1,
		.data_group = 0, .ctrl_group = 0, .desc_group = 0,
	}, {
		.name = "blk",
		.class = &vsim_blk_class,
		.ops = &vsim_ops,
		.ngroups = 2, .nas = 2,
		.data_group = 0, .ctrl_group = 0, .desc_group = 1,
	},
};

const unsigned int vsim_nprofiles = ARRAY_SIZE(vsim_profiles);
