// SPDX-License-Identifier: MIT
#include "formats/selection.h"

#include <math.h>
#include <string.h>

ww_face_pose_values ww_face_pose(const ww_catalog_face *face)
{
    const float *m = face->landmark;
    const double ex = m[2] - m[0], ey = m[3] - m[1], eyes = ex * ex + ey * ey;
    const double middle_x = (m[0] + m[2]) / 2.0, middle_y = (m[1] + m[3]) / 2.0;
    const double nx = m[4] - middle_x, ny = m[5] - middle_y;
    const double mx = (m[6] + m[8]) / 2.0 - middle_x, my = (m[7] + m[9]) / 2.0 - middle_y;
    // Along the line of the eyes, and across it: a head that leans to its side has no other pose for that.
    const double down = (my * ex - mx * ey), nose_down = (ny * ex - nx * ey);
    if (!(eyes > 0) || !(fabs(down) > 0))
        return (ww_face_pose_values){0, 0};
    return (ww_face_pose_values){(nx * ex + ny * ey) / eyes, nose_down / down};
}

static double light_apart_squared(const ww_catalog *c, size_t a, size_t b)
{
    if (!c->light || isnan(c->light[a].mean) || isnan(c->light[b].mean))
        return 0;
    const ww_light *p = &c->light[a], *q = &c->light[b];
    const double mean = p->mean - q->mean, contrast = p->contrast - q->contrast, x = p->from_right - q->from_right,
                 y = p->from_below - q->from_below;
    return mean * mean + contrast * contrast + x * x + y * y;
}

static double apart_squared(const ww_catalog *c, size_t a, size_t b)
{
    const ww_face_pose_values p = ww_face_pose(&c->face.item[a]), q = ww_face_pose(&c->face.item[b]);
    return ww_catalog_distance_squared(c, a, b) + (p.yaw - q.yaw) * (p.yaw - q.yaw)
           + (p.pitch - q.pitch) * (p.pitch - q.pitch) + light_apart_squared(c, a, b);
}

// Farthest-point: face[0 .. wanted-1] become those that are farthest from each other, weighed by quality; the first is
// the one of the highest quality. `least` has room for count values.
static void order_farthest(const ww_catalog *c, size_t *face, size_t count, size_t wanted, double *least)
{
    for (size_t i = 0; i < count; i++)
        least[i] = 1;
    for (size_t k = 0; k < wanted && k < count; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < count; i++) {
            const double a = sqrt(least[i]) * c->face.item[face[i]].quality,
                         b = sqrt(least[best]) * c->face.item[face[best]].quality;
            if (a > b || (a == b && face[i] < face[best]))
                best = i;
        }
        const size_t chosen = face[best];
        face[best] = face[k];
        least[best] = least[k];
        face[k] = chosen;
        for (size_t i = k + 1; i < count; i++) {
            const double d = apart_squared(c, face[i], chosen);
            least[i] = k == 0 ? d : fmin(least[i], d);
        }
    }
}

typedef struct ranked {
    int source;
    int64_t track;
    double quality;
    size_t face;
} ranked;

static int by_index(const void *a, const void *b)
{
    const size_t l = *(const size_t *)a, r = *(const size_t *)b;
    return (l > r) - (l < r);
}

static int by_track(const void *a, const void *b)
{
    const ranked *l = a, *r = b;
    if (l->source != r->source)
        return l->source < r->source ? -1 : 1;
    if (l->track != r->track)
        return l->track < r->track ? -1 : 1;
    return (l->face > r->face) - (l->face < r->face);
}

static int by_quality(const void *a, const void *b)
{
    const ranked *l = a, *r = b;
    if (l->quality != r->quality)
        return l->quality > r->quality ? -1 : 1;
    return (l->face > r->face) - (l->face < r->face);
}

static void rank(const ww_catalog *c, const size_t *face, size_t count, int (*order)(const void *, const void *),
                 ranked *list)
{
    for (size_t i = 0; i < count; i++) {
        const ww_catalog_face *f = &c->face.item[face[i]];
        list[i] = (ranked){f->source, f->track, f->quality, face[i]};
    }
    if (count)
        qsort(list, count, sizeof *list, order);
}

// Faces without a track are each one of their own.
static size_t thin_tracks(const ww_catalog *c, size_t most, size_t *face, size_t count, ranked *list, double *least)
{
    size_t kept = 0;
    rank(c, face, count, by_track, list);
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && list[begin].track != 0 && list[end].track == list[begin].track
                              && list[end].source == list[begin].source;)
            end++;
        size_t *of_track = face + kept;
        for (size_t i = begin; i < end; i++)
            of_track[i - begin] = list[i].face;
        if (end - begin > most)
            order_farthest(c, of_track, end - begin, most, least);
        kept += end - begin < most ? end - begin : most;
    }
    return kept;
}

static size_t keep_apart(const ww_catalog *c, double apart, size_t *face, size_t count, ranked *list)
{
    size_t kept = 0;
    rank(c, face, count, by_quality, list);
    for (size_t i = 0; i < count; i++) {
        bool near = false;
        for (size_t k = 0; k < kept && !near; k++)
            near = ww_catalog_distance_squared(c, list[i].face, face[k]) < apart * apart;
        if (!near)
            face[kept++] = list[i].face;
    }
    return kept;
}

ww_status ww_select_faces(const ww_catalog *c, const ww_selection *s, size_t *face, size_t count, size_t *kept,
                          ww_error *err)
{
    ranked *list = ww_try_array(count, sizeof *list);
    double *least = ww_try_array(count, sizeof *least);
    ww_status status = list && least ? WW_OK : ww_fail_memory(err, "a choice among %zu faces", count);
    size_t left = count;
    if (status == WW_OK && s->per_track > 0)
        left = thin_tracks(c, (size_t)s->per_track, face, left, list, least);
    if (status == WW_OK && s->apart > 0)
        left = keep_apart(c, s->apart, face, left, list);
    if (status == WW_OK && left)
        qsort(face, left, sizeof *face, by_index);
    if (status == WW_OK && s->best > 0) {
        order_farthest(c, face, left, (size_t)s->best, least);
        left = left < (size_t)s->best ? left : (size_t)s->best;
    }
    *kept = left;
    free(list);
    free(least);
    return status;
}
