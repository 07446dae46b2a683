// SPDX-License-Identifier: MIT
// Decisions, as the page sends them: {"kind": "merge", "who": [numbers of people], "faces": [ids], "name": text,
// "force": true}. They are what the commands of these names write into the journal.
#include "rows.h"
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_CHARS = 12 };

static const struct {
    const char *name;
    ww_decision_kind kind;
} kinds[] = {
    {"name", WW_DECISION_NAME},     {"merge", WW_DECISION_MERGE},   {"split", WW_DECISION_SPLIT},
    {"reject", WW_DECISION_REJECT}, {"same", WW_DECISION_SAME},     {"different", WW_DECISION_DIFFERENT},
    {"ignore", WW_DECISION_IGNORE}, {"nobody", WW_DECISION_NOBODY}, {"cover", WW_DECISION_COVER},
};

// A decision with what it refers to.
typedef struct asked {
    ww_decision decision;
    char (*number)[NUMBER_CHARS];
    const char **who;
    int64_t *faces;
} asked;

static bool read_kind(const char *name, ww_decision_kind *kind)
{
    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

static bool read_who(const json_t *list, asked *a)
{
    a->decision.count = json_array_size(list);
    a->number = calloc(a->decision.count + 1, sizeof *a->number);
    a->decision.who = a->who = calloc(a->decision.count + 1, sizeof *a->who);
    if (!a->number || !a->who)
        return false;
    for (size_t i = 0; i < a->decision.count; i++) {
        const json_t *number = json_array_get(list, i);
        if (!json_is_integer(number) || json_integer_value(number) < 0 || json_integer_value(number) > INT32_MAX)
            return false;
        snprintf(a->number[i], sizeof a->number[i], "%d", (int)json_integer_value(number));
        a->who[i] = a->number[i];
    }
    return true;
}

static bool read_faces(const json_t *list, asked *a)
{
    a->decision.face_count = json_array_size(list);
    a->decision.faces = a->faces = calloc(a->decision.face_count + 1, sizeof *a->faces);
    for (size_t i = 0; a->faces && i < a->decision.face_count; i++) {
        if (!json_is_integer(json_array_get(list, i)))
            return false;
        a->faces[i] = json_integer_value(json_array_get(list, i));
    }
    return a->faces != NULL;
}

static bool read_asked(const json_t *body, asked *a)
{
    const json_t *name = json_object_get(body, "name");
    *a = (asked){.decision = WW_DECISION_INIT};
    a->decision.text = json_string_value(name);
    a->decision.force = json_is_true(json_object_get(body, "force"));
    return read_kind(json_string_value(json_object_get(body, "kind")), &a->decision.kind)
           && (!name || json_is_string(name) || json_is_null(name)) && read_who(json_object_get(body, "who"), a)
           && read_faces(json_object_get(body, "faces"), a);
}

static enum MHD_Result reply_decided(request *r, ww_status status, const ww_decision_result *result, int64_t generation,
                                     const ww_error *err)
{
    if (status != WW_OK)
        return reply_status(r, err);
    return reply_json(r, MHD_HTTP_OK,
                      json_pack("{s:o,s:I,s:I}", "words", text_or_null(result->words), "entry",
                                (json_int_t)result->entry, "generation", (json_int_t)generation));
}

static enum MHD_Result decide(request *r, const ww_decision *decision, int times)
{
    session *s = &r->server->session;
    ww_decision_result result = WW_DECISION_RESULT_INIT;
    ww_error err = {0};
    ww_status status = WW_OK;
    session_lock(s);
    for (int i = 0; i < times && status == WW_OK; i++)
        status = session_decide(s, decision, &result, &err);
    const int64_t generation = s->generation;
    session_unlock(s);
    return reply_decided(r, status, &result, generation, &err);
}

enum MHD_Result post_decide(request *r)
{
    asked a;
    enum MHD_Result done = MHD_NO;
    if (read_asked(r->body, &a))
        done = decide(r, &a.decision, 1);
    else
        done = reply_error(r, 400, "this is no decision: kind, who, faces, name");
    free(a.faces);
    free(a.who);
    free(a.number);
    return done;
}

// Steps that undo has to take until this entry of the journal is taken back; 0: it is already, or there is none.
static int steps_to(const session *s, int64_t entry)
{
    int steps = 0;
    int64_t batch = -1;
    for (size_t i = ww_view_decision_count(s->view); i > 0; i--) {
        const ww_view_decision *d = ww_view_get_decision(s->view, i - 1);
        if (!decision_stands(d))
            continue;
        steps += d->batch != batch;
        batch = d->batch;
        if (d->number == entry)
            return steps;
    }
    return 0;
}

// {} undoes the last decision, {"redo": true} the last undo, {"to": N} everything back to entry N and that too.
enum MHD_Result post_back(request *r)
{
    session *s = &r->server->session;
    const json_t *to = json_object_get(r->body, "to");
    ww_decision decision = WW_DECISION_INIT;
    decision.kind = json_is_true(json_object_get(r->body, "redo")) ? WW_DECISION_REDO : WW_DECISION_UNDO;
    session_lock(s);
    const int steps = json_is_integer(to) ? steps_to(s, json_integer_value(to)) : 1;
    session_unlock(s);
    return steps > 0 ? decide(r, &decision, steps) : reply_error(r, 404, "this is taken back already");
}

enum MHD_Result post_leave(request *r)
{
    atomic_store(&r->server->leave, true);
    return reply_json(r, MHD_HTTP_OK, json_object());
}
