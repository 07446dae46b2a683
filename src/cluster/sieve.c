// SPDX-License-Identifier: MIT
#include "cluster/sieve.h"
#include "base/memory.h"
#include "base/random.h"
#include "cluster/order.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// g of a row that is a candidate with everyone / with nobody. No sum of theirs with real ones leaves 32 bits: |q.q| is
// at most 127^2 * WW_CLUSTER_DIM_MAX < 2^28 and g of an ordinary row at most half of that.
enum { G_ALWAYS = -(1 << 29), G_LARGEST = 1 << 29, G_NEVER = 1 << 30 };

enum {
    HEAD_SAMPLE = 512,          // strips of pairs
    HEAD_ROWS_MIN = 2048,       // for fewer it does not matter
    HEAD_TEST_GROUPS = 2,       // what the test at the end of the head costs, in groups
    BUCKETS_ROWS_MIN = 2048,    // for fewer it is not worth the looking
    BUCKETS_ROWS_MAX = 1 << 24, // sums of so many bytes, 127 each, stay in 32 bits
    AT_ONCE = 64,               // values that are rounded
};

#define BUCKET_RADIUS 1.1 // times eps; measured: 1.0 to 1.1 are alike

// scikit-learn 1.2.1 asks a tree, which adds up squared differences in double, for up to 15 dimensions and more than 11
// vectors. In all other cases it uses products, in double, but its class for float32 vectors takes the radius as a
// float and squares it as one.
static bool uses_products(size_t count, int dim) { return dim > 15 || count / 2 <= 5; }

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

static void free_places(ww_sieve *s)
{
    free(s->panels);
    free(s->start_head);
    free(s->start);
    free(s->limit_head);
    free(s->limit);
    s->panels = NULL;
    s->start_head = s->start = s->limit_head = s->limit = NULL;
}

// Room for what is known of so many rows.
static ww_status allocate_places(ww_sieve *s, size_t count, ww_error *err)
{
    const size_t padded = (count + WW_TILE_Y - 1) / WW_TILE_Y * WW_TILE_Y, row_bytes = (size_t)s->groups * WW_GROUP;
    s->panels = ww_alloc_array(padded, row_bytes, SIZE_MAX);
    s->start_head = ww_alloc_array(padded, sizeof *s->start_head, SIZE_MAX);
    s->start = ww_alloc_array(padded, sizeof *s->start, SIZE_MAX);
    s->limit_head = ww_alloc_array(padded, sizeof *s->limit_head, SIZE_MAX);
    s->limit = ww_alloc_array(padded, sizeof *s->limit, SIZE_MAX);
    if (!s->panels || !s->start_head || !s->start || !s->limit_head || !s->limit)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to compare %zu vectors of %d values", s->count, s->dim);
    s->padded_rows = padded;
    return WW_OK;
}

static ww_status allocate(ww_sieve *s, ww_error *err)
{
    s->norms = ww_alloc_array(s->count, sizeof *s->norms, SIZE_MAX);
    s->row = ww_alloc_array(s->count, sizeof *s->row, SIZE_MAX);
    if (!s->norms || !s->row)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to compare %zu vectors of %d values", s->count, s->dim);
    return allocate_places(s, s->count, err);
}

// Squared lengths, and the list of the finite rows; those of the first `first` are counted.
static void list_rows(ww_sieve *s, size_t first)
{
    for (size_t i = 0; i < s->count; i++) {
        const float *x = s->vectors + i * s->dim;
        bool finite = true;
        for (int d = 0; d < s->dim; d++)
            finite &= isfinite(x[d]) != 0;
        s->norms[i] = finite ? s->kernels->dot(x, x, (size_t)s->dim) : NAN;
        if (finite)
            s->row[s->rows++] = (uint32_t)i;
        s->first_rows += finite && i < first;
    }
}

// What one row's rounding leaves for the comparison, after some of its dimensions.
typedef struct rounded {
    int32_t sum;         // of q
    int64_t norm;        // of q, squared
    double lost_squared; // of the coordinates less step * q
} rounded;

// g of sieve.h. `blurred`: how far the frame's floats and the rounding of the distances in double may put the vector
// off besides.
static int32_t bound_of(const ww_sieve *s, const ww_coordinate_frame *f, const rounded *r, double blurred,
                        double spread)
{
    const double eps = s->eps * f->stretch, step2 = f->step * f->step;
    const double lost = sqrt(r->lost_squared) * (1 + 1e-12) + blurred;
    const double near = (2 * eps * lost + 2 * lost * lost) / step2, half_eps = eps * eps / (2 * step2);
    const double apart = spread * f->stretch * f->stretch / step2;
    const double g = floor(((double)r->norm - near - half_eps + apart) / 2) - 1;
    return g > G_ALWAYS ? (int32_t)fmin(g, G_LARGEST) : G_ALWAYS; // false for NaN too
}

static void put_bounds(ww_sieve *s, size_t place, int32_t head, int32_t head_sum, int32_t all, int32_t all_sum)
{
    s->start_head[place] = -head;
    s->start[place] = -all;
    s->limit_head[place] = head == G_NEVER ? INT32_MAX : head + s->kernels->offset * head_sum - 1;
    s->limit[place] = all == G_NEVER ? INT32_MAX : all + s->kernels->offset * all_sum - 1;
}

// Rounds values to whole steps, and says what of each is lost, squared. What is not a number becomes a step, too, and
// its loss says so.
static void round_values(const ww_coordinate_frame *f, const float *z, size_t count, int levels, int32_t *q,
                         double *lost)
{
    const float inverse = (float)(1 / f->step), most = (float)levels, up = most + 0.5F;
    const double step = f->step;
    for (size_t d = 0; d < count; d++) {
        const float scaled = z[d] * inverse, low = scaled > -most ? scaled : -most, kept = low < most ? low : most;
        q[d] = (int32_t)(kept + up) - levels;
        const double less = (double)z[d] - step * q[d];
        lost[d] = less * less;
    }
}

static void add_rounded(rounded *r, const int32_t *q, const double *lost, size_t count)
{
    int32_t sum = 0, norm = 0;
    for (size_t d = 0; d < count; d++) {
        sum += q[d];
        norm += q[d] * q[d];
    }
    for (size_t d = 0; d < count; d++)
        r->lost_squared += lost[d];
    r->sum += sum;
    r->norm += norm;
}

// Into the panel; `first` and `count` in whole groups.
static void put_values(const ww_sieve *s, size_t place, size_t first, const int32_t *q, size_t count)
{
    uint8_t *to = s->panels + ww_panel_row(place, (size_t)s->groups) + ww_panel_value(first), value[AT_ONCE];
    for (size_t d = 0; d < count; d++)
        value[d] = (uint8_t)(q[d] + s->kernels->offset);
    for (size_t d = 0; d < count; d += WW_GROUP)
        memcpy(to + ww_panel_value(d), value + d, WW_GROUP);
}

// Rounds the coordinates `z` of the row at `place` into its panel and notes what was lost.
static void put_row(ww_sieve *s, const ww_coordinate_frame *f, size_t place, const float *z, double length,
                    double spread)
{
    const size_t dim = (size_t)s->dim, head_dims = (size_t)s->head_groups * WW_GROUP;
    int32_t q[AT_ONCE];
    double lost[AT_ONCE];
    rounded r = {0}, head = {0};
    for (size_t first = 0, count; first < dim; first += count) {
        count = dim - first < AT_ONCE ? dim - first : AT_ONCE;
        if (first < head_dims && count > head_dims - first)
            count = head_dims - first; // the head ends with one
        round_values(f, z + first, count, s->kernels->levels, q, lost);
        for (; count % WW_GROUP; count++)
            q[count] = 0, lost[count] = 0;
        add_rounded(&r, q, lost, count);
        put_values(s, place, first, q, count);
        if (first < head_dims)
            head = r;
    }
    // |a|^2 + |b|^2 - 2 a.b in double is off by less than e_a + e_b, e = 4 (dim + 8) u |x|^2; so what it calls near is
    // no farther than eps + sqrt(e_a) + sqrt(e_b).
    const double formula = sqrt(4 * (s->dim + 8) * (DBL_EPSILON / 2) * s->norms[s->row[place]]);
    const double underflow = (double)s->dim * s->dim * (double)FLT_TRUE_MIN;
    const double blurred = f->rounding * length * (1 + 1e-6) + f->stretch * formula + underflow;
    put_bounds(s, place, bound_of(s, f, &head, blurred, spread), head.sum, bound_of(s, f, &r, blurred, spread), r.sum);
}

static void put_padding(ww_sieve *s, size_t place)
{
    uint8_t *to = s->panels + ww_panel_row(place, (size_t)s->groups);
    for (int d = 0; d < s->groups * WW_GROUP; d++)
        to[ww_panel_value((size_t)d)] = (uint8_t)s->kernels->offset;
    put_bounds(s, place, G_NEVER, 0, G_NEVER, 0);
}

// After how many dimensions the last of x_rows x y_rows pairs is parted; dim + 1: never. `z`: coordinates of the rows,
// those of x first.
static int strip_needs(const float *z, int dim, int x_rows, int y_rows, double near_squared)
{
    int needed = 0;
    for (int r = 0; r < x_rows; r++)
        for (int l = 0; l < y_rows && needed <= dim; l++) {
            const float *a = z + (size_t)r * dim, *b = z + (size_t)(x_rows + l) * dim;
            double sum = 0;
            int d = 0;
            while (d < dim && sum <= near_squared) {
                sum += ((double)a[d] - b[d]) * ((double)a[d] - b[d]);
                d++;
            }
            if (sum <= near_squared)
                d = dim + 1;
            needed = d > needed ? d : needed;
        }
    return needed;
}

// The head for which the kernel does the least, by a sample of what it gives up at once: a short one leaves much to be
// looked at in full.
static int choose_head(const ww_sieve *s, const ww_coordinate_frame *f)
{
    const ww_cluster_kernels *kernels = s->kernels;
    const size_t dim = (size_t)s->dim, x_rows = (size_t)kernels->strip_x, y_rows = (size_t)kernels->strip_y;
    if (s->rows < HEAD_ROWS_MIN)
        return s->groups;
    float *z = ww_try_array((x_rows + y_rows + 1) * dim, sizeof *z);
    int *parted = ww_try_array(dim + 2, sizeof *parted), left = HEAD_SAMPLE, best = s->groups;
    if (!z || !parted)
        goto done;                                            // the whole length will do
    const double lost = 2 * f->step * sqrt((double)dim / 12); // two roundings, each even over a step
    ww_random random = {1};
    for (int k = 0; k < HEAD_SAMPLE; k++) {
        const size_t x = ww_random_below(&random, (uint32_t)(s->rows / x_rows)) * x_rows;
        const size_t y = ww_random_below(&random, (uint32_t)(s->rows / y_rows)) * y_rows;
        for (size_t i = 0; i < x_rows + y_rows; i++) {
            const size_t place = i < x_rows ? x + i : y + i - x_rows;
            ww_coordinate_frame_map(f, kernels, s->vectors + s->row[place] * dim, z + (x_rows + y_rows) * dim,
                                    z + i * dim);
        }
        parted[strip_needs(z, s->dim, kernels->strip_x, kernels->strip_y, (s->eps + lost) * (s->eps + lost))]++;
    }
    double best_cost = s->groups;
    for (int head = 1; head < s->groups; head++) {
        for (int d = (head - 1) * WW_GROUP; d < head * WW_GROUP; d++)
            left -= parted[d + 1];
        const int again = kernels->keeps_sums ? s->groups - head : s->groups;
        const double cost = head + HEAD_TEST_GROUPS + again * (double)left / HEAD_SAMPLE;
        if (cost < best_cost) {
            best_cost = cost;
            best = head;
        }
    }
done:
    free(z);
    free(parted);
    return best;
}

static void put_rows(ww_sieve *s, const ww_coordinate_frame *f, size_t places, float *scratch, const double *spread)
{
    for (size_t place = 0; place < s->padded_rows; place++) {
        if (place >= places || s->row[place] == WW_NO_ROW) {
            put_padding(s, place);
            continue;
        }
        const float *vector = s->vectors + (size_t)s->row[place] * s->dim;
        const double length = ww_coordinate_frame_map(f, s->kernels, vector, scratch + s->dim, scratch);
        put_row(s, f, place, scratch, length, spread ? spread[s->row[place]] : 0);
    }
}

static void order_rows(ww_sieve *s)
{
    ww_order_rows(s->vectors, s->dim, s->eps, s->kernels, s->row, s->first_rows);
    ww_order_rows(s->vectors, s->dim, s->eps, s->kernels, s->row + s->first_rows, s->rows - s->first_rows);
}

// Fills places with rows as they lie in `was`: place[k] says where, or WW_NO_ROW.
static void move_rows(ww_sieve *s, const ww_sieve *was, const uint32_t *place, size_t places)
{
    const size_t groups = (size_t)s->groups;
    for (size_t to = 0; to < s->padded_rows; to++) {
        if (to >= places || place[to] == WW_NO_ROW) {
            put_padding(s, to);
            continue;
        }
        const size_t from = place[to];
        for (size_t g = 0; g < groups; g++)
            memcpy(s->panels + ww_panel_row(to, groups) + g * WW_PANEL * WW_GROUP,
                   was->panels + ww_panel_row(from, groups) + g * WW_PANEL * WW_GROUP, WW_GROUP);
        s->start_head[to] = was->start_head[from];
        s->start[to] = was->start[from];
        s->limit_head[to] = was->limit_head[from];
        s->limit[to] = was->limit[from];
    }
}

// Puts the rows in buckets if they have any.
static ww_status put_in_buckets(ww_sieve *s, const ww_coordinate_frame *f, float *scratch, const double *spread,
                                ww_error *err)
{
    const ww_panel_rows rows = {s->kernels, s->panels, s->rows, s->groups, s->parted ? s->first_rows : 0};
    s->buckets = ww_buckets_find(&rows, BUCKET_RADIUS * s->eps * f->stretch / f->step);
    if (!s->buckets) {
        order_rows(s);
        put_rows(s, f, s->rows, scratch, spread);
        return WW_OK;
    }
    const size_t places = s->buckets->panels * WW_PANEL;
    uint32_t *order = s->buckets->order;
    ww_sieve was = *s;
    s->panels = NULL;
    s->start_head = s->start = s->limit_head = s->limit = NULL;
    const ww_status status = allocate_places(s, places + WW_TILE_Y, err); // a tile may begin with the last panel
    if (status == WW_OK)
        move_rows(s, &was, order, places);
    free_places(&was);
    for (size_t k = 0; k < places; k++)
        order[k] = order[k] == WW_NO_ROW ? WW_NO_ROW : s->row[order[k]];
    s->buckets->order = NULL;
    free(s->row);
    s->row = order;
    return status;
}

static ww_status check_arguments(size_t count, int dim, double eps, ww_error *err)
{
    if (dim < 1 || dim > WW_CLUSTER_DIM_MAX || count > INT32_MAX || !(eps > 0))
        return ww_fail(err, WW_ERR_ARGUMENT,
                       "cannot compare %zu vectors of %d values at distance %g: at most %d of 1 to %d values, at a "
                       "distance above 0",
                       count, dim, eps, INT32_MAX, WW_CLUSTER_DIM_MAX);
    return WW_OK;
}

ww_status ww_sieve_build_parts(ww_sieve *s, const float *vectors, size_t count, int dim, double eps,
                               const ww_sieve_parts *parts, const ww_cluster_kernels *kernels, ww_error *err)
{
    const double *spread = parts->spread;
    ww_coordinate_frame frame = {0};
    float *scratch = NULL;
    memset(s, 0, sizeof *s);
    ww_status status = check_arguments(count, dim, eps, err);
    if (status != WW_OK)
        return status;
    const bool products = uses_products(parts->total, dim);
    const double eps_squared = squared_radius(eps, products);
    *s = (ww_sieve){.vectors = vectors,
                    .count = count,
                    .dim = dim,
                    .parted = parts->first > 0,
                    .products = products,
                    .eps_squared = eps_squared,
                    .eps = sqrt(eps_squared) * (1 + 1e-12),
                    .kernels = kernels ? kernels : ww_cluster_kernels_best(),
                    .groups = (dim + WW_GROUP - 1) / WW_GROUP};
    s->head_groups = s->groups;
    status = allocate(s, err);
    if (status != WW_OK)
        goto done;
    list_rows(s, parts->first);
    const bool in_buckets =
        s->rows >= BUCKETS_ROWS_MIN && s->rows <= BUCKETS_ROWS_MAX && dim <= WW_BUCKETS_DIM_MAX && !parts->order;
    if (parts->order)
        memcpy(s->row, parts->order, s->rows * sizeof *s->row);
    else if (!in_buckets)
        order_rows(s);
    scratch = ww_try_array(2 * (size_t)dim, sizeof *scratch);
    if (!scratch || !ww_coordinate_frame_build(&frame, vectors, dim, s->row, s->rows, s->kernels->levels, s->kernels)) {
        status = ww_fail_memory(err, "comparing %zu vectors", count);
        goto done;
    }
    s->head_groups = choose_head(s, &frame);
    put_rows(s, &frame, s->rows, scratch, spread);
    if (in_buckets)
        status = put_in_buckets(s, &frame, scratch, spread, err);
done:
    free(scratch);
    ww_coordinate_frame_free(&frame);
    if (status != WW_OK)
        ww_sieve_free(s);
    return status;
}

ww_status ww_sieve_build(ww_sieve *s, const float *vectors, size_t count, int dim, double eps, const double *spread,
                         const ww_cluster_kernels *kernels, ww_error *err)
{
    return ww_sieve_build_parts(s, vectors, count, dim, eps, &(ww_sieve_parts){.total = count, .spread = spread},
                                kernels, err);
}

void ww_sieve_free(ww_sieve *s)
{
    free(s->norms);
    free(s->row);
    free_places(s);
    ww_buckets_free(s->buckets);
    memset(s, 0, sizeof *s);
}
