// SPDX-License-Identifier: MIT
// What is around faces: kept with them, gone with them, refused where it is damaged.
#include "store_fixture.h"

#include <math.h>
#include <sqlite3.h>

typedef struct story {
    char text[256];
} story;

static ww_status tell_view(void *user, int64_t frame, const uint8_t *view, size_t bytes, ww_error *err)
{
    char *text = ((story *)user)->text;
    sprintf(text + strlen(text), "%d:%zu:%d ", (int)frame, bytes, view[0]);
    return WW_OK;
}

static ww_status tell_context(void *user, const ww_context_row *row, ww_error *err)
{
    char *text = ((story *)user)->text;
    sprintf(text + strlen(text), "%d:%zu:%zu:%.1f:%d ", (int)row->face, row->torso_bytes, row->hair_bytes, row->weight,
            row->embedding_dim);
    return WW_OK;
}

static ww_status tell_light(void *user, int64_t face, const ww_light *light, ww_error *err)
{
    char *text = ((story *)user)->text;
    sprintf(text + strlen(text), "%d: %.3f %.3f %.3f %.3f ", (int)face, light->mean, light->contrast, light->from_right,
            light->from_below);
    return WW_OK;
}

static void check_told(ww_store *s, const char *views, const char *contexts)
{
    ww_error err = {0};
    story v = {""}, c = {""};
    CHECK_OK(ww_store_views(s, tell_view, &v, &err));
    CHECK_OK(ww_store_contexts(s, tell_context, &c, &err));
    CHECK_STR(v.text, views);
    CHECK_STR(c.text, contexts);
}

// A source with two frames of a face each; *face: of the first and the second.
static int64_t add_source(ww_store *s, const char *path, uint64_t hash, int64_t face[2], int64_t frame[2])
{
    ww_error err = {0};
    int64_t source = 0;
    const ww_source_row row = fixture_source(path, hash);
    CHECK_OK(ww_store_add_source(s, &row, &source, &err));
    for (int i = 0; i < 2; i++) {
        const ww_frame_row frame_row = fixture_frame(source, 1 - i); // written in reverse
        CHECK_OK(ww_store_add_frame(s, &frame_row, "x", 1, &frame[1 - i], &err));
        const ww_face_row face_row = {.frame = frame[1 - i], .width = 9, .height = 9, .person = -1};
        CHECK_OK(ww_store_add_face(s, &face_row, NULL, "x", 1, &face[1 - i], &err));
    }
    return source;
}

TEST(the_chip_of_a_face_goes_with_it)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    int64_t face[2], frame[2];
    uint8_t *png = NULL;
    size_t bytes = 0;
    const ww_light light = {0.5f, 0.25f, -0.125f, 1};
    const int64_t source = add_source(s, "a", 1, face, frame);
    CHECK_EQ(ww_store_chip(s, face[0], &png, &bytes, &err), WW_ERR_NOT_FOUND); // as of older libraries
    CHECK_OK(ww_store_add_chip(s, face[0], &light, "chip", 4, &err));
    CHECK_EQ(ww_store_add_chip(s, face[0], &light, "chip", 4, &err), WW_ERR_ARGUMENT); // once
    CHECK_EQ(ww_store_add_chip(s, 77, &light, "chip", 4, &err), WW_ERR_ARGUMENT);      // no such face
    CHECK_OK(ww_store_chip(s, face[0], &png, &bytes, &err));
    CHECK(bytes == 4 && memcmp(png, "chip", 4) == 0);
    free(png);
    story told = {""};
    CHECK_OK(ww_store_lights(s, tell_light, &told, &err));
    CHECK_STR(told.text, "2: 0.500 0.250 -0.125 1.000 ");
    ww_light one;
    CHECK_OK(ww_store_light(s, face[0], &one, &err));
    CHECK(memcmp(&one, &light, sizeof one) == 0);
    CHECK_OK(ww_store_light(s, face[1], &one, &err));
    CHECK(isnan(one.mean));
    CHECK_EQ(ww_store_chip(s, face[1], &png, &bytes, &err), WW_ERR_NOT_FOUND);
    CHECK_OK(ww_store_delete_source(s, source, &err));
    CHECK_EQ(ww_store_chip(s, face[0], &png, &bytes, &err), WW_ERR_NOT_FOUND);
    ww_store_close(s);
    fixture_end();
}

TEST(it_is_read_in_the_order_of_faces_and_goes_with_them)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    int64_t face[2], frame[2];
    const float mean[2] = {0.5f, -0.5f};
    const uint8_t bytes[3] = {7, 8, 9};
    const int64_t source = add_source(s, "a", 1, face, frame);
    check_told(s, "", "");
    for (int i = 1; i >= 0; i--)
        CHECK_OK(ww_store_add_view(s, frame[i], bytes + i, 2, &err));
    CHECK_OK(ww_store_add_context(s, &(ww_context_row){.face = face[1], .hair = bytes, .hair_bytes = 3}, &err));
    CHECK_OK(ww_store_add_context(
        s,
        &(ww_context_row){
            .face = face[0], .torso = bytes, .torso_bytes = 2, .weight = 0.3, .intermediate = mean, .embedding_dim = 2},
        &err));
    check_told(s, "2:2:7 1:2:8 ", "2:2:0:0.3:2 1:0:3:0.0:0 ");
    CHECK_EQ(ww_store_add_view(s, frame[0], bytes, 2, &err), WW_ERR_ARGUMENT); // once
    CHECK_EQ(ww_store_add_view(s, 77, bytes, 2, &err), WW_ERR_ARGUMENT);       // no such frame
    CHECK_EQ(ww_store_add_context(s, &(ww_context_row){.face = 77, .hair = bytes, .hair_bytes = 3}, &err),
             WW_ERR_ARGUMENT);
    CHECK_OK(ww_store_add_context(s, &(ww_context_row){.face = 77}, &err)); // nothing to keep
    check_told(s, "2:2:7 1:2:8 ", "2:2:0:0.3:2 1:0:3:0.0:0 ");
    CHECK_OK(ww_store_delete_source(s, source, &err));
    check_told(s, "", "");
    ww_store_close(s);
    fixture_end();
}

static ww_status tell_shot(void *user, const ww_shot_row *row, ww_error *err)
{
    char *text = ((story *)user)->text;
    sprintf(text + strlen(text), "%d:%d-%d:%d:%zu ", (int)row->source, (int)row->first_us, (int)row->last_us, row->span,
            row->ending_bytes);
    return WW_OK;
}

TEST(shots_are_read_in_order_and_go_with_their_source)
{
    fixture_begin();
    ww_error err = {0};
    ww_store *s = fixture_open();
    int64_t face[2], frame[2];
    story all = {""}, last = {""}, none = {""}, left = {""};
    const uint8_t ending[2] = {1, 2};
    const int64_t a = add_source(s, "a", 1, face, frame), b = add_source(s, "b", 2, face, frame);
    CHECK_OK(ww_store_last_shot(s, a, tell_shot, &none, &err));
    CHECK_STR(none.text, "");
    const ww_shot_row rows[] = {
        {b, 0, 9, 0, NULL, 0}, {a, 5, 7, 0, ending, 2}, {a, 0, 4, 0, NULL, 0}, {a, 5, 8, 1, ending, 1}}; // goes on
    for (int i = 0; i < 4; i++)
        CHECK_OK(ww_store_set_shot(s, &rows[i], &err));
    CHECK_EQ(ww_store_set_shot(s, &(ww_shot_row){77, 0, 1, 0, NULL, 0}, &err), WW_ERR_ARGUMENT); // no such source
    CHECK_OK(ww_store_shots(s, tell_shot, &all, &err));
    CHECK_STR(all.text, "1:0-4:0:0 1:5-8:1:1 2:0-9:0:0 ");
    CHECK_OK(ww_store_last_shot(s, a, tell_shot, &last, &err));
    CHECK_STR(last.text, "1:5-8:1:1 ");
    CHECK_OK(ww_store_delete_source(s, a, &err));
    CHECK_OK(ww_store_shots(s, tell_shot, &left, &err));
    CHECK_STR(left.text, "2:0-9:0:0 ");
    ww_store_close(s);
    fixture_end();
}

static void spoil(const char *statement)
{
    sqlite3 *db = NULL;
    CHECK_EQ(sqlite3_open(fixture_path, &db), SQLITE_OK);
    CHECK_EQ(sqlite3_exec(db, statement, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

TEST(a_shot_that_cannot_be_is_named)
{
    static const char *const harm[] = {"UPDATE shot SET first_us = 10", "UPDATE shot SET last_us = 9223372036854775807",
                                       "UPDATE shot SET first_us = -9223372036854775807", "UPDATE shot SET span = -1",
                                       "UPDATE shot SET ending = zeroblob(70000)"};
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        fixture_begin();
        ww_error err = {0};
        ww_store *s = fixture_open();
        int64_t face[2], frame[2];
        story told = {""};
        const int64_t source = add_source(s, "a", 1, face, frame);
        CHECK_OK(ww_store_set_shot(s, &(ww_shot_row){source, 0, 9, 0, NULL, 0}, &err));
        ww_store_close(s);
        spoil(harm[i]);
        s = fixture_open();
        CHECK_EQ(ww_store_shots(s, tell_shot, &told, &err), WW_ERR_STORE);
        CHECK(strstr(err.message, "shot of source") && strstr(err.message, fixture_path));
        CHECK_EQ(ww_store_last_shot(s, source, tell_shot, &told, &err), WW_ERR_STORE);
        CHECK_STR(told.text, "");
        ww_store_close(s);
        fixture_end();
    }
}

TEST(what_is_damaged_is_named)
{
    static const char *const harm[] = {
        "UPDATE face_intermediate SET weight = -1", "UPDATE face_intermediate SET weight = 9e999",
        "UPDATE face_intermediate SET embedding = X'0000C07F'", // not a number
        "UPDATE face_intermediate SET embedding = X'00'", "UPDATE face_colours SET torso = zeroblob(70000)"};
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        fixture_begin();
        ww_error err = {0};
        ww_store *s = fixture_open();
        int64_t face[2], frame[2];
        story c = {""};
        const float mean[1] = {1};
        add_source(s, "a", 1, face, frame);
        CHECK_OK(ww_store_add_context(s,
                                      &(ww_context_row){.face = face[0],
                                                        .torso = (const uint8_t *)"x",
                                                        .torso_bytes = 1,
                                                        .weight = 1,
                                                        .intermediate = mean,
                                                        .embedding_dim = 1},
                                      &err));
        ww_store_close(s);
        spoil(harm[i]);
        s = fixture_open();
        CHECK_EQ(ww_store_contexts(s, tell_context, &c, &err), WW_ERR_STORE);
        CHECK(strstr(err.message, "context of face") && strstr(err.message, fixture_path));
        ww_store_close(s);
        fixture_end();
    }
}

int main(void)
{
    RUN(the_chip_of_a_face_goes_with_it);
    RUN(it_is_read_in_the_order_of_faces_and_goes_with_them);
    RUN(shots_are_read_in_order_and_go_with_their_source);
    RUN(a_shot_that_cannot_be_is_named);
    RUN(what_is_damaged_is_named);
    return FINISH();
}
