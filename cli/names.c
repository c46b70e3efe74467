// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdio.h>

#include <vdpactl/features.h>

#include "names.h"
#include "output.h"
#include "table.h"

json_t *names_handle(const struct vdpactl_handle *handle)
{
	char name[512];

	if (!handle->bus)
		return json_text(handle->name);
	snprintf(name, sizeof(name), "%s/%s", handle->bus, handle->name);
	return json_text(name);
}

json_t *names_iproute2(uint64_t features, uint32_t virtio_id)
{
	json_t *names = json_array();

	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = vdpactl_bit_name_iproute2(virtio_id, bit);

		if (features >> bit & 1)
			json_array_append_new(names, name ? json_string(name) :
							    json_integer(bit));
	}
	return names;
}

json_t *names_features(uint64_t features, uint32_t virtio_id)
{
	const struct vdpactl_bits *bits = vdpactl_bits_device(virtio_id);
	json_t *names = json_array(), *unknown = json_array();

	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = vdpactl_bit_name(bits, bit);

		if (!(features >> bit & 1))
			continue;
		if (name)
			json_array_append_new(names, json_string(name));
		else
			json_array_append_new(unknown, json_integer(bit));
	}
	return json_pack("{s:o, s:o, s:o}", "mask", json_hex(features), "names", names,
			 "unknown", unknown);
}

char *names_text(const json_t *features)
{
	char *text = NULL;
	json_t *bit;
	size_t size, i;
	FILE *out;

	if (!json_is_object(features))
		return cell_text(features);
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fputs(json_string_value(json_object_get(features, "mask")), out);
	json_array_foreach(json_object_get(features, "names"), i, bit)
		fprintf(out, " %s", json_string_value(bit));
	json_array_foreach(json_object_get(features, "unknown"), i, bit)
		fprintf(out, " bit_%" JSON_INTEGER_FORMAT, json_integer_value(bit));
	fclose(out);
	return text;
}
