// SPDX-License-Identifier: MIT
// Where sorting went wrong: groups whose members another labelling puts into several. Folders by person tell which of them mix
// people, people by folder which of them are split.
#ifndef WW_EVALUATE_MIXES_H
#define WW_EVALUATE_MIXES_H
#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

enum { WW_MIX_PARTS = 4 }; // that are told

typedef struct ww_mix {
    int32_t group;
    size_t count;
    size_t alone;               // members that the other labelling gives to nobody
    size_t parts;               // groups of the other labelling that have some of the rest
    size_t astray;              // all members but those in the largest part (of one, where all are alone)
    int32_t part[WW_MIX_PARTS]; // the largest first, of equal ones the smaller label
    size_t part_count[WW_MIX_PARTS];
} ww_mix;

typedef struct ww_mixes {
    ww_mix *mix; // one a group, the most astray first, then the larger, then the smaller label
    size_t count;
    size_t astray; // how many of them have members astray
} ww_mixes;

// Members with a negative group are left out; a negative part is nobody. Time count x log count.
ww_status ww_mixes_find(const int32_t *group, const int32_t *part, size_t count, ww_mixes *mixes, ww_error *err);
void ww_mixes_free(ww_mixes *mixes);

#endif
