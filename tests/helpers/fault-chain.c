// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The owner of a fault queue, as a VMM would be: builds the chain for a VFIO
 * device and then does what it is told.
 *
 *   fault-chain [OPTIONS] DEVICE -- COMMAND [ARG...]
 *	runs COMMAND with the fault queue as descriptor 3 and the event queue as 4
 *   fault-chain [OPTIONS] DEVICE
 *	prints "PID FAULT-FD EVENT-FD", and obeys lines from standard input:
 *	attach, replace, detach, map IOVA LENGTH, unmap IOVA LENGTH, info; "pasid N IOVA
 *	LENGTH" gives a PASID an address space of its own with memory in it; "plain"
 *	attaches a page table without a fault queue; "invalidate IOVA LENGTH" the
 *	nested one; "peek REGION OFFSET SIZE" reads a register of the device, "poke
 *	REGION OFFSET SIZE VALUE" writes one; "reset" resets it. The answer is a line:
 *	"ok", what was asked for, or "error ERRNO". Ends with standard input.
 *   fault-chain [OPTIONS] --send SOCKET DEVICE
 *	listens, and hands the fault queue to who connects first
 *   fault-chain [OPTIONS] --loop GROUPS DEVICE
 *	reads and answers success until so many groups came; prints the seconds
 *
 * Options: --pasid N, --nested, --events, --depth N, --offset N, --no-attach
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/vdpactl_sim.h>
#include <linux/vfio.h>

#include <vdpactl/fault.h>
#include <vdpactl/iommufd.h>

#include "compat-iommufd.h"
#include "iommufd.h"

static struct vdpactl_error err;

static void die(const char *what)
{
	fprintf(stderr, "fault-chain: %s: %s\n%s\n", what, err.message, err.hint);
	exit(90);
}

static int run_command(const struct vdpactl_chain_info *info, char **argv)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		dup2(info->fault, 3);
		if (info->event >= 0)
			dup2(info->event, 4);
		execvp(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int map(struct vdpactl_chain *chain, uint64_t iova, uint64_t length)
{
	void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? -errno :
				      vdpactl_chain_map(chain, iova, memory, length, &err);
}

/* Goes with the device's node and the iommufd */
static int give_pasid(const struct vdpactl_chain_info *info, uint32_t pasid, uint64_t iova,
		      uint64_t length)
{
	struct iommufd_hwpt hwpt = { .device = info->dev_id, .flags = IOMMUFD_HWPT_PASID };
	void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t id;
	int ret;

	if (memory == MAP_FAILED)
		return -errno;
	ret = iommufd_ioas_alloc(info->iommufd, &hwpt.parent);
	if (!ret)
		ret = iommufd_ioas_map(info->iommufd, hwpt.parent, iova, memory, length);
	if (!ret)
		ret = iommufd_hwpt_alloc(info->iommufd, &hwpt, &id);
	return ret ? ret : vfio_attach(info->device, pasid, id);
}

static int invalidate(const struct vdpactl_chain_info *info, uint64_t iova, uint64_t length)
{
	struct vdpactl_iommu_invalidate entry = { .iova = iova, .length = length };
	/* struct iommu_hwpt_invalidate */
	struct {
		uint32_t size, hwpt_id;
		uint64_t data_uptr;
		uint32_t data_type, entry_len, entry_num, reserved;
	} cmd = {
		sizeof(cmd), info->hwpt_id, (uintptr_t)&entry, VDPACTL_IOMMU_TYPE,
		sizeof(entry), 1, 0,
	};

	return ioctl(info->iommufd, IOMMUFD_HWPT_INVALIDATE, &cmd) ? -errno : 0;
}

/* A register of @size bytes: print it and return 1, or write *@value */
static int access_register(const struct vdpactl_chain_info *info, unsigned int region,
			   uint64_t offset, size_t size, const uint64_t *value)
{
	struct vfio_region_info place = { .argsz = sizeof(place), .index = region };
	uint64_t got = 0;
	ssize_t n;

	if (size > sizeof(got))
		return -EINVAL;
	if (ioctl(info->device, VFIO_DEVICE_GET_REGION_INFO, &place))
		return -errno;
	if (value)
		n = pwrite(info->device, value, size, place.offset + offset);
	else
		n = pread(info->device, &got, size, place.offset + offset);
	if (n < 0)
		return -errno;
	if (value)
		return 0;
	printf("0x%llx\n", (unsigned long long)got);
	return 1;
}

static int obey_device(const struct vdpactl_chain_info *info, const char *line)
{
	unsigned long long offset, size, value;
	unsigned int region;

	if (sscanf(line, "peek %u %lli %lli", &region, (long long *)&offset,
		   (long long *)&size) == 3)
		return access_register(info, region, offset, size, NULL);
	if (sscanf(line, "poke %u %lli %lli %lli", &region, (long long *)&offset,
		   (long long *)&size, (long long *)&value) == 4)
		return access_register(info, region, offset, size, &(uint64_t){ value });
	if (!strcmp(line, "reset\n"))
		return ioctl(info->device, VFIO_DEVICE_RESET) ? -errno : 0;
	return -EINVAL;
}

/* 0, 1 if the answer is printed, or a negative errno */
static int obey_line(struct vdpactl_chain *chain, const char *line)
{
	const struct vdpactl_chain_info *info = vdpactl_chain_info(chain);
	unsigned long long iova, length;
	unsigned int pasid;

	if (!strcmp(line, "attach\n"))
		return vdpactl_chain_attach(chain, &err);
	if (!strcmp(line, "replace\n"))
		return vdpactl_chain_replace(chain, &err);
	if (!strcmp(line, "detach\n"))
		return vdpactl_chain_detach(chain, &err);
	if (sscanf(line, "map %lli %lli", (long long *)&iova, (long long *)&length) == 2)
		return map(chain, iova, length);
	if (sscanf(line, "unmap %lli %lli", (long long *)&iova, (long long *)&length) == 2)
		return vdpactl_chain_unmap(chain, iova, length, &err);
	if (sscanf(line, "pasid %u %lli %lli", &pasid, (long long *)&iova,
		   (long long *)&length) == 3)
		return give_pasid(info, pasid, iova, length);
	if (!strcmp(line, "info\n")) {
		printf("dev_id %u hwpt_id %u nested %d hw_type 0x%x\n", info->dev_id,
		       info->hwpt_id, info->nested, info->hw_type);
		return 1;
	}
	if (!strcmp(line, "plain\n"))
		return vfio_attach(info->device, 0, info->ioas_id);
	if (sscanf(line, "invalidate %llx %llx", &iova, &length) == 2)
		return invalidate(info, iova, length);
	return obey_device(info, line);
}

static int obey(struct vdpactl_chain *chain)
{
	const struct vdpactl_chain_info *info = vdpactl_chain_info(chain);
	char line[256];
	int ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("%d %d %d\n", getpid(), info->fault, info->event);
	while (fgets(line, sizeof(line), stdin)) {
		ret = obey_line(chain, line);
		if (ret < 0)
			printf("error %s\n", vdpactl_errno_name(-ret));
		else if (!ret)
			puts("ok");
	}
	return 0;
}

static int send_fd(const struct vdpactl_chain_info *info, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec iov = { "f", 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int sock = socket(AF_UNIX, SOCK_STREAM, 0), peer;
	char byte;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	memcpy(CMSG_DATA(&control.header), &info->fault, sizeof(int));
	if (bind(sock, (struct sockaddr *)&addr, sizeof(addr)) || listen(sock, 1)) {
		perror("fault-chain: listen");
		return 90;
	}
	peer = accept(sock, NULL, NULL);
	if (sendmsg(peer, &msg, 0) != 1) {
		perror("fault-chain: sendmsg");
		return 90;
	}
	unlink(path);
	/* Own the queue until standard input ends */
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static int loop(const struct vdpactl_chain_info *info, unsigned long wanted)
{
	static struct iommufd_pgfault records[4096];
	static struct iommufd_page_response responses[4096];
	struct pollfd pfd = { .fd = info->fault, .events = POLLIN };
	unsigned long groups = 0;
	int64_t start = 0;

	while (groups < wanted) {
		ssize_t bytes = read(info->fault, records, sizeof(records));
		size_t n = 0;

		if (!start && bytes)
			start = now_ns();
		if (!bytes)
			poll(&pfd, 1, -1);
		for (ssize_t i = 0; i < bytes / (ssize_t)sizeof(records[0]); i++)
			if (records[i].flags & IOMMUFD_PGFAULT_LAST_PAGE)
				responses[n++].cookie = records[i].cookie;
		if (n && write(info->fault, responses, n * sizeof(responses[0])) < 0)
			return 1;
		groups += n;
	}
	printf("%.6f\n", (now_ns() - start) / 1e9);
	return 0;
}

int main(int argc, char **argv)
{
	struct vdpactl_chain_options options = { 0 };
	struct vdpactl_vfio_device device;
	const char *name = NULL, *send = NULL;
	unsigned long groups = 0;
	struct vdpactl_chain *chain;
	const struct vdpactl_chain_info *info;
	int i, ret;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--pasid"))
			options.pasid = atoi(argv[++i]);
		else if (!strcmp(argv[i], "--depth"))
			options.event_depth = atoi(argv[++i]);
		else if (!strcmp(argv[i], "--offset"))
			options.offset = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--send"))
			send = argv[++i];
		else if (!strcmp(argv[i], "--loop"))
			groups = strtoul(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--nested"))
			options.nested = true;
		else if (!strcmp(argv[i], "--events"))
			options.events = true;
		else if (!strcmp(argv[i], "--no-attach"))
			options.no_attach = true;
		else
			name = argv[i];
	}
	if (!name)
		return 2;
	if (vdpactl_vfio_find(name, &device, &err))
		die(name);
	chain = vdpactl_chain_new(&device, &options, &err);
	if (!chain)
		die(name);
	info = vdpactl_chain_info(chain);
	if (i < argc - 1)
		ret = run_command(info, argv + i + 1);
	else if (send)
		ret = send_fd(info, send);
	else if (groups)
		ret = loop(info, groups);
	else
		ret = obey(chain);
	vdpactl_chain_free(chain);
	return ret;
}
