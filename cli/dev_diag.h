/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the module vdpactl_diag adds to a device of "dev show". */
#ifndef DEV_DIAG_H
#define DEV_DIAG_H

#include <jansson.h>

#include <vdpactl/diag.h>

/**
 * dev_diag_add() - add members to a row
 * @diag: what the module told; NULL: nothing, and all but the members that other
 *	sources have too are left out
 */
void dev_diag_add(json_t *row, const struct vdpactl_diag_dev *diag);

/** dev_diag_range_text() - an "iova_range" as text */
char *dev_diag_range_text(const json_t *range);

/** dev_diag_time_text() - a time, without its fraction */
char *dev_diag_time_text(const json_t *time);

/** dev_diag_reset_text() - a "last_reset" as text: who and when */
char *dev_diag_reset_text(const json_t *reset);

#endif
