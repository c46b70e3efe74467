// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: diag-vduse NAME
 *
 * A VDUSE daemon for a network device with two virtqueues that never moves a frame: it
 * agrees to whatever it is told, until it is killed. Prints "ready" when the device can be
 * added ("vdpa dev add name NAME mgmtdev vduse"). A question for the state of a virtqueue
 * is an error: it would be for the driver alone to ask.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vduse.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>

#define VQS 2

static int create(const char *name)
{
	size_t size = sizeof(struct vduse_dev_config) + sizeof(struct virtio_net_config);
	struct vduse_dev_config *config = calloc(1, size);
	struct virtio_net_config *net;
	int control, ret;

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

	control = open("/dev/vduse/control", O_RDWR);
	ret = control < 0 ? -1 : ioctl(control, VDUSE_CREATE_DEV, config);
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

int main(int argc, char **argv)
{
	struct vduse_dev_request request;
	int fd;

	if (argc != 2)
		return 2;
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
	while (read(fd, &request, sizeof(request)) == sizeof(request)) {
		struct vduse_dev_response response = {
			.request_id = request.request_id,
			.result = VDUSE_REQ_RESULT_OK,
		};

		printf("request %u\n", request.type);
		fflush(stdout);
		if (write(fd, &response, sizeof(response)) != sizeof(response))
			return 1;
	}
	return 1;
}
