// SPDX-License-Identifier: MIT
// Who is on screen when, for players, subtitle and transcription tools, editing programs and spreadsheets: one file of
// each kind for each piece of footage, and people.csv with the seconds of each person. The stretches of time are those
// that the page draws (folders/presence.h).
//
// Times count from the beginning of the file, as players count them; in the CSV from the first picture, as in all
// tables. A timecode that the footage bears is in the CSV and in OpenTimelineIO, whose readers go by it.
#include "formats/timeline.h"
#include "base/text.h"
#include "formats/folders/presence.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef WW_VECTOR(ww_appearance) appearances;

static const struct {
    const char *extension;
    ww_timeline_writer *write;
} kinds[] = {
    {"vtt", ww_timeline_vtt},
    {"srt", ww_timeline_srt},
    {"csv", ww_timeline_csv},
    {"rttm", ww_timeline_rttm},
    {"eaf", ww_timeline_eaf},
    {"otio", ww_timeline_otio},
    {"ffmetadata", ww_timeline_chapters},
};

const char *ww_timeline_person(const ww_timeline *t, size_t class) { return ww_dataset_label_title(t->set, class); }

char *ww_timeline_url(const ww_timeline *t)
{
    char whole[PATH_MAX];
    ww_buffer url = {0};
    const char *file = ww_catalog_source_file(t->source), *path = realpath(file, whole) ? whole : file;
    ww_buffer_text(&url, *path == '/' ? "file://" : "");
    ww_text_url(&url, path);
    return ww_buffer_take(&url);
}

// --- appearances

static ww_status add_person(const ww_dataset *set, size_t class, appearances *list, ww_error *err)
{
    const ww_catalog *c = set->catalog;
    ww_presence presence;
    for (size_t at = 0; ww_presence_next(c, set->classes.item[class].person, &at, &presence);) {
        const ww_catalog_source *source = &c->source.item[presence.source];
        ww_stretch s;
        for (size_t face = 0; ww_catalog_is_video(source) && ww_stretch_next(c, &presence, &face, &s);) {
            const int64_t end_us =
                source->duration_us > s.start_us && source->duration_us < s.end_us ? source->duration_us : s.end_us;
            const int64_t later_us = source->stream_start_us;
            const ww_appearance a = {presence.source, class, s.start_us + later_us, end_us + later_us};
            if (!ww_vector_push(list, a))
                return ww_fail_memory(err, "the timeline");
        }
    }
    return WW_OK;
}

static int by_time(const void *a, const void *b)
{
    const ww_appearance *l = a, *r = b;
    if (l->source != r->source)
        return l->source < r->source ? -1 : 1;
    if (l->start_us != r->start_us)
        return l->start_us < r->start_us ? -1 : 1;
    if (l->end_us != r->end_us)
        return l->end_us < r->end_us ? -1 : 1;
    return (l->class > r->class) - (l->class < r->class);
}

static ww_status find_appearances(const ww_dataset *set, appearances *list, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < set->classes.count; i++)
        status = add_person(set, i, list, err);
    if (status == WW_OK && list->count == 0)
        status =
            ww_fail(err, WW_ERR_NOT_FOUND, "nobody is seen in a video of this library, and photos have no timeline");
    if (status == WW_OK)
        qsort(list->item, list->count, sizeof *list->item, by_time);
    return status;
}

// --- files

static void read_timecode(ww_timeline *t, ww_dataset_out *out)
{
    ww_error why = {0};
    const ww_footage_probe *probe = t->set->probe;
    if (!probe || probe->timecode(ww_catalog_source_file(t->source), &t->timecode, &why) == WW_OK)
        return;
    t->timecode = (ww_timecode){0};
    ww_dataset_out_pass_over(out, "%s; a timecode that it may bear is not in the timeline", why.message);
}

static ww_status put_files(const ww_timeline *t, ww_dataset_out *out, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < sizeof kinds / sizeof *kinds; i++) {
        ww_buffer text = {0};
        char *path = ww_strf("%s.%s", t->name, kinds[i].extension);
        kinds[i].write(t, &text);
        status = ww_dataset_out_put_text(out, path, &text, err);
        ww_buffer_free(&text);
        free(path);
    }
    return status;
}

static ww_status put_source(const ww_dataset *set, const ww_appearance *first, size_t count, ww_dataset_out *out,
                            ww_error *err)
{
    ww_timeline t = {
        .set = set, .source = &set->catalog->source.item[first->source], .appearance = first, .count = count};
    t.name = ww_dataset_source_name(set, (size_t)first->source);
    t.duration_us = t.source->duration_us + t.source->stream_start_us;
    for (size_t i = 0; i < count; i++)
        t.duration_us = t.duration_us > first[i].end_us ? t.duration_us : first[i].end_us;
    read_timecode(&t, out);
    ww_status status = put_files(&t, out, err);
    free(t.name);
    return status;
}

static ww_status put_people(const ww_dataset *set, const appearances *list, ww_dataset_out *out, ww_error *err)
{
    ww_buffer text = {0};
    ww_buffer_text(&text, "person,name,seconds,appearances,sources\n");
    for (size_t class = 0; class < set->classes.count; class ++) {
        int64_t us = 0;
        size_t count = 0, sources = 0;
        int last = -1;
        for (size_t i = 0; i < list->count; i++) {
            const ww_appearance *a = &list->item[i];
            if (a->class != class)
                continue;
            us += a->end_us - a->start_us;
            count++;
            sources += a->source != last;
            last = a->source;
        }
        ww_buffer_format(&text, "%d,", set->classes.item[class].person->number);
        ww_timeline_csv_name(&text, ww_dataset_label_title(set, class));
        ww_buffer_text(&text, ",");
        ww_text_seconds(&text, us);
        ww_buffer_format(&text, ",%zu,%zu\n", count, sources);
    }
    ww_status status = ww_dataset_out_put_text(out, "people.csv", &text, err);
    ww_buffer_free(&text);
    return status;
}

static ww_status write(const ww_dataset *set, ww_dataset_out *out, ww_error *err)
{
    appearances list = {0};
    ww_status status = find_appearances(set, &list, err);
    for (size_t i = 0, count; status == WW_OK && i < list.count; i += count) {
        for (count = 1; i + count < list.count && list.item[i + count].source == list.item[i].source;)
            count++;
        status = put_source(set, &list.item[i], count, out, err);
    }
    if (status == WW_OK)
        status = put_people(set, &list, out, err);
    ww_vector_free(&list);
    return status;
}

const ww_export_format ww_format_timeline = {
    .name = "timeline",
    .description = "who is on screen when: WebVTT, SRT, CSV, RTTM, ELAN, OpenTimelineIO, chapters",
    .whole = true,
    .write = write};
