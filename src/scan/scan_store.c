// SPDX-License-Identifier: MIT
// What a task saw goes into the store, in order.
#include "base/memory.h"
#include "library/view.h"
#include "scan/known_file.h"
#include "scan/scan.h"

#include <stdlib.h>
#include <string.h>

enum { WHOLE_FILE = -1 }; // in place of a span

typedef struct ww_scan_told {
    const ww_log *log;
    int64_t *files; // read, but not whole
    bool *counted;  // this one is among them
} ww_scan_told;

// --- done: into the store, in order ----------------------------------------------------------------------------------

static ww_status store_source(ww_scan *s, ww_scan_task *t, const char *error, ww_error *err)
{
    ww_scan_source *f = t->source;
    ww_source_row row = {.path = f->name,
                         .file = f->file,
                         .track = f->track,
                         .hash = f->hash,
                         .bytes = f->input.bytes,
                         .scan_key = ww_scan_key_of(s, f),
                         .error = error,
                         .place = f->place};
    if (f->opened && !error) {
        const ww_source_info *info = &f->info;
        row.kind = info->kind;
        row.width = info->width;
        row.height = info->height;
        row.duration_us = info->duration_us;
        row.stream_start_us = info->stream_start_us;
        row.span_count = info->span_count;
    }
    ww_status status = ww_store_delete_outdated(s->library->store, f->name, f->hash, row.scan_key, err);
    if (status == WW_OK)
        status = ww_store_add_source(s->library->store, &row, &f->source_id, err);
    if (status == WW_OK && f->opened && !error && f->cut_off)
        status = ww_store_add_damage(s->library->store, f->source_id, WHOLE_FILE, f->cut_off, err);
    return status;
}

static ww_status store_context(ww_store *store, int64_t id, const ww_extracted_face *face, ww_error *err)
{
    const ww_colours *c = face->colours;
    const ww_context_row row = {.face = id,
                                .torso = c && c->has_torso ? c->torso : NULL,
                                .torso_bytes = WW_COLOUR_BINS,
                                .hair = c && c->has_hair ? c->hair : NULL,
                                .hair_bytes = WW_COLOUR_BINS,
                                .weight = face->intermediate_weight,
                                .intermediate = face->intermediate_mean,
                                .embedding_dim = face->row.embedding_dim};
    return ww_store_add_context(store, &row, err);
}

static ww_status store_frame(ww_scan *s, ww_scan_task *t, int span, ww_extracted_frame *frame, ww_error *err)
{
    int64_t id, face_id;
    frame->row.source = t->source->source_id;
    frame->row.span = span;
    const ww_source_info *info = &t->source->info;
    if (frame->row.width == info->width && frame->row.height == info->height)
        frame->row.width = frame->row.height = 0; // as the source has it
    ww_status status = ww_store_add_frame(s->library->store, &frame->row, frame->jpeg, frame->jpeg_bytes, &id, err);
    if (status == WW_OK && frame->view)
        status = ww_store_add_view(s->library->store, id, frame->view, WW_VIEW_BYTES, err);
    for (size_t i = 0; i < frame->face_count && status == WW_OK; i++) {
        ww_extracted_face *face = &t->seen.faces.item[frame->first_face + i];
        face->row.frame = id;
        status = ww_store_add_face(s->library->store, &face->row, face->embedding, face->portrait, face->portrait_bytes,
                                   &face_id, err);
        if (status == WW_OK && face->kept_chip)
            status = ww_store_add_chip(s->library->store, face_id, &face->light, face->kept_chip, face->kept_chip_bytes,
                                       err);
        if (status == WW_OK)
            status = store_context(s->library->store, face_id, face, err);
    }
    return status;
}

// The shot of the source with which the span before this one ended.
typedef struct earlier_shot {
    int span; // this one
    int64_t first_us;
    bool goes_on; // at the beginning of this span
    const uint8_t *beginning;
} earlier_shot;

static ww_status on_last_shot(void *user, const ww_shot_row *row, ww_error *err)
{
    earlier_shot *earlier = user;
    (void)err;
    earlier->first_us = row->first_us;
    earlier->goes_on = row->span == earlier->span - 1 && row->ending_bytes == WW_SHOT_BYTES
                       && ww_shot_alike(row->ending, earlier->beginning);
    return WW_OK;
}

static ww_status store_shots(ww_store *store, int64_t source, int first_span, int last_span, const ww_span_result *seen,
                             ww_error *err)
{
    earlier_shot earlier = {.span = first_span, .beginning = seen->beginning};
    const size_t count = seen->shots.count;
    ww_status status = count ? ww_store_last_shot(store, source, on_last_shot, &earlier, err) : WW_OK;
    for (size_t i = 0; i < count && status == WW_OK; i++) {
        const ww_seen_shot *shot = &seen->shots.item[i];
        const bool last = i == count - 1;
        const ww_shot_row row = {.source = source,
                                 .first_us = i == 0 && earlier.goes_on ? earlier.first_us : shot->first_us,
                                 .last_us = shot->last_us,
                                 .span = last_span,
                                 .ending = last ? seen->ending : NULL,
                                 .ending_bytes = last ? WW_SHOT_BYTES : 0};
        status = ww_store_set_shot(store, &row, err);
    }
    return status;
}

// A shard keeps of each span what tells whether its first shot goes on from the span before, which may be elsewhere.
static ww_status mark_span(ww_scan *s, const ww_scan_task *t, int span, int last, ww_error *err)
{
    ww_store *store = s->library->store;
    const bool with_shots = !t->whole && t->seen.shots.count > 0;
    const ww_part_row part = {.span = span,
                              .beginning = t->seen.beginning,
                              .beginning_bytes = with_shots ? WW_SHOT_BYTES : 0,
                              .counts = span == last ? t->seen.counts : (ww_scan_counts){0}};
    ww_status status = ww_store_mark_span(store, t->source->source_id, span, &part.counts, err);
    return status == WW_OK && s->shard.count ? ww_store_add_part(store, t->source->source_id, &part, err) : status;
}

static ww_status store_seen(ww_scan *s, ww_scan_task *t, ww_error *err)
{
    ww_store *store = s->library->store;
    const int first = t->whole ? 0 : t->span, last = t->whole ? t->span_count - 1 : t->span;
    ww_status status = t->source->source_id ? WW_OK : store_source(s, t, NULL, err);
    for (size_t i = 0; i < t->seen.frames.count && status == WW_OK; i++)
        status = store_frame(s, t, first, &t->seen.frames.item[i], err);
    if (status == WW_OK)
        status = store_shots(store, t->source->source_id, first, last, &t->seen, err);
    for (int span = first; span <= last && status == WW_OK; span++)
        status = mark_span(s, t, span, last, err);
    if (status == WW_OK && t->seen.damage)
        status = ww_store_add_damage(store, t->source->source_id, first, t->seen.damage, err);
    return status;
}

// A span of a video that could not be read at all is damage of the video; a file of a single span is one that could not
// be read. What the disk or the memory withheld is not recorded: the next scan tries again.
static ww_status store_failure(ww_scan *s, ww_scan_task *t, ww_error *err)
{
    if (t->span_count <= 1 || !t->source->opened)
        return store_source(s, t, t->failure, err);
    if (t->try_again)
        return WW_OK;
    free(t->seen.damage);
    t->seen.damage = t->failure;
    t->failure = NULL;
    t->seen.counts.damaged++;
    return store_seen(s, t, err);
}

static ww_status store_task(ww_scan *s, ww_scan_task *t, ww_error *err)
{
    ww_store *store = s->library->store;
    pthread_mutex_lock(&s->library->store_mutex);
    ww_status status = ww_store_begin(store, err);
    if (status == WW_OK) {
        // Another photo of this run may have had the same content.
        int64_t known = 0;
        if (!t->source->source_id && !t->failure)
            status = ww_store_find_source(store, t->source->hash, ww_scan_key_of(s, t->source), &known, err);
        if (known)
            t->already = true;
        else if (status == WW_OK)
            status = t->failure ? store_failure(s, t, err) : store_seen(s, t, err);
        status = ww_store_end(store, status, err);
    }
    pthread_mutex_unlock(&s->library->store_mutex);
    return status;
}

// Once a source, whatever is wrong with it.
static ww_status tell_damage(void *user, const char *words, ww_error *err)
{
    ww_scan_told *told = user;
    (void)err;
    ww_logf(told->log, WW_LOG_ERROR, "%s", words);
    *told->files += !*told->counted;
    *told->counted = true;
    return WW_OK;
}

// All that the library knows to be damaged in the file, when its first task arrives; then what each task adds.
static ww_status tell(ww_scan *s, const ww_scan_task *t, ww_error *err)
{
    ww_scan_source *f = t->source;
    ww_scan_told told = {&s->library->log, &s->result.damaged_files, &f->counted};
    const int64_t source = f->source_id ? f->source_id : f->resumed;
    if (t->failure || source == 0)
        return WW_OK;
    if (f->told)
        return t->seen.damage ? tell_damage(&told, t->seen.damage, err) : WW_OK;
    f->told = true;
    pthread_mutex_lock(&s->library->store_mutex);
    ww_status status = ww_store_damage(s->library->store, source, tell_damage, &told, err);
    pthread_mutex_unlock(&s->library->store_mutex);
    return status;
}

static void tell_span(const ww_scan *s, const ww_scan_task *t)
{
    const ww_span_result *seen = &t->seen;
    ww_logf(&s->library->log, WW_LOG_DEBUG,
            "%s, span %d of %d: %lld samples, %lld intermediate frames, %zu shot%s, %zu face%s; decoded in %.2f s, "
            "detected in %.2f s, embedded in %.2f s, encoded in %.2f s",
            t->source->path, t->whole ? 1 : t->span + 1, t->whole ? 1 : t->span_count, (long long)seen->counts.samples,
            (long long)seen->counts.intermediate_frames, seen->shots.count, seen->shots.count == 1 ? "" : "s",
            seen->faces.count, seen->faces.count == 1 ? "" : "s", seen->decode_s, seen->detect_s, seen->embed_s,
            seen->encode_s);
}

// A video counts once as decoded by a device, and once as one for which software took over.
static void count_decoding(ww_scan *s, const ww_scan_task *t)
{
    ww_scan_source *f = t->source;
    if (t->seen.device && !f->device_told) {
        f->device_told = true;
        s->result.hwaccel_files++;
        ww_logf(&s->library->log, WW_LOG_INFO, "%s: decoded by %s", f->name, t->seen.device);
    }
    if (t->seen.fallback && !f->fallback_told) {
        f->fallback_told = true;
        s->result.hwaccel_fallbacks++;
        if (f->info.on_device) // from here on, or here only: the device is asked again where it may do better
            ww_logf(&s->library->log, WW_LOG_INFO, "%s, span %d of %d: decoded by software: %s", f->name, t->span + 1,
                    t->span_count, t->seen.fallback);
        else
            ww_logf(&s->library->log, WW_LOG_INFO, "%s: decoded by software: %s", f->name, t->seen.fallback);
    }
}

static void count_task(ww_scan *s, const ww_scan_task *t)
{
    ww_scan_result *r = &s->result;
    s->done_share += t->share;
    if (t->failure) {
        if (!t->source->told)
            ww_logf(&s->library->log, WW_LOG_ERROR, "%s", t->failure);
        r->unreadable += !t->source->told;
        t->source->told = true;
        return;
    }
    if (t->already) {
        r->already += t->source->track == 0; // files are counted, not cameras
        return;
    }
    tell_span(s, t);
    count_decoding(s, t);
    r->scanned += t->source->track == 0 && (t->whole || t->span == t->span_count - 1);
    r->frames += t->seen.counts.samples;
    r->faces += (int64_t)t->seen.faces.count;
    r->intermediate_frames += t->seen.counts.intermediate_frames;
    r->faces_small += t->seen.counts.faces_small;
    r->faces_transient += t->seen.counts.faces_transient;
    r->damaged += t->seen.counts.damaged;
    r->decode_s += t->seen.decode_s;
    r->detect_s += t->seen.detect_s;
    r->embed_s += t->seen.embed_s;
    r->encode_s += t->seen.encode_s;
}

// So that it need not be read again as long as it is as it is.
static ww_status record_content(ww_scan *s, const ww_scan_source *f, ww_error *err)
{
    ww_source_file file = f->input;
    if (file.known || f->track || file.hashed_ns == 0)
        return WW_OK;
    file.file = f->file;
    file.content = f->hash;
    file.tracks = f->info.tracks_more;
    pthread_mutex_lock(&s->library->store_mutex);
    ww_status status = ww_known_file_record(s->library->store, &file, err);
    pthread_mutex_unlock(&s->library->store_mutex);
    return status;
}

// So that the library's words about it can be settled in the end.
static ww_status note_met(ww_scan *s, const ww_scan_task *t, ww_error *err)
{
    ww_scan_source *f = t->source;
    if (t->failure || f->met)
        return WW_OK;
    f->met = true;
    ww_status status = record_content(s, f, err);
    if (status != WW_OK)
        return status;
    ww_scan_met met = {ww_try_strdup(f->name), ww_try_strdup(f->file), f->track, f->hash};
    if (met.path && met.file && ww_vector_push(&s->met, met))
        return WW_OK;
    free(met.path);
    free(met.file);
    return ww_fail_memory(err, "the list of files");
}

ww_status ww_scan_store(void *user, void *task, ww_error *err)
{
    ww_scan *s = user;
    ww_scan_task *t = task;
    ww_status status = t->already ? WW_OK : store_task(s, t, err);
    if (status == WW_OK)
        status = tell(s, t, err);
    if (status == WW_OK)
        status = note_met(s, t, err);
    if (status == WW_OK) {
        count_task(s, t);
        ww_progress progress = {.stage = WW_STAGE_SCAN,
                                .share = s->done_share < 1 ? s->done_share : 1,
                                .done = s->result.frames,
                                .faces = s->result.faces,
                                .now = t->source->path};
        if (ww_library_report(s->library, &progress) != 0)
            status = ww_fail(err, WW_ERR_CANCELLED, WW_SCAN_STOPPED);
    }
    ww_scan_drop(s, t);
    return status;
}
