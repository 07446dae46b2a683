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

// Brands of ISO BMFF files whose first content is a still (ISO/IEC 23008-12, AV1 Image File Format).
static bool is_heif(const uint8_t *head, size_t bytes)
{
    static const char brands[][5] = {"heic", "heix", "heim", "heis", "mif1", "mif2", "avif", "miaf"};
    if (bytes < 12 || memcmp(head + 4, "ftyp", 4) != 0)
        return false;
    for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
        if (memcmp(head + 8, brands[i], 4) == 0)
            return true;
    return false;
}

// "P5" or "P6" (grey, colour), then white space and a digit or a comment.
static bool is_pnm(const uint8_t *head, size_t bytes)
{
    return bytes >= 8 && head[0] == 'P' && (head[1] == '5' || head[1] == '6')
           && (head[2] == '\n' || head[2] == ' ' || head[2] == '\r')
           && ((head[3] >= '0' && head[3] <= '9') || head[3] == '#');
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
    if (begins(head, bytes, "\xff\x0a", 2) || begins(head, bytes, "\0\0\0\x0cJXL \x0d\x0a\x87\x0a", 12))
        return WW_PHOTO_JPEGXL;
    if (begins(head, bytes, "8BPS\0\1", 6))
        return WW_PHOTO_PSD;
    if (begins(head, bytes, "FUJIFILMCCD-RAW ", 16) || begins(head, bytes, "IIRO", 4)
        || begins(head, bytes, "IIU\0", 4))
        return WW_PHOTO_RAW; // Fujifilm, Olympus, Panasonic
    if (begins(head, bytes, "\x01\xda\0\x01", 4) || begins(head, bytes, "\x01\xda\x01\x01", 4))
        return WW_PHOTO_SGI; // as it is or run-length encoded, a byte a sample
    if (begins(head, bytes, "\x59\xa6\x6a\x95", 4))
        return WW_PHOTO_SUN_RASTER;
    if (begins(head, bytes, "\x0a\x05\x01\x08", 4))
        return WW_PHOTO_PCX; // of version 5, with a byte a sample
    if (begins(head, bytes, "qoif", 4))
        return WW_PHOTO_QOI;
    if (is_heif(head, bytes))
        return WW_PHOTO_HEIF;
    return is_pnm(head, bytes) ? WW_PHOTO_PNM : WW_PHOTO_NONE;
}

// A segment of a JPEG's header (ITU-T T.81, B.1.1): the marker, and its payload.
typedef struct jpeg_segment {
    int marker;
    const uint8_t *payload;
    size_t bytes;
} jpeg_segment;

static bool stands_alone(int marker)
{
    return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8); // TEM, RSTn, SOI
}

// The segment at or after *at, which moves past it. False at the picture data or where the header breaks off. Stray
// bytes between segments are passed over, as decoders do.
static bool next_segment(const uint8_t *data, size_t bytes, size_t *at, jpeg_segment *segment)
{
    while (*at + 4 <= bytes
           && (data[*at] != 0xff || data[*at + 1] == 0 || data[*at + 1] == 0xff || stands_alone(data[*at + 1])))
        ++*at;
    if (*at + 4 > bytes)
        return false;
    int marker = data[*at + 1];
    size_t length = (size_t)data[*at + 2] << 8 | data[*at + 3];
    if (marker == 0xda || marker == 0xd9 || length < 2 || length > bytes - *at - 2)
        return false;
    *segment = (jpeg_segment){marker, data + *at + 4, length - 2};
    *at += 2 + length;
    return true;
}

// The marker of the frame header (SOF0..SOF15), 0 when there is none.
static int frame_header(const uint8_t *data, size_t bytes, int *width, int *height)
{
    jpeg_segment s;
    for (size_t at = 2; next_segment(data, bytes, &at, &s);) {
        bool is_one = s.marker >= 0xc0 && s.marker <= 0xcf && s.marker != 0xc4 && s.marker != 0xc8 && s.marker != 0xcc;
        if (!is_one || s.bytes < 5)
            continue;
        *height = s.payload[1] << 8 | s.payload[2];
        *width = s.payload[3] << 8 | s.payload[4];
        return *width > 0 && *height > 0 ? s.marker : 0;
    }
    return 0;
}

ww_photo_format ww_jpeg_process(const uint8_t *data, size_t bytes)
{
    enum { LOSSLESS = 0xc3, LOSSLESS_ARITHMETIC = 0xcb, LS = 0xf7 };
    jpeg_segment s;
    for (size_t at = 2; next_segment(data, bytes, &at, &s);)
        if (s.marker == LOSSLESS || s.marker == LOSSLESS_ARITHMETIC || s.marker == LS)
            return s.marker == LS ? WW_PHOTO_JPEG_LS : WW_PHOTO_JPEG_LOSSLESS;
    return WW_PHOTO_JPEG;
}

bool ww_jpeg_size(const uint8_t *data, size_t bytes, int *width, int *height)
{
    return frame_header(data, bytes, width, height) != 0;
}

bool ww_jpeg_is_lossy(const uint8_t *data, size_t bytes, int *width, int *height)
{
    int marker = frame_header(data, bytes, width, height);
    return marker >= 0xc0 && marker <= 0xc2;
}

static bool is_multi_picture(const uint8_t *data, size_t bytes)
{
    jpeg_segment s;
    for (size_t at = 2; next_segment(data, bytes, &at, &s);)
        if (s.marker == 0xe2 && s.bytes >= 4 && memcmp(s.payload, "MPF", 4) == 0)
            return true;
    return false;
}

// One past the end marker of the JPEG at the beginning; `bytes` when there is none.
static size_t jpeg_end(const uint8_t *data, size_t bytes)
{
    for (size_t at = 2; at + 1 < bytes;) {
        const uint8_t *next = memchr(data + at, 0xff, bytes - at - 1);
        if (!next)
            return bytes;
        at = (size_t)(next - data);
        int marker = data[at + 1];
        if (marker == 0xd9)
            return at + 2;
        if (marker == 0 || marker == 0xff || stands_alone(marker) || at + 4 > bytes)
            at += marker == 0xff ? 1 : 2;
        else
            at += 2 + ((size_t)data[at + 2] << 8 | data[at + 3]);
    }
    return bytes;
}

bool ww_jpeg_is_stream(const uint8_t *data, size_t bytes)
{
    int width = 0, height = 0, next_width = 0, next_height = 0;
    size_t end = jpeg_end(data, bytes);
    if (bytes - end < 4 || memcmp(data + end, "\xff\xd8\xff", 3) != 0 || is_multi_picture(data, bytes))
        return false;
    return ww_jpeg_size(data, bytes, &width, &height)
           && ww_jpeg_size(data + end, bytes - end, &next_width, &next_height) && width == next_width
           && height == next_height;
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

// An EXIF block inside another container, with or without its signature, which is then put before it for a moment.
static int block_orientation(uint8_t *block, size_t bytes)
{
    if (begins(block, bytes, (const char *)exif_signature, sizeof exif_signature))
        return ww_exif_orientation(block, bytes);
    uint8_t before[sizeof exif_signature], *signature = block - sizeof exif_signature;
    memcpy(before, signature, sizeof before);
    memcpy(signature, exif_signature, sizeof exif_signature);
    int orientation = ww_exif_orientation(signature, bytes + sizeof exif_signature);
    memcpy(signature, before, sizeof before);
    return orientation;
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
    else if (format == WW_PHOTO_TIFF || format == WW_PHOTO_RAW)
        orientation = block_orientation(data, bytes);
    return orientation;
}

// --- how many pictures, and whether all of the file is there ---------------------------------------------------------

// Length-prefixed blocks up to an empty one (GIF89a, 15). False where the data ends.
static bool skip_blocks(const uint8_t *data, size_t bytes, size_t *at)
{
    while (*at < bytes && data[*at] != 0)
        *at += 1 + (size_t)data[*at];
    return (*at)++ < bytes;
}

static size_t palette_bytes(uint8_t flags) { return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0; }

static int gif_pictures(const uint8_t *data, size_t bytes, bool *complete)
{
    enum { HEADER_BYTES = 13, IMAGE_BYTES = 10, IMAGE = 0x2c, EXTENSION = 0x21, TRAILER = 0x3b };
    int pictures = 0;
    size_t at = bytes >= HEADER_BYTES ? HEADER_BYTES + palette_bytes(data[10]) : bytes;
    while (at < bytes && data[at] != TRAILER) {
        if (data[at] == IMAGE && at + IMAGE_BYTES < bytes) {
            at += IMAGE_BYTES + palette_bytes(data[at + 9]) + 1; // and the code size
            pictures++;
        } else if (data[at] == EXTENSION) {
            at += 2;
        } else {
            break; // what follows is no GIF
        }
        if (!skip_blocks(data, bytes, &at))
            break;
    }
    *complete = at < bytes && data[at] == TRAILER;
    return pictures;
}

static int png_pictures(const uint8_t *data, size_t bytes, bool *complete)
{
    int pictures = 1;
    *complete = false;
    for (size_t at = WW_PNG_SIGNATURE_BYTES; at + 12 <= bytes && big_32(data + at) <= bytes - at - 12;
         at += 12 + big_32(data + at)) {
        const uint8_t *type = data + at + 4;
        if (memcmp(type, "acTL", 4) == 0 && big_32(data + at) >= 8 && big_32(type + 4) <= INT32_MAX)
            pictures = (int)big_32(type + 4);
        if (memcmp(type, "IEND", 4) == 0)
            *complete = true;
    }
    return pictures;
}

// Whether the header's promise of a Sun raster is kept: 32 bytes, the palette, the picture.
static bool is_whole_raster(const uint8_t *data, size_t bytes)
{
    enum { HEADER_BYTES = 32, PICTURE = 16, PALETTE = 28 };
    return bytes >= HEADER_BYTES
           && (uint64_t)big_32(data + PICTURE) + big_32(data + PALETTE) <= (uint64_t)bytes - HEADER_BYTES;
}

static bool has_end(const uint8_t *data, size_t bytes, const char *end, size_t end_bytes)
{
    return memmem(data, bytes, end, end_bytes) != NULL;
}

int ww_photo_pictures(ww_photo_format format, const uint8_t *data, size_t bytes, bool *complete)
{
    *complete = true;
    if (format == WW_PHOTO_GIF)
        return gif_pictures(data, bytes, complete);
    if (format == WW_PHOTO_PNG)
        return png_pictures(data, bytes, complete);
    if (format == WW_PHOTO_WEBP)
        *complete = bytes >= 12 && little_32(data + 4) <= bytes - 8;
    if (format == WW_PHOTO_SUN_RASTER)
        *complete = is_whole_raster(data, bytes);
    if (format == WW_PHOTO_QOI)
        *complete = has_end(data, bytes, "\0\0\0\0\0\0\0\1", 8);
    if (format == WW_PHOTO_JPEG_LOSSLESS || format == WW_PHOTO_JPEG_LS) // in the picture's data FF is never before D9
        *complete = has_end(data, bytes, "\xff\xd9", 2);
    return 1;
}

size_t ww_png_strip(uint8_t *data, size_t bytes, size_t first)
{
    static const char needed[][5] = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND", "acTL", "fcTL", "fdAT"};
    size_t kept = first;
    for (size_t at = first; at < bytes;) {
        size_t chunk = at + 12 <= bytes && big_32(data + at) <= bytes - at - 12 ? 12 + big_32(data + at) : bytes - at;
        bool keep = chunk < 12; // what is left of a file cut off
        for (size_t i = 0; i < sizeof needed / sizeof *needed && !keep; i++)
            keep = memcmp(data + at + 4, needed[i], 4) == 0;
        if (keep) {
            memmove(data + kept, data + at, chunk);
            kept += chunk;
        }
        at += chunk;
    }
    return kept;
}
