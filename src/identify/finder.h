// SPDX-License-Identifier: MIT
// The faces of one picture in memory, found, judged and embedded as a scan would.
#ifndef WW_IDENTIFY_FINDER_H
#define WW_IDENTIFY_FINDER_H
#include "image/image.h"
#include "models/loaded.h"
#include "whoswho/view.h"

// ww_finder_open and its kin, over pictures. `options` has no zeros but where zero means something.
ww_status ww_finder_acquire(const ww_models *models, const ww_scan_options *options, ww_finder **finder, ww_error *err);
void ww_finder_release(ww_finder *finder);
// Borrowed until the next call.
ww_status ww_finder_look(ww_finder *finder, const ww_image *image, const ww_found_face **faces, size_t *count,
                         ww_error *err);
// The same for a photo file of any format that is scanned; boxes and landmarks in its own pixels.
ww_status ww_finder_look_at_file(ww_finder *finder, const char *path, const ww_found_face **faces, size_t *count,
                                 ww_error *err);

#endif
