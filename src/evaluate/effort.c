// SPDX-License-Identifier: MIT
#include "evaluate/effort.h"
#include "base/memory.h"
#include "evaluate/ground_truth_match.h"

#include <stdlib.h>

typedef struct placed {
    int32_t folder, who;
} placed;

static int by_folder(const void *a, const void *b)
{
    const placed *x = a, *y = b;
    if (x->folder != y->folder)
        return x->folder < y->folder ? -1 : 1;
    return (x->who > y->who) - (x->who < y->who);
}

// One folder's faces. Returns whose folder it is, or a negative number.
static int32_t judge_folder(const placed *face, size_t count, ww_effort *effort)
{
    size_t known = 0, nobody = 0, unknown = 0, most = 0;
    int32_t owner = -1;
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && face[next].who == face[first].who; next++)
            ;
        const size_t faces = next - first;
        if (face[first].who == WW_MATCH_FALSE)
            nobody += faces;
        else if (face[first].who < 0)
            unknown += faces;
        else
            known += faces;
        if (face[first].who >= 0 && faces > most) {
            most = faces;
            owner = face[first].who;
        }
    }
    if (owner < 0)
        effort->junk += nobody > 0 && unknown == 0;
    else
        effort->wrong += (int64_t)(known - most + nobody);
    return owner;
}

static int ascending(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

ww_status ww_effort_count(const int32_t *who, const int32_t *folder, size_t count, ww_effort *effort, ww_error *err)
{
    placed *face = ww_try_array(count, sizeof *face);
    int32_t *owner = ww_try_array(count, sizeof *owner); // of the folders that have one
    size_t faces = 0, owned = 0;
    *effort = (ww_effort){0};
    for (size_t i = 0; face && i < count; i++)
        if (folder[i] >= 0)
            face[faces++] = (placed){folder[i], who[i]};
    if (face && owner) {
        qsort(face, faces, sizeof *face, by_folder);
        for (size_t first = 0, next; first < faces; first = next) {
            for (next = first + 1; next < faces && face[next].folder == face[first].folder; next++)
                ;
            const int32_t whose = judge_folder(face + first, next - first, effort);
            if (whose >= 0)
                owner[owned++] = whose;
        }
        qsort(owner, owned, sizeof *owner, ascending);
        for (size_t i = 1; i < owned; i++)
            effort->merges += owner[i] == owner[i - 1];
    }
    const ww_status status = face && owner ? WW_OK : ww_fail_memory(err, "judging %zu faces", count);
    free(face);
    free(owner);
    return status;
}
