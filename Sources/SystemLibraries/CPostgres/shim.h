// SPDX-License-Identifier: Apache-2.0
#ifndef TROQUET_CPOSTGRES_SHIM_H
#define TROQUET_CPOSTGRES_SHIM_H

#include <libpq-fe.h>

/// The error field codes of PQresultErrorField, which are character macros.
static inline int troquet_pg_diag_sqlstate(void) { return PG_DIAG_SQLSTATE; }
static inline int troquet_pg_diag_constraint(void) { return PG_DIAG_CONSTRAINT_NAME; }
static inline int troquet_pg_diag_primary(void) { return PG_DIAG_MESSAGE_PRIMARY; }

#endif
