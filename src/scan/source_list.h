// SPDX-License-Identifier: MIT
// What the user named becomes a list of files: folders are searched through, in order of name, for photos and videos.
// Left out are hidden files, what NAS boxes and systems keep of their own (thumbnails, bins; folder_is_left_out), and
// what whoswho itself wrote (own_files.h). Links to folders are followed, once the folders themselves are done, and no
// folder is searched twice. What cannot be looked at is logged and counted, never passed over.
#ifndef WW_SCAN_SOURCE_LIST_H
#define WW_SCAN_SOURCE_LIST_H
#include "base/error.h"
#include "base/log.h"
#include "base/vector.h"
#include "library/library.h"
#include "scan/known_file.h"
#include <stdint.h>

typedef WW_VECTOR(ww_source_file) ww_source_list;

// A named file is listed even if it does not exist (the scan reports it); what cannot be looked at is logged and
// counted in *unreadable. `open` (may be NULL): the library at hand, whose folder may be among those searched. Whatever
// is returned, `inputs` is to be freed.
ww_status ww_source_list_collect(const char *const *named, size_t count, const ww_library *open, const ww_log *log,
                                 ww_source_list *inputs, int64_t *unreadable, ww_error *err);
void ww_source_list_free(ww_source_list *inputs);

#endif
