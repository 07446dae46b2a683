// SPDX-License-Identifier: MIT
// Long pictures are cut so that no face falls between two tiles, and others are not cut.
#include "harness.h"

#include "face/tiles.h"

#define SIZE 640

static void check_plan(int longer, int shorter)
{
    int length, step, count = ww_tiles_plan(longer, shorter, SIZE, &length, &step), length_turned, step_turned;
    CHECK_EQ(ww_tiles_plan(shorter, longer, SIZE, &length_turned, &step_turned), count);
    CHECK(length_turned == length && step_turned == step);
    CHECK(count >= 1 && count <= WW_TILES_MAX);
    if (count == 1)
        return;
    CHECK(step % 2 == 0 && step > 0 && (count - 1) * step < longer && (count - 2) * step + length < longer);
    CHECK((count - 1) * step + length >= longer);
    if (count < WW_TILES_MAX)
        CHECK(length - step >= shorter); // a face as long as the short side is whole in one of them
    CHECK(length == 2 * shorter || length == SIZE);
}

TEST(plans)
{
    for (int shorter = 1; shorter < 20000; shorter = shorter * 3 / 2 + 1)
        for (int longer = shorter; longer <= 65535; longer = longer * 5 / 4 + 1)
            check_plan(longer, shorter);
}

TEST(films_are_whole)
{
    static const int films[][2] = {{1920, 1080}, {720, 576}, {1080, 1920}, {2048, 858},
                                   {4096, 1484}, {640, 200}, {600, 10}};
    int length, step;
    for (size_t i = 0; i < sizeof films / sizeof *films; i++)
        CHECK_EQ(ww_tiles_plan(films[i][0], films[i][1], SIZE, &length, &step), 1);
    CHECK_EQ(ww_tiles_plan(15000, 1000, SIZE, &length, &step), 14);
}

int main(void)
{
    RUN(plans);
    RUN(films_are_whole);
    return FINISH();
}
