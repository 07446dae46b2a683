// SPDX-License-Identifier: MIT
// The first frame that the packets tell is the one that a plain decode gives first; of most videos no other is decoded.
#include "clips.h"
#include "harness.h"
#include "video/decoder.h"
#include "video/first_frame.h"
#include "video/source.h"

#include <inttypes.h>

#define MOVING "-f lavfi -i testsrc2=s=160x112:r=10:d=4 "

typedef struct found {
    bool any;
    int64_t pts;
    int width, decoded; // packets
} found;

static void begin(ww_demuxer *demuxer, const char *name, AVCodecContext **decoder)
{
    ww_error err = {0};
    CHECK_OK(ww_demuxer_open(demuxer, clip_path(name), 0, NULL, &err));
    CHECK_OK(ww_decoder_open(decoder, demuxer->stream->codecpar, demuxer->stream->time_base, name, &err));
}

static found by_packets(const char *name)
{
    ww_demuxer demuxer;
    ww_first_frame first = {.frame = av_frame_alloc()};
    AVPacket *packet = av_packet_alloc();
    ww_stamp stamp;
    begin(&demuxer, name, &first.decoder);
    while (!first.found && ww_demuxer_next(&demuxer, packet, &stamp)) {
        ww_first_frame_add(&first, packet, &stamp);
        av_packet_unref(packet);
    }
    ww_first_frame_end(&first);
    const found f = {first.found, first.frame->pts, first.frame->width, (int)first.decoded_packets};
    CHECK_EQ(first.held_count, 0);
    av_packet_free(&packet);
    av_frame_free(&first.frame);
    avcodec_free_context(&first.decoder);
    ww_demuxer_close(&demuxer);
    return f;
}

static found by_decoding(const char *name)
{
    ww_demuxer demuxer;
    AVCodecContext *decoder = NULL;
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    ww_stamp stamp;
    found f = {0};
    begin(&demuxer, name, &decoder);
    while (!f.any && ww_demuxer_next(&demuxer, packet, &stamp)) {
        ww_decoder_send(decoder, packet, &stamp, true);
        f.any = avcodec_receive_frame(decoder, frame) == 0;
        av_packet_unref(packet);
    }
    if (!f.any) {
        avcodec_send_packet(decoder, NULL);
        f.any = avcodec_receive_frame(decoder, frame) == 0;
    }
    f.pts = frame->pts;
    f.width = frame->width;
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&decoder);
    ww_demuxer_close(&demuxer);
    return f;
}

static void check(const char *name, const char *arguments, int decoded_max)
{
    const int failures = harness_failures;
    CHECK(clip_make(name, arguments));
    const found expected = by_decoding(name), got = by_packets(name);
    CHECK_EQ(got.any, expected.any);
    CHECK_EQ(got.pts, expected.pts);
    CHECK_EQ(got.width, expected.width);
    CHECK(got.decoded <= decoded_max);
    if (harness_failures != failures)
        printf("# ^ %s: %d packets decoded, at %" PRId64 ", should be %" PRId64 "\n", name, got.decoded, got.pts,
               expected.pts);
}

TEST(one_frame_is_decoded)
{
    check("b.mp4", MOVING "-c:v libx264 -bf 3 -b_strategy 0", 1);
    check("b.mkv", MOVING "-c:v libx264 -bf 3 -b_strategy 0 -x264-params b-pyramid=strict", 1);
    check("b.ts", MOVING "-c:v libx264 -bf 3 -b_strategy 0", 1);
    check("none.mp4", MOVING "-c:v libx264 -bf 0", 1);
    check("hevc.mkv", MOVING "-c:v libx265 -x265-params log-level=none:bframes=4", 1);
    check("short.mp4", "-f lavfi -i testsrc2=s=160x112:r=10:d=0.2 -c:v libx264 -bf 3", 1);
}

// A recording that begins in the middle of a group, one without times, one that has no key frames.
TEST(what_is_not_as_simple_is_decoded_as_it_comes)
{
    CHECK(clip_make("open.ts", "-f lavfi -i testsrc2=s=160x112:r=10:d=10 -c:v libx264 -g 40 -x264-params "
                               "open-gop=1:bframes=4:b-adapt=0:scenecut=0"));
    check("leading.ts", "-i open.ts -c copy -bsf:v noise=drop='lt(n\\,36)'", INT32_MAX);
    check("middle.ts", "-i open.ts -c copy -bsf:v noise=drop='lt(n\\,20)'", INT32_MAX);
    check("raw.h264", MOVING "-c:v libx264 -bf 3", INT32_MAX);
    check("refresh.ts", MOVING "-c:v libx264 -g 60 -x264-params intra-refresh=1", INT32_MAX);
}

int main(void)
{
    ww_footage_silence_libav();
    if (!clips_begin()) {
        printf("1..0 # SKIP there is no ffmpeg program here to make clips with\n");
        return 0;
    }
    RUN(one_frame_is_decoded);
    RUN(what_is_not_as_simple_is_decoded_as_it_comes);
    return FINISH();
}
