// SPDX-License-Identifier: MIT
#include "decisions/people_view.h"
#include "base/ascii.h"
#include "base/memory.h"
#include "library/names.h"

#include <stdlib.h>
#include <string.h>

enum { LISTED_MAX = 6, NEAR_EDITS_MAX = 2 };

ww_status ww_people_view_reload(ww_people_view *r, ww_error *err)
{
    ww_decided_free(&r->decided);
    ww_journal_free(&r->journal);
    ww_status status = ww_journal_load(r->library->store, &r->journal, err);
    if (status == WW_OK)
        status = ww_decisions_replay_journal(&r->journal, r->key, r->catalog.face.count, &r->decided, err);
    return status;
}

ww_status ww_people_view_recount(ww_people_view *r, ww_error *err)
{
    const ww_catalog *c = &r->catalog;
    free(r->face_count);
    r->face_count = ww_alloc_array0(c->person.count, sizeof *r->face_count, SIZE_MAX);
    if (!r->face_count)
        return ww_fail_memory(err, "the people of the library");
    for (size_t i = 0; i < c->face.count; i++)
        if (c->face.item[i].person < c->person.count)
            r->face_count[c->face.item[i].person]++;
    return WW_OK;
}

ww_status ww_people_view_load(ww_library *library, ww_people_view *r, ww_error *err)
{
    *r = (ww_people_view){.library = library};
    ww_status status = ww_catalog_load(library->store, NULL, 0, &r->catalog, err);
    if (status == WW_OK) {
        r->key = ww_catalog_keys(&r->catalog, err);
        status = r->key ? ww_people_view_recount(r, err) : WW_ERR_MEMORY;
    }
    if (status == WW_OK)
        status = ww_people_view_reload(r, err);
    if (status != WW_OK)
        ww_people_view_free(r);
    return status;
}

void ww_people_view_free(ww_people_view *r)
{
    ww_decided_free(&r->decided);
    ww_journal_free(&r->journal);
    ww_catalog_free(&r->catalog);
    free(r->key);
    free(r->face_count);
    *r = (ww_people_view){0};
}

const char *ww_people_view_title(const ww_people_view *r, size_t person)
{
    return ww_catalog_title(&r->catalog.person.item[person]);
}

size_t ww_people_view_count(const ww_people_view *r, size_t person) { return r->face_count[person]; }

// The N of "N" or "Face_N", else -1.
static long number_meant(const char *who)
{
    const char *digits = strncmp(who, "Face_", 5) == 0 ? who + 5 : who;
    size_t length = strspn(digits, "0123456789");
    return length > 0 && length < 10 && !digits[length] ? strtol(digits, NULL, 10) : -1;
}

// Levenshtein's distance without regard to capitals, over the first bytes.
static size_t edits(const char *a, const char *b)
{
    enum { LONGEST = 48 };
    size_t row[LONGEST + 1], length = strnlen(b, LONGEST);
    for (size_t k = 0; k <= length; k++)
        row[k] = k;
    for (size_t i = 1; i <= LONGEST && a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t k = 1; k <= length; k++) {
            size_t change = diagonal + (ww_ascii_lower(a[i - 1]) != ww_ascii_lower(b[k - 1]));
            size_t least = row[k] < row[k - 1] ? row[k] + 1 : row[k - 1] + 1;
            diagonal = row[k];
            row[k] = change < least ? change : least;
        }
    }
    return row[length];
}

static ww_status nobody(const ww_people_view *r, const char *who, ww_error *err)
{
    const ww_catalog *c = &r->catalog;
    ww_buffer near = {0}, all = {0};
    size_t listed = 0;
    for (size_t i = 0; i < c->person.count; i++) {
        const char *title = ww_people_view_title(r, i);
        if (ww_people_view_count(r, i) == 0)
            continue;
        if (number_meant(who) < 0 && (edits(who, title) <= NEAR_EDITS_MAX || strcasestr(title, who)))
            ww_buffer_format(&near, "%s%s", near.bytes ? ", " : "", title);
        if (listed++ < LISTED_MAX)
            ww_buffer_format(&all, "%s%s", all.bytes ? ", " : "", title);
    }
    ww_status status;
    if (near.bytes)
        status = ww_fail(err, WW_ERR_NOT_FOUND, "there is no person '%s'; near it: %.400s", who, near.data);
    else if (all.bytes)
        status = ww_fail(err, WW_ERR_NOT_FOUND, "there is no person '%s'; there are %s%s", who, all.data,
                         listed > LISTED_MAX ? ", ..." : "");
    else
        status = ww_fail(err, WW_ERR_NOT_FOUND, "there is no person '%s': nobody was found yet", who);
    ww_buffer_free(&near);
    ww_buffer_free(&all);
    return status;
}

ww_status ww_people_view_find(const ww_people_view *r, const char *who, size_t *person, ww_error *err)
{
    const ww_catalog *c = &r->catalog;
    long number = number_meant(who);
    size_t found = 0;
    for (size_t i = 0; i < c->person.count; i++) {
        const ww_catalog_person *p = &c->person.item[i];
        bool exactly =
            number >= 0 ? p->number == number : strcmp(p->folder, who) == 0 || (p->name && strcmp(p->name, who) == 0);
        if (exactly) {
            *person = i;
            return WW_OK;
        }
        if (number < 0 && ww_name_same(p->name, who)) {
            *person = i;
            found++;
        }
    }
    return found == 1 ? WW_OK : nobody(r, who, err);
}

ww_status ww_check_person_name(const char *name, char **clean, ww_error *err)
{
    *clean = NULL;
    name += strspn(name, " \t\r\n");
    size_t length = strlen(name);
    while (length > 0 && strchr(" \t\r\n", name[length - 1]))
        length--;
    if (length == 0)
        return ww_fail(err, WW_ERR_ARGUMENT, "a name must not be empty");
    if (length > WW_NAME_BYTES_MAX)
        return ww_fail(err, WW_ERR_ARGUMENT, "a name of %zu bytes is too long; %d are allowed", length,
                       WW_NAME_BYTES_MAX);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return ww_fail(err, WW_ERR_ARGUMENT, "a name must not hold line breaks or other control characters");
    char *trimmed = ww_strndup(name, length);
    *clean = ww_name_composed(trimmed);
    free(trimmed);
    if (number_meant(*clean) < 0)
        return WW_OK;
    ww_status status =
        ww_fail(err, WW_ERR_ARGUMENT, "'%s' is not a name: numbers and Face_N stand for people without one", *clean);
    free(*clean);
    *clean = NULL;
    return status;
}
