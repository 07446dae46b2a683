// SPDX-License-Identifier: MIT
#include "formats/annotation.h"
#include "base/number.h"
#include "base/text.h"
#include "formats/pictures.h"
#include "library/names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *ww_annotation_unknown(const ww_catalog *c)
{
    static const char *const words[] = {"unknown", "unassigned"};
    for (size_t i = 0; i < c->person.count; i++)
        if (ww_name_same(c->person.item[i].name, words[0]))
            return words[1];
    return words[0];
}

size_t ww_annotation_label_count(const ww_dataset *set) { return set->classes.count + 1; }

const char *ww_annotation_label_title(const ww_dataset *set, size_t label)
{
    return label < set->classes.count ? ww_catalog_title(set->classes.item[label].person)
                                      : ww_annotation_unknown(set->catalog);
}

const char *ww_annotation_label(const ww_dataset *set, size_t face)
{
    const int32_t class = set->class_of[face];
    return ww_annotation_label_title(set, class != WW_NO_CLASS ? (size_t) class : set->classes.count);
}

bool ww_annotation_place(const ww_catalog *c, size_t frame, ww_box b, ww_box *box)
{
    const ww_catalog_frame *f = &c->frame.item[frame];
    const double sx = ww_frame_scale_x(f), sy = ww_frame_scale_y(f);
    const double x0 = fmin(fmax(b.x, 0), f->width), x1 = fmin(fmax(b.x + b.width, 0), f->width);
    const double y0 = fmin(fmax(b.y, 0), f->height), y1 = fmin(fmax(b.y + b.height, 0), f->height);
    *box = (ww_box){x0 * sx, y0 * sy, (x1 - x0) * sx, (y1 - y0) * sy};
    return x1 > x0 && y1 > y0;
}

bool ww_annotation_box(const ww_dataset *set, size_t face, ww_box *box)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    return !f->absent && ww_annotation_place(set->catalog, f->frame, ww_catalog_face_box(f), box);
}

char *ww_annotation_mark(ww_box found, const char *label)
{
    const double value[] = {found.x, found.y, found.width, found.height};
    ww_buffer text = {0};
    for (int i = 0; i < 4; i++) {
        ww_text_fixed(&text, value[i], 2);
        ww_buffer_text(&text, " ");
    }
    ww_buffer_text(&text, label);
    return ww_buffer_take(&text);
}

bool ww_annotation_read_mark(const char *mark, ww_box *found, const char **label)
{
    double value[4];
    for (int i = 0; i < 4; i++) {
        char *end;
        value[i] = ww_number_parse(mark, &end);
        if (end == mark || *end != ' ' || !isfinite(value[i]))
            return false;
        mark = end + 1;
    }
    *found = (ww_box){value[0], value[1], value[2], value[3]};
    *label = mark;
    return value[2] > 0 && value[3] > 0;
}

ww_status ww_put_annotated_frames(const ww_dataset *set,
                                  void (*add)(const ww_dataset *set, size_t frame, const char *stem, ww_buffer *text),
                                  ww_buffer *text, ww_dataset_out *out, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < set->catalog->frame.count; i++) {
        char *stem = ww_dataset_frame_name(set, i), *path = ww_strf("images/%s.jpg", stem);
        add(set, i, stem, text);
        status = ww_put_stored_frame(set, i, path, out, err);
        free(path);
        free(stem);
    }
    return status;
}
