// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "fault.h"
#include "fault_source.h"

#define IO "[--io {uring|poll}]"

static const struct cli_command commands[] = {
	{ "list|show", "", fault_list },
	{ "tail", "{ --fd N | --pid P --target-fd N --steal | --socket PATH | --observe [DEV] } "
		  "[--respond {none|success|invalid}] [--type TYPE] " IO, fault_tail },
	{ "serve", FAULT_SOURCE_USAGE " --handler CMD [--timeout MS] "
		   "[--default {success|invalid}] " IO, fault_serve },
	{ "attach", "VFIO-DEVICE [--map-on-fault] [--size SIZE] [--pasid N] "
		    "[--respond {success|invalid}] [--nested] [--events] [--commands] " IO, fault_attach },
	{ NULL, NULL, NULL }
};

const struct cli_object object_fault = {
	.name = "fault",
	.summary = "I/O page faults: iommufd's fault queues",
	.commands = commands,
};
