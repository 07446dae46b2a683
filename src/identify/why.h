// SPDX-License-Identifier: MIT
// Why a face is where it is.
#ifndef WW_IDENTIFY_WHY_H
#define WW_IDENTIFY_WHY_H
#include "library/library.h"

// ww_library_why.
ww_status ww_explain_face(ww_library *library, const char *who, void (*on_why)(void *user, const ww_why *why),
                          void *user, ww_error *err);

#endif
