// SPDX-License-Identifier: MIT
#include "video/shot.h"

#include <math.h>
#include <string.h>

// On films of talk, dance and hand-held cameras looked at five times a second, frames of one shot have 0.57 and more
// but for one in a hundred, frames of two shots 0.54 and less.
#define CORRELATION_MIN 0.55f
#define FLAT_DEVIATION 3.0f // luma levels; a picture with less (black, fog) has nothing to correlate,
#define FLAT_STEP 10.0f     // and goes by its brightness
enum { SHIFT_ROWS = 2, SHIFT_COLUMNS = 3, SAMPLES = 4 }; // SAMPLES a side and cell

static void boil_down(const ww_image *image, float mean[WW_SHOT_ROWS][WW_SHOT_COLUMNS])
{
    const ww_plane *plane = &image->plane[0];
    const int step = image->pixels == WW_PIXELS_RGB ? 3 : 1, offset = step == 3; // of RGB the green
    for (int row = 0; row < WW_SHOT_ROWS; row++)
        for (int column = 0; column < WW_SHOT_COLUMNS; column++) {
            int sum = 0;
            for (int v = 0; v < SAMPLES; v++) {
                const int y = (int)((int64_t)(row * SAMPLES + v) * image->height / (WW_SHOT_ROWS * SAMPLES));
                for (int u = 0; u < SAMPLES; u++) {
                    const int x = (int)((int64_t)(column * SAMPLES + u) * image->width / (WW_SHOT_COLUMNS * SAMPLES));
                    sum += plane->data[y * plane->stride + step * x + offset];
                }
            }
            mean[row][column] = (float)sum / (SAMPLES * SAMPLES);
        }
}

// Sums over the part of `a`, shifted, that lies on the middle of `b`.
typedef struct moments {
    float a, b, aa, bb, ab, step;
    int n;
} moments;

static moments compare(float a[WW_SHOT_ROWS][WW_SHOT_COLUMNS], float b[WW_SHOT_ROWS][WW_SHOT_COLUMNS], int down,
                       int right)
{
    moments m = {0};
    for (int y = SHIFT_ROWS; y < WW_SHOT_ROWS - SHIFT_ROWS; y++)
        for (int x = SHIFT_COLUMNS; x < WW_SHOT_COLUMNS - SHIFT_COLUMNS; x++) {
            const float p = a[y + down][x + right], q = b[y][x];
            m.a += p;
            m.b += q;
            m.aa += p * p;
            m.bb += q * q;
            m.ab += p * q;
            m.step += fabsf(p - q);
            m.n++;
        }
    return m;
}

static bool alike(float a[WW_SHOT_ROWS][WW_SHOT_COLUMNS], float b[WW_SHOT_ROWS][WW_SHOT_COLUMNS])
{
    for (int down = -SHIFT_ROWS; down <= SHIFT_ROWS; down++)
        for (int right = -SHIFT_COLUMNS; right <= SHIFT_COLUMNS; right++) {
            const moments m = compare(a, b, down, right);
            const float n = (float)m.n, var_a = m.aa / n - m.a * m.a / (n * n), var_b = m.bb / n - m.b * m.b / (n * n);
            if (var_a < FLAT_DEVIATION * FLAT_DEVIATION && var_b < FLAT_DEVIATION * FLAT_DEVIATION)
                return m.step / n < FLAT_STEP;
            if (var_a > 0 && var_b > 0 && (m.ab / n - m.a * m.b / (n * n)) >= CORRELATION_MIN * sqrtf(var_a * var_b))
                return true;
        }
    return false;
}

bool ww_shot_changed(ww_shot *shot, const ww_image *image)
{
    float now[WW_SHOT_ROWS][WW_SHOT_COLUMNS];
    boil_down(image, now);
    const bool changed = !shot->any || !alike(shot->mean, now);
    memcpy(shot->mean, now, sizeof now);
    shot->any = true;
    return changed;
}

void ww_shot_pack(const ww_shot *shot, uint8_t packed[WW_SHOT_BYTES])
{
    for (int i = 0; i < WW_SHOT_BYTES; i++)
        packed[i] = (uint8_t)(shot->mean[i / WW_SHOT_COLUMNS][i % WW_SHOT_COLUMNS] + 0.5f);
}

static void unpack(const uint8_t packed[WW_SHOT_BYTES], float mean[WW_SHOT_ROWS][WW_SHOT_COLUMNS])
{
    for (int i = 0; i < WW_SHOT_BYTES; i++)
        mean[i / WW_SHOT_COLUMNS][i % WW_SHOT_COLUMNS] = packed[i];
}

bool ww_shot_alike(const uint8_t a[WW_SHOT_BYTES], const uint8_t b[WW_SHOT_BYTES])
{
    float p[WW_SHOT_ROWS][WW_SHOT_COLUMNS], q[WW_SHOT_ROWS][WW_SHOT_COLUMNS];
    unpack(a, p);
    unpack(b, q);
    return alike(p, q);
}
