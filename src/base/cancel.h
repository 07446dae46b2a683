// SPDX-License-Identifier: MIT
// How long work hears that it is no longer wanted.
#ifndef WW_BASE_CANCEL_H
#define WW_BASE_CANCEL_H
#include <stdbool.h>
#include <stddef.h>

// Asked often, from any thread; true ends the work with WW_ERR_CANCELLED.
typedef struct ww_cancel {
    bool (*asked)(void *user); // NULL: never
    void *user;
} ww_cancel;

// `cancel` may be NULL.
static inline bool ww_is_cancelled(const ww_cancel *cancel)
{
    return cancel && cancel->asked && cancel->asked(cancel->user);
}

#endif
