// SPDX-License-Identifier: MIT
// The loops of the int8 backend on random convolutions: each that this processor has gives the bytes that a loop over
// nothing but its definition gives, and real numbers equal to the last bit.
//   test_int8_kernels            checks, prints TAP
//   test_int8_kernels --bench    prints the milliseconds of each on the shapes of our models as well
// The seed is WW_SEED, or the time; it is printed when something differs.
#include "harness.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "nn/int8/kernels.h"

#include <time.h>

enum { ROUNDS = 60, QUAD = 4, GUARD = 64 };

static ww_random rng;
static uint64_t seed;
static bool bench;

static int64_t pick(int64_t low, int64_t high) { return low + ww_random_below(&rng, (uint32_t)(high - low + 1)); }

static void *random_bytes(size_t count)
{
    uint8_t *bytes = ww_alloc_array(count, 1, SIZE_MAX);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)ww_random_below(&rng, 256);
    return bytes;
}

static float *random_floats(size_t count, float low, float high)
{
    float *x = ww_alloc_array(count, sizeof *x, SIZE_MAX);
    for (size_t i = 0; i < count; i++)
        x[i] = low + (high - low) * (float)ww_random_unit(&rng);
    return x;
}

// A convolution as its definition has it, and what it is done with.
typedef struct example {
    int64_t kernel, stride, in_channels, channels, width, height, in_width, in_height, quads;
    uint8_t *in, *add;
    int8_t *weights; // channel, row, and the row's bytes up to whole quads
    float *factor, *offset;
    ww_int8_finish finish;
} example;

static example make_example(int64_t kernel, int64_t stride, int64_t in_channels, int64_t channels, int64_t width,
                            int64_t height)
{
    static const float slopes[] = {0, 0.125f, 1};
    example e = {kernel, stride, in_channels, channels, width, height};
    const size_t padded = (size_t)(channels + WW_INT8_SLACK);
    e.in_width = (width - 1) * stride + kernel;
    e.in_height = (height - 1) * stride + kernel;
    e.quads = (kernel * in_channels + QUAD - 1) / QUAD;
    e.in = random_bytes((size_t)(e.in_width * e.in_height * in_channels) + WW_INT8_SLACK);
    e.add = random_bytes((size_t)(width * height * channels) + WW_INT8_SLACK);
    e.weights = random_bytes((size_t)(channels * kernel * e.quads * QUAD));
    for (int64_t row = 0; row < channels * kernel; row++) {
        memset(e.weights + row * e.quads * QUAD + kernel * in_channels, 0,
               (size_t)(e.quads * QUAD - kernel * in_channels));
        for (int64_t i = 0; i < kernel * in_channels; i++) // as quantised weights: -128 is none
            e.weights[row * e.quads * QUAD + i] = (int8_t)pick(-127, 127);
    }
    // Sums reach a few thousand times the root of the terms; so both ends and the middle of the bytes occur.
    const float unit = 0.02f / sqrtf((float)(kernel * kernel * in_channels));
    e.factor = random_floats(padded, 0.3f * unit, unit);
    e.offset = random_floats(padded, -60, 120);
    e.finish = (ww_int8_finish){e.factor, e.offset, slopes[pick(0, 2)], (float)pick(0, 200), 0.7f};
    return e;
}

static void free_example(example *e)
{
    free(e->in);
    free(e->add);
    free(e->weights);
    free(e->factor);
    free(e->offset);
}

static int32_t sum_of(const example *e, int64_t x, int64_t y, int64_t channel)
{
    int32_t sum = 0;
    for (int64_t r = 0; r < e->kernel; r++)
        for (int64_t k = 0; k < e->kernel; k++)
            for (int64_t c = 0; c < e->in_channels; c++)
                sum += e->in[((y * e->stride + r) * e->in_width + x * e->stride + k) * e->in_channels + c]
                       * e->weights[(channel * e->kernel + r) * e->quads * QUAD + k * e->in_channels + c];
    return sum;
}

static float real_of(const example *e, int32_t sum, int64_t channel, float add)
{
    volatile float v = (float)sum * e->factor[channel]; // volatile: rounded here, whatever the compiler would like
    v = v + e->offset[channel];
    v = v + add;
    volatile float low = v * e->finish.slope;
    return v > low ? v : low;
}

static uint8_t byte_of(const example *e, float real)
{
    volatile float v = real + e->finish.zero;
    return v <= 0 ? 0 : v >= 255 ? 255 : (uint8_t)lrintf(v);
}

static ww_int8_conv conv_of(const example *e, const ww_int8_kernel *k, void **packed)
{
    *packed = ww_alloc_array(1, k->packed_bytes(e->kernel, e->quads, e->channels), SIZE_MAX);
    k->pack(e->weights, e->kernel, e->quads, e->channels, *packed);
    const int64_t row = e->in_width * e->in_channels;
    return (ww_int8_conv){.rows = e->kernel,
                          .quads = e->quads,
                          .in_row = row,
                          .in_step = e->stride * e->in_channels,
                          .in_down = e->stride * row,
                          .width = e->width,
                          .height = e->height,
                          .channels = e->channels,
                          .weights = *packed,
                          .finish = e->finish,
                          .in = e->in,
                          .out_row = e->width * e->channels,
                          .add_row = e->width * e->channels};
}

static void tell(const example *e, const ww_int8_kernel *k, const char *what)
{
    printf("# %s, %s: %lldx%lld stride %lld, %lld to %lld channels, %lldx%lld (WW_SEED=%llu)\n", k->name, what,
           (long long)e->kernel, (long long)e->kernel, (long long)e->stride, (long long)e->in_channels,
           (long long)e->channels, (long long)e->width, (long long)e->height, (unsigned long long)seed);
}

static bool same_bytes(const example *e, const ww_int8_kernel *k, bool add)
{
    void *packed;
    const int64_t count = e->width * e->height * e->channels;
    ww_int8_conv c = conv_of(e, k, &packed);
    uint8_t *out = ww_alloc_array(1, (size_t)count + GUARD, SIZE_MAX);
    memset(out, 0xA5, (size_t)count + GUARD);
    c.out = out;
    c.add = add ? e->add : NULL;
    k->run(&c);
    bool same = true;
    for (int64_t i = 0; i < count; i++) {
        const int64_t channel = i % e->channels, x = i / e->channels % e->width, y = i / e->channels / e->width;
        const float plus = add ? (float)e->add[i] * e->finish.add_factor : 0;
        same = same && out[i] == byte_of(e, real_of(e, sum_of(e, x, y, channel), channel, plus));
    }
    for (int64_t i = count; i < count + GUARD; i++)
        same = same && out[i] == 0xA5; // nothing beyond the picture
    free(out);
    free(packed);
    return same;
}

static bool same_reals(const example *e, const ww_int8_kernel *k)
{
    void *packed;
    const int64_t plane = e->width * e->height;
    ww_int8_conv c = conv_of(e, k, &packed);
    const int64_t count = plane * e->channels;
    float *out = ww_alloc_array((size_t)count + GUARD, sizeof *out, SIZE_MAX);
    memset(out, 0, ((size_t)count + GUARD) * sizeof *out);
    c.plane = out;
    k->run(&c);
    bool same = true;
    for (int64_t i = count; i < count + GUARD; i++)
        same = same && out[i] == 0; // nothing beyond the planes
    for (int64_t i = 0; i < count; i++)
        same = same
               && out[i] == real_of(e, sum_of(e, i % plane % e->width, i % plane / e->width, i / plane), i / plane, 0);
    free(out);
    free(packed);
    return same;
}

static void check_everywhere(const example *e)
{
    for (int i = 0; ww_int8_kernels[i]; i++) {
        const ww_int8_kernel *k = ww_int8_kernels[i];
        if (!k->supported())
            continue;
        const bool bytes = same_bytes(e, k, false), sums = same_bytes(e, k, true), reals = same_reals(e, k);
        CHECK(bytes);
        CHECK(sums);
        CHECK(reals);
        if (!bytes || !sums || !reals)
            tell(e, k, !bytes ? "bytes" : !sums ? "sums" : "real numbers");
    }
}

TEST(every_kernel_is_exact_on_random_convolutions)
{
    for (int i = 0; i < ROUNDS; i++) {
        example e = make_example(pick(1, 6), pick(1, 4), pick(1, 40), pick(1, 140), pick(1, 20), pick(1, 4));
        check_everywhere(&e);
        free_example(&e);
    }
}

// As the last layers have them: many channels, few pixels.
TEST(every_kernel_is_exact_on_many_channels)
{
    for (int i = 0; i < 8; i++) {
        example e = make_example(pick(1, 2), 1, pick(200, 600), pick(1, 70), pick(1, 9), pick(1, 2));
        check_everywhere(&e);
        free_example(&e);
    }
}

// ---- a window for each channel

static bool same_depthwise(const example *e, const ww_int8_kernel *k, const int16_t *weights)
{
    const int64_t row = e->in_width * e->channels, count = e->width * e->height * e->channels;
    uint8_t *in = random_bytes((size_t)(row * e->in_height) + WW_INT8_SLACK);
    uint8_t *out = ww_alloc_array(1, (size_t)count + GUARD, SIZE_MAX);
    memset(out, 0xA5, (size_t)count + GUARD);
    k->run_depthwise(&(ww_int8_depthwise){{e->kernel, e->kernel},
                                          row,
                                          e->stride * e->channels,
                                          e->stride * row,
                                          e->width,
                                          e->height,
                                          e->channels,
                                          weights,
                                          e->finish,
                                          in,
                                          out,
                                          e->width * e->channels});
    bool same = true;
    for (int64_t i = 0; i < count; i++) {
        const int64_t c = i % e->channels, x = i / e->channels % e->width, y = i / e->channels / e->width;
        int32_t sum = 0;
        for (int64_t r = 0; r < e->kernel; r++)
            for (int64_t q = 0; q < e->kernel; q++)
                sum += in[(y * e->stride + r) * row + (x * e->stride + q) * e->channels + c]
                       * weights[(r * e->kernel + q) * e->channels + c];
        same = same && out[i] == byte_of(e, real_of(e, sum, c, 0));
    }
    for (int64_t i = count; i < count + GUARD; i++)
        same = same && out[i] == 0xA5;
    free(in);
    free(out);
    return same;
}

TEST(every_kernel_is_exact_on_random_depthwise_convolutions)
{
    for (int i = 0; i < ROUNDS; i++) {
        const int64_t channels = pick(1, 140), kernel = pick(0, 2) ? 3 : pick(1, 6);
        example e = make_example(kernel, pick(0, 2) ? 1 : 2, 1, channels, pick(1, 20), pick(1, 5));
        int16_t *weights =
            ww_alloc_array((size_t)(kernel * kernel * channels) + WW_INT8_SLACK, sizeof *weights, SIZE_MAX);
        for (int64_t t = 0; t < kernel * kernel * channels; t++)
            weights[t] = (int16_t)pick(-127, 127);
        for (int j = 0; ww_int8_kernels[j]; j++) {
            if (!ww_int8_kernels[j]->supported())
                continue;
            const bool same = same_depthwise(&e, ww_int8_kernels[j], weights);
            CHECK(same);
            if (!same)
                tell(&e, ww_int8_kernels[j], "depthwise");
        }
        free(weights);
        free_example(&e);
    }
}

// ---- the rounding is the one that is promised: ties to even, both ends bounded

TEST(rounding_is_to_the_nearest_ties_to_even)
{
    static const struct {
        float offset;
        uint8_t byte;
    } cases[] = {{0.5f, 0},     {1.5f, 2},     {2.5f, 2},     {2.4999998f, 2}, {253.5f, 254},
                 {254.5f, 254}, {254.6f, 255}, {300.0f, 255}, {-0.4f, 0},      {-1e9f, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        example e = make_example(1, 1, 4, 1, 1, 1);
        memset(e.weights, 0, QUAD);
        e.offset[0] = cases[i].offset;
        e.finish.zero = 0;
        e.finish.slope = 1;
        CHECK_EQ(byte_of(&e, real_of(&e, 0, 0, 0)), cases[i].byte);
        check_everywhere(&e);
        free_example(&e);
    }
}

TEST(every_kernel_makes_the_same_bytes_of_numbers)
{
    enum { COUNT = 77, STEPS = 3 };
    for (int round = 0; round < ROUNDS; round++) {
        const float per = 0.1f + (float)ww_random_unit(&rng) * 3,
                    zero = (float)pick(0, 128) + 0.25f * (float)pick(0, 3);
        float *in = random_floats(COUNT, -80, 120);
        for (int64_t step = 1; step <= STEPS; step++)
            for (int i = 0; ww_int8_kernels[i]; i++) {
                uint8_t out[COUNT * STEPS];
                bool same = true;
                if (!ww_int8_kernels[i]->supported())
                    continue;
                memset(out, 0xA5, sizeof out);
                ww_int8_kernels[i]->quantise(in, COUNT, step, per, zero, out);
                for (int64_t k = 0; k < COUNT; k++) {
                    volatile float v = in[k] * per;
                    v = v + zero;
                    same = same && out[k * step] == (v <= 0 ? 0 : v >= 255 ? 255 : (uint8_t)lrintf(v));
                    for (int64_t between = 1; between < step; between++)
                        same = same && out[k * step + between] == 0xA5;
                }
                CHECK(same);
            }
        free(in);
    }
}

static void time_kernels(int64_t kernel, int64_t stride, int64_t in, int64_t out, int64_t width, int64_t height)
{
    example e = make_example(kernel, stride, in, out, width, height);
    uint8_t *bytes = ww_alloc_array(1, (size_t)(width * height * out), SIZE_MAX);
    printf("# %lldx%lld stride %lld, %lld to %lld channels, %lldx%lld:", (long long)kernel, (long long)kernel,
           (long long)stride, (long long)in, (long long)out, (long long)width, (long long)height);
    for (int i = 0; ww_int8_kernels[i]; i++) {
        const ww_int8_kernel *k = ww_int8_kernels[i];
        void *packed;
        double best = 1e9;
        if (!k->supported())
            continue;
        ww_int8_conv c = conv_of(&e, k, &packed);
        c.out = bytes;
        for (int r = 0; r < 20; r++) {
            const double start = 1e3 * ww_thread_cpu_seconds();
            k->run(&c);
            const double took = 1e3 * ww_thread_cpu_seconds() - start;
            best = took < best ? took : best;
        }
        printf(" %s %.4f ms,", k->name, best);
        free(packed);
    }
    puts("");
    free(bytes);
    free_example(&e);
}

int main(int argc, char **argv)
{
    bench = argc > 1 && strcmp(argv[1], "--bench") == 0;
    const char *given = getenv("WW_SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    rng.state = seed;
    RUN(every_kernel_is_exact_on_random_convolutions);
    RUN(every_kernel_is_exact_on_many_channels);
    RUN(every_kernel_is_exact_on_random_depthwise_convolutions);
    RUN(every_kernel_makes_the_same_bytes_of_numbers);
    RUN(rounding_is_to_the_nearest_ties_to_even);
    if (bench) {
        time_kernels(6, 4, 1, 16, 160, 96);
        time_kernels(3, 1, 24, 24, 80, 48);
        time_kernels(3, 1, 48, 48, 40, 24);
        time_kernels(3, 1, 64, 64, 20, 12);
        time_kernels(3, 1, 128, 128, 6, 6);
    }
    return FINISH();
}
