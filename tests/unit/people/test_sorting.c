// SPDX-License-Identifier: MIT
// Sorting faces into people: what is known is honoured, by every method, whatever is known; and a threshold sets
// itself.
#include "base/memory.h"
#include "harness.h"
#include "people/evidence.h"
#include "people/sort.h"
#include "people/threshold.h"
#include "people.h"

#define LINKAGE 1.1
enum { FACES_MAX = 1000 };

static void all_good(const ww_catalog *g, ww_face_grade *grade)
{
    for (size_t i = 0; i < g->face.count; i++)
        grade[i] = WW_FACE_SEED;
}

static void find_evidence(const ww_catalog *g, const ww_decided *decided, const ww_face_grade *grade,
                          ww_evidence *evidence)
{
    ww_error err = {0};
    CHECK_OK(ww_evidence_find(g, decided, &(ww_evidence_options){LINKAGE, grade}, evidence, &err));
}

static void sort_faces(const ww_catalog *g, const ww_decided *decided, const ww_evidence *evidence, const char *method,
                       const ww_face_grade *grade, int threads, int32_t *label)
{
    ww_error err = {0};
    const ww_method *m = ww_method_named(method);
    ww_sort_options options = {.method = m,
                               .threshold = m->defaults.threshold,
                               .min_size = 2,
                               .min_samples = 2,
                               .grade = grade,
                               .join = 0.9,
                               .threads = threads};
    CHECK_OK(ww_sort_faces(g, decided, evidence, &options, label, &err));
}

// Decisions that do not contradict each other: identities are sets of faces, links lie within and between them.
static void decide_at_random(const ww_catalog *g, ww_random *r, ww_decided *decided)
{
    const uint32_t count = (uint32_t)g->face.count;
    *decided = (ww_decided){.identity = ww_alloc(count * sizeof *decided->identity)};
    for (uint32_t i = 0; i < count; i++)
        decided->identity[i] = -1;
    uint32_t anchor[4];
    for (int32_t who = 0; who < 4; who++) {
        ww_vector_add(&decided->identities, ((ww_identity){.name = ww_strf("P%d", (int)who)}));
        uint32_t last = UINT32_MAX;
        for (int k = 0; k < 5; k++) {
            uint32_t face = ww_random_below(r, count);
            if (decided->identity[face] >= 0)
                continue;
            decided->identity[face] = who;
            if (last != UINT32_MAX)
                ww_vector_add(&decided->must, ((ww_pair){last, face}));
            anchor[who] = last = face;
        }
    }
    for (int a = 0; a < 4; a++)
        for (int b = a + 1; b < 4; b++)
            ww_vector_add(&decided->cannot, ((ww_pair){anchor[a], anchor[b]}));
}

// The decisions hold; tracks hold where decisions leave them; people seen at once are apart unless decided together.
static void check_honoured(const ww_evidence *e, const ww_decided *decided, const int32_t *label)
{
    for (size_t i = 0; i < decided->must.count; i++)
        CHECK_EQ(label[decided->must.item[i].a], label[decided->must.item[i].b]);
    for (size_t i = 0; i < decided->cannot.count; i++)
        CHECK(label[decided->cannot.item[i].a] < 0
              || label[decided->cannot.item[i].a] != label[decided->cannot.item[i].b]);
    for (size_t i = 0; i < e->must.count; i++)
        CHECK_EQ(label[e->must.item[i].a], label[e->must.item[i].b]);
    for (size_t i = 0; i < e->cannot.count; i++)
        CHECK(label[e->cannot.item[i].a] < 0 || label[e->cannot.item[i].a] != label[e->cannot.item[i].b]);
    for (size_t i = 0; i < e->at_once.count; i++)
        CHECK(label[e->at_once.item[i].a] < 0 || label[e->at_once.item[i].a] != label[e->at_once.item[i].b]);
}

TEST(every_method_honours_decisions_tracks_and_frames_whatever_they_are)
{
    size_t methods;
    const ww_method *method = ww_methods(&methods);
    int who[FACES_MAX];
    int32_t label[FACES_MAX];
    ww_face_grade grade[FACES_MAX];
    for (uint64_t seed = 1; seed <= 25; seed++) {
        ww_random r = {seed};
        ww_catalog g = {0};
        ww_decided decided;
        ww_evidence evidence;
        people_footage(&g, &r, 3 + (int)ww_random_below(&r, 5), 60, 0.5 + 0.6 * ww_random_unit(&r), who);
        for (size_t i = 0; i < g.face.count; i++)
            grade[i] = (ww_face_grade)ww_random_below(&r, 3);
        decide_at_random(&g, &r, &decided);
        find_evidence(&g, &decided, grade, &evidence);
        for (size_t m = 0; m < methods; m++) {
            sort_faces(&g, &decided, &evidence, method[m].name, grade, 1 + (int)(seed % 3), label);
            check_honoured(&evidence, &decided, label);
            for (size_t i = 0; i < g.face.count; i++)
                CHECK(decided.identity[i] < 0 || label[i] >= 0); // whom a decision made a person is one
        }
        ww_evidence_free(&evidence);
        ww_decided_free(&decided);
        ww_catalog_free(&g);
    }
}

// The same faces in reverse order.
static void reverse(const ww_catalog *from, ww_catalog *to)
{
    const size_t n = from->face.count;
    *to = (ww_catalog){.dim = from->dim};
    to->vector = malloc(n * PEOPLE_DIM * sizeof *to->vector);
    for (size_t i = 0; i < n; i++) {
        ww_vector_add(&to->face, from->face.item[n - 1 - i]);
        memcpy(to->vector + i * PEOPLE_DIM, from->vector + (n - 1 - i) * PEOPLE_DIM, PEOPLE_DIM * sizeof *to->vector);
    }
}

TEST(the_sorting_depends_neither_on_threads_nor_on_the_order_of_faces)
{
    int who[FACES_MAX];
    int32_t one[FACES_MAX], three[FACES_MAX], backwards[FACES_MAX];
    ww_face_grade grade[FACES_MAX];
    static const char *const methods[] = {"hac", "map-equation", "chinese-whispers"};
    for (uint64_t seed = 1; seed <= 8; seed++) {
        ww_random r = {seed};
        ww_catalog g = {0}, back;
        ww_decided none = {0};
        ww_evidence evidence, back_evidence;
        people_footage(&g, &r, 6, 80, 0.9, who);
        all_good(&g, grade);
        reverse(&g, &back);
        find_evidence(&g, &none, grade, &evidence);
        find_evidence(&back, &none, grade, &back_evidence);
        CHECK_EQ(evidence.must.count, back_evidence.must.count);
        CHECK_EQ(evidence.cannot.count, back_evidence.cannot.count);
        CHECK_EQ(evidence.at_once.count, back_evidence.at_once.count);
        for (size_t m = 0; m < 3; m++) {
            sort_faces(&g, &none, &evidence, methods[m], grade, 1, one);
            sort_faces(&g, &none, &evidence, methods[m], grade, 3, three);
            sort_faces(&back, &none, &back_evidence, methods[m], grade, 2, backwards);
            const size_t n = g.face.count;
            for (size_t i = 0; i < n; i++) {
                CHECK_EQ(one[i], three[i]);
                CHECK_EQ(one[i] < 0, backwards[n - 1 - i] < 0);
                CHECK_EQ(one[i] == one[0], backwards[n - 1 - i] == backwards[n - 1]);
            }
        }
        ww_evidence_free(&evidence);
        ww_evidence_free(&back_evidence);
        ww_catalog_free(&g);
        ww_catalog_free(&back);
    }
}

TEST(people_are_found_and_poor_faces_join_but_never_outnumber)
{
    int who[FACES_MAX];
    int32_t label[FACES_MAX];
    ww_face_grade grade[FACES_MAX];
    ww_random r = {5};
    ww_catalog g = {0};
    ww_decided none = {0};
    ww_evidence evidence;
    people_footage(&g, &r, 5, 80, 0.6, who);
    const size_t clear = g.face.count;
    for (int k = 0; k < 40; k++) { // blurs, all alike, in forty photos
        who[g.face.count] = -1;
        people_add(&g, &r, 99, 0.2, (uint32_t)(1000 + k), 0);
    }
    all_good(&g, grade);
    for (size_t i = clear + 2; i < g.face.count; i++)
        grade[i] = WW_FACE_JOINS_ONLY; // but two of them
    find_evidence(&g, &none, grade, &evidence);
    sort_faces(&g, &none, &evidence, "hac", grade, 2, label);
    for (size_t i = 1; i < clear; i++)
        for (size_t k = 0; k < i; k++)
            CHECK_EQ(who[i] == who[k], label[i] == label[k]);
    for (size_t i = clear + 2; i < g.face.count; i++)
        CHECK_EQ(label[i], WW_NOBODY);
    ww_evidence_free(&evidence);
    ww_catalog_free(&g);
}

TEST(somebody_shown_twice_at_once_is_one_person_and_said_to_be)
{
    int32_t label[8];
    ww_face_grade grade[8];
    ww_random r = {3};
    ww_catalog g = {0};
    ww_decided none = {0};
    ww_evidence evidence;
    for (uint32_t f = 0; f < 3; f++) {
        people_add(&g, &r, 1, 0.6, f, 1);
        people_add(&g, &r, 1, 0.6, f, 2);
        float *pair = g.vector + (g.face.count - 2) * PEOPLE_DIM; // the mirrored one differs by little
        for (int i = 0; i < PEOPLE_DIM; i++)
            pair[PEOPLE_DIM + i] = pair[i] + (float)(0.02 * ww_random_normal(&r));
        people_unit(pair + PEOPLE_DIM);
    }
    people_add(&g, &r, 2, 0.6, 2, 3); // and a stranger beside them
    all_good(&g, grade);
    find_evidence(&g, &none, grade, &evidence);
    CHECK_EQ(evidence.duplicate_appearances, 1);
    CHECK_EQ(evidence.cannot.count, 2);
    sort_faces(&g, &none, &evidence, "hac", grade, 1, label);
    CHECK(label[0] >= 0 && label[0] == label[1] && label[4] == label[5] && label[0] == label[5]);
    CHECK(label[6] != label[0]);
    ww_evidence_free(&evidence);
    ww_catalog_free(&g);
}

// On one photo they are hardly one, on footage, followed, they are two.
TEST(being_on_one_photo_is_told_from_being_followed_side_by_side)
{
    ww_face_grade grade[4];
    ww_random r = {4};
    ww_catalog g = {0};
    ww_decided none = {0};
    ww_evidence evidence;
    people_add(&g, &r, 1, 0.6, 0, 0);
    people_add(&g, &r, 2, 0.6, 0, 0);
    people_add(&g, &r, 1, 0.6, 1, 1);
    people_add(&g, &r, 2, 0.6, 1, 2);
    all_good(&g, grade);
    find_evidence(&g, &none, grade, &evidence);
    CHECK_EQ(evidence.at_once.count, 1);
    CHECK_EQ(evidence.at_once.item[0].b, 1);
    CHECK_EQ(evidence.cannot.count, 1);
    CHECK_EQ(evidence.cannot.item[0].b, 3);
    ww_evidence_free(&evidence);
    ww_catalog_free(&g);
}

static void push_normal(ww_evidence *e, ww_random *r, int count, double mean, double deviation)
{
    for (int i = 0; i < count; i++)
        ww_vector_add(&e->different, (float)(mean + deviation * ww_random_normal(r)));
}

TEST(the_threshold_follows_the_footage_within_bounds)
{
    ww_random r = {11};
    ww_evidence e = {0};
    push_normal(&e, &r, 10, 1.3, 0.07);
    ww_threshold few = ww_threshold_choose(&e, LINKAGE, 100);
    CHECK(!few.measured);
    CHECK_NEAR(few.value, LINKAGE, 1e-3);                                   // too little evidence: the model's own
    CHECK(ww_threshold_choose(&e, LINKAGE, 10000).value < few.value - 0.1); // more faces, more pairs that can go wrong

    push_normal(&e, &r, 2000, 1.3, 0.07);
    ww_threshold measured = ww_threshold_choose(&e, LINKAGE, 100);
    CHECK(measured.measured);
    CHECK_NEAR(measured.mean, 1.3, 0.01);
    CHECK_NEAR(measured.deviation, 0.07, 0.01);
    // One of the 4950 pairs of tracks is expected within 3.54 deviations.
    CHECK_NEAR(measured.value, 1.3 - 3.54 * 0.07, 0.03);
    CHECK_NEAR(ww_threshold_false_merge(&measured, measured.value) * 4950, 1, 0.05);
    CHECK_NEAR(ww_threshold_false_merge(&measured, 1.3), 0.5, 0.1);

    e.different.count = 0;
    push_normal(&e, &r, 40, 1.3, 0.2); // a few pairs are believed less than half
    ww_threshold crowd = ww_threshold_choose(&e, LINKAGE, 100);
    CHECK(crowd.measured && crowd.mean > 1.25 && crowd.deviation > 0.08 && crowd.deviation < 0.15);

    e.different.count = 0;
    push_normal(&e, &r, 2000, 2.0, 0.05); // strangers far apart do not make it generous,
    CHECK_NEAR(ww_threshold_choose(&e, LINKAGE, 100).value, LINKAGE, 1e-9);
    e.different.count = 0;
    push_normal(&e, &r, 2000, 0.8, 0.1); // nor does a crowd in the dark make it useless
    CHECK(ww_threshold_choose(&e, LINKAGE, 100).value >= 0.8 * LINKAGE);
    ww_evidence_free(&e);
}

TEST(known_pairs_beyond_the_threshold_are_counted)
{
    ww_evidence e = {0};
    CHECK(ww_threshold_false_split(&e, 1) == 0);
    for (int i = 0; i < 10; i++)
        ww_vector_add(&e.same, 0.5f + 0.1f * (float)i);
    CHECK_NEAR(ww_threshold_false_split(&e, 1.15), 0.3, 1e-9);
    ww_evidence_free(&e);
}

int main(void)
{
    RUN(every_method_honours_decisions_tracks_and_frames_whatever_they_are);
    RUN(the_sorting_depends_neither_on_threads_nor_on_the_order_of_faces);
    RUN(people_are_found_and_poor_faces_join_but_never_outnumber);
    RUN(somebody_shown_twice_at_once_is_one_person_and_said_to_be);
    RUN(being_on_one_photo_is_told_from_being_followed_side_by_side);
    RUN(the_threshold_follows_the_footage_within_bounds);
    RUN(known_pairs_beyond_the_threshold_are_counted);
    return FINISH();
}
