// SPDX-License-Identifier: MIT
#include "face/model.h"
#include "base/ascii.h"
#include "base/number.h"
#include "face/detector.h"
#include "face/embedder.h"
#include "face/landmarks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MULTIPLE_DEFAULT = 32 }; // pixels: the largest stride of all detectors known here

ww_status ww_model_outline_of(const ww_net *net, ww_model_outline *o, ww_error *err)
{
    *o = (ww_model_outline){.outputs = ww_net_output_count(net)};
    if (ww_net_input_count(net) != 1 || ww_net_input_shape(net, 0)->rank != 4 || o->outputs < 1
        || o->outputs > WW_MODEL_OUTPUTS_MAX)
        return ww_fail(
            err, WW_ERR_UNSUPPORTED,
            "%s: a face model has one input of rank 4 and 1 to %d outputs; this one has %d inputs and %d outputs",
            ww_net_name(net), WW_MODEL_OUTPUTS_MAX, ww_net_input_count(net), o->outputs);
    o->input = *ww_net_input_shape(net, 0);
    for (int i = 0; i < o->outputs; i++) {
        o->output[i] = *ww_net_output_shape(net, i);
        o->output_name[i] = ww_net_output_name(net, i);
    }
    return WW_OK;
}

// --- sidecar -------------------------------------------------------------------------------------

static char *trim(char *s)
{
    while (ww_ascii_is_space(*s))
        s++;
    for (size_t n = strlen(s); n && ww_ascii_is_space(s[n - 1]); n--)
        s[n - 1] = 0;
    return s;
}

static bool parse_floats(const char *text, float *out, int count)
{
    for (int i = 0; i < count; i++) {
        char *end;
        out[i] = (float)ww_number_parse(text, &end);
        if (end == text)
            return false;
        text = end;
        while (*text == ',' || ww_ascii_is_space(*text))
            text++;
    }
    return *text == 0;
}

static bool parse_int(const char *text, int low, int high, int *out)
{
    char *end;
    long v = strtol(text, &end, 10);
    if (end == text || *end || v < low || v > high)
        return false;
    *out = (int)v;
    return true;
}

static bool parse_word(const char *value, const char *const *word, int count, int *out)
{
    for (int i = 0; i < count; i++)
        if (strcmp(value, word[i]) == 0) {
            *out = i;
            return true;
        }
    return false;
}

// The kind of detector or embedder that is called so. What is an embedder already stays of its kind.
static bool set_kind(ww_model_spec *s, const char *word)
{
    bool is_embedder = strcmp(word, ww_aligned_embedder_kind.word) == 0;
    const ww_detector_kind *detector = NULL;
    for (int i = 0; ww_onnx_detectors[i]; i++)
        if (strcmp(word, ww_onnx_detectors[i]->word) == 0)
            detector = ww_onnx_detectors[i];
    if (!detector && !is_embedder)
        return false;
    s->detector = detector;
    s->embedder = !is_embedder ? NULL : s->embedder ? s->embedder : &ww_aligned_embedder_kind;
    return true;
}

static bool set_key(ww_model_spec *s, const char *key, const char *value)
{
    static const char *const colours[] = {"luma", "rgb", "bgr"};
    int n;
    if (strcmp(key, "kind") == 0)
        return set_kind(s, value);
    if (strcmp(key, "colour") == 0)
        return parse_word(value, colours, 3, &n) && (s->colour = (ww_colour)n, true);
    if (strcmp(key, "name") == 0)
        return snprintf(s->name, sizeof s->name, "%s", value) > 0;
    if (strcmp(key, "mean") == 0)
        return parse_floats(value, s->mean, 3);
    if (strcmp(key, "scale") == 0)
        return parse_floats(value, s->scale, 3);
    if (strcmp(key, "multiple") == 0)
        return parse_int(value, 1, 256, &s->multiple);
    if (strcmp(key, "width") == 0)
        return parse_int(value, 0, 4096, &s->width);
    if (strcmp(key, "height") == 0)
        return parse_int(value, 0, 4096, &s->height);
    if (strcmp(key, "min_score") == 0)
        return parse_floats(value, &s->min_score, 1);
    if (strcmp(key, "nms_iou") == 0)
        return parse_floats(value, &s->nms_iou, 1);
    if (strcmp(key, "chip_margin") == 0)
        return parse_floats(value, &s->chip_margin, 1) && s->chip_margin >= -56 && s->chip_margin < 50;
    if (strcmp(key, "eps") == 0)
        return parse_floats(value, &s->eps, 1);
    if (strcmp(key, "full_length") == 0)
        return parse_floats(value, &s->full_length, 1) && s->full_length >= 0;
    return false;
}

static ww_status read_sidecar(const char *text, const char *name, ww_model_spec *spec, ww_error *err)
{
    int line = 0;
    while (*text) {
        size_t length = strcspn(text, "\n");
        char row[256];
        line++;
        snprintf(row, sizeof row, "%.*s", (int)(length < 255 ? length : 255), text);
        text += length + (text[length] == '\n');
        row[strcspn(row, "#")] = 0;
        char *key = trim(row), *equals = strchr(key, '=');
        if (!*key)
            continue;
        if (equals)
            *equals = 0;
        if (!equals || !set_key(spec, trim(key), trim(equals + 1)))
            return ww_fail(err, WW_ERR_FORMAT,
                           "%s.txt, line %d: '%s' is not a known key with a fitting value (see docs/models.md)", name,
                           line, key);
    }
    return WW_OK;
}

// What the file says of itself: entries of its metadata, "whoswho.KEY", with the sidecar's keys and values.
static ww_status read_metadata(const ww_net *net, ww_model_spec *spec, ww_error *err)
{
    static const char *const keys[] = {"kind",   "colour",    "name",    "mean",        "scale", "multiple",   "width",
                                       "height", "min_score", "nms_iou", "chip_margin", "eps",   "full_length"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char entry[32];
        snprintf(entry, sizeof entry, "whoswho.%s", keys[i]);
        const char *value = ww_net_metadata(net, entry);
        if (value && !set_key(spec, keys[i], value))
            return ww_fail(err, WW_ERR_FORMAT,
                           "%s: its metadata says %s = '%s', which is not a fitting value (see docs/models.md)",
                           ww_net_name(net), entry, value);
    }
    return WW_OK;
}

ww_status ww_model_settle(const ww_net *net, const char *sidecar, bool known, ww_model_spec *spec, ww_error *err)
{
    const char *name = ww_net_name(net);
    ww_status status = read_metadata(net, spec, err);
    if (status == WW_OK && sidecar)
        status = read_sidecar(sidecar, name, spec, err);
    if (status != WW_OK)
        return status;
    if (sidecar) // of an embedder the shape must say chip size and number of values
        known = spec->detector || (spec->embedder && spec->embedding_dim > 0);
    if (spec->multiple == 0)
        spec->multiple = MULTIPLE_DEFAULT;
    if (known)
        return WW_OK;
    const ww_shape *input = ww_net_input_shape(net, 0);
    return ww_fail(err, WW_ERR_UNSUPPORTED,
                   "%s: not a face model this program recognises (%d outputs, input %lldx%lldx%lldx%lld); describe it "
                   "in %s.txt, see "
                   "docs/models.md",
                   name, ww_net_output_count(net), (long long)input->dim[0], (long long)input->dim[1],
                   (long long)input->dim[2], (long long)input->dim[3], name);
}

static bool recognise_detector(const ww_model_outline *outline, ww_model_spec *spec)
{
    for (int i = 0; ww_onnx_detectors[i]; i++) {
        const ww_detector_kind *kind = ww_onnx_detectors[i];
        if (!kind->matches(outline))
            continue;
        *spec = kind->wants;
        spec->detector = kind;
        if (kind->fixed_size) {
            spec->height = (int)outline->input.dim[2];
            spec->width = (int)outline->input.dim[3];
        }
        return true;
    }
    return false;
}

ww_status ww_model_recognise(const ww_net *net, const char *sidecar, ww_model_spec *spec, ww_error *err)
{
    ww_model_outline outline;
    *spec = (ww_model_spec){.scale = {1, 1, 1}}; // what a sidecar starts from
    ww_status status = ww_model_outline_of(net, &outline, err);
    if (status != WW_OK)
        return status;
    bool known = recognise_detector(&outline, spec);
    if (!known)
        ww_embedder_matches(&outline, spec, &known);
    return ww_model_settle(net, sidecar, known, spec, err);
}

// --- files ---------------------------------------------------------------------------------------

void ww_model_file_release(ww_model_file *file)
{
    ww_net_free(file->net);
    if (file->free_model)
        file->free_model(file->model);
    *file = (ww_model_file){0};
}

static bool any(const void *bytes, size_t size) { return true; }

static ww_status read_onnx(const void *bytes, size_t size, const char *name, const char *sidecar, ww_model_file *file,
                           ww_error *err)
{
    ww_status status = ww_net_load(bytes, size, name, &file->net, err);
    return status == WW_OK ? ww_model_recognise(file->net, sidecar, &file->spec, err) : status;
}

static ww_status read_onnx_landmarks(const void *bytes, size_t size, const char *name, ww_model_file *file,
                                     ww_error *err)
{
    ww_status status = ww_net_load(bytes, size, name, &file->net, err);
    file->landmarks = (ww_landmark_source){&ww_landmark_refiner_kind, file->net};
    return status;
}

const ww_model_reader ww_onnx_reader = {.is_mine = any, .read = read_onnx, .read_landmarks = read_onnx_landmarks};
