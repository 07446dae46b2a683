// SPDX-License-Identifier: MIT
// Options that several commands share: of clustering (run and cluster), and of tables (these and export).
#ifndef WW_CLI_CLUSTER_OPTIONS_H
#define WW_CLI_CLUSTER_OPTIONS_H
#include "options.h"

#include <whoswho/whoswho.h>

enum { CLUSTER_OPTIONS_COUNT = 6 };

// Appends CLUSTER_OPTIONS_COUNT rows to *table, of which *used are in use (as options_add). Parsing writes to `cluster`
// and, for --known, to `known`, which then points into argv; both must outlive the table.
void cluster_options_add(option *table, size_t *used, ww_cluster_options *cluster, const char **known);

enum { CSV_OPTIONS_COUNT = 2 };

// The same for how tables are written: --csv-safe and its opposite. *csv_safe stays where neither is given.
void csv_options_add(option *table, size_t *used, int *csv_safe);
// Keeps in the library what was given; WW_KEEP: nothing was.
ww_status csv_options_keep(ww_library *library, int csv_safe, ww_error *err);

#endif
