// SPDX-License-Identifier: MIT
// The gradient detector: its kernels against the plain ones, its file, its filters.
#include "dlib_files.h"
#include "base/memory.h"
#include "face/detect.h"
#include "dlib/hog_picture.h"
#include "harness.h"
#include "models/models.h"

enum { TABLES = 3, WIDE = 203 };

static size_t fast_tables(const ww_hog_kernels **table) { return ww_hog_kernels_usable(table, TABLES); }

static uint8_t *random_rows(ww_random *r, int rows, int stride)
{
    uint8_t *p = ww_alloc_array((size_t)(rows * stride + WW_HOG_SLACK), 1, SIZE_MAX / 2);
    bool dull = ww_random_below(r, 2); // few levels give equal gradients
    for (int i = 0; i < rows * stride + WW_HOG_SLACK; i++)
        p[i] = (uint8_t)(dull ? 100 + ww_random_below(r, 3) : ww_random_below(r, 256));
    return p;
}

TEST(every_gradient_has_its_direction_on_every_processor)
{
    const ww_hog_kernels *table[TABLES];
    size_t tables = fast_tables(table);
    enum { SPAN = 511, PIXELS = 3 * SPAN };
    uint8_t above[PIXELS + WW_HOG_SLACK] = {0}, here[PIXELS + WW_HOG_SLACK] = {0}, below[PIXELS + WW_HOG_SLACK] = {0};
    float length[2][PIXELS + WW_HOG_SLACK];
    int32_t bin[2][PIXELS + WW_HOG_SLACK];
    int wrong = 0;
    for (int down = -255; down <= 255; down++) {
        for (int i = 0; i < SPAN; i++) { // at column 3i + 1 the gradient across is i - 255
            int across = i - 255;
            here[3 * i] = (uint8_t)(across < 0 ? -across : 0);
            here[3 * i + 2] = (uint8_t)(across < 0 ? 0 : across);
            above[3 * i + 1] = (uint8_t)(down < 0 ? -down : 0);
            below[3 * i + 1] = (uint8_t)(down < 0 ? 0 : down);
        }
        for (size_t t = 1; t < tables; t++) {
            for (int k = 0; k < 2; k++) {
                ww_hog_gradient_row row = {.above = {above},
                                           .here = {here},
                                           .below = {below},
                                           .planes = 1,
                                           .first = 1,
                                           .end = PIXELS - 1,
                                           .bin_step = 7,
                                           .length = length[k],
                                           .bin = bin[k]};
                (k ? table[t] : table[0])->gradients(&row);
            }
            for (int i = 0; i < SPAN; i++)
                wrong += bin[0][3 * i + 1] != bin[1][3 * i + 1] || length[0][3 * i + 1] != length[1][3 * i + 1];
        }
    }
    CHECK_EQ(wrong, 0);
}

TEST(of_three_planes_the_strongest_gradient_counts)
{
    const ww_hog_kernels *table[TABLES];
    size_t tables = fast_tables(table);
    ww_random r = {11};
    for (int trial = 0; trial < 40; trial++) {
        int width = 3 + (int)ww_random_below(&r, WIDE - 3), stride = WIDE + WW_HOG_SLACK;
        uint8_t *p = random_rows(&r, 9, stride);
        float length[2][2 * WIDE];
        int32_t bin[2][2 * WIDE];
        for (size_t t = 1; t < tables; t++) {
            for (int k = 0; k < 2; k++) {
                ww_hog_gradient_row row = {
                    .planes = 3, .first = 1, .end = width - 1, .bin_step = 30, .length = length[k], .bin = bin[k]};
                for (int i = 0; i < 3; i++) {
                    row.above[i] = p + 3 * i * stride;
                    row.here[i] = row.above[i] + stride;
                    row.below[i] = row.here[i] + stride;
                }
                (k ? table[t] : table[0])->gradients(&row);
            }
            CHECK(memcmp(length[0] + 1, length[1] + 1, (size_t)(width - 2) * sizeof **length) == 0);
            CHECK(memcmp(bin[0] + 1, bin[1] + 1, (size_t)(width - 2) * sizeof **bin) == 0);
        }
        free(p);
    }
}

TEST(pictures_are_scaled_to_the_same_bytes_on_every_processor)
{
    const ww_hog_kernels *table[TABLES];
    size_t tables = fast_tables(table);
    ww_random r = {12};
    ww_error err = {0};
    for (int trial = 0; trial < 60; trial++) {
        int width = 1 + (int)ww_random_below(&r, WIDE), height = 1 + (int)ww_random_below(&r, 30);
        int to_width = trial % 3 == 0   ? 2 * width + 2
                       : trial % 3 == 1 ? 5 * width / 6 + 1
                                        : 1 + (int)ww_random_below(&r, 2 * WIDE);
        int to_height = trial % 3 == 0 ? 2 * height + 1 : 5 * height / 6 + 1;
        ww_image image;
        CHECK_OK(ww_image_alloc(&image, trial % 2 ? WW_PIXELS_RGB : WW_PIXELS_LUMA, width, height, &err));
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width * (trial % 2 ? 3 : 1); x++)
                image.plane[0].data[y * image.plane[0].stride + x] =
                    (uint8_t)(trial % 5 == 0 ? 77 : ww_random_below(&r, 256));
        ww_hog_picture in = {0}, plain = {0}, fast = {0};
        CHECK_OK(ww_hog_picture_take(table[0], &image, &in, &err));
        CHECK_OK(ww_hog_picture_scale(table[0], &in, to_width, to_height, &plain, &err));
        for (size_t t = 1; t < tables; t++) {
            ww_hog_picture again = {0};
            CHECK_OK(ww_hog_picture_take(table[t], &image, &again, &err));
            CHECK_OK(ww_hog_picture_scale(table[t], &again, to_width, to_height, &fast, &err));
            for (int p = 0; p < plain.planes; p++)
                for (int y = 0; y < to_height; y++)
                    CHECK(memcmp(plain.plane[p] + y * plain.stride, fast.plane[p] + y * fast.stride, (size_t)to_width)
                          == 0);
            ww_hog_picture_free(&again);
        }
        ww_hog_picture_free(&in);
        ww_hog_picture_free(&plain);
        ww_hog_picture_free(&fast);
        ww_image_free(&image);
    }
}

static double largest_difference(const ww_hog_map *a, const ww_hog_map *b)
{
    double largest = 0;
    for (int p = 0; p < WW_HOG_PLANES; p++)
        for (int y = 0; y < a->rows; y++)
            for (int x = 0; x < a->columns; x++) {
                size_t at = (size_t)p * a->plane_floats + (size_t)y * a->stride + (size_t)x;
                largest = fmax(largest, fabs((double)a->feature[at] - b->feature[at]));
            }
    return largest;
}

static void random_picture(ww_random *r, int width, int height, ww_image *image)
{
    ww_error err = {0};
    CHECK_OK(ww_image_alloc(image, WW_PIXELS_RGB, width, height, &err));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < 3 * width; x++)
            image->plane[0].data[y * image->plane[0].stride + x] =
                (uint8_t)(128 + 100 * sin(x * 0.13 + y * 0.07 * (x % 3)) + ww_random_below(r, 20));
}

TEST(features_are_the_same_on_every_processor_and_have_a_margin_of_zeroes)
{
    const ww_hog_kernels *table[TABLES];
    size_t tables = fast_tables(table);
    ww_random r = {13};
    ww_error err = {0};
    static const int size[][2] = {{80, 80}, {24, 24}, {19, 90}, {203, 61}, {301, 157}, {10, 200}, {8, 8}};
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        ww_image image;
        ww_hog_picture picture = {0};
        ww_hog_work work[2] = {{0}};
        ww_hog_map map[2];
        random_picture(&r, size[i][0], size[i][1], &image);
        CHECK_OK(ww_hog_picture_take(table[0], &image, &picture, &err));
        CHECK_OK(ww_hog_features(table[0], &picture, 10, 7, &work[0], &map[0], &err));
        int cells = (size[i][0] + 4) / 8 - 2, rows = (size[i][1] + 4) / 8 - 2;
        CHECK_EQ(map[0].rows, cells > 0 && rows > 0 ? rows + 6 : 0);
        for (size_t t = 1; t < tables && map[0].rows; t++) {
            CHECK_OK(ww_hog_features(table[t], &picture, 10, 7, &work[1], &map[1], &err));
            CHECK_EQ(map[1].columns, cells + 9);
            CHECK_NEAR(largest_difference(&map[0], &map[1]), 0, 1e-5);
            for (int y = 0; y < map[1].rows; y++)
                for (int x = 0; x < map[1].columns; x++)
                    if (y < 3 || y >= 3 + rows || x < 4 || x >= 4 + cells)
                        CHECK(map[1].feature[(size_t)y * map[1].stride + (size_t)x] == 0);
        }
        ww_hog_work_free(&work[0]);
        ww_hog_work_free(&work[1]);
        ww_hog_picture_free(&picture);
        ww_image_free(&image);
    }
}

TEST(filters_add_up_to_the_weights_in_the_file)
{
    const ww_hog_kernels *table[TABLES];
    size_t tables = fast_tables(table);
    enum { SIDE = 11, FILTERS = 3, ROWS = 30, COLUMNS = 75 };
    ww_random r = {14};
    ww_error err = {0};
    float *weights[FILTERS];
    for (int f = 0; f < FILTERS; f++) {
        weights[f] = ww_alloc(WW_HOG_PLANES * SIDE * SIDE * sizeof **weights);
        for (int i = 0; i < WW_HOG_PLANES * SIDE * SIDE; i++)
            // every third plane is empty
            weights[f][i] = (float)ww_random_normal(&r) * 0.1f * (float)(i / (SIDE * SIDE) % 3);
    }
    ww_hog_bank bank;
    CHECK_OK(ww_hog_bank_make(weights, FILTERS, SIDE, SIDE, &bank, &err));
    size_t stride = 160, plane = ROWS * stride;
    float *feature = ww_alloc((WW_HOG_PLANES * plane + WW_HOG_SLACK) * sizeof *feature);
    for (size_t i = 0; i < WW_HOG_PLANES * plane; i++)
        feature[i] = (float)ww_random_unit(&r) * 0.4f;
    ww_hog_map map = {.rows = ROWS, .columns = COLUMNS, .stride = stride, .plane_floats = plane, .feature = feature};
    ww_hog_tile tile = {.column = 2,
                        .row = 1,
                        .rows = ROWS - SIDE,
                        .scratch = ww_alloc(WW_HOG_TERMS * (WW_HOG_TILE_ROWS + SIDE) * WW_HOG_STRIP * 4),
                        .score = ww_alloc(FILTERS * WW_HOG_TILE_ROWS * WW_HOG_STRIP * 4)};
    for (size_t t = 0; t < tables; t++)
        for (tile.columns = 1; tile.columns <= WW_HOG_STRIP; tile.columns += 7) {
            table[t]->filter(&bank, &map, &tile);
            double largest = 0;
            for (int f = 0; f < FILTERS; f++)
                for (int y = 0; y < tile.rows; y++)
                    for (int x = 0; x < tile.columns; x++) {
                        double sum = 0;
                        for (int i = 0; i < WW_HOG_PLANES * SIDE * SIDE; i++)
                            sum += (double)weights[f][i]
                                   * feature[(size_t)(i / (SIDE * SIDE)) * plane
                                             + (size_t)(y + 1 + i / SIDE % SIDE) * stride + (size_t)(x + 2 + i % SIDE)];
                        largest = fmax(largest, fabs(sum - tile.score[(f * WW_HOG_TILE_ROWS + y) * WW_HOG_STRIP + x]));
                    }
            CHECK_NEAR(largest, 0, 2e-4);
        }
    free(tile.scratch);
    free(tile.score);
    free(feature);
    ww_hog_bank_free(&bank);
    for (int f = 0; f < FILTERS; f++)
        free(weights[f]);
}

TEST(a_file_is_read_and_every_cut_of_it_refused)
{
    ww_random r = {15};
    ww_error err = {0};
    ww_buffer file = {0};
    ww_hog_model *model = NULL;
    write_hog_file(&file, 40, 2, 2, 0.5, &r);
    CHECK_OK(ww_hog_model_read(file.data, file.bytes, "small.svm", &model, &err));
    if (model)
        CHECK_EQ(ww_hog_model_filters(model), 2);
    ww_hog_model_free(model);
    for (size_t cut = 0; cut < file.bytes; cut += 1 + file.bytes / 300) {
        CHECK_EQ(ww_hog_model_read(file.data, cut, "cut.svm", &model, &err), WW_ERR_FORMAT);
        CHECK(strncmp(err.message, "cut.svm: byte ", 14) == 0);
    }
    file.data[9] = 4; // the size of a cell
    CHECK_EQ(ww_hog_model_read(file.data, file.bytes, "other.svm", &model, &err), WW_ERR_UNSUPPORTED);
    ww_buffer_free(&file);
}

TEST(better_boxes_win_and_the_best_come_first)
{
    ww_random r = {16};
    ww_error err = {0};
    ww_buffer file = {0};
    ww_hog_model *model = NULL;
    write_hog_file(&file, 40, 3, 1, 0.0, &r);
    CHECK_OK(ww_hog_model_read(file.data, file.bytes, "small.svm", &model, &err));
    ww_hog *hog = ww_hog_open(model);
    ww_image image;
    ww_hog_boxes all = {0}, few = {0};
    random_picture(&r, 203, 151, &image);
    CHECK_OK(ww_hog_detect(hog, &image, 1, 0, &all, &err));
    CHECK(all.count > 5);
    for (size_t i = 0; i < all.count; i++) {
        CHECK(all.item[i].score >= 0);
        CHECK(i == 0 || all.item[i].score <= all.item[i - 1].score);
        CHECK(all.item[i].right > all.item[i].left && all.item[i].bottom > all.item[i].top);
    }
    double middle = all.item[all.count / 2].score;
    CHECK_OK(ww_hog_detect(hog, &image, 1, middle, &few, &err));
    CHECK(few.count > 0 && few.count < all.count);
    // suppression goes from the best down: a higher threshold only cuts the tail off
    for (size_t i = 0; i < few.count; i++)
        CHECK(memcmp(&few.item[i], &all.item[i], sizeof few.item[i]) == 0);
    CHECK_EQ(ww_hog_detect(hog, &image, 5, 0, &few, &err), WW_ERR_ARGUMENT);
    CHECK_EQ(few.count, 0);
    ww_vector_free(&all);
    ww_vector_free(&few);
    ww_image_free(&image);
    ww_hog_close(hog);
    ww_hog_model_free(model);
    ww_buffer_free(&file);
}

TEST(pictures_too_small_have_no_faces)
{
    size_t bytes = (size_t)(ww_file_frontal_hog_dat_end - ww_file_frontal_hog_dat);
    if (bytes == 0)
        SKIP("built without dlib's headers");
    ww_random r = {17};
    ww_error err = {0};
    ww_hog_model *model = NULL;
    ww_hog_boxes found = {0};
    CHECK_OK(ww_hog_model_read(ww_file_frontal_hog_dat, bytes, "frontal", &model, &err));
    CHECK_EQ(ww_hog_model_filters(model), 5);
    ww_hog *hog = ww_hog_open(model);
    for (int side = 1; side < 60; side += 3) {
        ww_image image;
        random_picture(&r, side, 60 - side, &image);
        CHECK_OK(ww_hog_detect(hog, &image, 0, 0, &found, &err));
        CHECK_EQ(found.count, 0);
        ww_image_free(&image);
    }
    ww_vector_free(&found);
    ww_hog_close(hog);
    ww_hog_model_free(model);
}

int main(void)
{
    RUN(every_gradient_has_its_direction_on_every_processor);
    RUN(of_three_planes_the_strongest_gradient_counts);
    RUN(pictures_are_scaled_to_the_same_bytes_on_every_processor);
    RUN(features_are_the_same_on_every_processor_and_have_a_margin_of_zeroes);
    RUN(filters_add_up_to_the_weights_in_the_file);
    RUN(a_file_is_read_and_every_cut_of_it_refused);
    RUN(better_boxes_win_and_the_best_come_first);
    RUN(pictures_too_small_have_no_faces);
    return FINISH();
}
