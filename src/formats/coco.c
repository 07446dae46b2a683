// SPDX-License-Identifier: MIT
// COCO: images/SIDE/NAME.jpg and annotations/instances_SIDE.json with a category for each person, boxes and five
// keypoints in pixels of the pictures. Coordinates are COCO's: the top left corner of the picture is (0, 0). Left and
// right are the person's own, as everywhere in COCO.
#include "base/text.h"
#include "formats/format.h"
#include "formats/pictures.h"

#include <stdlib.h>

enum { VISIBLE = 2 }; // COCO's flag of a keypoint that is labelled and seen

typedef struct side_file {
    ww_buffer images, annotations;
} side_file;

static void add_numbers(ww_buffer *text, const double *value, int count)
{
    for (int i = 0; i < count; i++) {
        ww_buffer_text(text, i ? ", " : "");
        ww_text_fixed(text, value[i], 2);
    }
}

static void add_face(const ww_dataset *set, size_t face, ww_buffer *text)
{
    const ww_catalog_face *f = &set->catalog->face.item[face];
    const ww_catalog_frame *frame = &set->catalog->frame.item[f->frame];
    const double sx = ww_frame_scale_x(frame), sy = ww_frame_scale_y(frame);
    const ww_box b = ww_label_box(set, face);
    const double box[] = {b.x * sx, b.y * sy, b.width * sx, b.height * sy}, area = box[2] * box[3];
    ww_buffer_format(text, "%s{\"id\": %zu, \"image_id\": %zu, \"category_id\": %d, \"iscrowd\": 0, \"bbox\": [",
                     text->bytes ? ",\n" : "", face + 1, f->frame + 1, (int)ww_dataset_label(set, face) + 1);
    add_numbers(text, box, 4);
    ww_buffer_text(text, "], \"area\": ");
    add_numbers(text, &area, 1);
    ww_buffer_format(text, ", \"num_keypoints\": %d, \"keypoints\": [", WW_LANDMARKS);
    for (int i = 0; i < WW_LANDMARKS; i++) {
        const double point[] = {(f->landmark[2 * i] + 0.5) * sx, (f->landmark[2 * i + 1] + 0.5) * sy};
        ww_buffer_text(text, i ? ", " : "");
        add_numbers(text, point, 2);
        ww_buffer_format(text, ", %d", VISIBLE);
    }
    // No outline, and said so: some readers do not get by without the field.
    ww_buffer_format(text, "], \"segmentation\": [], \"track_id\": %lld, \"shot_id\": %u, \"person\": %d, \"score\": ",
                     (long long)f->track, (unsigned)set->shot[f->frame],
                     ww_catalog_person_of(set->catalog, face)->number);
    ww_text_fixed(text, f->score, 4);
    ww_buffer_text(text, "}");
}

static ww_status put_frame(const ww_dataset *set, size_t frame, side_file *file, ww_dataset_out *out, ww_error *err)
{
    const ww_catalog_frame *f = &set->catalog->frame.item[frame];
    char *stem = ww_dataset_frame_name(set, frame),
         *path = ww_strf("images/%s/%s.jpg", ww_side_name[set->side[frame]], stem);
    ww_buffer_format(&file->images, "%s{\"id\": %zu, \"file_name\": \"%s.jpg\", \"width\": %d, \"height\": %d}",
                     file->images.bytes ? ",\n" : "", frame + 1, stem, f->jpeg_width, f->jpeg_height);
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++)
        if (ww_dataset_label(set, i) != WW_NO_CLASS)
            add_face(set, i, &file->annotations);
    ww_status status = ww_put_frame(set, frame, path, out, err);
    free(path);
    free(stem);
    return status;
}

static void add_categories(const ww_dataset *set, ww_buffer *text)
{
    for (size_t i = 0; i < ww_dataset_label_count(set); i++) {
        ww_buffer_format(text, "%s{\"id\": %zu, \"name\": ", i ? ",\n" : "", i + 1);
        ww_text_json(text, ww_dataset_label_title(set, i));
        ww_buffer_text(text, ", \"supercategory\": \"face\", \"keypoints\": [\"right_eye\", \"left_eye\", \"nose\", "
                             "\"right_mouth\", \"left_mouth\"], "
                             "\"skeleton\": []}");
    }
}

static ww_status put_side(const ww_dataset *set, int side, const side_file *file, ww_dataset_out *out, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(
        &text,
        "{\"info\": {\"description\": \"Faces of people, made by whoswho\"},\n\"licenses\": [],\n\"images\": [\n");
    ww_buffer_add(&text, file->images.data, file->images.bytes);
    ww_buffer_text(&text, "],\n\"annotations\": [\n");
    ww_buffer_add(&text, file->annotations.data, file->annotations.bytes);
    ww_buffer_text(&text, "],\n\"categories\": [\n");
    add_categories(set, &text);
    ww_buffer_text(&text, "]}\n");
    char *path = ww_strf("annotations/instances_%s.json", ww_side_name[side]);
    ww_status status = ww_buffer_status(&file->images, path, err);
    if (status == WW_OK)
        status = ww_buffer_status(&file->annotations, path, err);
    if (status == WW_OK)
        status = ww_dataset_out_put_text(out, path, &text, err);
    free(path);
    ww_buffer_free(&text);
    return status;
}

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    side_file file[WW_SIDES] = {0};
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < set->catalog->frame.count; i++)
        if (ww_dataset_frame_use(set, i) == WW_FRAME_USED)
            status = put_frame(set, i, &file[set->side[i]], out, err);
    for (int side = 0; side < WW_SIDES; side++) {
        if (status == WW_OK && (file[side].images.bytes || file[side].images.failed))
            status = put_side(set, side, &file[side], out, err);
        ww_buffer_free(&file[side].images);
        ww_buffer_free(&file[side].annotations);
    }
    return status;
}

const ww_export_format ww_format_coco = {
    .name = "coco", .description = "frames with boxes and five keypoints as COCO instances", .write = write};
