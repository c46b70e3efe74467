// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest that is nothing but a driver: QEMU loads it with -kernel (Multiboot
 * Specification 0.6.96), it drives the first network device of virtio 1.x on PCI and
 * says on the serial port what it did.
 *
 * With "-append hold" it sets DRIVER_OK, says "started", and halts: the device stays as
 * it is until QEMU is ended.
 *
 * Else the device's wire has to lead back to it. Frames go out and come back with what
 * was in them; a command on the control queue changes which of them come back. Then it
 * ends QEMU through isa-debug-exit at 0xf4: with status 1 if all went well, 3 if not.
 *
 * Registers and rings are those of virtio 1.3, sections 4.1.4 and 2.7. Nothing is
 * waited for by interrupt. The addresses of memory are physical ones.
 */
#include <stdbool.h>
#include <stdint.h>

#define QUEUE_SIZE	16
#define RX		0
#define TX		1
#define CTRL		2
#define FRAMES		40
#define FRAME		200
#define KEPT_OUT	100 /* the byte in a frame that is for another station */
#define HDR		12 /* struct virtio_net_hdr_v1 */

#define F_MAC		(1u << 5)
#define F_STATUS	(1u << 16)
#define F_CTRL_VQ	(1u << 17)
#define F_CTRL_RX	(1u << 18)
/* The upper 32 bits */
#define F_VERSION_1	(1u << 0)
#define F_PLATFORM	(1u << 1)

#define S_ACKNOWLEDGE	1
#define S_DRIVER	2
#define S_DRIVER_OK	4
#define S_FEATURES_OK	8
#define S_NEEDS_RESET	64

#define DESC_NEXT	1
#define DESC_WRITE	2

/* What QEMU looks for in the first 8 KiB, and where it jumps to */
__asm__(".text\n"
	".balign 4\n"
	".long 0x1badb002, 0, -0x1badb002\n"
	".globl _start\n"
	"_start: mov $stack + 16384, %esp\n"
	"cld\n"
	"push %ebx\n"
	"call guest\n");

/* What QEMU tells, as far as it is of use */
struct multiboot {
	uint32_t flags, mem[2], boot_device, cmdline;
};
#define MULTIBOOT_CMDLINE 4

void guest(const struct multiboot *info);
uint8_t stack[16384] __attribute__((used, aligned(16)));

struct common {
	uint32_t device_feature_select, device_feature;
	uint32_t driver_feature_select, driver_feature;
	uint16_t config_msix_vector, num_queues;
	uint8_t status, generation;
	uint16_t queue_select, queue_size, queue_msix_vector, queue_enable, queue_notify_off;
	uint32_t queue_desc[2], queue_driver[2], queue_device[2];
};

struct desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

struct ring {
	struct desc desc[QUEUE_SIZE];
	struct {
		uint16_t flags, idx, ring[QUEUE_SIZE];
	} avail;
	struct {
		uint16_t flags, idx;
		struct {
			uint32_t id, len;
		} ring[QUEUE_SIZE];
	} used __attribute__((aligned(4)));
	uint16_t seen;
	volatile uint16_t *doorbell;
} __attribute__((aligned(4096)));

static struct ring rings[3];
static uint8_t sent[HDR + FRAME], got[2048], command[3], answer;
static volatile struct common *common;
static uint32_t notify, notify_step;

static void out8(uint16_t port, uint8_t v) { __asm__ volatile("outb %0, %1" :: "a"(v), "Nd"(port)); }
static void out32(uint16_t port, uint32_t v) { __asm__ volatile("outl %0, %1" :: "a"(v), "Nd"(port)); }

static uint32_t in32(uint16_t port)
{
	uint32_t v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static void barrier(void)
{
	__asm__ volatile("lock; orl $0, (%%esp)" ::: "memory");
}

static void say(const char *text)
{
	while (*text)
		out8(0x3f8, *text++);
	out8(0x3f8, '\n');
}

/* Interrupts are off, so that it is for ever; the device is left alone */
static __attribute__((noreturn)) void halt(void)
{
	for (;;)
		__asm__ volatile("hlt");
}

static __attribute__((noreturn)) void end(int status)
{
	out8(0xf4, status);
	halt();
}

static __attribute__((noreturn)) void fail(const char *why)
{
	say(why);
	end(1);
}

/* QEMU puts the name of the file before what -append has */
static bool told_to_hold(const struct multiboot *info)
{
	const char *p = info->flags & MULTIBOOT_CMDLINE ? (const char *)info->cmdline : "";
	const char *word = " hold";
	unsigned int match = 0;

	for (; *p; p++)
		match = *p == word[match] ? match + 1 : *p == word[0];
	return !word[match];
}

/* ---- PCI: the registers of the device ------------------------------------------ */

static uint32_t pci_read(unsigned int dev, unsigned int reg)
{
	out32(0xcf8, 0x80000000u | dev << 11 | (reg & 0xfc));
	return in32(0xcfc) >> (reg & 3) * 8;
}

static void pci_write(unsigned int dev, unsigned int reg, uint32_t v)
{
	out32(0xcf8, 0x80000000u | dev << 11 | (reg & 0xfc));
	out32(0xcfc, v);
}

static void find(void)
{
	unsigned int dev = 0, cap;

	while (pci_read(dev, 0) != 0x10411af4)
		if (++dev == 32)
			fail("there is no network device");
	pci_write(dev, 4, 6); /* memory and DMA */
	for (cap = pci_read(dev, 0x34) & 0xff; cap; cap = pci_read(dev, cap + 1) & 0xff) {
		unsigned int bar = pci_read(dev, cap + 4) & 0xff;
		uint32_t addr = (pci_read(dev, 0x10 + 4 * bar) & ~15u) + pci_read(dev, cap + 8);

		if ((pci_read(dev, cap) & 0xff) != 9)
			continue;
		switch (pci_read(dev, cap + 3) & 0xff) {
		case 1:
			common = (volatile struct common *)addr;
			break;
		case 2:
			notify = addr;
			notify_step = pci_read(dev, cap + 16);
			break;
		}
	}
	if (!common || !notify)
		fail("the device has no registers");
}

/* ---- the device ------------------------------------------------------------------ */

static uint32_t offered(unsigned int word)
{
	common->device_feature_select = word;
	return common->device_feature;
}

static void accept(unsigned int word, uint32_t features)
{
	common->driver_feature_select = word;
	common->driver_feature = features;
}

static void queue(unsigned int i)
{
	struct ring *r = &rings[i];

	common->queue_select = i;
	if (common->queue_size < QUEUE_SIZE)
		fail("a queue is too small");
	common->queue_size = QUEUE_SIZE;
	common->queue_desc[0] = (uint32_t)r->desc;
	common->queue_driver[0] = (uint32_t)&r->avail;
	common->queue_device[0] = (uint32_t)&r->used;
	common->queue_desc[1] = common->queue_driver[1] = common->queue_device[1] = 0;
	r->avail.flags = 1; /* no interrupts */
	r->doorbell = (volatile uint16_t *)(notify + common->queue_notify_off * notify_step);
	common->queue_enable = 1;
}

/* Returns whether there is a control queue */
static bool start(void)
{
	uint32_t low, high;

	common->status = 0;
	while (common->status)
		;
	common->status = S_ACKNOWLEDGE | S_DRIVER;
	low = offered(0) & (F_MAC | F_STATUS | F_CTRL_VQ | F_CTRL_RX);
	high = offered(1) & (F_VERSION_1 | F_PLATFORM);
	accept(0, low);
	accept(1, high);
	common->status = S_ACKNOWLEDGE | S_DRIVER | S_FEATURES_OK;
	if (!(common->status & S_FEATURES_OK))
		fail("the features were refused");
	queue(RX);
	queue(TX);
	if (low & F_CTRL_VQ)
		queue(CTRL);
	common->status = S_ACKNOWLEDGE | S_DRIVER | S_FEATURES_OK | S_DRIVER_OK;
	return (low & F_CTRL_VQ) && (low & F_CTRL_RX);
}

static void desc(struct ring *r, unsigned int i, void *p, uint32_t len, uint16_t flags)
{
	r->desc[i] = (struct desc){ (uint32_t)p, len, flags, i + 1 };
}

static void kick(unsigned int i)
{
	struct ring *r = &rings[i];

	r->avail.ring[r->avail.idx % QUEUE_SIZE] = 0;
	barrier();
	r->avail.idx++;
	barrier();
	*r->doorbell = i;
}

static bool used(unsigned int i, const char *what)
{
	if (common->status & S_NEEDS_RESET)
		fail(what);
	return *(volatile uint16_t *)&rings[i].used.idx != rings[i].seen;
}

/* Takes a used buffer; returns the length that was written */
static uint32_t take(unsigned int i)
{
	struct ring *r = &rings[i];

	barrier();
	return r->used.ring[r->seen++ % QUEUE_SIZE].len;
}

static void await(unsigned int i, const char *what)
{
	while (!used(i, what))
		;
	take(i);
}

static void post(void)
{
	for (unsigned int i = 0; i < sizeof(got); i++)
		((volatile uint8_t *)got)[i] = 0;
	desc(&rings[RX], 0, got, sizeof(got), DESC_WRITE);
	kick(RX);
}

/* A frame with this byte in it: to all stations, or to one that is not there */
static void transmit(uint8_t byte, bool broadcast)
{
	volatile uint8_t *p = sent;

	for (unsigned int i = 0; i < HDR + FRAME; i++)
		p[i] = i < HDR ? 0 : byte;
	for (unsigned int i = 0; i < 6; i++)
		p[HDR + i] = broadcast ? 0xff : 0x52;
	desc(&rings[TX], 0, sent, HDR + FRAME, 0);
	kick(TX);
	await(TX, "sending stopped");
}

/*
 * Sends until it comes back: a monitor between the guest and the device may tell of a
 * frame before it tells of the buffer to receive it, and then the frame is lost. An
 * older frame may come back late; the one that is kept out must not.
 */
static void exchange(uint8_t byte, bool broadcast)
{
	unsigned int polls = 0;

	post();
	for (;;) {
		if (polls++ % 50000 == 0)
			transmit(byte, broadcast);
		if (!used(RX, "receiving stopped"))
			continue;
		if (take(RX) != HDR + FRAME || got[HDR + 6] != got[HDR + FRAME - 1] ||
		    got[HDR + 6] > byte || (got[HDR + 6] == KEPT_OUT && byte != KEPT_OUT))
			fail("another frame came back");
		if (got[HDR + 6] == byte)
			return;
		post();
	}
}

static void promiscuous(bool on)
{
	answer = 0xff;
	command[0] = 0; /* VIRTIO_NET_CTRL_RX */
	command[1] = 0; /* VIRTIO_NET_CTRL_RX_PROMISC */
	command[2] = on;
	desc(&rings[CTRL], 0, command, 2, DESC_NEXT);
	desc(&rings[CTRL], 1, command + 2, 1, DESC_NEXT);
	desc(&rings[CTRL], 2, &answer, 1, DESC_WRITE);
	kick(CTRL);
	await(CTRL, "the control queue stopped");
	if (*(volatile uint8_t *)&answer)
		fail("the command was refused");
}

void guest(const struct multiboot *info)
{
	bool ctrl;

	find();
	ctrl = start();
	say("started");
	if (told_to_hold(info))
		halt();
	if (ctrl)
		promiscuous(false);
	for (unsigned int i = 0; i < FRAMES; i++)
		exchange(i, true);
	say("frames came back");
	if (ctrl) {
		transmit(KEPT_OUT, false);
		exchange(KEPT_OUT + 1, true);
		promiscuous(true);
		exchange(KEPT_OUT + 2, false);
		say("commands were followed");
	}
	end(0);
}
