// SPDX-License-Identifier: MIT
// The catalog: rows and embeddings in one order, and people that faces scanned anew go on as.
#include "library/catalog.h"
#include "harness.h"
#include "store_fixture.h"

TEST(embeddings_stand_in_the_order_of_the_faces)
{
    ww_error err = {0};
    ww_catalog c;
    fixture_begin();
    ww_store *s = fixture_open();
    fixture_fill(s, 2, 3);
    CHECK_OK(ww_catalog_load(s, NULL, 0, &c, &err));
    CHECK_EQ(c.face.count, 12);
    CHECK(c.vector == NULL && c.dim == 0);
    CHECK_OK(ww_catalog_add_vectors(&c, &err));
    CHECK_EQ(c.dim, FIXTURE_DIM);
    for (size_t i = 0; i < c.face.count; i++) {
        const ww_catalog_face *f = &c.face.item[i];
        CHECK_EQ(f->source, c.frame.item[f->frame].source);
        CHECK_EQ(f->track, c.frame.item[f->frame].id * 10 + (f->x > 50));
        CHECK_NEAR(ww_catalog_vector(&c, i)[FIXTURE_DIM - 1] - ww_catalog_vector(&c, i)[0], FIXTURE_DIM - 1, 1e-6);
    }
    CHECK_NEAR(ww_catalog_distance_squared(&c, 3, 3), 0, 1e-12);
    CHECK(ww_catalog_distance_squared(&c, 0, 1) > 0);
    ww_catalog_free(&c);
    ww_store_close(s);
    fixture_end();
}

TEST(embeddings_of_two_lengths_are_refused)
{
    ww_error err = {0};
    ww_catalog c;
    int64_t id;
    const float embedding[FIXTURE_DIM + 1] = {1};
    fixture_begin();
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 1);
    ww_face_row other = fixture_face(1, 2);
    other.embedding_dim = FIXTURE_DIM + 1;
    CHECK_OK(ww_store_add_face(s, &other, embedding, "x", 1, &id, &err));
    CHECK_OK(ww_catalog_load(s, NULL, 0, &c, &err));
    CHECK_EQ(ww_catalog_add_vectors(&c, &err), WW_ERR_STORE);
    CHECK(c.vector == NULL);
    ww_catalog_free(&c);
    ww_store_close(s);
    fixture_end();
}

TEST(faces_scanned_anew_go_on_as_the_people_they_were)
{
    ww_error err = {0};
    ww_catalog c;
    fixture_begin();
    ww_store *s = fixture_open();
    fixture_fill(s, 1, 1);
    const int64_t face[] = {1, 2};
    const int32_t number[] = {5, -1};
    CHECK_OK(ww_store_set_people(s, face, number, 2, &err));
    CHECK_OK(ww_store_delete_source(s, 1, &err));
    fixture_fill(s, 1, 1);
    CHECK_OK(ww_catalog_load(s, NULL, 0, &c, &err));
    CHECK_EQ(c.face.item[0].number, -1);
    CHECK_OK(ww_catalog_recall_people(&c, &err));
    CHECK_EQ(c.face.item[0].number, 5);
    CHECK_EQ(c.face.item[1].number, -1);
    ww_catalog_free(&c);
    ww_store_close(s);
    fixture_end();
}

static void check_classes(ww_store *s, const int32_t *number, size_t count, const char *wanted)
{
    ww_error err = {0};
    ww_catalog c;
    char found[64] = "";
    const int64_t face[] = {1, 2, 3, 4, 5, 6};
    CHECK_OK(ww_store_set_people(s, face, number, count, &err));
    CHECK_OK(ww_catalog_load(s, NULL, 0, &c, &err));
    for (size_t p = 0; p < c.person.count; p++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%d:%d ", c.person.item[p].number,
                 c.person.item[p].class_index);
    CHECK_STR(found, wanted);
    ww_catalog_free(&c);
}

TEST(a_class_keeps_its_number_while_others_come_and_go)
{
    fixture_begin();
    ww_store *s = fixture_open();
    fixture_fill(s, 3, 2);
    check_classes(s, (const int32_t[]){0, 1, 2, 3, 4, 5}, 6, "0:0 1:1 2:2 3:3 4:4 5:5 ");
    check_classes(s, (const int32_t[]){0, 0, 2, 3, 4, 5}, 6, "0:0 2:2 3:3 4:4 5:1 "); // the last fills the gap
    check_classes(s, (const int32_t[]){0, 0, 2, -1, 7, 9}, 6, "0:0 2:2 7:1 9:3 ");
    ww_store_close(s);
    fixture_end();
}

int main(void)
{
    RUN(embeddings_stand_in_the_order_of_the_faces);
    RUN(embeddings_of_two_lengths_are_refused);
    RUN(faces_scanned_anew_go_on_as_the_people_they_were);
    RUN(a_class_keeps_its_number_while_others_come_and_go);
    return FINISH();
}
