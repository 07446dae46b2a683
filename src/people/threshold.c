// SPDX-License-Identifier: MIT
#include "people/threshold.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

// What all footage has shown before counts as so many pairs: thirty alone give the deviation to within a third.
#define PAIRS_BEFORE 50.0
// How much strangers' distances spread, as a share of the model's threshold: 0.065 to 0.07 with every embedder tried.
#define DEVIATION_USUAL 0.068
#define DEVIATION_MIN 0.045
// However the evidence looks, the threshold never grows beyond the model's, nor far below it.
#define LEAST_SHARE 0.85
#define MOST_SHARE 1.0
#define PAIRS_MIN 1000.0 // of tracks; fewer ask for no larger threshold
#define DEVIATIONS_MAX 8.0

// Share of a normal distribution that lies more than `deviations` below its mean.
static double tail(double deviations) { return 0.5 * erfc(deviations * M_SQRT1_2); }

// How many deviations below the mean only one of `pairs` is expected.
static double deviations_for(double pairs)
{
    double low = 0, high = DEVIATIONS_MAX;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (tail(middle) * pairs > 1)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static double pairs_of(size_t groups) { return fmax(PAIRS_MIN, 0.5 * (double)groups * ((double)groups - 1)); }

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// Median, and how far below it the lowest sixth begins: what a normal distribution's left half has, undisturbed by the
// right.
static bool measure(const ww_evidence *e, double *mean, double *deviation, bool *starved)
{
    size_t n = e->different.count;
    if (n < WW_THRESHOLD_PAIRS_MIN)
        return false;
    float *sorted = ww_try_array(n, sizeof *sorted);
    *starved = !sorted;
    if (!sorted)
        return false;
    for (size_t i = 0; i < n; i++)
        sorted[i] = e->different.item[i];
    qsort(sorted, n, sizeof *sorted, ascending);
    *mean = sorted[n / 2];
    *deviation = *mean - sorted[(size_t)(tail(1) * (double)n)];
    free(sorted);
    return true;
}

static double bounded(double value, double model) { return fmin(fmax(value, model * LEAST_SHARE), model * MOST_SHARE); }

double ww_threshold_of_model(double model, size_t groups)
{
    const double more = deviations_for(pairs_of(groups)) - deviations_for(pairs_of(WW_THRESHOLD_GROUPS));
    return bounded(model - more * DEVIATION_USUAL * model, model);
}

ww_threshold ww_threshold_choose(const ww_evidence *e, double model, size_t groups)
{
    ww_threshold t = {.same = e->same.count, .different = e->different.count, .deviation = DEVIATION_USUAL * model};
    t.mean = model + deviations_for(pairs_of(WW_THRESHOLD_GROUPS)) * t.deviation;
    double mean, deviation;
    t.measured = measure(e, &mean, &deviation, &t.starved);
    if (t.measured) {
        double share = (double)t.different / ((double)t.different + PAIRS_BEFORE);
        t.mean += share * (mean - t.mean);
        t.deviation = fmax(DEVIATION_MIN * model, t.deviation + share * (deviation - t.deviation));
    }
    t.value = t.mean - deviations_for(pairs_of(groups)) * t.deviation;
    t.value = bounded(t.value, model);
    return t;
}

double ww_threshold_false_merge(const ww_threshold *t, double value) { return tail((t->mean - value) / t->deviation); }

double ww_threshold_false_split(const ww_evidence *e, double value)
{
    size_t beyond = 0;
    for (size_t i = 0; i < e->same.count; i++)
        beyond += e->same.item[i] > value;
    return e->same.count ? (double)beyond / (double)e->same.count : 0;
}
