// SPDX-License-Identifier: MIT
#include "video/photo.h"

#include "base/memory.h"
#include "image/heif.h"
#include "image/tiff.h"
#include "image/webp.h"
#include "video/photo_file.h"
#include "video/raw_preview.h"
#include <errno.h>
#include <libavcodec/defs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PHOTO_PIXELS_FULL ((size_t)40 * 1000 * 1000) // a JPEG with more is decoded at 1/2, 1/4 or 1/8
#define JPEG_SHRINK_MAX 8
#define PHOTO_BYTES_MAX ((size_t)512 * 1024 * 1024) // of a file

// --- kinds -----------------------------------------------------------------------------------------------------------

static ww_status measure_jpeg(const ww_photo_file *f, int page, int *width, int *height, ww_error *err)
{
    if (!ww_jpeg_size(f->data + f->picture_at, f->picture_bytes, width, height))
        return ww_fail(err, WW_ERR_FORMAT, "%s: this JPEG breaks off before it says its size", f->path);
    size_t smallest = (size_t)((*width + JPEG_SHRINK_MAX - 1) / JPEG_SHRINK_MAX)
                      * (size_t)((*height + JPEG_SHRINK_MAX - 1) / JPEG_SHRINK_MAX);
    return smallest <= PHOTO_PIXELS_FULL ? WW_OK : ww_photo_refuse_size(f, (uint32_t)*width, (uint32_t)*height, err);
}

static ww_status decode_jpeg(const ww_photo_file *f, int page, ww_photo_picture *picture, ww_error *err)
{
    int width = 0, height = 0;
    ww_status status = measure_jpeg(f, page, &width, &height, err);
    if (status == WW_OK)
        status = ww_jpeg_decode(f->data + f->picture_at, f->picture_bytes, f->path, PHOTO_PIXELS_FULL, &picture->image,
                                NULL, &width, &height, &picture->partial, err);
    if (status == WW_OK)
        picture->scale = (double)picture->image.width / width;
    return status;
}

static ww_status measure_heif(const ww_photo_file *f, int page, int *width, int *height, ww_error *err)
{
    return ww_heif_measure(f->data, f->bytes, f->path, width, height, err);
}

static ww_status decode_heif(const ww_photo_file *f, int page, ww_photo_picture *picture, ww_error *err)
{
    return ww_heif_decode(f->data, f->bytes, f->path, &picture->image, err);
}

static ww_status measure_tiff(const ww_photo_file *f, int page, int *width, int *height, ww_error *err)
{
    int orientation;
    return ww_tiff_measure(f->data, f->bytes, f->path, page, width, height, &orientation, err);
}

static ww_status decode_tiff(const ww_photo_file *f, int page, ww_photo_picture *picture, ww_error *err)
{
    return ww_tiff_decode(f->data, f->bytes, f->path, page, &picture->image, err);
}

static const struct photo_format {
    const char *name;
    ww_status (*measure)(const ww_photo_file *file, int page, int *width, int *height, ww_error *err); // as stored
    ww_status (*decode)(const ww_photo_file *file, int page, ww_photo_picture *picture, ww_error *err);
} formats[WW_PHOTO_FORMATS] = {
    [WW_PHOTO_JPEG] = {"JPEG", measure_jpeg, decode_jpeg},
    [WW_PHOTO_PNG] = {"PNG", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_WEBP] = {"WebP", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_BMP] = {"BMP", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_TIFF] = {"TIFF", measure_tiff, decode_tiff},
    [WW_PHOTO_GIF] = {"GIF", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_JPEG2000] = {"JPEG 2000", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_HEIF] = {"HEIF", measure_heif, decode_heif},
    [WW_PHOTO_JPEGXL] = {"JPEG XL", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_PSD] = {"PSD", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_PNM] = {"PNM", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_JPEG_LOSSLESS] = {"lossless JPEG", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_JPEG_LS] = {"JPEG-LS", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_SGI] = {"SGI picture", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_SUN_RASTER] = {"Sun raster", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_PCX] = {"PCX", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_QOI] = {"QOI", ww_photo_measure_with_libav, ww_photo_decode_with_libav},
    [WW_PHOTO_RAW] = {"raw photo's preview", measure_jpeg, decode_jpeg},
};

bool ww_photo_recognise(const uint8_t *head, size_t bytes) { return ww_photo_format_of(head, bytes) != WW_PHOTO_NONE; }

const char *ww_photo_format_name(ww_photo_format format) { return formats[format].name; }

ww_status ww_photo_refuse_size(const ww_photo_file *file, uint32_t width, uint32_t height, ww_error *err)
{
    return ww_fail(err, WW_ERR_UNSUPPORTED,
                   "%s: a %s of %u x %u pixels is over the bound of %zu million; make it smaller first", file->path,
                   formats[file->format].name, width, height, WW_IMAGE_PIXELS_MAX / 1000000);
}

// --- loading ---------------------------------------------------------------------------------------------------------

static ww_status read_all(FILE *f, const char *path, ww_photo_file *file, ww_error *err)
{
    struct stat st;
    if (fstat(fileno(f), &st) != 0)
        return ww_fail_errno(err, errno, "%s: cannot be read", path);
    size_t bytes = (size_t)st.st_size;
    if (bytes > PHOTO_BYTES_MAX)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%s: a photo of %zu bytes is over the bound of %zu million", path,
                       bytes, PHOTO_BYTES_MAX / 1000000);
    file->allocation = ww_alloc_array(bytes + WW_EXIF_SIGNATURE_BYTES + AV_INPUT_BUFFER_PADDING_SIZE, 1, SIZE_MAX);
    if (!file->allocation)
        return ww_fail(err, WW_ERR_MEMORY, "%s: no memory for a photo of %zu bytes", path, bytes);
    file->data = file->allocation + WW_EXIF_SIGNATURE_BYTES;
    file->bytes = fread(file->data, 1, bytes, f);
    memset(file->data + file->bytes, 0, bytes - file->bytes + AV_INPUT_BUFFER_PADDING_SIZE);
    return ferror(f) ? ww_fail_errno(err, errno, "%s: cannot be read", path) : WW_OK;
}

static ww_status find_preview(ww_photo_file *f, ww_error *err)
{
    ww_raw_preview preview = ww_raw_preview_find(f->data, f->bytes);
    if (!preview.raw)
        return WW_OK;
    f->format = WW_PHOTO_RAW;
    f->picture_at = preview.offset;
    f->picture_bytes = preview.bytes;
    return preview.bytes ? WW_OK
                         : ww_fail(err, WW_ERR_UNSUPPORTED,
                                   "%s: this raw photo holds no JPEG preview, and raw data is not read; convert it to "
                                   "JPEG or TIFF first",
                                   f->path);
}

static ww_status recognise(ww_photo_file *f, ww_error *err)
{
    f->format = ww_photo_format_of(f->data, f->bytes);
    f->picture_bytes = f->bytes;
    if (f->format == WW_PHOTO_NONE)
        return ww_fail(err, WW_ERR_FORMAT, "%s: it is not a photo", f->path);
    f->orientation = ww_photo_orientation(f->format, f->data, f->bytes);
    if (f->format == WW_PHOTO_JPEG)
        f->format = ww_jpeg_process(f->data, f->bytes);
    if (f->format == WW_PHOTO_PNG)
        f->picture_bytes = f->bytes = ww_png_strip(f->data, f->bytes, WW_PNG_SIGNATURE_BYTES);
    ww_status status = f->format == WW_PHOTO_TIFF || f->format == WW_PHOTO_RAW ? find_preview(f, err) : WW_OK;
    if (status == WW_OK && f->format == WW_PHOTO_RAW && f->orientation == 0)
        f->orientation = ww_photo_orientation(WW_PHOTO_JPEG, f->data + f->picture_at, f->picture_bytes);
    return status;
}

ww_status ww_photo_load(const char *path, ww_photo_file *file, ww_error *err)
{
    *file = (ww_photo_file){.path = path};
    FILE *f = fopen(path, "rbe");
    if (!f)
        return ww_fail_errno(err, errno, "%s: cannot be opened", path);
    ww_status status = read_all(f, path, file, err);
    fclose(f);
    if (status == WW_OK)
        status = recognise(file, err);
    if (status != WW_OK)
        ww_photo_unload(file);
    return status;
}

void ww_photo_unload(ww_photo_file *file)
{
    free(file->allocation);
    *file = (ww_photo_file){0};
}

static ww_status refuse_cut_off(const ww_photo_file *f, ww_error *err)
{
    return ww_fail(err, WW_ERR_FORMAT, "%s: this %s is cut off: the file ends before the picture does; copy it again",
                   f->path, formats[f->format].name);
}

// --- the whole -------------------------------------------------------------------------------------------------------

static ww_status examine_webp(const ww_photo_file *f, ww_photo_facts *facts, ww_error *err)
{
    ww_webp *webp = NULL;
    ww_webp_facts w = {0};
    ww_status status = ww_webp_open(f->data, f->bytes, f->path, &webp, &w, err);
    ww_webp_close(webp);
    facts->kind = WW_PHOTO_WEBP_ANIMATION;
    facts->width = w.width;
    facts->height = w.height;
    facts->frames = w.frames;
    facts->duration_us = w.duration_us;
    return status;
}

static ww_status examine_still(const ww_photo_file *f, ww_photo_facts *facts, ww_error *err)
{
    int w = 0, h = 0;
    ww_status status =
        f->format == WW_PHOTO_TIFF ? ww_tiff_pages(f->data, f->bytes, f->path, &facts->pages, err) : WW_OK;
    if (status == WW_OK)
        status = formats[f->format].measure(f, 0, &w, &h, err);
    bool turned = f->orientation >= 5;
    facts->width = turned ? h : w;
    facts->height = turned ? w : h;
    facts->orientation = f->orientation;
    return status;
}

ww_status ww_photo_examine(const char *path, ww_photo_facts *facts, ww_error *err)
{
    ww_photo_file f;
    *facts = (ww_photo_facts){.kind = WW_PHOTO_STILL, .pages = 1};
    ww_status status = ww_photo_load(path, &f, err);
    if (status != WW_OK)
        return status;
    bool complete;
    int pictures = ww_photo_pictures(f.format, f.data, f.bytes, &complete);
    facts->format = formats[f.format].name;
    facts->cut_off = !complete;
    if (pictures > 1 || (f.format == WW_PHOTO_JPEG && ww_jpeg_is_stream(f.data, f.bytes)))
        facts->kind = WW_PHOTO_FILM;
    else if (f.format == WW_PHOTO_WEBP && ww_webp_is_animated(f.data, f.bytes))
        status = examine_webp(&f, facts, err);
    else
        status = examine_still(&f, facts, err);
    if (status == WW_OK && facts->kind == WW_PHOTO_STILL && !complete)
        status = refuse_cut_off(&f, err);
    ww_photo_unload(&f);
    return status;
}

// Of later pages of a TIFF, each has its own.
static ww_status orientation_of(const ww_photo_file *f, int page, int *orientation, ww_error *err)
{
    int width, height;
    *orientation = f->orientation;
    return page == 0 || f->format != WW_PHOTO_TIFF
               ? WW_OK
               : ww_tiff_measure(f->data, f->bytes, f->path, page, &width, &height, orientation, err);
}

static ww_status decode_upright(ww_photo_file *f, int page, ww_photo_picture *picture, ww_error *err)
{
    int orientation = 0;
    ww_status status = orientation_of(f, page, &orientation, err);
    if (status == WW_OK)
        status = formats[f->format].decode(f, page, picture, err);
    if (status != WW_OK || orientation <= 1)
        return status;
    ww_image lying = picture->image;
    status = ww_orient(&lying, orientation, &picture->image, err);
    ww_image_free(&lying);
    return status;
}

ww_status ww_photo_decode_page(const char *path, int page, ww_image *image, double *scale, bool *partial, ww_error *err)
{
    ww_photo_file f;
    ww_photo_picture picture = {.scale = 1};
    ww_status status = ww_photo_load(path, &f, err);
    if (status != WW_OK)
        return status;
    bool complete;
    if (ww_photo_pictures(f.format, f.data, f.bytes, &complete) == 1 && !complete)
        status = refuse_cut_off(&f, err);
    else
        status = decode_upright(&f, page, &picture, err);
    ww_photo_unload(&f);
    *image = picture.image;
    *scale = picture.scale;
    *partial = picture.partial;
    return status;
}

ww_status ww_photo_decode(const char *path, const ww_log *log, ww_image *image, double *scale, ww_error *err)
{
    bool partial = false;
    ww_status status = ww_photo_decode_page(path, 0, image, scale, &partial, err);
    if (partial)
        ww_logf(log, WW_LOG_WARNING, "%s: this JPEG is cut off; its upper part is used", path);
    return status;
}

static ww_status play(ww_webp *webp,
                      ww_status (*on_frame)(void *user, const ww_image *frame, int64_t begin_us, int64_t end_us),
                      void *user, int64_t *damaged_us)
{
    ww_image frame;
    int64_t begin_us = 0, end_us = 0;
    ww_status status = WW_OK;
    while (status == WW_OK) {
        if (ww_webp_next(webp, &frame, &end_us, NULL) != WW_OK) {
            *damaged_us = begin_us;
            break;
        }
        if (frame.width == 0)
            break;
        status = on_frame(user, &frame, begin_us, end_us);
        begin_us = end_us;
    }
    return status;
}

ww_status ww_photo_play_webp(const char *path,
                             ww_status (*on_frame)(void *user, const ww_image *frame, int64_t begin_us, int64_t end_us),
                             void *user, int64_t *damaged_us, ww_error *err)
{
    ww_photo_file f;
    ww_webp *webp = NULL;
    ww_webp_facts facts;
    *damaged_us = -1;
    ww_status status = ww_photo_load(path, &f, err);
    if (status != WW_OK)
        return status;
    status = ww_webp_open(f.data, f.bytes, f.path, &webp, &facts, err);
    if (status == WW_OK)
        status = play(webp, on_frame, user, damaged_us);
    ww_webp_close(webp);
    ww_photo_unload(&f);
    return status;
}
