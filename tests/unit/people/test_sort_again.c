// SPDX-License-Identifier: MIT
// After any sequence of decisions, sorting from what the last sort found gives every row that sorting anew gives.
#include "api/cluster.h"
#include "base/memory.h"
#include "harness.h"
#include "library/library.h"
#include "library/settings.h"
#include "people.h"
#include "scratch.h"
#include "store/sql.h"

#include "whoswho/view.h"

enum { PEOPLE = 48, PHOTOS = 150, TRACKS = 40, STEPS = 70, LIBRARIES = 3 };

// --- a library in which much is near the threshold: twins, people who vary, faces that only join, tracks

static void draw_face(ww_random *r, int who, float *v)
{
    people_face(r, who, 0.55 + 0.07 * (who % 8), v);
    if (who % 6 != 1)
        return;
    float other[PEOPLE_DIM];
    people_direction(who - 1, other);
    for (int i = 0; i < PEOPLE_DIM; i++)
        v[i] += 0.55F * other[i];
    people_unit(v);
}

static void add_face(ww_library *l, ww_random *r, int64_t frame, int place, int who, int64_t track)
{
    ww_error err = {0};
    int64_t id;
    float vector[PEOPLE_DIM];
    const ww_face_row row = {.frame = frame,
                             .order = place,
                             .x = 100.0 * place,
                             .y = 50,
                             .width = 80,
                             .height = 80,
                             .score = ww_random_below(r, 12) == 0 ? 0.7 : 0.9,
                             .quality = ww_random_below(r, 4) == 0 ? 0.2 : 0.6,
                             .person = -1,
                             .embedding_dim = PEOPLE_DIM,
                             .track = track,
                             .portrait_width = 1,
                             .portrait_height = 1};
    draw_face(r, who, vector);
    CHECK_OK(ww_store_add_face(l->store, &row, vector, "p", 1, &id, &err));
}

static int64_t add_source(ww_library *l, uint64_t hash, int kind)
{
    ww_error err = {0};
    int64_t source = 0;
    const ww_source_row row = {.path = "a.jpg",
                               .hash = hash,
                               .kind = kind,
                               .scan_key = "k",
                               .span_count = 1,
                               .width = 640,
                               .height = 360,
                               .duration_us = kind == WW_MEDIA_VIDEO ? 600000000 : 0};
    CHECK_OK(ww_store_add_source(l->store, &row, &source, &err));
    return source;
}

static int64_t add_frame(ww_library *l, int64_t source, int64_t sample)
{
    ww_error err = {0};
    int64_t frame = 0;
    const ww_frame_row row = {.source = source, .sample = sample, .time_us = sample * 1000000};
    CHECK_OK(ww_store_add_frame(l->store, &row, "j", 1, &frame, &err));
    return frame;
}

static void fill(ww_library *l, uint64_t seed)
{
    ww_random r = {seed};
    for (int i = 0; i < PHOTOS; i++) {
        const int64_t frame = add_frame(l, add_source(l, (uint64_t)i + 1, WW_MEDIA_PHOTO), 0);
        const int faces = 1 + (int)ww_random_below(&r, 3), first = (int)ww_random_below(&r, PEOPLE);
        for (int k = 0; k < faces; k++)
            add_face(l, &r, frame, k, (first + k * (1 + (int)ww_random_below(&r, 3))) % PEOPLE, 0);
    }
    const int64_t film = add_source(l, 1000000, WW_MEDIA_VIDEO);
    for (int t = 0, sample = 0; t < TRACKS; t++) {
        const int frames = 1 + (int)ww_random_below(&r, 5), who = (int)ww_random_below(&r, PEOPLE);
        const bool two = ww_random_below(&r, 2) == 0;
        for (int k = 0; k < frames; k++) {
            const int64_t frame = add_frame(l, film, sample++);
            add_face(l, &r, frame, 0, who, 2 * t + 1);
            if (two)
                add_face(l, &r, frame, 1, (who + 1) % PEOPLE, 2 * t + 2);
        }
    }
}

static ww_library *make(const char *dir, uint64_t seed)
{
    ww_error err = {0};
    ww_library *l = NULL;
    ww_cluster_options options = WW_CLUSTER_OPTIONS_INIT;
    options.method = "hac";
    CHECK_OK(ww_library_open(dir, WW_LIBRARY_CREATE, NULL, &l, &err));
    CHECK_OK(ww_store_begin(l->store, &err));
    fill(l, seed);
    CHECK_OK(ww_setting_store_number(l, WW_SETTING_SEED_SCORE, 0.8, &err));
    CHECK_OK(ww_store_commit(l->store, &err));
    CHECK_OK(ww_library_cluster(l, &options, NULL, &err));
    return l;
}

// --- decisions

typedef struct choice { // the same for both libraries
    ww_decision_kind kind;
    char who[2][16], name[16];
    int64_t face[8];
    size_t people, faces;
    bool named;
} choice;

typedef struct numbers {
    int32_t item[512];
    size_t count;
} numbers;

static ww_status on_person(void *user, const ww_person_row *row, ww_error *err)
{
    numbers *n = user;
    (void)err;
    if (n->count < 512 && row->faces > 0)
        n->item[n->count++] = row->number;
    return WW_OK;
}

static void choose_person(const ww_library *l, ww_random *r, char *who)
{
    numbers n = {0};
    ww_error err = {0};
    CHECK_OK(ww_store_people(l->store, true, on_person, &n, &err));
    snprintf(who, 16, "%d", n.count ? (int)n.item[ww_random_below(r, (uint32_t)n.count)] : 0);
}

typedef struct few {
    int64_t face[8];
    size_t count, seen;
    int person;
    ww_random *random;
} few;

static ww_status on_face(void *user, const ww_face_row *row, const float *embedding, ww_error *err)
{
    few *f = user;
    (void)embedding;
    (void)err;
    if (f->person != INT32_MAX && row->person != f->person)
        return WW_OK;
    const size_t at = f->seen < 8 ? f->seen : ww_random_below(f->random, (uint32_t)f->seen + 1);
    f->seen++;
    if (at < 8)
        f->face[at] = row->id;
    return WW_OK;
}

// Up to three faces of one person, or (INT32_MAX) of anybody.
static void choose_faces(const ww_library *l, ww_random *r, int person, choice *c)
{
    few f = {.person = person, .random = r};
    ww_error err = {0};
    CHECK_OK(ww_store_faces(l->store, false, on_face, &f, &err));
    const size_t there = f.seen < 8 ? f.seen : 8, wanted = 1 + ww_random_below(r, 3);
    c->faces = there < wanted ? there : wanted;
    memcpy(c->face, f.face, sizeof c->face);
}

static const ww_decision_kind kinds[] = {
    WW_DECISION_NAME,  WW_DECISION_NAME,      WW_DECISION_NAME,   WW_DECISION_MERGE,  WW_DECISION_MERGE,
    WW_DECISION_SAME,  WW_DECISION_REJECT,    WW_DECISION_REJECT, WW_DECISION_NOBODY, WW_DECISION_SPLIT,
    WW_DECISION_UNDO,  WW_DECISION_UNDO,      WW_DECISION_UNDO,   WW_DECISION_REDO,   WW_DECISION_IGNORE,
    WW_DECISION_COVER, WW_DECISION_DIFFERENT,
};

static choice choose(const ww_library *l, ww_random *r)
{
    choice c = {.kind = kinds[ww_random_below(r, sizeof kinds / sizeof *kinds)]};
    choose_person(l, r, c.who[0]);
    choose_person(l, r, c.who[1]);
    c.named = ww_random_below(r, 6) != 0;
    snprintf(c.name, sizeof c.name, "Name %u", ww_random_below(r, 12));
    switch (c.kind) {
    case WW_DECISION_NAME:
        c.people = 1;
        if (ww_random_below(r, 4) == 0) {
            choose_faces(l, r, INT32_MAX, &c);
            c.people = 0;
            c.named = true;
        }
        break;
    case WW_DECISION_SAME:
        c.people = 1;
        choose_faces(l, r, INT32_MAX, &c);
        break;
    case WW_DECISION_SPLIT:
        c.people = 1;
        choose_faces(l, r, atoi(c.who[0]), &c);
        break;
    case WW_DECISION_REJECT: choose_faces(l, r, atoi(c.who[0]), &c); break;
    case WW_DECISION_COVER:
        choose_faces(l, r, atoi(c.who[0]), &c);
        c.faces = c.faces ? 1 : 0;
        break;
    case WW_DECISION_NOBODY: choose_faces(l, r, INT32_MAX, &c); break;
    case WW_DECISION_MERGE:
    case WW_DECISION_DIFFERENT: c.people = 2; break;
    case WW_DECISION_IGNORE: c.people = 1; break;
    default: break;
    }
    if (c.kind != WW_DECISION_NAME)
        c.named = false;
    return c;
}

static ww_status decide(ww_library *l, const choice *c)
{
    ww_error err = {0};
    const char *who[2] = {c->who[0], c->who[1]};
    ww_decision d = WW_DECISION_INIT;
    d.kind = c->kind;
    d.who = who;
    d.count = c->people;
    d.text = c->named ? c->name : NULL;
    d.force = 1;
    d.faces = c->face;
    d.face_count = c->faces;
    return ww_library_decide(l, &d, NULL, &err);
}

// --- what is in a library

static void add_rows(ww_library *l, const char *sql, ww_buffer *out)
{
    sqlite3_stmt *row = NULL;
    CHECK_EQ(sqlite3_prepare_v2(l->store->db, sql, -1, &row, NULL), SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(row); i++) {
            const char *text = (const char *)sqlite3_column_text(row, i);
            ww_buffer_text(out, text ? text : "-");
            ww_buffer_text(out, " ");
        }
        ww_buffer_text(out, "\n");
    }
    sqlite3_finalize(row);
}

static ww_buffer everything(ww_library *l)
{
    ww_buffer b = {0};
    add_rows(l, "SELECT id, person, former, was FROM face ORDER BY id", &b);
    add_rows(l, "SELECT * FROM person ORDER BY number", &b);
    add_rows(l, "SELECT * FROM meta ORDER BY key", &b);
    add_rows(l, "SELECT digest, journal, threshold FROM sort_state", &b);
    for (const char *const *part = (const char *const[]){"clusters", "joins", NULL}; *part; part++) {
        char sql[512]; // a line for each face
        snprintf(sql, sizeof sql,
                 "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < (SELECT count(*) FROM "
                 "face)) SELECT '%s', i, hex(substr(%s, 4 * i + 1, 4)) FROM n, sort_state",
                 *part, *part);
        add_rows(l, sql, &b);
    }
    return b;
}

// The first lines in which two texts differ.
static void show_difference(const char *x, const char *y)
{
    for (int shown = 0; *x && *y && shown < 4;) {
        const size_t a = strcspn(x, "\n"), b = strcspn(y, "\n");
        if (a != b || memcmp(x, y, a) != 0) {
            printf("#   %.*s\n# / %.*s\n", (int)(a < 100 ? a : 100), x, (int)(b < 100 ? b : 100), y);
            shown++;
        }
        x += a + (x[a] != 0);
        y += b + (y[b] != 0);
    }
}

static bool same_rows(ww_library *a, ww_library *b)
{
    ww_buffer x = everything(a), y = everything(b);
    const bool same = x.bytes == y.bytes && memcmp(x.data, y.data, x.bytes) == 0;
    if (!same)
        show_difference(x.data, y.data);
    ww_buffer_free(&x);
    ww_buffer_free(&y);
    return same;
}

typedef struct tally {
    int decided, again, wrong;
} tally;

static void live(uint64_t seed, tally *t)
{
    ww_error err = {0};
    ww_random r = {seed * 7919};
    const char *dir_a = scratch_folder_in_memory(), *dir_b = scratch_folder_in_memory();
    ww_library *a = make(dir_a, seed), *b = make(dir_b, seed);
    CHECK(same_rows(a, b));
    for (int step = 0; step < STEPS; step++) {
        const choice c = choose(a, &r);
        const ww_status status = decide(a, &c);
        bool again = false;
        CHECK_EQ(decide(b, &c), status);
        if (status != WW_OK)
            continue;
        CHECK_OK(ww_sort_after_decisions(a, NULL, &again, &err));
        CHECK_OK(ww_library_cluster(b, NULL, NULL, &err));
        const bool same = same_rows(a, b);
        if (!same)
            printf("# library %llu, step %d, decision %d: rows differ\n", (unsigned long long)seed, step, (int)c.kind);
        t->decided++;
        t->again += again;
        t->wrong += !same;
        if (!same)
            break;
    }
    ww_library_close(a);
    ww_library_close(b);
    scratch_remove(dir_a);
    scratch_remove(dir_b);
}

TEST(decisions_sort_as_sorting_anew_does)
{
    tally t = {0};
    for (uint64_t seed = 1; seed <= LIBRARIES; seed++)
        live(seed, &t);
    printf("# %d decisions, %d of them without sorting everything\n", t.decided, t.again);
    CHECK_EQ(t.wrong, 0);
    CHECK(t.again > t.decided * 3 / 4);
}

int main(void)
{
    RUN(decisions_sort_as_sorting_anew_does);
    return FINISH();
}
