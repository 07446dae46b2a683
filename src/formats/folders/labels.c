// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "base/text.h"
#include "formats/folders/writers.h"

#include <math.h>
#include <stdlib.h>

static int class_count_of_people(const ww_catalog *c)
{
    return c->person.count ? c->person.item[c->person.count - 1].number + 1 : 0;
}

static int class_of(const ww_catalog *c, size_t face)
{
    int number = ww_catalog_person_of(c, face)->number;
    return number >= 0 ? number : class_count_of_people(c);
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
    ww_buffer_format(text, "%d", class);
    for (int i = 0; i < 4; i++) {
        ww_buffer_text(text, " ");
        ww_text_fixed(text, values[i], 6);
    }
    ww_buffer_text(text, "\n");
}

void ww_label_portrait(const ww_catalog *c, size_t face, ww_buffer *text)
{
    const ww_catalog_face *f = &c->face.item[face];
    const double *box = f->portrait_box;
    double portrait_px_a_source_px = f->width > 0 ? box[2] / f->width : 0;
    double frame_widths = c->frame.item[f->frame].width / WW_LABEL_MARGIN_AT_WIDTH_PX;
    double margin_px = WW_LABEL_MARGIN_PX * frame_widths * portrait_px_a_source_px;
    add_line(text, class_of(c, face), box[0] - margin_px, box[1] - margin_px, box[0] + box[2] + margin_px,
             box[1] + box[3] + margin_px, f->portrait_width, f->portrait_height);
}

void ww_label_frame(const ww_catalog *c, size_t frame, ww_buffer *text)
{
    const ww_catalog_frame *fr = &c->frame.item[frame];
    for (size_t i = fr->first_face; i < fr->first_face + fr->face_count; i++) {
        const ww_catalog_face *f = &c->face.item[i];
        add_line(text, class_of(c, i), f->x, f->y, f->x + f->width, f->y + f->height, fr->width, fr->height);
    }
}

// The folders whose pictures have a label beside them. Montage/ is not among them: to a trainer its faces would be
// background.
static void add_folders(const ww_catalog *c, ww_buffer *text)
{
    if (c->frame.count)
        ww_buffer_text(text, "  - Frames\n");
    for (size_t i = 0; i < c->person.count; i++) {
        if (c->person.item[i].face_count == 0)
            continue;
        ww_buffer_text(text, "  - ");
        ww_text_yaml(text, c->person.item[i].folder);
        ww_buffer_text(text, "\n");
    }
    if (c->unassigned.face_count)
        ww_buffer_text(text, "  - Unsorted\n");
}

static void add_classes(const ww_catalog *c, ww_buffer *text)
{
    size_t person = 0;
    for (int class = 0; class < class_count_of_people(c); class ++) {
        ww_buffer_format(text, "  %d: ", class);
        if (c->person.item[person].number == class) {
            ww_text_yaml(text, ww_catalog_title(&c->person.item[person++]));
        } else { // a number that nobody has any more
            ww_buffer_format(text, "\"Face_%d\"", class);
        }
        ww_buffer_text(text, "\n");
    }
    ww_buffer_format(text, "  %d: unsorted\n", class_count_of_people(c));
}

ww_status ww_write_classes(const ww_catalog *c, ww_exporter *out, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(&text,
                   "# Faces, sorted into people, as a YOLO data set. Made by whoswho; written anew by every export.\n"
                   "# Folders are relative to this file. No split is made: set aside your own pictures for val.\n"
                   "train:\n");
    add_folders(c, &text);
    ww_buffer_text(&text, "val:\n");
    add_folders(c, &text);
    ww_buffer_format(&text, "nc: %d\nnames:\n", class_count_of_people(c) + 1);
    add_classes(c, &text);
    ww_status status = ww_buffer_status(&text, "data.yaml", err);
    if (status == WW_OK)
        status = ww_exporter_put(out, "data.yaml", text.data, text.bytes, WW_EXPORT_GENERATED, err);
    ww_buffer_free(&text);
    return status;
}
