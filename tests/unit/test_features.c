// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <linux/vhost.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>

#include <vdpactl/features.h>

/* The system's headers say which number belongs to a name */
#define NET(name) { VIRTIO_ID_NET, #name, VIRTIO_NET_F_##name }
#define BLK(name) { VIRTIO_ID_BLOCK, #name, VIRTIO_BLK_F_##name }
#define ANY(name) { 0, #name, VIRTIO_F_##name }
#define RING(name) { 0, #name, VIRTIO_RING_F_##name }

static const struct {
	uint32_t virtio_id;
	const char *name;
	unsigned int bit;
} kernel_names[] = {
	NET(CSUM), NET(GUEST_CSUM), NET(CTRL_GUEST_OFFLOADS), NET(MTU), NET(MAC),
	NET(GUEST_TSO4), NET(GUEST_TSO6), NET(GUEST_ECN), NET(GUEST_UFO),
	NET(HOST_TSO4), NET(HOST_TSO6), NET(HOST_ECN), NET(HOST_UFO),
	NET(MRG_RXBUF), NET(STATUS), NET(CTRL_VQ), NET(CTRL_RX), NET(CTRL_VLAN),
	NET(CTRL_RX_EXTRA), NET(GUEST_ANNOUNCE), NET(MQ), NET(CTRL_MAC_ADDR),
	NET(NOTF_COAL), NET(HASH_REPORT), NET(RSS), NET(RSC_EXT), NET(STANDBY),
	NET(SPEED_DUPLEX), NET(GSO),
	BLK(SIZE_MAX), BLK(SEG_MAX), BLK(GEOMETRY), BLK(RO), BLK(BLK_SIZE),
	BLK(TOPOLOGY), BLK(MQ), BLK(DISCARD), BLK(WRITE_ZEROES), BLK(SECURE_ERASE),
	BLK(BARRIER), BLK(SCSI), BLK(FLUSH), BLK(CONFIG_WCE),
	ANY(NOTIFY_ON_EMPTY), ANY(ANY_LAYOUT), ANY(VERSION_1), ANY(ACCESS_PLATFORM),
	ANY(RING_PACKED), ANY(IN_ORDER), ANY(ORDER_PLATFORM), ANY(SR_IOV),
	ANY(RING_RESET), RING(INDIRECT_DESC), RING(EVENT_IDX),
};

static void test_names_are_the_kernels(void **state)
{
	for (size_t i = 0; i < sizeof(kernel_names) / sizeof(*kernel_names); i++) {
		const struct vdpactl_bits *bits = vdpactl_bits_device(kernel_names[i].virtio_id);

		assert_string_equal(vdpactl_bit_name(bits, kernel_names[i].bit),
				    kernel_names[i].name);
	}
	assert_string_equal(vdpactl_bit_name(vdpactl_bits_backend(), VHOST_BACKEND_F_IOTLB_ASID),
			    "IOTLB_ASID");
	assert_string_equal(vdpactl_bit_name(vdpactl_bits_backend(), 8), "IOTLB_PERSIST");
	assert_string_equal(vdpactl_bit_name(vdpactl_bits_status(), 2), "DRIVER_OK");
	assert_int_equal(1 << 2, VIRTIO_CONFIG_S_DRIVER_OK);
}

static void test_names_depend_on_the_type(void **state)
{
	assert_string_equal(vdpactl_bit_name(vdpactl_bits_device(VIRTIO_ID_NET), 5), "MAC");
	assert_string_equal(vdpactl_bit_name(vdpactl_bits_device(VIRTIO_ID_BLOCK), 5), "RO");
	assert_null(vdpactl_bit_name(vdpactl_bits_device(VIRTIO_ID_CONSOLE), 5));
	assert_string_equal(vdpactl_bit_name(vdpactl_bits_device(VIRTIO_ID_BLOCK), 32),
			    "VERSION_1");
	assert_null(vdpactl_bit_name(vdpactl_bits_device(VIRTIO_ID_BLOCK), 63));
	assert_null(vdpactl_bit_name(vdpactl_bits_backend(), 0));
}

static void test_iproute2_spelling(void **state)
{
	assert_string_equal(vdpactl_bit_name_iproute2(VIRTIO_ID_NET, 28), "RING_INDIRECT_DESC");
	assert_string_equal(vdpactl_bit_name_iproute2(VIRTIO_ID_NET, 32), "VERSION_1");
	assert_string_equal(vdpactl_bit_name_iproute2(VIRTIO_ID_NET, 27), "ANY_LAYOUT");
	assert_null(vdpactl_bit_name_iproute2(VIRTIO_ID_BLOCK, 27));
	assert_null(vdpactl_bit_name_iproute2(VIRTIO_ID_BLOCK, 5));
	assert_null(vdpactl_bit_name_iproute2(VIRTIO_ID_NET, 53));
}

static const struct {
	uint32_t virtio_id;
	const char *text;
	uint64_t mask;
} accepted[] = {
	{ VIRTIO_ID_NET, "0", 0 },
	{ VIRTIO_ID_NET, "0x0", 0 },
	{ VIRTIO_ID_NET, "0xffffffffffffffff", UINT64_MAX },
	{ VIRTIO_ID_NET, "18446744073709551615", UINT64_MAX },
	{ VIRTIO_ID_NET, "010", 10 },
	{ VIRTIO_ID_NET, "MAC", 1 << 5 },
	{ VIRTIO_ID_BLOCK, "RO", 1 << 5 },
	{ VIRTIO_ID_NET, "mac,Version_1", 1ull << 32 | 1 << 5 },
	{ VIRTIO_ID_NET, "VIRTIO_NET_F_MAC,virtio_f_version_1", 1ull << 32 | 1 << 5 },
	{ VIRTIO_ID_NET, "VIRTIO_RING_F_EVENT_IDX", 1 << 29 },
	{ VIRTIO_ID_NET, "RING_EVENT_IDX", 1 << 29 },
	{ VIRTIO_ID_NET, "IOMMU_PLATFORM", 1ull << 33 },
	{ VIRTIO_ID_NET, "bit_63,bit_0", 1ull << 63 | 1 },
	{ VIRTIO_ID_CONSOLE, "VERSION_1", 1ull << 32 },
};

static void test_parse_accepts(void **state)
{
	for (size_t i = 0; i < sizeof(accepted) / sizeof(*accepted); i++) {
		struct vdpactl_error err = { 0 };
		uint64_t mask = 1;
		int ret = vdpactl_bits_parse(vdpactl_bits_device(accepted[i].virtio_id),
					     accepted[i].text, &mask, &err);

		if (ret || mask != accepted[i].mask)
			fail_msg("\"%s\" gave %d (%s), mask 0x%llx", accepted[i].text, ret,
				 err.message, (unsigned long long)mask);
	}
}

static const struct {
	const char *text;
	int ret;
} refused[] = {
	{ "", -EINVAL }, { ",", -EINVAL }, { "MAC,", -EINVAL }, { ",MAC", -EINVAL },
	{ "MAC,,MTU", -EINVAL }, { "NOSUCH", -EINVAL }, { "RO", -EINVAL },
	{ "0x", -EINVAL }, { "0x1g", -EINVAL }, { "12,MAC", -EINVAL }, { "1 ", -EINVAL },
	{ " 1", -EINVAL }, { "-1", -EINVAL }, { "0x-1", -EINVAL }, { "0x 1", -EINVAL },
	{ "0x10000000000000000", -ERANGE }, { "18446744073709551616", -ERANGE },
	{ "HOST_UDP_TUNNEL_GSO", -ERANGE }, { "bit_64", -ERANGE }, { "bit_", -EINVAL },
	{ "bit_-1", -EINVAL }, { "bit_1x", -EINVAL }, { "bit_4294967296", -EINVAL },
	{ "VIRTIO_BLK_F_RO", -EINVAL }, { "VIRTIO_NET_F_", -EINVAL },
};

static void test_parse_refuses(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct vdpactl_error err = { 0 };
		uint64_t mask = 42;
		int ret = vdpactl_bits_parse(vdpactl_bits_device(VIRTIO_ID_NET),
					     refused[i].text, &mask, &err);

		if (ret != refused[i].ret || mask != 42 || err.code != -ret)
			fail_msg("\"%s\" gave %d (%s)", refused[i].text, ret, err.message);
	}
}

static void test_every_bit_has_its_place(void **state)
{
	uint64_t placed = 0;

	for (unsigned int place = 0; place < 64; place++) {
		assert_int_equal(vdpactl_bit_at(vdpactl_bits_backend(), place), place);
		placed |= 1ull << vdpactl_bit_at(vdpactl_bits_status(), place);
	}
	assert_true(placed == UINT64_MAX);
	assert_int_equal(1 << vdpactl_bit_at(vdpactl_bits_status(), 2), VIRTIO_CONFIG_S_FEATURES_OK);
	assert_int_equal(1 << vdpactl_bit_at(vdpactl_bits_status(), 3), VIRTIO_CONFIG_S_DRIVER_OK);
}

static void test_every_name_parses_to_its_bit(void **state)
{
	const struct vdpactl_bits *spaces[] = {
		vdpactl_bits_device(VIRTIO_ID_NET), vdpactl_bits_device(VIRTIO_ID_BLOCK),
		vdpactl_bits_backend(), vdpactl_bits_status(),
	};

	for (size_t i = 0; i < sizeof(spaces) / sizeof(*spaces); i++) {
		for (unsigned int bit = 0; bit < 64; bit++) {
			const char *name = vdpactl_bit_name(spaces[i], bit);
			uint64_t mask;

			if (!name)
				continue;
			assert_int_equal(vdpactl_bits_parse(spaces[i], name, &mask, NULL), 0);
			assert_true(mask == 1ull << bit);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_the_kernels),
		cmocka_unit_test(test_names_depend_on_the_type),
		cmocka_unit_test(test_iproute2_spelling),
		cmocka_unit_test(test_parse_accepts),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_every_bit_has_its_place),
		cmocka_unit_test(test_every_name_parses_to_its_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
