// SPDX-License-Identifier: MIT
#include "face/tiles.h"

#include <stdlib.h>

#define MERGE_IOU 0.4f // boxes of one face from two tiles overlap by far more, two faces side by side by less
#define SLACK 0.05f    // of the short side: how far beyond a tile's own stretch the centre of a face may lie

int ww_tiles_plan(int width, int height, int size, int *length, int *step)
{
    int longer = width > height ? width : height, shorter = width > height ? height : width;
    *length = *step = longer;
    if (longer <= WW_TILES_ASPECT * shorter || longer <= size)
        return 1;
    *length = 2 * shorter > size ? 2 * shorter : size;
    if (*length >= longer)
        return 1;
    *step = (*length - shorter) & ~1; // even, as chroma planes want
    int count = (longer - *length + *step - 1) / *step + 1;
    if (count > WW_TILES_MAX) {
        *step = ((longer - *length) / (WW_TILES_MAX - 1) + 2) & ~1;
        count = (longer - *length + *step - 1) / *step + 1;
    }
    return count;
}

typedef struct tile {
    bool wide;                // along x
    int begin, length;        // pixels
    float own_begin, own_end; // centres of faces that are this tile's
} tile;

static tile tile_at(const ww_image *image, int i, int count, int length, int step)
{
    tile t = {.wide = image->width > image->height, .length = length};
    int longer = t.wide ? image->width : image->height, shorter = t.wide ? image->height : image->width;
    int last = longer - length;
    t.begin = i == count - 1 ? last & ~1 : i * step;
    t.length = i == count - 1 ? longer - t.begin : length;
    int before = i * step, after = i + 1 == count - 1 ? last : (i + 1) * step;
    // The border between two tiles lies in the middle of what both see.
    t.own_begin = i == 0 ? 0 : (float)((i - 1) * step + length + t.begin) / 2 - SLACK * (float)shorter;
    t.own_end = i == count - 1 ? (float)longer : (float)(before + length + after) / 2 + SLACK * (float)shorter;
    return t;
}

static void move_into_place(ww_detection *d, float x, float y)
{
    d->x += x;
    d->y += y;
    for (int q = 0; q < 10; q += 2) {
        d->landmark[q] += x;
        d->landmark[q + 1] += y;
    }
}

static ww_status keep_own(const tile *t, const ww_detections *seen, ww_detections *found, ww_error *err)
{
    for (size_t i = 0; i < seen->count; i++) {
        ww_detection d = seen->item[i];
        move_into_place(&d, t->wide ? (float)t->begin : 0, t->wide ? 0 : (float)t->begin);
        float centre = t->wide ? d.x + d.width / 2 : d.y + d.height / 2;
        if (centre >= t->own_begin && centre <= t->own_end && !ww_vector_push(found, d))
            return ww_fail_memory(err, "the faces of a picture");
    }
    return WW_OK;
}

ww_status ww_detect_in_tiles(ww_detector *detector, const ww_image *image, int size, ww_detections *found,
                             ww_error *err)
{
    int length, step, count = ww_tiles_plan(image->width, image->height, size, &length, &step);
    if (count == 1)
        return ww_detect(detector, image, found, err);
    ww_detections seen = {0};
    ww_status status = WW_OK;
    found->count = 0;
    for (int i = 0; i < count && status == WW_OK; i++) {
        tile t = tile_at(image, i, count, length, step);
        ww_image view;
        status = ww_crop(image, t.wide ? t.begin : 0, t.wide ? 0 : t.begin, t.wide ? t.length : image->width,
                         t.wide ? image->height : t.length, &view, err);
        if (status == WW_OK)
            status = ww_detect(detector, &view, &seen, err);
        if (status == WW_OK)
            status = keep_own(&t, &seen, found, err);
    }
    ww_vector_free(&seen);
    if (status == WW_OK)
        ww_non_maximum_suppression(found, MERGE_IOU);
    if (found->count > WW_FACES_MAX)
        found->count = WW_FACES_MAX;
    return status;
}
