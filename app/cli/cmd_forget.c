// SPDX-License-Identifier: MIT
// whoswho forget: files leave the library.
#include "commands.h"
#include "document.h"
#include "review.h"

static const char usage[] =
    "forget PATH... | --gone [-o DIR]\n\n"
    "Takes files, or all files below a folder, out of the library, with the faces that were found in them.\n"
    "With --gone: files that were deleted or renamed since. What was decided is kept, and holds again\n"
    "if they are scanned again.";

static int forget(review *r, const char **argument, size_t count, void *user)
{
    const bool *gone = user;
    ww_forget_result result = WW_FORGET_RESULT_INIT;
    if (count == 0 && !*gone) {
        complain("name a file or folder, or say --gone; see whoswho forget --help");
        return EXIT_USAGE;
    }
    ww_status status = review_open(r);
    if (status == WW_OK)
        status = ww_library_forget(r->library, argument, count, *gone, ui_print_line, &r->u, &result, &r->err);
    if (status != WW_OK)
        return review_close(r, status);
    ui_clear(&r->u);
    if (r->json)
        printf("{\"forgotten\": %lld, \"away\": %lld", (long long)result.forgotten, (long long)result.away);
    else if (!r->quiet && result.forgotten == 0)
        puts("no file is gone");
    if (result.away && !r->json)
        fprintf(stderr,
                "whoswho: note: %lld files stay: their drive or folder is not there, or is empty; to forget them too, "
                "name them\n",
                (long long)result.away);
    if (result.forgotten)
        status = review_resort(r);
    if (r->json)
        puts("}");
    return review_close(r, status);
}

int cmd_forget(int argc, char **argv, int first)
{
    bool gone = false;
    const option more[] = {{"gone", 0, OPTION_FLAG, &gone, NULL, "files that are not there any more"}};
    return review_run(usage, more, 1, argc, argv, first, forget, &gone);
}
