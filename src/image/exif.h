// SPDX-License-Identifier: MIT
// The one thing read from EXIF: which way up the picture was taken (CIPA DC-008, tag 0x0112 of the first image file
// directory).
#ifndef WW_IMAGE_EXIF_H
#define WW_IMAGE_EXIF_H
#include <stddef.h>
#include <stdint.h>

// `data` is the payload of a JPEG APP1 marker, "Exif\0\0" included. 1..8; 0 when it is not EXIF, damaged, or says
// nothing valid.
int ww_exif_orientation(const uint8_t *data, size_t bytes);

#endif
