// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtual IOMMU for the DMA engine of this module.
 *
 * Domains translate in software: a paging domain is an array of page frames,
 * a nested domain a window in front of a paging domain. Page requests go to
 * the kernel's I/O page fault code as an IOMMU driver's do.
 *
 * The kernel's helpers for IOMMU drivers leave two things to the driver that
 * hardware gives the others for free:
 *
 * - iommu_report_device_fault() looks up the attach handle without a lock. The
 *   caller has to be sure that the domain is not detached meanwhile. Reports
 *   are therefore made under the group's mutex, through
 *   iommu_group_for_each_dev(): attaching, replacing and detaching hold it as
 *   well, and iommufd answers what is queued only after they return.
 * - A page must not be unmapped while it is being copied. Copying holds the
 *   paging domain's lock for reading, unmapping holds it for writing.
 *
 * Lock order: the group's mutex, then iommu_sim_dev.lock, then
 * sim_paging.lock. The response to a page request may come from under any of
 * the fault code's locks, so it takes only the xarray's own.
 */
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <uapi/linux/iommufd.h>
#include <uapi/linux/vdpactl_sim.h>

#include "compat.h"
#include "iommu.h"
#include "iommu_priv.h"

#define SIM_PASID_BITS		8
#define SIM_PASIDS		BIT(SIM_PASID_BITS)
#define SIM_LAST_IOVA		((1ULL << 48) - 1)

/* Entries of sim_paging.pages: page frame number, then these two bits */
#define SIM_PTE_READ		BIT(0)
#define SIM_PTE_WRITE		BIT(1)
#define SIM_PTE_SHIFT		2

/* How many pages are unmapped before readers get a turn */
#define SIM_UNMAP_BATCH		512UL

/**
 * struct sim_dev - the IOMMU's view of one client
 * @lock: held for writing to change @domains, for reading while a page is
 *	translated and copied, so that a domain is not freed under a copy
 * @domains: what each PASID is attached to, [IOMMU_NO_PASID] is the device
 *	itself; NULL blocks
 * @iopf_users: how many of @domains take page requests; under the group's mutex
 * @prgs: page request groups without a response, by index
 * @next_prg: where to look for a free index
 */
struct sim_dev {
	struct rw_semaphore lock;
	struct iommu_domain *domains[SIM_PASIDS];
	unsigned int iopf_users;
	struct xarray prgs;
	u32 next_prg;
};

/**
 * struct sim_paging - a domain that the kernel maps
 * @domain: the core's part
 * @lock: see the top of this file
 * @pages: I/O virtual page frame number to xa_mk_value(pfn, permissions)
 */
struct sim_paging {
	struct iommu_domain domain;
	rwlock_t lock;
	struct xarray pages;
};

/**
 * struct sim_nested - a domain whose first stage user space describes
 * @domain: the core's part
 * @parent: second stage; iommufd keeps it as long as this domain
 * @viommu: the virtual IOMMU it was allocated on, or NULL; kept likewise
 * @s1: the window
 */
struct sim_nested {
	struct iommu_domain domain;
	struct sim_paging *parent;
	struct vdpactl_sim_viommu *viommu;
	struct vdpactl_iommu_nested s1;
};

static struct platform_device *sim_iommu_pdev;
static struct iommu_device sim_iommu;
static struct iommu_ops *sim_iommu_ops;
static struct iopf_queue *sim_iopf_queue;

static struct sim_paging *to_paging(struct iommu_domain *domain)
{
	return container_of(domain, struct sim_paging, domain);
}

static struct sim_nested *to_nested(struct iommu_domain *domain)
{
	return container_of(domain, struct sim_nested, domain);
}

/*
 * Domains, and what is built on them, may outlive the client: user space can
 * keep the iommufd open after the VFIO device is gone. Each holds a reference
 * to the module, whose text it needs to be freed.
 */
static void *sim_domain_zalloc(size_t size)
{
	void *p;

	if (!try_module_get(THIS_MODULE))
		return NULL;
	p = kzalloc(size, GFP_KERNEL);
	if (!p)
		module_put(THIS_MODULE);
	return p;
}

static void sim_domain_kfree(void *p)
{
	kfree(p);
	/* vdpactl_sim_iommu_exit() waits for the return from here */
	module_put(THIS_MODULE);
}

/* Paging domains */

static int sim_map_pages(struct iommu_domain *domain, unsigned long iova,
			 phys_addr_t paddr, size_t pgsize, size_t pgcount,
			 int prot, gfp_t gfp, size_t *mapped)
{
	struct sim_paging *p = to_paging(domain);
	unsigned long pfn = PHYS_PFN(paddr);
	unsigned long bits = 0;
	size_t i;
	void *old;

	/* The engine reaches memory through struct page only */
	if (prot & IOMMU_MMIO)
		return -EOPNOTSUPP;
	if (prot & IOMMU_READ)
		bits |= SIM_PTE_READ;
	if (prot & IOMMU_WRITE)
		bits |= SIM_PTE_WRITE;

	for (i = 0; i < pgcount; i++, pfn++) {
		if (!pfn_valid(pfn))
			return -EINVAL;
		old = xa_store(&p->pages, PHYS_PFN(iova) + i,
			       xa_mk_value(pfn << SIM_PTE_SHIFT | bits), gfp);
		if (xa_is_err(old))
			return xa_err(old);
		*mapped += PAGE_SIZE;
	}
	return 0;
}

static size_t sim_unmap_pages(struct iommu_domain *domain, unsigned long iova,
			      size_t pgsize, size_t pgcount,
			      struct iommu_iotlb_gather *gather)
{
	struct sim_paging *p = to_paging(domain);
	unsigned long index = PHYS_PFN(iova);
	size_t done = 0;

	while (done < pgcount) {
		size_t end = min(pgcount, done + SIM_UNMAP_BATCH);

		write_lock(&p->lock);
		for (; done < end; done++)
			if (!xa_erase(&p->pages, index + done))
				break;
		write_unlock(&p->lock);
		if (done < end)
			break;
	}
	return done * PAGE_SIZE;
}

static phys_addr_t sim_iova_to_phys(struct iommu_domain *domain,
				    dma_addr_t iova)
{
	void *entry = xa_load(&to_paging(domain)->pages, PHYS_PFN(iova));

	if (!entry)
		return 0;
	return PFN_PHYS(xa_to_value(entry) >> SIM_PTE_SHIFT) |
	       offset_in_page(iova);
}

static void sim_paging_free(struct iommu_domain *domain)
{
	struct sim_paging *p = to_paging(domain);

	xa_destroy(&p->pages);
	sim_domain_kfree(p);
}

/*
 * Copy between @buf and one page; with a NULL @buf only say whether the access
 * would be allowed. Return -EFAULT when it is not.
 */
static int sim_paging_access(struct sim_paging *p, u64 iova, void *buf,
			     size_t len, bool write)
{
	unsigned long want = write ? SIM_PTE_WRITE : SIM_PTE_READ;
	unsigned long pte;
	struct page *page;
	void *entry;
	int ret = -EFAULT;

	if (iova > SIM_LAST_IOVA)
		return -EFAULT;

	read_lock(&p->lock);
	entry = xa_load(&p->pages, PHYS_PFN(iova));
	pte = entry ? xa_to_value(entry) : 0;
	if (pte & want) {
		ret = 0;
		page = pfn_to_page(pte >> SIM_PTE_SHIFT);
		if (buf && write)
			memcpy_to_page(page, offset_in_page(iova), buf, len);
		else if (buf)
			memcpy_from_page(buf, page, offset_in_page(iova), len);
	}
	read_unlock(&p->lock);
	return ret;
}

static int sim_access(struct iommu_domain *domain, u64 iova, void *buf,
		      size_t len, bool write)
{
	struct sim_nested *n;

	if (domain->type != IOMMU_DOMAIN_NESTED)
		return sim_paging_access(to_paging(domain), iova, buf, len,
					 write);
	n = to_nested(domain);
	if (iova < n->s1.first || iova > n->s1.last)
		return -EFAULT;
	return sim_paging_access(n->parent, iova + n->s1.offset, buf, len,
				 write);
}

/* Attachment */

static struct sim_dev *to_sim_dev(struct device *dev)
{
	return dev_iommu_priv_get(dev);
}

#if VDPACTL_IOPF_BY_ATTACH
static int sim_iopf_get(struct device *dev, struct iommu_domain *domain)
{
	struct sim_dev *sdev = to_sim_dev(dev);
	int ret;

	if (!domain || !domain->iopf_handler)
		return 0;
	if (!sdev->iopf_users) {
		ret = iopf_queue_add_device(sim_iopf_queue, dev);
		if (ret)
			return ret;
	}
	sdev->iopf_users++;
	return 0;
}

static void sim_iopf_put(struct device *dev, struct iommu_domain *domain)
{
	struct sim_dev *sdev = to_sim_dev(dev);

	if (!domain || !domain->iopf_handler)
		return;
	if (!--sdev->iopf_users)
		iopf_queue_remove_device(sim_iopf_queue, dev);
}
#else
/* Older kernels tell through dev_enable_feat() when to do it */
static int sim_iopf_get(struct device *dev, struct iommu_domain *domain)
{
	return 0;
}

static void sim_iopf_put(struct device *dev, struct iommu_domain *domain)
{
}

static int sim_dev_enable_feat(struct device *dev, enum iommu_dev_features feat)
{
	if (feat != IOMMU_DEV_FEAT_IOPF)
		return -EOPNOTSUPP;
	return iopf_queue_add_device(sim_iopf_queue, dev);
}

static int sim_dev_disable_feat(struct device *dev,
				enum iommu_dev_features feat)
{
	if (feat != IOMMU_DEV_FEAT_IOPF)
		return -EOPNOTSUPP;
	iopf_queue_remove_device(sim_iopf_queue, dev);
	return 0;
}
#endif

/* The core holds the group's mutex: drivers/iommu/iommu.c */
static int sim_attach(struct iommu_domain *domain, struct device *dev,
		      u32 pasid)
{
	struct sim_dev *sdev = to_sim_dev(dev);
	struct iommu_domain *old;
	int ret;

	if (pasid >= SIM_PASIDS)
		return -EINVAL;
	ret = sim_iopf_get(dev, domain);
	if (ret)
		return ret;

	down_write(&sdev->lock);
	old = sdev->domains[pasid];
	sdev->domains[pasid] = domain;
	up_write(&sdev->lock);

	sim_iopf_put(dev, old);
	return 0;
}

static VDPACTL_ATTACH_DEV(sim_attach_dev)
{
	return sim_attach(domain, dev, IOMMU_NO_PASID);
}

static VDPACTL_ATTACH_DEV(sim_block_dev)
{
	return sim_attach(NULL, dev, IOMMU_NO_PASID);
}

#if VDPACTL_PASID_ATTACH
static int sim_set_dev_pasid(struct iommu_domain *domain, struct device *dev,
			     ioasid_t pasid, struct iommu_domain *old)
{
	return sim_attach(domain, dev, pasid);
}

static int sim_block_dev_pasid(struct iommu_domain *domain, struct device *dev,
			       ioasid_t pasid, struct iommu_domain *old)
{
	return sim_attach(NULL, dev, pasid);
}
#endif

static const struct iommu_domain_ops sim_paging_ops = {
	.attach_dev	= sim_attach_dev,
#if VDPACTL_PASID_ATTACH
	.set_dev_pasid	= sim_set_dev_pasid,
#endif
	.map_pages	= sim_map_pages,
	.unmap_pages	= sim_unmap_pages,
	.iova_to_phys	= sim_iova_to_phys,
	.free		= sim_paging_free,
};

static const struct iommu_domain_ops sim_block_ops = {
	.attach_dev	= sim_block_dev,
#if VDPACTL_PASID_ATTACH
	.set_dev_pasid	= sim_block_dev_pasid,
#endif
};

static struct iommu_domain sim_blocked_domain = {
	.type	= IOMMU_DOMAIN_BLOCKED,
	.ops	= &sim_block_ops,
};

/*
 * The core wants a default domain, and without the DMA API's that can only be
 * an identity domain. The engine does nothing outside iommufd, and must not:
 * its transfers could reach any memory. So identity blocks too.
 */
static struct iommu_domain sim_identity_domain = {
	.type	= IOMMU_DOMAIN_IDENTITY,
	.ops	= &sim_block_ops,
};

/* Allocation */

static struct iommu_domain *
sim_paging_alloc(struct device *dev, u32 flags,
		 const struct iommu_user_data *user_data)
{
	struct sim_paging *p;

	if (flags & ~(IOMMU_HWPT_ALLOC_NEST_PARENT | VDPACTL_HWPT_ALLOC_PASID))
		return ERR_PTR(-EOPNOTSUPP);
	if (user_data)
		return ERR_PTR(-EOPNOTSUPP);

	p = sim_domain_zalloc(sizeof(*p));
	if (!p)
		return ERR_PTR(-ENOMEM);
	rwlock_init(&p->lock);
	xa_init(&p->pages);
	p->domain.type = IOMMU_DOMAIN_UNMANAGED;
	p->domain.ops = &sim_paging_ops;
	p->domain.pgsize_bitmap = PAGE_SIZE;
	p->domain.geometry.aperture_end = SIM_LAST_IOVA;
	p->domain.geometry.force_aperture = true;
	return &p->domain;
}

int vdpactl_sim_invalidate(struct iommu_user_data_array *array)
{
	struct vdpactl_iommu_invalidate inv;
	u32 i, count = array->entry_num;
	int ret = 0;

	if (array->type != VDPACTL_IOMMU_TYPE) {
		array->entry_num = 0;
		return -EINVAL;
	}
	for (i = 0; i < count; i++) {
		ret = iommu_copy_struct_from_user_array(&inv, array,
							VDPACTL_IOMMU_TYPE, i,
							length);
		if (ret)
			break;
		if (inv.length && inv.iova + inv.length - 1 < inv.iova) {
			ret = -EINVAL;
			break;
		}
	}
	array->entry_num = i;
	return ret;
}

static int sim_nested_invalidate(struct iommu_domain *domain,
				 struct iommu_user_data_array *array)
{
	return vdpactl_sim_invalidate(array);
}

static void sim_nested_free(struct iommu_domain *domain)
{
	sim_domain_kfree(to_nested(domain));
}

static const struct iommu_domain_ops sim_nested_ops = {
	.attach_dev		= sim_attach_dev,
#if VDPACTL_PASID_ATTACH
	.set_dev_pasid		= sim_set_dev_pasid,
#endif
	.cache_invalidate_user	= sim_nested_invalidate,
	.free			= sim_nested_free,
};

struct iommu_domain *
vdpactl_sim_nested_alloc(struct iommu_domain *parent,
			 const struct iommu_user_data *user_data,
			 struct vdpactl_sim_viommu *viommu)
{
	struct vdpactl_iommu_nested s1;
	struct sim_nested *n;
	int ret;

	if (parent->ops != &sim_paging_ops)
		return ERR_PTR(-EINVAL);
	if (user_data->type != VDPACTL_IOMMU_TYPE)
		return ERR_PTR(-EOPNOTSUPP);
	ret = iommu_copy_struct_from_user(&s1, user_data, VDPACTL_IOMMU_TYPE,
					  offset);
	if (ret)
		return ERR_PTR(ret);
	if (!PAGE_ALIGNED(s1.first) || !PAGE_ALIGNED(s1.last + 1) ||
	    !PAGE_ALIGNED(s1.offset) || s1.first > s1.last)
		return ERR_PTR(-EINVAL);

	n = sim_domain_zalloc(sizeof(*n));
	if (!n)
		return ERR_PTR(-ENOMEM);
	n->parent = to_paging(parent);
	n->viommu = viommu;
	n->s1 = s1;
	n->domain.type = IOMMU_DOMAIN_NESTED;
	n->domain.ops = &sim_nested_ops;
	return &n->domain;
}

/*
 * The virtual IOMMU behind what @pasid is attached to, or NULL. The caller
 * holds the group's mutex, which keeps it attached.
 */
struct vdpactl_sim_viommu *
vdpactl_sim_attached_viommu(struct device *dev, u32 pasid)
{
	struct iommu_domain *domain;

	if (pasid >= SIM_PASIDS)
		return NULL;
	domain = to_sim_dev(dev)->domains[pasid];
	if (!domain || domain->type != IOMMU_DOMAIN_NESTED)
		return NULL;
	return to_nested(domain)->viommu;
}

#if VDPACTL_DOMAIN_ALLOC_NESTED
static struct iommu_domain *
sim_domain_alloc_nested(struct device *dev, struct iommu_domain *parent,
			u32 flags, const struct iommu_user_data *user_data)
{
	if (flags & ~VDPACTL_HWPT_ALLOC_PASID)
		return ERR_PTR(-EOPNOTSUPP);
	return vdpactl_sim_nested_alloc(parent, user_data, NULL);
}
#else
static struct iommu_domain *
sim_domain_alloc_user(struct device *dev, u32 flags,
		      struct iommu_domain *parent,
		      const struct iommu_user_data *user_data)
{
	if (!parent)
		return sim_paging_alloc(dev, flags, user_data);
	if (flags)
		return ERR_PTR(-EOPNOTSUPP);
	return vdpactl_sim_nested_alloc(parent, user_data, NULL);
}
#endif

/* The device */

static bool sim_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_CACHE_COHERENCY;
}

static VDPACTL_HW_INFO(sim_hw_info)
{
	struct vdpactl_iommu_info *info;

	if (VDPACTL_HW_INFO_REFUSED(*type, VDPACTL_IOMMU_TYPE))
		return ERR_PTR(-EOPNOTSUPP);

	info = kzalloc_obj(*info);
	if (!info)
		return ERR_PTR(-ENOMEM);
	info->version = 1;
	info->nested_type = VDPACTL_IOMMU_TYPE;
	info->last_iova = SIM_LAST_IOVA;
	*length = sizeof(*info);
	*type = VDPACTL_IOMMU_TYPE;
	return info;
}

static struct iommu_device *sim_probe_device(struct device *dev)
{
	struct sim_dev *sdev = kzalloc(sizeof(*sdev), GFP_KERNEL);

	if (!sdev)
		return ERR_PTR(-ENOMEM);
	init_rwsem(&sdev->lock);
	xa_init_flags(&sdev->prgs, XA_FLAGS_ALLOC);
	dev_iommu_priv_set(dev, sdev);
	return &sim_iommu;
}

static void sim_release_device(struct device *dev)
{
	struct sim_dev *sdev = to_sim_dev(dev);

	/* iommufd answered every group when it detached the device */
	WARN_ON(!xa_empty(&sdev->prgs));
	xa_destroy(&sdev->prgs);
	/* dev->iommu goes with it, iommu_deinit_device() */
	kfree(sdev);
}

static int sim_def_domain_type(struct device *dev)
{
	return IOMMU_DOMAIN_IDENTITY;
}

/* Page requests */

void vdpactl_sim_prg_put(struct vdpactl_sim_prg *prg)
{
	if (refcount_dec_and_test(&prg->users))
		kfree(prg);
}

static void sim_page_response(struct device *dev, struct iopf_fault *evt,
			      struct iommu_page_response *msg)
{
	struct vdpactl_sim_prg *prg;

	prg = xa_erase(&to_sim_dev(dev)->prgs, msg->grpid);
	if (WARN_ON_ONCE(!prg))
		return;
	prg->code = msg->code;
	complete(&prg->done);
	vdpactl_sim_prg_put(prg);
}

/* What vdpactl_sim_iommu_fault() hands through iommu_group_for_each_dev() */
struct sim_report {
	struct device *dev;
	const struct vdpactl_sim_fault *fault;
	u32 index;
};

static int sim_report(struct device *dev, void *data)
{
	struct sim_report *r = data;
	const struct vdpactl_sim_fault *f = r->fault;
	struct iopf_fault evt = {};
	unsigned int i;

	if (dev != r->dev)
		return 0;

	evt.fault.type = IOMMU_FAULT_PAGE_REQ;
	evt.fault.prm.grpid = r->index;
	evt.fault.prm.perm = f->write ? IOMMU_FAULT_PERM_WRITE :
					IOMMU_FAULT_PERM_READ;
	evt.fault.prm.pasid = f->pasid;
	if (f->pasid != IOMMU_NO_PASID)
		evt.fault.prm.flags = IOMMU_FAULT_PAGE_REQUEST_PASID_VALID;

	for (i = 0; i < f->count; i++) {
		evt.fault.prm.addr = f->iova[i];
		if (i == f->count - 1)
			evt.fault.prm.flags |=
				IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE;
		/*
		 * -EINVAL means that nothing takes page requests, and that the
		 * group was answered. Without memory the request is lost, and
		 * the group goes on without it.
		 */
		if (iommu_report_device_fault(dev, &evt) == -EINVAL)
			break;
	}
	return 0;
}

/**
 * vdpactl_sim_iommu_fault() - raise a page request group
 * @dev: the client
 * @f: the pages; at least one
 *
 * Return: the group, whose @done is completed by the response, maybe already;
 * the caller puts it. -EBUSY when all indices are in flight, -ENOMEM.
 */
struct vdpactl_sim_prg *
vdpactl_sim_iommu_fault(struct device *dev, const struct vdpactl_sim_fault *f)
{
	struct sim_dev *sdev = to_sim_dev(dev);
	struct sim_report r = { .dev = dev, .fault = f };
	struct vdpactl_sim_prg *prg;
	int ret;

	prg = kzalloc_obj(*prg);
	if (!prg)
		return ERR_PTR(-ENOMEM);
	refcount_set(&prg->users, 2);
	init_completion(&prg->done);

	ret = xa_alloc_cyclic(&sdev->prgs, &prg->index, prg,
			      XA_LIMIT(0, VDPACTL_SIM_PRG_MAX),
			      &sdev->next_prg, GFP_KERNEL);
	if (ret < 0) {
		kfree(prg);
		return ERR_PTR(ret);
	}

	r.index = prg->index;
	iommu_group_for_each_dev(dev->iommu_group, &r, sim_report);
	return prg;
}

/**
 * vdpactl_sim_iommu_access() - translate one page and copy
 * @dev: the client
 * @pasid: IOMMU_NO_PASID or a PASID
 * @iova: address; @iova and @len do not cross a page
 * @buf: data, or NULL to only see whether the access is allowed
 * @len: bytes
 * @write: from @buf to memory
 *
 * Return: 0, or -EFAULT when there is no translation for that.
 */
int vdpactl_sim_iommu_access(struct device *dev, u32 pasid, u64 iova,
			     void *buf, size_t len, bool write)
{
	struct sim_dev *sdev = to_sim_dev(dev);
	struct iommu_domain *domain;
	int ret = -EFAULT;

	if (pasid >= SIM_PASIDS)
		return -EFAULT;
	down_read(&sdev->lock);
	domain = sdev->domains[pasid];
	if (domain)
		ret = sim_access(domain, iova, buf, len, write);
	up_read(&sdev->lock);
	return ret;
}

/**
 * vdpactl_sim_iommu_adopt() - put a device behind this IOMMU
 * @dev: a device that was not added yet
 *
 * This is iommu_fwspec_init(), which insists on a mutex that only the IOMMU
 * core can take. It is there to keep two probes of one device apart; nobody
 * else has seen @dev yet. The core frees what is allocated here when @dev is
 * removed; vdpactl_sim_iommu_disown() is for a device that never was added.
 *
 * Return: 0 or -ENOMEM.
 */
int vdpactl_sim_iommu_adopt(struct device *dev)
{
	struct iommu_fwspec *fwspec;

	fwspec = kzalloc(struct_size(fwspec, ids, 1), GFP_KERNEL);
	if (!fwspec)
		return -ENOMEM;
	dev->iommu = kzalloc_obj(*dev->iommu);
	if (!dev->iommu) {
		kfree(fwspec);
		return -ENOMEM;
	}
	mutex_init(&dev->iommu->lock);
	fwspec->iommu_fwnode = fwnode_handle_get(sim_iommu.fwnode);
	dev->iommu->fwspec = fwspec;
	return 0;
}

/**
 * vdpactl_sim_iommu_disown() - undo vdpactl_sim_iommu_adopt()
 * @dev: a device that could not be added
 */
void vdpactl_sim_iommu_disown(struct device *dev)
{
	if (!dev->iommu)
		return;
	fwnode_handle_put(dev->iommu->fwspec->iommu_fwnode);
	kfree(dev->iommu->fwspec);
	kfree(dev->iommu);
	dev->iommu = NULL;
}

static const struct iommu_ops sim_ops = {
	.capable		= sim_capable,
	.hw_info		= sim_hw_info,
#if VDPACTL_DOMAIN_ALLOC_NESTED
	.domain_alloc_paging_flags = sim_paging_alloc,
	.domain_alloc_nested	= sim_domain_alloc_nested,
#else
	.domain_alloc_user	= sim_domain_alloc_user,
	.pgsize_bitmap		= PAGE_SIZE,
#endif
#if !VDPACTL_IOPF_BY_ATTACH
	.dev_enable_feat	= sim_dev_enable_feat,
	.dev_disable_feat	= sim_dev_disable_feat,
#endif
#if VDPACTL_VIOMMU
	.get_viommu_size	= vdpactl_sim_viommu_size,
	.viommu_init		= vdpactl_sim_viommu_init,
#endif
	.probe_device		= sim_probe_device,
	.release_device		= sim_release_device,
	.device_group		= generic_device_group,
	.page_response		= sim_page_response,
	.def_domain_type	= sim_def_domain_type,
	.identity_domain	= &sim_identity_domain,
	.blocked_domain		= &sim_blocked_domain,
	.release_domain		= &sim_blocked_domain,
};

static const struct property_entry sim_iommu_props[] = {
	PROPERTY_ENTRY_STRING("compatible", "vdpactl,sim-iommu"),
	{ }
};

/**
 * vdpactl_sim_iommu_init() - create and register the IOMMU
 *
 * The operations are registered as a copy outside the module, without an
 * owner: the core takes a reference to the owner for each client, and the
 * module's own client would keep the module from ever being unloaded. The
 * module removes that client before the IOMMU.
 *
 * Return: 0 or a negative error.
 */
int vdpactl_sim_iommu_init(void)
{
	struct platform_device_info info = {
		.name = "vdpactl_sim_iommu",
		.id = PLATFORM_DEVID_NONE,
		.properties = sim_iommu_props,
	};
	int ret;

	sim_iommu_ops = kmemdup(&sim_ops, sizeof(sim_ops), GFP_KERNEL);
	if (!sim_iommu_ops)
		return -ENOMEM;

	sim_iopf_queue = iopf_queue_alloc("vdpactl_sim");
	if (!sim_iopf_queue) {
		ret = -ENOMEM;
		goto free_ops;
	}

	sim_iommu_pdev = platform_device_register_full(&info);
	if (IS_ERR(sim_iommu_pdev)) {
		ret = PTR_ERR(sim_iommu_pdev);
		goto free_queue;
	}

	sim_iommu.max_pasids = SIM_PASIDS;
	ret = iommu_device_sysfs_add(&sim_iommu, &sim_iommu_pdev->dev, NULL,
				     "%s", dev_name(&sim_iommu_pdev->dev));
	if (ret)
		goto unregister_pdev;

	ret = iommu_device_register(&sim_iommu, sim_iommu_ops,
				    &sim_iommu_pdev->dev);
	if (ret)
		goto remove_sysfs;
	return 0;

remove_sysfs:
	iommu_device_sysfs_remove(&sim_iommu);
unregister_pdev:
	platform_device_unregister(sim_iommu_pdev);
free_queue:
	iopf_queue_free(sim_iopf_queue);
free_ops:
	kfree(sim_iommu_ops);
	return ret;
}

/** vdpactl_sim_iommu_exit() - undo vdpactl_sim_iommu_init() */
void vdpactl_sim_iommu_exit(void)
{
	iommu_device_unregister(&sim_iommu);
	iommu_device_sysfs_remove(&sim_iommu);
	platform_device_unregister(sim_iommu_pdev);
	iopf_queue_free(sim_iopf_queue);
	kfree(sim_iommu_ops);
	/*
	 * The last domain dropped its reference to the module from within the
	 * module: wait until every task has left that code.
	 */
	synchronize_rcu_tasks();
}
