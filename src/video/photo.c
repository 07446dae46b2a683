// SPDX-License-Identifier: MIT
#include "video/photo.h"

#include "base/files.h"
#include "base/memory.h"
#include "video/photo_header.h"
#include "video/picture.h"
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PHOTO_PIXELS_FULL ((size_t)40 * 1000 * 1000) // a JPEG with more is decoded at 1/2, 1/4 or 1/8
#define PHOTO_BYTES_MAX ((size_t)512 * 1024 * 1024)  // of a file

// A photo's bytes. `data` has room before it for an EXIF signature and zeroes behind it, as libavcodec's readers ask.
typedef struct photo_file {
    uint8_t *allocation, *data;
    size_t bytes;
    ww_photo_format format;
} photo_file;

static const struct {
    const char *name;
    enum AVCodecID codec;
} formats[] = {
    [WW_PHOTO_NONE] = {"unknown", AV_CODEC_ID_NONE}, [WW_PHOTO_JPEG] = {"JPEG", AV_CODEC_ID_MJPEG},
    [WW_PHOTO_PNG] = {"PNG", AV_CODEC_ID_PNG},       [WW_PHOTO_WEBP] = {"WebP", AV_CODEC_ID_WEBP},
    [WW_PHOTO_BMP] = {"BMP", AV_CODEC_ID_BMP},       [WW_PHOTO_TIFF] = {"TIFF", AV_CODEC_ID_TIFF},
    [WW_PHOTO_GIF] = {"GIF", AV_CODEC_ID_GIF},       [WW_PHOTO_JPEG2000] = {"JPEG 2000", AV_CODEC_ID_JPEG2000},
};

bool ww_photo_recognise(const uint8_t *head, size_t bytes)
{
    return ww_photo_format_of(head, bytes) != WW_PHOTO_NONE;
}

static ww_status load_from(FILE *f, const char *path, photo_file *photo, ww_error *err)
{
    struct stat st;
    if (fstat(fileno(f), &st) != 0)
        return ww_fail_errno(err, errno, "%s: cannot be read", path);
    size_t bytes = (size_t)st.st_size;
    photo->allocation = ww_alloc_array(bytes + WW_EXIF_SIGNATURE_BYTES + AV_INPUT_BUFFER_PADDING_SIZE, 1, PHOTO_BYTES_MAX);
    if (!photo->allocation)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory for a photo of %zu bytes", path, bytes);
    photo->data = photo->allocation + WW_EXIF_SIGNATURE_BYTES;
    photo->bytes = fread(photo->data, 1, bytes, f);
    memset(photo->data + photo->bytes, 0, bytes - photo->bytes + AV_INPUT_BUFFER_PADDING_SIZE);
    if (ferror(f))
        return ww_fail_errno(err, errno, "%s: cannot be read", path);
    photo->format = ww_photo_format_of(photo->data, photo->bytes);
    return photo->format != WW_PHOTO_NONE ? WW_OK : ww_fail(err, WW_ERR_FORMAT, "%s: it is not a photo any more", path);
}

static ww_status load(const char *path, photo_file *photo, ww_error *err)
{
    *photo = (photo_file){0};
    FILE *f = fopen(path, "rb");
    if (!f)
        return ww_fail_errno(err, errno, "%s: cannot be opened", path);
    ww_status status = load_from(f, path, photo, err);
    fclose(f);
    if (status != WW_OK)
        free(photo->allocation);
    return status;
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

static ww_status run_decoder(AVCodecContext *decoder, const photo_file *photo, AVFrame *frame)
{
    AVPacket *packet = av_packet_alloc();
    if (!packet)
        return WW_ERR_MEMORY;
    packet->data = photo->data;
    packet->size = (int)photo->bytes;
    packet->flags = AV_PKT_FLAG_KEY;
    int rc = avcodec_send_packet(decoder, packet);
    if (rc >= 0)
        rc = avcodec_receive_frame(decoder, frame);
    if (rc == AVERROR(EAGAIN)) {
        avcodec_send_packet(decoder, NULL);
        rc = avcodec_receive_frame(decoder, frame);
    }
    av_packet_free(&packet);
    return rc >= 0 ? WW_OK : rc == AVERROR(ENOMEM) ? WW_ERR_MEMORY : WW_ERR_FORMAT;
}

static ww_status refuse_size(const char *path, const photo_file *photo, uint32_t width, uint32_t height, ww_error *err)
{
    return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: a %s of %u x %u pixels is over the bound of %zu million; make it smaller first",
                   path, formats[photo->format].name, width, height, WW_IMAGE_PIXELS_MAX / 1000000);
}

// Decodes through libavcodec into `frame`, or only as far as to know the size (frame then stays empty).
static ww_status decode_with_libav(const char *path, const photo_file *photo, size_gate *gate, AVFrame *frame, ww_error *err)
{
    const char *name = formats[photo->format].name;
    uint32_t width = 0, height = 0;
    if (ww_photo_stated_size(photo->format, photo->data, photo->bytes, &width, &height)
        && (uint64_t)width * height > WW_IMAGE_PIXELS_MAX)
        return refuse_size(path, photo, width, height, err);
    const AVCodec *codec = avcodec_find_decoder(formats[photo->format].codec);
    if (!codec)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: no decoder for %s", path, name);
    AVCodecContext *decoder = avcodec_alloc_context3(codec);
    if (!decoder)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory for a decoder", path);
    decoder->thread_count = 1;
    decoder->thread_type = 0;
    decoder->opaque = gate;
    decoder->get_buffer2 = pass_gate;
    ww_status status = avcodec_open2(decoder, codec, NULL) < 0 ? WW_ERR_UNSUPPORTED : run_decoder(decoder, photo, frame);
    avcodec_free_context(&decoder);
    if (gate->too_large)
        return refuse_size(path, photo, (uint32_t)gate->width, (uint32_t)gate->height, err);
    if (status == WW_OK || (gate->measure_only && gate->width > 0 && gate->height > 0))
        return WW_OK;
    if (status == WW_ERR_MEMORY)
        return ww_fail(err, status, "%s: no memory to decode it", path);
    return ww_fail(err, WW_ERR_FORMAT, "%s: this %s is damaged, or of a kind that cannot be read", path, name);
}

static ww_status measure(const char *path, const photo_file *photo, int *width, int *height, ww_error *err)
{
    if (photo->format == WW_PHOTO_JPEG) {
        if (!ww_jpeg_size(photo->data, photo->bytes, width, height))
            return ww_fail(err, WW_ERR_FORMAT, "%s: this JPEG breaks off before it says its size", path);
        return WW_OK;
    }
    AVFrame *frame = av_frame_alloc();
    if (!frame)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to open it", path);
    size_gate gate = {.measure_only = true};
    ww_status status = decode_with_libav(path, photo, &gate, frame, err);
    av_frame_free(&frame);
    *width = gate.width;
    *height = gate.height;
    return status;
}

ww_status ww_photo_measure(const char *path, int *width, int *height, const char **format, ww_error *err)
{
    photo_file photo;
    ww_status status = load(path, &photo, err);
    if (status != WW_OK)
        return status;
    int w = 0, h = 0;
    status = measure(path, &photo, &w, &h, err);
    bool turned = ww_photo_orientation(photo.format, photo.data, photo.bytes) >= 5;
    *width = turned ? h : w;
    *height = turned ? w : h;
    *format = formats[photo.format].name;
    free(photo.allocation);
    return status;
}

static ww_status decode_jpeg(const char *path, const photo_file *photo, const ww_log *log, ww_image *image, double *scale,
                             ww_error *err)
{
    ww_image lying;
    int orientation = 1, full_width = 0, full_height = 0;
    bool truncated = false;
    ww_status status = ww_jpeg_decode(photo->data, photo->bytes, path, PHOTO_PIXELS_FULL, &lying, &orientation, &full_width,
                                      &full_height, &truncated, err);
    if (status != WW_OK)
        return status;
    if (truncated)
        ww_logf(log, WW_LOG_WARNING, "%s: this JPEG is cut off; its upper part is used", path);
    *scale = (double)lying.width / full_width;
    if (orientation <= 1) {
        *image = lying;
        return WW_OK;
    }
    status = ww_orient(&lying, orientation, image, err);
    ww_image_free(&lying);
    return status;
}

// The upright picture of a decoded frame, in memory of its own.
static ww_status own_picture(const AVFrame *frame, int orientation, ww_image *image, ww_error *err)
{
    ww_picture_maker maker = {0};
    ww_image view;
    ww_status status =
        ww_picture_make(&maker, frame, &(ww_presentation){.orientation = orientation, .pixel_aspect = {1, 1}}, &view, err);
    if (status == WW_OK && maker.image.owned) {
        *image = maker.image;
        maker.image = (ww_image){0};
    } else if (status == WW_OK) {
        status = ww_orient(&view, 1, image, err);
    }
    ww_picture_maker_free(&maker);
    return status;
}

static ww_status decode_other(const char *path, photo_file *photo, ww_image *image, ww_error *err)
{
    AVFrame *frame = av_frame_alloc();
    if (!frame)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory to open it", path);
    size_gate gate = {0};
    ww_status status = decode_with_libav(path, photo, &gate, frame, err);
    if (status == WW_OK
        && (status = own_picture(frame, ww_photo_orientation(photo->format, photo->data, photo->bytes), image, err)) != WW_OK)
        ww_error_prefix(err, "%s", path);
    av_frame_free(&frame);
    return status;
}

ww_status ww_photo_decode(const char *path, const ww_log *log, ww_image *image, double *scale, ww_error *err)
{
    photo_file photo;
    ww_status status = load(path, &photo, err);
    if (status != WW_OK)
        return status;
    *scale = 1;
    if (photo.format == WW_PHOTO_JPEG)
        status = decode_jpeg(path, &photo, log, image, scale, err);
    else
        status = decode_other(path, &photo, image, err);
    free(photo.allocation);
    return status;
}
