// SPDX-License-Identifier: MIT
// dlib's files as models: what each is taken for, what its kind can do, and what it finds.
#include "base/files.h"
#include "dlib/chip.h"
#include "dlib/dlib.h"
#include "dlib/hog.h"
#include "face/detect.h"
#include "dlib_files.h"
#include "group_photos.h"
#include "harness.h"
#include "models/models.h"

static ww_status read_as_model(const ww_buffer *b, const char *sidecar, ww_model_file *file, ww_error *err)
{
    CHECK(ww_dlib_reader.is_mine(b->data, b->bytes));
    return ww_dlib_reader.read(b->data, b->bytes, "test.dat", sidecar, file, err);
}

// A "face" is a bright square: a window of 8 x 8 pixels, its mean brightness above 1/2.
static void write_mmod(ww_buffer *b)
{
    float weights[3 * 64], bias = -0.5F;
    for (int i = 0; i < 3 * 64; i++)
        weights[i] = 1.0F / 3 / 64;
    dat_loss_mmod(b, 8, 8);
    dat_int(b, 3);
    dat_input_pyramid(b, 0, 10, 11);
    dat_con(b, (int64_t[4]){1, 3, 8, 8}, 4, 4, weights, &bias);
    dat_first_end(b);
}

TEST(what_is_dlibs_is_seen_by_its_first_bytes)
{
    const uint8_t onnx[] = {8, 7, 18, 4}, dat[] = {1, 2, 1, 1}, text[] = "kind";
    CHECK(!ww_dlib_reader.is_mine(onnx, sizeof onnx) && !ww_dlib_reader.is_mine(text, 4)
          && !ww_dlib_reader.is_mine(dat, 3));
    CHECK(ww_dlib_reader.is_mine(dat, sizeof dat) && ww_dlib_reader.is_mine("BZh9", 4));
}

TEST(a_gradient_detector)
{
    ww_buffer b = {0};
    ww_error err = {0};
    ww_model_file file = {0};
    ww_random r = {3};
    write_hog_file(&b, 32, 1, 1, 0.5, &r);
    CHECK_OK(read_as_model(&b, NULL, &file, &err));
    CHECK(file.spec.detector == &ww_hog_kind && !file.spec.embedder && !file.net && file.model
          && file.spec.model == file.model);
    CHECK(ww_hog_kind.upsamples && ww_hog_kind.scores_unbounded && !ww_hog_kind.too_slow_to_track);
    ww_model_file_release(&file);
    CHECK(!file.model && !file.spec.detector);
    b.data[1] = 1; // the version before is one all the same, if not in this form
    read_as_model(&b, NULL, &file, &err);
    CHECK(file.spec.detector == &ww_hog_kind);
    ww_model_file_release(&file);
    b.data[1] = 2;
    b.bytes -= 9; // cut short
    CHECK_EQ(read_as_model(&b, NULL, &file, &err), WW_ERR_FORMAT);
    ww_model_file_release(&file);
    ww_buffer_free(&b);
}

TEST(a_cnn_detector)
{
    ww_buffer b = {0};
    ww_error err = {0};
    ww_model_file file = {0};
    write_mmod(&b);
    CHECK_OK(read_as_model(&b, NULL, &file, &err));
    CHECK(file.spec.detector == &ww_mmod_kind && file.net && !file.model);
    CHECK(ww_mmod_kind.upsamples && ww_mmod_kind.scores_unbounded && ww_mmod_kind.too_slow_to_track);
    ww_model_file_release(&file);
    ww_buffer_free(&b);
}

// Black, with a white square.
static ww_image night(int width, int height, int left, int top, int side)
{
    ww_error err = {0};
    ww_image image = {0};
    CHECK_OK(ww_image_alloc(&image, WW_PIXELS_RGB, width, height, &err));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            memset(image.plane[0].data + y * image.plane[0].stride + 3 * x,
                   x >= left && x < left + side && y >= top && y < top + side ? 255 : 0, 3);
    return image;
}

TEST(pictures_are_shrunk_but_not_too_much)
{
    static const struct {
        int width, height, left, top, side, size;
    } cases[] = {
        {300, 300, 100, 120, 10, 64}, // at 64 pixels it could not be seen; 720 are the least
        {1440, 720, 600, 300, 24, 0}, // shrunk to 720 x 360, and the box brought back
    };
    ww_buffer b = {0};
    ww_error err = {0};
    ww_model_file file = {0};
    write_mmod(&b);
    CHECK_OK(read_as_model(&b, NULL, &file, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ww_image image = night(cases[i].width, cases[i].height, cases[i].left, cases[i].top, cases[i].side);
        ww_detector *detector = NULL;
        ww_detections found = {0};
        CHECK_OK(ww_detector_open(file.net, &file.spec, &(ww_detect_options){.size = cases[i].size}, &detector, &err));
        CHECK_OK(ww_detect(detector, &image, &found, &err));
        CHECK(found.count >= 1);
        if (found.count >= 1) {
            const ww_detection *d = &found.item[0];
            const float *mean = ww_mmod_kind.mean_landmark;
            CHECK_NEAR(d->x + d->width / 2, cases[i].left + cases[i].side / 2, cases[i].side / 2);
            CHECK_NEAR(d->y + d->height / 2, cases[i].top + cases[i].side / 2, cases[i].side / 2);
            CHECK_NEAR(d->landmark[0], d->x + mean[0] * d->width, 1e-3);
            CHECK_NEAR(d->landmark[9], d->y + mean[9] * d->height, 1e-3);
        }
        ww_detector_close(detector);
        ww_vector_free(&found);
        ww_image_free(&image);
    }
    ww_model_file_release(&file);
    ww_buffer_free(&b);
}

TEST(an_embedder_and_the_text_beside_it)
{
    ww_buffer b = {0};
    ww_error err = {0};
    ww_model_file file = {0};
    write_embedder(&b, 32);
    CHECK_OK(read_as_model(&b, NULL, &file, &err));
    CHECK(file.spec.embedder == &ww_dlib_embedder_kind && !file.spec.detector && file.spec.embedding_dim == 32);
    CHECK(file.spec.chip_size == WW_DLIB_CHIP_SIZE && file.spec.mean[0] == 100 && file.spec.scale[0] == 1.0F / 256
          && file.spec.eps == 0.5F);
    CHECK(ww_dlib_embedder_kind.needs_landmarks && ww_dlib_embedder_kind.jitter_max == WW_DLIB_JITTER_MAX);
    ww_model_file_release(&file);
    CHECK_OK(read_as_model(&b, "kind = embedder\neps = 0.6\n", &file, &err));
    CHECK(file.spec.embedder == &ww_dlib_embedder_kind
          && file.spec.eps == 0.6F); // still dlib's: its chip is not another's
    ww_model_file_release(&file);
    CHECK_EQ(read_as_model(&b, "epps = 0.6\n", &file, &err), WW_ERR_FORMAT);
    ww_model_file_release(&file);
    b.bytes = 0;
    write_embedder(&b, 8); // too few values
    CHECK_EQ(read_as_model(&b, NULL, &file, &err), WW_ERR_UNSUPPORTED);
    ww_model_file_release(&file);
    ww_buffer_free(&b);
}

TEST(dlibs_embedders_take_a_chip_as_it_is_or_the_mean_of_jittered_ones)
{
    enum { SIDE = 30, VALUES = 3 * SIDE * SIDE };
    static float first[VALUES], second[VALUES], again[VALUES];
    ww_error err = {0};
    ww_image chip = {0};
    ww_dlib_random random;
    ww_model_spec spec = {
        .chip_size = SIDE, .colour = WW_COLOUR_RGB, .scale = {1, 1, 1}, .embedding_dim = 2, .jitter = 1};
    CHECK_OK(ww_image_alloc(&chip, WW_PIXELS_RGB, SIDE, SIDE, &err));
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < 3 * SIDE; x++)
            chip.plane[0].data[y * chip.plane[0].stride + x] = (uint8_t)(x * 2 + y);
    CHECK_EQ(ww_dlib_embedder_kind.view_count(&spec), 1);
    CHECK_OK(ww_dlib_embedder_kind.make_view(&spec, &random, &chip, 0, first, &err));
    CHECK(first[0] == 0 && first[1] == 6 && first[SIDE] == 1); // as it is
    spec.jitter = 3;
    CHECK_EQ(ww_dlib_embedder_kind.view_count(&spec), 3);
    CHECK_OK(ww_dlib_embedder_kind.make_view(&spec, &random, &chip, 0, first, &err));
    CHECK_OK(ww_dlib_embedder_kind.make_view(&spec, &random, &chip, 1, second, &err));
    CHECK_OK(ww_dlib_embedder_kind.make_view(&spec, &random, &chip, 0, again, &err));
    CHECK(memcmp(first, second, sizeof first) != 0);
    CHECK(memcmp(first, again, sizeof first) == 0); // every face begins with the first number
    float out[2], length;
    CHECK(ww_dlib_embedder_kind.combine(&spec, (float[]){3, 0, 0, 4, 3, 2}, 3, out, &length));
    CHECK(out[0] == 2 && out[1] == 2);
    CHECK_NEAR(length, sqrt(8), 1e-6);
    CHECK(!ww_dlib_embedder_kind.combine(&spec, (float[]){3, 0, -3, 0, 0, 0}, 3, out, &length));
    ww_image_free(&chip);
}

TEST(shape_predictors_of_5_and_68_points_are_sources_of_landmarks)
{
    static const struct {
        int points;
        ww_status status;
    } files[] = {{5, WW_OK}, {68, WW_OK}, {7, WW_ERR_UNSUPPORTED}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        ww_buffer b = {0};
        ww_error err = {0};
        ww_model_file file = {0};
        write_shape_file(&b, files[i].points, 2, 2, 0.01);
        CHECK_EQ(ww_dlib_reader.read_landmarks(b.data, b.bytes, "shape.dat", &file, &err), files[i].status);
        CHECK(files[i].status != WW_OK
              || (file.landmarks.kind == &ww_shape_predictor_kind && file.landmarks.model == file.model));
        ww_model_file_release(&file);
        ww_buffer_free(&b);
    }
    CHECK(!ww_shape_predictor_kind.rescores && ww_shape_predictor_kind.score_from == 0);
}

// The landmarks of a made-up detection by a source: within its box, and not where they were.
TEST(a_source_of_landmarks_moves_them)
{
    ww_buffer b = {0};
    ww_error err = {0};
    ww_model_file file = {0};
    void *state = NULL;
    ww_image image = {0};
    ww_detections found = {0};
    write_shape_file(&b, 5, 2, 2, 0.01);
    CHECK_OK(ww_dlib_reader.read_landmarks(b.data, b.bytes, "shape.dat", &file, &err));
    CHECK_OK(ww_image_alloc(&image, WW_PIXELS_RGB, 100, 100, &err));
    for (int y = 0; y < 100; y++)
        memset(image.plane[0].data + y * image.plane[0].stride, 100, 300);
    ww_vector_add(&found, ((ww_detection){.x = 20, .y = 10, .width = 60, .height = 60, .score = -2}));
    CHECK_OK(ww_shape_predictor_kind.open(file.landmarks.model, NULL, &state, &err));
    CHECK_OK(ww_shape_predictor_kind.find(state, &image, 0.5F, &found, &err));
    CHECK(found.count == 1 && found.item[0].score == -2); // it judges nobody
    for (int q = 0; q < 10; q++)
        CHECK(found.item[0].landmark[q] != 0);
    ww_shape_predictor_kind.close(state);
    ww_vector_free(&found);
    ww_image_free(&image);
    ww_model_file_release(&file);
    ww_buffer_free(&b);
}

TEST(dlibs_gradient_detector_sees_the_people_on_group_photos)
{
    ww_error err = {0};
    ww_model_file file = {0};
    size_t hog_bytes = (size_t)(ww_file_frontal_hog_dat_end - ww_file_frontal_hog_dat);
    if (hog_bytes == 0)
        SKIP("built without dlib's headers");
    CHECK_OK(ww_dlib_reader.read(ww_file_frontal_hog_dat, hog_bytes, "hog", NULL, &file, &err));
    file.spec.upsample = 1;
    check_on_group_photos(NULL, &file.spec);
    ww_model_file_release(&file);
}

TEST(dlibs_cnn_detector_sees_the_people_on_group_photos)
{
    ww_error err = {0};
    ww_model_file file = {0};
    uint8_t *bytes;
    size_t size;
    if (!shared_file("models/mmod_human_face_detector.dat"))
        SKIP("the shared models are not here");
    CHECK_OK(
        ww_read_file(shared_file("models/mmod_human_face_detector.dat"), WW_NN_MODEL_BYTES_MAX, &bytes, &size, &err));
    CHECK_OK(ww_dlib_reader.read(bytes, size, "mmod", NULL, &file, &err));
    free(bytes);
    check_on_group_photos(file.net, &file.spec);
    ww_model_file_release(&file);
}

int main(void)
{
    RUN(what_is_dlibs_is_seen_by_its_first_bytes);
    RUN(a_gradient_detector);
    RUN(a_cnn_detector);
    RUN(pictures_are_shrunk_but_not_too_much);
    RUN(an_embedder_and_the_text_beside_it);
    RUN(dlibs_embedders_take_a_chip_as_it_is_or_the_mean_of_jittered_ones);
    RUN(shape_predictors_of_5_and_68_points_are_sources_of_landmarks);
    RUN(a_source_of_landmarks_moves_them);
    RUN(dlibs_gradient_detector_sees_the_people_on_group_photos);
    RUN(dlibs_cnn_detector_sees_the_people_on_group_photos);
    return FINISH();
}
