// SPDX-License-Identifier: MIT
// whoswho sync: what was done to the folders by hand becomes decisions.
#include "commands.h"
#include "document.h"
#include "review.h"

static const char usage[] = "sync [DIR] [options]\n\n"
                            "Understands what you did to the folders in DIR with a file manager:\n"
                            "  a folder renamed                      the person's name\n"
                            "  a portrait moved to another folder    it shows that person, not this one\n"
                            "  ... to a new folder                   a new person of that name\n"
                            "  ... to Unsorted, or deleted           not this person; it stays unassigned\n"
                            "  all of a folder moved into another    they are one person\n"
                            "  a folder deleted                      a stranger, ignored\n"
                            "says so, and sorts again. One `whoswho undo` takes all of it back.";

static int sync_folder(review *r, bool dry_run)
{
    ww_sync_result result = WW_SYNC_RESULT_INIT;
    review_lines lines = {.r = r};
    ww_status status = review_open(r);
    if (status == WW_OK && r->json)
        fputs("{\"understood\": [", stdout);
    if (status == WW_OK)
        status = ww_library_sync(r->library, dry_run, review_print_line, &lines, &result, &r->err);
    if (status == WW_OK && r->json)
        printf("], \"decisions\": %lld, \"files\": %lld", (long long)result.decisions, (long long)result.files);
    else if (status == WW_OK && result.files == 0 && !r->quiet)
        puts(result.behind ? "nothing was changed since; finishing what was interrupted" : "nothing was changed");
    else if (status == WW_OK && dry_run && !r->quiet)
        puts("(a dry run: nothing was done)");
    if (status == WW_OK && (result.files > 0 || result.behind) && !dry_run)
        status = review_resort(r);
    if (status == WW_OK && r->json)
        puts("}");
    return review_close(r, status);
}

static int sync_named(review *r, const char **argument, size_t count, void *user)
{
    const bool *dry_run = user;
    if (count > 1) {
        complain("sync takes one folder; see whoswho sync --help");
        return EXIT_USAGE;
    }
    if (count == 1)
        r->dir = argument[0];
    return sync_folder(r, *dry_run);
}

int cmd_sync(int argc, char **argv, int first)
{
    bool dry_run = false;
    const option more[] = {{"dry-run", 'n', OPTION_FLAG, &dry_run, NULL, "only say what was understood"}};
    return review_run(usage, more, 1, argc, argv, first, sync_named, &dry_run);
}
