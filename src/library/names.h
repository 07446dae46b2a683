// SPDX-License-Identifier: MIT
// Names of people as Unicode has them: the same name may be written in several ways (composed or not, in capitals or
// not), and must be one person, in one folder, on every file system. libunistring does the work.
#ifndef WW_LIBRARY_NAMES_H
#define WW_LIBRARY_NAMES_H
#include <stdbool.h>

// The name in normalisation form C (Unicode Standard Annex 15); bytes that are not UTF-8 are left as they are. The
// caller's (free).
char *ww_name_composed(const char *name);
// What two ways of writing one name have in common: case-folded, in form C. The caller's (free).
char *ww_name_key(const char *name);
// Whether the two are one name. NULL is nobody's name.
bool ww_name_same(const char *a, const char *b);

// A name made fit for a folder on Linux, Windows and macOS, and on exFAT and network drives: what one of them forbids
// (control characters and / \ : * ? " < > |) becomes '_', as do dots at the beginning and dots and spaces at the end; a
// device name of Windows (CON, COM1, ...) gets a '_' after it; what exceeds 120 bytes goes. NULL when nothing is left.
// The caller's (free).
char *ww_folder_name(const char *name);

#endif
