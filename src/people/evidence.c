// SPDX-License-Identifier: MIT
#include "people/evidence.h"
#include "base/forest.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct finding {
    const ww_catalog *faces;
    const ww_decided *decided;
    const ww_evidence_options *options;
    ww_evidence *out;
    ww_forest *group; // of faces: who must be together so far
    uint32_t *enemy;  // per face: decided cannot-links at it, a list through `enemy_next`; UINT32_MAX ends it
    WW_VECTOR(uint32_t) enemy_next;
    bool starved; // no memory for one of the lists
};

#define NONE UINT32_MAX

static uint32_t root(struct finding *f, uint32_t i) { return ww_forest_root_compress(f->group, i); }

static bool is_seed(const struct finding *f, uint32_t face) { return f->options->grade[face] == WW_FACE_SEED; }

// --- decisions, the strongest ----------------------------------------------------------------------------------------

// The links of group `from` become those of `into` as well.
static void inherit_enemies(struct finding *f, uint32_t into, uint32_t from)
{
    if (f->enemy[from] == NONE || f->enemy_next.count == 0)
        return;
    uint32_t last = f->enemy[from];
    while (f->enemy_next.item[last] != NONE)
        last = f->enemy_next.item[last];
    f->enemy_next.item[last] = f->enemy[into];
    f->enemy[into] = f->enemy[from];
    f->enemy[from] = NONE;
}

static void join(struct finding *f, uint32_t a, uint32_t b)
{
    uint32_t x = root(f, a), y = root(f, b);
    if (x == y)
        return;
    ww_forest_join(f->group, a, b);
    inherit_enemies(f, x < y ? x : y, x < y ? y : x);
    f->starved = !ww_vector_push(&f->out->must, ((ww_pair){a, b})) || f->starved;
}

// Entry 2 i + side of enemy_next stands for decided->cannot.item[i] seen from that side.
static bool decided_apart(struct finding *f, uint32_t a, uint32_t b)
{
    uint32_t x = root(f, a), y = root(f, b);
    for (uint32_t e = f->enemy[x]; e != NONE; e = f->enemy_next.item[e]) {
        const ww_pair *pair = &f->decided->cannot.item[e / 2];
        if (root(f, e % 2 ? pair->a : pair->b) == y)
            return true;
    }
    return false;
}

static void take_decisions(struct finding *f)
{
    const ww_decided *d = f->decided;
    for (size_t i = 0; i < d->must.count; i++)
        join(f, d->must.item[i].a, d->must.item[i].b);
    for (size_t i = 0; i < d->cannot.count && !f->starved; i++) {
        const uint32_t side[2] = {root(f, d->cannot.item[i].a), root(f, d->cannot.item[i].b)};
        for (int s = 0; s < 2; s++) {
            f->starved = !ww_vector_push(&f->enemy_next, f->enemy[side[s]]) || f->starved;
            if (f->starved)
                return;
            f->enemy[side[s]] = (uint32_t)(2 * i) + (uint32_t)s;
        }
        f->starved = !ww_vector_push(&f->out->cannot, d->cannot.item[i]);
    }
}

// --- tracks ----------------------------------------------------------------------------------------------------------

struct tracked {
    int64_t track;
    int source;
    uint32_t face;
};

static int by_track(const void *a, const void *b)
{
    const struct tracked *p = a, *q = b;
    if (p->source != q->source)
        return p->source < q->source ? -1 : 1;
    if (p->track != q->track)
        return p->track < q->track ? -1 : 1;
    return p->face < q->face ? -1 : 1;
}

// Faces of a track, in order of time, are linked each to the next; what is farther apart in time says more about how
// much one person's faces differ, so the first and the last are the ones compared.
static ww_status take_tracks(struct finding *f, ww_error *err)
{
    const ww_catalog *g = f->faces;
    struct tracked *t = ww_alloc_array(g->face.count, sizeof *t, SIZE_MAX);
    if (!t)
        return ww_fail_memory(err, "the tracks of %zu faces", g->face.count);
    size_t n = 0;
    for (size_t i = 0; i < g->face.count; i++)
        if (g->face.item[i].track > 0)
            t[n++] = (struct tracked){g->face.item[i].track, g->face.item[i].source, (uint32_t)i};
    qsort(t, n, sizeof *t, by_track);
    for (size_t first = 0, next; first < n; first = next) {
        for (next = first + 1; next < n && t[next].source == t[first].source && t[next].track == t[first].track; next++)
            if (!decided_apart(f, t[next - 1].face, t[next].face))
                join(f, t[next - 1].face, t[next].face);
        if (!f->options->must_alone && next - first > 1 && is_seed(f, t[first].face) && is_seed(f, t[next - 1].face))
            f->starved = !ww_vector_push(&f->out->same,
                                         (float)sqrt(ww_catalog_distance_squared(g, t[first].face, t[next - 1].face)))
                         || f->starved;
    }
    free(t);
    return WW_OK;
}

// --- frames ----------------------------------------------------------------------------------------------------------

struct together { // two groups seen at once
    uint32_t group_a, group_b, a, b;
    double squared;
    bool good; // both faces are
};

static int by_groups(const void *p, const void *q)
{
    const struct together *a = p, *b = q;
    if (a->group_a != b->group_a)
        return a->group_a < b->group_a ? -1 : 1;
    if (a->group_b != b->group_b)
        return a->group_b < b->group_b ? -1 : 1;
    return a->a != b->a ? (a->a < b->a ? -1 : 1) : (a->b > b->b) - (a->b < b->b);
}

typedef WW_VECTOR(struct together) meetings;

static void meet_on_frame(struct finding *f, uint32_t first, uint32_t next, meetings *met)
{
    if (next - first > WW_FACES_AT_ONCE_MAX)
        return;
    for (uint32_t a = first; a < next; a++)
        for (uint32_t b = a + 1; b < next; b++) {
            uint32_t x = root(f, a), y = root(f, b);
            struct together met_here = {x < y ? x : y,
                                        x < y ? y : x,
                                        a,
                                        b,
                                        ww_catalog_distance_squared(f->faces, a, b),
                                        is_seed(f, a) && is_seed(f, b)};
            if (x != y)
                f->starved = !ww_vector_push(met, met_here) || f->starved;
        }
}

// Met once, on a photo: a collage may show somebody twice, and what is taken for a face there may be none. Footage that
// shows two tracks at once mostly does so again and again.
static bool lone_photo(const struct finding *f, const struct together *met, size_t count)
{
    const ww_catalog_face *a = &f->faces->face.item[met->a], *b = &f->faces->face.item[met->b];
    return count == 1 && a->track <= 0 && b->track <= 0;
}

// Two groups that met: apart, unless they look like one face at one moment.
static void judge_meetings(struct finding *f, const struct together *met, size_t count)
{
    const double repeat = f->options->linkage * WW_DUPLICATE_SHARE;
    double sum = 0, good_sum = 0;
    size_t good = 0;
    for (size_t i = 0; i < count; i++) {
        sum += met[i].squared;
        good_sum += met[i].good ? met[i].squared : 0;
        good += met[i].good;
    }
    if (sum / (double)count < repeat * repeat) {
        f->out->duplicate_appearances++;
        return;
    }
    const ww_pair apart = {met->a, met->b};
    const bool kept =
        lone_photo(f, met, count) ? ww_vector_push(&f->out->at_once, apart) : ww_vector_push(&f->out->cannot, apart);
    f->starved = !kept || f->starved;
    if (good)
        f->starved = !ww_vector_push(&f->out->different, (float)sqrt(good_sum / (double)good)) || f->starved;
}

static void take_frames(struct finding *f)
{
    const ww_catalog *g = f->faces;
    meetings met = {0};
    for (uint32_t first = 0, next; first < g->face.count; first = next) {
        for (next = first + 1; next < g->face.count && g->face.item[next].frame == g->face.item[first].frame; next++)
            ;
        meet_on_frame(f, first, next, &met);
    }
    if (met.count)
        qsort(met.item, met.count, sizeof *met.item, by_groups);
    for (size_t first = 0, next; first < met.count; first = next) {
        for (next = first; next < met.count && met.item[next].group_a == met.item[first].group_a
                           && met.item[next].group_b == met.item[first].group_b;
             next++)
            ;
        judge_meetings(f, met.item + first, next - first);
    }
    ww_vector_free(&met);
}

ww_status ww_evidence_find(const ww_catalog *faces, const ww_decided *decided, const ww_evidence_options *options,
                           ww_evidence *evidence, ww_error *err)
{
    size_t count = faces->face.count;
    struct finding f = {.faces = faces, .decided = decided, .options = options, .out = evidence};
    *evidence = (ww_evidence){0};
    f.group = ww_alloc_array(count, sizeof *f.group, SIZE_MAX);
    f.enemy = ww_alloc_array(count, sizeof *f.enemy, SIZE_MAX);
    ww_status status = f.group && f.enemy ? WW_OK : ww_fail_memory(err, "what is known of %zu faces", count);
    if (status == WW_OK) {
        ww_forest_init(f.group, count);
        memset(f.enemy, 0xff, count * sizeof *f.enemy);
        take_decisions(&f);
        status = f.starved || options->decisions_alone ? WW_OK : take_tracks(&f, err);
    }
    if (status == WW_OK && !f.starved && !options->decisions_alone && !options->must_alone)
        take_frames(&f);
    if (status == WW_OK && f.starved)
        status = ww_fail_memory(err, "what is known of %zu faces", count);
    free(f.group);
    free(f.enemy);
    ww_vector_free(&f.enemy_next);
    if (status != WW_OK)
        ww_evidence_free(evidence);
    return status;
}

void ww_evidence_free(ww_evidence *evidence)
{
    ww_vector_free(&evidence->must);
    ww_vector_free(&evidence->cannot);
    ww_vector_free(&evidence->at_once);
    ww_vector_free(&evidence->same);
    ww_vector_free(&evidence->different);
}
