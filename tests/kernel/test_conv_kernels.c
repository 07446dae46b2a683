// SPDX-License-Identifier: MIT
// The convolutions with loops of our own against a sum in double precision, on random shapes.
//   test_conv_kernels            checks, prints TAP
//   test_conv_kernels --bench    prints the speed of the layers of dlib's face detector as well
// The seed is WW_SEED, or the time; it is printed when something differs.
#include "harness.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "nn/onednn/conv_kernels.h"

#include <time.h>

#define ROUNDS 20
#define RELATIVE_ERROR 5e-5 // of the largest result; conv_kernels.h says what is usual
#define SAMPLES 3000        // results checked of each picture, the corners and edges among them
#define TRIES 20

static ww_random rng;
static uint64_t seed;
static bool bench;

typedef struct layer {
    int64_t batch, in, out, height, width, kernel_y, kernel_x, stride, pad_y, pad_x;
    bool relu, narrow;
} layer;

static int64_t pick(int64_t low, int64_t high) { return low + ww_random_below(&rng, (uint32_t)(high - low + 1)); }

static float *random_floats(int64_t count, float scale)
{
    float *x = ww_alloc_array((size_t)count, sizeof *x, SIZE_MAX);
    for (int64_t i = 0; i < count; i++)
        x[i] = scale * (float)(2 * ww_random_unit(&rng) - 1);
    return x;
}

static ww_shape output_of(const layer *l)
{
    return (ww_shape){4,
                      {l->batch, l->out, (l->height + 2 * l->pad_y - l->kernel_y) / l->stride + 1,
                       (l->width + 2 * l->pad_x - l->kernel_x) / l->stride + 1}};
}

static double exact(const layer *l, const float *in, const float *weights, const float *bias, const int64_t at[4])
{
    double sum = (double)bias[at[1]];
    for (int64_t c = 0; c < l->in; c++)
        for (int64_t i = 0; i < l->kernel_y; i++)
            for (int64_t j = 0; j < l->kernel_x; j++) {
                int64_t y = at[2] * l->stride - l->pad_y + i, x = at[3] * l->stride - l->pad_x + j;
                if (y >= 0 && y < l->height && x >= 0 && x < l->width)
                    sum += (double)in[((at[0] * l->height + y) * l->width + x) * l->in + c]
                           * (double)weights[((at[1] * l->in + c) * l->kernel_y + i) * l->kernel_x + j];
            }
    return l->relu && sum < 0 ? 0 : sum;
}

static void compare(const layer *l, const float *in, const float *weights, const float *bias, const float *out)
{
    ww_shape s = output_of(l);
    double worst = 0, scale = 1e-6;
    for (int k = 0; k < SAMPLES; k++) {
        int64_t at[4] = {pick(0, s.dim[0] - 1), pick(0, s.dim[1] - 1), pick(0, s.dim[2] - 1), pick(0, s.dim[3] - 1)};
        if (k % 4 == 0)
            at[2 + k / 4 % 2] = k / 8 % 2 ? 0 : s.dim[2 + k / 4 % 2] - 1;
        double want = exact(l, in, weights, bias, at);
        double got = (double)out[((at[0] * s.dim[2] + at[2]) * s.dim[3] + at[3]) * s.dim[1] + at[1]];
        scale = fabs(want) > scale ? fabs(want) : scale;
        worst = fabs(want - got) <= worst ? worst : fabs(want - got);
    }
    CHECK(worst <= RELATIVE_ERROR * scale);
    if (!(worst <= RELATIVE_ERROR * scale))
        printf(
            "# %lld to %lld channels, %lldx%lld, stride %lld: differs by %g where the largest is %g (WW_SEED=%llu)\n",
            (long long)l->in, (long long)l->out, (long long)l->width, (long long)l->height, (long long)l->stride, worst,
            scale, (unsigned long long)seed);
}

static void time_it(const layer *l, const ww_kernel *kernel, const float *in, float *out)
{
    double least = 1e9;
    ww_shape s = output_of(l);
    for (int i = 0; i < TRIES; i++) {
        double start = 1e3 * ww_thread_cpu_seconds();
        kernel->run(kernel->state, in, out);
        const double took = 1e3 * ww_thread_cpu_seconds() - start;
        least = took < least ? took : least;
    }
    double flop = 2.0 * (double)(s.dim[1] * s.dim[2] * s.dim[3] * l->in * l->kernel_y * l->kernel_x);
    printf("# %lld to %lld channels, window %lld, stride %lld: %.2f ms, %.0f GFLOP/s of direct summation\n",
           (long long)l->in, (long long)l->out, (long long)l->kernel_y, (long long)l->stride, least,
           flop / least * 1e-6);
}

static void check(const layer *l)
{
    ww_window w = {
        {l->kernel_y, l->kernel_x}, {l->stride, l->stride}, {1, 1}, {l->pad_y, l->pad_x}, {l->pad_y, l->pad_x}};
    ww_shape x = {4, {l->batch, l->in, l->height, l->width}}, y = output_of(l);
    int64_t taps = l->in * l->kernel_y * l->kernel_x;
    float *weights = random_floats(l->out * taps, 1), *bias = random_floats(l->out, 1);
    float *in = random_floats(l->batch * l->in * l->height * l->width, 1);
    float *out = ww_alloc_array0((size_t)(y.dim[0] * y.dim[1] * y.dim[2] * y.dim[3]), sizeof *out, SIZE_MAX);
    ww_kernel kernel;
    bool taken = l->narrow ? ww_conv_narrow(&w, &x, &y, weights, bias[0], &kernel)
                           : ww_conv_winograd(&w, &x, &y, weights, bias, l->relu, &kernel);
    CHECK(taken);
    if (taken) {
        kernel.run(kernel.state, in, out);
        compare(l, in, weights, bias, out);
        if (bench)
            time_it(l, &kernel, in, out);
        kernel.free(kernel.state);
    }
    free(weights);
    free(bias);
    free(in);
    free(out);
}

static bool lacks_avx512(void)
{
#if defined(__x86_64__)
    return !__builtin_cpu_supports("avx512f");
#else
    return true;
#endif
}

TEST(narrow)
{
    if (lacks_avx512())
        SKIP("no AVX-512");
    for (int i = 0; i < ROUNDS; i++) {
        layer l = {pick(1, 2), pick(1, 50), 1,          pick(9, 40), pick(9, 40), pick(6, 9),
                   pick(1, 9), 1,           pick(0, 5), pick(0, 5),  false,       true};
        check(&l);
    }
    if (bench)
        check(&(layer){1, 45, 1, 358, 175, 9, 9, 1, 4, 4, false, true});
}

TEST(winograd)
{
    if (lacks_avx512())
        SKIP("no AVX-512");
    for (int i = 0; i < ROUNDS; i++) {
        int64_t stride = pick(1, 2);
        layer l = {pick(1, 2),
                   pick(16, 70),
                   pick(16, 70),
                   pick(50, 66) * stride,
                   pick(50, 66) * stride,
                   5,
                   5,
                   stride,
                   pick(0, 4),
                   pick(0, 4),
                   pick(0, 1) == 1,
                   false};
        check(&l);
    }
    if (!bench)
        return;
    check(&(layer){1, 16, 32, 1443, 710, 5, 5, 2, 0, 0, true, false});
    check(&(layer){1, 32, 32, 720, 353, 5, 5, 2, 0, 0, true, false});
    check(&(layer){1, 32, 45, 358, 175, 5, 5, 1, 2, 2, true, false});
    check(&(layer){1, 45, 45, 358, 175, 5, 5, 1, 2, 2, true, false});
}

// What is not theirs is left to oneDNN.
TEST(others_are_left_alone)
{
    ww_kernel k;
    float weights[16 * 16 * 25] = {0};
    ww_shape x = {4, {1, 16, 64, 64}}, y = {4, {1, 16, 60, 60}};
    ww_window dilated = {{5, 5}, {1, 1}, {2, 1}, {2, 0}, {2, 0}}, three = {{3, 3}, {1, 1}, {1, 1}, {0, 0}, {0, 0}};
    CHECK(!ww_conv_winograd(&dilated, &x, &y, weights, NULL, false, &k));
    CHECK(!ww_conv_winograd(&three, &x, &y, weights, NULL, false, &k));
    CHECK(!ww_conv_narrow(&three, &x, &y, weights, 0, &k));
}

int main(int argc, char **argv)
{
    bench = argc > 1 && strcmp(argv[1], "--bench") == 0;
    seed = getenv("WW_SEED") ? strtoull(getenv("WW_SEED"), NULL, 10) : (uint64_t)time(NULL);
    rng.state = seed;
    RUN(narrow);
    RUN(winograd);
    RUN(others_are_left_alone);
    return FINISH();
}
