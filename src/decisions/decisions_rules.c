// SPDX-License-Identifier: MIT
#include "decisions/decisions_rules.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/search.h"
#include "library/names.h"

#include <stdlib.h>
#include <string.h>

static ww_status begin(ww_rules *r, size_t nodes, ww_error *err)
{
    *r = (ww_rules){0};
    r->identity_of = ww_alloc_array(nodes, sizeof *r->identity_of, SIZE_MAX);
    r->nobody = ww_alloc_array0(nodes, sizeof *r->nobody, SIZE_MAX);
    r->discarded = ww_alloc_array0(nodes, sizeof *r->discarded, SIZE_MAX);
    r->absent = ww_alloc_array0(nodes, sizeof *r->absent, SIZE_MAX);
    r->was_rejected = ww_alloc_array0(nodes, sizeof *r->was_rejected, SIZE_MAX);
    r->entry = ww_alloc_array0(nodes, sizeof *r->entry, SIZE_MAX);
    if (!r->identity_of || !r->nobody || !r->discarded || !r->absent || !r->was_rejected || !r->entry)
        return ww_fail_memory(err, "what was decided about %zu faces", nodes);
    for (size_t i = 0; i < nodes; i++)
        r->identity_of[i] = -1;
    return WW_OK;
}

void ww_rules_end(ww_rules *r)
{
    free(r->identity_of);
    free(r->nobody);
    free(r->discarded);
    free(r->absent);
    free(r->was_rejected);
    free(r->entry);
    ww_vector_free(&r->identity);
    ww_vector_free(&r->apart);
    ww_vector_free(&r->rejected);
    ww_vector_free(&r->box);
    ww_vector_free(&r->cover);
    *r = (ww_rules){0};
}

int32_t ww_rules_root(const ww_rules *r, int32_t identity)
{
    while (r->identity.item[identity].into != identity)
        identity = r->identity.item[identity].into;
    return identity;
}

int32_t ww_rules_identity_of(const ww_rules *r, uint32_t node)
{
    return r->identity_of[node] < 0 ? -1 : ww_rules_root(r, r->identity_of[node]);
}

static void merge(ww_rules *r, int32_t into, int32_t other)
{
    ww_rules_identity *a = &r->identity.item[into], *b = &r->identity.item[other];
    if (into == other)
        return;
    b->into = into;
    a->ignored = a->ignored && b->ignored;
    if (!a->name)
        a->name = b->name;
}

static void allow(ww_rules *r, uint32_t node, int32_t identity)
{
    for (size_t i = 0; r->was_rejected[node] && i < r->rejected.count; i++)
        if (r->rejected.item[i].node == node && ww_rules_root(r, r->rejected.item[i].identity) == identity)
            r->rejected.item[i].over = true;
}

static void put(ww_rules *r, uint32_t node, int32_t identity, int64_t entry)
{
    r->identity_of[node] = identity;
    r->nobody[node] = r->discarded[node] = r->absent[node] = false;
    r->entry[node] = entry;
    allow(r, node, identity);
}

// Identities are made in the order of their ids.
int32_t ww_rules_find(const ww_rules *r, int64_t id)
{
    size_t at;
    WW_LOWER_BOUND(at, r->identity.count, r->identity.item[at].id < id);
    return at < r->identity.count && r->identity.item[at].id == id ? (int32_t)at : -1;
}

// The identity that an operand is: the first it names with the others merged into it, or a new one; with its faces put
// there. -1: no memory for a new one, and r->starved is set.
static int32_t settle(ww_rules *r, const ww_entry *entry, size_t operand, const uint32_t *node)
{
    const ww_operand *s = &entry->operand.item[operand];
    int32_t identity = -1;
    for (size_t i = 0; i < s->identity.count; i++) {
        int32_t named = ww_rules_find(r, s->identity.item[i]);
        if (named < 0)
            continue;
        if (identity < 0)
            identity = ww_rules_root(r, named);
        else
            merge(r, identity, ww_rules_root(r, named));
    }
    if (identity < 0) {
        ww_rules_identity fresh = {.id = WW_IDENTITY_ID(entry->seq, (int64_t)operand),
                                   .into = (int32_t)r->identity.count};
        identity = fresh.into;
        if (!ww_vector_push(&r->identity, fresh)) {
            r->starved = true;
            return -1;
        }
    }
    for (size_t i = 0; i < s->face.count; i++)
        put(r, node[i], identity, entry->seq);
    return identity;
}

static void name(ww_rules *r, int32_t identity, const char *text)
{
    ww_rules_identity *i = &r->identity.item[identity];
    i->name = text;
    i->ignored = i->ignored && !text;
    for (int32_t k = 0; text && k < (int32_t)r->identity.count; k++) {
        const ww_rules_identity *other = &r->identity.item[k];
        if (k != identity && other->into == k && ww_name_same(other->name, text))
            merge(r, identity, k);
    }
}

static void keep_apart(ww_rules *r, int32_t a, int32_t b, int64_t entry)
{
    ww_apart apart = {a, b, entry};
    r->starved = r->starved || !ww_vector_push(&r->apart, apart);
}

static void reject(ww_rules *r, const ww_entry *entry, const uint32_t *node, int32_t from)
{
    for (size_t i = 0; i < entry->operand.item[0].face.count && !r->starved; i++) {
        if (ww_rules_identity_of(r, node[i]) == from)
            r->identity_of[node[i]] = -1;
        ww_rejected rejected = {node[i], from, entry->seq, false};
        r->starved = !ww_vector_push(&r->rejected, rejected);
        r->was_rejected[node[i]] = true;
        r->entry[node[i]] = entry->seq;
    }
}

static void unsort(ww_rules *r, const ww_entry *entry, const uint32_t *node)
{
    for (size_t i = 0; i < entry->operand.item[0].face.count; i++) {
        r->identity_of[node[i]] = -1;
        r->nobody[node[i]] = true;
        r->discarded[node[i]] = entry->text != NULL;
        r->absent[node[i]] = entry->text && strcmp(entry->text, WW_NOT_A_FACE) == 0;
        r->entry[node[i]] = entry->seq;
    }
}

static void join(ww_rules *r, const ww_entry *entry, const uint32_t *node, int32_t first)
{
    node += entry->operand.item[0].face.count;
    for (size_t s = 1; s < entry->operand.count && !r->starved; node += entry->operand.item[s++].face.count) {
        int32_t other = settle(r, entry, s, node);
        if (other >= 0)
            merge(r, first, other);
    }
    if (entry->text)
        name(r, first, entry->text);
}

static void act_on_person(ww_rules *r, const ww_entry *entry, const uint32_t *node, const uint32_t *second)
{
    int32_t first = settle(r, entry, 0, node);
    if (first < 0)
        return;
    switch (entry->kind) {
    case WW_DECISION_NAME: name(r, first, entry->text); break;
    case WW_DECISION_IGNORE: r->identity.item[first].ignored = true; break;
    case WW_DECISION_SPLIT:
    case WW_DECISION_DIFFERENT: keep_apart(r, first, settle(r, entry, 1, second), entry->seq); break;
    default: join(r, entry, node, first); break;
    }
}

static ww_status not_whole(const ww_entry *entry, ww_error *err)
{
    return ww_fail(err, WW_ERR_STORE,
                   "the library is damaged: entry %lld of its journal is not whole; restore a copy of whoswho.db",
                   (long long)entry->seq);
}

bool ww_read_box(const char *text, ww_box *box)
{
    double value[4];
    for (int i = 0; i < 4; i++) {
        char *end;
        value[i] = ww_number_parse(text, &end);
        if (end == text || !(value[i] >= -WW_BOX_LARGEST_PX && value[i] <= WW_BOX_LARGEST_PX))
            return false;
        text = end;
    }
    *box = (ww_box){value[0], value[1], value[2], value[3]};
    return *text == 0 && value[2] > 0 && value[3] > 0;
}

static ww_status correct_box(ww_rules *r, const ww_entry *entry, const uint32_t *node, ww_error *err)
{
    ww_rules_box corrected = {0};
    if (entry->operand.item[0].face.count != 1 || !entry->text || !ww_read_box(entry->text, &corrected.box))
        return not_whole(entry, err);
    corrected.node = node[0];
    r->starved = !ww_vector_push(&r->box, corrected);
    return r->starved ? ww_fail_memory(err, "what was decided") : WW_OK;
}

static ww_status choose_cover(ww_rules *r, const ww_entry *entry, const uint32_t *node, ww_error *err)
{
    if (entry->operand.item[0].face.count != 1)
        return not_whole(entry, err);
    r->starved = !ww_vector_push(&r->cover, node[0]);
    return r->starved ? ww_fail_memory(err, "what was decided") : WW_OK;
}

// Operands that an entry of the kind has at least.
static size_t operands_of(ww_decision_kind kind)
{
    switch (kind) {
    case WW_DECISION_MERGE:
    case WW_DECISION_SPLIT:
    case WW_DECISION_REJECT:
    case WW_DECISION_SAME:
    case WW_DECISION_DIFFERENT: return 2;
    default: return 1;
    }
}

// `node`: the nodes of the entry's faces, side by side.
static ww_status act(ww_rules *r, const ww_entry *entry, const uint32_t *node, ww_error *err)
{
    if (entry->operand.count < operands_of(entry->kind))
        return not_whole(entry, err);
    const uint32_t *second = node + entry->operand.item[0].face.count;
    switch (entry->kind) {
    case WW_DECISION_BOX: return correct_box(r, entry, node, err);
    case WW_DECISION_COVER: return choose_cover(r, entry, node, err);
    case WW_DECISION_ADD: return entry->operand.item[0].face.count == 1 ? WW_OK : not_whole(entry, err);
    case WW_DECISION_NOBODY:
        if (entry->operand.count > 1)
            settle(r, entry, 1, second);
        unsort(r, entry, node);
        break;
    case WW_DECISION_REJECT: reject(r, entry, node, settle(r, entry, 1, second)); break;
    default: act_on_person(r, entry, node, second);
    }
    return r->starved ? ww_fail_memory(err, "what was decided") : WW_OK;
}

static ww_status act_all(ww_rules *r, const ww_journal *journal, const uint32_t *node, ww_error *err)
{
    for (size_t e = 0; e < journal->entry.count; e++) {
        const ww_entry *entry = &journal->entry.item[e];
        if (entry->undone || entry->operand.count == 0)
            continue;
        ww_status status = act(r, entry, node, err);
        if (status != WW_OK)
            return status;
        for (size_t s = 0; s < entry->operand.count; s++)
            node += entry->operand.item[s].face.count;
    }
    return WW_OK;
}

ww_status ww_rules_act_out(const ww_journal *journal, const ww_face_key *faces, size_t count, ww_rules *rules,
                           ww_nodes *nodes, ww_error *err)
{
    ww_status status = ww_nodes_match(journal, faces, count, nodes, err);
    if (status == WW_OK)
        status = begin(rules, nodes->count, err);
    return status == WW_OK ? act_all(rules, journal, nodes->of_key, err) : status;
}
