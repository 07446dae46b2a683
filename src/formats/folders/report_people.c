// SPDX-License-Identifier: MIT
#include "base/files.h"
#include "formats/folders/presence.h"
#include "formats/folders/report.h"
#include "base/text.h"

#define SOURCES_ON_A_CARD 4 // the others are counted
enum { CROPS_MAX = 5 };     // on a card: the cover, and others spread over where the person is seen

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
        ww_buffer_text(page, ", ");
        ww_report_on_screen(page, ww_presence_on_screen_us(c, p));
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

static size_t cover_of(const ww_catalog *c, const ww_catalog_person *person)
{
    size_t best = person->face[0];
    for (size_t i = 1; i < person->face_count; i++)
        if (c->face.item[person->face[i]].quality > c->face.item[best].quality)
            best = person->face[i];
    return person->cover != WW_NONE ? person->cover : best;
}

static void add_crops(const ww_catalog *c, const ww_catalog_person *person, ww_buffer *page)
{
    const size_t cover = cover_of(c, person), shown = person->face_count < CROPS_MAX ? person->face_count : CROPS_MAX;
    ww_buffer_text(page, "<span class=\"crops\">");
    ww_report_crop(c, cover, "", page);
    for (size_t i = 0, count = 1; i < shown && count < shown; i++) {
        const size_t face = person->face[i * person->face_count / shown];
        if (face == cover)
            continue;
        ww_report_crop(c, face, "", page);
        count++;
    }
    ww_buffer_text(page, "</span>\n");
}

static void add_card(const ww_catalog *c, const ww_catalog_person *person, ww_buffer *page)
{
    ww_buffer_format(page, "<li class=\"card\" style=\"--hue:%d\">\n<a class=\"open\" data-person=\"%d\" href=\"",
                     ww_report_hue(person), person->number);
    ww_text_url(page, person->folder);
    ww_buffer_text(page, "/\">\n");
    add_crops(c, person, page);
    ww_buffer_text(page, "<h3>");
    ww_text_html(page, ww_catalog_title(person));
    ww_buffer_text(page, "</h3></a>\n<p class=\"count\">");
    ww_report_count(page, person->face_count, "face", "faces");
    ww_buffer_text(page, ", <a href=\"Montage/");
    ww_text_url(page, person->folder);
    ww_buffer_text(page, ".jpg\">montage</a></p>\n");
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
        ww_buffer_text(page, any ? ""
                                 : "<p>To name and correct them: <code>whoswho review</code> with this folder.</p>\n"
                                   "<ul class=\"cards\">\n");
        add_card(c, &c->person.item[i], page);
        any = true;
    }
    ww_buffer_text(page, any ? "</ul>\n</section>\n"
                             : "<p>Nobody yet: no group of similar faces was found.</p>\n</section>\n");
}
