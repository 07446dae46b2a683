// SPDX-License-Identifier: MIT
#include "reference.h"

#include "base/hash.h"
#include "base/memory.h"
#include "video/picture.h"
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>

#define FRAMES_MAX 20000

uint64_t image_hash(const ww_image *image)
{
    ww_hash h;
    ww_hash_init(&h, 0);
    for (int i = 0; i < (image->pixels == WW_PIXELS_LUMA ? 1 : 3); i++)
        for (int y = 0; y < image->plane[i].height; y++)
            ww_hash_update(&h, image->plane[i].data + y * image->plane[i].stride, (size_t)image->plane[i].width);
    return ww_hash_digest(&h);
}

shown_frame shown_frame_of(const ww_frame *frame)
{
    return (shown_frame){.sample = frame->sample,
                         .time_us = frame->time_us,
                         .width = frame->image.width,
                         .height = frame->image.height,
                         .hash = image_hash(&frame->image),
                         .intermediate = frame->intermediate};
}

bool shown_frame_same(int at, const shown_frame *got, const shown_frame *expected)
{
    if (got->sample == expected->sample && got->time_us == expected->time_us && got->hash == expected->hash
        && got->width == expected->width && got->height == expected->height
        && got->intermediate == expected->intermediate)
        return true;
    printf("# frame %d: %dx%d, sample %lld at %lld us, expected %dx%d, sample %lld at %lld us; pixels %s\n", at,
           got->width, got->height, (long long)got->sample, (long long)got->time_us, expected->width, expected->height,
           (long long)expected->sample, (long long)expected->time_us, got->hash == expected->hash ? "equal" : "differ");
    return false;
}

typedef struct decode {
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *decoder;
    AVFrame *frame;
    ww_presentation presentation;
    int64_t frame_us, first_pts;
    shown_frames *all;
} decode;

static void take_frames(decode *d)
{
    ww_picture_maker maker = {0};
    while (avcodec_receive_frame(d->decoder, d->frame) == 0 && d->all->count < FRAMES_MAX) {
        ww_image view;
        if (ww_picture_make(&maker, d->frame, &d->presentation, &view, NULL) != WW_OK)
            break;
        if (d->all->count == 0)
            d->first_pts = d->frame->best_effort_timestamp;
        int64_t n = d->all->count, pts = d->frame->best_effort_timestamp;
        int64_t time_us = n * d->frame_us;
        if (!d->frame_us && pts == AV_NOPTS_VALUE)
            time_us = d->all->end_us;
        else if (!d->frame_us)
            time_us = av_rescale_q_rnd(pts - d->first_pts, d->stream->time_base, AV_TIME_BASE_Q, AV_ROUND_DOWN);
        int64_t length_us =
            d->frame_us ? d->frame_us : av_rescale_q(d->frame->pkt_duration, d->stream->time_base, AV_TIME_BASE_Q);
        if (length_us <= 0)
            length_us = av_rescale_q(1, av_inv_q(d->stream->avg_frame_rate), AV_TIME_BASE_Q);
        d->all->frame[d->all->count++] =
            (shown_frame){.time_us = time_us, .width = view.width, .height = view.height, .hash = image_hash(&view)};
        d->all->end_us = time_us + length_us;
    }
    ww_picture_maker_free(&maker);
}

static bool decode_all(decode *d, const char *path)
{
    if (avformat_open_input(&d->format, path, NULL, NULL) < 0 || avformat_find_stream_info(d->format, NULL) < 0)
        return false;
    const AVCodec *codec = NULL;
    int index = av_find_best_stream(d->format, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (index < 0 || !codec || !(d->decoder = avcodec_alloc_context3(codec)))
        return false;
    d->stream = d->format->streams[index];
    avcodec_parameters_to_context(d->decoder, d->stream->codecpar);
    d->decoder->pkt_timebase = d->stream->time_base;
    d->decoder->thread_count = 1;
    d->decoder->flags |= AV_CODEC_FLAG_UNALIGNED; // cropped at the left exactly
    if (avcodec_open2(d->decoder, codec, NULL) < 0)
        return false;
    d->presentation = ww_presentation_of(d->format, d->stream);
    AVPacket *packet = av_packet_alloc();
    while (av_read_frame(d->format, packet) >= 0) {
        if (packet->stream_index == index) {
            avcodec_send_packet(d->decoder, packet);
            take_frames(d);
        }
        av_packet_unref(packet);
    }
    avcodec_send_packet(d->decoder, NULL);
    take_frames(d);
    av_packet_free(&packet);
    int64_t first_us = av_rescale_q_rnd(d->first_pts, d->stream->time_base, AV_TIME_BASE_Q, AV_ROUND_DOWN);
    if (!d->frame_us && d->format->start_time != AV_NOPTS_VALUE && first_us > d->format->start_time)
        d->all->start_us = first_us - d->format->start_time;
    return true;
}

bool reference_decode(const char *path, int64_t frame_us, shown_frames *all)
{
    *all = (shown_frames){.frame = ww_alloc(FRAMES_MAX * sizeof *all->frame)};
    decode d = {.frame_us = frame_us, .all = all, .frame = av_frame_alloc()};
    bool done = decode_all(&d, path);
    av_frame_free(&d.frame);
    avcodec_free_context(&d.decoder);
    avformat_close_input(&d.format);
    return done && all->count > 0;
}

shown_frames reference_pick(const shown_frames *all, int64_t every_us)
{
    shown_frames picked = {.frame = ww_alloc((size_t)all->count * sizeof *all->frame), .end_us = all->end_us};
    int at = 0, last = -1;
    for (int64_t k = 0; k == 0 || k * every_us < all->end_us; k++) {
        while (at + 1 < all->count && all->frame[at + 1].time_us <= k * every_us)
            at++;
        if (at == last)
            continue;
        picked.frame[picked.count] = all->frame[at];
        picked.frame[picked.count++].sample = k;
        last = at;
    }
    return picked;
}

void shown_free(shown_frames *frames)
{
    free(frames->frame);
    *frames = (shown_frames){0};
}
