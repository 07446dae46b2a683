// SPDX-License-Identifier: MIT
#include "scan/scan.h"

ww_status ww_library_scan(ww_library *library, const ww_models *models, const char *const *inputs, size_t count,
                          const ww_scan_options *options, ww_scan_result *result, ww_error *err)
{
    return ww_scan_sources(library, models, inputs, count, options, result, err);
}
