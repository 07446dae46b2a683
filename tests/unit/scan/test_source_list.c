// SPDX-License-Identifier: MIT
#include "base/files.h"
#include "base/memory.h"
#include "harness.h"
#include "scan/portrait.h"
#include "scan/source_list.h"
#include "scratch.h"

static void put(const char *dir, const char *name, const char *content)
{
    ww_error err = {0};
    char *path = ww_path_join(dir, name), *folder = ww_strndup(path, (size_t)(ww_path_base(path) - path));
    CHECK_OK(ww_make_dirs(folder, &err));
    CHECK_OK(ww_write_file(path, content, strlen(content), &err));
    free(folder);
    free(path);
}

// A library that has written one file.
static void make_library(const char *dir, const char *name, const char *exported)
{
    ww_error err = {0};
    ww_store *store = NULL;
    char *path = ww_path_join(dir, name);
    CHECK_OK(ww_store_open(path, true, &store, &err));
    CHECK_OK(ww_store_set_exported(store, exported, 1, &err));
    ww_store_close(store);
    free(path);
}

TEST(folders_are_searched_in_order_of_name)
{
    const char *dir = scratch_folder();
    put(dir, "b.mp4", "x");
    put(dir, "a/2.jpg", "\xff\xd8\xff\xe0 and eight more");
    put(dir, "a/10.png", "x");
    put(dir, "notes.txt", "x");
    put(dir, ".hidden.mp4", "x");
    put(dir, "out/Frames/frame_1.jpg", "x"); // this program's own work is not footage
    put(dir, "out/mine.jpg", "x");           // what else is there is
    make_library(dir, "out/whoswho.db", "Frames/frame_1.jpg");
    ww_error err = {0};
    const char *named[] = {dir, "no/such/file.mp4"};
    ww_source_list inputs = {0};
    int64_t unreadable = 0;
    CHECK_OK(ww_source_list_collect(named, 2, NULL, NULL, &inputs, &unreadable, &err));
    CHECK_EQ(inputs.count, 5);
    CHECK_EQ(unreadable, 0);
    static const char *const expected[] = {"a/10.png", "a/2.jpg", "b.mp4", "out/mine.jpg"};
    for (size_t i = 0; i < 4 && i < inputs.count; i++)
        CHECK_STR(inputs.item[i].path + strlen(dir) + 1, expected[i]);
    CHECK(!inputs.item[0].photo && inputs.item[1].photo && !inputs.item[2].photo); // by content, not by name
    CHECK_STR(inputs.item[4].path, "no/such/file.mp4");
    CHECK_EQ(inputs.item[4].bytes, 0);
    ww_source_list_free(&inputs);
}

// A grey picture with a dark square where the face is.
static void draw_face(ww_image *image, int width, int height, const ww_detection *face)
{
    ww_error err = {0};
    CHECK_OK(ww_image_alloc(image, WW_PIXELS_YUV420, width, height, &err));
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < image->plane[p].height; y++)
            memset(image->plane[p].data + y * image->plane[p].stride, p ? 128 : 200, (size_t)image->plane[p].width);
    for (int y = (int)face->y; y < (int)(face->y + face->height); y++)
        memset(image->plane[0].data + y * image->plane[0].stride + (int)face->x, 20, (size_t)face->width);
}

static int luma_at(const ww_image *image, double x, double y)
{
    return image->plane[0].data[(int)y * image->plane[0].stride + (int)x];
}

// The face stands in the portrait where portrait_box says, with the article's margins around it.
static void check_portrait(int width, int height, ww_detection face, double left, double right, double top,
                           double bottom)
{
    ww_error err = {0};
    ww_image image = {0}, portrait = {0};
    ww_face_row row = {0};
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    draw_face(&image, width, height, &face);
    CHECK_OK(ww_portrait(&image, &face, 0, ww_portrait_margin_scale(image.width, false), &row, &jpeg, &bytes, &err));
    CHECK_OK(ww_jpeg_decode(jpeg, bytes, "portrait", 1 << 24, &portrait, NULL, NULL, NULL, NULL, &err));
    CHECK_EQ(portrait.width, WW_PORTRAIT_WIDTH);
    CHECK_EQ(portrait.height, row.portrait_height);
    double scale = WW_PORTRAIT_WIDTH / (left + face.width + right);
    CHECK_NEAR(row.portrait_height, (top + face.height + bottom) * scale, 2);
    CHECK_NEAR(row.portrait_box[0], left * scale, 2);
    CHECK_NEAR(row.portrait_box[1], top * scale, 2);
    CHECK_NEAR(row.portrait_box[2], face.width * scale, 2);
    const double *b = row.portrait_box;
    CHECK(luma_at(&portrait, b[0] + 4, b[1] + 4) < 60 && luma_at(&portrait, b[0] + b[2] - 5, b[1] + b[3] - 5) < 60);
    if (left > 10 && top > 10)
        CHECK(luma_at(&portrait, b[0] - 5, b[1] - 5) > 160);
    free(jpeg);
    ww_image_free(&portrait);
    ww_image_free(&image);
}

TEST(portraits_have_the_margins_of_the_article)
{
    check_portrait(700, 500, (ww_detection){.x = 300, .y = 180, .width = 80, .height = 100}, 100, 100, 150, 150);
    check_portrait(1400, 1000, (ww_detection){.x = 600, .y = 360, .width = 160, .height = 200}, 200, 200, 300, 300);
    // cut at the picture's edge
    check_portrait(700, 500, (ww_detection){.x = 20, .y = 30, .width = 80, .height = 100}, 20, 100, 30, 150);
}

int main(void)
{
    RUN(folders_are_searched_in_order_of_name);
    RUN(portraits_have_the_margins_of_the_article);
    return FINISH();
}
