// SPDX-License-Identifier: MIT
// Which face belongs to whom, and what the person is called.
#include "store/sql.h"

static ww_status assign(ww_store *s, const int64_t *faces, const int32_t *numbers, size_t count, ww_error *err)
{
    ww_status status = ww_sql_run(s, WW_SQL_CLEAR_PEOPLE, NULL, 0, err);
    for (size_t i = 0; status == WW_OK && i < count; i++) {
        if (numbers[i] < -1)
            return ww_fail(err, WW_ERR_ARGUMENT, "%d is not the number of a person", numbers[i]);
        status = ww_sql_run(s, WW_SQL_SET_PERSON, WW_BIND(WW_I(numbers[i]), WW_I(faces[i])), err);
        if (status == WW_OK && sqlite3_changes(s->db) == 0)
            return ww_fail(err, WW_ERR_NOT_FOUND, "there is no face with the id %lld in the library '%s'",
                           (long long)faces[i], s->path);
    }
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_ADD_PEOPLE, NULL, 0, err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_DROP_PEOPLE, NULL, 0, err);
    if (status == WW_OK)
        status = ww_sql_run(s, WW_SQL_FORGET, NULL, 0, err);
    return status;
}

ww_status ww_store_set_people(ww_store *s, const int64_t *faces, const int32_t *numbers, size_t count, ww_error *err)
{
    ww_status status = ww_sql_enter(s, err);
    if (status != WW_OK)
        return status;
    return ww_sql_leave(s, assign(s, faces, numbers, count, err), err);
}

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
