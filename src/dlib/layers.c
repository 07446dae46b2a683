// SPDX-License-Identifier: MIT
// The details of each kind of layer, as dlib writes them: a name that carries a version, then parameters, sizes and
// training rates.
#include "dlib/layers.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 64
#define KERNEL_MAX 1024

enum { TENSOR_VERSION = 2, ALIAS_VERSION = 1, CONV_MODE = 0, FC_MODE = 1, FC_NO_BIAS = 1, RATES = 4 };

typedef struct tensor {
    int64_t dim[4];
    size_t count;
    float *data; // NULL when empty or failed
} tensor;

void ww_dlib_layers_free(ww_dlib_layers *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->item[i].weights);
        free(l->item[i].offsets);
    }
    ww_vector_free(l);
}

// ---- tensors

static size_t read_dims(ww_dat *d, int64_t version, int64_t dim[4])
{
    size_t count = 1;
    ww_dat_int_in(d, "a tensor's version", version, version);
    for (int i = 0; i < 4; i++) {
        dim[i] = ww_dat_int_in(d, "a tensor's dimension", 0, WW_DLIB_SIDE_MAX);
        if (dim[i] > 0 && count > WW_NN_TENSOR_BYTES_MAX / (size_t)dim[i]) {
            ww_dat_fail(d, WW_ERR_FORMAT, "a tensor beyond %zu MiB", WW_NN_TENSOR_BYTES_MAX >> 20);
            return 0;
        }
        count *= (size_t)dim[i];
    }
    return ww_dat_ok(d) ? count : 0;
}

static size_t tensor_header(ww_dat *d, int64_t dim[4])
{
    size_t count = read_dims(d, TENSOR_VERSION, dim);
    if (count > ww_dat_left(d) / sizeof(float)) {
        ww_dat_fail(d, WW_ERR_FORMAT, "the file ends within a tensor of %zu numbers", count);
        return 0;
    }
    return count;
}

void ww_dlib_skip_tensor(ww_dat *d)
{
    int64_t dim[4];
    d->at += sizeof(float) * tensor_header(d, dim);
}

static tensor read_tensor(ww_dat *d)
{
    tensor t = {0};
    t.count = tensor_header(d, t.dim);
    if (t.count == 0)
        return t;
    t.data = ww_alloc_array(t.count, sizeof *t.data, WW_NN_TENSOR_BYTES_MAX);
    if (!t.data) {
        ww_dat_fail(d, WW_ERR_MEMORY, "no memory for %zu numbers", t.count);
        return (tensor){0};
    }
    ww_dat_floats_le(d, t.data, t.count);
    for (size_t i = 0; i < t.count && ww_dat_ok(d); i++)
        if (!isfinite(t.data[i]))
            ww_dat_fail(d, WW_ERR_FORMAT, "a weight is %g", (double)t.data[i]);
    return t;
}

// A copy of part of a tensor.
static float *part(ww_dat *d, const tensor *t, size_t first, size_t count)
{
    float *p = ww_dat_ok(d) && t->data ? ww_alloc_array(count, sizeof *p, WW_NN_TENSOR_BYTES_MAX) : NULL;
    if (p)
        memcpy(p, t->data + first, count * sizeof *p);
    else
        ww_dat_fail(d, WW_ERR_MEMORY, "no memory for %zu numbers", count);
    return p;
}

// Splits the parameters of a layer into what its two aliases name, which lie one after the other.
static void split(ww_dat *d, ww_dlib_layer *l, const tensor *params, size_t weights, size_t offsets)
{
    if (ww_dat_ok(d) && (!params->data || weights == 0 || weights + offsets != params->count))
        ww_dat_fail(d, WW_ERR_FORMAT, "%zu parameters where %zu and %zu are named (a network that never ran has none)",
                    params->count, weights, offsets);
    if (!ww_dat_ok(d))
        return;
    l->weights = part(d, params, 0, weights);
    l->offsets = offsets ? part(d, params, weights, offsets) : NULL;
}

static void skip_reals(ww_dat *d, int count)
{
    for (int i = 0; i < count; i++)
        ww_dat_real(d);
}

// ---- layers

static void read_window(ww_dat *d, ww_dlib_layer *l)
{
    for (int i = 0; i < 2; i++)
        l->kernel[i] = ww_dat_int_in(d, "a window's size", 0, KERNEL_MAX);
    for (int i = 0; i < 2; i++)
        l->stride[i] = ww_dat_int_in(d, "a stride", 1, KERNEL_MAX);
    for (int i = 0; i < 2; i++)
        l->pad[i] = ww_dat_int_in(d, "a padding", 0, KERNEL_MAX);
}

static void read_con(ww_dat *d, const char *name, ww_dlib_layer *l)
{
    int64_t bias_dim[4];
    l->kind = WW_DLIB_CON;
    tensor params = read_tensor(d);
    int64_t filters = ww_dat_int_in(d, "the number of filters", 1, WW_DLIB_SIDE_MAX);
    read_window(d, l);
    size_t weights = read_dims(d, ALIAS_VERSION, l->dim), biases = read_dims(d, ALIAS_VERSION, bias_dim);
    skip_reals(d, RATES);
    bool use_bias = strcmp(name, "con_5") != 0 || ww_dat_bool(d);
    for (int i = 0; i < 2; i++)
        if (ww_dat_ok(d)
            && (l->dim[0] != filters || (l->kernel[i] && l->kernel[i] != l->dim[2 + i]) || l->dim[2 + i] > KERNEL_MAX))
            ww_dat_fail(d, WW_ERR_FORMAT, "the filters are not of the size the convolution names");
    if (ww_dat_ok(d) && use_bias && biases != (size_t)filters)
        ww_dat_fail(d, WW_ERR_FORMAT, "%zu biases for %zu filters", biases, (size_t)filters);
    split(d, l, &params, weights, use_bias ? biases : 0);
    free(params.data);
}

static void read_affine(ww_dat *d, const char *name, ww_dlib_layer *l)
{
    int64_t beta_dim[4];
    l->kind = WW_DLIB_AFFINE;
    tensor params = read_tensor(d);
    size_t gammas = read_dims(d, ALIAS_VERSION, l->dim), betas = read_dims(d, ALIAS_VERSION, beta_dim);
    l->by_channel = ww_dat_int_in(d, "a mode", CONV_MODE, FC_MODE) == CONV_MODE;
    bool disabled = strcmp(name, "affine_2") == 0 && ww_dat_bool(d);
    if (disabled) {
        l->kind = WW_DLIB_SCALE;
        l->alpha = 1;
    } else if (ww_dat_ok(d) && gammas != betas) {
        ww_dat_fail(d, WW_ERR_FORMAT, "%zu factors and %zu offsets", gammas, betas);
    } else {
        split(d, l, &params, gammas, betas);
    }
    free(params.data);
}

// Batch normalisation with its running statistics is a factor and an offset, as dlib's affine makes of it.
static void read_batch_norm(ww_dat *d, const char *name, ww_dlib_layer *l)
{
    int64_t beta_dim[4];
    l->kind = WW_DLIB_AFFINE;
    l->by_channel = strcmp(name, "bn_con2") == 0;
    tensor params = read_tensor(d);
    size_t gammas = read_dims(d, ALIAS_VERSION, l->dim), betas = read_dims(d, ALIAS_VERSION, beta_dim);
    ww_dlib_skip_tensor(d);
    ww_dlib_skip_tensor(d);
    tensor mean = read_tensor(d), variance = read_tensor(d);
    ww_dat_int(d); // updates so far
    ww_dat_int(d); // window of the running statistics
    skip_reals(d, RATES);
    double eps = ww_dat_finite(d, "epsilon");
    if (ww_dat_ok(d) && (gammas != betas || mean.count != gammas || variance.count != gammas || eps < 0))
        ww_dat_fail(d, WW_ERR_FORMAT, "batch normalisation of %zu channels with %zu means and %zu variances", gammas,
                    mean.count, variance.count);
    split(d, l, &params, gammas, betas);
    bool whole = l->weights && l->offsets && mean.data && variance.data;
    for (size_t i = 0; i < gammas && whole && ww_dat_ok(d); i++) {
        double spread = sqrt((double)variance.data[i] + eps);
        if (!(spread > 0))
            ww_dat_fail(d, WW_ERR_FORMAT, "a variance is %g", (double)variance.data[i]);
        l->weights[i] = (float)(l->weights[i] / spread);
        l->offsets[i] -= l->weights[i] * mean.data[i];
    }
    free(params.data);
    free(mean.data);
    free(variance.data);
}

static void read_fc(ww_dat *d, const char *name, ww_dlib_layer *l)
{
    int64_t bias_dim[4];
    l->kind = WW_DLIB_FC;
    int64_t outputs = ww_dat_int_in(d, "the number of outputs", 1, WW_DLIB_SIDE_MAX);
    int64_t inputs = ww_dat_int_in(d, "the number of inputs", 1, WW_NN_TENSOR_BYTES_MAX);
    tensor params = read_tensor(d);
    size_t weights = read_dims(d, ALIAS_VERSION, l->dim), biases = read_dims(d, ALIAS_VERSION, bias_dim);
    bool use_bias = ww_dat_int_in(d, "a mode", 0, FC_NO_BIAS) != FC_NO_BIAS;
    skip_reals(d, RATES);
    if (strcmp(name, "fc_3") == 0)
        use_bias &= ww_dat_bool(d);
    if (ww_dat_ok(d)
        && (l->dim[0] != inputs || (int64_t)weights != inputs * outputs || (use_bias && (int64_t)biases != outputs)))
        ww_dat_fail(d, WW_ERR_FORMAT, "the weights are not of the size the layer names");
    l->dim[1] = outputs;
    split(d, l, &params, weights, use_bias ? biases : 0);
    free(params.data);
}

static void read_max_pool(ww_dat *d, const char *name, ww_dlib_layer *l)
{
    (void)name;
    l->kind = WW_DLIB_MAX_POOL;
    read_window(d, l);
}

static void read_avg_pool(ww_dat *d, const char *name, ww_dlib_layer *l)
{
    (void)name;
    l->kind = WW_DLIB_AVG_POOL;
    read_window(d, l);
}

static void read_activation(ww_dat *d, const char *name, ww_dlib_layer *l)
{
    static const struct {
        const char *name, *op;
        bool has_alpha;
    } known[] = {
        {"relu_", "Relu", false}, {"sig_", "Sigmoid", false},         {"htan_", "Tanh", false},
        {"elu_", "Elu", true},    {"leaky_relu_", "LeakyRelu", true}, {"clipped_relu_", "Clip", true},
    };
    l->kind = WW_DLIB_ACTIVATION;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0) {
            l->op = known[i].op;
            l->alpha = known[i].has_alpha ? ww_dat_finite(d, "the parameter of an activation") : 0;
        }
}

static void read_prelu(ww_dat *d, const char *name, ww_dlib_layer *l)
{
    (void)name;
    l->kind = WW_DLIB_ACTIVATION;
    l->op = "PRelu";
    tensor slope = read_tensor(d);
    ww_dat_real(d); // what it was before training
    if (ww_dat_ok(d) && slope.count != 1)
        ww_dat_fail(d, WW_ERR_FORMAT, "%zu slopes where one is expected", slope.count);
    split(d, l, &slope, 1, 0);
    free(slope.data);
}

// Outside of training a dropout layer is what dlib turns it into: a factor.
static void read_dropout(ww_dat *d, const char *name, ww_dlib_layer *l)
{
    bool is_factor = strcmp(name, "multiply_") == 0;
    l->kind = WW_DLIB_SCALE;
    double v = ww_dat_finite(d, "a factor");
    l->alpha = is_factor ? v : 1 - v;
    if (!is_factor)
        ww_dlib_skip_tensor(d);
}

static void read_add_prev(ww_dat *d, const char *name, ww_dlib_layer *l)
{
    (void)d, (void)name;
    l->kind = WW_DLIB_ADD_PREV;
}

static void read_concat(ww_dat *d, const char *name, ww_dlib_layer *l)
{
    (void)name;
    l->kind = WW_DLIB_CONCAT;
    l->tag_count = (int)ww_dat_int_in(d, "the number of inputs to join", 1, WW_NN_RANK_MAX);
}

void ww_dlib_read_layer(ww_dat *d, ww_dlib_layer *layer)
{
    static const struct {
        const char *name;
        void (*read)(ww_dat *d, const char *name, ww_dlib_layer *l);
    } known[] = {
        {"con_4", read_con},
        {"con_5", read_con},
        {"affine_", read_affine},
        {"affine_2", read_affine},
        {"bn_con2", read_batch_norm},
        {"bn_fc2", read_batch_norm},
        {"relu_", read_activation},
        {"sig_", read_activation},
        {"htan_", read_activation},
        {"elu_", read_activation},
        {"leaky_relu_", read_activation},
        {"clipped_relu_", read_activation},
        {"prelu_", read_prelu},
        {"max_pool_2", read_max_pool},
        {"avg_pool_2", read_avg_pool},
        {"fc_2", read_fc},
        {"fc_3", read_fc},
        {"dropout_", read_dropout},
        {"multiply_", read_dropout},
        {"add_prev_", read_add_prev},
        {"concat_", read_concat},
    };
    char name[NAME_MAX_BYTES];
    *layer = (ww_dlib_layer){.at = d->at};
    ww_dat_text(d, name, sizeof name);
    size_t i = 0, count = sizeof known / sizeof *known;
    while (i < count && strcmp(known[i].name, name) != 0)
        i++;
    if (i < count && ww_dat_ok(d)) {
        known[i].read(d, name, layer);
    } else if (ww_dat_ok(d)) {
        d->at = layer->at;
        ww_dat_fail(d, WW_ERR_UNSUPPORTED, "the layer '%s' is not supported", name);
    }
    if (!ww_dat_ok(d)) {
        free(layer->weights);
        free(layer->offsets);
        layer->weights = layer->offsets = NULL;
    }
}
