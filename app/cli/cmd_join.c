// SPDX-License-Identifier: MIT
// whoswho join: several libraries become one.
#include "commands.h"
#include "document.h"
#include "folder.h"
#include "options.h"
#include "summary.h"
#include "ui.h"

#include <stdlib.h>

static const char usage[] =
    "usage: whoswho join DIR... -o DIR\n\n"
    "Makes a new library of several: the shards of a scan (whoswho scan --shard I/N), or any others that were\n"
    "scanned with the same options. It is what one scan of all their footage would have given, in whatever order\n"
    "they are named; files that several hold are taken once, and the decisions of all are kept, in order of time.\n"
    "The libraries stay as they are. Exit code 1: a shard is missing, or decisions contradict each other.\n\n"
    "Options:";

struct settings {
    const char *dir;
    bool quiet, verbose, json, help;
};

static void print_result(const struct settings *set, const ww_join_result *r)
{
    printf("%lld %s joined: %lld %s, %lld %s, %lld %s\n", (long long)r->libraries,
           plural(r->libraries, "library", "libraries"), (long long)r->files, plural(r->files, "file", "files"),
           (long long)r->faces, plural(r->faces, "face", "faces"), (long long)r->decisions,
           plural(r->decisions, "decision", "decisions"));
    if (r->repeated)
        printf("%lld %s in more than one of them, and taken once\n", (long long)r->repeated,
               plural(r->repeated, "file was", "files were"));
    printf("next: whoswho cluster %s\n", set->dir);
}

static void print_json(const struct settings *set, const ww_join_result *r)
{
    printf("{\"dir\": ");
    json_print_string(stdout, set->dir);
    printf(", \"libraries\": %lld, \"files\": %lld, \"faces\": %lld, \"repeated\": %lld, \"decisions\": %lld, "
           "\"contradictions\": %lld, \"missing\": %lld, \"by_path\": %s, \"seconds\": %.3f}\n",
           (long long)r->libraries, (long long)r->files, (long long)r->faces, (long long)r->repeated,
           (long long)r->decisions, (long long)r->contradictions, (long long)r->missing, r->by_path ? "true" : "false",
           r->wall_s);
}

static int join(const struct settings *set, const char *const *dirs, size_t count)
{
    ui u;
    ww_error err = {0};
    ww_join_result result = WW_JOIN_RESULT_INIT;
    ui_begin(&u, set->quiet, set->json);
    u.verbose |= set->verbose;
    const ww_callbacks callbacks = ui_callbacks(&u);
    if (ww_library_join(dirs, count, set->dir, &callbacks, &result, &err) != WW_OK)
        return ui_fail(&u, &err);
    ui_clear(&u);
    if (set->json)
        print_json(set, &result);
    else if (!set->quiet)
        print_result(set, &result);
    return result.missing || result.contradictions ? EXIT_SOME_UNREADABLE : EXIT_FINE;
}

int cmd_join(int argc, char **argv, int first)
{
    struct settings set = {.dir = DIR_DEFAULT};
    const option table[] = {
        {"output", 'o', OPTION_TEXT, &set.dir, "DIR", "the folder for the new library (" DIR_DEFAULT ")"},
        {"quiet", 'q', OPTION_FLAG, &set.quiet, NULL, "print errors only"},
        {"verbose", 'v', OPTION_FLAG, &set.verbose, NULL, "print more: notes of the library"},
        {"json", 0, OPTION_FLAG, &set.json, NULL, "print the result as JSON"},
        {"help", 'h', OPTION_FLAG, &set.help, NULL, "this text"},
    };
    const size_t options = sizeof table / sizeof *table;
    size_t count = 0;
    const char **argument = options_arguments(argc);
    if (!argument)
        return EXIT_FAILED;
    int code = EXIT_USAGE;
    if (!options_parse(table, options, argc, argv, first, argument, &count)) {
        code = EXIT_USAGE;
    } else if (set.help) {
        puts(usage);
        options_print_help(table, options);
        code = EXIT_FINE;
    } else if (count == 0) {
        complain("name the folders of the libraries to join; see whoswho join --help");
    } else {
        code = join(&set, argument, count);
    }
    free(argument);
    return code;
}
