// SPDX-License-Identifier: MIT
#include "image/webp.h"

#include "base/memory.h"
#include <stdlib.h>
#include <webp/demux.h>

#define US_PER_MS 1000
enum { SHORTEST_MS = 11, SHORTEST_COUNTS_AS_MS = 100 }; // shorter ones are slowed down by every browser
enum { RGBA_CHANNELS = 4 };

struct ww_webp {
    char *name;
    WebPAnimDecoder *decoder;
    ww_image picture;
    int last_end_ms;
    int64_t end_us;
};

static int64_t shown_us(int duration_ms)
{
    return (int64_t)(duration_ms < SHORTEST_MS ? SHORTEST_COUNTS_AS_MS : duration_ms) * US_PER_MS;
}

bool ww_webp_is_animated(const uint8_t *data, size_t bytes)
{
    WebPData file = {data, bytes};
    WebPDemuxState state;
    WebPDemuxer *demuxer = WebPDemuxPartial(&file, &state);
    bool animated = demuxer && WebPDemuxGetI(demuxer, WEBP_FF_FORMAT_FLAGS) & ANIMATION_FLAG
                    && WebPDemuxGetI(demuxer, WEBP_FF_FRAME_COUNT) > 1;
    WebPDemuxDelete(demuxer);
    return animated;
}

static ww_status measure(const WebPData *file, const char *name, ww_webp_facts *facts, ww_error *err)
{
    WebPDemuxer *demuxer = WebPDemux(file);
    if (!demuxer)
        return ww_fail(err, WW_ERR_FORMAT, "%s: this WebP animation is damaged or cut off", name);
    *facts = (ww_webp_facts){.width = (int)WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH),
                             .height = (int)WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT),
                             .frames = (int)WebPDemuxGetI(demuxer, WEBP_FF_FRAME_COUNT)};
    WebPIterator frame;
    if (WebPDemuxGetFrame(demuxer, 1, &frame)) {
        do
            facts->duration_us += shown_us(frame.duration);
        while (WebPDemuxNextFrame(&frame));
        WebPDemuxReleaseIterator(&frame);
    }
    WebPDemuxDelete(demuxer);
    if ((size_t)facts->width * (size_t)facts->height > WW_IMAGE_PIXELS_MAX)
        return ww_fail(err, WW_ERR_UNSUPPORTED,
                       "%s: a WebP of %d x %d pixels is over the bound of %zu million; make it smaller first", name,
                       facts->width, facts->height, WW_IMAGE_PIXELS_MAX / 1000000);
    return WW_OK;
}

ww_status ww_webp_open(const uint8_t *data, size_t bytes, const char *name, ww_webp **webp, ww_webp_facts *facts,
                       ww_error *err)
{
    WebPData file = {data, bytes};
    ww_status status = measure(&file, name, facts, err);
    if (status != WW_OK)
        return status;
    ww_webp *w = ww_alloc(sizeof *w);
    w->name = ww_strdup(name);
    w->decoder = WebPAnimDecoderNew(&file, NULL);
    status = w->decoder ? ww_image_alloc(&w->picture, WW_PIXELS_RGB, facts->width, facts->height, err)
                        : ww_fail(err, WW_ERR_FORMAT, "%s: this WebP animation cannot be decoded", name);
    if (status != WW_OK)
        ww_webp_close(w);
    else
        *webp = w;
    return status;
}

void ww_webp_close(ww_webp *webp)
{
    if (!webp)
        return;
    WebPAnimDecoderDelete(webp->decoder);
    ww_image_free(&webp->picture);
    free(webp->name);
    free(webp);
}

static void store_rows(const uint8_t *rgba, ww_image *out)
{
    for (int y = 0; y < out->height; y++) {
        const uint8_t *from = rgba + (size_t)y * (size_t)out->width * RGBA_CHANNELS;
        uint8_t *to = out->plane[0].data + y * out->plane[0].stride;
        for (int x = 0; x < out->width; x++)
            for (int c = 0; c < 3; c++)
                to[3 * x + c] = from[RGBA_CHANNELS * x + c];
    }
}

ww_status ww_webp_next(ww_webp *webp, ww_image *frame, int64_t *end_us, ww_error *err)
{
    uint8_t *rgba = NULL;
    int end_ms = 0;
    *frame = (ww_image){0};
    if (!WebPAnimDecoderHasMoreFrames(webp->decoder))
        return WW_OK;
    if (!WebPAnimDecoderGetNext(webp->decoder, &rgba, &end_ms))
        return ww_fail(err, WW_ERR_FORMAT, "%s: a picture of this WebP animation is damaged", webp->name);
    store_rows(rgba, &webp->picture);
    *frame = webp->picture;
    frame->owned = NULL;
    webp->end_us += shown_us(end_ms - webp->last_end_ms);
    webp->last_end_ms = end_ms;
    *end_us = webp->end_us;
    return WW_OK;
}
