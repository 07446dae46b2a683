// SPDX-License-Identifier: MIT
// Embeddings: faces.npy (float32, faces x values; NumPy's format 1.0) and faces.csv, whose row i belongs to row i of
// it: everything the store knows of all faces, those of nobody included.
#include "base/text.h"
#include "formats/format.h"
#include "formats/selection.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NPY_ALIGNMENT = 64, NPY_PREFIX_BYTES = 10 };

static ww_status put_vectors(const ww_catalog *c, ww_dataset_out *out, ww_error *err)
{
    ww_buffer file = {0}, header = {0};
    ww_buffer_format(&header, "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %d), }", c->face.count, c->dim);
    while ((NPY_PREFIX_BYTES + header.bytes + 1) % NPY_ALIGNMENT != 0)
        ww_buffer_text(&header, " ");
    ww_buffer_text(&header, "\n");
    const uint8_t prefix[NPY_PREFIX_BYTES] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (uint8_t)(header.bytes & 255), (uint8_t)(header.bytes >> 8)};
    ww_buffer_add(&file, prefix, sizeof prefix);
    ww_buffer_add(&file, header.data, header.bytes);
    for (size_t i = 0; i < c->face.count * (size_t)c->dim; i++) {
        uint32_t bits;
        memcpy(&bits, &c->vector[i], sizeof bits);
        const uint8_t little[] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16), (uint8_t)(bits >> 24)};
        ww_buffer_add(&file, little, sizeof little);
    }
    ww_status status = ww_dataset_out_put_text(out, "faces.npy", &file, err);
    ww_buffer_free(&header);
    ww_buffer_free(&file);
    return status;
}

static void add_fixed(ww_buffer *text, double value, int decimals)
{
    ww_buffer_text(text, ",");
    ww_text_fixed(text, value, decimals);
}

static void add_light(ww_buffer *text, const ww_light *light)
{
    const float values[WW_LIGHT_VALUES] = {light->mean, light->contrast, light->from_right, light->from_below};
    for (int i = 0; i < WW_LIGHT_VALUES; i++)
        if (isnan(light->mean))
            ww_buffer_text(text, ","); // not known
        else
            add_fixed(text, values[i], 4);
}

static void add_row(const ww_dataset *set, size_t face, ww_buffer *text)
{
    const ww_catalog *c = set->catalog;
    const ww_catalog_face *f = &c->face.item[face];
    const ww_catalog_frame *frame = &c->frame.item[f->frame];
    const ww_catalog_source *source = ww_catalog_source_of(c, face);
    const ww_catalog_person *person = ww_catalog_person_of(c, face);
    ww_buffer_format(text, "%zu,", face + 1);
    ww_text_csv_field(text, source->path, c->csv_safe);
    ww_buffer_format(text, ",%016" PRIx64 ",%zu,%d,%d,%" PRId64 ",", source->hash, f->frame + 1, frame->width,
                     frame->height, frame->sample);
    ww_text_fixed(text, (double)frame->time_us / 1e6, 6);
    ww_buffer_text(text, ",");
    ww_text_clock(text, frame->time_us);
    ww_buffer_format(text, ".%03" PRId64, frame->time_us / 1000 % 1000);
    const double box[] = {f->x, f->y, f->width, f->height};
    for (int i = 0; i < 4; i++)
        add_fixed(text, box[i], 2);
    for (int i = 0; i < 10; i++)
        add_fixed(text, f->landmark[i], 2);
    add_fixed(text, f->score, 4);
    add_fixed(text, f->quality, 4);
    const ww_face_pose_values pose = ww_face_pose(f);
    add_fixed(text, pose.yaw, 4);
    add_fixed(text, pose.pitch, 4);
    add_light(text, &c->light[face]);
    ww_buffer_format(text, ",%" PRId64 ",%" PRIu32 ",%d,", f->track, set->shot[f->frame], person->number);
    ww_text_csv_field(text, person->name ? person->name : "", c->csv_safe);
    ww_buffer_format(text, ",%s\n", ww_dataset_face_used(set, face) ? ww_side_name[set->side[f->frame]] : "");
}

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(&text,
                   "face,source,source_hash,frame,frame_width,frame_height,sample,time_s,timecode,x,y,width,height,"
                   "x0,y0,x1,y1,x2,y2,x3,y3,x4,y4,score,quality,yaw,pitch,light,contrast,light_from_right,"
                   "light_from_below,track,shot,person,name,split\n");
    for (size_t i = 0; i < set->catalog->face.count; i++)
        add_row(set, i, &text);
    ww_status status = ww_dataset_out_put_text(out, "faces.csv", &text, err);
    ww_buffer_free(&text);
    return status == WW_OK ? put_vectors(set->catalog, out, err) : status;
}

const ww_export_format ww_format_embeddings = {
    .name = "embeddings",
    .description = "all faces' embeddings as faces.npy, and what is known of them as faces.csv",
    .needs_no_people = true,
    .write = write};
