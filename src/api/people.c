// SPDX-License-Identifier: MIT
#include "decisions/people_view.h"

ww_status ww_library_people(ww_library *library, int (*on_person)(void *user, const ww_person *person), void *user,
                            ww_error *err)
{
    ww_people_view view;
    ww_status status = ww_people_view_load(library, &view, err);
    if (status != WW_OK)
        return status;
    for (size_t i = 0; i < view.catalog.person.count; i++) {
        const ww_catalog_person *p = &view.catalog.person.item[i];
        ww_person person = {p->number, p->name, p->folder, (int64_t)ww_people_view_count(&view, i), p->ignored};
        if (on_person(user, &person) != 0)
            break;
    }
    ww_people_view_free(&view);
    return WW_OK;
}
