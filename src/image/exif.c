// SPDX-License-Identifier: MIT
#include "image/exif.h"

#include <stdbool.h>
#include <string.h>

#define TIFF_HEADER_BYTES 8
#define ENTRY_BYTES 12
#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT 3

typedef struct tiff {
    const uint8_t *data;
    size_t bytes;
    bool big_endian;
} tiff;

// The caller has checked that the bytes are there.
static uint32_t read16(const tiff *t, size_t at)
{
    uint32_t a = t->data[at], b = t->data[at + 1];
    return t->big_endian ? a << 8 | b : b << 8 | a;
}

static uint32_t read32(const tiff *t, size_t at)
{
    uint32_t a = read16(t, at), b = read16(t, at + 2);
    return t->big_endian ? a << 16 | b : b << 16 | a;
}

static int orientation_of_entry(const tiff *t, size_t entry)
{
    if (read16(t, entry) != TAG_ORIENTATION || read16(t, entry + 2) != TYPE_SHORT || read32(t, entry + 4) != 1)
        return 0;
    uint32_t value = read16(t, entry + 8);
    return value >= 1 && value <= 8 ? (int)value : 0;
}

int ww_exif_orientation(const uint8_t *data, size_t bytes)
{
    static const char signature[6] = "Exif\0";
    if (bytes < sizeof signature + TIFF_HEADER_BYTES || memcmp(data, signature, sizeof signature) != 0)
        return 0;
    tiff t = {data + sizeof signature, bytes - sizeof signature, data[sizeof signature] == 'M'};
    if (memcmp(t.data, t.big_endian ? "MM" : "II", 2) != 0 || read16(&t, 2) != 42)
        return 0;
    size_t directory = read32(&t, 4);
    if (directory > t.bytes - 2)
        return 0;
    size_t entries = read16(&t, directory), room = (t.bytes - directory - 2) / ENTRY_BYTES;
    for (size_t i = 0; i < entries && i < room; i++) {
        int orientation = orientation_of_entry(&t, directory + 2 + i * ENTRY_BYTES);
        if (orientation)
            return orientation;
    }
    return 0;
}
