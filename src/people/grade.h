// SPDX-License-Identifier: MIT
// Which faces may start people (seed faces), and which only join.
#ifndef WW_PEOPLE_GRADE_H
#define WW_PEOPLE_GRADE_H
#include "library/catalog.h"

#define WW_SEED_QUALITY_MIN 0.35     // of a seed face
#define WW_TRACKED_QUALITY_SHARE 0.6 // of it is enough for a face that was tracked: its track speaks for it

typedef enum ww_face_grade {
    WW_FACE_SEED,       // starts people
    WW_FACE_JOINS_ONLY, // small, blurred, turned away: only joins
    WW_FACE_UNSURE,     // the detector was not sure that it is one, and nobody followed it: it stays unassigned
} ww_face_grade;

// seed_score: as the scan left it (WW_SETTING_SEED_SCORE).
static inline ww_face_grade ww_grade_face(const ww_catalog_face *face, double min_quality, double seed_score)
{
    const float score = (float)face->score, quality = (float)face->quality;
    const bool unsure = score < seed_score;
    const bool tracked = face->track > 0;
    if (unsure && !tracked)
        return WW_FACE_UNSURE;
    return unsure || quality < (tracked ? min_quality * WW_TRACKED_QUALITY_SHARE : min_quality) ? WW_FACE_JOINS_ONLY
                                                                                                : WW_FACE_SEED;
}

#endif
