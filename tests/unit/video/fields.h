// SPDX-License-Identifier: MIT
// A tiny H.264 encoder for what no encoder at hand makes: interlaced video whose frames are coded as two separate
// fields.
#ifndef WW_TESTS_FIELDS_H
#define WW_TESTS_FIELDS_H
#include <stdbool.h>

// Writes a bare stream of 32 x 32 pixel frames, 25 a second, an IDR picture every `gop`; frame n is of uncompressed
// macroblocks in a shade that depends on n. Every second frame is not referred to.
bool write_field_coded(const char *path, int frames, int gop);

#endif
