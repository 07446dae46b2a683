// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "formats/folders/writers.h"

#include <stdlib.h>

// True if a frame is not as large as its source says: then the table tells in whose pixels the boxes are.
static bool sizes_differ(const ww_catalog *c)
{
    for (size_t i = 0; i < c->frame.count; i++) {
        const ww_catalog_frame *f = &c->frame.item[i];
        if (f->width != c->source.item[f->source].width || f->height != c->source.item[f->source].height)
            return true;
    }
    return false;
}

static void add_row(const ww_catalog *c, size_t face, bool with_size, ww_buffer *table)
{
    const ww_catalog_face *f = &c->face.item[face];
    const ww_catalog_person *person = ww_catalog_person_of(c, face);
    ww_buffer_format(table, "%zu,", face + 1);
    ww_text_csv(table, ww_catalog_source_of(c, face)->path);
    ww_buffer_text(table, ",");
    ww_text_seconds(table, c->frame.item[f->frame].time_us);
    const double box[] = {f->x, f->y, f->width, f->height};
    for (int i = 0; i < 4; i++) {
        ww_buffer_text(table, ",");
        ww_text_fixed(table, box[i], 1);
    }
    const double marks[] = {f->score, f->quality};
    for (int i = 0; i < 2; i++) {
        ww_buffer_text(table, ",");
        ww_text_fixed(table, marks[i], 4);
    }
    ww_buffer_format(table, ",%d,", person->number);
    ww_text_csv(table, person->name ? person->name : "");
    ww_buffer_text(table, ",");
    ww_buffer path = {0};
    ww_catalog_face_path(c, face, "jpg", &path);
    char *file = ww_buffer_take(&path);
    ww_text_csv(table, file);
    free(file);
    if (with_size)
        ww_buffer_format(table, ",%d,%d", c->frame.item[f->frame].width, c->frame.item[f->frame].height);
    ww_buffer_text(table, "\n");
}

ww_status ww_write_table(const ww_catalog *c, ww_exporter *out, ww_error *err)
{
    ww_buffer table = {0};
    ww_buffer_text(&table, "face,source,time_s,x,y,width,height,score,quality,person,name,file");
    const bool with_size = sizes_differ(c);
    ww_buffer_text(&table, with_size ? ",frame_width,frame_height\n" : "\n");
    for (size_t i = 0; i < c->face.count; i++)
        add_row(c, i, with_size, &table);
    ww_status status = ww_buffer_status(&table, "faces.csv", err);
    if (status == WW_OK)
        status = ww_exporter_put(out, "faces.csv", table.data, table.bytes, WW_EXPORT_GENERATED, err);
    ww_buffer_free(&table);
    return status;
}
