// SPDX-License-Identifier: MIT
#include "video/diagnose.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TOP_LEVEL_BOXES_MAX 100000

static uint32_t big_endian_32(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

// Reads one ISO BMFF box header at the current place and skips its body; the type in `type`. False at the end of the
// file.
static bool next_box(FILE *f, char type[5])
{
    uint8_t head[16];
    if (fread(head, 1, 8, f) != 8)
        return false;
    memcpy(type, head + 4, 4);
    type[4] = 0;
    uint64_t bytes = big_endian_32(head), header = 8;
    if (bytes == 1) {
        if (fread(head + 8, 1, 8, f) != 8)
            return false;
        bytes = (uint64_t)big_endian_32(head + 8) << 32 | big_endian_32(head + 12);
        header = 16;
    }
    return bytes >= header && bytes < INT64_MAX && fseeko(f, (off_t)(bytes - header), SEEK_CUR) == 0;
}

// What lies behind the last box and is none itself is not a lack.
static bool mp4_is_cut_off(FILE *f, int64_t file_bytes)
{
    char type[5] = "";
    uint8_t size[4];
    for (int i = 0; i < TOP_LEVEL_BOXES_MAX && fread(size, 1, 4, f) == 4 && big_endian_32(size) != 0; i++) {
        if (fseeko(f, -4, SEEK_CUR) != 0 || !next_box(f, type)
            || !strstr("ftyp moov moof mdat mfra free skip wide uuid meta", type))
            return false;
        if (ftello(f) > file_bytes)
            return true;
    }
    return false;
}

// An EBML number (RFC 8794, 4): its length is told by the leading zero bits. -1: unknown size, or the end.
static int64_t ebml_size(FILE *f)
{
    int first = fgetc(f), length = 1;
    if (first <= 0)
        return -1;
    while (!(first & 0x80 >> (length - 1)))
        length++;
    int64_t value = first & ((0x80 >> (length - 1)) - 1);
    bool unknown = value == (0x80 >> (length - 1)) - 1;
    for (int i = 1; i < length; i++) {
        int byte = fgetc(f);
        if (byte < 0)
            return -1;
        unknown = unknown && byte == 0xff;
        value = value << 8 | byte;
    }
    return unknown || value > INT64_MAX / 2 ? -1 : value;
}

static bool matroska_is_cut_off(FILE *f, int64_t file_bytes)
{
    static const uint8_t segment[4] = {0x18, 0x53, 0x80, 0x67};
    uint8_t id[4];
    int64_t bytes = fseeko(f, 4, SEEK_SET) == 0 ? ebml_size(f) : -1;
    if (bytes < 0 || fseeko(f, bytes, SEEK_CUR) != 0 || fread(id, 1, 4, f) != 4 || memcmp(id, segment, 4) != 0)
        return false;
    bytes = ebml_size(f);
    return bytes >= 0 && ftello(f) + bytes > file_bytes;
}

bool ww_file_is_cut_off(const char *path)
{
    FILE *f = fopen(path, "rbe");
    uint8_t head[12] = {0};
    if (!f)
        return false;
    bool cut_off = false;
    size_t n = fread(head, 1, sizeof head, f);
    int64_t file_bytes = fseeko(f, 0, SEEK_END) == 0 ? ftello(f) : 0;
    rewind(f);
    if (n == sizeof head && memcmp(head, "\x1a\x45\xdf\xa3", 4) == 0)
        cut_off = matroska_is_cut_off(f, file_bytes);
    else if (n == sizeof head && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "AVI ", 4) == 0)
        cut_off = ((int64_t)head[7] << 24 | head[6] << 16 | head[5] << 8 | head[4]) + 8 > file_bytes;
    else if (n == sizeof head
             && (memcmp(head + 4, "ftyp", 4) == 0 || memcmp(head + 4, "moov", 4) == 0
                 || memcmp(head + 4, "mdat", 4) == 0 || memcmp(head + 4, "wide", 4) == 0))
        cut_off = mp4_is_cut_off(f, file_bytes);
    fclose(f);
    return cut_off;
}

typedef enum mp4_state { MP4_NOT, MP4_WITHOUT_INDEX, MP4_WITH_INDEX, MP4_STILL } mp4_state;

// MP4 and QuickTime keep their index in a box called moov; a recording that was cut off before its end has none.
static mp4_state look_at_mp4(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return MP4_NOT;
    mp4_state state = MP4_NOT;
    char type[5] = "", first_brand[5] = "";
    uint8_t start[12];
    if (fread(start, 1, sizeof start, f) == sizeof start)
        memcpy(first_brand, start + 8, 4);
    rewind(f);
    for (int i = 0; i < TOP_LEVEL_BOXES_MAX && state != MP4_WITH_INDEX; i++) {
        bool more = next_box(f, type);
        if (i == 0 && strcmp(type, "ftyp") != 0 && strcmp(type, "mdat") != 0 && strcmp(type, "wide") != 0
            && strcmp(type, "free") != 0 && strcmp(type, "skip") != 0)
            break;
        if (i == 0)
            state =
                strstr("heic heix mif1 msf1 avif avis", first_brand) && *first_brand ? MP4_STILL : MP4_WITHOUT_INDEX;
        if (!more || state == MP4_STILL)
            break;
        if (!strcmp(type, "moov"))
            state = MP4_WITH_INDEX;
    }
    fclose(f);
    return state;
}

ww_status ww_explain_open(const char *path, int code, ww_error *err)
{
    if (code == AVERROR(ENOMEM))
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to open it", path);
    if (code == AVERROR_EXIT)
        return ww_fail(err, WW_ERR_CANCELLED, "stopped while opening %s", path);
    mp4_state mp4 = look_at_mp4(path);
    if (mp4 == MP4_STILL)
        return ww_fail(err, WW_ERR_UNSUPPORTED,
                       "%s: HEIC and AVIF photos cannot be read; convert it to JPEG or PNG first", path);
    if (mp4 == MP4_WITHOUT_INDEX)
        return ww_fail(
            err, WW_ERR_FORMAT,
            "%s: the file ends before its index (no 'moov' box): the recording or the copy of it was cut off; "
            "copy it again, or repair it with a tool such as untrunc",
            path);
    if (code == AVERROR_INVALIDDATA || code == AVERROR(EINVAL) || code == AVERROR_EOF)
        return ww_fail(err, WW_ERR_FORMAT, "%s: this is not footage (no video or photo format is recognised in it)",
                       path);
    char reason[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(code, reason, sizeof reason);
    return ww_fail(err, code == AVERROR(EIO) || code == AVERROR(EACCES) ? WW_ERR_IO : WW_ERR_FORMAT,
                   "%s: cannot be opened as video: %s", path, reason);
}

ww_status ww_explain_no_video(const char *path, const AVFormatContext *format, ww_error *err)
{
    int sounds = 0, covers = 0;
    for (unsigned i = 0; i < format->nb_streams; i++) {
        sounds += format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
        covers += format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
    }
    if (!sounds && !covers)
        return ww_fail(err, WW_ERR_FORMAT, "%s: there is no video stream in it", path);
    return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: there is no video stream in it, only sound%s", path,
                   covers ? " and a cover picture" : "");
}
