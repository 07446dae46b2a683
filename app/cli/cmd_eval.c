// SPDX-License-Identifier: MIT
// whoswho eval: how good a result is, against a truth.
#include "commands.h"
#include "document.h"
#include "eval_summary.h"
#include "folder.h"
#include "options.h"
#include "streams.h"
#include "ui.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { THRESHOLDS_MAX = 1000 };

struct settings {
    const char *dir, *truth, *pairs, *face, *thresholds;
    int worst;
    bool quiet, json, help;
    ww_eval_options people;
    double threshold[THRESHOLDS_MAX];
};

static const char usage[] =
    "usage: whoswho eval [DIR|FACES.csv] --truth WHAT | --pairs FILE [options]\n\n"
    "Tells how good a result is, measured against ground truth. DIR is only read (ClusteredFaces unless named). WHAT "
    "is\n"
    "  FILE.csv   start_s,end_s,x,y,w,h,person: who is in which part of the picture, when;\n"
    "             or time_s in place of start_s and end_s, or no time at all; with several files also source\n"
    "  FILE.csv   file,person: who is on which photo\n"
    "  folders    the folder a photo was in says who is on it\n"
    "  names      the name of the photo does, without the number at its end\n\nOptions:";

static bool read_face(struct settings *set)
{
    const bool largest = set->face && strcmp(set->face, "largest") == 0;
    set->people.face = largest ? WW_EVAL_LARGEST : WW_EVAL_MIDDLE;
    if (!set->face || largest || strcmp(set->face, "middle") == 0)
        return true;
    complain("--face takes middle or largest, not '%s'", set->face);
    return false;
}

// "0.8:1.2:0.05", or what is left of "0.8,0.9,1" at *text.
static bool read_some(struct settings *set, const char **text)
{
    double v[3] = {0, 0, 0};
    int count = 0;
    const char *end = *text;
    do {
        const char *begin = end + (count > 0);
        if (!options_read_decimal(begin, &v[count], &end) || v[count] <= 0)
            return false;
    } while (++count < 3 && *end == ':');
    *text = end;
    if (count == 2)
        return false;
    const double values = count == 3 ? floor((v[1] - v[0]) / v[2] + 1e-6) + 1 : 1;
    if (!(values >= 1 && (double)set->people.thresholds + values <= THRESHOLDS_MAX))
        return false;
    for (int i = 0; i < (int)values; i++)
        set->threshold[set->people.thresholds++] = v[0] + i * v[2];
    return true;
}

static bool read_thresholds(struct settings *set)
{
    const char *text = set->thresholds;
    set->people.threshold = set->threshold;
    while (text) {
        const bool good = read_some(set, &text);
        if (!good || (*text && *text != ',')) {
            complain("--thresholds takes distances such as 0.9,1,1.1 or FROM:TO:STEP, at most %d, not '%s'",
                     THRESHOLDS_MAX, set->thresholds);
            return false;
        }
        text = *text ? text + 1 : NULL;
    }
    return true;
}

static void print_result(const struct settings *set, const char *where, const ww_eval_result *people,
                         const ww_eval_pairs_result *pairs, eval_notes *notes)
{
    if (set->json) {
        fputs("{\"evaluated\": ", stdout);
        json_print_string(stdout, where);
        if (set->truth)
            json_people(people, notes);
        if (set->pairs)
            json_pairs(pairs);
        puts("}");
        return;
    }
    if (set->quiet)
        return;
    if (set->truth)
        say_people(people, notes);
    if (set->pairs)
        say_pairs(pairs);
}

static int evaluate(const struct settings *set, const char *where, eval_notes *notes)
{
    ui u;
    ui_begin(&u, set->quiet, set->json);
    const ww_callbacks callbacks = ui_callbacks(&u);
    ww_error err = {0};
    ww_eval_result people = WW_EVAL_RESULT_INIT;
    ww_eval_pairs_result pairs = WW_EVAL_PAIRS_RESULT_INIT;
    ww_status status = WW_OK;
    ww_eval_options options = set->people;
    options.on_group = eval_note_group;
    options.on_threshold = eval_note_threshold;
    options.user = notes;
    if (set->truth)
        status = ww_eval_people(where, set->truth, &options, &callbacks, &people, &err);
    if (status == WW_OK && set->pairs)
        status = ww_eval_pairs(where, set->pairs, options.face, &callbacks, &pairs, &err);
    if (status != WW_OK)
        return ui_fail(&u, &err);
    ui_clear(&u);
    print_result(set, where, &people, &pairs, notes);
    return EXIT_FINE;
}

static bool make_sense(struct settings *set, size_t count, const char **where)
{
    set->people.worst = set->worst ? set->worst : -1;
    if (count > 1)
        complain("name one folder, not '%s' too", printable(where[1]));
    else if (!set->truth && !set->pairs)
        complain("say against what: --truth FILE.csv, --truth folders, --truth names, or --pairs FILE; "
                 "see whoswho eval --help");
    else if (!set->truth && set->thresholds)
        complain("--thresholds needs a --truth");
    else
        return read_face(set) && read_thresholds(set);
    return false;
}

int cmd_eval(int argc, char **argv, int first)
{
    struct settings set = {.dir = DIR_DEFAULT, .worst = 5, .people = WW_EVAL_OPTIONS_INIT};
    const option table[] = {
        {"output", 'o', OPTION_TEXT, &set.dir, "DIR", "the library's folder (" DIR_DEFAULT ")"},
        {"truth", 0, OPTION_TEXT, &set.truth, "WHAT", "who is who: a table, folders, or names (above)",
         .choices = "folders names"},
        {"pairs", 0, OPTION_TEXT, &set.pairs, "FILE",
         "LFW's pairs.txt, or file1,file2,same: tell one person from two, pair by pair"},
        {"face", 0, OPTION_TEXT, &set.face, "WHICH", "the face of a photo that counts: middle (the default) or largest",
         .choices = "middle largest"},
        {"worst", 0, OPTION_COUNT, &set.worst, "N", "how many mixed folders and split people to tell (5)"},
        {"thresholds", 0, OPTION_TEXT, &set.thresholds, "D,D,...",
         "sort by each of these, without keeping it; or FROM:TO:STEP"},
        {"method", 0, OPTION_TEXT, &set.people.sorting.method, "NAME",
         "for these: templates, hac, map-equation, chinese-whispers, dbscan or plain-dbscan",
         .choices = "templates hac map-equation chinese-whispers dbscan plain-dbscan"},
        {"min-samples", 0, OPTION_COUNT, &set.people.sorting.min_samples, "N", "for these: faces that make a person", 1,
         1000000, true},
        {"threads", 't', OPTION_COUNT, &set.people.sorting.threads, "N", "for these: threads to use (all CPUs)", 1,
         1024},
        {"quiet", 'q', OPTION_FLAG, &set.quiet, NULL, "print errors only"},
        {"json", 0, OPTION_FLAG, &set.json, NULL, "print the result as JSON"},
        {"help", 'h', OPTION_FLAG, &set.help, NULL, "this text"},
    };
    const size_t options = sizeof table / sizeof *table;
    size_t count = 0;
    int code = EXIT_USAGE;
    const char **where = options_arguments(argc);
    if (!where)
        return EXIT_FAILED;
    const bool parsed = options_parse(table, options, argc, argv, first, where, &count);
    if (parsed && set.help) {
        puts(usage);
        options_print_help(table, options);
        code = EXIT_FINE;
    } else if (parsed && make_sense(&set, count, where)) {
        eval_notes notes;
        if (eval_notes_open(&notes, set.json))
            code = evaluate(&set, count ? where[0] : set.dir, &notes);
        else
            code = EXIT_FAILED;
        eval_notes_close(&notes);
    }
    free(where);
    return code;
}
