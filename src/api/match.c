// SPDX-License-Identifier: MIT
#include "identify/match.h"
#include "base/memory.h"
#include "library/settings.h"
#include "people/grade.h"

#include <stdlib.h>

#define EPS_USUAL 0.95 // of a library in which no setting stands
// Of the threshold, which is for two templates: the mean of many faces is nearer to strangers. Of the 60 people of
// lfw_dev with one photo held out each, 59 are recognised at 1 and at 0.98, of 200 strangers 6 and 1.
#define MATCH_SHARE 0.98

struct ww_matches {
    ww_match_list list;
};

static ww_status prepare(ww_library *library, ww_view *view, ww_match_input *in, ww_error *err)
{
    double eps = 0;
    ww_status status = ww_view_embeddings(view, &in->embedding, &in->dim, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_EPS, EPS_USUAL, &eps, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_USED_THRESHOLD, eps, &in->threshold, err);
    if (status == WW_OK)
        status = ww_setting_number(library, WW_SETTING_USED_MIN_QUALITY, WW_SEED_QUALITY_MIN, &in->seed_quality, err);
    in->threshold *= MATCH_SHARE;
    return status;
}

ww_status ww_match_persons(ww_library *library, ww_view *view, const ww_models *models, const float *embedding,
                           size_t dim, size_t count, ww_matches **matches, ww_error *err)
{
    ww_match_input in = {.view = view, .asked = embedding};
    ww_match_list list = {0};
    *matches = NULL;
    ww_status status = models ? ww_check_same_embedder(library, models, err) : WW_OK;
    if (status == WW_OK)
        status = prepare(library, view, &in, err);
    if (status == WW_OK && ww_view_face_count(view) > 0 && in.dim != dim)
        status = ww_fail(err, WW_ERR_ARGUMENT, "an embedding of %zu values cannot be compared with those of %zu here",
                         dim, in.dim);
    if (status == WW_OK && ww_view_face_count(view) > 0)
        status = ww_match_find(&in, count, &list, err);
    if (status != WW_OK)
        return status;
    *matches = ww_alloc(sizeof **matches);
    (*matches)->list = list;
    return WW_OK;
}

size_t ww_match_count(const ww_matches *m) { return m->list.count; }

const ww_match *ww_get_match(const ww_matches *m, size_t index)
{
    return index < m->list.count ? &m->list.item[index] : NULL;
}

void ww_matches_free(ww_matches *m)
{
    if (!m)
        return;
    ww_vector_free(&m->list);
    free(m);
}
