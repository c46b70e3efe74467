// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: diag-model STEPS SEED DEV...
 *
 * Drives devices through their chardevs, one at random at each step, with random bindings,
 * maps, unmaps, resets and reopenings, and keeps models of what must have come of it. After
 * every step, what vdpactl_diag tells of each of them has to equal its model, and asking
 * must not have made an event. Operations of the tests' own parent fail now and then, with
 * or without having changed anything.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vhost.h>

#include <vdpactl/diag.h>
#include <vdpactl/vhost.h>

#include "compat-uapi.h"

#define PAGES 64		/* of each address space, from IOVA 0 on */
#define PAGE 4096
#define MAX_AS 8
#define MAX_GROUPS 16
#define MAX_DEVICES 8
#define CONTROL "/sys/kernel/debug/vdpactl_testparent/control"

/* What is mapped: permission and the operation that mapped it, by page; 0: nothing */
struct map {
	unsigned char perm[PAGES];
	unsigned int op[PAGES];
};

/*
 * @vhost: the IOTLB of vhost-vdpa
 * @parent: what the parent was told, where @known is observed; it is unknown after what may
 *	have changed it, until something says what it is
 * @alive: vhost-vdpa has made it, and will take it down at the end
 */
struct space {
	struct map vhost;
	struct map parent;
	enum vdpactl_asid_known known;
	bool alive;
};

struct group {
	enum vdpactl_asid_known known;
	int64_t asid;
};

/* A device, and the model of it */
static struct model {
	const char *name;
	struct vdpactl_vhost *vhost;
	bool incremental, compat_reset, reset_map, binds, persist, can_persist, keeps_maps, fails;
	uint32_t ngroups, nas;
	struct group groups[MAX_GROUPS];
	struct space spaces[MAX_AS];
	unsigned int ops;
} models[MAX_DEVICES], *m;	/* @m: the one that is being driven */

static int ndevices;
static struct vdpactl_diag *diag;
static void *memory;
static unsigned int counts[8], failed;

static struct vdpactl_error err;

static void die(const char *what)
{
	printf("%s: %s\n", what, err.message);
	exit(1);
}

static void check(int ret, const char *what)
{
	if (ret < 0)
		die(what);
}

static unsigned int pick(unsigned int n)
{
	return (unsigned int)random() % n;
}

static bool has_op(uint64_t ops, unsigned int op)
{
	return ops >> op & 1;
}

/* ---- what the kernel does, as its sources and the uAPI say ----------------------------- */

/* Without .compat_reset, @clean means nothing: the parent drops its maps, or it does not */
static void model_reset(bool clean, bool failed)
{
	clean = clean && m->compat_reset;
	for (uint32_t i = 0; i < m->ngroups; i++) {
		if (failed && m->binds)
			m->groups[i] = (struct group){ VDPACTL_ASID_UNKNOWN, VDPACTL_UNKNOWN };
		else
			m->groups[i] = (struct group){ VDPACTL_ASID_DEFAULT, 0 };
	}
	for (uint32_t i = 0; i < m->nas; i++) {
		struct space *space = &m->spaces[i];

		if (failed && (clean || !m->keeps_maps))
			space->known = VDPACTL_ASID_UNKNOWN;
		else if (clean)
			space->known = VDPACTL_ASID_DEFAULT;
		else if (!m->keeps_maps && space->known == VDPACTL_ASID_OBSERVED)
			space->known = VDPACTL_ASID_UNKNOWN;
	}
}

/* A .set_map tells all, a .dma_map what is added to a map, and first of all to none */
static void model_mapped(struct space *space, bool failed)
{
	if (!m->incremental)
		space->parent = space->vhost;
	else if (space->known == VDPACTL_ASID_DEFAULT)
		memset(&space->parent, 0, sizeof(space->parent));
	if (failed)
		space->known = VDPACTL_ASID_UNKNOWN;
	else if (!m->incremental || space->known == VDPACTL_ASID_DEFAULT)
		space->known = VDPACTL_ASID_OBSERVED;
}

/* What .dma_unmap leaves of the initial map is the parent's choice */
static void model_unmapped(struct space *space, bool failed)
{
	if (!m->incremental)
		model_mapped(space, failed);
	else if (failed || space->known == VDPACTL_ASID_DEFAULT)
		space->known = VDPACTL_ASID_UNKNOWN;
}

static void set_range(struct map *map, unsigned int page, unsigned int n, unsigned int perm)
{
	for (unsigned int i = page; i < page + n; i++) {
		map->perm[i] = (unsigned char)perm;
		map->op[i] = perm ? m->ops : 0;
	}
}

/* ---- failures ------------------------------------------------------------------------------ */

/* The parent's @op fails from now on; 0: no longer */
static void set_fails(const char *op, int error)
{
	FILE *control = fopen(CONTROL, "w");

	if (!control || fprintf(control, "fail %s %s %d%s", m->name, op, error,
				pick(2) ? " changed" : "") < 0 || fclose(control))
		die(CONTROL);
}

/* Whether @op shall fail in this step; then it does, until it is called with set_fails() */
static bool fails(const char *op)
{
	if (!m->fails || pick(8))
		return false;
	set_fails(op, EIO);
	failed++;
	return true;
}

/* @ret is of what called @op, which @was to fail, and did so if that is reported */
static void check_failed(bool was, const char *op, int ret, const char *what)
{
	if (was)
		set_fails(op, 0);
	if (was && !ret) {
		printf("%s did not fail although %s did\n", what, op);
		exit(1);
	}
	if (!was)
		check(ret, what);
}

/* ---- steps --------------------------------------------------------------------------------- */

static void open_session(void)
{
	uint64_t features = 1ULL << VHOST_BACKEND_F_IOTLB_MSG_V2 |
			    1ULL << VHOST_BACKEND_F_IOTLB_BATCH;

	check(vdpactl_vhost_open(m->name, &m->vhost, &err), "open");
	model_reset(false, false);
	check(vdpactl_vhost_set_owner(m->vhost, &err), "owner");
	if (m->nas > 1)
		features |= 1ULL << VHOST_BACKEND_F_IOTLB_ASID;
	m->persist = m->can_persist && pick(2);
	if (m->persist)
		features |= 1ULL << VHOST_BACKEND_F_IOTLB_PERSIST;
	check(vdpactl_vhost_set_backend_features(m->vhost, features, &err), "backend features");
}

static void reopen(void)
{
	static const struct map empty;
	bool fail = m->reset_map && fails("reset_map");

	vdpactl_vhost_close(m->vhost);
	if (fail)
		set_fails("reset_map", 0);
	model_reset(!m->persist, false);
	for (uint32_t i = 0; i < m->nas; i++) {
		struct space *space = &m->spaces[i];

		if (!space->alive)
			continue;
		/* vhost_vdpa_remove_as(): .set_map is not called for the last unmap */
		if (m->incremental && memcmp(&space->vhost, &empty, sizeof(empty))) {
			model_unmapped(space, false);
			space->parent = empty;
		}
		space->vhost = empty;
		if (m->reset_map)
			space->known = fail ? VDPACTL_ASID_UNKNOWN : VDPACTL_ASID_DEFAULT;
		space->alive = false;
	}
	open_session();
}

static void bind_group(void)
{
	uint32_t group = pick(m->ngroups), asid = pick(m->nas);
	bool fail;
	int ret;

	if (!m->binds)
		return;
	fail = fails("set_group_asid");
	ret = vdpactl_vhost_set_group_asid(m->vhost, group, asid, &err);
	/* VDUSE, of a daemon that knows of one address space only (vduse_set_group_asid()) */
	if (ret == -EINVAL && m->nas == 1)
		return;
	check_failed(fail, "set_group_asid", ret, "bind");
	if (fail)
		m->groups[group] = (struct group){ VDPACTL_ASID_UNKNOWN, VDPACTL_UNKNOWN };
	else
		m->groups[group] = (struct group){ VDPACTL_ASID_OBSERVED, asid };
}

static void map_pages(void)
{
	uint32_t asid = pick(m->nas);
	struct space *space = &m->spaces[asid];
	unsigned int page = pick(PAGES), n = 1 + pick(6), perm = 1 + pick(3);
	const char *op = m->incremental ? "dma_map" : "set_map";
	bool fail;

	if (page + n > PAGES)
		n = PAGES - page;
	for (unsigned int i = page; i < page + n; i++)
		if (space->vhost.perm[i])
			return;
	fail = fails(op);
	check_failed(fail, op, vdpactl_vhost_map(m->vhost, asid, (uint64_t)page * PAGE,
						 (uint64_t)n * PAGE, memory, perm, &err), "map");
	space->alive = true;
	m->ops++;
	if (!fail)
		set_range(&space->vhost, page, n, perm);
	model_mapped(space, fail);
	set_range(&space->parent, page, n, perm);
}

static void unmap_pages(void)
{
	uint32_t asid = pick(m->nas);
	struct space *space = &m->spaces[asid];
	unsigned int page = pick(PAGES), end, op = space->vhost.op[page];
	const char *name = m->incremental ? "dma_unmap" : "set_map";
	bool fail;

	if (!op)
		return;
	while (page && space->vhost.op[page - 1] == op)
		page--;
	for (end = page; end < PAGES && space->vhost.op[end] == op; end++)
		;
	fail = fails(name);
	check(vdpactl_vhost_unmap(m->vhost, asid, (uint64_t)page * PAGE,
				  (uint64_t)(end - page) * PAGE, &err), "unmap");
	/* vhost_vdpa_unmap() does not look at what the parent says */
	if (fail)
		set_fails(name, 0);
	set_range(&space->vhost, page, end - page, 0);
	model_unmapped(space, fail);
	set_range(&space->parent, page, end - page, 0);
}

static void reset_status(void)
{
	const char *op = m->compat_reset && !m->persist ? "compat_reset" : "reset";
	bool fail = fails(op);

	check_failed(fail, op, vdpactl_vhost_set_status(m->vhost, 0, &err), "status");
	model_reset(!m->persist, fail);
}

static void batch(void)
{
	uint32_t asid = pick(m->nas);
	struct space *space = &m->spaces[asid];
	bool fail;

	check(vdpactl_vhost_batch_begin(m->vhost, asid, &err), "batch begin");
	space->alive = true;
	for (unsigned int page = 0; page < PAGES; page++) {
		if (space->vhost.perm[page] || pick(3))
			continue;
		check(vdpactl_vhost_map(m->vhost, asid, (uint64_t)page * PAGE, PAGE, memory,
					VDPACTL_PERM_RW, &err), "map");
		m->ops++;
		set_range(&space->vhost, page, 1, VDPACTL_PERM_RW);
		if (m->incremental) {
			model_mapped(space, false);
			set_range(&space->parent, page, 1, VDPACTL_PERM_RW);
		}
	}
	fail = !m->incremental && fails("set_map");
	check(vdpactl_vhost_batch_end(m->vhost, asid, &err), "batch end");
	if (fail)
		set_fails("set_map", 0);
	/* VHOST_IOTLB_BATCH_END makes a .set_map, whatever was in the batch */
	if (!m->incremental)
		model_mapped(space, fail);
}

static const struct {
	const char *name;
	void (*run)(void);
	unsigned int weight;
} steps[] = {
	{ "bind", bind_group, 30 },
	{ "map", map_pages, 35 },
	{ "unmap", unmap_pages, 20 },
	{ "reset", reset_status, 6 },
	{ "batch", batch, 6 },
	{ "reopen", reopen, 3 },
};

#define STEPS (sizeof(steps) / sizeof(*steps))

static unsigned int step(void)
{
	unsigned int at = pick(100);

	for (unsigned int i = 0; i < STEPS; i++) {
		if (at < steps[i].weight) {
			steps[i].run();
			counts[i]++;
			return i;
		}
		at -= steps[i].weight;
	}
	return 0;
}

/* ---- the module's answer ---------------------------------------------------------------------- */

static bool same_map(const struct vdpactl_as *as, const struct space *space)
{
	struct map told = { 0 };

	if (space->known != VDPACTL_ASID_OBSERVED)
		return as->nranges == VDPACTL_UNKNOWN;
	for (int64_t i = 0; i < as->nranges; i++) {
		const struct vdpactl_range *range = &as->ranges[i];

		if (range->last >= (uint64_t)PAGES * PAGE || range->first % PAGE ||
		    range->last % PAGE != PAGE - 1)
			return false;
		for (uint64_t page = range->first / PAGE; page <= range->last / PAGE; page++) {
			if (told.perm[page])
				return false;
			told.perm[page] = (unsigned char)range->perm;
		}
	}
	return !memcmp(told.perm, space->parent.perm, sizeof(told.perm));
}

static const char *differs(const struct vdpactl_state *state)
{
	for (uint32_t i = 0; i < m->ngroups; i++)
		if (state->groups[i].known != m->groups[i].known ||
		    state->groups[i].asid != m->groups[i].asid)
			return "group";
	for (uint32_t i = 0; i < m->nas; i++) {
		if (state->spaces[i].known != m->spaces[i].known)
			return "how a map is known";
		if (!same_map(&state->spaces[i], &m->spaces[i]))
			return "map";
	}
	return NULL;
}

static uint64_t sequence(void)
{
	struct vdpactl_diag_module module;

	check(vdpactl_diag_module_get(diag, &module, &err), "module");
	if (module.probe_missed) {
		printf("%llu calls were missed\n", (unsigned long long)module.probe_missed);
		exit(1);
	}
	return module.event_seq;
}

static const char *differs_of(const struct vdpactl_diag_devs *devs)
{
	const struct vdpactl_diag_dev *dev = vdpactl_diag_devs_find(devs, m->name);

	return dev ? differs(&dev->state) : "that it is there";
}

/* What is told of all devices, as others must not have changed */
static void compare(unsigned int n, unsigned int did)
{
	struct vdpactl_diag_devs devs = { 0 };
	uint64_t before = sequence();
	const char *driven = m->name, *what;

	check(vdpactl_diag_get(diag, VDPACTL_DIAG_DEV, NULL, -1, &devs, &err), "dev");
	check(vdpactl_diag_get(diag, VDPACTL_DIAG_VQ, NULL, -1, &devs, &err), "vq");
	check(vdpactl_diag_get(diag, VDPACTL_DIAG_MAP, NULL, -1, &devs, &err), "map");
	for (m = models; m < models + ndevices; m++) {
		what = differs_of(&devs);
		if (!what)
			continue;
		printf("step %u (%s of %s): of %s, %s is not what it must be\n", n,
		       steps[did].name, driven, m->name, what);
		exit(1);
	}
	vdpactl_diag_devs_free(&devs);
	if (sequence() != before) {
		printf("step %u: asking made an event\n", n);
		exit(1);
	}
}

static void learn(void)
{
	struct vdpactl_diag_devs devs = { 0 };
	const struct vdpactl_diag_dev *dev;

	check(vdpactl_diag_get(diag, VDPACTL_DIAG_DEV, m->name, -1, &devs, &err), "dev");
	dev = &devs.list[0];
	m->ngroups = dev->state.ngroups;
	m->nas = dev->state.nas;
	if (m->ngroups > MAX_GROUPS || m->nas > MAX_AS) {
		puts("too many groups or address spaces for the model");
		exit(1);
	}
	m->incremental = has_op(dev->ops, VDPACTL_OP_DMA_MAP);
	m->compat_reset = has_op(dev->ops, VDPACTL_OP_COMPAT_RESET);
	m->reset_map = has_op(dev->ops, VDPACTL_OP_RESET_MAP);
	m->binds = has_op(dev->ops, VDPACTL_OP_SET_GROUP_ASID);
	m->can_persist = dev->state.backend_features.bits >> VHOST_BACKEND_F_IOTLB_PERSIST & 1;
	/* vhost_vdpa_has_persistent_map(); VDUSE does not say that its maps survive */
	m->keeps_maps = m->reset_map || m->can_persist || !strcmp(dev->parent, "vduse");
	m->fails = !strcmp(dev->parent, "vdpactl_testparent");
	for (uint32_t i = 0; i < m->nas; i++)
		m->spaces[i].known = VDPACTL_ASID_DEFAULT;
	vdpactl_diag_devs_free(&devs);
}

int main(int argc, char **argv)
{
	unsigned int n, did;
	int fd;

	if (argc < 4 || argc > 3 + MAX_DEVICES) {
		fprintf(stderr, "usage: diag-model STEPS SEED DEV...\n");
		return 2;
	}
	srandom((unsigned int)atoi(argv[2]));
	/* Shared memory of a file: parents that work on virtual addresses take no other */
	fd = memfd_create("diag-model", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, PAGES * PAGE))
		return 1;
	memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return 1;
	check(vdpactl_diag_open(&diag, &err), "diag");
	ndevices = argc - 3;
	for (int i = 0; i < ndevices; i++) {
		m = &models[i];
		m->name = argv[3 + i];
		learn();
		open_session();
	}
	for (n = 1; n <= (unsigned int)atoi(argv[1]); n++) {
		m = &models[pick((unsigned int)ndevices)];
		did = step();
		compare(n, did);
	}
	for (m = models; m < models + ndevices; m++)
		vdpactl_vhost_close(m->vhost);
	vdpactl_diag_close(diag);
	printf("%u steps agreed, %u of them with a failure:", n - 1, failed);
	for (unsigned int i = 0; i < STEPS; i++)
		printf(" %u %s", counts[i], steps[i].name);
	putchar('\n');
	return 0;
}
