// SPDX-License-Identifier: MIT
// The library written as folders, one per person.
#ifndef WW_FORMATS_FOLDERS_EXPORT_H
#define WW_FORMATS_FOLDERS_EXPORT_H
#include "library/library.h"

// ww_library_export.
ww_status ww_folders_export(ww_library *library, ww_export_result *result, ww_error *err);

// ww_library_restore.
ww_status ww_folders_restore(ww_library *library, ww_export_result *result, ww_error *err);

#endif
