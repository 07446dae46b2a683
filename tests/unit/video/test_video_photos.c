// SPDX-License-Identifier: MIT
// Photos, and what is done to decoded frames before they are handed out.
#include "clips.h"
#include "harness.h"
#include "reference.h"

#include "base/files.h"
#include "base/memory.h"
#include "video/deinterlace.h"
#include "video/picture.h"
#include <libavutil/display.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 // and memory use not our own
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED 0
#endif

typedef struct kept {
    ww_image image;
    double scale;
    int64_t sample, time_us;
    int frames;
} kept;

static ww_status keep(void *user, const ww_frame *frame, ww_error *err)
{
    kept *k = user;
    k->frames++;
    k->scale = frame->scale;
    k->sample = frame->sample;
    k->time_us = frame->time_us;
    ww_image_free(&k->image);
    return ww_orient(&frame->image, 1, &k->image, err);
}

// The last frame of a photo or short clip.
static bool read_one(const char *name, ww_source_info *info, kept *k)
{
    ww_error err = {0};
    ww_source *footage = NULL;
    ww_reader *reader = NULL;
    *k = (kept){0};
    CHECK_OK(ww_source_open(clip_path(name), NULL, NULL, &footage, &err));
    if (!footage)
        return false;
    *info = *ww_source_get_info(footage);
    CHECK_OK(ww_reader_open(footage, &reader, &err));
    if (reader)
        CHECK_OK(ww_reader_span(reader, 0, keep, k, NULL, &err));
    ww_reader_close(reader);
    ww_source_close(footage);
    return k->frames > 0;
}

// Luma at a place given as shares of width and height.
static int luma_at(const ww_image *image, double x, double y)
{
    const ww_plane *p = &image->plane[0];
    int v = p->data[(int)(y * p->height) * p->stride + (int)(x * p->width) * (image->pixels == WW_PIXELS_RGB ? 3 : 1)];
    return image->pixels == WW_PIXELS_RGB ? v : ww_luma_to_full(image->range)[v];
}

// Upright, the picture is white in its upper left quarter, grey on the lower left, and black elsewhere: any turn or
// mirroring shows.
#define CORNERS "-f lavfi -i \"color=black:s=96x64,format=gray,geq=lum='if(lt(X,W/2),if(lt(Y,H/2),255,128),0)'\" "

static void check_corners(const char *name, const ww_image *image, int tolerance)
{
    bool right = abs(luma_at(image, 0.25, 0.25) - 255) <= tolerance
                 && abs(luma_at(image, 0.25, 0.75) - 128) <= tolerance && luma_at(image, 0.75, 0.25) <= tolerance
                 && luma_at(image, 0.75, 0.75) <= tolerance;
    if (!right)
        printf("# %s: %d %d / %d %d\n", name, luma_at(image, 0.25, 0.25), luma_at(image, 0.75, 0.25),
               luma_at(image, 0.25, 0.75), luma_at(image, 0.75, 0.75));
    CHECK(right);
}

TEST(every_photo_format)
{
    static const char *const photos[][2] = {
        {"p.png", ""},
        {"p16.png", "-pix_fmt rgb48be"},
        {"palette.png", "-pix_fmt pal8"},
        {"alpha.png", "-pix_fmt rgba"},
        {"p.bmp", "-pix_fmt bgr24"},
        {"p.tif", "-pix_fmt rgb24"},
        {"p.webp", "-pix_fmt yuv420p -lossless 0 -quality 95"},
        {"l.webp", "-pix_fmt bgra -lossless 1"},
        {"p.gif", "-pix_fmt rgb8"},
        {"p.jp2", "-c:v libopenjpeg -pix_fmt rgb24"},
        {"p.jpg", "-q:v 1 -pix_fmt yuvj444p"},
        {"grey.jpg", "-q:v 1 -pix_fmt gray"},
        {"p.ppm", "-pix_fmt rgb24"},
        {"p.pcx", "-pix_fmt rgb24"},
        {"p.sgi", "-pix_fmt rgb24"},
        {"p.ras", "-pix_fmt bgr24"},
        {"p.qoi", "-pix_fmt rgb24"},
        {"lossless.jpg", "-c:v ljpeg -pix_fmt bgr24"},
        {"p.jls", "-pix_fmt rgb24"},
    };
    for (size_t i = 0; i < sizeof photos / sizeof *photos; i++) {
        const char *name = photos[i][0];
        char *arguments = ww_strf(CORNERS "-frames:v 1 %s", photos[i][1]);
        CHECK(clip_make(name, arguments));
        free(arguments);
        ww_source_info info;
        kept k;
        if (!read_one(name, &info, &k)) {
            printf("# ^ %s\n", name);
            continue;
        }
        CHECK_EQ(info.kind, WW_SOURCE_PHOTO);
        CHECK(info.width == 96 && info.height == 64 && info.span_count == 1 && info.duration_us == 0
              && info.frame_count == 1);
        CHECK(k.image.width == 96 && k.image.height == 64 && k.scale == 1 && k.sample == 0 && k.time_us == 0
              && k.frames == 1);
        check_corners(name, &k.image, strstr(name, "pal") || strstr(name, "gif") ? 20 : 6); // few colours
        ww_image_free(&k.image);
    }
}

// Content decides, not the name.
TEST(names_do_not_matter)
{
    ww_source_info info;
    kept k;
    CHECK(clip_make("real.png", CORNERS "-frames:v 1"));
    CHECK(clip_truncate("real.png", "lies.mp4", 1));
    if (read_one("lies.mp4", &info, &k))
        CHECK_EQ(info.kind, WW_SOURCE_PHOTO);
    ww_image_free(&k.image);
    CHECK(clip_make("real.mp4", "-f lavfi -i testsrc2=s=64x64:d=1 -c:v libx264"));
    CHECK(clip_truncate("real.mp4", "it's a \"n\xc3\xa4me\": 100%.jpg", 1));
    if (read_one("it's a \"n\xc3\xa4me\": 100%.jpg", &info, &k))
        CHECK_EQ(info.kind, WW_SOURCE_VIDEO);
    ww_image_free(&k.image);
    CHECK_EQ(ww_content_of(clip_path("lies.mp4"), NULL), WW_CONTENT_PHOTO);
    CHECK_EQ(ww_content_of(clip_path("it's a \"n\xc3\xa4me\": 100%.jpg"), NULL), WW_CONTENT_VIDEO);
}

static const uint8_t exif_block[] = {
    'I',  'I', 42, 0, 8, 0, 0, 0,             // header, offset of the directory
    1,    0,                                  // one entry
    0x12, 1,   3,  0, 1, 0, 0, 0, 6, 0, 0, 0, // orientation, short, 1, turn clockwise
    0,    0,   0,  0,
};

static void put_32(uint8_t *at, uint32_t v, bool big)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(v >> (big ? 24 - 8 * i : 8 * i));
}

// Writes `from` with `block` inserted at byte `at`.
static void insert(const char *from, const char *to, size_t at, const uint8_t *block, size_t block_bytes)
{
    uint8_t *data = NULL;
    size_t bytes = 0;
    CHECK(ww_read_file(clip_path(from), 1 << 20, &data, &bytes, NULL) == WW_OK && bytes > at);
    uint8_t *joined = ww_alloc(bytes + block_bytes);
    memcpy(joined, data, at);
    memcpy(joined + at, block, block_bytes);
    memcpy(joined + at + block_bytes, data + at, bytes - at);
    CHECK(ww_write_file(clip_path(to), joined, bytes + block_bytes, NULL) == WW_OK);
    free(joined);
    free(data);
}

static void check_turned(const char *name)
{
    ww_source_info info;
    kept k;
    if (!read_one(name, &info, &k))
        return;
    CHECK(info.width == 96 && info.height == 64 && k.image.width == 96 && k.image.height == 64);
    check_corners(name, &k.image, 8);
    ww_image_free(&k.image);
}

// Stored turned by 90 degrees counter-clockwise, with EXIF saying so: comes out upright.
TEST(exif_orientation)
{
    uint8_t block[64] = {0};
    CHECK(clip_make("lying.jpg", CORNERS "-vf transpose=cclock -frames:v 1 -q:v 1 -pix_fmt yuvj444p"));
    const uint8_t app1[] = {0xff, 0xe1, 0, 2 + 6 + sizeof exif_block, 'E', 'x', 'i', 'f', 0, 0};
    memcpy(block, app1, sizeof app1);
    memcpy(block + sizeof app1, exif_block, sizeof exif_block);
    insert("lying.jpg", "exif.jpg", 2, block, sizeof app1 + sizeof exif_block);
    check_turned("exif.jpg");
    CHECK(clip_make("lying.png", CORNERS "-vf transpose=cclock -frames:v 1"));
    put_32(block, sizeof exif_block, true);
    memcpy(block + 4, "eXIf", 4);
    memcpy(block + 8, exif_block, sizeof exif_block);
    insert("lying.png", "exif.png", 33, block, 12 + sizeof exif_block);
    check_turned("exif.png");
    CHECK(clip_make("lying.webp", CORNERS "-vf transpose=cclock,format=bgra -frames:v 1 -lossless 1"));
    memcpy(block, "EXIF", 4);
    put_32(block + 4, sizeof exif_block, false);
    insert("lying.webp", "exif.webp", 12, block, 8 + sizeof exif_block);
    check_turned("exif.webp");
}

TEST(one_pixel)
{
    ww_source_info info;
    kept k;
    CHECK(clip_make("dot.png", "-f lavfi -i color=c=white:s=1x1,format=rgb24 -frames:v 1"));
    if (read_one("dot.png", &info, &k))
        CHECK(info.width == 1 && info.height == 1 && luma_at(&k.image, 0, 0) >= 250);
    ww_image_free(&k.image);
}

// A grey JPEG of any size: with Huffman tables of one code each, "no difference" and "end of block", every 8 x 8 block
// is two zero bits.
static void write_plain_jpeg(const char *name, int width, int height)
{
    uint8_t head[] = {
        0xff,
        0xd8,
        0xff,
        0xdb,
        0,
        67,
        0,
        [7 + 64] = 0xff,
        0xc0,
        0,
        11,
        8,
        (uint8_t)(height >> 8),
        (uint8_t)height,
        (uint8_t)(width >> 8),
        (uint8_t)width,
        1,
        1,
        0x11,
        0, // one component
        0xff,
        0xc4,
        0,
        20,
        0x00,
        1,
        [7 + 64 + 13 + 21] = 0, // DC: one code, of one bit
        0xff,
        0xc4,
        0,
        20,
        0x10,
        1,
        [7 + 64 + 13 + 22 + 21] = 0, // AC
        0xff,
        0xda,
        0,
        8,
        1,
        1,
        0x00,
        0,
        63,
        0,
    };
    memset(head + 7, 1, 64);
    size_t scan = ((size_t)(width + 7) / 8 * ((size_t)(height + 7) / 8) * 2 + 7) / 8;
    uint8_t *file = ww_alloc(sizeof head + scan + 2);
    memcpy(file, head, sizeof head);
    memcpy(file + sizeof head + scan, "\xff\xd9", 2);
    CHECK(ww_write_file(clip_path(name), file, sizeof head + scan + 2, NULL) == WW_OK);
    free(file);
}

// 400 million pixels: a JPEG is decoded smaller, within bounded memory; a PNG is refused, saying why.
TEST(huge_photos)
{
    ww_source_info info;
    kept k;
    write_plain_jpeg("huge.jpg", 20000, 20000);
    if (read_one("huge.jpg", &info, &k)) {
        CHECK(info.width == 20000 && info.height == 20000);
        CHECK(k.image.width == 5000 && k.image.height == 5000);
        CHECK_NEAR(k.scale, 0.25, 1e-9);
        CHECK_EQ(luma_at(&k.image, 0.9, 0.9), 128);
    }
    ww_image_free(&k.image);
    static const uint8_t png[] = {0x89, 'P',  'N',  'G', '\r', '\n', 26,   '\n', 0, 0, 0, 13, 'I',  'H',  'D',  'R', 0,
                                  0,    0x4e, 0x20, 0,   0,    0x4e, 0x20, 8,    0, 0, 0, 0,  0x69, 0x69, 0x69, 0x69};
    CHECK(ww_write_file(clip_path("huge.png"), png, sizeof png, NULL) == WW_OK);
    ww_error err = {0};
    ww_source *footage = NULL;
    CHECK_EQ(ww_source_open(clip_path("huge.png"), NULL, NULL, &footage, &err), WW_ERR_UNSUPPORTED);
    CHECK(strstr(err.message, "huge.png") && strstr(err.message, "20000 x 20000"));
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("# peak memory %ld MB\n", usage.ru_maxrss / 1024);
    CHECK(SANITIZED || usage.ru_maxrss < 200 * 1024);
}

// The eight display matrices against the eight EXIF orientations, by following a corner.
TEST(display_matrices)
{
    for (int turn = 0; turn < 4; turn++)
        for (int mirrored = 0; mirrored < 2; mirrored++) {
            static const int expected[2][4] = {{1, 6, 3, 8}, {2, 5, 4, 7}};
            int32_t matrix[9];
            av_display_rotation_set(matrix, 90.0 * turn); // clockwise
            av_display_matrix_flip(matrix, mirrored, 0);  // after the turn
            int got = ww_matrix_orientation(matrix);
            CHECK_EQ(got, expected[mirrored][turn]);
        }
}

TEST(rotated_video_is_upright)
{
    static const char *const stored[] = {"transpose=cclock", "hflip,vflip", "transpose=clock"};
    for (int i = 0; i < 3; i++) {
        char *arguments = ww_strf(CORNERS "-t 0.2 -vf %s,format=yuv420p -c:v libx264 -qp 1", stored[i]);
        CHECK(clip_make("lying.mp4", arguments));
        free(arguments);
        CHECK(clip_turn("lying.mp4", "turned.mp4", 90 * (i + 1)));
        check_turned("turned.mp4");
    }
}

TEST(pixels_become_square)
{
    ww_source_info info;
    kept k;
    CHECK(clip_make("squeezed.mp4", CORNERS "-t 0.2 -vf scale=48:64,setsar=2/1,format=yuv420p -c:v libx264 -qp 1"));
    if (read_one("squeezed.mp4", &info, &k)) {
        CHECK(info.width == 96 && info.height == 64 && k.image.width == 96);
        check_corners("squeezed.mp4", &k.image, 12);
    }
    ww_image_free(&k.image);
}

TEST(deep_pixels_keep_their_values)
{
    static const char *const formats[] = {"yuv420p10le", "yuv422p10le", "yuv444p10le", "yuv420p",
                                          "yuv422p",     "yuv444p",     "yuvj420p"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        ww_source_info info;
        kept k;
        char *arguments = ww_strf(CORNERS "-t 0.2 -vf format=%s -c:v libx264 -qp 1", formats[i]);
        CHECK(clip_make("deep.mp4", arguments));
        free(arguments);
        if (read_one("deep.mp4", &info, &k)) {
            check_corners(formats[i], &k.image, 4);
            CHECK_EQ(k.image.range, strchr(formats[i], 'j') ? WW_RANGE_FULL : WW_RANGE_LIMITED);
            CHECK_EQ(k.image.pixels, strstr(formats[i], "420")   ? WW_PIXELS_YUV420
                                     : strstr(formats[i], "422") ? WW_PIXELS_YUV422
                                                                 : WW_PIXELS_YUV444);
        }
        ww_image_free(&k.image);
    }
}

// Two moments woven together become one again; what stands still, and a progressive picture, stay as they are.
TEST(deinterlaced)
{
    enum { WIDTH = 64, HEIGHT = 37 };
    static uint8_t pixels[WIDTH * HEIGHT];
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            int edge = y & 1 ? 20 : 10; // moves by ten pixels between the fields, in the left half
            pixels[y * WIDTH + x] = (uint8_t)(x >= 32 ? 3 * y + x : x < edge ? 200 : 40);
        }
    ww_image image = {.width = WIDTH,
                      .height = HEIGHT,
                      .pixels = WW_PIXELS_LUMA,
                      .plane = {{pixels, WIDTH, HEIGHT, WIDTH}}},
             out;
    for (int field = 0; field < 2; field++) {
        CHECK(ww_deinterlace(&image, field, &out, NULL) == WW_OK);
        int wrong = 0;
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                int expected = x >= 32 ? 3 * y + x : x < (field ? 20 : 10) ? 200 : 40;
                wrong += out.plane[0].data[y * out.plane[0].stride + x] != expected;
            }
        CHECK_EQ(wrong, 0);
        ww_image_free(&out);
    }
}

int main(void)
{
    if (!clips_begin()) {
        printf("1..0 # SKIP there is no ffmpeg program here to make clips with\n");
        return 0;
    }
    RUN(huge_photos); // first, as it looks at the peak of memory
    RUN(every_photo_format);
    RUN(names_do_not_matter);
    RUN(exif_orientation);
    RUN(one_pixel);
    RUN(display_matrices);
    RUN(rotated_video_is_upright);
    RUN(pixels_become_square);
    RUN(deep_pixels_keep_their_values);
    RUN(deinterlaced);
    return FINISH();
}
