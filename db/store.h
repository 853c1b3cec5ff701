/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_DB_STORE_H
#define EMAGE_DB_STORE_H

/*
 * The store: all that outlives a process. It knows no protobuf and no socket.
 *
 * Reading: each thread has a read-only connection of its own; what a loop turn
 * reads, it reads in one read transaction. Writing: only the writer thread
 * does it; jobs that have queued up are run in one transaction, each inside its
 * own savepoint, and are reported done only after the commit is on disk (group
 * commit). A job whose run() fails leaves nothing behind.
 *
 * Functions return 0 or -EM_E_*: NOT_FOUND, EXISTS, IO (logged where it
 * happened). Strings in results live in the given arena. Times are UTC epoch
 * milliseconds; 0 means never. Nothing here may need more than what SQLite and
 * PostgreSQL both can do.
 */

#include "db/store_core.h"
#include "db/store_account.h"
#include "db/store_signin.h"
#include "db/store_outbox.h"
#include "db/store_audit.h"
#include "db/store_backup.h"
#include "db/store_exam.h"
#include "db/store_establishment.h"
#include "db/store_import.h"
#include "db/store_professional.h"
#include "db/store_directory.h"
#include "db/store_access.h"
#include "db/store_record.h"
#include "db/store_desk.h"
#include "db/store_staff.h"

#endif
