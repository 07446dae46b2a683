// SPDX-License-Identifier: MIT
#ifndef WW_JOB_REVIEW_H
#define WW_JOB_REVIEW_H
#include "job/library.h"

// Leaves word of how the faces were sorted, so that a decision is followed by a sorting like it (ww_library_resort).
ww_status ww_remember_sorting(ww_library *library, const ww_cluster_options *options, ww_error *err);

#endif
