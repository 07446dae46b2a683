// SPDX-License-Identifier: MIT
// The library written as a data set, in one format or several.
#ifndef WW_FORMATS_DATASET_EXPORT_H
#define WW_FORMATS_DATASET_EXPORT_H
#include "formats/dataset.h"

// ww_library_export_dataset. *result (never NULL) is filled as far as things went, also on failure. `probe` may be
// NULL.
ww_status ww_dataset_export(ww_library *library, const ww_dataset_options *options, const ww_footage_probe *probe,
                            ww_dataset_result *result, ww_error *err);

#endif
