// SPDX-License-Identifier: MIT
// How far the folders show what the library holds.
#ifndef WW_LIBRARY_EXPORT_STATE_H
#define WW_LIBRARY_EXPORT_STATE_H
#include "library/library.h"
#include <stdbool.h>

// What the store says of the folders: written; decided since then, and not written yet; or an export is at work, or was
// cut short: then a file that is missing was perhaps never written.
#define WW_SETTING_EXPORT "export"
#define WW_EXPORT_DONE "done"
#define WW_EXPORT_BEHIND "behind"
#define WW_EXPORT_BEGUN "begun"
ww_status ww_export_was_cut_short(ww_library *library, bool *cut_short, ww_error *err);
// Whether the folders do not show what was decided, because a command was interrupted.
ww_status ww_export_is_behind(ww_library *library, bool *behind, ww_error *err);

#endif
