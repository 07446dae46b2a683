// SPDX-License-Identifier: MIT
// Frames, footage and when people are seen in it.
#include "rows.h"
#include "server.h"

#include <stdlib.h>

#define GAP 2.5 // frames apart, in typical distances, that are still one appearance
enum { VIDEOS_MAX = 2000, FRAMES_MAX = 20000, SECOND_US = 1000000 };

// --- one frame

static int64_t neighbour(const session *s, size_t frame, size_t source)
{
    const ww_view_frame *f = ww_view_get_frame(s->view, frame);
    return f && f->source == source ? f->id : 0;
}

static json_t *frame_json(const session *s, size_t frame)
{
    const ww_view_frame *f = ww_view_get_frame(s->view, frame);
    const ww_view_source *source = ww_view_get_source(s->view, f->source);
    json_t *faces = json_array();
    int width = 1, height = 1;
    for (size_t i = f->first_face; i < f->first_face + f->face_count; i++) {
        const ww_view_face *face = ww_view_get_face(s->view, i);
        width = face->frame_width > 0 ? face->frame_width : 1;
        height = face->frame_height > 0 ? face->frame_height : 1;
        if (!face->discarded)
            json_array_append_new(faces, json_pack("[o,f,f,f,f]", row_of_face(s, i), face->x / width, face->y / height,
                                                   face->width / width, face->height / height));
    }
    return json_pack("{s:I,s:i,s:i,s:I,s:I,s:o,s:o,s:I,s:I,s:b}", "id", (json_int_t)f->id, "width", width, "height",
                     height, "time", (json_int_t)(f->time_us / 1000), "source", (json_int_t)f->source, "path",
                     text_or_null(source->path), "faces", faces, "before",
                     (json_int_t)(frame ? neighbour(s, frame - 1, f->source) : 0), "after",
                     (json_int_t)neighbour(s, frame + 1, f->source), "video", source->kind == WW_MEDIA_VIDEO);
}

enum MHD_Result get_frame(request *r)
{
    session *s = &r->server->session;
    session_lock(s);
    json_t *answer = NULL;
    for (size_t i = 0; i < ww_view_frame_count(s->view) && !answer; i++)
        if (ww_view_get_frame(s->view, i)->id == r->number)
            answer = frame_json(s, i);
    session_unlock(s);
    return answer ? reply_json(r, MHD_HTTP_OK, answer) : reply_error(r, 404, "this frame is not there any more");
}

// --- all footage

enum MHD_Result get_sources(request *r)
{
    session *s = &r->server->session;
    json_t *rows = json_array();
    session_lock(s);
    for (size_t i = 0; i < ww_view_source_count(s->view) && json_array_size(rows) < VIDEOS_MAX; i++) {
        const ww_view_source *v = ww_view_get_source(s->view, i);
        if (v->kind == WW_MEDIA_VIDEO && v->frame_count > 0)
            json_array_append_new(rows, json_pack("[I,o,I,I,b,I]", (json_int_t)i, text_or_null(v->path),
                                                  (json_int_t)(v->duration_us / 1000), (json_int_t)v->face_count,
                                                  footage_type(v->path) != NULL,
                                                  (json_int_t)ww_view_get_frame(s->view, v->first_frame)->id));
    }
    session_unlock(s);
    return reply_json(r, MHD_HTTP_OK, json_pack("{s:o}", "sources", rows));
}

// --- who is seen when

typedef struct sighting {
    int number;
    int64_t time_us;
} sighting;

static int by_person(const void *a, const void *b)
{
    const sighting *p = a, *q = b;
    if (p->number != q->number)
        return p->number < q->number ? -1 : 1;
    return (p->time_us > q->time_us) - (p->time_us < q->time_us);
}

// The mean time between two frames in which somebody was found; a second where that is more, or nothing is known.
static int64_t typical_us(const session *s, const ww_view_source *v)
{
    const ww_view_frame *first = ww_view_get_frame(s->view, v->first_frame),
                        *last = ww_view_get_frame(s->view, v->first_frame + v->frame_count - 1);
    const int64_t us =
        v->frame_count > 1 ? (last->time_us - first->time_us) / (int64_t)(v->frame_count - 1) : SECOND_US;
    return us > 0 && us < SECOND_US ? us : SECOND_US;
}

// Spans [from, to] in ms of one person; *seconds: the sum of their lengths, a frame counting for its interval.
static json_t *spans_of(const sighting *at, size_t count, int64_t every_us, double *seconds)
{
    json_t *spans = json_array();
    *seconds = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && at[end].time_us - at[end - 1].time_us <= (int64_t)(GAP * (double)every_us);)
            end++;
        const int64_t from = at[i].time_us, to = at[end - 1].time_us + every_us;
        json_array_append_new(spans, json_pack("[I,I]", (json_int_t)(from / 1000), (json_int_t)(to / 1000)));
        *seconds += (double)(to - from) / SECOND_US;
    }
    return spans;
}

static json_t *lane(const session *s, const sighting *at, size_t count, int64_t every_us)
{
    double seconds;
    const ww_view_person *p = ww_view_get_person(s->view, ww_view_find_person(s->view, at[0].number));
    json_t *spans = spans_of(at, count, every_us, &seconds);
    return json_pack("[i,o,f,o]", at[0].number, text_or_null(p ? p->name : NULL), seconds, spans);
}

static size_t find_sightings(const session *s, const ww_view_source *v, sighting *list)
{
    size_t kept = 0;
    for (size_t i = v->first_face; i < v->first_face + v->face_count; i++) {
        const int number = number_of(s, i);
        if (number >= 0)
            list[kept++] = (sighting){number, ww_view_get_frame(s->view, ww_view_get_face(s->view, i)->frame)->time_us};
    }
    if (kept)
        qsort(list, kept, sizeof *list, by_person);
    return kept;
}

static json_t *source_json(const session *s, size_t index, sighting *list)
{
    const ww_view_source *v = ww_view_get_source(s->view, index);
    const size_t count = find_sightings(s, v, list);
    const int64_t every_us = typical_us(s, v);
    json_t *lanes = json_array(), *frames = json_array();
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && list[end].number == list[i].number;)
            end++;
        json_array_append_new(lanes, lane(s, list + i, end - i, every_us));
    }
    for (size_t i = 0; i < v->frame_count && i < FRAMES_MAX; i++) {
        const ww_view_frame *f = ww_view_get_frame(s->view, v->first_frame + i);
        json_array_append_new(frames, json_pack("[I,I]", (json_int_t)f->id, (json_int_t)(f->time_us / 1000)));
    }
    return json_pack("{s:I,s:o,s:I,s:I,s:b,s:o,s:o}", "index", (json_int_t)index, "path", text_or_null(v->path),
                     "duration", (json_int_t)(v->duration_us / 1000), "start", (json_int_t)(v->stream_start_us / 1000),
                     "plays", footage_type(v->path) != NULL, "lanes", lanes, "frames", frames);
}

enum MHD_Result get_source(request *r)
{
    session *s = &r->server->session;
    session_lock(s);
    const ww_view_source *v = ww_view_get_source(s->view, (size_t)r->number);
    sighting *list = v ? calloc(v->face_count + 1, sizeof *list) : NULL;
    json_t *answer = list ? source_json(s, (size_t)r->number, list) : NULL;
    session_unlock(s);
    free(list);
    return answer ? reply_json(r, MHD_HTTP_OK, answer) : reply_error(r, 404, "there is no such footage");
}
