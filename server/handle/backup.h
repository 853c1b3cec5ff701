/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_SERVER_HANDLE_BACKUP_H
#define EMAGE_SERVER_HANDLE_BACKUP_H

/* Marks of the store (store_mark_put) that backup.mark sets and admin.status tells. */
#define MARK_BACKUP	"backup"
#define MARK_CHECKPOINT "checkpoint"

#endif
