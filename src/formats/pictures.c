// SPDX-License-Identifier: MIT
#include "formats/pictures.h"
#include "base/hash.h"
#include "image/chip.h"

#include <math.h>
#include <stdlib.h>

enum { MOSAIC_CELLS = 4 };  // a side: eyes, nose and mouth are gone, skin and hair stay what they are
#define MOSAIC_WIDENED 0.15 // of a box's side, each way: boxes end at the brows and the chin

#define BOX_WIDENED 0.125 // of a box's side, on every side

// The box, larger by that share of its sides on every side, clipped to the frame.
static ww_box widened(const ww_dataset *set, size_t face, double share)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    const ww_catalog_frame *s = &set->catalog->frame.item[f->frame];
    const double more_x = share * f->width, more_y = share * f->height;
    const double x0 = fmin(fmax(f->x - more_x, 0), s->width), x1 = fmin(fmax(f->x + f->width + more_x, 0), s->width);
    const double y0 = fmin(fmax(f->y - more_y, 0), s->height), y1 = fmin(fmax(f->y + f->height + more_y, 0), s->height);
    return (ww_box){x0, y0, x1 - x0, y1 - y0};
}

static const double box_share[] = {[WW_BOX_TIGHT] = 0, [WW_BOX_WIDENED] = BOX_WIDENED};

ww_box ww_face_box(const ww_dataset *set, size_t face) { return widened(set, face, 0); }
ww_box ww_label_box(const ww_dataset *set, size_t face) { return widened(set, face, box_share[set->options.box]); }

double ww_frame_scale_x(const ww_catalog_frame *f) { return f->width > 0 ? (double)f->jpeg_width / f->width : 1; }
double ww_frame_scale_y(const ww_catalog_frame *f) { return f->height > 0 ? (double)f->jpeg_height / f->height : 1; }

size_t ww_frame_covered(const ww_dataset *set, size_t frame)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    size_t count = 0;
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++)
        count += ww_dataset_is_unlabelled(set, i);
    return count;
}

static void cover(const ww_dataset *set, size_t face, ww_image *image)
{
    const ww_catalog_frame *frame = &set->catalog->frame.item[set->catalog->face.item[face].frame];
    const double sx = ww_frame_scale_x(frame), sy = ww_frame_scale_y(frame);
    const ww_box b = ww_face_box(set, face);
    const double left = (b.x - MOSAIC_WIDENED * b.width) * sx, right = (b.x + (1 + MOSAIC_WIDENED) * b.width) * sx;
    const double top = (b.y - MOSAIC_WIDENED * b.height) * sy, bottom = (b.y + (1 + MOSAIC_WIDENED) * b.height) * sy;
    ww_pixelate(image, (int)floor(left), (int)floor(top), (int)ceil(right) - (int)floor(left),
                (int)ceil(bottom) - (int)floor(top), MOSAIC_CELLS);
}

static ww_status put_covered(const ww_dataset *set, size_t frame, const uint8_t *jpeg, size_t bytes, const char *path,
                             uint64_t key, ww_dataset_out *out, ww_error *err)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    ww_image image = {0};
    uint8_t *encoded = NULL;
    size_t encoded_bytes = 0;
    ww_status status = ww_jpeg_decode(jpeg, bytes, path, WW_IMAGE_PIXELS_MAX, &image, NULL, NULL, NULL, NULL, err);
    for (size_t i = f->first_face; status == WW_OK && i < f->first_face + f->face_count; i++)
        if (ww_dataset_is_unlabelled(set, i))
            cover(set, i, &image);
    if (status == WW_OK)
        status = ww_jpeg_encode(&image, WW_JPEG_QUALITY, &encoded, &encoded_bytes, err);
    if (status == WW_OK)
        status = ww_dataset_out_put_made(out, path, key, encoded, encoded_bytes, err);
    ww_image_free(&image);
    return status;
}

// --- keys

// Another number whenever the same library makes other pictures than before.
enum { PICTURES_VERSION = 2 };

static void key_add(uint64_t *key, const void *data, size_t bytes) { *key = ww_hash_chain(*key, data, bytes); }

static void key_add_frame(uint64_t *key, const ww_dataset *set, size_t frame)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    const int64_t values[] = {PICTURES_VERSION,
                              (int64_t)set->catalog->source.item[f->source].hash,
                              (int64_t)set->catalog->source.item[f->source].scan,
                              f->id,
                              f->time_us,
                              f->sample,
                              f->jpeg_width,
                              f->jpeg_height,
                              f->width,
                              f->height};
    key_add(key, values, sizeof values);
}

static void key_add_face(uint64_t *key, const ww_catalog_face *f)
{
    const double values[] = {f->x, f->y, f->width, f->height, f->portrait_width, f->portrait_height};
    key_add(key, &f->id, sizeof f->id);
    key_add(key, values, sizeof values);
    key_add(key, f->portrait_box, sizeof f->portrait_box);
    key_add(key, f->landmark, sizeof f->landmark);
}

uint64_t ww_face_picture_key(const ww_dataset *set, size_t face, const uint64_t *more, size_t count)
{
    uint64_t key = 0;
    const ww_catalog_face *f = &set->catalog->face.item[face];
    key_add_frame(&key, set, f->frame);
    key_add_face(&key, f);
    for (size_t i = 0; i < count; i++)
        key_add(&key, &more[i], sizeof more[i]);
    return key ? key : 1;
}

// With the faces that are pixelated in it.
static uint64_t frame_key(const ww_dataset *set, size_t frame, bool whole)
{
    uint64_t key = 0;
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    key_add_frame(&key, set, frame);
    for (size_t i = f->first_face; !whole && i < f->first_face + f->face_count; i++)
        if (ww_dataset_is_unlabelled(set, i))
            key_add_face(&key, &set->catalog->face.item[i]);
    return key ? key : 1;
}

static ww_status put_frame(const ww_dataset *set, size_t frame, bool whole, const char *path, ww_dataset_out *out,
                           ww_error *err)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    bool kept;
    const uint64_t key = frame_key(set, frame, whole);
    ww_status status = ww_dataset_out_keep(out, path, key, &kept, err);
    if (status != WW_OK || kept)
        return status;
    status = ww_store_frame_jpeg(set->catalog->store, set->catalog->frame.item[frame].id, &jpeg, &bytes, err);
    if (status == WW_OK && (whole || ww_frame_covered(set, frame) == 0))
        return ww_dataset_out_put_made(out, path, key, jpeg, bytes, err);
    if (status == WW_OK)
        status = put_covered(set, frame, jpeg, bytes, path, key, out, err);
    free(jpeg);
    return status;
}

ww_status ww_put_frame(const ww_dataset *set, size_t frame, const char *path, ww_dataset_out *out, ww_error *err)
{
    return put_frame(set, frame, false, path, out, err);
}

ww_status ww_put_stored_frame(const ww_dataset *set, size_t frame, const char *path, ww_dataset_out *out, ww_error *err)
{
    return put_frame(set, frame, true, path, out, err);
}

// --- single faces

// Pixels that a stored picture really has a pixel of the source: one that was enlarged has no more than the source had.
static double detail(double scale) { return fmin(scale, 1); }

static ww_face_picture frame_geometry(const ww_dataset *set, const ww_catalog_face *f)
{
    const ww_catalog_frame *frame = &set->catalog->frame.item[f->frame];
    return (ww_face_picture){.scale_x = ww_frame_scale_x(frame), .scale_y = ww_frame_scale_y(frame)};
}

static ww_face_picture portrait_geometry(const ww_catalog_face *f)
{
    const double scale_x = f->width > 0 ? f->portrait_box[2] / f->width : 0,
                 scale_y = f->portrait_box[3] / fmax(f->height, 1);
    return (ww_face_picture){.scale_x = scale_x,
                             .scale_y = scale_y,
                             .x = f->portrait_box[0] - f->x * scale_x,
                             .y = f->portrait_box[1] - f->y * scale_y};
}

typedef ww_status stored_picture(ww_store *store, int64_t id, uint8_t **data, size_t *bytes, ww_error *err);

// The store takes one thread at a time.
static ww_status read_stored(const ww_dataset *set, stored_picture *read, int64_t id, uint8_t **data, size_t *bytes,
                             ww_error *err)
{
    pthread_mutex_lock(&set->library->store_mutex);
    ww_status status = read(set->catalog->store, id, data, bytes, err);
    pthread_mutex_unlock(&set->library->store_mutex);
    return status;
}

static ww_status decode_stored(const ww_dataset *set, stored_picture *read, int64_t id, ww_image *image, ww_error *err)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_status status = read_stored(set, read, id, &jpeg, &bytes, err);
    if (status == WW_OK)
        status = ww_jpeg_decode(jpeg, bytes, "a picture of the library", WW_IMAGE_PIXELS_MAX, image, NULL, NULL, NULL,
                                NULL, err);
    free(jpeg);
    return status;
}

void ww_frame_cache_clear(ww_frame_cache *cache) { ww_image_free(&cache->image); }

static ww_status open_frame(const ww_dataset *set, size_t frame, ww_frame_cache *cache, ww_image *view, ww_error *err)
{
    ww_status status = WW_OK;
    if (!cache->image.owned || cache->frame != frame) {
        ww_frame_cache_clear(cache);
        status = decode_stored(set, ww_store_frame_jpeg, set->catalog->frame.item[frame].id, &cache->image, err);
        cache->frame = frame;
    }
    *view = cache->image;
    view->owned = NULL;
    return status;
}

static ww_status open_picture(const ww_dataset *set, size_t face, bool portrait, ww_frame_cache *cache,
                              ww_face_picture *p, ww_error *err)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    *p = portrait ? portrait_geometry(f) : frame_geometry(set, f);
    return portrait ? decode_stored(set, ww_store_portrait_jpeg, f->id, &p->image, err)
                    : open_frame(set, f->frame, cache, &p->image, err);
}

ww_status ww_face_chip(const ww_dataset *set, size_t face, ww_image *chip, ww_error *err)
{
    uint8_t *png = NULL;
    size_t bytes = 0;
    ww_status status = read_stored(set, ww_store_chip, set->catalog->face.item[face].id, &png, &bytes, err);
    if (status == WW_OK)
        status = ww_chip_unpack(png, bytes, chip, err);
    if (status == WW_ERR_FORMAT)
        status = ww_fail(err, WW_ERR_STORE,
                         "the library is damaged: the chip of face_%zu.jpg cannot be read; scan its footage again",
                         face + 1);
    free(png);
    return status;
}

ww_status ww_face_chip_file(const ww_dataset *set, size_t face, uint8_t **png, size_t *bytes, ww_error *err)
{
    ww_status status = read_stored(set, ww_store_chip, set->catalog->face.item[face].id, png, bytes, err);
    if (status == WW_OK && !ww_chip_is_packed(*png, *bytes)) {
        free(*png);
        *png = NULL;
        status = WW_ERR_NOT_FOUND;
    }
    return status;
}

ww_status ww_face_picture_open(const ww_dataset *set, size_t face, ww_frame_cache *cache, ww_face_picture *p,
                               ww_error *err)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    const bool portrait = detail(portrait_geometry(f).scale_x) > detail(frame_geometry(set, f).scale_x);
    return open_picture(set, face, portrait, cache, p, err);
}

#define EDGE_PX 2.0 // of the source frame that a portrait may lack at an edge: it was cut at whole, even pixels

ww_status ww_face_picture_open_showing(const ww_dataset *set, size_t face, ww_box crop, ww_frame_cache *cache,
                                       ww_face_picture *p, ww_error *err)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    const ww_catalog_frame *frame = &set->catalog->frame.item[f->frame];
    const ww_face_picture g = portrait_geometry(f);
    const double left = fmax(crop.x, 0), right = fmin(crop.x + crop.width, frame->width);
    const double top = fmax(crop.y, 0), bottom = fmin(crop.y + crop.height, frame->height);
    const bool shows = left * g.scale_x + g.x >= -EDGE_PX * g.scale_x
                       && right * g.scale_x + g.x <= f->portrait_width + EDGE_PX * g.scale_x
                       && top * g.scale_y + g.y >= -EDGE_PX * g.scale_y
                       && bottom * g.scale_y + g.y <= f->portrait_height + EDGE_PX * g.scale_y;
    return shows ? ww_face_picture_open(set, face, cache, p, err) : open_picture(set, face, false, cache, p, err);
}

void ww_face_picture_close(ww_face_picture *p) { ww_image_free(&p->image); }

void ww_face_picture_landmarks(const ww_dataset *set, size_t face, const ww_face_picture *p,
                               float landmark[WW_LANDMARK_VALUES])
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    // Landmarks are pixel indices: the centre of pixel 0 is 0 there, and at 0.5 as a coordinate.
    for (int i = 0; i < WW_LANDMARKS; i++) {
        landmark[2 * i] = (float)((f->landmark[2 * i] + 0.5) * p->scale_x + p->x - 0.5);
        landmark[2 * i + 1] = (float)((f->landmark[2 * i + 1] + 0.5) * p->scale_y + p->y - 0.5);
    }
}
