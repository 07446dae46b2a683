// SPDX-License-Identifier: MIT
// High dynamic range pictures (ITU-R BT.2100: PQ or HLG, BT.2020 primaries, non-constant luminance) become 8-bit BT.709
// pictures.
//
// Every sample is taken to display light in cd/m2: PQ by its EOTF (SMPTE ST 2084); HLG by its inverse OETF and the OOTF
// of a display of 1,000 cd/m2. The primaries go to BT.709, and the brightest channel of a pixel through the EETF of
// ITU-R BT.2390 (5.4.1): light up to a knee stays as it is, the rest is rolled off by a Hermite spline in PQ space, so
// that the brightest light of the source lands on white. The other channels follow in proportion, which keeps the hue.
// White is 203 cd/m2, the reference white of ITU-R BT.2408; the result is coded for a display of gamma 2.4 (ITU-R
// BT.1886).
#ifndef WW_IMAGE_TONE_MAP_H
#define WW_IMAGE_TONE_MAP_H
#include "image/image.h"

typedef enum ww_transfer { WW_TRANSFER_SDR, WW_TRANSFER_PQ, WW_TRANSFER_HLG } ww_transfer;

#define WW_HDR_PEAK_DEFAULT 1000.0 // cd/m2, where the source does not say; also the display that HLG is shown on
#define WW_HDR_WHITE 203.0         // cd/m2 of the result's white

// A view on a planar YCbCr picture of 9 to 16 bits a sample.
typedef struct ww_deep_image {
    int width, height, bits;
    ww_transfer transfer; // PQ or HLG
    ww_range range;
    int chroma_shift_x, chroma_shift_y; // 0 or 1
    const uint16_t *plane[3];
    ptrdiff_t stride[3]; // samples
    double peak;         // brightest light in the source, cd/m2; 0: WW_HDR_PEAK_DEFAULT. HLG: without meaning
} ww_deep_image;

// The EETF: light of the source to light of a display of WW_HDR_WHITE, both cd/m2. Identity where peak <= WW_HDR_WHITE.
double ww_tone_curve(double light, double peak);

// *out: WW_PIXELS_YUV420, full range, WW_MATRIX_BT709; allocated here, caller frees.
ww_status ww_tone_map(const ww_deep_image *in, ww_image *out, ww_error *err);

#endif
