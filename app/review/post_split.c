// SPDX-License-Identifier: MIT
// How the faces of a person fall into two, for the page to show; splitting is a decision like others (post_decide.c).
#include "rows.h"
#include "server.h"

#include <stdlib.h>

static json_t *columns(const session *s, size_t person, const unsigned char *side)
{
    size_t count;
    const size_t *face = ww_view_faces_of_person(s->view, person, &count);
    json_t *column[2] = {json_array(), json_array()};
    for (size_t i = 0; i < count; i++)
        json_array_append_new(column[side[i] != 0], row_of_face(s, face[i]));
    return json_pack("[o,o]", column[0], column[1]);
}

// {"who": 3}: how the faces of a person fall into two. Nothing is decided.
enum MHD_Result post_split(request *r)
{
    session *s = &r->server->session;
    ww_split_proposal proposal = WW_SPLIT_PROPOSAL_INIT;
    ww_error err = {0};
    size_t count = 0;
    json_t *answer = NULL;
    session_lock(s);
    const size_t person = session_person(s, (int)json_integer_value(json_object_get(r->body, "who")));
    ww_view_faces_of_person(s->view, person == WW_NONE ? 0 : person, &count);
    unsigned char *side = calloc(count + 1, 1);
    ww_status status =
        person == WW_NONE || !side ? WW_ERR_NOT_FOUND : ww_view_split(s->view, person, side, &proposal, &err);
    if (status == WW_OK)
        answer = json_pack("{s:o,s:f}", "columns", columns(s, person, side), "separation", proposal.separation);
    session_unlock(s);
    free(side);
    if (person == WW_NONE)
        return reply_error(r, 404, "this person is not there any more");
    return status == WW_OK ? reply_json(r, MHD_HTTP_OK, answer) : reply_status(r, &err);
}
