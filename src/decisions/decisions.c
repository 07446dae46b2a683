// SPDX-License-Identifier: MIT
// Replay: the standing entries are acted out one after the other over nodes (faces at hand and faces known but away),
// by ww_rules_*; then what holds in the end is written down as links between the faces at hand.
//
// Why the links never contradict each other: a node is in one identity at most, must-links join nodes of one identity
// only, and cannot-links are written only between nodes of two identities, or of one and of none.
#include "decisions/decisions.h"
#include "base/memory.h"
#include "decisions/decisions_match.h"
#include "decisions/decisions_rules.h"

#include <stdlib.h>
#include <string.h>

typedef struct apart { // a cannot-link before it is written: groups are identities, then single faces
    uint32_t group_a, group_b;
    ww_pair pair;
    int64_t entry;
} apart;

typedef struct links {
    const ww_rules *rules;
    ww_decided *decided;
    int32_t *number;      // identity of the rules -> its number among those at hand, -1
    uint32_t *first_face; // of each identity at hand
    WW_VECTOR(apart) apart;
} links;

static bool stands_added(const ww_journal *journal, const ww_face_key *key)
{
    for (size_t e = 0; e < journal->entry.count; e++) {
        const ww_face_key *added = ww_entry_added_face(&journal->entry.item[e]);
        if (added && !journal->entry.item[e].undone && ww_face_key_same(added, key))
            return true;
    }
    return false;
}

// A face that was added by hand stays in the store when that is taken back, and is not to be seen. Its box is what was
// drawn, so its key is that of the entry to the bit; the key of what a scan finds there is not. Whom a decision has put
// somewhere since (an import whose box is there) is a face after all.
static void take_additions_back(const ww_journal *journal, const ww_face_key *faces, size_t count, ww_rules *rules)
{
    for (size_t e = 0; e < journal->entry.count; e++) {
        const ww_face_key *added = journal->entry.item[e].undone ? ww_entry_added_face(&journal->entry.item[e]) : NULL;
        if (!added || stands_added(journal, added))
            continue;
        for (size_t i = 0; i < count; i++)
            if (ww_face_key_same(&faces[i], added) && rules->identity_of[i] < 0)
                rules->nobody[i] = rules->discarded[i] = rules->absent[i] = true;
    }
}

// Identities with a face at hand get numbers in the order of their first faces; their faces are chained.
static bool write_identities(links *l, size_t count)
{
    ww_decided *d = l->decided;
    uint32_t *last = ww_try_array(l->rules->identity.count, sizeof *last);
    bool kept = last != NULL;
    for (size_t i = 0; i < count && kept; i++) {
        int32_t root = ww_rules_identity_of(l->rules, (uint32_t)i);
        d->entry[i] = l->rules->entry[i];
        d->identity[i] = -1;
        if (l->rules->nobody[i])
            kept = ww_vector_push(&d->nobody, (uint32_t)i);
        if (l->rules->discarded[i])
            kept = ww_vector_push(&d->discarded, (uint32_t)i) && kept;
        if (l->rules->absent[i])
            kept = ww_vector_push(&d->absent, (uint32_t)i) && kept;
        if (root < 0)
            continue;
        if (l->number[root] < 0) {
            const ww_rules_identity *identity = &l->rules->identity.item[root];
            l->number[root] = (int32_t)d->identities.count;
            l->first_face[root] = (uint32_t)i;
            ww_identity written = {identity->id, identity->name ? ww_strdup(identity->name) : NULL, identity->ignored};
            if (!ww_vector_push(&d->identities, written)) {
                free(written.name);
                kept = false;
            }
        } else {
            ww_pair pair = {last[root], (uint32_t)i};
            kept = ww_vector_push(&d->must, pair) && kept;
        }
        last[root] = (uint32_t)i;
        d->identity[i] = l->number[root];
    }
    free(last);
    return kept;
}

static bool keep_apart(links *l, uint32_t group_a, uint32_t group_b, uint32_t face_a, uint32_t face_b, int64_t entry)
{
    apart a = group_a < group_b ? (apart){group_a, group_b, {face_a, face_b}, entry}
                                : (apart){group_b, group_a, {face_b, face_a}, entry};
    return ww_vector_push(&l->apart, a);
}

static bool part_identities(links *l, int32_t a, int32_t b, int64_t entry)
{
    bool parts = a != b && l->number[a] >= 0 && l->number[b] >= 0;
    return !parts || keep_apart(l, (uint32_t)a, (uint32_t)b, l->first_face[a], l->first_face[b], entry);
}

// Whoever has a name, or is ignored, is somebody known: nobody else with a name is the same.
static bool part_named(links *l)
{
    WW_VECTOR(int32_t) known = {0};
    bool kept = true;
    for (size_t i = 0; i < l->rules->identity.count && kept; i++)
        if (l->number[i] >= 0 && (l->rules->identity.item[i].name || l->rules->identity.item[i].ignored))
            kept = ww_vector_push(&known, (int32_t)i);
    for (size_t i = 0; i < known.count && kept; i++) {
        for (size_t k = i + 1; k < known.count && kept; k++) {
            const ww_rules_identity *a = &l->rules->identity.item[known.item[i]],
                                    *b = &l->rules->identity.item[known.item[k]];
            if (a->name || b->name)
                kept = part_identities(l, known.item[i], known.item[k], 0);
        }
    }
    ww_vector_free(&known);
    return kept;
}

// A rejected face is kept from the identity alone, or with the whole identity it is in now.
static bool part_rejected(links *l, size_t count)
{
    bool kept = true;
    for (size_t i = 0; i < l->rules->rejected.count && kept; i++) {
        const ww_rejected *r = &l->rules->rejected.item[i];
        int32_t from = ww_rules_root(l->rules, r->identity);
        int32_t own = ww_rules_identity_of(l->rules, r->node);
        if (r->over || l->number[from] < 0)
            continue;
        if (own >= 0)
            kept = part_identities(l, own, from, r->entry);
        else if (r->node < count && !l->rules->nobody[r->node])
            kept = keep_apart(l, (uint32_t)from, (uint32_t)l->rules->identity.count + r->node, l->first_face[from],
                              r->node, r->entry);
    }
    return kept;
}

static int by_groups(const void *a, const void *b)
{
    const apart *p = a, *q = b;
    if (p->group_a != q->group_a)
        return p->group_a < q->group_a ? -1 : 1;
    if (p->group_b != q->group_b)
        return p->group_b < q->group_b ? -1 : 1;
    return (p->entry < q->entry) - (p->entry > q->entry); // the latest word first
}

static bool write_cannot(links *l, size_t count)
{
    bool kept = true;
    for (size_t i = 0; i < l->rules->apart.count && kept; i++) {
        const ww_apart *a = &l->rules->apart.item[i];
        kept = part_identities(l, ww_rules_root(l->rules, a->a), ww_rules_root(l->rules, a->b), a->entry);
    }
    kept = kept && part_named(l) && part_rejected(l, count);
    if (l->apart.count)
        qsort(l->apart.item, l->apart.count, sizeof *l->apart.item, by_groups);
    for (size_t i = 0; i < l->apart.count && kept; i++) {
        const apart *a = &l->apart.item[i];
        if (i > 0 && a->group_a == a[-1].group_a && a->group_b == a[-1].group_b)
            continue;
        kept = ww_vector_push(&l->decided->cannot, a->pair) && ww_vector_push(&l->decided->cannot_entry, a->entry);
    }
    ww_vector_free(&l->apart);
    return kept;
}

static bool write_boxes(const ww_rules *rules, size_t count, ww_decided *d)
{
    bool kept = true;
    for (size_t i = 0; i < rules->box.count && kept; i++) {
        const ww_rules_box *b = &rules->box.item[i];
        if (b->node < count)
            kept = ww_vector_push(&d->boxes, ((ww_decided_box){b->node, b->box}));
    }
    return kept;
}

static bool write_covers(const ww_rules *rules, size_t count, ww_decided *d)
{
    bool kept = true;
    for (size_t i = 0; i < rules->cover.count && kept; i++)
        if (rules->cover.item[i] < count)
            kept = ww_vector_push(&d->covers, rules->cover.item[i]);
    return kept;
}

static ww_status write_down(const ww_rules *rules, size_t count, ww_decided *decided, ww_error *err)
{
    decided->identity = ww_alloc_array(count, sizeof *decided->identity, SIZE_MAX);
    decided->entry = ww_alloc_array(count, sizeof *decided->entry, SIZE_MAX);
    if (!decided->identity || !decided->entry)
        return ww_fail_memory(err, "what was decided about %zu faces", count);
    links l = {.rules = rules, .decided = decided};
    l.number = ww_try_array(rules->identity.count, sizeof *l.number);
    l.first_face = ww_try_array(rules->identity.count, sizeof *l.first_face);
    bool kept = l.number && l.first_face;
    for (size_t i = 0; i < rules->identity.count && kept; i++)
        l.number[i] = -1;
    kept = kept && write_identities(&l, count) && write_cannot(&l, count) && write_boxes(rules, count, decided)
           && write_covers(rules, count, decided);
    free(l.number);
    free(l.first_face);
    return kept ? WW_OK : ww_fail_memory(err, "what was decided about %zu faces", count);
}

ww_status ww_decisions_replay_journal(const ww_journal *journal, const ww_face_key *faces, size_t count,
                                      ww_decided *decided, ww_error *err)
{
    ww_nodes nodes = {0};
    ww_rules rules = {0};
    *decided = (ww_decided){0};
    ww_status status = ww_rules_act_out(journal, faces, count, &rules, &nodes, err);
    if (status == WW_OK)
        take_additions_back(journal, faces, count, &rules);
    if (status == WW_OK)
        status = write_down(&rules, count, decided, err);
    if (status != WW_OK)
        ww_decided_free(decided);
    ww_rules_end(&rules);
    ww_nodes_free(&nodes);
    return status;
}

ww_status ww_decisions_replay(ww_library *library, const ww_face_key *faces, size_t count, ww_decided *decided,
                              ww_error *err)
{
    ww_journal journal;
    *decided = (ww_decided){0};
    ww_status status = ww_journal_load(library->store, &journal, err);
    if (status != WW_OK)
        return status;
    status = ww_decisions_replay_journal(&journal, faces, count, decided, err);
    ww_journal_free(&journal);
    return status;
}

ww_status ww_decisions_replay_catalog(ww_library *library, const ww_catalog *faces, ww_decided *decided, ww_error *err)
{
    ww_face_key *key = ww_catalog_keys(faces, err);
    if (!key)
        return WW_ERR_MEMORY;
    ww_status status = ww_decisions_replay(library, key, faces->face.count, decided, err);
    free(key);
    return status;
}

static bool speaks_of_one_face(const ww_entry *entry)
{
    switch (entry->kind) {
    case WW_DECISION_BOX:
    case WW_DECISION_COVER: return !entry->undone;
    default: return ww_entry_discards(entry);
    }
}

static bool any_to_apply(const ww_journal *journal)
{
    for (size_t i = 0; i < journal->entry.count; i++)
        if (speaks_of_one_face(&journal->entry.item[i]))
            return true;
    return false;
}

static void apply_box(ww_catalog_face *f, const ww_box *box)
{
    const double sx = f->width > 0 ? f->portrait_box[2] / f->width : 0,
                 sy = f->height > 0 ? f->portrait_box[3] / f->height : 0;
    f->portrait_box[0] += (box->x - f->x) * sx;
    f->portrait_box[1] += (box->y - f->y) * sy;
    f->portrait_box[2] = box->width * sx;
    f->portrait_box[3] = box->height * sy;
    f->x = box->x;
    f->y = box->y;
    f->width = box->width;
    f->height = box->height;
}

ww_status ww_decisions_apply(ww_store *store, ww_catalog *c, ww_error *err)
{
    ww_journal journal;
    ww_decided decided = {0};
    ww_status status = ww_journal_load(store, &journal, err);
    if (status != WW_OK)
        return status;
    if (any_to_apply(&journal)) {
        ww_face_key *key = ww_catalog_keys(c, err);
        status = key ? ww_decisions_replay_journal(&journal, key, c->face.count, &decided, err) : WW_ERR_MEMORY;
        free(key);
    }
    for (size_t i = 0; status == WW_OK && i < decided.boxes.count; i++)
        apply_box(&c->face.item[decided.boxes.item[i].face], &decided.boxes.item[i].box);
    for (size_t i = 0; status == WW_OK && i < decided.absent.count; i++)
        c->face.item[decided.absent.item[i]].absent = true;
    if (status == WW_OK)
        ww_catalog_set_covers(c, decided.covers.item, decided.covers.count);
    ww_decided_free(&decided);
    ww_journal_free(&journal);
    return status;
}
