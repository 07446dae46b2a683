// SPDX-License-Identifier: MIT
// A video file being demuxed: one stream's packets, in decoding order, each with a stamp that says what the rest of the
// room needs to know.
//
// Every source opened on the same file gives the same packets with the same stamps, whether it reads on from the
// beginning or was sent to a mark: that is what lets several readers work on one file and agree.
#ifndef WW_VIDEO_DEMUXER_H
#define WW_VIDEO_DEMUXER_H
#include "base/cancel.h"
#include "base/error.h"
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

#define WW_DEMUXER_QUEUE 16 // packets; more than there are B-frames in a row

// What is known of a packet. Times are in ticks of the stream's time base, after the repair of clock jumps.
typedef struct ww_stamp {
    int64_t pts;      // AV_NOPTS_VALUE where the container does not say
    int64_t dts;      // likewise
    int64_t duration; // 0: unknown
    uint32_t ordinal; // number of the frame in decoding order, from 0; both fields of a field-coded frame share one
    int layer;        // temporal layer (HEVC); 0 elsewhere
    bool key;         // decoding can begin here
    bool shown;       // false: decoded for others' sake, never displayed (edit lists, VP8's alternate references)
    bool reference;   // false: no other frame refers to it, as far as its bits tell
    bool continued;   // the second field of the frame before
} ww_stamp;

// A key frame, with what is needed to find it again.
typedef struct ww_mark {
    int64_t pts;              // repaired, as in the stamp
    int64_t raw_pts, raw_dts; // as the demuxer gives them
    int64_t clock_offset, clock_last;
    int64_t pos; // byte position, -1 unknown
    int size;
    uint32_t ordinal;
} ww_mark;

typedef struct ww_demuxer {
    char *path;
    ww_cancel cancel;
    AVFormatContext *format;
    AVStream *stream;
    int track;                         // 0: the one that is picked of all
    AVPacket *queue[WW_DEMUXER_QUEUE]; // read already, to be given next; all allocated, the first `queued` filled
    int queued;
    bool ended;
    bool starved; // it ended because there was no memory; stays so until it is opened anew
    bool whole;   // each frame is painted over those before it (GIF, APNG): decoding begins at the first
    uint32_t next_ordinal;
    int64_t clock_offset, clock_last; // see repair_clock in demuxer.c
    int64_t second_ticks, ticks_max;
    AVCodecParserContext *parser; // only for H.264 that may be field-coded
    AVCodecContext *parser_context;
    int open_field;       // AV_PICTURE_STRUCTURE_* of a first field whose second has not come yet; 0 none
    int nal_length_bytes; // H.264 and HEVC in MP4/Matroska; 0: start codes
} ww_demuxer;

// Opens `path` (local files only, containers that cannot refer to other files only) and picks its video stream; with a
// `track` of 1, 2, ... the first, second, ... of the others that are worth it (ww_source_more_tracks).
ww_status ww_demuxer_open(ww_demuxer *demuxer, const char *path, int track, const ww_cancel *cancel, ww_error *err);
void ww_demuxer_close(ww_demuxer *demuxer); // also fine for a zeroed one
void ww_demuxer_free(ww_demuxer *demuxer);  // the same of one on the heap; NULL is fine

// The next packet of the stream (caller unrefs) and its stamp; false at the end, also where the file breaks off or
// cannot be read.
bool ww_demuxer_next(ww_demuxer *demuxer, AVPacket *packet, ww_stamp *stamp);
// Why ww_demuxer_next came to an end before the file did: WW_ERR_IO when reading failed, WW_ERR_MEMORY when there was
// none for a packet, WW_ERR_CANCELLED, else WW_OK.
ww_status ww_source_trouble(const ww_demuxer *demuxer, ww_error *err);
// Video streams beside the one picked.
int ww_source_other_tracks(const ww_demuxer *demuxer);
// Those of them that are another camera's: at least half as large as the one picked. Smaller ones are previews of it.
int ww_source_more_tracks(const ww_demuxer *demuxer);

// The mark of the packet just given by ww_demuxer_next.
ww_mark ww_demuxer_mark(const ww_demuxer *demuxer, const AVPacket *packet, const ww_stamp *stamp);
// Whether a reader can be sent there directly: program streams give some frames neither a time nor a place of their
// own.
bool ww_demuxer_can_seek(const ww_demuxer *demuxer, const ww_mark *mark);
// Moves so that the next packet given is the marked one. False: the demuxer could not find it again (the position is
// then undefined).
bool ww_demuxer_seek(ww_demuxer *demuxer, const ww_mark *mark);
// The same by reading on from the beginning of the file: slow, and certain.
ww_status ww_demuxer_walk(ww_demuxer *demuxer, const ww_mark *mark, ww_error *err);

// Length of one frame in ticks as the headers have it (25 frames a second where they are silent); at least 1.
int64_t ww_demuxer_frame_ticks(const ww_demuxer *demuxer);

#endif
