// SPDX-License-Identifier: MIT
#include "api/sized.h"
#include "library/settings.h"
#include "models/loaded.h"
#include "models/pinned.h"

#include <string.h>

// The options with what they leave open as the library has it. Where both models are named there is nothing to choose.
static ww_status follow(ww_library *library, ww_model_options *o, ww_error *err)
{
    char word[WW_SETTING_TEXT_MAX];
    if (o->precision != WW_PRECISION_DEFAULT || (o->detector && o->embedder))
        return WW_OK;
    ww_status status = ww_setting_text(library, WW_SETTING_PRECISION, word, err);
    const bool int8 = strcmp(word, WW_PRECISION_WORD_INT8) == 0;
    if (status == WW_OK && !int8)
        status = ww_setting_text(library, WW_SETTING_EMBEDDER, word, err);
    if (status == WW_OK && (int8 || !*word)) // no embedder: nothing was scanned yet
        o->precision = WW_PRECISION_INT8;
    return status;
}

ww_status ww_library_models_open(ww_library *library, const ww_model_options *options, ww_models **models,
                                 ww_error *err)
{
    ww_model_options full = WW_MODEL_OPTIONS_INIT;
    ww_status status = WW_CHECK_SIZED(options, ww_model_options, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, options, sizeof full);
    status = follow(library, &full, err);
    return status == WW_OK ? ww_models_load(&full, models, err) : status;
}

ww_status ww_models_open(const ww_model_options *options, ww_models **models, ww_error *err)
{
    ww_model_options full = WW_MODEL_OPTIONS_INIT;
    ww_status status = WW_CHECK_SIZED(options, ww_model_options, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, options, sizeof full);
    return ww_models_load(&full, models, err);
}

void ww_models_close(ww_models *models) { ww_models_unload(models); }

ww_status ww_pinned_models(int (*on_model)(void *user, const ww_pinned_model *model), void *user, ww_error *err)
{
    return ww_pins_list(on_model, user, err);
}

ww_status ww_pinned_model_get(const char *name, const ww_callbacks *callbacks, ww_error *err)
{
    return ww_pin_fetch(name, callbacks, err);
}

ww_status ww_pinned_model_check(const char *name, ww_error *err) { return ww_pin_check(name, err); }

const char *ww_models_detector_name(const ww_models *models) { return models->detector_spec.name; }

const char *ww_models_embedder_name(const ww_models *models) { return models->embedder_spec.name; }
