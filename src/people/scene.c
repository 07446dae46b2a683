// SPDX-License-Identifier: MIT
#include "people/scene.h"
#include "base/ascii.h"
#include "base/memory.h"
#include "cluster/cluster.h"
#include "library/view.h"

#include <stdlib.h>
#include <string.h>

// Views of one camera, minutes apart, have 0.8 and more; those of two cameras in one room 0.6 and less, mostly. On
// twelve clips of talk, dance and montage any value from 0.6 to 0.85 sorted equally well.
#define SAME_CAMERA_LIKENESS 0.75
#define BACK_WITHIN_US 60000000 // to the same camera, in one scene
#define PART_MAX_US 120000000   // longer files are recordings of their own
#define PART_PAUSE_US 1000000   // between two of them

// --- recordings in parts --------------------------------------------------------------------------------------------

// The place of the first byte after a run of digits; zeros in front are skipped, so that *from is where the number
// begins.
static const char *number_end(const char **from)
{
    while (**from == '0' && ww_ascii_is_digit((*from)[1]))
        (*from)++;
    const char *end = *from;
    while (ww_ascii_is_digit(*end))
        end++;
    return end;
}

// strcmp, but runs of digits are all equal; *number: how the first that differ do.
static int compare_names(const char *a, const char *b, int *number)
{
    *number = 0;
    while (*a && *b) {
        if (ww_ascii_is_digit(*a) && ww_ascii_is_digit(*b)) {
            const char *end_a = number_end(&a), *end_b = number_end(&b);
            const ptrdiff_t digits_a = end_a - a, digits_b = end_b - b;
            if (*number == 0)
                *number = digits_a != digits_b ? (digits_a > digits_b) - (digits_a < digits_b)
                                               : memcmp(a, b, (size_t)digits_a);
            a = end_a, b = end_b;
        } else if (*a != *b) {
            break;
        } else {
            a++, b++;
        }
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static bool is_part(const ww_scene_source *s) { return s->duration_us > 0 && s->duration_us <= PART_MAX_US; }

static int compare_sources(const void *p, const void *q)
{
    const ww_scene_source *a = p, *b = q;
    int number;
    const int name = compare_names(a->path, b->path, &number);
    if (name != 0)
        return name;
    if (a->width != b->width)
        return a->width - b->width;
    if (a->height != b->height)
        return a->height - b->height;
    if (is_part(a) != is_part(b))
        return is_part(a) - is_part(b);
    return number != 0 ? number : (a->source > b->source) - (a->source < b->source);
}

static bool of_one_recording(const ww_scene_source *a, const ww_scene_source *b)
{
    int number;
    return is_part(a) && is_part(b) && a->width == b->width && a->height == b->height
           && compare_names(a->path, b->path, &number) == 0;
}

void ww_scene_order(ww_scene_source *source, size_t count, uint32_t *recording)
{
    if (count)
        qsort(source, count, sizeof *source, compare_sources);
    for (size_t i = 0; i < count; i++)
        recording[i] = i == 0 ? 0 : recording[i - 1] + !of_one_recording(&source[i - 1], &source[i]);
}

// --- scenes ----------------------------------------------------------------------------------------------------------

// The last frame after `known` that shows what frame i shows, soon enough; `known` if none does.
static size_t comes_back(const ww_scene_frame *frame, size_t count, size_t i, size_t known)
{
    size_t last = known;
    while (last + 1 < count && frame[last + 1].recording == frame[i].recording
           && frame[last + 1].time_us - frame[i].time_us <= BACK_WITHIN_US)
        last++;
    while (last > known && ww_view_likeness(frame[i].view, frame[last].view) < SAME_CAMERA_LIKENESS)
        last--;
    return last;
}

void ww_scene_split(const ww_scene_frame *frame, size_t count, uint32_t *scene)
{
    uint32_t now = 0;
    for (size_t i = 0, end = 0; i < count; i++) {
        if (i > end) { // nothing so far comes back later
            now++;
            end = i;
        }
        end = comes_back(frame, count, i, end);
        scene[i] = now;
    }
}

// --- of a library ----------------------------------------------------------------------------------------------------

struct placed { // a frame with a view
    ww_scene_frame frame;
    size_t index; // in the catalog
};

struct finding {
    const ww_catalog *faces;
    uint32_t *recording; // of each source of the catalog
    int64_t *begin_us;   // where it begins in the recording
    struct placed *placed;
    size_t placed_count;
    uint8_t *views; // frames x WW_VIEW_BYTES
    size_t next;    // frame of the catalog, the one at hand
};

static ww_status no_memory(const struct finding *f, ww_error *err)
{
    return ww_fail_memory(err, "the scenes of %zu frames", f->faces->frame.count);
}

// Which recording each source is of, and where it begins there.
static ww_status order_sources(struct finding *f, ww_error *err)
{
    const size_t count = f->faces->source.count;
    ww_scene_source *source = ww_try_array(count, sizeof *source);
    uint32_t *recording = ww_try_array(count, sizeof *recording);
    size_t videos = 0;
    for (size_t i = 0; i < count && source; i++) {
        const ww_catalog_source *s = &f->faces->source.item[i];
        if (ww_catalog_is_video(s))
            source[videos++] = (ww_scene_source){(int)i, s->path, s->width, s->height, s->duration_us};
    }
    if (source && recording) {
        ww_scene_order(source, videos, recording);
        for (size_t i = 0; i < videos; i++) {
            const int before = i ? source[i - 1].source : 0, now = source[i].source;
            f->recording[now] = recording[i];
            f->begin_us[now] = i && recording[i] == recording[i - 1]
                                   ? f->begin_us[before] + source[i - 1].duration_us + PART_PAUSE_US
                                   : 0;
        }
    }
    const ww_status status = source && recording ? WW_OK : no_memory(f, err);
    free(source);
    free(recording);
    return status;
}

// Views come in the order of the frames.
static ww_status on_view(void *user, int64_t frame, const uint8_t *view, size_t bytes, ww_error *err)
{
    struct finding *f = user;
    size_t i = f->next;
    (void)err;
    while (i < f->faces->frame.count && f->faces->frame.item[i].id != frame)
        i++;
    if (i == f->faces->frame.count || bytes != WW_VIEW_BYTES)
        return WW_OK;
    f->next = i;
    const ww_catalog_frame *row = &f->faces->frame.item[i];
    if (!ww_catalog_is_video(&f->faces->source.item[row->source]))
        return WW_OK;
    uint8_t *kept = f->views + f->placed_count * WW_VIEW_BYTES;
    memcpy(kept, view, WW_VIEW_BYTES);
    f->placed[f->placed_count++] =
        (struct placed){{f->recording[row->source], row->time_us + f->begin_us[row->source], kept}, i};
    return WW_OK;
}

static int by_recording_and_time(const void *p, const void *q)
{
    const struct placed *a = p, *b = q;
    if (a->frame.recording != b->frame.recording)
        return a->frame.recording < b->frame.recording ? -1 : 1;
    if (a->frame.time_us != b->frame.time_us)
        return a->frame.time_us < b->frame.time_us ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static ww_status name_scenes(struct finding *f, uint32_t *scene, ww_error *err)
{
    const size_t count = f->placed_count, frames = f->faces->frame.count;
    ww_scene_frame *frame = ww_try_array(count, sizeof *frame);
    uint32_t *of_placed = ww_try_array(count, sizeof *of_placed), *of_frame = ww_try_array(frames, sizeof *of_frame);
    const ww_status status = frame && of_placed && of_frame ? WW_OK : no_memory(f, err);
    if (status == WW_OK) {
        qsort(f->placed, count, sizeof *f->placed, by_recording_and_time);
        for (size_t i = 0; i < count; i++)
            frame[i] = f->placed[i].frame;
        ww_scene_split(frame, count, of_placed);
        for (size_t i = 0; i < frames; i++)
            of_frame[i] = WW_NO_SCENE;
        for (size_t i = 0; i < count; i++)
            of_frame[f->placed[i].index] = of_placed[i];
        for (size_t i = 0; i < f->faces->face.count; i++)
            scene[i] = of_frame[f->faces->face.item[i].frame];
    }
    free(frame);
    free(of_placed);
    free(of_frame);
    return status;
}

static void name_recordings(const struct finding *f, uint32_t *recording)
{
    for (size_t i = 0; i < f->faces->face.count; i++) {
        const int source = f->faces->face.item[i].source;
        recording[i] = ww_catalog_is_video(&f->faces->source.item[source]) ? f->recording[source] : WW_RECORDING_PHOTOS;
    }
}

ww_status ww_scenes_find(const ww_catalog *faces, uint32_t *scene, uint32_t *recording, ww_error *err)
{
    const size_t sources = faces->source.count, frames = faces->frame.count;
    struct finding f = {.faces = faces,
                        .recording = ww_try_array(sources, sizeof *f.recording),
                        .begin_us = ww_try_array(sources, sizeof *f.begin_us),
                        .placed = ww_try_array(frames, sizeof *f.placed),
                        .views = ww_try_array(frames, WW_VIEW_BYTES)};
    ww_status status = f.recording && f.begin_us && f.placed && f.views ? order_sources(&f, err) : no_memory(&f, err);
    if (status == WW_OK)
        status = ww_store_views(faces->store, on_view, &f, err);
    if (status == WW_OK)
        status = name_scenes(&f, scene, err);
    if (status == WW_OK)
        name_recordings(&f, recording);
    free(f.recording);
    free(f.begin_us);
    free(f.placed);
    free(f.views);
    return status;
}
