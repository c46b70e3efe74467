// SPDX-License-Identifier: GPL-2.0-only
/*
 * Management devices. Each profile is a device on the auxiliary bus, as the
 * vDPA functions of real adapters are, so that a handle reads
 * auxiliary/vdpactl_sim.PROFILE.0; the driver of those devices registers them
 * with the vDPA bus.
 */

#include <linux/auxiliary_bus.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "compat.h"
#include "sim.h"

struct vsim_mgmtdev {
	struct auxiliary_device adev;
	struct vdpa_mgmt_dev mdev;
	struct virtio_device_id id_table[2];
	const struct vsim_profile *profile;
};

static struct device *vsim_root;
static struct vsim_mgmtdev **vsim_mgmtdevs;

/*
 * The vDPA bus gives .dev_add no extended ack. What the bus itself does not
 * refuse with a text is told apart by its errno, and the text is in the log.
 */
static int vsim_check_features(struct device *parent,
			       const struct vsim_class *class,
			       const struct vdpa_dev_set_config *config)
{
	u64 features = config->device_features;

	if (!(config->mask & BIT_ULL(VDPA_ATTR_DEV_FEATURES)))
		return 0;
	if (features & ~class->features) {
		dev_err(parent, "device features 0x%llx cannot be offered\n",
			features & ~class->features);
		return -EOPNOTSUPP;
	}
	if (VSIM_FEATURES_NEEDED & ~features) {
		dev_err(parent, "device features 0x%llx cannot be left out\n",
			VSIM_FEATURES_NEEDED & ~features);
		return -EINVAL;
	}
	return 0;
}

static int vsim_dev_add(struct vdpa_mgmt_dev *mdev, const char *name,
			const struct vdpa_dev_set_config *config)
{
	struct vsim_mgmtdev *vm = container_of(mdev, struct vsim_mgmtdev, mdev);
	const struct vsim_class *class = vm->profile->class;
	struct vsim_dev *vs;
	int ret;

	ret = vsim_check_features(mdev->device, class, config);
	if (!ret && class->check)
		ret = class->check(mdev->device, config);
	if (ret)
		return ret;

	vs = vsim_create(mdev->device, mdev, vm->profile, name, config);
	if (IS_ERR(vs))
		return PTR_ERR(vs);

	ret = _vdpa_register_device(&vs->vdpa, vs->nvqs);
	if (ret)
		put_device(&vs->vdpa.dev);
	return ret;
}

static void vsim_dev_del(struct vdpa_mgmt_dev *mdev, struct vdpa_device *vdpa)
{
	_vdpa_unregister_device(vdpa);
}

static int vsim_dev_set_attr(struct vdpa_mgmt_dev *mdev,
			     struct vdpa_device *vdpa,
			     const struct vdpa_dev_set_config *config)
{
	struct vsim_dev *vs = to_vsim(vdpa);

	return vs->class->set_attr ? vs->class->set_attr(vs, config) :
				     -EOPNOTSUPP;
}

static const struct vdpa_mgmtdev_ops vsim_mgmtdev_ops = {
	.dev_add = vsim_dev_add,
	.dev_del = vsim_dev_del,
	.dev_set_attr = vsim_dev_set_attr,
};

static struct vsim_mgmtdev *to_vsim_mgmtdev(struct device *dev)
{
	return container_of(to_auxiliary_dev(dev), struct vsim_mgmtdev, adev);
}

static int vsim_probe(struct auxiliary_device *adev,
		      const struct auxiliary_device_id *id)
{
	struct vsim_mgmtdev *vm = to_vsim_mgmtdev(&adev->dev);
	const struct vsim_class *class = vm->profile->class;

	vm->id_table[0].device = class->device_id;
	vm->id_table[0].vendor = VIRTIO_DEV_ANY_ID;
	vm->mdev.device = &adev->dev;
	vm->mdev.ops = &vsim_mgmtdev_ops;
	vm->mdev.id_table = vm->id_table;
	vm->mdev.config_attr_mask = class->attrs;
	vm->mdev.supported_features = class->features;
	vm->mdev.max_supported_vqs = class->nvqs_max;
	return vdpa_mgmtdev_register(&vm->mdev);
}

static int vsim_release_driver(struct device *dev, void *unused)
{
	device_release_driver(dev);
	return 0;
}

/*
 * A chardev that is open keeps its device until it is closed. Wait for that
 * here, without the lock that vdpa_mgmtdev_unregister() takes and that every
 * query of the vDPA bus needs. A device that comes or is bound again in
 * between is waited for there.
 */
static void vsim_remove(struct auxiliary_device *adev)
{
	struct vsim_mgmtdev *vm = to_vsim_mgmtdev(&adev->dev);

	device_for_each_child(&adev->dev, NULL, vsim_release_driver);
	vdpa_mgmtdev_unregister(&vm->mdev);
}

static void vsim_release(struct device *dev)
{
	kfree(to_vsim_mgmtdev(dev));
	vsim_put();
}

static struct vsim_mgmtdev *vsim_mgmtdev_add(const struct vsim_profile *profile)
{
	struct vsim_mgmtdev *vm;
	int ret;

	vm = kzalloc_obj(*vm);
	if (!vm)
		return ERR_PTR(-ENOMEM);

	vm->profile = profile;
	vm->adev.name = profile->name;
	vm->adev.dev.parent = vsim_root;
	vm->adev.dev.release = vsim_release;
	ret = auxiliary_device_init(&vm->adev);
	if (ret) {
		kfree(vm);
		return ERR_PTR(ret);
	}
	vsim_get();
	ret = auxiliary_device_add(&vm->adev);
	if (ret) {
		auxiliary_device_uninit(&vm->adev);
		return ERR_PTR(ret);
	}
	return vm;
}

static void vsim_mgmtdev_del(struct vsim_mgmtdev *vm)
{
	auxiliary_device_delete(&vm->adev);
	auxiliary_device_uninit(&vm->adev);
}

static struct auxiliary_device_id *vsim_ids;

static struct auxiliary_driver vsim_driver = {
	.name = "mgmtdev",
	.probe = vsim_probe,
	.remove = vsim_remove,
};

int vsim_mgmtdev_init(void)
{
	unsigned int i;
	int ret = -ENOMEM;

	/* The last one stays empty: it ends the table */
	vsim_ids = kcalloc(vsim_nprofiles + 1, sizeof(*vsim_ids), GFP_KERNEL);
	vsim_mgmtdevs = kcalloc(vsim_nprofiles, sizeof(*vsim_mgmtdevs), GFP_KERNEL);
	if (!vsim_ids || !vsim_mgmtdevs)
		goto err_free;
	for (i = 0; i < vsim_nprofiles; i++)
		snprintf(vsim_ids[i].name, sizeof(vsim_ids[i].name), "%s.%s",
			 KBUILD_MODNAME, vsim_profiles[i].name);
	vsim_driver.id_table = vsim_ids;

	vsim_root = root_device_register(KBUILD_MODNAME);
	if (IS_ERR(vsim_root)) {
		ret = PTR_ERR(vsim_root);
		goto err_free;
	}
	ret = auxiliary_driver_register(&vsim_driver);
	if (ret)
		goto err_root;
	for (i = 0; i < vsim_nprofiles; i++) {
		vsim_mgmtdevs[i] = vsim_mgmtdev_add(&vsim_profiles[i]);
		if (IS_ERR(vsim_mgmtdevs[i])) {
			ret = PTR_ERR(vsim_mgmtdevs[i]);
			goto err_devs;
		}
	}
	return 0;

err_devs:
	while (i--)
		vsim_mgmtdev_del(vsim_mgmtdevs[i]);
	auxiliary_driver_unregister(&vsim_driver);
err_root:
	root_device_unregister(vsim_root);
err_free:
	kfree(vsim_mgmtdevs);
	kfree(vsim_ids);
	return ret;
}

void vsim_mgmtdev_exit(void)
{
	unsigned int i = vsim_nprofiles;

	while (i--)
		vsim_mgmtdev_del(vsim_mgmtdevs[i]);
	auxiliary_driver_unregister(&vsim_driver);
	root_device_unregister(vsim_root);
	kfree(vsim_mgmtdevs);
	kfree(vsim_ids);
}
