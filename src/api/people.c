// SPDX-License-Identifier: MIT
#include "decisions/roster.h"

ww_status ww_library_people(ww_library *library, int (*on_person)(void *user, const ww_person *person), void *user, ww_error *err)
{
    ww_roster roster;
    ww_status status = ww_roster_load(library, &roster, err);
    if (status != WW_OK)
        return status;
    for (size_t i = 0; i < roster.catalog.person.count; i++) {
        const ww_catalog_person *p = &roster.catalog.person.item[i];
        ww_person person = {p->number, p->name, p->folder, (int64_t)ww_roster_count(&roster, i), p->ignored};
        if (on_person(user, &person) != 0)
            break;
    }
    ww_roster_free(&roster);
    return WW_OK;
}
