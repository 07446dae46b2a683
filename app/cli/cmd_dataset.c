// SPDX-License-Identifier: MIT
// whoswho export DIR --to FORMAT -O OUT, and whoswho check OUT: data sets for those who train.
#include "dataset.h"
#include "cluster_options.h"
#include "commands.h"
#include "document.h"
#include "options.h"
#include "streams.h"
#include "summary.h"
#include "ui.h"

#include <whoswho/view.h>

#include <stdlib.h>
#include <string.h>

// "80/10/10", "80/20" or "100".
static bool parse_split(const char *text, ww_dataset_options *o)
{
    int *const part[] = {&o->train, &o->val, &o->test};
    for (int i = 0; i < 3; i++) {
        char *end;
        const long value = strtol(text, &end, 10);
        if (*text < '0' || *text > '9' || value > 1000000)
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

// A word out of a list whose places are the values of an enumeration.
typedef struct choice {
    const char *option, *words[4];
} choice;

static const choice unlabelled_words = {"unlabelled", {"blur", "unknown", "leave-out"}};
static const choice crop_words = {"crop", {"head", "tight", "portrait"}};
static const choice box_words = {"box", {"tight", "widened"}};
static const choice picture_words = {"format", {"jpeg", "png", "webp"}};

// `text` NULL: *value stays. False after a message.
static bool choose(const choice *c, const char *text, int *value)
{
    for (int i = 0; text && c->words[i]; i++)
        if (strcmp(text, c->words[i]) == 0) {
            *value = i;
            return true;
        }
    if (!text)
        return true;
    complain("the option --%s takes %s%s%s or %s, not '%s'", c->option, c->words[0], c->words[2] ? ", " : "",
             c->words[2] ? c->words[1] : "", c->words[2] ? c->words[2] : c->words[1], text);
    return false;
}

bool dataset_settings_read(dataset_settings *set)
{
    int unlabelled = 0, crop = 0, box = 0, picture = WW_PICTURE_BY_FORMAT;
    set->options.seed = (uint64_t)set->seed;
    set->options.named_only = set->named;
    if (set->split && !parse_split(set->split, &set->options)) {
        complain("the option --split takes parts such as 80/10/10, 80/20 or 100, not '%s'", set->split);
        return false;
    }
    if (!choose(&unlabelled_words, set->unlabelled, &unlabelled) || !choose(&crop_words, set->crop, &crop)
        || !choose(&box_words, set->box, &box) || !choose(&picture_words, set->picture, &picture))
        return false;
    set->options.unlabelled = (ww_unlabelled)unlabelled;
    set->options.crop = (ww_crop_rule)crop;
    set->options.box = (ww_box_rule)box;
    set->options.picture_format = (ww_picture)picture;
    if (set->original_size && set->options.picture_width) {
        complain("--original-size and --portrait-width contradict each other");
        return false;
    }
    return true;
}

bool dataset_settings_given(const dataset_settings *set)
{
    const ww_dataset_options *o = &set->options;
    return set->split || set->unlabelled || set->seed || set->named || o->near_duplicate >= 0 || o->chip_size || o->best
           || o->per_track || o->apart > 0 || set->crop || set->box || set->picture || o->picture_width
           || set->original_size || o->quality || o->margin > 0;
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
    printf(", \"classes\": %lld, \"chosen\": %lld, \"faces\": %lld, \"train\": %lld, \"val\": %lld, \"test\": %lld, "
           "\"groups\": %lld, "
           "\"frames\": %lld, \"frames_left_out\": %lld, \"frames_dropped\": %lld, \"people_lost\": %lld, "
           "\"faces_covered\": %lld, \"closest\": ",
           (long long)r->classes, (long long)r->faces_chosen, (long long)r->faces, (long long)r->train,
           (long long)r->val, (long long)r->test, (long long)r->groups, (long long)r->frames,
           (long long)r->frames_left_out, (long long)r->frames_dropped, (long long)r->people_lost,
           (long long)r->faces_covered);
    if (r->closest >= 0)
        printf("%.4f", r->closest);
    else
        printf("null");
    printf(", \"written\": %lld, \"kept\": %lld, \"removed\": %lld, \"left\": %lld, \"seconds\": %.3f, "
           "\"passed_over\": %lld}\n",
           (long long)r->files_written, (long long)r->files_kept, (long long)r->files_removed, (long long)r->files_left,
           r->wall_s, (long long)r->passed_over);
}

// Formats for people have no sides.
static void print_summary(const char *out, const ww_dataset_result *r)
{
    printf("%lld %s, %lld %s", (long long)r->classes, plural(r->classes, "person", "people"), (long long)r->faces,
           plural(r->faces, "face", "faces"));
    if (r->train + r->val + r->test > 0)
        printf(": %lld train, %lld val, %lld test", (long long)r->train, (long long)r->val, (long long)r->test);
    printf("; %lld files written, %lld as they were, %lld removed (%.2f s)\nlook at %s/README.md\n",
           (long long)r->files_written, (long long)r->files_kept, (long long)r->files_removed, r->wall_s, out);
}

int dataset_export(const char *dir, const dataset_settings *set, bool quiet, bool verbose, bool json)
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
        status = csv_options_keep(library, set->csv_safe, &err);
    if (status == WW_OK)
        status = ww_library_export_dataset(library, &set->options, &r, &err);
    ww_library_close(library);
    if (status != WW_OK)
        return ui_fail(&u, &err);
    ui_clear(&u);
    if (json)
        print_json(set->options.out, &r);
    else if (!quiet)
        print_summary(set->options.out, &r);
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
    const bool note = strncmp(line, WW_CHECK_NOTE, strlen(WW_CHECK_NOTE)) == 0;
    if (r->json && note)
        return 0; // they are counted
    if (r->json) {
        printf(r->printed ? ", " : "{\"findings\": [");
        json_print_string(stdout, line);
    } else if (!r->quiet) {
        puts(printable(line));
    }
    r->printed++;
    return 0;
}

static ww_status read_back(const char *dir, bool faces, reader *reading, ww_dataset_check_result *r, ww_error *err)
{
    const ww_model_options options = WW_MODEL_OPTIONS_INIT;
    ww_models *models = NULL;
    ww_finder *finder = NULL;
    ww_status status = faces ? ww_models_open(&options, &models, err) : WW_OK;
    if (status == WW_OK && faces)
        status = ww_finder_open(models, NULL, &finder, err);
    if (status == WW_OK)
        status = ww_dataset_check_faces(dir, finder, on_finding, reading, r, err);
    ww_finder_close(finder);
    ww_models_close(models);
    return status;
}

static int check(const char *dir, bool faces, bool quiet, bool json)
{
    ui u;
    ui_begin(&u, quiet, json);
    reader reading = {.quiet = quiet, .json = json};
    ww_error err = {0};
    ww_dataset_check_result r = WW_DATASET_CHECK_RESULT_INIT;
    if (read_back(dir, faces, &reading, &r, &err) != WW_OK)
        return ui_fail(&u, &err);
    if (json)
        printf("%s], \"pictures\": %lld, \"labels\": %lld, \"notes\": %lld}\n",
               reading.printed ? "" : "{\"findings\": [", (long long)r.pictures, (long long)r.labels,
               (long long)r.notes);
    else if (!quiet)
        printf("%lld %s, %lld %s read: %lld %s\n", (long long)r.pictures, plural(r.pictures, "picture", "pictures"),
               (long long)r.labels, plural(r.labels, "label", "labels"), (long long)r.findings,
               plural(r.findings, "fault", "faults"));
    return r.findings ? EXIT_SOME_UNREADABLE : EXIT_FINE;
}

int cmd_check(int argc, char **argv, int first)
{
    bool faces = false, quiet = false, json = false, help = false;
    const option own[] = {
        {"faces", 0, OPTION_FLAG, &faces, NULL, "look for faces in the pictures too: those without a label"},
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
        code = check(dirs[0], faces, quiet, json);
    }
    free(dirs);
    return code;
}
