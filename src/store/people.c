// SPDX-License-Identifier: MIT
// Which face belongs to whom, and what the person is called.
#include "base/memory.h"
#include "base/search.h"
#include "base/vector.h"
#include "store/sql.h"

#include <stdlib.h>

static ww_status move(ww_store *s, int64_t face, int32_t number, ww_error *err)
{
    if (number < -1)
        return ww_fail(err, WW_ERR_ARGUMENT, "%d is not the number of a person", number);
    ww_status status = number < 0 ? WW_OK : ww_sql_run(s, WW_SQL_ADD_PERSON, WW_BIND(WW_I(number)), err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_MOVE_FACE, WW_BIND(WW_I(number), WW_I(face)), err);
    if (status == WW_OK && sqlite3_changes(s->db) == 0)
        return ww_fail(err, WW_ERR_NOT_FOUND, "there is no face with the id %lld in the library '%s'", (long long)face,
                       s->path);
    return status;
}

ww_status ww_store_move_face(ww_store *s, int64_t face, int32_t number, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    return ww_sql_leave(s, move(s, face, number, err), err);
}

ww_status ww_store_drop_person(ww_store *s, int32_t number, ww_error *err)
{
    return ww_sql_run(s, WW_SQL_DROP_PERSON, WW_BIND(WW_I(number)), err);
}

// --- all of them at once: what is as it was is read, not written

typedef struct placed {
    int64_t face;
    int32_t now, wanted; // numbers, -1: nobody
} placed;

typedef struct assignment {
    WW_VECTOR(placed) face;      // all there are, by id
    WW_VECTOR(int32_t) nameless; // people without a name
    size_t numbers;              // the largest there is + 1
    bool *used;                  // numbers: whether the person has a face
} assignment;

static ww_status on_place(void *user, sqlite3_stmt *row, ww_error *err)
{
    assignment *a = user;
    const placed one = {sqlite3_column_int64(row, 0), sqlite3_column_int(row, 1), -1};
    return ww_vector_push(&a->face, one) ? WW_OK : ww_fail_memory(err, "the people of the library");
}

static ww_status on_nameless(void *user, sqlite3_stmt *row, ww_error *err)
{
    assignment *a = user;
    return ww_vector_push(&a->nameless, sqlite3_column_int(row, 0)) ? WW_OK
                                                                    : ww_fail_memory(err, "the people of the library");
}

static ww_status want(ww_store *s, assignment *a, const int64_t *faces, const int32_t *numbers, size_t count,
                      ww_error *err)
{
    for (size_t i = 0; i < count; i++) {
        size_t at;
        WW_LOWER_BOUND(at, a->face.count, a->face.item[at].face < faces[i]);
        if (numbers[i] < -1)
            return ww_fail(err, WW_ERR_ARGUMENT, "%d is not the number of a person", numbers[i]);
        if (at == a->face.count || a->face.item[at].face != faces[i])
            return ww_fail(err, WW_ERR_NOT_FOUND, "there is no face with the id %lld in the library '%s'",
                           (long long)faces[i], s->path);
        a->face.item[at].wanted = numbers[i];
        a->numbers = numbers[i] >= (int64_t)a->numbers ? (size_t)numbers[i] + 1 : a->numbers;
    }
    return WW_OK;
}

static ww_status drop_nameless(ww_store *s, assignment *a, ww_error *err)
{
    a->used = ww_try_array(a->numbers, sizeof *a->used);
    if (!a->used)
        return ww_fail_memory(err, "the people of the library");
    for (size_t i = 0; i < a->face.count; i++)
        if (a->face.item[i].wanted >= 0)
            a->used[a->face.item[i].wanted] = true;
    ww_status status = ww_sql_walk(s, "SELECT number FROM person WHERE name IS NULL", on_nameless, a, err);
    for (size_t i = 0; status == WW_OK && i < a->nameless.count; i++) {
        const int32_t number = a->nameless.item[i];
        if (number < 0 || (size_t)number >= a->numbers || !a->used[number])
            status = ww_store_drop_person(s, number, err);
    }
    return status;
}

static ww_status assign(ww_store *s, const int64_t *faces, const int32_t *numbers, size_t count, ww_error *err)
{
    assignment a = {0};
    ww_status status = ww_sql_walk(s, "SELECT id, ifnull(person, -1) FROM face ORDER BY id", on_place, &a, err);
    if (status == WW_OK)
        status = want(s, &a, faces, numbers, count, err);
    for (size_t i = 0; status == WW_OK && i < a.face.count; i++)
        if (a.face.item[i].now != a.face.item[i].wanted)
            status = move(s, a.face.item[i].face, a.face.item[i].wanted, err);
    if (status == WW_OK)
        status = drop_nameless(s, &a, err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_FORGET, NULL, 0, err);
    free(a.used);
    ww_vector_free(&a.face);
    ww_vector_free(&a.nameless);
    return status;
}

ww_status ww_store_set_people(ww_store *s, const int64_t *faces, const int32_t *numbers, size_t count, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    return ww_sql_leave(s, assign(s, faces, numbers, count, err), err);
}

ww_status ww_store_set_name(ww_store *s, int number, const char *name, ww_error *err)
{
    ww_status status = ww_sql_run(s, WW_SQL_SET_NAME, WW_BIND(WW_S(name), WW_I(number)), err);
    if (status == WW_OK && sqlite3_changes(s->db) == 0)
        return ww_fail(err, WW_ERR_NOT_FOUND, "there is no person %d in the library '%s'", number, s->path);
    return status;
}

ww_status ww_store_set_ignored(ww_store *s, int number, bool ignored, ww_error *err)
{
    ww_status status = ww_sql_run(s, WW_SQL_SET_IGNORED, WW_BIND(WW_I(ignored), WW_I(number)), err);
    if (status == WW_OK && sqlite3_changes(s->db) == 0)
        return ww_fail(err, WW_ERR_NOT_FOUND, "there is no person %d in the library '%s'", number, s->path);
    return status;
}
