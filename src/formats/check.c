// SPDX-License-Identifier: MIT
#include "formats/check.h"
#include "base/hash.h"
#include "base/number.h"
#include "formats/format.h"
#include "image/image.h"
#include "library/dataset_records.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PICTURE_BYTES_MAX ((size_t)256 << 20)
enum { LINE_BYTES_MAX = 1024 };

// Sidecars last: they are looked for only where nothing else is recognised.
static ww_format_check *const checks[] = {ww_check_yolo,       ww_check_folders,  ww_check_coco,
                                          ww_check_embeddings, ww_check_cvat,     ww_check_labelstudio,
                                          ww_check_article,    ww_check_timeline, ww_check_xmp};

static void tell(ww_checker *c, const char *kind, const char *format, va_list args)
{
    char line[LINE_BYTES_MAX];
    const size_t used = (size_t)snprintf(line, sizeof line, "%s", kind);
    ww_vformat(line + used, sizeof line - used, format, args);
    if (c->on_finding && !c->stopped)
        c->stopped = c->on_finding(c->user, line) != 0;
}

void ww_check_found(ww_checker *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell(c, "", format, args);
    va_end(args);
    c->result->findings++;
}

void ww_check_note(ww_checker *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell(c, WW_CHECK_NOTE, format, args);
    va_end(args);
    c->result->notes++;
}

ww_status ww_check_exists(ww_checker *c, const char *path, ww_entry_kind kind, bool *there, ww_error *err)
{
    ww_entry_info info;
    char *full = ww_strf("%s%s", c->prefix, path);
    ww_status status = ww_folder_look(c->folder, full, &info, err);
    *there = status == WW_OK && info.kind == kind;
    free(full);
    return status;
}

ww_status ww_check_list(ww_checker *c, const char *path, char ***names, size_t *count, ww_error *err)
{
    ww_entry_info info = {.kind = WW_ENTRY_FOLDER};
    char *full = ww_strf("%s%s", c->prefix, path);
    const size_t length = strlen(full);
    *names = NULL;
    *count = 0;
    if (length && full[length - 1] == '/')
        full[length - 1] = 0;
    ww_status status = *full ? ww_folder_look(c->folder, full, &info, err) : WW_OK;
    if (status == WW_OK && info.kind == WW_ENTRY_FOLDER)
        status = ww_folder_list(c->folder, full, names, count, err);
    free(full);
    return status;
}

// *known false: another kind of picture, which is not ours to judge.
static ww_status decode(const uint8_t *data, size_t bytes, const char *path, ww_image *image, bool *known,
                        ww_error *why)
{
    bool truncated = false;
    *known = true;
    for (size_t i = 0; ww_picture_format_at(i); i++)
        if (ww_picture_format_at(i)->is(data, bytes)) {
            ww_status status = ww_picture_format_at(i)->decode(data, bytes, path, image, &truncated, why);
            return status == WW_OK && truncated ? ww_fail(why, WW_ERR_FORMAT, "it breaks off") : status;
        }
    *known = false;
    return bytes == 0 ? ww_fail(why, WW_ERR_FORMAT, "it is empty") : WW_OK;
}

static bool is_about(const ww_box *label, const ww_box *face)
{
    const double x = face->x + face->width / 2, y = face->y + face->height / 2;
    return x >= label->x && x <= label->x + label->width && y >= label->y && y <= label->y + label->height;
}

static ww_status check_faces(ww_checker *c, const ww_image *image, const char *path, const ww_label_boxes *labels,
                             ww_error *err)
{
    const ww_box *faces = NULL;
    size_t count = 0;
    ww_status status = c->faces->find(c->faces->user, image, &faces, &count, err);
    for (size_t i = 0; status == WW_OK && i < count; i++) {
        const ww_box face = {faces[i].x / image->width, faces[i].y / image->height, faces[i].width / image->width,
                             faces[i].height / image->height};
        bool labelled = false;
        for (size_t k = 0; k < labels->boxes.count && !labelled; k++)
            labelled = is_about(&labels->boxes.item[k], &face);
        if (!labelled)
            ww_check_found(c, "%s: a face at x %.0f, y %.0f, %.0f pixels wide, has no label", path, faces[i].x,
                           faces[i].y, faces[i].width);
    }
    return status;
}

static ww_status remember(ww_checker *c, const char *full, int side, uint64_t hash, const ww_image *image,
                          ww_error *err)
{
    ww_checked_picture p = {.hash = hash, .side = side, .path = ww_try_strdup(full)};
    p.has_look = image->width > 0 && ww_look_of(image, &p.look);
    if (p.path && ww_vector_push(&c->pictures, p))
        return WW_OK;
    free(p.path);
    return ww_fail_memory(err, "a list of %zu pictures", c->pictures.count);
}

typedef struct read_picture {
    ww_image image;
    uint64_t hash; // of the file
    bool read, known;
} read_picture;

// Free the image; a picture that cannot be read is told.
static void read_one(ww_checker *c, const char *full, read_picture *p)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    ww_error why = {0};
    *p = (read_picture){0};
    c->result->pictures++;
    ww_status status = ww_folder_read(c->folder, full, PICTURE_BYTES_MAX, &data, &bytes, &why);
    if (status == WW_OK)
        status = decode(data, bytes, full, &p->image, &p->known, &why);
    p->read = status == WW_OK;
    if (p->read)
        p->hash = ww_hash_bytes(data, bytes);
    else
        ww_check_found(c, "%s: the picture cannot be read: %s", full, why.message);
    free(data);
}

static void check_size(ww_checker *c, const char *full, const ww_image *image, const ww_label_boxes *labels)
{
    if (labels && labels->width > 0 && (labels->width != image->width || labels->height != image->height))
        ww_check_found(c, "%s: the picture is %d x %d pixels, not %g x %g as its labels say", full, image->width,
                       image->height, labels->width, labels->height);
}

ww_status ww_check_picture(ww_checker *c, const char *path, int side, const ww_label_boxes *labels, ww_error *err)
{
    read_picture p;
    ww_status status = WW_OK;
    char *full = ww_strf("%s%s", c->prefix, path);
    read_one(c, full, &p);
    if (p.read && p.known)
        check_size(c, full, &p.image, labels);
    if (p.read && side != WW_NO_SIDE)
        status = remember(c, full, side, p.hash, &p.image, err);
    if (status == WW_OK && p.read && p.known && c->faces && labels)
        status = check_faces(c, &p.image, full, labels, err);
    ww_image_free(&p.image);
    free(full);
    return status;
}

void ww_check_picture_size(ww_checker *c, const char *path, int *width, int *height)
{
    read_picture p;
    char *full = ww_strf("%s%s", c->prefix, path);
    read_one(c, full, &p);
    *width = p.image.width;
    *height = p.image.height;
    ww_image_free(&p.image);
    free(full);
}

void ww_check_read(ww_checker *c, const char *path, const char *what, size_t max_bytes, uint8_t **data, size_t *bytes)
{
    ww_error why = {0};
    char *full = ww_strf("%s%s", c->prefix, path);
    ww_status status = ww_folder_read(c->folder, full, max_bytes, data, bytes, &why);
    if (status != WW_OK) {
        ww_check_found(c, "%s: %s cannot be read: %s", full, what, why.message);
        *data = NULL;
    }
    free(full);
}

ww_status ww_check_unreadable(ww_checker *c, const char *full, ww_status status, const ww_error *why, ww_error *err)
{
    if (status == WW_ERR_MEMORY)
        return ww_fail_memory(err, "'%s'", full);
    ww_check_found(c, "%s: it cannot be read: %s", full, why->message);
    return WW_OK;
}

const char *ww_check_box_fault(ww_box b, double tolerance)
{
    return !(b.width > 0 && b.height > 0) ? "the box has no area"
           : !(b.x >= -tolerance && b.y >= -tolerance && b.x + b.width <= 1 + tolerance
               && b.y + b.height <= 1 + tolerance)
               ? "the box reaches outside the picture"
               : NULL;
}

ww_status ww_check_track(ww_checker *c, const char *file, int parts, int64_t track, int side, ww_error *err)
{
    char *source = ww_strdup(file);
    for (char *part = strrchr(source, '_'); parts > 0 && part; part = strrchr(source, '_'), parts--)
        *part = 0;
    if (track != 0 && parts == 0 && !ww_vector_push(&c->tracks, ((ww_checked_track){source, track, side}))) {
        free(source);
        return ww_fail_memory(err, "a list of %zu tracks", c->tracks.count);
    }
    if (track == 0 || parts != 0)
        free(source);
    return WW_OK;
}

static void forget_pictures(ww_checker *c)
{
    for (size_t i = 0; i < c->pictures.count; i++)
        free(c->pictures.item[i].path);
    for (size_t i = 0; i < c->tracks.count; i++)
        free(c->tracks.item[i].source);
    ww_vector_free(&c->pictures);
    ww_vector_free(&c->tracks);
}

// --- our own record

// What its reader fills in.
static bool is_for_people(const char *path) { return strcmp(path, "README.md") == 0; }

static ww_status check_written(ww_checker *c, const ww_file_record *r, ww_error *err)
{
    ww_entry_info info;
    uint64_t hash = r->hash;
    ww_status status = ww_folder_look(c->folder, r->path, &info, err);
    if (status != WW_OK)
        return status;
    if (info.kind != WW_ENTRY_FILE) {
        ww_check_found(c, "%s: the file is missing", r->path);
        return WW_OK;
    }
    if (info.bytes == r->bytes && !ww_file_record_is_untouched(r, &info))
        status = ww_folder_hash(c->folder, r->path, &hash, err);
    if (status == WW_OK && (info.bytes != r->bytes || hash != r->hash) && !is_for_people(r->path))
        ww_check_found(c, "%s: it was changed since it was written", r->path);
    return status;
}

static ww_status check_record(ww_checker *c, bool *found, ww_error *err)
{
    bool there, unfinished;
    ww_file_records records = {0};
    c->prefix = "";
    ww_status status = ww_check_exists(c, WW_DATASET_MANIFEST, WW_ENTRY_FILE, &there, err);
    if (status == WW_OK)
        status = ww_check_exists(c, WW_DATASET_FIRST_INTENTS, WW_ENTRY_FILE, &unfinished, err);
    if (status != WW_OK || !there)
        return status;
    *found = true;
    if (unfinished)
        ww_check_found(c, "the data set is not complete: an export was interrupted; the same command completes it");
    status = ww_file_records_read(&records, c->folder, WW_DATASET_MANIFEST, WW_DATASET_MANIFEST_HEAD, err);
    for (size_t i = 0; status == WW_OK && i < records.count; i++)
        status = check_written(c, &records.item[i], err);
    ww_file_records_free(&records);
    return status;
}

static ww_status check_formats(ww_checker *c, const char *prefix, bool *found, ww_error *err)
{
    ww_status status = WW_OK;
    c->prefix = prefix;
    c->recognised = false;
    for (size_t i = 0; status == WW_OK && i < sizeof checks / sizeof *checks; i++) {
        bool here = false;
        status = checks[i](c, &here, err);
        *found = *found || here;
        c->recognised = c->recognised || here;
        if (status == WW_OK)
            status = ww_check_twins(c, err);
        forget_pictures(c);
    }
    return status;
}

ww_status ww_check_dataset(const char *dir, const ww_check_faces *faces,
                           int (*on_finding)(void *user, const char *line), void *user, ww_dataset_check_result *result,
                           ww_error *err)
{
    ww_checker c = {.faces = faces, .on_finding = on_finding, .user = user, .result = result};
    bool found = false;
    ww_status status = ww_folder_open(dir, false, &c.folder, err);
    if (status == WW_OK)
        status = check_record(&c, &found, err);
    if (status == WW_OK)
        status = check_formats(&c, "", &found, err);
    for (size_t i = 0; status == WW_OK && ww_format_at(i); i++) {
        char *prefix = ww_strf("%s/", ww_format_at(i)->name);
        status = check_formats(&c, prefix, &found, err);
        free(prefix);
    }
    if (status == WW_OK && !found)
        status =
            ww_fail(err, WW_ERR_FORMAT,
                    "'%s' holds no data set that is known here: no data.yaml, faces.npy, people.csv, folder train, or "
                    "another beginning of one",
                    dir);
    ww_folder_close(c.folder);
    return status == WW_OK && c.stopped ? ww_fail(err, WW_ERR_CANCELLED, "stopped as asked") : status;
}
