// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network device whose wire leads back to itself: what is sent on transmit
 * queue N comes back on receive queue N, if the receive filter lets it in.
 * The order of queues is that of virtio 1.3, section 5.1.2.
 */

#include <linux/etherdevice.h>
#include <linux/highmem.h>
#include <linux/if_ether.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/virtio_byteorder.h>
#include <net/netlink.h>

#include "compat.h"
#include "sim.h"

#define VNET_PAIRS_MAX		((VSIM_VQS_MAX - 1) / 2)
#define VNET_MTU_DEFAULT	ETH_DATA_LEN
#define VNET_MTU_MAX		9216
#define VNET_HDR_LEN		sizeof(struct virtio_net_hdr_v1)
/* No driver sends more; who does is not one */
#define VNET_FRAME_MAX		(VNET_HDR_LEN + SZ_64K + VLAN_ETH_HLEN)
#define VNET_MACS_MAX		64

#define VNET_FEATURES_CTRL	(BIT_ULL(VIRTIO_NET_F_CTRL_RX) | \
				 BIT_ULL(VIRTIO_NET_F_CTRL_RX_EXTRA) | \
				 BIT_ULL(VIRTIO_NET_F_CTRL_MAC_ADDR) | \
				 BIT_ULL(VIRTIO_NET_F_MQ))
#define VNET_FEATURES		(VSIM_FEATURES_COMMON | VNET_FEATURES_CTRL | \
				 BIT_ULL(VIRTIO_NET_F_CTRL_VQ) | \
				 BIT_ULL(VIRTIO_NET_F_MAC) | \
				 BIT_ULL(VIRTIO_NET_F_MTU) | \
				 BIT_ULL(VIRTIO_NET_F_STATUS))

/* A list of addresses that the driver asked for; @any when they were too many */
struct vnet_macs {
	unsigned int n;
	bool any;
	u8 addr[VNET_MACS_MAX][ETH_ALEN];
};

/**
 * struct vnet - what a network device has of its own
 * @pairs: queue pairs it has
 * @pairs_used: those that the driver wants to receive on
 * @mode: the receive modes, by the command that sets them
 * @uni: unicast addresses to receive besides its own
 * @multi: multicast addresses to receive
 */
struct vnet {
	u16 pairs;
	u16 pairs_used;
	bool mode[VIRTIO_NET_CTRL_RX_NOBCAST + 1];
	struct vnet_macs uni;
	struct vnet_macs multi;
};

/* ---- settings -------------------------------------------------------------- */

static u16 vnet_config_pairs(const struct vdpa_dev_set_config *config)
{
	return config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MAX_VQP) ?
	       config->net.max_vq_pairs : 1;
}

static int vnet_check(struct device *parent,
		      const struct vdpa_dev_set_config *config)
{
	u64 features = config->device_features;

	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MACADDR) &&
	    !is_valid_ether_addr(config->net.mac)) {
		dev_err(parent, "%pM is not the address of a network device\n",
			config->net.mac);
		return -EADDRNOTAVAIL;
	}
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MTU) &&
	    (config->net.mtu < ETH_MIN_MTU || config->net.mtu > VNET_MTU_MAX)) {
		dev_err(parent, "MTU %u is not in the range of %u to %u\n",
			config->net.mtu, ETH_MIN_MTU, VNET_MTU_MAX);
		return -ERANGE;
	}
	if (vnet_config_pairs(config) > VNET_PAIRS_MAX) {
		dev_err(parent, "%u queue pairs are more than %u\n",
			config->net.max_vq_pairs, VNET_PAIRS_MAX);
		return -ERANGE;
	}
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_FEATURES) &&
	    features & VNET_FEATURES_CTRL &&
	    !(features & BIT_ULL(VIRTIO_NET_F_CTRL_VQ))) {
		dev_err(parent, "device features 0x%llx need a control queue\n",
			features & VNET_FEATURES_CTRL);
		return -EINVAL;
	}
	return 0;
}

static u32 vnet_nvqs(const struct vdpa_dev_set_config *config)
{
	bool ctrl = !(config->mask & BIT_ULL(VDPA_ATTR_DEV_FEATURES)) ||
		    config->device_features & BIT_ULL(VIRTIO_NET_F_CTRL_VQ);

	return 2 * vnet_config_pairs(config) + ctrl;
}

static int vnet_create(struct vsim_dev *vs,
		       const struct vdpa_dev_set_config *config)
{
	struct virtio_net_config *space = &vs->config.net;
	u16 mtu = VNET_MTU_DEFAULT;
	struct vnet *net;

	net = kzalloc_obj(*net);
	if (!net)
		return -ENOMEM;
	vs->priv = net;
	net->pairs = vnet_config_pairs(config);
	if (!(config->mask & BIT_ULL(VDPA_ATTR_DEV_FEATURES))) {
		/* One pair: nobody needs to learn to count */
		if (net->pairs == 1)
			vs->device_features &= ~BIT_ULL(VIRTIO_NET_F_MQ);
		/*
		 * QEMU's shadow virtqueues, and with them a control queue that
		 * it keeps in an address space of its own, take no device that
		 * offers this. Frames have little use for it.
		 */
		vs->device_features &= ~BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC);
	}

	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MACADDR))
		ether_addr_copy(space->mac, config->net.mac);
	else
		eth_random_addr(space->mac);
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MTU))
		mtu = config->net.mtu;
	space->mtu = __cpu_to_virtio16(true, mtu);
	space->max_virtqueue_pairs = __cpu_to_virtio16(true, net->pairs);
	space->status = __cpu_to_virtio16(true, VIRTIO_NET_S_LINK_UP);
	return 0;
}

static void vnet_destroy(struct vsim_dev *vs)
{
	kfree(vs->priv);
}

static int vnet_set_attr(struct vsim_dev *vs,
			 const struct vdpa_dev_set_config *config)
{
	if (config->mask != BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MACADDR))
		return -EOPNOTSUPP;
	if (!is_valid_ether_addr(config->net.mac))
		return -EADDRNOTAVAIL;
	mutex_lock(&vs->lock);
	ether_addr_copy(vs->config.net.mac, config->net.mac);
	vsim_config_changed(vs);
	mutex_unlock(&vs->lock);
	return 0;
}

/* The control queue comes behind the pairs that the driver knows of */
static bool vnet_is_ctrl(const struct vsim_dev *vs, u16 idx)
{
	const struct vnet *net = vs->priv;
	u64 features = vs->driver_features ?: vs->device_features;
	u16 pairs = features & BIT_ULL(VIRTIO_NET_F_MQ) ? net->pairs : 1;

	return features & BIT_ULL(VIRTIO_NET_F_CTRL_VQ) && idx == 2 * pairs;
}

static void vnet_reset(struct vsim_dev *vs)
{
	struct vnet *net = vs->priv;

	net->pairs_used = 1;
	memset(net->mode, 0, sizeof(net->mode));
	net->uni.n = 0;
	net->uni.any = false;
	net->multi.n = 0;
	net->multi.any = false;
}

/* ---- link ---------------------------------------------------------------- */

static bool vnet_link(const struct vsim_dev *vs)
{
	return vs->config.net.status ==
	       __cpu_to_virtio16(true, VIRTIO_NET_S_LINK_UP);
}

static ssize_t link_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%d\n", vnet_link(to_vsim(dev_to_vdpa(dev))));
}

static ssize_t link_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct vsim_dev *vs = to_vsim(dev_to_vdpa(dev));
	bool up;
	int ret;

	ret = kstrtobool(buf, &up);
	if (ret)
		return ret;
	mutex_lock(&vs->lock);
	if (up != vnet_link(vs)) {
		vs->config.net.status =
			__cpu_to_virtio16(true, up ? VIRTIO_NET_S_LINK_UP : 0);
		vsim_config_changed(vs);
	}
	mutex_unlock(&vs->lock);
	return count;
}
static DEVICE_ATTR_RW(link);

static struct attribute *vnet_attrs[] = {
	&dev_attr_link.attr,
	NULL,
};

static const struct attribute_group vnet_group = {
	.name = "vdpactl_sim",
	.attrs = vnet_attrs,
};

static const struct attribute_group *vnet_groups[] = {
	&vnet_group,
	NULL,
};

/* ---- control queue ----------------------------------------------------------- */

static bool vnet_macs_have(const struct vnet_macs *macs, const u8 *addr)
{
	unsigned int i;

	for (i = 0; i < macs->n; i++)
		if (ether_addr_equal_unaligned(macs->addr[i], addr))
			return true;
	return macs->any;
}

static int vnet_macs_read(struct vsim_dev *vs, struct vsim_vq *vq,
			  struct vsim_iter *it, struct vnet_macs *macs)
{
	u32 n;
	__le32 le;

	if (vsim_iter_read(vs, vq, it, &le, sizeof(le)))
		return -EINVAL;
	n = le32_to_cpu(le);
	macs->any = n > VNET_MACS_MAX;
	macs->n = macs->any ? 0 : n;
	if (macs->any) {
		vsim_iter_skip(it, (u64)n * ETH_ALEN);
		return 0;
	}
	return vsim_iter_read(vs, vq, it, macs->addr, n * ETH_ALEN);
}

static int vnet_ctrl_mac(struct vsim_dev *vs, struct vsim_vq *vq,
			 struct vsim_iter *it, u8 cmd)
{
	struct vnet *net = vs->priv;
	u8 mac[ETH_ALEN];

	switch (cmd) {
	case VIRTIO_NET_CTRL_MAC_ADDR_SET:
		if (!vsim_has_feature(vs, VIRTIO_NET_F_CTRL_MAC_ADDR) ||
		    vsim_iter_read(vs, vq, it, mac, sizeof(mac)) ||
		    !is_valid_ether_addr(mac))
			return -EINVAL;
		ether_addr_copy(vs->config.net.mac, mac);
		return 0;
	case VIRTIO_NET_CTRL_MAC_TABLE_SET:
		if (!vsim_has_feature(vs, VIRTIO_NET_F_CTRL_RX))
			return -EINVAL;
		return vnet_macs_read(vs, vq, it, &net->uni) ?:
		       vnet_macs_read(vs, vq, it, &net->multi);
	default:
		return -EOPNOTSUPP;
	}
}

static int vnet_ctrl_rx(struct vsim_dev *vs, struct vsim_vq *vq,
			struct vsim_iter *it, u8 cmd)
{
	unsigned int need = cmd > VIRTIO_NET_CTRL_RX_ALLMULTI ?
			    VIRTIO_NET_F_CTRL_RX_EXTRA : VIRTIO_NET_F_CTRL_RX;
	struct vnet *net = vs->priv;
	u8 on;

	if (cmd >= ARRAY_SIZE(net->mode) || !vsim_has_feature(vs, need))
		return -EOPNOTSUPP;
	if (vsim_iter_read(vs, vq, it, &on, sizeof(on)))
		return -EINVAL;
	net->mode[cmd] = on;
	return 0;
}

static int vnet_ctrl_mq(struct vsim_dev *vs, struct vsim_vq *vq,
			struct vsim_iter *it, u8 cmd)
{
	struct vnet *net = vs->priv;
	__le16 pairs;

	if (cmd != VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET ||
	    !vsim_has_feature(vs, VIRTIO_NET_F_MQ))
		return -EOPNOTSUPP;
	if (vsim_iter_read(vs, vq, it, &pairs, sizeof(pairs)) ||
	    !pairs || le16_to_cpu(pairs) > net->pairs)
		return -EINVAL;
	net->pairs_used = le16_to_cpu(pairs);
	return 0;
}

static int (*const vnet_ctrl[])(struct vsim_dev *vs, struct vsim_vq *vq,
				struct vsim_iter *it, u8 cmd) = {
	[VIRTIO_NET_CTRL_RX] = vnet_ctrl_rx,
	[VIRTIO_NET_CTRL_MAC] = vnet_ctrl_mac,
	[VIRTIO_NET_CTRL_MQ] = vnet_ctrl_mq,
};

static bool vnet_run_ctrl(struct vsim_dev *vs, struct vsim_vq *vq)
{
	struct vsim_chain *chain = &vs->chain[0];
	struct virtio_net_ctrl_hdr hdr;
	unsigned int budget;
	int ret;

	for (budget = VSIM_RUN_REQUESTS; budget; budget--) {
		struct vsim_iter out, in;
		u8 ack = VIRTIO_NET_ERR;

		if (vsim_vq_pop(vs, vq, chain) <= 0)
			break;
		out = vsim_iter_out(chain);
		in = vsim_iter_in(chain);
		if (chain->out_len < sizeof(hdr) || chain->in_len < sizeof(ack)) {
			vsim_vq_break(vs, vq, "a control command without room for its parts");
			return false;
		}
		if (vsim_iter_read(vs, vq, &out, &hdr, sizeof(hdr)))
			return false;
		ret = -EOPNOTSUPP;
		if (hdr.class < ARRAY_SIZE(vnet_ctrl) && vnet_ctrl[hdr.class])
			ret = vnet_ctrl[hdr.class](vs, vq, &out, hdr.cmd);
		if (vq->broken)
			return false;
		if (ret)
			vq->stats[VSIM_STAT_ERRORS]++;
		else
			ack = VIRTIO_NET_OK;
		vq->stats[VSIM_STAT_REQUESTS]++;
		if (vsim_iter_write(vs, vq, &in, &ack, sizeof(ack)) ||
		    vsim_vq_push(vs, vq, chain->head, sizeof(ack)))
			return false;
	}
	vsim_vq_notify(vs, vq);
	return !budget || vsim_vq_more(vs, vq);
}

/* ---- frames -------------------------------------------------------------------- */

/* The receive filter: virtio 1.3, section 5.1.6.5.1 */
static bool vnet_accepts(const struct vsim_dev *vs, const u8 *dst)
{
	const struct vnet *net = vs->priv;
	const bool *mode = net->mode;

	if (mode[VIRTIO_NET_CTRL_RX_PROMISC])
		return true;
	if (is_broadcast_ether_addr(dst))
		return !mode[VIRTIO_NET_CTRL_RX_NOBCAST];
	if (is_multicast_ether_addr(dst))
		return !mode[VIRTIO_NET_CTRL_RX_NOMULTI] &&
		       (!vsim_has_feature(vs, VIRTIO_NET_F_CTRL_RX) ||
			mode[VIRTIO_NET_CTRL_RX_ALLMULTI] ||
			vnet_macs_have(&net->multi, dst));
	return !mode[VIRTIO_NET_CTRL_RX_NOUNI] &&
	       (mode[VIRTIO_NET_CTRL_RX_ALLUNI] ||
		ether_addr_equal_unaligned(vs->config.net.mac, dst) ||
		vnet_macs_have(&net->uni, dst));
}

/* Copies a frame from @out to the receive queue; an error broke the one or the other */
static int vnet_deliver(struct vsim_dev *vs, struct vsim_vq *tx,
			struct vsim_iter *out, struct vsim_vq *rx, u32 len)
{
	const struct virtio_net_hdr_v1 hdr = {
		.num_buffers = __cpu_to_virtio16(true, 1),
	};
	struct vsim_chain *chain = &vs->chain[1];
	struct vsim_iter in;
	u32 left = len;
	int ret;

	if (!vsim_vq_usable(rx)) {
		rx->stats[VSIM_STAT_DROPS]++;
		return 0;
	}
	ret = vsim_vq_pop(vs, rx, chain);
	if (ret <= 0) {
		rx->stats[VSIM_STAT_OVERRUNS] += !ret;
		return ret;
	}
	in = vsim_iter_in(chain);
	/* Too small a buffer is given back empty, as a frame that was bad */
	if (chain->in_len < sizeof(hdr) + len) {
		rx->stats[VSIM_STAT_ERRORS]++;
		return vsim_vq_push(vs, rx, chain->head, 0);
	}

	ret = vsim_iter_write(vs, rx, &in, &hdr, sizeof(hdr));
	while (!ret && left) {
		size_t n;
		void *p;

		p = vsim_iter_map(vs, tx, out, left, &n);
		if (!p)
			return -EFAULT;
		ret = vsim_iter_write(vs, rx, &in, p, n);
		kunmap_local(p);
		left -= n;
	}
	if (ret)
		return ret;
	rx->stats[VSIM_STAT_REQUESTS]++;
	rx->stats[VSIM_STAT_BYTES] += len;
	return vsim_vq_push(vs, rx, chain->head, sizeof(hdr) + len);
}

/* Takes one frame; an error broke the queue it came from */
static int vnet_send(struct vsim_dev *vs, struct vsim_vq *tx,
		     struct vsim_chain *chain)
{
	const struct vnet *net = vs->priv;
	struct vsim_vq *rx = &vs->vqs[tx->index / 2 % net->pairs_used * 2];
	struct vsim_iter out = vsim_iter_out(chain), peek;
	u16 mtu = __virtio16_to_cpu(true, vs->config.net.mtu);
	u8 dst[ETH_ALEN];
	u32 len;

	if (chain->out_len < VNET_HDR_LEN || chain->out_len > VNET_FRAME_MAX ||
	    chain->nin) {
		vsim_vq_break(vs, tx, "a buffer that cannot be a frame to send");
		return -EINVAL;
	}
	len = chain->out_len - VNET_HDR_LEN;
	/* No offload is offered, so the header says nothing */
	vsim_iter_skip(&out, VNET_HDR_LEN);
	if (len < ETH_HLEN || len > mtu + VLAN_ETH_HLEN) {
		tx->stats[VSIM_STAT_ERRORS]++;
		return 0;
	}
	peek = out;
	if (vsim_iter_read(vs, tx, &peek, dst, sizeof(dst)))
		return -EFAULT;
	tx->stats[VSIM_STAT_REQUESTS]++;
	tx->stats[VSIM_STAT_BYTES] += len;
	if (!vnet_link(vs) || !vnet_accepts(vs, dst)) {
		rx->stats[VSIM_STAT_DROPS]++;
		return 0;
	}
	vnet_deliver(vs, tx, &out, rx, len);
	return tx->broken ? -EFAULT : 0;
}

static bool vnet_run_tx(struct vsim_dev *vs, struct vsim_vq *tx)
{
	struct vnet *net = vs->priv;
	struct vsim_chain *chain = &vs->chain[0];
	unsigned int budget, i;

	for (budget = VSIM_RUN_REQUESTS; budget; budget--) {
		if (vsim_vq_pop(vs, tx, chain) <= 0)
			break;
		if (vnet_send(vs, tx, chain) ||
		    vsim_vq_push(vs, tx, chain->head, 0))
			break;
	}
	vsim_vq_notify(vs, tx);
	i = tx->index / 2 % net->pairs_used * 2;
	vsim_vq_notify(vs, &vs->vqs[i]);
	return !tx->broken && (!budget || vsim_vq_more(vs, tx));
}

static bool vnet_run(struct vsim_dev *vs, struct vsim_vq *vq)
{
	if (vnet_is_ctrl(vs, vq->index))
		return vnet_run_ctrl(vs, vq);
	/* Receive buffers are taken when a frame comes */
	return vq->index % 2 ? vnet_run_tx(vs, vq) : false;
}

/* ---- statistics ------------------------------------------------------------------ */

static const char *const vnet_stat_names[][VSIM_STATS] = {
	{ "rx packets", "rx bytes", "rx errors", "rx drops", "rx overruns" },
	{ "tx packets", "tx bytes", "tx errors" },
	{ "cvq requests", NULL, "cvq errors" },
};

static int vnet_fill_stats(struct vsim_dev *vs, struct vsim_vq *vq,
			   struct sk_buff *msg)
{
	unsigned int kind = vnet_is_ctrl(vs, vq->index) ? 2 : vq->index % 2;
	unsigned int i;

	for (i = 0; i < VSIM_STATS; i++) {
		const char *name = vnet_stat_names[kind][i];

		if (!name)
			continue;
		if (nla_put_string(msg, VDPA_ATTR_DEV_VENDOR_ATTR_NAME, name) ||
		    nla_put_u64_64bit(msg, VDPA_ATTR_DEV_VENDOR_ATTR_VALUE,
				      vq->stats[i], VDPA_ATTR_PAD))
			return -EMSGSIZE;
	}
	return 0;
}

const struct vsim_class vsim_net_class = {
	.device_id = VIRTIO_ID_NET,
	.features = VNET_FEATURES,
	.attrs = BIT_ULL(VDPA_ATTR_DEV_FEATURES) |
		 BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MACADDR) |
		 BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MTU) |
		 BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MAX_VQP),
	.nvqs_max = VSIM_VQS_MAX,
	.config_size = sizeof(struct virtio_net_config),
	.check = vnet_check,
	.nvqs = vnet_nvqs,
	.create = vnet_create,
	.destroy = vnet_destroy,
	.is_ctrl = vnet_is_ctrl,
	.reset = vnet_reset,
	.run = vnet_run,
	.fill_stats = vnet_fill_stats,
	.set_attr = vnet_set_attr,
	.groups = vnet_groups,
};
