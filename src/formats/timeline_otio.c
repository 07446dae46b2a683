// SPDX-License-Identifier: MIT
// OpenTimelineIO: a track with the whole footage and a marker for each appearance, then a track for each person with
// the clips that show them. Times are whole frames at the footage's rate, counted from its timecode, as editing
// programs do; milliseconds where no rate is known.
#include "base/files.h"
#include "base/text.h"
#include "formats/timeline.h"

#include <inttypes.h>
#include <stdlib.h>

typedef struct frame_count {
    ww_timecode count; // at 1000 Hz where the rate is not known
    int64_t first, frames;
} frame_count;

static frame_count count_of(const ww_timeline *t)
{
    frame_count k = {.count = t->timecode};
    if (k.count.rate_num <= 0 || k.count.rate_den <= 0)
        k.count = (ww_timecode){.rate_num = 1000, .rate_den = 1};
    k.first = k.count.first_frame;
    k.frames = ww_timecode_frame(&k.count, t->duration_us) - k.first;
    return k;
}

static void add_moment(const frame_count *k, const char *name, int64_t frame, ww_buffer *text)
{
    ww_buffer_format(text, "\"%s\": {\"OTIO_SCHEMA\": \"RationalTime.1\", \"rate\": ", name);
    if (k->count.rate_num % k->count.rate_den == 0)
        ww_buffer_format(text, "%d.0", k->count.rate_num / k->count.rate_den);
    else
        ww_buffer_format(text, "%.17g", (double)k->count.rate_num / k->count.rate_den);
    ww_buffer_format(text, ", \"value\": %" PRId64 ".0}", frame);
}

static void add_range(const frame_count *k, const char *name, int64_t first, int64_t frames, ww_buffer *text)
{
    ww_buffer_format(text, "\"%s\": {\"OTIO_SCHEMA\": \"TimeRange.1\", ", name);
    add_moment(k, "start_time", first, text);
    ww_buffer_text(text, ", ");
    add_moment(k, "duration", frames, text);
    ww_buffer_text(text, "}");
}

static void begin_item(const char *schema, const char *name, ww_buffer *text)
{
    ww_buffer_format(text, "{\"OTIO_SCHEMA\": \"%s\", \"name\": ", schema);
    ww_text_json(text, name);
    ww_buffer_text(text, ", \"metadata\": {}, \"effects\": [], \"enabled\": true, ");
}

static void add_media(const ww_timeline *t, const frame_count *k, ww_buffer *text)
{
    char *url = ww_timeline_url(t);
    ww_buffer_text(text, "\"media_reference\": {\"OTIO_SCHEMA\": \"ExternalReference.1\", \"name\": \"\", "
                         "\"metadata\": {}, \"target_url\": ");
    ww_text_json(text, url);
    ww_buffer_text(text, ", ");
    add_range(k, "available_range", k->first, k->frames, text);
    ww_buffer_text(text, "}");
    free(url);
}

// First frame and number of frames of an appearance; at least one.
static int64_t frames_of(const frame_count *k, const ww_appearance *a, int64_t *first)
{
    *first = ww_timecode_frame(&k->count, a->start_us);
    const int64_t frames = ww_timecode_frame(&k->count, a->end_us) - *first;
    return frames > 0 ? frames : 1;
}

static void add_markers(const ww_timeline *t, const frame_count *k, ww_buffer *text)
{
    ww_buffer_text(text, "\"markers\": [");
    for (size_t i = 0; i < t->count; i++) {
        int64_t first;
        const int64_t frames = frames_of(k, &t->appearance[i], &first);
        ww_buffer_text(text, i ? ",\n" : "\n");
        ww_buffer_text(text, "{\"OTIO_SCHEMA\": \"Marker.2\", \"color\": \"GREEN\", \"metadata\": {}, \"name\": ");
        ww_text_json(text, ww_timeline_person(t, t->appearance[i].class));
        ww_buffer_text(text, ", ");
        add_range(k, "marked_range", first, frames, text);
        ww_buffer_text(text, "}");
    }
    ww_buffer_text(text, "], ");
}

static void begin_track(const char *name, ww_buffer *text)
{
    begin_item("Track.1", name, text);
    ww_buffer_text(text, "\"source_range\": null, \"markers\": [], \"kind\": \"Video\", \"children\": [\n");
}

static void add_clip(const ww_timeline *t, const frame_count *k, const char *name, int64_t first, int64_t frames,
                     bool markers, ww_buffer *text)
{
    begin_item("Clip.1", name, text);
    if (markers)
        add_markers(t, k, text);
    else
        ww_buffer_text(text, "\"markers\": [], ");
    add_range(k, "source_range", first, frames, text);
    ww_buffer_text(text, ",\n");
    add_media(t, k, text);
    ww_buffer_text(text, "}");
}

static void add_person(const ww_timeline *t, const frame_count *k, size_t class, ww_buffer *text)
{
    int64_t at = k->first;
    const char *name = ww_timeline_person(t, class);
    for (size_t i = 0; i < t->count; i++) {
        int64_t first;
        if (t->appearance[i].class != class)
            continue;
        const int64_t frames = frames_of(k, &t->appearance[i], &first);
        ww_buffer_text(text, ",\n");
        if (at == k->first)
            begin_track(name, text);
        if (first > at) {
            begin_item("Gap.1", "", text);
            ww_buffer_text(text, "\"markers\": [], ");
            add_range(k, "source_range", 0, first - at, text);
            ww_buffer_text(text, "},\n");
        }
        add_clip(t, k, name, first, frames, false, text);
        at = first + frames;
    }
    ww_buffer_text(text, at > k->first ? "]}" : "");
}

void ww_timeline_otio(const ww_timeline *t, ww_buffer *text)
{
    const frame_count k = count_of(t);
    ww_buffer_text(text, "{\"OTIO_SCHEMA\": \"Timeline.1\", \"name\": ");
    ww_text_json(text, ww_path_base(t->source->path));
    ww_buffer_text(text, ", \"metadata\": {}, ");
    if (t->timecode.present)
        add_moment(&k, "global_start_time", k.first, text);
    else
        ww_buffer_text(text, "\"global_start_time\": null");
    ww_buffer_text(text, ",\n\"tracks\": ");
    begin_item("Stack.1", "tracks", text);
    ww_buffer_text(text, "\"source_range\": null, \"markers\": [], \"children\": [\n");
    begin_track("footage", text);
    add_clip(t, &k, ww_path_base(t->source->path), k.first, k.frames, true, text);
    ww_buffer_text(text, "]}");
    for (size_t class = 0; class < t->set->classes.count; class ++)
        add_person(t, &k, class, text);
    ww_buffer_text(text, "]}}\n");
}
