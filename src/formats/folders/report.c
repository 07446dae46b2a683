// SPDX-License-Identifier: MIT
// index.html: one file that works from disk, without network and, but for the viewer, without script.
#include "formats/folders/report.h"
#include "base/files.h"
#include "base/text.h"
#include "formats/folders/writers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define AROUND_FACE 1.2 // side of the square shown, in longer sides of the box; as the review page has it

// The files of this folder that meson embeds (tools/embed_files.py).
extern const char ww_file_page_css[], ww_file_page_css_end[], ww_file_page_js[], ww_file_page_js_end[];

void ww_report_count(ww_buffer *page, size_t count, const char *one, const char *many)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%zu", count);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            ww_buffer_text(page, "\xe2\x80\xaf"); // narrow no-break space
        ww_buffer_add(page, digits + i, 1);
    }
    if (*one)
        ww_buffer_format(page, " %s", count == 1 ? one : many);
}

void ww_report_on_screen(ww_buffer *page, int64_t us)
{
    const int64_t seconds = (us + 500000) / 1000000;
    if (seconds >= 60) {
        ww_buffer_format(page, "%lld:%02lld min", (long long)(seconds / 60), (long long)(seconds % 60));
        return;
    }
    ww_text_fixed(page, (double)us / 1e6, 1);
    ww_buffer_text(page, " s");
}

void ww_report_crop(const ww_catalog *c, size_t face, const char *alt, ww_buffer *page)
{
    const ww_catalog_face *f = &c->face.item[face];
    const double *box = f->portrait_box, side = fmax(fmax(box[2], box[3]) * AROUND_FACE, 1);
    const double left = box[0] + box[2] / 2 - side / 2, top = box[1] + box[3] / 2 - side / 2;
    ww_buffer path = {0};
    ww_catalog_face_path(c, face, "jpg", &path);
    char *file = ww_buffer_take(&path);
    ww_buffer_text(page, "<span class=\"crop\"><img src=\"");
    ww_text_url(page, file);
    ww_buffer_text(page, "\" style=\"width:");
    ww_text_fixed(page, 100 * f->portrait_width / side, 1);
    ww_buffer_text(page, "%;left:");
    ww_text_fixed(page, -100 * left / side, 1);
    ww_buffer_text(page, "%;top:");
    ww_text_fixed(page, -100 * top / side, 1);
    ww_buffer_format(page, "%%\" loading=\"lazy\" alt=\"%s\"></span>", alt);
    free(file);
}

int ww_report_hue(const ww_catalog_person *person)
{
    return (int)((int64_t)person->number * 13751 / 100 % 360); // the golden angle: neighbours differ most
}

static size_t seen_people(const ww_catalog *c)
{
    size_t count = 0;
    for (size_t i = 0; i < c->person.count; i++)
        count += c->person.item[i].face_count > 0;
    return count;
}

// "cast8.mp4", "cast8.mp4 and 3 other files"
static void add_title(const ww_catalog *c, ww_buffer *page)
{
    if (c->source.count == 0) {
        ww_buffer_text(page, "no footage yet");
        return;
    }
    ww_text_html(page, ww_path_base(c->source.item[0].path));
    if (c->source.count > 1) {
        ww_buffer_text(page, " and ");
        ww_report_count(page, c->source.count - 1, "other file", "other files");
    }
}

static void add_fact(ww_buffer *page, size_t count, const char *one, const char *many)
{
    ww_buffer_text(page, "<div><dd>");
    ww_report_count(page, count, "", "");
    ww_buffer_format(page, "</dd><dt>%s</dt></div>\n", count == 1 ? one : many);
}

static size_t faces_there(const ww_catalog *c)
{
    size_t count = 0;
    for (size_t i = 0; i < c->face.count; i++)
        count += !c->face.item[i].absent;
    return count;
}

static void add_head(const ww_catalog *c, ww_buffer *page)
{
    ww_buffer_text(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                         "<meta name=\"color-scheme\" content=\"light dark\">\n"
                         "<meta name=\"generator\" content=\"whoswho\">\n"
                         "<title>Who\xe2\x80\x99s who: ");
    add_title(c, page);
    ww_buffer_text(page, "</title>\n<style>\n");
    ww_buffer_add(page, ww_file_page_css, (size_t)(ww_file_page_css_end - ww_file_page_css));
    ww_buffer_text(page,
                   "</style>\n</head>\n<body>\n<header class=\"top\">\n<div>\n<h1>Who\xe2\x80\x99s who</h1>\n<p>");
    add_title(c, page);
    ww_buffer_text(page, "</p>\n</div>\n<dl class=\"facts\">\n");
    add_fact(page, seen_people(c), "person", "people");
    add_fact(page, faces_there(c), "face", "faces");
    add_fact(page, c->unassigned.face_count, "unassigned", "unassigned");
    add_fact(page, c->frame.count, "frame", "frames");
    add_fact(page, c->source.count, "source", "sources");
    ww_buffer_text(page, "</dl>\n</header>\n<main>\n");
}

// Files that could not be read, in the words of whoever tried.
static void add_troubles(const ww_catalog *c, ww_buffer *page)
{
    bool any = false;
    for (size_t i = 0; i < c->source.count; i++) {
        const ww_catalog_source *source = &c->source.item[i];
        if (!source->error)
            continue;
        ww_buffer_text(page,
                       any ? "" : "<section id=\"troubles\">\n<h2>Could not be read</h2>\n<ul class=\"plain\">\n");
        ww_buffer_text(page, "<li>");
        ww_text_html(page, source->error);
        ww_buffer_text(page, "</li>\n");
        any = true;
    }
    ww_buffer_text(page, any ? "</ul>\n</section>\n" : "");
}

static void add_foot(const ww_catalog *c, ww_exporter *out, ww_buffer *page)
{
    ww_buffer_text(page, "</main>\n<footer>\n"
                         "<p>Beside this page: <a href=\"faces.csv\">faces.csv</a>, every face with place and time; "
                         "<a href=\"data.yaml\">data.yaml</a>, the classes of the labels");
    // Folders are there for what is in them.
    ww_buffer_text(page, c->frame.count > 0 ? "; <a href=\"Frames/\">Frames</a>, the pictures that hold faces" : "");
    ww_buffer_text(
        page,
        ".</p>\n"
        "<p>Names and corrections: <code>whoswho review</code> with this folder shows them in a browser, by keys; or "
        "rename folders and move portraits, and run <code>whoswho sync</code>.</p>\n"
        "<p>Made by whoswho on the machine that holds the footage. This page loads nothing from elsewhere.</p>\n"
        "</footer>\n<dialog id=\"viewer\" aria-labelledby=\"viewer-title\"></dialog>\n"
        "<div id=\"hint\" aria-hidden=\"true\"></div>\n<script type=\"application/json\" id=\"library\">");
    ww_report_data(c, out, page);
    ww_buffer_text(page, "</script>\n<script>\n");
    ww_buffer_add(page, ww_file_page_js, (size_t)(ww_file_page_js_end - ww_file_page_js));
    ww_buffer_text(page, "</script>\n</body>\n</html>\n");
}

ww_status ww_write_report(const ww_catalog *c, ww_exporter *out, ww_error *err)
{
    ww_buffer page = {0};
    add_head(c, &page);
    ww_report_people(c, out, &page);
    ww_report_timelines(c, out, &page);
    ww_report_photos(c, out, &page);
    ww_report_unassigned(c, out, &page);
    add_troubles(c, &page);
    add_foot(c, out, &page);
    ww_status status = ww_buffer_status(&page, "index.html", err); // that the page breaks off, ww_exporter_put tells
    if (status == WW_OK)
        status = ww_exporter_put(out, "index.html", page.data, page.bytes, WW_EXPORT_GENERATED, err);
    ww_buffer_free(&page);
    return status;
}
