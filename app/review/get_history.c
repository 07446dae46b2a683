// SPDX-License-Identifier: MIT
// What was decided, the last first.
#include "rows.h"
#include "server.h"

enum { HISTORY_MAX = 1000 }; // entries that are sent

enum MHD_Result get_history(request *r)
{
    session *s = &r->server->session;
    json_t *rows = json_array();
    session_lock(s);
    const size_t count = ww_view_decision_count(s->view);
    for (size_t i = count; i > 0 && count - i < HISTORY_MAX; i--) {
        const ww_view_decision *d = ww_view_get_decision(s->view, i - 1);
        json_array_append_new(rows, json_pack("[I,I,s,o,b]", (json_int_t)d->number, (json_int_t)d->time_s, d->kind_name,
                                              text_or_null(d->words), d->undone));
    }
    session_unlock(s);
    return reply_json(r, MHD_HTTP_OK, json_pack("{s:o}", "entries", rows));
}
