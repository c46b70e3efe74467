// SPDX-License-Identifier: GPL-2.0-or-later
/* vdpactl fault list: which processes have fault and event queues open. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include <vdpactl/fault.h>

#include "args.h"
#include "fault.h"
#include "output.h"

static const struct column columns[] = {
	{ "PID", "", NULL },
	{ "COMM", "comm", NULL },
	{ "FD", "fd", NULL },
	{ "KIND", "kind", NULL },
	{ NULL, NULL, NULL }
};

static const struct view view = {
	.layout = LAYOUT_TABLE,
	.columns = columns,
};

static json_t *queue_json(const struct vdpactl_queue_entry *entry)
{
	return json_pack("{s:i, s:o, s:i, s:s}",
			 "pid", entry->pid,
			 "comm", json_text(entry->comm),
			 "fd", entry->fd,
			 "kind", entry->kind == VDPACTL_QUEUE_FAULT ? "fault" : "event");
}

/* One row array for each process, by its ID */
static json_t *document(const struct vdpactl_queue_list *list)
{
	json_t *processes = json_object(), *rows = NULL;
	char pid[16];

	for (size_t i = 0; i < list->count; i++) {
		snprintf(pid, sizeof(pid), "%d", list->entries[i].pid);
		rows = json_object_get(processes, pid);
		if (!rows) {
			rows = json_array();
			json_object_set_new(processes, pid, rows);
		}
		json_array_append_new(rows, queue_json(&list->entries[i]));
	}
	return json_pack("{s:o}", "fault", processes);
}

int fault_list(struct cli *cli, int argc, char **argv)
{
	struct args args = ARGS(cli, argc, argv);
	const bool iommufd = !access("/dev/iommu", F_OK);
	struct vdpactl_queue_list list;
	json_t *doc;
	int status;

	status = args_end(&args);
	if (status)
		return status;
	if (vdpactl_queue_list(&list, &cli->err))
		return CLI_FAILED;
	doc = document(&list);
	if (cli->json) {
		json_object_set_new(doc, "hidden", json_integer(list.hidden));
		json_object_set_new(doc, "iommufd", json_boolean(iommufd));
	}
	if (list.hidden)
		output_note(cli, NULL, "processes_hidden", "%u processes of other users could not be looked into; root can",
			    list.hidden);
	if (!list.count && !iommufd)
		output_note(cli, NULL, "no_iommufd", "this kernel has no iommufd (CONFIG_IOMMUFD), or its module is not loaded: there can be no queues");
	vdpactl_queue_list_free(&list);
	return output_document(cli, doc, &view);
}
