// SPDX-License-Identifier: MIT
// A frame of a video is found by its time: a source is opened whose second sample is on screen just then, so that only
// its group of pictures is decoded. The first sample's time must be known for that, hence a look at the first frame.
#include "scan/frame_again.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "video/photo.h"
#include "video/photo_orientation.h"
#include "video/source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATIENCE_S 8.0                        // for a frame of a long video; then the stored picture will do
#define SIZE_SLACK_PX 1.5                     // between the size told and the one decoded, by rounding
#define JUST_AFTER_US 2                       // times are whole microseconds, rounded down
#define FAR_US (INT64_C(7) * 86400 * 1000000) // no second sample
enum {
    COMPARED_PX = 32,   // a side, of pictures that are compared
    DIFFERENCE_MAX = 12 // mean of grey levels, between a frame and itself as it is stored; JPEG makes about 1
};

typedef struct search {
    const ww_frame_wanted *wanted;
    ww_source_row source; // the path is owned; its other strings are gone
    double begun_s;
    int64_t first_us; // of the first frame
    ww_image *image;
    bool found;
} search;

static ww_status on_source(void *user, const ww_source_row *row, ww_error *err)
{
    search *s = user;
    s->source = *row;
    s->source.path = ww_try_strdup(row->file ? row->file : row->path);
    return s->source.path ? WW_OK : ww_fail_memory(err, "the files of the library");
}

static bool is_patient(const search *s) { return ww_seconds() - s->begun_s < PATIENCE_S; }

static bool is_late(void *user) { return !is_patient(user); }

static bool is_unchanged(const search *s)
{
    const ww_cancel late = {is_late, (void *)(uintptr_t)s};
    struct stat info;
    uint64_t hash;
    if (stat(s->source.path, &info) != 0 || info.st_size != s->source.bytes)
        return false;
    if (s->source.kind != WW_SOURCE_PHOTO)
        return true; // gigabytes are not read for one frame
    return ww_hash_file_until(s->source.path, &late, &hash, NULL) == WW_OK && hash == s->source.hash;
}

static bool fits(const ww_image *image, const ww_frame_wanted *w, double scale)
{
    return fabs(image->width - w->width * scale) <= SIZE_SLACK_PX
           && fabs(image->height - w->height * scale) <= SIZE_SLACK_PX;
}

// Whether it is the same picture, if not the same file.
static bool looks_like(const ww_image *image, const ww_image *stored)
{
    ww_image a = {0}, b = {0};
    int64_t difference = INT64_MAX;
    if (ww_resize_luma(image, COMPARED_PX, COMPARED_PX, &a, NULL) == WW_OK
        && ww_resize_luma(stored, COMPARED_PX, COMPARED_PX, &b, NULL) == WW_OK)
        difference = ww_luma_difference(&a, &b);
    ww_image_free(&a);
    ww_image_free(&b);
    return difference <= DIFFERENCE_MAX * COMPARED_PX * COMPARED_PX;
}

static ww_status load_stored(ww_store *store, int64_t frame, uint8_t **jpeg, size_t *bytes, ww_image *image,
                             ww_error *err)
{
    ww_status status = ww_store_frame_jpeg(store, frame, jpeg, bytes, err);
    return status == WW_OK ? ww_jpeg_decode(*jpeg, *bytes, "a frame of the library", WW_IMAGE_PIXELS_MAX, image, NULL,
                                            NULL, NULL, NULL, err)
                           : status;
}

// --- photos

// A photo without a mark may lie on its side: as the scan found it upright, so the stored picture lies.
static bool turn_upright(const char *path, const uint8_t *jpeg, size_t bytes, ww_image *image)
{
    ww_photo_facts facts;
    int orientation = 1;
    ww_image turned = {0};
    if (ww_photo_examine(path, &facts, NULL) != WW_OK)
        return false;
    if (facts.orientation != 0)
        return true;
    if (ww_photo_find_orientation(path, jpeg, bytes, &orientation, NULL) != WW_OK)
        return false;
    if (orientation == 1)
        return true;
    if (ww_orient(image, orientation, &turned, NULL) != WW_OK)
        return false;
    ww_image_free(image);
    *image = turned;
    return true;
}

static bool find_in_photo(search *s, const uint8_t *jpeg, size_t bytes, ww_image *image, double *scale)
{
    bool partial = false;
    const int page = (int)(s->wanted->file_us / WW_PAGE_US);
    return ww_photo_decode_page(s->source.path, page, image, scale, &partial, NULL) == WW_OK && !partial
           && turn_upright(s->source.path, jpeg, bytes, image);
}

// --- videos

static ww_status on_first(void *user, const ww_frame *frame, ww_error *err)
{
    search *s = user;
    s->first_us = frame->time_us;
    return ww_fail(err, WW_ERR_CANCELLED, "the first frame is enough");
}

static ww_status on_wanted(void *user, const ww_frame *frame, ww_error *err)
{
    search *s = user;
    if (frame->time_us < s->wanted->file_us)
        return WW_OK;
    if (frame->time_us == s->wanted->file_us)
        s->found = ww_orient(&frame->image, 1, s->image, NULL) == WW_OK; // a copy
    return ww_fail(err, WW_ERR_CANCELLED, "one frame is enough");
}

typedef ww_status on_frame(void *user, const ww_frame *frame, ww_error *err);

// Reads the span of a sample, as far as `look` wants.
static void read_span(search *s, int64_t every_us, int64_t sample, on_frame *look)
{
    ww_source *source = NULL;
    ww_reader *reader = NULL;
    const ww_source_options options = {.every_us = every_us, .cancel = {is_late, s}, .track = s->source.track};
    if (ww_source_open(s->source.path, &options, NULL, &source, NULL) == WW_OK
        && ww_reader_open(source, &reader, NULL) == WW_OK) {
        int span = 0;
        int64_t first, count;
        for (int i = 0; i < ww_source_get_info(source)->span_count; i++) {
            ww_source_span(source, i, &first, &count);
            span = first <= sample && sample < first + count ? i : span;
        }
        ww_reader_span(reader, span, look, s, NULL, NULL);
    }
    ww_reader_close(reader);
    ww_source_close(source);
}

static bool find_in_video(search *s, ww_image *image, double *scale)
{
    s->image = image;
    s->first_us = INT64_MAX;
    *scale = 1;
    read_span(s, FAR_US, 0, on_first);
    if (s->first_us == INT64_MAX || s->first_us > s->wanted->file_us)
        return false;
    const int64_t behind_us = s->wanted->file_us - s->first_us;
    read_span(s, behind_us > 0 ? behind_us + JUST_AFTER_US : FAR_US, behind_us > 0, on_wanted);
    return s->found;
}

static bool find(search *s, const uint8_t *jpeg, size_t bytes, ww_image *image, double *scale)
{
    if (!s->source.path || !is_unchanged(s))
        return false;
    const bool found = s->source.kind == WW_SOURCE_PHOTO ? find_in_photo(s, jpeg, bytes, image, scale)
                                                         : find_in_video(s, image, scale);
    return found && fits(image, s->wanted, *scale);
}

ww_status ww_frame_again(ww_store *store, const ww_frame_wanted *wanted, ww_image *image, double *scale, ww_error *err)
{
    search s = {.wanted = wanted, .begun_s = ww_seconds()};
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    ww_image stored = {0};
    *image = (ww_image){0};
    ww_status status = ww_store_source(store, wanted->source, on_source, &s, err);
    if (status == WW_OK)
        status = load_stored(store, wanted->frame, &jpeg, &bytes, &stored, err);
    if (status == WW_OK && !(find(&s, jpeg, bytes, image, scale) && looks_like(image, &stored))) {
        ww_image_free(image);
        *image = stored;
        stored = (ww_image){0};
        *scale = wanted->width > 0 ? (double)image->width / wanted->width : 1;
    }
    ww_image_free(&stored);
    free(jpeg);
    free((char *)(uintptr_t)s.source.path);
    return status;
}
