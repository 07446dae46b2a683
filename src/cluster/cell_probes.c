// SPDX-License-Identifier: MIT
#include "cluster/cell_probes.h"
#include "base/memory.h"
#include <stdlib.h>

bool ww_cell_probes_start(ww_cell_probes *p, const ww_cells *c)
{
    *p = (ww_cell_probes){.cells = c};
    p->scratch = ww_alloc_array(ww_coded_choose_scratch(&c->coded, (size_t)c->probes), sizeof *p->scratch, SIZE_MAX);
    return ww_coded_part_allocate(&p->around, &c->coded, c->around ? (size_t)c->reach : 0) && p->scratch;
}

void ww_cell_probes_free(ww_cell_probes *p)
{
    ww_coded_part_free(&p->around);
    free(p->scratch);
    free(p->probe);
}

static bool make_room(ww_cell_probes *p, size_t values)
{
    if (p->room >= values)
        return true;
    free(p->probe);
    p->probe = ww_alloc_array(values, sizeof *p->probe, SIZE_MAX);
    p->room = p->probe ? values : 0;
    return p->probe != NULL;
}

bool ww_cell_probes_find(ww_cell_probes *p, size_t cell)
{
    const ww_cells *c = p->cells;
    const size_t begin = c->start[cell], end = c->start[cell + 1], probes = (size_t)c->probes;
    const uint16_t *around = c->around ? c->around + cell * (size_t)c->reach : NULL;
    const float *row[WW_CODED_ROWS];
    if (!make_room(p, (end - begin) * probes))
        return false;
    if (around && begin < end)
        ww_coded_part_take(&p->around, around);
    for (size_t k = begin; k < end; k += WW_CODED_ROWS) {
        const size_t rows = end - k < WW_CODED_ROWS ? end - k : WW_CODED_ROWS;
        for (size_t r = 0; r < rows; r++)
            row[r] = c->vectors + c->order[k + r] * c->dim;
        ww_coded_choose(around ? &p->around.coded : &c->coded, row, rows, probes, p->scratch,
                        p->probe + (k - begin) * probes);
    }
    for (size_t k = 0; around && k < (end - begin) * probes; k++)
        p->probe[k] = around[p->probe[k]];
    return true;
}
