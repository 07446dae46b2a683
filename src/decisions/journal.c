// SPDX-License-Identifier: MIT
#include "decisions/journal.h"
#include "base/buffer.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const kind_name[] = {
    [WW_DECISION_NAME] = "name",     [WW_DECISION_MERGE] = "merge",   [WW_DECISION_SPLIT] = "split",
    [WW_DECISION_REJECT] = "reject", [WW_DECISION_SAME] = "same",     [WW_DECISION_DIFFERENT] = "different",
    [WW_DECISION_IGNORE] = "ignore", [WW_DECISION_NOBODY] = "nobody", [WW_DECISION_UNDO] = "undo",
    [WW_DECISION_REDO] = "redo",     [WW_DECISION_BOX] = "box",       [WW_DECISION_ADD] = "add",
    [WW_DECISION_COVER] = "cover",
};
enum { KINDS = sizeof kind_name / sizeof *kind_name };
#define SPLIT_ONCE "part" // what older libraries call a split

const char *ww_decision_kind_name(ww_decision_kind kind) { return kind_name[kind]; }

ww_operand *ww_entry_add_operand(ww_entry *entry)
{
    ww_vector_add(&entry->operand, ((ww_operand){0}));
    return &entry->operand.item[entry->operand.count - 1];
}

void ww_operand_add_identity(ww_operand *operand, int64_t identity)
{
    operand->starved = operand->starved || !ww_vector_push(&operand->identity, identity);
}

void ww_operand_add_face(ww_operand *operand, const ww_face_key *face)
{
    operand->starved = operand->starved || !ww_vector_push(&operand->face, *face);
}

static bool is_starved(const ww_entry *entry)
{
    for (size_t i = 0; i < entry->operand.count; i++)
        if (entry->operand.item[i].starved)
            return true;
    return false;
}

void ww_entry_free(ww_entry *entry)
{
    for (size_t i = 0; i < entry->operand.count; i++) {
        ww_vector_free(&entry->operand.item[i].identity);
        ww_vector_free(&entry->operand.item[i].face);
    }
    ww_vector_free(&entry->operand);
    free(entry->text);
    free(entry->words);
    *entry = (ww_entry){0};
}

void ww_journal_free(ww_journal *journal)
{
    for (size_t i = 0; i < journal->entry.count; i++)
        ww_entry_free(&journal->entry.item[i]);
    ww_vector_free(&journal->entry);
}

// KINDS: there is none of this name.
static int kind_named(const char *name)
{
    if (strcmp(name, SPLIT_ONCE) == 0)
        return WW_DECISION_SPLIT;
    int kind = 0;
    while (kind < KINDS && strcmp(kind_name[kind], name) != 0)
        kind++;
    return kind;
}

static ww_status on_decision(void *user, const ww_journal_row *row, ww_error *err)
{
    ww_journal *journal = user;
    const int kind = kind_named(row->kind);
    if (kind == KINDS)
        return ww_fail(err, WW_ERR_STORE,
                       "entry %lld of the journal is a '%.32s', which this whoswho does not know; update it",
                       (long long)row->seq, row->kind);
    ww_entry entry = {.seq = row->seq,
                      .batch = row->batch,
                      .time_s = row->time_s,
                      .kind = (ww_decision_kind)kind,
                      .text = row->text ? ww_try_strdup(row->text) : NULL,
                      .words = ww_try_strdup(row->words)};
    bool kept = entry.words && (entry.text || !row->text);
    ww_status status = kept ? ww_operands_decode(row->operands, row->operands_bytes, &entry, err) : WW_OK;
    kept = kept && status == WW_OK && ww_vector_push(&journal->entry, entry);
    if (!kept)
        ww_entry_free(&entry);
    return status == WW_OK && !kept ? ww_fail_memory(err, "the library's journal") : status;
}

static int by_value(const void *a, const void *b)
{
    int64_t p = *(const int64_t *)a, q = *(const int64_t *)b;
    return (p > q) - (p < q);
}

// Batches are put on `done` in rising order and come back from `taken_back` in that order, so `done` is always sorted.
static bool mark_undone(ww_journal *journal)
{
    WW_VECTOR(int64_t) done = {0}, taken_back = {0};
    bool kept = true;
    for (size_t i = 0; i < journal->entry.count && kept; i++) {
        const ww_entry *e = &journal->entry.item[i];
        if (e->kind == WW_DECISION_UNDO) {
            if (done.count)
                kept = ww_vector_push(&taken_back, done.item[--done.count]);
        } else if (e->kind == WW_DECISION_REDO) {
            if (taken_back.count)
                kept = ww_vector_push(&done, taken_back.item[--taken_back.count]);
        } else {
            taken_back.count = 0;
            if (done.count == 0 || done.item[done.count - 1] != e->batch)
                kept = ww_vector_push(&done, e->batch);
        }
    }
    for (size_t i = 0; i < journal->entry.count; i++) {
        ww_entry *e = &journal->entry.item[i];
        e->undone = e->kind != WW_DECISION_UNDO && e->kind != WW_DECISION_REDO
                    && (done.count == 0 || !bsearch(&e->batch, done.item, done.count, sizeof *done.item, by_value));
    }
    journal->undo = done.count ? done.item[done.count - 1] : 0;
    journal->redo = taken_back.count ? taken_back.item[taken_back.count - 1] : 0;
    ww_vector_free(&done);
    ww_vector_free(&taken_back);
    return kept;
}

static ww_status on_succession(void *user, uint64_t old, uint64_t hash, ww_error *err)
{
    ww_successions *list = user;
    const ww_succession one = {old, hash};
    return ww_vector_push(list, one) ? WW_OK : ww_fail_memory(err, "the library's journal");
}

ww_status ww_successions_add(ww_store *store, ww_successions *list, ww_error *err)
{
    return ww_store_successions(store, on_succession, list, err);
}

static int by_old(const void *a, const void *b)
{
    const ww_succession *p = a, *q = b;
    return (p->old > q->old) - (p->old < q->old);
}

static void follow_successions(ww_journal *journal, ww_successions *list)
{
    if (list->count)
        qsort(list->item, list->count, sizeof *list->item, by_old);
    for (size_t e = 0; list->count && e < journal->entry.count; e++) {
        for (size_t s = 0; s < journal->entry.item[e].operand.count; s++) {
            ww_operand *operand = &journal->entry.item[e].operand.item[s];
            for (size_t f = 0; f < operand->face.count; f++) {
                const ww_succession wanted = {operand->face.item[f].source, 0},
                                    *to = bsearch(&wanted, list->item, list->count, sizeof wanted, by_old);
                if (to)
                    operand->face.item[f].source = to->now;
            }
        }
    }
}

ww_status ww_journal_load(ww_store *store, ww_journal *journal, ww_error *err)
{
    ww_successions list = {0};
    *journal = (ww_journal){0};
    ww_status status = ww_store_decisions(store, on_decision, journal, err);
    if (status == WW_OK)
        status = ww_successions_add(store, &list, err);
    if (status == WW_OK)
        follow_successions(journal, &list);
    ww_vector_free(&list);
    if (status == WW_OK && !mark_undone(journal))
        status = ww_fail_memory(err, "the library's journal");
    if (status != WW_OK)
        ww_journal_free(journal);
    return status;
}

ww_status ww_journal_load_until(ww_store *store, int64_t last, ww_journal *journal, ww_error *err)
{
    ww_status status = ww_journal_load(store, journal, err);
    while (status == WW_OK && journal->entry.count && journal->entry.item[journal->entry.count - 1].seq > last)
        ww_entry_free(&journal->entry.item[--journal->entry.count]);
    if (status == WW_OK && !mark_undone(journal)) {
        status = ww_fail_memory(err, "the library's journal");
        ww_journal_free(journal);
    }
    return status;
}

bool ww_entry_discards(const ww_entry *entry)
{
    return entry->kind == WW_DECISION_ADD ? entry->undone
                                          : entry->kind == WW_DECISION_NOBODY && entry->text && !entry->undone;
}

const ww_face_key *ww_entry_added_face(const ww_entry *entry)
{
    const bool adds = entry->kind == WW_DECISION_ADD && entry->operand.count > 0;
    return adds && entry->operand.item[0].face.count == 1 ? &entry->operand.item[0].face.item[0] : NULL;
}

ww_status ww_journal_append(ww_store *store, ww_entry *entry, ww_error *err)
{
    entry->time_s = (int64_t)time(NULL);
    return ww_journal_copy(store, entry, err);
}

ww_status ww_journal_copy(ww_store *store, ww_entry *entry, ww_error *err)
{
    ww_buffer operands = {0};
    ww_operands_encode(entry, &operands);
    ww_journal_row row = {.batch = entry->batch,
                          .time_s = entry->time_s,
                          .kind = kind_name[entry->kind],
                          .text = entry->text,
                          .words = entry->words,
                          .operands = operands.data,
                          .operands_bytes = operands.bytes};
    ww_status status = is_starved(entry) ? ww_fail_memory(err, "the faces of a decision")
                                         : ww_buffer_status(&operands, "a decision", err);
    if (status == WW_OK)
        status = ww_store_add_decision(store, &row, &entry->seq, err);
    if (status == WW_OK && entry->batch == 0)
        entry->batch = entry->seq;
    ww_buffer_free(&operands);
    return status;
}
