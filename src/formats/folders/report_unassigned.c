// SPDX-License-Identifier: MIT
// Faces of nobody, and whom each is nearest to: the ones that are like the same person together, the most alike first.
#include "base/distance.h"
#include "base/memory.h"
#include "base/text.h"
#include "formats/folders/report.h"

#include <stdio.h>
#include <stdlib.h>

enum { SHOWN = 24 };             // the viewer shows them all
#define FARTHEST 1e30            // behind all that were compared
#define COMPARED_MAX 300000000.0 // multiplications: about a fifth of a second

typedef struct loose {
    size_t face, person;    // person: whom it is nearest to; SIZE_MAX: nobody was compared
    double distance, group; // squared; group: of the nearest face that is near the same person
} loose;

static int by_likeness(const void *a, const void *b)
{
    const loose *p = a, *q = b;
    if (p->group != q->group)
        return p->group < q->group ? -1 : 1;
    if (p->person != q->person)
        return p->person < q->person ? -1 : 1;
    if (p->distance != q->distance)
        return p->distance < q->distance ? -1 : 1;
    return (p->face > q->face) - (p->face < q->face);
}

// The mean of each person's faces, side by side; the caller's. NULL: no memory.
static float *find_means(const ww_catalog *c, const float *vector, size_t dim)
{
    float *mean = ww_try_array(c->person.count * dim + 1, sizeof *mean);
    for (size_t p = 0; mean && p < c->person.count; p++) {
        const ww_catalog_person *person = &c->person.item[p];
        for (size_t i = 0; i < person->face_count; i++)
            for (size_t d = 0; d < dim; d++)
                mean[p * dim + d] += vector[person->face[i] * dim + d] / (float)person->face_count;
    }
    return mean;
}

static void find_nearest(const ww_catalog *c, const float *vector, const float *mean, size_t dim, loose *l)
{
    for (size_t p = 0; p < c->person.count; p++) {
        if (c->person.item[p].face_count == 0)
            continue;
        const double distance = ww_distance_squared(vector + l->face * dim, mean + p * dim, (int)dim);
        if (l->person == SIZE_MAX || distance < l->distance) {
            l->person = p;
            l->distance = distance;
        }
    }
}

// Puts the list in order. Of very many faces only the first are compared.
static bool order(const ww_catalog *c, ww_exporter *out, loose *list, size_t count)
{
    float *vector = NULL;
    int dim = 0;
    ww_error err = {0};
    double *best = ww_try_array(c->person.count + 1, sizeof *best);
    const ww_status status = ww_catalog_read_vectors(c, &vector, &dim, &err);
    float *mean = status == WW_OK ? find_means(c, vector, (size_t)dim) : NULL;
    const double most = COMPARED_MAX / ((double)c->person.count * (dim > 0 ? dim : 1) + 1);
    for (size_t i = 0; best && mean && i < count && (double)i < most && !ww_exporter_stopped(out); i++) {
        find_nearest(c, vector, mean, (size_t)dim, &list[i]);
        const size_t p = list[i].person;
        if (p != SIZE_MAX && (best[p] == 0 || list[i].distance < best[p]))
            best[p] = list[i].distance;
    }
    for (size_t i = 0; best && i < count; i++)
        list[i].group = list[i].person != SIZE_MAX ? best[list[i].person] : FARTHEST;
    qsort(list, count, sizeof *list, by_likeness);
    const bool kept = best && (mean || status != WW_ERR_MEMORY);
    free(mean);
    free(vector);
    free(best);
    return kept;
}

static void add_face(const ww_catalog *c, const loose *l, ww_buffer *page)
{
    ww_buffer path = {0};
    char alt[32];
    ww_catalog_face_path(c, l->face, "jpg", &path);
    char *file = ww_buffer_take(&path);
    ww_buffer_format(page, "<li><a data-person=\"-1\" data-face=\"%zu\" href=\"", l->face + 1);
    ww_text_url(page, file);
    ww_buffer_text(page, "\">");
    snprintf(alt, sizeof alt, "Face %zu", l->face + 1);
    ww_report_crop(c, l->face, alt, page);
    ww_buffer_text(page, "</a>");
    if (l->person != SIZE_MAX) {
        const ww_catalog_person *person = &c->person.item[l->person];
        ww_buffer_format(page, "<small>near <a class=\"who\" style=\"--hue:%d\" data-person=\"%d\" href=\"",
                         ww_report_hue(person), person->number);
        ww_text_url(page, person->folder);
        ww_buffer_text(page, "/\">");
        ww_text_html(page, ww_catalog_title(person));
        ww_buffer_text(page, "</a></small>");
    }
    ww_buffer_text(page, "</li>\n");
    free(file);
}

void ww_report_unassigned(const ww_catalog *c, ww_exporter *out, ww_buffer *page)
{
    const size_t count = c->unassigned.face_count;
    if (count == 0)
        return;
    loose *list = ww_try_array(count, sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        list[i] = (loose){.face = c->unassigned.face[i], .person = SIZE_MAX};
    if (!list || !order(c, out, list, count))
        ww_buffer_fail(page);
    ww_buffer_text(page, "<section id=\"unassigned\">\n<h2>Unassigned</h2>\n<p>");
    ww_report_count(page, count, "face that belongs", "faces that belong");
    ww_buffer_text(page, " to nobody yet, those like the same person together.</p>\n<ul class=\"strip\">\n");
    for (size_t i = 0; list && i < count && i < SHOWN; i++)
        add_face(c, &list[i], page);
    ww_buffer_text(page,
                   "</ul>\n<p><a class=\"more\" data-person=\"-1\" href=\"Unsorted/\">Show all</a></p>\n</section>\n");
    free(list);
}
