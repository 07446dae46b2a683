// SPDX-License-Identifier: MIT
#include "cluster/template.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROOT_FULL 255.0f // of a histogram's roots
#define WEIGHT_MIN 1e-4  // however poor a vector is, alone it is its group's template
#define SQUARED_MIN 1e-4 // of a photo's vector, before it is brought to length 1

static ww_status no_memory(const ww_templates *t, ww_error *err)
{
    return ww_fail_memory(err, "the templates of %zu groups", t->count);
}

ww_status ww_templates_make(ww_templates *t, size_t count, int dim, const ww_context *context, double threshold,
                            ww_error *err)
{
    const double calibrated_squared = 2 - 2 * ww_calibrated_cosine(WW_EVIDENCE_ENOUGH);
    *t = (ww_templates){.count = count,
                        .dim = dim,
                        .kernels = ww_cluster_kernels_best(),
                        .context = context,
                        .scale = calibrated_squared / (threshold * threshold)};
    t->direction = ww_try_array(count, (size_t)dim * sizeof *t->direction);
    t->magnitude = ww_try_array(count, sizeof *t->magnitude);
    t->length_squared = ww_try_array(count, sizeof *t->length_squared);
    t->size = ww_try_array(count, sizeof *t->size);
    t->weight = ww_try_array(count, sizeof *t->weight);
    t->clarity = ww_try_array(count, sizeof *t->clarity);
    t->recording = ww_try_array(count, sizeof *t->recording);
    t->length = ww_try_array(count, sizeof *t->length);
    t->precision = ww_try_array(count, sizeof *t->precision);
    t->photos = ww_try_array(count, sizeof *t->photos);
    t->settings = ww_try_array(count, sizeof *t->settings);
    return t->direction && t->magnitude && t->length_squared && t->size && t->weight && t->clarity && t->recording
                   && t->length && t->precision && t->photos && t->settings
               ? WW_OK
               : no_memory(t, err);
}

static void free_settings(ww_template_scenes *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->item[i].sum);
    free(s->item);
    *s = (ww_template_scenes){0};
}

void ww_templates_free(ww_templates *t)
{
    for (size_t i = 0; t->settings && i < t->count; i++)
        free_settings(&t->settings[i]);
    free(t->direction);
    free(t->magnitude);
    free(t->length_squared);
    free(t->size);
    free(t->weight);
    free(t->clarity);
    free(t->recording);
    free(t->length);
    free(t->precision);
    free(t->photos);
    free(t->settings);
    *t = (ww_templates){0};
}

static double weight_of(const ww_templates *t, uint32_t vector)
{
    return t->context && t->context->weight ? fmax(t->context->weight[vector], WEIGHT_MIN) : 1;
}

static double value_or(const float *values, uint32_t vector, double otherwise)
{
    return values ? values[vector] : otherwise;
}

// The mean of two clarities, by weight; frames add up.
static void add_clarity(ww_templates *t, size_t at, const ww_clarity *other, double weight)
{
    ww_clarity *c = &t->clarity[at];
    const double share = weight / (t->weight[at] + weight);
    c->quality += share * (other->quality - c->quality);
    c->size_px += share * (other->size_px - c->size_px);
    c->frames += other->frames;
    t->weight[at] += weight;
}

static ww_clarity clarity_of(const ww_templates *t, uint32_t vector)
{
    const ww_context *c = t->context;
    return (ww_clarity){.quality = value_or(c ? c->quality : NULL, vector, ww_clarity_ordinary.quality),
                        .size_px = value_or(c ? c->size_px : NULL, vector, ww_clarity_ordinary.size_px),
                        .frames = value_or(c ? c->frames : NULL, vector, ww_clarity_ordinary.frames)};
}

// --- directions ------------------------------------------------------------------------------------------------------

// Of photos alone.
static bool of_photos(const ww_templates *t, size_t at)
{
    return t->context && t->context->recording && t->recording[at] == WW_RECORDING_PHOTOS;
}

static bool is_finite(const float *x, int dim)
{
    for (int d = 0; d < dim; d++)
        if (!isfinite(x[d]))
            return false;
    return true;
}

// Brings `sum` to length 1 as the direction of template `at`, and makes its magnitude that of so many unit vectors.
static void set_direction(ww_templates *t, size_t at, const double *sum)
{
    float *direction = t->direction + at * (size_t)t->dim;
    double squared = 0;
    for (int d = 0; d < t->dim; d++)
        squared += sum[d] * sum[d];
    const double length = sqrt(squared);
    t->magnitude[at] = length;
    for (int d = 0; d < t->dim; d++)
        direction[d] = length > 0 ? (float)(sum[d] / length) : 0;
}

static void sum_up(ww_templates *t, size_t at, const float *vectors, const uint32_t *member, size_t members,
                   double *sum)
{
    const size_t dim = (size_t)t->dim;
    double squares = 0;
    memset(sum, 0, dim * sizeof *sum);
    for (size_t m = 0; m < members; m++) {
        const float *x = vectors + member[m] * dim;
        if (!is_finite(x, t->dim))
            continue;
        const ww_clarity clarity = clarity_of(t, member[m]);
        const double squared = t->kernels->dot(x, x, dim);
        add_clarity(t, at, &clarity, weight_of(t, member[m]));
        t->size[at]++;
        if (of_photos(t, at))
            t->precision[at] += ww_photo_precision(clarity.quality);
        squares += squared;
        const double weight = of_photos(t, at) ? ww_photo_weight(clarity.quality) / sqrt(fmax(squared, SQUARED_MIN))
                                               : weight_of(t, member[m]);
        for (size_t d = 0; d < dim; d++)
            sum[d] += weight * x[d];
    }
    t->length_squared[at] = squares / fmax(1, t->size[at]);
}

// --- settings --------------------------------------------------------------------------------------------------------

static uint32_t recording_of(const ww_templates *t, const uint32_t *member, size_t members)
{
    const uint32_t *recording = t->context ? t->context->recording : NULL;
    for (size_t m = 1; recording && m < members; m++)
        if (recording[member[m]] != recording[member[0]])
            return WW_RECORDINGS_SEVERAL;
    return recording && members ? recording[member[0]] : 0;
}

static bool has_scenes(const ww_templates *t) { return t->context && t->context->scene; }

static size_t setting_floats(const ww_templates *t)
{
    return (size_t)t->context->kind_count * (size_t)t->context->bins;
}

// The setting of this scene, made where it is missing. NULL: no memory.
static ww_template_scene *setting_in(const ww_templates *t, ww_template_scenes *s, uint32_t scene)
{
    size_t i = 0;
    while (i < s->count && s->item[i].scene < scene)
        i++;
    if (i < s->count && s->item[i].scene == scene)
        return &s->item[i];
    ww_template_scene *grown = ww_try_widen(s->item, s->count, s->count + 1, sizeof *grown);
    if (!grown)
        return NULL;
    s->item = grown;
    float *sum = ww_try_array(setting_floats(t), sizeof *sum);
    if (!sum)
        return NULL;
    memmove(&grown[i + 1], &grown[i], (s->count - i) * sizeof *grown);
    grown[i] = (ww_template_scene){.scene = scene, .sum = sum};
    s->count++;
    return &grown[i];
}

static void add_roots(const ww_templates *t, ww_template_scene *setting, uint32_t vector)
{
    const ww_context *c = t->context;
    for (int k = 0; k < c->kind_count; k++) {
        const uint8_t *roots = c->kind[k].roots[vector];
        if (!roots)
            continue;
        const float weight = (float)weight_of(t, vector) / ROOT_FULL;
        float *sum = setting->sum + k * c->bins;
        setting->seen[k]++;
        for (int b = 0; b < c->bins; b++)
            sum[b] += weight * roots[b];
    }
}

// A group's mean counts as much as the group has vectors.
static void scale_settings(const ww_templates *t, ww_template_scenes *s)
{
    const int bins = t->context->bins;
    for (size_t i = 0; i < s->count; i++)
        for (int k = 0; k < t->context->kind_count; k++) {
            float *sum = s->item[i].sum + k * bins;
            const double length = sqrt(t->kernels->dot(sum, sum, (size_t)bins));
            for (int b = 0; b < bins && length > 0; b++)
                sum[b] *= (float)(s->item[i].seen[k] / length);
        }
}

static ww_status add_settings(ww_templates *t, size_t at, const uint32_t *member, size_t members, ww_error *err)
{
    for (size_t m = 0; m < members; m++) {
        const uint32_t scene = t->context->scene[member[m]];
        if (scene == WW_NO_SCENE)
            continue;
        ww_template_scene *setting = setting_in(t, &t->settings[at], scene);
        if (!setting)
            return no_memory(t, err);
        add_roots(t, setting, member[m]);
    }
    scale_settings(t, &t->settings[at]);
    return WW_OK;
}

static void sum_up_photos(ww_templates *t, size_t at)
{
    t->photos[at] = ww_photo_side_of(&(ww_photo_group){t->length[at], t->precision[at]});
}

// A group of a recording is one look at its person, however many frames it has.
static void count_as_photo(ww_templates *t, size_t at)
{
    t->magnitude[at] = t->size[at];
    if (t->size[at] <= 0)
        return;
    t->length[at] = ww_photo_weight(t->clarity[at].quality);
    t->precision[at] = ww_photo_precision(t->clarity[at].quality);
}

ww_status ww_template_of_group(ww_templates *t, size_t at, const float *vectors, const uint32_t *member, size_t members,
                               ww_error *err)
{
    double *sum = ww_try_array((size_t)t->dim, sizeof *sum);
    if (!sum)
        return no_memory(t, err);
    t->recording[at] = recording_of(t, member, members);
    sum_up(t, at, vectors, member, members, sum);
    set_direction(t, at, sum);
    if (of_photos(t, at))
        t->length[at] = t->magnitude[at];
    else
        count_as_photo(t, at);
    sum_up_photos(t, at);
    free(sum);
    return has_scenes(t) && t->size[at] > 0 ? add_settings(t, at, member, members, err) : WW_OK;
}

static ww_status absorb_settings(ww_templates *t, ww_template_scenes *a, ww_template_scenes *b, ww_error *err)
{
    for (size_t i = 0; i < b->count; i++) {
        ww_template_scene *into = setting_in(t, a, b->item[i].scene);
        if (!into)
            return no_memory(t, err);
        for (int k = 0; k < t->context->kind_count; k++)
            into->seen[k] += b->item[i].seen[k];
        for (size_t f = 0; f < setting_floats(t); f++)
            into->sum[f] += b->item[i].sum[f];
    }
    free_settings(b);
    return WW_OK;
}

ww_status ww_template_absorb(ww_templates *t, size_t a, size_t b, ww_error *err)
{
    const size_t dim = (size_t)t->dim;
    const float *x = t->direction + a * dim, *y = t->direction + b * dim;
    double *sum = ww_try_array(dim, sizeof *sum);
    if (!sum)
        return no_memory(t, err);
    const double p = t->length[a], q = t->length[b];
    t->length[a] = sqrt(fmax(0, p * p + q * q + 2 * p * q * t->kernels->dot_float(x, y, dim)));
    for (size_t d = 0; d < dim; d++)
        sum[d] = t->magnitude[a] * x[d] + t->magnitude[b] * y[d];
    set_direction(t, a, sum);
    free(sum);
    add_clarity(t, a, &t->clarity[b], t->weight[b]);
    t->precision[a] += t->precision[b];
    if (t->size[a] <= 0) // nothing so far
        t->recording[a] = t->recording[b];
    else if (t->recording[a] != t->recording[b])
        t->recording[a] = WW_RECORDINGS_SEVERAL;
    const double size = t->size[a] + t->size[b];
    t->length_squared[a] = (t->size[a] * t->length_squared[a] + t->size[b] * t->length_squared[b]) / size;
    t->size[a] = size;
    t->size[b] = 0;
    if (of_photos(t, a))
        t->length[a] = t->magnitude[a];
    sum_up_photos(t, a);
    return has_scenes(t) ? absorb_settings(t, &t->settings[a], &t->settings[b], err) : WW_OK;
}

// --- evidence --------------------------------------------------------------------------------------------------------

// Of the pairs of two settings of one scene: the sum of weight x (neutral - unlikeness).
static double setting_evidence(const ww_templates *t, const ww_template_scene *x, const ww_template_scene *y)
{
    const ww_context *c = t->context;
    double sum = 0;
    for (int k = 0; k < c->kind_count; k++) {
        const double pairs = x->seen[k] * y->seen[k];
        if (pairs > 0)
            sum += c->kind[k].weight
                   * (t->kernels->dot_float(x->sum + k * c->bins, y->sum + k * c->bins, (size_t)c->bins)
                      - (1 - c->kind[k].neutral) * pairs);
    }
    return sum;
}

static double context_evidence(const ww_templates *t, size_t a, size_t b)
{
    const ww_template_scenes *x = &t->settings[a], *y = &t->settings[b];
    double sum = 0;
    for (size_t i = 0, j = 0; i < x->count && j < y->count;) {
        if (x->item[i].scene == y->item[j].scene)
            sum += setting_evidence(t, &x->item[i++], &y->item[j++]);
        else if (x->item[i].scene < y->item[j].scene)
            i++;
        else
            j++;
    }
    return sum / (t->size[a] * t->size[b]);
}

// `alike`: what is calibrated. No scene is of two recordings, but clusters of several may have one in common.
static double across_recordings(const ww_templates *t, size_t a, size_t b, double cosine, double alike)
{
    const double as_photos = ww_photo_evidence_of(&t->photos[a], &t->photos[b], cosine);
    const double share = as_photos < alike ? 1 : WW_PHOTO_SHARE_ACROSS_RECORDINGS;
    return alike + share * (as_photos - alike) + (has_scenes(t) ? context_evidence(t, a, b) : 0)
           - WW_EVIDENCE_ACROSS_RECORDINGS;
}

double ww_template_evidence(const ww_templates *t, size_t a, size_t b)
{
    const size_t dim = (size_t)t->dim;
    const double cosine = t->kernels->dot_float(t->direction + a * dim, t->direction + b * dim, dim);
    const double x = t->length_squared[a], y = t->length_squared[b];
    const double squared = t->scale * (x + y - 2 * sqrt(x * y) * cosine);
    if (of_photos(t, a) && of_photos(t, b))
        return ww_photo_evidence_of(&t->photos[a], &t->photos[b], 1 - squared / 2);
    const double alike = ww_calibrated_evidence(1 - squared / 2, &t->clarity[a], &t->clarity[b]);
    if (t->recording[a] != t->recording[b] || t->recording[a] == WW_RECORDINGS_SEVERAL)
        return across_recordings(t, a, b, 1 - squared / 2, alike);
    return alike + (has_scenes(t) ? context_evidence(t, a, b) : 0);
}
