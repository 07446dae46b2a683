// SPDX-License-Identifier: MIT
#include "base/random.h"

#include <math.h>

uint64_t ww_random_u64(ww_random *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint32_t ww_random_below(ww_random *r, uint32_t bound) { return (uint32_t)(((ww_random_u64(r) >> 32) * bound) >> 32); }

double ww_random_unit(ww_random *r) { return (double)(ww_random_u64(r) >> 11) * 0x1p-53; }

double ww_random_normal(ww_random *r)
{
    double u = 1.0 - ww_random_unit(r), v = ww_random_unit(r);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}
