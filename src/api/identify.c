// SPDX-License-Identifier: MIT
#include "identify/known.h"
#include "identify/why.h"

ww_status ww_library_known(ww_library *library, const ww_models *models, const char *dir,
                           void (*on_line)(void *user, const char *line), void *user, ww_known_result *result,
                           ww_error *err)
{
    return ww_recognise_known(library, models, dir, on_line, user, result, err);
}

ww_status ww_library_why(ww_library *library, const char *who, void (*on_why)(void *user, const ww_why *why),
                         void *user, ww_error *err)
{
    return ww_explain_face(library, who, on_why, user, err);
}
