// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map of an address space, as the parent driver was told it.
 *
 * All of this runs in return handlers of kretprobes, under ddev->lock, and can
 * only allocate with GFP_ATOMIC. Preallocation would not help: how much a
 * .set_map brings is known only then. So an allocation may fail, and then the
 * map becomes unknown instead of wrong. The memory, and the time with preemption
 * off, are bounded twice: by the limit of the caller's own IOTLB
 * (max_iotlb_entries of vhost) and by max_ranges. A map that is dropped is
 * freed by a worker.
 */
#include <linux/interval_tree_generic.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include "diag.h"

static uint max_ranges = 65536;
module_param(max_ranges, uint, 0644);
MODULE_PARM_DESC(max_ranges, "ranges kept of an address space, above it its map is unknown");

/*
 * An interval tree as that of a vhost_iotlb, whose ranges have a list, an
 * address and a pointer more, and are allocated for each map. Ranges may
 * overlap.
 */
#define START(range)	((range)->start)
#define LAST(range)	((range)->last)
INTERVAL_TREE_DEFINE(struct diag_range, node, u64, subtree_last, START, LAST,
		     static inline, diag_itree);

/* Return: the first range that ends at @iova or above, or NULL */
struct diag_range *diag_map_first(struct diag_as *as, u64 iova)
{
	return diag_itree_iter_first(&as->ranges, iova, U64_MAX);
}

/* Return: the next one that ends at @iova or above, or NULL */
struct diag_range *diag_map_next(struct diag_range *range, u64 iova)
{
	return diag_itree_iter_next(range, iova, U64_MAX);
}

static void diag_ranges_free(struct rb_node *root)
{
	struct rb_root tree = { .rb_node = root };
	struct diag_range *range, *next;

	rbtree_postorder_for_each_entry_safe(range, next, &tree, node)
		kfree(range);
}

/* Trees that were dropped, by their roots */
static LLIST_HEAD(diag_dropped);

static void diag_dropped_fn(struct work_struct *work)
{
	struct llist_node *dropped = llist_del_all(&diag_dropped);
	struct diag_range *root, *next;

	llist_for_each_entry_safe(root, next, dropped, dropped) {
		diag_ranges_free(&root->node);
		cond_resched();
	}
}

static DECLARE_WORK(diag_dropped_work, diag_dropped_fn);

static void diag_map_clear(struct diag_as *as)
{
	struct rb_node *root = as->ranges.rb_root.rb_node;

	if (root) {
		llist_add(&rb_entry(root, struct diag_range, node)->dropped,
			  &diag_dropped);
		queue_work(diag_wq, &diag_dropped_work);
	}
	as->ranges = RB_ROOT_CACHED;
	as->nranges = 0;
	as->bytes = 0;
}

/* With the device: nobody looks at it any more. */
void diag_map_free(struct diag_as *as)
{
	diag_ranges_free(as->ranges.rb_root.rb_node);
	kfree(as->spare);
}

/* Enter a state in which no range is known. */
void diag_map_set(struct diag_as *as, enum vdpactl_known known)
{
	diag_map_clear(as);
	as->known = known;
	as->generation++;
}

void diag_map_forget(struct diag_as *as, enum vdpactl_why why)
{
	diag_map_set(as, VDPACTL_KNOWN_UNKNOWN);
	as->why = why;
}

static void diag_range_del(struct diag_as *as, struct diag_range *range)
{
	diag_itree_remove(range, &as->ranges);
	as->nranges--;
	as->bytes -= range->last - range->start + 1;
	/* Who unmaps, as a guest with an IOMMU, mostly maps again. */
	if (as->spare)
		kfree(range);
	else
		as->spare = range;
}

/* Else the map is unknown, and says why. */
static inline bool diag_range_add(struct diag_as *as, u64 start, u64 last,
				  u32 perm)
{
	struct diag_range *range = as->spare;

	if (as->nranges >= READ_ONCE(max_ranges)) {
		diag_map_forget(as, VDPACTL_WHY_TOO_LARGE);
		return false;
	}
	if (range)
		as->spare = NULL;
	else
		range = kmalloc(sizeof(*range), GFP_ATOMIC | __GFP_NOWARN);
	if (!range) {
		diag_map_forget(as, VDPACTL_WHY_NO_MEMORY);
		return false;
	}

	range->start = start;
	range->last = last;
	range->perm = perm;
	diag_itree_insert(range, &as->ranges);
	as->nranges++;
	as->bytes += last - start + 1;
	return true;
}

static struct diag_range *to_range(struct rb_node *rb)
{
	return rb ? rb_entry(rb, struct diag_range, node) : NULL;
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
	struct diag_range *old, *next;
	struct vhost_iotlb_map *new;
	u64 added = 0;

	if (tlb->nmaps > READ_ONCE(max_ranges)) {
		diag_map_forget(as, VDPACTL_WHY_TOO_LARGE);
		return 0;
	}

	if (as->known != VDPACTL_KNOWN_OBSERVED)
		diag_map_set(as, VDPACTL_KNOWN_OBSERVED);
	as->generation++;

	new = to_map(rb_first_cached(&tlb->root));
	old = to_range(rb_first_cached(&as->ranges));
	while (new || old) {
		if (new && old && new->start == old->start &&
		    new->last == old->last && new->perm == old->perm) {
			new = to_map(rb_next(&new->rb));
			old = to_range(rb_next(&old->node));
		} else if (old && (!new || old->start <= new->start)) {
			next = to_range(rb_next(&old->node));
			diag_range_del(as, old);
			old = next;
		} else {
			if (!diag_range_add(as, new->start, new->last,
					    new->perm))
				return added;
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
	if (!size || iova + size - 1 < iova)
		/* No range: whatever the parent made of it */
		diag_map_forget(as, VDPACTL_WHY_UNOBSERVED);
	else
		diag_range_add(as, iova, iova + size - 1, perm);
	return size;
}

/**
 * diag_map_del() - follow a successful .dma_unmap
 * @as: the address space
 * @iova: first address
 * @size: bytes
 *
 * vhost_vdpa_pa_unmap() and vhost_vdpa_va_unmap() unmap range by range as they
 * were mapped. What a parent does with a part of a range, or of the initial map,
 * is its own choice, so that the map is not known after such an unmap.
 */
void diag_map_del(struct diag_as *as, u64 iova, u64 size)
{
	struct diag_range *range;
	u64 last = iova + size - 1;

	if (as->known == VDPACTL_KNOWN_DEFAULT)
		diag_map_forget(as, VDPACTL_WHY_PARTIAL);
	if (as->known != VDPACTL_KNOWN_OBSERVED || !size)
		return;

	as->generation++;
	while ((range = diag_itree_iter_first(&as->ranges, iova, last))) {
		if (range->start < iova || range->last > last) {
			diag_map_forget(as, VDPACTL_WHY_PARTIAL);
			return;
		}
		diag_range_del(as, range);
	}
}
