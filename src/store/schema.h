// SPDX-License-Identifier: MIT
// The tables, and the steps by which an older library becomes a current one. Private to store/.
#ifndef WW_STORE_SCHEMA_H
#define WW_STORE_SCHEMA_H
#include "store/store.h"

// ww_schema_step[v] is the SQL that takes a library of version v to version v + 1; version 0 is an empty file. A new
// version adds a step at the end and never changes an old one.
extern const char *const ww_schema_step[];
extern const int ww_schema_steps; // == WW_STORE_VERSION

// Whether the tables and indexes of the file are those of this version, and nothing more hangs on them. WW_ERR_STORE:
// they are not.
ww_status ww_store_verify_schema(ww_store *s, int version, ww_error *err);

#endif
