// SPDX-License-Identifier: MIT
// From a decoded frame to the picture the house works on: 8 bits, planar, progressive, square pixels, upright; high
// dynamic range tone-mapped.
//
// The common case (8-bit 4:2:0, progressive, square, upright) is a view on the decoder's own planes; nothing is copied.
#ifndef WW_VIDEO_PICTURE_H
#define WW_VIDEO_PICTURE_H
#include "image/image.h"
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>

// How a stream's frames are meant to be shown.
typedef struct ww_presentation {
    int orientation;         // EXIF 1..8, from the container's display matrix
    AVRational pixel_aspect; // 0/1: ask each frame
} ww_presentation;

// Keeps what can be used again from one frame to the next. Zeroed is empty.
typedef struct ww_picture_maker {
    struct SwsContext *scaler; // converts pixel formats, never sizes
    ww_image image;            // the last picture, when it is not a view
} ww_picture_maker;

ww_presentation ww_presentation_of(AVFormatContext *format, AVStream *stream);
// EXIF orientation of a display matrix of nine 16.16 numbers; turns by other than multiples of 90 degrees count as the
// nearest such.
int ww_matrix_orientation(const int32_t matrix[9]);
// Size of the picture that a frame becomes.
void ww_picture_size(const AVFrame *frame, const ww_presentation *presentation, int *width, int *height);
// *view is good until the next call or the frame's end, whichever comes first.
ww_status ww_picture_make(ww_picture_maker *maker, const AVFrame *frame, const ww_presentation *presentation,
                          ww_image *view, ww_error *err);
void ww_picture_maker_free(ww_picture_maker *maker);

#endif
