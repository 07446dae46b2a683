// SPDX-License-Identifier: MIT
#ifndef WW_BASE_CLOCK_H
#define WW_BASE_CLOCK_H

// Monotonic seconds since an arbitrary moment; for measuring spans.
double ww_seconds(void);

#endif
