// SPDX-License-Identifier: MIT
// Seeded random numbers: SplitMix64 (Steele, Lea, Flood 2014). The same seed gives the same numbers on every machine.
#ifndef WW_BASE_RANDOM_H
#define WW_BASE_RANDOM_H
#include <stdint.h>

typedef struct ww_random {
    uint64_t state;
} ww_random;

uint64_t ww_random_u64(ww_random *r);
// Uniform in 0 .. bound-1; bound >= 1.
uint32_t ww_random_below(ww_random *r, uint32_t bound);
// Uniform in [0, 1).
double ww_random_unit(ww_random *r);
// Standard normal (Box-Muller).
double ww_random_normal(ww_random *r);

#endif
