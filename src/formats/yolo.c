// SPDX-License-Identifier: MIT
// YOLO, as Ultralytics and its relatives read it: images/SIDE/NAME.jpg with labels/SIDE/NAME.txt, a line "class cx cy w
// h" a face, in shares of the picture, and data.yaml. A reader finds the label by turning the last "/images/" of a path
// into "/labels/", so the set works wherever it lies. data.yaml has no `path`: with none, readers take the folder of
// data.yaml; "." would be the folder they are run in, or their own.
#include "base/text.h"
#include "formats/format.h"
#include "formats/pictures.h"

#include <stdlib.h>

static void add_line(const ww_dataset *set, size_t face, ww_buffer *text)
{
    const ww_catalog_frame *frame = &set->catalog->frame.item[set->catalog->face.item[face].frame];
    const ww_box b = ww_label_box(set, face);
    if (!(b.width > 0 && b.height > 0))
        return;
    const double shares[] = {(b.x + b.width / 2) / frame->width, (b.y + b.height / 2) / frame->height,
                             b.width / frame->width, b.height / frame->height};
    ww_buffer_format(text, "%d", (int)ww_dataset_label(set, face));
    for (int i = 0; i < 4; i++) {
        ww_buffer_text(text, " ");
        ww_text_fixed(text, shares[i], 6);
    }
    ww_buffer_text(text, "\n");
}

static ww_status put_frame(const ww_dataset *set, size_t frame, ww_dataset_out *out, ww_error *err)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    ww_buffer text = {0};
    char *stem = ww_dataset_frame_name(set, frame);
    char *image = ww_strf("images/%s/%s.jpg", ww_side_name[set->side[frame]], stem),
         *label = ww_strf("labels/%s/%s.txt", ww_side_name[set->side[frame]], stem);
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++)
        if (ww_dataset_label(set, i) != WW_NO_CLASS)
            add_line(set, i, &text);
    ww_status status = ww_put_frame(set, frame, image, out, err);
    if (status == WW_OK)
        status = ww_dataset_out_put_text(out, label, &text, err);
    ww_buffer_free(&text);
    free(image);
    free(label);
    free(stem);
    return status;
}

static ww_status put_yaml(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(&text, "# Faces of people, as a YOLO data set. Made by whoswho. Paths are relative to this file.\n");
    if (!ww_dataset_side_frames(set, WW_SIDE_VAL)) // readers refuse a set without one
        ww_buffer_text(&text, "# There is no val; it is train here, so that a training runs. Its figures say nothing "
                              "about new footage.\nval: images/train\n");
    for (int side = 0; side < WW_SIDES; side++)
        if (ww_dataset_side_frames(set, side))
            ww_buffer_format(&text, "%s: images/%s\n", ww_side_name[side], ww_side_name[side]);
    ww_buffer_format(&text, "nc: %zu\nnames:\n", ww_dataset_label_count(set));
    for (size_t i = 0; i < ww_dataset_label_count(set); i++) {
        ww_buffer_format(&text, "  %zu: ", i);
        ww_text_yaml(&text, ww_dataset_label_title(set, i));
        ww_buffer_text(&text, "\n");
    }
    ww_status status = ww_dataset_out_put_text(out, "data.yaml", &text, err);
    ww_buffer_free(&text);
    return status;
}

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < set->catalog->frame.count; i++)
        if (ww_dataset_frame_use(set, i) == WW_FRAME_USED)
            status = put_frame(set, i, out, err);
    return status == WW_OK ? put_yaml(set, out, err) : status;
}

const ww_export_format ww_format_yolo = {
    .name = "yolo", .description = "frames with boxes for Ultralytics and its relatives, data.yaml", .write = write};
