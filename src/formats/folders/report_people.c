// SPDX-License-Identifier: MIT
#include "base/files.h"
#include "formats/folders/presence.h"
#include "formats/folders/report.h"
#include "base/text.h"

#include <stdlib.h>

#define SOURCES_ON_A_CARD 4 // the others are counted
#define UNSORTED_SHOWN 24   // the viewer shows them all

static void add_presence(const ww_catalog *c, const ww_presence *p, ww_buffer *page)
{
    const ww_catalog_source *source = &c->source.item[p->source];
    ww_buffer_text(page, "<li><span title=\"");
    ww_text_html(page, source->path);
    ww_buffer_text(page, "\">");
    ww_text_html(page, source->title);
    ww_buffer_text(page, "</span> ");
    if (ww_catalog_is_video(source)) {
        ww_buffer_text(page, "<span class=\"time\">");
        ww_text_clock(page, p->first_us);
        ww_buffer_text(page, "\xe2\x80\x89\xe2\x80\x93\xe2\x80\x89"); // en dash between thin spaces
        ww_text_clock(page, p->last_us);
        ww_buffer_text(page, "</span>");
    }
    ww_buffer_text(page, "</li>\n");
}

static void add_presences(const ww_catalog *c, const ww_catalog_person *person, ww_buffer *page)
{
    ww_buffer_text(page, "<ul class=\"seen\">\n");
    ww_presence p;
    size_t at = 0, count = 0;
    while (ww_presence_next(c, person, &at, &p))
        if (count++ < SOURCES_ON_A_CARD)
            add_presence(c, &p, page);
    if (count > SOURCES_ON_A_CARD) {
        ww_buffer_text(page, "<li>and in ");
        ww_report_count(page, count - SOURCES_ON_A_CARD, "more source", "more sources");
        ww_buffer_text(page, "</li>\n");
    }
    ww_buffer_text(page, "</ul>\n");
}

// The montage has five rows of five; rows that hold no face are cut off by the card's shape.
static int filled_rows(const ww_catalog_person *person)
{
    return person->face_count >= 25 ? 5 : (int)(person->face_count + 4) / 5;
}

static void add_card(const ww_catalog *c, const ww_catalog_person *person, ww_buffer *page)
{
    ww_buffer_format(page,
                     "<li class=\"card\" style=\"--hue:%d;--rows:%d\">\n<a class=\"open\" data-person=\"%d\" href=\"",
                     ww_report_hue(person), filled_rows(person), person->number);
    ww_text_url(page, person->folder);
    ww_buffer_text(page, "/\">\n<img src=\"Montage/");
    ww_text_url(page, person->folder);
    ww_buffer_text(page, ".jpg\" width=\"480\" height=\"600\" loading=\"lazy\" alt=\"\">\n<h3>");
    ww_text_html(page, ww_catalog_title(person));
    ww_buffer_text(page, "</h3></a>\n<p class=\"count\">");
    ww_report_count(page, person->face_count, "face", "faces");
    ww_buffer_text(page, "</p>\n");
    add_presences(c, person, page);
    ww_buffer_text(page, "</li>\n");
}

void ww_report_people(const ww_catalog *c, ww_exporter *out, ww_buffer *page)
{
    bool any = false;
    ww_buffer_text(page, "<section id=\"people\">\n<h2>People</h2>\n");
    for (size_t i = 0; i < c->person.count && !ww_exporter_stopped(out); i++) {
        if (c->person.item[i].face_count == 0)
            continue;
        ww_buffer_text(page, any ? "" : "<ul class=\"cards\">\n");
        add_card(c, &c->person.item[i], page);
        any = true;
    }
    ww_buffer_text(page, any ? "</ul>\n</section>\n"
                             : "<p>Nobody yet: no group of similar faces was found.</p>\n</section>\n");
}

void ww_report_unsorted(const ww_catalog *c, ww_exporter *out, ww_buffer *page)
{
    const ww_catalog_person *unassigned = &c->unassigned;
    (void)out; // there are not many
    if (unassigned->face_count == 0)
        return;
    ww_buffer_text(page, "<section id=\"unsorted\">\n<h2>Unsorted</h2>\n<p>");
    ww_report_count(page, unassigned->face_count, "face that belongs", "faces that belong");
    ww_buffer_text(page, " to nobody yet.</p>\n<ul class=\"strip\">\n");
    for (size_t i = 0; i < unassigned->face_count && i < UNSORTED_SHOWN; i++) {
        ww_buffer path = {0};
        ww_catalog_face_path(c, unassigned->face[i], "jpg", &path);
        char *file = ww_buffer_take(&path);
        ww_buffer_format(page, "<li><a data-person=\"-1\" data-face=\"%zu\" href=\"", unassigned->face[i] + 1);
        ww_text_url(page, file);
        ww_buffer_text(page, "\"><img src=\"");
        ww_text_url(page, file);
        ww_buffer_format(page, "\" width=\"96\" height=\"120\" loading=\"lazy\" alt=\"Face %zu\"></a></li>\n",
                         unassigned->face[i] + 1);
        free(file);
    }
    ww_buffer_text(page,
                   "</ul>\n<p><a class=\"more\" data-person=\"-1\" href=\"Unsorted/\">Show all</a></p>\n</section>\n");
}
