// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "dlib/hog_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// One plane of one filter, decomposed: matrix = sum over k of column k of `turned`, times column k of `v` transposed.
// The method is one-sided Jacobi (Hestenes 1958): pairs of columns are turned until all are orthogonal; their lengths
// are the singular values then.
struct decomposition {
    int height, width;
    double turned[WW_HOG_WINDOW_MAX * WW_HOG_WINDOW_MAX]; // [row][k]
    double v[WW_HOG_WINDOW_MAX * WW_HOG_WINDOW_MAX];      // [column of the matrix][k]
    double value[WW_HOG_WINDOW_MAX];                      // singular values, in no order
};

enum { SWEEPS_MAX = 60 };
#define ORTHOGONAL 1e-14 // cosine of the angle between two columns that counts as none

static void turn(double *a, double *b, int stride, int count, double cosine, double sine)
{
    for (int i = 0; i < count; i++, a += stride, b += stride) {
        double p = *a, q = *b;
        *a = cosine * p - sine * q;
        *b = sine * p + cosine * q;
    }
}

// Makes columns p and q orthogonal; false: they were.
static bool turn_pair(struct decomposition *d, int p, int q)
{
    double pp = 0, qq = 0, pq = 0;
    for (int r = 0; r < d->height; r++) {
        double a = d->turned[r * d->width + p], b = d->turned[r * d->width + q];
        pp += a * a;
        qq += b * b;
        pq += a * b;
    }
    if (fabs(pq) <= ORTHOGONAL * sqrt(pp * qq) || pq == 0)
        return false;
    double zeta = (qq - pp) / (2 * pq);
    double tangent = (zeta >= 0 ? 1 : -1) / (fabs(zeta) + sqrt(1 + zeta * zeta));
    double cosine = 1 / sqrt(1 + tangent * tangent), sine = cosine * tangent;
    turn(d->turned + p, d->turned + q, d->width, d->height, cosine, sine);
    turn(d->v + p, d->v + q, d->width, d->width, cosine, sine);
    return true;
}

static void decompose(struct decomposition *d, const float *matrix)
{
    memset(d->v, 0, sizeof d->v);
    for (int c = 0; c < d->width; c++)
        d->v[c * d->width + c] = 1;
    for (int i = 0; i < d->height * d->width; i++)
        d->turned[i] = matrix[i];
    bool turned = true;
    for (int sweep = 0; turned && sweep < SWEEPS_MAX; sweep++) {
        turned = false;
        for (int p = 0; p < d->width; p++)
            for (int q = p + 1; q < d->width; q++)
                turned |= turn_pair(d, p, q);
    }
    for (int k = 0; k < d->width; k++) {
        double sum = 0;
        for (int r = 0; r < d->height; r++)
            sum += d->turned[r * d->width + k] * d->turned[r * d->width + k];
        d->value[k] = sqrt(sum);
    }
}

// The bank while it grows: the taps' addresses are known only at the end.
struct builder {
    ww_hog_bank *bank;
    size_t taps;
    ww_hog_block open; // terms of one plane not yet put into a block
    float row[WW_HOG_TERMS][WW_HOG_WINDOW_MAX], column[WW_HOG_TERMS][WW_HOG_WINDOW_MAX];
};

static void close_block(struct builder *b)
{
    ww_hog_bank *bank = b->bank;
    int terms = b->open.terms;
    if (terms == 0)
        return;
    float *row = bank->taps + b->taps, *column = row + (size_t)terms * (size_t)bank->width;
    for (int n = 0; n < bank->width; n++)
        for (int t = 0; t < terms; t++)
            row[n * terms + t] = b->row[t][n];
    for (int t = 0; t < terms; t++)
        memcpy(column + (size_t)t * (size_t)bank->height, b->column[t], (size_t)bank->height * sizeof *column);
    b->open.row = row;
    b->open.column = column;
    b->taps += (size_t)terms * (size_t)(bank->width + bank->height);
    bank->block[bank->block_count++] = b->open;
    b->open.terms = 0;
}

static void add_terms(struct builder *b, const struct decomposition *d, int plane, int filter)
{
    double largest = 0;
    for (int k = 0; k < d->width; k++)
        largest = fmax(largest, d->value[k]);
    for (int k = 0; k < d->width; k++) {
        double value = d->value[k];
        if (value < fmax(1e-4, largest * 1e-3))
            continue;
        int t = b->open.terms++;
        b->open.plane = plane;
        b->open.filter[t] = filter;
        for (int c = 0; c < d->width; c++)
            b->row[t][c] = (float)(d->v[c * d->width + k] * sqrt(value));
        for (int r = 0; r < d->height; r++)
            b->column[t][r] = (float)(d->turned[r * d->width + k] / sqrt(value));
        if (b->open.terms == WW_HOG_TERMS)
            close_block(b);
    }
}

ww_status ww_hog_bank_make(float *const *weights, int filters, int width, int height, ww_hog_bank *bank, ww_error *err)
{
    size_t terms = (size_t)filters * WW_HOG_PLANES * (size_t)width; // at most
    struct decomposition *d = ww_try_alloc(sizeof *d);
    struct builder *b = ww_try_alloc(sizeof *b);
    *bank = (ww_hog_bank){.width = width, .height = height, .filters = filters};
    bank->block = ww_alloc_array(terms, sizeof *bank->block, SIZE_MAX / 2);
    bank->taps = ww_alloc_array(terms * (size_t)(width + height), sizeof *bank->taps, SIZE_MAX / 2);
    ww_status status = WW_OK;
    if (!d || !b || !bank->block || !bank->taps) {
        ww_hog_bank_free(bank);
        status = ww_fail_memory(err, "%d filters of %d x %d cells", filters, width, height);
        goto done;
    }
    b->bank = bank;
    d->height = height;
    d->width = width;
    for (int plane = 0; plane < WW_HOG_PLANES; plane++) {
        for (int f = 0; f < filters; f++) {
            decompose(d, weights[f] + (size_t)plane * (size_t)(width * height));
            add_terms(b, d, plane, f);
        }
        close_block(b);
    }
done:
    free(b);
    free(d);
    return status;
}

void ww_hog_bank_free(ww_hog_bank *bank)
{
    free(bank->block);
    free(bank->taps);
    *bank = (ww_hog_bank){0};
}
