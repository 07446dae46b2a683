// SPDX-License-Identifier: MIT
// Looking at what is there: the people, the journal; and making a decision seen.
#include "job/review.h"
#include "base/memory.h"
#include "job/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define META_SORTING "sorting" // options of the last sorting, as written by ww_remember_sorting
enum { METHOD_BYTES_MAX = 32 };

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

ww_status ww_remember_sorting(ww_library *library, const ww_cluster_options *options, ww_error *err)
{
    const ww_cluster_options none = {0};
    const ww_cluster_options *o = options ? options : &none;
    char *text = ww_strf("%.17g %d %.17g %.17g %s", o->eps, o->min_samples, o->min_quality, o->threshold,
                         o->method ? o->method : "-");
    ww_status status = ww_store_set_meta(library->store, META_SORTING, text, err);
    free(text);
    return status;
}

ww_status ww_library_resort(ww_library *library, ww_cluster_result *clustered, ww_export_result *exported, ww_error *err)
{
    char *text = NULL, method[METHOD_BYTES_MAX + 1] = "";
    ww_cluster_options options = {0};
    ww_status status = ww_store_get_meta(library->store, META_SORTING, &text, err);
    if (status != WW_OK)
        return status;
    if (text && sscanf(text, "%lf %d %lf %lf %32s", &options.eps, &options.min_samples, &options.min_quality, &options.threshold,
                       method) == 5) // NOLINT(cert-err34-c)
        options.method = strcmp(method, "-") == 0 ? NULL : method;
    free(text);
    status = ww_library_cluster(library, &options, clustered, err);
    return status == WW_OK ? ww_library_export(library, exported, err) : status;
}
