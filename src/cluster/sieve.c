// SPDX-License-Identifier: MIT
#include "cluster/sieve.h"
#include "base/memory.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// g of a row that is a candidate with everyone / with nobody. No sum of theirs with real ones leaves 32 bits: |q.q| is at most
// 127^2 * WW_CLUSTER_DIM_MAX < 2^28 and g of an ordinary row at most half of that.
enum { G_ALWAYS = -(1 << 29), G_NEVER = 1 << 30 };

enum {
    HEAD_STEP = 8,        // dimensions
    HEAD_SAMPLE = 512,    // rows
    HEAD_ROWS_MIN = 2048, // for fewer it does not matter
    HEAD_TEST_GROUPS = 2, // what the test at the end of the head costs, in groups
};

// scikit-learn 1.2.1 asks a tree, which adds up squared differences in double, for up to 15 dimensions and more than 11 vectors. In all
// other cases it uses products, in double, but its class for float32 vectors takes the radius as a float and squares it as one.
static bool uses_products(size_t count, int dim)
{
    return dim > 15 || count / 2 <= 5;
}

static double squared_radius(double eps, bool products)
{
    const float narrow = (float)eps;
    const float squared = narrow * narrow;
    return products ? (double)squared : eps * eps;
}

double ww_sieve_distance_squared(const ww_sieve *s, uint32_t a, uint32_t b)
{
    const float *x = s->vectors + (size_t)a * s->dim, *y = s->vectors + (size_t)b * s->dim;
    if (s->products)
        return s->norms[a] + s->norms[b] - 2 * s->kernels->dot(x, y, (size_t)s->dim);
    double sum = 0;
    for (int d = 0; d < s->dim; d++) {
        const double difference = (double)x[d] - (double)y[d];
        sum += difference * difference;
    }
    return sum;
}

static ww_status allocate(ww_sieve *s, ww_error *err)
{
    const size_t padded = (s->count + WW_TILE_Y - 1) / WW_TILE_Y * WW_TILE_Y, row_bytes = (size_t)s->groups * WW_GROUP;
    s->norms = ww_alloc_array(s->count, sizeof *s->norms, SIZE_MAX);
    s->row = ww_alloc_array(s->count, sizeof *s->row, SIZE_MAX);
    s->panels = ww_alloc_array(padded, row_bytes, SIZE_MAX);
    s->start_head = ww_alloc_array(padded, sizeof *s->start_head, SIZE_MAX);
    s->start = ww_alloc_array(padded, sizeof *s->start, SIZE_MAX);
    s->limit_head = ww_alloc_array(padded, sizeof *s->limit_head, SIZE_MAX);
    s->limit = ww_alloc_array(padded, sizeof *s->limit, SIZE_MAX);
    if (!s->norms || !s->row || !s->panels || !s->start_head || !s->start || !s->limit_head || !s->limit)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to compare %zu vectors of %d values", s->count, s->dim);
    return WW_OK;
}

// Squared lengths, and the list of the finite rows.
static void list_rows(ww_sieve *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const float *x = s->vectors + i * s->dim;
        bool finite = true;
        for (int d = 0; d < s->dim; d++)
            finite &= isfinite(x[d]) != 0;
        s->norms[i] = finite ? s->kernels->dot(x, x, (size_t)s->dim) : NAN;
        if (finite)
            s->row[s->rows++] = (uint32_t)i;
    }
    s->padded_rows = (s->rows + WW_TILE_Y - 1) / WW_TILE_Y * WW_TILE_Y;
}

// What one row's rounding leaves for the comparison, after some of its dimensions.
typedef struct rounded {
    int32_t sum;           // of q
    int64_t norm;          // of q, squared
    double lost_squared;   // of the coordinates less step * q
} rounded;

// g of sieve.h. `slack` covers the rounding of the double formula itself, in units of squared distance; `turned` what the frame's
// floats may be off.
static int32_t bound_of(const ww_sieve *s, const ww_frame *f, const rounded *r, double turned, double slack)
{
    const double eps = s->eps * f->stretch, step2 = f->step * f->step;
    const double lost = sqrt(r->lost_squared) * (1 + 1e-12) + turned;
    const double near = (2 * eps * lost + 2 * lost * lost + slack) / step2, half_eps = eps * eps / (2 * step2);
    const double g = floor(((double)r->norm - near - half_eps) / 2) - 1;
    return g > G_ALWAYS ? (int32_t)g : G_ALWAYS; // false for NaN too
}

static void put_bounds(ww_sieve *s, size_t place, int32_t head, int32_t head_sum, int32_t all, int32_t all_sum)
{
    s->start_head[place] = -head;
    s->start[place] = -all;
    s->limit_head[place] = head == G_NEVER ? INT32_MAX : head + WW_UNSIGNED_OFFSET * head_sum - 1;
    s->limit[place] = all == G_NEVER ? INT32_MAX : all + WW_UNSIGNED_OFFSET * all_sum - 1;
}

// Rounds the coordinates `z` of the row at `place` into its panel and notes what was lost.
static void put_row(ww_sieve *s, const ww_frame *f, size_t place, const float *z, double length)
{
    const int levels = s->kernels->levels, head_dims = s->head_groups * WW_GROUP;
    uint8_t *to = s->panels + place / WW_PANEL * s->groups * WW_GROUP * WW_PANEL + place % WW_PANEL * WW_GROUP;
    const float inverse = (float)(1 / f->step);
    rounded r = {0}, head = {0};
    for (int d = 0; d < s->groups * WW_GROUP; d++) {
        if (d == head_dims)
            head = r;
        const float value = d < s->dim ? z[d] : 0;
        const float scaled = fminf(fmaxf(value * inverse, (float)-levels), (float)levels);
        const int q = isfinite(value) ? (int)lrintf(scaled) : 0;
        const double lost = (double)value - f->step * q;
        to[d / WW_GROUP * WW_PANEL * WW_GROUP + d % WW_GROUP] = (uint8_t)(q + WW_UNSIGNED_OFFSET);
        r.sum += q;
        r.norm += q * q;
        r.lost_squared += lost * lost;
    }
    if (head_dims >= s->groups * WW_GROUP)
        head = r;
    const double turned = f->rounding * length * (1 + 1e-6) + s->dim * (double)FLT_TRUE_MIN * s->dim;
    const double slack = 4 * (s->dim + 8) * (DBL_EPSILON / 2) * s->norms[s->row[place]];
    put_bounds(s, place, bound_of(s, f, &head, turned, slack), head.sum, bound_of(s, f, &r, turned, slack), r.sum);
}

static void put_padding(ww_sieve *s, size_t place)
{
    uint8_t *to = s->panels + place / WW_PANEL * s->groups * WW_GROUP * WW_PANEL + place % WW_PANEL * WW_GROUP;
    for (int g = 0; g < s->groups; g++)
        memset(to + (size_t)g * WW_PANEL * WW_GROUP, WW_UNSIGNED_OFFSET, WW_GROUP);
    put_bounds(s, place, G_NEVER, 0, G_NEVER, 0);
}

// How many pairs of a sample the first 8, 16, ... dimensions cannot part; `z` are their coordinates.
static void count_survivors(const float *z, size_t rows, int dim, double near_squared, size_t *survivors)
{
    for (size_t a = 0; a < rows; a++)
        for (size_t b = 0; b < a; b++) {
            double sum = 0;
            for (int d = 0; d < dim && sum <= near_squared; d++) {
                const double difference = (double)z[a * dim + d] - z[b * dim + d];
                sum += difference * difference;
                if (sum <= near_squared && (d + 1) % HEAD_STEP == 0)
                    survivors[(d + 1) / HEAD_STEP]++;
            }
        }
}

// The head that makes the sieve fastest: a short one leaves many tiles to be looked at a second time, in full.
static int choose_head(const ww_sieve *s, const ww_frame *f)
{
    const size_t dim = (size_t)s->dim, n = s->rows < HEAD_SAMPLE ? s->rows : HEAD_SAMPLE, steps = dim / HEAD_STEP;
    if (s->rows < HEAD_ROWS_MIN)
        return s->groups;
    float *z = ww_alloc((n + 1) * dim * sizeof *z);
    size_t *survivors = ww_alloc((steps + 1) * sizeof *survivors);
    for (size_t k = 0; k < n; k++)
        ww_frame_coordinates(f, s->kernels, s->vectors + s->row[k * s->rows / n] * dim, z + n * dim, z + k * dim);
    const double lost = 2 * f->step * sqrt((double)dim / 12); // two roundings, each even over a step
    count_survivors(z, n, s->dim, (s->eps + lost) * (s->eps + lost), survivors);
    double best_cost = s->groups;
    int best = s->groups;
    for (size_t i = 1; i <= steps; i++) {
        const double share = (double)survivors[i] / ((double)n * (double)(n - 1) / 2);
        const int head = (int)i * HEAD_STEP / WW_GROUP;
        const double cost = head + HEAD_TEST_GROUPS + s->groups * (1 - pow(1 - share, WW_TILE_X * WW_TILE_Y));
        if (cost < best_cost) {
            best_cost = cost;
            best = head;
        }
    }
    free(z);
    free(survivors);
    return best;
}

ww_status ww_sieve_build(ww_sieve *s, const float *vectors, size_t count, int dim, double eps,
                         const ww_cluster_kernels *kernels, ww_error *err)
{
    ww_frame frame = {0};
    float *scratch = NULL;
    memset(s, 0, sizeof *s);
    if (dim < 1 || dim > WW_CLUSTER_DIM_MAX || count > INT32_MAX || !(eps > 0))
        return ww_fail(err, WW_ERR_ARGUMENT, "cannot compare %zu vectors of %d values at distance %g: at most %d vectors of 1 to %d values, and a distance above 0",
                       count, dim, eps, INT32_MAX, WW_CLUSTER_DIM_MAX);
    const bool products = uses_products(count, dim);
    const double eps_squared = squared_radius(eps, products);
    *s = (ww_sieve){.vectors = vectors, .count = count, .dim = dim, .products = products,
                    .eps_squared = eps_squared, .eps = sqrt(eps_squared) * (1 + 1e-12), .kernels = kernels ? kernels : ww_cluster_kernels_best(), .groups = (dim + WW_GROUP - 1) / WW_GROUP};
    s->head_groups = s->groups;
    ww_status status = allocate(s, err);
    if (status != WW_OK)
        goto done;
    list_rows(s);
    ww_frame_build(&frame, vectors, dim, s->row, s->rows, s->kernels->levels, s->kernels);
    scratch = ww_alloc(2 * (size_t)dim * sizeof *scratch);
    s->head_groups = choose_head(s, &frame);
    for (size_t place = 0; place < s->rows; place++) {
        const double length = ww_frame_coordinates(&frame, s->kernels, vectors + (size_t)s->row[place] * dim, scratch + dim, scratch);
        put_row(s, &frame, place, scratch, length);
    }
    for (size_t place = s->rows; place < s->padded_rows; place++)
        put_padding(s, place);
done:
    free(scratch);
    ww_frame_free(&frame);
    if (status != WW_OK)
        ww_sieve_free(s);
    return status;
}

void ww_sieve_free(ww_sieve *s)
{
    free(s->norms);
    free(s->row);
    free(s->panels);
    free(s->start_head);
    free(s->start);
    free(s->limit_head);
    free(s->limit);
    memset(s, 0, sizeof *s);
}
