// SPDX-License-Identifier: MIT
#include "face/embed.h"
#include "base/memory.h"
#include "face/align.h"
#include "dlib/chip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCHES = 3 };
static const int batch_size[BATCHES] = {2 * WW_EMBED_BATCH, 2, 1}; // pictures the network sees at once

struct ww_embedder {
    const ww_net *net;
    const ww_model_spec *spec;
    ww_session *session[BATCHES]; // made when first needed
    bool one_by_one;              // the network takes no more
    int views;                    // pictures of each chip that are embedded
};

ww_status ww_embedder_open(const ww_net *net, const ww_model_spec *spec, ww_embedder **embedder, ww_error *err)
{
    if (spec->kind != WW_MODEL_EMBEDDER)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: %s is not a face embedder", ww_net_name(net), spec->name);
    if (spec->jitter > 1 && !spec->dlib)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: only dlib's embedders take the mean of jittered faces", ww_net_name(net));
    if (spec->jitter > WW_DLIB_JITTER_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "%d jittered pictures of a face are too many; at most %d", spec->jitter,
                       WW_DLIB_JITTER_MAX);
    ww_embedder *e = ww_alloc(sizeof *e);
    e->net = net;
    e->spec = spec;
    e->views = !spec->dlib ? 2 : spec->jitter > 1 ? spec->jitter : 1;
    *embedder = e;
    return WW_OK;
}

void ww_embedder_close(ww_embedder *e)
{
    if (!e)
        return;
    for (int i = 0; i < BATCHES; i++)
        if (e->session[i])
            ww_session_close(e->session[i]);
    free(e);
}

ww_status ww_embedder_chip(const ww_model_spec *spec, const ww_image *image, const float landmark[10], ww_image *out, ww_error *err)
{
    if (spec->dlib) {
        ww_dlib_place place = ww_dlib_place_of_face(landmark, spec->chip_size, WW_DLIB_CHIP_PADDING);
        return ww_dlib_chip(image, &place, spec->chip_size, out, err);
    }
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

// out = a / |a| + b / |b|, brought to unit length; *length is the mean of |a| and |b|.
static ww_status mean_direction(const ww_embedder *e, const float *a, const float *b, float *out, float *length, ww_error *err)
{
    int dim = e->spec->embedding_dim;
    double aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < dim; i++) {
        aa += (double)a[i] * a[i];
        bb += (double)b[i] * b[i];
        ab += (double)a[i] * b[i];
    }
    double inverse_a = 1 / sqrt(aa), inverse_b = 1 / sqrt(bb), sum = sqrt(2 + 2 * ab * inverse_a * inverse_b);
    if (!(sum > 0) || !isfinite(inverse_a) || !isfinite(inverse_b))
        return ww_fail(err, WW_ERR_FORMAT, "%s: the network gave a vector without length", ww_net_name(e->net));
    for (int i = 0; i < dim; i++)
        out[i] = (float)((a[i] * inverse_a + b[i] * inverse_b) / sum);
    *length = (float)((sqrt(aa) + sqrt(bb)) / 2);
    return WW_OK;
}

// What the embeddings of a chip's views come to.
static ww_status combine(const ww_embedder *e, const float *view, float *out, float *length, ww_error *err)
{
    int dim = e->spec->embedding_dim;
    if (!e->spec->dlib)
        return mean_direction(e, view, view + dim, out, length, err);
    double squares = 0;
    for (int i = 0; i < dim; i++) {
        double sum = 0;
        for (int v = 0; v < e->views; v++)
            sum += view[(size_t)v * (size_t)dim + (size_t)i];
        out[i] = (float)(sum / e->views);
        squares += sum * sum;
    }
    if (!(squares > 0) || !isfinite(squares))
        return ww_fail(err, WW_ERR_FORMAT, "%s: the network gave a vector without length", ww_net_name(e->net));
    *length = (float)(sqrt(squares) / e->views);
    return WW_OK;
}

// The views of chips, one after the other: chip after chip, and of each all its views.
struct views {
    const ww_embedder *e;
    const ww_image *const *chip;
    int next;
    ww_dlib_random random;
};

static ww_status next_view(struct views *v, float *input, ww_error *err)
{
    const ww_embedder *e = v->e;
    const ww_image *chip = v->chip[v->next / e->views];
    int view = v->next++ % e->views;
    if (!e->spec->dlib || e->views == 1) {
        fill_chip(e->spec, chip, view == 1, input);
        return WW_OK;
    }
    if (view == 0)
        ww_dlib_random_start(&v->random);
    ww_image jittered = {0};
    ww_status status = ww_dlib_jitter(chip, &v->random, &jittered, err);
    if (status == WW_OK)
        fill_chip(e->spec, &jittered, false, input);
    ww_image_free(&jittered);
    return status;
}

// The largest batch for `left` views.
static ww_status session_for(ww_embedder *e, int left, int *batch, ww_session **session, ww_error *err)
{
    for (int i = e->one_by_one ? BATCHES - 1 : 0;; i++) {
        if (batch_size[i] > left)
            continue;
        int channels = e->spec->colour == WW_COLOUR_LUMA ? 1 : 3;
        ww_shape shape = {.rank = 4, .dim = {batch_size[i], channels, e->spec->chip_size, e->spec->chip_size}};
        ww_status status = e->session[i] ? WW_OK : ww_session_open(e->net, &shape, WW_BACKEND_ONEDNN, &e->session[i], err);
        if (status == WW_ERR_UNSUPPORTED && batch_size[i] > 1) { // exported for a batch of one
            e->one_by_one = true;
            i = BATCHES - 2;
            continue;
        }
        *batch = batch_size[i];
        *session = e->session[i];
        return status;
    }
}

// Embeds `count` views into `out`.
static ww_status embed_views(ww_embedder *e, struct views *views, int count, float *out, ww_error *err)
{
    const ww_model_spec *spec = e->spec;
    size_t picture = (size_t)spec->chip_size * (size_t)spec->chip_size * (spec->colour == WW_COLOUR_LUMA ? 1 : 3);
    size_t dim = (size_t)spec->embedding_dim;
    for (int done = 0, batch = 0; done < count; done += batch) {
        ww_session *session = NULL;
        ww_shape shape;
        ww_status status = session_for(e, count - done, &batch, &session, err);
        for (int k = 0; k < batch && status == WW_OK; k++)
            status = next_view(views, ww_session_input(session) + (size_t)k * picture, err);
        if (status == WW_OK)
            status = ww_session_run(session, err);
        if (status != WW_OK)
            return status;
        memcpy(out + (size_t)done * dim, ww_session_output(session, 0, &shape), (size_t)batch * dim * sizeof *out);
    }
    return WW_OK;
}

ww_status ww_embed(ww_embedder *e, const ww_image *const *chip, int count, float *embedding, float *length, ww_error *err)
{
    size_t dim = (size_t)e->spec->embedding_dim;
    int group = batch_size[0] > e->views ? batch_size[0] / e->views : 1; // chips, as many as fill a batch
    float *view = ww_try_array((size_t)group * (size_t)e->views, dim * sizeof *view);
    ww_status status = view ? WW_OK : ww_fail_memory(err, "the embeddings of %d faces", count);
    for (int i = 0; i < count && status == WW_OK; i += group) {
        int chips = count - i < group ? count - i : group;
        struct views views = {.e = e, .chip = chip + i};
        status = embed_views(e, &views, chips * e->views, view, err);
        for (int k = 0; k < chips && status == WW_OK; k++) {
            float view_length = 0;
            status = combine(e, view + (size_t)k * (size_t)e->views * dim, embedding + (size_t)(i + k) * dim, &view_length, err);
            if (length)
                length[i + k] = view_length;
        }
    }
    free(view);
    return status;
}
