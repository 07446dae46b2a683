// SPDX-License-Identifier: MIT
// The models that can be had by name: which files they are, exactly, and where in the user's data folder they lie.
// Nothing here reaches for the network; ww_pinned_model_get in the public header does.
#ifndef WW_MODELS_PINNED_H
#define WW_MODELS_PINNED_H
#include "base/error.h"
#include "fetch/digest.h"

typedef struct ww_pin {
    ww_pinned_model shown; // its path and `here` are not filled in
    ww_digest digest;
} ww_pin;

// The table; its end is an entry without a name.
const ww_pin *ww_pins(void);
// NULL: no model of that name.
const ww_pin *ww_pin_find(const char *name);
// Where its file is, or would be; *path is the caller's. $WHOSWHO_DATA, else $XDG_DATA_HOME/whoswho/models, else
// ~/.local/share/whoswho/models. WW_ERR_NOT_FOUND: none of these variables is set.
ww_status ww_pin_path(const ww_pin *pin, char **path, ww_error *err);

// What an option that takes a model's file means: the file of the pinned model of this name and kind, or the text
// itself as a path. *path is the caller's. WW_ERR_NOT_FOUND: a pinned model that is not here; WW_ERR_ARGUMENT: one of
// another kind.
ww_status ww_pinned_or_path(const char *text, ww_pinned_kind kind, char **path, ww_error *err);

// ww_pinned_models.
ww_status ww_pins_list(int (*on_model)(void *user, const ww_pinned_model *model), void *user, ww_error *err);

// ww_pinned_model_get.
ww_status ww_pin_fetch(const char *name, const ww_callbacks *callbacks, ww_error *err);

// ww_pinned_model_check.
ww_status ww_pin_check(const char *name, ww_error *err);

#endif
