// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: diag-vduse NAME
 *
 * A VDUSE daemon for a network device with two virtqueues that never moves a frame: it
 * agrees to whatever it is told, and says what that was, until SIGTERM ends it and the
 * device. Prints "ready" when the device can be added ("vdpa dev add name NAME mgmtdev
 * vduse").
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <linux/vduse.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>

#define VQS 2

static int control;

static int create(const char *name)
{
	size_t size = sizeof(struct vduse_dev_config) + sizeof(struct virtio_net_config);
	struct vduse_dev_config *config = calloc(1, size);
	struct virtio_net_config *net;
	int ret;

	if (!config)
		return -1;
	snprintf(config->name, sizeof(config->name), "%s", name);
	config->device_id = VIRTIO_ID_NET;
	config->features = 1ULL << VIRTIO_F_VERSION_1 | 1ULL << VIRTIO_F_ACCESS_PLATFORM |
			   1ULL << VIRTIO_NET_F_MAC;
	config->vq_num = VQS;
	config->vq_align = 4096;
	config->config_size = sizeof(struct virtio_net_config);
	net = (struct virtio_net_config *)config->config;
	memcpy(net->mac, "\x52\x54\x00\x12\x34\x56", sizeof(net->mac));

	ret = ioctl(control, VDUSE_CREATE_DEV, config);
	free(config);
	return ret;
}

static int open_device(const char *name)
{
	char path[64];
	int fd = -1;

	snprintf(path, sizeof(path), "/dev/vduse/%s", name);
	for (int i = 0; i < 1000 && fd < 0; i++) {
		fd = open(path, O_RDWR);
		if (fd < 0)
			usleep(10000);
	}
	for (unsigned int i = 0; fd >= 0 && i < VQS; i++) {
		struct vduse_vq_config vq = { .index = i, .max_size = 256 };

		if (ioctl(fd, VDUSE_VQ_SETUP, &vq))
			return -1;
	}
	return fd;
}

/* Return: whether there is a request; else there is SIGTERM, or the device is gone */
static bool wait_request(int fd, int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};

	return poll(fds, 2, -1) > 0 && !fds[0].revents && fds[1].revents == POLLIN;
}

int main(int argc, char **argv)
{
	struct vduse_dev_request request;
	char name[VDUSE_NAME_MAX] = { 0 };
	sigset_t set;
	int fd, signals;

	if (argc != 2)
		return 2;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	control = open("/dev/vduse/control", O_RDWR);
	if (create(argv[1]) && errno != EEXIST) {
		perror("VDUSE_CREATE_DEV");
		return 1;
	}
	fd = open_device(argv[1]);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	puts("ready");
	fflush(stdout);
	while (wait_request(fd, signals) &&
	       read(fd, &request, sizeof(request)) == sizeof(request)) {
		struct vduse_dev_response response = {
			.request_id = request.request_id,
			.result = VDUSE_REQ_RESULT_OK,
		};

		printf("request %u\n", request.type);
		fflush(stdout);
		if (write(fd, &response, sizeof(response)) != sizeof(response))
			return 1;
	}
	close(fd);
	snprintf(name, sizeof(name), "%s", argv[1]);
	return ioctl(control, VDUSE_DESTROY_DEV, name) ? 1 : 0;
}
