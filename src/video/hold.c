// SPDX-License-Identifier: MIT
// Decoders count who uses their frames: to hold one costs a reference, not a copy of its millions of pixels.
#include "video/source.h"

#include <libavutil/frame.h>

static ww_status copy(const ww_image *from, ww_image *to, ww_error *err)
{
    if (!to->owned || to->width != from->width || to->height != from->height || to->pixels != from->pixels) {
        ww_image_free(to);
        ww_status status = ww_image_alloc(to, from->pixels, from->width, from->height, err);
        if (status != WW_OK)
            return status;
    }
    to->range = from->range;
    to->matrix = from->matrix;
    return ww_paste(to, from, 0, 0, err);
}

static void let_go(ww_held_picture *held)
{
    AVFrame *frame = held->decoded;
    if (!frame)
        return;
    av_frame_free(&frame);
    held->decoded = NULL;
    held->image = (ww_image){0};
}

ww_status ww_frame_hold(const ww_frame *frame, ww_held_picture *held, ww_error *err)
{
    const AVFrame *decoded = frame->decoded;
    let_go(held);
    if (!decoded || !decoded->buf[0])
        return copy(&frame->image, &held->image, err);
    ww_image_free(&held->image);
    held->decoded = av_frame_clone(decoded);
    if (!held->decoded)
        return ww_fail(err, WW_ERR_MEMORY, "no memory to keep a frame");
    held->image = frame->image;
    return WW_OK;
}

void ww_held_picture_free(ww_held_picture *held)
{
    let_go(held);
    ww_image_free(&held->image);
}
