// SPDX-License-Identifier: MIT
// Binary search over anything with an index.
#ifndef WW_BASE_SEARCH_H
#define WW_BASE_SEARCH_H
#include <stddef.h>

// Sets `at` (a size_t variable) to the first of the places 0 .. count - 1 for which `is_below`, an expression in `at`,
// is false; `count` where it holds for all. The places for which it holds must come first.
#define WW_LOWER_BOUND(at, count, is_below)                                                                            \
    do {                                                                                                               \
        size_t ww_low_ = 0, ww_high_ = (count);                                                                        \
        while (ww_low_ < ww_high_) {                                                                                   \
            (at) = ww_low_ + (ww_high_ - ww_low_) / 2;                                                                 \
            if (is_below)                                                                                              \
                ww_low_ = (at) + 1;                                                                                    \
            else                                                                                                       \
                ww_high_ = (at);                                                                                       \
        }                                                                                                              \
        (at) = ww_low_;                                                                                                \
    } while (0)

#endif
