// SPDX-License-Identifier: MIT
#include "video/decoder.h"

#include "image/image.h"

// Called with the picture's size before its memory is asked for.
static int bounded_buffer(AVCodecContext *decoder, AVFrame *frame, int flags)
{
    if (frame->width > WW_IMAGE_SIDE_MAX || frame->height > WW_IMAGE_SIDE_MAX
        || (size_t)frame->width * (size_t)frame->height > WW_IMAGE_PIXELS_MAX)
        return AVERROR(EINVAL);
    const int code = avcodec_default_get_buffer2(decoder, frame, flags);
    if (code == AVERROR(ENOMEM) && !decoder->hw_device_ctx)
        decoder->opaque = decoder; // for ww_decoder_starved
    return code;
}

// Frames of a device that are not given back at once: the one last received, the one on screen, and room to spare.
enum { SURFACES_HELD = 4 };

static int take_help(AVCodecContext *decoder, const ww_decoder_help *help)
{
    decoder->opaque = help->user;
    decoder->get_format = help->format;
    decoder->extra_hw_frames = SURFACES_HELD;
    decoder->hw_device_ctx = av_buffer_ref(help->device);
    return decoder->hw_device_ctx ? 0 : AVERROR(ENOMEM);
}

ww_status ww_decoder_open_with(AVCodecContext **decoder, const ww_decoder_help *help,
                               const AVCodecParameters *parameters, AVRational time_base, const char *name,
                               ww_error *err)
{
    const AVCodec *codec = help ? help->codec : avcodec_find_decoder(parameters->codec_id);
    if (!codec)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: no decoder for its video format (%s)", name,
                       avcodec_get_name(parameters->codec_id));
    AVCodecContext *c = avcodec_alloc_context3(codec);
    if (!c)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory for a decoder", name);
    int rc = avcodec_parameters_to_context(c, parameters);
    c->thread_count = 1;
    c->thread_type = 0;                 // else libav warns of get_buffer2 and frame threads
    c->log_level_offset = AV_LOG_TRACE; // errors are told by us; libav would print them
    c->pkt_timebase = time_base;
    c->max_pixels = WW_IMAGE_PIXELS_MAX;
    c->flags |= AV_CODEC_FLAG_UNALIGNED; // else a crop at the left is rounded down
    c->get_buffer2 = bounded_buffer;
    if (rc >= 0 && help)
        rc = take_help(c, help);
    if (rc < 0 || (rc = avcodec_open2(c, codec, NULL)) < 0) {
        avcodec_free_context(&c);
        return ww_fail(err, rc == AVERROR(ENOMEM) ? WW_ERR_MEMORY : WW_ERR_UNSUPPORTED,
                       "%s: its video (%s) cannot be decoded: %s", name, avcodec_get_name(parameters->codec_id),
                       av_err2str(rc));
    }
    *decoder = c;
    return WW_OK;
}

ww_status ww_decoder_open(AVCodecContext **decoder, const AVCodecParameters *parameters, AVRational time_base,
                          const char *name, ww_error *err)
{
    return ww_decoder_open_with(decoder, NULL, parameters, time_base, name, err);
}

int ww_decoder_send(AVCodecContext *decoder, AVPacket *packet, const ww_stamp *stamp, bool needed)
{
    packet->pts = stamp->pts;
    packet->dts = stamp->dts;
    decoder->skip_frame = needed ? AVDISCARD_DEFAULT : AVDISCARD_NONREF;
    return avcodec_send_packet(decoder, packet);
}

bool ww_decoder_starved(AVCodecContext *decoder, int code)
{
    const bool starved = code == AVERROR(ENOMEM) || decoder->opaque == decoder;
    decoder->opaque = NULL;
    return starved;
}
