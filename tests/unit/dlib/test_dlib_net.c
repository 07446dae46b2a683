// SPDX-License-Identifier: MIT
// dlib's network files: small ones written by hand, run by both backends, damaged at every byte.
#include "harness.h"

#include "base/memory.h"
#include "dlib/net.h"
#include "nn/nn.h"
#include "nn/session.h"
#include "dat_writer.h"

// One convolution of 1x1 from RGB to `filters` channels, weight w and bias b for all.
static void first_con(ww_buffer *f, int filters, float w, float b)
{
    float weights[64], biases[16];
    for (int i = 0; i < 3 * filters; i++)
        weights[i] = w;
    for (int i = 0; i < filters; i++)
        biases[i] = b + (float)i;
    dat_int(f, 3);
    dat_input_rgb(f, 100);
    dat_con(f, (int64_t[4]){filters, 3, 1, 1}, 1, 0, weights, biases);
    dat_first_end(f);
}

static ww_net *load(const ww_buffer *f, ww_error *err)
{
    ww_net *net = NULL;
    ww_dlib_net_load(f->data, f->bytes, "test.dat", &net, err);
    if (!net)
        printf("# %s\n", err->message);
    return net;
}

// Runs on a side x side picture of the same number everywhere but in the first pixel, which is 0; compares with the
// reference.
static float *run(const ww_net *net, int side, float value, ww_shape *shape)
{
    ww_error err = {0};
    float *result[2] = {NULL, NULL};
    for (int backend = 0; backend < 2; backend++) {
        ww_session *session = NULL;
        CHECK_OK(ww_session_open(net, &(ww_shape){4, {1, 3, side, side}}, (ww_backend)backend, &session, &err));
        if (!session)
            return NULL;
        float *x = ww_session_input(session);
        for (int i = 0; i < 3 * side * side; i++)
            x[i] = i % (side * side) ? value : 0;
        CHECK_OK(ww_session_run(session, &err));
        const float *y = ww_session_output(session, 0, shape);
        size_t count = 1;
        for (int i = 0; i < shape->rank; i++)
            count *= (size_t)shape->dim[i];
        result[backend] = ww_alloc_array(count, sizeof *y, SIZE_MAX);
        memcpy(result[backend], y, count * sizeof *y);
        for (size_t i = 0; i < count && backend; i++)
            CHECK_NEAR(result[0][i], result[1][i], 1e-5);
        ww_session_close(session);
    }
    free(result[0]);
    return result[1];
}

TEST(a_layer_on_a_layer)
{
    ww_buffer f = {0};
    ww_error err = {0};
    ww_shape s;
    dat_loss_metric(&f);
    dat_int(&f, 2);
    dat_int(&f, 2);
    first_con(&f, 2, 1, -10);
    dat_affine(&f, 2, (float[]){2, 3}, (float[]){1, -1});
    dat_layer_end(&f);
    dat_text(&f, "relu_");
    dat_layer_end(&f);
    ww_net *net = load(&f, &err);
    CHECK(net != NULL);
    const ww_dlib_net *info = ww_net_dlib(net);
    CHECK(info && info->kind == WW_DLIB_METRIC && info->metric_threshold == 0.6F && info->input.mean[2] == 100);
    CHECK_STR(ww_net_metadata(net, "dlib.kind"), "metric");
    CHECK_STR(info->loss, "loss_metric_2");
    float *y = run(net, 3, 4, &s);
    CHECK(s.rank == 4 && s.dim[1] == 2 && s.dim[2] == 3);
    CHECK_NEAR(y[0], 0, 1e-6);          // 2 (0 - 10) + 1 below zero
    CHECK_NEAR(y[1], 2 * 2 + 1, 1e-6);  // 2 (12 - 10) + 1
    CHECK_NEAR(y[10], 3 * 3 - 1, 1e-6); // 3 (12 - 9) - 1
    free(y);
    ww_net_free(net);
    ww_buffer_free(&f);
}

// tag, convolution of stride 2 to more channels, add_prev: the tag is larger in rows and columns, the convolution in
// channels.
TEST(add_prev_pads)
{
    ww_buffer f = {0};
    ww_error err = {0};
    ww_shape s;
    float weights[4 * 2 * 9], biases[4] = {0, 0, 7, 8};
    for (int i = 0; i < 4 * 2 * 9; i++)
        weights[i] = i % 9 == 4 ? 1 : 0; // the middle of each window, summed over channels
    dat_loss_metric(&f);
    dat_int(&f, 2); // add_prev
    dat_int(&f, 2); // con
    dat_int(&f, 1); // tag
    first_con(&f, 2, 1, 0);
    dat_con(&f, (int64_t[4]){4, 2, 3, 3}, 2, 0, weights, biases);
    dat_layer_end(&f);
    dat_text(&f, "add_prev_");
    dat_layer_end(&f);
    ww_net *net = load(&f, &err);
    CHECK(net != NULL && ww_net_dlib(net)->kind == WW_DLIB_RESNET);
    CHECK(ww_net_dlib(net)->step_x == 2 && ww_net_dlib(net)->start_y == 1);
    float *y = run(net, 5, 1, &s); // the first layer gives 3 and 4 (its biases are 0 and 1), 0 and 1 at the first pixel
    CHECK(s.dim[1] == 4 && s.dim[2] == 5 && s.dim[3] == 5);
    CHECK_NEAR(y[0], 0 + 7, 1e-6);          // channel 0: tag 0, convolution 3 + 4
    CHECK_NEAR(y[25 + 6], 4 + 7, 1e-6);     // channel 1, (1, 1): both
    CHECK_NEAR(y[25 + 2], 4, 1e-6);         // (2, 0): the tag alone
    CHECK_NEAR(y[2 * 25 + 1], 7 + 7, 1e-6); // channel 2: the convolution alone, and its bias
    CHECK_NEAR(y[3 * 25 + 24], 0, 1e-6);    // neither
    free(y);
    ww_net_free(net);
    ww_buffer_free(&f);
}

// tag1, con, tag2, skip1, pool, add_prev2, as where a ResNet halves its picture.
TEST(skip_goes_back)
{
    ww_buffer f = {0};
    ww_error err = {0};
    ww_shape s;
    float scale[4] = {10, 0, 0, 10};
    dat_loss_metric(&f);
    dat_int(&f, 2); // add_prev
    dat_int(&f, 2); // pool
    dat_int(&f, 1); // skip
    dat_int(&f, 1); // tag 2
    dat_int(&f, 2); // con
    dat_int(&f, 1); // tag 1
    first_con(&f, 2, 1, 0);
    dat_con(&f, (int64_t[4]){2, 2, 1, 1}, 2, 0, scale, (float[]){0, 0});
    dat_layer_end(&f);
    dat_max_pool(&f, 2, 2);
    dat_layer_end(&f);
    dat_text(&f, "add_prev_");
    dat_layer_end(&f);
    ww_net *net = load(&f, &err);
    CHECK(net != NULL);
    float *y = run(net, 4, 1, &s);
    CHECK(s.dim[2] == 2);
    CHECK_NEAR(y[0], 10 * 0 + 3, 1e-5); // the convolution sees the first pixel, the pool the largest of four
    CHECK_NEAR(y[1], 10 * 3 + 3, 1e-5);
    CHECK_NEAR(y[7], 10 * 4 + 4, 1e-5);
    free(y);
    ww_net_free(net);
    ww_buffer_free(&f);
}

// Repeats are written last one first, each on a place holder. x -> concat(x, 2 x), then x -> concat(x, 2 x + 1).
static void dense(ww_buffer *f, int channels, float offset)
{
    float two[4] = {2, 2, 2, 2}, offsets[4] = {offset, offset, offset, offset};
    dat_int(f, 2);    // concat
    dat_int(f, 1);    // tag 2
    dat_int(f, 2);    // affine
    dat_place_tag(f); // tag 1
    dat_affine(f, channels, two, offsets);
    dat_layer_end(f);
    dat_text(f, "concat_");
    dat_int(f, 2);
    dat_layer_end(f);
}

TEST(repeat_and_concat)
{
    ww_buffer f = {0};
    ww_error err = {0};
    ww_shape s;
    dat_loss_metric(&f);
    dat_int(&f, 1); // repeat
    dat_int(&f, 2);
    dense(&f, 2, 1);
    dense(&f, 1, 0);
    first_con(&f, 1, 1, 0);
    ww_net *net = load(&f, &err);
    CHECK(net != NULL && ww_net_dlib(net)->kind == WW_DLIB_DENSENET);
    float *y = run(net, 2, 1, &s);
    CHECK_EQ(s.dim[1], 4);
    static const float expected[4] = {3, 6, 7, 13}; // at the second pixel
    for (int i = 0; i < 4; i++)
        CHECK_NEAR(y[4 * i + 1], expected[i], 1e-5);
    free(y);
    ww_net_free(net);
    ww_buffer_free(&f);
}

static void small_detector(ww_buffer *f)
{
    float weights[3 * 9] = {0}, bias = 0.25F;
    dat_loss_mmod(f, 40, 60);
    dat_int(f, 2);
    dat_int(f, 3);
    dat_input_pyramid(f, 50, 4, 6);
    dat_con(f, (int64_t[4]){1, 3, 3, 3}, 2, 1, weights, &bias);
    dat_first_end(f);
    dat_max_pool(f, 2, 2);
    dat_layer_end(f);
}

TEST(a_detector_says_what_it_is)
{
    ww_buffer f = {0};
    ww_error err = {0};
    small_detector(&f);
    ww_net *net = load(&f, &err);
    CHECK(net != NULL);
    const ww_dlib_net *info = ww_net_dlib(net);
    CHECK(info->kind == WW_DLIB_MMOD && info->mmod.window_count == 1);
    CHECK(info->mmod.window[0].width == 40 && info->mmod.window[0].height == 60);
    CHECK_STR(info->mmod.window[0].label, "face");
    CHECK(fabs(info->mmod.nms.iou - 0.4) < 1e-12 && fabs(info->mmod.nms.covered - 0.9) < 1e-12);
    CHECK(info->input.kind == WW_DLIB_INPUT_RGB_PYRAMID && info->input.pyramid_padding == 4
          && info->input.outer_padding == 6);
    CHECK(info->step_x == 4 && info->start_x == 2); // convolution: 2 x - 1 + 1; pool: 2 (2 x + 1)
    ww_net_free(net);
    ww_buffer_free(&f);
}

TEST(what_is_not_known_is_named)
{
    ww_buffer f = {0};
    ww_error err = {0};
    ww_net *net;
    dat_loss_metric(&f);
    dat_int(&f, 2);
    first_con(&f, 1, 1, 0);
    char expected[64];
    snprintf(expected, sizeof expected, "test.dat: byte %zu: the layer 'extract_' is not supported", f.bytes);
    dat_text(&f, "extract_");
    dat_layer_end(&f);
    CHECK_EQ(ww_dlib_net_load(f.data, f.bytes, "test.dat", &net, &err), WW_ERR_UNSUPPORTED);
    CHECK_STR(err.message, expected);
    ww_buffer_free(&f);
}

// Cut at every byte it is refused; with any byte changed it is refused or loads, and then opens and runs or is refused
// for that.
TEST(damage)
{
    ww_buffer f = {0};
    ww_error err = {0};
    ww_net *net;
    small_detector(&f);
    for (size_t cut = 0; cut < f.bytes; cut++) {
        char *part = malloc(cut ? cut : 1); // exactly so long, for the sanitizer
        memcpy(part, f.data, cut);
        CHECK(ww_dlib_net_load(part, cut, "test.dat", &net, &err) < 0);
        if (strncmp(err.message, "test.dat: byte ", 15) != 0)
            printf("# cut at %zu: %s\n", cut, err.message), harness_failures++;
        free(part);
    }
    int loaded = 0;
    for (size_t at = 0; at < f.bytes; at++)
        for (int bit = 0; bit < 8; bit++) {
            f.data[at] ^= (char)(1 << bit);
            ww_session *session;
            if (ww_dlib_net_load(f.data, f.bytes, "test.dat", &net, &err) == WW_OK) {
                ww_session_options options = {.backend = WW_BACKEND_REFERENCE, .bytes_max = 1 << 20};
                if (ww_session_open_with(net, &(ww_shape){4, {1, 3, 12, 12}}, &options, &session, &err) == WW_OK) {
                    loaded += ww_session_run(session, &err) == WW_OK;
                    ww_session_close(session);
                }
                ww_net_free(net);
            }
            f.data[at] ^= (char)(1 << bit);
        }
    CHECK(loaded > 0);
    ww_buffer_free(&f);
}

TEST(files_are_told_apart)
{
    ww_error err = {0};
    ww_net *net = NULL;
    const char *path = shared_file("models/mmod_human_face_detector.dat");
    if (!path)
        SKIP("no shared/models");
    CHECK_OK(ww_dlib_net_load_file(path, &net, &err));
    const ww_dlib_net *info = ww_net_dlib(net);
    CHECK(info && info->kind == WW_DLIB_MMOD && info->mmod.window[0].width == 80 && info->step_x == 8
          && info->start_x == 14);
    ww_net_free(net);
    path = shared_file("models/face_recognition_densenet_model_v1.dat.bz2");
    CHECK_OK(ww_dlib_net_load_file(path, &net, &err));
    CHECK(ww_net_dlib(net)->kind == WW_DLIB_DENSENET && ww_net_dlib(net)->metric_threshold == 0.6F);
    ww_net_free(net);
    path = shared_file("models/scrfd_500m_bnkps.onnx");
    CHECK_OK(ww_net_load_file(path, &net, &err));
    CHECK(ww_net_dlib(net) == NULL);
    ww_net_free(net);
}

int main(void)
{
    RUN(a_layer_on_a_layer);
    RUN(add_prev_pads);
    RUN(skip_goes_back);
    RUN(repeat_and_concat);
    RUN(a_detector_says_what_it_is);
    RUN(what_is_not_known_is_named);
    RUN(damage);
    RUN(files_are_told_apart);
    return FINISH();
}
