// SPDX-License-Identifier: MIT
#include "api/cluster.h"
#include "api/sized.h"
#include "decisions/decide.h"

ww_status ww_library_decide(ww_library *library, const ww_decision *decision, ww_decision_result *result, ww_error *err)
{
    ww_decision full = WW_DECISION_INIT;
    ww_decision_result r = WW_DECISION_RESULT_INIT;
    ww_status status = decision ? WW_CHECK_SIZED(decision, ww_decision, err)
                                : ww_fail(err, WW_ERR_ARGUMENT, "ww_library_decide was given no decision");
    if (status == WW_OK)
        status = WW_CHECK_SIZED(result, ww_decision_result, err);
    if (status != WW_OK)
        return status;
    ww_sized_read(&full, decision, sizeof full);
    status = ww_decide(library, &full, &r, err);
    ww_sized_write(result, &r, sizeof r);
    return status;
}

ww_status ww_library_split(ww_library *library, const char *who, int apply, ww_split_proposal *proposal,
                           ww_decision_result *result, ww_error *err)
{
    ww_split_proposal p = WW_SPLIT_PROPOSAL_INIT;
    ww_decision_result r = WW_DECISION_RESULT_INIT;
    ww_status status = WW_CHECK_SIZED(proposal, ww_split_proposal, err);
    if (status == WW_OK)
        status = WW_CHECK_SIZED(result, ww_decision_result, err);
    if (status != WW_OK)
        return status;
    status = ww_split_person(library, who, apply, &p, &r, err);
    ww_sized_write(proposal, &p, sizeof p);
    ww_sized_write(result, &r, sizeof r);
    return status;
}

ww_status ww_library_log(ww_library *library, int (*on_entry)(void *user, const ww_log_entry *entry), void *user,
                         ww_error *err)
{
    ww_journal journal;
    ww_status status = ww_journal_load(library->store, &journal, err);
    if (status != WW_OK)
        return status;
    for (size_t i = 0; i < journal.entry.count; i++) {
        const ww_entry *e = &journal.entry.item[i];
        ww_log_entry entry = {e->seq, e->time_s, e->kind, ww_decision_kind_name(e->kind), e->words, e->undone};
        if (on_entry(user, &entry) != 0)
            break;
    }
    ww_journal_free(&journal);
    return WW_OK;
}

ww_status ww_library_resort(ww_library *library, ww_cluster_result *clustered, ww_export_result *exported,
                            ww_error *err)
{
    ww_status status = ww_sort_after_decisions(library, clustered, NULL, err);
    return status == WW_OK ? ww_library_export(library, exported, err) : status;
}
