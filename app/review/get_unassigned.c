// SPDX-License-Identifier: MIT
// Unassigned faces, like ones together: the clearest face that is in no group founds the next one, and those within
// reach of a founder join the nearest.
#include "rows.h"
#include "server.h"

#include <math.h>
#include <stdlib.h>

#define ALIKE 0.95 // Euclidean distance to the founder; about where one person's poorer faces end
enum { GROUPED_MAX = 3000 };

typedef struct loose {
    size_t face, group;
    double quality;
} loose;

static int clearest_first(const void *a, const void *b)
{
    const loose *p = a, *q = b;
    if (p->quality != q->quality)
        return p->quality > q->quality ? -1 : 1;
    return (p->face > q->face) - (p->face < q->face);
}

static double distance(const float *a, const float *b, size_t dim)
{
    double sum = 0;
    for (size_t d = 0; d < dim; d++)
        sum += ((double)a[d] - b[d]) * ((double)a[d] - b[d]);
    return sqrt(sum);
}

// Groups are numbered by their founders' places; a founder is its own group's first.
static void group(loose *list, size_t count, const float *matrix, size_t dim)
{
    for (size_t i = 0; i < count; i++) {
        double best = ALIKE;
        list[i].group = i;
        for (size_t k = 0; k < i; k++) {
            if (list[k].group != k)
                continue;
            const double d = distance(matrix + list[i].face * dim, matrix + list[k].face * dim, dim);
            if (d < best) {
                best = d;
                list[i].group = k;
            }
        }
    }
}

static size_t collect(const session *s, loose *list)
{
    size_t count, kept = 0;
    const size_t *face = ww_view_faces_of_person(s->view, WW_NONE, &count);
    for (size_t i = 0; i < count; i++) {
        const ww_view_face *f = ww_view_get_face(s->view, face[i]);
        if (!f->discarded)
            list[kept++] = (loose){face[i], 0, f->quality};
    }
    if (kept)
        qsort(list, kept, sizeof *list, clearest_first);
    return kept < GROUPED_MAX ? kept : GROUPED_MAX;
}

static json_t *groups_json(const session *s, const loose *list, size_t count)
{
    json_t *groups = json_array();
    json_t **of = calloc(count + 1, sizeof *of);
    for (size_t i = 0; of && i < count; i++) {
        if (list[i].group == i) {
            of[i] = json_array();
            json_array_append_new(groups, of[i]);
        }
        json_array_append_new(of[list[i].group], row_of_face(s, list[i].face));
    }
    free(of);
    return groups;
}

enum MHD_Result get_unassigned(request *r)
{
    session *s = &r->server->session;
    ww_error err = {0};
    const float *matrix;
    size_t dim, total;
    session_lock(s);
    ww_view_faces_of_person(s->view, WW_NONE, &total);
    loose *list = calloc(total + 1, sizeof *list);
    ww_status status = list ? ww_view_embeddings(s->view, &matrix, &dim, &err) : WW_ERR_MEMORY;
    json_t *groups = NULL;
    if (status == WW_OK) {
        const size_t count = collect(s, list);
        group(list, count, matrix, dim);
        groups = groups_json(s, list, count);
    }
    session_unlock(s);
    free(list);
    return status == WW_OK ? reply_json(r, MHD_HTTP_OK, json_pack("{s:o}", "groups", groups)) : reply_status(r, &err);
}
