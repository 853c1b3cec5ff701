/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_FAULT_DISK_PRELOAD_H
#define EMAGE_FAULT_DISK_PRELOAD_H

/*
 * A disk that fails under a whole program: loaded before the C library
 * (LD_PRELOAD), it answers for writes to files with FAULT_FILES in their path
 * as the first byte of the file named by FAULT_CONTROL says.
 */
#define FAULT_CONTROL "EMAGE_FAULT_CONTROL"
#define FAULT_FILES   "/emage.db"

#define FAULT_NONE	 '-'
#define FAULT_FULL	 'f' /* ENOSPC, nothing written */
#define FAULT_EIO	 'e' /* EIO, nothing written */
#define FAULT_SYNC_FAILS 's' /* written, but the sync fails */

#endif
