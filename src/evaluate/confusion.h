// SPDX-License-Identifier: MIT
// Where sorting went wrong: groups whose members another labelling puts into several. Folders by person tell which of
// them mix people, people by folder which of them are split.
#ifndef WW_EVALUATE_CONFUSION_H
#define WW_EVALUATE_CONFUSION_H
#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

enum { WW_CONFUSION_PARTS = 4 }; // that are told

typedef struct ww_confused_group {
    int32_t group;
    size_t count;
    size_t alone;                     // members that the other labelling gives to nobody
    size_t parts;                     // groups of the other labelling that have some of the rest
    size_t astray;                    // all members but those in the largest part (of one, where all are alone)
    int32_t part[WW_CONFUSION_PARTS]; // the largest first, of equal ones the smaller label
    size_t part_count[WW_CONFUSION_PARTS];
} ww_confused_group;

typedef struct ww_confusion {
    ww_confused_group *mix; // one a group, the most astray first, then the larger, then the smaller label
    size_t count;
    size_t astray; // how many of them have members astray
} ww_confusion;

// Members with a negative group are left out; a negative part is nobody. Time count x log count.
ww_status ww_confusion_find(const int32_t *group, const int32_t *part, size_t count, ww_confusion *confusion,
                            ww_error *err);
void ww_confusion_free(ww_confusion *confusion);

#endif
