// SPDX-License-Identifier: MIT
// The side of the library: a thread for each worker, which asks it and waits.
#include "scan/remote.h"
#include "base/memory.h"
#include "pipeline/pipeline.h"

#include <stdlib.h>

typedef struct proxy { // a thread's state
    int worker;
} proxy;

static ww_status ask(const ww_scan *s, int worker, const ww_remote_request *request, ww_bytes *reply, ww_error *err)
{
    ww_buffer bytes = {0};
    *reply = (ww_bytes){0};
    ww_request_pack(&bytes, request);
    ww_status status = ww_buffer_status(&bytes, "a request for work", err);
    if (status == WW_OK)
        status = s->transport->call(s->transport->user, worker, bytes.data, bytes.bytes, reply, err);
    ww_buffer_free(&bytes);
    return status;
}

static void drop(ww_bytes *reply)
{
    free(reply->data);
    *reply = (ww_bytes){0};
}

ww_status ww_remote_open(const ww_scan *s, int worker, ww_scan_source *f, const ww_log *log, char **failure,
                         ww_error *err)
{
    ww_bytes reply;
    ww_unpack in;
    const ww_remote_request request = {WW_ASK_OPEN, .key = s->key, .path = f->path, .track = f->track};
    *failure = NULL;
    ww_status status = ask(s, worker, &request, &reply, err);
    if (status == WW_OK)
        status = ww_reply_unpack(&reply, log, &in, err);
    if (status == WW_OK) {
        ww_source_unpack(&in, f, failure);
        f->plan = ww_plan_unpack(&in, f->info.span_count);
        status = ww_reply_end(&in, err);
    }
    drop(&reply);
    return status;
}

static ww_status look_there(ww_scan *s, int worker, ww_scan_task *t, ww_error *err)
{
    ww_bytes reply;
    ww_unpack in;
    const ww_remote_plan *plan = t->whole ? NULL : t->source->plan;
    const ww_remote_request request = {.ask = WW_ASK_LOOK,
                                       .key = s->key,
                                       .path = t->source->path,
                                       .track = t->source->track,
                                       .whole = t->whole,
                                       .span = t->span,
                                       .span_count = t->span_count,
                                       .head = plan ? plan->head : (ww_bytes){0},
                                       .plan = plan ? plan->span[t->span] : (ww_bytes){0}};
    ww_status status = ask(s, worker, &request, &reply, err);
    if (status == WW_OK)
        status = ww_reply_unpack(&reply, &s->library->log, &in, err);
    if (status == WW_OK) {
        ww_task_unpack(&in, t);
        status = ww_reply_end(&in, err);
    }
    drop(&reply);
    return status;
}

static ww_status thread_begin(void *user, int thread, void **state, ww_error *err)
{
    proxy *p = ww_alloc(sizeof *p);
    (void)user;
    (void)err;
    p->worker = thread;
    *state = p;
    return WW_OK;
}

static void thread_end(void *user, void *state)
{
    (void)user;
    free(state);
}

static ww_status work(void *user, void *state, void *task, ww_error *err)
{
    ww_scan *s = user;
    ww_scan_task *t = task;
    const int worker = ((proxy *)state)->worker;
    if (t->failure || t->already)
        return WW_OK;
    t->whole = !t->source->opened;
    if (t->whole) {
        t->source->input.hashed_ns = ww_known_file_now_ns();
        ww_status status = ww_remote_open(s, worker, t->source, &s->library->log, &t->failure, err);
        if (status == WW_OK && !t->failure)
            status = ww_scan_photo_known(s, t, err);
        if (status != WW_OK || t->failure || t->already)
            return status;
        ww_scan_tell_plan(s, t->source);
    }
    return look_there(s, worker, t, err);
}

ww_status ww_remote_scan(ww_scan *s, ww_error *err)
{
    const ww_pipeline p = {.threads = s->transport->workers,
                           .user = s,
                           .next = ww_scan_next,
                           .thread_begin = thread_begin,
                           .thread_end = thread_end,
                           .work = work,
                           .done = ww_scan_store,
                           .drop = ww_scan_drop};
    ww_status status = s->transport->openers > 0 ? ww_remote_openers_begin(s, err) : WW_OK;
    if (status == WW_OK)
        status = ww_pipeline_run(&p, err);
    ww_remote_openers_end(s);
    return status;
}
