// SPDX-License-Identifier: MIT
#include "models/loaded.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/memory.h"
#include "dlib/dlib.h"
#include "models/pinned.h"
#include "models/models.h"

#include <stdlib.h>
#include <string.h>

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

// A model's bytes: of a file, or compiled in.
struct content {
    const char *name;
    const uint8_t *data;
    size_t bytes;
    uint8_t *owned;
    char *sidecar;
    uint64_t hash;
};

static void release(struct content *c)
{
    free(c->owned);
    free(c->sidecar);
}

static ww_status read_content(const char *path, struct content *c, ww_error *err)
{
    *c = (struct content){.name = path};
    ww_status status = ww_read_file(path, WW_NN_MODEL_BYTES_MAX, &c->owned, &c->bytes, err);
    if (status == WW_OK)
        status = read_sidecar(path, &c->sidecar, err);
    c->data = c->owned;
    if (status == WW_OK)
        c->hash = ww_hash_bytes(c->data, c->bytes) ^ (c->sidecar ? ww_hash_bytes(c->sidecar, strlen(c->sidecar)) : 0);
    return status;
}

static void take_inside(const unsigned char *begin, const unsigned char *end, const char *name, struct content *c)
{
    *c = (struct content){.name = name, .data = begin, .bytes = (size_t)(end - begin)};
    c->hash = ww_hash_bytes(c->data, c->bytes);
}

// The formats that model files come in; the last takes whatever the others leave.
static const ww_model_reader *const readers[] = {&ww_dlib_reader, &ww_onnx_reader};

static const ww_model_reader *reader_of(const struct content *c)
{
    const size_t last = sizeof readers / sizeof *readers - 1;
    size_t i = 0;
    while (i < last && !readers[i]->is_mine(c->data, c->bytes))
        i++;
    return readers[i];
}

static ww_status read_model(const struct content *c, ww_model_file *file, ww_error *err)
{
    return reader_of(c)->read(c->data, c->bytes, c->name, c->sidecar, file, err);
}

static ww_status load_detector(const char *path, ww_models *m, ww_error *err)
{
    struct content c = {0};
    ww_status status = WW_OK;
    if (path && strcmp(path, "hog") == 0)
        take_inside(ww_file_frontal_hog_dat, ww_file_frontal_hog_dat_end, "frontal_hog.dat (compiled in)", &c);
    else if (path)
        status = read_content(path, &c, err);
    else
        take_inside(ww_file_detector_onnx, ww_file_detector_onnx_end, "detector.onnx (compiled in)", &c);
    if (status == WW_OK && c.bytes == 0 && !c.owned)
        status =
            ww_fail(err, WW_ERR_UNSUPPORTED,
                    "this program was built without dlib, from whose headers the detector 'hog' comes: install g++, "
                    "libdlib-dev and liblapack-dev, and build it again");
    if (status == WW_OK)
        status = read_model(&c, &m->detector_file, err);
    m->detector = m->detector_file.net;
    m->detector_spec = m->detector_file.spec;
    if (status == WW_OK && !m->detector_spec.detector)
        status = ww_fail(err, WW_ERR_ARGUMENT, "'%s' is an embedder (%s), not a detector", path, m->detector_spec.name);
    m->detector_hash = c.hash;
    release(&c);
    return status;
}

static ww_status load_embedder(const char *path, ww_models *m, ww_error *err)
{
    struct content c = {0};
    ww_status status = WW_OK;
    if (path)
        status = read_content(path, &c, err);
    else
        take_inside(ww_file_embedder_onnx, ww_file_embedder_onnx_end, "embedder.onnx (compiled in)", &c);
    if (status == WW_OK)
        status = read_model(&c, &m->embedder_file, err);
    m->embedder = m->embedder_file.net;
    m->embedder_spec = m->embedder_file.spec;
    if (status == WW_OK && !m->embedder_spec.embedder)
        status = ww_fail(err, WW_ERR_ARGUMENT, "'%s' is a detector (%s), not an embedder", path, m->embedder_spec.name);
    m->embedder_hash = c.hash;
    release(&c);
    return status;
}

static uint64_t mixed(uint64_t a, uint64_t b) { return ww_hash_bytes((uint64_t[]){a, b}, 2 * sizeof(uint64_t)); }

static void take_refiner(struct content *c)
{
    take_inside(ww_file_landmarks_onnx, ww_file_landmarks_onnx_end, "landmarks.onnx (compiled in)", c);
}

// Landmarks from the file named, or NULL: from the refiner inside, as the detector inside places them roughly.
static ww_status load_landmarks(const char *path, ww_models *m, ww_error *err)
{
    struct content c = {0};
    ww_status status = WW_OK;
    if (path)
        status = read_content(path, &c, err);
    else
        take_refiner(&c);
    if (status == WW_OK)
        status = reader_of(&c)->read_landmarks(c.data, c.bytes, c.name, &m->landmarks_file, err);
    m->detector_spec.landmarks = m->landmarks_file.landmarks;
    m->detector_hash = mixed(m->detector_hash, c.hash);
    release(&c);
    return status;
}

// The detector inside leaves it to the refiner to tell what is a face. Where landmarks come from a file that cannot,
// the refiner judges before.
static ww_status load_judge(ww_models *m, ww_error *err)
{
    struct content c = {0};
    if (m->landmarks_file.landmarks.kind->rescores)
        return WW_OK;
    take_refiner(&c);
    ww_status status = reader_of(&c)->read_landmarks(c.data, c.bytes, c.name, &m->judge_file, err);
    m->detector_spec.judge = m->judge_file.landmarks;
    m->detector_hash = mixed(m->detector_hash, c.hash);
    return status;
}

// Also where its own file is named.
static bool is_detector_inside(const ww_models *m)
{
    struct content c;
    take_inside(ww_file_detector_onnx, ww_file_detector_onnx_end, NULL, &c);
    return m->detector_hash == c.hash;
}

// Whether detector, embedder and options go together.
static ww_status check_ways(const ww_models *m, const ww_model_options *options, ww_error *err)
{
    const ww_detector_kind *detector = m->detector_spec.detector;
    const ww_embedder_kind *embedder = m->embedder_spec.embedder;
    if (embedder->needs_landmarks && detector->mean_landmark && !m->detector_spec.landmarks.kind)
        return ww_fail(
            err, WW_ERR_ARGUMENT,
            "'%s' (%s) needs landmarks, and the detector (%s) finds none: add one of dlib's shape predictors, "
            "--landmarks dlib5 or a file of your own ('whoswho models get dlib5'; docs/models.md)",
            options->embedder, m->embedder_spec.name, m->detector_spec.name);
    if (options->upsample < 0 || options->upsample > WW_DETECT_UPSAMPLE_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "pictures can be doubled 0 to %d times, not %d", WW_DETECT_UPSAMPLE_MAX,
                       options->upsample);
    if (options->upsample > 0 && !detector->upsamples)
        return ww_fail(
            err, WW_ERR_ARGUMENT,
            "only dlib's detectors look at doubled pictures (--upsample); let %s see more with --detect-size",
            m->detector_spec.name);
    if (options->jitter > 1 && embedder->jitter_max == 0)
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "only dlib's embedders take the mean of jittered faces (--jitter), and %s is none",
                       m->embedder_spec.name);
    if (options->jitter > 1 && options->jitter > embedder->jitter_max)
        return ww_fail(err, WW_ERR_ARGUMENT, "%d jittered pictures of a face are too many; at most %d", options->jitter,
                       embedder->jitter_max);
    return WW_OK;
}

// The options with paths in place of names. The texts are the caller's, in `owned`.
static ww_status resolve(ww_model_options *options, char *owned[3], ww_error *err)
{
    const struct {
        const char **text;
        ww_pinned_kind kind;
    } files[] = {{&options->detector, WW_PINNED_DETECTOR},
                 {&options->embedder, WW_PINNED_EMBEDDER},
                 {&options->landmarks, WW_PINNED_LANDMARKS}};
    ww_status status = WW_OK;
    for (size_t i = 0; i < sizeof files / sizeof *files && status == WW_OK; i++) {
        if (!*files[i].text)
            continue;
        status = ww_pinned_or_path(*files[i].text, files[i].kind, &owned[i], err);
        *files[i].text = owned[i];
    }
    return status;
}

static bool is_embedder_inside(const ww_models *m)
{
    struct content c;
    take_inside(ww_file_embedder_onnx, ww_file_embedder_onnx_end, NULL, &c);
    return m->embedder_hash == c.hash;
}

// Gives the networks that are compiled in the ranges of their values; others stay as they are. Before options are mixed
// into the hashes. `own_detector`: is_detector_inside.
static ww_status quantise(const ww_model_options *options, bool own_detector, ww_models *m, ww_error *err)
{
    const struct {
        ww_net *net; // NULL: none
        bool is_inside;
        const unsigned char *ranges, *end;
    } all[] = {
        {m->detector_file.net, own_detector, ww_file_detector_ranges, ww_file_detector_ranges_end},
        {m->embedder_file.net, is_embedder_inside(m), ww_file_embedder_ranges, ww_file_embedder_ranges_end},
        {m->landmarks_file.net, !options->landmarks, ww_file_landmarks_ranges, ww_file_landmarks_ranges_end},
        {m->judge_file.net, true, ww_file_landmarks_ranges, ww_file_landmarks_ranges_end},
    };
    ww_status status = WW_OK;
    for (size_t i = 0; i < sizeof all / sizeof *all && status == WW_OK; i++) {
        if (!all[i].net || !all[i].is_inside)
            continue;
        m->int8 = true;
        status = ww_net_set_ranges(all[i].net, (const char *)all[i].ranges, (size_t)(all[i].end - all[i].ranges), err);
    }
    if (status == WW_OK && !m->int8)
        return ww_fail(err, WW_ERR_UNSUPPORTED,
                       "int8 is for the models that are built in, and neither detector nor embedder is one: leave "
                       "--precision out, or choose float32");
    return status;
}

static ww_status open_models(const ww_model_options *options, ww_models **models, ww_error *err)
{
    ww_models *m = ww_alloc(sizeof *m);
    ww_status status = load_detector(options->detector, m, err);
    if (status == WW_OK)
        status = load_embedder(options->embedder, m, err);
    // Any other detector is taken as it is, so that it can be measured and trained.
    const bool inside = status == WW_OK && is_detector_inside(m);
    if (status == WW_OK && (options->landmarks || inside))
        status = load_landmarks(options->landmarks, m, err);
    if (status == WW_OK && inside)
        status = load_judge(m, err);
    if (status == WW_OK && options->precision == WW_PRECISION_INT8)
        status = quantise(options, inside, m, err);
    m->detector_spec.upsample = options->upsample;
    m->embedder_spec.jitter = options->jitter;
    if (options->upsample != 0)
        m->detector_hash = mixed(m->detector_hash, (uint64_t)options->upsample);
    if (options->jitter > 1)
        m->embedder_hash = mixed(m->embedder_hash, (uint64_t)options->jitter);
    if (status == WW_OK)
        status = check_ways(m, options, err);
    if (status != WW_OK) {
        ww_models_unload(m);
        return status;
    }
    *models = m;
    return WW_OK;
}

ww_status ww_models_load(const ww_model_options *options, ww_models **models, ww_error *err)
{
    ww_model_options resolved = options ? *options : (ww_model_options){0};
    char *owned[3] = {0};
    ww_status status = resolve(&resolved, owned, err);
    if (status == WW_OK)
        status = open_models(&resolved, models, err);
    for (size_t i = 0; i < 3; i++)
        free(owned[i]);
    return status;
}

void ww_models_unload(ww_models *models)
{
    if (!models)
        return;
    ww_model_file_release(&models->detector_file);
    ww_model_file_release(&models->embedder_file);
    ww_model_file_release(&models->landmarks_file);
    ww_model_file_release(&models->judge_file);
    free(models);
}
