// SPDX-License-Identifier: MIT
// CVAT for images 1.1: annotations.xml with the pictures in images/, as a task of CVAT imports and exports it, and
// labels.json for the raw editor of a task's labels. Coordinates are pixels of the picture, from its top left corner.
// The boxes' attribute "exported" is what `whoswho import` knows a face by; see annotation.h.
#include "base/text.h"
#include "formats/annotation.h"
#include "formats/format.h"

#include <stdlib.h>

static void add_label(const ww_dataset *set, size_t label, ww_buffer *text)
{
    ww_buffer_text(text, "        <label>\n          <name>");
    ww_text_xml(text, ww_annotation_label_title(set, label));
    ww_buffer_text(text, "</name>\n          <type>rectangle</type>\n          <attributes>\n            <attribute>\n"
                         "              <name>" WW_ANNOTATION_MARK "</name>\n              <mutable>False</mutable>\n"
                         "              <input_type>text</input_type>\n              <default_value></default_value>\n"
                         "              <values></values>\n            </attribute>\n          </attributes>\n"
                         "        </label>\n");
}

static void add_head(const ww_dataset *set, ww_buffer *text)
{
    ww_buffer_format(text,
                     "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n"
                     "    <task>\n      <name>faces</name>\n      <size>%zu</size>\n      <mode>annotation</mode>\n"
                     "      <overlap>0</overlap>\n      <labels>\n",
                     set->catalog->frame.count);
    for (size_t i = 0; i < ww_annotation_label_count(set); i++)
        add_label(set, i, text);
    ww_buffer_text(text, "      </labels>\n    </task>\n  </meta>\n");
}

static void add_box(const ww_dataset *set, size_t face, ww_buffer *text)
{
    static const char *const corner[] = {"xtl", "ytl", "xbr", "ybr"};
    ww_box b;
    if (!ww_annotation_box(set, face, &b))
        return;
    const double value[] = {b.x, b.y, b.x + b.width, b.y + b.height};
    char *mark = ww_annotation_mark(set->catalog->face.item[face].found, ww_annotation_label(set, face));
    ww_buffer_text(text, "    <box label=\"");
    ww_text_xml(text, ww_annotation_label(set, face));
    ww_buffer_text(text, "\" source=\"auto\" occluded=\"0\"");
    for (int i = 0; i < 4; i++)
        ww_text_attribute(text, corner[i], value[i], 2);
    ww_buffer_text(text, " z_order=\"0\">\n      <attribute name=\"" WW_ANNOTATION_MARK "\">");
    ww_text_xml(text, mark);
    ww_buffer_text(text, "</attribute>\n    </box>\n");
    free(mark);
}

static void add_frame(const ww_dataset *set, size_t frame, const char *stem, ww_buffer *text)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    ww_buffer_format(text, "  <image id=\"%zu\" name=\"%s.jpg\" width=\"%d\" height=\"%d\">\n", frame, stem,
                     f->jpeg_width, f->jpeg_height);
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++)
        add_box(set, i, text);
    ww_buffer_text(text, "  </image>\n");
}

static ww_status put_labels(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(&text, "[\n");
    for (size_t i = 0; i < ww_annotation_label_count(set); i++) {
        ww_buffer_text(&text, "  {\"name\": ");
        ww_text_json(&text, ww_annotation_label_title(set, i));
        ww_buffer_format(&text,
                         ", \"type\": \"rectangle\", \"attributes\": [{\"name\": \"" WW_ANNOTATION_MARK
                         "\", \"mutable\": false, \"input_type\": \"text\", \"default_value\": \"\", \"values\": "
                         "[\"\"]}]}%s\n",
                         i + 1 < ww_annotation_label_count(set) ? "," : "");
    }
    ww_buffer_text(&text, "]\n");
    ww_status status = ww_dataset_out_put_text(out, "labels.json", &text, err);
    ww_buffer_free(&text);
    return status;
}

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    ww_buffer text = {0};
    add_head(set, &text);
    ww_status status = ww_put_annotated_frames(set, add_frame, &text, out, err);
    ww_buffer_text(&text, "</annotations>\n");
    if (status == WW_OK)
        status = ww_dataset_out_put_text(out, "annotations.xml", &text, err);
    ww_buffer_free(&text);
    return status == WW_OK ? put_labels(set, out, err) : status;
}

const ww_export_format ww_format_cvat = {.name = "cvat",
                                         .description = "frames with all boxes for CVAT; whoswho import reads it back",
                                         .whole = true,
                                         .needs_no_people = true,
                                         .write = write};
