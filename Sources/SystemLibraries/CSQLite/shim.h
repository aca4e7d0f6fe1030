// SPDX-License-Identifier: Apache-2.0
#ifndef TROQUET_CSQLITE_SHIM_H
#define TROQUET_CSQLITE_SHIM_H

#include <sqlite3.h>

/// The destructor that tells SQLite to copy what it is given: a cast macro in the header.
static inline sqlite3_destructor_type troquet_sqlite_transient(void) { return SQLITE_TRANSIENT; }

#endif
