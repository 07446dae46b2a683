// SPDX-License-Identifier: MIT
#include "review.h"
#include "folder.h"
#include "streams.h"

#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 16 };

static const char dir_default[] = DIR_DEFAULT; // its address tells that no -o was given

bool review_folder_given(const review *r) { return r->dir != dir_default; }

// Without -o, the last argument may be the folder.
static void take_folder(review *r, const char **argument, size_t *count)
{
    if (!review_folder_given(r) && *count > 0 && is_library(argument[*count - 1]))
        r->dir = argument[--*count];
}

// Returns false when there is nothing left to do; *code is then the exit code.
static bool parse(review *r, const char *usage, const option *more, size_t more_count, int argc, char **argv, int first,
                  const char **rest, size_t *count, int *code)
{
    const option shared[] = {
        {"output", 'o', OPTION_TEXT, &r->dir, "DIR", "the folder with the people (" DIR_DEFAULT ")"},
        {"quiet", 'q', OPTION_FLAG, &r->quiet, NULL, "print errors only"},
        {"json", 0, OPTION_FLAG, &r->json, NULL, "print the result as JSON"},
        {"help", 'h', OPTION_FLAG, &r->help, NULL, "this text"},
    };
    enum { SHARED = sizeof shared / sizeof *shared };
    option table[OPTIONS_MAX];
    *r = (review){.dir = dir_default};
    memcpy(table, shared, sizeof shared);
    if (more_count)
        memcpy(table + SHARED, more, more_count * sizeof *more);
    *code = EXIT_USAGE;
    if (!options_parse(table, SHARED + more_count, argc, argv, first, rest, count))
        return false;
    if (!r->help) {
        take_folder(r, rest, count);
        return true;
    }
    printf("usage: whoswho %s\n\nOptions:\n", usage);
    options_print_help(table, SHARED + more_count);
    *code = EXIT_FINE;
    return false;
}

int review_run(const char *usage, const option *more, size_t more_count, int argc, char **argv, int first,
               review_action *action, void *user)
{
    review r;
    size_t count = 0;
    int code = EXIT_USAGE;
    const char **argument = options_arguments(argc);
    if (!argument)
        return EXIT_FAILED;
    if (parse(&r, usage, more, more_count, argc, argv, first, argument, &count, &code))
        code = action(&r, argument, count, user);
    free(argument);
    return code;
}

ww_status review_open(review *r)
{
    ui_begin(&r->u, r->quiet, r->json);
    ww_callbacks callbacks = ui_callbacks(&r->u);
    return ww_library_open(r->dir, WW_LIBRARY_EXISTING, &callbacks, &r->library, &r->err);
}

int review_close(review *r, ww_status status)
{
    ww_library_close(r->library);
    if (status != WW_OK)
        return ui_fail(&r->u, &r->err);
    ui_clear(&r->u);
    return EXIT_FINE;
}

int review_print_line(void *user, const char *line)
{
    review_lines *lines = user;
    if (lines->r->json) {
        fputs(lines->any ? ", " : "", stdout);
        json_print_string(stdout, line);
    } else if (!lines->r->quiet) {
        puts(printable(line));
    }
    lines->any = true;
    return 0;
}

ww_status review_resort(review *r)
{
    ww_cluster_result sorted = WW_CLUSTER_RESULT_INIT;
    ww_export_result written = WW_EXPORT_RESULT_INIT;
    ww_status status = ww_library_resort(r->library, &sorted, &written, &r->err);
    ui_clear(&r->u);
    if (status != WW_OK)
        return status;
    if (r->json)
        printf(", \"people\": %lld, \"unassigned\": %lld, \"written\": %lld, \"removed\": %lld",
               (long long)written.people, (long long)written.unassigned, (long long)written.files_written,
               (long long)written.files_removed);
    else if (!r->quiet)
        printf("%lld %s, %lld unassigned; %lld files written, %lld removed\n", (long long)written.people,
               written.people == 1 ? "person" : "people", (long long)written.unassigned,
               (long long)written.files_written, (long long)written.files_removed);
    return WW_OK;
}
