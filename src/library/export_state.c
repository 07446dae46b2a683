// SPDX-License-Identifier: MIT
#include "library/export_state.h"

#include <stdlib.h>
#include <string.h>

ww_status ww_export_was_cut_short(ww_library *library, bool *cut_short, ww_error *err)
{
    char *text = NULL;
    ww_status status = ww_store_get_meta(library->store, WW_SETTING_EXPORT, &text, err);
    *cut_short = text && strcmp(text, WW_EXPORT_BEGUN) == 0;
    free(text);
    return status;
}

ww_status ww_export_is_behind(ww_library *library, bool *behind, ww_error *err)
{
    char *text = NULL;
    ww_status status = ww_store_get_meta(library->store, WW_SETTING_EXPORT, &text, err);
    *behind = text && strcmp(text, WW_EXPORT_DONE) != 0;
    free(text);
    return status;
}
