// SPDX-License-Identifier: MIT
#include "people/person_ids.h"
#include "base/memory.h"
#include "base/search.h"
#include "cluster/cluster.h"
#include "library/names.h"
#include "people/overlap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define META_NEXT "people.next" // the first number that never was anybody's

struct cluster {
    int32_t label, number; // number < 0: none yet
    int64_t faces;
    size_t first;     // its first face
    int32_t identity; // with a name, or ignored; -1: none
};

struct person_before {
    int32_t number;
    char *key; // of the name (names.h), owned; NULL: none
    bool taken;
};

struct numbering {
    const ww_catalog *faces;
    const ww_decided *decided;
    const int32_t *label;
    const bool *kept;   // faces that are no cluster's; NULL: none
    const int32_t *was; // whose each face was; NULL: as the catalog has it
    struct cluster *cluster;
    size_t clusters;
    WW_VECTOR(struct person_before) before; // ascending numbers
};

static ww_status on_person(void *user, const ww_person_row *row, ww_error *err)
{
    struct numbering *n = user;
    struct person_before person = {.number = row->number, .key = row->name ? ww_name_key(row->name) : NULL};
    if (ww_vector_push(&n->before, person))
        return WW_OK;
    free(person.key);
    return ww_fail_memory(err, "the people of the library");
}

static struct person_before *find_person(struct numbering *n, int32_t number)
{
    size_t at;
    WW_LOWER_BOUND(at, n->before.count, n->before.item[at].number < number);
    return at < n->before.count && n->before.item[at].number == number ? &n->before.item[at] : NULL;
}

// The cluster of a face; negative: none.
static int32_t label_of(const struct numbering *n, size_t face)
{
    return n->kept && n->kept[face] ? WW_NOBODY : n->label[face];
}

// People whose faces stay with them are not to be given again.
static bool take_kept(struct numbering *n)
{
    if (!n->kept)
        return true;
    const size_t numbers = n->before.count ? (size_t)n->before.item[n->before.count - 1].number + 1 : 0;
    bool *has = ww_try_array(numbers, sizeof *has);
    if (!has)
        return false;
    for (size_t i = 0; i < n->faces->face.count; i++)
        if (n->kept[i] && n->label[i] >= 0 && (size_t)n->label[i] < numbers)
            has[n->label[i]] = true;
    for (size_t p = 0; p < n->before.count; p++)
        n->before.item[p].taken = has[n->before.item[p].number];
    free(has);
    return true;
}

static const char *name_of(const struct numbering *n, const struct cluster *c)
{
    return c->identity >= 0 ? n->decided->identities.item[c->identity].name : NULL;
}

static void measure_clusters(struct numbering *n)
{
    for (size_t c = 0; c < n->clusters; c++)
        n->cluster[c] = (struct cluster){.label = (int32_t)c, .number = -1, .identity = -1};
    for (size_t i = 0; i < n->faces->face.count; i++) {
        if (label_of(n, i) < 0)
            continue;
        struct cluster *c = &n->cluster[n->label[i]];
        if (c->faces++ == 0)
            c->first = i;
        int32_t identity = n->decided->identity ? n->decided->identity[i] : -1;
        if (identity < 0)
            continue;
        const ww_identity *who = &n->decided->identities.item[identity];
        if (c->identity < 0 ? who->name || who->ignored : who->name && !name_of(n, c))
            c->identity = identity;
    }
}

static void give(struct cluster *c, struct person_before *person)
{
    c->number = person->number;
    person->taken = true;
}

static int by_name(const void *a, const void *b)
{
    const struct person_before *p = *(struct person_before *const *)a, *q = *(struct person_before *const *)b;
    const int order = strcmp(p->key, q->key);
    return order ? order : (p->number > q->number) - (p->number < q->number);
}

static bool number_by_name(struct numbering *n)
{
    size_t named = 0;
    struct person_before **person = ww_alloc_array(n->before.count, sizeof *person, SIZE_MAX);
    if (!person)
        return false;
    for (size_t p = 0; p < n->before.count; p++)
        if (n->before.item[p].key)
            person[named++] = &n->before.item[p];
    if (named > 1)
        qsort(person, named, sizeof *person, by_name);
    for (size_t c = 0; c < n->clusters; c++) {
        const char *name = name_of(n, &n->cluster[c]);
        if (!name)
            continue;
        size_t at;
        char *key = ww_name_key(name);
        WW_LOWER_BOUND(at, named, strcmp(person[at]->key, key) < 0);
        while (at < named && person[at]->taken && strcmp(person[at]->key, key) == 0)
            at++;
        if (at < named && strcmp(person[at]->key, key) == 0)
            give(&n->cluster[c], person[at]);
        free(key);
    }
    free(person);
    return true;
}

static bool find_overlaps(const struct numbering *n, bool formerly, ww_overlaps *both)
{
    for (size_t i = 0; i < n->faces->face.count; i++) {
        const ww_catalog_face *f = &n->faces->face.item[i];
        const int32_t number = formerly ? f->former : n->was ? n->was[i] : f->number;
        if (label_of(n, i) >= 0 && number >= 0 && !ww_overlaps_add(both, number, n->label[i]))
            return false;
    }
    return true;
}

// By the people whom the faces belonged to, or did before they belonged to them: whoever was merged and is split again
// finds the old number.
static bool number_by_overlap(struct numbering *n, bool formerly)
{
    ww_overlaps both = {0};
    bool *given = NULL; // of each number: somebody has it now
    bool complete = find_overlaps(n, formerly, &both);
    if (complete) {
        given = ww_alloc_array0(ww_overlaps_count(&both), sizeof *given, SIZE_MAX);
        complete = given != NULL;
    }
    for (size_t i = 0; i < both.count && complete; i++) {
        struct cluster *c = &n->cluster[both.item[i].label];
        struct person_before *person = find_person(n, both.item[i].number);
        if (c->number >= 0 || (person ? person->taken : !formerly || given[both.item[i].rank]))
            continue;
        if (person)
            give(c, person);
        c->number = both.item[i].number;
        given[both.item[i].rank] = true;
    }
    free(given);
    ww_vector_free(&both);
    return complete;
}

static int largest_first(const void *a, const void *b)
{
    const struct cluster *p = a, *q = b;
    if (p->faces != q->faces)
        return p->faces > q->faces ? -1 : 1;
    return p->first < q->first ? -1 : p->first > q->first;
}

static int by_label(const void *a, const void *b)
{
    const struct cluster *p = a, *q = b;
    return (p->label > q->label) - (p->label < q->label);
}

static ww_status next_number(ww_library *library, const struct numbering *n, int32_t *next, ww_error *err)
{
    char *text = NULL;
    ww_status status = ww_store_get_meta(library->store, META_NEXT, &text, err);
    long stored = text ? strtol(text, NULL, 10) : 0;
    *next = stored > 0 && stored < INT32_MAX / 2 ? (int32_t)stored : 0;
    free(text);
    if (n->before.count && n->before.item[n->before.count - 1].number >= *next)
        *next = n->before.item[n->before.count - 1].number + 1;
    return status;
}

static size_t count_clusters(const struct numbering *n)
{
    int32_t clusters = 0;
    for (size_t i = 0; i < n->faces->face.count; i++)
        clusters = label_of(n, i) >= clusters ? label_of(n, i) + 1 : clusters;
    return (size_t)clusters;
}

static ww_status no_memory(const struct numbering *n, ww_error *err)
{
    return ww_fail_memory(err, "the people of %zu faces", n->faces->face.count);
}

// Clusters that go on as nobody there was before are new people, the largest first.
static ww_status number_clusters(struct numbering *n, int32_t *next, ww_error *err)
{
    measure_clusters(n);
    if (!take_kept(n) || !number_by_name(n) || !number_by_overlap(n, false) || !number_by_overlap(n, true))
        return no_memory(n, err);
    qsort(n->cluster, n->clusters, sizeof *n->cluster, largest_first);
    for (size_t c = 0; c < n->clusters; c++)
        if (n->cluster[c].number < 0)
            n->cluster[c].number = (*next)++;
    qsort(n->cluster, n->clusters, sizeof *n->cluster, by_label);
    return WW_OK;
}

// `label`: what n->label points at.
static ww_status write_numbers(const struct numbering *n, int32_t *label, ww_person_ids *numbers, ww_error *err)
{
    for (size_t i = 0; i < n->faces->face.count; i++) {
        numbers->unassigned += label[i] < 0;
        if (!n->kept || !n->kept[i])
            label[i] = label[i] < 0 ? WW_NOBODY : n->cluster[label[i]].number;
    }
    for (size_t c = 0; c < n->clusters; c++) {
        const int32_t identity = n->cluster[c].identity;
        const bool ignored = identity >= 0 && n->decided->identities.item[identity].ignored;
        if (!ww_vector_push(&numbers->people,
                            ((ww_identified_person){n->cluster[c].number, name_of(n, &n->cluster[c]), ignored})))
            return no_memory(n, err);
    }
    return WW_OK;
}

ww_status ww_assign_person_ids(ww_library *library, const ww_catalog *faces, const ww_decided *decided, int32_t *label,
                               const bool *kept, const int32_t *was, ww_person_ids *numbers, ww_error *err)
{
    struct numbering n = {.faces = faces, .decided = decided, .label = label, .kept = kept, .was = was};
    n.clusters = count_clusters(&n);
    *numbers = (ww_person_ids){0};
    n.cluster = ww_try_array(n.clusters, sizeof *n.cluster);
    ww_status status = n.cluster ? ww_store_people(library->store, false, on_person, &n, err) : no_memory(&n, err);
    if (status == WW_OK)
        status = next_number(library, &n, &numbers->next, err);
    if (status == WW_OK)
        status = number_clusters(&n, &numbers->next, err);
    if (status == WW_OK)
        status = write_numbers(&n, label, numbers, err);
    for (size_t p = 0; p < n.before.count; p++)
        free(n.before.item[p].key);
    ww_vector_free(&n.before);
    free(n.cluster);
    return status;
}

// Names of the people, and the first number that never was anybody's.
static ww_status store_names(ww_library *library, const ww_person_ids *numbers, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t p = 0; p < numbers->people.count && status == WW_OK; p++) {
        const ww_identified_person *person = &numbers->people.item[p];
        status = ww_store_set_name(library->store, person->number, person->name, err);
        if (status == WW_OK)
            status = ww_store_set_ignored(library->store, person->number, person->ignored, err);
    }
    char next[16];
    snprintf(next, sizeof next, "%d", (int)numbers->next);
    return status == WW_OK ? ww_store_set_meta(library->store, META_NEXT, next, err) : status;
}

ww_status ww_store_person_ids(ww_library *library, const ww_catalog *faces, const int32_t *number,
                              const ww_person_ids *numbers, ww_error *err)
{
    int64_t *id = ww_alloc_array(faces->face.count, sizeof *id, SIZE_MAX);
    if (!id)
        return ww_fail_memory(err, "the people of %zu faces", faces->face.count);
    for (size_t i = 0; i < faces->face.count; i++)
        id[i] = faces->face.item[i].id;
    ww_status status = ww_store_set_people(library->store, id, number, faces->face.count, err);
    free(id);
    return status == WW_OK ? store_names(library, numbers, err) : status;
}

ww_status ww_store_moved_faces(ww_library *library, const ww_person_ids *numbers, const ww_move *moves, size_t count,
                               const int32_t *emptied, size_t emptied_count, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; i < count && status == WW_OK; i++)
        status = ww_store_move_face(library->store, moves[i].face, moves[i].after, err);
    if (status == WW_OK)
        status = store_names(library, numbers, err);
    for (size_t i = 0; i < emptied_count && status == WW_OK; i++)
        status = ww_store_drop_person(library->store, emptied[i], err);
    return status;
}

void ww_person_ids_free(ww_person_ids *numbers) { ww_vector_free(&numbers->people); }
