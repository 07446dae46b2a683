// SPDX-License-Identifier: MIT
// What the program makes of pictures by dlib's classic means, in the words of hog_oracle and shape_oracle:
//   hog_run hog UPSAMPLE [--time N] PICTURE...   faces by gradients, with the detector compiled in; exit 77: there is
//   none hog_run find FILE.dat PICTURE...             landmarks of some boxes
//   hog_run chip PICTURE.ppm N X0 Y0 ...         the chip by N points, and 3 jittered ones
//   hog_run random N                             the first N random numbers
#include "base/files.h"
#include "base/memory.h"
#include "dlib/chip.h"
#include "dlib/hog.h"
#include "dlib/shape_predictor.h"
#include "models/models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { EXIT_NOT_THERE = 77, JITTERED = 3, BOXES = 12 };
#define FILE_BYTES_MAX ((size_t)1 << 30)

static double cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void check(ww_status status, const ww_error *err)
{
    if (status == WW_OK)
        return;
    fprintf(stderr, "%s\n", err->message);
    exit(2);
}

static ww_image read_picture(const char *path)
{
    ww_error err;
    ww_image image;
    char kind = 0;
    int width = 0, height = 0;
    FILE *f = fopen(path, "rb");
    if (!f || fscanf(f, "P%c %d %d 255", &kind, &width, &height) != 3 || fgetc(f) == EOF
        || (kind != '5' && kind != '6')) {
        fprintf(stderr, "%s: no binary PPM or PGM\n", path);
        exit(2);
    }
    check(ww_image_alloc(&image, kind == '6' ? WW_PIXELS_RGB : WW_PIXELS_LUMA, width, height, &err), &err);
    size_t row = (size_t)width * (kind == '6' ? 3 : 1);
    for (int y = 0; y < height; y++)
        if (fread(image.plane[0].data + (ptrdiff_t)y * image.plane[0].stride, 1, row, f) != row) {
            fprintf(stderr, "%s: too short\n", path);
            exit(2);
        }
    fclose(f);
    return image;
}

static double least_time(ww_hog *hog, const ww_image *image, int upsample, int times)
{
    ww_hog_boxes found = {0};
    ww_error err;
    double least = 1e9;
    for (int i = 0; i < times; i++) {
        double start = cpu_seconds();
        check(ww_hog_detect(hog, image, upsample, 0, &found, &err), &err);
        double took = cpu_seconds() - start;
        least = took < least ? took : least;
    }
    ww_vector_free(&found);
    return least;
}

static void run_hog(int upsample, int times, char **picture, int pictures)
{
    ww_error err;
    ww_hog_model *model;
    size_t bytes = (size_t)(ww_file_frontal_hog_dat_end - ww_file_frontal_hog_dat);
    if (bytes == 0)
        exit(EXIT_NOT_THERE);
    check(ww_hog_model_read(ww_file_frontal_hog_dat, bytes, "frontal_hog.dat", &model, &err), &err);
    ww_hog *hog = ww_hog_open(model);
    ww_hog_boxes found = {0};
    for (int i = 0; i < pictures; i++) {
        ww_image image = read_picture(picture[i]);
        check(ww_hog_detect(hog, &image, upsample, 0, &found, &err), &err);
        if (times)
            printf("time %.6f\n", least_time(hog, &image, upsample, times));
        printf("%s %zu\n", picture[i], found.count);
        for (size_t k = 0; k < found.count; k++) {
            const ww_hog_box *b = &found.item[k];
            printf("%d %d %d %d %.7f\n", b->left, b->top, b->right, b->bottom, b->score);
        }
        ww_image_free(&image);
    }
    ww_vector_free(&found);
    ww_hog_close(hog);
    ww_hog_model_free(model);
}

// The boxes shape_oracle looks at.
static void find(const ww_shape_predictor *predictor, const ww_image *image)
{
    ww_error err;
    float point[2 * WW_SHAPE_POINTS_MAX];
    for (int i = 0; i < BOXES; i++) {
        int side = 40 + 37 * i % (image->width / 2), left = (image->width - side) * i / 11 - 10;
        int top = (image->height - side) * ((5 * i) % 12) / 11 - 5;
        ww_shape_box box = {left, top, left + side, top + side - i % 3};
        check(ww_shape_predict(predictor, image, box, point, &err), &err);
        printf("%d %d %d %d", box.left, box.top, box.right, box.bottom);
        for (int k = 0; k < 2 * ww_shape_predictor_points(predictor); k++)
            printf(" %g", point[k]);
        printf("\n");
    }
}

static void run_find(const char *file, char **picture, int pictures)
{
    ww_error err;
    uint8_t *data;
    size_t bytes;
    ww_shape_predictor *predictor;
    check(ww_read_file(file, FILE_BYTES_MAX, &data, &bytes, &err), &err);
    check(ww_shape_predictor_read(data, bytes, file, &predictor, &err), &err);
    for (int i = 0; i < pictures; i++) {
        ww_image image = read_picture(picture[i]);
        find(predictor, &image);
        ww_image_free(&image);
    }
    ww_shape_predictor_free(predictor);
    free(data);
}

static void put(const ww_image *chip)
{
    for (int y = 0; y < chip->height; y++)
        fwrite(chip->plane[0].data + (ptrdiff_t)y * chip->plane[0].stride, 3, (size_t)chip->width, stdout);
}

static void run_chip(const char *picture, int points, char **number)
{
    ww_error err;
    ww_image image = read_picture(picture), chip, jittered;
    ww_dlib_place place;
    ww_dlib_random random;
    float *point = ww_alloc(2 * (size_t)points * sizeof *point);
    for (int i = 0; i < 2 * points; i++)
        point[i] = strtof(number[i], NULL);
    if (!ww_dlib_place_of(point, points, WW_DLIB_CHIP_SIZE, WW_DLIB_CHIP_PADDING, &place))
        exit(2);
    check(ww_dlib_chip(&image, &place, WW_DLIB_CHIP_SIZE, &chip, &err), &err);
    put(&chip);
    ww_dlib_random_start(&random);
    for (int i = 0; i < JITTERED; i++) {
        check(ww_dlib_jitter(&chip, &random, &jittered, &err), &err);
        put(&jittered);
        ww_image_free(&jittered);
    }
    ww_image_free(&chip);
    ww_image_free(&image);
    free(point);
}

static void run_random(int count)
{
    ww_dlib_random random;
    ww_dlib_random_start(&random);
    for (int i = 0; i < count; i++)
        printf("%.17g\n", ww_dlib_random_unit(&random));
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "hog") == 0 && argc > 4 && strcmp(argv[3], "--time") == 0)
        run_hog(atoi(argv[2]), atoi(argv[4]), argv + 5, argc - 5);
    else if (strcmp(what, "hog") == 0 && argc > 2)
        run_hog(atoi(argv[2]), 0, argv + 3, argc - 3);
    else if (strcmp(what, "find") == 0 && argc > 3)
        run_find(argv[2], argv + 3, argc - 3);
    else if (strcmp(what, "chip") == 0 && argc > 4 && argc == 4 + 2 * atoi(argv[3]))
        run_chip(argv[2], atoi(argv[3]), argv + 4);
    else if (strcmp(what, "random") == 0 && argc == 3)
        run_random(atoi(argv[2]));
    else
        return 2;
    return 0;
}
