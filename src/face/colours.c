// SPDX-License-Identifier: MIT
#include "face/colours.h"

#include <math.h>
#include <string.h>

// Where clothes and hair are, in face boxes (which reach from chin to brow), from the box's top left; and how much of
// the region must lie in the picture.
typedef struct region {
    float left, top, right, bottom, least;
} region;
static const region torso_region = {-0.5f, 1.25f, 1.5f, 2.6f, 0.35f};
static const region hair_region = {-0.1f, -0.35f, 1.1f, 0.12f, 0.5f};

enum {
    SAMPLES_MAX = 48, // a side: more say no more
    SIDE_MIN = 2,     // pixels
    CHROMA_FROM = 96, // skin, hair and cloth lie within 96..160; what is more colourful counts with the outermost
    CHROMA_STEP = 8,
};
#define ROOT_FULL 255.0f

static int chroma_bin(uint8_t value)
{
    const int bin = (value - CHROMA_FROM) / CHROMA_STEP;
    return value < CHROMA_FROM ? 0 : bin >= WW_COLOUR_CHROMA_BINS ? WW_COLOUR_CHROMA_BINS - 1 : bin;
}

static uint8_t sample(const ww_image *image, int plane, int x, int y)
{
    const ww_plane *p = &image->plane[plane];
    const int px = (int)((int64_t)x * p->width / image->width), py = (int)((int64_t)y * p->height / image->height);
    return p->data[py * p->stride + px];
}

static int colour_bin(const ww_image *image, int x, int y)
{
    const int luma = sample(image, 0, x, y) * WW_COLOUR_LUMA_BINS / 256;
    return (luma * WW_COLOUR_CHROMA_BINS + chroma_bin(sample(image, 1, x, y))) * WW_COLOUR_CHROMA_BINS
           + chroma_bin(sample(image, 2, x, y));
}

static bool find_region(const ww_image *image, const ww_detection *face, const region *r, int box[4])
{
    const float edge[4] = {face->x + r->left * face->width, face->y + r->top * face->height,
                           face->x + r->right * face->width, face->y + r->bottom * face->height};
    const float width = (float)image->width, height = (float)image->height;
    for (int i = 0; i < 4; i++)
        box[i] = (int)lroundf(fminf(fmaxf(edge[i], 0), i % 2 ? height : width));
    const float inside = (float)(box[2] - box[0]) * (float)(box[3] - box[1]);
    return box[2] - box[0] >= SIDE_MIN && box[3] - box[1] >= SIDE_MIN
           && inside >= r->least * (edge[2] - edge[0]) * (edge[3] - edge[1]);
}

static bool fill_histogram(const ww_image *image, const ww_detection *face, const region *r,
                           uint8_t roots[WW_COLOUR_BINS])
{
    int box[4], count[WW_COLOUR_BINS] = {0};
    if (!find_region(image, face, r, box))
        return false;
    const int width = box[2] - box[0], height = box[3] - box[1];
    const int columns = width < SAMPLES_MAX ? width : SAMPLES_MAX, rows = height < SAMPLES_MAX ? height : SAMPLES_MAX;
    for (int v = 0; v < rows; v++)
        for (int u = 0; u < columns; u++)
            count[colour_bin(image, box[0] + u * width / columns, box[1] + v * height / rows)]++;
    for (int b = 0; b < WW_COLOUR_BINS; b++)
        roots[b] = (uint8_t)lroundf(ROOT_FULL * sqrtf((float)count[b] / (float)(rows * columns)));
    return true;
}

void ww_colours_find(const ww_image *image, const ww_detection *face, ww_colours *colours)
{
    memset(colours, 0, sizeof *colours);
    if (image->pixels == WW_PIXELS_RGB || image->pixels == WW_PIXELS_LUMA)
        return;
    colours->has_torso = fill_histogram(image, face, &torso_region, colours->torso);
    colours->has_hair = fill_histogram(image, face, &hair_region, colours->hair);
}
