// SPDX-License-Identifier: MIT
// Which faces may found people, and which only join.
#ifndef WW_PEOPLE_GRADE_H
#define WW_PEOPLE_GRADE_H
#include "library/gather.h"

#define WW_MIN_QUALITY 0.35         // of a good face
#define WW_TRACKED_QUALITY_SHARE 0.6 // of it is enough for a face that was followed: its track speaks for it

typedef enum ww_face_grade {
    WW_FACE_GOOD,     // founds people
    WW_FACE_POOR,     // small, blurred, turned away: only joins
    WW_FACE_DOUBTFUL, // the detector was not sure that it is one, and nobody followed it: it stays unsorted
} ww_face_grade;

// sure_score: as the scan left it (WW_SETTING_SEED_SCORE).
static inline ww_face_grade ww_grade_face(const ww_gathered_face *face, double min_quality, double sure_score)
{
    const bool unsure = face->score < sure_score, tracked = face->track > 0;
    if (unsure && !tracked)
        return WW_FACE_DOUBTFUL;
    return unsure || face->quality < (tracked ? min_quality * WW_TRACKED_QUALITY_SHARE : min_quality) ? WW_FACE_POOR : WW_FACE_GOOD;
}

#endif
