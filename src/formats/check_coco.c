// SPDX-License-Identifier: MIT
// What pycocotools trips over: annotations/instances_SIDE.json, whose pictures lie in images/SIDE.
#include "base/json.h"
#include "base/search.h"
#include "formats/check.h"
#include "formats/dataset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define JSON_BYTES_MAX ((size_t)1 << 30)
#define BOX_TOLERANCE_PX 0.05 // boxes have two decimals
enum { BOX_VALUES = 4 };

typedef struct coco_image {
    double id, width, height;
    char *file; // owned
    int64_t annotations;
} coco_image;

typedef struct coco_annotation {
    double id, image, category, track;
    double box[BOX_VALUES];
    int values; // of the box, as many as there were
} coco_annotation;

typedef struct coco_category {
    double id;
    int64_t annotations;
} coco_category;

typedef struct coco {
    coco_image image; // at hand
    coco_annotation annotation;
    coco_category category;
    WW_VECTOR(coco_image) images;
    WW_VECTOR(coco_annotation) annotations;
    WW_VECTOR(coco_category) categories;
    int64_t strays; // entries of these lists that are no objects
} coco;

static bool is_entry(const char *path)
{
    return strcmp(path, "images[]") == 0 || strcmp(path, "annotations[]") == 0 || strcmp(path, "categories[]") == 0;
}

static ww_status end_of_object(coco *k, const char *path, ww_error *err)
{
    bool kept = true;
    if (strcmp(path, "images[]") == 0) {
        kept = ww_vector_push(&k->images, k->image);
        if (kept)
            k->image = (coco_image){.id = -1};
    } else if (strcmp(path, "annotations[]") == 0) {
        kept = ww_vector_push(&k->annotations, k->annotation);
        k->annotation = (coco_annotation){.image = -1, .category = -1};
    } else if (strcmp(path, "categories[]") == 0) {
        kept = ww_vector_push(&k->categories, k->category);
        k->category = (coco_category){.id = -1};
    }
    return kept ? WW_OK : ww_fail_memory(err, "the annotations of a data set");
}

static ww_status on_value(void *user, const char *path, ww_json_kind kind, double number, const char *text,
                          ww_error *err)
{
    coco *k = user;
    const struct {
        const char *path;
        double *value;
    } numbers[] = {
        {"images[].id", &k->image.id},
        {"images[].width", &k->image.width},
        {"images[].height", &k->image.height},
        {"annotations[].id", &k->annotation.id},
        {"annotations[].image_id", &k->annotation.image},
        {"annotations[].category_id", &k->annotation.category},
        {"annotations[].track_id", &k->annotation.track},
        {"categories[].id", &k->category.id},
    };
    if (kind == WW_JSON_END)
        return end_of_object(k, path, err);
    k->strays += is_entry(path);
    for (size_t i = 0; kind == WW_JSON_NUMBER && i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(path, numbers[i].path) == 0)
            *numbers[i].value = number;
    if (kind == WW_JSON_NUMBER && strcmp(path, "annotations[].bbox[]") == 0 && k->annotation.values++ < BOX_VALUES)
        k->annotation.box[k->annotation.values - 1] = number;
    if (kind == WW_JSON_STRING && strcmp(path, "images[].file_name") == 0) {
        free(k->image.file);
        k->image.file = ww_try_strdup(text);
        return k->image.file ? WW_OK : ww_fail_memory(err, "the name of a picture");
    }
    return WW_OK;
}

static int by_image_id(const void *a, const void *b)
{
    const double l = ((const coco_image *)a)->id, r = ((const coco_image *)b)->id;
    return (l > r) - (l < r);
}

static int by_image(const void *a, const void *b)
{
    const coco_annotation *l = a, *r = b;
    return l->image != r->image ? (l->image > r->image) - (l->image < r->image) : (l->id > r->id) - (l->id < r->id);
}

static void check_annotation(ww_checker *c, coco *k, const coco_annotation *a, const char *path)
{
    size_t at;
    coco_category *category = NULL;
    c->result->labels++;
    WW_LOWER_BOUND(at, k->images.count, k->images.item[at].id < a->image);
    for (size_t i = 0; i < k->categories.count && !category; i++)
        category = k->categories.item[i].id == a->category ? &k->categories.item[i] : NULL;
    if (category)
        category->annotations++;
    else
        ww_check_found(c, "%s: annotation %.0f: there is no category %.0f", path, a->id, a->category);
    if (at == k->images.count || k->images.item[at].id != a->image) {
        ww_check_found(c, "%s: annotation %.0f: there is no image %.0f", path, a->id, a->image);
        return;
    }
    coco_image *image = &k->images.item[at];
    const double *b = a->box;
    image->annotations++;
    if (a->values != BOX_VALUES || !(b[2] > 0 && b[3] > 0))
        ww_check_found(c, "%s: annotation %.0f: the box has no area", path, a->id);
    else if (b[0] < -BOX_TOLERANCE_PX || b[1] < -BOX_TOLERANCE_PX || b[0] + b[2] > image->width + BOX_TOLERANCE_PX
             || b[1] + b[3] > image->height + BOX_TOLERANCE_PX)
        ww_check_found(c, "%s: annotation %.0f: the box reaches outside the picture", path, a->id);
}

// The boxes and tracks of the image; *at is a finger in the annotations, which are sorted by image.
static ww_status collect(ww_checker *c, const coco *k, const coco_image *image, int side, size_t *at,
                         ww_label_boxes *labels, ww_error *err)
{
    ww_status status = WW_OK;
    labels->boxes.count = 0;
    labels->width = image->width;
    labels->height = image->height;
    while (*at < k->annotations.count && k->annotations.item[*at].image < image->id)
        ++*at;
    for (; status == WW_OK && *at < k->annotations.count && k->annotations.item[*at].image == image->id; ++*at) {
        const coco_annotation *a = &k->annotations.item[*at];
        const ww_box box = {a->box[0] / image->width, a->box[1] / image->height, a->box[2] / image->width,
                            a->box[3] / image->height};
        if (!ww_vector_push(&labels->boxes, box))
            status = ww_fail_memory(err, "the boxes of a picture");
        if (status == WW_OK)
            status = ww_check_track(c, image->file ? image->file : "", 1, (int64_t)a->track, side, err);
    }
    return status;
}

static ww_status check_images(ww_checker *c, const coco *k, const char *path, int side, ww_error *err)
{
    ww_status status = WW_OK;
    ww_label_boxes labels = {0};
    size_t at = 0;
    for (size_t i = 0; status == WW_OK && i < k->images.count; i++) {
        const coco_image *image = &k->images.item[i];
        char *picture = ww_strf("images/%s/%s", ww_side_name[side], image->file ? image->file : "");
        status = collect(c, k, image, side, &at, &labels, err);
        if (!ww_path_is_inside(picture))
            ww_check_found(c, "%s: image %.0f has no file_name inside images/%s", path, image->id, ww_side_name[side]);
        else if (status == WW_OK)
            status = ww_check_picture(c, picture, side, &labels, err);
        if (image->annotations == 0)
            ww_check_found(c, "%s: image %.0f has no annotation: what it shows counts as background", path, image->id);
        free(picture);
    }
    ww_vector_free(&labels.boxes);
    return status;
}

static ww_status check_parsed(ww_checker *c, coco *k, const char *path, int side, ww_error *err)
{
    if (k->images.count)
        qsort(k->images.item, k->images.count, sizeof *k->images.item, by_image_id);
    for (size_t i = 1; i < k->images.count; i++)
        if (k->images.item[i].id == k->images.item[i - 1].id)
            ww_check_found(c, "%s: two images have the id %.0f", path, k->images.item[i].id);
    if (k->annotations.count)
        qsort(k->annotations.item, k->annotations.count, sizeof *k->annotations.item, by_image);
    for (size_t i = 0; i < k->annotations.count; i++)
        check_annotation(c, k, &k->annotations.item[i], path);
    for (size_t i = 0; i < k->categories.count; i++)
        if (k->categories.item[i].annotations == 0 && side == WW_SIDE_TRAIN)
            ww_check_found(c, "%s: category %.0f has no annotation", path, k->categories.item[i].id);
    return check_images(c, k, path, side, err);
}

static void forget(coco *k)
{
    free(k->image.file);
    for (size_t i = 0; i < k->images.count; i++)
        free(k->images.item[i].file);
    ww_vector_free(&k->images);
    ww_vector_free(&k->annotations);
    ww_vector_free(&k->categories);
}

static ww_status check_side(ww_checker *c, const char *path, int side, ww_error *err)
{
    coco k = {.image = {.id = -1}, .annotation = {.image = -1, .category = -1}, .category = {.id = -1}};
    uint8_t *text = NULL;
    size_t bytes = 0;
    ww_error why = {0};
    char *full = ww_strf("%s%s", c->prefix, path);
    ww_status status = ww_folder_read(c->folder, full, JSON_BYTES_MAX, &text, &bytes, &why);
    if (status == WW_OK)
        status = ww_json_read((char *)text, full, on_value, &k, &why);
    if (status == WW_OK)
        status = check_parsed(c, &k, full, side, err);
    else {
        ww_check_found(c, "%s: it cannot be read: %s", full, why.message);
        status = WW_OK;
    }
    if (k.strays > 0)
        ww_check_found(c, "%s: %lld %s", full, (long long)k.strays,
                       k.strays == 1 ? "entry of its lists is no object" : "entries of its lists are no objects");
    forget(&k);
    free(text);
    free(full);
    return status;
}

ww_status ww_check_coco(ww_checker *c, bool *found, ww_error *err)
{
    ww_status status = WW_OK;
    for (int side = 0; status == WW_OK && side < WW_SIDES; side++) {
        bool there;
        char *path = ww_strf("annotations/instances_%s.json", ww_side_name[side]);
        status = ww_check_exists(c, path, WW_ENTRY_FILE, &there, err);
        if (status == WW_OK && there) {
            *found = true;
            status = check_side(c, path, side, err);
        }
        free(path);
    }
    return status;
}
