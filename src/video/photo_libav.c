// SPDX-License-Identifier: MIT
#include "video/photo_file.h"
#include "video/picture.h"

#include <libavcodec/avcodec.h>

static enum AVCodecID codec_of(ww_photo_format format)
{
    switch (format) {
    case WW_PHOTO_PNG: return AV_CODEC_ID_PNG;
    case WW_PHOTO_WEBP: return AV_CODEC_ID_WEBP;
    case WW_PHOTO_BMP: return AV_CODEC_ID_BMP;
    case WW_PHOTO_GIF: return AV_CODEC_ID_GIF;
    case WW_PHOTO_JPEG2000: return AV_CODEC_ID_JPEG2000;
    case WW_PHOTO_JPEGXL: return AV_CODEC_ID_JPEGXL;
    case WW_PHOTO_PSD: return AV_CODEC_ID_PSD;
    case WW_PHOTO_JPEG_LOSSLESS: return AV_CODEC_ID_MJPEG;
    case WW_PHOTO_JPEG_LS: return AV_CODEC_ID_JPEGLS;
    case WW_PHOTO_SGI: return AV_CODEC_ID_SGI;
    case WW_PHOTO_SUN_RASTER: return AV_CODEC_ID_SUNRAST;
    case WW_PHOTO_PCX: return AV_CODEC_ID_PCX;
    case WW_PHOTO_QOI: return AV_CODEC_ID_QOI;
    case WW_PHOTO_PNM: return AV_CODEC_ID_PPM; // reads PGM too
    default: return AV_CODEC_ID_NONE;
    }
}

// What the decoder said of the picture's size when it asked for its memory.
typedef struct size_gate {
    bool measure_only, too_large;
    int width, height;
} size_gate;

static int pass_gate(AVCodecContext *decoder, AVFrame *frame, int flags)
{
    size_gate *gate = decoder->opaque;
    gate->width = decoder->width;
    gate->height = decoder->height;
    gate->too_large = gate->width > WW_IMAGE_SIDE_MAX || gate->height > WW_IMAGE_SIDE_MAX
                      || (size_t)gate->width * (size_t)gate->height > WW_IMAGE_PIXELS_MAX;
    return gate->measure_only || gate->too_large ? AVERROR_EXIT : avcodec_default_get_buffer2(decoder, frame, flags);
}

static ww_status run_decoder(AVCodecContext *decoder, const ww_photo_file *file, AVFrame *frame)
{
    AVPacket *packet = av_packet_alloc();
    if (!packet)
        return WW_ERR_MEMORY;
    packet->data = file->data;
    packet->size = (int)file->bytes;
    packet->flags = AV_PKT_FLAG_KEY;
    int rc = avcodec_send_packet(decoder, packet);
    if (rc >= 0)
        rc = avcodec_receive_frame(decoder, frame);
    if (rc == AVERROR(EAGAIN)) {
        avcodec_send_packet(decoder, NULL);
        rc = avcodec_receive_frame(decoder, frame);
    }
    av_packet_free(&packet);
    bool in_part = rc >= 0 && (frame->decode_error_flags != 0 || frame->flags & AV_FRAME_FLAG_CORRUPT);
    return rc >= 0 && !in_part ? WW_OK : rc == AVERROR(ENOMEM) ? WW_ERR_MEMORY : WW_ERR_FORMAT;
}

// Decodes into `frame`, or only as far as to know the size (frame then stays empty).
static ww_status decode(const ww_photo_file *file, size_gate *gate, AVFrame *frame, ww_error *err)
{
    const char *name = ww_photo_format_name(file->format);
    uint32_t width = 0, height = 0;
    if (ww_photo_stated_size(file->format, file->data, file->bytes, &width, &height)
        && (uint64_t)width * height > WW_IMAGE_PIXELS_MAX)
        return ww_photo_refuse_size(file, width, height, err);
    const AVCodec *codec = avcodec_find_decoder(codec_of(file->format));
    if (!codec)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: no decoder for %s", file->path, name);
    AVCodecContext *decoder = avcodec_alloc_context3(codec);
    if (!decoder)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory for a decoder", file->path);
    decoder->thread_count = 1;
    decoder->thread_type = 0;
    decoder->log_level_offset = AV_LOG_TRACE; // a measured picture is an error to libav, which would print it
    decoder->opaque = gate;
    decoder->get_buffer2 = pass_gate;
    decoder->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
    ww_status status = avcodec_open2(decoder, codec, NULL) < 0 ? WW_ERR_UNSUPPORTED : run_decoder(decoder, file, frame);
    avcodec_free_context(&decoder);
    if (gate->too_large)
        return ww_photo_refuse_size(file, (uint32_t)gate->width, (uint32_t)gate->height, err);
    if (status == WW_OK || (gate->measure_only && gate->width > 0 && gate->height > 0))
        return WW_OK;
    if (status == WW_ERR_MEMORY)
        return ww_fail(err, status, "%s: no memory to decode it", file->path);
    return ww_fail(err, WW_ERR_FORMAT, "%s: this %s is damaged, or of a kind that cannot be read", file->path, name);
}

static ww_status run(const ww_photo_file *file, size_gate *gate, AVFrame **frame, ww_error *err)
{
    *frame = av_frame_alloc();
    if (!*frame)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to open it", file->path);
    return decode(file, gate, *frame, err);
}

ww_status ww_photo_measure_with_libav(const ww_photo_file *file, int page, int *width, int *height, ww_error *err)
{
    AVFrame *frame = NULL;
    size_gate gate = {.measure_only = true};
    ww_status status = run(file, &gate, &frame, err);
    av_frame_free(&frame);
    *width = gate.width;
    *height = gate.height;
    return status;
}

// The picture of a decoded frame, in memory of its own.
static ww_status own_picture(const AVFrame *frame, ww_image *image, ww_error *err)
{
    ww_picture_maker maker = {0};
    ww_image view;
    ww_status status =
        ww_picture_make(&maker, frame, &(ww_presentation){.orientation = 1, .pixel_aspect = {1, 1}}, &view, err);
    if (status == WW_OK && maker.image.owned) {
        *image = maker.image;
        maker.image = (ww_image){0};
    } else if (status == WW_OK) {
        status = ww_orient(&view, 1, image, err);
    }
    ww_picture_maker_free(&maker);
    return status;
}

ww_status ww_photo_decode_with_libav(const ww_photo_file *file, int page, ww_photo_picture *picture, ww_error *err)
{
    AVFrame *frame = NULL;
    size_gate gate = {0};
    ww_status status = run(file, &gate, &frame, err);
    if (status == WW_OK && (status = own_picture(frame, &picture->image, err)) != WW_OK)
        ww_error_prefix(err, "%s", file->path);
    av_frame_free(&frame);
    return status;
}
