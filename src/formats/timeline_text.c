// SPDX-License-Identifier: MIT
// The timelines that are lines of text.
#include "base/text.h"
#include "formats/timeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// 01:02:03.456, with `point` before the milliseconds.
static void add_time(ww_buffer *text, int64_t us, char point)
{
    const int64_t ms = ww_timeline_ms(us);
    ww_buffer_format(text, "%02" PRId64 ":%02d:%02d%c%03d", ms / 3600000, (int)(ms / 60000 % 60), (int)(ms / 1000 % 60),
                     point, (int)(ms % 1000));
}

static void add_span(ww_buffer *text, const ww_appearance *a, char point)
{
    add_time(text, a->start_us, point);
    ww_buffer_text(text, " --> ");
    add_time(text, a->end_us, point);
    ww_buffer_text(text, "\n");
}

// WebVTT (https://www.w3.org/TR/webvtt1/): in the text of a cue '&' and '<' are escaped, and "-->" must not stand.
void ww_timeline_vtt(const ww_timeline *t, ww_buffer *text)
{
    ww_buffer_text(text, "WEBVTT\n\n");
    if (t->timecode.present) {
        ww_buffer_text(text, "NOTE start timecode ");
        ww_timecode_write(&t->timecode, t->timecode.start_us, text);
        ww_buffer_text(text, "\n\n");
    }
    for (size_t i = 0; i < t->count; i++) {
        add_span(text, &t->appearance[i], '.');
        for (const char *c = ww_timeline_person(t, t->appearance[i].class); *c; c++) {
            const char *escaped = *c == '&' ? "&amp;" : *c == '<' ? "&lt;" : *c == '>' ? "&gt;" : NULL;
            ww_buffer_add(text, escaped ? escaped : c, escaped ? strlen(escaped) : 1);
        }
        ww_buffer_text(text, "\n\n");
    }
}

void ww_timeline_srt(const ww_timeline *t, ww_buffer *text)
{
    for (size_t i = 0; i < t->count; i++) {
        ww_buffer_format(text, "%zu\n", i + 1);
        add_span(text, &t->appearance[i], ',');
        ww_buffer_format(text, "%s\n\n", ww_timeline_person(t, t->appearance[i].class));
    }
}

void ww_timeline_csv_name(ww_buffer *text, const char *name) { ww_text_csv_field(text, name, true); }

void ww_timeline_csv(const ww_timeline *t, ww_buffer *text)
{
    ww_buffer_text(text, "person,name,start_s,end_s,seconds,start_timecode,end_timecode\n");
    for (size_t i = 0; i < t->count; i++) {
        const ww_appearance *a = &t->appearance[i];
        ww_buffer_format(text, "%d,", t->set->classes.item[a->class].person->number);
        ww_timeline_csv_name(text, ww_timeline_person(t, a->class));
        const int64_t later_us = t->source->stream_start_us;
        const int64_t value[] = {a->start_us - later_us, a->end_us - later_us, a->end_us - a->start_us};
        for (int k = 0; k < 3; k++) {
            ww_buffer_text(text, ",");
            ww_text_seconds(text, value[k]);
        }
        ww_buffer_text(text, ",");
        ww_timecode_write(&t->timecode, a->start_us, text);
        ww_buffer_text(text, ",");
        ww_timecode_write(&t->timecode, a->end_us, text);
        ww_buffer_text(text, "\n");
    }
}

// NIST's Rich Transcription Time Marked: fields between spaces, so names have none.
void ww_timeline_rttm(const ww_timeline *t, ww_buffer *text)
{
    for (size_t i = 0; i < t->count; i++) {
        const ww_appearance *a = &t->appearance[i];
        ww_buffer_format(text, "SPEAKER %s 1 ", t->name);
        ww_text_seconds(text, a->start_us);
        ww_buffer_text(text, " ");
        ww_text_seconds(text, a->end_us - a->start_us);
        ww_buffer_text(text, " <NA> <NA> ");
        ww_text_word(text, ww_timeline_person(t, a->class));
        ww_buffer_text(text, " <NA> <NA>\n");
    }
}

// --- chapters: ffmpeg's metadata, https://ffmpeg.org/ffmpeg-formats.html#Metadata-1

// ffmpeg takes an escaped backslash at the end of a line for the escape of the line's end; a space keeps them apart.
static void add_escaped(ww_buffer *text, const char *value)
{
    const size_t length = strlen(value);
    for (size_t i = 0; i < length; i++) {
        if (strchr("=;#\\\n", value[i]))
            ww_buffer_text(text, "\\");
        ww_buffer_add(text, &value[i], 1);
    }
    ww_buffer_text(text, length > 0 && value[length - 1] == '\\' ? " " : "");
}

static int by_value(const void *a, const void *b)
{
    const int64_t l = *(const int64_t *)a, r = *(const int64_t *)b;
    return (l > r) - (l < r);
}

static void add_chapter(const ww_timeline *t, int64_t start_us, int64_t end_us, ww_buffer *text)
{
    const char *comma = "";
    size_t on_screen = 0;
    for (size_t i = 0; i < t->count; i++)
        on_screen += t->appearance[i].start_us <= start_us && t->appearance[i].end_us >= end_us;
    if (on_screen == 0 || ww_timeline_ms(start_us) == ww_timeline_ms(end_us))
        return;
    ww_buffer_format(text, "\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=%" PRId64 "\nEND=%" PRId64 "\ntitle=",
                     ww_timeline_ms(start_us), ww_timeline_ms(end_us));
    for (size_t i = 0; i < t->count && t->appearance[i].start_us <= start_us; i++) {
        if (t->appearance[i].end_us < end_us)
            continue;
        ww_buffer_text(text, comma);
        add_escaped(text, ww_timeline_person(t, t->appearance[i].class));
        comma = ", ";
    }
    ww_buffer_text(text, "\n");
}

// A chapter for each stretch of time during which the same people are on screen; none where nobody is.
void ww_timeline_chapters(const ww_timeline *t, ww_buffer *text)
{
    int64_t *change = ww_try_array(2 * t->count, sizeof *change);
    if (!change) {
        ww_buffer_fail(text);
        return;
    }
    for (size_t i = 0; i < t->count; i++) {
        change[2 * i] = t->appearance[i].start_us;
        change[2 * i + 1] = t->appearance[i].end_us;
    }
    qsort(change, 2 * t->count, sizeof *change, by_value);
    ww_buffer_text(text, ";FFMETADATA1\n");
    for (size_t i = 0; i + 1 < 2 * t->count; i++)
        if (change[i] < change[i + 1])
            add_chapter(t, change[i], change[i + 1], text);
    free(change);
}
