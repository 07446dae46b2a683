// SPDX-License-Identifier: MIT
// usage: locale_host run FOOTAGE_FOLDER LIBRARY TRUTH | resort LIBRARY | name LIBRARY
//
// A program that chose its locale, as every program with a window does, and then uses the library. What it learns is
// printed as bits, so that its own printf has no say in it; its first line is its decimal point.
#include "whoswho/whoswho.h"

#include <inttypes.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void print_real(const char *name, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    printf("%s %016" PRIx64 "\n", name, bits);
}

static int on_threshold(void *user, double threshold, const ww_eval_scores *scores)
{
    print_real("at threshold", threshold);
    print_real("bcubed f1", scores->bcubed_f1);
    return 0;
}

static ww_status evaluate(const char *where, const char *truth, ww_error *err)
{
    const double thresholds[] = {0.75, 1.05};
    const ww_eval_options options = {.size = sizeof options,
                                     .sorting = WW_CLUSTER_OPTIONS_INIT,
                                     .threshold = thresholds,
                                     .thresholds = 2,
                                     .on_threshold = on_threshold};
    ww_eval_result result = WW_EVAL_RESULT_INIT;
    ww_status status = ww_eval_people(where, truth, strstr(where, ".csv") ? NULL : &options, NULL, &result, err);
    if (status == WW_OK) {
        print_real("pair f1", result.scores.pair_f1);
        print_real("nmi", result.scores.nmi);
        printf("matched %" PRId64 ", missed %" PRId64 "\n", result.matched, result.missed);
    }
    return status;
}

static int on_entry(void *user, const ww_log_entry *entry) { return puts(entry->words) < 0; }

static ww_status resort(ww_library *library, ww_error *err)
{
    ww_cluster_result sorted = WW_CLUSTER_RESULT_INIT;
    ww_status status = ww_library_resort(library, &sorted, NULL, err);
    print_real("threshold", sorted.threshold);
    return status;
}

static ww_status name(ww_library *library, ww_error *err)
{
    const char *const who[] = {"Face_0"};
    const ww_decision decision = {
        .size = sizeof decision, .kind = WW_DECISION_NAME, .who = who, .count = 1, .text = "Ada"};
    ww_status status = ww_library_decide(library, &decision, NULL, err);
    return status == WW_OK ? resort(library, err) : status;
}

static ww_status run(ww_library *library, const char *footage, ww_error *err)
{
    ww_cluster_options tuned = WW_CLUSTER_OPTIONS_INIT, dbscan = WW_CLUSTER_OPTIONS_INIT;
    tuned.method = "hac";
    tuned.threshold = 1.0500000000000001;
    tuned.min_quality = 0.25;
    dbscan.method = "dbscan"; // with the eps that scanning stored
    dbscan.min_samples = 2;
    ww_cluster_result sorted = WW_CLUSTER_RESULT_INIT;
    ww_models *models = NULL;
    ww_status status = ww_models_open(NULL, &models, err);
    if (status == WW_OK)
        status = ww_library_scan(library, models, &footage, 1, NULL, NULL, err);
    if (status == WW_OK)
        status = ww_library_cluster(library, &dbscan, &sorted, err);
    print_real("eps", sorted.threshold);
    if (status == WW_OK)
        status = ww_library_cluster(library, &tuned, NULL, err);
    if (status == WW_OK)
        status = ww_library_export(library, NULL, err);
    if (status == WW_OK)
        status = name(library, err);
    if (status == WW_OK)
        status = ww_library_log(library, on_entry, NULL, err);
    ww_models_close(models);
    return status;
}

int main(int argc, char **argv)
{
    ww_error err = {0};
    ww_library *library = NULL;
    setlocale(LC_ALL, "");
    ww_silence_libav();
    puts(localeconv()->decimal_point);
    const char *command = argv[1], *dir = strcmp(command, "run") == 0 ? argv[3] : argv[2];
    ww_status status = ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &library, &err);
    bool whole = strcmp(command, "run") == 0;
    if (status == WW_OK && whole)
        status = run(library, argv[2], &err);
    else if (status == WW_OK)
        status = strcmp(command, "name") == 0 ? name(library, &err) : resort(library, &err);
    ww_library_close(library);
    char table[4096];
    snprintf(table, sizeof table, "%s/faces.csv", dir);
    if (status == WW_OK && whole)
        status = evaluate(dir, argv[4], &err);
    if (status == WW_OK && whole)
        status = evaluate(table, argv[4], &err);
    if (status != WW_OK)
        fprintf(stderr, "%s\n", err.message);
    return status != WW_OK;
}
