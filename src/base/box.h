// SPDX-License-Identifier: MIT
// Boxes: rectangles with sides along the axes, in whatever unit.
#ifndef WW_BASE_BOX_H
#define WW_BASE_BOX_H
#include <stdbool.h>

typedef struct ww_box {
    double x, y, width, height; // the corner with the smallest coordinates, and the sides
} ww_box;

// To the bit.
static inline bool ww_box_same(ww_box a, ww_box b)
{
    return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height;
}

// The area that two boxes share.
static inline double ww_box_overlap(ww_box a, ww_box b)
{
    const double left = a.x > b.x ? a.x : b.x, top = a.y > b.y ? a.y : b.y;
    const double a_right = a.x + a.width, b_right = b.x + b.width, a_bottom = a.y + a.height, b_bottom = b.y + b.height;
    const double width = (a_right < b_right ? a_right : b_right) - left,
                 height = (a_bottom < b_bottom ? a_bottom : b_bottom) - top;
    return width > 0 && height > 0 ? width * height : 0;
}

// Intersection over union, 0..1; of two boxes without an area 0.
static inline double ww_box_iou(ww_box a, ww_box b)
{
    const double both = ww_box_overlap(a, b);
    const double either = a.width * a.height + b.width * b.height - both;
    return either > 0 ? both / either : 0;
}

#endif
