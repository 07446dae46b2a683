// SPDX-License-Identifier: MIT
// CVAT for images 1.1, as CVAT exports it: annotations/image/box. Boxes are taken; other shapes, tags and tracks are
// told and left.
#include "base/files.h"
#include "base/memory.h"
#include "base/number.h"
#include "formats/annotation.h"
#include "formats/import/import.h"
#include "formats/import/xml.h"

#include <stdlib.h>
#include <string.h>

typedef struct reading {
    ww_import *import;
    const char *file;
    bool in_image, known; // an image is open; it is a frame of the library
    size_t frame;
    double width, height; // of the picture
    bool in_box;
    ww_claim box; // at hand
    bool in_mark; // its attribute
} reading;

static ww_status number(const char **attributes, const char *name, double *value, ww_error *err)
{
    const char *text = ww_xml_attribute(attributes, name);
    if (text && ww_number_read(text, value))
        return WW_OK;
    return ww_fail(err, WW_ERR_FORMAT, text ? "%s is no finite number: '%.40s'" : "there is no %s%.0s", name,
                   text ? text : "");
}

static ww_status begin_image(reading *r, const char **attributes, const ww_xml_place *place, ww_error *err)
{
    const char *name = ww_xml_attribute(attributes, "name");
    ww_status status = number(attributes, "width", &r->width, err);
    if (status == WW_OK)
        status = number(attributes, "height", &r->height, err);
    if (status == WW_OK && !name)
        status = ww_fail(err, WW_ERR_FORMAT, "the image has no name");
    if (status != WW_OK)
        return status;
    char *stem = ww_path_stem(name);
    r->known = ww_import_frame(r->import, stem, &r->frame);
    r->in_image = true;
    if (r->known)
        r->import->frame_seen[r->frame] = true;
    else
        ww_import_pass_over(r->import, "'%s', line %zu: the picture %s is none of this library's", r->file, place->line,
                            name);
    free(stem);
    return WW_OK;
}

static ww_status begin_box(reading *r, const char **attributes, const ww_xml_place *place, ww_error *err)
{
    static const char *const corner[] = {"xtl", "ytl", "xbr", "ybr"};
    double at[4] = {0}, rotation = 0;
    const char *label = ww_xml_attribute(attributes, "label");
    ww_status status = WW_OK;
    for (int i = 0; status == WW_OK && i < 4; i++)
        status = number(attributes, corner[i], &at[i], err);
    if (status == WW_OK && ww_xml_attribute(attributes, "rotation"))
        status = number(attributes, "rotation", &rotation, err);
    if (status == WW_OK && !label)
        status = ww_fail(err, WW_ERR_FORMAT, "the box has no label");
    r->box = (ww_claim){.frame = r->frame, .face = WW_NO_FACE, .file = r->file, .line = place->line};
    if (status == WW_OK)
        status = ww_import_place(r->import, r->frame, (ww_box){at[0], at[1], at[2] - at[0], at[3] - at[1]}, r->width,
                                 r->height, &r->box.box, err);
    if (status != WW_OK)
        return status;
    if (rotation != 0)
        ww_import_pass_over(r->import, "'%s', line %zu: the box is turned; it is taken as if it were not", r->file,
                            place->line);
    r->box.label = ww_try_strdup(label);
    r->in_box = true;
    return r->box.label ? WW_OK : ww_fail_memory(err, "the boxes of '%s'", r->file);
}

static bool is_shape(const char *name)
{
    static const char *const shapes[] = {"polygon", "polyline", "points", "cuboid", "ellipse", "skeleton", "mask"};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (strcmp(name, shapes[i]) == 0)
            return true;
    return false;
}

static ww_status on_start(void *user, const char *name, const char **attributes, const ww_xml_place *place,
                          ww_error *err)
{
    reading *r = user;
    if (strcmp(name, "image") == 0)
        return begin_image(r, attributes, place, err);
    if (strcmp(name, "track") == 0)
        return ww_fail(err, WW_ERR_FORMAT,
                       "it holds tracks: this is CVAT for video; export the task as \"CVAT for images 1.1\"");
    if (r->in_image && r->known && strcmp(name, "box") == 0)
        return begin_box(r, attributes, place, err);
    if (r->in_image && r->known && is_shape(name))
        ww_import_pass_over(r->import, "'%s', line %zu: a %s is no box, and is not taken", r->file, place->line, name);
    const char *attribute = r->in_box && strcmp(name, "attribute") == 0 ? ww_xml_attribute(attributes, "name") : NULL;
    r->in_mark = attribute && strcmp(attribute, WW_ANNOTATION_MARK) == 0;
    return WW_OK;
}

static ww_status on_end(void *user, const char *name, const char *text, const ww_xml_place *place, ww_error *err)
{
    reading *r = user;
    const char *was = NULL;
    ww_status status = WW_OK;
    (void)place;
    if (r->in_mark && strcmp(name, "attribute") == 0) {
        r->in_mark = false;
        r->box.marked = !r->box.was && ww_annotation_read_mark(text, &r->box.found, &was);
        r->box.was = r->box.marked ? ww_try_strdup(was) : r->box.was;
        if (r->box.marked && !r->box.was)
            status = ww_fail_memory(err, "the boxes of '%s'", r->file);
    } else if (r->in_box && strcmp(name, "box") == 0) {
        r->in_box = false;
        status = ww_import_claim(r->import, &r->box, err);
        r->box = (ww_claim){0};
    } else if (strcmp(name, "image") == 0) {
        r->in_image = false;
    }
    return status;
}

static ww_status read(ww_import *m, const char *path, const uint8_t *data, size_t bytes, ww_error *err)
{
    static const ww_xml_reader reader = {on_start, on_end};
    reading r = {.import = m, .file = path};
    ww_status status = ww_xml_read(data, bytes, path, &reader, &r, err);
    free(r.box.was);
    free(r.box.label);
    return status;
}

static bool recognise(const char *path, const uint8_t *data, size_t bytes)
{
    enum { HEAD_BYTES = 4096 };
    (void)path;
    return memmem(data, bytes < HEAD_BYTES ? bytes : HEAD_BYTES, "<annotations", strlen("<annotations")) != NULL;
}

const ww_import_kind ww_import_cvat = {recognise, read};
