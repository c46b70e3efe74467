// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory of "vdpactl session", in which a frame is to go from the transmit queue (1)
 * of a network device to its receive queue (0):
 *
 *   session-rings PID RINGS BUFFERS fill	puts the frame there, available to both queues
 *   session-rings PID RINGS BUFFERS await	"moved", or "stopped" (DEVICE_NEEDS_RESET)
 *
 * PID is the session. It has mapped six pages at 0x1000000 in address space RINGS, for
 * each queue one of descriptors, avail ring and used ring; and two pages at 0x2000000 in
 * address space BUFFERS. What the device makes of this is up to the session's commands.
 */
#include <dirent.h>
#include <net/ethernet.h>
#include <sys/syscall.h>

#include "ring.h"

#define RINGS 0x1000000UL
#define BUFFERS 0x2000000UL
#define RX 0
#define TX 1
#define HDR sizeof(struct virtio_net_hdr_v1)
#define LEN (HDR + 1000)

static int pid;

/* What the session mapped at an address of the device: see vdpactl-session(8) */
static void *memory(const char *asid, unsigned long iova, size_t size)
{
	char path[64], line[512], name[64], range[64];
	void *p = MAP_FAILED;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	snprintf(name, sizeof(name), "/memfd:vdpactl-session:%s:0x%lx ", asid, iova);
	maps = fopen(path, "re");
	if (!maps)
		err(1, "%s", path);
	while (p == MAP_FAILED && fgets(line, sizeof(line), maps)) {
		int fd;

		if (!strstr(line, name) || sscanf(line, "%63[^ ]", range) != 1)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/map_files/%.40s", pid, range);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			err(1, "%s", path);
		p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		close(fd);
	}
	fclose(maps);
	if (p == MAP_FAILED)
		errx(1, "nothing is mapped at %#lx of address space %s", iova, asid);
	return p;
}

/* The session's own descriptor of the device */
static int chardev(void)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0), fd = -1;
	char path[300], target[64];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (pidfd < 0 || !dir)
		err(1, "process %d", pid);
	while (fd < 0 && (entry = readdir(dir))) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, entry->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		if (!strncmp(target, "/dev/vhost-vdpa-", 16))
			fd = syscall(SYS_pidfd_getfd, pidfd, atoi(entry->d_name), 0);
	}
	closedir(dir);
	close(pidfd);
	if (fd < 0)
		errx(1, "process %d holds no device", pid);
	return fd;
}

static void fill(struct ring *q, uint8_t *buffers)
{
	uint8_t *out = buffers, *in = buffers + PAGE;

	memset(in, 0, PAGE);
	memset(out, 0x5a, LEN);
	memset(out, 0, HDR);
	memset(out + HDR, 0xff, ETHER_ADDR_LEN);
	for (unsigned int i = 0; i < 2; i++) {
		memset(q[i].desc, 0, 3 * PAGE);
		if (i == RX)
			ring_desc(&q[i], 0, BUFFERS + PAGE, 2048, VRING_DESC_F_WRITE, 0);
		else
			ring_desc(&q[i], 0, BUFFERS, LEN, 0, 0);
		ring_push(&q[i], 0);
	}
}

static const char *await(struct ring *q, const uint8_t *buffers)
{
	struct dev dev = { .fd = chardev() };

	for (unsigned int i = 0; i < PATIENCE_MS; i++) {
		if (ring_used(&q[RX]) && ring_used(&q[TX])) {
			if (memcmp(buffers + HDR, buffers + PAGE + HDR, LEN - HDR))
				errx(1, "the frame that came back is another one");
			return "moved";
		}
		if (dev_status(&dev) & VIRTIO_CONFIG_S_NEEDS_RESET)
			return "stopped";
		usleep(1000);
	}
	errx(1, "neither a frame nor DEVICE_NEEDS_RESET");
}

int main(int argc, char **argv)
{
	struct ring q[2] = {};
	char *rings;
	void *buffers;

	if (argc != 5)
		errx(2, "usage: session-rings PID RINGS BUFFERS fill|await");
	pid = atoi(argv[1]);
	rings = memory(argv[2], RINGS, 6 * PAGE);
	buffers = memory(argv[3], BUFFERS, 2 * PAGE);
	for (unsigned int i = 0; i < 2; i++) {
		q[i].num = 64;
		q[i].desc = (void *)(rings + 3 * i * PAGE);
		q[i].avail = (void *)(rings + (3 * i + 1) * PAGE);
		q[i].used = (void *)(rings + (3 * i + 2) * PAGE);
	}
	if (!strcmp(argv[4], "fill"))
		fill(q, buffers);
	else
		puts(await(q, buffers));
	return 0;
}
