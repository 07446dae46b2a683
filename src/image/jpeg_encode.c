// SPDX-License-Identifier: MIT
// YUV planes go into libjpeg as they are (raw data: no colour conversion, no resampling inside). It takes one band of
// 16 luma and 8 chroma rows at a time, each row a whole number of 8-sample blocks; a picture of other size is completed
// by repeating its edge. Colours of films become JPEG's in a band of their own, just before they are taken.
#include "base/memory.h"
#include "image/image.h"
#include "image/jpeg_error.h"
#include "image/planes.h"

#include <stdlib.h>
#include <string.h>

#define BAND_ROWS (2 * DCTSIZE)
#define FIRST_BUFFER_BYTES ((size_t)1 << 16)
#define PIXELS_TO_BYTE 3 // films at quality 90 take four to eight; what is not written into costs nothing

// --- where the bytes go: a buffer that doubles -----------------------------------------------------------------------

typedef struct sink {
    struct jpeg_destination_mgr base;
    uint8_t *data;
    size_t capacity, bytes; // `bytes` is known when the picture is complete
} sink;

static void sink_grow(j_compress_ptr cinfo, size_t capacity)
{
    sink *s = (sink *)cinfo->dest;
    size_t used = s->capacity;
    uint8_t *grown = ww_alloc_array(capacity, 1, SIZE_MAX);
    if (!grown)
        ww_jpeg_give_up((ww_jpeg_guard *)cinfo->err, "no memory for the compressed picture");
    if (used)
        memcpy(grown, s->data, used);
    free(s->data);
    s->data = grown;
    s->capacity = capacity;
    s->base.next_output_byte = grown + used;
    s->base.free_in_buffer = capacity - used;
}

static void sink_start(j_compress_ptr cinfo)
{
    const size_t likely = (size_t)cinfo->image_width * cinfo->image_height / PIXELS_TO_BYTE;
    sink_grow(cinfo, likely > FIRST_BUFFER_BYTES ? likely : FIRST_BUFFER_BYTES);
}

static boolean sink_full(j_compress_ptr cinfo)
{
    sink_grow(cinfo, ((sink *)cinfo->dest)->capacity * 2);
    return TRUE;
}

static void sink_finish(j_compress_ptr cinfo)
{
    sink *s = (sink *)cinfo->dest;
    s->bytes = s->capacity - s->base.free_in_buffer;
}

// --- what goes in ----------------------------------------------------------------------------------------------------

typedef struct encoder {
    struct jpeg_compress_struct cinfo;
    ww_jpeg_guard guard;
    sink sink;
    const ww_image *image; // full range; 4:2:0 BT.601 or luma; or, with a mixer, any YUV
    ww_jpeg_mixer mixer;   // where colours are converted
    ww_image band;         // what is converted, BAND_ROWS high
    uint8_t *padded;       // one band of all planes, used where the width is not a whole number of blocks
} encoder;

static int padded_width(const ww_plane *p) { return (p->width + DCTSIZE - 1) / DCTSIZE * DCTSIZE; }

// Row pointers of one band of one plane, straight into the picture; rows below it repeat the last one.
static void point_at_rows(const ww_plane *p, int first, int rows, JSAMPROW *row)
{
    for (int i = 0; i < rows; i++)
        row[i] = p->data + ww_clamp(first + i, 0, p->height - 1) * p->stride;
}

// Copies the band's rows into `to`, their last sample repeated up to a whole block, and points there. Returns the end
// of what it used.
static uint8_t *pad_rows(const ww_plane *p, int rows, JSAMPROW *row, uint8_t *to)
{
    int padded = padded_width(p);
    for (int i = 0; i < rows; i++, to += padded) {
        memcpy(to, row[i], (size_t)p->width);
        memset(to + p->width, row[i][p->width - 1], (size_t)(padded - p->width));
        row[i] = to;
    }
    return to;
}

// The rows of a band, converted, as a picture of their own.
static const ww_image *mixed_band(encoder *e, int band)
{
    ww_image rows, *to = &e->band;
    if (ww_crop(e->image, 0, band * BAND_ROWS, e->image->width, BAND_ROWS, &rows, NULL) != WW_OK)
        return to; // never: the band lies in the picture
    ww_jpeg_mix(&e->mixer, &rows, to);
    for (int i = 0; i < 3; i++)
        to->plane[i].height = ww_shift_up(rows.height, i > 0);
    return to;
}

static void write_band(encoder *e, int band)
{
    const ww_image *image = e->mixer.sums ? mixed_band(e, band) : e->image;
    const int first = e->mixer.sums ? 0 : band;
    JSAMPROW rows[3][BAND_ROWS];
    JSAMPARRAY planes[3] = {rows[0], rows[1], rows[2]};
    uint8_t *free_space = e->padded;
    for (int i = 0; i < e->cinfo.num_components; i++) {
        const ww_plane *p = &image->plane[i];
        int count = e->cinfo.comp_info[i].v_samp_factor * DCTSIZE;
        point_at_rows(p, first * count, count, rows[i]);
        if (p->width % DCTSIZE)
            free_space = pad_rows(p, count, rows[i], free_space);
    }
    jpeg_write_raw_data(&e->cinfo, planes, (JDIMENSION)(e->cinfo.max_v_samp_factor * DCTSIZE));
}

static void set_parameters(struct jpeg_compress_struct *c, const ww_image *image, int quality)
{
    bool grey = image->pixels == WW_PIXELS_LUMA;
    c->image_width = (JDIMENSION)image->width;
    c->image_height = (JDIMENSION)image->height;
    c->input_components = grey ? 1 : 3;
    c->in_color_space = grey ? JCS_GRAYSCALE : JCS_YCbCr;
    jpeg_set_defaults(c); // 4:2:0 for YCbCr; Huffman tables as they are, a second pass would cost more than it saves
    jpeg_set_quality(c, quality, TRUE);
    c->raw_data_in = TRUE;
    c->dct_method = JDCT_ISLOW;
}

// Everything that libjpeg may leave by longjmp.
static void encode(encoder *e, int quality)
{
    jpeg_create_compress(&e->cinfo);
    e->cinfo.dest = &e->sink.base;
    set_parameters(&e->cinfo, e->image, quality);
    jpeg_start_compress(&e->cinfo, TRUE);
    for (int band = 0; e->cinfo.next_scanline < e->cinfo.image_height; band++)
        write_band(e, band);
    jpeg_finish_compress(&e->cinfo);
}

static ww_status run_encoder(encoder *e, int quality, ww_error *err)
{
    e->cinfo.err = ww_jpeg_guard_init(&e->guard);
    e->sink.base = (struct jpeg_destination_mgr){
        .init_destination = sink_start, .empty_output_buffer = sink_full, .term_destination = sink_finish};
    ww_status status = WW_OK;
    if (setjmp(e->guard.back))
        status = ww_fail(err, WW_ERR_MEMORY, "cannot compress a picture of %d x %d pixels: %s", e->image->width,
                         e->image->height, e->guard.message);
    else
        encode(e, quality);
    jpeg_destroy_compress(&e->cinfo);
    return status;
}

// --- the call --------------------------------------------------------------------------------------------------------

static bool is_ready(const ww_image *image)
{
    const bool full = image->range == WW_RANGE_FULL;
    return full
           && (image->pixels == WW_PIXELS_LUMA
               || (image->pixels == WW_PIXELS_YUV420 && image->matrix == WW_MATRIX_BT601));
}

static ww_status prepare(encoder *e, ww_error *err)
{
    const ww_image *image = e->image;
    const size_t padded = (size_t)padded_width(&image->plane[0]) * BAND_ROWS * 2; // chroma takes half of luma's
    e->padded = ww_alloc_array(padded, 1, SIZE_MAX);
    if (!e->padded)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to compress rows of %d pixels", image->width);
    if (is_ready(image))
        return WW_OK;
    ww_status status = ww_image_alloc(&e->band, WW_PIXELS_YUV420, image->width, BAND_ROWS, err);
    return status == WW_OK ? ww_jpeg_mixer_make(image, &e->mixer, err) : status;
}

static ww_status encode_planes(const ww_image *image, int quality, uint8_t **data, size_t *bytes, ww_error *err)
{
    encoder *e = ww_alloc(sizeof *e);
    e->image = image;
    ww_status status = prepare(e, err);
    if (status == WW_OK)
        status = run_encoder(e, quality, err);
    if (status == WW_OK) {
        *data = e->sink.data;
        *bytes = e->sink.bytes;
    } else {
        free(e->sink.data);
    }
    free(e->mixer.sums);
    ww_image_free(&e->band);
    free(e->padded);
    free(e);
    return status;
}

ww_status ww_jpeg_encode(const ww_image *image, int quality, uint8_t **data, size_t *bytes, ww_error *err)
{
    *data = NULL;
    *bytes = 0;
    if (image->width > JPEG_MAX_DIMENSION || image->height > JPEG_MAX_DIMENSION)
        return ww_fail(err, WW_ERR_ARGUMENT, "a JPEG file holds at most %d pixels a side, not %d x %d",
                       (int)JPEG_MAX_DIMENSION, image->width, image->height);
    if (quality < 1 || quality > 100)
        return ww_fail(err, WW_ERR_ARGUMENT, "JPEG quality goes from 1 to 100, not %d", quality);
    const bool grey = image->pixels == WW_PIXELS_LUMA, rgb = image->pixels == WW_PIXELS_RGB;
    if (is_ready(image) || (!grey && !rgb))
        return encode_planes(image, quality, data, bytes, err);
    ww_image converted;
    ww_status status = grey ? ww_resize_luma(image, image->width, image->height, &converted, err)
                            : ww_to_jpeg_yuv(image, &converted, err);
    if (status != WW_OK)
        return status;
    status = encode_planes(&converted, quality, data, bytes, err);
    ww_image_free(&converted);
    return status;
}
