// SPDX-License-Identifier: MIT
#include "known.h"
#include "streams.h"

static int print_line(void *user, const char *line)
{
    ui *u = user;
    if (u->quiet)
        return 0;
    ui_clear(u);
    puts(printable(line));
    return 0;
}

ww_status known_people(ui *u, ww_library *library, const ww_models *models, const char *dir,
                       const ww_cluster_options *options, ww_cluster_result *clustered, ww_known_result *known,
                       ww_error *err)
{
    ww_status status = ww_library_known(library, models, dir, print_line, u, known, err);
    if (status == WW_OK && (known->recognised > 0 || known->faces > 0))
        status = ww_library_cluster(library, options, clustered, err);
    return status;
}
