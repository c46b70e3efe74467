// SPDX-License-Identifier: GPL-2.0-only
/*
 * A probe on a function of our own tells whether probes fire at all. They can
 * be switched off under the module without any count: by kernel.ftrace_enabled
 * where kprobes sit on ftrace, and by the file kprobes/enabled in debugfs.
 */
#include <linux/kprobes.h>
#include "diag.h"

/* Both under diag_mutex; the probe fires while the canary is called */
static unsigned int diag_canary_calls;
static unsigned int diag_canary_hits;

static noinline void diag_canary(void)
{
	diag_canary_calls++;
	barrier();
}

static int diag_canary_hit(struct kprobe *kp, struct pt_regs *regs)
{
	diag_canary_hits++;
	return 0;
}

/*
 * A probe with such a handler is not made a jump (optimize_kprobe()). One that
 * is takes a while to be gone after it was unregistered, and this one's text
 * goes with the module: loaded again at the same place at once, the next one
 * would be refused for it (reuse_unused_kprobe()).
 */
static void diag_canary_after(struct kprobe *kp, struct pt_regs *regs,
			      unsigned long flags)
{
}

static struct kprobe diag_canary_probe = {
	.addr = (void *)diag_canary,
	.pre_handler = diag_canary_hit,
	.post_handler = diag_canary_after,
};

/* Called with diag_mutex held. Return: whether probes fire. */
bool diag_canary_lives(void)
{
	unsigned int hits = READ_ONCE(diag_canary_hits);

	diag_canary();
	return READ_ONCE(diag_canary_hits) != hits;
}

int diag_canary_init(void)
{
	return register_kprobe(&diag_canary_probe);
}

void diag_canary_exit(void)
{
	unregister_kprobe(&diag_canary_probe);
}
