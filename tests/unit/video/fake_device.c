// SPDX-License-Identifier: MIT
// In the environment of a program that it is preloaded into, WW_FAKE_DEVICE holds words: absent, refuses, dies, and
// packet_fails=N and its like; WW_FAKE_REPORT names the file that gets the counts at the end.
#include "fake_device.h"
#include "real.h"

#include <libavcodec/avcodec.h>
#include <libavutil/hwcontext.h>
#include <libavutil/pixdesc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

fake_device fake;

enum { DECODERS_MAX = 64, FORMATS_MAX = 16 };

typedef struct decoder { // one that was given the device
    const AVCodecContext *context;
    enum AVPixelFormat (*choose)(AVCodecContext *context, const enum AVPixelFormat *offered); // the user's
    bool at_work; // the device's format was chosen
} decoder;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; // of all below, and of the counts
static decoder decoders[DECODERS_MAX];

static bool happens(int *at, int number)
{
    const bool now = *at != 0 && (number == *at || (fake.dies && number > *at));
    if (now && !fake.dies)
        *at = 0;
    return now;
}

static void count(int *counter, int by)
{
    pthread_mutex_lock(&mutex);
    *counter += by;
    if (fake.surfaces > fake.surfaces_most)
        fake.surfaces_most = fake.surfaces;
    pthread_mutex_unlock(&mutex);
}

static bool counted(int *counter, int *at)
{
    pthread_mutex_lock(&mutex);
    const bool now = happens(at, ++*counter);
    pthread_mutex_unlock(&mutex);
    return now;
}

// --- what there is ---------------------------------------------------------------------------------------------------

enum AVHWDeviceType av_hwdevice_iterate_types(enum AVHWDeviceType before)
{
    return before == AV_HWDEVICE_TYPE_NONE   ? AV_HWDEVICE_TYPE_CUDA
           : before == AV_HWDEVICE_TYPE_CUDA ? AV_HWDEVICE_TYPE_VAAPI
                                             : AV_HWDEVICE_TYPE_NONE;
}

const AVCodecHWConfig *avcodec_get_hw_config(const AVCodec *codec, int index)
{
    static const AVCodecHWConfig configs[] = {
        {AV_PIX_FMT_CUDA, AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX, AV_HWDEVICE_TYPE_CUDA},
        {AV_PIX_FMT_VAAPI, AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX, AV_HWDEVICE_TYPE_VAAPI}};
    static const enum AVCodecID known[] = {AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_VP9, AV_CODEC_ID_MPEG2VIDEO,
                                           AV_CODEC_ID_MPEG4};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (codec->id == known[i] && index >= 0 && index < 2)
            return &configs[index];
    return NULL;
}

int av_hwdevice_ctx_create(AVBufferRef **device, enum AVHWDeviceType type, const char *name, AVDictionary *options,
                           int flags)
{
    (void)options;
    (void)flags;
    if (fake.absent || type != AV_HWDEVICE_TYPE_VAAPI || (name && strcmp(name, "1") != 0))
        return AVERROR(ENODEV);
    count(&fake.opened, 1);
    *device = av_buffer_alloc(1);
    return *device ? 0 : AVERROR(ENOMEM);
}

// --- decoders --------------------------------------------------------------------------------------------------------

static decoder *decoder_of(const AVCodecContext *context)
{
    for (int i = 0; i < DECODERS_MAX; i++)
        if (decoders[i].context == context)
            return &decoders[i];
    return NULL;
}

static bool can_pack(enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(format);
    return d->nb_components == 3 && !(d->flags & AV_PIX_FMT_FLAG_RGB)
           && (d->comp[0].depth == 8 || (d->comp[0].depth == 10 && d->log2_chroma_h == 1));
}

static enum AVPixelFormat software_of(const enum AVPixelFormat *offered)
{
    while (*offered != AV_PIX_FMT_NONE && av_pix_fmt_desc_get(*offered)->flags & AV_PIX_FMT_FLAG_HWACCEL)
        offered++;
    return *offered;
}

// Asks as libavcodec does: with the device's format, and, where the device then does not take the stream, without.
static enum AVPixelFormat ask(AVCodecContext *context, const enum AVPixelFormat *offered)
{
    pthread_mutex_lock(&mutex);
    decoder *d = decoder_of(context);
    pthread_mutex_unlock(&mutex);
    const enum AVPixelFormat software = software_of(offered);
    const enum AVPixelFormat both[] = {AV_PIX_FMT_VAAPI, software, AV_PIX_FMT_NONE};
    const bool packs = can_pack(software);
    d->at_work = d->choose(context, packs ? both : both + 1) == AV_PIX_FMT_VAAPI;
    if (d->at_work && fake.refuses) {
        d->choose(context, both + 1);
        d->at_work = false;
    }
    return software;
}

int avcodec_open2(AVCodecContext *context, const AVCodec *codec, AVDictionary **options)
{
    if (context->hw_device_ctx) {
        pthread_mutex_lock(&mutex);
        decoder *d = decoder_of(NULL);
        if (d)
            *d = (decoder){context, context->get_format, false};
        pthread_mutex_unlock(&mutex);
        if (!d)
            return AVERROR(ENOMEM);
        count(&fake.decoders, 1);
        context->get_format = ask;
        context->apply_cropping = 0;
    }
    return REAL(avcodec_open2)(context, codec, options);
}

void avcodec_free_context(AVCodecContext **context)
{
    pthread_mutex_lock(&mutex);
    decoder *d = *context ? decoder_of(*context) : NULL;
    if (d) {
        *d = (decoder){0};
        fake.decoders--;
    }
    pthread_mutex_unlock(&mutex);
    REAL(avcodec_free_context)(context);
}

int avcodec_send_packet(AVCodecContext *context, const AVPacket *packet)
{
    pthread_mutex_lock(&mutex);
    decoder *d = decoder_of(context);
    pthread_mutex_unlock(&mutex);
    if (d && packet) {
        count(&fake.packets, 1);
        pthread_mutex_lock(&mutex);
        const bool fails = happens(&fake.packet_fails, fake.packets),
                   damaged = happens(&fake.packet_damaged, fake.packets);
        pthread_mutex_unlock(&mutex);
        if (fails || damaged)
            return fails ? AVERROR(EIO) : AVERROR_INVALIDDATA;
    }
    return REAL(avcodec_send_packet)(context, packet);
}

// --- surfaces --------------------------------------------------------------------------------------------------------

static void give_back(void *opaque, uint8_t *data)
{
    AVFrame *pixels = opaque;
    (void)data;
    av_frame_free(&pixels);
    count(&fake.surfaces, -1);
}

// The frame's pixels move out of reach.
static int into_surface(AVFrame *frame)
{
    AVFrame *pixels = av_frame_clone(frame), *surface = av_frame_alloc();
    if (!pixels || !surface || av_frame_copy_props(surface, frame) < 0)
        return AVERROR(ENOMEM);
    surface->buf[0] = av_buffer_create((uint8_t *)pixels, sizeof *pixels, give_back, pixels, 0);
    surface->data[3] = (uint8_t *)pixels;
    surface->format = AV_PIX_FMT_VAAPI;
    surface->width = frame->width - (int)frame->crop_right;
    surface->height = frame->height - (int)frame->crop_bottom;
    surface->crop_right = surface->crop_bottom = 0;
    av_frame_unref(frame);
    av_frame_move_ref(frame, surface);
    av_frame_free(&surface);
    count(&fake.surfaces, 1);
    return 0;
}

int avcodec_receive_frame(AVCodecContext *context, AVFrame *frame)
{
    pthread_mutex_lock(&mutex);
    const decoder *d = decoder_of(context);
    pthread_mutex_unlock(&mutex);
    int code = REAL(avcodec_receive_frame)(context, frame);
    if (code < 0 || !d || !d->at_work)
        return code;
    if (counted(&fake.frames, &fake.frame_is_lost))
        code = REAL(avcodec_receive_frame)(context, frame);
    if (code < 0)
        return code;
    pthread_mutex_lock(&mutex);
    if (happens(&fake.frame_is_damaged, fake.frames))
        frame->decode_error_flags = FF_DECODE_ERROR_INVALID_BITSTREAM;
    pthread_mutex_unlock(&mutex);
    return into_surface(frame);
}

static enum AVPixelFormat packed_like(const AVPixFmtDescriptor *planar)
{
    return planar->comp[0].depth == 10 ? AV_PIX_FMT_P010LE
           : planar->log2_chroma_h     ? AV_PIX_FMT_NV12
           : planar->log2_chroma_w     ? AV_PIX_FMT_NV16
                                       : AV_PIX_FMT_NV24;
}

static void pack(const AVFrame *from, AVFrame *to)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(from->format);
    const int bytes = format->comp[0].depth > 8 ? 2 : 1;
    for (int i = 0; i < 3; i++) {
        const int width = i ? AV_CEIL_RSHIFT(from->width, format->log2_chroma_w) : from->width;
        const int height = i ? AV_CEIL_RSHIFT(from->height, format->log2_chroma_h) : from->height;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                const uint8_t *sample = from->data[i] + (ptrdiff_t)y * from->linesize[i] + (ptrdiff_t)x * bytes;
                uint8_t *place =
                    to->data[i != 0] + (ptrdiff_t)y * to->linesize[i != 0] + (ptrdiff_t)bytes * (i ? 2 * x + i - 1 : x);
                const int value = bytes == 1 ? *sample : (sample[0] | sample[1] << 8) << 6;
                place[0] = (uint8_t)value;
                if (bytes == 2)
                    place[1] = (uint8_t)(value >> 8);
            }
    }
}

int av_hwframe_transfer_data(AVFrame *to, const AVFrame *from, int flags)
{
    (void)flags;
    const AVFrame *pixels = (const AVFrame *)(const void *)from->data[3];
    if (from->format != AV_PIX_FMT_VAAPI || counted(&fake.transfers, &fake.transfer_fails))
        return AVERROR(EIO);
    to->format = packed_like(av_pix_fmt_desc_get(pixels->format));
    to->width = pixels->width;
    to->height = pixels->height;
    const int code = av_frame_get_buffer(to, 0);
    if (code < 0)
        return code;
    pack(pixels, to);
    to->width = from->width;
    to->height = from->height;
    return 0;
}

// --- preloaded -------------------------------------------------------------------------------------------------------

static void set_number(const char *words, const char *name, int *number)
{
    const char *at = strstr(words, name);
    if (at)
        *number = atoi(at + strlen(name));
}

__attribute__((constructor)) static void begin(void)
{
    const char *words = getenv("WW_FAKE_DEVICE");
    if (!words)
        return;
    fake.absent = strstr(words, "absent") != NULL;
    fake.refuses = strstr(words, "refuses") != NULL;
    fake.dies = strstr(words, "dies") != NULL;
    set_number(words, "packet_fails=", &fake.packet_fails);
    set_number(words, "packet_damaged=", &fake.packet_damaged);
    set_number(words, "transfer_fails=", &fake.transfer_fails);
    set_number(words, "frame_is_lost=", &fake.frame_is_lost);
    set_number(words, "frame_is_damaged=", &fake.frame_is_damaged);
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("WW_FAKE_REPORT");
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f)
        return;
    fprintf(f, "{\"opened\": %d, \"frames\": %d, \"transfers\": %d, \"surfaces\": %d, \"surfaces_most\": %d}\n",
            fake.opened, fake.frames, fake.transfers, fake.surfaces, fake.surfaces_most);
    fclose(f);
}
