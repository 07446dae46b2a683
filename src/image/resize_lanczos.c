// SPDX-License-Identifier: MIT
// Scaling by Lanczos' filter of eight taps, the way OpenCV's resize() does it with INTER_LANCZOS4, to the bit: weights
// in steps of 1/2048, the taps one source pixel apart also when shrinking (so that what is finer than the result may
// alias), edges repeated. It is here for those who tuned something to pictures made that way; ww_resize looks better
// when it shrinks.
#include "base/memory.h"
#include "image/image.h"
#include "image/planes.h"

#include <math.h>
#include <stdlib.h>

// Taps are at the pixels from BEFORE left of the place on; ONE squared is 2^BITS.
enum { TAPS = 8, BEFORE = 3, ONE = 2048, BITS = 22 };

typedef struct axis {
    int *source;             // [result][TAPS]: the pixels, the edge's where there are none
    int16_t (*weight)[TAPS]; // in units of 1 / ONE
} axis;

// sinc(t) sinc(t / 4) at t = share + 3 - tap, scaled to the sum of 1; sin(pi t) is the same for all taps but for its
// sign.
static void weigh(float share, int16_t weight[TAPS])
{
    const double quarter = 3.1415926535897932384626433832795 * 0.25;
    float w[TAPS] = {0}, sum = 0;
    if (share < 1.1920929e-7f) { // on the pixel
        w[BEFORE] = sum = 1;
    } else {
        for (int k = 0; k < TAPS; k++) {
            double angle = -((double)(share + BEFORE) - k) * quarter;
            w[k] = (float)((k % 2 ? -1 : 1) * sin(angle) / (angle * angle));
            sum += w[k];
        }
    }
    float scale = 1.0f / sum;
    for (int k = 0; k < TAPS; k++)
        weight[k] = (int16_t)lrintf(w[k] * scale * ONE);
}

static ww_status open_axis(int from, int to, axis *a, ww_error *err)
{
    *a = (axis){.source = ww_alloc_array((size_t)to * TAPS, sizeof *a->source, SIZE_MAX / 2),
                .weight = ww_alloc_array((size_t)to, sizeof *a->weight, SIZE_MAX / 2)};
    if (!a->source || !a->weight)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to scale %d pixels to %d", from, to);
    double step = 1.0 / ((double)to / from);
    for (int i = 0; i < to; i++) {
        float place = (float)((i + 0.5) * step - 0.5), left = floorf(place);
        for (int k = 0; k < TAPS; k++)
            a->source[i * TAPS + k] = ww_clamp((int)left - BEFORE + k, 0, from - 1);
        weigh(place - left, a->weight[i]);
    }
    return WW_OK;
}

static void close_axis(axis *a)
{
    free(a->source);
    free(a->weight);
}

static void scale_across(const uint8_t *in, const axis *a, int channels, int width, int32_t *out)
{
    for (int x = 0; x < width; x++) {
        const int *source = a->source + (size_t)x * TAPS;
        for (int c = 0; c < channels; c++) {
            int32_t sum = 0;
            for (int k = 0; k < TAPS; k++)
                sum += in[source[k] * channels + c] * a->weight[x][k];
            *out++ = sum;
        }
    }
}

static void scale_down(int32_t *const row[TAPS], const int16_t weight[TAPS], int samples, uint8_t *out)
{
    for (int i = 0; i < samples; i++) {
        int32_t sum = 1 << (BITS - 1);
        for (int k = 0; k < TAPS; k++)
            sum += row[k][i] * weight[k];
        out[i] = (uint8_t)ww_clamp(sum >> BITS, 0, 255);
    }
}

// Rows scaled across are kept, source row y at y % TAPS, until the result has moved past them.
static ww_status scale_plane(const ww_plane *in, int channels, ww_plane *out, ww_error *err)
{
    axis across = {0}, down = {0};
    size_t samples = (size_t)out->width * (size_t)channels;
    int32_t *memory = ww_alloc_array(TAPS * samples, sizeof *memory, SIZE_MAX / 2);
    int held[TAPS];
    for (int k = 0; k < TAPS; k++)
        held[k] = -1;
    ww_status status = open_axis(in->width, out->width, &across, err);
    if (status == WW_OK)
        status = open_axis(in->height, out->height, &down, err);
    if (status == WW_OK && !memory)
        status = ww_fail(err, WW_ERR_MEMORY, "no memory to scale a picture to %d x %d", out->width, out->height);
    for (int y = 0; y < out->height && status == WW_OK; y++) {
        int32_t *row[TAPS];
        for (int k = 0; k < TAPS; k++) {
            int source = down.source[y * TAPS + k];
            row[k] = memory + (size_t)(source % TAPS) * samples;
            if (held[source % TAPS] != source)
                scale_across(in->data + (ptrdiff_t)source * in->stride, &across, channels, out->width, row[k]);
            held[source % TAPS] = source;
        }
        scale_down(row, down.weight[y], (int)samples, out->data + (ptrdiff_t)y * out->stride);
    }
    free(memory);
    close_axis(&across);
    close_axis(&down);
    return status;
}

ww_status ww_resize_lanczos(const ww_image *image, int width, int height, ww_image *out, ww_error *err)
{
    ww_status status = ww_image_alloc(out, image->pixels, width, height, err);
    if (status != WW_OK)
        return status;
    out->range = image->range;
    out->matrix = image->matrix;
    for (int p = 0; p < ww_plane_count(image->pixels) && status == WW_OK; p++)
        status = scale_plane(&image->plane[p], ww_plane_channels(image->pixels), &out->plane[p], err);
    if (status != WW_OK)
        ww_image_free(out);
    return status;
}
