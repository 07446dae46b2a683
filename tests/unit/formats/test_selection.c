// SPDX-License-Identifier: MIT
// Which faces stand for a person: the best first, then what differs by embedding, pose or light.
#include "base/memory.h"
#include "formats/selection.h"
#include "harness.h"

#include <math.h>
#include <stdlib.h>

enum { FACES = 4, DIM = 2 };

static ww_error err;

// Four faces that are alike in all, of which the first is the best.
static ww_catalog make_catalog(void)
{
    static const float front[WW_LANDMARK_VALUES] = {30, 30, 70, 30, 50, 50, 35, 70, 65, 70};
    ww_catalog c = {.dim = DIM};
    for (size_t i = 0; i < FACES; i++) {
        ww_catalog_face face = {.quality = i ? 0.6 : 0.9, .track = (int64_t)i + 1};
        memcpy(face.landmark, front, sizeof front);
        CHECK(ww_vector_push(&c.face, face));
    }
    c.vector = ww_try_array(FACES * DIM, sizeof *c.vector);
    c.light = ww_try_array(FACES, sizeof *c.light);
    for (size_t i = 0; i < FACES; i++) {
        c.vector[i * DIM] = 1;
        c.vector[i * DIM + 1] = 0;
        c.light[i] = (ww_light){0.5f, 0.2f, 0, 0};
    }
    return c;
}

static void free_catalog(ww_catalog *c)
{
    ww_vector_free(&c->face);
    free(c->vector);
    free(c->light);
}

// The second of two that are chosen.
static size_t second(const ww_catalog *c)
{
    size_t face[FACES] = {0, 1, 2, 3}, kept = 0;
    CHECK_OK(ww_select_faces(c, &(ww_selection){.best = 2}, face, FACES, &kept, &err));
    CHECK_EQ(kept, 2);
    CHECK_EQ(face[0], 0); // the best
    return face[1];
}

TEST(of_equally_good_faces_the_one_in_another_light_is_chosen)
{
    static const ww_light others[] = {
        {0.2f, 0.2f, 0, 0}, {0.5f, 0.4f, 0, 0}, {0.5f, 0.2f, 0.3f, 0}, {0.5f, 0.2f, -0.3f, 0}, {0.5f, 0.2f, 0, -0.3f}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ww_catalog c = make_catalog();
        CHECK_EQ(second(&c), 1); // nothing tells them apart: the first
        c.light[2] = others[i];
        CHECK_EQ(second(&c), 2);
        free_catalog(&c);
    }
}

TEST(light_weighs_beside_pose_and_embedding_as_documented)
{
    ww_catalog c = make_catalog();
    c.light[2].from_right = 0.3f;
    c.face.item[3].landmark[4] += 0.25f * 40; // the nose, by a quarter of the distance of the eyes
    CHECK_EQ(second(&c), 2);                  // 0.3 against 0.25
    c.face.item[3].landmark[4] += 0.10f * 40;
    CHECK_EQ(second(&c), 3);      // 0.3 against 0.35
    c.vector[1 * DIM + 1] = 0.5f; // farther than both
    CHECK_EQ(second(&c), 1);
    free_catalog(&c);
}

TEST(light_that_is_not_known_does_not_count)
{
    ww_catalog c = make_catalog();
    c.light[2] = (ww_light){.mean = NAN};
    CHECK_EQ(second(&c), 1);
    c.light[3].mean = 0.9f;
    CHECK_EQ(second(&c), 3);
    free(c.light);
    c.light = NULL;
    CHECK_EQ(second(&c), 1);
    free_catalog(&c);
}

int main(void)
{
    RUN(of_equally_good_faces_the_one_in_another_light_is_chosen);
    RUN(light_weighs_beside_pose_and_embedding_as_documented);
    RUN(light_that_is_not_known_does_not_count);
    return FINISH();
}
