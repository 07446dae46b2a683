// SPDX-License-Identifier: MIT
#include "known.h"

ww_status known_people(ui *u, ww_library *library, const ww_models *models, const char *dir,
                       const ww_cluster_options *options, ww_cluster_result *clustered, ww_known_result *known,
                       ww_error *err)
{
    ww_status status = ww_library_known(library, models, dir, ui_print_line, u, known, err);
    if (status == WW_OK && (known->recognised > 0 || known->faces > 0))
        status = ww_library_cluster(library, options, clustered, err);
    return status;
}
