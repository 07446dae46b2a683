// SPDX-License-Identifier: MIT
// whoswho import: what was done to boxes and names in another program becomes decisions.
#include "commands.h"
#include "document.h"
#include "review.h"

static const char usage[] =
    "import DIR FILE... [options]\n\n"
    "Reads what was done elsewhere to boxes and names of the library in DIR:\n"
    "  annotations.xml   CVAT's export, \"CVAT for images 1.1\"\n"
    "  project.json      Label Studio's export, \"JSON\"\n"
    "  photo.jpg.xmp     names of face regions: an XMP sidecar, a photo with XMP, .picasa.ini\n"
    "  Photos            a folder in which sidecars, photos and .picasa.ini are looked for\n"
    "Boxes with another label, moved, deleted or added, and names of faces become decisions; what is as it was\n"
    "exported says nothing. Says what it understood, and sorts again. One `whoswho undo` takes all of it back.";

static void print_json(const ww_import_result *r)
{
    printf("], \"boxes\": %lld, \"decisions\": %lld, \"relabelled\": %lld, \"deleted\": %lld, \"moved\": %lld, "
           "\"added\": %lld, \"passed_over\": %lld",
           (long long)r->boxes, (long long)r->decisions, (long long)r->relabelled, (long long)r->deleted,
           (long long)r->moved, (long long)r->added, (long long)r->passed_over);
}

static void print_result(const ww_import_result *r, bool dry_run)
{
    printf("%lld %s read: %lld relabelled, %lld deleted, %lld moved, %lld added, %lld passed over\n",
           (long long)r->boxes, r->boxes == 1 ? "box" : "boxes", (long long)r->relabelled, (long long)r->deleted,
           (long long)r->moved, (long long)r->added, (long long)r->passed_over);
    if (dry_run)
        puts("(a dry run: nothing was done)");
}

static int import_files(review *r, const char **file, size_t count, bool dry_run)
{
    ww_import_options options = WW_IMPORT_OPTIONS_INIT;
    ww_import_result result = WW_IMPORT_RESULT_INIT;
    review_lines lines = {.r = r};
    ww_models *models = NULL;
    options.dry_run = dry_run;
    ww_status status = review_open(r);
    if (status == WW_OK)
        status = ww_library_models_open(r->library, NULL, &models, &r->err);
    options.models = models;
    if (status == WW_OK && r->json)
        fputs("{\"understood\": [", stdout);
    if (status == WW_OK)
        status = ww_library_import(r->library, file, count, &options, review_print_line, &lines, &result, &r->err);
    if (status == WW_OK && r->json)
        print_json(&result);
    else if (status == WW_OK && !r->quiet)
        print_result(&result, dry_run);
    if (status == WW_OK && (result.decisions > 0 || result.behind) && !dry_run)
        status = review_resort(r);
    if (status == WW_OK && r->json)
        puts("}");
    ww_models_close(models);
    const int code = review_close(r, status);
    return code == EXIT_FINE && result.passed_over > 0 ? EXIT_SOME_UNREADABLE : code;
}

static int import_named(review *r, const char **argument, size_t count, void *user)
{
    const bool *dry_run = user, given = review_folder_given(r);
    if (count < (given ? 1u : 2u)) {
        complain("name the folder of the library and a file with annotations; see whoswho import --help");
        return EXIT_USAGE;
    }
    if (!given)
        r->dir = argument[0];
    return import_files(r, argument + !given, count - !given, *dry_run);
}

int cmd_import(int argc, char **argv, int first)
{
    bool dry_run = false;
    const option more[] = {{"dry-run", 'n', OPTION_FLAG, &dry_run, NULL, "only say what was understood"}};
    return review_run(usage, more, 1, argc, argv, first, import_named, &dry_run);
}
