// SPDX-License-Identifier: MIT
// Detectors that are one network (network_detector.c, decode.c), on small networks that say in every cell what they
// see.
#include "face/detect.h"
#include "face/detector.h"
#include "face/landmark_refiner.h"
#include "face/landmarks.h"
#include "face/model.h"
#include "harness.h"
#include "nn_case.h"

static ww_image flat(ww_pixels pixels, int width, int height, const uint8_t *sample)
{
    ww_error err = {0};
    ww_image image = {0};
    int channels = pixels == WW_PIXELS_RGB ? 3 : 1;
    CHECK_OK(ww_image_alloc(&image, pixels, width, height, &err));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < channels * width; x++)
            image.plane[0].data[y * image.plane[0].stride + x] = sample[x % channels];
    return image;
}

static ww_detections detect(const ww_net *net, const ww_model_spec *spec, ww_detect_options options,
                            const ww_image *image)
{
    ww_error err = {0};
    ww_detector *detector = NULL;
    ww_detections found = {0};
    CHECK_OK(ww_detector_open(net, spec, &options, &detector, &err));
    if (detector)
        CHECK_OK(ww_detect(detector, image, &found, &err));
    ww_detector_close(detector);
    return found;
}

static const char *repeated(const char *name, int times)
{
    static char text[2][128];
    static int next;
    char *to = text[next++ % 2];
    *to = 0;
    for (int i = 0; i < times; i++)
        snprintf(to + strlen(to), sizeof text[0] - strlen(to), "%s%s", i ? " " : "", name);
    return to;
}

// One of our detectors whose score at a stride is the mean of a cell's first channel, times `gain`, plus `score` of
// that stride; the boxes are as large as the stride, and the landmarks in the middle.
static ww_net *made_up(int channels, float gain, const float score[3], ww_error *err)
{
    static const int strides[3] = {8, 16, 32};
    onnx_writer w = {0};
    onnx_input(&w, "x", (onnx_dims){4, {1, channels, -1, -1}});
    onnx_floats(&w, "zero", (onnx_dims){1, {1}}, &(float){0});
    onnx_floats(&w, "gain", (onnx_dims){1, {1}}, &gain);
    onnx_ints(&w, "first", 1, &(int64_t){0});
    onnx_node(&w, "Gather", "x first", "seen", "axis=1");
    for (int k = 0; k < 3; k++) {
        char name[8][16], inputs[40], window[64];
        static const char *const formats[8] = {"cell_%d",  "none_%d", "much_%d", "more_%d",
                                               "score_%d", "box_%d",  "lmk_%d",  ""};
        for (int i = 0; i < 7; i++)
            snprintf(name[i], sizeof name[i], formats[i], strides[k]);
        snprintf(window, sizeof window, "kernel_shape=%d,%d strides=%d,%d", strides[k], strides[k], strides[k],
                 strides[k]);
        onnx_node(&w, "AveragePool", "seen", name[0], window);
        snprintf(inputs, sizeof inputs, "%s zero", name[0]);
        onnx_node(&w, "Mul", inputs, name[1], "");
        snprintf(inputs, sizeof inputs, "%s gain", name[0]);
        onnx_node(&w, "Mul", inputs, name[2], "");
        onnx_floats(&w, name[3], (onnx_dims){1, {1}}, &score[k]);
        snprintf(inputs, sizeof inputs, "%s %s", name[2], name[3]);
        onnx_node(&w, "Add", inputs, name[4], "");
        onnx_node(&w, "Concat", repeated(name[1], 4), name[5], "axis=1");
        onnx_node(&w, "Concat", repeated(name[1], WW_LANDMARK_VALUES), name[6], "axis=1");
        for (int i = 4; i < 7; i++)
            onnx_output(&w, name[i]);
    }
    return case_load(&w, err);
}

TEST(of_too_many_candidates_the_best_are_kept)
{
    enum { WIDTH = 1280, HEIGHT = 1088, LARGE = (WIDTH / 32) * (HEIGHT / 32) }; // 21,760 cells of stride 8
    ww_error err = {0};
    ww_model_spec spec;
    ww_net *net = made_up(1, 0, (float[]){0.6f, 0.6f, 0.9f}, &err);
    CHECK_OK(ww_model_recognise(net, NULL, &spec, &err));
    CHECK(spec.detector == &ww_luma_kind);
    ww_image image = flat(WW_PIXELS_LUMA, WIDTH, HEIGHT, (uint8_t[]){0});
    ww_detections found = detect(net, &spec, (ww_detect_options){.size = WIDTH}, &image);
    size_t large = 0;
    for (size_t i = 0; i < found.count; i++)
        large += found.item[i].width == 32;
    CHECK_EQ(large, LARGE); // although they are decoded last
    CHECK(found.count > LARGE && found.count <= 20000);
    ww_vector_free(&found);
    ww_image_free(&image);
    ww_net_free(net);
}

TEST(colours_come_in_the_order_that_the_model_wants)
{
    static const uint8_t red[3] = {250, 0, 0}, blue[3] = {0, 0, 250};
    ww_error err = {0};
    ww_model_spec spec;
    ww_image image[2] = {flat(WW_PIXELS_RGB, 64, 64, red), flat(WW_PIXELS_RGB, 64, 64, blue)};
    ww_net *net = made_up(3, 1.0f, (float[]){0, -9, -9}, &err);
    for (int bgr = 0; bgr < 2; bgr++) {
        CHECK_OK(ww_model_recognise(net,
                                    bgr ? "kind = luma\ncolour = bgr\nmin_score = 0.5\nscale = 0.004, 1, 1\n"
                                        : "kind = luma\ncolour = rgb\nmin_score = 0.5\nscale = 0.004, 1, 1\n",
                                    &spec, &err));
        for (int i = 0; i < 2; i++) {
            ww_detections found = detect(net, &spec, (ww_detect_options){0}, &image[i]);
            CHECK_EQ(found.count, i == bgr ? 64 : 0);
            CHECK(found.count == 0 || fabsf(found.item[0].score - 1) < 1e-4f);
            ww_vector_free(&found);
        }
    }
    ww_image_free(&image[0]);
    ww_image_free(&image[1]);
    ww_net_free(net);
}

TEST(small_faces_are_left_out_where_asked)
{
    ww_error err = {0};
    ww_model_spec spec;
    ww_net *net = made_up(1, 0, (float[]){0.9f, -9, 0.6f}, &err); // 8 and 32 pixels, none that overlap much
    CHECK_OK(ww_model_recognise(net, NULL, &spec, &err));
    ww_image image = flat(WW_PIXELS_LUMA, 64, 64, (uint8_t[]){0});
    for (int min_face = 0; min_face <= 33; min_face += 11) {
        ww_detections found = detect(net, &spec, (ww_detect_options){.min_face = (float)min_face}, &image);
        CHECK_EQ(found.count, min_face == 0 ? 64 + 4 : min_face <= 32 ? 4 : 0);
        ww_vector_free(&found);
    }
    ww_image_free(&image);
    ww_net_free(net);
}

static size_t seen_by_landmarks;

static ww_status open_counting(const void *model, const ww_cancel *cancel, void **state, ww_error *err)
{
    *state = &seen_by_landmarks;
    return WW_OK;
}

static ww_status count_faces(void *state, const ww_image *image, float min_score, ww_detections *found, ww_error *err)
{
    seen_by_landmarks = found->count;
    CHECK_NEAR(min_score, 0.5, 1e-6);
    return WW_OK;
}

static void close_counting(void *state) {}

TEST(a_source_of_landmarks_sees_what_scores_less)
{
    ww_landmark_kind kind = {.open = open_counting, .find = count_faces, .close = close_counting};
    ww_error err = {0};
    ww_model_spec spec;
    ww_net *net = made_up(1, 0, (float[]){0.2f, -9, 0.4f}, &err);
    CHECK_OK(ww_model_recognise(net, NULL, &spec, &err));
    spec.landmarks = (ww_landmark_source){&kind, net};
    ww_image image = flat(WW_PIXELS_LUMA, 64, 64, (uint8_t[]){0});
    static const struct {
        float from;
        size_t seen;
    } cases[] = {{0, 0}, {0.3f, 4}, {0.1f, 64 + 4}, {0.7f, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kind.score_from = cases[i].from;
        ww_detections found = detect(net, &spec, (ww_detect_options){0}, &image);
        CHECK_EQ(seen_by_landmarks, cases[i].seen);
        ww_vector_free(&found);
    }
    ww_image_free(&image);
    ww_net_free(net);
}

TEST(between_two_frames_the_doubtful_count_only_where_a_face_was)
{
    ww_landmark_kind kind = {
        .rescores = true, .score_from = 0.1f, .open = open_counting, .find = count_faces, .close = close_counting};
    ww_error err = {0};
    ww_model_spec spec;
    ww_net *net = made_up(1, 0, (float[]){-9, 0.4f, 0.6f}, &err); // 16 cells in doubt, 4 that are not
    CHECK_OK(ww_model_recognise(net, NULL, &spec, &err));
    ww_image image = flat(WW_PIXELS_LUMA, 64, 64, (uint8_t[]){0});
    const ww_detection known = {.x = 14, .y = 30, .width = 16, .height = 16}; // of the 16 cells on one
    for (int rescores = 0; rescores < 2; rescores++) {
        kind.rescores = rescores;
        spec.landmarks = (ww_landmark_source){&kind, net};
        ww_detector *detector = NULL;
        ww_detections found = {0};
        CHECK_OK(ww_detector_open(net, &spec, NULL, &detector, &err));
        CHECK_OK(ww_detect_again(detector, &image, NULL, 0, &found, &err));
        CHECK_EQ(seen_by_landmarks, rescores ? 4 : 16 + 4);
        CHECK_OK(ww_detect_again(detector, &image, &known, 1, &found, &err));
        CHECK_EQ(seen_by_landmarks, rescores ? 4 + 1 : 16 + 4);
        CHECK_OK(ww_detect(detector, &image, &found, &err));
        CHECK_EQ(seen_by_landmarks, 16 + 4);
        ww_detector_close(detector);
        ww_vector_free(&found);
    }
    ww_image_free(&image);
    ww_net_free(net);
}

// A landmark network that finds a face as likely as its chip is bright, and its eyes far to the right.
static ww_net *moved_on(ww_error *err)
{
    onnx_writer w = {0};
    onnx_input(&w, "x", (onnx_dims){4, {1, 1, 64, 64}});
    onnx_floats(&w, "zero", (onnx_dims){1, {1}}, &(float){0});
    onnx_floats(&w, "gain", (onnx_dims){1, {1}}, &(float){1 / 256.0f});
    onnx_floats(&w, "marks", (onnx_dims){2, {1, WW_LANDMARK_VALUES}},
                (float[]){68, 24, 84, 24, 76, 32, 70, 40, 82, 40});
    onnx_ints(&w, "flat", 2, (int64_t[]){1, 1});
    onnx_node(&w, "AveragePool", "x", "mean", "kernel_shape=64,64 strides=64,64");
    onnx_node(&w, "Reshape", "mean flat", "row", "");
    onnx_node(&w, "Mul", "row gain", "face", "");
    onnx_node(&w, "Mul", "row zero", "none", "");
    onnx_node(&w, "Add", "none marks", "points", "");
    onnx_output(&w, "points");
    onnx_output(&w, "face");
    return case_load(&w, err);
}

// Left is darkness of `left`, right is light.
static size_t found_in_the_light(const ww_net *net, uint8_t left, float min_score)
{
    ww_error err = {0};
    ww_image image = flat(WW_PIXELS_LUMA, 160, 96, &left);
    for (int y = 0; y < 96; y++)
        memset(image.plane[0].data + y * image.plane[0].stride + 80, 255, 80);
    ww_landmark_refiner *refiner = NULL;
    ww_detections found = {0};
    CHECK_OK(ww_landmark_refiner_open(net, NULL, &refiner, &err));
    ww_vector_add(&found, ((ww_detection){.x = 10,
                                          .y = 10,
                                          .width = 40,
                                          .height = 40,
                                          .score = 0.9f,
                                          .landmark = {20, 30, 40, 30, 30, 40, 22, 50, 38, 50}}));
    CHECK_OK(ww_landmark_refine(refiner, &image, min_score, &found, &err));
    const size_t count = found.count;
    ww_vector_free(&found);
    ww_landmark_refiner_close(refiner);
    ww_image_free(&image);
    return count;
}

TEST(what_is_beyond_hope_is_not_looked_at_twice)
{
    ww_error err = {0};
    ww_net *net = moved_on(&err);
    CHECK_EQ(found_in_the_light(net, 20, 0.5f), 1); // doubtful at first, sure when seen where it really is
    CHECK_EQ(found_in_the_light(net, 0, 0.5f), 0);
    CHECK_EQ(found_in_the_light(net, 0, 1e-5f), 1); // little is asked of it
    ww_net_free(net);
}

// An UltraFace of input 64 x 32 that gives three times the same box, all of the picture, with what it sees at the right
// as score.
static ww_net *one_box(ww_error *err)
{
    onnx_writer w = {0};
    onnx_input(&w, "x", (onnx_dims){4, {1, 3, 32, 64}});
    onnx_floats(&w, "zero", (onnx_dims){1, {1}}, &(float){0});
    onnx_floats(&w, "one", (onnx_dims){1, {1}}, &(float){1});
    onnx_ints(&w, "rows", 3, (int64_t[]){1, 3, 2});
    onnx_node(&w, "AveragePool", "x", "halves", "kernel_shape=32,32 strides=32,32");
    onnx_node(&w, "Reshape", "halves rows", "scores", "");
    onnx_node(&w, "Mul", "scores zero", "low", "");
    onnx_node(&w, "Add", "low one", "high", "");
    onnx_node(&w, "Concat", "low high", "boxes", "axis=2");
    onnx_shaped_output(&w, "scores", (onnx_dims){3, {1, 3, 2}});
    onnx_shaped_output(&w, "boxes", (onnx_dims){3, {1, 3, 4}});
    return case_load(&w, err);
}

TEST(an_ultraface_runs_at_its_size_and_has_its_landmarks_guessed)
{
    ww_error err = {0};
    ww_model_spec spec;
    ww_net *net = one_box(&err);
    CHECK_OK(ww_model_recognise(net, NULL, &spec, &err));
    CHECK(spec.detector == &ww_ultraface_kind && spec.width == 64 && spec.height == 32);
    ww_image image = flat(WW_PIXELS_RGB, 128, 64, (uint8_t[]){255, 255, 255});
    ww_detections found = detect(net, &spec, (ww_detect_options){0}, &image);
    CHECK_EQ(found.count, 1);
    const float *mean = ww_ultraface_kind.mean_landmark;
    if (found.count == 1) {
        const ww_detection *d = &found.item[0];
        CHECK(d->x == 0 && d->y == 0 && d->width == 128 && d->height == 64 && fabsf(d->score - 1) < 1e-4f);
        for (int q = 0; q < WW_LANDMARK_VALUES; q++)
            CHECK_NEAR(d->landmark[q], mean[q] * (q % 2 ? 64 : 128), 1e-3);
    }
    ww_vector_free(&found);
    ww_image_free(&image);
    ww_net_free(net);
}

int main(void)
{
    RUN(of_too_many_candidates_the_best_are_kept);
    RUN(colours_come_in_the_order_that_the_model_wants);
    RUN(small_faces_are_left_out_where_asked);
    RUN(a_source_of_landmarks_sees_what_scores_less);
    RUN(between_two_frames_the_doubtful_count_only_where_a_face_was);
    RUN(what_is_beyond_hope_is_not_looked_at_twice);
    RUN(an_ultraface_runs_at_its_size_and_has_its_landmarks_guessed);
    return FINISH();
}
