// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdio.h>

#include "bits.h"
#include "output.h"
#include "table.h"

json_t *json_number(int64_t number)
{
	return number == VDPACTL_UNKNOWN ? json_null() : json_integer(number);
}

json_t *json_size(uint64_t size)
{
	return size ? json_hex(size) : json_string("0x10000000000000000");
}

json_t *json_bits(const struct vdpactl_bits *bits, uint64_t mask)
{
	json_t *names = json_array(), *unknown = json_array();

	for (unsigned int place = 0; place < 64; place++) {
		unsigned int bit = vdpactl_bit_at(bits, place);
		const char *name = vdpactl_bit_name(bits, bit);

		if (!(mask >> bit & 1))
			continue;
		if (name)
			json_array_append_new(names, json_string(name));
		else
			json_array_append_new(unknown, json_integer(bit));
	}
	return json_pack("{s:o, s:o, s:o}", "mask", json_hex(mask), "names", names,
			 "unknown", unknown);
}

json_t *json_mask(const struct vdpactl_bits *bits, struct vdpactl_mask mask)
{
	return mask.known ? json_bits(bits, mask.bits) : json_null();
}

json_t *json_bits_iproute2(uint32_t virtio_id, uint64_t mask)
{
	json_t *names = json_array();

	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = vdpactl_bit_name_iproute2(virtio_id, bit);

		if (mask >> bit & 1)
			json_array_append_new(names, name ? json_string(name) :
							    json_integer(bit));
	}
	return names;
}

char *bits_text(const json_t *mask)
{
	const json_t *names = json_object_get(mask, "names");
	const json_t *unknown = json_object_get(mask, "unknown");
	char *text = NULL;
	json_t *bit;
	size_t size, i;
	FILE *out;

	if (json_is_null(mask))
		return cell_text(mask);
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fputs(json_string_value(json_object_get(mask, "mask")), out);
	json_array_foreach(names, i, bit)
		fprintf(out, " %s", json_string_value(bit));
	json_array_foreach(unknown, i, bit)
		fprintf(out, " bit_%" JSON_INTEGER_FORMAT, json_integer_value(bit));
	fclose(out);
	return text;
}
