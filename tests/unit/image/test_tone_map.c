// SPDX-License-Identifier: MIT
// Tone mapping on ramps: brighter in is never darker out, the grey card and white land where ITU-R BT.2408 and BT.2390
// put them, and hue stays.
#include "harness.h"

#include "base/memory.h"
#include "image/tone_map.h"

#define CODES 1024
enum { NEUTRAL = 512 };

// A row of neutral (or coloured) samples of 10 bits, full range.
static bool map_row(ww_transfer transfer, double peak, const uint16_t *luma, uint16_t cb, uint16_t cr, int width,
                    ww_image *out)
{
    uint16_t *b = ww_alloc((size_t)width * 2), *r = ww_alloc((size_t)width * 2);
    for (int x = 0; x < width; x++) {
        b[x] = cb;
        r[x] = cr;
    }
    ww_deep_image in = {
        .width = width, .height = 1, .bits = 10, .transfer = transfer, .range = WW_RANGE_FULL, .peak = peak};
    in.plane[0] = luma;
    in.plane[1] = b;
    in.plane[2] = r;
    for (int i = 0; i < 3; i++)
        in.stride[i] = width;
    ww_error err = {0};
    CHECK_OK(ww_tone_map(&in, out, &err));
    free(b);
    free(r);
    return out->owned != NULL;
}

static int map_grey(ww_transfer transfer, double peak, int code)
{
    ww_image out;
    uint16_t luma = (uint16_t)code;
    int value = map_row(transfer, peak, &luma, NEUTRAL, NEUTRAL, 1, &out) ? out.plane[0].data[0] : -1;
    ww_image_free(&out);
    return value;
}

static void check_ramp(ww_transfer transfer, double peak)
{
    uint16_t luma[CODES];
    for (int i = 0; i < CODES; i++)
        luma[i] = (uint16_t)i;
    ww_image out;
    if (!map_row(transfer, peak, luma, NEUTRAL, NEUTRAL, CODES, &out))
        return;
    const uint8_t *y = out.plane[0].data;
    CHECK(y[0] == 0 && y[CODES - 1] == 255);
    int steps = 0;
    for (int i = 1; i < CODES; i++) {
        CHECK(y[i] >= y[i - 1] && y[i] - y[i - 1] <= 3);
        steps += y[i] > y[i - 1];
    }
    CHECK(steps > 150); // no plateaus but the dark and the white end
    for (int x = 0; x < out.plane[1].width; x++)
        CHECK(abs(out.plane[1].data[x] - 128) <= 1 && abs(out.plane[2].data[x] - 128) <= 1);
    ww_image_free(&out);
}

TEST(ramps_rise)
{
    check_ramp(WW_TRANSFER_PQ, 0);
    check_ramp(WW_TRANSFER_PQ, 4000);
    check_ramp(WW_TRANSFER_HLG, 0);
}

// BT.2408, table 1: the grey card lies at 38% of the PQ and HLG signal, reference white at 58% and 75%. On a gamma 2.4
// display 26 of 203 cd/m2 is (26 / 203)^(1 / 2.4) = 0.425.
TEST(grey_and_white_are_placed)
{
    CHECK_NEAR(map_grey(WW_TRANSFER_PQ, 0, 389), 0.425 * 255, 5);
    CHECK_NEAR(map_grey(WW_TRANSFER_HLG, 0, 389), 0.425 * 255, 8);
    CHECK(map_grey(WW_TRANSFER_PQ, 0, 593) > 200 && map_grey(WW_TRANSFER_PQ, 0, 593) < 250); // headroom above
    CHECK(map_grey(WW_TRANSFER_HLG, 0, 767) > 200 && map_grey(WW_TRANSFER_HLG, 0, 767) < 250);
    CHECK_EQ(map_grey(WW_TRANSFER_PQ, 0, 770), 255);  // 1,000 cd/m2 and a little
    CHECK(map_grey(WW_TRANSFER_PQ, 4000, 770) < 255); // not the brightest there is
    CHECK_EQ(map_grey(WW_TRANSFER_HLG, 0, 1023), 255);
}

TEST(curve_by_its_definition)
{
    for (double peak = 300; peak < 10001; peak *= 1.5) {
        CHECK_NEAR(ww_tone_curve(peak, peak), WW_HDR_WHITE, 0.01);
        CHECK_NEAR(ww_tone_curve(1, peak), 1, 1e-6); // below the knee
        double before = 0;
        for (double light = 0.01; light < peak; light *= 1.05) {
            double now = ww_tone_curve(light, peak);
            CHECK(now > before && now <= light * (1 + 1e-9));
            before = now;
        }
    }
    CHECK_NEAR(ww_tone_curve(80, 100), 80, 1e-9);
}

// A saturated red stays red: the share of the colours is kept.
TEST(hue_stays)
{
    uint16_t luma[2] = {300, 300};
    ww_image out;
    if (!map_row(WW_TRANSFER_PQ, 0, luma, 450, 700, 2, &out))
        return;
    CHECK(out.plane[2].data[0] > 170 && out.plane[1].data[0] < 128);
    CHECK_EQ(out.matrix, WW_MATRIX_BT709);
    ww_image_free(&out);
}

TEST(bounds)
{
    ww_image out;
    ww_deep_image in = {.width = 2, .height = 2, .bits = 8, .transfer = WW_TRANSFER_PQ};
    CHECK_EQ(ww_tone_map(&in, &out, NULL), WW_ERR_ARGUMENT);
    in.bits = 10;
    in.transfer = WW_TRANSFER_SDR;
    CHECK_EQ(ww_tone_map(&in, &out, NULL), WW_ERR_ARGUMENT);
}

int main(void)
{
    RUN(ramps_rise);
    RUN(grey_and_white_are_placed);
    RUN(curve_by_its_definition);
    RUN(hue_stays);
    RUN(bounds);
    return FINISH();
}
