// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "vhost-call.h"

static bool has_backend_feature(const struct vdpactl_vhost *vhost, int bit)
{
	return vhost->backend >> bit & 1;
}

/*
 * vhost_chr_write_iter() turns every failure into EFAULT. What follows goes through
 * the checks of vhost_vdpa_process_iotlb_msg() in its order. Returns 0 where none
 * of them is the reason.
 */
static int explain_message(struct vdpactl_vhost *vhost, const struct vhost_msg_v2 *msg,
			   struct vdpactl_error *err, const char *what)
{
	uint32_t spaces = 0;

	if (!vhost->owner) {
		vhost_refuse(vhost, EPERM, err, what, "this process does not own the device");
		vdpactl_error_hint(err, "owner (VHOST_SET_OWNER) comes before everything about virtqueues and maps");
		return -EPERM;
	}
	if (!vdpactl_vhost_get_as_num(vhost, &spaces, NULL) && msg->asid >= spaces)
		return vhost_refuse(vhost, EINVAL, err, what, "the device has ASIDs 0 to %u only",
				    spaces - 1);
	if (vhost->in_batch && msg->asid != vhost->batch_asid)
		return vhost_refuse(vhost, EINVAL, err, what,
				    "a batch for ASID %u is open, and it takes nothing else",
				    vhost->batch_asid);
	if (msg->iotlb.type != VHOST_IOTLB_UPDATE && msg->iotlb.type != VHOST_IOTLB_BATCH_BEGIN)
		return vhost_refuse(vhost, EINVAL, err, what, "nothing was mapped in ASID %u yet",
				    msg->asid);
	return 0;
}

/* Bytes that this process has pinned already; 0 where that cannot be read */
static uint64_t pinned(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	uint64_t kilobytes = 0;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmPin: %" SCNu64, &kilobytes) == 1)
			break;
	if (file)
		fclose(file);
	return kilobytes * 1024;
}

/* vhost_vdpa_pa_map() counts what is pinned, for root too */
static bool above_memlock(uint64_t size)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur != RLIM_INFINITY &&
	       (size > limit.rlim_cur || pinned() > limit.rlim_cur - size);
}

/* vhost_vdpa_process_iotlb_update() */
static int explain_update(struct vdpactl_vhost *vhost, const struct vhost_iotlb_msg *update,
			  struct vdpactl_error *err, const char *what)
{
	uint64_t first, last;

	if (!vdpactl_vhost_get_iova_range(vhost, &first, &last, NULL) &&
	    (update->iova < first || update->iova > last ||
	     update->size - 1 > last - update->iova))
		return vhost_refuse(vhost, EINVAL, err, what,
				    "the device can map 0x%" PRIx64 " to 0x%" PRIx64 " only",
				    first, last);
	if (above_memlock(update->size)) {
		vhost_refuse(vhost, ENOMEM, err, what,
			     "with what is mapped it is more than may be locked in memory, or it overlaps a map");
		vdpactl_error_hint(err, "\"ulimit -l\" shows the limit; root may raise it");
		return -ENOMEM;
	}
	return vhost_refuse(vhost, EEXIST, err, what,
			    "it overlaps a map, or the parent driver refuses it; the kernel does not tell which");
}

static int send_message(struct vdpactl_vhost *vhost, const struct vhost_msg_v2 *msg,
			struct vdpactl_error *err, const char *what)
{
	int code, ret;

	/* Without the feature the kernel reads no ASID: it would act on ASID 0 */
	if (msg->asid && !has_backend_feature(vhost, VHOST_BACKEND_F_IOTLB_ASID)) {
		vhost_refuse(vhost, EINVAL, err, what,
			     "an ASID needs the backend feature IOTLB_ASID");
		vdpactl_error_hint(err, "\"backend IOTLB_MSG_V2,IOTLB_ASID\" sets it");
		return -EINVAL;
	}
	if (write(vhost->fd, msg, sizeof(*msg)) == (ssize_t)sizeof(*msg))
		return 0;
	code = errno;
	if (code != EFAULT)
		return vhost_refuse(vhost, code, err, what, "%s", strerror(code));
	ret = explain_message(vhost, msg, err, what);
	if (ret)
		return ret;
	if (msg->iotlb.type == VHOST_IOTLB_UPDATE)
		return explain_update(vhost, &msg->iotlb, err, what);
	return vhost_refuse(vhost, EFAULT, err, what, "the kernel does not tell why");
}

int vdpactl_vhost_map(struct vdpactl_vhost *vhost, uint32_t asid, uint64_t iova,
		      uint64_t size, void *memory, unsigned int perm,
		      struct vdpactl_error *err)
{
	struct vhost_msg_v2 msg = {
		.type = VHOST_IOTLB_MSG_V2,
		.asid = asid,
		.iotlb = {
			.iova = iova,
			.size = size,
			.uaddr = (uintptr_t)memory,
			.perm = perm,
			.type = VHOST_IOTLB_UPDATE,
		},
	};
	char what[96];

	snprintf(what, sizeof(what), "map 0x%" PRIx64 " bytes at 0x%" PRIx64 " in ASID %u",
		 size, iova, asid);
	if (!size)
		return vhost_refuse(vhost, EINVAL, err, what, "the size is 0");
	return send_message(vhost, &msg, err, what);
}

int vdpactl_vhost_unmap(struct vdpactl_vhost *vhost, uint32_t asid, uint64_t iova,
			uint64_t size, struct vdpactl_error *err)
{
	struct vhost_msg_v2 msg = {
		.type = VHOST_IOTLB_MSG_V2,
		.asid = asid,
		.iotlb = { .iova = iova, .size = size, .type = VHOST_IOTLB_INVALIDATE },
	};
	char what[96];

	snprintf(what, sizeof(what), "unmap 0x%" PRIx64 " bytes at 0x%" PRIx64 " in ASID %u",
		 size, iova, asid);
	if (!size)
		return vhost_refuse(vhost, EINVAL, err, what, "the size is 0");
	return send_message(vhost, &msg, err, what);
}

static int batch(struct vdpactl_vhost *vhost, uint32_t asid, uint8_t type,
		 struct vdpactl_error *err, const char *what)
{
	struct vhost_msg_v2 msg = {
		.type = VHOST_IOTLB_MSG_V2,
		.asid = asid,
		.iotlb = { .type = type },
	};
	int ret = send_message(vhost, &msg, err, what);

	if (!ret) {
		vhost->in_batch = type == VHOST_IOTLB_BATCH_BEGIN;
		vhost->batch_asid = asid;
	}
	return ret;
}

int vdpactl_vhost_batch_begin(struct vdpactl_vhost *vhost, uint32_t asid,
			      struct vdpactl_error *err)
{
	return batch(vhost, asid, VHOST_IOTLB_BATCH_BEGIN, err, "begin the batch");
}

int vdpactl_vhost_batch_end(struct vdpactl_vhost *vhost, uint32_t asid,
			    struct vdpactl_error *err)
{
	return batch(vhost, asid, VHOST_IOTLB_BATCH_END, err, "end the batch");
}
