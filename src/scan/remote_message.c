// SPDX-License-Identifier: MIT
#include "scan/remote.h"
#include "base/memory.h"
#include "library/view.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

// "wwq4", "wwr4": another version of these messages has other marks
#define MARK_REQUEST 0x34717777
#define MARK_REPLY 0x34727777
enum {
    TRACKS_MAX = 1024,     // of a file
    SIDE_MAX_PX = 1000000, // of a frame
    STATUS_LEAST = WW_ERR_CONFIRM
};
#define COUNT_MAX (INT64_C(1) << 48) // of frames or faces in a span

// --- requests --------------------------------------------------------------------------------------------------------

void ww_request_pack(ww_buffer *b, const ww_remote_request *r)
{
    ww_pack_i32(b, MARK_REQUEST);
    ww_pack_u8(b, r->ask);
    ww_pack_text(b, r->key);
    ww_pack_text(b, r->path);
    ww_pack_i64(b, r->track);
    ww_pack_u8(b, r->whole);
    ww_pack_i64(b, r->span);
    ww_pack_i64(b, r->span_count);
    ww_pack_blob(b, r->head.data, r->head.size);
    ww_pack_blob(b, r->plan.data, r->plan.size);
}

ww_bytes ww_remote_unpack_bytes(ww_unpack *in)
{
    size_t bytes = 0;
    uint8_t *data = ww_unpack_blob(in, WW_MESSAGE_MAX, &bytes);
    return (ww_bytes){data, data ? bytes : 0};
}

ww_status ww_request_unpack(const void *bytes, size_t count, ww_remote_request *r, ww_error *err)
{
    ww_unpack in = {bytes, (const uint8_t *)bytes + count, false, false};
    *r = (ww_remote_request){0};
    const bool ours = ww_unpack_i32(&in) == MARK_REQUEST;
    r->ask = (ww_remote_ask)ww_unpack_u8(&in);
    r->key = ww_unpack_text(&in, WW_REMOTE_TEXT_MAX);
    r->path = ww_unpack_text(&in, WW_REMOTE_TEXT_MAX);
    r->track = (int)ww_unpack_within(&in, 0, TRACKS_MAX);
    r->whole = ww_unpack_u8(&in) != 0;
    r->span = (int)ww_unpack_within(&in, 0, WW_STORE_SPANS_MAX);
    r->span_count = (int)ww_unpack_within(&in, 0, WW_STORE_SPANS_MAX);
    r->head = ww_remote_unpack_bytes(&in);
    r->plan = ww_remote_unpack_bytes(&in);
    if (ours && ww_unpack_done(&in) && r->key && r->path && (r->ask == WW_ASK_OPEN || r->ask == WW_ASK_LOOK))
        return WW_OK;
    ww_request_free(r);
    return in.starved ? ww_fail_memory(err, "a request for work")
                      : ww_fail(err, WW_ERR_FORMAT,
                                "this is no request for work that this version knows; the same "
                                "whoswho must run on all machines");
}

void ww_request_free(ww_remote_request *r)
{
    free(r->key);
    free(r->path);
    free(r->head.data);
    free(r->plan.data);
    *r = (ww_remote_request){0};
}

// --- sources ---------------------------------------------------------------------------------------------------------

void ww_source_pack(ww_buffer *b, const ww_scan_source *f, const char *failure)
{
    const ww_source_info *i = &f->info;
    ww_pack_text(b, failure);
    ww_pack_i64(b, (int64_t)f->hash);
    ww_pack_u8(b, i->kind);
    ww_pack_i64(b, i->width);
    ww_pack_i64(b, i->height);
    ww_pack_i64(b, i->duration_us);
    ww_pack_i64(b, i->stream_start_us);
    ww_pack_i64(b, i->frame_count);
    ww_pack_i64(b, i->span_count);
    ww_pack_text(b, i->format);
    ww_pack_i64(b, i->tracks_more);
    ww_pack_i64(b, f->samples);
    ww_pack_text(b, f->cut_off);
    ww_pack_u8(b, i->on_device);
}

void ww_source_unpack(ww_unpack *in, ww_scan_source *f, char **failure)
{
    ww_source_info *i = &f->info;
    *failure = ww_unpack_text(in, WW_REMOTE_TEXT_MAX);
    f->hash = (uint64_t)ww_unpack_i64(in);
    i->kind = (ww_source_kind)ww_unpack_u8(in);
    in->bad = in->bad || i->kind > WW_SOURCE_PHOTO;
    i->width = (int)ww_unpack_within(in, 0, SIDE_MAX_PX);
    i->height = (int)ww_unpack_within(in, 0, SIDE_MAX_PX);
    i->duration_us = ww_unpack_i64(in);
    i->stream_start_us = ww_unpack_within(in, 0, INT64_MAX);
    i->frame_count = ww_unpack_i64(in);
    i->span_count = (int)ww_unpack_within(in, *failure ? 0 : 1, WW_STORE_SPANS_MAX);
    char *format = ww_unpack_text(in, sizeof i->format - 1);
    if (format)
        strcpy(i->format, format);
    free(format);
    i->tracks_more = (int)ww_unpack_within(in, 0, TRACKS_MAX);
    f->samples = ww_unpack_i64(in);
    f->cut_off = ww_unpack_text(in, WW_REMOTE_TEXT_MAX);
    i->on_device = ww_unpack_u8(in) != 0;
    f->opened = !in->bad && !*failure;
}

// --- tasks -----------------------------------------------------------------------------------------------------------

static void pack_counts(ww_buffer *b, const ww_scan_counts *c)
{
    const int64_t all[] = {c->samples, c->intermediate_frames, c->damaged, c->faces_small, c->faces_transient};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ww_pack_i64(b, all[i]);
}

static void unpack_counts(ww_unpack *in, ww_scan_counts *c)
{
    int64_t *const all[] = {&c->samples, &c->intermediate_frames, &c->damaged, &c->faces_small, &c->faces_transient};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        *all[i] = ww_unpack_within(in, 0, COUNT_MAX);
}

static void pack_frame(ww_buffer *b, const ww_extracted_frame *f)
{
    ww_pack_i64(b, f->row.sample);
    ww_pack_i64(b, f->row.time_us);
    ww_pack_i32(b, f->row.jpeg_width);
    ww_pack_i32(b, f->row.jpeg_height);
    ww_pack_i32(b, f->row.width);
    ww_pack_i32(b, f->row.height);
    ww_pack_blob(b, f->jpeg, f->jpeg_bytes);
    ww_pack_blob(b, f->view, WW_VIEW_BYTES);
    ww_pack_i64(b, (int64_t)f->first_face);
    ww_pack_i64(b, (int64_t)f->face_count);
}
enum { FRAME_BYTES_MIN = 64 }; // in a message

static void unpack_frame(ww_unpack *in, ww_extracted_frame *f)
{
    size_t view_bytes;
    f->row.sample = ww_unpack_i64(in);
    f->row.time_us = ww_unpack_i64(in);
    f->row.jpeg_width = ww_unpack_i32(in);
    f->row.jpeg_height = ww_unpack_i32(in);
    f->row.width = ww_unpack_i32(in);
    f->row.height = ww_unpack_i32(in);
    f->jpeg = ww_unpack_blob(in, WW_STORE_VALUE_MAX, &f->jpeg_bytes);
    f->view = ww_unpack_blob(in, WW_VIEW_BYTES, &view_bytes);
    in->bad = in->bad || (f->view && view_bytes != WW_VIEW_BYTES);
    f->first_face = (size_t)ww_unpack_within(in, 0, INT32_MAX);
    f->face_count = (size_t)ww_unpack_within(in, 0, INT32_MAX);
}

enum { ROW_NUMBERS = 10 };

// In the order in which a message has them.
static void list_numbers(ww_face_row *r, double *number[ROW_NUMBERS])
{
    double *const all[ROW_NUMBERS] = {&r->x,
                                      &r->y,
                                      &r->width,
                                      &r->height,
                                      &r->score,
                                      &r->quality,
                                      &r->portrait_box[0],
                                      &r->portrait_box[1],
                                      &r->portrait_box[2],
                                      &r->portrait_box[3]};
    memcpy(number, all, sizeof all);
}

static void pack_row(ww_buffer *b, const ww_face_row *r)
{
    ww_face_row row = *r;
    double *number[ROW_NUMBERS];
    list_numbers(&row, number);
    ww_pack_i32(b, r->order);
    for (size_t i = 0; i < ROW_NUMBERS; i++)
        ww_pack_f64(b, *number[i]);
    ww_pack_f32s(b, r->landmark, WW_LANDMARK_VALUES);
    ww_pack_i32(b, r->embedding_dim);
    ww_pack_i32(b, r->person);
    ww_pack_i32(b, r->former);
    ww_pack_i64(b, r->track);
    ww_pack_i32(b, r->portrait_width);
    ww_pack_i32(b, r->portrait_height);
}

static void unpack_row(ww_unpack *in, ww_face_row *r)
{
    double *number[ROW_NUMBERS];
    list_numbers(r, number);
    r->order = ww_unpack_i32(in);
    for (size_t i = 0; i < ROW_NUMBERS; i++)
        *number[i] = ww_unpack_f64(in);
    ww_unpack_f32s(in, r->landmark, WW_LANDMARK_VALUES);
    r->embedding_dim = ww_unpack_i32(in);
    r->person = ww_unpack_i32(in);
    r->former = ww_unpack_i32(in);
    r->track = ww_unpack_i64(in);
    r->portrait_width = ww_unpack_i32(in);
    r->portrait_height = ww_unpack_i32(in);
    in->bad = in->bad || r->embedding_dim < 0 || r->embedding_dim > WW_STORE_EMBEDDING_MAX;
}

static void pack_vector(ww_buffer *b, const float *vector, int dim)
{
    ww_pack_u8(b, vector != NULL);
    ww_pack_f32s(b, vector, vector ? (size_t)dim : 0);
}

static float *unpack_vector(ww_unpack *in, int dim)
{
    const bool there = ww_unpack_u8(in) != 0 && !in->bad && (size_t)dim <= (size_t)(in->end - in->at) / sizeof(float);
    float *vector = there ? ww_try_array((size_t)dim, sizeof *vector) : NULL;
    if (there && !vector)
        in->starved = in->bad = true;
    if (vector)
        ww_unpack_f32s(in, vector, (size_t)dim);
    return vector;
}

static void pack_face(ww_buffer *b, const ww_extracted_face *f)
{
    pack_row(b, &f->row);
    pack_vector(b, f->embedding, f->row.embedding_dim);
    ww_pack_blob(b, f->portrait, f->portrait_bytes);
    ww_pack_blob(b, f->kept_chip, f->kept_chip_bytes);
    ww_pack_f32s(
        b, (const float[WW_LIGHT_VALUES]){f->light.mean, f->light.contrast, f->light.from_right, f->light.from_below},
        WW_LIGHT_VALUES);
    ww_pack_u8(b, f->colours ? 1u + 2u * f->colours->has_torso + 4u * f->colours->has_hair : 0u);
    if (f->colours) {
        ww_pack_bytes(b, f->colours->torso, WW_COLOUR_BINS);
        ww_pack_bytes(b, f->colours->hair, WW_COLOUR_BINS);
    }
    ww_pack_f64(b, f->intermediate_weight);
    pack_vector(b, f->intermediate_mean, f->row.embedding_dim);
}
enum { FACE_BYTES_MIN = 150 }; // in a message

static void unpack_face(ww_unpack *in, ww_extracted_face *f)
{
    unpack_row(in, &f->row);
    f->embedding = unpack_vector(in, f->row.embedding_dim);
    in->bad = in->bad || !f->embedding;
    f->portrait = ww_unpack_blob(in, WW_STORE_VALUE_MAX, &f->portrait_bytes);
    f->kept_chip = ww_unpack_blob(in, WW_STORE_VALUE_MAX, &f->kept_chip_bytes);
    float light[WW_LIGHT_VALUES];
    ww_unpack_f32s(in, light, WW_LIGHT_VALUES);
    f->light = (ww_light){light[0], light[1], light[2], light[3]};
    const unsigned colours = ww_unpack_u8(in);
    if (colours & 1) {
        f->colours = ww_alloc(sizeof *f->colours);
        f->colours->has_torso = (colours & 2) != 0;
        f->colours->has_hair = (colours & 4) != 0;
        ww_unpack_bytes(in, f->colours->torso, WW_COLOUR_BINS);
        ww_unpack_bytes(in, f->colours->hair, WW_COLOUR_BINS);
    }
    f->intermediate_weight = ww_unpack_f64(in);
    f->intermediate_mean = unpack_vector(in, f->row.embedding_dim);
    in->bad = in->bad || (f->intermediate_weight > 0 && !f->intermediate_mean);
}

static void pack_seen(ww_buffer *b, const ww_span_result *seen)
{
    ww_pack_i64(b, (int64_t)seen->frames.count);
    for (size_t i = 0; i < seen->frames.count; i++)
        pack_frame(b, &seen->frames.item[i]);
    ww_pack_i64(b, (int64_t)seen->faces.count);
    for (size_t i = 0; i < seen->faces.count; i++)
        pack_face(b, &seen->faces.item[i]);
    ww_pack_i64(b, (int64_t)seen->shots.count);
    for (size_t i = 0; i < seen->shots.count; i++) {
        ww_pack_i64(b, seen->shots.item[i].first_us);
        ww_pack_i64(b, seen->shots.item[i].last_us);
    }
    ww_pack_bytes(b, seen->beginning, WW_SHOT_BYTES);
    ww_pack_bytes(b, seen->ending, WW_SHOT_BYTES);
    pack_counts(b, &seen->counts);
    ww_pack_text(b, seen->damage);
    ww_pack_f64(b, seen->decode_s);
    ww_pack_f64(b, seen->detect_s);
    ww_pack_f64(b, seen->embed_s);
    ww_pack_f64(b, seen->encode_s);
    ww_pack_text(b, seen->device);
    ww_pack_text(b, seen->fallback);
}

static void unpack_lists(ww_unpack *in, ww_span_result *seen)
{
    for (size_t left = ww_unpack_count(in, FRAME_BYTES_MIN); left > 0 && !in->bad; left--) {
        const ww_extracted_frame none = {0};
        if (!ww_vector_push(&seen->frames, none))
            in->starved = in->bad = true;
        else
            unpack_frame(in, &seen->frames.item[seen->frames.count - 1]);
    }
    for (size_t left = ww_unpack_count(in, FACE_BYTES_MIN); left > 0 && !in->bad; left--) {
        const ww_extracted_face none = {0};
        if (!ww_vector_push(&seen->faces, none))
            in->starved = in->bad = true;
        else
            unpack_face(in, &seen->faces.item[seen->faces.count - 1]);
    }
    for (size_t left = ww_unpack_count(in, 2 * sizeof(int64_t)); left > 0 && !in->bad; left--) {
        const int64_t first_us = ww_unpack_i64(in), last_us = ww_unpack_i64(in);
        const ww_seen_shot shot = {first_us, last_us};
        if (!ww_vector_push(&seen->shots, shot))
            in->starved = in->bad = true;
    }
}

static void unpack_seen(ww_unpack *in, ww_span_result *seen)
{
    unpack_lists(in, seen);
    for (size_t i = 0; i < seen->frames.count; i++) // a frame's faces are there
        in->bad = in->bad || !seen->frames.item[i].jpeg
                  || seen->frames.item[i].first_face + seen->frames.item[i].face_count > seen->faces.count;
    ww_unpack_bytes(in, seen->beginning, WW_SHOT_BYTES);
    ww_unpack_bytes(in, seen->ending, WW_SHOT_BYTES);
    unpack_counts(in, &seen->counts);
    seen->damage = ww_unpack_text(in, WW_REMOTE_TEXT_MAX);
    seen->decode_s = ww_unpack_f64(in);
    seen->detect_s = ww_unpack_f64(in);
    seen->embed_s = ww_unpack_f64(in);
    seen->encode_s = ww_unpack_f64(in);
    seen->device = ww_unpack_text(in, WW_REMOTE_TEXT_MAX);
    seen->fallback = ww_unpack_text(in, WW_REMOTE_TEXT_MAX);
}

void ww_task_pack(ww_buffer *b, const ww_scan_task *t)
{
    ww_pack_text(b, t->failure);
    ww_pack_u8(b, t->try_again);
    ww_pack_i64(b, t->span);
    pack_seen(b, &t->seen);
}

void ww_task_unpack(ww_unpack *in, ww_scan_task *t)
{
    t->failure = ww_unpack_text(in, WW_REMOTE_TEXT_MAX);
    t->try_again = ww_unpack_u8(in) != 0;
    t->span = (int)ww_unpack_within(in, 0, WW_STORE_SPANS_MAX);
    unpack_seen(in, &t->seen);
}

// --- replies ---------------------------------------------------------------------------------------------------------

void ww_reply_begin(ww_buffer *b, const ww_buffer *log_lines, ww_status status, const ww_error *err)
{
    ww_pack_i32(b, MARK_REPLY);
    ww_pack_blob(b, log_lines->data ? log_lines->data : "", log_lines->bytes);
    ww_pack_i32(b, status);
    ww_pack_text(b, status == WW_OK ? "" : err->message);
}

static ww_status not_ours(const ww_unpack *in, ww_error *err)
{
    return in->starved ? ww_fail_memory(err, "a worker's reply")
                       : ww_fail(err, WW_ERR_FORMAT,
                                 "a worker's reply makes no sense; the same whoswho must run on all "
                                 "machines");
}

void ww_log_lines_add(void *buffer, ww_log_level level, const char *message)
{
    ww_pack_u8(buffer, level);
    ww_pack_text(buffer, message);
}

ww_unpack ww_log_lines_tell(const void *lines, size_t bytes, const ww_log *log)
{
    ww_unpack in = {lines, lines ? (const uint8_t *)lines + bytes : NULL, false, false};
    while (in.at < in.end && !in.bad) {
        const unsigned level = ww_unpack_u8(&in);
        char *text = ww_unpack_text(&in, WW_REMOTE_TEXT_MAX);
        if (text && level <= WW_LOG_DEBUG)
            ww_logf(log, (ww_log_level)level, "%s", text);
        free(text);
    }
    return in;
}

ww_status ww_reply_unpack(const ww_bytes *reply, const ww_log *log, ww_unpack *in, ww_error *err)
{
    size_t bytes;
    const uint8_t *data = reply->data ? reply->data : (const uint8_t *)""; // what carries replies may have none
    *in = (ww_unpack){data, data + (reply->data ? reply->size : 0), false, false};
    in->bad = ww_unpack_i32(in) != MARK_REPLY;
    uint8_t *lines = ww_unpack_blob(in, WW_MESSAGE_MAX, &bytes);
    const ww_unpack told = ww_log_lines_tell(lines, bytes, log);
    in->bad = in->bad || told.bad;
    in->starved = in->starved || told.starved;
    free(lines);
    const int32_t status = ww_unpack_i32(in);
    char *message = ww_unpack_text(in, WW_REMOTE_TEXT_MAX);
    in->bad = in->bad || !message || status > WW_OK || status < STATUS_LEAST;
    ww_status result = in->bad ? not_ours(in, err) : WW_OK;
    if (result == WW_OK && status != WW_OK)
        result = ww_fail(err, (ww_status)status, "%s", message);
    free(message);
    return result;
}

ww_status ww_reply_end(const ww_unpack *in, ww_error *err) { return ww_unpack_done(in) ? WW_OK : not_ours(in, err); }
