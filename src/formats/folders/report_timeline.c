// SPDX-License-Identifier: MIT
// When people are on screen: a drawing a video, a list for the photos. A track is one SVG path, so that an evening of
// film stays a small page.
#include "base/files.h"
#include "base/vector.h"
#include "formats/folders/presence.h"
#include "formats/folders/report.h"
#include "base/text.h"

#include <stdlib.h>

#define TRACK_UNITS 10000 // width of a track in the units of its drawing
#define MARK_UNITS_MIN 20 // so that a single face can still be seen
#define TICKS_MAX 8
#define NO_ROOM_SHARE 0.9 // of the track, behind which a tick has no room for its time
#define ROWS_SHOWN 40     // further people of a video are folded away

// The length that the track stands for: the video's, or what its faces need where that is unknown or too short.
static int64_t track_us(const ww_catalog_source *s)
{
    int64_t needed_us = s->last_us + s->every_us;
    int64_t us = s->duration_us > needed_us ? s->duration_us : needed_us;
    return us > 0 ? us : 1;
}

static int units(int64_t us, int64_t whole_us)
{
    double share = (double)us / (double)whole_us;
    return (int)((share < 0 ? 0 : share > 1 ? 1 : share) * TRACK_UNITS + 0.5);
}

static void add_marks(const ww_catalog *c, const ww_presence *p, int64_t whole_us, ww_buffer *page)
{
    ww_stretch stretch;
    for (size_t at = 0; ww_stretch_next(c, p, &at, &stretch);) {
        int start = units(stretch.start_us, whole_us), end = units(stretch.end_us, whole_us);
        int width = end - start < MARK_UNITS_MIN ? MARK_UNITS_MIN : end - start;
        if (start + width > TRACK_UNITS)
            start = TRACK_UNITS - width;
        ww_buffer_format(page, "M%d 0h%dv1h-%dz", start, width, width);
    }
}

// The track is a slider over the person's faces: arrows step from one to the next, Enter shows it (page.js).
static void add_slider(const ww_catalog_person *person, const ww_presence *p, int64_t on_screen_us, int64_t whole_us,
                       ww_buffer *page)
{
    ww_buffer_format(page,
                     "<svg class=\"track\" viewBox=\"0 0 %d 1\" preserveAspectRatio=\"none\" tabindex=\"0\" "
                     "role=\"slider\" aria-valuemin=\"0\" aria-valuemax=\"",
                     TRACK_UNITS);
    ww_text_seconds(page, whole_us);
    ww_buffer_text(page, "\" aria-valuenow=\"");
    ww_text_seconds(page, p->first_us < whole_us ? p->first_us : whole_us);
    ww_buffer_text(page, "\" aria-label=\"");
    ww_text_html(page, ww_catalog_title(person));
    ww_buffer_text(page, ": ");
    ww_report_on_screen(page, on_screen_us);
    ww_buffer_text(page, " on screen, from ");
    ww_text_clock(page, p->first_us);
    ww_buffer_text(page, " to ");
    ww_text_clock(page, p->last_us);
    ww_buffer_text(page, ", ");
    ww_report_count(page, p->face_count, "face", "faces");
}

static void add_row(const ww_catalog *c, const ww_catalog_person *person, const ww_presence *p, int64_t whole_us,
                    ww_buffer *page)
{
    const int64_t on_screen_us = ww_presence_on_screen_us(c, p);
    ww_buffer_format(page, "<li class=\"row\" style=\"--hue:%d\" data-person=\"%d\">\n<a data-person=\"%d\" href=\"",
                     ww_report_hue(person), person->number, person->number);
    ww_text_url(page, person->folder);
    ww_buffer_text(page, "/\">");
    ww_text_html(page, ww_catalog_title(person));
    ww_buffer_text(page, "</a>\n");
    add_slider(person, p, on_screen_us, whole_us, page);
    ww_buffer_text(page, "\"><path d=\"");
    add_marks(c, p, whole_us, page);
    ww_buffer_text(page, "\"/></svg>\n<span class=\"seconds\" title=\"on screen\">");
    ww_report_on_screen(page, on_screen_us);
    ww_buffer_text(page, "</span>\n</li>\n");
}

static int64_t tick_us(int64_t whole_us)
{
    static const int64_t steps_s[] = {1,   2,   5,    10,   15,   30,    60,    120,  300,
                                      600, 900, 1800, 3600, 7200, 14400, 28800, 86400};
    for (size_t i = 0; i < sizeof steps_s / sizeof *steps_s; i++)
        if (whole_us / (steps_s[i] * 1000000) < TICKS_MAX)
            return steps_s[i] * 1000000;
    return whole_us / TICKS_MAX;
}

static void add_axis(int64_t whole_us, ww_buffer *page)
{
    ww_buffer_text(page, "<div class=\"axis\" aria-hidden=\"true\">");
    for (int64_t us = 0, step = tick_us(whole_us); us <= whole_us; us += step) {
        const double share = (double)us / (double)whole_us;
        ww_buffer_format(page, "<span%s style=\"left:", share > NO_ROOM_SHARE ? " class=\"late\"" : "");
        ww_text_fixed(page, 100.0 * share, 3);
        ww_buffer_text(page, "%\">");
        ww_text_clock(page, us);
        ww_buffer_text(page, "</span>");
    }
    ww_buffer_text(page, "</div>\n");
}

static void add_source_title(const ww_catalog_source *source, ww_buffer *page)
{
    ww_buffer_text(page, "<h3><span title=\"");
    ww_text_html(page, source->path);
    ww_buffer_text(page, "\">");
    ww_text_html(page, source->title);
    ww_buffer_text(page, "</span> <small>");
    if (source->duration_us > 0)
        ww_text_clock(page, source->duration_us);
    ww_buffer_text(page, "</small></h3>\n");
}

typedef struct appearance { // of a person, in a video
    size_t person;          // index
    ww_presence presence;
} appearance;

typedef WW_VECTOR(appearance) appearances; // by source, then person

static int by_source_and_person(const void *a, const void *b)
{
    const appearance *p = a, *q = b;
    if (p->presence.source != q->presence.source)
        return p->presence.source < q->presence.source ? -1 : 1;
    return (p->person > q->person) - (p->person < q->person);
}

static bool find_appearances(const ww_catalog *c, appearances *found)
{
    for (size_t i = 0; i < c->person.count; i++) {
        appearance a = {.person = i};
        for (size_t at = 0; ww_presence_next(c, &c->person.item[i], &at, &a.presence);)
            if (ww_catalog_is_video(&c->source.item[a.presence.source]) && !ww_vector_push(found, a))
                return false;
    }
    if (found->count)
        qsort(found->item, found->count, sizeof *found->item, by_source_and_person);
    return true;
}

// *next: the first of the source's appearances; afterwards the one after its last.
static void add_rows(const ww_catalog *c, int source, int64_t whole_us, const appearances *all, size_t *next,
                     ww_buffer *page)
{
    size_t rows = 0;
    for (; *next < all->count && all->item[*next].presence.source == source; ++*next) {
        const appearance *a = &all->item[*next];
        if (rows == 0)
            ww_buffer_text(page, "<ul class=\"rows\">\n");
        if (rows++ == ROWS_SHOWN)
            ww_buffer_text(page, "</ul>\n<details><summary>More people</summary>\n<ul class=\"rows\">\n");
        add_row(c, &c->person.item[a->person], &a->presence, whole_us, page);
    }
    ww_buffer_text(page, rows ? "</ul>\n" : "<p>Nobody was recognised here.</p>\n");
    ww_buffer_text(page, rows > ROWS_SHOWN ? "</details>\n" : "");
}

static void add_timeline(const ww_catalog *c, int source, const appearances *all, size_t *next, ww_buffer *page)
{
    int64_t whole_us = track_us(&c->source.item[source]);
    ww_buffer_format(page, "<article class=\"timeline\" data-source=\"%d\" data-seconds=\"", source);
    ww_text_seconds(page, whole_us);
    ww_buffer_text(page, "\">\n");
    add_source_title(&c->source.item[source], page);
    add_rows(c, source, whole_us, all, next, page);
    add_axis(whole_us, page);
    ww_buffer_text(page, "</article>\n");
}

void ww_report_timelines(const ww_catalog *c, ww_exporter *out, ww_buffer *page)
{
    bool any = false;
    size_t next = 0;
    appearances all = {0};
    if (!find_appearances(c, &all))
        ww_buffer_fail(page);
    for (size_t i = 0; i < c->source.count && !page->failed && !ww_exporter_stopped(out); i++) {
        const ww_catalog_source *source = &c->source.item[i];
        if (!ww_catalog_is_video(source) || source->faces == 0)
            continue;
        ww_buffer_text(page, any ? "" : "<section id=\"timelines\">\n<h2>On screen</h2>\n");
        add_timeline(c, (int)i, &all, &next, page);
        any = true;
    }
    ww_buffer_text(page, any ? "</section>\n" : "");
    ww_vector_free(&all);
}

static void add_photo(const ww_catalog *c, size_t frame, ww_buffer *page)
{
    const ww_catalog_frame *f = &c->frame.item[frame];
    const ww_catalog_source *source = &c->source.item[f->source];
    ww_buffer_format(page,
                     "<li class=\"photo\"><a data-frame=\"%zu\" href=\"Frames/frame_%zu.jpg\">"
                     "<img src=\"Frames/frame_%zu.jpg\" loading=\"lazy\" alt=\"\"><span title=\"",
                     frame + 1, frame + 1, frame + 1);
    ww_text_html(page, source->path);
    ww_buffer_text(page, "\">");
    ww_text_html(page, source->title);
    ww_buffer_text(page, "</span></a>\n<p>");
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++) {
        const ww_catalog_person *person = ww_catalog_person_of(c, i);
        if (person->ignored)
            continue;
        ww_buffer_format(page, "<a class=\"who\" style=\"--hue:%d\" data-person=\"%d\" data-face=\"%zu\" href=\"",
                         ww_report_hue(person), person->number, i + 1);
        ww_text_url(page, person->folder);
        ww_buffer_text(page, "/\">");
        ww_text_html(page, ww_catalog_title(person));
        ww_buffer_text(page, "</a> ");
    }
    ww_buffer_text(page, "</p></li>\n");
}

void ww_report_photos(const ww_catalog *c, ww_exporter *out, ww_buffer *page)
{
    bool any = false;
    for (size_t i = 0; i < c->frame.count && !ww_exporter_stopped(out); i++) {
        if (ww_catalog_is_video(&c->source.item[c->frame.item[i].source]))
            continue;
        ww_buffer_text(page, any ? "" : "<section id=\"photos\">\n<h2>Photos</h2>\n<ul class=\"photos\">\n");
        add_photo(c, i, page);
        any = true;
    }
    ww_buffer_text(page, any ? "</ul>\n</section>\n" : "");
}
