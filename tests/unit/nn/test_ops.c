// SPDX-License-Identifier: MIT
// Operators against results worked out by hand (or with NumPy), and what they must refuse.
#include "harness.h"

#include "nn_case.h"

// A model of one node reading "x" (0, 1, 2, ... times step); `add` puts in further constants.
typedef struct one_node {
    const char *op, *inputs, *attributes;
    int opset;
    onnx_dims x;
    float step;
} one_node;

static float *run_one(const one_node *c, onnx_writer *w, ww_backend backend, ww_shape *y, ww_error *err)
{
    w->opset = c->opset;
    onnx_input(w, "x", c->x);
    onnx_output(w, "y");
    onnx_node(w, c->op, c->inputs, "y", c->attributes);
    ww_net *net = case_load(w, err);
    if (!net)
        return NULL;
    float *out =
        case_run(net, c->x, case_ramp(c->step == 0 ? 1 : c->step), (ww_session_options){.backend = backend}, 0, y, err);
    ww_net_free(net);
    return out;
}

// Both backends must give `shape` and the first `count` of `want`.
static void expect(const one_node *c, void (*add)(onnx_writer *), onnx_dims shape, int count, const float *want)
{
    for (int b = 0; b < 2; b++) {
        ww_error err = {0};
        ww_shape y = {0};
        onnx_writer w = {0};
        if (add)
            add(&w);
        float *out = run_one(c, &w, b ? WW_BACKEND_REFERENCE : WW_BACKEND_ONEDNN, &y, &err);
        CHECK(out != NULL);
        if (!out) {
            printf("# %s %s: %s\n", c->op, c->attributes, err.message);
            continue;
        }
        CHECK_EQ(y.rank, shape.rank);
        for (int i = 0; i < shape.rank && i < y.rank; i++)
            CHECK_EQ(y.dim[i], shape.dim[i]);
        for (int i = 0; i < count; i++)
            CHECK_NEAR(out[i], want[i], 1e-5);
        free(out);
    }
}

#define EXPECT(node, add, shape, ...)                                                                                  \
    expect(&(one_node)node, add, (onnx_dims)shape, sizeof((float[]){__VA_ARGS__}) / sizeof(float),                     \
           (float[]){__VA_ARGS__})
#define N(...)                                                                                                         \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

static void refuse(const one_node *c, void (*add)(onnx_writer *), const char *why)
{
    ww_error err = {0};
    ww_shape y;
    onnx_writer w = {0};
    if (add)
        add(&w);
    float *out = run_one(c, &w, WW_BACKEND_REFERENCE, &y, &err);
    CHECK(out == NULL);
    CHECK(strstr(err.message, "case.onnx") && strstr(err.message, c->op));
    if (!strstr(err.message, why))
        printf("# %s: \"%s\" does not say \"%s\"\n", c->op, err.message, why);
    CHECK(strstr(err.message, why) != NULL);
    free(out);
}

#define REFUSE(node, add, why) refuse(&(one_node)node, add, why)

static void ints(onnx_writer *w, const char *name, int count, const int64_t *v) { onnx_ints(w, name, count, v); }

static void minus_one_three(onnx_writer *w) { ints(w, "s", 2, (int64_t[]){-1, 3}); }
static void zero_minus_one(onnx_writer *w) { ints(w, "s", 2, (int64_t[]){0, -1}); }
static void minus_one_five(onnx_writer *w) { ints(w, "s", 2, (int64_t[]){-1, 5}); }
static void two_open(onnx_writer *w) { ints(w, "s", 2, (int64_t[]){-1, -1}); }
static void axes_one(onnx_writer *w) { ints(w, "a", 1, (int64_t[]){1}); }
static void axes_zero_last(onnx_writer *w) { ints(w, "a", 2, (int64_t[]){0, -1}); }
static void axes_twice(onnx_writer *w) { ints(w, "a", 2, (int64_t[]){1, 1}); }

TEST(reshape_and_its_kin)
{
    EXPECT(N("Reshape", "x s", "", 11, {3, {2, 3, 2}}), minus_one_three, N(2, {4, 3}), 0, 1, 2);
    EXPECT(N("Reshape", "x s", "", 11, {3, {2, 3, 2}}), zero_minus_one, N(2, {2, 6}), 0, 1, 2);
    EXPECT(N("Flatten", "x", "axis=2", 11, {3, {2, 3, 2}}), NULL, N(2, {6, 2}), 0, 1);
    EXPECT(N("Flatten", "x", "axis=0", 11, {3, {2, 3, 2}}), NULL, N(2, {1, 12}), 0, 1);
    EXPECT(N("Squeeze", "x", "axes=1,", 11, {3, {2, 1, 3}}), NULL, N(2, {2, 3}), 0, 1);
    EXPECT(N("Squeeze", "x a", "", 13, {3, {2, 1, 3}}), axes_one, N(2, {2, 3}), 0, 1);
    EXPECT(N("Squeeze", "x", "", 11, {4, {1, 2, 1, 3}}), NULL, N(2, {2, 3}), 0, 1);
    EXPECT(N("Unsqueeze", "x a", "", 13, {2, {2, 3}}), axes_zero_last, N(4, {1, 2, 3, 1}), 0, 1);
    EXPECT(N("Unsqueeze", "x", "axes=1,", 11, {2, {2, 3}}), NULL, N(3, {2, 1, 3}), 0, 1);
    EXPECT(N("Dropout", "x", "", 11, {2, {2, 3}}), NULL, N(2, {2, 3}), 0, 1);
    REFUSE(N("Reshape", "x s", "", 11, {3, {2, 3, 2}}), minus_one_five, "2x3x2");
    REFUSE(N("Reshape", "x s", "", 11, {3, {2, 3, 2}}), two_open, "dimension -1");
    REFUSE(N("Unsqueeze", "x a", "", 13, {2, {2, 3}}), axes_twice, "twice");
    REFUSE(N("Flatten", "x", "axis=4", 11, {3, {2, 3, 2}}), NULL, "axis 4");
}

TEST(transpose)
{
    EXPECT(N("Transpose", "x", "perm=1,0", 11, {2, {2, 3}}), NULL, N(2, {3, 2}), 0, 3, 1, 4, 2, 5);
    EXPECT(N("Transpose", "x", "", 11, {3, {1, 2, 3}}), NULL, N(3, {3, 2, 1}), 0, 3, 1, 4, 2, 5);
    EXPECT(N("Transpose", "x", "perm=0,2,3,1", 11, {4, {1, 2, 1, 3}}), NULL, N(4, {1, 1, 3, 2}), 0, 3, 1, 4, 2, 5);
    REFUSE(N("Transpose", "x", "perm=0,0", 11, {2, {2, 3}}), NULL, "permutation");
    REFUSE(N("Transpose", "x", "perm=0,2", 11, {2, {2, 3}}), NULL, "permutation");
}

static void slice_rows(onnx_writer *w)
{
    ints(w, "from", 1, (int64_t[]){-2});
    ints(w, "to", 1, (int64_t[]){INT64_MAX});
    ints(w, "axes", 1, (int64_t[]){0});
}

static void slice_back(onnx_writer *w)
{
    ints(w, "from", 1, (int64_t[]){-1});
    ints(w, "to", 1, (int64_t[]){INT64_MIN});
    ints(w, "axes", 1, (int64_t[]){1});
    ints(w, "steps", 1, (int64_t[]){-2});
}

TEST(slice)
{
    EXPECT(N("Slice", "x from to axes", "", 11, {2, {3, 2}}), slice_rows, N(2, {2, 2}), 2, 3, 4, 5);
    EXPECT(N("Slice", "x from to axes steps", "", 11, {2, {2, 5}}), slice_back, N(2, {2, 3}), 4, 2, 0, 9, 7, 5);
    EXPECT(N("Slice", "x", "axes=1, starts=1, ends=3,", 9, {2, {2, 4}}), NULL, N(2, {2, 2}), 1, 2, 5, 6);
    REFUSE(N("Slice", "x", "axes=2, starts=1, ends=3,", 9, {2, {2, 4}}), NULL, "axis 2");
    REFUSE(N("Slice", "x", "axes=1, starts=1,", 9, {2, {2, 4}}), NULL, "ends");
}

static void constant_row(onnx_writer *w) { onnx_floats(w, "c", (onnx_dims){2, {1, 2}}, (float[]){10, 20}); }
static void pick_rows(onnx_writer *w) { ints(w, "i", 2, (int64_t[]){2, -3}); }
static void pick_outside(onnx_writer *w) { ints(w, "i", 1, (int64_t[]){3}); }
static void pads_one(onnx_writer *w) { ints(w, "p", 4, (int64_t[]){0, 1, 1, -1}); }
static void pads_reflect(onnx_writer *w) { ints(w, "p", 4, (int64_t[]){0, 2, 0, 1}); }
static void expand_to(onnx_writer *w) { ints(w, "s", 2, (int64_t[]){2, 1}); }

TEST(concat_gather_pad_expand)
{
    EXPECT(N("Concat", "x c", "axis=0", 11, {2, {2, 2}}), constant_row, N(2, {3, 2}), 0, 1, 2, 3, 10, 20);
    EXPECT(N("Concat", "c x", "axis=-2", 11, {2, {2, 2}}), constant_row, N(2, {3, 2}), 10, 20, 0, 1, 2, 3);
    REFUSE(N("Concat", "x c", "axis=1", 11, {2, {2, 2}}), constant_row, "does not fit");
    EXPECT(N("Gather", "x i", "axis=0", 11, {2, {3, 2}}), pick_rows, N(2, {2, 2}), 4, 5, 0, 1);
    EXPECT(N("Gather", "x i", "axis=1", 11, {2, {2, 3}}), pick_rows, N(2, {2, 2}), 2, 0, 5, 3);
    REFUSE(N("Gather", "x i", "axis=0", 11, {2, {3, 2}}), pick_outside, "index 3 of 3");
    EXPECT(N("Pad", "x p", "", 11, {2, {2, 2}}), pads_one, N(2, {3, 2}), 0, 0, 0, 2, 0, 0);
    EXPECT(N("Pad", "x p", "mode:reflect", 11, {2, {1, 3}}), pads_reflect, N(2, {1, 6}), 2, 1, 0, 1, 2, 1);
    EXPECT(N("Pad", "x p", "mode:edge", 11, {2, {1, 3}}), pads_reflect, N(2, {1, 6}), 0, 0, 0, 1, 2, 2);
    EXPECT(N("Pad", "x", "pads=0,1,0,0 value=7f", 9, {2, {1, 2}}), NULL, N(2, {1, 3}), 7, 0, 1);
    EXPECT(N("Expand", "x s", "", 11, {1, {3}}), expand_to, N(2, {2, 3}), 0, 1, 2, 0, 1, 2);
}

TEST(split_gives_every_part)
{
    onnx_writer w = {0};
    ww_error err = {0};
    onnx_input(&w, "x", (onnx_dims){2, {2, 5}});
    onnx_output(&w, "b");
    onnx_output(&w, "a");
    onnx_node(&w, "Split", "x", "a b", "axis=1 split=2,3");
    ww_net *net = case_load(&w, &err);
    CHECK(net != NULL);
    CHECK_EQ(ww_net_output_count(net), 2);
    ww_shape y;
    float *b = case_run(net, (onnx_dims){2, {2, 5}}, case_ramp(1), (ww_session_options){0}, 0, &y, &err);
    CHECK_EQ(y.dim[1], 3);
    CHECK(b && b[0] == 2 && b[2] == 4 && b[3] == 7 && b[5] == 9);
    free(b);
    ww_net_free(net);
}

static void weights_of_ones(onnx_writer *w)
{
    onnx_floats(w, "w", (onnx_dims){4, {1, 1, 2, 2}}, (float[]){1, 1, 1, 1});
    onnx_floats(w, "b", (onnx_dims){1, {1}}, (float[]){100});
}

TEST(conv)
{
    EXPECT(N("Conv", "x w b", "", 11, {4, {1, 1, 3, 3}}), weights_of_ones, N(4, {1, 1, 2, 2}), 108, 112, 120, 124);
    EXPECT(N("Conv", "x w", "pads=1,0,0,1 strides=2,1", 11, {4, {1, 1, 3, 3}}), weights_of_ones, N(4, {1, 1, 2, 3}), 1,
           3, 2, 20, 24, 13);
    EXPECT(N("Conv", "x w", "dilations=2,2", 11, {4, {1, 1, 3, 3}}), weights_of_ones, N(4, {1, 1, 1, 1}), 16);
    EXPECT(N("Conv", "x w", "auto_pad:SAME_LOWER", 11, {4, {1, 1, 2, 2}}), weights_of_ones, N(4, {1, 1, 2, 2}), 0, 1, 2,
           6);
    EXPECT(N("Conv", "x w", "auto_pad:SAME_UPPER", 11, {4, {1, 1, 2, 2}}), weights_of_ones, N(4, {1, 1, 2, 2}), 6, 4, 5,
           3);
    REFUSE(N("Conv", "x w", "", 11, {4, {1, 2, 3, 3}}), weights_of_ones, "do not fit");
    REFUSE(N("Conv", "x w", "", 11, {4, {1, 1, 1, 3}}), weights_of_ones, "larger than the picture");
    REFUSE(N("Conv", "x w", "strides=0,1", 11, {4, {1, 1, 3, 3}}), weights_of_ones, "strides holds 0");
    REFUSE(N("Conv", "x w", "pads=-1,0,0,0", 11, {4, {1, 1, 3, 3}}), weights_of_ones, "pads holds -1");
    REFUSE(N("Conv", "x w", "strides=1,1,1", 11, {4, {1, 1, 3, 3}}), weights_of_ones, "two spatial");
    REFUSE(N("Conv", "x w", "group=0", 11, {4, {1, 1, 3, 3}}), weights_of_ones, "groups");
    REFUSE(N("Conv", "x w", "auto_pad:DIAGONAL", 11, {4, {1, 1, 3, 3}}), weights_of_ones, "DIAGONAL");
    REFUSE(N("Conv", "x w", "", 11, {3, {1, 3, 3}}), weights_of_ones, "3 dimensions");
}

enum { POINTS = 3, POINT_INS = 5, POINT_OUTS = 11 };

static void weights_of_points(onnx_writer *w)
{
    onnx_floats(w, "w", (onnx_dims){4, {POINT_OUTS, POINT_INS, 1, 1}}, case_ramp(0.37f));
    onnx_floats(w, "b", (onnx_dims){1, {POINT_OUTS}}, case_ramp(-0.9f));
}

static float point_sum(int picture, int output)
{
    double sum = (double)output * (double)-0.9f;
    for (int i = 0; i < POINT_INS; i++)
        sum += (double)(picture * POINT_INS + i) * (double)((float)(output * POINT_INS + i) * 0.37f);
    return (float)sum;
}

// Each output channel's sum is of its own weights, and of its own picture's points.
TEST(conv_of_points)
{
    const one_node c = {"Conv", "x w b", "", 11, {4, {POINTS, POINT_INS, 1, 1}}};
    ww_shape y;
    ww_error err = {0};
    onnx_writer w = {0};
    weights_of_points(&w);
    float *out = run_one(&c, &w, WW_BACKEND_REFERENCE, &y, &err);
    CHECK(out != NULL);
    for (int i = 0; out && i < POINTS * POINT_OUTS; i++)
        CHECK_NEAR(out[i], point_sum(i / POINT_OUTS, i % POINT_OUTS), 1e-4);
    free(out);
}

enum { WHOLE_CHANNELS = 11, WHOLE_PIXELS = 6 };

static void weights_of_wholes(onnx_writer *w)
{
    onnx_floats(w, "w", (onnx_dims){4, {WHOLE_CHANNELS, 1, 2, 3}}, case_ramp(0.37f));
    onnx_floats(w, "b", (onnx_dims){1, {WHOLE_CHANNELS}}, case_ramp(-0.9f));
}

// A window for each channel that covers its picture: to the bit the sum in double, from the bias on.
TEST(conv_of_whole_pictures)
{
    const one_node c = {"Conv", "x w b", "group=11", 11, {4, {POINTS, WHOLE_CHANNELS, 2, 3}}};
    ww_shape y;
    ww_error err = {0};
    onnx_writer w = {0};
    weights_of_wholes(&w);
    float *out = run_one(&c, &w, WW_BACKEND_REFERENCE, &y, &err);
    CHECK(out != NULL);
    for (int i = 0; out && i < POINTS * WHOLE_CHANNELS; i++) {
        const int channel = i % WHOLE_CHANNELS;
        double sum = (double)((float)channel * -0.9f);
        for (int k = 0; k < WHOLE_PIXELS; k++)
            sum += (double)(i * WHOLE_PIXELS + k) * (double)((float)(channel * WHOLE_PIXELS + k) * 0.37f);
        CHECK(out[i] == (float)sum);
    }
    free(out);
}

static void factors_of_points(onnx_writer *w) { onnx_floats(w, "w", (onnx_dims){4, {1, 3, 1, 1}}, (float[]){2, 2, 3}); }

// Rows are as long as they can be where the last dimensions are 1, and one operand repeats.
TEST(products_of_pictures_of_one_pixel)
{
    EXPECT(N("Mul", "x w", "", 11, {4, {2, 3, 1, 1}}), factors_of_points, N(4, {2, 3, 1, 1}), 0, 2, 6, 6, 8, 15);
}

TEST(pooling)
{
    EXPECT(N("MaxPool", "x", "kernel_shape=2,2 strides=2,2", 11, {4, {1, 1, 3, 3}}), NULL, N(4, {1, 1, 1, 1}), 4);
    EXPECT(N("MaxPool", "x", "kernel_shape=2,2 strides=2,2 ceil_mode=1", 11, {4, {1, 1, 3, 3}}), NULL,
           N(4, {1, 1, 2, 2}), 4, 5, 7, 8);
    EXPECT(N("AveragePool", "x", "kernel_shape=2,2 pads=1,1,0,0", 11, {4, {1, 1, 2, 2}}), NULL, N(4, {1, 1, 2, 2}), 0,
           0.5f, 1, 1.5f);
    EXPECT(N("AveragePool", "x", "kernel_shape=2,2 pads=1,1,0,0 count_include_pad=1", 11, {4, {1, 1, 2, 2}}), NULL,
           N(4, {1, 1, 2, 2}), 0, 0.25f, 0.5f, 1.5f);
    EXPECT(N("GlobalAveragePool", "x", "", 11, {4, {1, 2, 1, 3}}), NULL, N(4, {1, 2, 1, 1}), 1, 4);
    REFUSE(N("MaxPool", "x", "strides=2,2", 11, {4, {1, 1, 3, 3}}), NULL, "kernel_shape");
}

static void gemm_weights(onnx_writer *w)
{
    onnx_floats(w, "w", (onnx_dims){2, {2, 3}}, (float[]){1, 2, 3, 4, 5, 6});
    onnx_floats(w, "b", (onnx_dims){1, {2}}, (float[]){10, 20});
}

TEST(matrices)
{
    EXPECT(N("Gemm", "x w b", "transB=1 alpha=2f beta=0.5f", 11, {2, {1, 3}}), gemm_weights, N(2, {1, 2}), 21, 44);
    EXPECT(N("MatMul", "x w", "", 11, {2, {2, 2}}), gemm_weights, N(2, {2, 3}), 4, 5, 6, 14, 19, 24);
    REFUSE(N("Gemm", "x w", "", 11, {2, {1, 3}}), gemm_weights, "do not fit");
    REFUSE(N("MatMul", "x w", "", 11, {2, {2, 3}}), gemm_weights, "do not fit");
}

TEST(reductions)
{
    EXPECT(N("ReduceMean", "x", "axes=1, keepdims=0", 11, {2, {2, 3}}), NULL, N(1, {2}), 1, 4);
    EXPECT(N("ReduceSum", "x a", "", 13, {2, {2, 3}}), axes_one, N(2, {2, 1}), 3, 12);
    EXPECT(N("ReduceMax", "x", "axes=0,", 11, {2, {2, 3}}), NULL, N(2, {1, 3}), 3, 4, 5);
    EXPECT(N("ReduceL2", "x", "axes=-1, keepdims=1", 11, {2, {1, 3}}), NULL, N(2, {1, 1}), 2.2360680f);
    EXPECT(N("ReduceSum", "x", "keepdims=0", 11, {2, {2, 3}}), NULL, N(0), 15);
    EXPECT(N("LpNormalization", "x", "axis=1", 11, {2, {2, 2}}), NULL, N(2, {2, 2}), 0, 1, 0.5547002f, 0.8320503f);
    EXPECT(N("Softmax", "x", "axis=1", 13, {3, {1, 2, 2}}), NULL, N(3, {1, 2, 2}), 0.1192029f, 0.1192029f, 0.8807971f,
           0.8807971f);
    EXPECT(N("Softmax", "x", "axis=1", 11, {3, {1, 2, 2}}), NULL, N(3, {1, 2, 2}), 0.0320586f, 0.0871443f, 0.2368828f,
           0.6439143f);
    REFUSE(N("Softmax", "x", "axis=3", 13, {3, {1, 2, 2}}), NULL, "axis 3");
}

static void scales_two(onnx_writer *w) { onnx_floats(w, "s", (onnx_dims){1, {4}}, (float[]){1, 1, 1, 2}); }
static void scales_zero(onnx_writer *w) { onnx_floats(w, "s", (onnx_dims){1, {4}}, (float[]){1, 1, 0, 2}); }
static void sizes_four(onnx_writer *w) { ints(w, "z", 4, (int64_t[]){1, 1, 1, 4}); }

TEST(resize)
{
    EXPECT(N("Resize", "x - s", "mode:linear", 11, {4, {1, 1, 1, 2}}), scales_two, N(4, {1, 1, 1, 4}), 0, 0.25f, 0.75f,
           1);
    EXPECT(N("Resize", "x - s", "mode:linear coordinate_transformation_mode:asymmetric", 11, {4, {1, 1, 1, 2}}),
           scales_two, N(4, {1, 1, 1, 4}), 0, 0.5f, 1, 1);
    EXPECT(N("Resize", "x - s", "mode:linear coordinate_transformation_mode:align_corners", 11, {4, {1, 1, 1, 2}}),
           scales_two, N(4, {1, 1, 1, 4}), 0, 0.3333333f, 0.6666667f, 1);
    EXPECT(N("Resize", "x - s", "", 11, {4, {1, 1, 1, 2}}), scales_two, N(4, {1, 1, 1, 4}), 0, 0, 1, 1);
    EXPECT(N("Resize", "x - - z", "", 13, {4, {1, 1, 1, 3}}), sizes_four, N(4, {1, 1, 1, 4}), 0, 1, 1, 2);
    EXPECT(N("Resize", "x s", "", 10, {4, {1, 1, 1, 2}}), scales_two, N(4, {1, 1, 1, 4}), 0, 0, 1, 1);
    EXPECT(N("Upsample", "x s", "", 9, {4, {1, 1, 1, 2}}), scales_two, N(4, {1, 1, 1, 4}), 0, 0, 1, 1);
    REFUSE(N("Resize", "x - s", "mode:cubic", 11, {4, {1, 1, 1, 2}}), scales_two, "cubic");
    REFUSE(N("Resize", "x - s", "", 11, {4, {1, 1, 1, 2}}), scales_zero, "scale of 0");
    REFUSE(N("Resize", "x", "", 11, {4, {1, 1, 1, 2}}), NULL, "scales");
}

static void bounds(onnx_writer *w)
{
    onnx_floats(w, "lo", (onnx_dims){0}, (float[]){1});
    onnx_floats(w, "hi", (onnx_dims){0}, (float[]){2.5f});
}

TEST(pointwise)
{
    EXPECT(N("Clip", "x lo hi", "", 11, {1, {4}}), bounds, N(1, {4}), 1, 1, 2, 2.5f);
    EXPECT(N("Clip", "x - hi", "", 11, {1, {4}}), bounds, N(1, {4}), 0, 1, 2, 2.5f);
    EXPECT(N("Clip", "x", "min=0.5f max=2f", 7, {1, {4}}), NULL, N(1, {4}), 0.5f, 1, 2, 2);
    EXPECT(N("LeakyRelu", "x", "alpha=0.5f", 11, {1, {3}}, -1), NULL, N(1, {3}), 0, -0.5f, -1);
    EXPECT(N("HardSigmoid", "x", "", 11, {1, {4}}), NULL, N(1, {4}), 0.5f, 0.7f, 0.9f, 1);
    EXPECT(N("HardSwish", "x", "", 14, {1, {4}}), NULL, N(1, {4}), 0, 0.6666667f, 1.6666667f, 3);
    EXPECT(N("Cast", "x", "to=1", 11, {1, {2}}), NULL, N(1, {2}), 0, 1);
    EXPECT(N("Pow", "x hi", "", 12, {1, {2}}), bounds, N(1, {2}), 0, 1);
    REFUSE(N("Cast", "x", "to=8", 11, {1, {2}}), NULL, "cast");
}

int main(void)
{
    RUN(reshape_and_its_kin);
    RUN(transpose);
    RUN(slice);
    RUN(concat_gather_pad_expand);
    RUN(split_gives_every_part);
    RUN(conv);
    RUN(conv_of_points);
    RUN(conv_of_whole_pictures);
    RUN(products_of_pictures_of_one_pixel);
    RUN(pooling);
    RUN(matrices);
    RUN(reductions);
    RUN(resize);
    RUN(pointwise);
    return FINISH();
}
