// SPDX-License-Identifier: MIT
// One folder per person on each side, and nothing else in it: torchvision's ImageFolder reads OUT/train and OUT/val,
// Hugging Face's imagefolder reads OUT with metadata.jsonl. The pictures show what --crop says around the face, no
// larger than it was filmed unless a width is asked for.
#include "formats/person_folders.h"
#include "formats/pictures.h"

#include <math.h>

// What a picture shows around the box of the face, in pixels of the source frame.
typedef ww_box crop_rule(ww_box face, const ww_catalog_frame *frame);

static ww_box crop_tight(ww_box face, const ww_catalog_frame *frame) { return face; }

#define HEAD_WIDENED 1.5 // side of the square in longer sides of the box: hair and chin are in it

static ww_box crop_head(ww_box b, const ww_catalog_frame *frame)
{
    const double side = HEAD_WIDENED * fmax(b.width, b.height);
    return (ww_box){b.x + b.width / 2 - side / 2, b.y + b.height / 2 - side / 2, side, side};
}

// As the portraits of the working layout, see scan/portrait.h: clipped to the frame.
#define PORTRAIT_FRAME_WIDTH 700.0
#define PORTRAIT_MARGIN_X 100.0
#define PORTRAIT_MARGIN_Y 150.0

static ww_box crop_portrait(ww_box b, const ww_catalog_frame *frame)
{
    const double zoom = frame->width / PORTRAIT_FRAME_WIDTH;
    const double left = fmax(0, b.x - PORTRAIT_MARGIN_X * zoom), top = fmax(0, b.y - PORTRAIT_MARGIN_Y * zoom);
    const double right = fmin(frame->width, b.x + b.width + PORTRAIT_MARGIN_X * zoom);
    const double bottom = fmin(frame->height, b.y + b.height + PORTRAIT_MARGIN_Y * zoom);
    return (ww_box){left, top, right - left, bottom - top};
}

static crop_rule *const crops[] = {
    [WW_CROP_HEAD] = crop_head, [WW_CROP_TIGHT] = crop_tight, [WW_CROP_PORTRAIT] = crop_portrait};

// Pixels a pixel of the source: as many as the stored picture has, but no more than were filmed; or what the width
// says.
static double zoom_of(const ww_dataset *set, const ww_face_picture *p, ww_box crop)
{
    return set->options.picture_width > 0 ? set->options.picture_width / fmax(crop.width, 1)
                                          : fmin(1, fmax(p->scale_x, p->scale_y));
}

// Whether a pixel of the picture stands for one pixel of `size`, or nearly.
static bool is_one_to_one(double pictured, int size) { return fabs(pictured - size) < 0.5; }

// What lies wholly within a picture of the same size is cut out as it is: nothing is resampled, and nothing of a JPEG
// converted. False: it must be resampled.
static bool cut(const ww_face_picture *p, ww_box crop, int width, int height, ww_image *view)
{
    // On even pixels, so that chroma planes are cut at whole samples.
    const int left = (int)floor((crop.x * p->scale_x + p->x) / 2 + 0.5) * 2,
              top = (int)floor((crop.y * p->scale_y + p->y) / 2 + 0.5) * 2;
    return is_one_to_one(crop.width * p->scale_x, width) && is_one_to_one(crop.height * p->scale_y, height) && left >= 0
           && top >= 0 && left + width <= p->image.width && top + height <= p->image.height
           && ww_crop(&p->image, left, top, width, height, view, NULL) == WW_OK;
}

static ww_status copy(const ww_image *view, ww_image *image, ww_error *err)
{
    ww_status status = ww_image_alloc(image, view->pixels, view->width, view->height, err);
    image->range = view->range;
    image->matrix = view->matrix;
    return status == WW_OK ? ww_paste(image, view, 0, 0, err) : status;
}

static ww_status make(const ww_dataset *set, size_t face, ww_frame_cache *cache, ww_image *image, ww_error *err)
{
    ww_face_picture p;
    const ww_catalog_frame *frame = &set->catalog->frame.item[set->catalog->face.item[face].frame];
    const ww_box crop = crops[set->options.crop](ww_face_box(set, face), frame);
    ww_status status = ww_face_picture_open_showing(set, face, crop, cache, &p, err);
    if (status == WW_OK) {
        const double zoom = zoom_of(set, &p, crop);
        const int width = (int)fmax(1, floor(crop.width * zoom + 0.5)),
                  height = (int)fmax(1, floor(crop.height * zoom + 0.5));
        const ww_affine map = {{crop.width * p.scale_x / width, 0, crop.x * p.scale_x + p.x, 0,
                                crop.height * p.scale_y / height, crop.y * p.scale_y + p.y}};
        ww_image view;
        status = cut(&p, crop, width, height, &view) ? copy(&view, image, err)
                                                     : ww_warp_rgb(&p.image, &map, width, height, image, err);
    }
    ww_face_picture_close(&p);
    return status;
}

static uint64_t options_key(const ww_dataset_options *o)
{
    return (uint64_t)o->crop << 32 | (uint64_t)(uint32_t)o->picture_width;
}

enum { QUALITY = 95 };

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    return ww_put_person_folders(set, &(ww_face_maker){.make = make, .options_key = options_key, .quality = QUALITY},
                                 out, err);
}

const ww_export_format ww_format_imagefolder = {.name = "imagefolder",
                                                .description =
                                                    "one folder per person, for torchvision and Hugging Face",
                                                .has_person_folders = true,
                                                .write = write};
