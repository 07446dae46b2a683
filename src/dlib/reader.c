// SPDX-License-Identifier: MIT
// dlib's files as models of face/'s tables. They carry no mark of what they are: a gradient detector and a network are
// told apart by their first bytes, a shape predictor is what is read as one.
#include "dlib/chip.h"
#include "dlib/dlib.h"
#include "dlib/hog.h"
#include "dlib/net.h"
#include "dlib/shape_predictor.h"
#include "dlib/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A gradient detector begins with its version and that of its scanner, a network with one version and a count larger
// than 1.
static bool is_hog(const uint8_t *data, size_t size)
{
    return size > 4 && data[0] == 1 && (data[1] == 1 || data[1] == 2) && data[2] == 1 && data[3] == 1;
}

static void free_hog(void *model) { ww_hog_model_free(model); }
static void free_shape_predictor(void *model) { ww_shape_predictor_free(model); }

static ww_status read_hog(const void *data, size_t size, const char *name, ww_model_file *file, ww_error *err)
{
    ww_hog_model *hog = NULL;
    ww_status status = ww_hog_model_read(data, size, name, &hog, err);
    file->model = hog;
    file->free_model = free_hog;
    file->spec = ww_hog_kind.wants;
    file->spec.detector = &ww_hog_kind;
    file->spec.model = hog;
    return status;
}

// What the network is for, by what its file says beside it; false: for nothing that is known here.
static bool recognise(const ww_dlib_net *dlib, const ww_model_outline *o, ww_model_spec *s)
{
    const char *kind = dlib->kind == WW_DLIB_RESNET     ? "ResNet"
                       : dlib->kind == WW_DLIB_DENSENET ? "DenseNet"
                                                        : "metric network";
    if (dlib->kind == WW_DLIB_MMOD) {
        *s = ww_mmod_kind.wants;
        s->detector = &ww_mmod_kind;
        return true;
    }
    bool describes = dlib->kind == WW_DLIB_RESNET || dlib->kind == WW_DLIB_DENSENET || dlib->kind == WW_DLIB_METRIC;
    int64_t values = o->output[0].rank == 2 ? o->output[0].dim[1] : 0;
    *s = (ww_model_spec){.colour = WW_COLOUR_RGB};
    if (!describes || o->outputs != 1 || values < WW_MODEL_DIM_MIN || values > WW_MODEL_DIM_MAX
        || dlib->input.channels != 3)
        return false;
    const float scale = 1.0f / 256.0f;
    s->embedder = &ww_dlib_embedder_kind;
    s->chip_size = WW_DLIB_CHIP_SIZE;
    if (dlib->input.kind == WW_DLIB_INPUT_RGB_SIZED && dlib->input.width == dlib->input.height)
        s->chip_size = dlib->input.width;
    s->embedding_dim = (int)values;
    memcpy(s->mean, dlib->input.mean, sizeof s->mean);
    for (int c = 0; c < 3; c++)
        s->scale[c] = scale;
    s->eps = 0.5f; // face_recognition's users cluster with it; dlib itself takes 0.6 for "same person"
    snprintf(s->name, sizeof s->name, "dlib %s", kind);
    return true;
}

static ww_status read_network(const void *data, size_t size, const char *name, const char *sidecar, ww_model_file *file,
                              ww_error *err)
{
    ww_model_outline outline;
    ww_status status = ww_dlib_net_load(data, size, name, &file->net, err);
    if (status == WW_OK)
        status = ww_model_outline_of(file->net, &outline, err);
    if (status != WW_OK)
        return status;
    bool known = recognise(ww_net_dlib(file->net), &outline, &file->spec);
    return ww_model_settle(file->net, sidecar, known, &file->spec, err);
}

static ww_status read_model(const void *bytes, size_t size, const char *name, const char *sidecar, ww_model_file *file,
                            ww_error *err)
{
    const uint8_t *data;
    size_t data_size;
    void *owned = NULL;
    ww_status status = ww_dat_unpack(bytes, size, name, &data, &data_size, &owned, err);
    if (status == WW_OK)
        status = is_hog(data, data_size) ? read_hog(data, data_size, name, file, err)
                                         : read_network(data, data_size, name, sidecar, file, err);
    free(owned);
    return status;
}

static ww_status read_shape_predictor(const void *bytes, size_t size, const char *name, ww_model_file *file,
                                      ww_error *err)
{
    const uint8_t *data;
    size_t data_size;
    void *owned = NULL;
    ww_shape_predictor *predictor = NULL;
    ww_status status = ww_dat_unpack(bytes, size, name, &data, &data_size, &owned, err);
    if (status == WW_OK)
        status = ww_shape_predictor_read(data, data_size, name, &predictor, err);
    free(owned);
    file->model = predictor;
    file->free_model = free_shape_predictor;
    file->landmarks = (ww_landmark_source){&ww_shape_predictor_kind, predictor};
    int points = status == WW_OK ? ww_shape_predictor_points(predictor) : 0;
    if (status == WW_OK && points != 5 && points != 68)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: a shape predictor of %d points; faces are cut out by 5 or 68",
                       name, points);
    return status;
}

const ww_model_reader ww_dlib_reader = {
    .is_mine = ww_dat_is, .read = read_model, .read_landmarks = read_shape_predictor};
