// SPDX-License-Identifier: MIT
#include "video/photo_header.h"

#include "image/exif.h"
#include <stdlib.h>
#include <string.h>

static const uint8_t exif_signature[WW_EXIF_SIGNATURE_BYTES] = "Exif\0";

static uint32_t big_32(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t little_32(const uint8_t *b)
{
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static bool begins(const uint8_t *head, size_t bytes, const char *magic, size_t magic_bytes)
{
    return bytes >= magic_bytes && memcmp(head, magic, magic_bytes) == 0;
}

// "BM" alone could be a letter to someone; the size of the header that follows is one of a few.
static bool is_bmp(const uint8_t *head, size_t bytes)
{
    if (!begins(head, bytes, "BM", 2) || bytes < 18)
        return false;
    uint32_t info = little_32(head + 14);
    return info == 12 || info == 40 || info == 52 || info == 56 || info == 64 || info == 108 || info == 124;
}

ww_photo_format ww_photo_format_of(const uint8_t *head, size_t bytes)
{
    if (begins(head, bytes, "\xff\xd8\xff", 3))
        return WW_PHOTO_JPEG;
    if (begins(head, bytes, "\x89PNG\r\n\x1a\n", 8))
        return WW_PHOTO_PNG;
    if (begins(head, bytes, "RIFF", 4) && bytes >= 12 && memcmp(head + 8, "WEBP", 4) == 0)
        return WW_PHOTO_WEBP;
    if (is_bmp(head, bytes))
        return WW_PHOTO_BMP;
    if (begins(head, bytes, "II*\0", 4) || begins(head, bytes, "MM\0*", 4))
        return WW_PHOTO_TIFF;
    if (begins(head, bytes, "GIF87a", 6) || begins(head, bytes, "GIF89a", 6))
        return WW_PHOTO_GIF;
    if (begins(head, bytes, "\0\0\0\x0cjP  ", 8) || begins(head, bytes, "\xff\x4f\xff\x51", 4))
        return WW_PHOTO_JPEG2000;
    return WW_PHOTO_NONE;
}

// A segment of a JPEG's header (ITU-T T.81, B.1.1): the marker, and its payload.
typedef struct jpeg_segment {
    int marker;
    const uint8_t *payload;
    size_t bytes;
} jpeg_segment;

// The segment at *at, which moves past it. False at the picture data or where the header breaks off.
static bool next_segment(const uint8_t *data, size_t bytes, size_t *at, jpeg_segment *segment)
{
    while (*at + 4 <= bytes && data[*at] == 0xff && data[*at + 1] == 0xff)
        ++*at; // fill bytes
    if (*at + 4 > bytes || data[*at] != 0xff)
        return false;
    int marker = data[*at + 1];
    size_t length = (size_t)data[*at + 2] << 8 | data[*at + 3];
    if (marker == 0xda || marker == 0xd9 || length < 2 || length > bytes - *at - 2)
        return false;
    *segment = (jpeg_segment){marker, data + *at + 4, length - 2};
    *at += 2 + length;
    return true;
}

bool ww_jpeg_size(const uint8_t *data, size_t bytes, int *width, int *height)
{
    jpeg_segment s;
    for (size_t at = 2; next_segment(data, bytes, &at, &s);) {
        bool frame_header = s.marker >= 0xc0 && s.marker <= 0xcf && s.marker != 0xc4 && s.marker != 0xc8 && s.marker != 0xcc;
        if (!frame_header || s.bytes < 5)
            continue;
        *height = s.payload[1] << 8 | s.payload[2];
        *width = s.payload[3] << 8 | s.payload[4];
        return *width > 0 && *height > 0;
    }
    return false;
}

bool ww_photo_stated_size(ww_photo_format format, const uint8_t *data, size_t bytes, uint32_t *width, uint32_t *height)
{
    if (bytes < 26)
        return false;
    if (format == WW_PHOTO_PNG) {
        *width = big_32(data + 16);
        *height = big_32(data + 20);
        return true;
    }
    if (format == WW_PHOTO_BMP && little_32(data + 14) > 12) {
        *width = little_32(data + 18);
        *height = little_32(data + 22);
        if (*height > INT32_MAX)
            *height = 0 - *height; // negative: rows from the top
        return true;
    }
    if (format == WW_PHOTO_GIF) {
        *width = data[6] | (uint32_t)data[7] << 8;
        *height = data[8] | (uint32_t)data[9] << 8;
        return true;
    }
    return false;
}

static int jpeg_orientation(const uint8_t *data, size_t bytes)
{
    jpeg_segment s;
    for (size_t at = 2; next_segment(data, bytes, &at, &s);) {
        int orientation = s.marker == 0xe1 ? ww_exif_orientation(s.payload, s.bytes) : 0;
        if (orientation)
            return orientation;
    }
    return 0;
}

// An EXIF block inside another container, with or without its signature. Overwrites the bytes before it.
static int block_orientation(uint8_t *block, size_t bytes)
{
    if (begins(block, bytes, (const char *)exif_signature, sizeof exif_signature))
        return ww_exif_orientation(block, bytes);
    memcpy(block - sizeof exif_signature, exif_signature, sizeof exif_signature);
    return ww_exif_orientation(block - sizeof exif_signature, bytes + sizeof exif_signature);
}

// PNG chunks (length, type, data, checksum) and RIFF chunks (type, length, data, padding to even).
static int chunk_orientation(uint8_t *data, size_t bytes, bool png)
{
    for (size_t at = png ? 8 : 12; at + 8 <= bytes;) {
        uint8_t *head = data + at;
        size_t length = png ? big_32(head) : little_32(head + 4);
        if (length > bytes - at - 8)
            return 0;
        if (memcmp(head + (png ? 4 : 0), png ? "eXIf" : "EXIF", 4) == 0)
            return block_orientation(head + 8, length);
        at += 8 + length + (png ? 4 : (length & 1));
    }
    return 0;
}

int ww_photo_orientation(ww_photo_format format, uint8_t *data, size_t bytes)
{
    int orientation = 0;
    if (format == WW_PHOTO_JPEG)
        orientation = jpeg_orientation(data, bytes);
    else if (format == WW_PHOTO_PNG || format == WW_PHOTO_WEBP)
        orientation = chunk_orientation(data, bytes, format == WW_PHOTO_PNG);
    else if (format == WW_PHOTO_TIFF)
        orientation = block_orientation(data, bytes);
    return orientation ? orientation : 1;
}
