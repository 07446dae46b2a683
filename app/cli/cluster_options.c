// SPDX-License-Identifier: MIT
#include "cluster_options.h"

void cluster_options_add(option *table, size_t *used, ww_cluster_options *cluster, const char **known)
{
    const option rows[CLUSTER_OPTIONS_COUNT] = {
        {"eps", 0, OPTION_NUMBER, &cluster->eps, "D",
         "distance within which two faces are neighbours (the embedder's own)", 1e-6, 100, true},
        {"threshold", 0, OPTION_NUMBER, &cluster->threshold, "D",
         "largest average distance of faces of one person, or the method's own measure (estimated; auto: estimate "
         "again)",
         1e-6, 100, true},
        {"min-samples", 0, OPTION_COUNT, &cluster->min_samples, "N",
         "seed faces that make a person (2; dbscan 5; the other methods 3 in footage)", 1, 1000000, true},
        {"method", 0, OPTION_TEXT, &cluster->method, "NAME",
         "templates (the default), hac, map-equation, chinese-whispers, dbscan or plain-dbscan; auto",
         .choices = "templates hac map-equation chinese-whispers dbscan plain-dbscan auto"},
        {"min-quality", 0, OPTION_NUMBER, &cluster->min_quality, "Q",
         "faces below (0 to 1) only join a person, never start one (0.35)", 0, 1, true},
        {"known", 0, OPTION_TEXT, known, "DIR", "one folder per name, with pictures of that person: names people"},
    };
    options_add(table, used, rows, CLUSTER_OPTIONS_COUNT);
}

void csv_options_add(option *table, size_t *used, int *csv_safe)
{
    const option rows[CSV_OPTIONS_COUNT] = {
        {"csv-safe", 0, OPTION_ON, csv_safe, NULL,
         "tables fit for spreadsheets: ' before a name like =1+1 (remembered)"},
        {"no-csv-safe", 0, OPTION_OFF, csv_safe, NULL, "names in tables as they are (the default)"},
    };
    options_add(table, used, rows, CSV_OPTIONS_COUNT);
}

ww_status csv_options_keep(ww_library *library, int csv_safe, ww_error *err)
{
    return csv_safe == WW_KEEP ? WW_OK : ww_library_set_csv_safe(library, csv_safe, err);
}
