// SPDX-License-Identifier: MIT
// JPEG files for the tests: our encoder's, and what it does not make (CMYK, progressive, odd samplings, restart
// markers), by libjpeg.
#ifndef WW_TESTS_JPEGS_H
#define WW_TESTS_JPEGS_H
#include "pictures.h"

#include <jpeglib.h>

#define MANY ((size_t)100 * 1000 * 1000) // pixels

typedef struct jpeg {
    uint8_t *data;
    size_t bytes;
} jpeg;

static inline jpeg encoded(const ww_image *image, int quality)
{
    jpeg j = {0};
    CHECK_OK(ww_jpeg_encode(image, quality, &j.data, &j.bytes, &err));
    return j;
}

static inline ww_image decoded(jpeg j, size_t max_pixels)
{
    ww_image out;
    bool truncated = true;
    CHECK_OK(ww_jpeg_decode(j.data, j.bytes, "test.jpg", max_pixels, &out, NULL, NULL, NULL, &truncated, &err));
    CHECK(!truncated);
    return out;
}

// What libjpeg is to make; zero is the default.
typedef struct recipe {
    J_COLOR_SPACE input, stored;
    int luma_h, luma_v; // sampling factors of the first component; the others have 1 x 1
    bool progressive, rows_alike;
    int restart_rows, exif_orientation;
} recipe;

static inline void write_exif(struct jpeg_compress_struct *c, int orientation)
{
    uint8_t exif[] = {'E', 'x', 'i', 'f', 0,    0, 'M', 'M', 0, 42, 0, 0, 0,
                      8,   0,   1,   1,   0x12, 0, 3,   0,   0, 0,  1, 0, (uint8_t)orientation,
                      0,   0,   0,   0,   0,    0};
    jpeg_write_marker(c, JPEG_APP0 + 1, exif, sizeof exif);
}

// A picture whose every sample, of `components` a pixel, is a smooth wave.
static inline void wave_row(uint8_t *row, int width, int components, int y)
{
    for (int i = 0; i < width * components; i++)
        row[i] =
            (uint8_t)lrint(127 + 90 * sin(0.02 * (i / components) + i % components) * cos(0.03 * y + i % components));
}

static inline jpeg made_by_libjpeg(recipe r, int width, int height)
{
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr e;
    jpeg j = {0};
    unsigned long bytes = 0;
    c.err = jpeg_std_error(&e);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &j.data, &bytes);
    c.image_width = (JDIMENSION)width;
    c.image_height = (JDIMENSION)height;
    c.input_components = r.input == JCS_CMYK ? 4 : r.input == JCS_GRAYSCALE ? 1 : 3;
    c.in_color_space = r.input;
    jpeg_set_defaults(&c);
    jpeg_set_quality(&c, 95, TRUE);
    jpeg_set_colorspace(&c, r.stored);
    if (r.luma_h) {
        c.comp_info[0].h_samp_factor = r.luma_h;
        c.comp_info[0].v_samp_factor = r.luma_v;
    }
    if (r.progressive)
        jpeg_simple_progression(&c);
    c.restart_in_rows = r.restart_rows;
    jpeg_start_compress(&c, TRUE);
    if (r.exif_orientation)
        write_exif(&c, r.exif_orientation);
    uint8_t *row = malloc((size_t)width * 4);
    for (int y = 0; y < height; y++) {
        if (y == 0 || !r.rows_alike)
            wave_row(row, width, c.input_components, y);
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    free(row);
    j.bytes = bytes;
    return j;
}

// Where a segment with this marker starts.
static inline size_t find_marker(jpeg j, uint8_t marker)
{
    for (size_t i = 2; i + 4 < j.bytes; i += 2 + (size_t)(j.data[i + 2] << 8 | j.data[i + 3]))
        if (j.data[i + 1] == marker)
            return i;
    CHECK(!"no such marker");
    return 0;
}

#endif
