// SPDX-License-Identifier: MIT
#include "video/picture.h"

#include "image/tone_map.h"
#include "video/deinterlace.h"
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>

#define PIXEL_ASPECT_MAX 8 // beyond that, 1/8..8, the header is nonsense and pixels count as square

int ww_matrix_orientation(const int32_t matrix[9])
{
    // x' = a x + c y, y' = b x + d y, y downwards (libavutil/display.h).
    int64_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    bool straight = llabs(a) + llabs(d) >= llabs(b) + llabs(c);
    if (straight)
        return d >= 0 ? (a >= 0 ? 1 : 2) : (a >= 0 ? 4 : 3);
    return c < 0 ? (b >= 0 ? 6 : 7) : (b >= 0 ? 5 : 8);
}

ww_presentation ww_presentation_of(AVFormatContext *format, AVStream *stream)
{
    size_t bytes = 0;
    const uint8_t *matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
    ww_presentation p = {.orientation = 1, .pixel_aspect = av_guess_sample_aspect_ratio(format, stream, NULL)};
    if (matrix && bytes >= 9 * sizeof(int32_t)) {
        int32_t values[9];
        memcpy(values, matrix, sizeof values);
        p.orientation = ww_matrix_orientation(values);
    }
    return p;
}

static int square_width(const AVFrame *frame, const ww_presentation *presentation)
{
    AVRational aspect = presentation->pixel_aspect;
    if (aspect.num <= 0 || aspect.den <= 0)
        aspect = frame->sample_aspect_ratio;
    if (aspect.num <= 0 || aspect.den <= 0 || av_q2d(aspect) > PIXEL_ASPECT_MAX
        || av_q2d(aspect) < 1.0 / PIXEL_ASPECT_MAX)
        return frame->width;
    int64_t width = av_rescale(frame->width, aspect.num, aspect.den);
    bool fits =
        width >= 1 && width <= WW_IMAGE_SIDE_MAX && (size_t)width * (size_t)frame->height <= WW_IMAGE_PIXELS_MAX;
    return fits ? (int)width : frame->width;
}

void ww_picture_size(const AVFrame *frame, const ww_presentation *presentation, int *width, int *height)
{
    int w = square_width(frame, presentation), h = frame->height;
    bool turned = presentation->orientation >= 5;
    *width = turned ? h : w;
    *height = turned ? w : h;
}

static ww_matrix matrix_of(const AVFrame *frame)
{
    switch (frame->colorspace) {
    case AVCOL_SPC_BT709: return WW_MATRIX_BT709;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: return WW_MATRIX_BT2020;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
    case AVCOL_SPC_SMPTE240M:
    case AVCOL_SPC_FCC: return WW_MATRIX_BT601;
    default: return frame->height >= 720 ? WW_MATRIX_BT709 : WW_MATRIX_BT601; // as players do
    }
}

static bool is_full_range(const AVFrame *frame)
{
    switch (frame->format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P: return true;
    default: return frame->color_range == AVCOL_RANGE_JPEG;
    }
}

// The formats whose planes are ours as they lie.
static bool viewable_as(int format, ww_pixels *pixels)
{
    switch (format) {
    case AV_PIX_FMT_GRAY8: *pixels = WW_PIXELS_LUMA; return true;
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVA420P: *pixels = WW_PIXELS_YUV420; return true;
    case AV_PIX_FMT_YUV422P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVA422P: *pixels = WW_PIXELS_YUV422; return true;
    case AV_PIX_FMT_YUV444P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVA444P: *pixels = WW_PIXELS_YUV444; return true;
    default: return false;
    }
}

static bool view_frame(const AVFrame *frame, ww_image *view)
{
    ww_pixels pixels;
    if (!viewable_as(frame->format, &pixels) || frame->linesize[0] < frame->width)
        return false;
    int w = frame->width, h = frame->height;
    int cw = pixels == WW_PIXELS_YUV444 ? w : (w + 1) / 2, ch = pixels == WW_PIXELS_YUV420 ? (h + 1) / 2 : h;
    *view = (ww_image){.width = w,
                       .height = h,
                       .pixels = pixels,
                       .matrix = matrix_of(frame),
                       .range = is_full_range(frame) ? WW_RANGE_FULL : WW_RANGE_LIMITED};
    view->plane[0] = (ww_plane){frame->data[0], w, h, frame->linesize[0]};
    for (int i = 1; i < 3 && pixels != WW_PIXELS_LUMA; i++)
        view->plane[i] = (ww_plane){frame->data[i], cw, ch, frame->linesize[i]};
    return true;
}

typedef struct target_format {
    enum AVPixelFormat av;
    ww_pixels pixels;
} target_format;

// The 8-bit planar format that loses least.
static target_format nearest_format(const AVPixFmtDescriptor *from)
{
    bool rgb = from->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
    if (from->nb_components <= 2 && !rgb)
        return (target_format){AV_PIX_FMT_GRAY8, WW_PIXELS_LUMA};
    if (!rgb && from->log2_chroma_h >= 1)
        return (target_format){AV_PIX_FMT_YUV420P, WW_PIXELS_YUV420};
    if (!rgb && from->log2_chroma_w >= 1)
        return (target_format){AV_PIX_FMT_YUV422P, WW_PIXELS_YUV422};
    return (target_format){AV_PIX_FMT_YUV444P, WW_PIXELS_YUV444};
}

// Everything that is not 8-bit planar YUV, through libswscale. RGB becomes full range BT.601, what a JPEG holds; YUV
// keeps range and matrix.
static ww_status convert(ww_picture_maker *maker, const AVFrame *frame, ww_image *out, ww_error *err)
{
    const AVPixFmtDescriptor *from = av_pix_fmt_desc_get(frame->format);
    if (!from || from->flags & AV_PIX_FMT_FLAG_HWACCEL)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "its pixel format (%d) cannot be converted", frame->format);
    target_format to = nearest_format(from);
    bool rgb = from->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
    int full = rgb || is_full_range(frame);
    maker->scaler = sws_getCachedContext(
        maker->scaler, frame->width, frame->height, frame->format, frame->width, frame->height, to.av,
        SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INT, NULL, NULL, NULL);
    if (!maker->scaler)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "its pixel format (%s) cannot be converted", from->name);
    const int *coefficients = sws_getCoefficients(SWS_CS_ITU601);
    sws_setColorspaceDetails(maker->scaler, coefficients, full, coefficients, full, 0, 1 << 16, 1 << 16);
    ww_status status = ww_image_alloc(out, to.pixels, frame->width, frame->height, err);
    if (status != WW_OK)
        return status;
    out->range = full ? WW_RANGE_FULL : WW_RANGE_LIMITED;
    out->matrix = rgb ? WW_MATRIX_BT601 : matrix_of(frame);
    uint8_t *data[4] = {out->plane[0].data, out->plane[1].data, out->plane[2].data, NULL};
    const int strides[4] = {(int)out->plane[0].stride, (int)out->plane[1].stride, (int)out->plane[2].stride, 0};
    if (sws_scale(maker->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height, data, strides)
        == frame->height)
        return WW_OK;
    ww_image_free(out);
    return ww_fail(err, WW_ERR_FORMAT, "its pixels (%s) could not be converted", from->name);
}

static ww_transfer transfer_of(const AVFrame *frame)
{
    return frame->color_trc == AVCOL_TRC_SMPTE2084      ? WW_TRANSFER_PQ
           : frame->color_trc == AVCOL_TRC_ARIB_STD_B67 ? WW_TRANSFER_HLG
                                                        : WW_TRANSFER_SDR;
}

// High dynamic range in planes of 16-bit words, which is how decoders give it; anything else is converted as it is.
// Metadata about the mastering display is not asked: it may come with some frames and not with others.
static bool view_deep(const AVFrame *frame, ww_deep_image *deep)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
    *deep = (ww_deep_image){.width = frame->width, .height = frame->height, .transfer = transfer_of(frame)};
    if (deep->transfer == WW_TRANSFER_SDR || !format
        || format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_HWACCEL))
        return false;
    if (!(format->flags & AV_PIX_FMT_FLAG_PLANAR) || format->nb_components < 3 || format->log2_chroma_w > 1
        || format->log2_chroma_h > 1)
        return false;
    deep->bits = format->comp[0].depth;
    deep->range = is_full_range(frame) ? WW_RANGE_FULL : WW_RANGE_LIMITED;
    deep->chroma_shift_x = format->log2_chroma_w;
    deep->chroma_shift_y = format->log2_chroma_h;
    for (int i = 0; i < 3; i++) {
        if (format->comp[i].depth <= 8 || format->comp[i].step != 2 || format->comp[i].shift != 0
            || frame->linesize[i] <= 0)
            return false;
        deep->plane[i] = (const uint16_t *)(const void *)frame->data[i];
        deep->stride[i] = frame->linesize[i] / 2;
    }
    return true;
}

// Puts `next`, freshly made from maker->image or a view, in its place.
static void advance(ww_picture_maker *maker, ww_image *view, ww_image *next)
{
    ww_image_free(&maker->image);
    maker->image = *next;
    *view = maker->image;
    view->owned = NULL;
}

ww_status ww_picture_make(ww_picture_maker *maker, const AVFrame *frame, const ww_presentation *presentation,
                          ww_image *view, ww_error *err)
{
    ww_image next;
    ww_status status = WW_OK;
    ww_image_free(&maker->image);
    if (!view_frame(frame, view)) {
        ww_deep_image deep;
        status = view_deep(frame, &deep) ? ww_tone_map(&deep, &next, err) : convert(maker, frame, &next, err);
        if (status != WW_OK)
            return status;
        advance(maker, view, &next);
    }
    if (frame->interlaced_frame) {
        if ((status = ww_deinterlace(view, frame->top_field_first ? 0 : 1, &next, err)) != WW_OK)
            return status;
        advance(maker, view, &next);
    }
    int width = square_width(frame, presentation);
    if (width != view->width) {
        if ((status = ww_resize(view, width, view->height, &next, err)) != WW_OK)
            return status;
        advance(maker, view, &next);
    }
    if (presentation->orientation > 1) {
        if ((status = ww_orient(view, presentation->orientation, &next, err)) != WW_OK)
            return status;
        advance(maker, view, &next);
    }
    return WW_OK;
}

void ww_picture_maker_free(ww_picture_maker *maker)
{
    sws_freeContext(maker->scaler);
    ww_image_free(&maker->image);
    *maker = (ww_picture_maker){0};
}
