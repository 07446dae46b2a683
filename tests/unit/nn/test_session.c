// SPDX-License-Identifier: MIT
// Sessions: folding, fusion, other sizes than the file's, memory, threads, and the real models where they are at hand.
#include "harness.h"

#include "nn/arena.h"
#include "nn/graph.h"
#include "nn/ops/op.h"
#include "nn/plan.h"
#include "nn/profile.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "nn_case.h"

#include <pthread.h>

static const ww_session_options fast = {.backend = WW_BACKEND_ONEDNN},
                                fast_unfused = {.backend = WW_BACKEND_ONEDNN, .unfused = true},
                                slow = {.backend = WW_BACKEND_REFERENCE},
                                slow_unfused = {.backend = WW_BACKEND_REFERENCE, .unfused = true};

// How many nodes the plan for an input has.
static int node_count(const ww_net *net, ww_shape input, bool fuse)
{
    ww_net_plan *plan;
    ww_error err = {0};
    if (ww_net_plan_make(net, &input, fuse, 1 << 20, &plan, &err) != WW_OK) {
        printf("# %s\n", err.message);
        return -1;
    }
    int count = (int)plan->node_count;
    ww_net_plan_free(plan);
    return count;
}

TEST(shape_arithmetic_is_folded)
{
    onnx_writer w = {0};
    ww_error err = {0};
    onnx_input(&w, "x", (onnx_dims){4, {1, 2, -1, -1}});
    onnx_output(&w, "y");
    onnx_ints(&w, "one", 1, (int64_t[]){1});
    onnx_ints(&w, "two", 1, (int64_t[]){2});
    onnx_ints(&w, "minus", 1, (int64_t[]){-1});
    onnx_node(&w, "Shape", "x", "s", "");
    onnx_node(&w, "Gather", "s one", "channels", "axis=0");
    onnx_node(&w, "Mul", "channels two", "double", "");
    onnx_node(&w, "Div", "double two", "half", "");
    onnx_node(&w, "Concat", "half minus", "shape", "axis=0");
    onnx_node(&w, "Reshape", "x shape", "y", "");
    ww_net *net = case_load(&w, &err);
    CHECK(net != NULL);
    CHECK_EQ(node_count(net, (ww_shape){4, {1, 2, 3, 5}}, true), 1);
    ww_shape y;
    float *out = case_run(net, (onnx_dims){4, {1, 2, 3, 5}}, case_ramp(1), fast, 0, &y, &err);
    CHECK(out && y.rank == 2 && y.dim[0] == 2 && y.dim[1] == 15 && out[29] == 29);
    free(out);
    ww_net_free(net);
}

// Weights in half precision are floats once read: their Cast, and a Reshape, take no memory and no time.
TEST(constants_under_another_shape_are_not_copied)
{
    onnx_writer w = {0};
    ww_error err = {0};
    const uint16_t halves[] = {0x3c00, 0x4000, 0x4200, 0x4400};
    onnx_input(&w, "x", (onnx_dims){2, {1, 2}});
    onnx_output(&w, "y");
    onnx_raw(&w, "c", (onnx_dims){1, {4}}, ONNX_FLOAT16, halves, sizeof halves);
    onnx_ints(&w, "shape", 2, (int64_t[]){2, 2});
    onnx_node(&w, "Cast", "c", "f", "to=1");
    onnx_node(&w, "Reshape", "f shape", "m", "");
    onnx_node(&w, "MatMul", "x m", "y", "");
    ww_net *net = case_load(&w, &err);
    ww_net_plan *plan = NULL;
    CHECK_OK(ww_net_plan_make(net, &(ww_shape){2, {1, 2}}, true, 0, &plan, &err)); // no byte for constants
    CHECK(plan && plan->node_count == 1);
    ww_net_plan_free(plan);
    float *y = case_run(net, (onnx_dims){2, {1, 2}}, (float[]){1, 10}, fast, 0, NULL, &err);
    CHECK(y && y[0] == 31 && y[1] == 42);
    free(y);
    ww_net_free(net);
}

// Conv, batch norm, identity, sum, relu, sigmoid: six nodes that become one, and one conv before them.
static ww_net *residual_block(ww_error *err)
{
    onnx_writer w = {0};
    onnx_input(&w, "x", (onnx_dims){4, {1, 8, -1, -1}});
    onnx_output(&w, "y");
    onnx_floats(&w, "w", (onnx_dims){4, {8, 8, 3, 3}}, case_ramp(0.001f));
    onnx_floats(&w, "s", (onnx_dims){1, {8}}, case_ramp(0.3f));
    onnx_floats(&w, "v", (onnx_dims){1, {8}}, case_ramp(0.5f));
    onnx_node(&w, "Conv", "x w", "a", "pads=1,1,1,1");
    onnx_node(&w, "Conv", "a w", "b", "pads=1,1,1,1");
    onnx_node(&w, "BatchNormalization", "b s s s v", "c", "epsilon=0.1f");
    onnx_node(&w, "Identity", "c", "d", "");
    onnx_node(&w, "Add", "a d", "e", "");
    onnx_node(&w, "Relu", "e", "f", "");
    onnx_node(&w, "Sigmoid", "f", "y", "");
    return case_load(&w, err);
}

TEST(fusion_does_not_change_results)
{
    ww_error err = {0};
    ww_net *net = residual_block(&err);
    CHECK(net != NULL);
    CHECK_EQ(node_count(net, (ww_shape){4, {1, 8, 6, 7}}, false), 7);
    CHECK_EQ(node_count(net, (ww_shape){4, {1, 8, 6, 7}}, true), 2);
    const ww_session_options kind[] = {slow_unfused, slow, fast_unfused, fast};
    float *out[4];
    for (int k = 0; k < 4; k++) {
        out[k] = case_run(net, (onnx_dims){4, {1, 8, 6, 7}}, case_ramp(0.01f), kind[k], 0, NULL, &err);
        CHECK(out[k] != NULL);
        for (int i = 0; out[k] && i < 8 * 6 * 7; i++)
            CHECK_NEAR(out[k][i], out[0][i], 1e-6);
    }
    for (int k = 0; k < 4; k++)
        free(out[k]);
    ww_net_free(net);
}

TEST(a_value_that_is_an_output_is_kept)
{
    onnx_writer w = {0};
    ww_error err = {0};
    onnx_input(&w, "x", (onnx_dims){4, {1, 1, 2, 2}});
    onnx_output(&w, "a");
    onnx_output(&w, "y");
    onnx_output(&w, "z");
    onnx_output(&w, "x");
    onnx_floats(&w, "w", (onnx_dims){4, {1, 1, 1, 1}}, (float[]){-1});
    onnx_node(&w, "Conv", "x w", "a", "");
    onnx_node(&w, "Relu", "a", "y", "");
    onnx_node(&w, "Flatten", "a", "z", "");
    ww_net *net = case_load(&w, &err);
    const float want[4][4] = {{0, -1, -2, -3}, {0, 0, 0, 0}, {0, -1, -2, -3}, {0, 1, 2, 3}};
    for (int b = 0; b < 2; b++)
        for (int o = 0; o < 4; o++) {
            float *out = case_run(net, (onnx_dims){4, {1, 1, 2, 2}}, case_ramp(1), b ? slow : fast, o, NULL, &err);
            for (int i = 0; i < 4; i++)
                CHECK(out && out[i] == want[o][i]);
            free(out);
        }
    ww_net_free(net);
}

// A pyramid whose upsampling has its size written down, and a head that flattens to "1, -1, 2": made for 1x1x8x8.
static ww_net *fixed_size_model(ww_error *err)
{
    onnx_writer w = {0};
    onnx_input(&w, "x", (onnx_dims){4, {1, 1, 8, 8}});
    onnx_output(&w, "y");
    onnx_floats(&w, "w", (onnx_dims){4, {2, 1, 1, 1}}, (float[]){1, 100});
    onnx_ints(&w, "z", 4, (int64_t[]){1, 1, 8, 8});
    onnx_ints(&w, "s", 3, (int64_t[]){1, -1, 2});
    onnx_node(&w, "MaxPool", "x", "a", "kernel_shape=2,2 strides=2,2");
    onnx_node(&w, "Resize", "a - - z", "b",
              "mode:nearest coordinate_transformation_mode:asymmetric nearest_mode:floor");
    onnx_node(&w, "Add", "b x", "c", "");
    onnx_node(&w, "Conv", "c w", "d", "");
    onnx_node(&w, "Transpose", "d", "e", "perm=0,2,3,1");
    onnx_node(&w, "Reshape", "e s", "y", "");
    return case_load(&w, err);
}

TEST(other_sizes_and_batches_than_the_files)
{
    ww_error err = {0};
    ww_net *net = fixed_size_model(&err);
    for (int b = 0; b < 2; b++) {
        ww_shape y;
        float *out = case_run(net, (onnx_dims){4, {3, 1, 4, 6}}, case_ramp(1), b ? slow : fast, 0, &y, &err);
        CHECK(out != NULL);
        CHECK(y.rank == 3 && y.dim[0] == 3 && y.dim[1] == 24 && y.dim[2] == 2);
        // First pixel of each picture: its own value plus the largest of its 2x2 block, one row and one column on.
        for (int n = 0; n < 3 && out; n++) {
            float first = (float)(24 * n), want = first + first + 7;
            CHECK_NEAR(out[n * 48], want, 1e-4);
            CHECK_NEAR(out[n * 48 + 1], 100 * want, 1e-2);
        }
        free(out);
    }
    ww_net_free(net);
}

TEST(sizes_a_graph_cannot_run_at_are_unsupported)
{
    onnx_writer w = {0};
    ww_error err = {0};
    onnx_input(&w, "x", (onnx_dims){2, {1, 4}});
    onnx_output(&w, "y");
    onnx_floats(&w, "c", (onnx_dims){2, {1, 4}}, case_ramp(1));
    onnx_node(&w, "Add", "x c", "y", "");
    ww_net *net = case_load(&w, &err);
    ww_session *session;
    CHECK_EQ(ww_session_open(net, &(ww_shape){2, {1, 5}}, WW_BACKEND_ONEDNN, &session, &err), WW_ERR_UNSUPPORTED);
    CHECK(session == NULL);
    CHECK(strstr(err.message,
                 "case.onnx: does not run on an input of 1x5, only on the 1x4 it was made for: node 'node 0' (Add)")
          != NULL);
    CHECK_EQ(ww_session_open(net, &(ww_shape){2, {1, 0}}, WW_BACKEND_ONEDNN, &session, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(ww_session_open(net, &(ww_shape){2, {1, -1}}, WW_BACKEND_ONEDNN, &session, &err), WW_ERR_ARGUMENT);
    ww_net_free(net);
}

TEST(batches_that_would_run_into_each_other_are_refused)
{
    onnx_writer w = {0};
    ww_error err = {0};
    onnx_input(&w, "x", (onnx_dims){2, {1, 4}});
    onnx_output(&w, "y");
    onnx_ints(&w, "s", 2, (int64_t[]){2, -1});
    onnx_node(&w, "Reshape", "x s", "y", "");
    ww_net *net = case_load(&w, &err);
    ww_session *session;
    CHECK_EQ(ww_session_open(net, &(ww_shape){2, {3, 4}}, WW_BACKEND_ONEDNN, &session, &err), WW_ERR_UNSUPPORTED);
    CHECK(strstr(err.message, "batch apart") != NULL);
    ww_net_free(net);
}

TEST(memory_is_bounded)
{
    onnx_writer w = {0};
    ww_error err = {0};
    onnx_input(&w, "x", (onnx_dims){1, {-1}});
    onnx_output(&w, "y");
    onnx_ints(&w, "s", 2, (int64_t[]){1000, 1});
    onnx_node(&w, "Expand", "x s", "y", "");
    ww_net *net = case_load(&w, &err);
    ww_session *session;
    for (int b = 0; b < 2; b++) {
        ww_session_options tight = {.backend = b ? WW_BACKEND_REFERENCE : WW_BACKEND_ONEDNN, .bytes_max = 100000};
        CHECK_EQ(ww_session_open_with(net, &(ww_shape){1, {100}}, &tight, &session, &err), WW_ERR_MEMORY);
        CHECK(strstr(err.message, "case.onnx") != NULL);
        CHECK_OK(ww_session_open_with(net, &(ww_shape){1, {10}}, &tight, &session, &err));
        ww_session_close(session);
    }
    CHECK_EQ(ww_session_open(net, &(ww_shape){1, {1 << 24}}, WW_BACKEND_REFERENCE, &session, &err), WW_ERR_UNSUPPORTED);
    ww_net_free(net);
}

// A kernel as large as its picture, over and over: a small file that asks for hours of work.
TEST(work_is_bounded)
{
    enum { SIDE = 121, NODES = 100 };
    const size_t weights = (size_t)16 * 16 * SIDE * SIDE;
    onnx_writer w = {0};
    ww_error err = {0};
    float *data = ww_alloc_array0(weights, sizeof *data, SIZE_MAX);
    CHECK(data != NULL);
    onnx_input(&w, "v0", (onnx_dims){4, {1, 16, 112, 112}});
    onnx_floats(&w, "w", (onnx_dims){4, {16, 16, SIDE, SIDE}}, data);
    free(data);
    for (int i = 0; i < NODES; i++) {
        char in[16], out[16];
        snprintf(in, sizeof in, "v%d w", i);
        snprintf(out, sizeof out, "v%d", i + 1);
        onnx_node(&w, "Conv", in, out, "pads=60,60,60,60");
    }
    onnx_output(&w, "v100");
    ww_net *net = case_load(&w, &err);
    CHECK(net != NULL);
    ww_net_plan *plan = NULL;
    const ww_shape input = {4, {1, 16, 112, 112}};
    CHECK_EQ(ww_net_plan_make(net, &input, true, SIZE_MAX, &plan, &err), WW_ERR_UNSUPPORTED);
    CHECK(!plan && strstr(err.message, "case.onnx") && strstr(err.message, "multiplications"));
    ww_net_free(net);
}

TEST(arena_never_overlaps)
{
    ww_random rng = {7};
    for (int round = 0; round < 200; round++) {
        ww_arena_span span[40];
        size_t sum = 0;
        for (int i = 0; i < 40; i++) {
            span[i] = (ww_arena_span){.bytes = ww_random_below(&rng, 1000), .first = (int)ww_random_below(&rng, 30)};
            span[i].last = span[i].first + (int)ww_random_below(&rng, 10);
            sum += (span[i].bytes + 63) / 64 * 64;
        }
        size_t total = 0;
        CHECK(ww_arena_plan(span, 40, &total));
        CHECK(total <= sum);
        for (int i = 0; i < 40; i++) {
            CHECK(span[i].offset + span[i].bytes <= total && span[i].offset % 64 == 0);
            for (int k = 0; k < i; k++) {
                bool in_time = span[i].first <= span[k].last && span[k].first <= span[i].last;
                bool in_memory =
                    span[i].offset < span[k].offset + span[k].bytes && span[k].offset < span[i].offset + span[i].bytes;
                CHECK(!(in_time && in_memory));
            }
        }
    }
}

// ---- threads

typedef struct thread_job {
    const ww_net *net;
    const float *want;
    int wrong;
} thread_job;

static void *run_often(void *user)
{
    thread_job *job = user;
    ww_error err = {0};
    for (int round = 0; round < 20; round++) {
        float *out = case_run(job->net, (onnx_dims){4, {1, 8, 9, 9}}, case_ramp(0.01f), fast, 0, NULL, &err);
        job->wrong += !out || memcmp(out, job->want, 8 * 9 * 9 * sizeof *out) != 0;
        free(out);
    }
    return NULL;
}

TEST(sessions_run_side_by_side)
{
    ww_error err = {0};
    ww_net *net = residual_block(&err);
    float *want = case_run(net, (onnx_dims){4, {1, 8, 9, 9}}, case_ramp(0.01f), fast, 0, NULL, &err);
    thread_job job[4];
    pthread_t thread[4];
    for (int i = 0; i < 4; i++) {
        job[i] = (thread_job){net, want, 0};
        CHECK(pthread_create(&thread[i], NULL, run_often, &job[i]) == 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
        CHECK_EQ(job[i].wrong, 0);
    }
    free(want);
    ww_net_free(net);
}

// ---- the real ones

static ww_session *open_and_run(const ww_net *net, ww_shape input, ww_session_options options)
{
    ww_error err = {0};
    ww_session *session;
    ww_random rng = {11};
    CHECK_OK(ww_session_open_with(net, &input, &options, &session, &err));
    if (!session)
        return NULL;
    for (int64_t i = 0; i < ww_shape_count(&input); i++)
        ww_session_input(session)[i] = (float)ww_random_unit(&rng);
    CHECK_OK(ww_session_run(session, &err));
    return session;
}

// The whole fast way against the reference on the graph as it stands in the file.
static void check_model(const char *path, ww_shape input)
{
    ww_error err = {0};
    ww_net *net;
    CHECK_OK(ww_net_load_file(path, &net, &err));
    if (!net)
        return;
    ww_session *a = open_and_run(net, input, fast), *b = open_and_run(net, input, slow_unfused);
    for (int o = 0; a && b && o < ww_net_output_count(net); o++) {
        ww_shape shape;
        double worst = 0, largest = 0;
        const float *x = ww_session_output(a, o, &shape), *y = ww_session_output(b, o, NULL);
        for (int64_t i = 0; i < ww_shape_count(&shape); i++) {
            worst = !(fabs(x[i] - y[i]) <= worst) ? fabs(x[i] - y[i]) : worst;
            largest = fabs(y[i]) > largest ? fabs(y[i]) : largest;
        }
        CHECK(worst < 1e-4 && largest > 0);
    }
    ww_session_close(a);
    ww_session_close(b);
    ww_net_free(net);
}

TEST(default_models)
{
    const char *source = getenv("WW_SOURCE");
    if (!source)
        SKIP("WW_SOURCE is not set");
    char *detector = ww_strf("%s/models/detector.onnx", source), *embedder = ww_strf("%s/models/embedder.onnx", source);
    check_model(detector, (ww_shape){4, {1, 1, 64, 96}});
    check_model(embedder, (ww_shape){4, {2, 1, 96, 96}});
    free(detector);
    free(embedder);
}

TEST(third_party_models)
{
    static const struct {
        const char *file;
        ww_shape input;
    } model[] = {
        {"models/scrfd_500m_bnkps.onnx", {4, {1, 3, 64, 96}}},
        {"models/face_detection_yunet_2026may.onnx", {4, {1, 3, 64, 96}}},
        {"models/ultraface_rfb_320.onnx", {4, {1, 3, 240, 320}}},
        {"models/mobilefacenet_foamliu.onnx", {4, {2, 3, 112, 112}}},
    };
    for (int i = 0; i < 4; i++) {
        const char *path = shared_file(model[i].file);
        if (!path)
            SKIP("the shared models are not there");
        check_model(path, model[i].input);
    }
}

typedef struct layer_story {
    char text[512];
    double seconds;
} layer_story;

static void tell_layer(void *user, const char *name, const char *op, double seconds)
{
    layer_story *story = user;
    CHECK(seconds > 0 && seconds < 60);
    story->seconds += seconds;
    snprintf(story->text + strlen(story->text), sizeof story->text - strlen(story->text), "%s ", op);
}

// What is fused counts with the layer that took it in, what only renames takes no time; sessions count when they are
// closed.
TEST(layers_are_timed)
{
    ww_error err = {0};
    static const ww_session_options *const how[] = {&fast, &slow, &slow_unfused};
    static const char *const expected[] = {"Conv Conv ", "Conv Conv ",
                                           "Conv Conv BatchNormalization Add Relu Sigmoid "};
    for (int i = 0; i < 3; i++) {
        ww_net *net = residual_block(&err);
        const ww_shape input = {4, {1, 8, 40, 40}};
        layer_story none = {""}, story = {""};
        ww_session *session[2] = {NULL};
        for (int k = 0; k < 2; k++) {
            CHECK_OK(ww_session_open_with(net, &input, how[i], &session[k], &err));
            for (int run = 0; run < 3 && session[k]; run++)
                CHECK_OK(ww_session_run(session[k], &err));
        }
        CHECK_EQ(ww_net_times(net, tell_layer, &none), 0);
        CHECK_STR(none.text, "");
        ww_session_close(session[0]);
        CHECK_EQ(ww_net_times(net, tell_layer, &none), 3);
        ww_session_close(session[1]);
        CHECK_EQ(ww_net_times(net, tell_layer, &story), 6);
        CHECK(story.seconds > none.seconds);
        if (i == 0) // outputs may have to be brought into their order
            CHECK(strncmp(story.text, expected[i], strlen(expected[i])) == 0);
        else
            CHECK_STR(story.text, expected[i]);
        ww_net_free(net);
    }
}

static bool say_stop(void *user)
{
    ++*(int *)user;
    return true;
}

static bool say_go_on(void *user)
{
    ++*(int *)user;
    return false;
}

// A network of 60 layers of some milliseconds each, as those of others are that take seconds.
static ww_net *slow_net(ww_error *err)
{
    enum { LAYERS = 60, CHANNELS = 32 };
    static float weight[CHANNELS * CHANNELS * 3 * 3];
    onnx_writer w = {0};
    char from[16] = "x", to[16], inputs[32];
    onnx_input(&w, "x", (onnx_dims){4, {1, CHANNELS, -1, -1}});
    onnx_output(&w, "y");
    onnx_floats(&w, "w", (onnx_dims){4, {CHANNELS, CHANNELS, 3, 3}}, weight);
    for (int i = 0; i < LAYERS; i++) {
        snprintf(inputs, sizeof inputs, "%s w", from);
        snprintf(to, sizeof to, i == LAYERS - 1 ? "y" : "l%d", i);
        onnx_node(&w, "Conv", inputs, to, "kernel_shape=3,3 pads=1,1,1,1");
        memcpy(from, to, sizeof to);
    }
    return case_load(&w, err);
}

TEST(a_run_that_is_not_wanted_any_more_ends_between_layers)
{
    ww_error err = {0};
    ww_net *net = slow_net(&err);
    CHECK(net != NULL);
    for (ww_backend backend = WW_BACKEND_ONEDNN; net && backend <= WW_BACKEND_REFERENCE; backend++) {
        const int side = backend == WW_BACKEND_ONEDNN ? 192 : 40;
        int asked = 0;
        ww_cancel cancel = {say_go_on, &asked};
        ww_session *session = NULL;
        CHECK_OK(ww_session_open_with(net, &(ww_shape){4, {1, 32, side, side}},
                                      &(ww_session_options){.backend = backend, .cancel = &cancel}, &session, &err));
        if (!session)
            continue;
        asked = 0;
        int64_t begun = ww_nanoseconds();
        CHECK_OK(ww_session_run(session, &err));
        const int64_t whole_ns = ww_nanoseconds() - begun;
        CHECK(asked > 0 && asked <= whole_ns / WW_NN_ASK_EVERY_NS + 1);
        cancel.asked = say_stop;
        asked = 0;
        begun = ww_nanoseconds();
        CHECK_EQ(ww_session_run(session, &err), WW_ERR_CANCELLED);
        CHECK_EQ(asked, 1);
        CHECK(ww_nanoseconds() - begun < whole_ns / 2);
        cancel.asked = say_go_on;
        CHECK_OK(ww_session_run(session, &err)); // it is as good as before
        ww_session_close(session);
    }
    ww_net_free(net);
}

int main(void)
{
    RUN(a_run_that_is_not_wanted_any_more_ends_between_layers);
    RUN(layers_are_timed);
    RUN(shape_arithmetic_is_folded);
    RUN(constants_under_another_shape_are_not_copied);
    RUN(fusion_does_not_change_results);
    RUN(a_value_that_is_an_output_is_kept);
    RUN(other_sizes_and_batches_than_the_files);
    RUN(sizes_a_graph_cannot_run_at_are_unsupported);
    RUN(batches_that_would_run_into_each_other_are_refused);
    RUN(memory_is_bounded);
    RUN(work_is_bounded);
    RUN(arena_never_overlaps);
    RUN(sessions_run_side_by_side);
    RUN(default_models);
    RUN(third_party_models);
    return FINISH();
}
