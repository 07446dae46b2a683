// SPDX-License-Identifier: MIT
#include "decisions/decisions_match.h"
#include "base/memory.h"

#include <stdlib.h>

static bool same_moment(const ww_face_key *a, const ww_face_key *b)
{
    return a->source == b->source && a->time_us == b->time_us;
}

// Keys of faces that are not at hand: those that overlap one met earlier are that one, every other is a new node.
static bool name_absent(ww_nodes *nodes, ww_face_index_entry *absent, size_t count)
{
    bool kept = true;
    WW_VECTOR(ww_face_index_entry) met = {0}; // of one moment, with their nodes
    if (count)
        qsort(absent, count, sizeof *absent, ww_face_index_order);
    for (size_t i = 0; i < count && kept; i++) {
        if (i > 0 && !same_moment(absent[i - 1].key, absent[i].key))
            met.count = 0;
        uint32_t node = (uint32_t)nodes->count;
        for (size_t k = 0; k < met.count && node == nodes->count; k++)
            if (ww_key_overlap(met.item[k].key, absent[i].key) >= WW_KEY_OVERLAP_MIN)
                node = met.item[k].index;
        if (node == nodes->count) {
            ww_face_index_entry fresh = {absent[i].key, node};
            kept = ww_vector_push(&met, fresh);
            nodes->count++;
        }
        nodes->of_key[absent[i].index] = node;
    }
    ww_vector_free(&met);
    return kept;
}

static size_t count_keys(const ww_journal *journal)
{
    size_t keys = 0;
    for (size_t e = 0; e < journal->entry.count; e++)
        for (size_t s = 0; !journal->entry.item[e].undone && s < journal->entry.item[e].operand.count; s++)
            keys += journal->entry.item[e].operand.item[s].face.count;
    return keys;
}

static bool match_keys(const ww_journal *journal, const ww_face_index *index, ww_nodes *nodes,
                       ww_face_index_entry *absent)
{
    size_t at = 0, absent_count = 0;
    for (size_t e = 0; e < journal->entry.count; e++) {
        const ww_entry *entry = &journal->entry.item[e];
        for (size_t s = 0; !entry->undone && s < entry->operand.count; s++) {
            for (size_t f = 0; f < entry->operand.item[s].face.count; f++, at++) {
                const ww_face_key *key = &entry->operand.item[s].face.item[f];
                nodes->of_key[at] = ww_face_index_find(index, key);
                if (nodes->of_key[at] == index->count)
                    absent[absent_count++] = (ww_face_index_entry){key, (uint32_t)at};
            }
        }
    }
    return name_absent(nodes, absent, absent_count);
}

ww_status ww_nodes_match(const ww_journal *journal, const ww_face_key *faces, size_t count, ww_nodes *nodes,
                         ww_error *err)
{
    size_t keys = count_keys(journal);
    *nodes = (ww_nodes){.count = count, .keys = keys};
    if (count + keys > INT32_MAX)
        return ww_fail(err, WW_ERR_UNSUPPORTED, "%zu faces and %zu decisions about them are more than can be sorted",
                       count, keys);
    nodes->of_key = ww_alloc_array(keys, sizeof *nodes->of_key, SIZE_MAX);
    ww_face_index_entry *absent = ww_alloc_array(keys, sizeof *absent, SIZE_MAX);
    ww_face_index index = {0};
    ww_status status = nodes->of_key && absent ? ww_face_index_make(faces, count, &index, err)
                                               : ww_fail_memory(err, "what was decided about %zu faces", keys);
    if (status == WW_OK && !match_keys(journal, &index, nodes, absent))
        status = ww_fail_memory(err, "what was decided about %zu faces", keys);
    if (status != WW_OK)
        ww_nodes_free(nodes);
    ww_face_index_free(&index);
    free(absent);
    return status;
}

void ww_nodes_free(ww_nodes *nodes)
{
    free(nodes->of_key);
    *nodes = (ww_nodes){0};
}
