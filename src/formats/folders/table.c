// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "formats/folders/writers.h"
#include "library/shots.h"

#include <inttypes.h>
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

static void add_whole(ww_buffer *table, int64_t value)
{
    ww_buffer_text(table, ",");
    ww_buffer_whole(table, value);
}

// Where the face is from: the frame and its file, track and shot (0: none), the landmarks, and the hash of the source's
// content, which stays when a file is moved or renamed.
static void add_origin(const ww_catalog *c, size_t face, uint32_t shot, ww_buffer *table)
{
    const ww_catalog_face *f = &c->face.item[face];
    add_whole(table, (int64_t)f->frame + 1);
    ww_buffer_text(table, ",");
    ww_catalog_frame_path(f->frame, "jpg", table);
    add_whole(table, f->track);
    add_whole(table, shot);
    for (int i = 0; i < WW_LANDMARK_VALUES; i++) {
        ww_buffer_text(table, ",");
        ww_text_fixed(table, f->landmark[i], 1);
    }
    ww_buffer_format(table, ",%016" PRIx64, ww_catalog_source_of(c, face)->hash);
}

static void add_row(const ww_catalog *c, size_t face, uint32_t shot, bool with_size, ww_buffer *table)
{
    const ww_catalog_face *f = &c->face.item[face];
    const ww_catalog_person *person = ww_catalog_person_of(c, face);
    ww_buffer_whole(table, (int64_t)face + 1);
    ww_buffer_text(table, ",");
    ww_text_csv_field(table, ww_catalog_source_of(c, face)->path, c->csv_safe);
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
    add_whole(table, person->number);
    ww_buffer_text(table, ",");
    ww_text_csv_field(table, person->name ? person->name : "", c->csv_safe);
    ww_buffer_text(table, ",");
    ww_buffer path = {0};
    ww_catalog_face_path(c, face, "jpg", &path);
    char *file = ww_buffer_take(&path);
    ww_text_csv_field(table, file, c->csv_safe);
    free(file);
    add_origin(c, face, shot, table);
    if (with_size) {
        add_whole(table, c->frame.item[f->frame].width);
        add_whole(table, c->frame.item[f->frame].height);
    }
    ww_buffer_text(table, "\n");
}

ww_status ww_write_table(const ww_catalog *c, ww_exporter *out, ww_error *err)
{
    ww_buffer table = {0};
    uint32_t *shot = NULL;
    ww_status status = ww_catalog_shots(c, &shot, err);
    if (status != WW_OK)
        return status;
    ww_buffer_text(&table, "face,source,time_s,x,y,width,height,score,quality,person,name,file,frame,frame_file,track,"
                           "shot,x0,y0,x1,y1,x2,y2,x3,y3,x4,y4,source_hash");
    const bool with_size = sizes_differ(c);
    ww_buffer_text(&table, with_size ? ",frame_width,frame_height\n" : "\n");
    for (size_t i = 0; i < c->face.count && ww_exporter_goes_on(out, i); i++)
        if (!c->face.item[i].absent)
            add_row(c, i, shot[c->face.item[i].frame], with_size, &table);
    free(shot);
    status = ww_buffer_status(&table, "faces.csv", err);
    if (status == WW_OK)
        status = ww_exporter_put(out, "faces.csv", table.data, table.bytes, WW_EXPORT_GENERATED, err);
    ww_buffer_free(&table);
    return status;
}
