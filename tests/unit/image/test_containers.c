// SPDX-License-Identifier: MIT
// TIFF and HEIF as cameras, scanners and archives write them, made here with the libraries that also read them: laid
// out in every way, turned, of several pages, and cut off. And the pictures of data sets: what is written is read
// again.
#include "harness.h"
#include "scratch.h"

#include "base/files.h"
#include "base/memory.h"
#include "image/heif.h"
#include "image/tiff.h"
#include <libheif/heif.h>
#include <malloc.h>
#include <png.h>
#include <tiffio.h>
#include <unistd.h>

#define WIDTH 96
#define HEIGHT 64
#define TILE 32

static const char *folder;

static char *path_of(const char *name) { return ww_path_join(folder, name); }

// White upper left, grey lower left, black right.
static uint8_t corner(int x, int y) { return x >= WIDTH / 2 ? 0 : y < HEIGHT / 2 ? 255 : 128; }

static bool looks_right(const ww_image *image, int shade)
{
    if (image->width != WIDTH || image->height != HEIGHT || image->pixels != WW_PIXELS_RGB)
        return false;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            bool at_border = abs(x - WIDTH / 2) < 9 || abs(y - HEIGHT / 2) < 9; // compression blurs it
            int value = image->plane[0].data[y * image->plane[0].stride + 3 * x];
            if (!at_border && abs(value - (corner(x, y) * shade / 255)) > 12)
                return false;
        }
    return true;
}

typedef struct layout {
    const char *name;
    bool tiled;
    int compression, fill_order, orientation, samples;
} layout;

static void fill(uint8_t *pixels, int x0, int y0, int width, int height, int samples, int shade)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int s = 0; s < samples; s++)
                pixels[(y * width + x) * samples + s] = (uint8_t)(corner(x0 + x, y0 + y) * shade / 255);
}

static void write_page(TIFF *tiff, const layout *l, int shade)
{
    uint8_t pixels[WIDTH * HEIGHT * 3];
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, WIDTH);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, HEIGHT);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, l->samples);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, l->compression);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, l->samples == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
    if (l->fill_order)
        TIFFSetField(tiff, TIFFTAG_FILLORDER, l->fill_order);
    if (l->orientation)
        TIFFSetField(tiff, TIFFTAG_ORIENTATION, l->orientation);
    if (l->tiled) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, TILE);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, TILE);
        for (int y = 0; y < HEIGHT; y += TILE)
            for (int x = 0; x < WIDTH; x += TILE) {
                fill(pixels, x, y, TILE, TILE, l->samples, shade);
                TIFFWriteTile(tiff, pixels, (uint32_t)x, (uint32_t)y, 0, 0);
            }
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 16);
        fill(pixels, 0, 0, WIDTH, HEIGHT, l->samples, shade);
        for (int strip = 0; strip < HEIGHT / 16; strip++)
            TIFFWriteEncodedStrip(tiff, (uint32_t)strip, pixels + strip * 16 * WIDTH * l->samples,
                                  16 * WIDTH * l->samples);
    }
    TIFFWriteDirectory(tiff);
}

static uint8_t *read_back(const char *name, size_t *bytes)
{
    uint8_t *data = NULL;
    char *path = path_of(name);
    CHECK_EQ(ww_read_file(path, 1 << 24, &data, bytes, NULL), WW_OK);
    free(path);
    return data;
}

static TIFF *begin(const char *name)
{
    char *path = path_of(name);
    TIFF *tiff = TIFFOpen(path, "w");
    CHECK(tiff != NULL);
    free(path);
    return tiff;
}

static const layout layouts[] = {
    {"strips", false, COMPRESSION_NONE, 0, 0, 3},
    {"tiles", true, COMPRESSION_NONE, 0, 0, 3},
    {"tiles-deflate", true, COMPRESSION_ADOBE_DEFLATE, 0, 0, 3},
    {"strips-jpeg", false, COMPRESSION_JPEG, 0, 0, 3},
    {"tiles-jpeg", true, COMPRESSION_JPEG, 0, 0, 3},
    {"tiles-grey-lzw", true, COMPRESSION_LZW, 0, 0, 1},
    {"bits-reversed", false, COMPRESSION_LZW, FILLORDER_LSB2MSB, 0, 3},
    {"bits-reversed-plain", true, COMPRESSION_NONE, FILLORDER_LSB2MSB, 0, 1},
    {"turned", false, COMPRESSION_PACKBITS, 0, ORIENTATION_RIGHTTOP, 3},
};

TEST(tiff_layouts)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        const layout *l = &layouts[i];
        TIFF *tiff = begin(l->name);
        write_page(tiff, l, 255);
        TIFFClose(tiff);
        size_t bytes = 0;
        uint8_t *data = read_back(l->name, &bytes);
        ww_error err = {0};
        ww_image image;
        int pages = 0, width = 0, height = 0, orientation = -1;
        CHECK_OK(ww_tiff_pages(data, bytes, l->name, &pages, &err));
        CHECK_OK(ww_tiff_measure(data, bytes, l->name, 0, &width, &height, &orientation, &err));
        CHECK(pages == 1 && width == WIDTH && height == HEIGHT && orientation == l->orientation);
        CHECK_OK(ww_tiff_decode(data, bytes, l->name, 0, &image, &err));
        if (!looks_right(&image, 255)) {
            printf("# %s\n", l->name);
            CHECK(!"the picture is what was written");
        }
        ww_image_free(&image);
        free(data);
    }
}

// Half of a file: an error that names it, never a picture in part.
TEST(tiff_cut_off)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        size_t bytes = 0;
        uint8_t *data = read_back(layouts[i].name, &bytes);
        ww_error err = {0};
        ww_image image;
        CHECK_EQ(ww_tiff_decode(data, bytes / 2, "half.tif", 0, &image, &err), WW_ERR_FORMAT);
        CHECK(strstr(err.message, "half.tif") != NULL);
        ww_image_free(&image);
        free(data);
    }
}

TEST(tiff_pages)
{
    TIFF *tiff = begin("pages");
    for (int page = 0; page < 3; page++) {
        if (page == 1) { // a thumbnail between the pages is not one
            TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
            write_page(tiff, &layouts[0], 10);
        }
        write_page(tiff, &layouts[page], 255 - 60 * page);
    }
    TIFFClose(tiff);
    size_t bytes = 0;
    uint8_t *data = read_back("pages", &bytes);
    ww_error err = {0};
    int pages = 0;
    CHECK_OK(ww_tiff_pages(data, bytes, "pages", &pages, &err));
    CHECK_EQ(pages, 3);
    for (int page = 0; page < 3; page++) {
        ww_image image;
        CHECK_OK(ww_tiff_decode(data, bytes, "pages", page, &image, &err));
        CHECK(looks_right(&image, 255 - 60 * page));
        ww_image_free(&image);
    }
    ww_image none;
    CHECK_EQ(ww_tiff_decode(data, bytes, "pages", 3, &none, &err), WW_ERR_FORMAT);
    free(data);
}

// --- HEIF ------------------------------------------------------------------------------------------------------------

// The corners, stored so that `orientation` brings them upright.
static struct heif_image *stored_corners(enum heif_orientation orientation)
{
    struct heif_image *image = NULL;
    bool turned = orientation == heif_orientation_rotate_90_cw;
    int width = turned ? HEIGHT : WIDTH, height = turned ? WIDTH : HEIGHT, stride = 0;
    heif_image_create(width, height, heif_colorspace_RGB, heif_chroma_interleaved_RGB, &image);
    heif_image_add_plane(image, heif_channel_interleaved, width, height, 8);
    uint8_t *pixels = heif_image_get_plane(image, heif_channel_interleaved, &stride);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++)
                pixels[y * stride + 3 * x + c] = turned ? corner(WIDTH - 1 - y, x) : corner(x, y);
    // Turned clockwise by 90 degrees, stored (x, y) comes to lie at (height - 1 - y, x).
    return image;
}

static bool write_heif(const char *name, enum heif_compression_format format, enum heif_orientation orientation)
{
    struct heif_context *context = heif_context_alloc();
    struct heif_encoder *encoder = NULL;
    if (heif_context_get_encoder_for_format(context, format, &encoder).code != heif_error_Ok) {
        heif_context_free(context);
        return false;
    }
    heif_encoder_set_lossy_quality(encoder, 90);
    struct heif_encoding_options *options = heif_encoding_options_alloc();
    options->image_orientation = orientation;
    struct heif_image *image = stored_corners(orientation);
    char *path = path_of(name);
    bool written = heif_context_encode_image(context, image, encoder, options, NULL).code == heif_error_Ok
                   && heif_context_write_to_file(context, path).code == heif_error_Ok;
    free(path);
    heif_image_release(image);
    heif_encoding_options_free(options);
    heif_encoder_release(encoder);
    heif_context_free(context);
    return written;
}

static void check_heif(const char *name)
{
    size_t bytes = 0;
    uint8_t *data = read_back(name, &bytes);
    ww_error err = {0};
    int width = 0, height = 0;
    ww_image image;
    CHECK_OK(ww_heif_measure(data, bytes, name, &width, &height, &err));
    CHECK(width == WIDTH && height == HEIGHT);
    CHECK_OK(ww_heif_decode(data, bytes, name, &image, &err));
    CHECK(looks_right(&image, 255));
    ww_image_free(&image);
    for (size_t share = 1; share < 8; share++) {
        CHECK(ww_heif_decode(data, bytes * share / 8, "cut.heic", &image, &err) < 0);
        CHECK(strstr(err.message, "cut.heic") != NULL);
    }
    free(data);
}

TEST(heif_upright)
{
    static const struct {
        const char *name;
        enum heif_compression_format format;
        enum heif_orientation orientation;
    } kinds[] = {
        {"plain.heic", heif_compression_HEVC, heif_orientation_normal},
        {"turned.heic", heif_compression_HEVC, heif_orientation_rotate_90_cw},
        {"plain.avif", heif_compression_AV1, heif_orientation_normal},
        {"turned.avif", heif_compression_AV1, heif_orientation_rotate_90_cw},
    };
    int made = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (write_heif(kinds[i].name, kinds[i].format, kinds[i].orientation)) {
            made++;
            check_heif(kinds[i].name);
        }
    if (!made)
        SKIP("libheif has no encoder here");
}

static const ww_picture_format *format_of(const uint8_t *data, size_t bytes)
{
    for (size_t i = 0; ww_picture_format_at(i); i++)
        if (ww_picture_format_at(i)->is(data, bytes))
            return ww_picture_format_at(i);
    return NULL;
}

TEST(picture_formats_back_and_forth)
{
    ww_image image;
    ww_error err = {0};
    CHECK_OK(ww_image_alloc(&image, WW_PIXELS_RGB, WIDTH, HEIGHT, &err));
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH * 3; x++)
            image.plane[0].data[y * image.plane[0].stride + x] = corner(x / 3, y);
    for (size_t i = 0; ww_picture_format_at(i); i++) {
        const ww_picture_format *format = ww_picture_format_at(i);
        uint8_t *data = NULL;
        size_t bytes = 0;
        bool truncated = false;
        ww_image back = {0}, rgb = {0};
        CHECK_OK(format->encode(&image, 90, &data, &bytes, &err));
        CHECK(format_of(data, bytes) == format);
        CHECK_OK(format->decode(data, bytes, format->name, &back, &truncated, &err));
        CHECK_OK(ww_to_rgb(&back, &rgb, &err));
        CHECK(!truncated && looks_right(&rgb, 255));
        ww_image_free(&back);
        ww_image_free(&rgb);
        free(data);
    }
    ww_image_free(&image);
}

// What shows through is the same whatever the memory held before.
TEST(transparent_png)
{
    static const uint8_t clear[WIDTH * HEIGHT * 4];
    png_image png = {.version = PNG_IMAGE_VERSION, .width = WIDTH, .height = HEIGHT, .format = PNG_FORMAT_RGBA};
    uint8_t data[WIDTH * HEIGHT];
    png_alloc_size_t bytes = sizeof data;
    CHECK(png_image_write_to_memory(&png, data, &bytes, 0, clear, 0, NULL));
    bool truncated = false, black = true;
    ww_image image = {0};
    ww_error err = {0};
    mallopt(M_PERTURB, 90);
    CHECK_OK(format_of(data, bytes)->decode(data, bytes, "clear.png", &image, &truncated, &err));
    mallopt(M_PERTURB, 0);
    for (int y = 0; y < image.height; y++)
        for (int x = 0; x < image.width * 3; x++)
            black = black && image.plane[0].data[y * image.plane[0].stride + x] == 0;
    CHECK(black);
    ww_image_free(&image);
}

int main(void)
{
    folder = scratch_folder();
    RUN(tiff_layouts);
    RUN(tiff_cut_off);
    RUN(tiff_pages);
    RUN(heif_upright);
    RUN(picture_formats_back_and_forth);
    RUN(transparent_png);
    return FINISH();
}
