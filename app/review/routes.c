// SPDX-License-Identifier: MIT
// What the server answers to, in one table; and the files of the page, which are compiled in.
#include "server.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_FILE(name) extern const char ww_file_##name[], ww_file_##name##_end[];
PAGE_FILE(index_html)
PAGE_FILE(style_css)
PAGE_FILE(icon_svg)
PAGE_FILE(main_js)
PAGE_FILE(core_js)
PAGE_FILE(grid_js)
PAGE_FILE(people_js)
PAGE_FILE(questions_js)
PAGE_FILE(person_js)
PAGE_FILE(unassigned_js)
PAGE_FILE(frame_js)
PAGE_FILE(footage_js)
PAGE_FILE(history_js)
PAGE_FILE(export_js)

#define SCRIPT "text/javascript; charset=utf-8"
static const struct {
    const char *path, *type, *data, *end;
} files[] = {
    {"/", "text/html; charset=utf-8", ww_file_index_html, ww_file_index_html_end},
    {"/style.css", "text/css; charset=utf-8", ww_file_style_css, ww_file_style_css_end},
    {"/icon.svg", "image/svg+xml", ww_file_icon_svg, ww_file_icon_svg_end},
    {"/main.js", SCRIPT, ww_file_main_js, ww_file_main_js_end},
    {"/core.js", SCRIPT, ww_file_core_js, ww_file_core_js_end},
    {"/grid.js", SCRIPT, ww_file_grid_js, ww_file_grid_js_end},
    {"/people.js", SCRIPT, ww_file_people_js, ww_file_people_js_end},
    {"/questions.js", SCRIPT, ww_file_questions_js, ww_file_questions_js_end},
    {"/person.js", SCRIPT, ww_file_person_js, ww_file_person_js_end},
    {"/unassigned.js", SCRIPT, ww_file_unassigned_js, ww_file_unassigned_js_end},
    {"/frame.js", SCRIPT, ww_file_frame_js, ww_file_frame_js_end},
    {"/footage.js", SCRIPT, ww_file_footage_js, ww_file_footage_js_end},
    {"/history.js", SCRIPT, ww_file_history_js, ww_file_history_js_end},
    {"/export.js", SCRIPT, ww_file_export_js, ww_file_export_js_end},
};
enum { FILES = sizeof files / sizeof *files };

static const route routes[] = {
    {"GET", "/api/session", get_session},
    {"GET", "/api/state", get_state},
    {"GET", "/api/questions", get_questions},
    {"GET", "/api/person/", get_person},
    {"GET", "/api/unassigned", get_unassigned},
    {"GET", "/api/suggestions/", get_suggestions},
    {"GET", "/api/frame/", get_frame},
    {"GET", "/api/sources", get_sources},
    {"GET", "/api/source/", get_source},
    {"GET", "/api/history", get_history},
    {"GET", "/api/formats", get_formats},
    {"GET", "/face/", get_face_picture},
    {"GET", "/frame/", get_frame_picture},
    {"GET", "/footage/", get_footage},
    {"POST", "/api/decide", post_decide},
    {"POST", "/api/back", post_back},
    {"POST", "/api/split", post_split},
    {"POST", "/api/export", post_export},
    {"POST", "/api/add", post_add},
    {"POST", "/api/leave", post_leave},
};
static const route page_route = {"GET", "", get_page};

static size_t file_at(const char *url)
{
    size_t i = 0;
    while (i < FILES && strcmp(files[i].path, url) != 0)
        i++;
    return i;
}

// Up to 18 digits and nothing else.
static bool read_number(const char *text, int64_t *number)
{
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 || text[digits])
        return false;
    *number = strtoll(text, NULL, 10);
    return true;
}

static bool matches(const char *path, const char *url, int64_t *number)
{
    const size_t length = strlen(path);
    if (path[length - 1] != '/')
        return strcmp(path, url) == 0;
    return strncmp(path, url, length) == 0 && read_number(url + length, number);
}

const route *route_find(const char *method, const char *url, int64_t *number)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (strcmp(routes[i].method, method) == 0 && matches(routes[i].path, url, number))
            return &routes[i];
    return strcmp(method, "GET") == 0 && file_at(url) < FILES ? &page_route : NULL;
}

bool route_exists(const char *url)
{
    int64_t number;
    return route_find("GET", url, &number) || route_find("POST", url, &number);
}

enum MHD_Result get_page(request *r)
{
    const size_t i = file_at(r->url);
    return reply_file(r, files[i].type, files[i].data, (size_t)(files[i].end - files[i].data));
}

enum MHD_Result get_session(request *r)
{
    return reply_json(r, MHD_HTTP_OK,
                      json_pack("{s:s,s:s,s:s}", "token", r->server->guard.page, "version", ww_version(), "library",
                                r->server->session.dir));
}
