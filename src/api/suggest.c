// SPDX-License-Identifier: MIT
#include "identify/suggest.h"
#include "api/view.h"
#include "base/memory.h"
#include "library/settings.h"
#include "people/grade.h"
#include "people/threshold.h"

#include <math.h>
#include <stdlib.h>

// Pairs of persons are asked about up to so many times the threshold: beyond it one pair in hundreds is one person.
#define REACH 1.3
#define THRESHOLD_USUAL 1.14 // of a library that was sorted before thresholds were kept

struct ww_suggestions {
    ww_suggestion_list list;
};

static ww_status prepare(ww_library *library, ww_view *view, ww_suggest_input *in, ww_error *err)
{
    const ww_decided *decided = ww_view_decided(view);
    double threshold = 0, eps = 0;
    *in = (ww_suggest_input){
        .only = WW_NONE, .view = view, .cannot = decided->cannot.item, .cannot_count = decided->cannot.count};
    ww_status status = ww_view_embeddings(view, &in->embedding, &in->dim, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_USED_THRESHOLD, THRESHOLD_USUAL, &threshold, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_USED_MIN_QUALITY, WW_SEED_QUALITY_MIN, &in->seed_quality, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_EPS, WW_EPS_FALLBACK, &eps, err);
    // at least up to the model's own threshold: a stricter one that was given leaves more to ask, not less
    in->reach = fmax(threshold * REACH, eps * WW_LINKAGE_PER_EPS);
    return status;
}

static ww_status hand_over(ww_status status, ww_suggestion_list *list, ww_suggestions **suggestions)
{
    if (status != WW_OK)
        return status;
    *suggestions = ww_alloc(sizeof **suggestions);
    (*suggestions)->list = *list;
    return WW_OK;
}

ww_status ww_suggest_pairs_of(ww_library *library, ww_view *view, size_t person, size_t count,
                              ww_suggestions **suggestions, ww_error *err)
{
    ww_suggest_input in;
    ww_suggestion_list list = {0};
    *suggestions = NULL;
    ww_status status = prepare(library, view, &in, err);
    in.only = person;
    if (status == WW_OK)
        status = ww_suggest_find_pairs(&in, count, &list, err);
    return hand_over(status, &list, suggestions);
}

ww_status ww_suggest_pairs(ww_library *library, ww_view *view, size_t count, ww_suggestions **suggestions,
                           ww_error *err)
{
    return ww_suggest_pairs_of(library, view, WW_NONE, count, suggestions, err);
}

ww_status ww_suggest_persons(ww_library *library, ww_view *view, size_t face, size_t count,
                             ww_suggestions **suggestions, ww_error *err)
{
    ww_suggest_input in;
    ww_suggestion_list list = {0};
    *suggestions = NULL;
    ww_status status = prepare(library, view, &in, err);
    if (status == WW_OK)
        status = ww_suggest_find_persons(&in, face, count, &list, err);
    return hand_over(status, &list, suggestions);
}

size_t ww_suggestion_count(const ww_suggestions *s) { return s->list.count; }

const ww_suggestion *ww_get_suggestion(const ww_suggestions *s, size_t index)
{
    return index < s->list.count ? &s->list.item[index] : NULL;
}

void ww_suggestions_free(ww_suggestions *s)
{
    if (!s)
        return;
    ww_vector_free(&s->list);
    free(s);
}
