// SPDX-License-Identifier: MIT
// The decisions that stand, of all journals in order of time. What was undone stays behind: undo speaks of the last
// decision, and in the new journal that may be another library's. Entries of one command stay together. A face that was
// added by hand and taken back is still in the store, so that addition comes along, and is undone at once.
#include "base/memory.h"
#include "base/search.h"
#include "join/join.h"

#include <stdlib.h>
#include <string.h>

typedef struct reading { // of a library's journal
    size_t at;
    int64_t time_s; // of the entries so far, never falling: clocks are set back
} reading;

typedef struct written { // an entry of the new journal, to know it again
    int64_t seq, time_s;
    size_t library;
    const ww_entry *entry;
} written;

typedef struct merging {
    ww_join *join;
    reading *reading;
    WW_VECTOR(written) written;
} merging;

static bool stands(const ww_entry *e)
{
    return (!e->undone || e->kind == WW_DECISION_ADD) && e->kind != WW_DECISION_UNDO && e->kind != WW_DECISION_REDO
           && e->operand.count > 0;
}

// The next entry of the library that stands, NULL: there is none.
static ww_entry *head(merging *m, size_t library)
{
    ww_journal *journal = &m->join->library[library].journal;
    reading *r = &m->reading[library];
    while (r->at < journal->entry.count && !stands(&journal->entry.item[r->at]))
        r->at++;
    ww_entry *e = r->at < journal->entry.count ? &journal->entry.item[r->at] : NULL;
    if (e && e->time_s > r->time_s)
        r->time_s = e->time_s;
    return e;
}

static int compare_texts(const char *a, const char *b) { return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL); }

static int compare_keys(const ww_face_key *a, const ww_face_key *b)
{
    const float p[] = {a->x, a->y, a->width, a->height}, q[] = {b->x, b->y, b->width, b->height};
    int order = a->source == b->source ? ww_join_compare(a->time_us, b->time_us) : a->source < b->source ? -1 : 1;
    for (size_t i = 0; i < sizeof p / sizeof *p && order == 0; i++)
        order = (p[i] > q[i]) - (p[i] < q[i]);
    return order;
}

static int compare_operands(const ww_operand *p, const ww_operand *q)
{
    int order = ww_join_compare((int64_t)p->face.count, (int64_t)q->face.count);
    for (size_t f = 0; f < p->face.count && order == 0; f++)
        order = compare_keys(&p->face.item[f], &q->face.item[f]);
    if (order == 0)
        order = ww_join_compare((int64_t)p->identity.count, (int64_t)q->identity.count);
    for (size_t i = 0; i < p->identity.count && order == 0; i++)
        order = ww_join_compare(p->identity.item[i], q->identity.item[i]);
    return order;
}

// By what they say, so that the order does not depend on whose it is.
static int compare_entries(const ww_entry *a, const ww_entry *b)
{
    int order = ww_join_compare((int64_t)a->kind, (int64_t)b->kind);
    if (order == 0)
        order = compare_texts(a->text, b->text);
    if (order == 0)
        order = ww_join_compare((int64_t)a->operand.count, (int64_t)b->operand.count);
    for (size_t s = 0; s < a->operand.count && order == 0; s++)
        order = compare_operands(&a->operand.item[s], &b->operand.item[s]);
    return order;
}

// The library whose next entry comes first; join->count: there is none.
static size_t next_library(merging *m)
{
    size_t first = m->join->count;
    for (size_t i = 0; i < m->join->count; i++) {
        const ww_entry *e = head(m, i);
        if (!e)
            continue;
        int order = first == m->join->count ? -1 : ww_join_compare(m->reading[i].time_s, m->reading[first].time_s);
        if (order == 0) {
            order = compare_entries(e, head(m, first));
            order = order ? order : strcmp(e->words, head(m, first)->words);
        }
        if (order < 0)
            first = i;
    }
    return first;
}

static int64_t seq_now(const ww_join_library *library, int64_t old)
{
    size_t at;
    WW_LOWER_BOUND(at, library->seq.count, library->seq.item[at].old < old);
    return at < library->seq.count && library->seq.item[at].old == old ? library->seq.item[at].now : 0;
}

// The identities an entry names are made by other entries here.
static void rename_identities(const ww_join_library *library, ww_entry *e)
{
    for (size_t s = 0; s < e->operand.count; s++) {
        ww_operand *o = &e->operand.item[s];
        size_t count = 0;
        for (size_t i = 0; i < o->identity.count; i++) {
            const int64_t id = o->identity.item[i];
            const int64_t seq = seq_now(library, id / (WW_OPERANDS_MAX + 1));
            if (seq)
                o->identity.item[count++] = WW_IDENTITY_ID(seq, id % (WW_OPERANDS_MAX + 1));
        }
        o->identity.count = count;
    }
}

// The same decision in a library that was copied, or joined before: 0: there is none.
static int64_t find_again(const merging *m, size_t library, const ww_entry *e)
{
    for (size_t i = m->written.count; i-- > 0 && m->written.item[i].time_s >= e->time_s;)
        if (m->written.item[i].library != library && m->written.item[i].entry->time_s == e->time_s
            && compare_entries(m->written.item[i].entry, e) == 0)
            return m->written.item[i].seq;
    return 0;
}

static ww_status take_back(const merging *m, const ww_entry *e, ww_error *err)
{
    ww_entry undo = {.time_s = e->time_s, .kind = WW_DECISION_UNDO, .words = ww_strf("taken back: %s", e->words)};
    undo.text = ww_strf("%lld", (long long)e->batch);
    ww_status status = ww_journal_copy(m->join->target->store, &undo, err);
    ww_entry_free(&undo);
    return status;
}

static ww_status write_entry(merging *m, size_t number, size_t entry, int64_t *batch, ww_error *err)
{
    ww_join_library *library = &m->join->library[number];
    ww_entry *e = &library->journal.entry.item[entry];
    const int64_t old = e->seq;
    ww_status status = WW_OK;
    rename_identities(library, e);
    int64_t now = find_again(m, number, e);
    if (!now) {
        e->batch = e->undone ? 0 : *batch;
        status = ww_journal_copy(m->join->target->store, e, err);
        now = e->seq;
        *batch = e->undone ? *batch : e->batch;
        if (status == WW_OK && e->undone)
            status = take_back(m, e, err);
        const written w = {now, m->reading[number].time_s, number, e};
        const ww_join_origin origin = {now, number, entry};
        if (status == WW_OK && !(ww_vector_push(&m->written, w) && ww_vector_push(&m->join->origin, origin)))
            status = ww_fail_memory(err, "the journals of the libraries");
        m->join->result.decisions += !e->undone;
    }
    const ww_join_seq seq = {old, now};
    if (status == WW_OK && !ww_vector_push(&library->seq, seq))
        status = ww_fail_memory(err, "the journals of the libraries");
    return status;
}

// All entries of the command whose first is at hand.
static ww_status write_batch(merging *m, size_t library, ww_error *err)
{
    ww_status status = WW_OK;
    const int64_t batch = head(m, library)->batch;
    int64_t now = 0;
    for (const ww_entry *e = head(m, library); e && e->batch == batch && status == WW_OK; e = head(m, library))
        status = write_entry(m, library, m->reading[library].at++, &now, err);
    return status;
}

static ww_status merge_journals(ww_join *j, ww_error *err)
{
    merging m = {.join = j, .reading = ww_try_array(j->count, sizeof *m.reading)};
    ww_status status = m.reading ? WW_OK : ww_fail_memory(err, "the journals of the libraries");
    for (size_t next; status == WW_OK && (next = next_library(&m)) < j->count;)
        status = write_batch(&m, next, err);
    ww_vector_free(&m.written);
    free(m.reading);
    return status;
}

// --- what else is remembered -----------------------------------------------------------------------------------------

static int by_old(const void *a, const void *b)
{
    const ww_succession *p = a, *q = b;
    if (p->old != q->old)
        return p->old < q->old ? -1 : 1;
    return (p->now > q->now) - (p->now < q->now);
}

static ww_status take_memories(ww_join *j, ww_error *err)
{
    ww_successions list = {0};
    ww_status status = WW_OK;
    for (size_t i = 0; i < j->count && status == WW_OK; i++) {
        status = ww_join_open(j, i, err);
        if (status == WW_OK)
            status = ww_store_copy_known_pictures(j->target->store, j->library[i].open->store, err);
        if (status == WW_OK)
            status = ww_successions_add(j->library[i].open->store, &list, err);
    }
    if (list.count)
        qsort(list.item, list.count, sizeof *list.item, by_old);
    for (size_t i = 0; i < list.count && status == WW_OK; i++)
        status = ww_store_succeed(j->target->store, list.item[i].old, list.item[i].now, err);
    ww_vector_free(&list);
    return status;
}

ww_status ww_join_journals(ww_join *j, ww_error *err)
{
    ww_status status = ww_store_begin(j->target->store, err);
    if (status != WW_OK)
        return status;
    status = merge_journals(j, err);
    if (status == WW_OK)
        status = take_memories(j, err);
    return ww_store_end(j->target->store, status, err);
}
