// SPDX-License-Identifier: MIT
#include "formats/folders/exporter.h"
#include "base/buffer.h"
#include "base/files.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/vector.h"
#include "formats/folders/verdict.h"

#include <stdlib.h>
#include <string.h>

#define BATCH_BYTES_MAX ((size_t)8 << 20) // one commit of records for so many bytes of files
#define BATCH_FILES_MAX 1000
#define META_TEMPORARY                                                                                                 \
    "export.temporary"        // name of the temporary files of the export at work, or of one that was killed
enum { LEFT_NAMED_MAX = 5 };  // files of the user's that are told by name
enum { ROWS_AT_ONCE = 4096 }; // between questions whether to stop

typedef struct pending { // a file to be recorded and perhaps written
    char *path;
    uint64_t hash, key;
    void *data; // NULL: the file is right, only its record is not
    size_t bytes;
    int64_t changed_ns; // ctime once it is written
    bool is_new;        // nothing may be there when it is written
    bool failed;        // was not written: what its path held before may still be there
} pending;

struct ww_exporter {
    ww_store *store;
    ww_folder *folder;
    char temporary[WW_FOLDER_TEMPORARY_BYTES];
    const ww_folders_options *options;
    int64_t total, done;
    ww_folders_counts counts;
    ww_records records;
    ww_files files;
    WW_VECTOR(pending) batch;
    size_t batch_bytes;
    bool stopped;     // see ww_exporter_stopped
    ww_error blocked; // the first file that could not be written or removed; status WW_OK: none
};

// The name under which files are written, on record before the first of them; after what a killed export left was
// removed.
static ww_status choose_temporary(ww_exporter *e, ww_error *err)
{
    char *last = NULL;
    ww_status status = ww_store_get_meta(e->store, META_TEMPORARY, &last, err);
    if (status == WW_OK && last && ww_folder_is_temporary_name(last))
        status = ww_records_clear_temporary(e->store, e->folder, last, err);
    free(last);
    if (status == WW_OK)
        status = ww_folder_temporary_name(e->temporary, err);
    return status == WW_OK ? ww_store_set_meta(e->store, META_TEMPORARY, e->temporary, err) : status;
}

ww_status ww_exporter_open(ww_store *store, const ww_folders_options *options, int64_t total_files,
                           ww_exporter **exporter, ww_error *err)
{
    ww_exporter *e = ww_alloc(sizeof *e);
    e->store = store;
    e->options = options;
    e->total = total_files;
    ww_status status = ww_folder_open(options->dir, true, &e->folder, err);
    if (status == WW_OK)
        status = ww_records_load(&e->records, store, err);
    if (status == WW_OK)
        status = choose_temporary(e, err);
    e->files = (ww_files){.records = &e->records, .folder = e->folder};
    if (status == WW_OK)
        *exporter = e;
    else
        ww_exporter_close(e);
    return status;
}

static void empty_batch(ww_exporter *e)
{
    for (size_t i = 0; i < e->batch.count; i++) {
        free(e->batch.item[i].path);
        free(e->batch.item[i].data);
    }
    e->batch.count = 0;
    e->batch_bytes = 0;
}

void ww_exporter_close(ww_exporter *e)
{
    if (!e)
        return;
    empty_batch(e);
    ww_vector_free(&e->batch);
    ww_folder_place_close(&e->files.place);
    ww_records_free(&e->records);
    ww_folder_close(e->folder);
    free(e);
}

void ww_exporter_count(const ww_exporter *e, ww_folders_counts *counts)
{
    counts->files_written += e->counts.files_written;
    counts->files_kept += e->counts.files_kept;
    counts->files_removed += e->counts.files_removed;
    counts->files_left += e->counts.files_left;
}

bool ww_exporter_stopped(ww_exporter *e)
{
    e->stopped = e->stopped || (e->options->progress && e->options->progress(e->options->user, e->done, e->total) != 0);
    return e->stopped;
}

bool ww_exporter_goes_on(ww_exporter *e, size_t row) { return row % ROWS_AT_ONCE != 0 || !ww_exporter_stopped(e); }

static ww_status check_stopped(ww_exporter *e, ww_error *err)
{
    return ww_exporter_stopped(e)
               ? ww_fail(err, WW_ERR_CANCELLED, "stopped while writing the data set; run 'export' to complete it")
               : WW_OK;
}

static ww_status step(ww_exporter *e, ww_error *err)
{
    e->done++;
    return check_stopped(e, err);
}

// --- writing

// What concerns one file alone is kept for the end, so that the others are written; the rest (a full disk) stops the
// export.
static ww_status keep_for_later(ww_exporter *e, const ww_error *why, ww_error *err)
{
    if (why->status != WW_ERR_IO && why->status != WW_ERR_NOT_FOUND) {
        if (err)
            *err = *why;
        return why->status;
    }
    if (e->blocked.status == WW_OK)
        e->blocked = *why;
    else
        ww_logf(e->options->log, WW_LOG_WARNING, "%s", why->message);
    return WW_OK;
}

static ww_status write_file(ww_exporter *e, pending *p, ww_error *err)
{
    ww_error why;
    ww_entry_info info;
    const ww_folder_content content = {p->data, p->bytes, p->is_new ? WW_FOLDER_NEW : WW_FOLDER_REPLACE, e->temporary};
    p->failed = ww_folder_write_from(e->folder, &e->files.place, p->path, &content, &info, &why) != WW_OK;
    if (p->failed)
        return keep_for_later(e, &why, err);
    e->counts.files_written++;
    p->changed_ns = info.bytes == p->bytes ? ww_entry_changed_ns(&info) : 0;
    return WW_OK;
}

// Inside a transaction: every file of the batch on record, beside what its path may still hold.
static ww_status record_intents(ww_exporter *e, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < e->batch.count; i++)
        if (e->batch.item[i].data)
            status = ww_store_add_exported(e->store, e->batch.item[i].path, e->batch.item[i].hash, err);
    return status;
}

static ww_status settle(ww_exporter *e, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < e->batch.count; i++) {
        const pending *p = &e->batch.item[i];
        const ww_exported_row row = {p->path, p->hash, p->key, p->bytes, p->changed_ns};
        if (!p->failed)
            status = ww_store_set_exported_file(e->store, &row, err);
    }
    return status;
}

static ww_status in_transaction(ww_exporter *e, ww_status (*work)(ww_exporter *e, ww_error *err), ww_error *err)
{
    ww_status status = ww_store_begin(e->store, err);
    if (status != WW_OK)
        return status;
    return ww_store_end(e->store, work(e, err), err);
}

static ww_status flush(ww_exporter *e, ww_error *err)
{
    if (e->batch.count == 0)
        return WW_OK;
    ww_status status = in_transaction(e, record_intents, err);
    for (size_t i = 0; status == WW_OK && i < e->batch.count; i++) {
        pending *p = &e->batch.item[i];
        if (!p->data)
            continue;
        status = write_file(e, p, err);
        if (status == WW_OK)
            status = step(e, err);
    }
    if (status == WW_OK)
        status = in_transaction(e, settle, err);
    empty_batch(e);
    return status;
}

// --- deciding

static ww_status add_to_batch(ww_exporter *e, pending p, ww_error *err)
{
    if (!p.path || !ww_vector_push(&e->batch, p)) {
        free(p.path);
        free(p.data);
        return ww_fail_memory(err, "a list of %zu files", e->batch.count);
    }
    e->batch_bytes += p.data ? p.bytes : 0;
    return e->batch.count >= BATCH_FILES_MAX || e->batch_bytes >= BATCH_BYTES_MAX ? flush(e, err) : WW_OK;
}

static ww_status keep(ww_exporter *e, const char *path, const ww_judgement *j, pending p, ww_error *err)
{
    e->counts.files_kept++;
    ww_status status = step(e, err);
    if (status != WW_OK || ww_record_is_current(j, p.key))
        return status;
    p.path = ww_try_strdup(path);
    p.changed_ns = j->changed_ns;
    return add_to_batch(e, p, err);
}

static ww_status write_later(ww_exporter *e, const char *path, const void *data, pending p, ww_error *err)
{
    p.data = ww_alloc_array(p.bytes, 1, SIZE_MAX / 2);
    if (!p.data)
        return ww_fail_memory(err, "the %zu bytes of '%s'", p.bytes, path);
    memcpy(p.data, data, p.bytes);
    p.path = ww_try_strdup(path);
    return add_to_batch(e, p, err);
}

static void tell_left(ww_exporter *e, const char *path, const char *beside)
{
    if (++e->counts.files_left > LEFT_NAMED_MAX)
        return;
    if (beside)
        ww_logf(e->options->log, WW_LOG_WARNING,
                "'%s' in '%s' was not written by whoswho, or was changed since: it is left as it is, and ours is '%s'",
                path, ww_folder_path(e->folder), beside);
    else
        ww_logf(e->options->log, WW_LOG_WARNING,
                "'%s' in '%s' was not written by whoswho, or was changed since: it is left as it is; move it away to "
                "have ours",
                path, ww_folder_path(e->folder));
}

static ww_status put(ww_exporter *e, const char *path, const void *data, pending p, ww_export_rights rights,
                     ww_error *err)
{
    ww_error why;
    ww_judgement j = {0};
    char *beside = NULL;
    if (e->stopped)
        return check_stopped(e, err);
    p.hash = ww_hash_bytes(data, p.bytes);
    ww_status status = ww_records_want(&e->records, path, &why);
    if (status == WW_OK)
        status = ww_judge(&e->files, path, data, p.bytes, p.hash, &j, &why);
    if (status == WW_OK && j.verdict == WW_VERDICT_LEAVE && rights == WW_EXPORT_GENERATED) {
        beside = ww_strf("whoswho-%s", path);
        status = ww_records_want(&e->records, beside, &why);
        if (status == WW_OK)
            status = ww_judge(&e->files, beside, data, p.bytes, p.hash, &j, &why);
    }
    const bool left = status == WW_OK && j.verdict == WW_VERDICT_LEAVE;
    p.is_new = j.verdict == WW_VERDICT_CREATE;
    if (left || (status == WW_OK && beside))
        tell_left(e, path, left ? NULL : beside);
    if (status != WW_OK)
        status = keep_for_later(e, &why, err);
    else if (left)
        status = step(e, err);
    else if (j.verdict == WW_VERDICT_KEEP)
        status = keep(e, beside ? beside : path, &j, p, err);
    else
        status = write_later(e, beside ? beside : path, data, p, err);
    free(beside);
    return status;
}

ww_status ww_exporter_put(ww_exporter *e, const char *path, const void *data, size_t bytes, ww_export_rights rights,
                          ww_error *err)
{
    return put(e, path, data, (pending){.bytes = bytes}, rights, err);
}

ww_status ww_exporter_put_made(ww_exporter *e, const ww_buffer *path, uint64_t key, const void *data, size_t bytes,
                               ww_error *err)
{
    ww_status status = ww_buffer_status(path, "the name of a file", err);
    return status == WW_OK ? put(e, path->data, data, (pending){.key = key, .bytes = bytes}, WW_EXPORT_CAREFUL, err)
                           : status;
}

ww_status ww_exporter_put_text(ww_exporter *e, const ww_buffer *path, const ww_buffer *content, ww_export_rights rights,
                               ww_error *err)
{
    ww_status status = ww_buffer_status(path, "the name of a file", err);
    if (status == WW_OK)
        status = ww_buffer_status(content, path->data, err);
    return status == WW_OK
               ? ww_exporter_put(e, path->data, content->data ? content->data : "", content->bytes, rights, err)
               : status;
}

ww_status ww_exporter_keep(ww_exporter *e, const ww_buffer *path, uint64_t key, bool *kept, ww_error *err)
{
    ww_judgement j;
    *kept = false;
    ww_status status = ww_buffer_status(path, "the name of a file", err);
    // What cannot be looked at is told when it is put.
    if (status != WW_OK || ww_judge_made(&e->files, path->data, key, &j, NULL) != WW_OK || j.verdict != WW_VERDICT_KEEP)
        return status;
    *kept = true;
    status = ww_records_want(&e->records, path->data, err);
    const pending p = {.hash = j.record->content, .key = key, .bytes = j.record->bytes};
    return status == WW_OK ? keep(e, path->data, &j, p, err) : status;
}

ww_status ww_exporter_put_stored(ww_exporter *e, const ww_buffer *path, uint64_t key, ww_stored_picture *read,
                                 int64_t id, ww_error *err)
{
    uint8_t *jpeg = NULL;
    size_t bytes = 0;
    bool kept;
    ww_status status = ww_exporter_keep(e, path, key, &kept, err);
    if (status != WW_OK || kept)
        return status;
    status = read(e->store, id, &jpeg, &bytes, err);
    if (status == WW_OK)
        status = ww_exporter_put_made(e, path, key, jpeg, bytes, err);
    free(jpeg);
    return status;
}

// --- removing

// A file that was changed since it was written has become the user's. One that cannot be looked at or removed stays on
// record.
static ww_status remove_if_ours(ww_exporter *e, const char *path, ww_error *err)
{
    ww_entry_info info;
    bool ours = false;
    ww_status status = ww_folder_look(e->folder, path, &info, err);
    if (status != WW_OK || info.kind == WW_ENTRY_ABSENT)
        return status;
    if (info.kind == WW_ENTRY_FILE)
        status = ww_is_ours(&e->files, path, &ours, err);
    if (status == WW_OK && ours)
        status = ww_folder_remove(e->folder, path, err);
    e->counts.files_removed += status == WW_OK && ours;
    e->counts.files_left += status == WW_OK && !ours;
    return status;
}

// And its folder, when that was the last file in it.
static void remove_empty_folder(ww_exporter *e, const char *path)
{
    char *folder = ww_strndup(path, (size_t)(ww_path_base(path) - path));
    size_t length = strlen(folder);
    if (length > 1) {
        folder[length - 1] = 0;
        ww_folder_remove_if_empty(e->folder, folder, NULL, NULL);
    }
    free(folder);
}

static ww_status remove_stale(ww_exporter *e, ww_error *err)
{
    ww_status status = WW_OK;
    for (size_t i = 0; status == WW_OK && i < e->records.stale.count; i++) {
        const char *path = e->records.stale.item[i];
        ww_error why;
        ww_folder_place_close(&e->files.place);
        if (remove_if_ours(e, path, &why) != WW_OK) {
            status = keep_for_later(e, &why, err);
            continue;
        }
        remove_empty_folder(e, path);
        status = ww_store_unset_exported(e->store, path, err);
        if (status == WW_OK)
            status = check_stopped(e, err);
    }
    return status;
}

ww_status ww_exporter_finish(ww_exporter *e, ww_error *err)
{
    ww_status status = flush(e, err);
    if (status == WW_OK)
        status = ww_records_find_stale(&e->records, e->store, err);
    if (status == WW_OK && e->records.stale.count > 0)
        status = in_transaction(e, remove_stale, err);
    if (status == WW_OK)
        status = ww_store_set_meta(e->store, META_TEMPORARY, NULL, err);
    if (status == WW_OK && e->counts.files_left > LEFT_NAMED_MAX)
        ww_logf(e->options->log, WW_LOG_WARNING, "and %lld more files in '%s' were left as they are",
                (long long)e->counts.files_left - LEFT_NAMED_MAX, ww_folder_path(e->folder));
    if (status == WW_OK && e->blocked.status != WW_OK) {
        if (err)
            *err = e->blocked;
        status = e->blocked.status;
    }
    return status;
}
