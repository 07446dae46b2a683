// SPDX-License-Identifier: MIT
#include "nn/onednn/conv_kernels.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f")))
#define AVX512_INLINE __attribute__((target("avx512f"), always_inline)) static inline
#define UNROLL _Pragma("GCC unroll 24")

enum {
    LANES = 16,
    WINDOW = 5,   // taps both ways, as the file has them
    TAPS_MAX = 5, // ... of one phase
    OUT_MAX = 6,  // results of a tile, both ways
    IN = 8,       // results + taps - 1
    CELLS = IN * IN,
    SUMS = 24, // vectors of sums in registers: 8 tiles x 3 vectors of output channels, 12 x 2 or 24 x 1
    // tiles transformed at a time: their numbers and the weights (1.1 MB for 45 channels) stay in a 2 MB cache
    CHUNK = 24,
    VECTORS = 3, // of output channels multiplied at a time
    CHANNELS_MIN = 16,
    CHANNELS_MAX = 128,
    RESULTS_MIN = 2048, // below that the weights cost more than the pixels
};

typedef struct winograd {
    int64_t batch, in_channels, out_channels, height, width, pad_y, pad_x, out_height, out_width;
    int64_t stride, taps, out;       // 1: windows of 5, tiles of 4; 2: windows of 3 in each of four phases, tiles of 6
    int64_t in_stride, out_stride;   // channels rounded up to whole vectors
    int64_t terms, terms_stride;     // of one product: in_channels, or four times in_stride
    int64_t before_step, after_step; // from cell to cell; at 4096 bytes all cells would share one set of the cache
    int64_t tiles_x, tiles;          // of one picture
    bool relu;
    float *weights; // CELLS x groups of VECTORS x terms x vectors of the group x LANES
    float *bias;    // out_stride
    float *zeros;   // in_stride: a pixel outside of the picture
    float *before;  // CELLS x CHUNK tiles x terms_stride
    float *after;   // CELLS x CHUNK tiles x out_stride
} winograd;

// ---- transforms: eight cells at the points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity

AVX512_INLINE __m512 k(float v) { return _mm512_set1_ps(v); }
AVX512_INLINE __m512 add(__m512 a, __m512 b) { return _mm512_add_ps(a, b); }
AVX512_INLINE __m512 sub(__m512 a, __m512 b) { return _mm512_sub_ps(a, b); }
AVX512_INLINE __m512 mad(__m512 a, float f, __m512 b) { return _mm512_fmadd_ps(a, k(f), b); } // a f + b

AVX512_INLINE void before_line(const __m512 d[IN], __m512 t[IN])
{
    t[0] = mad(sub(d[4], d[2]), 5.25F, sub(d[0], d[6]));
    t[7] = mad(sub(d[3], d[5]), 5.25F, sub(d[7], d[1]));
    const __m512 even1 = mad(d[4], -4.25F, add(d[2], d[6])), odd1 = mad(d[3], -4.25F, add(d[1], d[5]));
    t[1] = add(even1, odd1);
    t[2] = sub(even1, odd1);
    const __m512 even2 = mad(d[2], 0.25F, mad(d[4], -1.25F, d[6]));
    const __m512 odd2 = mad(d[1], 0.5F, mad(d[3], -2.5F, add(d[5], d[5])));
    t[3] = add(even2, odd2);
    t[4] = sub(even2, odd2);
    const __m512 even3 = mad(d[2], 4, mad(d[4], -5, d[6]));
    const __m512 odd3 = mad(d[5], 0.5F, mad(d[3], -2.5F, add(d[1], d[1])));
    t[5] = add(even3, odd3);
    t[6] = sub(even3, odd3);
}

AVX512_INLINE void after_line(const __m512 m[IN], __m512 y[OUT_MAX], const bool six)
{
    const __m512 s1 = add(m[1], m[2]), d1 = sub(m[1], m[2]), s2 = add(m[3], m[4]), d2 = sub(m[3], m[4]),
                 s3 = add(m[5], m[6]), d3 = sub(m[5], m[6]);
    y[0] = add(add(m[0], s1), add(s2, s3));
    y[1] = mad(d2, 2, mad(d3, 0.5F, d1));
    y[2] = mad(s2, 4, mad(s3, 0.25F, s1));
    y[3] = mad(d2, 8, mad(d3, 0.125F, d1));
    if (!six) {
        y[3] = add(y[3], m[7]);
        return;
    }
    y[4] = mad(s2, 16, mad(s3, 0.0625F, s1));
    y[5] = add(mad(d2, 32, mad(d3, 0.03125F, d1)), m[7]);
}

static void weights_line(const double *g, int64_t taps, double t[IN])
{
    static const double point[IN] = {0, 1, -1, 2, -2, 0.5, -0.5, 0};
    static const double factor[IN] = {1, -2.0 / 9, -2.0 / 9, 1.0 / 90, 1.0 / 90, 32.0 / 45, 32.0 / 45, 0};
    for (int i = 0; i < IN; i++) {
        double power = factor[i];
        t[i] = 0;
        for (int64_t j = 0; j < taps; j++, power *= point[i])
            t[i] += power * g[j];
    }
    t[IN - 1] = g[taps - 1];
}

static inline __mmask16 lanes_of(int64_t channels, int64_t first)
{
    return channels - first >= LANES ? (__mmask16)0xFFFF : (__mmask16)((1U << (channels - first)) - 1);
}

// Where a tile begins, and which pixels of the input it looks at: IN x IN of them, `stride` apart.
typedef struct tile_place {
    int64_t y, x, in_y, in_x;
} tile_place;

static tile_place place_of(const winograd *s, int64_t tile, int64_t phase)
{
    tile_place p = {.y = tile / s->tiles_x * s->out, .x = tile % s->tiles_x * s->out};
    p.in_y = p.y * s->stride - s->pad_y + phase / 2;
    p.in_x = p.x * s->stride - s->pad_x + phase % 2;
    return p;
}

// Sixteen channels of the pixels under a tile.
AVX512 static void before_tile(const winograd *s, const float *in, tile_place p, int64_t first, float *to)
{
    int64_t row = s->width * s->in_channels;
    const __mmask16 lanes = lanes_of(s->in_channels, first);
    __m512 half[IN][IN], d[IN], t[IN];
    for (int i = 0; i < IN; i++) {
        int64_t x = p.in_x + i * s->stride;
        bool inside = x >= 0 && x < s->width;
        UNROLL for (int j = 0; j < IN; j++)
        {
            int64_t y = p.in_y + j * s->stride;
            bool here = inside && y >= 0 && y < s->height;
            d[j] = _mm512_maskz_loadu_ps(lanes, (here ? in + y * row + x * s->in_channels : s->zeros) + first);
        }
        before_line(d, t);
        UNROLL for (int j = 0; j < IN; j++) half[j][i] = t[j];
    }
    for (int j = 0; j < IN; j++) {
        before_line(half[j], t);
        UNROLL for (int i = 0; i < IN; i++) _mm512_store_ps(to + (j * IN + i) * s->before_step, t[i]);
    }
}

AVX512_INLINE void after_tile(const winograd *s, const float *from, tile_place p, int64_t first, float *out,
                              const bool six)
{
    const int size = six ? 6 : 4;
    int64_t rows = s->out_height - p.y < size ? s->out_height - p.y : size;
    int64_t columns = s->out_width - p.x < size ? s->out_width - p.x : size;
    const __mmask16 lanes = lanes_of(s->out_channels, first);
    const __m512 bias = _mm512_load_ps(s->bias + first), least = k(s->relu ? 0 : -__builtin_inff());
    __m512 half[OUT_MAX][IN], m[IN], y[OUT_MAX];
    for (int i = 0; i < IN; i++) {
        UNROLL for (int j = 0; j < IN; j++) m[j] = _mm512_load_ps(from + (j * IN + i) * s->after_step);
        after_line(m, y, six);
        UNROLL for (int j = 0; j < size; j++) half[j][i] = y[j];
    }
    for (int64_t r = 0; r < rows; r++) {
        after_line(half[r], y, six);
        float *to = out + ((p.y + r) * s->out_width + p.x) * s->out_channels + first;
        for (int64_t c = 0; c < columns; c++, to += s->out_channels)
            _mm512_mask_storeu_ps(to, lanes, _mm512_max_ps(add(y[c], bias), least));
    }
}

AVX512 static void after_tile_of_4(const winograd *s, const float *from, tile_place p, int64_t first, float *out)
{
    after_tile(s, from, p, first, out, false);
}

AVX512 static void after_tile_of_6(const winograd *s, const float *from, tile_place p, int64_t first, float *out)
{
    after_tile(s, from, p, first, out, true);
}

// ---- the products

// SUMS / vectors tiles by `vectors` of output channels.
AVX512_INLINE void multiply_block(const winograd *s, const float *before, const float *weights, float *after,
                                  const int vectors)
{
    const int abreast = SUMS / vectors;
    __m512 sum[SUMS], w[VECTORS];
    UNROLL for (int i = 0; i < SUMS; i++) sum[i] = _mm512_setzero_ps();
    for (int64_t c = 0; c < s->terms; c++, weights += vectors * LANES) {
        UNROLL for (int v = 0; v < vectors; v++) w[v] = _mm512_load_ps(weights + v * LANES);
        UNROLL for (int t = 0; t < abreast; t++)
        {
            const __m512 x = _mm512_set1_ps(before[t * s->terms_stride + c]);
            UNROLL for (int v = 0; v < vectors; v++) sum[t * vectors + v] =
                _mm512_fmadd_ps(x, w[v], sum[t * vectors + v]);
        }
    }
    UNROLL for (int t = 0; t < abreast; t++) UNROLL for (int v = 0; v < vectors; v++)
        _mm512_store_ps(after + t * s->out_stride + v * LANES, sum[t * vectors + v]);
}

AVX512 static void multiply(const winograd *s, int64_t tiles)
{
    for (int64_t cell = 0; cell < CELLS; cell++) {
        const float *w = s->weights + cell * s->terms * s->out_stride;
        for (int64_t first = 0; first < s->out_stride; first += VECTORS * LANES) {
            int64_t vectors = (s->out_stride - first) / LANES < VECTORS ? (s->out_stride - first) / LANES : VECTORS;
            for (int64_t t = 0; t < tiles; t += SUMS / vectors) {
                const float *x = s->before + cell * s->before_step + t * s->terms_stride;
                float *y = s->after + cell * s->after_step + t * s->out_stride + first;
                if (vectors == 3)
                    multiply_block(s, x, w, y, 3);
                else if (vectors == 2)
                    multiply_block(s, x, w, y, 2);
                else
                    multiply_block(s, x, w, y, 1);
            }
            w += s->terms * vectors * LANES;
        }
    }
}

static void run_chunk(const winograd *s, const float *in, int64_t first, int64_t tiles, float *out)
{
    for (int64_t t = 0; t < tiles; t++)
        for (int64_t phase = 0; phase < s->stride * s->stride; phase++)
            for (int64_t c = 0; c < s->in_stride; c += LANES)
                before_tile(s, in, place_of(s, first + t, phase), c,
                            s->before + t * s->terms_stride + phase * s->in_stride + c);
    multiply(s, tiles);
    for (int64_t t = 0; t < tiles; t++)
        for (int64_t c = 0; c < s->out_stride; c += LANES)
            (s->out == OUT_MAX ? after_tile_of_6 : after_tile_of_4)(s, s->after + t * s->out_stride + c,
                                                                    place_of(s, first + t, 0), c, out);
}

static void run_winograd(void *state, const float *in, float *out)
{
    const winograd *s = state;
    for (int64_t n = 0; n < s->batch; n++) {
        for (int64_t first = 0; first < s->tiles; first += CHUNK)
            run_chunk(s, in, first, s->tiles - first < CHUNK ? s->tiles - first : CHUNK, out);
        in += s->height * s->width * s->in_channels;
        out += s->out_height * s->out_width * s->out_channels;
    }
}

// ---- making one

static void free_winograd(void *state)
{
    winograd *s = state;
    free(s->weights);
    free(s->bias);
    free(s->zeros);
    free(s->before);
    free(s->after);
    free(s);
}

// The taps of one phase of the window of a pair of channels (all of it where there is one phase), at all cells, `step`
// apart.
static void transform_weights(const winograd *s, const float *window, int64_t phase, float *to, int64_t step)
{
    double half[TAPS_MAX][IN], line[TAPS_MAX], cell[IN];
    for (int64_t y = 0; y < s->taps; y++) {
        for (int64_t x = 0; x < s->taps; x++) {
            int64_t row = y * s->stride + phase / 2, column = x * s->stride + phase % 2;
            line[x] = row < WINDOW && column < WINDOW ? (double)window[row * WINDOW + column] : 0;
        }
        weights_line(line, s->taps, half[y]);
    }
    for (int x = 0; x < IN; x++) {
        for (int64_t y = 0; y < s->taps; y++)
            line[y] = half[y][x];
        weights_line(line, s->taps, cell);
        for (int y = 0; y < IN; y++)
            to[(y * IN + x) * step] = (float)cell[y];
    }
}

static void place_weights(winograd *s, const float *weights)
{
    for (int64_t o = 0; o < s->out_channels; o++) {
        int64_t group = o / (VECTORS * LANES) * (VECTORS * LANES), left = s->out_stride - group;
        int64_t width = left < VECTORS * LANES ? left : VECTORS * LANES; // of the group
        for (int64_t c = 0; c < s->in_channels; c++)
            for (int64_t phase = 0; phase < s->stride * s->stride; phase++)
                transform_weights(s, weights + (o * s->in_channels + c) * WINDOW * WINDOW, phase,
                                  s->weights + group * s->terms + (phase * s->in_stride + c) * width + (o - group),
                                  s->terms * s->out_stride);
    }
}

static bool is_winograd(const ww_window *w, const ww_shape *x, const ww_shape *y)
{
    for (int i = 0; i < 2; i++)
        if (w->kernel[i] != WINDOW || w->stride[i] != w->stride[0] || w->stride[i] > 2 || w->dilation[i] != 1)
            return false;
    return x->dim[1] >= CHANNELS_MIN && x->dim[1] <= CHANNELS_MAX && y->dim[1] >= CHANNELS_MIN
           && y->dim[1] <= CHANNELS_MAX && y->dim[2] * y->dim[3] >= RESULTS_MIN && __builtin_cpu_supports("avx512f");
}

// Sizes that follow from the window's stride and the pictures.
static void measure(winograd *s)
{
    bool phases = s->stride == 2;
    s->taps = phases ? 3 : WINDOW;
    s->out = IN + 1 - s->taps;
    s->in_stride = (s->in_channels + LANES - 1) / LANES * LANES;
    s->out_stride = (s->out_channels + LANES - 1) / LANES * LANES;
    s->terms = phases ? 4 * s->in_stride : s->in_channels;
    s->terms_stride = phases ? s->terms : s->in_stride;
    s->before_step = CHUNK * s->terms_stride + LANES;
    s->after_step = CHUNK * s->out_stride + LANES;
    s->tiles_x = (s->out_width + s->out - 1) / s->out;
    s->tiles = s->tiles_x * ((s->out_height + s->out - 1) / s->out);
}

static float *zeroed(int64_t count) { return ww_alloc_array0((size_t)count, sizeof(float), WW_NN_TENSOR_BYTES_MAX); }

bool ww_conv_winograd(const ww_window *w, const ww_shape *x, const ww_shape *y, const float *weights, const float *bias,
                      bool relu, ww_kernel *kernel)
{
    if (!is_winograd(w, x, y))
        return false;
    winograd *s = ww_alloc(sizeof *s);
    *s = (winograd){.batch = x->dim[0],
                    .in_channels = x->dim[1],
                    .out_channels = y->dim[1],
                    .height = x->dim[2],
                    .width = x->dim[3],
                    .pad_y = w->pad_begin[0],
                    .pad_x = w->pad_begin[1],
                    .out_height = y->dim[2],
                    .out_width = y->dim[3],
                    .stride = w->stride[0],
                    .relu = relu};
    measure(s);
    s->weights = zeroed(CELLS * s->terms * s->out_stride);
    s->bias = zeroed(s->out_stride);
    s->zeros = zeroed(s->in_stride);
    s->before = zeroed(CELLS * s->before_step);
    s->after = zeroed(CELLS * s->after_step);
    *kernel = (ww_kernel){.run = run_winograd, .free = free_winograd, .state = s};
    if (!s->weights || !s->bias || !s->zeros || !s->before || !s->after) {
        free_winograd(s);
        *kernel = (ww_kernel){.starved = true};
        return false;
    }
    place_weights(s, weights);
    if (bias)
        memcpy(s->bias, bias, (size_t)s->out_channels * sizeof *bias);
    return true;
}

#else
bool ww_conv_winograd(const ww_window *w, const ww_shape *x, const ww_shape *y, const float *weights, const float *bias,
                      bool relu, ww_kernel *kernel)
{
    (void)w, (void)x, (void)y, (void)weights, (void)bias, (void)relu, (void)kernel;
    return false;
}
#endif
