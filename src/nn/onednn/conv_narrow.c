// SPDX-License-Identifier: MIT
#include "nn/onednn/conv_kernels.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f")))
#define UNROLL _Pragma("GCC unroll 16")
enum { LANES = 16, ROWS = 9, ROWS_MIN = 6, ABREAST = 3 };

typedef struct narrow {
    int64_t batch, channels, in_height, in_width, out_height, out_width, pad_y, pad_x;
    int64_t steps; // vectors in one run
    float bias;
    float *weights; // steps x ROWS x LANES
    float *row;     // one input row with its padding, and zeros behind
    size_t row_floats;
} narrow;

// The sums of 16 vectors, in order.
AVX512 static inline __m512 sums_of(const __m512 v[LANES])
{
    __m512 t[8], u[4], p, q;
    UNROLL for (int i = 0; i < 8; i++) t[i] =
        _mm512_add_ps(_mm512_unpacklo_ps(v[2 * i], v[2 * i + 1]), _mm512_unpackhi_ps(v[2 * i], v[2 * i + 1]));
    UNROLL for (int i = 0; i < 4; i++)
    {
        __m512d a = _mm512_castps_pd(t[2 * i]), b = _mm512_castps_pd(t[2 * i + 1]);
        u[i] = _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
    }
    p = _mm512_add_ps(_mm512_shuffle_f32x4(u[0], u[1], 0x88), _mm512_shuffle_f32x4(u[0], u[1], 0xdd));
    q = _mm512_add_ps(_mm512_shuffle_f32x4(u[2], u[3], 0x88), _mm512_shuffle_f32x4(u[2], u[3], 0xdd));
    return _mm512_add_ps(_mm512_shuffle_f32x4(p, q, 0x88), _mm512_shuffle_f32x4(p, q, 0xdd));
}

// The dot products of three runs with all rows of weights: sum[row * ABREAST + run].
AVX512 static void dot_rows(const narrow *s, const float *run, float *sum)
{
    __m512 a[2 * LANES];
    UNROLL for (int i = 0; i < ROWS * ABREAST; i++) a[i] = _mm512_setzero_ps();
    const float *w = s->weights;
    for (int64_t k = 0; k < s->steps; k++, w += ROWS * LANES, run += LANES) {
        const __m512 x0 = _mm512_loadu_ps(run), x1 = _mm512_loadu_ps(run + s->channels),
                     x2 = _mm512_loadu_ps(run + 2 * s->channels);
        UNROLL for (int r = 0; r < ROWS; r++)
        {
            const __m512 wr = _mm512_load_ps(w + r * LANES);
            a[ABREAST * r] = _mm512_fmadd_ps(x0, wr, a[ABREAST * r]);
            a[ABREAST * r + 1] = _mm512_fmadd_ps(x1, wr, a[ABREAST * r + 1]);
            a[ABREAST * r + 2] = _mm512_fmadd_ps(x2, wr, a[ABREAST * r + 2]);
        }
    }
    UNROLL for (int i = ROWS * ABREAST; i < 2 * LANES; i++) a[i] = _mm512_setzero_ps();
    _mm512_store_ps(sum, sums_of(a));
    _mm512_store_ps(sum + LANES, sums_of(a + LANES));
}

// Adds what one input row gives to the output rows it lies under.
static void add_row(const narrow *s, int64_t iy, float *out)
{
    float sum[2 * LANES] __attribute__((aligned(64)));
    // output rows, by which weights row ROWS - 1 .. 0 is due
    int64_t first = iy + s->pad_y - (ROWS - 1), last = iy + s->pad_y;
    first = first < 0 ? 0 : first;
    last = last < s->out_height ? last : s->out_height - 1;
    for (int64_t x = 0; x < s->out_width; x += ABREAST) {
        dot_rows(s, s->row + x * s->channels, sum);
        int64_t abreast = s->out_width - x < ABREAST ? s->out_width - x : ABREAST;
        for (int64_t y = first; y <= last; y++)
            for (int64_t i = 0; i < abreast; i++)
                out[y * s->out_width + x + i] += sum[(iy + s->pad_y - y) * ABREAST + i];
    }
}

static void run_narrow(void *state, const float *in, float *out)
{
    const narrow *s = state;
    int64_t row = s->in_width * s->channels, area = s->out_height * s->out_width;
    for (int64_t n = 0; n < s->batch; n++, out += area) {
        for (int64_t i = 0; i < area; i++)
            out[i] = s->bias;
        for (int64_t iy = 0; iy < s->in_height; iy++, in += row) {
            memcpy(s->row + s->pad_x * s->channels, in, (size_t)row * sizeof *in);
            add_row(s, iy, out);
        }
    }
}

static void free_narrow(void *state)
{
    narrow *s = state;
    free(s->weights);
    free(s->row);
    free(s);
}

static bool is_narrow(const ww_window *w, const ww_shape *y)
{
    for (int i = 0; i < 2; i++)
        if (w->stride[i] != 1 || w->dilation[i] != 1)
            return false;
    return y->dim[1] == 1 && w->kernel[0] >= ROWS_MIN && w->kernel[0] <= ROWS && __builtin_cpu_supports("avx512f");
}

bool ww_conv_narrow(const ww_window *w, const ww_shape *x, const ww_shape *y, const float *weights, float bias,
                    ww_kernel *kernel)
{
    if (!is_narrow(w, y))
        return false;
    int64_t channels = x->dim[1], run = w->kernel[1] * channels;
    narrow *s = ww_alloc(sizeof *s);
    *s = (narrow){.batch = x->dim[0],
                  .channels = channels,
                  .in_height = x->dim[2],
                  .in_width = x->dim[3],
                  .out_height = y->dim[2],
                  .out_width = y->dim[3],
                  .pad_y = w->pad_begin[0],
                  .pad_x = w->pad_begin[1],
                  .steps = (run + LANES - 1) / LANES,
                  .bias = bias};
    int64_t positions = s->in_width + w->pad_begin[1] + w->pad_end[1] + ABREAST;
    s->row_floats = (size_t)(positions * channels + LANES);
    s->weights = ww_alloc_array0((size_t)(s->steps * ROWS * LANES), sizeof *s->weights, WW_NN_TENSOR_BYTES_MAX);
    s->row = ww_alloc_array0(s->row_floats, sizeof *s->row, WW_NN_TENSOR_BYTES_MAX);
    *kernel = (ww_kernel){.run = run_narrow, .free = free_narrow, .state = s};
    if (!s->weights || !s->row) {
        free_narrow(s);
        *kernel = (ww_kernel){.starved = true};
        return false;
    }
    for (int64_t r = 0; r < w->kernel[0]; r++)
        for (int64_t k = 0; k < run; k++)
            s->weights[(k / LANES * ROWS + r) * LANES + k % LANES] =
                weights[((k % channels) * w->kernel[0] + r) * w->kernel[1] + k / channels];
    return true;
}

#else
bool ww_conv_narrow(const ww_window *w, const ww_shape *x, const ww_shape *y, const float *weights, float bias,
                    ww_kernel *kernel)
{
    (void)w, (void)x, (void)y, (void)weights, (void)bias, (void)kernel;
    return false;
}
#endif
