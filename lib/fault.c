// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Records of iommufd's queues: from bytes to structures, and from structures to
 * lines. The lines are put together by hand because a storm of faults may have
 * a million of them a second.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <vdpactl/fault.h>

#include "compat-iommufd.h"

_Static_assert(sizeof(struct iommufd_pgfault) == VDPACTL_FAULT_RECORD,
	       "struct iommu_hwpt_pgfault has 40 bytes");
_Static_assert(sizeof(struct iommufd_vevent) == VDPACTL_EVENT_HEADER,
	       "struct iommufd_vevent_header has 8 bytes");

static const char *const code_names[VDPACTL_FAULT_CODES] = {
	[VDPACTL_FAULT_SUCCESS] = "success",
	[VDPACTL_FAULT_INVALID] = "invalid",
};

static const struct {
	uint32_t bit;
	const char *name;
	size_t length;
} perms[] = {
	{ VDPACTL_FAULT_READ, "read", 4 },
	{ VDPACTL_FAULT_WRITE, "write", 5 },
	{ VDPACTL_FAULT_EXEC, "exec", 4 },
	{ VDPACTL_FAULT_PRIV, "priv", 4 },
};

#define PERMS (sizeof(perms) / sizeof(perms[0]))
#define PERMS_KNOWN (VDPACTL_FAULT_READ | VDPACTL_FAULT_WRITE | \
		     VDPACTL_FAULT_EXEC | VDPACTL_FAULT_PRIV)

void vdpactl_fault_decode(struct vdpactl_fault *fault, const void *record)
{
	struct iommufd_pgfault raw;

	memcpy(&raw, record, sizeof(raw));
	*fault = (struct vdpactl_fault){
		.dev_id = raw.dev_id,
		.pasid = raw.pasid,
		.group = raw.grpid,
		.perm = raw.perm,
		.addr = raw.addr,
		.length = raw.length,
		.cookie = raw.cookie,
		.has_pasid = raw.flags & IOMMUFD_PGFAULT_PASID_VALID,
		.last = raw.flags & IOMMUFD_PGFAULT_LAST_PAGE,
		.unknown_flags = raw.flags & ~(IOMMUFD_PGFAULT_PASID_VALID |
					       IOMMUFD_PGFAULT_LAST_PAGE),
		.reserved = raw.reserved,
	};
}

int vdpactl_viommu_event_decode(struct vdpactl_viommu_event *event, const void *buf, size_t size)
{
	struct iommufd_vevent raw;

	if (size < sizeof(raw))
		return -EINVAL;
	memcpy(&raw, buf, sizeof(raw));
	*event = (struct vdpactl_viommu_event){
		.sequence = raw.sequence,
		.lost = raw.flags & IOMMUFD_VEVENT_LOST,
		.unknown_flags = raw.flags & ~IOMMUFD_VEVENT_LOST,
		.data = (const uint8_t *)buf + sizeof(raw),
		.size = size - sizeof(raw),
	};
	return 0;
}

const char *vdpactl_fault_code_name(enum vdpactl_fault_code code)
{
	return code < VDPACTL_FAULT_CODES ? code_names[code] : NULL;
}

int vdpactl_fault_code_parse(const char *name)
{
	for (int code = 0; code < VDPACTL_FAULT_CODES; code++)
		if (!strcmp(name, code_names[code]))
			return code;
	return -EINVAL;
}

/* Each of these appends to a line and returns its new end */

#define put_literal(p, literal) put_bytes(p, literal, sizeof(literal) - 1)

static inline char *put_bytes(char *p, const char *bytes, size_t length)
{
	memcpy(p, bytes, length);
	return p + length;
}

static inline char *put_decimal(char *p, uint32_t value)
{
	char digits[10];
	int n = 0;

	do
		digits[n++] = '0' + value % 10;
	while (value /= 10);
	while (n)
		*p++ = digits[--n];
	return p;
}

static inline char *put_hex(char *p, uint64_t value)
{
	int shift = value ? (63 - __builtin_clzll(value)) & ~3 : 0;

	*p++ = '0';
	*p++ = 'x';
	for (; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[value >> shift & 15];
	return p;
}

static char *put_unknown_json(char *p, const struct vdpactl_fault *fault)
{
	if (fault->unknown_flags) {
		p = put_literal(p, ",\"unknown_flags\":\"");
		p = put_hex(p, fault->unknown_flags);
		*p++ = '"';
	}
	if (fault->perm & ~PERMS_KNOWN) {
		p = put_literal(p, ",\"unknown_perm\":\"");
		p = put_hex(p, fault->perm & ~PERMS_KNOWN);
		*p++ = '"';
	}
	if (fault->reserved) {
		p = put_literal(p, ",\"reserved\":\"");
		p = put_hex(p, fault->reserved);
		*p++ = '"';
	}
	return p;
}

size_t vdpactl_fault_json(const struct vdpactl_fault *fault, char *line)
{
	char *p = line;
	bool first = true;

	p = put_literal(p, "{\"event\":\"fault\",\"dev_id\":");
	p = put_decimal(p, fault->dev_id);
	p = put_literal(p, ",\"pasid\":");
	if (fault->has_pasid)
		p = put_decimal(p, fault->pasid);
	else
		p = put_literal(p, "null");
	p = put_literal(p, ",\"group\":");
	p = put_decimal(p, fault->group);
	if (fault->last)
		p = put_literal(p, ",\"last\":true,\"perm\":[");
	else
		p = put_literal(p, ",\"last\":false,\"perm\":[");
	for (size_t i = 0; i < PERMS; i++) {
		if (!(fault->perm & perms[i].bit))
			continue;
		if (!first)
			*p++ = ',';
		first = false;
		*p++ = '"';
		p = put_bytes(p, perms[i].name, perms[i].length);
		*p++ = '"';
	}
	p = put_literal(p, "],\"addr\":\"");
	p = put_hex(p, fault->addr);
	p = put_literal(p, "\",\"length\":");
	p = put_decimal(p, fault->length);
	p = put_literal(p, ",\"cookie\":");
	p = put_decimal(p, fault->cookie);
	if (fault->unknown_flags | fault->reserved | (fault->perm & ~PERMS_KNOWN))
		p = put_unknown_json(p, fault);
	p = put_literal(p, "}\n");
	return p - line;
}

size_t vdpactl_fault_text(const struct vdpactl_fault *fault, char *line)
{
	char *p = line;

	p = put_literal(p, "fault dev_id ");
	p = put_decimal(p, fault->dev_id);
	if (fault->has_pasid) {
		p = put_literal(p, " pasid ");
		p = put_decimal(p, fault->pasid);
	}
	p = put_literal(p, " addr ");
	p = put_hex(p, fault->addr);
	p = put_literal(p, " perm ");
	for (size_t i = 0; i < PERMS; i++)
		*p++ = fault->perm & perms[i].bit ? "rwxp"[i] : '-';
	if (fault->length) {
		p = put_literal(p, " length ");
		p = put_decimal(p, fault->length);
	}
	p = put_literal(p, " group ");
	p = put_decimal(p, fault->group);
	p = put_literal(p, " cookie ");
	p = put_decimal(p, fault->cookie);
	if (fault->last)
		p = put_literal(p, " last");
	if (fault->unknown_flags) {
		p = put_literal(p, " unknown_flags ");
		p = put_hex(p, fault->unknown_flags);
	}
	if (fault->perm & ~PERMS_KNOWN) {
		p = put_literal(p, " unknown_perm ");
		p = put_hex(p, fault->perm & ~PERMS_KNOWN);
	}
	if (fault->reserved) {
		p = put_literal(p, " reserved ");
		p = put_hex(p, fault->reserved);
	}
	*p++ = '\n';
	return p - line;
}

size_t vdpactl_response_json(uint32_t cookie, enum vdpactl_fault_code code, char *line)
{
	char *p = line;

	p = put_literal(p, "{\"event\":\"response\",\"cookie\":");
	p = put_decimal(p, cookie);
	p = put_literal(p, ",\"code\":\"");
	p = put_bytes(p, code_names[code], 7);
	p = put_literal(p, "\"}\n");
	return p - line;
}

size_t vdpactl_response_text(uint32_t cookie, enum vdpactl_fault_code code, char *line)
{
	char *p = line;

	p = put_literal(p, "response cookie ");
	p = put_decimal(p, cookie);
	*p++ = ' ';
	p = put_bytes(p, code_names[code], 7);
	*p++ = '\n';
	return p - line;
}
