// SPDX-License-Identifier: MIT
#include "api/sized.h"
#include "library/settings.h"
#include "models/loaded.h"
#include "models/pinned.h"

#include <string.h>

// What the faces of the library were made in. One without an embedder was never scanned into.
static ww_status find_precision(ww_library *library, ww_precision *precision, ww_error *err)
{
    char word[WW_SETTING_TEXT_MAX];
    *precision = WW_PRECISION_INT8;
    if (!library)
        return WW_OK;
    ww_status status = ww_setting_text(library, WW_SETTING_EMBEDDER, word, err);
    if (status != WW_OK || !*word)
        return status;
    status = ww_setting_text(library, WW_SETTING_PRECISION, word, err);
    if (strcmp(word, WW_PRECISION_WORD_INT8) != 0)
        *precision = WW_PRECISION_FLOAT32;
    return status;
}

// Where both models are named there is nothing to choose: what one names oneself stays in float32.
static bool is_open(const ww_model_options *o)
{
    return o->precision == WW_PRECISION_DEFAULT && !(o->detector && o->embedder);
}

ww_status ww_library_models_open(ww_library *library, const ww_model_options *options, ww_models **models,
                                 ww_error *err)
{
    ww_model_options full = WW_MODEL_OPTIONS_INIT;
    ww_status status = WW_CHECK_SIZED(options, ww_model_options, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, options, sizeof full);
    if (is_open(&full))
        status = find_precision(library, &full.precision, err);
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

ww_precision ww_models_precision(const ww_models *models)
{
    return models->int8 ? WW_PRECISION_INT8 : WW_PRECISION_FLOAT32;
}

const char *ww_models_embedder_name(const ww_models *models) { return models->embedder_spec.name; }
