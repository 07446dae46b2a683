// SPDX-License-Identifier: MIT
// The options of clustering, for the commands that cluster: run and cluster.
#ifndef WW_CLI_CLUSTER_OPTIONS_H
#define WW_CLI_CLUSTER_OPTIONS_H
#include "options.h"

#include <whoswho/whoswho.h>

enum { CLUSTER_OPTIONS_COUNT = 6 };

// Appends CLUSTER_OPTIONS_COUNT rows to *table, of which *used are in use (as options_add). Parsing writes to `cluster`
// and, for --known, to `known`, which then points into argv; both must outlive the table.
void cluster_options_add(option *table, size_t *used, ww_cluster_options *cluster, const char **known);

#endif
