// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A chain on hardware and kernels that the lab does not have: this file stands in
 * for iommufd and VFIO.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include <vdpactl/iommufd.h>

#include "compat-iommufd.h"

/* ---- the kernel's side ----------------------------------------------------------- */

/* What fails, and with what; 0: nothing */
static struct {
	int open;
	int bind;
	int fault;
	int paging;
	int attach;
	uint32_t hw_type;
} kernel;

static uint32_t next_id;
static int destroyed;
static int detached;

int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (!strcmp(path, "/dev/iommu")) {
		path = "/dev/null";
		if (kernel.open) {
			errno = kernel.open;
			return -1;
		}
	}
	return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static int result(int code)
{
	errno = code;
	return code ? -1 : 0;
}

static int hwpt_alloc(struct iommufd_hwpt_alloc *cmd)
{
	cmd->out_hwpt_id = ++next_id;
	return result(cmd->data_len ? EOPNOTSUPP :
		      cmd->flags & IOMMUFD_HWPT_FAULT_ID_VALID ? kernel.paging : 0);
}

static int fault_alloc(struct iommufd_fault_alloc *cmd)
{
	cmd->out_fault_id = ++next_id;
	if (!kernel.fault)
		cmd->out_fault_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return result(kernel.fault);
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	switch (request) {
	case VFIO_CDEV_BIND_IOMMUFD:
		return result(kernel.bind);
	case IOMMUFD_IOAS_ALLOC:
		((struct iommufd_ioas_alloc *)arg)->out_ioas_id = ++next_id;
		return 0;
	case IOMMUFD_FAULT_ALLOC:
		return fault_alloc(arg);
	case IOMMUFD_GET_HW_INFO:
		((struct iommufd_hw_info *)arg)->out_data_type = kernel.hw_type;
		return 0;
	case IOMMUFD_HWPT_ALLOC:
		return hwpt_alloc(arg);
	case VFIO_CDEV_ATTACH_PT:
		return result(kernel.attach);
	case VFIO_CDEV_DETACH_PT:
		detached++;
		return 0;
	case IOMMUFD_DESTROY:
		destroyed++;
		return 0;
	}
	return result(ENOTTY);
}

/* ---- the tests ---------------------------------------------------------------------- */

static const struct vdpactl_vfio_device device = {
	.node = "vfio0", .parent = "0000:01:00.0", .path = "/dev/null",
};

static int reset(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	next_id = 0;
	destroyed = 0;
	detached = 0;
	return 0;
}

/* Also that no descriptor is left open: the next one has the lowest number again */
static void fails(const struct vdpactl_chain_options *options, int code,
		  const char *message, const char *hint)
{
	struct vdpactl_error err;
	int before = dup(0), after;

	close(before);
	assert_null(vdpactl_chain_new(&device, options, &err));
	after = dup(0);
	close(after);
	assert_int_equal(after, before);
	assert_int_equal(err.code, code);
	if (!strstr(err.message, message) || !strstr(err.hint, hint))
		fail_msg("\"%s\" and \"%s\"", err.message, err.hint);
}

static void test_no_iommufd(void **state)
{
	kernel.open = ENOENT;
	fails(&(struct vdpactl_chain_options){ 0 }, ENOENT, "/dev/iommu", "CONFIG_IOMMUFD");
	kernel.open = EACCES;
	fails(&(struct vdpactl_chain_options){ 0 }, EACCES, "/dev/iommu", "root");
}

static void test_bind(void **state)
{
	kernel.bind = EPERM;
	fails(&(struct vdpactl_chain_options){ 0 }, EPERM, "vfio0", "allow_unsafe_interrupts");
	kernel.bind = EBUSY;
	fails(&(struct vdpactl_chain_options){ 0 }, EBUSY, "vfio0", "Another process");
}

static void test_no_fault_queues(void **state)
{
	kernel.fault = ENOTTY;
	fails(&(struct vdpactl_chain_options){ 0 }, ENOTTY, "fault queue", "6.11");
}

/* Only nested page tables deliver page requests, and theirs are not ours */
static void test_foreign_format(void **state)
{
	static const struct {
		uint32_t type;
		const char *name;
	} hardware[] = {
		{ IOMMUFD_HW_INFO_INTEL_VTD, "(Intel VT-d)" },
		{ IOMMUFD_HW_INFO_ARM_SMMUV3, "(Arm SMMUv3)" },
		{ IOMMUFD_HW_INFO_AMD, "(AMD)" },
		{ IOMMUFD_HW_INFO_NONE, "(unknown)" },
		{ 4711, "(unknown)" },
	};

	kernel.paging = EOPNOTSUPP;
	for (size_t i = 0; i < sizeof(hardware) / sizeof(hardware[0]); i++) {
		kernel.hw_type = hardware[i].type;
		fails(&(struct vdpactl_chain_options){ 0 }, ENOTSUP, hardware[i].name,
		      "Linux 7.2");
		fails(&(struct vdpactl_chain_options){ .nested = true }, ENOTSUP,
		      "nested page tables", "plain page tables");
	}
	assert_int_equal(detached, 0);
}

static void test_foreign_paging(void **state)
{
	struct vdpactl_chain *chain;
	struct vdpactl_error err;

	kernel.hw_type = IOMMUFD_HW_INFO_INTEL_VTD;
	chain = vdpactl_chain_new(&device, &(struct vdpactl_chain_options){ 0 }, &err);
	assert_non_null(chain);
	assert_false(vdpactl_chain_info(chain)->nested);
	assert_int_equal(vdpactl_chain_info(chain)->hw_type, IOMMUFD_HW_INFO_INTEL_VTD);
	vdpactl_chain_free(chain);
	assert_int_equal(detached, 1);
	assert_int_equal(destroyed, 1);
}

static void test_attach(void **state)
{
	kernel.attach = EINVAL;
	fails(&(struct vdpactl_chain_options){ .pasid = 5 }, EINVAL, "PASID 5", "PASIDs need");
	fails(&(struct vdpactl_chain_options){ 0 }, EINVAL, "vfio0", "");
	assert_int_equal(detached, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_no_iommufd, reset),
		cmocka_unit_test_setup(test_bind, reset),
		cmocka_unit_test_setup(test_no_fault_queues, reset),
		cmocka_unit_test_setup(test_foreign_format, reset),
		cmocka_unit_test_setup(test_foreign_paging, reset),
		cmocka_unit_test_setup(test_attach, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
