// SPDX-License-Identifier: MIT
#include "face/embed.h"
#include "base/memory.h"
#include "face/embedder.h"
#include "nn/session.h"

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
    void *view_state;             // of the kind
    const ww_cancel *cancel;
};

ww_status ww_embedder_open(const ww_net *net, const ww_model_spec *spec, ww_embedder **embedder, ww_error *err)
{
    const ww_embedder_kind *kind = spec->embedder;
    if (!kind)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: %s is not a face embedder", ww_net_name(net), spec->name);
    if (spec->jitter > 1 && kind->jitter_max == 0)
        return ww_fail(err, WW_ERR_ARGUMENT, "%s: %s takes no mean of jittered faces", ww_net_name(net), spec->name);
    if (spec->jitter > 1 && spec->jitter > kind->jitter_max)
        return ww_fail(err, WW_ERR_ARGUMENT, "%d jittered pictures of a face are too many; at most %d", spec->jitter,
                       kind->jitter_max);
    ww_embedder *e = ww_alloc(sizeof *e);
    e->net = net;
    e->spec = spec;
    e->views = kind->view_count(spec);
    e->view_state = ww_try_alloc(kind->view_state_bytes);
    if (!e->view_state) {
        ww_embedder_close(e);
        return ww_fail_memory(err, "the embedder %s", spec->name);
    }
    *embedder = e;
    return WW_OK;
}

void ww_embedder_set_cancel(ww_embedder *e, const ww_cancel *cancel) { e->cancel = cancel; }

void ww_embedder_close(ww_embedder *e)
{
    if (!e)
        return;
    for (int i = 0; i < BATCHES; i++)
        if (e->session[i])
            ww_session_close(e->session[i]);
    free(e->view_state);
    free(e);
}

ww_status ww_embedder_chip(const ww_model_spec *spec, const ww_image *image, const float landmark[WW_LANDMARK_VALUES],
                           ww_image *out, ww_error *err)
{
    return spec->embedder->cut_chip(spec, image, landmark, out, err);
}

// The views of chips, one after the other: chip after chip, and of each all its views.
struct views {
    const ww_image *const *chip;
    int next;
};

static ww_status next_view(const ww_embedder *e, struct views *v, float *input, ww_error *err)
{
    const ww_image *chip = v->chip[v->next / e->views];
    int view = v->next++ % e->views;
    return e->spec->embedder->make_view(e->spec, e->view_state, chip, view, input, err);
}

// The largest batch for `left` views.
static ww_status session_for(ww_embedder *e, int left, int *batch, ww_session **session, ww_error *err)
{
    for (int i = e->one_by_one ? BATCHES - 1 : 0;; i++) {
        if (batch_size[i] > left)
            continue;
        int channels = ww_model_channels(e->spec);
        ww_shape shape = {.rank = 4, .dim = {batch_size[i], channels, e->spec->chip_size, e->spec->chip_size}};
        ww_status status =
            e->session[i]
                ? WW_OK
                : ww_session_open_with(e->net, &shape, &(ww_session_options){.cancel = e->cancel}, &e->session[i], err);
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
    size_t picture = (size_t)spec->chip_size * (size_t)spec->chip_size * (size_t)ww_model_channels(spec);
    size_t dim = (size_t)spec->embedding_dim;
    for (int done = 0, batch = 0; done < count; done += batch) {
        ww_session *session = NULL;
        ww_shape shape;
        ww_status status = session_for(e, count - done, &batch, &session, err);
        for (int k = 0; k < batch && status == WW_OK; k++)
            status = next_view(e, views, ww_session_input(session) + (size_t)k * picture, err);
        if (status == WW_OK)
            status = ww_session_run(session, err);
        if (status != WW_OK)
            return status;
        memcpy(out + (size_t)done * dim, ww_session_output(session, 0, &shape), (size_t)batch * dim * sizeof *out);
    }
    return WW_OK;
}

ww_status ww_embed(ww_embedder *e, const ww_image *const *chip, int count, float *embedding, float *length,
                   ww_error *err)
{
    size_t dim = (size_t)e->spec->embedding_dim;
    int group = batch_size[0] > e->views ? batch_size[0] / e->views : 1; // chips, as many as fill a batch
    float *view = ww_try_array((size_t)group * (size_t)e->views, dim * sizeof *view);
    ww_status status = view ? WW_OK : ww_fail_memory(err, "the embeddings of %d faces", count);
    for (int i = 0; i < count && status == WW_OK; i += group) {
        int chips = count - i < group ? count - i : group;
        struct views views = {.chip = chip + i};
        status = embed_views(e, &views, chips * e->views, view, err);
        for (int k = 0; k < chips && status == WW_OK; k++) {
            const float *of_chip = view + (size_t)k * (size_t)e->views * dim;
            float view_length = 0;
            if (!e->spec->embedder->combine(e->spec, of_chip, e->views, embedding + (size_t)(i + k) * dim,
                                            &view_length))
                status =
                    ww_fail(err, WW_ERR_FORMAT, "%s: the network gave a vector without length", ww_net_name(e->net));
            if (length)
                length[i + k] = view_length;
        }
    }
    free(view);
    return status;
}
