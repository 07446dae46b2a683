// SPDX-License-Identifier: MIT
// Writes networks in dlib's file format, for tests: by hand, so that the reader is not tested with itself.
#ifndef WW_TESTS_DAT_WRITER_H
#define WW_TESTS_DAT_WRITER_H
#include "base/buffer.h"
#include <stdbool.h>
#include <stdint.h>

void dat_int(ww_buffer *b, int64_t value);
void dat_real(ww_buffer *b, double value);
void dat_bool(ww_buffer *b, bool value);
void dat_text(ww_buffer *b, const char *text);
void dat_tensor(ww_buffer *b, const int64_t dim[4], const float *data); // data may be NULL where a dimension is 0
void dat_alias(ww_buffer *b, const int64_t dim[4]);
void dat_empty(ww_buffer *b, int count); // empty tensors

// Details of layers.
void dat_con(ww_buffer *b, const int64_t filters[4], int stride, int pad, const float *weights, const float *biases);
void dat_affine(ww_buffer *b, int channels, const float *gamma, const float *beta);
void dat_max_pool(ww_buffer *b, int size, int stride);
void dat_fc(ww_buffer *b, int inputs, int outputs, const float *weights);

// What follows the details of any layer, and of the first one. And a tag on the place holder within a repeat.
void dat_layer_end(ww_buffer *b);
void dat_first_end(ww_buffer *b);
void dat_place_tag(ww_buffer *b);

void dat_input_rgb(ww_buffer *b, float mean);
void dat_input_pyramid(ww_buffer *b, float mean, int padding, int outer_padding);
void dat_loss_metric(ww_buffer *b);
void dat_loss_mmod(ww_buffer *b, int width, int height);

#endif
