// SPDX-License-Identifier: MIT
#include "video/hardware.h"
#include "video/decoder.h"

#include <libavutil/hwcontext.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <stdio.h>
#include <string.h>

// --- trouble ---------------------------------------------------------------------------------------------------------

static void note_trouble(ww_hardware *h, bool for_good, const char *what, int code)
{
    if (h->trouble)
        return; // the first one is the cause
    h->trouble = true;
    h->for_good = for_good;
    if (code < 0)
        snprintf(h->why, sizeof h->why, "%s %s (%s)", h->device.name, what, av_err2str(code));
    else
        snprintf(h->why, sizeof h->why, "%s %s", h->device.name, what);
}

void ww_hardware_check(ww_hardware *h, int code)
{
    if (h->refused)
        note_trouble(h, true, "does not decode this profile or pixel format", 0);
    else if (code < 0 && code != AVERROR(EAGAIN) && code != AVERROR_EOF)
        note_trouble(h, code != AVERROR_INVALIDDATA, "could not decode a picture", code);
}

void ww_hardware_doubt(ww_hardware *h, const char *why) { note_trouble(h, false, why, 0); }

// --- the decoder -----------------------------------------------------------------------------------------------------

// libavcodec's get_format. It is called again, without the device's format, where the device does not take the stream.
static enum AVPixelFormat choose_format(AVCodecContext *decoder, const enum AVPixelFormat *offered)
{
    ww_hardware *h = decoder->opaque;
    for (int i = 0; offered[i] != AV_PIX_FMT_NONE; i++)
        if (offered[i] == h->device.format)
            return offered[i];
    h->refused = true;
    for (int i = 0; offered[i] != AV_PIX_FMT_NONE; i++)
        if (!(av_pix_fmt_desc_get(offered[i])->flags & AV_PIX_FMT_FLAG_HWACCEL))
            return offered[i];
    return AV_PIX_FMT_NONE;
}

void ww_hardware_open(ww_hardware *h, const ww_device *device, const AVCodecParameters *parameters,
                      AVRational time_base, const char *name)
{
    *h = (ww_hardware){.device = *device, .fetched = av_frame_alloc(), .planar = av_frame_alloc()};
    const ww_decoder_help help = {device->codec, device->context, choose_format, h};
    ww_error err;
    ww_status status = h->fetched && h->planar
                           ? ww_decoder_open_with(&h->decoder, &help, parameters, time_base, name, &err)
                           : WW_ERR_MEMORY;
    if (status != WW_OK)
        note_trouble(h, true, "could not be set up", status == WW_ERR_MEMORY ? AVERROR(ENOMEM) : 0);
}

void ww_hardware_close(ww_hardware *h)
{
    avcodec_free_context(&h->decoder);
    av_frame_free(&h->fetched);
    av_frame_free(&h->planar);
}

// --- pixels ----------------------------------------------------------------------------------------------------------

// The planar format of the same samples; AV_PIX_FMT_NONE for what is not luma and interleaved chroma.
static enum AVPixelFormat planar_like(const AVPixFmtDescriptor *from)
{
    const bool semi_planar = from->nb_components == 3 && from->flags & AV_PIX_FMT_FLAG_PLANAR
                             && !(from->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_BE)) && from->comp[1].plane == 1
                             && from->comp[2].plane == 1;
    for (const AVPixFmtDescriptor *to = NULL; semi_planar && (to = av_pix_fmt_desc_next(to)) != NULL;)
        if (to->nb_components == 3 && to->flags == AV_PIX_FMT_FLAG_PLANAR && to->comp[1].plane == 1
            && to->comp[2].plane == 2 && to->comp[0].depth == from->comp[0].depth && to->comp[0].shift == 0
            && to->log2_chroma_w == from->log2_chroma_w && to->log2_chroma_h == from->log2_chroma_h)
            return av_pix_fmt_desc_get_id(to);
    return AV_PIX_FMT_NONE;
}

// One component's row: every `step`-th byte or word, shifted down.
static void copy_row(const uint8_t *from, const AVComponentDescriptor *c, uint8_t *to, int width)
{
    if (c->depth <= 8) {
        for (int x = 0; x < width; x++)
            to[x] = from[(ptrdiff_t)x * c->step];
        return;
    }
    for (int x = 0; x < width; x++) {
        uint16_t sample;
        memcpy(&sample, from + (ptrdiff_t)x * c->step, sizeof sample);
        sample = (uint16_t)(sample >> c->shift);
        memcpy(to + (ptrdiff_t)x * (ptrdiff_t)sizeof sample, &sample, sizeof sample);
    }
}

static void unpack(const AVFrame *from, AVFrame *to)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(from->format);
    for (int i = 0; i < 3; i++) {
        const AVComponentDescriptor *c = &format->comp[i];
        const int width = i ? AV_CEIL_RSHIFT(from->width, format->log2_chroma_w) : from->width;
        const int height = i ? AV_CEIL_RSHIFT(from->height, format->log2_chroma_h) : from->height;
        const uint8_t *rows = from->data[c->plane] + c->offset;
        for (int y = 0; y < height; y++)
            copy_row(rows + (ptrdiff_t)y * from->linesize[c->plane], c, to->data[i] + (ptrdiff_t)y * to->linesize[i],
                     width);
    }
}

// From what a device gives (NV12, P010, ...) to what software gives; what is no such format stays as it is.
static int make_planar(const AVFrame *from, AVFrame *to)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(from->format);
    const enum AVPixelFormat planar = format ? planar_like(format) : AV_PIX_FMT_NONE;
    if (planar == AV_PIX_FMT_NONE)
        return av_frame_ref(to, from);
    to->format = planar;
    to->width = from->width;
    to->height = from->height;
    const int code = av_frame_get_buffer(to, 0);
    if (code >= 0)
        unpack(from, to);
    return code;
}

// Of a frame in a device's memory libavcodec crops the right and the bottom alone; left and top are cropped here.
const AVFrame *ww_hardware_fetch(ww_hardware *h, const AVFrame *frame)
{
    av_frame_unref(h->fetched);
    av_frame_unref(h->planar);
    int code = frame->format == h->device.format ? av_hwframe_transfer_data(h->fetched, frame, 0) : AVERROR(EINVAL);
    if (code >= 0)
        code = make_planar(h->fetched, h->planar);
    if (code >= 0)
        code = av_frame_copy_props(h->planar, frame);
    if (code >= 0)
        code = av_frame_apply_cropping(h->planar, AV_FRAME_CROP_UNALIGNED);
    av_frame_unref(h->fetched);
    if (code >= 0)
        return h->planar;
    note_trouble(h, true, "did not give a picture back", code);
    return NULL;
}
