// SPDX-License-Identifier: MIT
// TIFF directories (TIFF 6.0, section 2; TIFF/EP and DNG put more of them below tag SubIFDs) are walked for pictures
// that are stored as one JPEG. Everything is bounded: a directory is visited once a reference, the references are
// counted.
#include "video/raw_preview.h"

#include "video/photo_header.h"
#include <string.h>

enum { DIRECTORIES_MAX = 64, SUBDIRECTORIES_MAX = 16, ENTRY_BYTES = 12, ENTRIES_MAX = 4096 };
enum {
    TAG_COMPRESSION = 0x103,
    TAG_PHOTOMETRIC = 0x106,
    TAG_STRIP_OFFSETS = 0x111,
    TAG_STRIP_BYTES = 0x117,
    TAG_SUBDIRECTORIES = 0x14a,
    TAG_JPEG_OFFSET = 0x201,
    TAG_JPEG_BYTES = 0x202,
    TAG_PANASONIC_PREVIEW = 0x2e,
    TAG_DNG_VERSION = 0xc612,
};
enum {
    TYPE_SHORT = 3,
    COMPRESSION_JPEG_OLD = 6,
    COMPRESSION_JPEG = 7,
    COMPRESSION_NIKON = 34713,
    COMPRESSION_SONY = 32767
};
enum { PHOTOMETRIC_COLOUR_FILTER = 32803, PHOTOMETRIC_LINEAR_RAW = 34892 };
enum { RAF_PREVIEW_AT = 84 }; // offset and length of the JPEG, big-endian

typedef struct walker {
    const uint8_t *data;
    size_t bytes;
    bool big_endian;
    int directories;
    int64_t area; // pixels of the best so far
    ww_raw_preview found;
} walker;

static uint32_t read_16(const walker *w, size_t at)
{
    if (at + 2 > w->bytes)
        return 0;
    uint32_t a = w->data[at], b = w->data[at + 1];
    return w->big_endian ? a << 8 | b : b << 8 | a;
}

static uint32_t read_32(const walker *w, size_t at)
{
    uint32_t a = read_16(w, at), b = read_16(w, at + 2);
    return w->big_endian ? a << 16 | b : b << 16 | a;
}

static void consider(walker *w, size_t offset, size_t bytes)
{
    int width = 0, height = 0;
    if (offset >= w->bytes || bytes > w->bytes - offset || bytes < 4
        || memcmp(w->data + offset, "\xff\xd8\xff", 3) != 0)
        return;
    if (!ww_jpeg_is_lossy(w->data + offset, bytes, &width, &height) || (int64_t)width * height <= w->area)
        return;
    w->area = (int64_t)width * height;
    w->found.offset = offset;
    w->found.bytes = bytes;
}

// What one directory says.
typedef struct directory {
    uint32_t compression, photometric, strip_count, strip_offset, strip_bytes, jpeg_offset, jpeg_bytes;
    uint32_t sub_count, sub_at; // offsets of further directories, and where they are listed
} directory;

static void read_entry(walker *w, size_t at, directory *d)
{
    uint32_t tag = read_16(w, at), type = read_16(w, at + 2), count = read_32(w, at + 4);
    uint32_t value = type == TYPE_SHORT ? read_16(w, at + 8) : read_32(w, at + 8);
    switch (tag) {
    case TAG_COMPRESSION: d->compression = value; break;
    case TAG_PHOTOMETRIC: d->photometric = value; break;
    case TAG_STRIP_OFFSETS: d->strip_offset = value, d->strip_count = count; break;
    case TAG_STRIP_BYTES: d->strip_bytes = value; break;
    case TAG_JPEG_OFFSET: d->jpeg_offset = value; break;
    case TAG_JPEG_BYTES: d->jpeg_bytes = value; break;
    case TAG_SUBDIRECTORIES: d->sub_count = count, d->sub_at = count == 1 ? (uint32_t)at + 8 : value; break;
    case TAG_PANASONIC_PREVIEW: consider(w, value, count); break;
    case TAG_DNG_VERSION: w->found.raw = true; break;
    default: break;
    }
}

// Reads the directory at `at`; returns the offset of the one after it in *next.
static directory read_directory(walker *w, size_t at, size_t *next)
{
    directory d = {0};
    uint32_t entries = read_16(w, at);
    if (entries > ENTRIES_MAX)
        entries = 0;
    for (uint32_t i = 0; i < entries; i++)
        read_entry(w, at + 2 + (size_t)i * ENTRY_BYTES, &d);
    *next = read_32(w, at + 2 + (size_t)entries * ENTRY_BYTES);
    if (d.photometric == PHOTOMETRIC_COLOUR_FILTER || d.photometric == PHOTOMETRIC_LINEAR_RAW
        || d.compression == COMPRESSION_NIKON || d.compression == COMPRESSION_SONY)
        w->found.raw = true;
    consider(w, d.jpeg_offset, d.jpeg_bytes);
    if ((d.compression == COMPRESSION_JPEG_OLD || d.compression == COMPRESSION_JPEG) && d.strip_count == 1)
        consider(w, d.strip_offset, d.strip_bytes);
    return d;
}

// A chain of directories and, one level below, those that they name.
static void walk(walker *w, size_t at, bool below)
{
    while (at > 0 && at + 2 <= w->bytes && w->directories++ < DIRECTORIES_MAX) {
        size_t next = 0;
        directory d = read_directory(w, at, &next);
        for (uint32_t i = 0; !below && i < d.sub_count && i < SUBDIRECTORIES_MAX; i++)
            walk(w, read_32(w, (size_t)d.sub_at + (size_t)i * 4), true);
        at = below ? 0 : next;
    }
}

ww_raw_preview ww_raw_preview_find(const uint8_t *data, size_t bytes)
{
    walker w = {.data = data, .bytes = bytes, .big_endian = bytes > 0 && data[0] != 'I'};
    if (bytes >= RAF_PREVIEW_AT + 8 && memcmp(data, "FUJIFILM", 8) == 0) {
        w.found.raw = true;
        consider(&w, read_32(&w, RAF_PREVIEW_AT), read_32(&w, RAF_PREVIEW_AT + 4));
        return w.found;
    }
    w.found.raw =
        bytes >= 10 && (memcmp(data + 8, "CR", 2) == 0 || memcmp(data, "IIRO", 4) == 0 || memcmp(data, "IIU", 3) == 0);
    walk(&w, read_32(&w, 4), false);
    return w.found;
}
