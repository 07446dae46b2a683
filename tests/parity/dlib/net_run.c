// SPDX-License-Identifier: MIT
// What the program makes of a dlib network file, in the words of the oracles beside this file:
//   net_run mmod FILE UPSAMPLE [--reference] [--time N] PICTURE.ppm...   faces, as mmod_oracle prints them
//   net_run plane FILE UPSAMPLE PICTURE.ppm...                           the network's input, written to
//   PICTURE.ppm.ours net_run describe FILE [--reference] [--time N] CHIP.ppm...           the numbers a descriptor
//   network gives for each chip
#include "base/files.h"
#include "base/memory.h"
#include "dlib/mmod.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define FILE_BYTES_MAX ((size_t)1 << 30)
#define CALLS 20 // of a small network for one measurement

static double cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void stop(const ww_error *err)
{
    fprintf(stderr, "%s\n", err->message);
    exit(2);
}

static ww_image read_ppm(const char *path)
{
    ww_error err;
    ww_image image;
    int width = 0, height = 0;
    FILE *f = fopen(path, "rb");
    if (!f || fscanf(f, "P6 %d %d 255", &width, &height) != 2 || fgetc(f) == EOF) {
        fprintf(stderr, "%s: no binary PPM\n", path);
        exit(2);
    }
    if (ww_image_alloc(&image, WW_PIXELS_RGB, width, height, &err) != WW_OK)
        stop(&err);
    for (int y = 0; y < height; y++)
        if (fread(image.plane[0].data + (ptrdiff_t)y * image.plane[0].stride, 3, (size_t)width, f) != (size_t)width)
            exit(2);
    fclose(f);
    return image;
}

static void run_mmod(ww_net *net, int upsample, ww_backend backend, int times, char **path)
{
    ww_error err;
    ww_mmod_detector *detector;
    ww_detections found = {0};
    if (ww_mmod_detector_open(net, &(ww_mmod_options){.backend = backend}, &detector, &err) != WW_OK)
        stop(&err);
    for (; *path; path++) {
        ww_image image = read_ppm(*path);
        double least = 1e9;
        for (int i = 0; i <= times; i++) {
            double start = cpu_seconds();
            if (ww_mmod_detect(detector, &image, upsample, &found, &err) != WW_OK)
                stop(&err);
            double seconds = cpu_seconds() - start;
            least = i > 0 && seconds < least ? seconds : least;
        }
        if (times)
            printf("time %.6f\n", least);
        printf("%s %zu\n", *path, found.count);
        for (size_t i = 0; i < found.count; i++) {
            const ww_detection *f = &found.item[i];
            printf("%.0f %.0f %.0f %.0f %.7f\n", (double)f->x, (double)f->y, (double)(f->x + f->width - 1),
                   (double)(f->y + f->height - 1), (double)f->score);
        }
        ww_image_free(&image);
    }
    ww_vector_free(&found);
    ww_mmod_detector_close(detector);
}

static void write_plane(const ww_net *net, int upsample, const char *path)
{
    ww_error err;
    ww_mmod_plane plane;
    const ww_dlib_input *in = &ww_net_dlib(net)->input;
    ww_image image = read_ppm(path);
    for (int i = 0; i < upsample; i++) {
        ww_image larger;
        if (ww_mmod_upsample(&image, &larger, &err) != WW_OK)
            stop(&err);
        ww_image_free(&image);
        image = larger;
    }
    if (!ww_mmod_plane_layout(in, image.width, image.height, &plane))
        exit(2);
    size_t count = 3 * (size_t)plane.width * (size_t)plane.height;
    float *data = ww_alloc_array(count, sizeof *data, FILE_BYTES_MAX);
    if (!data || !ww_mmod_plane_fill(&plane, in, &image, data))
        exit(2);
    char *name = ww_strf("%s.ours", path);
    FILE *f = fopen(name, "wb");
    int32_t size[2] = {plane.width, plane.height};
    if (!f || fwrite(size, sizeof size, 1, f) != 1 || fwrite(data, sizeof *data, count, f) != count || fclose(f) != 0)
        exit(2);
    free(name);
    free(data);
    ww_image_free(&image);
}

static void fill_chip(const ww_dlib_input *in, const ww_image *chip, float *to)
{
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < chip->height; y++)
            for (int x = 0; x < chip->width; x++)
                *to++ = ((float)chip->plane[0].data[y * chip->plane[0].stride + 3 * x + c] - in->mean[c]) / 256;
}

static void run_describe(const ww_net *net, ww_backend backend, int times, char **path)
{
    ww_error err;
    for (; *path; path++) {
        ww_session *session;
        ww_image chip = read_ppm(*path);
        if (ww_session_open(net, &(ww_shape){4, {1, 3, chip.height, chip.width}}, backend, &session, &err) != WW_OK)
            stop(&err);
        double least = 1e9;
        for (int k = 0; k <= times; k++) {
            double start = cpu_seconds();
            for (int i = 0; i < (k ? CALLS : 1); i++) {
                fill_chip(&ww_net_dlib(net)->input, &chip, ww_session_input(session));
                if (ww_session_run(session, &err) != WW_OK)
                    stop(&err);
            }
            double seconds = (cpu_seconds() - start) / CALLS;
            least = k > 0 && seconds < least ? seconds : least;
        }
        if (times)
            printf("time %.6f\n", least);
        ww_shape shape;
        const float *y = ww_session_output(session, 0, &shape);
        for (int64_t i = 0; i < shape.dim[1]; i++)
            printf("%.9g%c", (double)y[i], i + 1 < shape.dim[1] ? ' ' : '\n');
        ww_session_close(session);
        ww_image_free(&chip);
    }
}

int main(int argc, char **argv)
{
    ww_error err;
    ww_net *net;
    const char *what = argc > 3 ? argv[1] : "";
    bool detect = strcmp(what, "mmod") == 0, plane = strcmp(what, "plane") == 0;
    if (!detect && !plane && strcmp(what, "describe") != 0) {
        fprintf(stderr, "usage: net_run mmod|plane|describe FILE [UPSAMPLE] [--reference] [--time N] PICTURE...\n");
        return 2;
    }
    if (ww_dlib_net_load_file(argv[2], &net, &err) != WW_OK)
        stop(&err);
    char **rest = argv + 3;
    int upsample = detect || plane ? atoi(*rest++) : 0, times = 0;
    ww_backend backend = WW_BACKEND_ONEDNN;
    for (; *rest && (*rest)[0] == '-'; rest++)
        if (strcmp(*rest, "--reference") == 0)
            backend = WW_BACKEND_REFERENCE;
        else if (strcmp(*rest, "--time") == 0 && rest[1])
            times = atoi(*++rest);
    if (detect)
        run_mmod(net, upsample, backend, times, rest);
    else if (!plane)
        run_describe(net, backend, times, rest);
    for (; plane && *rest; rest++)
        write_plane(net, upsample, *rest);
    ww_net_free(net);
    return 0;
}
