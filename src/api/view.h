// SPDX-License-Identifier: MIT
// What a view knows beyond its rows. Private to api/.
#ifndef WW_API_VIEW_H
#define WW_API_VIEW_H
#include "library/decided.h"
#include "whoswho/view.h"

const ww_decided *ww_view_decided(const ww_view *view); // faces are indexes of the view

#endif
