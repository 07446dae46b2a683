// SPDX-License-Identifier: MIT
// A number for everything that a data set is made from: when it is that of the set on disk, there is nothing to do.
#ifndef WW_FORMATS_DATASET_KEY_H
#define WW_FORMATS_DATASET_KEY_H
#include "formats/dataset_out.h"
#include "library/catalog.h"

// Of the library's faces and people, the options and the version of this program's formats. eps: the library's, which
// the options' default is a share of.
uint64_t ww_dataset_key(const ww_catalog *catalog, const ww_dataset_options *options, double eps);

// What an export found, kept in the set: `result` as text, without what it did to the files.
ww_status ww_dataset_put_summary(uint64_t key, const ww_dataset_result *result, ww_dataset_out *out, ww_error *err);
// *same: the folder `dir` holds the set of that key, and no file of it was touched since; `result` is filled as the
// export that made it filled it, with all files kept. Nothing is written.
ww_status ww_dataset_is_same(const char *dir, uint64_t key, ww_dataset_result *result, bool *same, ww_error *err);

#endif
