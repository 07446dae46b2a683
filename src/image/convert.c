// SPDX-License-Identifier: MIT
// Colour: between the luma and chroma of films (limited range, BT.709 mostly), those of JPEG (full range, BT.601) and
// RGB.
//
// All formulas follow from one definition (ITU-R BT.601, BT.709, BT.2020; non-constant luminance), with R, G, B, Y in
// 0..1:
//     Y = kr R + kg G + kb B     Cb = (B - Y) / (2 (1 - kb))     Cr = (R - Y) / (2 (1 - kr))     kr + kg + kb = 1
// They are worked out once a picture in double, then applied in fixed point. Where chroma is finer or coarser than
// luma, nearest samples are repeated and blocks averaged.
#include "image/image.h"
#include "base/memory.h"
#include "image/kernels.h"
#include "image/planes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIXED_BITS 16

static int fixed(double v) { return (int)lrint(v * (1 << FIXED_BITS)); }

static int16_t mix_fixed(double v) { return (int16_t)lrint(v * (1 << WW_MIX_BITS)); }

static inline uint8_t clip_fixed(int v, int bits)
{
    v = (v + (1 << (bits - 1))) >> bits;
    v = v < 0 ? 0 : v;
    return (uint8_t)(v > 255 ? 255 : v);
}

typedef struct weights {
    double kr, kg, kb;
} weights;

static weights weights_of(ww_matrix matrix)
{
    static const double kr[] = {[WW_MATRIX_BT601] = 0.299, [WW_MATRIX_BT709] = 0.2126, [WW_MATRIX_BT2020] = 0.2627};
    static const double kb[] = {[WW_MATRIX_BT601] = 0.114, [WW_MATRIX_BT709] = 0.0722, [WW_MATRIX_BT2020] = 0.0593};
    return (weights){kr[matrix], 1 - kr[matrix] - kb[matrix], kb[matrix]};
}

static double luma_gain(ww_range range) { return range == WW_RANGE_LIMITED ? 255.0 / 219 : 1; }

static double chroma_gain(ww_range range) { return range == WW_RANGE_LIMITED ? 255.0 / 224 : 1; }

static int luma_black(ww_range range) { return range == WW_RANGE_LIMITED ? 16 : 0; }

void ww_luma_plane_to_full(ww_plane *plane, ww_range range)
{
    if (range == WW_RANGE_FULL)
        return;
    const ww_image_kernels *kernels = ww_image_kernels_best();
    for (int y = 0; y < plane->height; y++)
        kernels->full_row(plane->data + y * plane->stride, plane->width);
}

// --- to RGB ----------------------------------------------------------------------------------------------------------

typedef struct yuv_to_rgb {
    int16_t black, y, r_cr, g_cb, g_cr, b_cb;
} yuv_to_rgb;

static yuv_to_rgb yuv_to_rgb_of(ww_matrix matrix, ww_range range)
{
    weights w = weights_of(matrix);
    double c = chroma_gain(range);
    return (yuv_to_rgb){.black = (int16_t)luma_black(range),
                        .y = mix_fixed(luma_gain(range)),
                        .r_cr = mix_fixed(c * 2 * (1 - w.kr)),
                        .g_cb = mix_fixed(c * -2 * w.kb * (1 - w.kb) / w.kg),
                        .g_cr = mix_fixed(c * -2 * w.kr * (1 - w.kr) / w.kg),
                        .b_cb = mix_fixed(c * 2 * (1 - w.kb))};
}

// Pixels converted at a time: colour by colour, which compilers vectorise, then interleaved.
#define RGB_BLOCK 64

static void interleave(const uint8_t *r, const uint8_t *g, const uint8_t *b, int count, uint8_t *restrict rgb)
{
    for (int x = 0; x < count; x++) {
        rgb[3 * x] = r[x];
        rgb[3 * x + 1] = g[x];
        rgb[3 * x + 2] = b[x];
    }
}

// Chroma is that of the block's own pixels, already repeated.
static void rgb_block(const uint8_t *luma, const int16_t *u, const int16_t *v, int count, const yuv_to_rgb *k,
                      uint8_t *rgb)
{
    uint8_t r[RGB_BLOCK], g[RGB_BLOCK], b[RGB_BLOCK];
    for (int x = 0; x < count; x++) {
        int y = k->y * (int16_t)(luma[x] - k->black);
        r[x] = clip_fixed(y + k->r_cr * v[x], WW_MIX_BITS);
        g[x] = clip_fixed(y + k->g_cb * u[x] + k->g_cr * v[x], WW_MIX_BITS);
        b[x] = clip_fixed(y + k->b_cb * u[x], WW_MIX_BITS);
    }
    interleave(r, g, b, count, rgb);
}

static void rgb_row(const uint8_t *luma, const uint8_t *cb, const uint8_t *cr, int shift, int width,
                    const yuv_to_rgb *k, uint8_t *rgb)
{
    int16_t u[RGB_BLOCK], v[RGB_BLOCK];
    for (int start = 0; start < width; start += RGB_BLOCK) {
        int count = width - start < RGB_BLOCK ? width - start : RGB_BLOCK;
        for (int x = 0; x < count; x++) {
            u[x] = (int16_t)(cb[(start + x) >> shift] - 128);
            v[x] = (int16_t)(cr[(start + x) >> shift] - 128);
        }
        rgb_block(luma + start, u, v, count, k, rgb + (ptrdiff_t)start * 3);
    }
}

static void rgb_of_luma(const ww_image *image, ww_plane *out)
{
    const uint8_t *full = ww_luma_to_full(image->range);
    for (int y = 0; y < image->height; y++) {
        const uint8_t *luma = image->plane[0].data + y * image->plane[0].stride;
        uint8_t *rgb = out->data + y * out->stride;
        for (int x = 0; x < image->width; x++)
            rgb[3 * x] = rgb[3 * x + 1] = rgb[3 * x + 2] = full[luma[x]];
    }
}

static void rgb_of_yuv(const ww_image *image, ww_plane *out)
{
    yuv_to_rgb k = yuv_to_rgb_of(image->matrix, image->range);
    const ww_plane *p = image->plane;
    int shift_y = ww_chroma_shift_y(image->pixels);
    for (int y = 0; y < image->height; y++) {
        int cy = y >> shift_y;
        rgb_row(p[0].data + y * p[0].stride, p[1].data + cy * p[1].stride, p[2].data + cy * p[2].stride,
                ww_chroma_shift_x(image->pixels), image->width, &k, out->data + y * out->stride);
    }
}

ww_status ww_to_rgb(const ww_image *image, ww_image *out, ww_error *err)
{
    ww_status status = ww_image_alloc(out, WW_PIXELS_RGB, image->width, image->height, err);
    if (status != WW_OK)
        return status;
    if (image->pixels == WW_PIXELS_RGB)
        ww_plane_copy(&image->plane[0], 3, &out->plane[0]);
    else if (image->pixels == WW_PIXELS_LUMA)
        rgb_of_luma(image, &out->plane[0]);
    else
        rgb_of_yuv(image, &out->plane[0]);
    return WW_OK;
}

// --- from RGB to JPEG's YUV ------------------------------------------------------------------------------------------

static void luma_of_rgb(const ww_image *image, ww_plane *out)
{
    weights w = weights_of(WW_MATRIX_BT601);
    int kr = fixed(w.kr), kb = fixed(w.kb), kg = (1 << FIXED_BITS) - kr - kb;
    for (int y = 0; y < image->height; y++) {
        const uint8_t *rgb = image->plane[0].data + y * image->plane[0].stride;
        uint8_t *luma = out->data + y * out->stride;
        for (int x = 0; x < image->width; x++, rgb += 3)
            luma[x] = clip_fixed(kr * rgb[0] + kg * rgb[1] + kb * rgb[2], FIXED_BITS);
    }
}

ww_status ww_luma_of_rgb(const ww_image *image, ww_image *out, ww_error *err)
{
    ww_status status = ww_image_alloc(out, WW_PIXELS_LUMA, image->width, image->height, err);
    if (status == WW_OK)
        luma_of_rgb(image, &out->plane[0]);
    return status;
}

// Each chroma sample from the mean of its 2 x 2 pixels; at an odd edge the last pixel counts twice.
static void chroma_of_rgb(const ww_image *image, ww_image *out)
{
    weights w = weights_of(WW_MATRIX_BT601);
    double cb = 0.5 / (1 - w.kb), cr = 0.5 / (1 - w.kr);
    const ww_plane *p = &image->plane[0];
    for (int y = 0; y < out->plane[1].height; y++) {
        const uint8_t *top = p->data + 2 * y * p->stride,
                      *bottom = p->data + ww_clamp(2 * y + 1, 0, p->height - 1) * p->stride;
        for (int x = 0; x < out->plane[1].width; x++) {
            int a = 6 * x, b = 3 * ww_clamp(2 * x + 1, 0, p->width - 1);
            int r = top[a] + top[b] + bottom[a] + bottom[b],
                g = top[a + 1] + top[b + 1] + bottom[a + 1] + bottom[b + 1];
            int blue = top[a + 2] + top[b + 2] + bottom[a + 2] + bottom[b + 2];
            int u = fixed(-w.kr * cb) * r + fixed(-w.kg * cb) * g + fixed(0.5) * blue;
            int v = fixed(0.5) * r + fixed(-w.kg * cr) * g + fixed(-w.kb * cr) * blue;
            out->plane[1].data[y * out->plane[1].stride + x] =
                clip_fixed(u + (128 << (FIXED_BITS + 2)), FIXED_BITS + 2);
            out->plane[2].data[y * out->plane[2].stride + x] =
                clip_fixed(v + (128 << (FIXED_BITS + 2)), FIXED_BITS + 2);
        }
    }
}

// --- from any YUV to JPEG's ------------------------------------------------------------------------------------------

// Through RGB: B - Y and R - Y are given by Cb and Cr, the new Y differs from the old by what chroma adds, and so on
// back.
static ww_yuv_mix yuv_mix_of(ww_matrix matrix, ww_range range)
{
    weights from = weights_of(matrix), to = weights_of(WW_MATRIX_BT601);
    double c = chroma_gain(range), blue = 2 * (1 - from.kb), red = 2 * (1 - from.kr);
    double y_cb = to.kb * blue - to.kg * from.kb * blue / from.kg, y_cr = to.kr * red - to.kg * from.kr * red / from.kg;
    double to_cb = 0.5 / (1 - to.kb), to_cr = 0.5 / (1 - to.kr);
    return (ww_yuv_mix){.black = (int16_t)luma_black(range),
                        .y = mix_fixed(luma_gain(range)),
                        .y_cb = mix_fixed(c * y_cb),
                        .y_cr = mix_fixed(c * y_cr),
                        .cb_cb = mix_fixed(c * (blue - y_cb) * to_cb),
                        .cb_cr = mix_fixed(c * -y_cr * to_cb),
                        .cr_cb = mix_fixed(c * -y_cb * to_cr),
                        .cr_cr = mix_fixed(c * (red - y_cr) * to_cr)};
}

static void luma_of_yuv(const ww_image *image, const ww_yuv_mix *k, ww_plane *out)
{
    const ww_image_kernels *kernels = ww_image_kernels_best();
    const ww_plane *p = image->plane;
    for (int y = 0; y < image->height; y++) {
        int cy = y >> ww_chroma_shift_y(image->pixels);
        kernels->luma_row(p[0].data + y * p[0].stride, p[1].data + cy * p[1].stride, p[2].data + cy * p[2].stride,
                          ww_chroma_shift_x(image->pixels), image->width, k, out->data + y * out->stride);
    }
}

// Four times the chroma of one 4:2:0 row, less grey, from whatever samples the source has there.
static void gather_chroma_row(const ww_plane *in, ww_pixels pixels, int row, int width, int16_t *restrict sum)
{
    int step_y = ww_chroma_shift_y(pixels) ? 1 : 2;
    const uint8_t *top = in->data + row * step_y * in->stride;
    const uint8_t *bottom = in->data + ww_clamp(row * step_y + step_y - 1, 0, in->height - 1) * in->stride;
    if (ww_chroma_shift_x(pixels)) {
        for (int x = 0; x < width; x++)
            sum[x] = (int16_t)(2 * (top[x] + bottom[x]) - 512);
        return;
    }
    for (int x = 0; x < width; x++) {
        int a = 2 * x, b = ww_clamp(2 * x + 1, 0, in->width - 1);
        sum[x] = (int16_t)(top[a] + top[b] + bottom[a] + bottom[b] - 512);
    }
}

// With two scratch rows of chroma width.
static void chroma_of_yuv(const ww_image *image, const ww_yuv_mix *k, int16_t *u, int16_t *v, ww_image *out)
{
    const ww_image_kernels *kernels = ww_image_kernels_best();
    ww_plane *cb = &out->plane[1], *cr = &out->plane[2];
    for (int y = 0; y < ww_shift_up(image->height, 1); y++) {
        gather_chroma_row(&image->plane[1], image->pixels, y, cb->width, u);
        gather_chroma_row(&image->plane[2], image->pixels, y, cb->width, v);
        kernels->chroma_row(u, v, cb->width, k->cb_cb, k->cb_cr, cb->data + y * cb->stride);
        kernels->chroma_row(u, v, cb->width, k->cr_cb, k->cr_cr, cr->data + y * cr->stride);
    }
}

ww_status ww_jpeg_mixer_make(const ww_image *image, ww_jpeg_mixer *mixer, ww_error *err)
{
    mixer->mix = yuv_mix_of(image->matrix, image->range);
    mixer->sums = ww_alloc_array((size_t)image->width + 1, sizeof *mixer->sums, SIZE_MAX);
    return mixer->sums ? WW_OK : ww_fail_memory(err, "converting rows of %d pixels", image->width);
}

void ww_jpeg_mix(const ww_jpeg_mixer *mixer, const ww_image *image, ww_image *out)
{
    luma_of_yuv(image, &mixer->mix, &out->plane[0]);
    chroma_of_yuv(image, &mixer->mix, mixer->sums, mixer->sums + (image->width + 1) / 2, out);
}

static ww_status jpeg_of_yuv(const ww_image *image, ww_image *out, ww_error *err)
{
    ww_jpeg_mixer mixer;
    ww_status status = ww_jpeg_mixer_make(image, &mixer, err);
    if (status == WW_OK)
        ww_jpeg_mix(&mixer, image, out);
    free(mixer.sums);
    return status;
}

static void jpeg_of_luma(const ww_image *image, ww_image *out)
{
    ww_plane_copy(&image->plane[0], 1, &out->plane[0]);
    ww_luma_plane_to_full(&out->plane[0], image->range);
    for (int i = 1; i < 3; i++)
        memset(out->plane[i].data, 128, (size_t)out->plane[i].stride * (size_t)out->plane[i].height);
}

static bool is_jpeg_already(const ww_image *image)
{
    return image->pixels == WW_PIXELS_YUV420 && image->range == WW_RANGE_FULL && image->matrix == WW_MATRIX_BT601;
}

ww_status ww_to_jpeg_yuv(const ww_image *image, ww_image *out, ww_error *err)
{
    ww_status status = ww_image_alloc(out, WW_PIXELS_YUV420, image->width, image->height, err);
    if (status != WW_OK)
        return status;
    if (is_jpeg_already(image)) {
        for (int i = 0; i < 3; i++)
            ww_plane_copy(&image->plane[i], 1, &out->plane[i]);
    } else if (image->pixels == WW_PIXELS_LUMA) {
        jpeg_of_luma(image, out);
    } else if (image->pixels == WW_PIXELS_RGB) {
        luma_of_rgb(image, &out->plane[0]);
        chroma_of_rgb(image, out);
    } else {
        status = jpeg_of_yuv(image, out, err);
    }
    if (status != WW_OK)
        ww_image_free(out);
    return status;
}
