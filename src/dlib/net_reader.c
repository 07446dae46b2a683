// SPDX-License-Identifier: MIT
// Reading a network that dlib saved. How the file is built follows from dlib's types, which nest: a layer holds the
// network below it, and writes it before its own details.
//
//   network with loss   1, loss layer, network
//   layer               2, network below, details, 3 flags, 3 tensors
//   first layer         3, input layer, details, 3 flags, 3 tensors, expansion factor   (2: without the last)
//   tag or skip         1, network below
//   tag on the input    2, input layer, 2 tensors, flag, expansion factor               (1: without the last)
//   repeat              1, count, that many networks (the last in running order comes first), network below; the
//   repeated ones
//                       stand on an input layer that writes nothing
//
// So a file begins with a row of versions, the outermost first. A tag and a repeat begin alike; where what follows does
// not decide (a count of 2 or 3), the tag is tried first. A repeat of one is not recognised.
#include "dlib/layers.h"
#include "nn/graph.h"

#include "base/files.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    VERSION_ONE = 1,   // tag, skip, repeat
    VERSION_LAYER = 2, // or a tag on the input
    VERSION_FIRST = 3, // the layer on the input
    TRIES_MAX = 16,    // of reading one thing as another
    REPEAT_MAX = 1000,
    DEPTH_MAX = 2000, // networks within networks
};

typedef struct reader {
    ww_dat *d;
    ww_dlib_net *info;
    int tries, depth;
    bool has_input;
} reader;

static void read_network(reader *r, bool repeated, ww_dlib_layers *out);

// False: the layer is still the caller's.
static bool push(reader *r, ww_dlib_layers *out, const ww_dlib_layer *layer)
{
    if (!ww_dat_ok(r->d))
        return false;
    if (!ww_vector_push(out, *layer)) {
        ww_dat_fail(r->d, WW_ERR_MEMORY, "no memory left for its layers");
        return false;
    }
    if (out->count > WW_DLIB_LAYERS_MAX)
        ww_dat_fail(r->d, WW_ERR_FORMAT, "more than %d layers", WW_DLIB_LAYERS_MAX);
    return true;
}

static void skip_flags(ww_dat *d, int count)
{
    for (int i = 0; i < count; i++)
        ww_dat_bool(d);
}

static void skip_tensors(ww_dat *d, int count)
{
    for (int i = 0; i < count; i++)
        ww_dlib_skip_tensor(d);
}

static void read_details(reader *r, ww_dlib_layers *out)
{
    ww_dlib_layer layer;
    if (!ww_dat_ok(r->d))
        return;
    ww_dlib_read_layer(r->d, &layer);
    if (!push(r, out, &layer)) {
        free(layer.weights);
        free(layer.offsets);
    }
    skip_flags(r->d, 3);
    skip_tensors(r->d, 3);
}

// The input layer; within a repeat it writes nothing.
static void read_input(reader *r, bool repeated)
{
    if (repeated)
        return;
    ww_dlib_read_input(r->d, &r->info->input);
    r->has_input = true;
}

static bool input_is_next(const reader *r, bool repeated)
{
    if (!repeated)
        return ww_dat_peek_text(r->d, "input");
    // A tag on nothing: two tensors follow, which are empty in a saved network.
    ww_dat look = *r->d;
    look.err = NULL;
    return ww_dat_int(&look) == 2 && ww_dat_int(&look) == 0 && ww_dat_ok(&look);
}

static void read_tag_on_input(reader *r, bool repeated, bool has_factor, ww_dlib_layers *out)
{
    ww_dlib_layer mark = {.kind = WW_DLIB_MARK, .at = r->d->at};
    read_input(r, repeated);
    skip_tensors(r->d, 2);
    skip_flags(r->d, 1);
    if (has_factor)
        ww_dat_int(r->d);
    push(r, out, &mark);
}

static void read_first_layer(reader *r, bool repeated, bool has_factor, ww_dlib_layers *out)
{
    read_input(r, repeated);
    read_details(r, out);
    if (has_factor)
        ww_dat_int(r->d);
}

// Version 2 with the input next: a tag on it, which goes on with a tensor, or an old first layer, which goes on with a
// name.
static void read_on_input(reader *r, bool repeated, ww_dlib_layers *out)
{
    ww_dat look = *r->d;
    ww_dlib_input skipped;
    look.err = NULL;
    if (!repeated)
        ww_dlib_read_input(&look, &skipped);
    if (ww_dat_int(&look) == 2 && ww_dat_int(&look) == 0 && ww_dat_ok(&look))
        read_tag_on_input(r, repeated, true, out);
    else
        read_first_layer(r, repeated, false, out);
}

static void append(reader *r, ww_dlib_layers *out, ww_dlib_layers *part)
{
    for (size_t i = 0; i < part->count; i++) {
        if (push(r, out, &part->item[i]))
            part->item[i].weights = part->item[i].offsets = NULL;
    }
}

static void read_repeat(reader *r, bool repeated, ww_dlib_layers *out)
{
    size_t count = ww_dat_count(r->d, "the count of a repeat", REPEAT_MAX, 1);
    ww_dlib_layers *part = ww_try_array(count, sizeof *part);
    if (!part) {
        ww_dat_fail(r->d, WW_ERR_MEMORY, "no memory left for a repeat of %zu", count);
        return;
    }
    for (size_t i = 0; i < count && ww_dat_ok(r->d); i++)
        read_network(r, true, &part[i]);
    if (ww_dat_ok(r->d))
        read_network(r, repeated, out);
    for (size_t i = count; i-- > 0;) {
        if (ww_dat_ok(r->d))
            append(r, out, &part[i]);
        ww_dlib_layers_free(&part[i]);
    }
    free(part);
}

static void drop_layers(ww_dlib_layers *out, size_t keep)
{
    while (out->count > keep) {
        ww_dlib_layer *last = &out->item[--out->count];
        free(last->weights);
        free(last->offsets);
    }
}

static void read_tag(reader *r, bool repeated, ww_dlib_layers *out)
{
    ww_dlib_layer mark = {.kind = WW_DLIB_MARK, .at = r->d->at};
    read_network(r, repeated, out);
    push(r, out, &mark);
}

static void read_tag_or_repeat(reader *r, bool repeated, ww_dlib_layers *out)
{
    ww_dat start = *r->d, look = start;
    ww_error *err = start.err, first = {0};
    look.err = NULL;
    int64_t next = ww_dat_int(&look);
    bool certainly_tag = next == 1 || (next == VERSION_FIRST && ww_dat_peek_text(&look, "input"));
    if (ww_dat_ok(&look) && next > VERSION_FIRST) {
        read_repeat(r, repeated, out);
        return;
    }
    size_t keep = out->count;
    r->d->err = certainly_tag ? err : &first;
    read_tag(r, repeated, out);
    r->d->err = err;
    if (ww_dat_ok(r->d) || certainly_tag)
        return;
    ww_dat failed = *r->d;
    drop_layers(out, keep);
    if (++r->tries <= TRIES_MAX) {
        *r->d = start;
        read_repeat(r, repeated, out);
    }
    if (!ww_dat_ok(r->d) && failed.at >= r->d->at) { // the attempt that came further has the better message
        *r->d = failed;
        r->d->err = err;
        if (err)
            *err = first;
    }
}

static void read_one_network(reader *r, bool repeated, ww_dlib_layers *out)
{
    int64_t version = ww_dat_int_in(r->d, "a layer's version", VERSION_ONE, VERSION_FIRST);
    if (!ww_dat_ok(r->d))
        return;
    if (version == VERSION_FIRST) {
        read_first_layer(r, repeated, true, out);
    } else if (version == VERSION_LAYER && input_is_next(r, repeated)) {
        read_on_input(r, repeated, out);
    } else if (version == VERSION_LAYER) {
        read_network(r, repeated, out);
        read_details(r, out);
    } else if (!repeated && ww_dat_peek_text(r->d, "input")) {
        read_tag_on_input(r, repeated, false, out);
    } else {
        read_tag_or_repeat(r, repeated, out);
    }
}

// NOLINT(misc-no-recursion): bounded by DEPTH_MAX
static void read_network(reader *r, bool repeated, ww_dlib_layers *out)
{
    if (!ww_dat_ok(r->d))
        return;
    if (++r->depth > DEPTH_MAX)
        ww_dat_fail(r->d, WW_ERR_FORMAT, "more than %d layers within one another", DEPTH_MAX);
    else
        read_one_network(r, repeated, out);
    r->depth--;
}

static void read_all(reader *r, ww_dlib_layers *out)
{
    ww_dat look = *r->d;
    look.err = NULL;
    if (ww_dat_int(&look) == 1 && ww_dat_peek_text(&look, "loss_")) {
        r->d->at = look.at;
        ww_dlib_read_loss(r->d, r->info);
    }
    read_network(r, false, out);
    ww_dat_end(r->d);
    if (ww_dat_ok(r->d) && !r->has_input)
        ww_dat_fail(r->d, WW_ERR_FORMAT, "a network without an input layer");
}

ww_status ww_dlib_net_load(const void *bytes, size_t size, const char *name, ww_net **net, ww_error *err)
{
    const uint8_t *data;
    size_t data_size;
    void *owned;
    ww_error local;
    *net = NULL;
    ww_status status = ww_dat_unpack(bytes, size, name, &data, &data_size, &owned, err);
    if (status != WW_OK)
        return status;
    ww_dat d;
    ww_dlib_net info = {0};
    ww_dlib_layers layers = {0};
    ww_dat_open(&d, data, data_size, name, err ? err : &local);
    reader r = {.d = &d, .info = &info};
    read_all(&r, &layers);
    status = d.status;
    if (status == WW_OK)
        status = ww_dlib_build(name, &layers, &info, net, err);
    ww_dlib_layers_free(&layers);
    free(owned);
    return status;
}

ww_status ww_dlib_net_load_file(const char *path, ww_net **net, ww_error *err)
{
    uint8_t *bytes = NULL;
    size_t size;
    *net = NULL;
    ww_status status = ww_read_file(path, WW_NN_MODEL_BYTES_MAX, &bytes, &size, err);
    if (status == WW_OK)
        status = ww_dlib_net_load(bytes, size, path, net, err);
    free(bytes);
    return status;
}
