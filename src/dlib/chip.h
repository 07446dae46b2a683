// SPDX-License-Identifier: MIT
// The picture of a face that dlib's recognition networks want: turned upright, 150 pixels wide and high, with a margin
// of a quarter of the face around it; pixel for pixel what dlib's get_face_chip_details(), extract_image_chip() and
// jitter_image() make.
#ifndef WW_DLIB_CHIP_H
#define WW_DLIB_CHIP_H
#include "base/error.h"
#include "face/detection.h"
#include "image/image.h"

#define WW_DLIB_CHIP_SIZE 150
#define WW_DLIB_CHIP_PADDING 0.25
#define WW_DLIB_JITTER_MAX 1000

// A square lying somewhere in a picture: its middle, its side and how far it is turned (radians, clockwise on the
// screen). As with dlib, pixels are points: a side of n pixels reaches from the first to the last, n - 1 apart.
typedef struct ww_dlib_place {
    double x, y, side, angle;
} ww_dlib_place;

// Where the chip lies, by dlib's 5 or 68 landmarks (x0, y0, x1, ...). False: another number of points.
bool ww_dlib_place_of(const float *point, int points, int chip_size, double padding, ww_dlib_place *place);
// The same by five landmarks as a ww_detection has them, wherever they come from.
ww_dlib_place ww_dlib_place_of_face(const float landmark[WW_LANDMARK_VALUES], int chip_size, double padding);
// Five landmarks (a ww_detection's) from dlib's 5 or 68: dlib's mean face laid over them, so that ww_dlib_place_of_face
// finds the same place again. False: another number of points.
bool ww_dlib_landmarks(const float *point, int points, float landmark[WW_LANDMARK_VALUES]);

// Cuts the chip out of `image` (any format): RGB, chip_size x chip_size, black where there is no picture. A face much
// larger than the chip is halved first, as often as needed.
ww_status ww_dlib_chip(const ww_image *image, const ww_dlib_place *place, int chip_size, ww_image *chip, ww_error *err);

// dlib's random numbers: the Mersenne twister MT19937 (Matsumoto & Nishimura, 1998) after 10,000 numbers.
typedef struct ww_dlib_random {
    uint32_t state[624];
    int next;
} ww_dlib_random;

void ww_dlib_random_start(ww_dlib_random *r);
double ww_dlib_random_unit(ww_dlib_random *r); // 0 <= x < 1

// The chip (RGB, square), a little turned, shifted and scaled, mirrored half of the time.
ww_status ww_dlib_jitter(const ww_image *chip, ww_dlib_random *random, ww_image *out, ww_error *err);

#endif
