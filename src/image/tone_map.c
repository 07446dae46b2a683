// SPDX-License-Identifier: MIT
// All three curves are tables; a pixel costs a few multiplications and four square roots. Square roots are the index of
// the tables over light: they spread the dark half of it, where eyes and gamma look closest, over most of the entries.
#include "image/tone_map.h"

#include "base/memory.h"
#include "image/planes.h"
#include <math.h>
#include <stdlib.h>

#define PQ_PEAK 10000.0 // cd/m2
#define HLG_SYSTEM_GAMMA 1.2
#define DISPLAY_GAMMA 2.4
enum { CURVE_ENTRIES = 4096 };

typedef struct tone_tables {
    float light[CURVE_ENTRIES];      // by signal 0..1: cd/m2 (PQ), scene light 0..1 (HLG)
    float factor[CURVE_ENTRIES + 1]; // by sqrt(light / PQ_PEAK): what the EETF multiplies light with, over WW_HDR_WHITE
    float code[CURVE_ENTRIES + 1];   // by sqrt of linear 0..1: gamma-coded 0..255
    bool hlg;
} tone_tables;

// SMPTE ST 2084.
static const double pq_m1 = 2610.0 / 16384, pq_m2 = 2523.0 / 32, pq_c1 = 3424.0 / 4096, pq_c2 = 2413.0 / 128,
                    pq_c3 = 2392.0 / 128;

static double pq_to_light(double signal)
{
    double p = pow(signal, 1 / pq_m2);
    return PQ_PEAK * pow(fmax(p - pq_c1, 0) / (pq_c2 - pq_c3 * p), 1 / pq_m1);
}

static double light_to_pq(double light)
{
    double y = pow(light / PQ_PEAK, pq_m1);
    return pow((pq_c1 + pq_c2 * y) / (1 + pq_c3 * y), pq_m2);
}

// BT.2100 table 5: inverse OETF, scene light 0..1.
static double hlg_to_scene(double signal)
{
    const double a = 0.17883277, b = 0.28466892, c = 0.55991073;
    return signal <= 0.5 ? signal * signal / 3 : (exp((signal - c) / a) + b) / 12;
}

double ww_tone_curve(double light, double peak)
{
    if (peak <= WW_HDR_WHITE || light <= 0)
        return fmax(light, 0);
    double top = light_to_pq(peak), goal = light_to_pq(WW_HDR_WHITE) / top;
    double e = fmin(light_to_pq(light) / top, 1), knee = 1.5 * goal - 0.5;
    if (e >= knee) {
        double t = (e - knee) / (1 - knee), t2 = t * t, t3 = t2 * t;
        e = (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * goal;
    }
    return pq_to_light(e * top);
}

static void fill_tables(tone_tables *t, const ww_deep_image *in)
{
    t->hlg = in->transfer == WW_TRANSFER_HLG;
    double peak = t->hlg || in->peak <= 0 ? WW_HDR_PEAK_DEFAULT : fmin(in->peak, PQ_PEAK);
    for (int i = 0; i < CURVE_ENTRIES; i++) {
        double signal = (double)i / (CURVE_ENTRIES - 1);
        t->light[i] = (float)(t->hlg ? hlg_to_scene(signal) : pq_to_light(signal));
    }
    for (int i = 0; i <= CURVE_ENTRIES; i++) {
        double root = (double)i / CURVE_ENTRIES, light = root * root * PQ_PEAK;
        t->factor[i] = (float)((light > 0 ? ww_tone_curve(light, peak) / light : 1) / WW_HDR_WHITE);
        t->code[i] = (float)(255 * pow(root * root, 1 / DISPLAY_GAMMA));
    }
}

static inline float at_signal(const float *table, float signal)
{
    float x = signal * (CURVE_ENTRIES - 1) + 0.5f;
    return table[x <= 0 ? 0 : x >= CURVE_ENTRIES - 1 ? CURVE_ENTRIES - 1 : (int)x];
}

// `x` 0..1; the entries lie close enough for a straight line between them.
static inline float at_root(const float *table, float x)
{
    float place = x >= 1 ? CURVE_ENTRIES : x <= 0 ? 0 : x * CURVE_ENTRIES;
    int i = (int)place;
    return i == CURVE_ENTRIES ? table[i] : table[i] + (place - (float)i) * (table[i + 1] - table[i]);
}

// One pixel: Y'CbCr (Y' 0..1, chroma -0.5..0.5) to gamma-coded BT.709 R'G'B' 0..255.
static inline void map_pixel(const tone_tables *t, float y, float cb, float cr, float rgb[3])
{
    // BT.2020: R' = Y' + 1.4746 Cr and so on.
    float r = at_signal(t->light, y + 1.4746f * cr);
    float g = at_signal(t->light, y - 0.164553f * cb - 0.571353f * cr);
    float b = at_signal(t->light, y + 1.8814f * cb);
    if (t->hlg) { // BT.2100 OOTF
        float scene = 0.2627f * r + 0.678f * g + 0.0593f * b;
        float gain = (float)WW_HDR_PEAK_DEFAULT * powf(scene, (float)(HLG_SYSTEM_GAMMA - 1));
        r *= gain;
        g *= gain;
        b *= gain;
    }
    // BT.2087: linear BT.2020 to BT.709.
    float out[3] = {1.660491f * r - 0.587641f * g - 0.072850f * b, -0.124550f * r + 1.132900f * g - 0.008349f * b,
                    -0.018151f * r - 0.100579f * g + 1.118730f * b};
    float brightest = fmaxf(fmaxf(out[0], out[1]), fmaxf(out[2], 0));
    float factor = at_root(t->factor, sqrtf(brightest / (float)PQ_PEAK));
    for (int i = 0; i < 3; i++)
        rgb[i] = at_root(t->code, sqrtf(fmaxf(out[i], 0) * factor));
}

// How stored samples become Y' and chroma: (sample - offset) * scale.
typedef struct levels {
    float luma_offset, luma_scale, chroma_offset, chroma_scale;
} levels;

static levels levels_of(const ww_deep_image *in)
{
    float unit = (float)(1 << (in->bits - 8)), top = (float)((1 << in->bits) - 1);
    if (in->range == WW_RANGE_FULL)
        return (levels){0, 1 / top, 128 * unit, 1 / top};
    return (levels){16 * unit, 1 / (219 * unit), 128 * unit, 1 / (224 * unit)};
}

static uint8_t to_byte(float value) { return (uint8_t)(value <= 0 ? 0 : value >= 255 ? 255 : value + 0.5f); }

// A block of 2 x 2 pixels (less at the right and lower edges) and its one chroma sample.
static void map_block(const tone_tables *t, const ww_deep_image *in, const levels *l, int x0, int y0, ww_image *out)
{
    float cb_sum = 0, cr_sum = 0;
    int count = 0;
    for (int y = y0; y < y0 + 2 && y < in->height; y++)
        for (int x = x0; x < x0 + 2 && x < in->width; x++, count++) {
            ptrdiff_t cx = x >> in->chroma_shift_x, cy = y >> in->chroma_shift_y;
            float rgb[3], luma = ((float)in->plane[0][y * in->stride[0] + x] - l->luma_offset) * l->luma_scale;
            map_pixel(t, luma, ((float)in->plane[1][cy * in->stride[1] + cx] - l->chroma_offset) * l->chroma_scale,
                      ((float)in->plane[2][cy * in->stride[2] + cx] - l->chroma_offset) * l->chroma_scale, rgb);
            float y709 = 0.2126f * rgb[0] + 0.7152f * rgb[1] + 0.0722f * rgb[2];
            out->plane[0].data[y * out->plane[0].stride + x] = to_byte(y709);
            cb_sum += (rgb[2] - y709) / 1.8556f;
            cr_sum += (rgb[0] - y709) / 1.5748f;
        }
    out->plane[1].data[y0 / 2 * out->plane[1].stride + x0 / 2] = to_byte(128 + cb_sum / (float)count);
    out->plane[2].data[y0 / 2 * out->plane[2].stride + x0 / 2] = to_byte(128 + cr_sum / (float)count);
}

ww_status ww_tone_map(const ww_deep_image *in, ww_image *out, ww_error *err)
{
    *out = (ww_image){0};
    if (in->bits < 9 || in->bits > 16 || in->transfer == WW_TRANSFER_SDR)
        return ww_fail(err, WW_ERR_ARGUMENT, "a picture of %d bits a sample cannot be tone-mapped", in->bits);
    ww_status status = ww_image_alloc(out, WW_PIXELS_YUV420, in->width, in->height, err);
    if (status != WW_OK)
        return status;
    out->matrix = WW_MATRIX_BT709;
    tone_tables *tables = ww_alloc(sizeof *tables);
    fill_tables(tables, in);
    const levels l = levels_of(in);
    for (int y = 0; y < in->height; y += 2)
        for (int x = 0; x < in->width; x += 2)
            map_block(tables, in, &l, x, y, out);
    free(tables);
    return WW_OK;
}
