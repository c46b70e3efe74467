// SPDX-License-Identifier: GPL-2.0-only
/*
 * The address spaces of a device, and the translation of every access.
 */

#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <uapi/linux/vhost_types.h>

#include "sim.h"

/*
 * As many ranges as pages of 4 KiB in 16 GiB. vhost-vdpa has a limit of its
 * own, max_iotlb_entries, which is the one that users meet.
 */
#define VSIM_RANGES_MAX		SZ_4M

/* Every cached translation is void from here on */
static void vsim_maps_changed(struct vsim_dev *vs)
{
	lockdep_assert_held(&vs->lock);
	vs->map_gen++;
}

int vsim_maps_init(struct vsim_dev *vs)
{
	unsigned int asid;

	vs->map_gen = 1;
	for (asid = 0; asid < vs->profile->nas; asid++) {
		vs->as[asid].maps = vhost_iotlb_alloc(VSIM_RANGES_MAX, 0);
		if (!vs->as[asid].maps)
			return -ENOMEM;
		vs->as[asid].passthrough = true;
	}
	return 0;
}

void vsim_maps_free(struct vsim_dev *vs)
{
	unsigned int asid;

	for (asid = 0; asid < VSIM_AS_MAX; asid++)
		vhost_iotlb_free(vs->as[asid].maps);
}

/* Restores the initial map */
void vsim_map_passthrough(struct vsim_dev *vs, unsigned int asid)
{
	vhost_iotlb_reset(vs->as[asid].maps);
	vs->as[asid].passthrough = true;
	vsim_maps_changed(vs);
}

/*
 * Takes the ranges of @maps, and those only. If memory runs out nothing is
 * mapped any more: the caller may have unpinned pages of the old map already
 * (vhost_vdpa_pa_unmap() does so before .set_map), which must not be reached
 * again.
 */
int vsim_map_replace(struct vsim_dev *vs, unsigned int asid,
		     struct vhost_iotlb *maps)
{
	struct vsim_as *as = &vs->as[asid];
	struct vhost_iotlb_map *map;
	int ret = 0;

	vhost_iotlb_reset(as->maps);
	as->passthrough = false;
	for (map = vhost_iotlb_itree_first(maps, 0, U64_MAX); map && !ret;
	     map = vhost_iotlb_itree_next(map, 0, U64_MAX))
		ret = vhost_iotlb_add_range(as->maps, map->start, map->last,
					    map->addr, map->perm);
	if (ret) {
		vhost_iotlb_reset(as->maps);
		dev_warn_ratelimited(&vs->vdpa.dev,
				     "address space %u: no memory for the map, nothing is mapped\n",
				     asid);
	}
	vsim_maps_changed(vs);
	return ret;
}

int vsim_map_add(struct vsim_dev *vs, unsigned int asid, u64 iova, u64 size,
		 u64 addr, u32 perm)
{
	struct vsim_as *as = &vs->as[asid];

	as->passthrough = false;
	vsim_maps_changed(vs);
	return vhost_iotlb_add_range(as->maps, iova, iova + size - 1, addr,
				     perm);
}

void vsim_map_del(struct vsim_dev *vs, unsigned int asid, u64 iova, u64 size)
{
	vhost_iotlb_del_range(vs->as[asid].maps, iova, iova + size - 1);
	vsim_maps_changed(vs);
}

/*
 * Fills @tlb with what maps @iova.
 *
 * On the passthrough map an IOVA is a DMA address. A driver in the kernel
 * gets those from the DMA API; whoever holds a vhost-vdpa device makes them
 * up, and could have the device read and write the whole memory of the host.
 * So the passthrough map translates nothing for anybody but the former.
 */
static int vsim_translate(struct vsim_dev *vs, u8 group, struct vsim_tlb *tlb,
			  u64 iova)
{
	const struct vsim_as *as = &vs->as[vs->group_asid[group]];
	const struct vhost_iotlb_map *map;

	if (as->passthrough) {
		if (!vs->in_kernel || !pfn_valid(PHYS_PFN(iova)))
			return -EFAULT;
		/* One page: the next one need not be memory */
		tlb->first = iova & PAGE_MASK;
		tlb->last = tlb->first + PAGE_SIZE - 1;
		tlb->addr = tlb->first;
		tlb->perm = VHOST_ACCESS_RW;
	} else {
		map = vhost_iotlb_itree_first(as->maps, iova, iova);
		if (!map)
			return -EFAULT;
		tlb->first = map->start;
		tlb->last = map->last;
		tlb->addr = map->addr;
		tlb->perm = map->perm;
	}
	tlb->gen = vs->map_gen;
	return 0;
}

/**
 * vsim_map_access - reach guest memory
 * @vs: the device, its lock held
 * @group: the virtqueue group whose address space @iova is in
 * @tlb: the translation that was used last for this kind of access
 * @iova: the address
 * @perm: VHOST_ACCESS_RO to read, VHOST_ACCESS_WO to write
 * @len: the wanted length, not 0; set to what can be reached in one piece,
 *	which never crosses a page or the end of a range
 *
 * Return: a pointer for kunmap_local(), or NULL where nothing is mapped with
 * that permission.
 */
void *vsim_map_access(struct vsim_dev *vs, u8 group, struct vsim_tlb *tlb,
		      u64 iova, u32 perm, size_t *len)
{
	u64 addr;

	if (unlikely(tlb->gen != vs->map_gen || iova < tlb->first ||
		     iova > tlb->last)) {
		if (vsim_translate(vs, group, tlb, iova))
			return NULL;
	}
	if (unlikely((tlb->perm & perm) != perm))
		return NULL;

	addr = tlb->addr + (iova - tlb->first);
	*len = min_t(size_t, *len, PAGE_SIZE - offset_in_page(addr));
	/* Less one on both sides: a range may end at the last address there is */
	if (*len - 1 > tlb->last - iova)
		*len = tlb->last - iova + 1;
	return kmap_local_page(pfn_to_page(PHYS_PFN(addr))) +
	       offset_in_page(addr);
}
