// SPDX-License-Identifier: MIT
#include "dlib/chip.h"

#include <math.h>
#include <string.h>

enum { STATE = 624, MIDDLE = 397, SEED = 5489, SKIPPED = 10000 };

static void refill(ww_dlib_random *r)
{
    for (int i = 0; i < STATE; i++) {
        uint32_t y = (r->state[i] & 0x80000000u) | (r->state[(i + 1) % STATE] & 0x7fffffffu);
        r->state[i] = r->state[(i + MIDDLE) % STATE] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0);
    }
    r->next = 0;
}

static uint32_t draw(ww_dlib_random *r)
{
    if (r->next == STATE)
        refill(r);
    uint32_t y = r->state[r->next++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

void ww_dlib_random_start(ww_dlib_random *r)
{
    r->state[0] = SEED;
    for (uint32_t i = 1; i < STATE; i++)
        r->state[i] = 1812433253u * (r->state[i - 1] ^ r->state[i - 1] >> 30) + i;
    r->next = STATE;
    for (int i = 0; i < SKIPPED; i++)
        draw(r);
}

// 48 bits of two numbers, 24 of each.
double ww_dlib_random_unit(ww_dlib_random *r)
{
    double high = draw(r) & 0xffffff, low = draw(r) & 0xffffff;
    return (high * 0x1000000 + low) / (0xffffffffffffp0 + 0.05);
}

static double between(ww_dlib_random *r, double low, double high)
{
    return low + ww_dlib_random_unit(r) * (high - low);
}

static void mirror(ww_image *chip)
{
    for (int y = 0; y < chip->height; y++) {
        uint8_t *row = chip->plane[0].data + (ptrdiff_t)y * chip->plane[0].stride, pixel[3];
        for (int a = 0, b = chip->width - 1; a < b; a++, b--) {
            memcpy(pixel, row + 3 * (ptrdiff_t)a, 3);
            memcpy(row + 3 * (ptrdiff_t)a, row + 3 * (ptrdiff_t)b, 3);
            memcpy(row + 3 * (ptrdiff_t)b, pixel, 3);
        }
    }
}

#define SHIFT_MAX 0.02  // of the box
#define SHRINK_MIN 0.97 // of the box that is cut out, the chip's part
#define SHRINK_MAX 0.99999
#define TURN_MAX_DEGREES 3
enum { RIM = 3 }; // pixels of the chip that do not count

ww_status ww_dlib_jitter(const ww_image *chip, ww_dlib_random *random, ww_image *out, ww_error *err)
{
    const int side = chip->width - 2 * RIM, middle = chip->width / 2;
    // in this order: the compilers dlib is built with take it so
    double down = between(random, -SHIFT_MAX, SHIFT_MAX) * side;
    double across = between(random, -SHIFT_MAX, SHIFT_MAX) * side;
    int cut = (int)(side / between(random, SHRINK_MIN, SHRINK_MAX));
    int left = middle + (int)floor(across + 0.5) - cut / 2, top = middle + (int)floor(down + 0.5) - cut / 2;
    ww_dlib_place place = {.x = left + (cut - 1) / 2.0, .y = top + (cut - 1) / 2.0, .side = cut};
    place.angle = between(random, -TURN_MAX_DEGREES, TURN_MAX_DEGREES) * 3.1415926535897932384626433832795 / 180;
    ww_status status = ww_dlib_chip(chip, &place, chip->width, out, err);
    if (ww_dlib_random_unit(random) > 0.5 && status == WW_OK)
        mirror(out);
    return status;
}
