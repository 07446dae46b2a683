// SPDX-License-Identifier: MIT
// Pictures for the tests of this room, and ways to look at them.
#ifndef WW_TESTS_PICTURES_H
#define WW_TESTS_PICTURES_H
#include "base/random.h"
#include "harness.h"
#include "image/image.h"

#include <sys/resource.h>

static ww_error err;

static inline int plane_count(const ww_image *image) { return image->plane[1].data ? 3 : 1; }

static inline int channels_of(const ww_image *image) { return image->pixels == WW_PIXELS_RGB ? 3 : 1; }

static inline uint8_t *at(const ww_image *image, int plane, int x, int y)
{
    return image->plane[plane].data + y * image->plane[plane].stride + x * channels_of(image);
}

static inline ww_image blank(ww_pixels pixels, int width, int height)
{
    ww_image image;
    if (ww_image_alloc(&image, pixels, width, height, &err) != WW_OK) {
        printf("Bail out! %s\n", err.message);
        exit(1);
    }
    return image;
}

// Every sample random.
static inline ww_image noise(ww_pixels pixels, int width, int height, uint64_t seed)
{
    ww_image image = blank(pixels, width, height);
    ww_random r = {seed};
    for (int i = 0; i < plane_count(&image); i++)
        for (int y = 0; y < image.plane[i].height; y++)
            for (int x = 0; x < image.plane[i].width * channels_of(&image); x++)
                image.plane[i].data[y * image.plane[i].stride + x] = (uint8_t)ww_random_u64(&r);
    return image;
}

// Slow waves, different in every plane and channel, as photographs are: smooth, 16..235.
static inline ww_image waves(ww_pixels pixels, int width, int height)
{
    ww_image image = blank(pixels, width, height);
    int channels = channels_of(&image);
    for (int i = 0; i < plane_count(&image); i++)
        for (int y = 0; y < image.plane[i].height; y++)
            for (int x = 0; x < image.plane[i].width * channels; x++) {
                double u = (double)(x / channels) / image.plane[i].width, v = (double)y / image.plane[i].height;
                int kind = i + x % channels;
                double wave = sin(6.0 * u + kind) * cos(4.0 * v + 2 * kind);
                image.plane[i].data[y * image.plane[i].stride + x] = (uint8_t)lrint(125.5 + (kind ? 60 : 109) * wave);
            }
    return image;
}

// Largest difference of two pictures of the same shape; 256 when the shapes differ.
static inline int largest_difference(const ww_image *a, const ww_image *b)
{
    if (a->width != b->width || a->height != b->height || a->pixels != b->pixels)
        return 256;
    int largest = 0;
    for (int i = 0; i < plane_count(a); i++)
        for (int y = 0; y < a->plane[i].height; y++)
            for (int x = 0; x < a->plane[i].width * channels_of(a); x++) {
                int d =
                    abs(a->plane[i].data[y * a->plane[i].stride + x] - b->plane[i].data[y * b->plane[i].stride + x]);
                largest = d > largest ? d : largest;
            }
    return largest;
}

static inline double plane_mean(const ww_image *image, int plane)
{
    double total = 0;
    const ww_plane *p = &image->plane[plane];
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width * channels_of(image); x++)
            total += p->data[y * p->stride + x];
    return total / ((double)p->width * p->height * channels_of(image));
}

static inline double plane_psnr(const ww_image *a, const ww_image *b, int plane)
{
    double total = 0;
    const ww_plane *p = &a->plane[plane], *q = &b->plane[plane];
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width * channels_of(a); x++) {
            double d = p->data[y * p->stride + x] - q->data[y * q->stride + x];
            total += d * d;
        }
    total /= (double)p->width * p->height * channels_of(a);
    return total > 0 ? 10 * log10(255 * 255 / total) : 99;
}

static inline int clip255(double v) { return v < 0 ? 0 : v > 255 ? 255 : (int)lrint(v); }

// --- timing ----------------------------------------------------------------------------------------------------------

static inline double cpu_ms(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return 1e3 * (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec)
           + 1e-3 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static inline bool wants_bench(int argc, char **argv) { return argc > 1 && strcmp(argv[1], "--bench") == 0; }

// Least processor time of `call` over 30 rounds of `repeat` calls; `call` fills the ww_image `out`, which is freed.
#define BENCH(label, repeat, call)                                                                                     \
    do {                                                                                                               \
        double least = 1e9;                                                                                            \
        for (int round = 0; round < 30; round++) {                                                                     \
            double start = cpu_ms();                                                                                   \
            for (int call_number = 0; call_number < (repeat); call_number++) {                                         \
                call;                                                                                                  \
                ww_image_free(&out);                                                                                   \
            }                                                                                                          \
            least = fmin(least, (cpu_ms() - start) / (repeat));                                                        \
        }                                                                                                              \
        printf("%-48s %8.3f ms\n", label, least);                                                                      \
    } while (0)

#endif
