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

// Reads one ISO BMFF box header at the current place and skips its body; the type in `type`. False at the end of the file.
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
        if (i == 0 && strcmp(type, "ftyp") != 0 && strcmp(type, "mdat") != 0 && strcmp(type, "wide") != 0 && strcmp(type, "free") != 0
            && strcmp(type, "skip") != 0)
            break;
        if (i == 0)
            state = strstr("heic heix mif1 msf1 avif avis", first_brand) && *first_brand ? MP4_STILL : MP4_WITHOUT_INDEX;
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
    mp4_state mp4 = look_at_mp4(path);
    if (mp4 == MP4_STILL)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: HEIC and AVIF photos cannot be read; convert it to JPEG or PNG first", path);
    if (mp4 == MP4_WITHOUT_INDEX)
        return ww_fail(err, WW_ERR_FORMAT,
                       "%s: the file ends before its index (no 'moov' box): the recording or the copy of it was cut off; "
                       "copy it again, or repair it with a tool such as untrunc",
                       path);
    if (code == AVERROR_INVALIDDATA || code == AVERROR(EINVAL) || code == AVERROR_EOF)
        return ww_fail(err, WW_ERR_FORMAT, "%s: this is not footage (no video or photo format is recognised in it)", path);
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
