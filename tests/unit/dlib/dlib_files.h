// SPDX-License-Identifier: MIT
// Small detectors and shape predictors in dlib's file format, for tests.
#ifndef WW_TESTS_DLIB_FILES_H
#define WW_TESTS_DLIB_FILES_H
#include "base/random.h"
#include "dat_writer.h"

#include <stdlib.h>

// A gradient detector of `filters` filters for a window of `side` pixels, with random weights that are sums of `rank`
// separable terms a plane, and the threshold given.
static inline void write_hog_file(ww_buffer *b, int side, int filters, int rank, double threshold, ww_random *r)
{
    int cells = side / 8, planes = 31;
    dat_int(b, 2);
    dat_int(b, 1);
    dat_int(b, 0);
    dat_int(b, 0);
    dat_int(b, 8); // cell
    dat_int(b, 0); // padding
    dat_int(b, side);
    dat_int(b, side);
    dat_int(b, 1000);
    dat_int(b, 40);
    dat_int(b, 40);
    dat_real(b, 9);
    dat_int(b, (int64_t)cells * cells * planes);
    dat_real(b, 0.33);
    dat_real(b, 0.79);
    dat_int(b, filters);
    for (int f = 0; f < filters; f++) {
        dat_int(b, -((int64_t)cells * cells * planes + 1));
        dat_int(b, -1);
        for (int p = 0; p < planes; p++) {
            double row[8][64], column[8][64];
            for (int k = 0; k < rank; k++)
                for (int i = 0; i < cells; i++) {
                    row[k][i] = ww_random_normal(r) * 0.3;
                    column[k][i] = ww_random_normal(r) * 0.3;
                }
            for (int y = 0; y < cells; y++)
                for (int x = 0; x < cells; x++) {
                    double sum = 0;
                    for (int k = 0; k < rank; k++)
                        sum += row[k][x] * column[k][y];
                    dat_real(b, sum);
                }
        }
        dat_real(b, threshold);
    }
}

// A shape predictor of `points` points, with trees of depth 2 on four features: a feature is the pixel at point 0 moved
// by a tenth of the box, times its number, to the right. The first leaf moves every point right by `step` of the box,
// the others down.
static inline void write_shape_file(ww_buffer *b, int points, int cascades, int trees, double step)
{
    dat_int(b, 1);
    dat_int(b, -2 * points);
    dat_int(b, -1);
    for (int i = 0; i < points; i++) {
        dat_real(b, 0.25 + 0.5 * (i % 2));
        dat_real(b, 0.25 + 0.5 * (double)i / points);
    }
    dat_int(b, cascades);
    for (int c = 0; c < cascades; c++) {
        dat_int(b, trees);
        for (int t = 0; t < trees; t++) {
            dat_int(b, 3);
            for (int s = 0; s < 3; s++) {
                dat_int(b, s);
                dat_int(b, s + 1);
                dat_real(b, 10.5);
            }
            dat_int(b, 4);
            for (int leaf = 0; leaf < 4; leaf++) {
                dat_int(b, -2 * points);
                dat_int(b, -1);
                for (int k = 0; k < 2 * points; k++)
                    dat_real(b, (k % 2 == 0) == (leaf == 0) ? step : 0);
            }
        }
    }
    dat_int(b, cascades);
    for (int c = 0; c < cascades; c++) {
        dat_int(b, 4);
        for (int f = 0; f < 4; f++)
            dat_int(b, 0);
    }
    dat_int(b, cascades);
    for (int c = 0; c < cascades; c++) {
        dat_int(b, 4);
        for (int f = 0; f < 4; f++) {
            dat_real(b, 0.1 * f);
            dat_real(b, 0);
        }
    }
}

// A network that makes `values` values of a chip of 150 pixels: a convolution over a third of its sides, and a product.
static inline void write_embedder(ww_buffer *b, int values)
{
    enum { CHANNELS = 2, SIDE = 50, CELLS = 3 * 3 * CHANNELS, WEIGHTS = CHANNELS * 3 * SIDE * SIDE };
    float *weights = calloc(WEIGHTS, sizeof *weights), biases[CHANNELS] = {0, 1},
          *matrix = calloc(CELLS * (size_t)values, sizeof *matrix);
    for (int i = 0; i < WEIGHTS; i++)
        weights[i] = (float)(i % 11 - 5) / SIDE / SIDE;
    for (int i = 0; i < CELLS * values; i++)
        matrix[i] = (float)(i % 7);
    dat_loss_metric(b);
    dat_int(b, 2);
    dat_int(b, 3);
    dat_input_rgb(b, 100);
    dat_con(b, (int64_t[4]){CHANNELS, 3, SIDE, SIDE}, SIDE, 0, weights, biases);
    dat_first_end(b);
    dat_fc(b, CELLS, values, matrix);
    dat_layer_end(b);
    free(weights);
    free(matrix);
}

#endif
