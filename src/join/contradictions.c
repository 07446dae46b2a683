// SPDX-License-Identifier: MIT
// A contradiction is a decision that held in its own library and does not hold in the new one.
#include "base/memory.h"
#include "base/search.h"
#include "decisions/decisions.h"
#include "join/join.h"

#include <stdlib.h>
#include <time.h>

static bool any_decision(const ww_join *j)
{
    for (size_t i = 0; i < j->count; i++)
        if (j->library[i].journal.entry.count)
            return true;
    return false;
}

// The faces of the new library, as decisions know them; *key is the caller's (free).
static ww_status load_keys(ww_join *j, ww_face_key **key, size_t *count, ww_error *err)
{
    ww_catalog faces;
    *key = NULL;
    *count = 0;
    ww_status status = ww_catalog_load(j->target->store, NULL, 0, &faces, err);
    if (status != WW_OK)
        return status;
    *key = ww_catalog_keys(&faces, err);
    *count = faces.face.count;
    ww_catalog_free(&faces);
    return *key ? WW_OK : WW_ERR_MEMORY;
}

static ww_status judge_library(ww_join_library *library, const ww_face_key *key, size_t count, ww_error *err)
{
    const size_t entries = library->journal.entry.count;
    ww_entry_verdict *verdict = ww_try_array(entries, sizeof *verdict);
    library->held = ww_try_array(entries, sizeof *library->held);
    ww_status status = verdict && library->held ? ww_decisions_judge(&library->journal, key, count, verdict, err)
                                                : ww_fail_memory(err, "the journal of '%s'", library->dir);
    for (size_t e = 0; e < entries && status == WW_OK; e++)
        library->held[e] = verdict[e].held;
    free(verdict);
    return status;
}

ww_status ww_join_judge_alone(ww_join *j, ww_error *err)
{
    ww_face_key *key = NULL;
    size_t count = 0;
    if (!any_decision(j))
        return WW_OK;
    ww_status status = load_keys(j, &key, &count, err);
    for (size_t i = 0; i < j->count && status == WW_OK; i++)
        status = judge_library(&j->library[i], key, count, err);
    free(key);
    return status;
}

static const ww_join_origin *origin_of(const ww_join *j, int64_t seq)
{
    size_t at;
    WW_LOWER_BOUND(at, j->origin.count, j->origin.item[at].seq < seq);
    return at < j->origin.count && j->origin.item[at].seq == seq ? &j->origin.item[at] : NULL;
}

// "'Face_0 is Anna' (2026-11-29, in 'a')"; the caller's (free).
static char *described(const ww_join *j, const ww_join_origin *origin)
{
    char day[32] = "?";
    const ww_entry *e = &j->library[origin->library].journal.entry.item[origin->entry];
    struct tm local;
    const time_t when = (time_t)e->time_s;
    if (localtime_r(&when, &local))
        strftime(day, sizeof day, "%Y-%m-%d %H:%M", &local);
    return ww_strf("\"%s\" (%s, in '%s')", e->words, day, j->library[origin->library].dir);
}

static void tell(ww_join *j, const ww_join_origin *origin, const ww_entry_verdict *verdict)
{
    const ww_join_origin *other = origin_of(j, verdict->by);
    char *lost = described(j, origin),
         *won = other && other->library != origin->library ? described(j, other) : ww_strdup("another library");
    j->result.contradictions++;
    ww_logf(j->log, WW_LOG_ERROR, "decisions contradict each other: %s does not hold, against %s", lost, won);
    free(won);
    free(lost);
}

ww_status ww_join_tell_contradictions(ww_join *j, ww_error *err)
{
    ww_journal journal = {0};
    ww_face_key *key = NULL;
    size_t count = 0;
    ww_entry_verdict *verdict = NULL;
    if (j->origin.count == 0)
        return WW_OK;
    ww_status status = ww_journal_load(j->target->store, &journal, err);
    if (status == WW_OK)
        status = load_keys(j, &key, &count, err);
    if (status == WW_OK && !(verdict = ww_try_array(journal.entry.count, sizeof *verdict)))
        status = ww_fail_memory(err, "the journal");
    if (status == WW_OK)
        status = ww_decisions_judge(&journal, key, count, verdict, err);
    for (size_t e = 0; e < journal.entry.count && status == WW_OK; e++) {
        const ww_join_origin *origin = origin_of(j, journal.entry.item[e].seq);
        if (origin && !verdict[e].held && j->library[origin->library].held[origin->entry])
            tell(j, origin, &verdict[e]);
    }
    free(verdict);
    free(key);
    ww_journal_free(&journal);
    return status;
}
