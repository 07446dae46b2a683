// SPDX-License-Identifier: MIT
// Embedders of ONNX files: how a graph is recognised as one, what the known ones want, and the way they all share, by
// aligned chips (embedder.h).
#include "face/embedder.h"
#include "image/align.h"

#include <math.h>
#include <string.h>

// --- aligned chips -------------------------------------------------------------------------------

static ww_status cut_aligned(const ww_model_spec *spec, const ww_image *image, const float landmark[WW_LANDMARK_VALUES],
                             ww_image *out, ww_error *err)
{
    ww_affine map = ww_align(landmark, spec->chip_size, spec->chip_margin);
    return spec->colour == WW_COLOUR_LUMA ? ww_warp_luma(image, &map, spec->chip_size, spec->chip_size, out, err)
                                          : ww_warp_rgb(image, &map, spec->chip_size, spec->chip_size, out, err);
}

void ww_fill_chip(const ww_model_spec *spec, const ww_image *chip, bool mirrored, float *input)
{
    int side = spec->chip_size, channels = ww_model_channels(spec);
    for (int c = 0; c < channels; c++) {
        int sample = spec->colour == WW_COLOUR_BGR ? 2 - c : c;
        for (int y = 0; y < side; y++) {
            const uint8_t *in = chip->plane[0].data + y * chip->plane[0].stride + sample * (channels == 3);
            for (int x = 0; x < side; x++)
                *input++ = ((float)in[channels * (mirrored ? side - 1 - x : x)] - spec->mean[c]) * spec->scale[c];
        }
    }
}

static int two_views(const ww_model_spec *spec) { return 2; }

static ww_status as_is_or_mirrored(const ww_model_spec *spec, void *state, const ww_image *chip, int view, float *input,
                                   ww_error *err)
{
    ww_fill_chip(spec, chip, view == 1, input);
    return WW_OK;
}

// out = a / |a| + b / |b|, brought to unit length; *length is the mean of |a| and |b|.
static bool mean_direction(const ww_model_spec *spec, const float *view, int views, float *out, float *length)
{
    int dim = spec->embedding_dim;
    const float *a = view, *b = view + dim;
    double aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < dim; i++) {
        aa += (double)a[i] * a[i];
        bb += (double)b[i] * b[i];
        ab += (double)a[i] * b[i];
    }
    double inverse_a = 1 / sqrt(aa), inverse_b = 1 / sqrt(bb), sum = sqrt(2 + 2 * ab * inverse_a * inverse_b);
    if (!(sum > 0) || !isfinite(inverse_a) || !isfinite(inverse_b))
        return false;
    for (int i = 0; i < dim; i++)
        out[i] = (float)((a[i] * inverse_a + b[i] * inverse_b) / sum);
    *length = (float)((sqrt(aa) + sqrt(bb)) / 2);
    return true;
}

const ww_embedder_kind ww_aligned_embedder_kind = {.word = "embedder",
                                                   .cut_chip = cut_aligned,
                                                   .view_count = two_views,
                                                   .make_view = as_is_or_mirrored,
                                                   .combine = mean_direction};

// --- the known ones ------------------------------------------------------------------------------

enum { CHIP_MIN = 32, CHIP_MAX = 512 };

// An embedder is known by its input's channels and, where these are not 0 or NULL, its chip size, its vector's length
// and its output's name. The first row that fits holds.
static const struct known_embedder {
    int channels, chip_size, dim;
    const char *output;
    ww_model_spec wants;
} known_embedders[] = {
    {.channels = 1,
     .chip_size = 96,
     .wants = {.name = "whoswho luma embedder",
               .colour = WW_COLOUR_LUMA,
               .scale = {1.0f, 1.0f, 1.0f},
               .chip_margin = 8.0f, // the inner 96 x 96 of the 112 frame
               .eps = 0.92f}},      // docs/accuracy.md
    {.channels = 3,
     .dim = 128,
     .output = "output0",
     .wants = {.name = "MobileFaceNet (foamliu)",
               .colour = WW_COLOUR_RGB, // torchvision's ImageNet normalisation
               .mean = {0.485f * 255, 0.456f * 255, 0.406f * 255},
               .scale = {1 / (0.229f * 255), 1 / (0.224f * 255), 1 / (0.225f * 255)},
               .eps = 0.93f}}, // docs/accuracy.md
    {.channels = 3,
     .dim = 128,
     .output = "fc1",
     .wants = {.name = "SFace",
               .colour = WW_COLOUR_RGB,
               .scale = {1.0f, 1.0f, 1.0f}, // of the OpenCV zoo: normalises inside the graph
               .eps = 1.128f}},             // the zoo's own threshold for "same person", Euclidean
    {.channels = 3,
     .wants = {.name = "ArcFace-like embedder",
               .colour = WW_COLOUR_RGB,
               .mean = {127.5f, 127.5f, 127.5f},
               .scale = {1.0f / 127.5f, 1.0f / 127.5f, 1.0f / 127.5f},
               .eps = 1.0f}},
};

static bool fits(const struct known_embedder *k, const ww_model_outline *o)
{
    return o->input.dim[1] == k->channels && (k->chip_size == 0 || o->input.dim[2] == k->chip_size)
           && (k->dim == 0 || o->output[0].dim[1] == k->dim)
           && (!k->output || strcmp(o->output_name[0], k->output) == 0);
}

bool ww_embedder_matches(const ww_model_outline *o, ww_model_spec *spec, bool *known)
{
    if (o->outputs != 1 || o->output[0].rank != 2 || o->output[0].dim[1] < WW_MODEL_DIM_MIN
        || o->output[0].dim[1] > WW_MODEL_DIM_MAX || o->input.dim[2] != o->input.dim[3] || o->input.dim[2] < CHIP_MIN
        || o->input.dim[2] > CHIP_MAX)
        return false;
    *spec = (ww_model_spec){.scale = {1.0f, 1.0f, 1.0f}};
    *known = false;
    for (size_t i = 0; i < sizeof known_embedders / sizeof *known_embedders && !*known; i++)
        if (fits(&known_embedders[i], o)) {
            *spec = known_embedders[i].wants;
            *known = true;
        }
    spec->embedder = &ww_aligned_embedder_kind;
    spec->chip_size = (int)o->input.dim[2];
    spec->embedding_dim = (int)o->output[0].dim[1];
    return true;
}
