// SPDX-License-Identifier: MIT
// Looking at what is there: the people, the journal; and making a decision seen.
#include "library/last_sort.h"
#include "decisions/roster.h"

ww_status ww_library_people(ww_library *library, int (*on_person)(void *user, const ww_person *person), void *user, ww_error *err)
{
    ww_roster roster;
    ww_status status = ww_roster_load(library, &roster, err);
    if (status != WW_OK)
        return status;
    for (size_t i = 0; i < roster.catalog.person.count; i++) {
        const ww_catalog_person *p = &roster.catalog.person.item[i];
        ww_person person = {p->number, p->name, p->folder, (int64_t)ww_roster_count(&roster, i), p->ignored};
        if (on_person(user, &person) != 0)
            break;
    }
    ww_roster_free(&roster);
    return WW_OK;
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
