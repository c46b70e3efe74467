// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: what is asked.
 *
 * A dump walks the devices in order of creation and sends, for each one, its
 * sections in order. Each section appends nests until the message is full; the
 * dump goes on from there with a message of the same device. The position is
 * kept in numbers, so that a device or a range that goes away in between does
 * no harm.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/virtio_config.h>
#include <net/genetlink.h>
#include "diag.h"
#include "version.h"

struct diag_cursor {
	struct diag_dev *only;	/* a dump of one device; counted */
	u32 id;			/* the device to go on with */
	u32 section;
	u32 index;		/* group, address space or virtqueue */
	u32 asid;		/* the only address space, or U32_MAX */
	u32 generation;		/* of what is under way, see diag_dump_same() */
	u64 iova;		/* of the map under way: the next range */
	bool begun;		/* something of the device was sent */
	bool in_map;
	bool progress;		/* something is in this message */
};

static struct diag_cursor *diag_cursor(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct diag_cursor) > sizeof(cb->ctx));
	return (struct diag_cursor *)cb->ctx;
}

/*
 * What a dump tells is not of one moment, or not whole: this message, or the
 * end of the dump, will have NLM_F_DUMP_INTR (nl_dump_check_consistent()).
 */
static void diag_dump_interrupted(struct netlink_callback *cb)
{
	cb->seq++;
}

/*
 * A section: appends what is left of it. 0: it is complete; -EMSGSIZE: the
 * message is full; anything else ends the dump.
 */
typedef int (*diag_section_t)(struct sk_buff *skb, struct diag_dev *ddev,
			      struct netlink_callback *cb);

static int diag_fill_stats(struct sk_buff *skb, struct diag_dev *ddev)
{
	struct diag_stats stats;
	struct nlattr *nest;

	spin_lock(&ddev->lock);
	stats = ddev->stats;
	spin_unlock(&ddev->lock);

	nest = nla_nest_start(skb, VDPACTL_A_STATS);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_uint(skb, VDPACTL_A_STATS_RESETS, stats.resets) ||
	    nla_put_uint(skb, VDPACTL_A_STATS_RESETS_CLEAN,
			 stats.resets_clean) ||
	    nla_put_uint(skb, VDPACTL_A_STATS_MAP_OPS, stats.map_ops) ||
	    nla_put_uint(skb, VDPACTL_A_STATS_BYTES_MAPPED,
			 stats.bytes_mapped) ||
	    nla_put_uint(skb, VDPACTL_A_STATS_MISSED, stats.missed))
		return -EMSGSIZE;
	if (stats.last_reset_time &&
	    (nla_put_uint(skb, VDPACTL_A_STATS_LAST_RESET_TIME,
			  stats.last_reset_time) ||
	     nla_put_u32(skb, VDPACTL_A_STATS_LAST_RESET_PID,
			 stats.last_reset.pid) ||
	     nla_put_string(skb, VDPACTL_A_STATS_LAST_RESET_COMM,
			    stats.last_reset.comm)))
		return -EMSGSIZE;
	if (stats.last_op.comm[0] &&
	    (nla_put_u32(skb, VDPACTL_A_STATS_LAST_OP_PID,
			 stats.last_op.pid) ||
	     nla_put_string(skb, VDPACTL_A_STATS_LAST_OP_COMM,
			    stats.last_op.comm)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * What the operations answer. Under cf_lock, as vdpa_dev_config_fill() does,
 * and like there the negotiated features only when they are negotiated.
 */
static int diag_fill_queries(struct sk_buff *skb, struct vdpa_device *vdev)
{
	const struct vdpa_config_ops *ops = vdev->config;
	u64 backend = ops->get_backend_features ?
		      ops->get_backend_features(vdev) : 0;
	struct vdpa_iova_range range;
	u8 status = ops->get_status(vdev);

	if (nla_put_u32(skb, VDPACTL_A_DEVICE_ID, ops->get_device_id(vdev)) ||
	    nla_put_u32(skb, VDPACTL_A_VENDOR_ID, ops->get_vendor_id(vdev)) ||
	    nla_put_u32(skb, VDPACTL_A_STATUS, status) ||
	    nla_put_uint(skb, VDPACTL_A_DEVICE_FEATURES,
			 ops->get_device_features(vdev)) ||
	    nla_put_uint(skb, VDPACTL_A_BACKEND_FEATURES, backend))
		return -EMSGSIZE;
	if (status & VIRTIO_CONFIG_S_FEATURES_OK &&
	    nla_put_uint(skb, VDPACTL_A_DRIVER_FEATURES,
			 ops->get_driver_features(vdev)))
		return -EMSGSIZE;
	if (ops->get_iova_range) {
		range = ops->get_iova_range(vdev);
		if (nla_put_uint(skb, VDPACTL_A_IOVA_FIRST, range.first) ||
		    nla_put_uint(skb, VDPACTL_A_IOVA_LAST, range.last))
			return -EMSGSIZE;
	}
	if (ops->get_generation &&
	    nla_put_u32(skb, VDPACTL_A_GENERATION, ops->get_generation(vdev)))
		return -EMSGSIZE;
	return 0;
}

static int diag_section_dev(struct sk_buff *skb, struct diag_dev *ddev,
			    struct netlink_callback *cb)
{
	struct vdpa_device *vdev = ddev->vdev;
	char driver[MODULE_NAME_LEN];
	bool driver_known;
	int suspended, ret;

	spin_lock(&ddev->lock);
	strscpy(driver, ddev->driver);
	driver_known = ddev->driver_known;
	suspended = ddev->blind & DIAG_TOUCH_SUSPEND ? -1 : ddev->suspended;
	spin_unlock(&ddev->lock);

	if ((driver_known && nla_put_string(skb, VDPACTL_A_DRIVER, driver)) ||
	    nla_put_uint(skb, VDPACTL_A_SINCE, ddev->since) ||
	    nla_put_uint(skb, VDPACTL_A_OPS_OBSERVABLE,
			 diag_ops_observable()) ||
	    (ddev->parent[0] &&
	     nla_put_string(skb, VDPACTL_A_PARENT, ddev->parent)) ||
	    (vdev->use_va && nla_put_flag(skb, VDPACTL_A_USE_VA)) ||
	    nla_put_uint(skb, VDPACTL_A_OPS, ddev->ops_mask) ||
	    nla_put_uint(skb, VDPACTL_A_OPS_OBSERVED, ddev->observed) ||
	    (suspended >= 0 &&
	     nla_put_u32(skb, VDPACTL_A_SUSPENDED, suspended)) ||
	    diag_fill_stats(skb, ddev))
		return -EMSGSIZE;

	ret = down_read_killable(&vdev->cf_lock);
	if (ret)
		return ret;
	ret = diag_fill_queries(skb, vdev);
	up_read(&vdev->cf_lock);
	return ret;
}

/* Called with ddev->lock held. */
static int diag_fill_group(struct sk_buff *skb, struct diag_dev *ddev, u32 i)
{
	struct nlattr *nest = nla_nest_start(skb, VDPACTL_A_GROUP);
	struct diag_group group = ddev->groups[i];

	if (ddev->blind & DIAG_TOUCH_GROUPS) {
		group.known = VDPACTL_KNOWN_UNKNOWN;
		group.why = VDPACTL_WHY_UNOBSERVED;
	}
	if (!nest || nla_put_u32(skb, VDPACTL_A_GROUP_INDEX, i) ||
	    nla_put_u32(skb, VDPACTL_A_GROUP_KNOWN, group.known) ||
	    (group.known == VDPACTL_KNOWN_UNKNOWN ?
	     nla_put_u32(skb, VDPACTL_A_GROUP_WHY, group.why) :
	     nla_put_u32(skb, VDPACTL_A_GROUP_BOUND_ASID, group.asid))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Called with ddev->lock held. */
static int diag_fill_as(struct sk_buff *skb, struct diag_dev *ddev, u32 i)
{
	struct nlattr *nest = nla_nest_start(skb, VDPACTL_A_AS);
	const struct diag_as *as = &ddev->as[i];
	enum vdpactl_known known = as->known;
	enum vdpactl_why why = as->why;

	if (ddev->blind & DIAG_TOUCH_MAPS) {
		known = VDPACTL_KNOWN_UNKNOWN;
		why = VDPACTL_WHY_UNOBSERVED;
	}
	if (!nest || nla_put_u32(skb, VDPACTL_A_AS_ID, i) ||
	    nla_put_u32(skb, VDPACTL_A_AS_KNOWN, known) ||
	    (known == VDPACTL_KNOWN_UNKNOWN &&
	     nla_put_u32(skb, VDPACTL_A_AS_WHY, why)) ||
	    (known == VDPACTL_KNOWN_OBSERVED &&
	     (nla_put_u32(skb, VDPACTL_A_AS_RANGES, as->nranges) ||
	      nla_put_uint(skb, VDPACTL_A_AS_BYTES, as->bytes)))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * Whether what is under way is still what it was when the dump came to it;
 * called with ddev->lock held.
 */
static void diag_dump_same(struct netlink_callback *cb, u32 generation)
{
	struct diag_cursor *cur = diag_cursor(cb);

	if (cur->generation != generation)
		diag_dump_interrupted(cb);
	cur->generation = generation;
}

/* Groups, then address spaces: of one moment, as a reset changes all at once. */
static int diag_section_bindings(struct sk_buff *skb, struct diag_dev *ddev,
				 struct netlink_callback *cb)
{
	struct diag_cursor *cur = diag_cursor(cb);
	int ret = 0;

	spin_lock(&ddev->lock);
	if (!cur->index)
		cur->generation = ddev->generation;
	diag_dump_same(cb, ddev->generation);
	while (!ret && cur->index < ddev->ngroups + ddev->nas) {
		if (cur->index < ddev->ngroups)
			ret = diag_fill_group(skb, ddev, cur->index);
		else
			ret = diag_fill_as(skb, ddev,
					   cur->index - ddev->ngroups);
		if (!ret) {
			cur->index++;
			cur->progress = true;
		}
	}
	spin_unlock(&ddev->lock);
	return ret;
}

static int diag_fill_range(struct sk_buff *skb,
			   const struct diag_range *range)
{
	struct nlattr *nest = nla_nest_start(skb, VDPACTL_A_RANGE);

	if (!nest || nla_put_uint(skb, VDPACTL_A_RANGE_IOVA, range->start) ||
	    nla_put_uint(skb, VDPACTL_A_RANGE_SIZE,
			 range->last - range->start + 1) ||
	    nla_put_u32(skb, VDPACTL_A_RANGE_PERM, range->perm)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * One address space: its nest, then its ranges from cur->iova on. The lock is
 * held for one message at most.
 */
static int diag_fill_map(struct sk_buff *skb, struct diag_dev *ddev,
			 struct netlink_callback *cb)
{
	struct diag_cursor *cur = diag_cursor(cb);
	struct diag_as *as = &ddev->as[cur->index];
	struct diag_range *range;

	if (!cur->in_map) {
		if (diag_fill_as(skb, ddev, cur->index))
			return -EMSGSIZE;
		cur->progress = true;
		cur->in_map = true;
		cur->iova = 0;
		cur->generation = as->generation;
	}
	diag_dump_same(cb, as->generation);
	if (as->known != VDPACTL_KNOWN_OBSERVED ||
	    ddev->blind & DIAG_TOUCH_MAPS)
		return 0;

	range = diag_map_first(as, cur->iova);
	while (range) {
		if (diag_fill_range(skb, range))
			return -EMSGSIZE;
		cur->progress = true;
		if (range->last == U64_MAX)
			break;
		cur->iova = range->last + 1;
		range = diag_map_next(range, cur->iova);
	}
	return 0;
}

static int diag_section_maps(struct sk_buff *skb, struct diag_dev *ddev,
			     struct netlink_callback *cb)
{
	struct diag_cursor *cur = diag_cursor(cb);
	int ret;

	for (; cur->index < ddev->nas; cur->index++) {
		if (cur->asid != U32_MAX && cur->asid != cur->index)
			continue;
		spin_lock(&ddev->lock);
		ret = diag_fill_map(skb, ddev, cb);
		spin_unlock(&ddev->lock);
		if (ret)
			return ret;
		cur->in_map = false;
	}
	return 0;
}

/*
 * A virtqueue: what was seen; else, of parents that only read memory, what
 * they answer.
 */
static int diag_fill_vq(struct sk_buff *skb, struct diag_dev *ddev, u32 i)
{
	struct nlattr *nest = nla_nest_start(skb, VDPACTL_A_VQ);
	const struct vdpa_config_ops *ops = ddev->ops;
	struct vdpa_device *vdev = ddev->vdev;
	struct vdpa_vq_state state = {};
	bool passive = ddev->quirks & DIAG_PASSIVE_VQ;
	struct diag_vq vq;

	spin_lock(&ddev->lock);
	vq = ddev->vqs[i];
	spin_unlock(&ddev->lock);
	if (ddev->blind & DIAG_TOUCH_VQ_ADDR)
		vq.valid &= ~DIAG_VQ_ADDR;
	if (ddev->blind & DIAG_TOUCH_VQ_NUM)
		vq.valid &= ~DIAG_VQ_NUM;
	if (ddev->blind & DIAG_TOUCH_VQ_READY)
		vq.valid &= ~DIAG_VQ_READY;
	if (passive) {
		vq.ready = ops->get_vq_ready(vdev, i);
		vq.valid |= DIAG_VQ_READY;
	}
	if (!(vq.valid & DIAG_VQ_NUM) && passive && compat_get_vq_size(ops)) {
		vq.num = compat_get_vq_size(ops)(vdev, i);
		vq.valid |= DIAG_VQ_NUM;
	}

	if (!nest || nla_put_u32(skb, VDPACTL_A_VQ_INDEX, i) ||
	    (ops->get_vq_group &&
	     nla_put_u32(skb, VDPACTL_A_VQ_GROUP,
			 ops->get_vq_group(vdev, i))) ||
	    (ops->get_vq_desc_group &&
	     nla_put_u32(skb, VDPACTL_A_VQ_DESC_GROUP,
			 ops->get_vq_desc_group(vdev, i))) ||
	    (vq.valid & DIAG_VQ_NUM &&
	     nla_put_u32(skb, VDPACTL_A_VQ_SIZE, vq.num)) ||
	    (vq.valid & DIAG_VQ_READY &&
	     nla_put_u32(skb, VDPACTL_A_VQ_READY, vq.ready)) ||
	    (vq.valid & DIAG_VQ_ADDR &&
	     (nla_put_uint(skb, VDPACTL_A_VQ_DESC_ADDR, vq.desc_addr) ||
	      nla_put_uint(skb, VDPACTL_A_VQ_DRIVER_ADDR, vq.driver_addr) ||
	      nla_put_uint(skb, VDPACTL_A_VQ_DEVICE_ADDR, vq.device_addr))) ||
	    (ddev->quirks & DIAG_PASSIVE_STATE && ops->get_vq_state &&
	     !ops->get_vq_state(vdev, i, &state) &&
	     nla_put_u32(skb, VDPACTL_A_VQ_AVAIL_INDEX,
			 state.split.avail_index))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int diag_section_vqs(struct sk_buff *skb, struct diag_dev *ddev,
			    struct netlink_callback *cb)
{
	struct diag_cursor *cur = diag_cursor(cb);

	for (; cur->index < ddev->nvqs; cur->index++) {
		if (diag_fill_vq(skb, ddev, cur->index))
			return -EMSGSIZE;
		cur->progress = true;
	}
	return 0;
}

static const diag_section_t diag_dev_sections[] = {
	diag_section_dev, diag_section_bindings, NULL
};

static const diag_section_t diag_vq_sections[] = {
	diag_section_vqs, NULL
};

static const diag_section_t diag_map_sections[] = {
	diag_section_maps, NULL
};

static const struct {
	u8 cmd;
	const diag_section_t *sections;
} diag_dumps[] = {
	{ VDPACTL_CMD_DEV_GET, diag_dev_sections },
	{ VDPACTL_CMD_VQ_GET, diag_vq_sections },
	{ VDPACTL_CMD_MAP_GET, diag_map_sections },
};

/* One message of a device. 0: the device is complete. */
static int diag_dump_msg(struct sk_buff *skb, struct netlink_callback *cb,
			 u8 cmd, const diag_section_t *sections,
			 struct diag_dev *ddev)
{
	struct diag_cursor *cur = diag_cursor(cb);
	void *hdr;
	int ret;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &diag_family, NLM_F_MULTI, cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(skb, VDPACTL_A_DEV_NAME, ddev->name) ||
	    nla_put_u32(skb, VDPACTL_A_NVQS, ddev->nvqs) ||
	    nla_put_u32(skb, VDPACTL_A_NGROUPS, ddev->ngroups) ||
	    nla_put_u32(skb, VDPACTL_A_NAS, ddev->nas) ||
	    nla_put_u32(skb, VDPACTL_A_PROBES,
			diag_probes_on(READ_ONCE(diag_epoch)))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}

	cur->progress = false;
	for (; sections[cur->section]; cur->section++) {
		ret = sections[cur->section](skb, ddev, cb);
		if (ret) {
			/* What does not fit an empty message never will. */
			if (ret != -EMSGSIZE || !cur->progress) {
				genlmsg_cancel(skb, hdr);
				return ret;
			}
			break;
		}
		cur->progress = true;
		cur->index = 0;
	}
	genl_dump_check_consistent(cb, hdr);
	cur->begun = true;
	genlmsg_end(skb, hdr);
	return sections[cur->section] ? -EMSGSIZE : 0;
}

static int diag_dump_dev(struct sk_buff *skb, struct netlink_callback *cb,
			 u8 cmd, const diag_section_t *sections,
			 struct diag_dev *ddev)
{
	int ret;

	ret = down_read_killable(&ddev->sem);
	if (ret)
		return ret;
	if (ddev->vdev)
		ret = diag_dump_msg(skb, cb, cmd, sections, ddev);
	else if (diag_cursor(cb)->begun)
		diag_dump_interrupted(cb);
	up_read(&ddev->sem);
	return ret;
}

static void diag_dump_goto(struct diag_cursor *cur, u32 id)
{
	cur->id = id;
	cur->section = 0;
	cur->index = 0;
	cur->begun = false;
	cur->in_map = false;
}

/* Begin with the device at or after cur->id; a new one from its start. */
static struct diag_dev *diag_dump_next(struct netlink_callback *cb)
{
	struct diag_cursor *cur = diag_cursor(cb);
	struct diag_dev *ddev;
	u32 id = cur->id;

	if (cur->only) {
		if (cur->id > cur->only->id)
			return NULL;
		id = cur->only->id;
		ddev = cur->only;
		diag_dev_get(ddev);
	} else {
		ddev = diag_dev_next(&id);
	}
	/* The one that was under way is gone. */
	if (cur->begun && (!ddev || id != cur->id))
		diag_dump_interrupted(cb);
	if (ddev && id != cur->id)
		diag_dump_goto(cur, id);
	return ddev;
}

static int diag_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	u8 cmd = genl_info_dump(cb)->genlhdr->cmd;
	struct diag_cursor *cur = diag_cursor(cb);
	const diag_section_t *sections = NULL;
	struct diag_dev *ddev;
	int ret = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(diag_dumps); i++)
		if (diag_dumps[i].cmd == cmd)
			sections = diag_dumps[i].sections;
	if (WARN_ON_ONCE(!sections))
		return -EOPNOTSUPP;

	while (!ret && (ddev = diag_dump_next(cb))) {
		ret = diag_dump_dev(skb, cb, cmd, sections, ddev);
		diag_dev_put(ddev);
		if (!ret)
			diag_dump_goto(cur, cur->id + 1);
		cond_resched();
	}
	if (ret && (ret != -EMSGSIZE || !skb->len))
		return ret;
	return skb->len;
}

static int diag_dump_start(struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct nlattr *name = info->attrs[VDPACTL_A_DEV_NAME];
	/* There is room for no more attributes than the command takes. */
	struct nlattr *asid = info->genlhdr->cmd == VDPACTL_CMD_MAP_GET ?
			      info->attrs[VDPACTL_A_ASID] : NULL;
	struct diag_cursor *cur = diag_cursor(cb);

	if (diag_is_closing(cb->extack))
		return -ENODEV;
	memset(cur, 0, sizeof(*cur));
	cb->seq = 1;
	cur->asid = asid ? nla_get_u32(asid) : U32_MAX;
	if (name) {
		cur->only = diag_dev_by_name(nla_data(name));
		if (!cur->only) {
			NL_SET_ERR_MSG_ATTR(cb->extack, name,
					    "no such vDPA device");
			return -ENODEV;
		}
		if (asid && cur->asid >= cur->only->nas) {
			NL_SET_ERR_MSG_ATTR_FMT(cb->extack, asid,
						"the device has %u address spaces",
						cur->only->nas);
			diag_dev_put(cur->only);
			return -EINVAL;
		}
	}
	diag_probes_check();
	return 0;
}

static int diag_dump_done(struct netlink_callback *cb)
{
	struct diag_cursor *cur = diag_cursor(cb);

	if (cur->only)
		diag_dev_put(cur->only);
	return 0;
}

static u32 diag_count_devs(void)
{
	struct diag_dev *ddev;
	unsigned long id;
	u32 n = 0;

	rcu_read_lock();
	xa_for_each(&diag_devs, id, ddev)
		n++;
	rcu_read_unlock();
	return n;
}

static int diag_fill_faults(struct sk_buff *skb)
{
	struct diag_ring_state state;

	if (!diag_faults_on())
		return 0;
	diag_ring_state(&diag_faults, &state);
	return nla_put_uint(skb, VDPACTL_A_FAULT_SEQ, state.seq) ?:
	       nla_put_uint(skb, VDPACTL_A_FAULT_SENT, state.sent) ?:
	       nla_put_uint(skb, VDPACTL_A_FAULT_LOST, state.lost) ?:
	       nla_put_u32(skb, VDPACTL_A_FAULT_LISTENED,
			   diag_ring_listened(&diag_faults));
}

static int diag_do_module_get(struct sk_buff *skb, struct genl_info *info)
{
	struct diag_ring_state state;
	struct sk_buff *msg;
	void *hdr;

	if (diag_is_closing(info->extack))
		return -ENODEV;
	diag_probes_check();
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &diag_family, 0, info->genlhdr->cmd);
	diag_ring_state(&diag_events, &state);
	if (!hdr ||
	    nla_put_string(msg, VDPACTL_A_VERSION, VDPACTL_VERSION) ||
	    nla_put_uint(msg, VDPACTL_A_SINCE, diag_since) ||
	    nla_put_u32(msg, VDPACTL_A_PROBES,
			diag_probes_on(READ_ONCE(diag_epoch))) ||
	    nla_put_uint(msg, VDPACTL_A_EVENT_SEQ, state.seq) ||
	    nla_put_uint(msg, VDPACTL_A_EVENT_SENT, state.sent) ||
	    nla_put_uint(msg, VDPACTL_A_EVENT_LOST, state.lost) ||
	    nla_put_u32(msg, VDPACTL_A_EVENT_LISTENED,
			diag_ring_listened(&diag_events)) ||
	    diag_fill_faults(msg) ||
	    nla_put_uint(msg, VDPACTL_A_PROBE_MISSED, diag_probes_missed()) ||
	    nla_put_u32(msg, VDPACTL_A_NDEVS, diag_count_devs())) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

#define DIAG_NAME_MAX	255

/* Each command takes its own attributes; others are refused, see diag_cmds. */
#define DIAG_POLICY_NAME \
	[VDPACTL_A_DEV_NAME] = { .type = NLA_NUL_STRING, .len = DIAG_NAME_MAX }

static const struct nla_policy diag_policy_none[] = {
	[VDPACTL_A_DEV_NAME] = { .type = NLA_REJECT },
};

static const struct nla_policy diag_policy_dev[] = {
	DIAG_POLICY_NAME,
};

static const struct nla_policy diag_policy_map[] = {
	DIAG_POLICY_NAME,
	[VDPACTL_A_ASID] = { .type = NLA_U32 },
};

static const struct nla_policy diag_policy_reset[] = {
	DIAG_POLICY_NAME,
	[VDPACTL_A_CLEAN_MAP] = { .type = NLA_FLAG },
	[VDPACTL_A_FORCE] = { .type = NLA_FLAG },
};

static const struct nla_policy diag_policy_map_reset[] = {
	DIAG_POLICY_NAME,
	[VDPACTL_A_ASID] = { .type = NLA_U32 },
	[VDPACTL_A_FORCE] = { .type = NLA_FLAG },
};

static const struct nla_policy diag_policy_bind[] = {
	DIAG_POLICY_NAME,
	[VDPACTL_A_GROUP_ID] = { .type = NLA_U32 },
	[VDPACTL_A_ASID] = { .type = NLA_U32 },
	[VDPACTL_A_FORCE] = { .type = NLA_FLAG },
};

static const struct nla_policy diag_policy_suspend[] = {
	DIAG_POLICY_NAME,
	[VDPACTL_A_FORCE] = { .type = NLA_FLAG },
};

#define DIAG_POLICY(name)						\
	.policy = diag_policy_##name,					\
	.maxattr = ARRAY_SIZE(diag_policy_##name) - 1

#define DIAG_DUMP(command, name) {					\
	.cmd = VDPACTL_CMD_##command,					\
	.flags = GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,			\
	.start = diag_dump_start,					\
	.dumpit = diag_dump,						\
	.done = diag_dump_done,						\
	DIAG_POLICY(name),						\
}

#define DIAG_DO(command, name, fn) {					\
	.cmd = VDPACTL_CMD_##command,					\
	.flags = GENL_ADMIN_PERM | GENL_CMD_CAP_DO,			\
	.doit = fn,							\
	DIAG_POLICY(name),						\
}

static const struct genl_split_ops diag_cmds[] = {
	DIAG_DO(MODULE_GET, none, diag_do_module_get),
	DIAG_DUMP(DEV_GET, dev),
	DIAG_DUMP(VQ_GET, dev),
	DIAG_DUMP(MAP_GET, map),
	DIAG_DO(RESET, reset, diag_do_reset),
	DIAG_DO(MAP_RESET, map_reset, diag_do_map_reset),
	DIAG_DO(GROUP_BIND, bind, diag_do_group_bind),
	DIAG_DO(SUSPEND, suspend, diag_do_suspend),
	DIAG_DO(RESUME, suspend, diag_do_resume),
};

static const struct genl_multicast_group diag_mcgrps[] = {
	[DIAG_MCGRP_EVENTS] = {
		.name = VDPACTL_MCGRP_EVENTS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[DIAG_MCGRP_FAULTS] = {
		.name = VDPACTL_MCGRP_FAULTS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

/* What genl_bind() makes of the result, if anything, depends on the kernel. */
static int __maybe_unused diag_bind(int mcgrp)
{
	if (mcgrp == DIAG_MCGRP_EVENTS)
		return diag_ring_joined(&diag_events);
	return IS_ENABLED(CONFIG_IOMMU_IOPF) ? diag_ring_joined(&diag_faults) :
					       0;
}

/*
 * Not netnsok: the answers are not for a network namespace. Its owner can join
 * the groups all the same, see diag_ring_joined().
 */
struct genl_family diag_family __ro_after_init = {
	.name = VDPACTL_FAMILY_NAME,
	.version = VDPACTL_FAMILY_VERSION,
	.parallel_ops = true,
#ifdef VDPACTL_HAVE_GENL_BIND
	.bind = diag_bind,
#endif
	.module = THIS_MODULE,
	.split_ops = diag_cmds,
	.n_split_ops = ARRAY_SIZE(diag_cmds),
	.mcgrps = diag_mcgrps,
	.n_mcgrps = ARRAY_SIZE(diag_mcgrps),
};
