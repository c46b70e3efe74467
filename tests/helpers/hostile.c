// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: hostile blk|net CHARDEV
 *
 * Gives a device of vdpactl_sim one malformed ring after the other. Each must
 * stop its queue with DEVICE_NEEDS_RESET (or be refused, or be answered with an
 * error, as the table says), and leave another queue of the device at work.
 * Prints TAP.
 */
#include "ring.h"

#define NUM 256
#define MEM_PAGES 16
/* Where the device sees the memory: pages of it with holes around them */
#define IOVA 0x100000UL
#define HOLE (IOVA - PAGE)
#define READ_ONLY 0x300000UL
#define WRITE_ONLY 0x400000UL
#define HIGH 0xfffffffffff00000UL
/* Two pages that are neighbours for the device and strangers in memory */
#define SPLIT 0x500000UL

/* Pages of the memory */
enum { RING_A = 0, RING_B = 3, HDR = 6, STATUS, DATA, TABLE, EXTRA, EXTRA2, B_DATA };

static struct dev dev;
static struct ring a, b;
static char *mem;
static uint64_t features;
static unsigned int tests, failed;

static void *at(unsigned int page)
{
	return mem + page * PAGE;
}

static uint64_t iova(unsigned int page)
{
	return IOVA + page * PAGE;
}

enum outcome {
	BREAKS, /* DEVICE_NEEDS_RESET, nothing used */
	WORKS, /* done, and the status byte says so */
	FAILS, /* done, and the status byte says that it failed */
	USED, /* given back */
};

struct hostile {
	const char *name;
	void (*make)(void);
	enum outcome outcome;
	uint64_t without; /* features to leave out */
};

/* ---- block ----------------------------------------------------------------- */

static struct virtio_blk_outhdr *hdr(void)
{
	return at(HDR);
}

/* A good request to read one sector, made available; cases spoil it */
static void good(void)
{
	*hdr() = (struct virtio_blk_outhdr){ .type = VIRTIO_BLK_T_IN };
	ring_blk(&a, 0, iova(HDR), iova(DATA), 512, VRING_DESC_F_WRITE, iova(STATUS));
	ring_push(&a, 0);
}

static void head_num(void) { good(); a.avail->ring[0] = NUM; }
static void head_max(void) { good(); a.avail->ring[0] = 0xffff; }
static void avail_jump(void) { good(); a.avail->idx = NUM + 1; }
static void avail_back(void) { good(); a.avail->idx = 0x8000; }
static void loop_self(void) { good(); a.desc[0].next = 0; }
static void loop_two(void) { good(); a.desc[1].next = 0; }

static void loop_all(void)
{
	good();
	for (unsigned int i = 0; i < NUM; i++)
		ring_desc(&a, i, iova(HDR), 16, VRING_DESC_F_NEXT, (i + 1) % NUM);
}

static void next_num(void) { good(); a.desc[1].next = NUM; }
static void next_max(void) { good(); a.desc[1].next = 0xffff; }
static void out_after_in(void) { good(); a.desc[2].flags = 0; }
static void len_zero(void) { good(); a.desc[1].len = 0; }
static void addr_wraps(void) { good(); a.desc[1].addr = ~0ULL; }
static void hdr_unmapped(void) { good(); a.desc[0].addr = HOLE; }
static void data_unmapped(void) { good(); a.desc[1].addr = HOLE; }
static void status_unmapped(void) { good(); a.desc[2].addr = HOLE; }
static void status_high(void) { good(); a.desc[2].addr = ~0ULL; }
static void hdr_leaves(void) { good(); a.desc[0].addr = IOVA + MEM_PAGES * PAGE - 8; }
static void data_leaves(void) { good(); a.desc[1].addr = IOVA + MEM_PAGES * PAGE - 256; }
static void status_read_only(void) { good(); a.desc[2].addr = READ_ONLY; }
static void data_read_only(void) { good(); a.desc[1].addr = READ_ONLY; }
static void hdr_write_only(void) { good(); a.desc[0].addr = WRITE_ONLY; }

static void len_out_huge(void)
{
	good();
	a.desc[1].flags = VRING_DESC_F_NEXT;
	a.desc[1].len = 0xffffffff;
}

static void len_in_huge(void)
{
	good();
	a.desc[1].len = 0xffffffff;
}

static void sum_huge(void)
{
	good();
	a.desc[1].len = 0x80000000;
	a.desc[2] = a.desc[1];
	a.desc[2].next = 3;
	ring_desc(&a, 3, iova(STATUS), 1, VRING_DESC_F_WRITE, 0);
}

static void no_status(void)
{
	good();
	a.desc[0].flags = 0;
}

static void hdr_short(void) { good(); a.desc[0].len = 15; }

/* The request through an indirect table at addr, len bytes of it */
static void indirect_at(uint64_t addr, uint32_t len)
{
	good();
	memcpy(at(TABLE), a.desc, 3 * sizeof(*a.desc));
	ring_desc(&a, 0, addr, len, VRING_DESC_F_INDIRECT, 0);
}

static struct vring_desc *table(void)
{
	return at(TABLE);
}

static void indirect(void) { indirect_at(iova(TABLE), 48); }

static void indirect_twice(void)
{
	indirect();
	memcpy(at(EXTRA), at(TABLE), 48);
	table()[0] = (struct vring_desc){ iova(EXTRA), 48, VRING_DESC_F_INDIRECT, 0 };
}

static void indirect_self(void)
{
	indirect();
	table()[0] = (struct vring_desc){ iova(TABLE), 48, VRING_DESC_F_INDIRECT, 0 };
}

static void indirect_next(void) { indirect(); a.desc[0].flags |= VRING_DESC_F_NEXT; }
static void indirect_empty(void) { indirect_at(iova(TABLE), 0); }
static void indirect_odd(void) { indirect_at(iova(TABLE), 47); }
static void indirect_long(void) { indirect_at(iova(TABLE), 0xfffffff0); }
static void indirect_unmapped(void) { indirect_at(HOLE, 48); }
static void indirect_wraps(void) { indirect_at(~0xfULL, 48); }
static void indirect_write_only(void) { indirect_at(WRITE_ONLY, 48); }
static void indirect_loop(void) { indirect(); table()[1].next = 0; }
static void indirect_range(void) { indirect(); table()[1].next = 3; }

static void indirect_leaves(void)
{
	uint64_t off = MEM_PAGES * PAGE - 24;

	indirect_at(IOVA + off, 48);
	memcpy(mem + off, a.desc + 1, 24);
	memcpy(mem + off, at(TABLE), 24);
}

/* More buffers than the longest queue has, each of one byte */
static void indirect_many(void)
{
	struct vring_desc *t = at(EXTRA);

	good();
	for (unsigned int i = 0; i < 2 * PAGE / sizeof(*t); i++)
		t[i] = (struct vring_desc){ iova(DATA), 1, VRING_DESC_F_NEXT, i + 1 };
	ring_desc(&a, 0, iova(EXTRA), 2 * PAGE, VRING_DESC_F_INDIRECT, 0);
}

static void rings(uint64_t desc, uint64_t avail, uint64_t used)
{
	int ret = ring_addr(&a, desc, avail, used);

	if (ret)
		errx(1, "VHOST_SET_VRING_ADDR: %s", strerror(-ret));
	good();
}

static void desc_unmapped(void) { rings(HOLE, iova(1), iova(2)); }
static void desc_high(void) { rings(HIGH, iova(1), iova(2)); }
static void desc_write_only(void) { rings(WRITE_ONLY, iova(1), iova(2)); }
static void avail_unmapped(void) { rings(iova(0), HOLE, iova(2)); }
static void used_unmapped(void) { rings(iova(0), iova(1), HOLE); }
static void used_read_only(void) { rings(iova(0), iova(1), READ_ONLY); }

/* The table begins 32 bytes before the end of what is mapped: two descriptors */
static void desc_leaves(void)
{
	uint64_t off = MEM_PAGES * PAGE - 32;

	rings(IOVA + off, iova(1), iova(2));
	memcpy(mem + off, a.desc, 32);
}

/* Index inside, entries outside */
static void avail_leaves(void)
{
	uint64_t off = MEM_PAGES * PAGE - 4;

	rings(iova(0), IOVA + off, iova(2));
	memset(mem + off, 0, 4);
	((struct vring_avail *)(mem + off))->idx = 1;
}

static void used_leaves(void)
{
	rings(iova(0), iova(1), IOVA + MEM_PAGES * PAGE - 4);
}

/* ---- odd, but allowed ------------------------------------------------------ */

static void split_table(void)
{
	/* Two and a half descriptors in the one page, the rest in the other */
	char *first = at(EXTRA2), *second = at(EXTRA);
	char t[48];

	good();
	memcpy(t, a.desc, 48);
	memcpy(first + PAGE - 40, t, 40);
	memcpy(second, t + 40, 8);
	ring_desc(&a, 0, SPLIT + PAGE - 40, 48, VRING_DESC_F_INDIRECT, 0);
}

static void split_ring(void)
{
	char *first = at(EXTRA2), *second = at(EXTRA);

	rings(SPLIT + PAGE - 32, iova(1), iova(2));
	memcpy(first + PAGE - 32, a.desc, 32);
	memcpy(second, a.desc + 2, 16);
}

static void split_header(void)
{
	char *first = at(EXTRA2), *second = at(EXTRA);

	good();
	memcpy(first + PAGE - 7, hdr(), 7);
	memcpy(second, (char *)hdr() + 7, 9);
	a.desc[0].addr = SPLIT + PAGE - 7;
}

static void indirect_write_flag(void) { indirect(); a.desc[0].flags |= VRING_DESC_F_WRITE; }
static void avail_flags(void) { good(); a.avail->flags = 0xfffe; }
static void sector_far(void) { good(); hdr()->sector = 1ULL << 40; }
static void sector_wraps(void) { good(); hdr()->sector = ~0ULL; }
static void type_unknown(void) { good(); hdr()->type = 0xdeadbeef; }
static void len_odd(void) { good(); a.desc[1].len = 511; }

static void range(uint32_t type, uint64_t sector, uint32_t sectors, uint32_t flags)
{
	struct virtio_blk_discard_write_zeroes *r = at(DATA);

	good();
	hdr()->type = type;
	*r = (struct virtio_blk_discard_write_zeroes){ sector, sectors, flags };
	a.desc[1].flags = VRING_DESC_F_NEXT;
	a.desc[1].len = sizeof(*r);
}

static void discard_far(void) { range(VIRTIO_BLK_T_DISCARD, ~0ULL, 8, 0); }
static void discard_long(void) { range(VIRTIO_BLK_T_DISCARD, 8, ~0U, 0); }
static void discard_flags(void) { range(VIRTIO_BLK_T_DISCARD, 0, 8, 1); }
static void zeroes_long(void) { range(VIRTIO_BLK_T_WRITE_ZEROES, 1, ~0U, 0); }
static void zeroes_short(void) { range(VIRTIO_BLK_T_WRITE_ZEROES, 0, 8, 0); a.desc[1].len = 15; }

static const struct hostile blk_cases[] = {
	{ "head index beyond the queue", head_num, BREAKS, 0 },
	{ "head index of 65535", head_max, BREAKS, 0 },
	{ "available index a queue ahead", avail_jump, BREAKS, 0 },
	{ "available index behind", avail_back, BREAKS, 0 },
	{ "descriptor that follows itself", loop_self, BREAKS, 0 },
	{ "loop of two descriptors", loop_two, BREAKS, 0 },
	{ "loop of all descriptors", loop_all, BREAKS, 0 },
	{ "next index beyond the queue", next_num, BREAKS, 0 },
	{ "next index of 65535", next_max, BREAKS, 0 },
	{ "readable buffer behind a writable one", out_after_in, BREAKS, 0 },
	{ "buffer of no length", len_zero, BREAKS, 0 },
	{ "buffer that wraps around", addr_wraps, BREAKS, 0 },
	{ "header not mapped", hdr_unmapped, BREAKS, 0 },
	{ "data not mapped", data_unmapped, BREAKS, 0 },
	{ "status not mapped", status_unmapped, BREAKS, 0 },
	{ "status at the last address", status_high, BREAKS, 0 },
	{ "header across the end of the map", hdr_leaves, BREAKS, 0 },
	{ "data across the end of the map", data_leaves, BREAKS, 0 },
	{ "status in a read-only map", status_read_only, BREAKS, 0 },
	{ "data in a read-only map", data_read_only, BREAKS, 0 },
	{ "header in a write-only map", hdr_write_only, BREAKS, 0 },
	{ "readable buffer of 4 GiB", len_out_huge, BREAKS, 0 },
	{ "writable buffer of 4 GiB", len_in_huge, BREAKS, 0 },
	{ "buffers of 4 GiB together", sum_huge, BREAKS, 0 },
	{ "request without a status", no_status, BREAKS, 0 },
	{ "header too short", hdr_short, BREAKS, 0 },
	{ "indirect table that was not negotiated", indirect, BREAKS,
	  1ULL << VIRTIO_RING_F_INDIRECT_DESC },
	{ "indirect table in an indirect table", indirect_twice, BREAKS, 0 },
	{ "indirect table in itself", indirect_self, BREAKS, 0 },
	{ "indirect descriptor with a next one", indirect_next, BREAKS, 0 },
	{ "indirect table of no length", indirect_empty, BREAKS, 0 },
	{ "indirect table of 47 bytes", indirect_odd, BREAKS, 0 },
	{ "indirect table of 4 GiB", indirect_long, BREAKS, 0 },
	{ "indirect table not mapped", indirect_unmapped, BREAKS, 0 },
	{ "indirect table that wraps around", indirect_wraps, BREAKS, 0 },
	{ "indirect table in a write-only map", indirect_write_only, BREAKS, 0 },
	{ "indirect table with a loop", indirect_loop, BREAKS, 0 },
	{ "indirect table with a next index beyond it", indirect_range, BREAKS, 0 },
	{ "indirect table across the end of the map", indirect_leaves, BREAKS, 0 },
	{ "indirect table of more buffers than fit", indirect_many, BREAKS, 0 },
	{ "descriptor table not mapped", desc_unmapped, BREAKS, 0 },
	{ "descriptor table at the end of the addresses", desc_high, BREAKS, 0 },
	{ "descriptor table in a write-only map", desc_write_only, BREAKS, 0 },
	{ "descriptor table across the end of the map", desc_leaves, BREAKS, 0 },
	{ "driver area not mapped", avail_unmapped, BREAKS, 0 },
	{ "driver area across the end of the map", avail_leaves, BREAKS, 0 },
	{ "device area not mapped", used_unmapped, BREAKS, 0 },
	{ "device area in a read-only map", used_read_only, BREAKS, 0 },
	{ "device area across the end of the map", used_leaves, BREAKS, 0 },
	{ "indirect table across two maps", split_table, WORKS, 0 },
	{ "descriptor table across two maps", split_ring, WORKS, 0 },
	{ "header across two maps", split_header, WORKS, 0 },
	{ "indirect descriptor marked as writable", indirect_write_flag, WORKS, 0 },
	{ "unknown flags of the driver", avail_flags, WORKS, 0 },
	{ "sector beyond the disk", sector_far, FAILS, 0 },
	{ "last sector there is", sector_wraps, FAILS, 0 },
	{ "request type that does not exist", type_unknown, FAILS, 0 },
	{ "read of 511 bytes", len_odd, FAILS, 0 },
	{ "discard beyond the disk", discard_far, FAILS, 0 },
	{ "discard of more than the disk", discard_long, FAILS, 0 },
	{ "discard with flags", discard_flags, FAILS, 0 },
	{ "write zeroes to more than the disk", zeroes_long, FAILS, 0 },
	{ "write zeroes with half a range", zeroes_short, FAILS, 0 },
};

static bool blk_other_works(void)
{
	struct virtio_blk_outhdr *h = at(B_DATA);
	uint8_t *status = (uint8_t *)at(B_DATA) + 1024;
	uint16_t before = b.used->idx;

	*h = (struct virtio_blk_outhdr){ .type = VIRTIO_BLK_T_IN };
	*status = 0xff;
	ring_blk(&b, 0, iova(B_DATA), iova(B_DATA) + 512, 512, VRING_DESC_F_WRITE,
		 iova(B_DATA) + 1024);
	ring_push(&b, 0);
	ring_kick(&b);
	for (unsigned int i = 0; i < PATIENCE_MS && b.used->idx == before; i++)
		usleep(1000);
	return b.used->idx != before && *status == VIRTIO_BLK_S_OK;
}

/* ---- network ---------------------------------------------------------------- */

#define FRAME (sizeof(struct virtio_net_hdr_v1) + 60)

/* A broadcast on transmit queue 1 (a), for a buffer on receive queue 0 (b) */
static void frame(void)
{
	memset(at(HDR), 0, PAGE);
	memset((char *)at(HDR) + sizeof(struct virtio_net_hdr_v1), 0xff, 6);
	ring_desc(&a, 0, iova(HDR), FRAME, 0, 0);
	ring_push(&a, 0);
}

static void tx_writable(void) { frame(); a.desc[0].flags = VRING_DESC_F_WRITE; }
static void tx_short(void) { frame(); a.desc[0].len = 11; }
static void tx_long(void) { frame(); a.desc[0].len = 0x100000; }
static void tx_huge(void) { frame(); a.desc[0].len = 0xffffffff; }
static void tx_unmapped(void) { frame(); a.desc[0].addr = HOLE; }
static void tx_leaves(void) { frame(); a.desc[0].addr = IOVA + MEM_PAGES * PAGE - 15; }
static void tx_loop(void) { frame(); a.desc[0].flags = VRING_DESC_F_NEXT; }
static void tx_no_frame(void) { frame(); a.desc[0].len = 12; }
static void tx_runt(void) { frame(); a.desc[0].len = 12 + 13; }
static void tx_giant(void) { frame(); a.desc[0].len = 12 + 9000; }

static const struct hostile net_cases[] = {
	{ "frame in a writable buffer", tx_writable, BREAKS, 0 },
	{ "frame without a whole header", tx_short, BREAKS, 0 },
	{ "frame of 1 MiB", tx_long, BREAKS, 0 },
	{ "frame of 4 GiB", tx_huge, BREAKS, 0 },
	{ "frame not mapped", tx_unmapped, BREAKS, 0 },
	{ "frame across the end of the map", tx_leaves, BREAKS, 0 },
	{ "frame in a loop", tx_loop, BREAKS, 0 },
	{ "header without a frame", tx_no_frame, USED, 0 },
	{ "frame shorter than an address", tx_runt, USED, 0 },
	{ "frame longer than the MTU", tx_giant, USED, 0 },
};

/* The control queue is the other one: it takes a command */
static bool net_other_works(void)
{
	uint8_t *c = at(B_DATA);
	uint16_t before = b.used->idx;

	c[0] = VIRTIO_NET_CTRL_RX;
	c[1] = VIRTIO_NET_CTRL_RX_PROMISC;
	c[2] = 1;
	c[16] = 0xff;
	ring_desc(&b, 0, iova(B_DATA), 3, VRING_DESC_F_NEXT, 1);
	ring_desc(&b, 1, iova(B_DATA) + 16, 1, VRING_DESC_F_WRITE, 0);
	ring_push(&b, 0);
	ring_kick(&b);
	for (unsigned int i = 0; i < PATIENCE_MS && b.used->idx == before; i++)
		usleep(1000);
	return b.used->idx != before && c[16] == VIRTIO_NET_OK;
}

/* A frame that can be sent, and a receive buffer that cannot take it */
static void rx_unmapped(void)
{
	struct ring *rx = &a;

	ring_desc(rx, 0, HOLE, 2048, VRING_DESC_F_WRITE, 0);
	ring_push(rx, 0);
}

static void rx_read_only(void) { rx_unmapped(); a.desc[0].addr = READ_ONLY; }
static void rx_loop(void) { rx_unmapped(); a.desc[0].flags |= VRING_DESC_F_NEXT; }
static void rx_head(void) { rx_unmapped(); a.avail->ring[0] = NUM; }
static void rx_leaves(void) { rx_unmapped(); a.desc[0].addr = IOVA + MEM_PAGES * PAGE - 20; }
static void rx_small(void) { rx_unmapped(); a.desc[0] = (struct vring_desc){ iova(DATA), 20, VRING_DESC_F_WRITE, 0 }; }
static void rx_readable(void) { rx_unmapped(); a.desc[0] = (struct vring_desc){ iova(DATA), 2048, 0, 0 }; }

static const struct hostile rx_cases[] = {
	{ "receive buffer not mapped", rx_unmapped, BREAKS, 0 },
	{ "receive buffer in a read-only map", rx_read_only, BREAKS, 0 },
	{ "receive buffer in a loop", rx_loop, BREAKS, 0 },
	{ "receive head index beyond the queue", rx_head, BREAKS, 0 },
	{ "receive buffer across the end of the map", rx_leaves, BREAKS, 0 },
	{ "receive buffer too small", rx_small, USED, 0 },
	{ "receive buffer to read", rx_readable, USED, 0 },
};

/* A transmit queue beside the spoiled receive queue: sending goes on */
static bool rx_other_works(void)
{
	uint16_t before = b.used->idx;

	memset(at(B_DATA), 0, PAGE);
	memset((char *)at(B_DATA) + sizeof(struct virtio_net_hdr_v1), 0xff, 6);
	ring_desc(&b, 0, iova(B_DATA), FRAME, 0, 0);
	ring_push(&b, 0);
	ring_kick(&b);
	for (unsigned int i = 0; i < PATIENCE_MS && b.used->idx == before; i++)
		usleep(1000);
	return b.used->idx != before;
}

static void ctrl_short(void)
{
	ring_desc(&a, 0, iova(HDR), 1, VRING_DESC_F_NEXT, 1);
	ring_desc(&a, 1, iova(STATUS), 1, VRING_DESC_F_WRITE, 0);
	ring_push(&a, 0);
}

static void ctrl(uint8_t class, uint8_t cmd, uint32_t len)
{
	uint8_t *c = at(HDR);

	c[0] = class;
	c[1] = cmd;
	ctrl_short();
	a.desc[0].len = len;
}

static void ctrl_no_ack(void) { ctrl(VIRTIO_NET_CTRL_RX, 0, 3); a.desc[0].flags = 0; }
static void ctrl_ack_unmapped(void) { ctrl(VIRTIO_NET_CTRL_RX, 0, 3); a.desc[1].addr = HOLE; }
static void ctrl_unmapped(void) { ctrl(VIRTIO_NET_CTRL_RX, 0, 3); a.desc[0].addr = HOLE; }
static void ctrl_class(void) { ctrl(200, 0, 3); }
static void ctrl_cmd(void) { ctrl(VIRTIO_NET_CTRL_RX, 200, 3); }
static void ctrl_cut(void) { ctrl(VIRTIO_NET_CTRL_RX, 0, 2); }
static void ctrl_mac_cut(void) { ctrl(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, 4); }

static void ctrl_table_lies(void)
{
	ctrl(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 40);
	memset((char *)at(HDR) + 2, 0xff, 38);
}

static void ctrl_pairs(void)
{
	ctrl(VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 4);
	memset((char *)at(HDR) + 2, 0xff, 2);
}

static const struct hostile ctrl_cases[] = {
	{ "command without a whole header", ctrl_short, BREAKS, 0 },
	{ "command without an answer", ctrl_no_ack, BREAKS, 0 },
	{ "command not mapped", ctrl_unmapped, BREAKS, 0 },
	{ "answer not mapped", ctrl_ack_unmapped, BREAKS, 0 },
	{ "class that does not exist", ctrl_class, FAILS, 0 },
	{ "command that does not exist", ctrl_cmd, FAILS, 0 },
	{ "command without its data", ctrl_cut, FAILS, 0 },
	{ "address of four bytes", ctrl_mac_cut, FAILS, 0 },
	{ "address table longer than the command", ctrl_table_lies, FAILS, 0 },
	{ "65535 queue pairs", ctrl_pairs, FAILS, 0 },
};

/* ---- running them ------------------------------------------------------------- */

static void result(bool ok, const char *what, const char *why)
{
	tests++;
	if (!ok)
		failed++;
	printf("%sok %u - %s%s%s\n", ok ? "" : "not ", tests, what, ok ? "" : ": ", ok ? "" : why);
	fflush(stdout);
}

/* What became of the case; NULL if it is what was wanted */
static const char *outcome(const struct hostile *h, bool used)
{
	uint8_t status = *(uint8_t *)at(STATUS);

	if (h->outcome == BREAKS)
		return used ? "the device used it" : NULL;
	if (!used)
		return "the device stopped";
	if (h->outcome == WORKS && status != VIRTIO_BLK_S_OK)
		return "the request failed";
	if (h->outcome == FAILS && status == VIRTIO_BLK_S_OK)
		return "the request succeeded";
	if (h->outcome == FAILS && status == 0xff)
		return "the request was not answered";
	return NULL;
}

struct setup {
	const struct hostile *cases;
	size_t n;
	unsigned int a_idx, b_idx;
	bool (*other_works)(void);
	bool a_is_passive; /* a case on a receive queue is played by sending */
};

static void run(const struct setup *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct hostile *h = &s->cases[i];
		const char *why = NULL;
		bool used;

		dev_negotiate(&dev, features & ~h->without);
		memset(mem, 0, MEM_PAGES * PAGE);
		*(uint8_t *)at(STATUS) = 0xff;
		ring_setup(&a, &dev, s->a_idx, NUM, at(RING_A), iova(RING_A));
		ring_setup(&b, &dev, s->b_idx, NUM, at(RING_B), iova(RING_B));
		h->make();
		ring_enable(&a, true);
		ring_enable(&b, true);
		dev_set_status(&dev, S_RUNNING);
		if (s->a_is_passive && !s->other_works())
			why = "the other queue stands still";
		ring_kick(&a);
		used = ring_wait(&a);
		if (!why)
			why = outcome(h, used);
		if (!why && !s->other_works())
			why = "the other queue stands still";
		if (!why && h->outcome == BREAKS && ring_used(&a))
			why = "the stopped queue went on";
		result(!why, h->name, why);
		ring_teardown(&a);
		ring_teardown(&b);
	}
}

int main(int argc, char **argv)
{
	static const struct setup blk = {
		blk_cases, sizeof(blk_cases) / sizeof(*blk_cases), 0, 1, blk_other_works, false
	};
	static const struct setup net[] = {
		{ net_cases, sizeof(net_cases) / sizeof(*net_cases), 1, 2, net_other_works, false },
		{ rx_cases, sizeof(rx_cases) / sizeof(*rx_cases), 0, 1, rx_other_works, true },
		{ ctrl_cases, sizeof(ctrl_cases) / sizeof(*ctrl_cases), 2, 1, rx_other_works, false },
	};
	bool is_net;

	if (argc != 3)
		errx(2, "usage: hostile blk|net CHARDEV");
	is_net = !strcmp(argv[1], "net");
	dev_open(&dev, argv[2]);
	dev_backend(&dev, BACKEND_BASE | 1ULL << VHOST_BACKEND_F_IOTLB_PERSIST);
	mem = alloc_pages(MEM_PAGES * PAGE);
	dev_map(&dev, 0, IOVA, mem, MEM_PAGES * PAGE, VHOST_ACCESS_RW);
	dev_map(&dev, 0, READ_ONLY, at(EXTRA), PAGE, VHOST_ACCESS_RO);
	dev_map(&dev, 0, WRITE_ONLY, at(EXTRA), PAGE, VHOST_ACCESS_WO);
	dev_map(&dev, 0, SPLIT, at(EXTRA2), PAGE, VHOST_ACCESS_RW);
	dev_map(&dev, 0, SPLIT + PAGE, at(EXTRA), PAGE, VHOST_ACCESS_RW);
	IOCTL(dev.fd, VHOST_GET_FEATURES, &features);
	features &= ~(1ULL << VIRTIO_RING_F_EVENT_IDX);

	if (is_net)
		for (size_t i = 0; i < 3; i++)
			run(&net[i]);
	else
		run(&blk);

	dev_close(&dev);
	printf("1..%u\n", tests);
	return failed ? 1 : 0;
}
