// SPDX-License-Identifier: MIT
// The layout of the article this program grew out of, for scripts that were written for it:
//
//     Frames/frame_3.jpg          the frames that show a face, as stored
//     Encodings/encodings_3.json  the faces of a frame: [{"imagePath", "loc": [top, right, bottom, left], "encoding"}]
//     ClusteredFaces/Face_0/face_12.jpg and face_12.txt: the portrait, and "label left top right bottom" in its pixels
//
// Whole pixels throughout, the right and the bottom ones included. A label has no spaces, which part the fields. Frames
// without a face are not in the library, and are not here.
#include "base/text.h"
#include "formats/annotation.h"
#include "formats/format.h"
#include "formats/pictures.h"

#include <math.h>
#include <stdlib.h>

static int pixel(double at, int size)
{
    const double whole = floor(at + 0.5);
    return whole < 0 ? 0 : whole > size - 1 ? size - 1 : (int)whole;
}

// left, top, right, bottom of a box in a picture.
static void corners(ww_box b, int width, int height, int corner[4])
{
    corner[0] = pixel(b.x, width);
    corner[1] = pixel(b.y, height);
    corner[2] = pixel(b.x + b.width - 1, width);
    corner[3] = pixel(b.y + b.height - 1, height);
}

static ww_status put_portrait(const ww_dataset *set, size_t face, ww_dataset_out *out, ww_error *err)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    const char *folder = set->classes.item[set->class_of[face]].folder;
    const ww_box box = {f->portrait_box[0], f->portrait_box[1], f->portrait_box[2], f->portrait_box[3]};
    char *picture = ww_strf("ClusteredFaces/%s/face_%zu.jpg", folder, face + 1),
         *label = ww_strf("ClusteredFaces/%s/face_%zu.txt", folder, face + 1);
    int corner[4];
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_buffer text = {0};
    corners(box, f->portrait_width, f->portrait_height, corner);
    ww_text_word(&text, folder);
    ww_buffer_format(&text, " %d %d %d %d\n", corner[0], corner[1], corner[2], corner[3]);
    ww_status status = ww_store_portrait_jpeg(set->catalog->store, f->id, &jpeg, &bytes, err);
    if (status == WW_OK)
        status = ww_dataset_out_put(out, picture, jpeg, bytes, err);
    if (status == WW_OK)
        status = ww_dataset_out_put_text(out, label, &text, err);
    ww_buffer_free(&text);
    free(jpeg);
    free(label);
    free(picture);
    return status;
}

static void add_encoding(const ww_dataset *set, size_t face, ww_buffer *text)
{
    const ww_catalog *c = set->catalog;
    const size_t frame = c->face.item[face].frame;
    const ww_catalog_frame *f = &c->frame.item[frame];
    ww_box box;
    int corner[4];
    if (!ww_annotation_box(set, face, &box))
        return;
    corners(box, f->jpeg_width, f->jpeg_height, corner);
    ww_buffer_format(text,
                     "%s{\"imagePath\": \"Frames/frame_%zu.jpg\", \"loc\": [%d, %d, %d, %d], \"face\": %zu, "
                     "\"encoding\": [",
                     text->bytes > 1 ? ",\n" : "", frame + 1, corner[1], corner[2], corner[3], corner[0], face + 1);
    for (int i = 0; i < c->dim; i++)
        ww_buffer_format(text, "%s%.9g", i ? ", " : "", ww_catalog_vector(c, face)[i]);
    ww_buffer_text(text, "]}");
}

static ww_status put_frame(const ww_dataset *set, size_t frame, ww_dataset_out *out, ww_error *err)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    char *picture = ww_strf("Frames/frame_%zu.jpg", frame + 1),
         *encodings = ww_strf("Encodings/encodings_%zu.json", frame + 1);
    ww_buffer text = {0};
    ww_buffer_text(&text, "[");
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++)
        add_encoding(set, i, &text);
    ww_buffer_text(&text, "]\n");
    ww_status status = ww_put_stored_frame(set, frame, picture, out, err);
    if (status == WW_OK)
        status = ww_dataset_out_put_text(out, encodings, &text, err);
    ww_buffer_free(&text);
    free(encodings);
    free(picture);
    return status;
}

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < set->catalog->frame.count; i++)
        status = put_frame(set, i, out, err);
    for (size_t i = 0; status == WW_OK && i < set->catalog->face.count; i++)
        if (set->class_of[i] != WW_NO_CLASS)
            status = put_portrait(set, i, out, err);
    return status;
}

const ww_export_format ww_format_article = {
    .name = "article",
    .description = "frames, encodings as JSON, portraits with \"label left top right bottom\" in pixels",
    .whole = true,
    .write = write};
