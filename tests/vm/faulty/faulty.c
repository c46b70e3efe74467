// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module that does one wrong thing, named by its parameter, so that the tests
 * can see the lab VM notice it. Loading it fails, so that it can be loaded again.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *fault = "";
module_param(fault, charp, 0);

static volatile int too_far = 40;

static void warn(void)
{
	WARN(1, "faulty: as asked\n");
}

static void oops(void)
{
	*(volatile int *)8 = 0;
}

static void shift(void)
{
	too_far = 1 << too_far;
}

static void after_free(void)
{
	volatile char *p = kmalloc(64, GFP_KERNEL);

	kfree((void *)p);
	p[8] = 1;
}

static void leak(void)
{
	int i;

	/* several, because a stale pointer on some stack may hide one */
	for (i = 0; i < 16; i++)
		memset(kmalloc(96, GFP_KERNEL), 0x5a, 96);
}

static void atomic_sleep(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	might_sleep();
	spin_unlock(&lock);
}

static void lock_order(void)
{
	static DEFINE_MUTEX(first);
	static DEFINE_MUTEX(second);

	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static const struct {
	const char *name;
	void (*commit)(void);
} faults[] = {
	{ "warn", warn },
	{ "oops", oops },
	{ "shift", shift },
	{ "after_free", after_free },
	{ "leak", leak },
	{ "atomic_sleep", atomic_sleep },
	{ "lock_order", lock_order },
};

static int __init faulty_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!strcmp(fault, faults[i].name)) {
			faults[i].commit();
			return -ECANCELED;
		}
	}
	return -EINVAL;
}
module_init(faulty_init);

MODULE_DESCRIPTION("does one wrong thing");
MODULE_LICENSE("GPL");
