// SPDX-License-Identifier: MIT
// Networks in int8: near to what they give in float, the same on every processor, and in float where a range is
// missing.
#include "harness.h"

#include "base/memory.h"
#include "base/random.h"
#include "nn/graph.h"
#include "nn/int8/kernels.h"
#include "nn/int8/program.h"
#include "nn_case.h"

enum { SIDE = 24, BATCH = 2 };
#define NEAR 0.012 // root of the mean square, of numbers that spread by 0.25; half of it is what was seen

static const ww_session_options fast = {.backend = WW_BACKEND_ONEDNN}, slow = {.backend = WW_BACKEND_REFERENCE};
static ww_random rng = {.state = 7};

static void weights(onnx_writer *w, const char *name, onnx_dims dims, float low, float high)
{
    static float x[65536];
    size_t count = 1;
    for (int i = 0; i < dims.rank; i++)
        count *= (size_t)dims.dim[i];
    for (size_t i = 0; i < count; i++)
        x[i] = low + (high - low) * (float)ww_random_unit(&rng);
    onnx_floats(w, name, dims, x);
}

static const float *picture(void)
{
    static float x[BATCH * SIDE * SIDE];
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = (float)ww_random_below(&rng, 256);
    return x;
}

// Everything int8 does, as our models have it: normalisation, strides, a sum before an activation, leaky and plain,
// windows for each channel, pictures of twice the size, a sigmoid at the end; `y` is real.
static ww_net *everything(ww_error *err)
{
    onnx_writer w = {0};
    onnx_input(&w, "luma", (onnx_dims){4, {-1, 1, -1, -1}});
    onnx_output(&w, "y");
    onnx_floats(&w, "nw", (onnx_dims){4, {1, 1, 1, 1}}, (float[]){1 / 64.0f});
    onnx_floats(&w, "nb", (onnx_dims){1, {1}}, (float[]){-2});
    weights(&w, "aw", (onnx_dims){4, {12, 1, 3, 3}}, -0.3f, 0.5f);
    weights(&w, "ab", (onnx_dims){1, {12}}, -0.2f, 0.4f);
    weights(&w, "bw", (onnx_dims){4, {12, 12, 3, 3}}, -0.2f, 0.2f);
    weights(&w, "dw", (onnx_dims){4, {12, 1, 3, 3}}, -0.4f, 0.4f);
    weights(&w, "cw", (onnx_dims){4, {12, 12, 3, 3}}, -0.2f, 0.2f);
    weights(&w, "ew", (onnx_dims){4, {5, 12, 1, 1}}, -1.5f, 1.5f);
    onnx_floats(&w, "twice", (onnx_dims){1, {4}}, (float[]){1, 1, 2, 2});
    onnx_node(&w, "Conv", "luma nw nb", "norm", "");
    onnx_node(&w, "Conv", "norm aw ab", "a.out", "pads=1,1,1,1 strides=2,2");
    onnx_node(&w, "LeakyRelu", "a.out", "a", "alpha=0.25f");
    onnx_node(&w, "Conv", "a bw", "b.out", "pads=1,1,1,1");
    onnx_node(&w, "Add", "b.out a", "b.sum", "");
    onnx_node(&w, "Relu", "b.sum", "b", "");
    onnx_node(&w, "Conv", "b dw", "d.out", "pads=1,1,1,1 group=12");
    onnx_node(&w, "Relu", "d.out", "d", "");
    onnx_node(&w, "Conv", "d cw", "c", "pads=1,1,1,1 strides=2,2");
    onnx_node(&w, "Resize", "c - twice", "large",
              "mode:nearest coordinate_transformation_mode:asymmetric nearest_mode:floor");
    onnx_node(&w, "Conv", "d bw", "f.out", "pads=1,1,1,1");
    onnx_node(&w, "Add", "f.out large", "f", "");
    onnx_node(&w, "Conv", "f ew", "e", "");
    onnx_node(&w, "Sigmoid", "e", "y", "");
    return case_load(&w, err);
}

static const char ranges[] = "# made for this test\nluma 0 255\na -1 4\nb 0 6\nd 0 3\nc -2 2\nf -3 3\n";

static ww_status set(ww_net *net, const char *text, ww_error *err)
{
    return ww_net_set_ranges(net, text, strlen(text), err);
}

static float *run(const ww_net *net, const float *x, ww_session_options options, size_t *count)
{
    ww_shape y;
    ww_error err = {0};
    float *out = case_run(net, (onnx_dims){4, {BATCH, 1, SIDE, SIDE}}, x, options, 0, &y, &err);
    if (!out)
        printf("# %s\n", err.message);
    *count = out ? (size_t)ww_shape_count(&y) : 0;
    return out;
}

static float *copy_output(const ww_session *session, size_t *count)
{
    ww_shape y;
    const float *out = ww_session_output(session, 0, &y);
    *count = (size_t)ww_shape_count(&y);
    float *copy = ww_try_array(*count, sizeof *copy);
    return copy ? memcpy(copy, out, *count * sizeof *copy) : NULL;
}

// Root of the mean square of the differences.
static double apart(const float *a, const float *b, size_t count)
{
    double square = 0;
    for (size_t i = 0; i < count; i++)
        square += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sqrt(square / (double)count);
}

TEST(near_to_float)
{
    ww_error err = {0};
    size_t count = 0;
    double spread = 0, worst = 0;
    ww_net *net = everything(&err);
    CHECK(net != NULL);
    const float *x = picture();
    CHECK(!ww_net_is_int8(net));
    float *real = run(net, x, slow, &count);
    CHECK_OK(set(net, ranges, &err));
    CHECK(ww_net_is_int8(net));
    float *ours = run(net, x, fast, &count), *reference = run(net, x, slow, &count);
    CHECK(real && ours && reference);
    for (size_t i = 0; i < count; i++) {
        const double off = fabs((double)ours[i] - (double)real[i]);
        spread += ((double)real[i] - 0.5) * ((double)real[i] - 0.5);
        worst = off > worst ? off : worst;
    }
    printf("# off by %.4f, at most %.4f, of a spread of %.3f\n", apart(ours, real, count), worst,
           sqrt(spread / (double)count));
    CHECK(memcmp(real, reference, count * sizeof *real) == 0); // that backend stays what it is
    CHECK(worst > 0);                                          // and this is not it
    CHECK(apart(ours, real, count) < NEAR);
    CHECK(sqrt(spread / (double)count) > 0.1); // of something that varies
    free(real);
    free(ours);
    free(reference);
    ww_net_free(net);
}

TEST(the_same_on_every_processor)
{
    ww_error err = {0};
    size_t count = 0;
    ww_net *net = everything(&err);
    const float *x = picture();
    CHECK_OK(set(net, ranges, &err));
    float *first = run(net, x, fast, &count);
    for (int i = 0; ww_int8_kernels[i]; i++) {
        if (!ww_int8_kernels[i]->supported())
            continue;
        float *again = run(net, x, (ww_session_options){.kernel = ww_int8_kernels[i]}, &count);
        CHECK(first && again && memcmp(first, again, count * sizeof *first) == 0);
        free(again);
    }
    free(first);
    ww_net_free(net);
}

// A part of a picture put in as bytes is the same as the numbers of it with black beside and below; the run after that
// goes by the numbers again.
TEST(a_grey_picture_is_put_in_as_bytes)
{
    enum { WIDE = 17, HIGH = 11, STRIDE = 29 };
    ww_error err = {0};
    ww_shape y;
    ww_session *session = NULL;
    uint8_t rows[HIGH * STRIDE];
    float part[SIDE * SIDE] = {0}, *numbers, *again;
    size_t count = 0;
    for (int i = 0; i < HIGH * STRIDE; i++)
        rows[i] = (uint8_t)ww_random_below(&rng, 256);
    for (int i = 0; i < HIGH * WIDE; i++)
        part[i / WIDE * SIDE + i % WIDE] = rows[i / WIDE * STRIDE + i % WIDE];
    ww_net *net = everything(&err);
    CHECK_OK(set(net, ranges, &err));
    const ww_shape one = {4, {1, 1, SIDE, SIDE}};
    CHECK_OK(ww_session_open_with(net, &one, &fast, &session, &err));
    memcpy(ww_session_input(session), part, sizeof part);
    CHECK_OK(ww_session_run(session, &err));
    numbers = copy_output(session, &count);
    memset(ww_session_input(session), 0, sizeof part);
    CHECK_OK(ww_session_run(session, &err));
    again = copy_output(session, &count);
    CHECK(numbers && again && memcmp(numbers, again, count * sizeof *numbers) != 0);
    CHECK(ww_session_put_bytes(session, rows, STRIDE, WIDE, HIGH));
    CHECK_OK(ww_session_run(session, &err));
    CHECK(numbers && memcmp(numbers, ww_session_output(session, 0, &y), count * sizeof *numbers) == 0);
    CHECK_OK(ww_session_run(session, &err));
    CHECK(again && memcmp(again, ww_session_output(session, 0, &y), count * sizeof *again) == 0);
    CHECK(!ww_session_put_bytes(session, rows, STRIDE, SIDE + 1, 1));
    CHECK(!ww_session_put_bytes(session, rows, STRIDE, 1, SIDE + 1));
    ww_session_close(session);
    free(numbers);
    free(again);
    ww_net_free(net);
}

// Where the numbers are not the bytes, where there are several pictures, and in float it is not done.
TEST(bytes_are_refused_where_they_are_not_the_input)
{
    static const struct {
        const char *ranges;
        int batch;
        ww_backend backend;
    } odd[] = {{"luma 0 510\na -1 4\nb 0 6\nd 0 3\nc -2 2\nf -3 3\n", 1, WW_BACKEND_ONEDNN},
               {"luma -1 254\na -1 4\nb 0 6\nd 0 3\nc -2 2\nf -3 3\n", 1, WW_BACKEND_ONEDNN},
               {"a -1 4\nb 0 6\nd 0 3\nc -2 2\nf -3 3\n", 1, WW_BACKEND_ONEDNN},
               {ranges, 2, WW_BACKEND_ONEDNN},
               {ranges, 1, WW_BACKEND_REFERENCE}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        ww_error err = {0};
        ww_session *session = NULL;
        ww_net *net = everything(&err);
        CHECK_OK(set(net, odd[i].ranges, &err));
        const ww_shape shape = {4, {odd[i].batch, 1, SIDE, SIDE}};
        CHECK_OK(ww_session_open_with(net, &shape, &(ww_session_options){.backend = odd[i].backend}, &session, &err));
        CHECK(!ww_session_put_bytes(session, (const uint8_t *)"x", 1, 1, 1));
        ww_session_close(session);
        ww_net_free(net);
    }
}

// A picture that is 0 all over has bytes of the zero point, like the border: with the border wrong, the edges of the
// result would differ from its middle.
TEST(what_lies_outside_is_nothing)
{
    onnx_writer w = {0};
    ww_error err = {0};
    size_t count = 0;
    static const float nothing[BATCH * SIDE * SIDE], bias[] = {0.5f, -3, 7};
    onnx_input(&w, "x", (onnx_dims){4, {-1, 1, -1, -1}});
    onnx_output(&w, "y");
    weights(&w, "w", (onnx_dims){4, {3, 1, 5, 5}}, -1, 2);
    onnx_floats(&w, "b", (onnx_dims){1, {3}}, bias);
    onnx_node(&w, "Conv", "x w b", "y", "pads=2,2,2,2");
    ww_net *net = case_load(&w, &err);
    CHECK_OK(set(net, "x -77 100\n", &err));
    float *y = run(net, nothing, fast, &count);
    CHECK_EQ(count, BATCH * 3 * SIDE * SIDE);
    for (size_t i = 0; y && i < count; i++)
        CHECK_NEAR(y[i], bias[i / (SIDE * SIDE) % 3], 1e-3);
    free(y);
    ww_net_free(net);
}

// No range of what a node reads: it is done in float, as the reference does it.
TEST(without_ranges_it_is_float)
{
    ww_error err = {0};
    size_t count = 0;
    ww_net *net = everything(&err);
    const float *x = picture();
    float *real = run(net, x, slow, &count);
    CHECK_OK(set(net, "# none\n\n", &err));
    float *ours = run(net, x, fast, &count);
    CHECK(real && ours && memcmp(real, ours, count * sizeof *real) == 0);
    free(real);
    free(ours);
    ww_net_free(net);
}

// The end of an embedder: matrices of whole blocks of rows, of a part of one, of too few rows, with and without a bias.
TEST(matrices_give_what_float_gives)
{
    onnx_writer w = {0};
    ww_error err = {0};
    size_t count = 0;
    onnx_input(&w, "luma", (onnx_dims){4, {-1, 1, -1, -1}});
    onnx_output(&w, "y");
    weights(&w, "aw", (onnx_dims){4, {20, 1, SIDE, SIDE}}, -0.1f, 0.1f);
    weights(&w, "bw", (onnx_dims){4, {37, 20, 1, 1}}, -0.5f, 0.4f);
    weights(&w, "bb", (onnx_dims){1, {37}}, -9, 9);
    weights(&w, "cw", (onnx_dims){4, {32, 37, 1, 1}}, -0.3f, 0.3f);
    weights(&w, "dw", (onnx_dims){4, {5, 32, 1, 1}}, -0.3f, 0.3f);
    onnx_node(&w, "Conv", "luma aw", "a", "");
    onnx_node(&w, "Conv", "a bw bb", "b", "");
    onnx_node(&w, "Conv", "b cw", "c", "");
    onnx_node(&w, "Conv", "c dw", "y", "");
    ww_net *net = case_load(&w, &err);
    CHECK_OK(set(net, "# none\n", &err));
    const float *x = picture();
    float *real = run(net, x, slow, &count), *ours = run(net, x, fast, &count);
    CHECK_EQ(count, BATCH * 5);
    CHECK(real && ours && memcmp(real, ours, count * sizeof *real) == 0);
    free(real);
    free(ours);
    ww_net_free(net);
}

TEST(parts_of_it_may_be_float)
{
    static const char *const missing[] = {"luma 0 255\n", "a -1 4\n", "b 0 6\n", "d 0 3\n", "c -2 2\n", "f -3 3\n"};
    const float *x = picture();
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        ww_error err = {0};
        size_t count = 0;
        char text[sizeof ranges];
        ww_net *net = everything(&err);
        strcpy(text, ranges);
        char *cut = strstr(text, missing[i]);
        memmove(cut, cut + strlen(missing[i]), strlen(cut + strlen(missing[i])) + 1);
        float *real = run(net, x, slow, &count);
        CHECK_OK(set(net, text, &err));
        float *ours = run(net, x, fast, &count);
        CHECK(real && ours && apart(ours, real, count) < 2 * NEAR);
        free(real);
        free(ours);
        ww_net_free(net);
    }
}

TEST(ranges_that_make_no_sense_are_refused)
{
    static const char *const wrong[] = {"luma 0 255\nnobody 0 1\n", "luma 0 255\na 1 2\n",   "luma 0 255\na -1 0\n",
                                        "luma 0 255\na 0 inf\n",    "luma 0 255\na 0\n",     "luma 0 255\na\n",
                                        "luma 0 255\na 0 nan\n",    "luma 0 255\na 0 1 2\n", "luma 0 255\na zero one\n",
                                        "luma 0 255\na 0 1e38\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ww_error err = {0};
        ww_net *net = everything(&err);
        CHECK_EQ(set(net, wrong[i], &err), WW_ERR_FORMAT);
        CHECK(strstr(err.message, "line 2") != NULL);
        CHECK(!ww_net_is_int8(net));
        ww_net_free(net);
    }
    char long_line[600];
    ww_error err = {0};
    ww_net *net = everything(&err);
    memset(long_line, 'a', sizeof long_line);
    CHECK_EQ(ww_net_set_ranges(net, long_line, sizeof long_line, &err), WW_ERR_FORMAT);
    ww_net_free(net);
}

TEST(memory_is_bounded)
{
    ww_error err = {0};
    ww_session *session = NULL;
    ww_net *net = everything(&err);
    CHECK_OK(set(net, ranges, &err));
    const ww_shape shape = {4, {BATCH, 1, SIDE, SIDE}};
    for (size_t bytes = 64; bytes < 20000; bytes *= 2)
        CHECK_EQ(ww_session_open_with(net, &shape, &(ww_session_options){.bytes_max = bytes}, &session, &err),
                 WW_ERR_MEMORY);
    CHECK_OK(ww_session_open_with(net, &shape, &(ww_session_options){.bytes_max = 1 << 20}, &session, &err));
    ww_session_close(session);
    ww_net_free(net);
}

static bool say_stop(void *user)
{
    ++*(int *)user;
    return true;
}

TEST(opening_that_is_not_wanted_any_more_ends)
{
    ww_error err = {0};
    int asked = 0;
    const ww_cancel cancel = {say_stop, &asked};
    ww_session *session = NULL;
    ww_net *net = everything(&err);
    CHECK_OK(set(net, ranges, &err));
    CHECK_EQ(ww_session_open_with(net, &(ww_shape){4, {BATCH, 1, SIDE, SIDE}}, &(ww_session_options){.cancel = &cancel},
                                  &session, &err),
             WW_ERR_CANCELLED);
    CHECK(session == NULL);
    CHECK_EQ(asked, 1);
    ww_net_free(net);
}

TEST(the_sigmoid_is_one)
{
    for (float x = -120; x < 120; x += 0.37f)
        CHECK_NEAR(ww_int8_sigmoid(x), 1 / (1 + exp(-(double)x)), 1e-7);
    CHECK(ww_int8_sigmoid(0) == 0.5f);
    CHECK(ww_int8_sigmoid(-1e9f) == 0 && ww_int8_sigmoid(1e9f) == 1);
}

// Two convolutions, and what `rest` adds to them: pooling has no int8, and is done for a whole batch at once.
static ww_net *two_convolutions(void (*rest)(onnx_writer *w), ww_error *err)
{
    onnx_writer w = {0};
    onnx_input(&w, "luma", (onnx_dims){4, {-1, 1, -1, -1}});
    onnx_output(&w, "y");
    weights(&w, "aw", (onnx_dims){4, {12, 1, 3, 3}}, -0.01f, 0.02f);
    weights(&w, "bw", (onnx_dims){4, {12, 12, 3, 3}}, -0.2f, 0.2f);
    onnx_node(&w, "Conv", "luma aw", "a", "pads=1,1,1,1");
    onnx_node(&w, "Conv", "a bw", "b", "pads=1,1,1,1");
    rest(&w);
    return case_load(&w, err);
}

// The bytes of the first convolution are read again behind the pooling.
static void add_first_again(onnx_writer *w)
{
    onnx_node(w, "MaxPool", "b", "c", "kernel_shape=3,3 pads=1,1,1,1");
    onnx_node(w, "Conv", "c bw", "d", "pads=1,1,1,1");
    onnx_node(w, "Add", "d a", "e", "");
    onnx_node(w, "Conv", "e bw", "y", "pads=1,1,1,1");
}

// The numbers of the second are made of its bytes when the pooling of the first is through.
static void pool_all(onnx_writer *w)
{
    onnx_node(w, "Conv", "b bw", "c", "pads=1,1,1,1");
    onnx_node(w, "MaxPool", "a", "ap", "kernel_shape=3,3 pads=1,1,1,1");
    onnx_node(w, "MaxPool", "b", "bp", "kernel_shape=3,3 pads=1,1,1,1");
    onnx_node(w, "MaxPool", "c", "cp", "kernel_shape=3,3 pads=1,1,1,1");
    onnx_node(w, "Add", "ap bp", "sum", "");
    onnx_node(w, "Add", "sum cp", "y", "");
}

// The numbers of an output are made of its bytes at the very end.
static void pool_behind_output(onnx_writer *w)
{
    onnx_output(w, "pooled");
    onnx_node(w, "Conv", "b bw", "c", "pads=1,1,1,1");
    onnx_node(w, "Add", "c a", "y", "");
    onnx_node(w, "MaxPool", "b", "pooled", "kernel_shape=3,3 pads=1,1,1,1");
}

static void check_batch(const ww_net *net)
{
    const float *x = picture();
    size_t count = 0;
    float *all = run(net, x, fast, &count);
    for (size_t k = 0; k < BATCH; k++) {
        ww_shape y = {0};
        ww_error err = {0};
        float *one = case_run(net, (onnx_dims){4, {1, 1, SIDE, SIDE}}, x + k * SIDE * SIDE, fast, 0, &y, &err);
        const size_t each = one ? (size_t)ww_shape_count(&y) : 0;
        CHECK_EQ(each * BATCH, count);
        CHECK(all && one && memcmp(all + k * each, one, each * sizeof *one) == 0);
        free(one);
    }
    free(all);
}

TEST(pictures_of_a_batch_do_not_mix)
{
    static const struct {
        void (*rest)(onnx_writer *w);
        const char *ranges;
    } nets[] = {{add_first_again, "luma 0 255\na -1 4\nb -3 4\nc -1 1\nd -2 2\ne -3 5\n"},
                {pool_all, "luma 0 255\na -1 4\nb -3 4\n"},
                {pool_behind_output, "luma 0 255\na -1 4\nb -3 4\ny -3 5\n"}};
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        ww_error err = {0};
        ww_net *net = two_convolutions(nets[i].rest, &err);
        CHECK_OK(set(net, nets[i].ranges, &err));
        check_batch(net);
        ww_net_free(net);
    }
}

// Ranges by which a result could be more than an integer holds: then a convolution is not done with bytes.
TEST(ranges_beyond_all_bounds_leave_it_float)
{
    static const char *const wide[] = {"x 0 9e29\n", "x 0 255\ny 0 1e-9\n"};
    const float *x = picture();
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        onnx_writer w = {0};
        ww_error err = {0};
        size_t count = 0;
        onnx_input(&w, "x", (onnx_dims){4, {-1, 1, -1, -1}});
        onnx_output(&w, "y");
        weights(&w, "w", (onnx_dims){4, {3, 1, 5, 5}}, -1, 2);
        onnx_node(&w, "Conv", "x w", "y", "pads=2,2,2,2");
        ww_net *net = case_load(&w, &err);
        CHECK_OK(set(net, wide[i], &err));
        float *ours = run(net, x, fast, &count), *real = run(net, x, slow, &count);
        CHECK(ours && real && memcmp(ours, real, count * sizeof *real) == 0);
        free(ours);
        free(real);
        ww_net_free(net);
    }
}

int main(void)
{
    RUN(near_to_float);
    RUN(the_same_on_every_processor);
    RUN(a_grey_picture_is_put_in_as_bytes);
    RUN(bytes_are_refused_where_they_are_not_the_input);
    RUN(what_lies_outside_is_nothing);
    RUN(without_ranges_it_is_float);
    RUN(parts_of_it_may_be_float);
    RUN(ranges_that_make_no_sense_are_refused);
    RUN(memory_is_bounded);
    RUN(opening_that_is_not_wanted_any_more_ends);
    RUN(the_sigmoid_is_one);
    RUN(matrices_give_what_float_gives);
    RUN(pictures_of_a_batch_do_not_mix);
    RUN(ranges_beyond_all_bounds_leave_it_float);
    return FINISH();
}
