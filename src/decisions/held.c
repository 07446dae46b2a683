// SPDX-License-Identifier: MIT
// What became of each decision: every entry is held against the state that the whole journal leaves.
#include "base/memory.h"
#include "decisions/decisions.h"
#include "decisions/decisions_match.h"
#include "decisions/decisions_rules.h"
#include "library/names.h"

typedef struct judged { // an entry, and where its faces' nodes begin
    const ww_rules *rules;
    const ww_entry *entry;
    const uint32_t *node;
} judged;

// The identity that an operand made or named, -1: there is none any more; *whole: its faces are all still in it.
static int32_t identity_of(const judged *j, size_t operand, bool *whole)
{
    const ww_operand *o = &j->entry->operand.item[operand];
    const uint32_t *node = j->node;
    for (size_t s = 0; s < operand; s++)
        node += j->entry->operand.item[s].face.count;
    int32_t found = ww_rules_find(j->rules, WW_IDENTITY_ID(j->entry->seq, (int64_t)operand));
    for (size_t i = 0; i < o->identity.count && found < 0; i++)
        found = ww_rules_find(j->rules, o->identity.item[i]);
    const int32_t root = found < 0 ? -1 : ww_rules_root(j->rules, found);
    for (size_t f = 0; f < o->face.count; f++)
        *whole = *whole && ww_rules_identity_of(j->rules, node[f]) == root;
    return root;
}

static bool has_name(const judged *j, int32_t root)
{
    const char *name = root < 0 ? NULL : j->rules->identity.item[root].name;
    return j->entry->text ? name && ww_name_same(name, j->entry->text) : !name;
}

static bool name_holds(const judged *j)
{
    bool whole = true;
    const int32_t root = identity_of(j, 0, &whole);
    return whole && has_name(j, root);
}

static bool ignore_holds(const judged *j)
{
    bool whole = true;
    const int32_t root = identity_of(j, 0, &whole);
    return whole && root >= 0 && j->rules->identity.item[root].ignored;
}

static bool together_holds(const judged *j)
{
    bool whole = true;
    const int32_t first = identity_of(j, 0, &whole);
    for (size_t s = 1; s < j->entry->operand.count; s++)
        whole = whole && identity_of(j, s, &whole) == first;
    return whole && (!j->entry->text || has_name(j, first));
}

static bool apart_holds(const judged *j)
{
    bool whole = true;
    const int32_t first = identity_of(j, 0, &whole), second = identity_of(j, 1, &whole);
    return whole && first != second;
}

static bool reject_holds(const judged *j)
{
    bool whole = true;
    const int32_t from = identity_of(j, 1, &whole);
    for (size_t f = 0; f < j->entry->operand.item[0].face.count; f++)
        if (from >= 0 && ww_rules_identity_of(j->rules, j->node[f]) == from)
            return false;
    return true;
}

static bool nobody_holds(const judged *j)
{
    for (size_t f = 0; f < j->entry->operand.item[0].face.count; f++)
        if (!j->rules->nobody[j->node[f]])
            return false;
    return true;
}

static bool box_holds(const judged *j)
{
    ww_box said, last = {0};
    if (!ww_read_box(j->entry->text, &said))
        return true;
    for (size_t i = 0; i < j->rules->box.count; i++)
        if (j->rules->box.item[i].node == j->node[0])
            last = j->rules->box.item[i].box;
    return ww_box_same(last, said);
}

// What adds a face, or says which is shown first, contradicts nothing.
static bool always_holds(const judged *j)
{
    (void)j;
    return true;
}

static bool (*const holds[])(const judged *j) = {
    [WW_DECISION_NAME] = name_holds,     [WW_DECISION_MERGE] = together_holds, [WW_DECISION_SPLIT] = apart_holds,
    [WW_DECISION_REJECT] = reject_holds, [WW_DECISION_SAME] = together_holds,  [WW_DECISION_DIFFERENT] = apart_holds,
    [WW_DECISION_IGNORE] = ignore_holds, [WW_DECISION_NOBODY] = nobody_holds,  [WW_DECISION_BOX] = box_holds,
    [WW_DECISION_ADD] = always_holds,    [WW_DECISION_COVER] = always_holds,
};

static void judge(const ww_rules *rules, const ww_journal *journal, const uint32_t *node, ww_entry_verdict *verdict)
{
    for (size_t e = 0; e < journal->entry.count; e++) {
        const ww_entry *entry = &journal->entry.item[e];
        verdict[e] = (ww_entry_verdict){0};
        if (entry->undone || entry->operand.count == 0)
            continue;
        verdict[e].held = holds[entry->kind](&(judged){rules, entry, node});
        for (size_t s = 0; s < entry->operand.count; node += entry->operand.item[s++].face.count)
            for (size_t f = 0; f < entry->operand.item[s].face.count; f++)
                if (rules->entry[node[f]] > verdict[e].by)
                    verdict[e].by = rules->entry[node[f]];
    }
}

ww_status ww_decisions_judge(const ww_journal *journal, const ww_face_key *faces, size_t count,
                             ww_entry_verdict *verdict, ww_error *err)
{
    ww_nodes nodes = {0};
    ww_rules rules = {0};
    const ww_status status = ww_rules_act_out(journal, faces, count, &rules, &nodes, err);
    if (status == WW_OK)
        judge(&rules, journal, nodes.of_key, verdict);
    ww_rules_end(&rules);
    ww_nodes_free(&nodes);
    return status;
}
