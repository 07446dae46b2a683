// SPDX-License-Identifier: MIT
#include "face/model.h"
#include "base/ascii.h"
#include "base/number.h"
#include "dlib/chip.h"
#include "dlib/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OUTPUTS 16

// What a graph looks like from outside.
struct outline {
    ww_shape input;
    int outputs;
    ww_shape output[MAX_OUTPUTS];
    const char *output_name[MAX_OUTPUTS];
};

static bool has_output(const struct outline *o, const char *name)
{
    for (int i = 0; i < o->outputs; i++)
        if (strcmp(o->output_name[i], name) == 0)
            return true;
    return false;
}

// Outputs whose last dimension is `last`.
static int count_last(const struct outline *o, int64_t last)
{
    int n = 0;
    for (int i = 0; i < o->outputs; i++)
        n += o->output[i].rank > 0 && o->output[i].dim[o->output[i].rank - 1] == last;
    return n;
}

static void set_all(float v[3], float a) { v[0] = v[1] = v[2] = a; }

static bool recognise_detector(const struct outline *o, ww_model_spec *s)
{
    s->multiple = 32;
    set_all(s->scale, 1.0f);
    if (o->outputs == 9 && o->input.dim[1] == 1 && has_output(o, "score_8") && has_output(o, "box_8") && has_output(o, "lmk_8")) {
        s->kind = WW_MODEL_LUMA_DETECTOR;
        s->colour = WW_COLOUR_LUMA;
        s->min_score = 0.5f;
        s->nms_iou = 0.4f;
        snprintf(s->name, sizeof s->name, "whoswho luma detector");
    } else if (o->outputs == 12 && has_output(o, "cls_8") && has_output(o, "obj_8") && has_output(o, "kps_8")) {
        s->kind = WW_MODEL_YUNET;
        s->colour = WW_COLOUR_BGR;
        s->min_score = 0.6f;
        s->nms_iou = 0.3f;
        snprintf(s->name, sizeof s->name, "YuNet");
    } else if (o->outputs == 9 && count_last(o, 1) == 3 && count_last(o, 4) == 3 && count_last(o, 10) == 3) {
        s->kind = WW_MODEL_SCRFD;
        s->colour = WW_COLOUR_RGB;
        set_all(s->mean, 127.5f);
        set_all(s->scale, 1.0f / 128.0f);
        s->min_score = 0.45f; // 0.5 loses a 30 px face now and then; 0.4 finds nothing more (docs/accuracy.md)
        s->nms_iou = 0.4f;
        snprintf(s->name, sizeof s->name, "SCRFD with keypoints");
    } else if (o->outputs == 2 && count_last(o, 2) == 1 && count_last(o, 4) == 1) {
        s->kind = WW_MODEL_ULTRAFACE; // its prior boxes are constants of one input size
        s->colour = WW_COLOUR_RGB;
        set_all(s->mean, 127.0f);
        set_all(s->scale, 1.0f / 128.0f);
        s->min_score = 0.7f;
        s->nms_iou = 0.3f;
        s->height = (int)o->input.dim[2];
        s->width = (int)o->input.dim[3];
        s->boxes_only = true;
        snprintf(s->name, sizeof s->name, "UltraFace");
    } else {
        return false;
    }
    return true;
}

static bool recognise_embedder(const struct outline *o, ww_model_spec *s)
{
    if (o->outputs != 1 || o->output[0].rank != 2 || o->output[0].dim[1] < 16 || o->output[0].dim[1] > 4096 ||
        o->input.dim[2] != o->input.dim[3] || o->input.dim[2] < 32 || o->input.dim[2] > 512)
        return false;
    s->kind = WW_MODEL_EMBEDDER;
    s->chip_size = (int)o->input.dim[2];
    s->embedding_dim = (int)o->output[0].dim[1];
    set_all(s->scale, 1.0f);
    if (o->input.dim[1] == 1 && s->chip_size == 96) {
        s->colour = WW_COLOUR_LUMA;
        s->chip_margin = 8.0f; // the inner 96 x 96 of the 112 frame
        s->eps = 0.92f;        // docs/accuracy.md
        snprintf(s->name, sizeof s->name, "whoswho luma embedder");
    } else if (o->input.dim[1] == 3 && s->embedding_dim == 128 && strcmp(o->output_name[0], "output0") == 0) {
        s->colour = WW_COLOUR_RGB; // torchvision's ImageNet normalisation
        memcpy(s->mean, (float[]){0.485f * 255, 0.456f * 255, 0.406f * 255}, sizeof s->mean);
        memcpy(s->scale, (float[]){1 / (0.229f * 255), 1 / (0.224f * 255), 1 / (0.225f * 255)}, sizeof s->scale);
        s->eps = 0.93f; // docs/accuracy.md
        snprintf(s->name, sizeof s->name, "MobileFaceNet (foamliu)");
    } else if (o->input.dim[1] == 3 && s->embedding_dim == 128 && strcmp(o->output_name[0], "fc1") == 0) {
        s->colour = WW_COLOUR_RGB; // SFace of the OpenCV zoo: normalises inside the graph
        s->eps = 1.128f;           // the zoo's own threshold for "same person", Euclidean
        snprintf(s->name, sizeof s->name, "SFace");
    } else if (o->input.dim[1] == 3) {
        s->colour = WW_COLOUR_RGB; // ArcFace and its kin
        set_all(s->mean, 127.5f);
        set_all(s->scale, 1.0f / 127.5f);
        s->eps = 1.0f;
        snprintf(s->name, sizeof s->name, "ArcFace-like embedder");
    } else {
        return false;
    }
    return true;
}

// What dlib saved says itself what it is.
static bool recognise_dlib(const ww_dlib_net *dlib, const struct outline *o, ww_model_spec *s)
{
    const char *kind = dlib->kind == WW_DLIB_RESNET ? "ResNet" : dlib->kind == WW_DLIB_DENSENET ? "DenseNet" : "metric network";
    s->colour = WW_COLOUR_RGB;
    if (dlib->kind == WW_DLIB_MMOD) {
        s->kind = WW_MODEL_MMOD;
        s->boxes_only = true;
        snprintf(s->name, sizeof s->name, "dlib CNN detector");
        return true;
    }
    bool describes = dlib->kind == WW_DLIB_RESNET || dlib->kind == WW_DLIB_DENSENET || dlib->kind == WW_DLIB_METRIC;
    int64_t values = o->output[0].rank == 2 ? o->output[0].dim[1] : 0;
    if (!describes || o->outputs != 1 || values < 16 || values > 4096 || dlib->input.channels != 3)
        return false;
    s->kind = WW_MODEL_EMBEDDER;
    s->dlib = true;
    s->chip_size = WW_DLIB_CHIP_SIZE;
    if (dlib->input.kind == WW_DLIB_INPUT_RGB_SIZED && dlib->input.width == dlib->input.height)
        s->chip_size = dlib->input.width;
    s->embedding_dim = (int)values;
    memcpy(s->mean, dlib->input.mean, sizeof s->mean);
    set_all(s->scale, 1.0f / 256.0f);
    s->eps = 0.5f; // face_recognition's users cluster with it; dlib itself takes 0.6 for "same person"
    snprintf(s->name, sizeof s->name, "dlib %s", kind);
    return true;
}

void ww_model_of_hog(const struct ww_hog_model *hog, ww_model_spec *spec)
{
    *spec = (ww_model_spec){.kind = WW_MODEL_HOG, .colour = WW_COLOUR_RGB, .boxes_only = true, .hog = hog};
    snprintf(spec->name, sizeof spec->name, "dlib gradient detector (HOG)");
}

// --- sidecar --------------------------------------------------------------------------------------------------------------

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

static bool set_key(ww_model_spec *s, const char *key, const char *value)
{
    static const char *const kinds[] = {"", "luma", "scrfd", "yunet", "ultraface", "embedder"};
    static const char *const colours[] = {"luma", "rgb", "bgr"};
    int n;
    if (strcmp(key, "kind") == 0)
        return parse_word(value, kinds, 6, &n) && n > 0 && (s->kind = (ww_model_kind)n, true);
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
            return ww_fail(err, WW_ERR_FORMAT, "%s.txt, line %d: '%s' is not a known key with a fitting value (see docs/models.md)",
                           name, line, key);
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
            return ww_fail(err, WW_ERR_FORMAT, "%s: its metadata says %s = '%s', which is not a fitting value (see docs/models.md)",
                           ww_net_name(net), entry, value);
    }
    return WW_OK;
}

ww_status ww_model_recognise(const ww_net *net, const char *sidecar, ww_model_spec *spec, ww_error *err)
{
    *spec = (ww_model_spec){0};
    struct outline o = {.outputs = ww_net_output_count(net)};
    const char *name = ww_net_name(net);
    if (ww_net_input_count(net) != 1 || ww_net_input_shape(net, 0)->rank != 4 || o.outputs < 1 || o.outputs > MAX_OUTPUTS)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: a face model has one input of rank 4 and 1 to %d outputs; this one has %d inputs and %d outputs",
                       name, MAX_OUTPUTS, ww_net_input_count(net), o.outputs);
    o.input = *ww_net_input_shape(net, 0);
    for (int i = 0; i < o.outputs; i++) {
        o.output[i] = *ww_net_output_shape(net, i);
        o.output_name[i] = ww_net_output_name(net, i);
    }
    const ww_dlib_net *dlib = ww_net_dlib(net);
    bool known = dlib ? recognise_dlib(dlib, &o, spec) : recognise_detector(&o, spec) || recognise_embedder(&o, spec);
    ww_status status = read_metadata(net, spec, err);
    if (status == WW_OK && sidecar)
        status = read_sidecar(sidecar, name, spec, err);
    if (status != WW_OK)
        return status;
    if (sidecar) {
        known = spec->kind != WW_MODEL_UNKNOWN;
        if (spec->kind == WW_MODEL_EMBEDDER && spec->embedding_dim == 0)
            known = false; // the shape does not say what an embedder must: chip size and number of values
    }
    if (!known)
        return ww_fail(err, WW_ERR_UNSUPPORTED,
                       "%s: not a face model this program recognises (%d outputs, input %lldx%lldx%lldx%lld); describe it in %s.txt, see docs/models.md",
                       name, o.outputs, (long long)o.input.dim[0], (long long)o.input.dim[1], (long long)o.input.dim[2],
                       (long long)o.input.dim[3], name);
    return WW_OK;
}
