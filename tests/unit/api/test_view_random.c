// SPDX-License-Identifier: MIT
// Random decisions over a view: after each the view is what a fresh one of the library would be. SEED repeats a run.
#include "demo_library.h"
#include "same_view.h"

#include <stdlib.h>
#include <time.h>

enum { DECISIONS = 400, SORT_EVERY = 40, FACES_MAX = 6 };

static ww_error err; // of the last call that failed
static uint32_t state;

static size_t below(size_t bound)
{
    state = state * 1664525u + 1013904223u; // Numerical Recipes' generator; its high bits are used
    return (size_t)((uint64_t)(state >> 8) * bound >> 24);
}

static void check_fresh(const char *what)
{
    ww_view *fresh;
    CHECK_OK(ww_library_view(library, &fresh, &err));
    const bool same = same_people(view, fresh);
    if (!same)
        printf("# after %s\n", what);
    CHECK(same);
    ww_view_close(fresh);
}

typedef struct drawn { // a decision and what it points at
    ww_decision decision;
    const char *who[2];
    char text[2][16];
    int64_t face[FACES_MAX];
} drawn;

static void draw_person(drawn *d)
{
    const size_t people = ww_view_person_count(view);
    if (people == 0)
        return;
    char *text = d->text[d->decision.count];
    snprintf(text, sizeof d->text[0], "%d", ww_view_get_person(view, below(people))->number);
    d->who[d->decision.count++] = text;
}

// Faces of one person or, rarely, of nobody.
static void draw_faces(drawn *d)
{
    size_t count;
    const size_t people = ww_view_person_count(view), person = people > 0 && below(8) ? below(people) : WW_NONE;
    const size_t *face = ww_view_faces_of_person(view, person, &count);
    const size_t first = count ? below(count) : 0, wanted = 1 + below(FACES_MAX);
    for (size_t i = first; i < count && d->decision.face_count < wanted; i++)
        d->face[d->decision.face_count++] = ww_view_get_face(view, face[i])->id;
}

// A decision of any kind that a view takes. Many make no sense and are refused.
static void draw(drawn *d)
{
    static const struct {
        ww_decision_kind kind;
        int people, faces; // how many people; whether faces
    } kinds[] = {
        {WW_DECISION_NAME, 1, 0},   {WW_DECISION_NAME, 1, 0},      {WW_DECISION_NAME, 1, 0},
        {WW_DECISION_NAME, 0, 1},   {WW_DECISION_MERGE, 2, 0},     {WW_DECISION_SPLIT, 1, 1},
        {WW_DECISION_SPLIT, 0, 1},  {WW_DECISION_REJECT, 0, 1},    {WW_DECISION_SAME, 1, 1},
        {WW_DECISION_SAME, 2, 0},   {WW_DECISION_DIFFERENT, 2, 0}, {WW_DECISION_IGNORE, 1, 0},
        {WW_DECISION_IGNORE, 0, 1}, {WW_DECISION_NOBODY, 0, 1},    {WW_DECISION_COVER, 0, 1},
        {WW_DECISION_UNDO, 0, 0},   {WW_DECISION_UNDO, 0, 0},      {WW_DECISION_UNDO, 0, 0},
        {WW_DECISION_REDO, 0, 0},
    };
    static const char *const names[] = {"Ada", "Eve", "Zoe", "Mary", "Grace"};
    const size_t k = below(sizeof kinds / sizeof *kinds);
    *d = (drawn){.decision = WW_DECISION_INIT};
    d->decision.kind = kinds[k].kind;
    d->decision.force = (int)below(2);
    d->decision.text = kinds[k].kind == WW_DECISION_NAME ? names[below(sizeof names / sizeof *names)] : NULL;
    for (int i = 0; i < kinds[k].people; i++)
        draw_person(d);
    if (kinds[k].faces)
        draw_faces(d);
    d->decision.who = d->who;
    d->decision.faces = d->face;
}

// The faces that a decision speaks of: those it lists, and of a person the first.
static size_t faces_named(const drawn *d, int64_t *id)
{
    size_t count = 0, of_person;
    for (size_t i = 0; i < d->decision.count; i++) {
        const size_t *face = ww_view_faces_of_person(view, ww_view_find_person(view, atoi(d->text[i])), &of_person);
        if (of_person)
            id[count++] = ww_view_get_face(view, face[0])->id;
    }
    for (size_t i = 0; i < d->decision.face_count; i++)
        id[count++] = d->face[i];
    return count;
}

static void check_named(const int64_t *id, size_t count, const char *name)
{
    for (size_t i = 0; i < ww_view_face_count(view); i++)
        for (size_t k = 0; k < count; k++) {
            if (ww_view_get_face(view, i)->id != id[k])
                continue;
            const ww_view_person *person = ww_view_get_person(view, ww_view_get_face(view, i)->person);
            CHECK(person && same_text(person->name, name));
        }
}

static void sort_anew(void)
{
    CHECK_OK(ww_library_cluster(library, NULL, NULL, &err));
    CHECK_OK(ww_view_refresh(view, &err));
    check_fresh("a sort");
}

TEST(a_view_shows_what_the_library_holds)
{
    size_t taken[WW_DECISION_COVER + 1] = {0};
    for (int i = 1; i <= DECISIONS && harness_failures == 0; i++) {
        drawn d;
        draw(&d);
        int64_t spoken_of[FACES_MAX + 2];
        const size_t spoken = faces_named(&d, spoken_of);
        const ww_status status = ww_view_decide(view, &d.decision, NULL, &err);
        if (status == WW_OK) {
            taken[d.decision.kind]++;
            char what[200];
            snprintf(what, sizeof what, "decision %d: kind %d, %s %s, %zu faces, text %s", i, d.decision.kind,
                     d.who[0] ? d.who[0] : "-", d.who[1] ? d.who[1] : "-", d.decision.face_count,
                     d.decision.text ? d.decision.text : "-");
            check_fresh(what);
            if (d.decision.kind == WW_DECISION_NAME)
                check_named(spoken_of, spoken, d.decision.text);
        }
        CHECK(status == WW_OK || status == WW_ERR_ARGUMENT || status == WW_ERR_NOT_FOUND || status == WW_ERR_CONFIRM);
        if (i % SORT_EVERY == 0)
            sort_anew();
    }
    printf("# taken:");
    for (int k = 0; k <= WW_DECISION_COVER; k++)
        printf(" %zu", taken[k]);
    printf("\n");
    CHECK(taken[WW_DECISION_NAME] > 0 && taken[WW_DECISION_UNDO] > 0 && taken[WW_DECISION_IGNORE] > 0);
}

TEST(taken_back_to_the_first_it_is_the_library_without_decisions)
{
    ww_status status = WW_OK;
    while (status == WW_OK)
        status =
            ww_view_decide(view, &(ww_decision){.size = sizeof(ww_decision), .kind = WW_DECISION_UNDO}, NULL, &err);
    CHECK_EQ(status, WW_ERR_NOT_FOUND);
    sort_anew();
    size_t people = 0;
    for (size_t p = 0; p < ww_view_person_count(view); p++) {
        const ww_view_person *person = ww_view_get_person(view, p);
        people += person->face_count > 0;
        CHECK(person->face_count == 0 || (!person->name && !person->ignored));
    }
    CHECK_EQ(people, 5);
}

int main(void)
{
    const char *seed = getenv("SEED");
    state = seed ? (uint32_t)strtoul(seed, NULL, 10) : (uint32_t)time(NULL);
    printf("# SEED=%lu\n", (unsigned long)state);
    open_demo();
    RUN(a_view_shows_what_the_library_holds);
    RUN(taken_back_to_the_first_it_is_the_library_without_decisions);
    close_demo();
    return FINISH();
}
