// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "base/text.h"
#include "formats/folders/writers.h"

#include <math.h>
#include <stdlib.h>

// Faces of nobody and of ignored people have the class after the last.
static int class_of(const ww_catalog *c, size_t face)
{
    const ww_catalog_person *person = ww_catalog_person_of(c, face);
    return person->number >= 0 ? person->class_index : c->class_count;
}

static bool any_of_nobody(const ww_catalog *c)
{
    size_t absent = 0;
    for (size_t i = 0; i < c->face.count; i++)
        absent += c->face.item[i].absent;
    return c->unassigned.face_count + c->ignored.face_count > absent;
}

static double clip(double value, double max) { return value > 0 ? fmin(value, max) : 0; }

// The box from (x0, y0) to (x1, y1) of a picture.
static void add_line(ww_buffer *text, int class, double x0, double y0, double x1, double y1, double width,
                     double height)
{
    width = width > 0 ? width : 1;
    height = height > 0 ? height : 1;
    x0 = clip(x0, width);
    x1 = clip(x1, width);
    y0 = clip(y0, height);
    y1 = clip(y1, height);
    const double values[] = {(x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height};
    ww_buffer_whole(text, class);
    for (int i = 0; i < 4; i++) {
        ww_buffer_text(text, " ");
        ww_text_fixed(text, values[i], 6);
    }
    ww_buffer_text(text, "\n");
}

// Pixels of the source for one of the margin's.
static double margin_scale(const ww_catalog *c, const ww_catalog_frame *frame)
{
    if (c->within_width == 0 || c->within_height == 0)
        return frame->width / WW_LABEL_MARGIN_AT_WIDTH_PX;
    return fmax(1, fmax((double)frame->width / c->within_width, (double)frame->height / c->within_height));
}

void ww_label_portrait(const ww_catalog *c, size_t face, ww_buffer *text)
{
    const ww_catalog_face *f = &c->face.item[face];
    const double *box = f->portrait_box;
    double portrait_px_a_source_px = f->width > 0 ? box[2] / f->width : 0;
    double margin_px = WW_LABEL_MARGIN_PX * margin_scale(c, &c->frame.item[f->frame]) * portrait_px_a_source_px;
    add_line(text, class_of(c, face), box[0] - margin_px, box[1] - margin_px, box[0] + box[2] + margin_px,
             box[1] + box[3] + margin_px, f->portrait_width, f->portrait_height);
}

void ww_label_frame(const ww_catalog *c, size_t frame, ww_buffer *text)
{
    const ww_catalog_frame *fr = &c->frame.item[frame];
    for (size_t i = fr->first_face; i < fr->first_face + fr->face_count; i++) {
        const ww_catalog_face *f = &c->face.item[i];
        if (!f->absent)
            add_line(text, class_of(c, i), f->x, f->y, f->x + f->width, f->y + f->height, fr->width, fr->height);
    }
}

// False: no memory.
static bool add_classes(const ww_catalog *c, ww_buffer *text)
{
    const ww_catalog_person **of_class = ww_try_array((size_t)c->class_count, sizeof *of_class);
    for (size_t i = 0; of_class && i < c->person.count; i++)
        if (c->person.item[i].class_index >= 0)
            of_class[c->person.item[i].class_index] = &c->person.item[i];
    for (int k = 0; of_class && k < c->class_count; k++) {
        ww_buffer_format(text, "  %d: ", k);
        ww_text_yaml(text, ww_catalog_title(of_class[k]));
        ww_buffer_text(text, "\n");
    }
    if (any_of_nobody(c))
        ww_buffer_format(text, "  %d: unsorted\n", c->class_count);
    const bool made = of_class != NULL;
    free(of_class);
    return made;
}

ww_status ww_write_classes(const ww_catalog *c, ww_exporter *out, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(
        &text, "# Faces, sorted into people, as a YOLO data set. Made by whoswho; written anew by every export.\n"
               "# Folders are relative to this file. Every face that was found in a frame is labelled, as detected;\n"
               "# portraits have wider boxes and are not in this set. There is no split, so val is train:\n"
               "# whoswho export DIR --to yolo -O OUT makes one without leaks.\n");
    if (c->frame.count)
        ww_buffer_text(&text, "train: Frames\nval: Frames\n");
    ww_buffer_format(&text, "nc: %d\nnames:\n", c->class_count + any_of_nobody(c));
    ww_status status = add_classes(c, &text) ? ww_buffer_status(&text, "data.yaml", err)
                                             : ww_fail_memory(err, "the classes of data.yaml");
    if (status == WW_OK)
        status = ww_exporter_put(out, "data.yaml", text.data, text.bytes, WW_EXPORT_GENERATED, err);
    ww_buffer_free(&text);
    return status;
}
