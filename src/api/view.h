// SPDX-License-Identifier: MIT
// What a view knows beyond its rows. Private to api/.
#ifndef WW_API_VIEW_H
#define WW_API_VIEW_H
#include "decisions/people_view.h"
#include "people/regroup.h"
#include "whoswho/view.h"

typedef struct ww_view_change {
    int64_t batch; // of the journal
    ww_moves moves;
} ww_view_change;

struct ww_view {
    ww_people_view people; // sources, frames, faces and people with their strings
    ww_view_source *source;
    ww_view_frame *frame;
    WW_VECTOR(ww_view_shot) shot;
    ww_view_track *track;
    ww_view_face *face;
    ww_view_person *person;
    ww_view_decision *decision;
    ww_buffer paths;     // of faces and frames, each ended by a zero
    size_t *by_track;    // faces, track by track
    size_t *track_first; // of each track: its first place in by_track; one more at the end
    size_t tracks;
    size_t *by_id;                    // faces by their ids
    WW_VECTOR(ww_view_change) change; // what ww_view_decide did, for its undo
};

const ww_decided *ww_view_decided(const ww_view *view); // faces are indexes of the view

// Fills the rows that decisions change: persons, decisions, faces.
ww_status ww_view_fill_people(ww_view *view, ww_error *err);
void ww_view_forget(ww_view *view); // what was kept for undo

#endif
