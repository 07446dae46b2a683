// SPDX-License-Identifier: MIT
// A library of the demo clip, scanned and sorted, and a view of it: five people, 57 faces.
#ifndef WW_TESTS_DEMO_LIBRARY_H
#define WW_TESTS_DEMO_LIBRARY_H
#include "whoswho/view.h"

#include "harness.h"
#include "scratch.h"

static ww_models *models;
static ww_library *library;
static ww_view *view;

// Good until the next call of source_file().
static inline const char *demo_clip(void) { return source_file("tests/data/demo.mp4"); }

static inline void open_demo(void)
{
    ww_error err = {0};
    const char *inputs[] = {demo_clip()};
    CHECK_OK(ww_models_open(NULL, &models, &err));
    CHECK_OK(ww_library_open(scratch_folder(), WW_LIBRARY_CREATE, NULL, &library, &err));
    CHECK_OK(ww_library_scan(library, models, inputs, 1, NULL, NULL, &err));
    CHECK_OK(ww_library_cluster(library, NULL, NULL, &err));
    CHECK_OK(ww_library_view(library, &view, &err));
    if (!view)
        abort();
}

static inline void close_demo(void)
{
    ww_view_close(view);
    ww_library_close(library);
    ww_models_close(models);
}
#endif
