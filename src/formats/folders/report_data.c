// SPDX-License-Identifier: MIT
// What the script of the page needs to know, kept short because there may be many faces:
//   { "people":  [{ "number": 0, "title": "Face_0", "href": "Face_0/", "hue": 0, "faces": [3, 7, ...] }, ...],
//     "sources": [{ "title": "cast8.mp4", "video": true, "width": 1920, "height": 1080, "duration": 120.000 }, ...],
//     "frames":  [source, milliseconds, source, milliseconds, ...],
//     "sizes":   {"7": [480, 640], ...},
//     "faces":   [frame, x, y, width, height, ...] }
// People's faces are numbers of faces; the unassigned come last, as number -1. Frames and faces are those with the
// numbers 1, 2, ...; boxes are whole pixels of the frame, which is as large as its source, or as "sizes" has it; a
// source is an index. "href" is ready to be used as (the beginning of) a URL.
#include "base/files.h"
#include "formats/folders/report.h"
#include "base/text.h"

static void add_whole(ww_buffer *page, bool comma, int64_t value)
{
    ww_buffer_text(page, comma ? "," : "");
    ww_buffer_whole(page, value);
}

static void add_person(const ww_catalog_person *person, ww_buffer *page)
{
    ww_buffer_format(page, "{\"number\":%d,\"title\":", person->number);
    ww_text_json(page, ww_catalog_title(person));
    ww_buffer_text(page, ",\"href\":\"");
    ww_text_url(page, person->folder);
    ww_buffer_format(page, "/\",\"hue\":%d,\"faces\":[", ww_report_hue(person));
    for (size_t i = 0; i < person->face_count; i++)
        add_whole(page, i > 0, (int64_t)person->face[i] + 1);
    ww_buffer_text(page, "]}");
}

static void add_source(const ww_catalog_source *source, ww_buffer *page)
{
    ww_buffer_text(page, "{\"title\":");
    ww_text_json(page, source->title);
    ww_buffer_format(page, ",\"video\":%s,\"width\":%d,\"height\":%d,\"duration\":",
                     ww_catalog_is_video(source) ? "true" : "false", source->width, source->height);
    ww_text_seconds(page, source->duration_us);
    ww_buffer_text(page, "}");
}

static void add_face(const ww_catalog *c, size_t face, ww_buffer *page)
{
    const ww_catalog_face *f = &c->face.item[face];
    const double box[] = {f->x, f->y, f->width, f->height};
    add_whole(page, face > 0, (int64_t)f->frame + 1);
    for (int i = 0; i < 4; i++) {
        ww_buffer_text(page, ",");
        ww_text_fixed(page, box[i], 0);
    }
}

// Of frames that are not as large as their source says: pages, and videos whose size changes.
static void add_sizes(const ww_catalog *c, ww_buffer *page)
{
    bool any = false;
    for (size_t i = 0; i < c->frame.count; i++) {
        const ww_catalog_frame *f = &c->frame.item[i];
        if (f->width == c->source.item[f->source].width && f->height == c->source.item[f->source].height)
            continue;
        ww_buffer_format(page, "%s\"%zu\":[%d,%d]", any ? "," : "", i + 1, f->width, f->height);
        any = true;
    }
}

void ww_report_data(const ww_catalog *c, ww_exporter *out, ww_buffer *page)
{
    ww_buffer_text(page, "{\"people\":[");
    for (size_t i = 0; i < c->person.count && !ww_exporter_stopped(out); i++) {
        if (c->person.item[i].face_count == 0)
            continue;
        add_person(&c->person.item[i], page);
        ww_buffer_text(page, ",\n");
    }
    add_person(&c->unassigned, page);
    ww_buffer_text(page, "],\n\"sources\":[");
    for (size_t i = 0; i < c->source.count && ww_exporter_goes_on(out, i); i++) {
        ww_buffer_text(page, i ? "," : "");
        add_source(&c->source.item[i], page);
    }
    ww_buffer_text(page, "],\n\"frames\":[");
    for (size_t i = 0; i < c->frame.count && ww_exporter_goes_on(out, i); i++) {
        add_whole(page, i > 0, c->frame.item[i].source);
        add_whole(page, true, c->frame.item[i].time_us / 1000);
    }
    ww_buffer_text(page, "],\n\"sizes\":{");
    add_sizes(c, page);
    ww_buffer_text(page, "},\n\"faces\":[");
    for (size_t i = 0; i < c->face.count && ww_exporter_goes_on(out, i); i++)
        add_face(c, i, page);
    ww_buffer_text(page, "]}");
}
