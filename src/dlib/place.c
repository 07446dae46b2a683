// SPDX-License-Identifier: MIT
// Where a chip lies: the similarity that lays dlib's mean face over the landmarks.
#include "dlib/chip.h"

#include <math.h>
#include <stddef.h>

// The mean face in a square that just holds it from the brows to the chin's height, x and y from 0 to 1. Published in
// dlib (image_transforms/interpolation.h), from the landmarks of the iBUG 300-W faces.
struct mean_point {
    int number;
    double x, y;
}; // number of the landmark

// Five points: the corners of the eyes, outer and inner, first those at image right, then the base of the nose.
static const struct mean_point mean_5[] = {{0, 0.8595674595992, 0.2134981538014},
                                           {1, 0.6460604764104, 0.2289674387677},
                                           {2, 0.1205750620789, 0.2137274526848},
                                           {3, 0.3340850613712, 0.2290642403242},
                                           {4, 0.4901123135679, 0.6277975316475}};

// Of 68 points those that count: nose, eyes and the upper half of the mouth.
static const struct mean_point mean_68[] = {
    {27, 0.490127, 0.203352}, {28, 0.490127, 0.307009}, {29, 0.490127, 0.409805}, {30, 0.490127, 0.515625},
    {31, 0.36688, 0.587326},  {32, 0.426036, 0.609345}, {33, 0.490127, 0.628106}, {34, 0.554217, 0.609345},
    {35, 0.613373, 0.587326}, {36, 0.121737, 0.216423}, {37, 0.187122, 0.178758}, {38, 0.265825, 0.179852},
    {39, 0.334606, 0.231733}, {40, 0.260918, 0.245099}, {41, 0.182743, 0.244077}, {42, 0.645647, 0.231733},
    {43, 0.714428, 0.179852}, {44, 0.793132, 0.178758}, {45, 0.858516, 0.216423}, {46, 0.79751, 0.244077},
    {47, 0.719335, 0.245099}, {48, 0.254149, 0.780233}, {49, 0.340985, 0.745405}, {50, 0.428858, 0.727388},
    {51, 0.490127, 0.742578}, {52, 0.551395, 0.727388}, {53, 0.639268, 0.745405}, {54, 0.726104, 0.780233},
    {60, 0.290379, 0.784792}, {61, 0.428096, 0.778746}, {62, 0.490127, 0.785343}, {63, 0.552157, 0.778746},
    {64, 0.689874, 0.784792}};

// The landmarks a ww_detection has, in the mean face: middles of the eyes, tip of the nose, corners of the mouth; from
// the points above.
static const struct mean_point mean_face[] = {{0, 0.225491833, 0.215982},
                                              {1, 0.754761333, 0.215982},
                                              {2, 0.490127, 0.515625},
                                              {3, 0.254149, 0.780233},
                                              {4, 0.726104, 0.780233}};

// image = scale and turn * mean + shift, least squares (Umeyama; see align.h): the matrix is {{a, -b}, {b, a}}.
struct similarity {
    double a, b, x, y;
};

static struct similarity fit(const struct mean_point *mean, size_t count, const float *point)
{
    double n = (double)count, mean_x = 0, mean_y = 0, image_x = 0, image_y = 0, dot = 0, cross = 0, spread = 0;
    for (size_t i = 0; i < count; i++) {
        mean_x += mean[i].x / n;
        mean_y += mean[i].y / n;
        image_x += point[2 * mean[i].number] / n;
        image_y += point[2 * mean[i].number + 1] / n;
    }
    for (size_t i = 0; i < count; i++) {
        double mx = mean[i].x - mean_x, my = mean[i].y - mean_y;
        double ix = point[2 * mean[i].number] - image_x, iy = point[2 * mean[i].number + 1] - image_y;
        dot += mx * ix + my * iy;
        cross += mx * iy - my * ix;
        spread += mx * mx + my * my;
    }
    double a = dot / spread, b = cross / spread;
    return (struct similarity){a, b, image_x - (a * mean_x - b * mean_y), image_y - (b * mean_x + a * mean_y)};
}

static bool fit_points(const float *point, int points, struct similarity *s)
{
    if (points == 5)
        *s = fit(mean_5, sizeof mean_5 / sizeof *mean_5, point);
    else if (points == 68)
        *s = fit(mean_68, sizeof mean_68 / sizeof *mean_68, point);
    return points == 5 || points == 68;
}

// The chip shows the mean face's square with `padding` of its side around it. Its pixel (p, p) is at (p / chip_size) of
// the padded side, so that its middle is at chip_size / 2.
static ww_dlib_place place_by(const struct similarity *s, int chip_size, double padding)
{
    double whole = 1 + 2 * padding, scale = hypot(s->a, s->b) * whole / chip_size;
    return (ww_dlib_place){.x = (s->a - s->b) * 0.5 + s->x,
                           .y = (s->b + s->a) * 0.5 + s->y,
                           .side = scale * chip_size,
                           .angle = atan2(s->b, s->a)};
}

bool ww_dlib_place_of(const float *point, int points, int chip_size, double padding, ww_dlib_place *place)
{
    struct similarity s;
    if (!fit_points(point, points, &s))
        return false;
    *place = place_by(&s, chip_size, padding);
    return true;
}

ww_dlib_place ww_dlib_place_of_face(const float landmark[WW_LANDMARK_VALUES], int chip_size, double padding)
{
    struct similarity s = fit(mean_face, sizeof mean_face / sizeof *mean_face, landmark);
    return place_by(&s, chip_size, padding);
}

bool ww_dlib_landmarks(const float *point, int points, float landmark[WW_LANDMARK_VALUES])
{
    struct similarity s;
    if (!fit_points(point, points, &s))
        return false;
    for (size_t i = 0; i < 5; i++) {
        landmark[2 * i] = (float)(s.a * mean_face[i].x - s.b * mean_face[i].y + s.x);
        landmark[2 * i + 1] = (float)(s.b * mean_face[i].x + s.a * mean_face[i].y + s.y);
    }
    return true;
}
