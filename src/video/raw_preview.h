// SPDX-License-Identifier: MIT
// Cameras put a JPEG of the whole picture into their raw files; for finding faces it is as good as the raw data.
#ifndef WW_VIDEO_RAW_PREVIEW_H
#define WW_VIDEO_RAW_PREVIEW_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ww_raw_preview {
    bool raw;             // the file is a camera's raw file, not an ordinary TIFF
    size_t offset, bytes; // of its largest JPEG; bytes 0: there is none
} ww_raw_preview;

// Of a file that begins like a TIFF (DNG, NEF, CR2, ARW, PEF, ORF, RW2, ...) or like Fujifilm's RAF.
ww_raw_preview ww_raw_preview_find(const uint8_t *data, size_t bytes);

#endif
