// SPDX-License-Identifier: MIT
// What scripts for the article's layout trip over: ClusteredFaces/LABEL/*.jpg with a .txt "LABEL left top right bottom"
// beside each, Frames/*.jpg, and Encodings/*.json about them.
#include "base/files.h"
#include "base/json.h"
#include "base/number.h"
#include "formats/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PORTRAITS "ClusteredFaces"
#define ENCODINGS "Encodings"
#define FRAMES "Frames"
#define LABEL_BYTES_MAX ((size_t)1 << 16)
#define JSON_BYTES_MAX ((size_t)256 << 20)
enum { CORNERS = 4 }; // left, top, right, bottom; whole pixels, the right and the bottom ones included

// --- portraits

// "LABEL left top right bottom"; *label is its length.
static bool read_label(const char *text, size_t *label, double corner[CORNERS])
{
    *label = strcspn(text, " ");
    const char *at = text + *label;
    for (int i = 0; i < CORNERS; i++) {
        char *end;
        corner[i] = ww_number_parse(at, &end);
        if (end == at || corner[i] != floor(corner[i]))
            return false;
        at = end;
    }
    return *label > 0 && at[strspn(at, " \r\n")] == 0;
}

static void check_label(ww_checker *c, const char *file, const char *folder, const char *text, int width, int height)
{
    size_t length;
    double at[CORNERS];
    if (!read_label(text, &length, at)) {
        ww_check_found(c, "%s: not a label and four whole numbers", file);
        return;
    }
    // The writer makes one word of it.
    if (strlen(folder) == length && !strpbrk(folder, " ") && strncmp(folder, text, length) != 0)
        ww_check_found(c, "%s: the label is '%.*s', and the folder '%s'", file, (int)length, text, folder);
    const ww_box box = {at[0] / width, at[1] / height, (at[2] + 1 - at[0]) / width, (at[3] + 1 - at[1]) / height};
    const char *fault = width > 0 ? ww_check_box_fault(box, 0) : NULL;
    if (fault)
        ww_check_found(c, "%s: %s", file, fault);
}

static ww_status check_portrait(ww_checker *c, const char *folder, const char *name, ww_error *err)
{
    bool there;
    int width, height;
    uint8_t *text = NULL;
    size_t bytes;
    char *stem = ww_path_stem(name), *label = ww_strf(PORTRAITS "/%s/%s.txt", folder, stem),
         *picture = ww_strf(PORTRAITS "/%s/%s", folder, name), *file = ww_strf("%s%s", c->prefix, label);
    ww_check_picture_size(c, picture, &width, &height);
    ww_status status = ww_check_exists(c, label, WW_ENTRY_FILE, &there, err);
    if (status == WW_OK && !there)
        ww_check_found(c, "%s%s: the portrait has no label", c->prefix, picture);
    if (status == WW_OK && there)
        ww_check_read(c, label, "the label", LABEL_BYTES_MAX, &text, &bytes);
    if (text) {
        c->result->labels++;
        check_label(c, file, folder, (char *)text, width, height);
    }
    free(text);
    free(file);
    free(picture);
    free(label);
    free(stem);
    return status;
}

// A .txt without its portrait, or a .json without its frame.
static ww_status check_alone(ww_checker *c, const char *path, const char *wanted, const char *what, ww_error *err)
{
    bool there;
    ww_status status = ww_check_exists(c, wanted, WW_ENTRY_FILE, &there, err);
    if (status == WW_OK && !there)
        ww_check_found(c, "%s%s: there is no %s %s", c->prefix, path, what, wanted);
    return status;
}

static ww_status check_person(ww_checker *c, const char *folder, size_t *dim, ww_error *err)
{
    (void)dim;
    char **names = NULL, *dir = ww_strf(PORTRAITS "/%s", folder);
    size_t count = 0, portraits = 0;
    ww_status status = ww_check_list(c, dir, &names, &count, err);
    for (size_t i = 0; status == WW_OK && i < count; i++) {
        if (strcmp(ww_path_extension(names[i]), "jpg") == 0) {
            portraits++;
            status = check_portrait(c, folder, names[i], err);
        } else if (strcmp(ww_path_extension(names[i]), "txt") == 0) {
            char *stem = ww_path_stem(names[i]), *path = ww_strf("%s/%s", dir, names[i]),
                 *wanted = ww_strf("%s/%s.jpg", dir, stem);
            status = check_alone(c, path, wanted, "portrait", err);
            free(wanted);
            free(path);
            free(stem);
        }
    }
    if (status == WW_OK && portraits == 0)
        ww_check_found(c, "%s%s: there is no portrait in it", c->prefix, dir);
    ww_folder_names_free(names, count);
    free(dir);
    return status;
}

// --- frames

typedef struct encodings { // of one frame
    ww_checker *c;
    const char *file;
    double loc[CORNERS]; // of the face at hand: top, right, bottom, left
    size_t locs, values; // of the face at hand, as many as there were
    size_t *dim;         // values of every face; 0: not known yet
    int width, height;   // of the frame
    ww_label_boxes labels;
} encodings;

static ww_status end_face(encodings *e, size_t line, ww_error *err)
{
    const double *l = e->loc;
    const ww_box box = {l[3] / e->width, l[0] / e->height, (l[1] + 1 - l[3]) / e->width, (l[2] + 1 - l[0]) / e->height};
    const char *fault = e->locs != CORNERS ? "loc is not four numbers"
                        : e->width > 0     ? ww_check_box_fault(box, 0)
                                           : NULL;
    e->c->result->labels++;
    if (fault)
        ww_check_found(e->c, "%s:%zu: %s", e->file, line, fault);
    if (e->values == 0 || (*e->dim && e->values != *e->dim))
        ww_check_found(e->c, "%s:%zu: the encoding has %zu numbers, others have %zu", e->file, line, e->values,
                       *e->dim);
    *e->dim = *e->dim ? *e->dim : e->values;
    e->locs = e->values = 0;
    return ww_vector_push(&e->labels.boxes, box) ? WW_OK : ww_fail_memory(err, "the faces of '%s'", e->file);
}

static ww_status on_value(void *user, const char *path, ww_json_kind kind, double number, const char *text, size_t line,
                          ww_error *err)
{
    encodings *e = user;
    (void)text;
    if (kind == WW_JSON_NUMBER && strcmp(path, "[].loc[]") == 0 && e->locs++ < CORNERS)
        e->loc[e->locs - 1] = number;
    if (kind == WW_JSON_NUMBER && strcmp(path, "[].encoding[]") == 0)
        e->values++;
    return kind == WW_JSON_END && strcmp(path, "[]") == 0 ? end_face(e, line, err) : WW_OK;
}

static ww_status read_encodings(encodings *e, const char *path, ww_error *err)
{
    uint8_t *data = NULL;
    size_t bytes;
    ww_error why = {0};
    ww_check_read(e->c, path, "the file", JSON_BYTES_MAX, &data, &bytes);
    ww_status status = data ? ww_json_read_lines((char *)data, e->file, on_value, e, &why) : WW_OK;
    free(data);
    return status == WW_OK ? WW_OK : ww_check_unreadable(e->c, e->file, status, &why, err);
}

// *dim: see encodings. "frame_7.jpg" has "encodings_7.json".
static ww_status check_frame(ww_checker *c, const char *name, size_t *dim, ww_error *err)
{
    bool there;
    const char *number = strrchr(name, '_');
    char *stem = ww_path_stem(number ? number + 1 : name), *picture = ww_strf(FRAMES "/%s", name),
         *json = ww_strf(ENCODINGS "/encodings_%s.json", stem), *file = ww_strf("%s%s", c->prefix, json);
    encodings e = {.c = c, .file = file, .dim = dim};
    ww_check_picture_size(c, picture, &e.width, &e.height);
    ww_status status = ww_check_exists(c, json, WW_ENTRY_FILE, &there, err);
    if (status == WW_OK && !there)
        ww_check_found(c, "%s%s: the frame has no %s", c->prefix, picture, json);
    if (status == WW_OK && there)
        status = read_encodings(&e, json, err);
    if (status == WW_OK && there && e.width > 0 && c->faces) {
        c->result->pictures--; // counted already
        status = ww_check_picture(c, picture, WW_NO_SIDE, &e.labels, err);
    }
    ww_vector_free(&e.labels.boxes);
    free(file);
    free(json);
    free(picture);
    free(stem);
    return status;
}

static ww_status check_encodings(ww_checker *c, const char *name, size_t *dim, ww_error *err)
{
    (void)dim;
    const char *number = strrchr(name, '_');
    char *stem = ww_path_stem(number ? number + 1 : name), *path = ww_strf(ENCODINGS "/%s", name),
         *wanted = ww_strf(FRAMES "/frame_%s.jpg", stem);
    ww_status status = check_alone(c, path, wanted, "frame", err);
    free(wanted);
    free(path);
    free(stem);
    return status;
}

// --- the whole

typedef ww_status check_entry(ww_checker *c, const char *name, size_t *dim, ww_error *err);

static ww_status check_each(ww_checker *c, const char *dir, check_entry *check, size_t *dim, ww_error *err)
{
    char **names = NULL;
    size_t count = 0;
    ww_status status = ww_check_list(c, dir, &names, &count, err);
    for (size_t i = 0; status == WW_OK && i < count; i++)
        status = check(c, names[i], dim, err);
    ww_folder_names_free(names, count);
    return status;
}

ww_status ww_check_article(ww_checker *c, bool *found, ww_error *err)
{
    size_t dim = 0;
    bool portraits = false;
    ww_status status = ww_check_exists(c, ENCODINGS, WW_ENTRY_FOLDER, found, err);
    if (status == WW_OK)
        status = ww_check_exists(c, PORTRAITS, WW_ENTRY_FOLDER, &portraits, err);
    *found = *found && portraits;
    if (status != WW_OK || !*found)
        return status;
    status = check_each(c, PORTRAITS, check_person, &dim, err);
    if (status == WW_OK)
        status = check_each(c, FRAMES, check_frame, &dim, err);
    return status == WW_OK ? check_each(c, ENCODINGS, check_encodings, &dim, err) : status;
}
