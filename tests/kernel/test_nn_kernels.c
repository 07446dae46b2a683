// SPDX-License-Identifier: MIT
// Every operator on random shapes: the oneDNN backend against the plain C reference.
//   test_nn_kernels            checks, prints TAP
//   test_nn_kernels --bench    prints the milliseconds of both as well
// The seed is WW_SEED, or the time; it is printed when something differs.
#include "harness.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "nn/session.h"
#include "nn/tensor.h"
#include "unit/nn/onnx_writer.h"

#include <stdarg.h>
#include <time.h>

#define ROUNDS 12           // random shapes for each operator
#define RELATIVE_ERROR 2e-5 // of the largest result: float sums in another order

static ww_random rng;
static uint64_t seed;
static bool bench;

static int64_t pick(int64_t low, int64_t high) { return low + ww_random_below(&rng, (uint32_t)(high - low + 1)); }

static float *random_floats(size_t count, float low, float high)
{
    float *x = ww_alloc_array(count, sizeof *x, SIZE_MAX);
    for (size_t i = 0; i < count; i++)
        x[i] = low + (high - low) * (float)ww_random_unit(&rng);
    return x;
}

static size_t count_of(const onnx_dims *d)
{
    size_t n = 1;
    for (int i = 0; i < d->rank; i++)
        n *= (size_t)d->dim[i];
    return n;
}

static void weights(onnx_writer *w, const char *name, onnx_dims dims, float low, float high)
{
    float *x = random_floats(count_of(&dims), low, high);
    onnx_floats(w, name, dims, x);
    free(x);
}

// Runs the file on x; returns the first output (to be freed) and its length.
static float *run(const ww_buffer *file, onnx_dims input, const float *x, ww_backend backend, size_t *count, double *ms,
                  ww_error *err)
{
    ww_net *net = NULL;
    ww_session *session = NULL;
    ww_shape shape = {.rank = input.rank};
    float *copy = NULL;
    memcpy(shape.dim, input.dim, sizeof shape.dim);
    ww_session_options options = {.backend = backend};
    if (ww_net_load(file->data, file->bytes, "case", &net, err) == WW_OK
        && ww_session_open_with(net, &shape, &options, &session, err) == WW_OK) {
        *ms = 1e9;
        for (int r = 0; r < (bench ? 5 : 1); r++) {
            memcpy(ww_session_input(session), x, count_of(&input) * sizeof *x);
            double start = 1e3 * ww_thread_cpu_seconds();
            if (ww_session_run(session, err) != WW_OK)
                break;
            double took = 1e3 * ww_thread_cpu_seconds() - start;
            *ms = took < *ms ? took : *ms;
        }
        const float *y = ww_session_output(session, 0, &shape);
        *count = (size_t)ww_shape_count(&shape);
        copy = ww_alloc_array(*count, sizeof *copy, SIZE_MAX);
        memcpy(copy, y, *count * sizeof *copy);
    }
    ww_session_close(session);
    ww_net_free(net);
    return copy;
}

// Finishes the file (whose input is "x" and output "y") and compares both backends on random numbers of low .. high.
static void compare(onnx_writer *w, onnx_dims input, float low, float high, const char *what)
{
    ww_error err = {0};
    size_t count = 0, fast_count = 0;
    double slow_ms = 0, fast_ms = 0, worst = 0, scale = 1e-6;
    onnx_input(w, "x", input);
    onnx_output(w, "y");
    ww_buffer file = onnx_finish(w);
    float *x = random_floats(count_of(&input), low, high);
    float *slow = run(&file, input, x, WW_BACKEND_REFERENCE, &count, &slow_ms, &err);
    float *fast = slow ? run(&file, input, x, WW_BACKEND_ONEDNN, &fast_count, &fast_ms, &err) : NULL;
    CHECK(fast != NULL);
    CHECK_EQ(count, fast_count);
    for (size_t i = 0; fast && i < count; i++) {
        scale = fabs(slow[i]) > scale ? fabs(slow[i]) : scale;
        worst = !(fabs(slow[i] - fast[i]) <= worst) ? fabs(slow[i] - fast[i]) : worst;
    }
    CHECK(worst <= RELATIVE_ERROR * scale);
    if (!fast || !(worst <= RELATIVE_ERROR * scale))
        printf("# %s: differs by %g where the largest is %g; %s (WW_SEED=%llu)\n", what, worst, scale, err.message,
               (unsigned long long)seed);
    if (bench)
        printf("# %-60s reference %9.4f ms, oneDNN %9.4f ms, %6.1fx\n", what, slow_ms, fast_ms, slow_ms / fast_ms);
    free(x);
    free(slow);
    free(fast);
    ww_buffer_free(&file);
}

static const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *text(const char *format, ...)
{
    static char buffer[4][256];
    static int next;
    char *to = buffer[next++ % 4];
    va_list args;
    va_start(args, format);
    vsnprintf(to, sizeof buffer[0], format, args);
    va_end(args);
    return to;
}

static onnx_dims picture(int64_t channels) { return (onnx_dims){4, {pick(1, 3), channels, pick(5, 40), pick(5, 40)}}; }

// ---- convolutions

typedef struct conv_case {
    int64_t groups, in, out;
} conv_case;

static const char *conv(onnx_writer *w, const char *x, const char *y, conv_case c, int64_t kernel, int64_t stride,
                        int64_t dilation)
{
    int64_t pad = kernel / 2 * dilation;
    weights(w, text("%s_w", y), (onnx_dims){4, {c.out, c.in / c.groups, kernel, kernel}}, -1, 1);
    weights(w, text("%s_b", y), (onnx_dims){1, {c.out}}, -1, 1);
    const char *attributes = text("group=%d strides=%d,%d dilations=%d,%d pads=%d,%d,%d,%d", (int)c.groups, (int)stride,
                                  (int)stride, (int)dilation, (int)dilation, (int)pad, (int)pad, (int)pad, (int)pad);
    onnx_node(w, "Conv", text("%s %s_w %s_b", x, y, y), y, attributes);
    return attributes;
}

static conv_case random_conv(void)
{
    int64_t depth = pick(1, 40), groups = pick(2, 4);
    switch (pick(0, 3)) {
    case 0: return (conv_case){depth, depth, depth};
    case 1: return (conv_case){groups, groups * pick(1, 9), groups * pick(1, 9)};
    default: return (conv_case){1, pick(1, 40), pick(1, 40)};
    }
}

TEST(conv)
{
    for (int i = 0; i < 3 * ROUNDS; i++) {
        onnx_writer w = {0};
        conv_case c = random_conv();
        onnx_dims x = picture(c.in);
        const char *a = conv(&w, "x", "y", c, 2 * pick(0, 2) + 1, pick(1, 2), pick(1, 2));
        compare(&w, x, -1, 1,
                text("Conv %dx%dx%dx%d to %d %s", (int)x.dim[0], (int)x.dim[1], (int)x.dim[2], (int)x.dim[3],
                     (int)c.out, a));
    }
}

TEST(conv_automatic_padding)
{
    static const char *const mode[] = {"SAME_UPPER", "SAME_LOWER", "VALID"};
    for (int i = 0; i < 3; i++) {
        onnx_writer w = {0};
        weights(&w, "w", (onnx_dims){4, {8, 3, 4, 3}}, -1, 1);
        onnx_node(&w, "Conv", "x w", "y", text("strides=2,3 auto_pad:%s", mode[i]));
        compare(&w, picture(3), -1, 1, mode[i]);
    }
}

TEST(conv_with_activation_and_sum)
{
    static const char *const act[][2] = {{"Relu", ""},
                                         {"LeakyRelu", "alpha=0.1f"},
                                         {"Clip", "min=0f max=0.5f"},
                                         {"Sigmoid", ""},
                                         {"Tanh", ""},
                                         {"HardSigmoid", "alpha=0.3f"},
                                         {"Elu", ""},
                                         {"Exp", ""},
                                         {"Abs", ""}};
    for (int i = 0; i < 9; i++) {
        for (int order = 0; order < 3; order++) {
            onnx_writer w = {.opset = i == 2 ? 7 : 11}; // Clip with attributes is of operator set 6
            conv_case c = {1, 16, 16};
            onnx_dims x = picture(16);
            conv(&w, "x", "a", c, 1, 1, 1);
            conv(&w, "a", "b", c, 3, 1, 1);
            const char *last = order == 0 ? "b" : order == 1 ? "d" : "c";
            if (order == 0) {
                onnx_node(&w, act[i][0], "b", "y", act[i][1]);
            } else if (order == 1) { // sum, then activation; `a` is needed again later
                onnx_node(&w, "Add", "b a", "d", "");
                onnx_node(&w, act[i][0], "d", "e", act[i][1]);
                onnx_node(&w, "Add", "a e", "y", "");
            } else { // activation, then sum
                onnx_node(&w, act[i][0], "b", "c", act[i][1]);
                onnx_node(&w, "Add", "a c", "y", "");
            }
            compare(&w, x, -0.1f, 0.1f, text("Conv, %s at %s", act[i][0], last));
        }
    }
}

TEST(conv_batch_norm)
{
    for (int i = 0; i < ROUNDS; i++) {
        onnx_writer w = {0};
        conv_case c = random_conv();
        onnx_dims x = picture(c.in), line = {1, {c.out}};
        conv(&w, "x", "a", c, 3, 1, 1);
        weights(&w, "s", line, 0.5f, 2);
        weights(&w, "o", line, -1, 1);
        weights(&w, "m", line, -1, 1);
        weights(&w, "v", line, 0.1f, 2);
        onnx_node(&w, "BatchNormalization", "a s o m v", "b", "epsilon=0.001f");
        onnx_node(&w, "Relu", "b", "y", "");
        compare(&w, x, -1, 1, "Conv, BatchNormalization, Relu");
    }
}

TEST(batch_norm_alone)
{
    for (int i = 0; i < ROUNDS; i++) {
        onnx_writer w = {0};
        onnx_dims x = picture(pick(1, 40)), line = {1, {x.dim[1]}};
        weights(&w, "s", line, 0.5f, 2);
        weights(&w, "o", line, -1, 1);
        weights(&w, "m", line, -1, 1);
        weights(&w, "v", line, 0.1f, 2);
        onnx_node(&w, "BatchNormalization", "x s o m v", "y", "");
        compare(&w, x, -1, 1, "BatchNormalization");
    }
}

// ---- pointwise

TEST(activations)
{
    static const char *const name[] = {"Relu",      "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid",
                                       "HardSwish", "Exp",       "Elu",     "Neg",  "Abs"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        onnx_writer w = {.opset = 14};
        onnx_node(&w, name[i], "x", "y", "");
        compare(&w, picture(pick(1, 40)), -4, 4, name[i]);
    }
    onnx_writer w = {0};
    onnx_node(&w, "Sqrt", "x", "a", "");
    onnx_node(&w, "Log", "a", "y", "");
    compare(&w, picture(7), 0.1f, 9, "Sqrt, Log");
}

TEST(arithmetic_broadcasts)
{
    static const char *const name[] = {"Add", "Sub", "Mul", "Div", "Min", "Max"};
    for (int i = 0; i < 6; i++)
        for (int kind = 0; kind < 6; kind++) {
            onnx_writer w = {0};
            onnx_dims x = picture(pick(1, 40));
            onnx_dims other[] = {
                {0}, {3, {x.dim[1], 1, 1}}, {4, {1, x.dim[1], 1, 1}}, {4, {1, x.dim[1], x.dim[2], x.dim[3]}},
                x,   {1, {x.dim[3]}}};
            weights(&w, "c", other[kind], 0.5f, 2);
            onnx_node(&w, name[i], kind % 2 ? "x c" : "c x", "y", "");
            compare(&w, x, 0.5f, 2, text("%s kind %d", name[i], kind));
        }
}

TEST(prelu)
{
    for (int i = 0; i < ROUNDS; i++) {
        onnx_writer w = {0};
        onnx_dims x = picture(pick(1, 40));
        weights(&w, "s",
                i % 3 == 0   ? (onnx_dims){3, {x.dim[1], 1, 1}}
                : i % 3 == 1 ? (onnx_dims){1, {1}}
                             : (onnx_dims){1, {x.dim[3]}},
                -1, 1);
        onnx_node(&w, "PRelu", "x s", "y", "");
        compare(&w, x, -1, 1, "PRelu");
    }
}

// ---- pooling, reductions

TEST(pooling)
{
    static const char *const kind[] = {"MaxPool", "AveragePool"};
    for (int i = 0; i < 3 * ROUNDS; i++) {
        onnx_writer w = {0};
        int kernel = (int)pick(1, 4), pad = (int)pick(0, kernel / 2);
        const char *a =
            text("kernel_shape=%d,%d strides=%d,%d pads=%d,%d,%d,%d ceil_mode=%d%s", kernel, kernel, (int)pick(1, 3),
                 (int)pick(1, 3), pad, pad, pad, pad, (int)pick(0, 1), i % 4 == 1 ? " count_include_pad=1" : "");
        onnx_node(&w, kind[i % 2], "x", "y", a);
        compare(&w, picture(pick(1, 40)), -1, 1, text("%s %s", kind[i % 2], a));
    }
    static const char *const whole[] = {"GlobalAveragePool", "GlobalMaxPool"};
    for (int i = 0; i < 2; i++) {
        onnx_writer w = {0};
        onnx_node(&w, whole[i], "x", "y", "");
        compare(&w, picture(pick(1, 40)), -1, 1, whole[i]);
    }
}

TEST(softmax)
{
    for (int i = 0; i < ROUNDS; i++) {
        onnx_writer w = {.opset = i % 2 ? 11 : 13};
        int axis = (int)pick(-4, 3);
        onnx_node(&w, "Softmax", "x", "y", text("axis=%d", axis));
        compare(&w, picture(pick(1, 9)), -5, 5, text("Softmax axis %d operator set %d", axis, i % 2 ? 11 : 13));
    }
}

// ---- matrices

TEST(gemm)
{
    for (int i = 0; i < ROUNDS; i++) {
        onnx_writer w = {0};
        int64_t m = pick(1, 9), k = pick(1, 70), n = pick(1, 40);
        int ta = i % 5 == 4, tb = i % 2;
        weights(&w, "w", tb ? (onnx_dims){2, {n, k}} : (onnx_dims){2, {k, n}}, -1, 1);
        weights(&w, "b",
                i % 3 == 0   ? (onnx_dims){1, {n}}
                : i % 3 == 1 ? (onnx_dims){2, {1, n}}
                             : (onnx_dims){2, {m, 1}},
                -1, 1);
        const char *a = text("transA=%d transB=%d alpha=0.5f beta=2f", ta, tb);
        onnx_node(&w, "Gemm", i % 4 == 3 ? "x w" : "x w b", "z", a);
        onnx_node(&w, "Relu", "z", "y", "");
        compare(&w, ta ? (onnx_dims){2, {k, m}} : (onnx_dims){2, {m, k}}, -1, 1,
                text("Gemm %dx%dx%d %s", (int)m, (int)n, (int)k, a));
    }
}

TEST(matmul)
{
    for (int i = 0; i < ROUNDS; i++) {
        onnx_writer w = {0};
        int64_t b = pick(1, 4), m = pick(1, 9), k = pick(1, 40), n = pick(1, 40);
        weights(&w, "w", i % 2 ? (onnx_dims){2, {k, n}} : (onnx_dims){3, {b, k, n}}, -1, 1);
        onnx_node(&w, "MatMul", "x w", "y", "");
        compare(&w, (onnx_dims){3, {b, m, k}}, -1, 1, "MatMul");
    }
}

// ---- moving

TEST(concat_after_convolutions)
{
    for (int i = 0; i < ROUNDS; i++) {
        onnx_writer w = {0};
        int64_t c = pick(1, 20);
        conv(&w, "x", "a", (conv_case){1, c, i % 2 ? 16 : pick(1, 20)}, 1, 1, 1);
        conv(&w, "x", "b", (conv_case){1, c, i % 2 ? 32 : pick(1, 20)}, 3, 1, 1);
        onnx_node(&w, "Concat", "a b x", "y", "axis=1");
        compare(&w, picture(c), -1, 1, "Conv, Concat");
    }
}

TEST(transpose_and_reshape_after_convolutions)
{
    static const char *const perm[] = {"0,2,3,1", "0,3,2,1", "3,2,1,0", "0,1,2,3", "1,0,2,3"};
    for (int i = 0; i < 5; i++) {
        onnx_writer w = {0};
        conv(&w, "x", "a", (conv_case){1, 3, i % 2 ? 4 : 16}, 3, 1, 1);
        onnx_node(&w, "Transpose", "a", "b", text("perm=%s", perm[i]));
        onnx_ints(&w, "s", 2, (int64_t[]){-1, 2});
        onnx_node(&w, "Reshape", "b s", "c", "");
        onnx_node(&w, "Sigmoid", "c", "y", "");
        compare(&w, picture(3), -1, 1, text("Conv, Transpose %s, Reshape, Sigmoid", perm[i]));
    }
}

TEST(resize)
{
    static const char *const mode[] = {
        "mode:nearest coordinate_transformation_mode:asymmetric nearest_mode:floor",
        "mode:nearest coordinate_transformation_mode:half_pixel",
        "mode:linear coordinate_transformation_mode:half_pixel",
        "mode:linear coordinate_transformation_mode:align_corners",
        "mode:linear coordinate_transformation_mode:asymmetric",
        "mode:linear coordinate_transformation_mode:pytorch_half_pixel",
    };
    static const float scale[] = {2, 1.5f, 0.5f, 3};
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < 4; k++) {
            onnx_writer w = {0};
            onnx_floats(&w, "roi", (onnx_dims){1, {0}}, NULL);
            onnx_floats(&w, "s", (onnx_dims){1, {4}}, (float[]){1, 1, scale[k], scale[k]});
            conv(&w, "x", "a", (conv_case){1, 3, pick(1, 20)}, 1, 1, 1);
            onnx_node(&w, "Resize", "a roi s", "y", mode[i]);
            compare(&w, picture(3), -1, 1, text("Resize by %g, %s", scale[k], mode[i]));
        }
}

TEST(pyramid_sum)
{
    for (int i = 0; i < ROUNDS; i++) {
        onnx_writer w = {0};
        int64_t c = i % 2 ? 16 : pick(1, 20);
        onnx_floats(&w, "s", (onnx_dims){1, {4}}, (float[]){1, 1, 2, 2});
        conv(&w, "x", "a", (conv_case){1, c, c}, 1, 1, 1);
        onnx_node(&w, "Relu", "a", "b", "");
        conv(&w, "b", "c", (conv_case){1, c, c}, 3, 2, 1);
        onnx_node(&w, "Resize", "c - s", "d",
                  "mode:nearest coordinate_transformation_mode:asymmetric nearest_mode:floor");
        onnx_node(&w, "Add", i % 3 ? "b d" : "d b", "e", "");
        conv(&w, "e", "y", (conv_case){1, c, 5}, 1, 1, 1);
        compare(&w, (onnx_dims){4, {pick(1, 2), c, 2 * pick(3, 12), 2 * pick(3, 12)}}, -1, 1,
                "Conv, Relu, Resize, Add");
    }
}

int main(int argc, char **argv)
{
    const char *given = getenv("WW_SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    rng.state = seed;
    bench = argc > 1 && strcmp(argv[1], "--bench") == 0;
    printf("# WW_SEED=%llu\n", (unsigned long long)seed);
    RUN(conv);
    RUN(conv_automatic_padding);
    RUN(conv_with_activation_and_sum);
    RUN(conv_batch_norm);
    RUN(batch_norm_alone);
    RUN(activations);
    RUN(arithmetic_broadcasts);
    RUN(prelu);
    RUN(pooling);
    RUN(softmax);
    RUN(gemm);
    RUN(matmul);
    RUN(concat_after_convolutions);
    RUN(transpose_and_reshape_after_convolutions);
    RUN(resize);
    RUN(pyramid_sum);
    return FINISH();
}
