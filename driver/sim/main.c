// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdpactl_sim: software vDPA devices and a virtual IOMMU that raises I/O page
 * faults, to learn, test and demonstrate with.
 */

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "faults.h"
#include "sim.h"
#include "version.h"

/* The parts of the module, brought up in this order and down in the other. */
static const struct {
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ vsim_dev_init, vsim_dev_exit },
	{ vsim_mgmtdev_init, vsim_mgmtdev_exit },
	{ vdpactl_sim_dma_init, vdpactl_sim_dma_exit },
};

static void parts_exit(unsigned int n)
{
	while (n--)
		parts[n].exit();
}

static int __init vdpactl_sim_init(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		ret = parts[i].init();
		if (ret) {
			parts_exit(i);
			return ret;
		}
	}
	return 0;
}

static void __exit vdpactl_sim_exit(void)
{
	parts_exit(ARRAY_SIZE(parts));
}

module_init(vdpactl_sim_init);
module_exit(vdpactl_sim_exit);

MODULE_DESCRIPTION("vDPA and I/O page fault simulator");
MODULE_LICENSE("GPL");
MODULE_VERSION(VDPACTL_VERSION);
