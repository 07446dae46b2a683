// SPDX-License-Identifier: MIT
// How a photo's pixels lie in its file.
#ifndef WW_VIDEO_PHOTO_ORIENTATION_H
#define WW_VIDEO_PHOTO_ORIENTATION_H
#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

// The EXIF orientation (1..8) by which the pixels of the photo as stored in the file become the upright picture, which
// `jpeg` (`bytes` of it) is, perhaps smaller. By the photo's mark; where it bears none, by comparing the two.
ww_status ww_photo_find_orientation(const char *path, const uint8_t *jpeg, size_t bytes, int *orientation,
                                    ww_error *err);

#endif
