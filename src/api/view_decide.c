// SPDX-License-Identifier: MIT
// Decisions over a view: the journal's entry, and who is who by it, in store and view, at the cost of what changed.
#include "api/sized.h"
#include "api/view.h"
#include "decisions/decide.h"

#include <stdlib.h>
#include <string.h>

#define CHANGES_MAX 1000 // steps that undo takes back at once; older ones show when faces are sorted again

void ww_view_forget(ww_view *v)
{
    for (size_t i = 0; i < v->change.count; i++)
        ww_vector_free(&v->change.item[i].moves);
    ww_vector_free(&v->change);
}

static ww_view_change *find_change(ww_view *v, int64_t batch)
{
    for (size_t i = v->change.count; i > 0; i--)
        if (v->change.item[i - 1].batch == batch)
            return &v->change.item[i - 1];
    return NULL;
}

// Keeps the moves, or frees them when there is no room.
static void keep_change(ww_view *v, int64_t batch, ww_moves *moves)
{
    ww_view_change *known = find_change(v, batch);
    if (known) {
        ww_vector_free(&known->moves);
        known->moves = *moves;
        return;
    }
    if (v->change.count >= CHANGES_MAX) {
        ww_vector_free(&v->change.item[0].moves);
        v->change.count--;
        memmove(v->change.item, v->change.item + 1, v->change.count * sizeof *v->change.item);
    }
    if (!ww_vector_push(&v->change, ((ww_view_change){batch, *moves})))
        ww_vector_free(moves);
}

// The batch that the last entry made, took back or did again.
static int64_t last_batch(const ww_view *v, bool *back)
{
    const ww_journal *j = &v->people.journal;
    const ww_entry *last = j->entry.count ? &j->entry.item[j->entry.count - 1] : NULL;
    *back = last && last->kind == WW_DECISION_UNDO;
    if (!last)
        return 0;
    const bool turns = last->kind == WW_DECISION_UNDO || last->kind == WW_DECISION_REDO;
    return turns && last->text ? strtoll(last->text, NULL, 10) : last->batch;
}

static ww_status bring_up_to_date(ww_view *v, ww_error *err)
{
    ww_decided before = v->people.decided;
    ww_moves moves = {0};
    bool back;
    v->people.decided = (ww_decided){0};
    ww_status status = ww_people_view_reload(&v->people, err);
    const int64_t batch = status == WW_OK ? last_batch(v, &back) : 0;
    const ww_view_change *change = status == WW_OK && back ? find_change(v, batch) : NULL;
    if (status == WW_OK)
        status = ww_people_regroup(&(ww_regroup_input){.library = v->people.library,
                                                       .faces = &v->people.catalog,
                                                       .before = &before,
                                                       .after = &v->people.decided,
                                                       .back = change ? &change->moves : NULL},
                                   &moves, err);
    if (status == WW_OK && !back)
        keep_change(v, batch, &moves);
    else
        ww_vector_free(&moves);
    ww_decided_free(&before);
    if (status == WW_OK)
        status = ww_people_view_recount(&v->people, err);
    return status == WW_OK ? ww_view_fill_people(v, err) : status;
}

ww_status ww_view_decide(ww_view *view, const ww_decision *decision, ww_decision_result *result, ww_error *err)
{
    ww_decision full = WW_DECISION_INIT;
    ww_decision_result r = WW_DECISION_RESULT_INIT;
    ww_status status = decision ? WW_CHECK_SIZED(decision, ww_decision, err)
                                : ww_fail(err, WW_ERR_ARGUMENT, "ww_view_decide was given no decision");
    if (status == WW_OK)
        status = WW_CHECK_SIZED(result, ww_decision_result, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, decision, sizeof full);
    status = ww_decide_in(&view->people, &full, &r, err);
    if (status == WW_OK)
        status = bring_up_to_date(view, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}

ww_status ww_view_split(ww_view *view, size_t person, unsigned char *side, ww_split_proposal *proposal, ww_error *err)
{
    ww_split_proposal p = WW_SPLIT_PROPOSAL_INIT;
    ww_status status = WW_CHECK_SIZED(proposal, ww_split_proposal, err);
    if (status != WW_OK)
        return status;
    if (!ww_view_get_person(view, person))
        return ww_fail(err, WW_ERR_ARGUMENT, "there is no person %zu in this view", person);
    status = ww_split_sides(&view->people, person, side, &p, err);
    ww_sized_write(proposal, &p, sizeof p);
    return status;
}
