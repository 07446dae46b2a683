// SPDX-License-Identifier: MIT
#include "cluster/calibration.h"

#include <math.h>

enum { FEATURES = 6, POWERS = 3 };

// Fitted by `training/calibrate.py --tracks` on 2,655 tracks of 1,113 people (CelebA pictures shown in videos of 17 to
// 99 px a face, blurred, darkened and compressed, found and embedded by this program; training/looks.py): logistic
// regression, tested on people the fold had not seen: claimed and true evidence agree within 0.2 from -4 to 4. The
// table of looks is not in the repository. Nobody of the footage in docs/accuracy.md was knowingly taken among the
// people. Without --tracks the script fits four of these conditions only, to other templates; those weights are not in
// use (docs/clustering.md).
static const double weights[POWERS][FEATURES] = {
    // 1, low, high, log2(size / 32 px), log2(frames), low^2: times 1, times the cosine, times its square
    {0.4142, -2.1014, -1.5246, 0.2314, -0.0155, -8.3608},
    {2.0574, 7.5242, 8.0125, -2.1854, -0.1695, 0.0625},
    {-4.2526, 20.6192, 18.9247, 10.8929, 0.3960, 27.3219},
};
// As the script clips sizes and frames.
#define SIZE_MIN_PX 12.0
#define SIZE_MAX_PX 96.0
#define SIZE_UNIT_PX 32.0
#define FRAMES_MAX 8.0
#define EVIDENCE_MIN (-6.0) // nats, see calibration.h

const ww_clarity ww_clarity_ordinary = {.quality = 0.5, .size_px = 64, .frames = 3};

static void parabola(const ww_clarity *a, const ww_clarity *b, double coefficient[POWERS])
{
    const double low = fmin(a->quality, b->quality),
                 size = fmin(fmax(fmin(a->size_px, b->size_px), SIZE_MIN_PX), SIZE_MAX_PX);
    const double frames = fmax(1, fmin(fmin(a->frames, b->frames), FRAMES_MAX));
    const double feature[FEATURES] = {
        1, low, fmax(a->quality, b->quality), log2(size / SIZE_UNIT_PX), log2(frames), low * low};
    for (int p = 0; p < POWERS; p++) {
        coefficient[p] = 0;
        for (int f = 0; f < FEATURES; f++)
            coefficient[p] += weights[p][f] * feature[f];
    }
}

double ww_calibrated_evidence(double cosine, const ww_clarity *a, const ww_clarity *b)
{
    double k[POWERS];
    parabola(a, b, k);
    const double turn = k[2] != 0 ? -k[1] / (2 * k[2]) : cosine;
    const double c = k[2] > 0 ? fmax(cosine, turn) : k[2] < 0 ? fmin(cosine, turn) : cosine;
    return fmax(EVIDENCE_MIN, k[0] + k[1] * c + k[2] * c * c);
}

double ww_calibrated_cosine(double evidence)
{
    double k[POWERS];
    parabola(&ww_clarity_ordinary, &ww_clarity_ordinary, k);
    return (-k[1] + sqrt(fmax(0, k[1] * k[1] - 4 * k[2] * (k[0] - evidence)))) / (2 * k[2]);
}
