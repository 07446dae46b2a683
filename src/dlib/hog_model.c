// SPDX-License-Identifier: MIT
// The file of a detector, as dlib's serialize() writes an object_detector over scan_fhog_pyramid: the scanner's
// settings, the rule of overlap, and for each filter one vector of weights with the threshold at its end.
#include "dlib/hog_model.h"
#include "base/memory.h"
#include "dlib/stream.h"

#include <math.h>
#include <stdlib.h>

enum { LEVELS_MAX = 1000, PIXELS_MAX = 65535 };

struct scanner {
    int padding, window_width, window_height; // cells around the box; box, pixels
    int width, height;                        // what a filter sees, cells
};

// From a corner of the box, relative to its centre, to cells; both divisions drop the fraction.
static int to_cell(int pixel) { return (pixel - 1) / WW_HOG_CELL - 1; }

static int span_in_cells(int pixels, int padding)
{
    int first = -(pixels / 2);
    return to_cell(first + pixels - 1) - to_cell(first) + 1 + 2 * padding;
}

static void read_scanner(ww_dat *d, ww_hog_model *m, struct scanner *s)
{
    ww_dat_int_in(d, "version of the scanner", 1, 1);
    ww_dat_int(d); // room for how many levels of features
    ww_dat_int_in(d, "saved levels of features", 0, 0);
    if (ww_dat_int(d) != WW_HOG_CELL && ww_dat_ok(d))
        ww_dat_fail(d, WW_ERR_UNSUPPORTED, "only detectors with cells of %d pixels are read", WW_HOG_CELL);
    m->padding = s->padding = (int)ww_dat_int_in(d, "padding", 0, WW_HOG_WINDOW_MAX / 2);
    s->window_width = (int)ww_dat_int_in(d, "window width", 1, WW_HOG_WINDOW_MAX * WW_HOG_CELL);
    s->window_height = (int)ww_dat_int_in(d, "window height", 1, WW_HOG_WINDOW_MAX * WW_HOG_CELL);
    m->levels_max = (int)ww_dat_int_in(d, "levels of the pyramid", 1, LEVELS_MAX);
    m->level_min_width = (int)ww_dat_int_in(d, "smallest width of a level", 0, PIXELS_MAX);
    m->level_min_height = (int)ww_dat_int_in(d, "smallest height of a level", 0, PIXELS_MAX);
    ww_dat_finite(d, "nuclear norm"); // of the training
    s->width = span_in_cells(s->window_width, s->padding);
    s->height = span_in_cells(s->window_height, s->padding);
    if (ww_dat_ok(d)
        && (s->width < 1 || s->height < 1 || s->width > WW_HOG_WINDOW_MAX || s->height > WW_HOG_WINDOW_MAX))
        ww_dat_fail(d, WW_ERR_UNSUPPORTED, "filters of %d x %d cells, 1 to %d each way are read", s->width, s->height,
                    WW_HOG_WINDOW_MAX);
    int64_t weights = (int64_t)s->width * s->height * WW_HOG_PLANES;
    ww_dat_int_in(d, "weights of a filter", weights, weights);
}

static void read_overlap(ww_dat *d, ww_hog_model *m)
{
    m->overlap_max = ww_dat_finite(d, "overlap threshold");
    m->covered_max = ww_dat_finite(d, "cover threshold");
}

static void read_filter(ww_dat *d, ww_hog_model *m, const struct scanner *s, int filter, float **weights)
{
    size_t count = (size_t)(s->width * s->height) * WW_HOG_PLANES + 1, rows = 0, columns = 0;
    *weights = ww_dat_ok(d) ? ww_dat_matrix(d, count, 1, &rows, &columns) : NULL;
    if (!*weights)
        return;
    if (rows * columns != count) {
        ww_dat_fail(d, WW_ERR_FORMAT, "filter %d has %zu weights, not %zu", filter, rows * columns, count);
        return;
    }
    for (size_t i = 0; i < count && ww_dat_ok(d); i++)
        if (!isfinite((*weights)[i]))
            ww_dat_fail(d, WW_ERR_FORMAT, "weight %zu of filter %d is not a finite number", i, filter);
    m->threshold[filter] = (*weights)[count - 1];
}

static ww_status read_model(ww_dat *d, ww_hog_model *m, ww_error *err)
{
    float *weights[WW_HOG_FILTERS_MAX] = {NULL};
    struct scanner s = {0};
    int filters = 1;
    int64_t version = ww_dat_int_in(d, "version of the detector", 1, 2);
    read_scanner(d, m, &s);
    if (version == 1) {
        read_filter(d, m, &s, 0, &weights[0]);
        read_overlap(d, m);
    } else {
        read_overlap(d, m);
        filters = (int)ww_dat_int_in(d, "number of filters", 1, WW_HOG_FILTERS_MAX);
        for (int f = 0; f < filters && ww_dat_ok(d); f++)
            read_filter(d, m, &s, f, &weights[f]);
    }
    ww_status status = ww_dat_end(d);
    if (status == WW_OK)
        status = ww_hog_bank_make(weights, filters, s.width, s.height, &m->bank, err);
    for (int f = 0; f < WW_HOG_FILTERS_MAX; f++)
        free(weights[f]);
    return status;
}

ww_status ww_hog_model_read(const void *bytes, size_t size, const char *name, ww_hog_model **model, ww_error *err)
{
    ww_dat d;
    ww_dat_open(&d, bytes, size, name, err);
    ww_hog_model *m = ww_alloc(sizeof *m);
    ww_status status = read_model(&d, m, err);
    if (status != WW_OK) {
        ww_hog_model_free(m);
        return status;
    }
    *model = m;
    return WW_OK;
}

void ww_hog_model_free(ww_hog_model *model)
{
    if (!model)
        return;
    ww_hog_bank_free(&model->bank);
    free(model);
}

int ww_hog_model_filters(const ww_hog_model *model) { return model->bank.filters; }
