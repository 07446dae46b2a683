// SPDX-License-Identifier: MIT
// What came of a run, in words and figures.
#ifndef WW_CLI_WORDS_H
#define WW_CLI_WORDS_H
#include "whoswho/whoswho.h"

const char *plural(int64_t n, const char *one, const char *many);
// The funnel: what was looked at, what became of the faces found.
void print_scan(const ww_scan_result *scan);
void print_sorting(const ww_cluster_result *sorting);
// The same as members of a JSON object, each with a comma before it.
void json_scan(const ww_scan_result *scan);
void json_sorting(const ww_cluster_result *sorting);

#endif
