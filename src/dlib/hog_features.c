// SPDX-License-Identifier: MIT
// From pixels to features. Row by row the gradients are found and vote for the cells around them; when the eight rows
// that share their cells are through, one row of histograms is complete, then its energies; and as soon as a row of
// cells has its neighbours' energies, it is brought to features. Of histograms and energies only three rows are ever
// held.
#include "base/memory.h"
#include "dlib/hog_picture.h"

#include <stdlib.h>
#include <string.h>

// rows of cells held; pixels before the picture's first that its first group of votes covers
enum { HELD = 3, LEAD = 4 };

void ww_hog_work_free(ww_hog_work *work)
{
    free(work->memory);
    free(work->map_memory);
    *work = (ww_hog_work){0};
}

struct extraction {
    const ww_hog_kernels *kernels;
    const ww_hog_picture *picture;
    int cells_x, cells_y;   // of the picture
    size_t stride;          // of a row of cells, floats
    float *histogram[HELD]; // [orientation][stride], of cell row y at y % HELD; column 0 is beside the picture
    float *energy[HELD];    // [stride], column 0 is the first cell
    float *carried;         // [orientation][stride]: what the last eight rows gave to the cells below them
    ww_hog_votes votes;
    float *length; // of a row's gradients, from LEAD pixels before the picture
    int32_t *bin;
    const ww_hog_map *map;
    int first_row, first_column; // of the map, where the features begin
};

static float *take(float **memory, size_t floats)
{
    float *p = *memory;
    *memory += floats;
    return p;
}

static ww_status open_extraction(struct extraction *e, ww_hog_work *work, ww_error *err)
{
    size_t groups = (size_t)e->cells_x + 1, stride = e->stride = (groups + 2 + WW_HOG_SLACK) / 16 * 16;
    size_t row = groups * WW_HOG_CELL + 2 * WW_HOG_SLACK, planes = WW_HOG_ORIENTATIONS;
    size_t floats = (HELD + 1) * planes * stride + HELD * stride + planes * groups * 4 + 2 * row;
    if (floats > work->capacity) {
        free(work->memory);
        work->memory = ww_alloc_array(floats, sizeof *work->memory, SIZE_MAX / 2);
        work->capacity = work->memory ? floats : 0;
        if (!work->memory)
            return ww_fail(err, WW_ERR_MEMORY, "no memory for the gradients of a picture of %d x %d pixels",
                           e->picture->width, e->picture->height);
    }
    memset(work->memory, 0, floats * sizeof *work->memory);
    float *memory = work->memory;
    e->votes = (ww_hog_votes){.groups = (int)groups, .slot = take(&memory, planes * groups * 4)};
    for (int i = 0; i < HELD; i++)
        e->histogram[i] = take(&memory, planes * stride);
    for (int i = 0; i < HELD; i++)
        e->energy[i] = take(&memory, stride);
    e->carried = take(&memory, planes * stride);
    e->length = take(&memory, row);
    e->bin = (int32_t *)(void *)take(&memory, row);
    return WW_OK;
}

static void read_gradients(const struct extraction *e, int y, int end)
{
    const ww_hog_picture *p = e->picture;
    ww_hog_gradient_row row = {
        .planes = p->planes, .first = 1, .bin_step = e->votes.groups, .length = e->length + LEAD, .bin = e->bin + LEAD};
    for (int i = 0; i < p->planes; i++) {
        row.here[i] = p->plane[i] + (ptrdiff_t)y * p->stride;
        row.above[i] = row.here[i] - p->stride;
        row.below[i] = row.here[i] + p->stride;
    }
    // dlib takes eight pixels at a time, where of equally long gradients the last plane's counts, and the rest one by
    // one, where it is the first one's.
    row.end = end > 1 ? 1 + (end - 1) / WW_HOG_STEP * WW_HOG_STEP : 1;
    e->kernels->gradients(&row);
    for (int x = row.end; x < end; x++)
        ww_hog_gradient(&row, x, true);
    for (int x = end; x < e->votes.groups * WW_HOG_CELL - LEAD; x++) { // beside the picture: no gradient, no vote
        row.length[x] = 0;
        row.bin[x] = 0;
    }
}

// Cell rows are numbered from 1, row 0 being above the picture; rows cell_row - 1 .. cell_row + 1 are complete.
static void write_features(const struct extraction *e, int cell_row)
{
    const ww_hog_map *map = e->map;
    ww_hog_cells cells = {
        .histogram = e->histogram[cell_row % HELD] + 1,
        .histogram_stride = e->stride,
        .energy = {e->energy[(cell_row - 1) % HELD], e->energy[cell_row % HELD], e->energy[(cell_row + 1) % HELD]},
        .width = e->cells_x - 2,
        .feature = map->feature + (size_t)(e->first_row + cell_row - 2) * map->stride + e->first_column,
        .feature_stride = map->plane_floats,
    };
    e->kernels->normalise(&cells);
}

static int smaller(int a, int b) { return a < b ? a : b; }

static void extract(struct extraction *e)
{
    const ww_hog_picture *p = e->picture;
    int end_x = smaller(e->cells_x * WW_HOG_CELL, p->width) - 1,
        end_y = smaller(e->cells_y * WW_HOG_CELL, p->height) - 1;
    int y = 1;
    for (int cell_row = 0; cell_row <= e->cells_y; cell_row++) {
        // Rows 8n - 4 .. 8n + 3 lie between the middles of cell rows n and n + 1, these numbered as in write_features.
        for (; y < end_y && y < WW_HOG_CELL * cell_row + LEAD; y++) {
            float lower = (float)(y - WW_HOG_CELL * cell_row + LEAD) / WW_HOG_CELL + 0.5f / WW_HOG_CELL;
            read_gradients(e, y, end_x);
            e->kernels->vote(e->length, e->bin, 1 - lower, lower, &e->votes);
        }
        float *histogram = e->histogram[cell_row % HELD];
        e->kernels->collect(&e->votes, e->stride, histogram, e->carried);
        e->kernels->measure(histogram + 1, e->stride, e->cells_x, e->energy[cell_row % HELD]);
        if (cell_row >= 3)
            write_features(e, cell_row - 1);
    }
}

static ww_status open_map(int rows, int columns, ww_hog_work *work, ww_hog_map *map, ww_error *err)
{
    size_t stride = ((size_t)columns + 2 * WW_HOG_STRIP + WW_HOG_WINDOW_MAX) / 16 * 16, plane = (size_t)rows * stride;
    size_t floats = plane * WW_HOG_PLANES + WW_HOG_SLACK;
    if (floats > work->map_capacity) {
        free(work->map_memory);
        work->map_memory = ww_alloc_array(floats, sizeof *work->map_memory, SIZE_MAX / 2);
        work->map_capacity = work->map_memory ? floats : 0;
        if (!work->map_memory)
            return ww_fail(err, WW_ERR_MEMORY, "no memory for %d x %d cells of gradient features", columns, rows);
    }
    memset(work->map_memory, 0, floats * sizeof *work->map_memory);
    *map = (ww_hog_map){
        .rows = rows, .columns = columns, .stride = stride, .plane_floats = plane, .feature = work->map_memory};
    return WW_OK;
}

ww_status ww_hog_features(const ww_hog_kernels *kernels, const ww_hog_picture *picture, int width, int height,
                          ww_hog_work *work, ww_hog_map *map, ww_error *err)
{
    struct extraction e = {
        .kernels = kernels,
        .picture = picture,
        .cells_x = (picture->width + WW_HOG_CELL / 2) / WW_HOG_CELL,
        .cells_y = (picture->height + WW_HOG_CELL / 2) / WW_HOG_CELL,
        .map = map,
        .first_row = (height - 1) / 2,
        .first_column = (width - 1) / 2,
    };
    *map = (ww_hog_map){0};
    if (e.cells_x < 3 || e.cells_y < 3)
        return WW_OK;
    ww_status status = open_map(e.cells_y - 2 + height - 1, e.cells_x - 2 + width - 1, work, map, err);
    if (status == WW_OK)
        status = open_extraction(&e, work, err);
    if (status == WW_OK)
        extract(&e);
    return status;
}
