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
    ww_session *single, *batch; // made when first needed; batch stays NULL for a network that takes one chip at a time
    bool batch_refused;
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

static void fill_chip(const ww_model_spec *spec, const ww_image *chip, float *input)
{
    int side = spec->chip_size, channels = spec->colour == WW_COLOUR_LUMA ? 1 : 3;
    for (int c = 0; c < channels; c++) {
        int sample = spec->colour == WW_COLOUR_BGR ? 2 - c : c;
        for (int y = 0; y < side; y++) {
            const uint8_t *in = chip->plane[0].data + y * chip->plane[0].stride + sample * (channels == 3);
            for (int x = 0; x < side; x++)
                *input++ = ((float)in[channels * x] - spec->mean[c]) * spec->scale[c];
        }
    }
}

static ww_status open_session(const ww_embedder *e, int batch, ww_session **session, ww_error *err)
{
    ww_shape shape = {.rank = 4, .dim = {batch, e->spec->colour == WW_COLOUR_LUMA ? 1 : 3, e->spec->chip_size, e->spec->chip_size}};
    return ww_session_open(e->net, &shape, WW_BACKEND_ONEDNN, session, err);
}

static ww_status to_unit_length(const ww_embedder *e, const float *in, float *out, ww_error *err)
{
    double sum = 0;
    for (int i = 0; i < e->spec->embedding_dim; i++)
        sum += (double)in[i] * in[i];
    if (!(sum > 0) || !isfinite(sum))
        return ww_fail(err, WW_ERR_FORMAT, "%s: the network gave a vector without length", ww_net_name(e->net));
    float inverse = (float)(1.0 / sqrt(sum));
    for (int i = 0; i < e->spec->embedding_dim; i++)
        out[i] = in[i] * inverse;
    return WW_OK;
}

ww_status ww_embed(ww_embedder *e, const ww_image *const *chip, int count, float *embedding, ww_error *err)
{
    const ww_model_spec *spec = e->spec;
    size_t chip_floats = (size_t)spec->chip_size * (size_t)spec->chip_size * (spec->colour == WW_COLOUR_LUMA ? 1 : 3);
    for (int i = 0; i < count;) {
        int step = count - i >= WW_EMBED_BATCH && !e->batch_refused ? WW_EMBED_BATCH : 1;
        ww_session **session = step > 1 ? &e->batch : &e->single;
        if (!*session) {
            ww_status status = open_session(e, step, session, err);
            if (status == WW_ERR_UNSUPPORTED && step > 1) {
                e->batch_refused = true;
                continue;
            }
            if (status != WW_OK)
                return status;
        }
        for (int k = 0; k < step; k++)
            fill_chip(spec, chip[i + k], ww_session_input(*session) + (size_t)k * chip_floats);
        ww_status status = ww_session_run(*session, err);
        if (status != WW_OK)
            return status;
        ww_shape shape;
        const float *out = ww_session_output(*session, 0, &shape);
        for (int k = 0; k < step; k++) {
            status = to_unit_length(e, out + (size_t)k * (size_t)spec->embedding_dim,
                                    embedding + (size_t)(i + k) * (size_t)spec->embedding_dim, err);
            if (status != WW_OK)
                return status;
        }
        i += step;
    }
    return WW_OK;
}
