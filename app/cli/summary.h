// SPDX-License-Identifier: MIT
// What came of a run, in words and figures.
#ifndef WW_CLI_SUMMARY_H
#define WW_CLI_SUMMARY_H
#include "whoswho/whoswho.h"
#include <stdbool.h>

const char *plural(int64_t n, const char *one, const char *many);
// The short form is for everybody; verbose tells what became of all faces found, and what the threshold was estimated
// from.
void print_scan(const ww_scan_result *scan, bool verbose);
void print_sorting(const ww_cluster_result *sorting, bool verbose);
// The same as members of a JSON object, each with a comma before it.
void json_scan(const ww_scan_result *scan);
void json_sorting(const ww_cluster_result *sorting);

#endif
