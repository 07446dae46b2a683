// SPDX-License-Identifier: MIT
#include "decisions/decide.h"
#include "library/last_sort.h"

ww_status ww_library_decide(ww_library *library, const ww_decision *decision, ww_decision_result *result, ww_error *err)
{
    return ww_decide(library, decision, result, err);
}

ww_status ww_library_part(ww_library *library, const char *who, int apply, ww_part_proposal *proposal,
                          ww_decision_result *result, ww_error *err)
{
    return ww_part_person(library, who, apply, proposal, result, err);
}

ww_status ww_library_log(ww_library *library, int (*on_entry)(void *user, const ww_log_entry *entry), void *user, ww_error *err)
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

ww_status ww_library_resort(ww_library *library, ww_cluster_result *clustered, ww_export_result *exported, ww_error *err)
{
    ww_remembered_sort last;
    ww_status status = ww_recall_sort(library, &last, err);
    if (status == WW_OK)
        status = ww_library_cluster(library, &last.options, clustered, err);
    return status == WW_OK ? ww_library_export(library, exported, err) : status;
}
