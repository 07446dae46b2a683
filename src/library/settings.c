// SPDX-License-Identifier: MIT
#include "library/settings.h"
#include "base/memory.h"
#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DISTANCE_MAX 100.0 // dlib's embeddings are not of unit length
#define WITHIN_MAX_PX 65536
#define LEGACY_SORT "sorting" // version 0.1: all of the sort's settings in one line

typedef enum value_type { NUMBER, TEXT } value_type;

static const struct {
    const char *key;
    value_type type;
    double least, most;
} table[WW_SETTING_COUNT] = {
    [WW_SETTING_EMBEDDER] = {"embedder", TEXT, 0, 0},
    [WW_SETTING_EPS] = {"embedder.eps", NUMBER, 0, DISTANCE_MAX},
    [WW_SETTING_SEED_SCORE] = {"detector.sure", NUMBER, 0, 1e6},
    [WW_SETTING_PRECISION] = {"models.precision", TEXT, 0, 0},
    [WW_SETTING_WITHIN_WIDTH] = {"scan.within_width", NUMBER, 0, WITHIN_MAX_PX},
    [WW_SETTING_WITHIN_HEIGHT] = {"scan.within_height", NUMBER, 0, WITHIN_MAX_PX},
    [WW_SETTING_METHOD] = {"sort.method", TEXT, 0, 0},
    [WW_SETTING_THRESHOLD] = {"sort.threshold", NUMBER, 0, DISTANCE_MAX},
    [WW_SETTING_SORT_EPS] = {"sort.eps", NUMBER, 0, DISTANCE_MAX},
    [WW_SETTING_MIN_SAMPLES] = {"sort.min_samples", NUMBER, 0, 1e6},
    [WW_SETTING_MIN_QUALITY] = {"sort.min_quality", NUMBER, 0, 1},
    [WW_SETTING_USED_METHOD] = {"used.method", TEXT, 0, 0},
    [WW_SETTING_USED_THRESHOLD] = {"used.threshold", NUMBER, 0, DISTANCE_MAX},
    [WW_SETTING_USED_MIN_QUALITY] = {"used.min_quality", NUMBER, 0, 1},
    [WW_SETTING_CSV_SAFE] = {"export.csv_safe", NUMBER, 0, 1},
};

// dir: NULL where it is not known.
static ww_status damaged(const char *dir, ww_setting setting, const char *text, ww_error *err)
{
    return ww_fail(
        err, WW_ERR_STORE,
        "the library%s%s%s has the setting %s = '%.40s', which it cannot have; %s again with that option given",
        dir ? " in '" : "", dir ? dir : "", dir ? "'" : "", table[setting].key, text,
        setting < WW_SETTING_METHOD ? "scan" : "sort");
}

static ww_status read_number(ww_store *store, const char *dir, ww_setting setting, double fallback, double *value,
                             ww_error *err)
{
    char *text = NULL;
    *value = fallback;
    ww_status status = ww_store_get_meta(store, table[setting].key, &text, err);
    if (text
        && !(ww_number_read_stored(text, value) && *value >= table[setting].least && *value <= table[setting].most))
        status = damaged(dir, setting, text, err);
    free(text);
    return status;
}

ww_status ww_setting_number(ww_library *library, ww_setting setting, double fallback, double *value, ww_error *err)
{
    return read_number(library->store, library->dir, setting, fallback, value, err);
}

ww_status ww_stored_setting_number(ww_store *store, ww_setting setting, double fallback, double *value, ww_error *err)
{
    return read_number(store, NULL, setting, fallback, value, err);
}

ww_status ww_setting_text(ww_library *library, ww_setting setting, char *text, ww_error *err)
{
    char *stored = NULL;
    *text = 0;
    ww_status status = ww_store_get_meta(library->store, table[setting].key, &stored, err);
    if (stored && strlen(stored) >= WW_SETTING_TEXT_MAX)
        status = damaged(library->dir, setting, stored, err);
    else if (stored)
        strcpy(text, stored);
    free(stored);
    return status;
}

ww_status ww_setting_store_number(ww_library *library, ww_setting setting, double value, ww_error *err)
{
    char text[32];
    ww_format(text, sizeof text, "%.17g", value);
    return ww_store_set_meta(library->store, table[setting].key, text, err);
}

ww_status ww_setting_store_text(ww_library *library, ww_setting setting, const char *text, ww_error *err)
{
    return ww_store_set_meta(library->store, table[setting].key, text, err);
}

ww_status ww_setting_forget(ww_library *library, ww_setting setting, ww_error *err)
{
    return ww_store_set_meta(library->store, table[setting].key, NULL, err);
}

// --- of sorting

// "EPS MIN_SAMPLES MIN_QUALITY THRESHOLD METHOD", 0 and "-" for what was not given. What cannot be read is taken for
// not given.
static void read_legacy(char *text, ww_sort_settings *s)
{
    double number[4] = {0};
    char *rest = NULL, *word = strtok_r(text, " ", &rest);
    for (int i = 0; i < 4 && word; i++, word = strtok_r(NULL, " ", &rest))
        if (!ww_number_read_stored(word, &number[i]) || !(number[i] >= 0 && number[i] <= 1e6))
            return;
    if (!word)
        return;
    s->eps = number[0];
    s->min_samples = (int)number[1];
    s->min_quality = number[2] > 0 ? number[2] : -1;
    s->threshold = number[3];
    if (strcmp(word, "-") != 0)
        snprintf(s->method, sizeof s->method, "%s", word);
}

ww_status ww_sort_settings_load(ww_library *library, ww_sort_settings *s, ww_error *err)
{
    char *legacy = NULL;
    double min_samples = 0;
    *s = (ww_sort_settings){.min_quality = -1};
    ww_status status = ww_store_get_meta(library->store, LEGACY_SORT, &legacy, err);
    if (legacy)
        read_legacy(legacy, s);
    free(legacy);
    if (status == WW_OK && !*s->method)
        status = ww_setting_text(library, WW_SETTING_METHOD, s->method, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_THRESHOLD, s->threshold, &s->threshold, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_SORT_EPS, s->eps, &s->eps, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_MIN_SAMPLES, s->min_samples, &min_samples, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_MIN_QUALITY, s->min_quality, &s->min_quality, err);
    s->min_samples = (int)min_samples;
    s->threshold_remembered = s->threshold > 0 || s->eps > 0;
    return status;
}

static ww_status store_or_forget(ww_library *library, ww_setting setting, double value, bool given, ww_error *err)
{
    return given ? ww_setting_store_number(library, setting, value, err) : ww_setting_forget(library, setting, err);
}

ww_status ww_sort_settings_store(ww_library *library, const ww_sort_settings *s, ww_error *err)
{
    ww_status status = ww_store_set_meta(library->store, LEGACY_SORT, NULL, err);
    if (status == WW_OK)
        status = ww_setting_store_text(library, WW_SETTING_METHOD, *s->method ? s->method : NULL, err);
    if (status == WW_OK)
        status = store_or_forget(library, WW_SETTING_THRESHOLD, s->threshold, s->threshold > 0, err);
    if (status == WW_OK)
        status = store_or_forget(library, WW_SETTING_SORT_EPS, s->eps, s->eps > 0, err);
    if (status == WW_OK)
        status = store_or_forget(library, WW_SETTING_MIN_SAMPLES, s->min_samples, s->min_samples > 0, err);
    if (status == WW_OK)
        status = store_or_forget(library, WW_SETTING_MIN_QUALITY, s->min_quality, s->min_quality >= 0, err);
    return status;
}
