// SPDX-License-Identifier: MIT
// Sorting again in the background: what a decision changes beyond the faces it names shows a moment later, while the
// next answers are given. A decision that comes meanwhile ends the sort that does not know of it, and another begins
// when there is a pause.
#ifndef WW_REVIEW_SORTING_H
#define WW_REVIEW_SORTING_H
#include "session.h"

ww_status sorting_start(session *s, ww_error *err);
void sorting_stop(session *s);
// Whether faces will be sorted again by themselves. With the lock held.
bool sorting_is_due(const session *s);
// For the callbacks of the library: non-zero while a sort at work is not wanted any more. Any thread.
int sorting_is_stale(session *s);

#endif
