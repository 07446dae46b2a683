// SPDX-License-Identifier: MIT
// Where memory runs out for a packet or for decoding one, whichever it is, a video is read as ever or that is the
// error: it is no end of the video, no damage, no change of the file and no video that cannot be cut.
#include "clips.h"
#include "harness.h"
#include "real.h"
#include "reference.h"

#include "image/image.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

enum { TRIED = 25 }; // calls that fail, of each kind, one at a time

typedef struct failing {
    const char *what;
    int calls, fails_at; // fails_at 0: none
} failing;

enum { READ, PACKET, SEND, RECEIVE, BUFFER, KINDS };
static failing kind[KINDS] = {{"read"}, {"packet"}, {"send"}, {"receive"}, {"buffer"}};

static bool fails(int which) { return ++kind[which].calls == kind[which].fails_at; }

// One of ours, not one that libavformat looks into a file with.
static bool fails_to_decode(const AVCodecContext *decoder, int which)
{
    return decoder->max_pixels == WW_IMAGE_PIXELS_MAX && fails(which);
}

int av_read_frame(AVFormatContext *format, AVPacket *packet)
{
    return fails(READ) ? AVERROR(ENOMEM) : REAL(av_read_frame)(format, packet);
}

AVPacket *av_packet_alloc(void) { return fails(PACKET) ? NULL : REAL(av_packet_alloc)(); }

int avcodec_send_packet(AVCodecContext *decoder, const AVPacket *packet)
{
    return fails_to_decode(decoder, SEND) ? AVERROR(ENOMEM) : REAL(avcodec_send_packet)(decoder, packet);
}

int avcodec_receive_frame(AVCodecContext *decoder, AVFrame *frame)
{
    return fails_to_decode(decoder, RECEIVE) ? AVERROR(ENOMEM) : REAL(avcodec_receive_frame)(decoder, frame);
}

int avcodec_default_get_buffer2(AVCodecContext *decoder, AVFrame *frame, int flags)
{
    return fails_to_decode(decoder, BUFFER) ? AVERROR(ENOMEM)
                                            : REAL(avcodec_default_get_buffer2)(decoder, frame, flags);
}

typedef struct seen {
    int frames, spans;
    uint64_t digest;
    int64_t damaged;
} seen;

static ww_status count_frame(void *user, const ww_frame *frame, ww_error *err)
{
    seen *s = user;
    (void)err;
    s->frames++;
    s->digest = s->digest * 31 + (uint64_t)frame->time_us + image_hash(&frame->image);
    return WW_OK;
}

// All spans, and the first one again, for which a reader goes back.
static ww_status read_clip(const char *name, seen *s, ww_error *err)
{
    ww_source *source = NULL;
    ww_reader *reader = NULL;
    *s = (seen){0};
    for (int k = 0; k < KINDS; k++)
        kind[k].calls = 0;
    ww_status status = ww_source_open(clip_path(name), NULL, NULL, &source, err);
    if (status == WW_OK)
        status = ww_reader_open(source, &reader, err);
    s->spans = status == WW_OK ? ww_source_get_info(source)->span_count : 0;
    for (int i = 0; i <= s->spans && status == WW_OK; i++) {
        ww_damage damage = {0};
        status = ww_reader_span(reader, i % s->spans, count_frame, s, &damage, err);
        s->damaged += damage.lost + damage.concealed;
    }
    ww_reader_close(reader);
    ww_source_close(source);
    return status;
}

static void check_call(const char *name, const seen *expected, const failing *call)
{
    seen got;
    ww_error err = {0};
    const ww_status status = read_clip(name, &got, &err);
    const bool same = got.frames == expected->frames && got.spans == expected->spans && got.digest == expected->digest
                      && got.damaged == expected->damaged;
    if (status == WW_ERR_MEMORY || (status == WW_OK && same))
        return;
    printf("# %s, %s %d fails: status %d, %d frames of %d, %d spans of %d: %s\n", name, call->what, call->fails_at,
           (int)status, got.frames, expected->frames, got.spans, expected->spans, err.message);
    CHECK(!"it is said that memory ran out");
}

// At most TRIED calls of the kind, evenly among all there are.
static void check_calls(const char *name, const seen *expected, failing *call)
{
    const int all = call->calls, tried = all < TRIED ? all : TRIED;
    CHECK(all > 0);
    for (int i = 0; i < tried; i++) {
        call->fails_at = 1 + (int)((int64_t)i * all / tried);
        check_call(name, expected, call);
    }
    call->fails_at = 0;
}

static void check_clip(const char *name, const char *arguments, bool in_spans)
{
    seen expected;
    ww_error err = {0};
    CHECK(clip_make(name, arguments));
    for (int k = 0; k < KINDS; k++) {
        CHECK_OK(read_clip(name, &expected, &err));
        CHECK(expected.frames > 0 && expected.damaged == 0 && (expected.spans > 1) == in_spans);
        check_calls(name, &expected, &kind[k]);
    }
}

TEST(in_spans) { check_clip("spans.mp4", "-f lavfi -i testsrc2=s=64x48:r=5:d=40 -c:v libx264 -g 10 -bf 2", true); }

TEST(from_beginning_to_end)
{
    check_clip("bare.h264", "-f lavfi -i testsrc2=s=64x48:r=5:d=10 -c:v libx264 -g 10", false);
}

int main(void)
{
    if (!clips_begin()) {
        printf("1..0 # SKIP there is no ffmpeg program here to make clips with\n");
        return 0;
    }
    RUN(in_spans);
    RUN(from_beginning_to_end);
    return FINISH();
}
