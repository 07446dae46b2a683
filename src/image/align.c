// SPDX-License-Identifier: MIT
#include "image/align.h"

#include <math.h>

const float ww_template_112[WW_LANDMARK_VALUES] = {38.2946f, 51.6963f, 73.5318f, 51.5014f, 56.0252f,
                                                   71.7366f, 41.5493f, 92.3655f, 70.7299f, 92.2041f};

enum { TEMPLATE_SIDE = 112, POINTS = WW_LANDMARKS };

// We solve for the map chip -> picture directly: picture = A * chip + t with A = [a -b; b a], least squares measured in
// chip pixels (the way the models' authors align their training chips), so A is the inverse of the Umeyama solution for
// picture -> chip.
ww_affine ww_align(const float landmark[WW_LANDMARK_VALUES], int chip_size, float margin)
{
    double zoom = chip_size / (TEMPLATE_SIDE - 2.0 * margin);
    double mean_from[2] = {0, 0}, mean_to[2] = {0, 0}, to[WW_LANDMARK_VALUES];
    for (int i = 0; i < POINTS; i++)
        for (int k = 0; k < 2; k++) {
            to[2 * i + k] = (ww_template_112[2 * i + k] + 0.5 - margin) * zoom; // +0.5: from pixel index to coordinate
            mean_to[k] += to[2 * i + k] / POINTS;
            mean_from[k] += landmark[2 * i + k] / POINTS;
        }
    double dot = 0, cross = 0, spread = 0;
    for (int i = 0; i < POINTS; i++) {
        double fx = landmark[2 * i] - mean_from[0], fy = landmark[2 * i + 1] - mean_from[1];
        double tx = to[2 * i] - mean_to[0], ty = to[2 * i + 1] - mean_to[1];
        dot += fx * tx + fy * ty;
        cross += fx * ty - fy * tx;
        spread += fx * fx + fy * fy;
    }
    // picture -> chip: [a -b; b a] with a = dot / spread, b = cross / spread; its inverse is [a b; -b a] / (a^2 + b^2)
    double norm = dot * dot + cross * cross;
    double a = 1e-3, b = 0;
    if (norm > 1e-12 && isfinite(norm)) {
        a = dot * spread / norm;
        b = cross * spread / norm;
    }
    double t[2] = {mean_from[0] + 0.5, mean_from[1] + 0.5}; // landmarks are pixel indices too
    return (ww_affine){{a, b, t[0] - a * mean_to[0] - b * mean_to[1], -b, a, t[1] + b * mean_to[0] - a * mean_to[1]}};
}
