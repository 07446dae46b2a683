// SPDX-License-Identifier: MIT
// Three ways out of a JPEG, the cheapest that fits:
//   planes:  YCbCr 4:4:4, 4:2:2 or 4:2:0 at full size: libjpeg writes its blocks straight into our planes (their rows
//   have room for
//            whole blocks), nothing is converted or resampled;
//   rows:    grey; YCbCr at reduced size or in odd samplings, resampled by libjpeg to 4:4:4; RGB;
//   inks:    CMYK and YCCK (as CMYK), each pixel turned into RGB.
//
// Files are not trusted. Baseline pictures need memory for the result alone; progressive ones keep all coefficients,
// which is bounded before libjpeg allocates, as is the number of scans (each costs a pass over the picture). Decoding
// stops where the data does.
#include "base/memory.h"
#include "image/exif.h"
#include "image/image.h"
#include "image/jpeg_error.h"
#include "image/planes.h"

#include <stdlib.h>
#include <string.h>

#define COEFFICIENT_BYTES_MAX ((size_t)512 << 20) // a progressive 4:2:0 picture of 170 megapixels
#define SCANS_MAX 100                             // usual: 10
#define APP1_BYTES_MAX 0xFFFF
#define UNREAD_GREY 128

typedef struct decoder {
    struct jpeg_decompress_struct cinfo;
    ww_jpeg_guard guard;
    struct jpeg_progress_mgr progress;
    const uint8_t *data;
    size_t bytes, max_pixels;
    ww_image image;
    int full_width, full_height, exif_orientation;
    JSAMPLE *row;    // one row of interleaved samples, or a place for samples nobody wants
    bool many_scans; // progressive or not interleaved: libjpeg reads all before it gives any
} decoder;

// --- what the file says of itself ------------------------------------------------------------------------------------

static int find_orientation(const struct jpeg_decompress_struct *c)
{
    for (jpeg_saved_marker_ptr m = c->marker_list; m; m = m->next) {
        int orientation = m->marker == JPEG_APP0 + 1 ? ww_exif_orientation(m->data, m->data_length) : 0;
        if (orientation)
            return orientation;
    }
    return 1;
}

// Multi-scan pictures keep 64 coefficients of 2 bytes a block in memory until the end.
static void bound_coefficients(decoder *d)
{
    struct jpeg_decompress_struct *c = &d->cinfo;
    size_t blocks = 0;
    for (int i = 0; i < c->num_components; i++)
        blocks += (size_t)c->comp_info[i].width_in_blocks * c->comp_info[i].height_in_blocks;
    if (!d->many_scans || blocks * DCTSIZE2 * sizeof(JCOEF) <= COEFFICIENT_BYTES_MAX)
        return;
    d->guard.out_of_memory = true;
    ww_jpeg_give_up(&d->guard, "a progressive picture of this size needs too much memory; save it as a baseline JPEG");
}

// The largest of libjpeg's cheap scales that is within max_pixels.
static void choose_scale(decoder *d)
{
    struct jpeg_decompress_struct *c = &d->cinfo;
    size_t bound = d->max_pixels < WW_IMAGE_PIXELS_MAX ? d->max_pixels : WW_IMAGE_PIXELS_MAX;
    c->scale_num = 1;
    for (c->scale_denom = 1; c->scale_denom <= 8; c->scale_denom *= 2) {
        jpeg_calc_output_dimensions(c);
        if ((size_t)c->output_width * c->output_height <= bound)
            return;
    }
    d->guard.out_of_memory = true;
    ww_jpeg_give_up(&d->guard, "the picture is too large, even at an eighth of its size");
}

// Called by libjpeg while it reads the scans of a picture of several, once a row of MCUs: the place to stop when it is
// no use.
static void watch_scans(j_common_ptr common)
{
    struct jpeg_decompress_struct *c = (struct jpeg_decompress_struct *)common;
    ww_jpeg_guard *guard = (ww_jpeg_guard *)c->err;
    if (c->input_scan_number > SCANS_MAX)
        ww_jpeg_give_up(guard, "the picture has too many progressive scans");
    if (guard->data_ended && guard->ended_scan <= 1 && 2 * guard->ended_row < (int)c->total_iMCU_rows)
        ww_jpeg_give_up(guard, "the data ends in the upper half of the first scan");
}

// Called by libjpeg where it wants a restart marker and finds another: the end marker means that there is no more.
static boolean resync(j_decompress_ptr c, int wanted)
{
    if (c->unread_marker == JPEG_EOI)
        ww_jpeg_note_end(c);
    return jpeg_resync_to_restart(c, wanted);
}

// True for the samplings that ww_pixels knows; *pixels says which.
static bool is_planar(const struct jpeg_decompress_struct *c, ww_pixels *pixels)
{
    const jpeg_component_info *luma = &c->comp_info[0], *cb = &c->comp_info[1], *cr = &c->comp_info[2];
    if (c->jpeg_color_space != JCS_YCbCr || c->scale_denom != 1)
        return false;
    if (cb->h_samp_factor != cr->h_samp_factor || cb->v_samp_factor != cr->v_samp_factor)
        return false;
    if (luma->h_samp_factor != c->max_h_samp_factor || luma->v_samp_factor != c->max_v_samp_factor)
        return false;
    bool x1 = cb->h_samp_factor == luma->h_samp_factor, x2 = cb->h_samp_factor * 2 == luma->h_samp_factor;
    bool y1 = cb->v_samp_factor == luma->v_samp_factor, y2 = cb->v_samp_factor * 2 == luma->v_samp_factor;
    *pixels = x2 && y2 ? WW_PIXELS_YUV420 : x2 ? WW_PIXELS_YUV422 : WW_PIXELS_YUV444;
    return (x2 && (y1 || y2)) || (x1 && y1);
}

// --- planes ----------------------------------------------------------------------------------------------------------

// Pixel rows of one row of MCUs, as scaled.
static int band_rows(const struct jpeg_decompress_struct *c)
{
    return c->max_v_samp_factor * DCTSIZE / (int)c->scale_denom;
}

// Pixel rows worth asking libjpeg for: up to and including the band in which the data ended. Pictures of several scans
// were read whole before the first row comes out.
static JDIMENSION rows_there(const decoder *d)
{
    const struct jpeg_decompress_struct *c = &d->cinfo;
    if (!d->guard.data_ended || d->many_scans)
        return c->output_height;
    JDIMENSION rows = (JDIMENSION)((d->guard.ended_row + 1) * band_rows(c));
    return rows < c->output_height ? rows : c->output_height;
}

// Straight into the planes; what lies below the end of a plane goes to the scratch row.
static void read_planes(decoder *d)
{
    struct jpeg_decompress_struct *c = &d->cinfo;
    JSAMPROW rows[3][MAX_SAMP_FACTOR * DCTSIZE];
    JSAMPARRAY planes[3] = {rows[0], rows[1], rows[2]};
    for (int band = 0; c->output_scanline < rows_there(d); band++) {
        for (int i = 0; i < 3; i++) {
            const ww_plane *p = &d->image.plane[i];
            int count = c->comp_info[i].v_samp_factor * DCTSIZE;
            for (int r = 0; r < count; r++)
                rows[i][r] = band * count + r < p->height ? p->data + (band * count + r) * p->stride : d->row;
        }
        jpeg_read_raw_data(c, planes, (JDIMENSION)band_rows(c));
    }
}

// --- rows and inks ---------------------------------------------------------------------------------------------------

static void store_yuv_row(const JSAMPLE *row, ww_image *image, int y)
{
    for (int i = 0; i < 3; i++) {
        uint8_t *out = image->plane[i].data + y * image->plane[i].stride;
        for (int x = 0; x < image->width; x++)
            out[x] = row[3 * x + i];
    }
}

// Adobe's files store inks upside down (0 is full ink), as everybody expects by now.
static void store_ink_row(const JSAMPLE *row, bool upside_down, ww_image *image, int y)
{
    uint8_t *out = image->plane[0].data + y * image->plane[0].stride;
    for (int x = 0; x < image->width; x++)
        for (int i = 0; i < 3; i++) {
            int ink = row[4 * x + i], black = row[4 * x + 3];
            int light = upside_down ? ink * black : (255 - ink) * (255 - black);
            out[3 * x + i] = (uint8_t)((light + 127) / 255);
        }
}

static void store_row(decoder *d, int y)
{
    const struct jpeg_decompress_struct *c = &d->cinfo;
    ww_plane *p = &d->image.plane[0];
    if (c->out_color_space == JCS_YCbCr)
        store_yuv_row(d->row, &d->image, y);
    else if (c->out_color_space == JCS_CMYK)
        store_ink_row(d->row, c->saw_Adobe_marker, &d->image, y);
    else
        memcpy(p->data + y * p->stride, d->row, (size_t)p->width * (size_t)c->output_components);
}

static void read_rows(decoder *d)
{
    struct jpeg_decompress_struct *c = &d->cinfo;
    while (c->output_scanline < rows_there(d)) {
        int y = (int)c->output_scanline;
        jpeg_read_scanlines(c, &d->row, 1);
        store_row(d, y);
    }
}

// --- one picture -----------------------------------------------------------------------------------------------------

static void choose_output(decoder *d, ww_pixels *pixels)
{
    struct jpeg_decompress_struct *c = &d->cinfo;
    switch (c->jpeg_color_space) {
    case JCS_GRAYSCALE:
        c->out_color_space = JCS_GRAYSCALE;
        *pixels = WW_PIXELS_LUMA;
        break;
    case JCS_YCbCr:
        c->out_color_space = JCS_YCbCr;
        c->raw_data_out = is_planar(c, pixels);
        *pixels = c->raw_data_out ? *pixels : WW_PIXELS_YUV444;
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        c->out_color_space = JCS_CMYK;
        *pixels = WW_PIXELS_RGB;
        break;
    default: // RGB; libjpeg refuses what it cannot turn into that
        c->out_color_space = JCS_RGB;
        *pixels = WW_PIXELS_RGB;
    }
}

static void make_room(decoder *d, ww_pixels pixels)
{
    const struct jpeg_decompress_struct *c = &d->cinfo;
    ww_error err;
    size_t blocks = (c->output_width + DCTSIZE - 1) / DCTSIZE;
    d->row = ww_alloc_array(blocks * DCTSIZE, 4, SIZE_MAX);
    if (d->row && ww_image_alloc(&d->image, pixels, (int)c->output_width, (int)c->output_height, &err) == WW_OK)
        return;
    d->guard.out_of_memory = true;
    ww_jpeg_give_up(&d->guard, d->row ? err.message : "no memory for a row of pixels");
}

// Everything that libjpeg may leave by longjmp.
static void decode(decoder *d)
{
    struct jpeg_decompress_struct *c = &d->cinfo;
    ww_pixels pixels;
    jpeg_create_decompress(c);
    c->mem->max_memory_to_use = (long)(2 * COEFFICIENT_BYTES_MAX);
    c->progress = &d->progress;
    jpeg_mem_src(c, d->data, (unsigned long)d->bytes);
    c->src->resync_to_restart = resync;
    jpeg_save_markers(c, JPEG_APP0 + 1, APP1_BYTES_MAX);
    jpeg_read_header(c, TRUE);
    d->full_width = (int)c->image_width;
    d->full_height = (int)c->image_height;
    d->exif_orientation = find_orientation(c);
    d->many_scans = jpeg_has_multiple_scans(c);
    bound_coefficients(d);
    choose_scale(d);
    choose_output(d, &pixels);
    jpeg_start_decompress(c);
    make_room(d, pixels);
    if (c->raw_data_out)
        read_planes(d);
    else
        read_rows(d);
}

// In a picture of several scans that ends early the later ones only sharpen; what counts is how far the first one came.
static int rows_read(const decoder *d)
{
    const struct jpeg_decompress_struct *c = &d->cinfo;
    int given = (int)(c->output_scanline < c->output_height ? c->output_scanline : c->output_height);
    int rows = d->guard.ended_row * band_rows(c);
    return !d->guard.data_ended || d->guard.ended_scan > 1 || rows > given ? given : rows;
}

static void grey_out(ww_image *image, int first_row)
{
    int channels = ww_plane_channels(image->pixels);
    for (int i = 0; i < ww_plane_count(image->pixels); i++) {
        ww_plane *p = &image->plane[i];
        for (int y = i ? ww_shift_up(first_row, ww_chroma_shift_y(image->pixels)) : first_row; y < p->height; y++)
            memset(p->data + y * p->stride, UNREAD_GREY, (size_t)p->width * (size_t)channels);
    }
}

static ww_status run_decoder(decoder *d, const char *name, ww_error *err)
{
    d->cinfo.err = ww_jpeg_guard_init(&d->guard);
    d->progress.progress_monitor = watch_scans;
    if (!setjmp(d->guard.back))
        decode(d);
    const char *message = d->guard.message;
    ww_status status = WW_OK;
    if (d->guard.out_of_memory)
        status = ww_fail(err, WW_ERR_MEMORY, "cannot read the JPEG picture '%s': %s", name, message);
    else if (!d->image.owned)
        status = ww_fail(err, WW_ERR_FORMAT, "'%s' is damaged or no JPEG picture: %s", name, message);
    else if (2 * rows_read(d) < d->image.height)
        status = ww_fail(err, WW_ERR_FORMAT, "'%s' is damaged: only %d of its %d rows of pixels can be read", name,
                         rows_read(d), d->image.height);
    else if (d->guard.data_ended)
        grey_out(&d->image, (int)d->cinfo.output_scanline);
    jpeg_destroy_decompress(&d->cinfo);
    return status;
}

static void set_int(int *where, int value)
{
    if (where)
        *where = value;
}

ww_status ww_jpeg_decode(const uint8_t *data, size_t bytes, const char *name, size_t max_pixels, ww_image *out,
                         int *exif_orientation, int *full_width, int *full_height, bool *truncated, ww_error *err)
{
    *out = (ww_image){0};
    decoder *d = ww_alloc(sizeof *d);
    d->data = data;
    d->bytes = bytes;
    d->max_pixels = max_pixels;
    ww_status status = run_decoder(d, name, err);
    if (status == WW_OK) {
        *out = d->image;
        set_int(exif_orientation, d->exif_orientation);
        set_int(full_width, d->full_width);
        set_int(full_height, d->full_height);
        if (truncated)
            *truncated = d->guard.data_ended;
    } else {
        ww_image_free(&d->image);
    }
    free(d->row);
    free(d);
    return status;
}
