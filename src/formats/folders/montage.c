// SPDX-License-Identifier: MIT
// A person at a glance: up to 25 portraits side by side, the cover first, if one was chosen, and the others in the
// order of the library. Of more, those that selection.h chooses: the good ones that differ most.
#include "formats/folders/made_keys.h"
#include "formats/folders/writers.h"
#include "formats/selection.h"
#include "image/image.h"

#include <stdlib.h>
#include <string.h>

#define TILES_A_SIDE 5
#define TILES (TILES_A_SIDE * TILES_A_SIDE)
#define TILE_WIDTH_PX 96
#define TILE_HEIGHT_PX 120
#define EMPTY_LUMA 38 // dark grey, where there is no face

static ww_status make_canvas(ww_image *canvas, ww_error *err)
{
    ww_status status =
        ww_image_alloc(canvas, WW_PIXELS_YUV420, TILES_A_SIDE * TILE_WIDTH_PX, TILES_A_SIDE * TILE_HEIGHT_PX, err);
    for (int i = 0; status == WW_OK && i < 3; i++) {
        const ww_plane *p = &canvas->plane[i];
        for (int y = 0; y < p->height; y++)
            memset(p->data + y * p->stride, i == 0 ? EMPTY_LUMA : 128, (size_t)p->width);
    }
    return status;
}

// The JPEG decoder shrinks by 2, 4 or 8 for next to nothing: as far as the tile stays covered.
static size_t pixels_worth_decoding(const ww_catalog_face *f)
{
    int shrink = 8;
    while (shrink > 1 && (f->portrait_width / shrink < TILE_WIDTH_PX || f->portrait_height / shrink < TILE_HEIGHT_PX))
        shrink /= 2;
    if (shrink == 1)
        return WW_IMAGE_PIXELS_MAX;
    int width = (f->portrait_width + shrink - 1) / shrink, height = (f->portrait_height + shrink - 1) / shrink;
    return (size_t)width * (size_t)height;
}

// A view on the largest part around the middle that has the shape of a tile.
static ww_status crop_to_shape(const ww_image *portrait, ww_image *view, ww_error *err)
{
    int width = portrait->width, height = portrait->height;
    if ((int64_t)width * TILE_HEIGHT_PX > (int64_t)height * TILE_WIDTH_PX)
        width = (int)((int64_t)height * TILE_WIDTH_PX / TILE_HEIGHT_PX);
    else
        height = (int)((int64_t)width * TILE_HEIGHT_PX / TILE_WIDTH_PX);
    width = width > 0 ? width : 1;
    height = height > 0 ? height : 1;
    return ww_crop(portrait, (portrait->width - width) / 2, (portrait->height - height) / 2, width, height, view, err);
}

static ww_status make_tile(const ww_image *portrait, ww_image *tile, ww_error *err)
{
    ww_image view, scaled = {0};
    ww_status status = crop_to_shape(portrait, &view, err);
    if (status == WW_OK)
        status = ww_resize(&view, TILE_WIDTH_PX, TILE_HEIGHT_PX, &scaled, err);
    if (status == WW_OK)
        status = ww_to_jpeg_yuv(&scaled, tile, err);
    ww_image_free(&scaled);
    return status;
}

static ww_status paste_face(const ww_catalog *c, size_t face, ww_image *canvas, int column, int row, ww_error *err)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_image portrait = {0}, tile = {0};
    const ww_catalog_face *f = &c->face.item[face];
    ww_status status = ww_store_portrait_jpeg(c->store, f->id, &jpeg, &bytes, err);
    if (status != WW_OK)
        goto done;
    status = ww_jpeg_decode(jpeg, bytes, "portrait", pixels_worth_decoding(f), &portrait, NULL, NULL, NULL, NULL, err);
    if (status == WW_ERR_FORMAT) { // one spoilt picture leaves its tile empty
        status = WW_OK;
        goto done;
    }
    if (status == WW_OK)
        status = make_tile(&portrait, &tile, err);
    if (status == WW_OK)
        status = ww_paste(canvas, &tile, column * TILE_WIDTH_PX, row * TILE_HEIGHT_PX, err);
done:
    ww_image_free(&tile);
    ww_image_free(&portrait);
    free(jpeg);
    return status;
}

static int by_index(const void *a, const void *b)
{
    const size_t l = *(const size_t *)a, r = *(const size_t *)b;
    return (l > r) - (l < r);
}

// The cover stands before the others, also if it would not be among them.
static void put_first(size_t face[TILES], size_t *count, size_t cover)
{
    size_t at = 0;
    if (cover == WW_NONE)
        return;
    while (at < *count && face[at] != cover)
        at++;
    if (at == *count && *count < TILES)
        ++*count;
    at = at < TILES ? at : TILES - 1;
    memmove(face + 1, face, at * sizeof *face);
    face[0] = cover;
}

// The faces that stand for the person, at most TILES.
static ww_status choose(const ww_catalog *c, const ww_catalog_person *person, size_t face[TILES], size_t *count,
                        ww_error *err)
{
    const ww_selection selection = {.best = TILES};
    ww_catalog own = {0}; // the person's faces alone
    *count = person->face_count;
    if (person->face_count <= TILES) {
        memcpy(face, person->face, person->face_count * sizeof *face);
        put_first(face, count, person->cover);
        return WW_OK;
    }
    size_t *all = ww_try_array(person->face_count, sizeof *all);
    ww_status status = all ? ww_catalog_of_faces(c, person->face, person->face_count, &own, err)
                           : ww_fail_memory(err, "a choice among %zu faces", person->face_count);
    for (size_t i = 0; status == WW_OK && i < person->face_count; i++)
        all[i] = i;
    if (status == WW_OK)
        status = ww_select_faces(&own, &selection, all, person->face_count, count, err);
    if (status == WW_OK)
        qsort(all, *count, sizeof *all, by_index);
    for (size_t i = 0; status == WW_OK && i < *count; i++)
        face[i] = person->face[all[i]];
    if (status == WW_OK)
        put_first(face, count, person->cover);
    ww_catalog_free(&own);
    free(all);
    return status;
}

static ww_status make_montage(const ww_catalog *c, const ww_catalog_person *person, uint8_t **jpeg, size_t *bytes,
                              ww_error *err)
{
    size_t face[TILES], count = 0;
    ww_image canvas = {0};
    ww_status status = choose(c, person, face, &count, err);
    if (status == WW_OK)
        status = make_canvas(&canvas, err);
    for (size_t i = 0; status == WW_OK && i < count; i++)
        status = paste_face(c, face[i], &canvas, (int)i % TILES_A_SIDE, (int)i / TILES_A_SIDE, err);
    if (status == WW_OK)
        status = ww_jpeg_encode(&canvas, WW_JPEG_QUALITY, jpeg, bytes, err);
    ww_image_free(&canvas);
    return status;
}

static ww_status write_montage(const ww_catalog *c, const ww_catalog_person *person, ww_exporter *out, ww_error *err)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    bool kept = false;
    ww_buffer path = {0};
    const uint64_t key = ww_montage_key(c, person);
    ww_buffer_format(&path, "Montage/%s.jpg", person->folder);
    ww_status status = ww_exporter_keep(out, &path, key, &kept, err);
    if (status == WW_OK && !kept)
        status = make_montage(c, person, &jpeg, &bytes, err);
    if (status == WW_OK && !kept)
        status = ww_exporter_put_made(out, &path, key, jpeg, bytes, err);
    ww_buffer_free(&path);
    free(jpeg);
    return status;
}

ww_status ww_write_montages(const ww_catalog *c, ww_exporter *out, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < c->person.count; i++)
        if (c->person.item[i].face_count > 0)
            status = write_montage(c, &c->person.item[i], out, err);
    return status;
}
