// SPDX-License-Identifier: MIT
// whoswho export DIR --to FORMAT -O OUT, and whoswho check OUT: data sets for those who train.
#include "dataset.h"
#include "commands.h"
#include "document.h"
#include "options.h"
#include "summary.h"
#include "ui.h"

#include <stdlib.h>
#include <string.h>

// "80/10/10", "80/20" or "100".
static bool parse_split(const char *text, ww_dataset_options *o)
{
    int *const part[] = {&o->train, &o->val, &o->test};
    for (int i = 0; i < 3; i++) {
        char *end;
        const long value = strtol(text, &end, 10);
        if (end == text || value < 0 || value > 1000000 || *text == '+' || *text == ' ')
            return false;
        *part[i] = (int)value;
        if (*end == 0)
            return o->train > 0;
        if (*end != '/')
            return false;
        text = end + 1;
    }
    return false;
}

static bool parse_unlabelled(const char *text, ww_unlabelled *unlabelled)
{
    static const char *const names[] = {
        [WW_UNLABELLED_BLUR] = "blur", [WW_UNLABELLED_UNKNOWN] = "unknown", [WW_UNLABELLED_LEAVE_OUT] = "leave-out"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0) {
            *unlabelled = (ww_unlabelled)i;
            return true;
        }
    return false;
}

bool dataset_settings_read(dataset_settings *set)
{
    set->options.seed = (uint64_t)set->seed;
    set->options.named_only = set->named;
    if (set->split && !parse_split(set->split, &set->options)) {
        complain("the option --split takes parts such as 80/10/10, 80/20 or 100, not '%s'", set->split);
        return false;
    }
    if (set->unlabelled && !parse_unlabelled(set->unlabelled, &set->options.unlabelled)) {
        complain("the option --unlabelled takes blur, unknown or leave-out, not '%s'", set->unlabelled);
        return false;
    }
    return true;
}

bool dataset_settings_given(const dataset_settings *set)
{
    return set->split || set->unlabelled || set->seed || set->named || set->options.near_duplicate >= 0
           || set->options.chip_size;
}

void dataset_print_formats(void)
{
    puts("\nFormats of --to:");
    for (int i = 0; ww_dataset_format_name(i); i++)
        printf("  %-12s %s\n", ww_dataset_format_name(i), ww_dataset_format_description(i));
}

const char *dataset_format_choices(void)
{
    static char names[512];
    size_t used = 0;
    for (int i = 0; ww_dataset_format_name(i) && used < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? " " : "", ww_dataset_format_name(i));
    return names;
}

static void print_json(const char *out, const ww_dataset_result *r)
{
    printf("{\"out\": ");
    json_print_string(stdout, out);
    printf(", \"classes\": %lld, \"faces\": %lld, \"train\": %lld, \"val\": %lld, \"test\": %lld, \"groups\": %lld, "
           "\"frames\": %lld, \"frames_left_out\": %lld, "
           "\"faces_covered\": %lld, \"closest\": ",
           (long long)r->classes, (long long)r->faces, (long long)r->train, (long long)r->val, (long long)r->test,
           (long long)r->groups, (long long)r->frames, (long long)r->frames_left_out, (long long)r->faces_covered);
    if (r->closest >= 0)
        printf("%.4f", r->closest);
    else
        printf("null");
    printf(", \"written\": %lld, \"kept\": %lld, \"removed\": %lld, \"left\": %lld, \"seconds\": %.3f, "
           "\"passed_over\": %lld}\n",
           (long long)r->files_written, (long long)r->files_kept, (long long)r->files_removed, (long long)r->files_left,
           r->wall_s, (long long)r->passed_over);
}

int dataset_export(const char *dir, const ww_dataset_options *options, bool quiet, bool verbose, bool json)
{
    ui u;
    ui_begin(&u, quiet, json);
    u.verbose |= verbose;
    ww_callbacks callbacks = ui_callbacks(&u);
    ww_error err = {0};
    ww_library *library = NULL;
    ww_dataset_result r = WW_DATASET_RESULT_INIT;
    ww_status status = ww_library_open(dir, WW_LIBRARY_EXISTING, &callbacks, &library, &err);
    if (status == WW_OK)
        status = ww_library_export_dataset(library, options, &r, &err);
    ww_library_close(library);
    if (status != WW_OK)
        return ui_fail(&u, &err);
    ui_clear(&u);
    if (json)
        print_json(options->out, &r);
    else if (!quiet)
        printf("%lld people, %lld faces: %lld train, %lld val, %lld test; %lld files written, %lld as they were, %lld "
               "removed (%.2f s)\nlook at %s/README.md\n",
               (long long)r.classes, (long long)r.faces, (long long)r.train, (long long)r.val, (long long)r.test,
               (long long)r.files_written, (long long)r.files_kept, (long long)r.files_removed, r.wall_s, options->out);
    return r.passed_over ? EXIT_SOME_UNREADABLE : EXIT_FINE;
}

// --- check

typedef struct reader {
    bool quiet, json;
    int64_t printed;
} reader;

static int on_finding(void *user, const char *line)
{
    reader *r = user;
    if (r->json) {
        printf(r->printed ? ", " : "{\"findings\": [");
        json_print_string(stdout, line);
    } else if (!r->quiet) {
        puts(line);
    }
    r->printed++;
    return 0;
}

static int check(const char *dir, bool quiet, bool json)
{
    ui u;
    ui_begin(&u, quiet, json);
    reader reading = {.quiet = quiet, .json = json};
    ww_error err = {0};
    ww_dataset_check_result r = WW_DATASET_CHECK_RESULT_INIT;
    if (ww_dataset_check(dir, on_finding, &reading, &r, &err) != WW_OK)
        return ui_fail(&u, &err);
    if (json)
        printf("%s], \"pictures\": %lld, \"labels\": %lld}\n", reading.printed ? "" : "{\"findings\": [",
               (long long)r.pictures, (long long)r.labels);
    else if (!quiet)
        printf("%lld %s, %lld %s read: %lld %s\n", (long long)r.pictures, plural(r.pictures, "picture", "pictures"),
               (long long)r.labels, plural(r.labels, "label", "labels"), (long long)r.findings,
               plural(r.findings, "fault", "faults"));
    return r.findings ? EXIT_SOME_UNREADABLE : EXIT_FINE;
}

int cmd_check(int argc, char **argv, int first)
{
    bool quiet = false, json = false, help = false;
    const option own[] = {
        {"quiet", 'q', OPTION_FLAG, &quiet, NULL, "print errors only"},
        {"json", 0, OPTION_FLAG, &json, NULL, "print the result as JSON"},
        {"help", 'h', OPTION_FLAG, &help, NULL, "this text"},
    };
    size_t count = 0;
    const char **dirs = options_arguments(argc);
    if (!dirs)
        return EXIT_FAILED;
    int code = EXIT_USAGE;
    if (!options_parse(own, sizeof own / sizeof *own, argc, argv, first, dirs, &count)) {
        code = EXIT_USAGE;
    } else if (help) {
        puts("usage: whoswho check OUT [options]\n\nReads a data set back, whoever wrote it, and prints what a trainer "
             "would stumble over, a fault a line.\n"
             "Exit code 1: there is something.\n\nOptions:");
        options_print_help(own, sizeof own / sizeof *own);
        code = EXIT_FINE;
    } else if (count != 1) {
        complain("name the folder of one data set; see whoswho check --help");
    } else {
        code = check(dirs[0], quiet, json);
    }
    free(dirs);
    return code;
}
