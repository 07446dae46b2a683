// SPDX-License-Identifier: MIT
// The option --known: after sorting, people are given the names of those they look like, and sorted again if any was.
#ifndef WW_CLI_KNOWN_H
#define WW_CLI_KNOWN_H
#include "ui.h"

// Prints who was recognised, unless quiet. *clustered is replaced if faces were sorted again.
ww_status known_people(ui *u, ww_library *library, const ww_models *models, const char *dir,
                       const ww_cluster_options *options, ww_cluster_result *clustered, ww_known_result *known,
                       ww_error *err);

#endif
