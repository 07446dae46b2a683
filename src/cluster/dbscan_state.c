// SPDX-License-Identifier: MIT
#include "cluster/dbscan_state.h"
#include "base/memory.h"
#include "cluster/cluster.h"
#include <stdlib.h>
#include <string.h>

enum { NO_LABEL = INT32_MAX };

ww_status ww_dbscan_state_start(ww_dbscan_state *s, size_t count, uint32_t min_samples, uint32_t remembered_max,
                                ww_error *err)
{
    *s = (ww_dbscan_state){.count = count, .min_samples = min_samples, .remembered_max = remembered_max};
    s->core = ww_alloc_array0(count, sizeof *s->core, SIZE_MAX);
    s->forest = ww_alloc_array(count, sizeof *s->forest, SIZE_MAX);
    s->seen = ww_alloc_array(count, sizeof *s->seen, SIZE_MAX);
    s->forgot = ww_alloc_array0(count, sizeof *s->forgot, SIZE_MAX);
    s->remembered = ww_alloc_array(count, remembered_max * sizeof *s->remembered, SIZE_MAX);
    if (!s->core || !s->forest || !s->seen || !s->forgot || !s->remembered) {
        ww_dbscan_state_free(s);
        return ww_fail(err, WW_ERR_MEMORY, "no memory to cluster %zu vectors", count);
    }
    ww_forest_init(s->forest, count);
    for (size_t i = 0; i < count; i++)
        s->seen[i] = 1;
    return WW_OK;
}

void ww_dbscan_state_free(ww_dbscan_state *s)
{
    free(s->core);
    free(s->forest);
    free(s->seen);
    free(s->forgot);
    free(s->remembered);
    memset(s, 0, sizeof *s);
}

static uint32_t *remembered_of(const ww_dbscan_state *s, uint32_t i)
{
    return s->remembered + (size_t)i * s->remembered_max;
}

static size_t remembered_count(const ww_dbscan_state *s, uint32_t i)
{
    const uint32_t known = s->seen[i] - 1;
    return known < s->remembered_max ? known : s->remembered_max;
}

static void remember(ww_dbscan_state *s, uint32_t i, uint32_t other)
{
    if (ww_dbscan_is_core(s, i))
        return;
    const uint32_t known = s->seen[i] - 1;
    for (size_t k = 0; k < remembered_count(s, i); k++)
        if (remembered_of(s, i)[k] == other)
            return;
    s->seen[i]++;
    if (known < s->remembered_max)
        remembered_of(s, i)[known] = other;
    else
        s->forgot[i] = s->any_forgot = true;
}

static void make_core_if_due(ww_dbscan_state *s, uint32_t i)
{
    if (ww_dbscan_is_core(s, i) || s->seen[i] < s->min_samples)
        return;
    const uint32_t *others = remembered_of(s, i);
    for (size_t k = 0; k < remembered_count(s, i); k++)
        if (ww_dbscan_is_core(s, others[k]))
            ww_forest_join(s->forest, i, others[k]);
    atomic_store_explicit(&s->core[i], 1, memory_order_relaxed);
}

void ww_dbscan_state_note(ww_dbscan_state *s, uint32_t a, uint32_t b)
{
    if (ww_dbscan_is_core(s, a) && ww_dbscan_is_core(s, b)) {
        ww_forest_join(s->forest, a, b);
        return;
    }
    remember(s, a, b);
    remember(s, b, a);
    make_core_if_due(s, a);
    make_core_if_due(s, b);
}

// Joins `i`, which is core by now and was not in `from`, with the core ones among those it remembers there.
static void join_remembered(ww_dbscan_state *s, uint32_t i, const ww_dbscan_state *from)
{
    const uint32_t *others = remembered_of(from, i);
    for (size_t k = 0; k < remembered_count(from, i); k++)
        if (ww_dbscan_is_core(s, others[k]))
            ww_forest_join(s->forest, i, others[k]);
}

// A near pair of two that are core by now was seen by one of the two states. There both were core, and joined; or one
// was not, and remembers the other.
void ww_dbscan_state_merge(ww_dbscan_state *s, const ww_dbscan_state *other)
{
    uint8_t *was_core = s->forgot; // all 0 as nothing was forgotten, and again at the end
    for (uint32_t i = 0; i < s->count; i++) {
        was_core[i] = ww_dbscan_is_core(s, i);
        if (ww_dbscan_is_core(other, i) || (!was_core[i] && s->seen[i] + other->seen[i] - 1 >= s->min_samples))
            atomic_store_explicit(&s->core[i], 1, memory_order_relaxed);
        if (ww_dbscan_is_core(other, i))
            ww_forest_join(s->forest, i, ww_forest_root(other->forest, i));
    }
    for (uint32_t i = 0; i < s->count; i++) {
        if (!ww_dbscan_is_core(s, i)) {
            memcpy(remembered_of(s, i) + remembered_count(s, i), remembered_of(other, i),
                   remembered_count(other, i) * sizeof *s->remembered);
            s->seen[i] += other->seen[i] - 1;
            continue;
        }
        if (!was_core[i])
            join_remembered(s, i, s);
        if (!ww_dbscan_is_core(other, i))
            join_remembered(s, i, other);
    }
    memset(was_core, 0, s->count);
}

void ww_dbscan_state_label_core(ww_dbscan_state *s, int32_t *labels)
{
    int32_t next = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        labels[i] = NO_LABEL;
        if (ww_dbscan_is_core(s, i)) {
            const uint32_t root = ww_forest_root_compress(s->forest, i);
            labels[i] = root == i ? next++ : labels[root];
        }
    }
}

void ww_dbscan_state_label_border(const ww_dbscan_state *s, int32_t *labels)
{
    for (uint32_t i = 0; i < s->count; i++) {
        if (ww_dbscan_is_core(s, i))
            continue;
        const uint32_t *others = remembered_of(s, i);
        for (size_t k = 0; k < remembered_count(s, i); k++)
            if (ww_dbscan_is_core(s, others[k]) && labels[others[k]] < labels[i])
                labels[i] = labels[others[k]];
        if (labels[i] == NO_LABEL)
            labels[i] = WW_NOBODY;
    }
}
