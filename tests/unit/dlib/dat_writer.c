// SPDX-License-Identifier: MIT
#include "dat_writer.h"

#include <math.h>
#include <string.h>

void dat_int(ww_buffer *b, int64_t value)
{
    uint64_t v = value < 0 ? -(uint64_t)value : (uint64_t)value;
    uint8_t bytes[9], n = 0;
    do {
        bytes[++n] = (uint8_t)v;
        v >>= 8;
    } while (v);
    bytes[0] = (uint8_t)(n | (value < 0 ? 0x80 : 0));
    ww_buffer_add(b, bytes, (size_t)n + 1);
}

void dat_real(ww_buffer *b, double value)
{
    int exponent = 0;
    if (isinf(value) || isnan(value)) {
        dat_int(b, 0);
        dat_int(b, isnan(value) ? 32002 : value > 0 ? 32000 : 32001);
        return;
    }
    int64_t mantissa = (int64_t)ldexp(frexp(value, &exponent), 53);
    dat_int(b, mantissa);
    dat_int(b, exponent - 53);
}

void dat_bool(ww_buffer *b, bool value) { ww_buffer_add(b, value ? "1" : "0", 1); }

void dat_text(ww_buffer *b, const char *text)
{
    dat_int(b, (int64_t)strlen(text));
    ww_buffer_add(b, text, strlen(text));
}

static size_t dims(ww_buffer *b, int version, const int64_t dim[4])
{
    size_t count = 1;
    dat_int(b, version);
    for (int i = 0; i < 4; i++) {
        dat_int(b, dim[i]);
        count *= (size_t)dim[i];
    }
    return count;
}

static void floats(ww_buffer *b, const float *data, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &data[i], sizeof bits);
        uint8_t bytes[4] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16), (uint8_t)(bits >> 24)};
        ww_buffer_add(b, bytes, sizeof bytes);
    }
}

void dat_tensor(ww_buffer *b, const int64_t dim[4], const float *data) { floats(b, data, dims(b, 2, dim)); }

void dat_alias(ww_buffer *b, const int64_t dim[4]) { dims(b, 1, dim); }

void dat_empty(ww_buffer *b, int count)
{
    for (int i = 0; i < count; i++)
        dat_tensor(b, (int64_t[4]){0}, NULL);
}

static void rates(ww_buffer *b)
{
    for (int i = 0; i < 4; i++)
        dat_real(b, 1);
}

void dat_con(ww_buffer *b, const int64_t filters[4], int stride, int pad, const float *weights, const float *biases)
{
    int64_t each = filters[1] * filters[2] * filters[3];
    dat_text(b, "con_4");
    dims(b, 2, (int64_t[4]){filters[0] * each + filters[0], 1, 1, 1});
    floats(b, weights, (size_t)(filters[0] * each));
    floats(b, biases, (size_t)filters[0]);
    dat_int(b, filters[0]);
    for (int i = 2; i < 4; i++)
        dat_int(b, filters[i]);
    for (int i = 0; i < 4; i++)
        dat_int(b, i < 2 ? stride : pad);
    dat_alias(b, filters);
    dat_alias(b, (int64_t[4]){1, filters[0], 1, 1});
    rates(b);
}

void dat_affine(ww_buffer *b, int channels, const float *gamma, const float *beta)
{
    dat_text(b, "affine_");
    dims(b, 2, (int64_t[4]){2 * channels, 1, 1, 1});
    floats(b, gamma, (size_t)channels);
    floats(b, beta, (size_t)channels);
    dat_alias(b, (int64_t[4]){1, channels, 1, 1});
    dat_alias(b, (int64_t[4]){1, channels, 1, 1});
    dat_int(b, 0);
}

void dat_max_pool(ww_buffer *b, int size, int stride)
{
    dat_text(b, "max_pool_2");
    for (int i = 0; i < 6; i++)
        dat_int(b, i < 2 ? size : i < 4 ? stride : 0);
}

void dat_fc(ww_buffer *b, int inputs, int outputs, const float *weights)
{
    dat_text(b, "fc_2");
    dat_int(b, outputs);
    dat_int(b, inputs);
    dat_tensor(b, (int64_t[4]){inputs * outputs, 1, 1, 1}, weights);
    dat_alias(b, (int64_t[4]){inputs, outputs, 1, 1});
    dat_alias(b, (int64_t[4]){0});
    dat_int(b, 1); // no bias
    rates(b);
}

void dat_layer_end(ww_buffer *b)
{
    for (int i = 0; i < 3; i++)
        dat_bool(b, i < 2);
    dat_empty(b, 3);
}

void dat_first_end(ww_buffer *b)
{
    dat_layer_end(b);
    dat_int(b, 1);
}

void dat_place_tag(ww_buffer *b)
{
    dat_int(b, 2);
    dat_empty(b, 2);
    dat_bool(b, false);
    dat_int(b, 1);
}

void dat_input_rgb(ww_buffer *b, float mean)
{
    dat_text(b, "input_rgb_image");
    for (int i = 0; i < 3; i++)
        dat_real(b, (double)mean);
}

void dat_input_pyramid(ww_buffer *b, float mean, int padding, int outer_padding)
{
    dat_text(b, "input_rgb_image_pyramid2");
    for (int i = 0; i < 3; i++)
        dat_real(b, (double)mean);
    dat_int(b, padding);
    dat_int(b, outer_padding);
}

void dat_loss_metric(ww_buffer *b)
{
    dat_int(b, 1);
    dat_text(b, "loss_metric_2");
    dat_real(b, 0.04);
    dat_real(b, 0.6);
}

void dat_loss_mmod(ww_buffer *b, int width, int height)
{
    dat_int(b, 1);
    dat_text(b, "loss_mmod_");
    dat_int(b, 4);
    dat_int(b, 1); // windows
    dat_int(b, 2);
    dat_int(b, width);
    dat_int(b, height);
    dat_text(b, "face");
    for (int i = 0; i < 3; i++)
        dat_real(b, 1);
    dat_real(b, 0.4);
    dat_real(b, 0.9);
    dat_real(b, 0.5);
    dat_real(b, 1);
    ww_buffer_add(b, "\1", 1); // over an image pyramid
    dat_bool(b, false);
    dat_real(b, 100);
}
