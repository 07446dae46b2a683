// SPDX-License-Identifier: MIT
#include "api/sized.h"
#include "identify/add_face.h"
#include "identify/known.h"
#include "identify/why.h"

ww_status ww_library_known(ww_library *library, const ww_models *models, const char *dir,
                           int (*on_line)(void *user, const char *line), void *user, ww_known_result *result,
                           ww_error *err)
{
    ww_known_result r = WW_KNOWN_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(result, ww_known_result, err);
    if (status != WW_OK)
        return status;
    status = ww_recognise_known(library, models, dir, on_line, user, &r, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}

ww_status ww_check_known(const char *dir, ww_error *err) { return ww_known_check(dir, err); }

ww_status ww_library_why(ww_library *library, const char *who, void (*on_why)(void *user, const ww_why *why),
                         void *user, ww_error *err)
{
    return ww_explain_face(library, who, on_why, user, err);
}

ww_status ww_library_add_face(ww_library *library, const ww_models *models, const ww_new_face *face,
                              ww_added_face *result, ww_error *err)
{
    ww_new_face full = WW_NEW_FACE_INIT;
    ww_added_face r = WW_ADDED_FACE_INIT;
    ww_status status = face ? WW_CHECK_SIZED(face, ww_new_face, err)
                            : ww_fail(err, WW_ERR_ARGUMENT, "ww_library_add_face was given no face");
    if (status == WW_OK)
        status = WW_CHECK_SIZED(result, ww_added_face, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, face, sizeof full);
    status = ww_add_face(library, models, &full, &r, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}
