// SPDX-License-Identifier: MIT
// Label Studio: tasks.json with a task for each frame and the boxes as predictions, config.xml with the labelling
// interface, the pictures in images/. The pictures are served from local files: LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT
// is the folder of tasks.json. Coordinates are percent of the picture, from its top left corner. "faces" in a task's
// data and the text in a region's meta are the marks by which `whoswho import` knows a face; see annotation.h.
#include "base/text.h"
#include "formats/annotation.h"
#include "formats/format.h"

#include <stdlib.h>

static void add_mark(const ww_dataset *set, size_t face, ww_buffer *text)
{
    char *mark = ww_annotation_mark(set->catalog->face.item[face].found, ww_annotation_label(set, face));
    ww_text_json(text, mark);
    free(mark);
}

static void add_region(const ww_dataset *set, size_t face, const ww_box *b, const char *stem, ww_buffer *text)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[set->catalog->face.item[face].frame];
    const struct {
        const char *name;
        double percent;
    } values[] = {{"x", 100 * b->x / f->jpeg_width},
                  {"y", 100 * b->y / f->jpeg_height},
                  {"width", 100 * b->width / f->jpeg_width},
                  {"height", 100 * b->height / f->jpeg_height}};
    ww_buffer_format(text,
                     "      {\"id\": \"%s_%zu\", \"type\": \"rectanglelabels\", \"from_name\": \"face\", \"to_name\": "
                     "\"image\", \"original_width\": %d, \"original_height\": %d, \"image_rotation\": 0,\n       "
                     "\"value\": {",
                     stem, face - f->first_face, f->jpeg_width, f->jpeg_height);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        ww_buffer_format(text, "\"%s\": ", values[i].name);
        ww_text_fixed(text, values[i].percent, 4);
        ww_buffer_text(text, ", ");
    }
    ww_buffer_text(text, "\"rotation\": 0, \"rectanglelabels\": [");
    ww_text_json(text, ww_annotation_label(set, face));
    ww_buffer_text(text, "]}, \"meta\": {\"text\": [");
    add_mark(set, face, text);
    ww_buffer_text(text, "]}, \"score\": ");
    ww_text_fixed(text, set->catalog->face.item[face].score, 4);
    ww_buffer_text(text, "}");
}

static void add_task(const ww_dataset *set, size_t frame, const char *stem, ww_buffer *text)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    ww_buffer regions = {0};
    bool any = false;
    ww_buffer_text(text, frame ? ",\n" : "");
    ww_buffer_format(text,
                     "  {\"data\": {\"image\": \"/data/local-files/?d=images/%s.jpg\", \"frame\": \"%s\", \"faces\": [",
                     stem, stem);
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++) {
        ww_box box;
        if (!ww_annotation_box(set, i, &box))
            continue;
        ww_buffer_text(text, any ? ", " : "");
        add_mark(set, i, text);
        ww_buffer_text(&regions, any ? ",\n" : "");
        add_region(set, i, &box, stem, &regions);
        any = true;
    }
    ww_buffer_text(text, "]},\n   \"predictions\": [{\"model_version\": \"whoswho\", \"result\": [\n");
    if (regions.failed)
        ww_buffer_fail(text);
    else
        ww_buffer_text(text, regions.data ? regions.data : "");
    ww_buffer_text(text, "]}]}");
    ww_buffer_free(&regions);
}

static ww_status put_config(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(&text, "<View>\n  <Image name=\"image\" value=\"$image\"/>\n"
                          "  <RectangleLabels name=\"face\" toName=\"image\">\n");
    for (size_t i = 0; i < ww_annotation_label_count(set); i++) {
        ww_buffer_text(&text, "    <Label value=\"");
        ww_text_xml(&text, ww_annotation_label_title(set, i));
        ww_buffer_text(&text, "\"/>\n");
    }
    ww_buffer_text(&text, "  </RectangleLabels>\n</View>\n");
    ww_status status = ww_dataset_out_put_text(out, "config.xml", &text, err);
    ww_buffer_free(&text);
    return status;
}

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(&text, "[\n");
    ww_status status = ww_put_annotated_frames(set, add_task, &text, out, err);
    ww_buffer_text(&text, "\n]\n");
    if (status == WW_OK)
        status = ww_dataset_out_put_text(out, "tasks.json", &text, err);
    ww_buffer_free(&text);
    return status == WW_OK ? put_config(set, out, err) : status;
}

const ww_export_format ww_format_labelstudio = {
    .name = "labelstudio",
    .description = "tasks with all boxes as predictions for Label Studio; whoswho import reads it back",
    .whole = true,
    .needs_no_people = true,
    .write = write};
