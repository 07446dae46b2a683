// SPDX-License-Identifier: MIT
#include "face/quality.h"

#include <math.h>

#define EYES_DISTANCE_FULL_PX 36.0f // the template's eyes are 35.2 px apart in a 112 chip
#define SHARPNESS_HALF                                                                                                 \
    0.02f               // Laplacian energy share at which the sharpness is one half; faces in focus have 0.05 and more
#define YAW_LIMIT 0.55f // nose offset from the eyes' middle, in eye distances, of a profile
#define PITCH_MEAN 0.575f // nose below the eyes' line, in eye distances, in the template
#define PITCH_LIMIT 0.6f

static float clamp01(float v) { return v < 0 ? 0 : v > 1 ? 1 : v; }

// Outer tenth left out: it holds background. Luma of an RGB chip: its green samples, near enough for sharpness.
static float sharpness(const ww_image *chip)
{
    int step = chip->pixels == WW_PIXELS_RGB ? 3 : 1, offset = step == 3;
    int border = chip->width / 10 > 1 ? chip->width / 10 : 1;
    double sum = 0, squares = 0, laplacian = 0;
    int64_t n = 0;
    for (int y = border; y < chip->height - border; y++) {
        const uint8_t *row = chip->plane[0].data + y * chip->plane[0].stride + offset;
        const uint8_t *above = row - chip->plane[0].stride, *below = row + chip->plane[0].stride;
        for (int x = border; x < chip->width - border; x++) {
            int v = row[step * x];
            int l = 4 * v - row[step * (x - 1)] - row[step * (x + 1)] - above[step * x] - below[step * x];
            sum += v;
            squares += (double)v * v;
            laplacian += (double)l * l;
            n++;
        }
    }
    if (n == 0)
        return 0;
    double variance = squares / (double)n - (sum / (double)n) * (sum / (double)n);
    double share = laplacian / (double)n / 16 / (variance + 1); // +1: a flat chip is not sharp
    return (float)(share / (share + SHARPNESS_HALF));
}

static float pose(const float *p, float *eyes_distance)
{
    float ex = p[2] - p[0], ey = p[3] - p[1], distance = hypotf(ex, ey);
    *eyes_distance = distance;
    if (!(distance > 1e-3f))
        return 0;
    float nx = p[4] - (p[0] + p[2]) / 2, ny = p[5] - (p[1] + p[3]) / 2;
    float along = (nx * ex + ny * ey) / (distance * distance), across = (ny * ex - nx * ey) / (distance * distance);
    return clamp01(1 - fabsf(along) / YAW_LIMIT) * clamp01(1 - fabsf(across - PITCH_MEAN) / PITCH_LIMIT);
}

ww_quality ww_judge_quality(const ww_detection *face, const ww_image *chip)
{
    ww_quality q = {.sharpness = sharpness(chip), .score = clamp01(face->score)};
    float eyes_distance;
    q.pose = pose(face->landmark, &eyes_distance);
    q.size = clamp01(eyes_distance / EYES_DISTANCE_FULL_PX);
    q.overall = sqrtf(sqrtf(q.size * q.sharpness * q.pose * q.score));
    return q;
}

float ww_quality_with_length(float quality, float length_share)
{
    const float share = clamp01(length_share);
    return cbrtf(quality * share * share);
}
