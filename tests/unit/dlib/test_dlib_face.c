// SPDX-License-Identifier: MIT
// dlib's landmarks and chips: what must stay true without dlib beside us (tests/parity/dlib compares with it).
#include "dlib_files.h"
#include "base/files.h"
#include "base/memory.h"
#include "dlib/chip.h"
#include "dlib/dlib.h"
#include "face/embed.h"
#include "dlib/shape_predictor.h"
#include "harness.h"

// Of an upright face of side 100 at (100, 100).
static const float five_points[10] = {186, 121, 164, 123, 112, 121, 133, 123, 149, 163};

static void gradient_picture(ww_pixels pixels, int width, int height, ww_image *image)
{
    ww_error err = {0};
    int channels = pixels == WW_PIXELS_RGB ? 3 : 1;
    CHECK_OK(ww_image_alloc(image, pixels, width, height, &err));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width * channels; x++)
            image->plane[0].data[y * image->plane[0].stride + x] = (uint8_t)(x / channels % 200 + 20 + x % channels);
}

TEST(trees_move_the_shape)
{
    ww_error err = {0};
    ww_buffer file = {0};
    ww_shape_predictor *p = NULL;
    enum { POINTS = 5, CASCADES = 2, TREES = 3 };
    write_shape_file(&file, POINTS, CASCADES, TREES, 0.01);
    CHECK_OK(ww_shape_predictor_read(file.data, file.bytes, "small.dat", &p, &err));
    CHECK_EQ(ww_shape_predictor_points(p), POINTS);
    // Levels fall to the right by one a pixel, a tenth of the box apart: by 10 in a box of 100 (not over 10.5), by 20
    // in one of 200.
    for (int side = 100; side <= 200; side += 100) {
        ww_image image;
        float point[2 * POINTS];
        gradient_picture(WW_PIXELS_RGB, 240, 240, &image);
        for (int y = 0; y < 240; y++)
            for (int x = 0; x < 240 * 3; x++)
                image.plane[0].data[y * image.plane[0].stride + x] = (uint8_t)(250 - x / 3);
        ww_shape_box box = {10, 20, 10 + side, 20 + side};
        CHECK_OK(ww_shape_predict(p, &image, box, point, &err));
        for (int i = 0; i < POINTS; i++) {
            double moved = side * 0.01 * CASCADES * TREES;
            double x = 10 + side * (0.25 + 0.5 * (i % 2)) + (side == 200 ? moved : 0),
                   y = 20 + side * (0.25 + 0.5 * i / POINTS) + (side == 200 ? 0 : moved);
            CHECK_NEAR(point[2 * i], x, 0.51);
            CHECK_NEAR(point[2 * i + 1], y, 0.51);
            CHECK(point[2 * i] == floorf(point[2 * i])); // whole pixels, as dlib's
        }
        ww_image_free(&image);
    }
    ww_shape_predictor_free(p);
    ww_buffer_free(&file);
}

TEST(a_predictor_is_read_and_every_cut_of_it_refused)
{
    ww_error err = {0};
    ww_buffer file = {0};
    ww_shape_predictor *p = NULL;
    write_shape_file(&file, 5, 2, 2, 0.01);
    for (size_t cut = 0; cut < file.bytes; cut++) {
        CHECK_EQ(ww_shape_predictor_read(file.data, cut, "cut.dat", &p, &err), WW_ERR_FORMAT);
        CHECK(strncmp(err.message, "cut.dat: byte ", 14) == 0);
    }
    ww_buffer_text(&file, "x");
    CHECK_EQ(ww_shape_predictor_read(file.data, file.bytes, "long.dat", &p, &err), WW_ERR_FORMAT);
    ww_buffer_free(&file);
}

TEST(a_face_beyond_the_picture_still_has_landmarks)
{
    ww_error err = {0};
    ww_buffer file = {0};
    ww_shape_predictor *p = NULL;
    ww_image image;
    float point[10];
    write_shape_file(&file, 5, 2, 2, 0.01);
    CHECK_OK(ww_shape_predictor_read(file.data, file.bytes, "small.dat", &p, &err));
    gradient_picture(WW_PIXELS_LUMA, 20, 20, &image);
    static const ww_shape_box box[] = {
        {-100, -100, -50, -50}, {15, 15, 400, 400}, {5, 5, 5, 5}, {-2147483647, 0, 2147483647, 10}};
    for (size_t i = 0; i < sizeof box / sizeof *box; i++) {
        CHECK_OK(ww_shape_predict(p, &image, box[i], point, &err));
        for (int k = 0; k < 10; k++)
            CHECK(isfinite(point[k]));
    }
    ww_image_free(&image);
    ww_shape_predictor_free(p);
    ww_buffer_free(&file);
}

TEST(five_landmarks_lead_to_the_place_they_came_from)
{
    ww_random r = {5};
    for (int trial = 0; trial < 200; trial++) {
        float point[136], landmark[10];
        int points = trial % 2 ? 68 : 5;
        for (int i = 0; i < 2 * points; i++)
            point[i] = (float)(int)((points == 5 ? five_points[i] : 100 + 3 * (i / 2 % 17) + 40 * (i % 2))
                                    + 10 * ww_random_normal(&r) + 500 * (trial % 3));
        ww_dlib_place direct;
        CHECK(ww_dlib_place_of(point, points, 150, 0.25, &direct));
        CHECK(ww_dlib_landmarks(point, points, landmark));
        ww_dlib_place again = ww_dlib_place_of_face(landmark, 150, 0.25);
        CHECK_NEAR(again.x, direct.x, 1e-3);
        CHECK_NEAR(again.y, direct.y, 1e-3);
        CHECK_NEAR(again.side, direct.side, 1e-3 * (1 + direct.side));
        CHECK_NEAR(again.angle, direct.angle, 1e-4);
    }
    ww_dlib_place none;
    float point[136] = {0}, landmark[10];
    CHECK(!ww_dlib_place_of(point, 6, 150, 0.25, &none));
    CHECK(!ww_dlib_landmarks(point, 6, landmark));
}

TEST(an_upright_face_lies_where_its_square_says)
{
    ww_dlib_place place;
    float landmark[10];
    CHECK(ww_dlib_place_of(five_points, 5, 150, 0.25, &place));
    CHECK_NEAR(place.angle, 0, 0.01);
    CHECK_NEAR(place.x, 150, 1);
    CHECK_NEAR(place.y, 150, 1.5);
    CHECK_NEAR(place.side, 150, 3);
    CHECK(ww_dlib_landmarks(five_points, 5, landmark));
    CHECK(landmark[0] < landmark[4] && landmark[4] < landmark[2]); // eyes left and right of the nose
    CHECK(landmark[1] < landmark[5] && landmark[5] < landmark[7] && landmark[6] < landmark[8]);
}

TEST(chips_are_black_beyond_the_picture_and_cut_from_any_format)
{
    ww_error err = {0};
    ww_image image, chip, yuv;
    ww_dlib_place outside = {.x = -500, .y = 40, .side = 100, .angle = 0.3},
                  corner = {.x = 0, .y = 0, .side = 151, .angle = 0.1};
    gradient_picture(WW_PIXELS_RGB, 301, 203, &image);
    CHECK_OK(ww_dlib_chip(&image, &outside, 150, &chip, &err));
    int bright = 0;
    for (int y = 0; y < 150; y++)
        for (int x = 0; x < 450; x++)
            bright += chip.plane[0].data[y * chip.plane[0].stride + x] != 0;
    CHECK_EQ(bright, 0);
    ww_image_free(&chip);
    CHECK_OK(ww_dlib_chip(&image, &corner, 150, &chip, &err));
    CHECK(chip.plane[0].data[0] == 0 && chip.plane[0].data[149 * chip.plane[0].stride + 447] > 0);
    ww_image_free(&chip);
    // From YUV the same as from its RGB, also where a subsampled picture is cut at an odd place.
    ww_dlib_place inside = {.x = 120.7, .y = 99.2, .side = 71, .angle = 0.2};
    ww_image rgb, other;
    CHECK_OK(ww_to_jpeg_yuv(&image, &yuv, &err));
    CHECK_OK(ww_to_rgb(&yuv, &rgb, &err));
    CHECK_OK(ww_dlib_chip(&yuv, &inside, 150, &chip, &err));
    CHECK_OK(ww_dlib_chip(&rgb, &inside, 150, &other, &err));
    for (int y = 0; y < 150; y++)
        CHECK(
            memcmp(chip.plane[0].data + y * chip.plane[0].stride, other.plane[0].data + y * other.plane[0].stride, 450)
            == 0);
    ww_image_free(&chip);
    ww_image_free(&other);
    ww_image_free(&rgb);
    ww_image_free(&yuv);
    ww_image_free(&image);
}

TEST(places_that_make_no_sense_are_refused_or_survived)
{
    ww_error err = {0};
    ww_image image, chip = {0};
    gradient_picture(WW_PIXELS_LUMA, 50, 40, &image);
    ww_dlib_place nan_place = {.x = NAN, .side = 10}, huge = {.x = 20, .y = 20, .side = 1e30, .angle = 1},
                  none = {.x = 20, .y = 20};
    CHECK_EQ(ww_dlib_chip(&image, &nan_place, 150, &chip, &err), WW_ERR_ARGUMENT);
    CHECK_OK(ww_dlib_chip(&image, &huge, 150, &chip, &err));
    ww_image_free(&chip);
    CHECK_OK(ww_dlib_chip(&image, &none, 150, &chip, &err));
    ww_image_free(&chip);
    ww_image_free(&image);
}

TEST(jitter_begins_anew_with_every_generator)
{
    ww_error err = {0};
    ww_image chip, first[3], again;
    ww_dlib_random random;
    gradient_picture(WW_PIXELS_RGB, 150, 150, &chip);
    ww_dlib_random_start(&random);
    for (int i = 0; i < 3; i++)
        CHECK_OK(ww_dlib_jitter(&chip, &random, &first[i], &err));
    CHECK(memcmp(first[0].plane[0].data, first[1].plane[0].data, 450) != 0);
    ww_dlib_random_start(&random);
    for (int i = 0; i < 3; i++) {
        CHECK_OK(ww_dlib_jitter(&chip, &random, &again, &err));
        for (int y = 0; y < 150; y++)
            CHECK(memcmp(first[i].plane[0].data + y * first[i].plane[0].stride,
                         again.plane[0].data + y * again.plane[0].stride, 450)
                  == 0);
        ww_image_free(&first[i]);
        ww_image_free(&again);
    }
    ww_image_free(&chip);
}

static void check_jittered_vectors(const void *bytes, size_t size, const char *path)
{
    enum { COPIES = 3, DIM = 128, CHIPS = 2 };
    ww_error err = {0};
    ww_net *net = NULL;
    ww_model_spec plain, jittered;
    ww_embedder *one = NULL, *many = NULL;
    ww_image chip[CHIPS], copy;
    ww_dlib_random random;
    float part[DIM], whole[CHIPS * DIM];
    ww_model_file file = {0};
    CHECK_OK(ww_dlib_reader.read(bytes, size, path, NULL, &file, &err));
    net = file.net;
    plain = file.spec;
    CHECK(plain.embedder == &ww_dlib_embedder_kind && plain.embedding_dim == DIM
          && plain.chip_size == WW_DLIB_CHIP_SIZE);
    jittered = plain;
    jittered.jitter = COPIES;
    CHECK_OK(ww_embedder_open(net, &plain, &one, &err));
    CHECK_OK(ww_embedder_open(net, &jittered, &many, &err));
    for (int i = 0; i < CHIPS; i++)
        gradient_picture(WW_PIXELS_RGB, WW_DLIB_CHIP_SIZE + i, WW_DLIB_CHIP_SIZE + i, &chip[i]);
    chip[1].width = chip[1].height = WW_DLIB_CHIP_SIZE;
    CHECK_OK(ww_embed(many, (const ww_image *[]){&chip[0], &chip[1]}, CHIPS, whole, NULL, &err));
    for (int i = 0; i < CHIPS; i++) {
        double mean[DIM] = {0}, apart = 0, length = 0;
        ww_dlib_random_start(&random);
        for (int k = 0; k < COPIES; k++) {
            CHECK_OK(ww_dlib_jitter(&chip[i], &random, &copy, &err));
            CHECK_OK(ww_embed(one, (const ww_image *[]){&copy}, 1, part, NULL, &err));
            for (int d = 0; d < DIM; d++)
                mean[d] += part[d] / (double)COPIES;
            ww_image_free(&copy);
        }
        for (int d = 0; d < DIM; d++) {
            apart += (mean[d] - whole[i * DIM + d]) * (mean[d] - whole[i * DIM + d]);
            length += mean[d] * mean[d];
        }
        CHECK_NEAR(sqrt(apart), 0, 1e-5);
        CHECK(fabs(sqrt(length) - 1) > 1e-3); // dlib's descriptors are left as long as they are
        ww_image_free(&chip[i]);
    }
    ww_embedder_close(one);
    ww_embedder_close(many);
    ww_net_free(net);
}

TEST(a_jittered_vector_is_the_mean_of_its_parts)
{
    ww_buffer written = {0};
    write_embedder(&written, 128);
    check_jittered_vectors(written.data, written.bytes, "written.dat");
    ww_buffer_free(&written);
}

TEST(so_is_that_of_dlibs_own_network)
{
    const char *path = shared_file("models/face_recognition_densenet_model_v1.dat.bz2");
    ww_error err = {0};
    uint8_t *bytes = NULL;
    size_t size;
    if (!path)
        SKIP("the shared models are not here");
    CHECK_OK(ww_read_file(path, WW_NN_MODEL_BYTES_MAX, &bytes, &size, &err));
    check_jittered_vectors(bytes, size, path);
    free(bytes);
}

int main(void)
{
    RUN(trees_move_the_shape);
    RUN(a_predictor_is_read_and_every_cut_of_it_refused);
    RUN(a_face_beyond_the_picture_still_has_landmarks);
    RUN(five_landmarks_lead_to_the_place_they_came_from);
    RUN(an_upright_face_lies_where_its_square_says);
    RUN(chips_are_black_beyond_the_picture_and_cut_from_any_format);
    RUN(places_that_make_no_sense_are_refused_or_survived);
    RUN(jitter_begins_anew_with_every_generator);
    RUN(a_jittered_vector_is_the_mean_of_its_parts);
    RUN(so_is_that_of_dlibs_own_network);
    return FINISH();
}
