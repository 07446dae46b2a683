// SPDX-License-Identifier: MIT
// whoswho find: who is on a picture, among the people of a library or in footage that is in none.
#include "commands.h"
#include "document.h"
#include "folder.h"
#include "review.h"
#include "streams.h"
#include "stretches.h"

#include <stdlib.h>
#include <whoswho/view.h>

enum { TOP_DEFAULT = 5, THREADS_MAX = 1024 };

static const char usage[] =
    "find PICTURE... [DIR]\n       whoswho find --in FOOTAGE PICTURE...\n\n"
    "Who is this? Ranks the people of a library by how like they are to each face of the PICTUREs, and tells when "
    "they\n"
    "are seen; or looks for the faces in FOOTAGE (a video, a photo, a folder of either) that is in no library.\n"
    "Exit code 1: nobody is near enough to be one of them.";

typedef struct search {
    review *r;
    const char *footage;
    int top;
    ww_model_options model_options;
    ww_scan_options scan;
    ww_models *models;
    ww_finder *finder;
    ww_view *view;
    bool any_face, any_match, any_stretch; // printed already, of the list at hand
    bool found, unreadable;
} search;

// --- what is printed -------------------------------------------------------------------------------------------------

static void print_time(int64_t us)
{
    const long long s = (long long)((us + 500000) / 1000000);
    if (s >= 3600)
        printf("%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    else
        printf("%lld:%02lld", s / 60, s % 60);
}

static void say_stretch(void *user, const ww_view_source *source, int64_t from_us, int64_t to_us)
{
    (void)user;
    printf("    %s", printable(source->path));
    if (source->kind == WW_MEDIA_VIDEO) {
        fputs("  ", stdout);
        print_time(from_us);
        fputs(to_us > from_us ? "-" : "", stdout);
        if (to_us > from_us)
            print_time(to_us);
    }
    putchar('\n');
}

static void json_stretch(void *user, const ww_view_source *source, int64_t from_us, int64_t to_us)
{
    search *s = user;
    printf("%s{\"source\": ", s->any_stretch ? ", " : "");
    json_print_string(stdout, source->path);
    printf(", \"from_s\": %.3f, \"to_s\": %.3f}", (double)from_us / 1e6, (double)to_us / 1e6);
    s->any_stretch = true;
}

static void tell_stretches(search *s, const ww_match *m)
{
    size_t count = 1;
    const size_t *face = m->person == WW_NONE ? &m->face : ww_view_faces_of_person(s->view, m->person, &count);
    s->any_stretch = false;
    stretches_of(s->view, face, count, s->r->json ? json_stretch : say_stretch, s);
}

static void json_match(search *s, const ww_match *m)
{
    const ww_view_person *person = m->person == WW_NONE ? NULL : ww_view_get_person(s->view, m->person);
    printf("%s{\"person\": ", s->any_match ? ", " : "");
    if (person && !s->footage)
        printf("%d, \"name\": ", person->number);
    else
        fputs("null, \"name\": ", stdout);
    json_print_string(stdout, person && person->name ? person->name : "");
    printf(", \"distance\": %.4f, \"recognised\": %s, \"portrait\": ", m->distance, m->recognised ? "true" : "false");
    json_print_string(stdout, s->footage ? "" : ww_view_get_face(s->view, m->face)->path);
    fputs(", \"stretches\": [", stdout);
    tell_stretches(s, m);
    fputs("]}", stdout);
    s->any_match = true;
}

static void say_match(search *s, const ww_match *m)
{
    const ww_view_person *person = m->person == WW_NONE ? NULL : ww_view_get_person(s->view, m->person);
    const char *portrait = ww_view_get_face(s->view, m->face)->path;
    if (s->r->quiet)
        return;
    if (s->footage)
        printf("  seen, distance %.2f\n", m->distance);
    else
        printf("  %s, distance %.2f%s%s%s%s\n", person ? printable(person->title) : "an unassigned face", m->distance,
               *portrait ? ": " : "", *portrait ? printable(s->r->dir) : "", *portrait ? "/" : "", printable(portrait));
    tell_stretches(s, m);
}

// Those recognised; where there are none, who is nearest.
static void say_matches(search *s, const ww_matches *matches)
{
    bool any = false;
    for (size_t i = 0; i < ww_match_count(matches); i++) {
        const ww_match *m = ww_get_match(matches, i);
        if (m->recognised)
            say_match(s, m);
        any = any || m->recognised;
    }
    if (s->r->quiet || any)
        return;
    fputs("  nobody", stdout);
    for (size_t i = 0; i < ww_match_count(matches) && !s->footage; i++) {
        const ww_match *m = ww_get_match(matches, i);
        printf("%s%s at %.2f", i ? ", " : "; the nearest: ", printable(ww_view_get_person(s->view, m->person)->title),
               m->distance);
    }
    putchar('\n');
}

static void tell_matches(search *s, const ww_found_face *face, const ww_matches *matches)
{
    for (size_t i = 0; i < ww_match_count(matches); i++)
        s->found = s->found || ww_get_match(matches, i)->recognised;
    if (s->r->json) {
        printf("%s{\"box\": [%.1f, %.1f, %.1f, %.1f], \"quality\": %.4f, \"matches\": [", s->any_face ? ", " : "",
               face->x, face->y, face->width, face->height, face->quality);
        s->any_match = false;
        for (size_t i = 0; i < ww_match_count(matches); i++)
            json_match(s, ww_get_match(matches, i));
        fputs("]}", stdout);
    } else {
        if (!s->r->quiet)
            printf("  face at %.0f, %.0f of %.0f x %.0f\n", face->x, face->y, face->width, face->height);
        say_matches(s, matches);
    }
    s->any_face = true;
}

// --- the search ------------------------------------------------------------------------------------------------------

static ww_status find_face(search *s, const ww_found_face *face)
{
    ww_matches *matches = NULL;
    ww_status status = ww_match_persons(s->r->library, s->view, s->models, face->embedding, face->dim, (size_t)s->top,
                                        &matches, &s->r->err);
    if (status == WW_OK)
        tell_matches(s, face, matches);
    ww_matches_free(matches);
    return status;
}

// A picture that cannot be read is told and passed over.
static ww_status find_picture(search *s, const char *path, bool first)
{
    const ww_found_face *face;
    size_t count;
    ww_error why = {0};
    ww_status status = WW_OK;
    const bool read = ww_finder_find_file(s->finder, path, &face, &count, &why) == WW_OK;
    if (!read)
        complain("%s", printable(why.message));
    s->unreadable = s->unreadable || !read;
    if (s->r->json) {
        fputs(first ? "{\"found\": [{\"picture\": " : ",\n {\"picture\": ", stdout);
        json_print_string(stdout, path);
        if (!read) {
            fputs(", \"error\": ", stdout);
            json_print_string(stdout, why.message);
        }
        fputs(", \"faces\": [", stdout);
    } else if (!s->r->quiet && read) {
        printf("%s%s\n", printable(path), count ? "" : ": no face");
    }
    s->any_face = false;
    for (size_t i = 0; i < count && status == WW_OK; i++)
        status = find_face(s, &face[i]);
    if (s->r->json)
        fputs("]}", stdout);
    return status;
}

static ww_status find_pictures(search *s, const char **picture, size_t count)
{
    ww_error *err = &s->r->err;
    ww_status status = ww_finder_open(s->models, NULL, &s->finder, err);
    if (status == WW_OK)
        status = ww_library_view(s->r->library, &s->view, err);
    ui_clear(&s->r->u);
    for (size_t i = 0; i < count && status == WW_OK; i++)
        status = find_picture(s, picture[i], i == 0);
    if (s->r->json && status == WW_OK)
        puts("]}");
    ww_view_close(s->view);
    ww_finder_close(s->finder);
    return status;
}

// The footage as a library of its own, for as long as it is needed.
static ww_status scan_footage(search *s, const char *dir)
{
    review *r = s->r;
    const ww_callbacks callbacks = ui_callbacks(&r->u);
    ww_scan_result scanned = WW_SCAN_RESULT_INIT;
    ww_status status = ww_library_open(dir, WW_LIBRARY_CREATE, &callbacks, &r->library, &r->err);
    if (status == WW_OK)
        status = ww_library_scan(r->library, s->models, &s->footage, 1, &s->scan, &scanned, &r->err);
    if (status == WW_OK && scanned.unreadable == scanned.inputs) {
        r->err = (ww_error){.status = WW_ERR_IO};
        snprintf(r->err.message, sizeof r->err.message, "there was nothing to look at in '%.900s'", s->footage);
        status = WW_ERR_IO;
    }
    s->unreadable = scanned.unreadable > 0 || scanned.damaged_files > 0;
    return status == WW_OK ? ww_library_cluster(r->library, NULL, NULL, &r->err) : status;
}

static int close_search(search *s, ww_status status)
{
    const int code = review_close(s->r, status);
    ww_models_close(s->models);
    return code != EXIT_FINE ? code : s->found && !s->unreadable ? EXIT_FINE : EXIT_SOME_UNREADABLE;
}

static int find_in_library(search *s, const char **picture, size_t count)
{
    ww_status status = review_open(s->r);
    if (status == WW_OK)
        status = ww_library_models_open(s->r->library, &s->model_options, &s->models, &s->r->err);
    if (status == WW_OK)
        status = find_pictures(s, picture, count);
    return close_search(s, status);
}

static int find_in_footage(search *s, const char **picture, size_t count)
{
    char *scratch = folder_make_scratch();
    if (!scratch)
        return EXIT_FAILED;
    ui_begin(&s->r->u, s->r->quiet, s->r->json);
    ww_status status = ww_models_open(&s->model_options, &s->models, &s->r->err);
    if (status == WW_OK)
        status = scan_footage(s, scratch);
    if (status == WW_OK)
        status = find_pictures(s, picture, count);
    const int code = close_search(s, status);
    folder_unmake(scratch);
    free(scratch);
    return code;
}

static int find(review *r, const char **argument, size_t count, void *user)
{
    search *s = user;
    s->r = r;
    if (count > 0)
        return s->footage ? find_in_footage(s, argument, count) : find_in_library(s, argument, count);
    complain("name a picture of whom to find; see whoswho find --help");
    return EXIT_USAGE;
}

int cmd_find(int argc, char **argv, int first)
{
    search s = {.top = TOP_DEFAULT, .model_options = WW_MODEL_OPTIONS_INIT, .scan = WW_SCAN_OPTIONS_INIT};
    const option more[] = {
        {"in", 0, OPTION_TEXT, &s.footage, "FILE", "look in this video, photo or folder in place of a library"},
        {"every", 0, OPTION_DURATION, &s.scan.every_us, "TIME", "with --in: sampling interval (1s)"},
        {"top", 0, OPTION_COUNT, &s.top, "N", "how many people to rank (5)", 1, 1000},
        {"threads", 't', OPTION_COUNT, &s.scan.threads, "N", "with --in: threads to use (all CPUs)", 1, THREADS_MAX},
        {"detector", 0, OPTION_TEXT, &s.model_options.detector, "FILE", "as the library was made with"},
        {"embedder", 0, OPTION_TEXT, &s.model_options.embedder, "FILE", "likewise"},
        {"landmarks", 0, OPTION_TEXT, &s.model_options.landmarks, "FILE", "likewise"},
        {"upsample", 0, OPTION_COUNT, &s.model_options.upsample, "N", "likewise", 0, 4},
        {"jitter", 0, OPTION_COUNT, &s.model_options.jitter, "N", "likewise", 0, 1000},
    };
    return review_run(usage, more, sizeof more / sizeof *more, argc, argv, first, find, &s);
}
