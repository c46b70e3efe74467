#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: compat.sh KDIR flags
#        compat.sh KDIR lacks { diag | sim | faults }
#
# Looks into the headers of the kernel that is built in KDIR: distributions
# carry changes to kernels of an older number, which says nothing for that.
# "flags" prints what include/compat.h wants to know, as options for the
# compiler; "lacks" what a module, or the I/O page faults of vdpactl_sim, would
# need and the kernel has not. Kbuild builds what lacks nothing, and DKMS skips
# the rest. Where there are no headers nothing is lacking: DKMS has a better
# message for that.

set -u

kdir=$1
headers=$kdir
# A build directory of its own, as Debian's packages have: sources elsewhere
[ -e "$kdir/include/linux/vdpa.h" ] ||
	headers=$(sed -n 's,^include \(/.*\)/Makefile$,\1,p' "$kdir/Makefile" 2>/dev/null)
headers=$headers/include
config=$kdir/include/config/auto.conf

# has HEADER PATTERN: a declaration may be broken into lines
has()
{
	tr -s '[:space:]' ' ' 2>/dev/null <"$headers/$1" | grep -q -- "$2"
}

# need HEADER PATTERN NAME
need()
{
	has "$1" "$2" || echo "$3"
}

# need_config OPTION[=n]...
need_config()
{
	for option; do
		case $option in
		*=n) ! grep -qE "^${option%=n}=[ym]$" "$config" || echo "$option" ;;
		*) grep -qE "^$option=[ym]$" "$config" || echo "$option" ;;
		esac
	done
}

# What changed in the interfaces of IOMMU drivers, VFIO and sysfs that the
# virtual IOMMU and its DMA engine use, from 6.13 to 6.19
iommu_changes()
{
	has linux/iommu.h '(\*attach_dev)([^;]*\*old)' && echo attach_dev
	has linux/iommu.h '(\*domain_alloc_nested)' && echo domain_alloc_nested
	has linux/iommu.h '(\*viommu_init)' && echo viommu_init
	has linux/iommu.h '(\*hw_info)([^;]*enum iommu_hw_info_type' && echo hw_info
	has linux/iommu.h '(\*dev_enable_feat)' || echo dev_enable_feat
	has uapi/linux/iommufd.h 'IOMMU_HWPT_ALLOC_PASID' && echo alloc_pasid
	has linux/vfio.h '(\*pasid_attach_ioas)' && echo pasid_attach_ioas
	has linux/vfio.h '(\*get_region_info_caps)' && echo region_info_caps
	has linux/sysfs.h '(\*read)([^;]*const struct bin_attribute' && echo bin_attribute
}

flag()
{
	! has "$2" "$3" || echo "-DVDPACTL_HAVE_$1"
}

flags()
{
	flag GET_VQ_SIZE linux/vdpa.h '(\*get_vq_size)'
	flag VIRTIO_MAP_OPS linux/vdpa.h 'virtio_map_ops'
	flag GENL_BIND net/genetlink.h '(\*bind)(int '
	flag STRSCPY_OF_ARRAY linux/string.h 'define __strscpy0('
	[ -z "$(iommu_changes)" ] || echo -DVDPACTL_HAVE_NEW_IOMMU
}

# kretprobes hand over arguments by register: a 64-bit argument is one register
# only on 64-bit machines. Their handlers run with preemption off, where
# PREEMPT_RT allows neither spinlock_t nor allocation.
lacks_diag()
{
	need_config CONFIG_64BIT CONFIG_VDPA CONFIG_KRETPROBES \
		CONFIG_HAVE_FUNCTION_ARG_ACCESS_API CONFIG_PREEMPT_RT=n
	need linux/vdpa.h '(\*reset_map)' .reset_map
	need linux/vdpa.h '(\*compat_reset)' .compat_reset
	need linux/vdpa.h '(\*get_vq_desc_group)' .get_vq_desc_group
	need net/netlink.h 'nla_put_uint(' 'nla_put_uint()'
	need net/genetlink.h 'GENL_MCAST_CAP_NET_ADMIN' GENL_MCAST_CAP_NET_ADMIN
	need net/genetlink.h 'genl_info_dump(' 'genl_info_dump()'
	need net/genetlink.h 'genlmsg_multicast_netns_filtered(' \
		'genlmsg_multicast_netns_filtered()'
}

lacks_sim()
{
	need_config CONFIG_VDPA CONFIG_VHOST_IOTLB
	need linux/vdpa.h '(\*get_vq_size)' .get_vq_size
	need linux/string.h 'define __strscpy0(' 'strscpy() of an array'
}

# All of the changes or none: what lies between has never been tried
lacks_faults()
{
	need_config CONFIG_64BIT CONFIG_IOMMUFD CONFIG_VFIO_DEVICE_CDEV \
		CONFIG_IOMMU_IOPF
	case $(iommu_changes | wc -l) in
	0 | 9) ;;
	*) echo 'a known interface of IOMMU drivers' ;;
	esac
}

case $2 in
flags) flags ;;
lacks) [ ! -e "$config" ] || "lacks_$3" ;;
esac
