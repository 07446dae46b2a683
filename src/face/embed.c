// SPDX-License-Identifier: MIT
#include "face/embed.h"
#include "base/memory.h"
#include "face/align.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ww_embedder {
    const ww_net *net;
    const ww_model_spec *spec;
    ww_session *pair, *batch; // two chips (a face and its mirror image), 2 * WW_EMBED_BATCH of them; made when first needed
    ww_session *single;       // one chip, for networks that take no more
    bool one_by_one;
};

ww_status ww_embedder_open(const ww_net *net, const ww_model_spec *spec, ww_embedder **embedder, ww_error *err)
{
    if (spec->kind != WW_MODEL_EMBEDDER)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: %s is not a face embedder", ww_net_name(net), spec->name);
    ww_embedder *e = ww_alloc(sizeof *e);
    e->net = net;
    e->spec = spec;
    *embedder = e;
    return WW_OK;
}

void ww_embedder_close(ww_embedder *e)
{
    if (!e)
        return;
    if (e->pair)
        ww_session_close(e->pair);
    if (e->single)
        ww_session_close(e->single);
    if (e->batch)
        ww_session_close(e->batch);
    free(e);
}

ww_status ww_embedder_chip(const ww_model_spec *spec, const ww_image *image, const float landmark[10], ww_image *out, ww_error *err)
{
    ww_affine map = ww_align(landmark, spec->chip_size, spec->chip_margin);
    return spec->colour == WW_COLOUR_LUMA ? ww_warp_luma(image, &map, spec->chip_size, spec->chip_size, out, err)
                                          : ww_warp_rgb(image, &map, spec->chip_size, spec->chip_size, out, err);
}

static void fill_chip(const ww_model_spec *spec, const ww_image *chip, bool mirrored, float *input)
{
    int side = spec->chip_size, channels = spec->colour == WW_COLOUR_LUMA ? 1 : 3;
    for (int c = 0; c < channels; c++) {
        int sample = spec->colour == WW_COLOUR_BGR ? 2 - c : c;
        for (int y = 0; y < side; y++) {
            const uint8_t *in = chip->plane[0].data + y * chip->plane[0].stride + sample * (channels == 3);
            for (int x = 0; x < side; x++)
                *input++ = ((float)in[channels * (mirrored ? side - 1 - x : x)] - spec->mean[c]) * spec->scale[c];
        }
    }
}

static ww_status open_session(const ww_embedder *e, int batch, ww_session **session, ww_error *err)
{
    ww_shape shape = {.rank = 4, .dim = {batch, e->spec->colour == WW_COLOUR_LUMA ? 1 : 3, e->spec->chip_size, e->spec->chip_size}};
    return ww_session_open(e->net, &shape, WW_BACKEND_ONEDNN, session, err);
}

// out = a / |a| + b / |b|, brought to unit length.
static ww_status mean_direction(const ww_embedder *e, const float *a, const float *b, float *out, ww_error *err)
{
    int dim = e->spec->embedding_dim;
    double aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < dim; i++) {
        aa += (double)a[i] * a[i];
        bb += (double)b[i] * b[i];
        ab += (double)a[i] * b[i];
    }
    double inverse_a = 1 / sqrt(aa), inverse_b = 1 / sqrt(bb), length = sqrt(2 + 2 * ab * inverse_a * inverse_b);
    if (!(length > 0) || !isfinite(inverse_a) || !isfinite(inverse_b))
        return ww_fail(err, WW_ERR_FORMAT, "%s: the network gave a vector without length", ww_net_name(e->net));
    for (int i = 0; i < dim; i++)
        out[i] = (float)((a[i] * inverse_a + b[i] * inverse_b) / length);
    return WW_OK;
}

// Embeds `faces` chips (1 or WW_EMBED_BATCH) in one run: each as it is and mirrored.
static ww_status embed_run(ww_embedder *e, ww_session *session, const ww_image *const *chip, int faces, float *embedding, ww_error *err)
{
    const ww_model_spec *spec = e->spec;
    size_t chip_floats = (size_t)spec->chip_size * (size_t)spec->chip_size * (spec->colour == WW_COLOUR_LUMA ? 1 : 3);
    size_t dim = (size_t)spec->embedding_dim;
    for (int k = 0; k < 2 * faces; k++)
        fill_chip(spec, chip[k / 2], k % 2 == 1, ww_session_input(session) + (size_t)k * chip_floats);
    ww_status status = ww_session_run(session, err);
    ww_shape shape;
    const float *out = ww_session_output(session, 0, &shape);
    for (size_t k = 0; k < (size_t)faces && status == WW_OK; k++)
        status = mean_direction(e, out + 2 * k * dim, out + (2 * k + 1) * dim, embedding + k * dim, err);
    return status;
}

// A network that takes one chip at a time: twice, by hand.
static ww_status embed_one_by_one(ww_embedder *e, const ww_image *chip, float *embedding, ww_error *err)
{
    size_t dim = (size_t)e->spec->embedding_dim;
    float *both = ww_alloc(2 * dim * sizeof *both);
    ww_status status = e->single ? WW_OK : open_session(e, 1, &e->single, err);
    for (size_t k = 0; k < 2 && status == WW_OK; k++) {
        fill_chip(e->spec, chip, k == 1, ww_session_input(e->single));
        status = ww_session_run(e->single, err);
        ww_shape shape;
        if (status == WW_OK)
            memcpy(both + k * dim, ww_session_output(e->single, 0, &shape), dim * sizeof *both);
    }
    if (status == WW_OK)
        status = mean_direction(e, both, both + dim, embedding, err);
    free(both);
    return status;
}

ww_status ww_embed(ww_embedder *e, const ww_image *const *chip, int count, float *embedding, ww_error *err)
{
    size_t dim = (size_t)e->spec->embedding_dim;
    for (int i = 0; i < count;) {
        int step = count - i >= WW_EMBED_BATCH ? WW_EMBED_BATCH : 1;
        ww_session **session = step > 1 ? &e->batch : &e->pair;
        ww_status status = *session || e->one_by_one ? WW_OK : open_session(e, 2 * step, session, err);
        if (status == WW_ERR_UNSUPPORTED) { // exported for a batch of one
            e->one_by_one = true;
            status = WW_OK;
        }
        if (status == WW_OK && e->one_by_one)
            status = embed_one_by_one(e, chip[i], embedding + (size_t)i * dim, err);
        else if (status == WW_OK)
            status = embed_run(e, *session, chip + i, step, embedding + (size_t)i * dim, err);
        if (status != WW_OK)
            return status;
        i += e->one_by_one ? 1 : step;
    }
    return WW_OK;
}
