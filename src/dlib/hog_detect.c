// SPDX-License-Identifier: MIT
#include "dlib/hog.h"
#include "base/memory.h"
#include "dlib/hog_picture.h"

#include <math.h>
#include <stdlib.h>

enum { RATE = 6 }; // a level has (RATE - 1) / RATE of the width of the one before

struct ww_hog {
    const ww_hog_model *model;
    const ww_hog_kernels *kernels;
    ww_hog_picture picture[2]; // the level at hand, and the one before or after
    ww_hog_work work;
    float *scratch, *score; // of a tile
};

ww_hog *ww_hog_open(const ww_hog_model *model)
{
    ww_hog *h = ww_alloc(sizeof *h);
    h->model = model;
    h->kernels = ww_hog_kernels_best();
    return h;
}

void ww_hog_close(ww_hog *h)
{
    if (!h)
        return;
    for (int i = 0; i < 2; i++)
        ww_hog_picture_free(&h->picture[i]);
    ww_hog_work_free(&h->work);
    free(h->scratch);
    free(h->score);
    free(h);
}

// --- places: dlib's maps between levels, with its roundings ----------------------------------------------------------

static int rounded(double v) { return (int)floor(v + 0.5); }

// One level down; as dlib reckons how many levels there are.
static int level_down(int v) { return rounded((v - 0.3) * ((RATE - 1.0) / RATE)); }

static double levels_up(double v, int levels)
{
    for (int i = 0; i < levels; i++)
        v = v * (RATE / (RATE - 1.0)) + 0.3;
    return v;
}

static int count_levels(const ww_hog_model *m, int width, int height)
{
    int left = 0, top = 0, right = width - 1, bottom = height - 1, levels = 0;
    do {
        left = level_down(left);
        top = level_down(top);
        right = level_down(right);
        bottom = level_down(bottom);
        levels++;
    } while (right - left + 1 >= m->level_min_width && bottom - top + 1 >= m->level_min_height && right > left
             && bottom > top && levels < m->levels_max);
    return levels;
}

// The pixel in the middle of a cell of features, away from zero.
static int cell_to_pixel(int cell)
{
    int corner = (cell + 1) * WW_HOG_CELL + 1;
    return corner + (corner >= 0 ? WW_HOG_CELL / 2 : -(WW_HOG_CELL / 2));
}

// The box of the window whose first cell is (column, row) of the features without their margin, from pixels of a level
// to those of the whole picture.
static ww_hog_box window_box(const ww_hog_model *m, int column, int row, int level)
{
    int width = m->bank.width - 2 * m->padding, height = m->bank.height - 2 * m->padding;
    int left = column + m->bank.width / 2 - (m->bank.width - 1) / 2 - width / 2;
    int top = row + m->bank.height / 2 - (m->bank.height - 1) / 2 - height / 2;
    return (ww_hog_box){
        .left = rounded(levels_up(cell_to_pixel(left), level)),
        .top = rounded(levels_up(cell_to_pixel(top), level)),
        .right = rounded(levels_up(cell_to_pixel(left + width - 1), level)),
        .bottom = rounded(levels_up(cell_to_pixel(top + height - 1), level)),
    };
}

// From the doubled picture to the one given: p / 2 - (1.25, 0.75), `times` times.
static void halve_box(ww_hog_box *b, int times)
{
    double left = b->left, top = b->top, right = b->right, bottom = b->bottom;
    for (int i = 0; i < times; i++) {
        left = left / 2 - 1.25;
        right = right / 2 - 1.25;
        top = top / 2 - 0.75;
        bottom = bottom / 2 - 0.75;
    }
    b->left = rounded(left);
    b->top = rounded(top);
    b->right = rounded(right);
    b->bottom = rounded(bottom);
}

// --- windows ---------------------------------------------------------------------------------------------------------

struct search {
    double min_score;
    ww_hog_boxes *found;
};

static ww_status keep_good(const ww_hog *h, const ww_hog_tile *t, int level, const struct search *s, ww_error *err)
{
    for (int f = 0; f < h->model->bank.filters; f++) {
        double threshold = h->model->threshold[f], needed = threshold + s->min_score;
        for (int y = 0; y < t->rows; y++) {
            const float *score = t->score + ((size_t)f * WW_HOG_TILE_ROWS + (size_t)y) * WW_HOG_STRIP;
            for (int x = 0; x < t->columns; x++) {
                if (score[x] < needed)
                    continue;
                ww_hog_box box = window_box(h->model, t->column + x, t->row + y, level);
                box.score = (float)(score[x] - threshold);
                box.filter = f;
                if (s->found->count >= WW_HOG_BOXES_MAX)
                    return ww_fail(err, WW_ERR_UNSUPPORTED,
                                   "the detector finds more than %d faces in one picture; ask for a higher score",
                                   WW_HOG_BOXES_MAX);
                if (!ww_vector_push(s->found, box))
                    return ww_fail_memory(err, "the faces of a picture");
            }
        }
    }
    return WW_OK;
}

// Memory for a tile, on whole cache lines; made when first needed.
static ww_status open_tile(ww_hog *h, ww_error *err)
{
    const ww_hog_bank *bank = &h->model->bank;
    size_t rows = (size_t)WW_HOG_TILE_ROWS + (size_t)bank->height;
    if (!h->scratch)
        h->scratch = ww_alloc_array(WW_HOG_TERMS * rows * WW_HOG_STRIP, sizeof *h->scratch, SIZE_MAX / 2);
    if (!h->score)
        h->score =
            ww_alloc_array((size_t)bank->filters * WW_HOG_TILE_ROWS * WW_HOG_STRIP, sizeof *h->score, SIZE_MAX / 2);
    return h->scratch && h->score ? WW_OK : ww_fail(err, WW_ERR_MEMORY, "no memory to run %d filters", bank->filters);
}

static ww_status search_map(ww_hog *h, const ww_hog_map *map, int level, const struct search *s, ww_error *err)
{
    const ww_hog_bank *bank = &h->model->bank;
    int rows = map->rows ? map->rows - bank->height + 1 : 0, columns = map->rows ? map->columns - bank->width + 1 : 0;
    int bands = (rows + WW_HOG_TILE_ROWS - 1) / WW_HOG_TILE_ROWS, band_rows = bands ? (rows + bands - 1) / bands : 0;
    ww_status status = open_tile(h, err);
    for (int y = 0; y < rows && status == WW_OK; y += band_rows)
        for (int x = 0; x < columns && status == WW_OK; x += WW_HOG_STRIP) {
            ww_hog_tile tile = {.column = x,
                                .row = y,
                                .columns = columns - x < WW_HOG_STRIP ? columns - x : WW_HOG_STRIP,
                                .rows = rows - y < band_rows ? rows - y : band_rows,
                                .scratch = h->scratch,
                                .score = h->score};
            h->kernels->filter(bank, map, &tile);
            status = keep_good(h, &tile, level, s, err);
        }
    return status;
}

// --- non-maximum suppression -----------------------------------------------------------------------------------------

static int better_first(const void *a, const void *b)
{
    const ww_hog_box *p = a, *q = b;
    if (p->score != q->score)
        return p->score > q->score ? -1 : 1;
    if (p->filter != q->filter)
        return p->filter < q->filter ? -1 : 1;
    if (p->top != q->top)
        return p->top < q->top ? -1 : 1;
    return (p->left > q->left) - (p->left < q->left);
}

static double area(int left, int top, int right, int bottom)
{
    return left > right || top > bottom ? 0 : ((double)right - left + 1) * ((double)bottom - top + 1);
}

static int larger(int a, int b) { return a > b ? a : b; }
static int smaller(int a, int b) { return a < b ? a : b; }

static bool overlap(const ww_hog_model *m, const ww_hog_box *a, const ww_hog_box *b)
{
    double inner = area(larger(a->left, b->left), larger(a->top, b->top), smaller(a->right, b->right),
                        smaller(a->bottom, b->bottom));
    double outer = area(smaller(a->left, b->left), smaller(a->top, b->top), larger(a->right, b->right),
                        larger(a->bottom, b->bottom));
    return inner > 0
           && (inner / outer > m->overlap_max || inner / area(a->left, a->top, a->right, a->bottom) > m->covered_max
               || inner / area(b->left, b->top, b->right, b->bottom) > m->covered_max);
}

static void drop_overlapping(const ww_hog_model *m, ww_hog_boxes *found)
{
    if (found->count > 1)
        qsort(found->item, found->count, sizeof *found->item, better_first);
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++) {
        bool alone = true;
        for (size_t k = 0; k < kept && alone; k++)
            alone = !overlap(m, &found->item[k], &found->item[i]);
        if (alone)
            found->item[kept++] = found->item[i];
    }
    found->count = kept;
}

// ---------------------------------------------------------------------------------------------------------------------

// Makes picture[0] the next of the pyramid: another size of what it is now.
static ww_status rescale(ww_hog *h, int width, int height, ww_error *err)
{
    ww_status status = ww_hog_picture_scale(h->kernels, &h->picture[0], width, height, &h->picture[1], err);
    ww_hog_picture old = h->picture[0];
    h->picture[0] = h->picture[1];
    h->picture[1] = old;
    return status;
}

ww_status ww_hog_detect(ww_hog *h, const ww_image *image, int upsample, double min_score, ww_hog_boxes *found,
                        ww_error *err)
{
    const ww_hog_model *m = h->model;
    const struct search search = {.min_score = min_score, .found = found};
    found->count = 0;
    if (image->pixels != WW_PIXELS_LUMA && image->pixels != WW_PIXELS_RGB)
        return ww_fail(err, WW_ERR_ARGUMENT, "the gradient detector looks at grey and RGB pictures only");
    if (upsample < 0 || upsample > WW_HOG_UPSAMPLE_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "upsample is 0 to %d, not %d", WW_HOG_UPSAMPLE_MAX, upsample);
    ww_status status = ww_hog_picture_take(h->kernels, image, &h->picture[0], err);
    for (int i = 0; i < upsample && status == WW_OK; i++)
        status = rescale(h, 2 * h->picture[0].width + 2, 2 * h->picture[0].height + 1, err);
    int levels = status == WW_OK ? count_levels(m, h->picture[0].width, h->picture[0].height) : 0;
    for (int level = 0; level < levels && status == WW_OK; level++) {
        ww_hog_map map;
        const ww_hog_picture *p = &h->picture[0];
        if (level > 0 && (p->width < 2 || p->height < 2))
            break;
        if (level > 0)
            status = rescale(h, (RATE - 1) * p->width / RATE, (RATE - 1) * p->height / RATE, err);
        if (status == WW_OK)
            status = ww_hog_features(h->kernels, p, m->bank.width, m->bank.height, &h->work, &map, err);
        if (status == WW_OK)
            status = search_map(h, &map, level, &search, err);
    }
    if (status != WW_OK) {
        found->count = 0;
        return status;
    }
    drop_overlapping(m, found);
    for (size_t i = 0; i < found->count && upsample > 0; i++)
        halve_box(&found->item[i], upsample);
    return WW_OK;
}
