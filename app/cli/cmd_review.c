// SPDX-License-Identifier: MIT
// whoswho review: the page for naming and correcting (app/review/).
#include "commands.h"
#include "document.h"
#include "folder.h"
#include "options.h"
#include "ui.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef WW_REVIEW
#include "serve.h"
#endif

static const char usage[] =
    "review [DIR] [--port N] [--no-open]\n\n"
    "Serves a page to this machine's browser on which people are named, merged, split and corrected, by keys.\n"
    "Decisions are those of the commands and are kept at once; the folders are written when the page is left\n"
    "(or with Ctrl-C). Nothing leaves this machine: the server listens on 127.0.0.1 and ::1 alone.";

#ifdef WW_REVIEW
static int serve(const review_options *o)
{
    ui u;
    ww_error err = {0};
    ui_begin(&u, o->quiet, false);
    return review_serve(o, &err) == WW_OK ? EXIT_FINE : ui_fail(&u, &err);
}
#else
typedef struct review_options {
    const char *dir;
    ww_model_options models;
    int port;
    bool open_browser, quiet;
} review_options;

static int serve(const review_options *o)
{
    (void)o;
    complain("this program was built without the review page; it needs libmicrohttpd and jansson");
    return EXIT_FAILED;
}
#endif

int cmd_review(int argc, char **argv, int first)
{
    review_options o = {.dir = DIR_DEFAULT, .models = WW_MODEL_OPTIONS_INIT, .open_browser = true};
    bool no_open = false, help = false;
    size_t count = 0;
    const option table[] = {
        {"output", 'o', OPTION_TEXT, &o.dir, "DIR", "the folder with the people (" DIR_DEFAULT ")"},
        {"port", 0, OPTION_COUNT, &o.port, "N", "listen at this port (any that is free)", .least = 0, .most = 65535},
        {"no-open", 0, OPTION_FLAG, &no_open, NULL, "print the address; open no browser"},
        {"detector", 0, OPTION_TEXT, &o.models.detector, "FILE", "as the library was made with, to add faces"},
        {"embedder", 0, OPTION_TEXT, &o.models.embedder, "FILE", "likewise"},
        {"landmarks", 0, OPTION_TEXT, &o.models.landmarks, "FILE", "likewise"},
        {"quiet", 'q', OPTION_FLAG, &o.quiet, NULL, "print the address alone"},
        {"help", 'h', OPTION_FLAG, &help, NULL, "this text"},
    };
    const char **rest = options_arguments(argc);
    if (!rest)
        return EXIT_FAILED;
    int code = EXIT_USAGE;
    if (!options_parse(table, sizeof table / sizeof *table, argc, argv, first, rest, &count)) {
        free(rest);
        return code;
    }
    if (help) {
        printf("usage: whoswho %s\n\nOptions:\n", usage);
        options_print_help(table, sizeof table / sizeof *table);
        code = EXIT_FINE;
    } else if (count > 1) {
        complain("review takes one folder");
    } else {
        o.dir = count ? rest[0] : o.dir;
        o.open_browser = !no_open;
        code = serve(&o);
    }
    free(rest);
    return code;
}
