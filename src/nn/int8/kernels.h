// SPDX-License-Identifier: MIT
// The loops of the int8 backend: convolutions of bytes by bytes with exact sums, in plain C and for what processors
// offer. Each gives the same bytes as the plain one: sums are integers, and what is done to them afterwards is the same
// float operations in the same order (the whole project is compiled without contracting products and sums).
//
// Pictures lie as rows of pixels, the channels of a pixel side by side, so that one row of a window is one run of
// bytes. Runs are made up to whole quads (four bytes) with weights of zero.
#ifndef WW_NN_INT8_KERNELS_H
#define WW_NN_INT8_KERNELS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WW_INT8_QUAD = 4,   // bytes
    WW_INT8_LANES = 16, // output channels of one group of packed weights
    // Bytes behind a picture, and numbers behind the last factor and offset, that may be read, whatever they hold.
    WW_INT8_SLACK = 64,
};

// Groups of packed weights that so many output channels make, the last one made up.
static inline int64_t ww_int8_groups(int64_t channels) { return (channels + WW_INT8_LANES - 1) / WW_INT8_LANES; }

#define WW_INT8_REACH 1e9 // within the integers of 32 bits

// What becomes of a sum: y = factor x sum + offset, + add_factor x what is added; y < 0 ? slope y : y; and, as bytes,
// y + zero, bounded to 0 .. 255 and rounded to the nearest, ties to even. The slope is 0 to 1, and y + zero within
// WW_INT8_REACH of 0 whatever the sum, so that loops may make an integer of it before they bound it.
typedef struct ww_int8_finish {
    const float *factor, *offset; // one a channel, and WW_INT8_SLACK numbers behind them
    float slope, zero, add_factor;
} ww_int8_finish;

// One convolution of one picture.
typedef struct ww_int8_conv {
    int64_t rows, quads;              // of the window, and of each of its rows
    int64_t in_row, in_step, in_down; // bytes: from row to row, from a result to the next, and to the one below
    int64_t width, height, channels;  // of the result
    const void *weights;              // packed by the same kernel
    ww_int8_finish finish;
    const uint8_t *in;
    const uint8_t *add; // NULL: nothing is added; else pixels like those of `out`
    int64_t add_row;
    uint8_t *out; // NULL: real numbers are wanted
    int64_t out_row;
    float *plane; // ... one plane a channel
} ww_int8_conv;

// A convolution of one picture with a window of its own for each channel.
typedef struct ww_int8_depthwise {
    int64_t kernel[2];
    int64_t in_row, in_step, in_down;
    int64_t width, height, channels; // in_step: stride x channels
    const int16_t *weights;          // taps x channels, and WW_INT8_SLACK bytes behind them
    ww_int8_finish finish;
    const uint8_t *in;
    uint8_t *out;
    int64_t out_row;
} ww_int8_depthwise;
typedef struct ww_int8_kernel {
    const char *name;
    bool (*supported)(void);
    size_t (*packed_bytes)(int64_t rows, int64_t quads, int64_t channels);
    // `weights`: a channel after the other, each rows x quads of bytes; channels are made up to whole groups by zeros.
    void (*pack)(const int8_t *weights, int64_t rows, int64_t quads, int64_t channels, void *packed);
    void (*run)(const ww_int8_conv *c);
    void (*run_depthwise)(const ww_int8_depthwise *d);
    // Bytes of `count` numbers, `step` apart: per x number + zero, bounded and rounded as ww_int8_finish does it.
    void (*quantise)(const float *in, int64_t count, int64_t step, float per, float zero, uint8_t *out);
} ww_int8_kernel;

// From the best to the plain one, which every machine supports; the end is NULL.
extern const ww_int8_kernel *const ww_int8_kernels[];
const ww_int8_kernel *ww_int8_kernel_best(void);

extern const ww_int8_kernel ww_int8_plain;
#if defined(__x86_64__)
extern const ww_int8_kernel ww_int8_sse2, ww_int8_avx2, ww_int8_vnni;
#endif

// For the tables of kernels, in plain C.
void ww_int8_depthwise_plain(const ww_int8_depthwise *d);
void ww_int8_depthwise_avx2(const ww_int8_depthwise *d);
void ww_int8_depthwise_vnni(const ww_int8_depthwise *d);
void ww_int8_quantise_plain(const float *in, int64_t count, int64_t step, float per, float zero, uint8_t *out);
void ww_int8_quantise_avx2(const float *in, int64_t count, int64_t step, float per, float zero, uint8_t *out);

#endif
