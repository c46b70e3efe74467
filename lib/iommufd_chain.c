// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The whole way from a VFIO device to a fault queue.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vdpactl/iommufd.h>

#include <linux/vdpactl_sim.h>

#include "compat-iommufd.h"
#include "iommufd.h"
#include "procfd.h"

/**
 * struct vdpactl_chain - see the public header
 * @info: what it is made of
 * @options: what was asked for
 * @name: of the device, for messages
 * @fault_id: the fault queue
 * @parent_id: nesting parent, if @info.nested
 * @viommu_id: virtual IOMMU, with @options.events
 * @vdevice_id: the device in it
 * @attached: the device is attached
 */
struct vdpactl_chain {
	struct vdpactl_chain_info info;
	struct vdpactl_chain_options options;
	char name[64];
	uint32_t fault_id;
	uint32_t parent_id;
	uint32_t viommu_id;
	uint32_t vdevice_id;
	bool attached;
};

/* ---- the device --------------------------------------------------------------- */

#define VFIO_CLASS "/sys/class/vfio-dev"
#define VFIO_NODES "/dev/vfio/devices/"

static void read_parent(const char *node, char *parent, size_t size)
{
	char path[128], target[512];
	const char *base;
	ssize_t n;

	snprintf(path, sizeof(path), VFIO_CLASS "/%s/device", node);
	n = readlink(path, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = '\0';
	base = strrchr(target, '/');
	snprintf(parent, size, "%.*s", (int)size - 1, base ? base + 1 : target);
}

static bool take_device(struct vdpactl_vfio_device *device, const char *node,
			const char *name)
{
	if (strlen(node) >= sizeof(device->node))
		return false;
	strcpy(device->node, node);
	read_parent(node, device->parent, sizeof(device->parent));
	snprintf(device->path, sizeof(device->path), VFIO_NODES "%s", device->node);
	return !strcmp(name, device->node) || !strcmp(name, device->path) ||
	       !strcmp(name, device->parent);
}

int vdpactl_vfio_find(const char *name, struct vdpactl_vfio_device *device,
		      struct vdpactl_error *err)
{
	bool found = false;
	struct dirent *d;
	DIR *dir;

	dir = opendir(VFIO_CLASS);
	if (!dir) {
		vdpactl_error_set(err, ENOTSUP, "this kernel has no VFIO device nodes");
		vdpactl_error_hint(err, "They need CONFIG_IOMMUFD and CONFIG_VFIO_DEVICE_CDEV, "
				   "and a driver for the device: vfio-pci, or vdpactl_sim.");
		return -ENOTSUP;
	}
	while (!found && (d = readdir(dir)))
		found = d->d_name[0] != '.' && take_device(device, d->d_name, name);
	closedir(dir);
	if (!found) {
		vdpactl_error_set(err, ENODEV, "there is no VFIO device \"%s\"", name);
		vdpactl_error_hint(err, "The devices are in " VFIO_CLASS "; a PCI device has "
				   "to be bound to vfio-pci.");
		return -ENODEV;
	}
	return 0;
}

static int open_error(struct vdpactl_error *err, int code, const char *path)
{
	vdpactl_error_set(err, code, "cannot open %s: %s", path, strerror(code));
	if (code == ENOENT && !strcmp(path, "/dev/iommu"))
		vdpactl_error_hint(err, "The kernel needs CONFIG_IOMMUFD, and the iommufd "
				   "module has to be loaded.");
	if (code == EACCES || code == EPERM)
		vdpactl_error_hint(err, "Run as root, or as a user that the node belongs to.");
	return -code;
}

/* Another process that has the device's node open */
struct holder {
	const char *path;
	int pid;
};

static int is_holder(void *arg, int pid, int fd, const char *name)
{
	struct holder *holder = arg;

	if (pid == getpid() || strcmp(name, holder->path))
		return 0;
	holder->pid = pid;
	return 1;
}

/*
 * A node that another process has bound is EINVAL, vfio_df_open(), and so is much
 * else; a device that has another owner is EBUSY, iommu_device_claim_dma_owner().
 */
static int bind_error(struct vdpactl_error *err, int code,
		      const struct vdpactl_vfio_device *device)
{
	struct holder holder = { .path = device->path };
	struct procfd_walk walk = { .visit = is_holder, .arg = &holder };
	char comm[32];

	if (code == EINVAL && procfd_walk(&walk) == 1) {
		procfd_comm(holder.pid, comm, sizeof(comm));
		vdpactl_error_set(err, EBUSY,
				  "cannot bind %s to iommufd: %s is held by process %d (%s)",
				  device->node, device->path, holder.pid, comm);
		vdpactl_error_hint(err, "End that process, or make it close the device.");
		return -EBUSY;
	}
	vdpactl_error_set(err, code, "cannot bind %s to iommufd: %s", device->node,
			  strerror(code));
	if (code == EPERM)
		vdpactl_error_hint(err, "Its interrupts are not isolated from other devices'. "
				   "If you trust it: echo 1 > /sys/module/iommufd/parameters/"
				   "allow_unsafe_interrupts");
	if (code == EBUSY)
		vdpactl_error_hint(err, "Another process, or a kernel driver, owns the device "
				   "or one of its IOMMU group.");
	if (code == EINVAL)
		vdpactl_error_hint(err, "Another process holds the device, or it has no IOMMU "
				   "that keeps caches coherent.");
	return -code;
}

/* ---- the page table ------------------------------------------------------------- */

static const struct {
	uint32_t type;
	const char *name;
} hw_names[] = {
	{ IOMMUFD_HW_INFO_INTEL_VTD, "Intel VT-d" },
	{ IOMMUFD_HW_INFO_ARM_SMMUV3, "Arm SMMUv3" },
	{ IOMMUFD_HW_INFO_TEGRA241_CMDQV, "Tegra241 CMDQV" },
	{ IOMMUFD_HW_INFO_AMD, "AMD" },
};

static const char *hw_name(uint32_t type)
{
	for (size_t i = 0; i < sizeof(hw_names) / sizeof(hw_names[0]); i++)
		if (hw_names[i].type == type)
			return hw_names[i].name;
	return "unknown";
}

static uint32_t pasid_flag(const struct vdpactl_chain *chain)
{
	return chain->options.pasid ? IOMMUFD_HWPT_PASID : 0;
}

/* The flag for PASIDs came with them */
static int hwpt_error(struct vdpactl_chain *chain, int ret, const char *what,
		      struct vdpactl_error *err)
{
	if (ret == -EOPNOTSUPP && chain->options.pasid) {
		vdpactl_error_set(err, ENOTSUP,
				  "cannot attach PASID %u of %s: the kernel or its IOMMU has no page tables for PASIDs",
				  chain->options.pasid, chain->name);
		vdpactl_error_hint(err, "They need Linux 6.15 or later.");
		return -ENOTSUP;
	}
	return vdpactl_error_set(err, ret, "cannot make a %s for %s: %s", what, chain->name,
				 strerror(-ret));
}

static int make_parent(struct vdpactl_chain *chain, struct vdpactl_error *err)
{
	struct iommufd_hwpt hwpt = {
		.device = chain->info.dev_id,
		.parent = chain->info.ioas_id,
		.flags = IOMMUFD_HWPT_NEST_PARENT | pasid_flag(chain),
	};
	int ret = iommufd_hwpt_alloc(chain->info.iommufd, &hwpt, &chain->parent_id);

	if (ret)
		return hwpt_error(chain, ret, "nesting parent", err);
	return 0;
}

/* An identifier for the device in its virtual IOMMU; any will do */
#define VIRT_ID 1

static int make_events(struct vdpactl_chain *chain, struct vdpactl_error *err)
{
	struct vdpactl_chain_info *info = &chain->info;
	uint32_t depth = chain->options.event_depth ? chain->options.event_depth : 1024;
	uint32_t id;
	int ret;

	ret = iommufd_viommu_alloc(info->iommufd, info->dev_id, chain->parent_id,
				   VDPACTL_IOMMU_TYPE, &chain->viommu_id);
	if (!ret)
		ret = iommufd_vdevice_alloc(info->iommufd, info->dev_id, chain->viommu_id,
					    VIRT_ID, &chain->vdevice_id);
	if (!ret)
		ret = iommufd_veventq_alloc(info->iommufd, chain->viommu_id,
					    VDPACTL_IOMMU_TYPE, depth, &id, &info->event);
	if (ret == -ENOTTY || ret == -EOPNOTSUPP) {
		vdpactl_error_set(err, ENOTSUP,
				  "the kernel has no event queues for the IOMMU of %s",
				  chain->name);
		vdpactl_error_hint(err, "They came with Linux 6.15; vdpactl_sim has them "
				   "from 6.19 on.");
		return -ENOTSUP;
	}
	if (ret)
		return vdpactl_error_set(err, ret, "cannot make a virtual IOMMU for %s: %s",
					 chain->name, strerror(-ret));
	return 0;
}

static int make_nested(struct vdpactl_chain *chain, struct vdpactl_error *err)
{
	struct vdpactl_iommu_nested s1 = {
		.first = 0,
		.last = UINT64_MAX,
		.offset = chain->options.offset,
	};
	struct iommufd_hwpt hwpt = {
		.device = chain->info.dev_id,
		.flags = IOMMUFD_HWPT_FAULT_ID_VALID | pasid_flag(chain),
		.fault = chain->fault_id,
		.type = VDPACTL_IOMMU_TYPE,
		.data = &s1,
		.size = sizeof(s1),
	};
	int ret = 0;

	if (chain->info.hw_type != VDPACTL_IOMMU_TYPE) {
		vdpactl_error_set(err, ENOTSUP,
				  "this kernel delivers page requests of %s only through nested page tables, and vdpactl cannot build those of its IOMMU (%s)",
				  chain->name, hw_name(chain->info.hw_type));
		vdpactl_error_hint(err, "Newer kernels, Linux 7.2 for one, deliver them through "
				   "plain page tables too.");
		return -ENOTSUP;
	}
	if (!chain->parent_id)
		ret = make_parent(chain, err);
	if (!ret && chain->options.events && !chain->viommu_id)
		ret = make_events(chain, err);
	if (ret)
		return ret;
	hwpt.parent = chain->viommu_id ? chain->viommu_id : chain->parent_id;
	ret = iommufd_hwpt_alloc(chain->info.iommufd, &hwpt, &chain->info.hwpt_id);
	if (ret)
		return hwpt_error(chain, ret, "nested page table", err);
	chain->info.nested = true;
	return 0;
}

static int make_hwpt(struct vdpactl_chain *chain, struct vdpactl_error *err)
{
	struct iommufd_hwpt hwpt = {
		.device = chain->info.dev_id,
		.parent = chain->info.ioas_id,
		.flags = IOMMUFD_HWPT_FAULT_ID_VALID | pasid_flag(chain),
		.fault = chain->fault_id,
	};
	int ret;

	if (chain->options.nested || chain->options.events)
		return make_nested(chain, err);
	ret = iommufd_hwpt_alloc(chain->info.iommufd, &hwpt, &chain->info.hwpt_id);
	if (ret == -EOPNOTSUPP)
		return make_nested(chain, err);
	if (ret)
		return hwpt_error(chain, ret, "page table that delivers page requests", err);
	return 0;
}

/* ---- the chain -------------------------------------------------------------------- */

static int attach_error(struct vdpactl_chain *chain, int ret, struct vdpactl_error *err)
{
	if (chain->options.pasid && (ret == -EOPNOTSUPP || ret == -ENOTTY ||
				     ret == -EINVAL)) {
		vdpactl_error_set(err, -ret, "cannot attach PASID %u of %s: %s",
				  chain->options.pasid, chain->name, strerror(-ret));
		vdpactl_error_hint(err, "PASIDs need Linux 6.15 or later, and a device and an "
				   "IOMMU that have that many.");
		return ret;
	}
	return vdpactl_error_set(err, ret, "cannot attach %s to its page table: %s",
				 chain->name, strerror(-ret));
}

int vdpactl_chain_attach(struct vdpactl_chain *chain, struct vdpactl_error *err)
{
	int ret = vfio_attach(chain->info.device, chain->options.pasid, chain->info.hwpt_id);

	if (ret)
		return attach_error(chain, ret, err);
	chain->attached = true;
	return 0;
}

int vdpactl_chain_detach(struct vdpactl_chain *chain, struct vdpactl_error *err)
{
	int ret = vfio_detach(chain->info.device, chain->options.pasid);

	if (ret)
		return vdpactl_error_set(err, ret, "cannot detach %s: %s", chain->name,
					 strerror(-ret));
	chain->attached = false;
	return 0;
}

int vdpactl_chain_replace(struct vdpactl_chain *chain, struct vdpactl_error *err)
{
	uint32_t old = chain->info.hwpt_id;
	int ret;

	ret = make_hwpt(chain, err);
	if (ret)
		return ret;
	ret = vdpactl_chain_attach(chain, err);
	if (ret) {
		iommufd_destroy(chain->info.iommufd, chain->info.hwpt_id);
		chain->info.hwpt_id = old;
		return ret;
	}
	iommufd_destroy(chain->info.iommufd, old);
	return 0;
}

int vdpactl_chain_map(struct vdpactl_chain *chain, uint64_t iova, void *memory,
		      uint64_t length, struct vdpactl_error *err)
{
	int ret = iommufd_ioas_map(chain->info.iommufd, chain->info.ioas_id,
				   iova + chain->options.offset, memory, length);

	if (ret)
		return vdpactl_error_set(err, ret, "cannot map 0x%llx bytes at 0x%llx: %s",
					 (unsigned long long)length, (unsigned long long)iova,
					 strerror(-ret));
	return 0;
}

int vdpactl_chain_unmap(struct vdpactl_chain *chain, uint64_t iova, uint64_t length,
			struct vdpactl_error *err)
{
	int ret = iommufd_ioas_unmap(chain->info.iommufd, chain->info.ioas_id,
				     iova + chain->options.offset, length);

	if (ret)
		return vdpactl_error_set(err, ret, "cannot unmap 0x%llx bytes at 0x%llx: %s",
					 (unsigned long long)length, (unsigned long long)iova,
					 strerror(-ret));
	return 0;
}

static int build(struct vdpactl_chain *chain, const struct vdpactl_vfio_device *device,
		 struct vdpactl_error *err)
{
	struct vdpactl_chain_info *info = &chain->info;
	int ret;

	info->iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	if (info->iommufd < 0)
		return open_error(err, errno, "/dev/iommu");
	info->device = open(device->path, O_RDWR | O_CLOEXEC);
	if (info->device < 0)
		return open_error(err, errno, device->path);
	ret = vfio_bind(info->device, info->iommufd, &info->dev_id);
	if (ret)
		return bind_error(err, -ret, device);
	ret = iommufd_ioas_alloc(info->iommufd, &info->ioas_id);
	if (ret)
		return vdpactl_error_set(err, ret, "cannot make an I/O address space: %s",
					 strerror(-ret));
	ret = iommufd_fault_alloc(info->iommufd, &chain->fault_id, &info->fault);
	if (ret) {
		vdpactl_error_set(err, ret, "cannot make a fault queue: %s", strerror(-ret));
		vdpactl_error_hint(err, "iommufd has fault queues from Linux 6.11 on.");
		return ret;
	}
	if (iommufd_hw_info(info->iommufd, info->dev_id, &info->hw_type))
		info->hw_type = IOMMUFD_HW_INFO_NONE;
	ret = make_hwpt(chain, err);
	if (ret || chain->options.no_attach)
		return ret;
	return vdpactl_chain_attach(chain, err);
}

struct vdpactl_chain *vdpactl_chain_new(const struct vdpactl_vfio_device *device,
					const struct vdpactl_chain_options *options,
					struct vdpactl_error *err)
{
	struct vdpactl_chain *chain = calloc(1, sizeof(*chain));

	if (!chain) {
		vdpactl_error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	chain->options = *options;
	chain->info.iommufd = -1;
	chain->info.device = -1;
	chain->info.fault = -1;
	chain->info.event = -1;
	chain->info.pasid = options->pasid;
	strcpy(chain->name, device->node);
	if (build(chain, device, err)) {
		vdpactl_chain_free(chain);
		return NULL;
	}
	return chain;
}

const struct vdpactl_chain_info *vdpactl_chain_info(const struct vdpactl_chain *chain)
{
	return &chain->info;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void vdpactl_chain_free(struct vdpactl_chain *chain)
{
	struct vdpactl_chain_info *info;

	if (!chain)
		return;
	info = &chain->info;
	if (chain->attached)
		vfio_detach(info->device, chain->options.pasid);
	if (info->hwpt_id)
		iommufd_destroy(info->iommufd, info->hwpt_id);
	close_fd(info->event);
	/* A virtual device must go before its physical one is closed */
	if (chain->vdevice_id)
		iommufd_destroy(info->iommufd, chain->vdevice_id);
	close_fd(info->device);
	close_fd(info->fault);
	/* The rest goes with the iommufd */
	close_fd(info->iommufd);
	free(chain);
}
