// SPDX-License-Identifier: MIT
#include "dlib/hog_kernels_x86.h"
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw")))
#define UNROLL _Pragma("GCC unroll 16")
#define INLINE_ATTRIBUTE inline __attribute__((always_inline))

// --- AVX2: bytes and integers ----------------------------------------------------------------------------------------

AVX2 static void split_avx2(const uint8_t *rgb, int count, uint8_t *const row[3])
{
    int x = 0;
    for (; x + 16 <= count; x += 16) { // three loads of 16 bytes hold 16 pixels
        __m128i part[3];
        UNROLL
        for (int i = 0; i < 3; i++)
            part[i] = _mm_loadu_si128((const __m128i *)(const void *)(rgb + 3 * x + 16 * i));
        UNROLL
        for (int p = 0; p < 3; p++) {
            __m128i out = _mm_setzero_si128();
            UNROLL
            for (int i = 0; i < 3; i++) {
                int8_t pick[16];
                UNROLL
                for (int k = 0; k < 16; k++)
                    pick[k] = (int8_t)(3 * k + p >= 16 * i && 3 * k + p < 16 * i + 16 ? 3 * k + p - 16 * i : -1);
                out =
                    _mm_or_si128(out, _mm_shuffle_epi8(part[i], _mm_loadu_si128((const __m128i *)(const void *)pick)));
            }
            _mm_storeu_si128((__m128i *)(void *)(row[p] + x), out);
        }
    }
    for (; x < count; x++)
        UNROLL
    for (int p = 0; p < 3; p++)
        row[p][x] = rgb[3 * x + p];
}

// Eight pixels as floats, out of 16 bytes that stand in both halves.
AVX2 static INLINE_ATTRIBUTE __m256 picked(__m256i bytes, __m256i pick)
{
    return _mm256_cvtepi32_ps(_mm256_shuffle_epi8(bytes, pick));
}

AVX2 static INLINE_ATTRIBUTE __m256i twice(const uint8_t *p)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)p));
}

AVX2 static INLINE_ATTRIBUTE void blend_planes(const ww_hog_blend *row, int planes)
{
    const ww_hog_columns *c = row->columns;
    const __m256 up = _mm256_set1_ps(row->rest), down = _mm256_set1_ps(row->fraction), one = _mm256_set1_ps(1);
    for (int x = 0; x < c->count; x += WW_HOG_STEP) {
        const __m256i left = _mm256_loadu_si256((const __m256i *)(const void *)(c->pick + x));
        const __m256i right = _mm256_add_epi32(left, _mm256_set1_epi32(1));
        const __m256 to_right = _mm256_loadu_ps(c->fraction + x), to_left = _mm256_sub_ps(one, to_right);
        const __m256 up_left = _mm256_mul_ps(up, to_left), up_right = _mm256_mul_ps(up, to_right);
        const __m256 down_left = _mm256_mul_ps(down, to_left), down_right = _mm256_mul_ps(down, to_right);
        UNROLL
        for (int p = 0; p < planes; p++) {
            __m256i t = twice(row->top[p] + c->left[x]), b = twice(row->bottom[p] + c->left[x]);
            __m256 v =
                _mm256_add_ps(_mm256_mul_ps(up_left, picked(t, left)), _mm256_mul_ps(up_right, picked(t, right)));
            v = _mm256_add_ps(v, _mm256_mul_ps(down_left, picked(b, left)));
            v = _mm256_add_ps(v, _mm256_mul_ps(down_right, picked(b, right)));
            __m256i whole = _mm256_cvttps_epi32(v);
            if (planes == 1) {
                __m256 cut = _mm256_sub_ps(v, _mm256_cvtepi32_ps(whole));
                whole =
                    _mm256_sub_epi32(whole, _mm256_castps_si256(_mm256_cmp_ps(cut, _mm256_set1_ps(0.5f), _CMP_GE_OQ)));
            }
            __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
            _mm_storel_epi64((__m128i *)(void *)(row->out[p] + x), _mm_packus_epi16(words, words));
        }
    }
}

AVX2 static void blend_avx2(const ww_hog_blend *row)
{
    if (row->planes == 3)
        blend_planes(row, 3);
    else
        blend_planes(row, 1);
}

// Two numbers of 16 bits in each lane of 32: the gradient across, and down.
#define PAIR(across, down)                                                                                             \
    _mm256_set1_epi32((int)((uint32_t)(uint16_t)(int16_t)(across) | (uint32_t)(uint16_t)(int16_t)(down) << 16))

// Which of 18 directions a gradient points to. In the first quadrant it passes from one axis to the next where its
// products with both are equal, and between whole numbers up to 255 that can be told without rounding: (0.3420 - 0) *
// down > (1 - 0.9397) * across, and so on. The other quadrants mirror the first.
AVX2 static INLINE_ATTRIBUTE __m256i direction(__m256i gradient)
{
    const __m256i zero = _mm256_setzero_si256(), size = _mm256_abs_epi16(gradient);
    __m256i passed = _mm256_cmpgt_epi32(_mm256_madd_epi16(size, PAIR(-603, 3420)), zero);
    passed = _mm256_add_epi32(passed, _mm256_cmpgt_epi32(_mm256_madd_epi16(size, PAIR(-1737, 3008)), zero));
    passed = _mm256_add_epi32(passed, _mm256_cmpgt_epi32(_mm256_madd_epi16(size, PAIR(-2660, 2232)), zero));
    // minus how many
    passed = _mm256_add_epi32(passed, _mm256_cmpgt_epi32(_mm256_madd_epi16(size, PAIR(-3264, 1188)), zero));
    const __m256i up = _mm256_srai_epi32(gradient, 31);
    const __m256i across = _mm256_srai_epi32(_mm256_slli_epi32(gradient, 16), 16);
    const __m256i leftward = _mm256_srai_epi32(_mm256_add_epi32(across, up), 31); // straight up counts as leftward
    const __m256i mirrored = _mm256_xor_si256(up, leftward);
    __m256i base = _mm256_or_si256(_mm256_and_si256(leftward, _mm256_set1_epi32(9)),
                                   _mm256_and_si256(_mm256_andnot_si256(leftward, up), _mm256_set1_epi32(18)));
    __m256i o = _mm256_sub_epi32(base, _mm256_sub_epi32(_mm256_xor_si256(passed, mirrored), mirrored));
    return _mm256_andnot_si256(_mm256_cmpeq_epi32(o, _mm256_set1_epi32(18)), o);
}

AVX2 static INLINE_ATTRIBUTE __m256i words_at(const uint8_t *p)
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)p));
}

AVX2 static INLINE_ATTRIBUTE void gradients_of(const ww_hog_gradient_row *row, int planes)
{
    const __m256i step = _mm256_set1_epi32(row->bin_step);
    for (int x = row->first; x < row->end; x += 16) {
        __m256i best[2], best_square[2];
        UNROLL
        for (int p = 0; p < planes; p++) {
            __m256i across = _mm256_sub_epi16(words_at(row->here[p] + x + 1), words_at(row->here[p] + x - 1));
            __m256i down = _mm256_sub_epi16(words_at(row->below[p] + x), words_at(row->above[p] + x));
            // Pixels 0-3 and 8-11, then 4-7 and 12-15.
            __m256i pair[2] = {_mm256_unpacklo_epi16(across, down), _mm256_unpackhi_epi16(across, down)};
            UNROLL
            for (int i = 0; i < 2; i++) {
                __m256i square = _mm256_madd_epi16(pair[i], pair[i]);
                __m256i keep = p == 0 ? _mm256_setzero_si256() : _mm256_cmpgt_epi32(best_square[i], square);
                best[i] = p == 0 ? pair[i] : _mm256_blendv_epi8(pair[i], best[i], keep);
                best_square[i] = p == 0 ? square : _mm256_max_epi32(best_square[i], square);
            }
        }
        __m256 length[2];
        __m256i bin[2];
        UNROLL
        for (int i = 0; i < 2; i++) {
            length[i] = _mm256_sqrt_ps(_mm256_cvtepi32_ps(best_square[i]));
            bin[i] = _mm256_madd_epi16(direction(best[i]), step); // both below 2^15
        }
        _mm256_storeu_ps(row->length + x, _mm256_permute2f128_ps(length[0], length[1], 0x20));
        _mm256_storeu_ps(row->length + x + 8, _mm256_permute2f128_ps(length[0], length[1], 0x31));
        _mm256_storeu_si256((__m256i *)(void *)(row->bin + x), _mm256_permute2x128_si256(bin[0], bin[1], 0x20));
        _mm256_storeu_si256((__m256i *)(void *)(row->bin + x + 8), _mm256_permute2x128_si256(bin[0], bin[1], 0x31));
    }
}

AVX2 static void gradients_avx2(const ww_hog_gradient_row *row)
{
    if (row->planes == 3)
        gradients_of(row, 3);
    else
        gradients_of(row, 1);
}

// One column of every group after the other, so that two votes in a row never go to one slot.
AVX2 static void vote_avx2(const float *length, const int32_t *bin, float upper, float lower, ww_hog_votes *votes)
{
    for (int j = 0; j < WW_HOG_CELL; j++) {
        const float right = ((float)j + 0.5f) / WW_HOG_CELL, left = 1 - right;
        const __m128 weight = _mm_setr_ps(upper * left, upper * right, lower * left, lower * right);
        float *group = votes->slot;
        for (int i = j; i < WW_HOG_CELL * votes->groups; i += WW_HOG_CELL, group += 4) {
            float *slot = group + 4 * (size_t)bin[i];
            _mm_store_ps(slot, _mm_fmadd_ps(weight, _mm_broadcast_ss(length + i), _mm_load_ps(slot)));
        }
    }
}

AVX2 static void collect_avx2(ww_hog_votes *votes, size_t stride, float *complete, float *carried)
{
    float *slot = votes->slot;
    const __m128 zero = _mm_setzero_ps();
    for (int o = 0; o < WW_HOG_ORIENTATIONS; o++, complete += stride, carried += stride) {
        __m128 up_before = zero, down_before = zero;
        int g = 0;
        for (; g + 4 <= votes->groups; g += 4, slot += 16) {
            __m128 up = _mm_load_ps(slot), up_right = _mm_load_ps(slot + 4), down = _mm_load_ps(slot + 8),
                   down_right = _mm_load_ps(slot + 12);
            UNROLL
            for (int i = 0; i < 4; i++)
                _mm_store_ps(slot + 4 * i, zero);
            _MM_TRANSPOSE4_PS(up, up_right, down, down_right);
            __m128 from_left =
                _mm_castsi128_ps(_mm_alignr_epi8(_mm_castps_si128(up_right), _mm_castps_si128(up_before), 12));
            _mm_storeu_ps(complete + g, _mm_add_ps(_mm_add_ps(_mm_loadu_ps(carried + g), up), from_left));
            from_left =
                _mm_castsi128_ps(_mm_alignr_epi8(_mm_castps_si128(down_right), _mm_castps_si128(down_before), 12));
            _mm_storeu_ps(carried + g, _mm_add_ps(down, from_left));
            up_before = up_right;
            down_before = down_right;
        }
        float right_up = up_before[3], right_down = down_before[3];
        for (; g < votes->groups; g++, slot += 4) {
            complete[g] = carried[g] + slot[0] + right_up;
            carried[g] = slot[2] + right_down;
            right_up = slot[1];
            right_down = slot[3];
            _mm_store_ps(slot, zero);
        }
        complete[g] = carried[g] + right_up;
        carried[g] = right_down;
    }
}

enum { WW_HOG_DROP_ROWS = 4 }; // rows of scores a column filter makes at a time

// --- floats, for both widths of vectors ------------------------------------------------------------------------------

AVX2 static INLINE_ATTRIBUTE void store_first_avx2(float *out, __m256 v, int count)
{
    __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    _mm256_maskstore_ps(out, mask, v);
}

#define NAME(name) name##_avx2_body
#define KERNEL(type, name) AVX2 static type NAME(name)
#define INLINE_KERNEL(type, name) AVX2 static INLINE_ATTRIBUTE type NAME(name)
#define vec __m256
#define LANES 8
#define LOAD _mm256_loadu_ps
#define STORE _mm256_storeu_ps
#define SET _mm256_set1_ps
#define ADD _mm256_add_ps
#define MUL _mm256_mul_ps
#define DIV _mm256_div_ps
#define MIN _mm256_min_ps
#define SQRT _mm256_sqrt_ps
#define FMA _mm256_fmadd_ps
#define STORE_FIRST store_first_avx2
#include "dlib/hog_kernels_body.h"
#undef NAME
#undef KERNEL
#undef INLINE_KERNEL
#undef vec
#undef LANES
#undef LOAD
#undef STORE
#undef SET
#undef ADD
#undef MUL
#undef DIV
#undef MIN
#undef SQRT
#undef FMA
#undef STORE_FIRST

#define NAME(name) name##_avx512_body
#define KERNEL(type, name) AVX512 static type NAME(name)
#define INLINE_KERNEL(type, name) AVX512 static INLINE_ATTRIBUTE type NAME(name)
#define vec __m512
#define LANES 16
#define LOAD _mm512_loadu_ps
#define STORE _mm512_storeu_ps
#define SET _mm512_set1_ps
#define ADD _mm512_add_ps
#define MUL _mm512_mul_ps
#define DIV _mm512_div_ps
#define MIN _mm512_min_ps
#define SQRT _mm512_sqrt_ps
#define FMA _mm512_fmadd_ps
#define STORE_FIRST(out, v, count) _mm512_mask_storeu_ps(out, (__mmask16)((1u << (count)) - 1), v)
#include "dlib/hog_kernels_body.h"

const ww_hog_kernels ww_hog_kernels_avx2 = {
    .name = "AVX2",
    .split = split_avx2,
    .blend = blend_avx2,
    .gradients = gradients_avx2,
    .vote = vote_avx2,
    .collect = collect_avx2,
    .measure = measure_avx2_body,
    .normalise = normalise_avx2_body,
    .filter = filter_avx2_body,
};

const ww_hog_kernels ww_hog_kernels_avx512 = {
    .name = "AVX-512",
    .split = split_avx2,
    .blend = blend_avx2,
    .gradients = gradients_avx2,
    .vote = vote_avx2,
    .collect = collect_avx2,
    .measure = measure_avx512_body,
    .normalise = normalise_avx512_body,
    .filter = filter_avx512_body,
};

#endif
