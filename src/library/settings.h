// SPDX-License-Identifier: MIT
// The settings of a library: small typed values that one stage leaves for the next, or that hold from one sort to the
// next. All of them stand in the table of settings.c, with key, type and bounds; a value out of its bounds is an error,
// not a default.
#ifndef WW_LIBRARY_SETTINGS_H
#define WW_LIBRARY_SETTINGS_H
#include "library/library.h"

typedef enum ww_setting {
    // Of the models the faces were scanned with.
    WW_SETTING_EMBEDDER,   // text: its name
    WW_SETTING_EPS,        // number: its eps, Euclidean distance of embeddings
    WW_SETTING_SEED_SCORE, // number: the detector score that a seed face needs
    WW_SETTING_PRECISION,  // text: float32 or int8, what they computed in; absent: float32
    // Of the last scan: what larger frames were shrunk to fit, pixels; 0: they were not.
    WW_SETTING_WITHIN_WIDTH,
    WW_SETTING_WITHIN_HEIGHT,
    // Of sorting, as the user asked; absent: the default.
    WW_SETTING_METHOD,      // text
    WW_SETTING_THRESHOLD,   // number, the method's measure
    WW_SETTING_SORT_EPS,    // number
    WW_SETTING_MIN_SAMPLES, // number, whole
    WW_SETTING_MIN_QUALITY, // number, 0..1
    // What the last sort used in the end.
    WW_SETTING_USED_METHOD,      // text
    WW_SETTING_USED_THRESHOLD,   // number
    WW_SETTING_USED_MIN_QUALITY, // number
    // Of what is written.
    WW_SETTING_CSV_SAFE, // number, 0 or 1: see ww_library_set_csv_safe
    WW_SETTING_COUNT
} ww_setting;

// WW_SETTING_PRECISION's values.
#define WW_PRECISION_WORD_FLOAT32 "float32"
#define WW_PRECISION_WORD_INT8 "int8"

enum { WW_SETTING_TEXT_MAX = 64 }; // bytes, with the zero

// *value: of the setting, or `fallback` where it is absent. WW_ERR_STORE: what is stored is not a number within its
// bounds.
ww_status ww_setting_number(ww_library *library, ww_setting setting, double fallback, double *value, ww_error *err);
// The same where there is a store alone.
ww_status ww_stored_setting_number(ww_store *store, ww_setting setting, double fallback, double *value, ww_error *err);
// text: at least WW_SETTING_TEXT_MAX bytes; "" where it is absent.
ww_status ww_setting_text(ww_library *library, ww_setting setting, char *text, ww_error *err);
ww_status ww_setting_store_number(ww_library *library, ww_setting setting, double value, ww_error *err);
ww_status ww_setting_store_text(ww_library *library, ww_setting setting, const char *text, ww_error *err);
ww_status ww_setting_forget(ww_library *library, ww_setting setting, ww_error *err);

// How faces are to be sorted, complete: what the caller of ww_library_cluster leaves open is taken from the library.
typedef struct ww_sort_settings {
    char method[WW_SETTING_TEXT_MAX]; // "": chosen by size
    double threshold, eps;            // 0: estimated; the model's
    double min_quality;               // negative: the default
    int min_samples;                  // 0: the default
    bool threshold_remembered;        // threshold or eps come from the library, not from this call
} ww_sort_settings;

ww_status ww_sort_settings_load(ww_library *library, ww_sort_settings *settings, ww_error *err);
ww_status ww_sort_settings_store(ww_library *library, const ww_sort_settings *settings, ww_error *err);

#endif
