// SPDX-License-Identifier: MIT
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "job/library.h"
#include "models/models.h"

#include <stdlib.h>

enum { SIDECAR_BYTES_MAX = 64 * 1024 };

// FILE.txt beside a model file, if there is one; *text is the caller's.
static ww_status read_sidecar(const char *model_path, char **text, ww_error *err)
{
    *text = NULL;
    char *path = ww_strf("%s.txt", model_path);
    ww_status status = WW_OK;
    if (ww_path_exists(path)) {
        uint8_t *data;
        size_t bytes;
        status = ww_read_file(path, SIDECAR_BYTES_MAX, &data, &bytes, err);
        if (status == WW_OK)
            *text = (char *)data;
    }
    free(path);
    return status;
}

static ww_status load(const char *path, const unsigned char *inside, size_t inside_bytes, const char *inside_name, ww_net **net,
                      ww_model_spec *spec, uint64_t *hash, ww_error *err)
{
    uint8_t *data = NULL;
    char *sidecar = NULL;
    size_t bytes = inside_bytes;
    ww_status status = WW_OK;
    if (path) {
        status = ww_read_file(path, WW_NN_MODEL_BYTES_MAX, &data, &bytes, err);
        if (status == WW_OK)
            status = read_sidecar(path, &sidecar, err);
    }
    const unsigned char *content = path ? data : inside;
    if (status == WW_OK)
        status = ww_net_load(content, bytes, path ? path : inside_name, net, err);
    if (status == WW_OK)
        status = ww_model_recognise(*net, sidecar, spec, err);
    if (status == WW_OK)
        *hash = ww_hash_bytes(content, bytes) ^ (sidecar ? ww_hash_bytes(sidecar, __builtin_strlen(sidecar)) : 0);
    free(data);
    free(sidecar);
    return status;
}

ww_status ww_models_open(const ww_model_options *options, ww_models **models, ww_error *err)
{
    static const ww_model_options none = {0};
    if (!options)
        options = &none;
    ww_models *m = ww_alloc(sizeof *m);
    ww_status status =
        load(options->detector, ww_file_detector_onnx, (size_t)(ww_file_detector_onnx_end - ww_file_detector_onnx), "detector.onnx (compiled in)",
             &m->detector, &m->detector_spec, &m->detector_hash, err);
    if (status == WW_OK && m->detector_spec.kind == WW_MODEL_EMBEDDER)
        status = ww_fail(err, WW_ERR_ARGUMENT, "'%s' is an embedder (%s), not a detector", options->detector, m->detector_spec.name);
    if (status == WW_OK)
        status = load(options->embedder, ww_file_embedder_onnx, (size_t)(ww_file_embedder_onnx_end - ww_file_embedder_onnx),
                      "embedder.onnx (compiled in)", &m->embedder, &m->embedder_spec, &m->embedder_hash, err);
    if (status == WW_OK && m->embedder_spec.kind != WW_MODEL_EMBEDDER)
        status = ww_fail(err, WW_ERR_ARGUMENT, "'%s' is a detector (%s), not an embedder", options->embedder, m->embedder_spec.name);
    if (status != WW_OK) {
        ww_models_close(m);
        return status;
    }
    *models = m;
    return WW_OK;
}

void ww_models_close(ww_models *models)
{
    if (!models)
        return;
    if (models->detector)
        ww_net_free(models->detector);
    if (models->embedder)
        ww_net_free(models->embedder);
    free(models);
}

const char *ww_models_detector_name(const ww_models *models) { return models->detector_spec.name; }
const char *ww_models_embedder_name(const ww_models *models) { return models->embedder_spec.name; }
