// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "klog.h"

int klog_open(void)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (log >= 0 && lseek(log, 0, SEEK_END) < 0) {
		close(log);
		log = -1;
	}
	return log;
}

/*
 * Each read is one record: "6,339,5140900,-;text", and lines of keys behind it. Where some
 * were overwritten meanwhile, reading goes on with those that are left (EPIPE).
 */
void klog_close(int log, char *text, size_t size)
{
	char record[8192];
	size_t used = 0;
	ssize_t n;

	text[0] = '\0';
	if (log < 0)
		return;
	while ((n = read(log, record, sizeof(record) - 1)) > 0) {
		char *line;

		record[n] = '\0';
		line = strchr(record, ';');
		if (!line || used >= size)
			continue;
		line[1 + strcspn(line + 1, "\n")] = '\0';
		used += snprintf(text + used, size - used, "%s%s", used ? "; " : "", line + 1);
	}
	close(log);
}
