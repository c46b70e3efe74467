// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map of an address space, as the parent driver was told it.
 *
 * It is kept in a vhost_iotlb, as vhost-vdpa and the parents keep theirs. All
 * of this runs in return handlers of kretprobes, under ddev->lock, and can
 * only allocate with GFP_ATOMIC. Preallocation would not help: how much a
 * .set_map brings is known only then. So an allocation may fail, and then the
 * map becomes unknown instead of wrong. The memory is bounded twice: by the
 * limit of the caller's own IOTLB (max_iotlb_entries of vhost) and by
 * DIAG_MAP_MAX.
 */
#include "diag.h"

void diag_map_init(struct diag_as *as)
{
	vhost_iotlb_init(&as->tlb, DIAG_MAP_MAX, 0);
}

/* Enter a state in which no range is known. */
void diag_map_set(struct diag_as *as, enum vdpactl_known known)
{
	vhost_iotlb_reset(&as->tlb);
	as->bytes = 0;
	as->known = known;
	as->generation++;
}

static void diag_map_free(struct diag_as *as, struct vhost_iotlb_map *map)
{
	as->bytes -= map->size;
	vhost_iotlb_map_free(&as->tlb, map);
}

static int diag_map_insert(struct diag_as *as, u64 start, u64 last, u32 perm)
{
	/*
	 * The physical (or user) address is not kept: CAP_NET_ADMIN does not
	 * entitle to see it, and the device works with IOVAs.
	 */
	int ret = vhost_iotlb_add_range(&as->tlb, start, last, 0, perm);

	if (!ret)
		as->bytes += last - start + 1;
	return ret;
}

static struct vhost_iotlb_map *to_map(struct rb_node *rb)
{
	return rb ? rb_entry(rb, struct vhost_iotlb_map, rb) : NULL;
}

/**
 * diag_map_copy() - take over the map that a .set_map was given
 * @as: the address space
 * @tlb: what the caller passed; it is his and stable until .set_map returns
 *
 * Every .set_map brings the complete map, so that a guest that maps page by
 * page brings n ranges n times. Both trees are walked side by side and only
 * differences are changed: the usual call costs one allocation and a walk
 * over n nodes, less than the parent's own copy.
 *
 * Return: the bytes in ranges that are new.
 */
u64 diag_map_copy(struct diag_as *as, const struct vhost_iotlb *tlb)
{
	struct vhost_iotlb_map *new, *old, *next;
	u64 added = 0;

	if (tlb->nmaps > DIAG_MAP_MAX) {
		diag_map_set(as, VDPACTL_KNOWN_UNKNOWN);
		return 0;
	}

	if (as->known != VDPACTL_KNOWN_OBSERVED)
		diag_map_set(as, VDPACTL_KNOWN_OBSERVED);
	as->generation++;

	new = to_map(rb_first_cached(&tlb->root));
	old = to_map(rb_first_cached(&as->tlb.root));
	while (new || old) {
		if (new && old && new->start == old->start &&
		    new->last == old->last && new->perm == old->perm) {
			new = to_map(rb_next(&new->rb));
			old = to_map(rb_next(&old->rb));
		} else if (old && (!new || old->start <= new->start)) {
			next = to_map(rb_next(&old->rb));
			diag_map_free(as, old);
			old = next;
		} else {
			if (diag_map_insert(as, new->start, new->last,
					    new->perm)) {
				diag_map_set(as, VDPACTL_KNOWN_UNKNOWN);
				return added;
			}
			added += new->size;
			new = to_map(rb_next(&new->rb));
		}
	}
	return added;
}

/**
 * diag_map_add() - follow a successful .dma_map
 * @as: the address space
 * @iova: first address
 * @size: bytes
 * @perm: VHOST_MAP_RO, _WO or _RW
 *
 * The first one replaces the initial map (see .reset_map in linux/vdpa.h).
 * What is added to an unknown map leaves it unknown.
 *
 * Return: the bytes added.
 */
u64 diag_map_add(struct diag_as *as, u64 iova, u64 size, u32 perm)
{
	if (as->known == VDPACTL_KNOWN_DEFAULT)
		diag_map_set(as, VDPACTL_KNOWN_OBSERVED);
	if (as->known != VDPACTL_KNOWN_OBSERVED)
		return size;

	as->generation++;
	if (!size || diag_map_insert(as, iova, iova + size - 1, perm))
		diag_map_set(as, VDPACTL_KNOWN_UNKNOWN);
	return size;
}

/**
 * diag_map_del() - follow a successful .dma_unmap
 * @as: the address space
 * @iova: first address
 * @size: bytes
 *
 * vhost_vdpa_pa_unmap() and vhost_vdpa_va_unmap() unmap range by range as they
 * were mapped. What a parent does with a part of a range is its own choice, so
 * that the map is not known after such an unmap.
 */
void diag_map_del(struct diag_as *as, u64 iova, u64 size)
{
	struct vhost_iotlb_map *map;
	u64 last = iova + size - 1;

	if (as->known == VDPACTL_KNOWN_DEFAULT)
		diag_map_set(as, VDPACTL_KNOWN_OBSERVED);
	if (as->known != VDPACTL_KNOWN_OBSERVED || !size)
		return;

	as->generation++;
	while ((map = vhost_iotlb_itree_first(&as->tlb, iova, last))) {
		if (map->start < iova || map->last > last) {
			diag_map_set(as, VDPACTL_KNOWN_UNKNOWN);
			return;
		}
		diag_map_free(as, map);
	}
}
