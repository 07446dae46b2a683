// SPDX-License-Identifier: MIT
// The tables, and the steps by which an older library becomes a current one. Private to store/.
#ifndef WW_STORE_SCHEMA_H
#define WW_STORE_SCHEMA_H

// ww_schema_step[v] is the SQL that takes a library of version v to version v + 1; version 0 is an empty file. A new version adds
// a step at the end and never changes an old one.
extern const char *const ww_schema_step[];
extern const int ww_schema_steps; // == WW_STORE_VERSION

#endif
